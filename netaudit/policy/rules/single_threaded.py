"""NA101: which customers hang on one colleague?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from netaudit.finding import Severity
from netaudit.policy.rule import Rule, key_share, parameter, scarcity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netaudit.policy.rule import Found, Inspection


@dataclass(frozen=True, slots=True)
class SingleThreaded(Rule):
    """A customer that hangs on one colleague.

    Only one colleague has a tie to this customer that counts, and no channel of the company's own has one. When
    that colleague goes, the relation goes too, and nobody is left who could keep the customer. With nobody it is no
    better; what people who have left leave behind is NA403's.
    """

    code = "NA101"
    name = "single-threaded"
    severity = Severity.HIGH
    remedy = (
        "Let a second colleague meet them every quarter, or bring them to the service desk; `netaudit why` says more."
    )

    min_colleagues: int = parameter(2, "fewest colleagues with a tie that counts", 1)
    key_share: float = key_share()

    def find(self, seen: Inspection) -> Iterator[Found]:
        """Customers with too few colleagues whose tie counts, and no channel's; of nobody's but those of NA403."""
        few = (nw.col("channels") == 0) & (nw.col("colleagues") < self.min_colleagues)
        key = seen.key(self.key_share).filter(few)
        left = key.filter(nw.col("ties") == 0).join(seen.standing.left_behind, on="customer").select("customer")
        key = key.join(left, on="customer", how="anti")
        columns = ("colleagues", "first", "sure_colleagues")
        for customer, colleagues, first, sure in seen.each(key, *columns):
            who = f"only {seen.person(first)} has" if colleagues == 1 else f"{colleagues or 'no'} colleagues have"
            more = f", {self.min_colleagues} are wanted" if colleagues > 1 else ""
            more += ", and of that something is assumed" if colleagues == 1 and not sure else ""
            yield customer.found(f"{who} a tie that counts{more}", measure=scarcity(colleagues))
