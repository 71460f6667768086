"""NA203: which channels reach their readers only because one person passes them on?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from netaudit.finding import Severity
from netaudit.policy.rule import Found, Rule, parameter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netaudit.policy.rule import Inspection


@dataclass(frozen=True, slots=True)
class RelayedByOne(Rule):
    """A channel that hangs on one colleague.

    A channel of the company's own reaches most of its customers only because one colleague passes it on. It looks
    like a company tie and is a personal one: it ends when that colleague goes.
    """

    code = "NA203"
    name = "relayed-by-one"
    severity = Severity.HIGH
    remedy = "Send it from the company's own address, and ask the readers to subscribe there."

    max_share: float = parameter(
        0.50, "largest share of the channel's customers that it reaches only via one colleague", 0, 1
    )

    def find(self, seen: Inspection) -> Iterator[Found]:
        """Channels of which more than that share of the customers in question is reached only via one person."""
        ways = seen.standing.reached.join(seen.customers.select("customer", "weight"), on="customer")
        ways = ways.group_by("channel", "customer").agg(
            one=nw.col("person").min(), other=nw.col("person").max(), weight=nw.col("weight").max()
        )
        via = nw.when((nw.col("one") == nw.col("other")) & (nw.col("one") != "")).then(nw.col("one"))
        ways = ways.with_columns(via=via.otherwise(nw.lit("")))
        sums = ways.group_by("channel", "via").agg(customers=nw.len(), weight=nw.col("weight").sum())
        reached: dict[str, int] = {}
        rows = seen.rows(sums, "channel", "via", "customers", "weight")
        for channel, _, customers, _ in rows:
            reached[channel] = reached.get(channel, 0) + customers
        known = {row[0]: row[1:] for row in seen.rows(seen.book.tables.channels, "id", "name", "origin")}
        for channel, via_whom, customers, weight in rows:
            if via_whom and customers / reached[channel] > self.max_share:
                name, origin = known[channel]
                part = f"{customers} of its {reached[channel]} customers"
                message = f"reaches {part} only because {seen.person(via_whom)} passes it on"
                subject = (f"channel:{channel}", f"employee:{via_whom}")
                revenue, share = None if weight is None else seen.revenue(int(weight)), customers / reached[channel]
                yield Found(subject, name or channel, message, revenue, origin, share)
