"""NA404: which customers has nobody been in touch with for long?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from netaudit.finding import Severity
from netaudit.policy.rule import Rule, counted, key_share, on, parameter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netaudit.policy.rule import Found, Inspection


@dataclass(frozen=True, slots=True)
class Quiet(Rule):
    """A customer that has heard nothing for long.

    Nobody, no colleague and no desk, has been in touch with this customer for long. Ties fade: nine in ten bridging
    ties are gone within a year.
    """

    code = "NA404"
    name = "quiet"
    severity = Severity.MEDIUM
    remedy = "Call them. If somebody did, record it."

    max_days: int = parameter(180, "most days since the last contact on record", 0)
    key_share: float = key_share()

    def find(self, seen: Inspection) -> Iterator[Found]:
        """Customers with live ties whose newest contact is older; where no date is on record nothing is said."""
        quiet = nw.col("last_contact") < seen.today - self.max_days
        for customer, day in seen.each(seen.key(self.key_share).filter(quiet), "last_contact"):
            days = counted(seen.today - day, "day", "days")
            yield customer.found(f"the last contact was on {on(day)}, {days} ago")
