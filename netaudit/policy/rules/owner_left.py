"""NA304: which customers are still in the name of somebody who has left?"""

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
class OwnerLeft(Rule):
    """A customer in the name of somebody who has left.

    The customer's owner on record has left, while others are in touch with it. Who should answer for it is not
    written down, and reports by owner are wrong. Where nobody is in touch any more, that is NA403's.
    """

    code = "NA304"
    name = "owner-left"
    severity = Severity.LOW
    remedy = "Name the colleague who has taken over as owner."

    def find(self, seen: Inspection) -> Iterator[Found]:
        """Customers with live ties whose owner has left."""
        left = seen.left().select("left_on", owner="id")
        for customer, owner, day in seen.each(
            seen.customers.filter(nw.col("ties") > 0).join(left, on="owner"), "owner", "left_on"
        ):
            yield customer.found(f"its owner, {seen.person(owner)}, left on {on(day)}")
