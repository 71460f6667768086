"""Of customers taken together, what is the company's, what only its employees', and what nobody's?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from netaudit import model
from netaudit.scope import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netaudit.book import Book
    from netaudit.engine import Frame


@dataclass(frozen=True, slots=True)
class Sums:
    """Customers taken together: how many, their revenue and weights; of these in portions what is held by whom."""

    customers: int
    revenue: int
    weight: int
    company: int
    people: int
    counted: int
    company_counted: int
    people_counted: int

    def shares(self) -> tuple[float, float, float]:
        """Company's, employees' and nobody's, by weight; they add up."""
        return _three(self.company, self.people, self.weight)

    def shares_by_count(self) -> tuple[float, float, float]:
        """The same by count."""
        return _three(self.company_counted, self.people_counted, self.counted)


def _three(company: int, people: int, whole: int) -> tuple[float, float, float]:
    if not whole:
        return 0.0, 0.0, 0.0
    ours, theirs = (round(portions / (whole * model.PORTION), 9) for portions in (company, people))
    return ours, theirs, round(max(0.0, 1 - ours - theirs), 9)


def in_portions(held: Frame) -> Frame:
    """Customers with company and people (units that hold them), and their weights split between the two.

    Adds `weighed` and `counted` in whole units, and of each what the company's channels hold (`_company`) and what only
    employees do (`_people`), in portions.
    """
    weights = held.with_columns(
        weighed=nw.coalesce(nw.col("weight"), nw.lit(0).cast(nw.Int64)),
        counted=(nw.col("count") * WHOLE).cast(nw.Int64),
    )
    shares = model.shares("company", "people")
    parts = {
        f"{weight}_{side}": model.portions(weight, shares[share])
        for weight in ("weighed", "counted")
        for side, share in (("company", "held"), ("people", "walks"))
    }
    return weights.with_columns(**parts)


def by_segment(book: Book, held: Frame) -> dict[str | None, Sums]:
    """The customers of `in_portions`, taken together by segment; heaviest first."""
    sums = held.group_by("segment").agg(
        customers=nw.len(),
        **{
            name: nw.col(name).sum()
            for name in (
                *("revenue", "weighed", "weighed_company", "weighed_people"),
                *("counted", "counted_company", "counted_people"),
            )
        },
    )
    found = {row[0]: Sums(*(int(cell or 0) for cell in row[1:])) for row in book.engine.rows(sums)}
    return dict(sorted(found.items(), key=lambda entry: (-entry[1].weight, -entry[1].customers, entry[0] or "")))


def added(sums: Iterable[Sums]) -> Sums:
    """All of them together."""
    parts = list(sums)
    return Sums(*(sum(getattr(part, name) for part in parts) for name in Sums.__slots__))
