"""NA402: which handovers should be under way, and are not?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from netaudit.finding import Severity
from netaudit.policy.rule import Rule, counted, on, parameter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netaudit.policy.rule import Found, Inspection


@dataclass(frozen=True, slots=True)
class HandoverOverdue(Rule):
    """A departure soon, and nobody else has a tie that counts.

    A colleague who is recorded as leaving knows this customer, nobody who stays has a tie that counts, and the last
    day is near.
    A handover takes some meetings with both; after the last day there is nobody to introduce anybody.
    """

    code = "NA402"
    name = "handover-overdue"
    severity = Severity.HIGH
    remedy = "Let the successor meet the customer with the leaver now; `netaudit risk --departures` says where first."

    lead_days: int = parameter(60, "how many days before the last day a colleague who stays should have a tie", 0)

    def find(self, seen: Inspection) -> Iterator[Found]:
        """Customers that somebody who leaves within that time has a tie to, and nobody who stays one that counts."""
        near = nw.col("left_on").is_between(seen.today + 1, seen.today + self.lead_days)
        leaving = seen.book.tables.employees.filter(near).select("left_on", person="id")
        if not seen.rows(leaving, "person"):
            return
        leavers = seen.standing.pairs.join(leaving, on="person").with_columns(counts=nw.col("counts").cast(nw.Int64))
        gone = leavers.group_by("customer").agg(
            many=nw.len(), gone=nw.col("counts").sum(), leaver=nw.col("person").min(), last_day=nw.col("left_on").max()
        )
        alone = seen.customers.filter(nw.col("channels") == 0).join(gone, on="customer")
        columns = ("leaver", "last_day", "many")
        for customer, leaver, day, many in seen.each(alone.filter(nw.col("gone") == nw.col("colleagues")), *columns):
            who = (
                f"{seen.person(leaver)} leaves on"
                if many == 1
                else f"{many} colleagues, {seen.person(leaver)} among them, leave by"
            )
            days = counted(day - seen.today, "day", "days")
            message = f"{who} {on(day)}, in {days}, and nobody who stays has a tie that counts"
            yield customer.found(message, f"employee:{leaver}")
