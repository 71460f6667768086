"""Which new ties could be built at a customer, and what would each of them bring?"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

import narwhals as nw

from netaudit import model
from netaudit.actions import DESK_CALLS, HANDOVER, MEETINGS
from netaudit.model import COUNTED, UNIT, Limits, LiveTies
from netaudit.scope import among, still_here

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from netaudit.book import Book
    from netaudit.colleagues import Colleagues
    from netaudit.engine import Frame
    from netaudit.outlook import Outlook

CANDIDATES = 3
"""So many colleagues are looked at for each customer: of those who know it, and of those who do not yet."""

TAKEOVERS = 20
"""So many channels that hang on one person are looked at."""

SUBSCRIBED = {"company_page": "page_follow", "newsletter": "newsletter"}
"""The action that each kind of subscription is."""


@dataclass(frozen=True, slots=True)
class Odds:
    """How likely somebody leaves, if the team has no shock and if it has; people of one `crew` share the shock."""

    crew: str
    alone: float
    shocked: float


@dataclass(frozen=True, slots=True)
class Offer:
    """One action at one customer: a tie of so many `units` between `owner` and `contact` ("": somebody there).

    `near` says how a colleague is near ("" for channels), `beside` who has the strongest tie so far.
    """

    action: str
    owner: str
    contact: str
    units: int
    cost: float
    near: str = ""
    beside: str = ""

    @property
    def is_personal(self) -> bool:
        """Whether the tie is a colleague's, and not the company's."""
        return bool(self.near)

    @property
    def is_new(self) -> bool:
        """Whether it gives the colleague a customer more."""
        return self.near in {"team", "segment"}


@dataclass(slots=True)
class Spot:
    """A customer, and what can be done there.

    `company` and `people` are its units today; `weight` whole units of money. Of a `row` of offers each can be had
    after the one before it, of a `choice` one of them.
    """

    id: str
    segment: str | None
    owner: str | None
    weight: int
    company: int
    people: dict[str, int]
    odds: Mapping[str, Odds]
    shock: float
    rows: list[list[Offer]] = field(default_factory=list)
    choices: list[list[Offer]] = field(default_factory=list)

    def unheld(self, company: int = 0, people: Mapping[str, int] | None = None) -> float:
        """The expected unheld share with so many units more of the company's, and of some people's."""
        return math.exp(-(self.company + company) / UNIT) * self.loose(people or {})

    def loose(self, more: Mapping[str, int]) -> float:
        """The chance that no colleague holds it in the end; the closed form of `expected.prospects`."""
        crews: dict[str, list[float]] = {}
        for person in (*self.people, *(one for one in more if one not in self.people)):
            odds = self.odds[person]
            hold = -math.expm1(-(self.people.get(person, 0) + more.get(person, 0)) / UNIT)
            crew = crews.setdefault(odds.crew, [1.0, 1.0])
            crew[0] *= 1 - hold * (1 - odds.alone)
            crew[1] *= 1 - hold * (1 - odds.shocked)
        return math.prod((1 - self.shock) * alone + self.shock * shocked for alone, shocked in crews.values())


@dataclass(frozen=True, slots=True)
class Takeover:
    """The company itself sends what one person passes on, everywhere at once.

    `moved` says by customer how many units the company gets and how many the person loses; `units` is what a tie of
    the channel has. One takeover of a person comes after another.
    """

    channel: str
    person: str
    units: int
    cost: float
    moved: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Programme:
    """What can be chosen from. `room` is how many new customers each colleague can take on.

    `rate` is the most (weight times share) that a unit of cost brings at any customer at which nothing is on offer
    because it was not looked at; 0 where there is none.
    """

    spots: Sequence[Spot]
    takeovers: Sequence[Takeover]
    room: Mapping[str, int]
    rate: float = 0.0

    @property
    def unheld(self) -> float:
        """What is unheld at the spots, as weight times share."""
        return sum(spot.weight * spot.unheld() for spot in self.spots)


@dataclass(frozen=True, slots=True)
class Known:
    """What the book has at some customers: contacts by customer; bundles and subscriptions by customer and contact."""

    contacts: Mapping[str, list[str]]
    bundles: Mapping[str, list[tuple[str, str, int]]]
    reached: Mapping[str, list[tuple[str, str, str, str, int, int]]]


def ranked(outlook: Outlook) -> list[tuple[str, float]]:
    """The customers at which something could be done and what of them is unheld, as weight times share; most first.

    Rows that stand for many customers are none: one follower is not one for each of them.
    """
    asked = outlook.expected.filter(nw.col("weighed") > 0, nw.col("count") == 1)
    rows = outlook.book.engine.rows(asked.select("customer", open=nw.col("weighed") * nw.col("unheld")))
    return sorted(rows, key=lambda row: (-row[1], row[0]))


def programme_of(outlook: Outlook, colleagues: Colleagues, order: Sequence[tuple[str, float]], many: int) -> Programme:
    """What is on offer at the first `many` customers of an order, and of channels that hang on one person."""
    chosen = [customer for customer, _ in order[:many]]
    overs = list(_takeovers(outlook))
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
    people = still_here(book, book.tables.contacts).join(asked, on="customer", how="semi")
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
        for _, person, contact, _, passed, _ in known.reached.get(spot.id, ()):
            self.passed[person, contact] = self.passed.get((person, contact), 0) + passed
        self.strongest = max(sorted(spot.people), key=lambda one: spot.people[one], default="")

    def _room(self, person: str, contact: str) -> int:
        """What a tie can still add to somebody's bundle, so that nothing that is passed on is crowded out."""
        return self.most - self.bundles.get((person, contact), 0) - self.passed.get((person, contact), 0)

    def _held(self, contact: str) -> int:
        return sum(units for (_, known), units in self.bundles.items() if known == contact)

    def seconds(self, turn: int) -> list[Offer]:
        """A quarterly meeting with the best-known contact whom the colleague does not know."""
        if not self.book.actions.limit["second_colleague"]:
            return []
        people = sorted(self.spot.people, key=lambda one: (-self.spot.people[one], one))
        there = [(one, "contact") for one in people if one in self.colleagues.people and self._unknown(one)]
        holders = {*people, *((self.spot.owner,) if self.spot.owner else ())}
        further = self.colleagues.near(holders, self.spot.segment, turn * CANDIDATES)
        found = [self._second(person, near) for person, near in (*there[:CANDIDATES], *islice(further, CANDIDATES))]
        return [one for one in found if one.units > 0]

    def _unknown(self, person: str) -> list[str]:
        return [contact for contact in self.contacts if (person, contact) not in self.bundles]

    def _second(self, person: str, near: str) -> Offer:
        contact = max(self._unknown(person), key=self._held)
        cost = self.book.actions.cost["second_colleague_near" if near == "contact" else "second_colleague"]
        units = min(self.units["second_colleague"], self._room(person, contact))
        return Offer("second_colleague", person, contact, units, cost, near, self.strongest)

    def handovers(self) -> list[Offer]:
        """A planned handover of a contact to one who knows it, but whose tie is not the strongest."""
        if not self.book.actions.limit["handover"]:
            return []
        most = self.spot.people.get(self.strongest, 0)
        best: dict[str, tuple[int, str]] = {}
        for (person, contact), units in sorted(self.bundles.items()):
            if person in self.colleagues.people and self.spot.people.get(person, most) < most:
                best[person] = max(best.get(person, (0, "")), (units, contact), key=lambda one: one[0])
        known = sorted(best.items(), key=lambda one: (-one[1][0], one[0]))[:CANDIDATES]
        cost = self.book.actions.cost["handover"]
        found = (
            Offer(
                "handover",
                person,
                contact,
                min(self.units["handover"], self._room(person, contact)),
                cost,
                "tie",
                self.strongest,
            )
            for person, (_, contact) in known
        )
        return [one for one in found if one.units > 0]


def _takeovers(outlook: Outlook) -> Iterator[Takeover]:
    """What it would do if the company sent what hangs on one person, of the same person one channel after the other."""
    book = outlook.book
    if not book.relays or not book.actions.limit["unrelay"]:
        return
    now = {"": (outlook.live, outlook.pairs)}
    for channel, kind, person in _hanging(outlook):
        live, pairs = now.get(person, now[""])
        theirs = live.reached.filter(nw.col("channel") == channel)
        customers = book.engine.keep(theirs.select("customer").unique())
        direct = model.sent_directly(book, live, channel)
        own = LiveTies(direct.own.join(customers, on="customer", how="semi"), direct.reached)
        there = LiveTies(own.own, direct.reached.join(customers, on="customer", how="semi"))
        then = book.engine.keep(model.pairs(book, book.assumptions, there))
        moved = _moved(outlook, channel, person, pairs.join(customers, on="customer", how="semi"), then)
        untouched = pairs.join(customers, on="customer", how="anti")
        now[person] = direct, book.engine.keep(nw.concat([untouched, then]))
        units = model.units_of_subscription(kind, book.assumptions) if kind in SUBSCRIBED else 0
        yield Takeover(channel, person, units, book.actions.cost["unrelay"], moved)


def _hanging(outlook: Outlook) -> list[tuple[str, str, str]]:
    """The channels that hang on one person: (channel, its kind, person), widest first."""
    ties = outlook.live.reached.group_by("channel").agg(
        people=nw.col("person").n_unique(), person=nw.col("person").max(), wide=nw.col("customer").n_unique()
    )
    alone = ties.filter(nw.col("people") == 1, nw.col("person") != "")
    kinds = outlook.book.tables.channels.select("kind", channel="id")
    rows = outlook.book.engine.rows(alone.join(kinds, on="channel").select("channel", "kind", "person", "wide"))
    widest = sorted(rows, key=lambda row: (-row[3], row[0]))[:TAKEOVERS]
    return [(channel, kind, person) for channel, kind, person, _ in widest]


def _moved(outlook: Outlook, channel: str, person: str, now: Frame, then: Frame) -> dict[str, tuple[int, int]]:
    """By customer of some weight: what the channel gets, and what the person loses."""
    ours, theirs = nw.col("company") == channel, nw.col("person") == person
    zero = nw.lit(0).cast(nw.Int64)
    sums = {
        when: frame.filter(ours | theirs)
        .group_by("customer")
        .agg(
            **{f"{when}_ours": nw.when(ours).then(nw.col("units")).otherwise(zero).sum()},
            **{f"{when}_theirs": nw.when(theirs).then(nw.col("units")).otherwise(zero).sum()},
        )
        for when, frame in (("now", now), ("then", then))
    }
    weighed = outlook.expected.filter(nw.col("weighed") > 0).select("customer")
    both = sums["now"].join(sums["then"], on="customer").join(weighed, on="customer", how="semi")
    columns = ("customer", "now_ours", "now_theirs", "then_ours", "then_theirs")
    return {
        customer: (int(after - before), int(had - has))
        for customer, before, had, after, has in sorted(outlook.book.engine.rows(both.select(*columns)))
    }
