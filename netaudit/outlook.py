"""What is expected of the year ahead, for the book as it is and as it would be with more ties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import narwhals as nw

from netaudit import model
from netaudit.assumptions import ENDS
from netaudit.bundles import bundles_of, held_by, pairs_of
from netaudit.expected import expected_of, prospects
from netaudit.planned import applied
from netaudit.recorded import live_ties, recorded
from netaudit.scope import among
from netaudit.year import chances, only, shock_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netaudit.book import Book
    from netaudit.engine import Frame
    from netaudit.planned import Planned
    from netaudit.recorded import LiveTies
    from netaudit.scope import Scope
    from netaudit.year import Chances

MONTHS = 12
"""A plan looks so far ahead."""


class Sums(NamedTuple):
    """Over customers: portions of weight expected to be unheld, and whole units at risk (low, base, high)."""

    unheld: int
    risk: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Outlook:
    """The ties of the book and what is expected of them.

    `own` are the bundles and `pairs` the pairs of the model; `expected` has for each customer in question its columns
    of the scope, weighed, unheld and risk_; `people` are everybody's chances to leave (with `leavers` those are certain
    to, and nobody else), `rates` the follow rates.
    """

    book: Book
    scope: Scope
    leavers: tuple[str, ...]
    people: Sequence[Chances]
    shock: float
    rates: Frame
    live: LiveTies
    own: Frame
    pairs: Frame
    expected: Frame

    @classmethod
    def of(cls, book: Book, scope: Scope, leavers: tuple[str, ...] = (), destination: str | None = None) -> Outlook:
        """With everybody's chances to leave within the year; or with `leavers` gone for certain and nobody else."""
        keep = book.engine.keep
        everybody = chances(book, MONTHS)
        people = only(everybody, leavers) if leavers else everybody
        shock = shock_of(book.assumptions, MONTHS)
        rates = keep(model.follow_rates(book, book.assumptions, destination))
        live = live_ties(book, recorded(book, book.assumptions))
        own = keep(bundles_of(book, book.assumptions, live.unmerged()))
        pairs = keep(pairs_of(book, book.assumptions, live, own))
        held = keep(held_by(scope.customers, pairs))
        expected = keep(expected_of(prospects(book, pairs, rates, people, shock), held))
        return cls(book, scope, leavers, people, shock, rates, live, own, pairs, expected)

    def sums(self, expected: Frame | None = None) -> Sums:
        """Over all customers in question, or those of a frame like `expected`."""
        frame = self.expected if expected is None else expected
        unheld = model.portions("weighed", nw.col("unheld")).sum().alias("unheld")
        risks = [nw.col(f"risk_{end}").sum().alias(end) for end in ENDS]
        found = [int(cell or 0) for cell in self.book.engine.rows(frame.select(unheld, *risks))[0]]
        return Sums(found[0], tuple(found[1:]))

    def after(self, steps: Sequence[Planned]) -> Sums:
        """The same with actions done: worked out anew from the book with their ties, where they change anything."""
        sent = [one.owner for one in steps if one.action == "unrelay"]
        passed = self.live.reached.filter(nw.col("channel").is_in(sent)).select("customer").unique()
        ids = {one.customer for one in steps if one.customer is not None}
        ids |= {row[0] for row in self.book.engine.rows(passed)} if sent else set()
        touched = self.book.engine.keep(among(self.book, ids))
        book = applied(self.book, steps)
        live = live_ties(book, recorded(book, book.assumptions), touched)
        pairs = self.book.engine.keep(pairs_of(book, book.assumptions, live))
        mine = self.scope.customers.join(touched, on="customer", how="semi")
        held = self.book.engine.keep(held_by(mine, pairs))
        then = self.sums(expected_of(prospects(book, pairs, self.rates, self.people, self.shock), held))
        now = self.sums(self.expected.join(touched, on="customer", how="semi"))
        whole = self.sums()
        risk = tuple(sum(parts) for parts in zip(whole.risk, then.risk, (-one for one in now.risk), strict=True))
        return Sums(whole.unheld + then.unheld - now.unheld, risk)
