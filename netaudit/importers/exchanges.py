"""Messages → exchanges: how often two have heard from each other, by month, and which mail is none.

An exchange is a day with mail that was answered: up to any month there are as many as there were days with mail in the
direction that had fewer. Copies, threads and the many rows of one message so count once a day, as rows of a log do.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from netaudit.importers.addresses import domain_of, is_below, is_nobody, is_shared
from netaudit.importers.ledger import Month
from netaudit.importers.likeness import is_full
from netaudit.importers.sighted import Colleague, Dropped, Person
from netaudit.importers.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netaudit.importers.ledger import Ledger

MANY = 10
"""A message to more recipients is a mailing, and a meeting of more people a gathering: neither is a tie of two."""

LIST, MAILING = "list", "mailing"
"""Mail to many: one that many write to, and one that only its sender does."""

ONE_WAY = "never answered, or never written to"


class Message(NamedTuple):
    """What its header says: the day, who wrote, who was written to; `bulk` is LIST or MAILING, or "".

    `rows` are the rows of an export that it stands in, or 1; `line` is that of the first, where lines are known.
    """

    day: date | None
    sender: str
    recipients: tuple[str, ...]
    bulk: str = ""
    rows: int = 1
    line: int | None = None


@dataclass(slots=True)
class _Days:
    """Days of one month as bits, each way."""

    sent: int = 0
    received: int = 0


Pair = tuple[str, ...]
"""Somebody of ours, and somebody of theirs, as the export names them; or ids in the book."""


class Exchanges:
    """Days on which each of a pair has written, by month."""

    def __init__(self) -> None:
        self._pairs: dict[Pair, dict[int, _Days]] = {}

    def add(self, pair: Pair, day: date, *, sent: bool) -> None:
        """A day on which ours has written (`sent`), or theirs."""
        days = self._pairs.setdefault(pair, {}).setdefault(day.year * 12 + day.month - 1, _Days())
        if sent:
            days.sent |= 1 << day.day
        else:
            days.received |= 1 << day.day

    def add_all(self, pair: Pair, months: dict[int, _Days]) -> None:
        """Days of one who has several addresses."""
        known = self._pairs.setdefault(pair, months)
        if known is not months:
            for number, days in months.items():
                both = known.setdefault(number, _Days())
                both.sent |= days.sent
                both.received |= days.received

    def days(self) -> Iterator[tuple[Pair, dict[int, _Days]]]:
        """Every pair once, in order, with its days; they are handed over."""
        for pair in sorted(self._pairs):
            yield pair, self._pairs.pop(pair)

    def counted(self) -> Iterator[tuple[Pair, dict[str, Month]]]:
        """Every pair once, in order, with its months, also those without an exchange; none where nobody answered."""
        for pair, days in self.days():
            months = _exchanged(days)
            yield pair, months if any(month.count for month in months.values()) else {}


def _whole(message: Message, today: date) -> tuple[date, str]:
    """Day and sender. Raises Dropped where either, or the recipients, are missing."""
    if message.day is None:
        raise Dropped("no date that can be read")
    if message.day > today:
        raise Dropped("dated in the future")
    if not message.sender:
        raise Dropped("no sender that can be read")
    if not message.recipients:
        raise Dropped("no recipient that can be read")
    if is_nobody(message.sender):
        raise Dropped("written by a machine")
    return message.day, message.sender


class Post:
    """Who of ours has written to whom of theirs, and was answered. `names` are what people call themselves."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.names: dict[str, str] = {}
        self.tally = Tally("")
        self._exchanges = Exchanges()
        self._taken: dict[int, Counter[tuple[Pair, ...]]] = defaultdict(Counter)
        self._tallies: dict[int, Tally] = {}
        self._mailings: set[Pair] = set()

    def take(self, message: Message) -> None:
        """Count a message of the file of `tally`, or the reason why it is not."""
        try:
            pairs = self._judged(message)
        except Dropped as why:
            self.tally.drop(why.reason, message.line, message.rows)
            return
        self._tallies[id(self.tally)] = self.tally
        self._taken[id(self.tally)][pairs] += message.rows

    def call(self, address: str, name: str) -> None:
        """Remember what somebody is called, a full name rather than a part of one."""
        if name and (is_full(name) or address not in self.names):
            self.names[address] = name

    def _judged(self, message: Message) -> tuple[Pair, ...]:
        """The pairs between whom it went. Raises Dropped for what is no message of two."""
        day, sender = _whole(message, self.ledger.today)
        recipients = tuple(dict.fromkeys(message.recipients))
        ours = is_below(sender, self.ledger.domains)
        if message.bulk:
            if ours and message.bulk == MAILING:
                self._mailings |= {(sender, one) for one in recipients if not is_below(one, self.ledger.domains)}
                raise Dropped("mailings of our own: of these only the readers count")
            raise Dropped("lists, mailings and automatic mail")
        if len(recipients) > MANY:
            raise Dropped(f"more than {MANY} recipients")
        others = [one for one in recipients if is_below(one, self.ledger.domains) != ours and not is_nobody(one)]
        if not others:
            raise Dropped("among ourselves" if ours else "nobody of ours")
        pairs = [pair for one in others if self._is_work((pair := (sender, one) if ours else (one, sender))[1])]
        if not pairs:
            raise Dropped("private mail addresses")
        for pair in pairs:
            self._exchanges.add(pair, day, sent=ours)
        self.ledger.saw(day)
        return tuple(sorted(pairs))

    def _is_work(self, address: str) -> bool:
        """Whether an address is of an employer, or of a contact that the book knows."""
        return bool(domain_of(address) or self.ledger.contacts.find("x_email", address))

    def close(self) -> None:
        """Put what was exchanged into the book, and count for each file how much of it that kept."""
        why: dict[Pair, str] = {}
        known = Exchanges()
        for pair, days in self._exchanges.days():
            try:
                known.add_all(self._ends(pair, days), days)
            except Dropped as reason:
                why[pair] = reason.reason
        for (owner, contact, customer), months in known.counted():
            self.ledger.contact_on(owner, contact, customer, "mail", months)
        for number, taken in self._taken.items():
            for pairs, rows in taken.items():
                if all(pair in why for pair in pairs):
                    self._tallies[number].drop(why[pairs[0]], rows=rows)
                else:
                    self._tallies[number].kept += rows
        for sender, address in sorted(self._mailings):
            for contact in self.ledger.contacts.find("x_email", address):
                self.ledger.tie(self.ledger.newsletter(sender), contact, "", "mail")

    def _ends(self, pair: Pair, days: dict[int, _Days]) -> Pair:
        """Who they are in the book: employee or channel, contact, and customer."""
        if not (any(each.sent for each in days.values()) and any(each.received for each in days.values())):
            raise Dropped(ONE_WAY)
        contact, customer = self.their_side(pair[1])
        return self.our_side(pair[0]), contact, customer

    def their_side(self, address: str) -> tuple[str, str]:
        """Contact and customer; a mailbox that several read there is the customer itself."""
        people = self.ledger.contacts
        named = any(people[name].get("name") for name in people.find("x_email", address))
        person = Person(name="" if named else self.names.get(address, ""), emails=(address,))
        if is_shared(address):
            return "", self.ledger.customer_of(person)
        contact = self.ledger.contact(person)
        return contact, self.ledger.contacts[contact]["customer"]

    def our_side(self, address: str) -> str:
        """A colleague, or a mailbox of the company's own."""
        if is_shared(address) or self.ledger.channels.find("x_email", address):
            return self.ledger.channel(address)
        return self.ledger.employee(Colleague(name=self.names.get(address, ""), email=address))


def _exchanged(months: dict[int, _Days]) -> dict[str, Month]:
    """Days with mail by month, and the exchanges that they make."""
    found: dict[str, Month] = {}
    sent = received = done = 0
    for number in sorted(months):
        days = months[number]
        sent += days.sent.bit_count()
        received += days.received.bit_count()
        count = min(sent, received) - done
        done += count
        last = max(days.sent, days.received).bit_length() - 1
        month, day = _named(number, last)
        found[month] = Month(day, 0, count, days.sent.bit_count(), days.received.bit_count())
    return found


@lru_cache(maxsize=1 << 14)
def _named(number: int, day: int) -> tuple[str, str]:
    """A month, counted from year 0, and a day of it as text: few, in many pairs."""
    of = date(number // 12, number % 12 + 1, day).isoformat()
    return of[:7], of


def months_of(days: Iterable[date]) -> dict[str, Month]:
    """Days on which there was contact, by month."""
    found: dict[str, list[date]] = defaultdict(list)
    for day in set(days):
        found[f"{day:%Y-%m}"].append(day)
    return {month: Month(max(those).isoformat(), len(those)) for month, those in found.items()}
