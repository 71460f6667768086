"""NA405: which customers were handed over on paper, and their new owner has not been in touch?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from netaudit.finding import Severity
from netaudit.policy.rule import Rule, counted, on, parameter
from netaudit.scope import still_here

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netaudit.engine import Frame
    from netaudit.policy.rule import Found, Inspection

ONE_WAY = "social"
"""The kind of tie that is no contact in both directions."""


@dataclass(frozen=True, slots=True)
class NotTakenUp(Rule):
    """A successor who has had no contact since the handover.

    A colleague who has left had a tie to this customer, somebody else is its owner now, and no meeting, call or mail of
    theirs with anybody there is on record since the last day. The customer was handed over on paper only.
    """

    code = "NA405"
    name = "not-taken-up"
    severity = Severity.HIGH
    remedy = "Let the new owner meet the customer; if they have, record when."

    grace_days: int = parameter(14, "days after the last day before anything is said", 0)

    def find(self, seen: Inspection) -> Iterator[Found]:
        """Customers whose owner is here and has no dated contact later than the last day of whoever left."""
        due = seen.left_behind.filter(nw.col("left_on") + self.grace_days <= seen.today)
        here = still_here(seen.book, seen.book.tables.employees).select(owner="id")
        owned = seen.book.tables.customers.select("owner", customer="id").join(here, on="owner", how="semi")
        taken = seen.customers.join(due, on="customer").join(owned, on="customer")
        latest = taken.join(self._contacts(seen), on=["customer", "owner"], how="left")
        quiet = latest.filter(nw.col("latest").is_null() | (nw.col("latest") <= nw.col("left_on")))
        for customer, owner, person, day in seen.each(quiet, "owner", "person", "left_on"):
            left = f"{seen.person(person)} left on {on(day)}, {counted(seen.today - day, 'day', 'days')} ago"
            yield customer.found(
                f"{seen.person(owner)} has no contact on record since {left}",
                f"employee:{owner}",
            )

    @staticmethod
    def _contacts(seen: Inspection) -> Frame:
        """The latest day on which an employee of ours was in touch with a customer: customer, owner, latest."""
        tables, two_way = seen.book.tables, nw.coalesce(nw.col("kind"), nw.lit("meeting")) != ONE_WAY
        dated = nw.concat(
            [
                tables.ties.filter(two_way, nw.col("channel") == "").select(
                    "customer", owner="person", day="last_contact"
                ),
                tables.log.filter(two_way, nw.col("channel") == "").select("customer", owner="person", day="on"),
            ]
        )
        return dated.group_by("customer", "owner").agg(latest=nw.col("day").max())
