"""How numbers read."""

from __future__ import annotations

import pytest

from netaudit.report.figures import bar, said, scale_for, share, table_scale
from netaudit.result import Band, Column, Unit, Value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0.0 %"),
        (0.0004, "<0.1 %"),
        (0.0123, "1.2 %"),
        (0.1, "10 %"),
        (0.68, "68 %"),
        (0.9963, ">99 %"),
        (1, "100 %"),
    ],
)
def test_share(value: float, text: str) -> None:
    assert share(value) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (None, "unknown"),
        (950, "DKK 950"),
        (12_400, "DKK 12 k"),
        (4_200_000, "DKK 4.20 m"),
        (3.1e9, "DKK 3.10 bn"),
        (Band(443_479.08, 886_958.17, 1_478_263.61), "DKK 0.89 m (0.44-1.48)"),
    ],
)
def test_money_in_a_sentence(amount: float | Band | None, text: str) -> None:
    assert said(Value(amount, Unit.MONEY), "DKK") == text


def test_money_without_a_currency() -> None:
    assert said(Value(4_200_000, Unit.MONEY), None) == "4.20 m"


def test_one_scale_for_all_money_of_a_table() -> None:
    columns = {"revenue": Column("Revenue", Unit.MONEY, ""), "lost": Column("Lost", Unit.MONEY, "")}

    class Row:
        revenue, lost = 9e6, 40_000

    assert table_scale([Row()], columns).letter == "k"
    assert scale_for([]).divisor == 1


@pytest.mark.parametrize(
    ("value", "fancy", "drawn"),
    [
        (0.5, True, "█████     "),
        (0.04, True, "▍         "),
        (1, True, "█" * 10),
        (0.26, False, "###       "),
        (0, True, " " * 10),
    ],
)
def test_bar(value: float, fancy: bool, drawn: str) -> None:
    assert bar(value, 10, fancy=fancy) == drawn
