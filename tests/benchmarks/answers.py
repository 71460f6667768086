"""Whether two rankings are the same answer."""

from __future__ import annotations

import csv
from itertools import zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Row = tuple[str, int, int, int, int, int, int]
"""One employee: customers, severed, exposed, and cents at risk (low, base, high)."""


def cents(amount: str | float) -> int:
    return round(float(amount) * 100)


def from_csv(lines: Iterable[str], money: str) -> list[Row]:
    """The rows of a CSV whose columns of money are called `money` with _low, _base and _high."""
    rows: list[Row] = []
    for row in csv.DictReader(lines):
        customers, severed, exposed = (int(row[name]) for name in ("customers", "severed", "exposed"))
        low, base, high = (cents(row[f"{money}_{end}"]) for end in ("low", "base", "high"))
        rows.append((row["employee"], customers, severed, exposed, low, base, high))
    return rows


def first_difference(answer: Sequence[Row], expected: Sequence[Row]) -> str | None:
    """Where two rankings part in order or counts, or by more than a cent.

    A cent is allowed because netaudit rounds what joint leavers pull to 10^-12 before it comes to money.
    """
    for mine, theirs in zip_longest(answer, expected):
        if mine is None or theirs is None or mine[:4] != theirs[:4] or _apart(mine[4:], theirs[4:]) > 1:
            return f"{mine} where {theirs} was expected"
    return None


def _apart(mine: tuple[int, ...], theirs: tuple[int, ...]) -> int:
    return max(abs(one - other) for one, other in zip(mine, theirs, strict=True))
