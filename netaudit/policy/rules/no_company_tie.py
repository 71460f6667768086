"""NA202: which customers has no channel of the company itself a tie to?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from netaudit.finding import Severity
from netaudit.policy.rule import Rule, counted, key_share

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netaudit.policy.rule import Found, Inspection


@dataclass(frozen=True, slots=True)
class NoCompanyTie(Rule):
    """A customer without any tie to the company itself.

    Colleagues know this customer, but the company does not: it follows no page, reads no newsletter and uses no
    desk that would stay when people go. Looked at only where the book has channels that could be offered.
    """

    code = "NA202"
    name = "no-company-tie"
    severity = Severity.LOW
    remedy = "Invite a contact there to follow the page or to read the newsletter; it is small, and it stays."

    key_share: float = key_share()

    def find(self, seen: Inspection) -> Iterator[Found]:
        """Customers that people hold and no channel reaches directly."""
        if not seen.rows(seen.book.tables.channels, "id"):
            return
        bare = (nw.col("company") == 0) & (nw.col("people") > 0)
        for customer, colleagues in seen.each(seen.key(self.key_share).filter(bare), "colleagues"):
            who = counted(colleagues, "colleague has", "colleagues have")
            yield customer.found(f"no channel reaches it directly; {who} a tie that counts")
