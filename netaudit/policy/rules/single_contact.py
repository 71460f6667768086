"""NA102: at which customers do all ties end at one contact?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from netaudit.finding import Severity
from netaudit.policy.rule import Rule, key_share, parameter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netaudit.policy.rule import Found, Inspection


@dataclass(frozen=True, slots=True)
class SingleContact(Rule):
    """A customer that is known through one contact.

    Several colleagues know this customer, but all of them know the same one person there. When that person changes
    jobs, every tie that counts ends on the same day.
    """

    code = "NA102"
    name = "single-contact"
    severity = Severity.MEDIUM
    remedy = "Get to know a second person there: the buyer's manager, a user, the one who signs."

    min_contacts: int = parameter(2, "fewest contacts with a tie that counts", 1)
    key_share: float = key_share()

    def find(self, seen: Inspection) -> Iterator[Found]:
        """Customers with two or more colleagues whose ties that count end at too few contacts, and no channel's."""
        few = (nw.col("colleagues") > 1) & (nw.col("channels") == 0) & (nw.col("ends") < self.min_contacts)
        for customer, colleagues, ends in seen.each(seen.key(self.key_share).filter(few), "colleagues", "ends"):
            one = "one contact" if ends == 1 else f"{ends} contacts"
            yield customer.found(f"{colleagues} colleagues have a tie that counts, all of them to {one}")
