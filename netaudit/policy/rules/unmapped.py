"""NA301: which customers has nobody a live tie to?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from netaudit.finding import Severity
from netaudit.policy.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netaudit.policy.rule import Found, Inspection


@dataclass(frozen=True, slots=True)
class Unmapped(Rule):
    """A customer that nobody has a tie to.

    Nobody has a live tie to this customer, and nobody who has left had one. Either nobody knows it, or the ties are
    missing from the data: unknown, and not safe. What people who have left leave behind is NA403's.
    """

    code = "NA301"
    name = "unmapped"
    severity = Severity.MEDIUM
    remedy = "Find out who is in touch with them and record it, or give the customer to somebody."

    def find(self, seen: Inspection) -> Iterator[Found]:
        """Customers without a live tie, but those that only people who left had one to."""
        unmapped = seen.customers.filter(nw.col("ties") == 0).join(seen.standing.left_behind, on="customer", how="anti")
        tables = (seen.book.tables.ties, seen.book.tables.log)
        recorded = nw.concat([frame.select("customer") for frame in tables]).group_by("customer").agg(recorded=nw.len())
        unmapped = unmapped.join(recorded, on="customer", how="left")
        for customer, ties, owner in seen.each(unmapped, "recorded", "owner"):
            why = "no tie is on record" if ties is None else "the ties on record no longer count"
            whose = f"; {seen.person(owner)} is its owner" if owner else ""
            yield customer.found(f"nobody has a live tie: {why}{whose}")
