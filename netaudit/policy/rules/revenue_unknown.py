"""NA306: how many customers have no revenue on record?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from netaudit.finding import Severity
from netaudit.policy.rule import Found, Rule, counted, parameter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netaudit.policy.rule import Inspection


@dataclass(frozen=True, slots=True)
class RevenueUnknown(Rule):
    """Customers without a revenue.

    Customers without a revenue are left out of all money: what they would cost is unknown, and no figure shows it.
    Books in which no customer has one are judged by count, and are not meant here.
    """

    code = "NA306"
    name = "revenue-unknown"
    severity = Severity.INFO
    remedy = "Fill in the yearly revenue, an estimate if need be; `netaudit risk --where revenue=blank` lists them."

    max_customers: int = parameter(0, "most customers without one", 0)

    def find(self, seen: Inspection) -> Iterator[Found]:
        """One finding, about the table of customers, at the first of them."""
        unknown = seen.customers.filter(nw.col("revenue").is_null())
        counts = unknown.select(count=nw.len(), origin=nw.col("origin").min())
        ((count, origin),) = seen.rows(counts, "count", "origin")
        if seen.book.weighted_by == "revenue" and count > self.max_customers:
            who = counted(count, "customer has no revenue, and counts", "customers have no revenue, and count")
            yield Found(("table:customers",), "The customers", f"{who} for no money", None, origin)
