"""NA103: who alone has the ties that count to a large part of the revenue?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from netaudit.finding import Severity
from netaudit.policy.rule import Found, Rule, counted, parameter, percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netaudit.policy.rule import Inspection


@dataclass(frozen=True, slots=True)
class OneHolder(Rule):
    """One colleague with the only ties to much of the revenue.

    At customers that bring a large part of the revenue, the only tie that counts is one and the same colleague's.
    It says where ties are missing, not how anybody works.
    """

    code = "NA103"
    name = "one-holder"
    severity = Severity.HIGH
    remedy = "Start with this colleague's largest customers: `netaudit risk --leaver` lists them, costliest first."

    max_share: float = parameter(0.10, "largest share of revenue with one colleague only", 0, 1)

    def find(self, seen: Inspection) -> Iterator[Found]:
        """Employees who alone have a tie that counts at customers of more than that share."""
        alone = seen.customers.filter(nw.col("channels") == 0, nw.col("colleagues") == 1)
        held = alone.group_by("first").agg(weight=nw.col("weight").sum(), customers=nw.len())
        places = seen.book.tables.employees.select("origin", first="id")
        for person, weight, customers, origin in seen.rows(
            held.join(places, on="first"), "first", "weight", "customers", "origin"
        ):
            share = seen.share(weight or 0)
            if share > self.max_share:
                where = counted(customers, "customer", "customers")
                message = f"has the only tie that counts at {where}, with {percent(share)} of {seen.weighed}"
                revenue = seen.revenue(int(weight))
                yield Found((f"employee:{person}",), seen.person(person), message, revenue, origin, share)
