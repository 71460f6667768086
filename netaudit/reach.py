"""Whom does a channel reach directly, and whom only because employees pass it on?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import narwhals as nw

if TYPE_CHECKING:
    from netaudit.book import Book
    from netaudit.engine import Frame


class Reach(NamedTuple):
    """How many a channel reaches directly, how many only because somebody passes it on, and their revenue."""

    direct: int = 0
    passed: int = 0
    revenue: int = 0
    revenue_passed: int = 0


def reach(book: Book, ties: Frame, *ends: str) -> dict[str, Reach]:
    """Per channel what it reaches of these ends; `ties` are those of channels, with the `revenue` of their customer."""
    direct = nw.col("direct")
    zero, one = nw.lit(0).cast(nw.Int64), nw.lit(1).cast(nw.Int64)
    sides = (
        ties.with_columns(direct=nw.col("person") == "")
        .group_by("channel", *ends)
        .agg(direct=direct.any(), revenue=nw.col("revenue").max())
        .with_columns(
            straight=nw.when(direct).then(one).otherwise(zero),
            passed=nw.when(direct).then(zero).otherwise(one),
            revenue=nw.when(direct).then(nw.col("revenue")).otherwise(zero),
            revenue_passed=nw.when(direct).then(zero).otherwise(nw.col("revenue")),
        )
    )
    columns = ("straight", "passed", "revenue", "revenue_passed")
    summed = sides.group_by("channel").agg(**{name: nw.col(name).sum() for name in columns})
    return {row[0]: Reach(*(int(cell or 0) for cell in row[1:])) for row in book.engine.rows(summed)}
