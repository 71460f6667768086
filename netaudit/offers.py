"""Which new ties could be built at a customer, and what would each of them bring?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import narwhals as nw

from netaudit import model
from netaudit.actions import DESK_CALLS, HANDOVER, MEETINGS, SUBSCRIPTION_OF
from netaudit.model import UNIT, Limits
from netaudit.programme import Odds, Offer, Programme, Spot
from netaudit.recorded import COUNTED
from netaudit.scope import among
from netaudit.takeovers import takeovers_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from netaudit.book import Book
    from netaudit.colleagues import Colleagues
    from netaudit.outlook import Outlook

CANDIDATES = 3
"""So many colleagues are looked at for each customer: of those who know it, and of those who do not yet."""

SUBSCRIBED = {kind: action for action, kind in SUBSCRIPTION_OF.items()}
"""The action that each kind of subscription is."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the book has at some customers: contacts by customer; bundles and subscriptions by customer and contact."""

    contacts: Mapping[str, list[str]]
    bundles: Mapping[str, list[tuple[str, str, int]]]
    reached: Mapping[str, list[tuple[str, str, str, str, int, int]]]


def ranked(outlook: Outlook) -> list[tuple[str, float]]:
    """The customers at which something could be done and what of them is unheld, as weight times share; most first.

    Rows that stand for many customers are none: one follower is not one for each of them. Against known leavers only
    their own customers count.
    """
    asked = outlook.expected.filter(nw.col("weighed") > 0, nw.col("count") == 1)
    if outlook.leavers:
        theirs = outlook.pairs.filter(nw.col("person").is_in(list(outlook.leavers))).select("customer").unique()
        asked = asked.join(theirs, on="customer", how="semi")
    rows = outlook.book.engine.rows(asked.select("customer", open=nw.col("weighed") * nw.col("unheld")))
    return sorted(rows, key=lambda row: (-row[1], row[0]))


def programme_of(outlook: Outlook, colleagues: Colleagues, order: Sequence[tuple[str, float]], many: int) -> Programme:
    """What is on offer at the first `many` customers of an order, and of channels that hang on one person."""
    chosen = [customer for customer, _ in order[:many]]
    overs = list(takeovers_of(outlook))
    spots = _spots(outlook, {*chosen, *(customer for one in overs for customer in one.moved)})
    _offer(outlook, [spots[customer] for customer in chosen], colleagues)
    room = {person: colleagues.room(person) for person in colleagues.people}
    rate = order[many][1] * _most_for_one(outlook.book) if len(order) > many else 0.0
    return Programme(list(spots.values()), overs, room, rate)


def _most_for_one(book: Book) -> float:
    """The largest share of what is unheld at a customer that any action could take away, for one of cost."""
    units = _units(book)
    sizes = {**units, "second_colleague_near": units["second_colleague"]}
    return max(-math.expm1(-size / UNIT) / book.actions.cost[action] for action, size in sizes.items())


def _units(book: Book) -> dict[str, int]:
    """What each action adds, in units; but for takeovers, which add what there is."""
    calls, meetings = ((kind, often) for kind, often in (("call", DESK_CALLS), ("meeting", MEETINGS)))
    return {
        **{action: model.units_of_subscription(kind, book.assumptions) for kind, action in SUBSCRIBED.items()},
        "desk_use": round(model.intensity_of(*calls, book.assumptions) * UNIT),
        "second_colleague": round(model.intensity_of(*meetings, book.assumptions) * UNIT),
        "handover": round(HANDOVER * UNIT),
    }


def _spots(outlook: Outlook, ids: Collection[str]) -> dict[str, Spot]:
    """Customers with their units today, without offers, by id and in its order."""
    book = outlook.book
    odds = {one.person: Odds(one.team or f" {one.person}", one.alone[1], one.shocked[1]) for one in outlook.people}
    asked = book.engine.keep(among(book, ids))
    mine = outlook.expected.join(asked, on="customer", how="semi").filter(nw.col("weighed") > 0)
    owners = book.tables.customers.select("owner", customer="id")
    rows = mine.join(owners, on="customer", how="left").with_columns(weight=nw.col("weighed").cast(nw.Int64))
    columns = ("customer", "segment", "owner", "weight", "company")
    spots = {
        customer: Spot(customer, segment, owner, weight, company, {}, odds, outlook.shock)
        for customer, segment, owner, weight, company in sorted(
            book.engine.rows(rows.select(*columns)), key=lambda row: str(row[0])
        )
    }
    held = outlook.pairs.filter(nw.col("person") != "").join(asked, on="customer", how="semi")
    for customer, person, units in sorted(book.engine.rows(held.select("customer", "person", "units"))):
        if customer in spots:
            spots[customer].people[person] = units
    return spots


def _offer(outlook: Outlook, spots: Sequence[Spot], colleagues: Colleagues) -> None:
    """Add to each spot what can be done there."""
    book = outlook.book
    known = _known(outlook, [spot.id for spot in spots])
    subscriptions, desks = _channels(book)
    units = _units(book)
    for turn, spot in enumerate(spots):
        spot.rows = [row for channel, kind in subscriptions if (row := _subscribers(book, spot, channel, kind, known))]
        spot.rows += _desk(book, spot, desks, known, units["desk_use"])
        near = _Near(book, spot, known, colleagues, units)
        spot.choices = [one for one in (near.seconds(turn), near.handovers()) if one]


def _known(outlook: Outlook, ids: list[str]) -> Known:
    book = outlook.book
    asked = book.engine.keep(among(book, ids))
    contacts: dict[str, list[str]] = {}
    staying = book.tables.contacts.filter(nw.col("left_on").is_null())
    people = staying.join(asked, on="customer", how="semi")
    for customer, contact in sorted(book.engine.rows(people.select("customer", "id"))):
        contacts.setdefault(customer, []).append(contact)
    bundles: dict[str, list[tuple[str, str, int]]] = {}
    held = outlook.own.filter(nw.col("person") != "").join(asked, on="customer", how="semi")
    for customer, person, contact, units in sorted(
        book.engine.rows(held.select("customer", "person", "contact", "units"))
    ):
        bundles.setdefault(customer, []).append((person, contact, units))
    reached: dict[str, list[tuple[str, str, str, str, int, int]]] = {}
    columns = ("customer", "channel", "person", "contact", "kind", "units", "wanted")
    ties = outlook.live.reached.join(asked, on="customer", how="semi")
    for customer, channel, person, contact, kind, units, wanted in sorted(book.engine.rows(ties.select(*columns))):
        reached.setdefault(customer, []).append((channel, person, contact, kind, units, wanted))
    return Known(contacts, bundles, reached)


def _channels(book: Book) -> tuple[list[tuple[str, str]], list[str]]:
    """Channels that can be offered: pages and newsletters with their kind, and desks; none that somebody passes on."""
    rows = book.tables.channels.filter(nw.col("relayed_by").is_null()).select("id", "kind")
    own = sorted(book.engine.rows(rows))
    return [row for row in own if row[1] in SUBSCRIBED], [id_ for id_, kind in own if kind == "support_desk"]


def _subscribers(book: Book, spot: Spot, channel: str, kind: str, known: Known) -> list[Offer]:
    """One contact after the other who is not reached yet, as far as the cap of one channel at one customer goes.

    Counted followers have no names: as many contacts as they are may be among them already.
    """
    action = SUBSCRIBED[kind]
    ties = [row for row in known.reached.get(spot.id, ()) if row[0] == channel]
    each = model.units_of_subscription(kind, book.assumptions)
    named = {contact: units for _, _, contact, what, units, _ in ties if what != COUNTED}
    counted = sum(row[-1] for row in ties)
    covered = sum(min(units, each) for units in named.values())
    room = Limits.of(book.assumptions).subscription - sum(named.values()) - max(0, counted - covered)
    contacts = known.contacts.get(spot.id) or [""]
    best = {contact: units for _, contact, units in sorted(known.bundles.get(spot.id, ()), key=lambda row: row[2])}
    free = sorted((one for one in contacts if one not in named), key=lambda one: (-best.get(one, 0), one))
    nameless = max(0, -(-counted // each) - len(named)) if each else 0
    many = min(max(0, len(free) - nameless), book.actions.limit[action])
    cost = book.actions.cost[action]
    sizes = (min(each, room - each * turn) for turn in range(many))
    return [
        Offer(action, channel, contact, units, cost) for contact, units in zip(free, sizes, strict=False) if units > 0
    ]


def _desk(book: Book, spot: Spot, desks: Sequence[str], known: Known, units: int) -> list[list[Offer]]:
    """The desk, where the customer does not use one yet."""
    used = {row[0] for row in known.reached.get(spot.id, ())}
    if not desks or used & set(desks) or not book.actions.limit["desk_use"]:
        return []
    return [[Offer("desk_use", desks[0], "", units, book.actions.cost["desk_use"])]] if units else []


class _Near:
    """The colleagues who could build a tie to one customer."""

    def __init__(self, book: Book, spot: Spot, known: Known, colleagues: Colleagues, units: Mapping[str, int]) -> None:
        self.book = book
        self.units = units
        self.spot = spot
        self.colleagues = colleagues
        self.most = Limits.of(book.assumptions).contact
        self.contacts = known.contacts.get(spot.id) or [""]
        self.bundles = {(person, contact): units for person, contact, units in known.bundles.get(spot.id, ())}
        self.passed: dict[tuple[str, str], int] = {}
        for _, person, contact, kind, passed, _ in known.reached.get(spot.id, ()):
            if kind:  # a subscription has none; others are in the bundles
                continue
            self.passed[person, contact] = self.passed.get((person, contact), 0) + passed
        self.strongest = max(sorted(spot.people), key=lambda one: spot.people[one], default="")

    def _room(self, person: str, contact: str) -> int:
        """What a tie can still add to somebody's bundle, so that nothing that is passed on is crowded out."""
        return self.most - self.bundles.get((person, contact), 0) - self.passed.get((person, contact), 0)

    def _held(self, contact: str) -> int:
        return sum(units for (_, known), units in self.bundles.items() if known == contact)

    def seconds(self, turn: int) -> list[Offer]:
        """A quarterly meeting with the best-known contact whom the colleague does not know, beside one who does."""
        if not self.book.actions.limit["second_colleague"]:
            return []
        people = sorted(self.spot.people, key=lambda one: (-self.spot.people[one], one))
        there = [one for one in people if len(people) > 1 and self._knows_another(one)]
        holders = {*people, *((self.spot.owner,) if self.spot.owner else ())}
        near = self.colleagues.near(holders, self.spot.segment, turn * CANDIDATES)
        further = (found for found in near if self.colleagues.room(found[0]) > 0)
        known = [(one, "contact") for one in there[:CANDIDATES]]
        found = [self._second(person, how) for person, how in (*known, *islice(further, CANDIDATES))]
        return [one for one in found if one.units > 0]

    def _knows_another(self, person: str) -> bool:
        """Whether somebody who stays knows a contact by name, and not all of them."""
        knows = any((person, contact) in self.bundles for contact in self.contacts if contact)
        return person in self.colleagues.people and knows and bool(self._unknown(person))

    def _unknown(self, person: str) -> list[str]:
        return [contact for contact in self.contacts if (person, contact) not in self.bundles]

    def _second(self, person: str, near: str) -> Offer:
        contact = max(self._unknown(person), key=self._held)
        cost = self.book.actions.cost["second_colleague_near" if near == "contact" else "second_colleague"]
        units = min(self.units["second_colleague"], self._room(person, contact))
        return Offer("second_colleague", person, contact, units, cost, near, self.strongest)

    def handovers(self) -> list[Offer]:
        """A planned handover of a contact to one who knows it, but less well than somebody else."""
        if not self.book.actions.limit["handover"]:
            return []
        best = {
            contact: max((units, one) for (one, at), units in self.bundles.items() if at == contact)
            for _, contact in self.bundles
        }
        mine: dict[str, tuple[int, str]] = {}
        for (person, contact), units in sorted(self.bundles.items()):
            if person in self.colleagues.people and contact in self.contacts and units < best[contact][0]:
                mine[person] = max(mine.get(person, (0, "")), (units, contact), key=lambda one: one[0])
        known = sorted(mine.items(), key=lambda one: (-one[1][0], one[0]))[:CANDIDATES]
        found = (self._handover(person, contact, best[contact][1]) for person, (_, contact) in known)
        return [one for one in found if one.units > 0]

    def _handover(self, person: str, contact: str, beside: str) -> Offer:
        units = min(self.units["handover"], self._room(person, contact))
        return Offer("handover", person, contact, units, self.book.actions.cost["handover"], "tie", beside)
