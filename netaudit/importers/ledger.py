"""The book that is being made: who is who, what ties are told of, and on how many days there was contact."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netaudit.importers.who_is_who import WhoIsWho

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from netaudit.importers.register import Cells

Ends = tuple[str, str, str, str]
"""Owner, contact ("" for the customer itself), customer, kind."""

TIE = ("owner", "contact", "customer", "kind", "last_contact", "followers", "source")
CONTACTED = ("owner", "contact", "customer", "kind", "on", "count", "x_sent", "x_received", "x_told", "x_source")
CURRENCY = re.compile("[A-Z]{3}")


@dataclass(slots=True)
class Month:
    """Contacts of one kind between two in one month: the last day, and days with mail each way.

    `told` are days of contact that an export gave as such, `exchanged` those that mail each way makes.
    """

    on: str
    told: int = 0
    exchanged: int = 0
    sent: int = 0
    received: int = 0

    @property
    def count(self) -> int:
        """Days of contact: what two systems tell of one month is the same contacts, so the larger counts."""
        return max(self.told, self.exchanged)


@dataclass(slots=True)
class Ledger(WhoIsWho):
    """Tables of a book, by id."""

    currency: str = ""
    ties: dict[Ends, Cells] = field(default_factory=dict)
    contacted: dict[tuple[Ends, str], Month] = field(default_factory=dict)
    other_ties: list[Cells] = field(default_factory=list)
    other_log: list[Cells] = field(default_factory=list)

    def tie(
        self, owner: str, contact: str, kind: str, source: str, last: date | None = None, customer: str = ""
    ) -> None:
        """A tie on record; of two that differ in their day the later one."""
        ends = (owner, contact, "" if contact else customer, kind)
        row = self.ties.setdefault(ends, dict(zip(TIE[:4], ends, strict=True)) | {"source": source})
        day = last.isoformat() if last else ""
        row["last_contact"] = max(row.get("last_contact", ""), day)
        if source not in row.get("source", "").split(";"):
            row["source"] = ";".join(sorted([*row.get("source", "").split(";"), source])).strip(";")

    def contact_on(self, owner: str, contact: str, customer: str, kind: str, months: dict[str, Month]) -> None:
        """Contacts by month. What an earlier export told of a month is told again by this one: the larger counts."""
        ends = (owner, contact, "" if contact else customer, kind)
        for month, new in months.items():
            old = self.contacted.setdefault((ends, month), new)
            old.on, old.told = max(old.on, new.on), max(old.told, new.told)
            old.sent, old.received = max(old.sent, new.sent), max(old.received, new.received)

    def settle(self) -> None:
        """Count exchanges again from the days each way of all months that are known by now."""
        totals: dict[Ends, list[int]] = defaultdict(lambda: [0, 0, 0])
        for ends, name in sorted(self.contacted):
            month = self.contacted[ends, name]
            if month.sent or month.received:
                sums = totals[ends]
                sums[0] += month.sent
                sums[1] += month.received
                month.exchanged = min(sums[0], sums[1]) - sums[2]
                sums[2] += month.exchanged

    def revenue(self, customer: str, amount: Decimal | None, currency: str = "") -> None:
        """What a customer brings a year, in the book's currency; None where exports do not tell it any more.

        `x_revenue` remembers what was written: what somebody has put in its place since then is left as it is.
        """
        row = self.customers[customer]
        if row.get("revenue", "") != row.get("x_revenue", ""):
            self.note("customers with a revenue of the book's own, which is left as it is", customer)
            return
        self.currency = self.currency or (currency if CURRENCY.fullmatch(currency) else "")
        ours = row.get("currency") or self.currency or "a code of three letters"
        if amount is not None and currency not in {"", ours}:
            self.note(f"customers with money in another currency than {ours}, so without a revenue", customer)
            amount = None
        row["revenue"] = row["x_revenue"] = "" if amount is None else f"{amount:f}"
