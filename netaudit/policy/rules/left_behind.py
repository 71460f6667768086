"""NA403: which customers did people who have left leave behind?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from netaudit.finding import Severity
from netaudit.policy.rule import Rule, on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netaudit.policy.rule import Found, Inspection


@dataclass(frozen=True, slots=True)
class LeftBehind(Rule):
    """A customer that only people who have left knew.

    Only people who have left had a tie to this customer, and nobody has taken over. It may still buy out of habit,
    and nobody would notice if it stopped.
    """

    code = "NA403"
    name = "left-behind"
    severity = Severity.HIGH
    remedy = "Give it to somebody this week, and let them call."

    def find(self, seen: Inspection) -> Iterator[Found]:
        """Customers without a live tie, to which somebody who has left had one."""
        columns = ("person", "left_on")
        behind = seen.customers.filter(nw.col("ties") == 0).join(seen.standing.left_behind, on="customer")
        for customer, person, day in seen.each(behind, *columns):
            yield customer.found(f"was {seen.person(person)}'s, who left on {on(day)}; nobody has a live tie since")
