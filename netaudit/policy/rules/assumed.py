"""NA302: how much of what is known rests on assumptions?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from netaudit.finding import Severity
from netaudit.policy.rule import Found, Rule, parameter, percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netaudit.policy.rule import Inspection


@dataclass(frozen=True, slots=True)
class Assumed(Rule):
    """Many ties without kind, date or count.

    Ties without a kind, a date or a count are taken for quarterly meetings half a quarter ago. Where many are,
    verdicts and money rest on that convention more than on what happened.
    """

    code = "NA302"
    name = "assumed"
    severity = Severity.LOW
    remedy = "Export the date of the last contact with the ties; most systems have it beside the owner."

    max_share: float = parameter(0.25, "largest share of relations that are assumed", 0, 1)

    def find(self, seen: Inspection) -> Iterator[Found]:
        """One finding, about the book."""
        relations = seen.standing.bundles.join(seen.customers.select("customer"), on="customer", how="semi")
        counts = relations.select(count=nw.len(), assumed=nw.col("assumed").cast(nw.Int64).sum())
        ((count, assumed),) = seen.rows(counts, "count", "assumed")
        if count and assumed / count > self.max_share:
            part = f"{assumed} of {count} relations between somebody here and a contact ({percent(assumed / count)})"
            message = f"for {part} the kind, date or count is assumed"
            yield Found(("table:ties",), "The ties", message, None, None, assumed / count)
