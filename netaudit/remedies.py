"""What of the company's own would keep a customer: break-even, in intensity and in things to do."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import narwhals as nw

from netaudit.model import UNIT, Limits, intensity_of, units_of_subscription
from netaudit.result import Sentence, Unit, Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from netaudit.book import Book

MOST_A_YEAR = 365
"""No remedy asks for more contacts a year than this."""


def break_even(loss: float, limit: float) -> float:
    """Intensity of the company's own that brings an expected loss under a limit: ln(loss ÷ limit), at least 0."""
    return max(0.0, math.log(loss / limit)) if loss > 0 else 0.0


def in_words(book: Book, needed: float, limit: float, taken: Mapping[str, int]) -> Sentence:
    """What `needed` comes to in desk contacts, meetings and followers; `taken` are units by channel at the customer."""
    values = {"limit": Value(limit, Unit.SHARE), "needed": Value(f"{needed:.2f}", Unit.TEXT)}
    if needed == 0:
        return Sentence("The expected loss is under {limit} already.", values)
    calls, meetings = (_a_year(book, kind, needed) for kind in ("call", "meeting"))
    ways = [f"a service desk that they call {_times(calls)} a year"] if calls else []
    meet = f"{meetings} {'meeting' if meetings == 1 else 'meetings'} a year with somebody who stays"
    ways += [meet] if meetings else []
    such = ", or ".join(ways) or "more than any desk or any number of meetings comes to"
    followers = _followers(book, needed, taken)
    return Sentence(f"Break-even: to bring it under {{limit}} takes a further {{needed}}: {such}; {followers}.", values)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _a_year(book: Book, kind: str, needed: float) -> int | None:
    """The fewest contacts a year that come to as much; None where no number does."""
    counts = range(1, MOST_A_YEAR + 1)
    return next((count for count in counts if intensity_of(kind, count, book.assumptions) >= needed), None)


def _followers(book: Book, needed: float, taken: Mapping[str, int]) -> str:
    """How many more followers of a page, as far as the cap of the one with most room leaves any."""
    pages = book.engine.rows(book.tables.channels.filter(nw.col("kind") == "company_page").select("id"))
    room = Limits.of(book.assumptions).subscription - min((taken.get(page, 0) for (page,) in pages), default=0)
    each = units_of_subscription("company_page", book.assumptions)
    units = round(needed * UNIT)
    if not each or units > room:
        return "no number of followers of a page is enough"
    return f"followers of a page would do: {math.ceil(units / each)} more"
