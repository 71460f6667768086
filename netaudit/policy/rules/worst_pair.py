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
        """The one pair with customers in common whose joint share is largest, if it is above the limit."""
        few = seen.customers.filter(nw.col("channels") == 0, nw.col("colleagues").is_between(1, 2))
        held = few.group_by("first", "last").agg(weight=nw.col("weight").sum(), customers=nw.len())
        sums = {
            (a, b): (int(weight or 0), count)
            for a, b, weight, count in seen.rows(held, "first", "last", "weight", "customers")
        }
        pairs = [(self._joint(sums, a, b), a, b) for a, b in sums if a != b]
        if not pairs:
            return
        weight, a, b = max(pairs, key=lambda pair: (pair[0], pair[1:]))
        if seen.share(weight) > self.max_share:
            where = counted(sums[a, b][1], "customer that", "customers that")
            message = (
                f"if both left, nobody would have a tie that counts to {percent(seen.share(weight))} of "
                f"{seen.weighed}; they share {where} nobody else knows"
            )
            names = f"{seen.person(a)} and {seen.person(b)}"
            yield Found(
                (f"employee:{a}", f"employee:{b}"), names, message, seen.revenue(weight), None, seen.share(weight)
            )

    @staticmethod
    def _joint(sums: dict[tuple[str, str], tuple[int, int]], a: str, b: str) -> int:
        """What the two hold, each alone and both together."""
        return sum(sums.get(pair, (0, 0))[0] for pair in ((a, a), (b, b), (a, b)))
