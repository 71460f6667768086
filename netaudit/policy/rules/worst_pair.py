"""NA104: which two colleagues, if both left, would take the last ties that count to a large part of the revenue?"""

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
class WorstPair(Rule):
    """Two colleagues with the only ties to much of the revenue.

    Two colleagues share customers, and nobody else has a tie to these that counts. Each of them covers for the
    other, and people who work together also leave together.
    """

    code = "NA104"
    name = "worst-pair"
    severity = Severity.MEDIUM
    remedy = (
        "At the customers that only the two of them know, let a third colleague in, or a channel of the company's own."
    )

    max_share: float = parameter(0.20, "largest share of revenue with two colleagues only", 0, 1)

    def find(self, seen: Inspection) -> Iterator[Found]:
        """Pairs with customers in common whose joint share is above the limit, where neither is so alone (NA103)."""
        few = seen.customers.filter(nw.col("channels") == 0, nw.col("colleagues").is_between(1, 2))
        held = few.group_by("first", "last").agg(weight=nw.col("weight").sum(), customers=nw.len())
        sums = {
            (a, b): (int(weight or 0), count)
            for a, b, weight, count in seen.rows(held, "first", "last", "weight", "customers")
        }
        alone = {person: units for (person, other), (units, _) in sums.items() if person == other}
        joint = {(a, b): alone.get(a, 0) + alone.get(b, 0) + units for (a, b), (units, _) in sums.items() if a != b}
        for (a, b), weight in sorted(joint.items()):
            heaviest = max(alone.get(a, 0), alone.get(b, 0))
            if seen.share(weight) <= self.max_share or seen.share(heaviest) > self.max_share:
                continue
            where = counted(sums[a, b][1], "customer that", "customers that")
            message = (
                f"if both left, nobody would have a tie that counts to {percent(seen.share(weight))} of "
                f"{seen.weighed}; they share {where} nobody else knows"
            )
            names = f"{seen.person(a)} and {seen.person(b)}"
            nodes = (f"employee:{a}", f"employee:{b}")
            yield Found(nodes, names, message, seen.revenue(weight), None, seen.share(weight))
