"""NA401: which contracts end soon with nobody, or only one colleague, to renew them?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from netaudit.finding import Severity
from netaudit.policy.rule import Rule, counted, on, parameter, scarcity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netaudit.policy.rule import Found, Inspection


@dataclass(frozen=True, slots=True)
class Renewal(Rule):
    """A renewal soon, with one colleague at most.

    The contract can be ended soon, and one colleague at most has a tie that counts. Days before a renewal are when
    a departure costs most, and when it is too late to introduce somebody.
    """

    code = "NA401"
    name = "renewal"
    severity = Severity.HIGH
    remedy = "Take a second colleague along to the renewal meeting, or move the talk forward."

    within_days: int = parameter(90, "how many days ahead a renewal is soon", 0)
    min_colleagues: int = parameter(2, "fewest colleagues with a tie that counts", 1)

    def find(self, seen: Inspection) -> Iterator[Found]:
        """Customers whose renewal is soon, with too few colleagues and no channel whose tie counts."""
        soon = nw.col("renewal_on").is_between(seen.today, seen.today + self.within_days)
        few = soon & (nw.col("channels") == 0) & (nw.col("colleagues") < self.min_colleagues)
        columns = ("renewal_on", "colleagues", "first")
        for customer, day, colleagues, first in seen.each(seen.customers.filter(few), *columns):
            who = f"only {seen.person(first)} has" if colleagues == 1 else f"{colleagues or 'no'} colleagues have"
            more = "" if colleagues < 2 else f", {self.min_colleagues} are wanted"
            days = "today" if day == seen.today else f"in {counted(day - seen.today, 'day', 'days')}"
            yield customer.found(
                f"renews on {on(day)}, {days}; {who} a tie that counts{more}", measure=scarcity(colleagues)
            )
