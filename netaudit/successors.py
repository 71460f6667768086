"""Who should take over a customer of somebody who leaves?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import narwhals as nw

from netaudit.model import Limits
from netaudit.scope import among

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from netaudit.book import Book
    from netaudit.colleagues import Colleagues
    from netaudit.engine import Frame
    from netaudit.recorded import LiveTies

    Ties = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known at the leaver's customers.

    Units by (person, contact) of each customer; its contacts; the channels that reach it directly; names by node. Of
    contacts only those whose departure is not on record. A tie `counts` from so many units on.
    """

    ties: Mapping[str, Mapping[tuple[str, str], int]]
    contacts: Mapping[str, list[str]]
    channels: Mapping[str, set[str]]
    names: Mapping[str, str]
    counts: int


class Place(NamedTuple):
    """A customer to be taken over, with its segment and the owner on record."""

    customer: str
    segment: str | None
    owner: str | None


class Choice(NamedTuple):
    """A successor ("" for nobody), and why."""

    person: str
    reason: str


def successors(known: Known, colleagues: Colleagues, leaver: str, places: Sequence[Place]) -> dict[str, Choice]:
    """Who takes over each customer, in order: first where somebody knows it, then where nobody does."""
    found = {place.customer: _who_knows(known, colleagues, leaver, place) for place in places}
    return {place.customer: found[place.customer] or _who_is_near(known, colleagues, leaver, place) for place in places}


def _who_knows(known: Known, colleagues: Colleagues, leaver: str, place: Place) -> Choice | None:
    """The colleague with the strongest tie who can take over one more."""
    ties = known.ties.get(place.customer, {})
    held: dict[str, int] = {}
    for (person, _), units in sorted(ties.items()):
        if person in colleagues.people and colleagues.spare(person) > 0:
            held[person] = held.get(person, 0) + units
    if not held:
        return None
    person = max(sorted(held), key=lambda one: held[one])
    colleagues.take(person, known=True)
    return Choice(person, _whom(known, ties, person, main_contact(ties, leaver)))


def _who_is_near(known: Known, colleagues: Colleagues, leaver: str, place: Place) -> Choice:
    """One of the leaver's team, else of the segment, with the fewest customers among those who have room."""
    ties = known.ties.get(place.customer, {})
    holders = {leaver, *(person for person, _ in ties), *((place.owner,) if place.owner else ())}
    near = list(colleagues.near(holders, place.segment, beside=[leaver]))
    free = [found for found in near if colleagues.room(found[0]) > 0]
    if not free:
        return Choice("", "nobody near has room" if near else "nobody shares the team or knows the segment")
    person, how = min(free, key=lambda found: (found[1] != "team", *colleagues.load(found[0])))
    has = f"has {colleagues.load(person)[0]:,} of at most {colleagues.capacity:,} customers"
    colleagues.take(person, known=False)
    return Choice(person, f"{'same team' if how == 'team' else f'knows the segment {place.segment}'}, {has}")


def main_contact(ties: Ties, leaver: str) -> str:
    """The contact whom the leaver holds best; "" is the customer itself."""
    theirs = {contact: units for (person, contact), units in sorted(ties.items()) if person == leaver}
    return max(theirs, key=lambda contact: theirs[contact], default="")


def _whom(known: Known, ties: Ties, person: str, main: str) -> str:
    """Whom the successor knows there already, and how well."""
    mine = {contact: units for (one, contact), units in ties.items() if one == person}
    contact = main if main in mine else max(sorted(mine), key=lambda one: mine[one])
    whom = known.names.get(f"contact:{contact}", "somebody there")
    return f"knows {whom}{'' if mine[contact] >= known.counts else ', though the tie has faded'}"


def known_at(book: Book, ids: list[str], live: LiveTies, own: Frame) -> Known:
    """What is known at some customers. `own` are the live bundles."""
    asked = book.engine.keep(among(book, ids))

    def there(frame: Frame, *columns: str) -> list[tuple[str, ...]]:
        return sorted(book.engine.rows(frame.join(asked, on="customer", how="semi").select("customer", *columns)))

    contacts: dict[str, list[str]] = {}
    for customer, contact in there(book.tables.contacts.filter(nw.col("left_on").is_null()), "id"):
        contacts.setdefault(customer, []).append(contact)
    ties: dict[str, dict[tuple[str, str], int]] = {}
    for customer, person, contact, units in there(own.filter(nw.col("person") != ""), "person", "contact", "units"):
        if not contact or contact in contacts.get(customer, ()):
            ties.setdefault(customer, {})[person, contact] = int(units)
    channels: dict[str, set[str]] = {}
    for customer, channel in there(live.reached.filter(nw.col("person") == ""), "channel"):
        channels.setdefault(customer, set()).add(channel)
    counts = Limits.of(book.assumptions).tie
    return Known(ties, contacts, channels, _names(book, asked), counts)


def _names(book: Book, customers: Frame) -> dict[str, str]:
    """Names by node of everybody who could be spoken of, or ids where none is known."""
    tables = book.tables
    contacts = tables.contacts.join(customers, on="customer", how="semi")
    found = (("contact", contacts), ("employee", tables.employees), ("channel", tables.channels))
    return {
        f"{kind}:{id_}": name or id_
        for kind, table in found
        for id_, name in book.engine.rows(table.select("id", "name"))
    }
