"""NA307: which customers have enough ties only because something about these is assumed?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from netaudit.finding import Severity
from netaudit.policy.rule import Rule, counted, key_share, parameter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netaudit.policy.rule import Found, Inspection


@dataclass(frozen=True, slots=True)
class HeldByAssumption(Rule):
    """A customer that is held only if what is assumed is true.

    Enough colleagues, or a desk, have a tie that counts, but so only by convention: a kind, a date or a count is
    missing, as where somebody is the customer's owner and nothing else is known. By what is on record alone it would
    hang on one colleague or none.
    """

    code = "NA307"
    name = "held-by-assumption"
    severity = Severity.MEDIUM
    remedy = "Record when somebody was last in touch, how, and how often; or let a second colleague meet them."

    min_colleagues: int = parameter(2, "fewest colleagues with a tie that counts", 1)
    key_share: float = key_share()

    def find(self, seen: Inspection) -> Iterator[Found]:
        """Customers with colleagues enough or a channel whose ties count, too few of these without an assumption."""
        held = (nw.col("channels") > 0) | (nw.col("colleagues") >= self.min_colleagues)
        sure = (nw.col("sure_channels") > 0) | (nw.col("sure_colleagues") >= self.min_colleagues)
        columns = ("colleagues", "channels", "sure_colleagues")
        for customer, colleagues, channels, known in seen.each(seen.key(self.key_share).filter(held, ~sure), *columns):
            people = [counted(colleagues, "colleague", "colleagues")] if colleagues else []
            who = " and ".join([*people, *(["a company channel"] if channels else [])])
            only = f"only {counted(known, 'colleague', 'colleagues')} would" if known else "nobody would"
            has = "has" if colleagues + channels == 1 else "have"
            yield customer.found(f"{who} {has} a tie that counts; without what is assumed {only}")
