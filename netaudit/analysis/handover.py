"""Whom does a leaver's successor have to be, customer by customer, and what must be done by when?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import narwhals as nw

from netaudit import model
from netaudit.assumptions import ENDS
from netaudit.bundles import bundles_of, pairs_of
from netaudit.colleagues import colleagues_of
from netaudit.introductions import Way, introduction
from netaudit.joint import followed_words, lost_to
from netaudit.loading.values import day_number, day_of
from netaudit.model import hold_of
from netaudit.recorded import live_ties, recorded
from netaudit.result import Band, Result, Sentence, Todo, Unit, Value, column
from netaudit.scope import NO_BASIS, money_band, suggested
from netaudit.successors import Choice, Known, Place, known_at, main_contact, successors

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from netaudit.book import Book
    from netaudit.colleagues import Colleagues
    from netaudit.engine import Frame
    from netaudit.recorded import LiveTies
    from netaudit.scope import Scope

RENEWAL_DAYS = 90
"""A contract that ends so soon after the last day is talked about first."""

INTRODUCED = 2 / 3
"""The part of the time that is left in which everybody is introduced; the rest is for contacts of their own."""

LONGEST = 90
"""However long the notice is, a handover takes no more days."""

OWN_CHANNELS = ("company_page", "newsletter", "support_desk", "portal")
"""Kinds of channels that a customer can be offered."""


@dataclass(frozen=True, slots=True)
class Row:
    """One customer of the leaver, in the order to call them."""

    order: int = column("#", Unit.COUNT, "place in the order to call")
    customer: str = column("Customer", Unit.ID, "customer id", table=False)
    customer_name: str = column("Customer", Unit.TEXT, "name, or id where none is known")
    revenue: float | None = column("Revenue", Unit.MONEY, "yearly revenue", table=False)
    renewal_on: str | None = column("Renewal", Unit.TEXT, "day on which the contract ends or renews", wide=True)
    revenue_at_risk: Band | None = column(
        "At risk", Unit.MONEY, "yearly revenue times what is lost with the leaver", wide=True
    )
    walks: float = column("Walks", Unit.SHARE, "chance that the leaver's ties alone hold the customer", table=False)
    tie: float = column("Tie", Unit.SHARE, "hold of the leaver's ties", table=False)
    successor: str | None = column(
        "Successor", Unit.ID, "id of the colleague; null where nobody near has room", table=False
    )
    successor_name: str = column("Name", Unit.TEXT, "name of the colleague", table=False)
    who: str = column("Successor", Unit.TEXT, "the colleague, who introduces them, and why it is this one")
    reason: str = column("Why", Unit.TEXT, "why this colleague", table=False)
    path: tuple[str, ...] = column(
        "Way", Unit.TEXT, "nodes from the successor to the contact that the leaver holds best", table=False
    )
    introduced_by: str | None = column(
        "Introduced by", Unit.TEXT, "who introduces them, in words; null where nobody has to", table=False
    )
    by: str = column("Meet by", Unit.TEXT, "day by which successor and customer have met, and the channels are offered")
    own_contact_by: str = column(
        "Alone by", Unit.TEXT, "day by which the successor has had a two-way contact without the leaver", table=False
    )
    contacts_only_leaver: tuple[str, ...] = column(
        "Only theirs", Unit.TEXT, "ids of the contacts whom no colleague who stays has a live tie to", table=False
    )
    channels: tuple[str, ...] = column(
        "Channels", Unit.TEXT, "ids of the company's channels that do not reach the customer yet", table=False
    )


@dataclass(frozen=True, slots=True)
class Summary:
    """The whole handover."""

    leaver: str = column("Leaver", Unit.ID, "id of the employee")
    last_day: str = column("Last day", Unit.TEXT, "the last day")
    days: int = column("Days", Unit.COUNT, "days until then")
    working_days: int = column("Working days", Unit.COUNT, "days from Monday to Friday until then, both ends included")
    customers: int = column("Customers", Unit.COUNT, "customers that the leaver has a live tie to")
    revenue: float | None = column("Revenue", Unit.MONEY, "what they bring a year, as far as it is known")
    revenue_unknown: int = column("Unknown", Unit.COUNT, "customers of unknown revenue among them")
    revenue_at_risk: Band | None = column("At risk", Unit.MONEY, "what of it is at risk")
    without_successor: int = column("Without", Unit.COUNT, "customers for which nobody near has room")
    contacts_only_leaver: int = column("Contacts", Unit.COUNT, "contacts whom no colleague who stays has a live tie to")
    channels_relayed: tuple[str, ...] = column(
        "Relayed", Unit.TEXT, "ids of the channels that hang on the leaver, to be sent by the company itself"
    )
    capacity: int = column("Capacity", Unit.COUNT, "most customers that a successor may have ties to in all")
    most_taken: int = column("Most", Unit.COUNT, "most customers that one successor takes over")


class _Lost(NamedTuple):
    """A customer of the leaver, as the engine gives it; money in whole units."""

    customer: str
    name: str | None
    segment: str | None
    revenue: int | None
    renewal_on: int | None
    owner: str | None
    leave: int
    stay: int
    walks: float
    loss_base: float
    risk_low: int | None
    risk_base: int | None
    risk_high: int | None


@dataclass(frozen=True, slots=True)
class _Case:
    """Who leaves when, what is known there, and who could take over; `ours` are the channels to offer."""

    book: Book
    leaver: str
    last_day: date
    known: Known
    colleagues: Colleagues
    ours: Sequence[str]


def hand_over(
    book: Book,
    scope: Scope,
    leaver: str,
    last_day: date,
    destination: str | None = None,
    request: tuple[str, ...] = (),
) -> Result[Row, Summary]:
    """The leaver's customers in the order to call, each with a successor and the days by which each step is due.

    `request` are the options that go on into the command suggested next.
    """
    keep = book.engine.keep
    live = live_ties(book, recorded(book, book.assumptions))
    own = keep(bundles_of(book, book.assumptions, live.unmerged()))
    pairs = keep(pairs_of(book, book.assumptions, live, own))
    clause = book.tables.employees.select("clause_until", person="id")
    rates = model.follow_rates(book, book.assumptions, destination).filter(nw.col("person") == leaver)
    rates = keep(rates.join(clause, on="person"))
    lost = _lost(book, scope, _without_the_leaving(book, pairs, leaver, last_day), rates)
    lost.sort(key=lambda one: _urgency(one, day_number(book.as_of), day_number(last_day)))
    known = known_at(book, [one.customer for one in lost], live, own)
    colleagues = colleagues_of(book, pairs, [leaver])
    case = _Case(book, leaver, last_day, known, colleagues, _own_channels(book))
    places = [Place(one.customer, one.segment, one.owner) for one in lost]
    chosen = successors(known, colleagues, leaver, places)
    rows = tuple(_row(case, (place, len(lost)), one, chosen[one.customer]) for place, one in enumerate(lost, 1))
    relayed = _relayed(live, book, leaver)
    summary = _summary(book, leaver, last_day, lost, rows, relayed, colleagues)
    return Result(
        schema="netaudit/handover/1",
        title=_title(known, leaver, last_day),
        facts=book.facts(),
        summary=summary,
        rows=rows,
        row_type=Row,
        closing=(
            *_said(book, known, summary, last_day),
            _assumed(book, rates),
            suggested(book, *request, "--format", "markdown", command=("handover", leaver)),
        ),
        leavers=(leaver,),
        where=scope.where,
        warnings=book.warnings,
        checklist=(
            *_channels_first(known, leaver, relayed, book.as_of, last_day),
            *(_todo(known, row, leaver) for row in rows),
        ),
    )


def _without_the_leaving(book: Book, pairs: Frame, leaver: str, last_day: date) -> Frame:
    """Who else leaves by the last day holds nothing afterwards."""
    going = book.tables.employees.filter(nw.col("left_on") <= day_number(last_day), nw.col("id") != leaver)
    return pairs.join(going.select(person="id"), on="person", how="anti")


def _lost(book: Book, scope: Scope, pairs: Frame, rates: Frame) -> list[_Lost]:
    columns = book.tables.customers.select("renewal_on", "owner", customer="id")
    lost = lost_to(pairs, rates, scope.customers, alone=True).join(columns, on="customer", how="left")
    return [_Lost(*cells) for cells in book.engine.rows(lost.select(*_Lost._fields))]


def _urgency(one: _Lost, today: int, last_day: int) -> tuple[object, ...]:
    """First contracts that end soon after the last day, in each group the most money at risk; then the stronger tie."""
    renewal = one.renewal_on
    soon = renewal is not None and today <= renewal <= last_day + RENEWAL_DAYS
    known = one.risk_base is not None
    return not soon, not known, -(one.risk_base or 0), -one.loss_base, renewal or 10**9, -one.leave, one.customer


def _row(case: _Case, place: tuple[int, int], one: _Lost, choice: Choice) -> Row:
    book, leaver, known = case.book, case.leaver, case.known
    ties = known.ties.get(one.customer, {})
    contacts = known.contacts.get(one.customer, [])
    way = Way((), ())
    if choice.person:
        way = introduction(
            choice.person, main_contact(ties, leaver), leaver, ties, contacts, case.colleagues, known.counts
        )
    meet, alone = _days(book.as_of, case.last_day, one.renewal_on, place)
    name = known.names[f"employee:{choice.person}"] if choice.person else "nobody"
    between = " and ".join(known.names.get(node, "somebody there") for node in way.between)
    introduced = f", introduced by {between}" if between and between not in choice.reason else ""
    others = {contact for person, contact in ties if person in case.colleagues.people}
    only = (contact for person, contact in sorted(ties) if person == leaver and contact and contact not in others)
    reached = known.channels.get(one.customer, set())
    return Row(
        order=place[0],
        customer=one.customer,
        customer_name=one.name or one.customer,
        revenue=None if one.revenue is None else book.money(one.revenue),
        renewal_on=None if one.renewal_on is None else day_of(one.renewal_on).isoformat(),
        revenue_at_risk=None
        if one.revenue is None
        else money_band(book, (one.risk_low or 0, one.risk_base or 0, one.risk_high or 0)),
        walks=round(one.walks, 9),
        tie=round(hold_of(one.leave), 9),
        successor=choice.person or None,
        successor_name=name,
        who=f"{name}{introduced}: {choice.reason}",
        reason=choice.reason,
        path=way.nodes,
        introduced_by=between or None,
        by=meet.isoformat(),
        own_contact_by=alone.isoformat(),
        contacts_only_leaver=tuple(only),
        channels=tuple(channel for channel in case.ours if channel not in reached),
    )


def _days(as_of: date, last_day: date, renewal: int | None, place: tuple[int, int]) -> tuple[date, date]:
    """When they have met, and when the successor has been in contact alone: evenly over the time that is left.

    Neither is on a weekend, nor later than a renewal on the way, where that can be had.
    """
    number, of = place
    left = min((last_day - as_of).days, LONGEST)
    before = None if renewal is None else day_of(renewal) - timedelta(days=1)
    end = last_day if before is None or before < as_of else min(before, last_day)
    meet = as_of + timedelta(days=math.floor(left * INTRODUCED * number / of))
    alone = as_of + timedelta(days=math.floor(left * (INTRODUCED + (1 - INTRODUCED) * number / of)))
    return _working_day(min(meet, end), as_of, end), _working_day(min(alone, end), as_of, end)


def _working_days(first: date, last: date) -> int:
    """Days from Monday to Friday, both ends included."""
    weeks, rest = divmod((last - first).days + 1, 7)
    return 5 * weeks + sum((first.weekday() + day) % 7 < 5 for day in range(rest))


def _working_day(day: date, earliest: date, latest: date) -> date:
    """The Monday after a weekend; the Friday before, where that would be too late; but never before today."""
    late = max(0, day.weekday() - 4)
    monday = day + timedelta(days=3 - late if late else 0)
    return monday if monday <= latest else max(earliest, day - timedelta(days=late))


def _own_channels(book: Book) -> list[str]:
    """Channels that the company can offer: none that somebody passes on."""
    kinds = nw.col("kind").is_in(list(OWN_CHANNELS))
    rows = book.tables.channels.filter(nw.col("relayed_by").is_null(), kinds)
    return sorted(row[0] for row in book.engine.rows(rows.select("id")))


def _relayed(live: LiveTies, book: Book, leaver: str) -> tuple[str, ...]:
    """The channels that reach nobody but through the leaver."""
    ties = live.reached.group_by("channel").agg(people=nw.col("person").n_unique(), person=nw.col("person").max())
    alone = ties.filter(nw.col("people") == 1, nw.col("person") == leaver)
    return tuple(sorted(row[0] for row in book.engine.rows(alone.select("channel"))))


def _summary(
    book: Book,
    leaver: str,
    last_day: date,
    lost: Sequence[_Lost],
    rows: Sequence[Row],
    relayed: tuple[str, ...],
    colleagues: Colleagues,
) -> Summary:
    known = [one.revenue for one in lost if one.revenue is not None]
    risk = tuple(sum(getattr(one, f"risk_{end}") or 0 for one in lost) for end in ENDS)
    return Summary(
        leaver=leaver,
        last_day=last_day.isoformat(),
        days=(last_day - book.as_of).days,
        working_days=_working_days(book.as_of, last_day),
        customers=len(rows),
        revenue=None if book.weighted_by == "count" else book.money(sum(known)),
        revenue_unknown=len(lost) - len(known),
        revenue_at_risk=money_band(book, risk),
        without_successor=sum(row.successor is None for row in rows),
        contacts_only_leaver=sum(len(row.contacts_only_leaver) for row in rows),
        channels_relayed=relayed,
        capacity=colleagues.capacity,
        most_taken=max(colleagues.taken.values(), default=0),
    )


def _title(known: Known, leaver: str, last_day: date) -> Sentence:
    values = {
        "who": Value(known.names[f"employee:{leaver}"], Unit.TEXT),
        "day": Value(last_day.isoformat(), Unit.TEXT),
    }
    return Sentence("Handover of {who}, whose last day is {day}", values)


def _said(book: Book, known: Known, summary: Summary, last_day: date) -> Iterator[Sentence]:
    """What there is to hand over, how it is shared out, and what is left to see to."""
    who = known.names[f"employee:{summary.leaver}"]
    values = {
        "who": Value(who, Unit.TEXT),
        "customers": Value(summary.customers, Unit.COUNT),
        "days": Value(summary.days, Unit.COUNT),
        "working": Value(summary.working_days, Unit.COUNT),
        "revenue": Value(summary.revenue, Unit.MONEY),
        "band": Value(summary.revenue_at_risk, Unit.MONEY),
        "only": Value(summary.contacts_only_leaver, Unit.COUNT),
        "most": Value(summary.most_taken, Unit.COUNT),
        "limit": Value(book.actions.new_customers, Unit.COUNT),
        "capacity": Value(summary.capacity, Unit.COUNT),
        "without": Value(summary.without_successor, Unit.COUNT),
        "unknown": Value(summary.revenue_unknown, Unit.COUNT),
        "until": Value((last_day + timedelta(days=RENEWAL_DAYS)).isoformat(), Unit.TEXT),
        "channels": Value(", ".join(known.names[f"channel:{one}"] for one in summary.channels_relayed), Unit.TEXT),
    }
    if not summary.customers:
        yield Sentence("{who} has no live tie to a customer: nothing to hand over.", values)
        return
    bring = "brings" if summary.customers == 1 else "bring"
    money = f", which {bring} {{revenue}} a year; at risk {{band}}" if summary.revenue is not None else ""
    some = "{customers} customer" + ("" if summary.customers == 1 else "s")
    time = "{days} day" + ("" if summary.days == 1 else "s")
    yield Sentence(
        f"To hand over in {time}: {some}{money}. First contracts that end by {{until}}, then the most at risk.", values
    )
    if summary.most_taken:
        yield Sentence(
            "Nobody takes over more than {most} of them (at most {limit}), nor comes to more than {capacity} customers "
            "by it.",
            values,
        )
    yield Sentence("Contacts there whom no colleague who stays has a tie to: {only}.", values)
    if summary.without_successor:
        yield Sentence(
            "Without a successor: {without}. A team or a segment on record makes colleagues near; `actions:` in the "
            "book says how much they can take on.",
            values,
            kind="warning",
        )
    if summary.customers > summary.working_days:
        yield Sentence(
            "Not enough time to meet each of them on a day of its own: {working} working days, today included.",
            values,
            kind="warning",
        )
    if summary.revenue_unknown and summary.revenue is not None:
        yield Sentence("Of unknown revenue, so unknown and not safe: {unknown}.", values, kind="warning")
    if summary.channels_relayed:
        yield Sentence("Passed on by {who}, to be sent by the company before the last day: {channels}.", values)


def _assumed(book: Book, rates: Frame) -> Sentence:
    words, values = followed_words(book, rates)
    clause = book.engine.rows(rates.filter(nw.col("clause_until") >= day_number(book.as_of)).select("clause_until"))
    bound = "No clause on record binds the leaver."
    if clause:
        values |= {
            "clause": Value(book.assumptions["clause"], Unit.SHARE),
            "end": Value(day_of(clause[0][0]).isoformat(), Unit.TEXT),
        }
        bound = "A clause binds the leaver until {end}, and leaves {clause} of that, reckoned in."
    return Sentence(
        f"Assumed: {words}. {bound} Successors are proposed from ties, teams and segments on record, with no regard to "
        f"what anybody is good at: a proposal for whoever decides. {NO_BASIS}",
        values,
    )


def _channels_first(known: Known, leaver: str, relayed: Sequence[str], as_of: date, last_day: date) -> Iterator[Todo]:
    """What the leaver passes on has to be sent by the company."""
    if relayed:
        who = Value(known.names[f"employee:{leaver}"], Unit.TEXT)
        day = Value(_working_day(last_day, as_of, last_day).isoformat(), Unit.TEXT)
        yield Todo(
            Sentence("Channels that hang on {who}", {"who": who}),
            tuple(
                Sentence(
                    "by {day}: {channel} comes from the company itself",
                    {"day": day, "channel": Value(known.names[f"channel:{one}"], Unit.TEXT)},
                )
                for one in relayed
            ),
        )


def _todo(known: Known, row: Row, leaver: str) -> Todo:
    """The steps of one customer."""
    names = {
        "customer": row.customer_name,
        "order": str(row.order),
        "who": known.names[f"employee:{leaver}"],
        "successor": row.successor_name,
        "why": row.reason,
        "meet": row.by,
        "alone": row.own_contact_by,
        "way": row.introduced_by or "",
        "contact": next((known.names[node] for node in row.path[-1:] if node.startswith("contact:")), "them"),
        "only": ", ".join(known.names[f"contact:{one}"] for one in row.contacts_only_leaver),
        "channels": ", ".join(known.names[f"channel:{one}"] for one in row.channels),
        "renewal": row.renewal_on or "",
    }
    values = {name: Value(text, Unit.TEXT) for name, text in names.items()}
    heading = "{order}. {customer}" + (", renewal on {renewal}" if row.renewal_on else "")
    if row.successor is None:
        items = ["by {meet}: find a successor ({why})"]
    else:
        through = ", introduced by {way}" if row.introduced_by else ""
        items = [
            f"by {{meet}}: {{successor}} meets {{contact}}{through} ({{why}})",
            "by {alone}: {successor} has had a two-way contact without {who}",
        ]
    items += ["by {meet}: introduce whom no colleague knows: {only}"] if row.contacts_only_leaver else []
    items += ["by {meet}: offer {channels}"] if row.channels else []
    return Todo(Sentence(heading, values), tuple(Sentence(text, values) for text in items))
