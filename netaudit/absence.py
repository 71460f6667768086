"""How many people must go before more than half of what is weighed is unheld?"""

from __future__ import annotations

import math
from itertools import accumulate, combinations
from typing import TYPE_CHECKING

import narwhals as nw

from netaudit.bundles import held_by
from netaudit.model import PORTION, loose, portions, unheld_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from netaudit.book import Book
    from netaudit.engine import Frame

MOST_TRIED = 200_000
"""Sets of people, times their ties, that are tried one by one between the two bounds."""

_TOTAL = nw.col("company") + nw.col("people")


def absence_factor(book: Book, customers: Frame, pairs: Frame, order: Sequence[str]) -> tuple[int | None, int | None]:
    """The fewest leavers found, and the fewest it takes in any case, that leave more than half of the weight unheld.

    0 where it is already, None where nobody's leaving does. `customers` are those of a scope, `pairs` those of the
    model; `order` are the people, those who hold most first.

    From above: let them go in that order. From below: let each customer lose its own strongest first, which no set of
    people can outdo. Where the two differ, smaller sets are tried one by one as long as there are few enough.
    """
    held = held_by(customers, pairs).select("customer", "weighed", "company", "people")
    whole, unheld, bare = book.engine.rows(
        held.select(
            nw.col("weighed").sum().alias("whole"),
            _unheld(_TOTAL).sum().alias("unheld"),
            _unheld(nw.col("company")).sum().alias("bare"),
        )
    )[0]
    half = int(whole or 0) * PORTION // 2
    if not whole or bare <= half:
        return None, None
    if unheld > half:
        return 0, 0
    ranks = book.engine.table(
        {"person": "VARCHAR", "rank": "BIGINT"}, {"person": list(order), "rank": [*range(len(order))]}
    )
    people = pairs.filter(nw.col("person") != "").select("person", "customer", "units")
    people = people.join(book.engine.keep(held), on="customer")
    people = people.join(book.engine.frame(ranks), on="person").with_columns(weakest=-nw.col("units"))
    most = _first_over(half, unheld, _gains(book, people, "rank"))
    least = _first_over(half, unheld, _gains(book, people, "weakest"))
    assert most is not None and least is not None  # noqa: S101, PT018 - all of them together do
    return _tried(book, people, half - int(unheld), most, least)


def _unheld(units: nw.Expr) -> nw.Expr:
    """Portions of weight that such a hold leaves to chance."""
    return portions("weighed", loose(units))


def _gains(book: Book, people: Frame, order: str) -> list[int]:
    """What becomes unheld with the first, second, … leaver: of all people by `rank`, or of each customer's own."""
    ones = nw.lit(1).cast(nw.Int64)
    by = [order, "person"]
    gone = people.with_columns(one=ones).with_columns(
        gone=nw.col("units").cum_sum().over("customer", order_by=by),
        turn=nw.col("one").cum_sum().over("customer", order_by=by),
    )
    gain = _unheld(_TOTAL - nw.col("gone")) - _unheld(_TOTAL - nw.col("gone") + nw.col("units"))
    turn = nw.col("rank") if order == "rank" else nw.col("turn") - 1
    gains = gone.select(turn=turn, gain=gain).group_by("turn").agg(gain=nw.col("gain").sum())
    found = {int(turn): int(gain) for turn, gain in book.engine.rows(gains.select("turn", "gain"))}
    return [found.get(turn, 0) for turn in range(max(found) + 1)]


def _first_over(half: int, start: int, gains: list[int]) -> int | None:
    """After how many gains the sum is above half."""
    sums = accumulate(gains, initial=int(start))
    return next((count for count, total in enumerate(sums) if total > half), None)


def _tried(book: Book, people: Frame, missing: int, most: int, least: int) -> tuple[int, int]:
    """Both bounds after trying all sets of a size in turn; a set is enough when its gain is above what is `missing`."""
    sizes = people.select(nw.col("person").n_unique().alias("people"), nw.len().alias("rows"))
    count, rows = book.engine.rows(sizes)[0]
    ties: _Ties | None = None
    for size in range(least, most):
        if math.comb(count, size) * rows > MOST_TRIED:
            return most, size
        ties = ties or _Ties(book.engine.rows(people.select("person", "customer", "units", "weighed", total=_TOTAL)))
        if any(ties.gain(leavers) > missing for leavers in combinations(sorted(ties.units), size)):
            return size, size
    return most, most


def _left(units: int) -> int:
    """Portions that such a hold leaves to chance."""
    return round(PORTION * unheld_of(units))


class _Ties:
    """Who holds whom, for trying sets of leavers: `units` by person and customer."""

    def __init__(self, rows: Iterable[tuple[str, str, int, int, int]]) -> None:
        self.units: dict[str, dict[str, int]] = {}
        self._customers: dict[str, tuple[int, int]] = {}
        for person, customer, units, weighed, total in rows:
            self.units.setdefault(person, {})[customer] = units
            self._customers[customer] = weighed, total

    def gain(self, leavers: tuple[str, ...]) -> int:
        """Portions of weight that become unheld when these people leave."""
        found = 0
        for customer in {customer for leaver in leavers for customer in self.units[leaver]}:
            weighed, total = self._customers[customer]
            stay = total - sum(self.units[leaver].get(customer, 0) for leaver in leavers)
            found += weighed * (_left(stay) - _left(total))
        return found
