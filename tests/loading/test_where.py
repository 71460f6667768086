"""The one form of `where`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from netaudit.loading.values import CellError, Reading
from netaudit.loading.where import Cell, Condition, condition, option

CSV = Reading()
PLAIN = Reading(plain=True)

Wanted = str | list[str | None] | None


@pytest.mark.parametrize(
    ("wanted", "cell", "fits"),
    [
        ("Won", "Won", True),
        ("Won", " Won\u00a0", True),
        ("\u00c5se", "A\u030ase", True),
        ("Won", "won", False),
        ("Won", None, False),
        ("= Won", "Won", True),
        ("=Won", "Lost", False),
        ("!= Won", "Won", False),
        ("!= Won", "Lost", True),
        ("!=Won", None, True),
        (["Won", "Lost"], "Lost", True),
        (["Won", "Lost"], "Open", False),
        (["Won", None], " ", True),
        (["Won", None], None, True),
        (["Won"], "", False),
        ([], "Won", False),
        ("blank", "", True),
        ("blank", " ", True),
        ("blank", None, True),
        ("blank", "x", False),
        ("present", "x", True),
        ("present", "  ", False),
        (None, None, True),
        (None, "x", False),
        ("", None, True),
        (">= 5", "5", True),
        (">= 5", "4.99", False),
        ("> 5", "5", False),
        ("> 5", "5.1", True),
        ("<= 5", "5", True),
        ("< 5", "5", False),
        ("< 5", "4", True),
        ("<5", None, False),
        (">= 5", " ", False),
        ("> 9", "10", True),
        (">= 2024-01-01", "2024-01-01", True),
        (">= 2024-01-01", "31 Dec 2023", False),
        ("< 2024-01-01", "2023-12-31T23:00", True),
        (">= 5", 6, True),
        (">= 5", 4.5, False),
        (">= 0.1", 0.1, True),
        (">= 5", Decimal("4.9"), False),
        ("> 2024-01-01", date(2024, 1, 2), True),
        ("2024-01-02", date(2024, 1, 2), True),
        ("5", 5, True),
        ("5.0", Decimal(5), True),
        ("0.1", 0.1, True),
        ("five", 5, False),
        ("!= 5", 5, False),
    ],
)
def test_condition_on_a_cell(wanted: Wanted, cell: Cell, fits: bool) -> None:
    assert condition("c", wanted).holds(cell, CSV) is fits


@pytest.mark.parametrize("wanted", ["> five", ">= ", "< NaN", "<= inf", "> 2024-02-30"])
def test_order_of_what_has_none_is_refused(wanted: str) -> None:
    with pytest.raises(ValueError, match="neither a number nor a date"):
        condition("c", wanted)


@pytest.mark.parametrize(
    ("wanted", "cell", "code"),
    [("> 5", "1.234", "V002"), ("> 5", "many", "V001"), ("> 2024-01-01", "03/04/2024", "V004")],
)
def test_text_that_cannot_be_compared(wanted: str, cell: str, code: str) -> None:
    with pytest.raises(CellError) as caught:
        condition("c", wanted).holds(cell, CSV)
    assert caught.value.code == code


def test_numbers_are_read_as_the_file_says() -> None:
    assert condition("c", "> 1000").holds("1.234", Reading(decimal=","))
    assert not condition("c", "> 1000").holds("1.234", PLAIN)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("segment=b2b", Condition("segment", "in", ("b2b",))),
        (" segment = b2b ", Condition("segment", "in", ("b2b",))),
        ("segment=[b2b, sme]", Condition("segment", "in", ("b2b", "sme"))),
        ("revenue=>= 5", Condition("revenue", ">=", ("5",))),
        ("revenue=!= 5", Condition("revenue", "!=", ("5",))),
        ("renewal_on=blank", Condition("renewal_on", "blank", ())),
        ("segment=", Condition("segment", "in", ("",))),
    ],
)
def test_option(text: str, expected: Condition) -> None:
    assert option(text) == expected


@pytest.mark.parametrize("text", ["segment", "=b2b", " = b2b", ""])
def test_option_without_column_or_value(text: str) -> None:
    with pytest.raises(ValueError, match="is not COLUMN=VALUE"):
        option(text)


@pytest.mark.parametrize("wanted", [">= 1.000", "< 12.500"])
def test_an_operand_that_can_be_read_two_ways_is_refused(wanted: str) -> None:
    with pytest.raises(ValueError, match="two ways"):
        condition("revenue", wanted)
