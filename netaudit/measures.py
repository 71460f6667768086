"""What a set of leavers brings, as the sums that the search for the worst set takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from netaudit.costliest import Terms, sums
from netaudit.model import UNIT

if TYPE_CHECKING:
    from netaudit.book import Book
    from netaudit.costliest import Floats, Whole
    from netaudit.engine import Frame

MEASURES = ("revenue-at-risk", "severed", "unheld")
"""What sets of leavers may be compared by."""

MOST = 20
"""People in a set, at most."""

CERTAIN = 30.0
"""An intensity that is as good as certain: it fails once in 10^13. Larger ones are taken for this."""

SURE = 27.6
"""Customers that keep this intensity whoever leaves lose less than 10^-12 of themselves, and are left out."""


def terms_of(ties: dict[str, Any], by: str, size: int, whole: int) -> Terms:
    """A measure of sets of `size`, of what `entries_of` gives: docs/model.md has the formulas.

    Unheld: e^-Λ · Π (1 + x) with x = e^λ - 1; at risk takes e^-Λ · Π (1 + (1 - φ)·x) from it. A severed customer is one
    that would be unheld if every tie to it held for certain; among sets that sever as many, more at risk is worse.
    `whole` is the weight of all customers.
    """
    term = turns_of(ties["customer"])
    count = int(term[-1]) + 1 if len(term) else 0
    first = np.searchsorted(term, np.arange(count))
    units = np.minimum(ties["units"] / UNIT, CERTAIN)
    stay = (ties["total"] / UNIT)[first] - sums(ties["units"] / UNIT, term, count)
    total = stay + sums(units, term, count)
    known = ties["weighed"][first] > 0
    worth = known & (total - _most_of(units, term, size, count) < SURE)
    unheld = np.where(worth, ties["weighed"][first] * np.exp(-total), 0.0)
    entries = worth[term] & (units > 0)
    weight = float(ties["weighed"][first][worth].sum())
    where = term[entries], ties["rank"][entries]
    leaving = np.expm1(units[entries])
    loose = Terms(unheld, *where, leaving, weight)
    if by == "unheld":
        return loose
    risk = Terms.together(loose, Terms(-unheld, *where, leaving * (1 - ties["follow_base"][entries]), 0.0))
    if by == "revenue-at-risk":
        return risk
    alone = (ties["channels"] == 0) & (ties["persons"] <= size)
    each = np.where(alone[first], np.exp(-CERTAIN * ties["persons"][first]), 0.0)
    certain = np.full(int(alone.sum()), np.expm1(CERTAIN))
    severed = Terms(each, term[alone], ties["rank"][alone], certain, float(alone[first].sum()))
    below = 0.5 / max(whole, 1)  # all that is at risk stands for less than half a customer
    return Terms.together(severed, Terms(risk.weight * below, risk.term, risk.person, risk.gain, 0.5))


def entries_of(book: Book, candidates: tuple[str, ...], held: Frame, pairs: Frame, rates: Frame) -> dict[str, Any]:
    """What candidates have with customers, by customer and rank: units, follow_base, and of the customer its columns.

    Those are weighed, total (units of all who hold it), persons and channels (how many do).
    """
    ranks = book.engine.table(
        {"person": "VARCHAR", "rank": "BIGINT"},
        {"person": list(candidates), "rank": [*range(len(candidates))]},
    )
    channel = (nw.col("person") == "").cast(nw.Int64)
    holders = pairs.group_by("customer").agg(channels=channel.sum(), persons=(1 - channel).sum())
    frame = (
        pairs.join(book.engine.frame(ranks), on="person")
        .join(rates.select("person", "follow_base"), on="person")
        .join(held.select("customer", "weighed", total=nw.col("company") + nw.col("people")), on="customer")
        .join(holders, on="customer")
    )
    columns = ("customer", "rank", "units", "follow_base", "weighed", "total", "persons", "channels")
    whole = {name: nw.col(name).cast(nw.Int64) for name in ("weighed", "persons", "channels")}
    return book.engine.arrays(frame.with_columns(**whole).select(*columns).sort("customer", "rank"))


def turns_of(values: Any) -> Whole:
    """Of sorted values, how many different ones stand before each."""
    changes = values[1:] != values[:-1]
    return np.concatenate((np.zeros(min(1, len(values)), np.int64), np.cumsum(changes, dtype=np.int64)))


def _most_of(units: Floats, term: Whole, size: int, count: int) -> Floats:
    """Of each customer the sum of so many largest intensities."""
    order = np.lexsort((-units, term))
    rank = np.arange(len(term)) - np.searchsorted(term, term)
    return sums(units[order][rank < size], term[rank < size], count)
