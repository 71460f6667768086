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

YEAR = 365
"""Whoever left longer ago has been succeeded, or never will be."""

ONE_WAY = "social"
"""The kind of tie that is no contact in both directions."""


@dataclass(frozen=True, slots=True)
class NotTakenUp(Rule):
    """A successor who has had no contact since the handover.

    A colleague who has left in the past year had a tie to this customer, somebody else is its owner now, and no
    meeting, call or mail of theirs with anybody there is on record since the last day. It was handed over on paper.
    """

    code = "NA405"
    name = "not-taken-up"
    severity = Severity.MEDIUM
    remedy = "Let the new owner meet the customer; if they have, record when."

    grace_days: int = parameter(14, "days after the last day before anything is said", 0)

    def find(self, seen: Inspection) -> Iterator[Found]:
        """Customers whose owner is here and has no contact later than the last day of whoever left, as far as is dated.

        Of several who have left it is the last one whose days of grace are over.
        """
        due = self._due(seen)
        here = still_here(seen.book, seen.book.tables.employees).select(owner="id")
        owned = seen.book.tables.customers.select("owner", customer="id").join(here, on="owner", how="semi")
        taken = seen.customers.join(due, on="customer").join(owned, on="customer")
        latest = taken.join(self._contacts(seen), on=["customer", "owner"], how="left")
        quiet = latest.filter(
            nw.coalesce(nw.col("undated"), nw.lit(0)) == 0,
            nw.col("latest").is_null() | (nw.col("latest") <= nw.col("left_on")),
        )
        for customer, owner, person, day in seen.each(quiet, "owner", "person", "left_on"):
            left = f"{seen.person(person)} left on {on(day)}, {counted(seen.today - day, 'day', 'days')} ago"
            yield customer.found(
                f"{seen.person(owner)} has no meeting, call or mail on record since {left}",
                f"employee:{owner}",
            )

    def _due(self, seen: Inspection) -> Frame:
        """The customers of those who left within a year, and before the days of grace: customer, person, left_on."""
        past = nw.col("left_on").is_between(seen.today - YEAR, seen.today - self.grace_days - 1)
        left = seen.book.tables.employees.filter(past).select("left_on", person="id")
        tables = (seen.book.tables.ties, seen.book.tables.log)
        ties = nw.concat([frame.filter(nw.col("gone")).select("customer", "person") for frame in tables])
        theirs = ties.join(left, on="person")
        latest = theirs.group_by("customer").agg(left_on=nw.col("left_on").max())
        both = theirs.join(latest, on=["customer", "left_on"]).group_by("customer", "left_on")
        return both.agg(person=nw.col("person").min())

    @staticmethod
    def _contacts(seen: Inspection) -> Frame:
        """When employees of ours were last in touch: customer, owner, latest, undated (how many ties have no day).

        An `owner:` without a tie is no tie of theirs yet, and counts as nothing.
        """
        tables, two_way = seen.book.tables, nw.coalesce(nw.col("kind"), nw.lit("meeting")) != ONE_WAY
        stated = ~nw.col("per_year").is_null() | ~nw.col("kind").is_null()
        undated = (nw.col("last_contact").is_null() & nw.col("strength").is_null() & stated).cast(nw.Int64)
        own = tables.ties.filter(two_way, nw.col("channel") == "")
        ties = own.select("customer", owner="person", day="last_contact", undated=undated)
        log = tables.log.filter(two_way, nw.col("channel") == "")
        nothing = nw.lit(0).cast(nw.Int64)
        dated = nw.concat([ties, log.select("customer", owner="person", day="on", undated=nothing)])
        return dated.group_by("customer", "owner").agg(latest=nw.col("day").max(), undated=nw.col("undated").sum())
