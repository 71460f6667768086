"""One import under way: the book it goes into, and whose export it is."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netaudit.importers.deals import put_deals, put_yearly
from netaudit.importers.exchanges import Post, months_of
from netaudit.importers.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from decimal import Decimal

    from netaudit.importers.deals import Deal
    from netaudit.importers.exchanges import Message
    from netaudit.importers.ledger import Ends, Ledger
    from netaudit.importers.register import Cells
    from netaudit.importers.tables import Wishes


SOLD = "seller"
"""How a tie is marked that is only told by who sold something."""


@dataclass(slots=True)
class Run:
    """What importers work with: `kind` is the system, `owner` whose export it is (None: it says so itself).

    `tally` is that of the file at hand, `exported` the day of the export where the user has said it. Put into the book
    at the end are `days` of contact by their ends, `deals` that were won, `yearly` what customers bring by a table, and
    `messages` (day, who wrote, to whom).
    `waiting` are messages whose rows may not all have been read, `owners` those of opportunities, `bought` the
    customers of deals, by the deal's id, `sellers` those of deals that name no contact; of contacts that are `renewed`
    the owner's tie is told again.
    """

    kind: str
    ledger: Ledger
    wishes: Wishes
    owner: str | None = None
    tally: Tally = field(default_factory=lambda: Tally(""))
    told: Callable[[str], None] | None = None
    post: Post = field(init=False)
    days: dict[Ends, set[date]] = field(default_factory=lambda: defaultdict(set))
    deals: list[Deal] = field(default_factory=list)
    messages: list[tuple[date, str, str, Tally]] = field(default_factory=list)
    waiting: OrderedDict[str, Message] = field(default_factory=OrderedDict)
    renewed: set[str] = field(default_factory=set)
    sellers: dict[tuple[str, str], date | None] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    bought: dict[str, str] = field(default_factory=dict)
    yearly: dict[str, set[tuple[Decimal, str]]] = field(default_factory=lambda: defaultdict(set))
    exported: date | None = None
    _told: set[Ends] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.post = Post(self.ledger)

    def record(self, number: str) -> str:
        """An id of the system that was exported, told from those of others."""
        return f"{self.kind}:{number.replace(';', ',')}" if number else ""

    @property
    def whose(self) -> str:
        """The employee whose export this is."""
        assert self.owner is not None  # noqa: S101 - personal kinds are refused without
        return self.owner

    def tie(
        self, owner: str, contact: str, customer: str, last: date | None = None, kind: str = "", told: str = ""
    ) -> None:
        """A tie that a customer system tells of; `told` by what."""
        self.ledger.tie(owner, contact, kind, f"{self.kind} {told}".strip(), last, customer)
        self._told.add((owner, contact, "" if contact else customer, kind))

    def close(self) -> None:
        """Put into the book what was counted."""
        for (owner, contact, customer, kind), days in self.days.items():
            for day in days:
                self.ledger.saw(day)
            self.ledger.contact_on(owner, contact, customer, kind, months_of(days))
        put_deals(self.deals, self.ledger)
        put_yearly(self.yearly, self.ledger)
        self._tie_sellers()
        for ends, row in list(self.ledger.ties.items()):  # who owned a contact once, and is not named any more
            if ends[1] in self.renewed and row["source"] == f"{self.kind} owner" and ends not in self._told:
                del self.ledger.ties[ends]

    def _tie_sellers(self) -> None:
        """Whoever sold to a customer has a tie to it, unless one is on record already: it would count twice."""
        ledger = self.ledger
        known = {
            (owner, customer or ledger.contacts.rows.get(contact, {}).get("customer", ""))
            for (owner, contact, customer, _), row in ledger.ties.items()
            if contact or not _is_sold(row)
        }
        known |= {(row["owner"], name) for name, row in ledger.customers.rows.items() if row.get("owner")}
        for (owner, customer), last in self.sellers.items():
            if (owner, customer) not in known:
                self.tie(owner, "", customer, last, told=SOLD)
        for ends, row in list(ledger.ties.items()):
            if _is_sold(row) and (ends[0], ends[2]) in known:
                del ledger.ties[ends]


def _is_sold(row: Cells) -> bool:
    """Whether nothing else tells of a tie than that its owner sold something."""
    return all(source.endswith(f" {SOLD}") for source in row["source"].split(";"))
