"""NA303: how old is the newest contact on record?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from netaudit.finding import Severity
from netaudit.policy.rule import Found, Rule, counted, on, parameter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netaudit.policy.rule import Inspection


@dataclass(frozen=True, slots=True)
class Stale(Rule):
    """A table whose newest contact is old.

    The newest contact in a table lies far back: the export has stopped, and everything since then is missing. Every
    tie then looks weaker than it is, and new ones are not there at all.
    """

    code = "NA303"
    name = "stale"
    severity = Severity.MEDIUM
    remedy = "Export again, and let the export run on its own; or judge the book as of its own day with `--as-of`."
    where = False

    max_age_days: int = parameter(90, "most days between the newest contact and the day judged by", 0)

    def find(self, seen: Inspection) -> Iterator[Found]:
        """The tables of ties and interactions, each by its newest date."""
        tables = (("ties", seen.book.tables.ties, "last_contact"), ("interactions", seen.book.tables.log, "on"))
        for table, frame, day in tables:
            newest = seen.rows(frame.filter(nw.col(day) <= seen.today).select(newest=nw.col(day).max()), "newest")[0][0]
            if newest is not None and seen.today - newest > self.max_age_days:
                days = counted(seen.today - newest, "day", "days")
                message = f"the newest contact is of {on(newest)}, {days} ago"
                yield Found((f"table:{table}",), f"The {table}", message)
