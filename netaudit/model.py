"""The formulas: from ties to intensities, from intensities to what is held, what walks and what is lost.

Intensities are whole numbers of 10^-9 ("units"), so that sums are exact in any order and on any engine.
The definitions, with their reasons, are in docs/model.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import narwhals as nw

from netaudit.loading.values import day_number

if TYPE_CHECKING:
    from netaudit.assumptions import Assumptions
    from netaudit.book import Book
    from netaudit.engine import Frame

UNIT = 10**9
"""Units of intensity in 1."""

PORTION = 10**12
"""Portions of a customer in 1, where shares of many are summed; times a weight, they need 128 bits."""

PULL = 10**12
"""Units of pull in 1; a pull is minus the logarithm of the chance that a leaver takes nobody along."""

USUAL_PER_YEAR = 4
"""How often a year is assumed where no count is recorded."""

TIES = ("channel", "subscription", "person", "contact", "customer", "kind")
"""What makes two records one tie."""

MERGED = ("units", "wanted", "last_contact", "assumed")
"""What is known of a tie."""

COUNTED = "followers"
"""The kind of the one tie that a channel's counted followers at a customer make, beyond those that are named."""

HOLDER = ("person", "company", "customer")
"""Whose bundle it is: a person's, or (`person` is "") that of the channel `company` itself."""


class Tie(NamedTuple):
    """A live tie, as the model gives it."""

    channel: str
    subscription: str
    person: str
    contact: str
    customer: str
    kind: str
    units: int
    wanted: int
    last_contact: int | None
    assumed: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """The assumptions that are compared with intensities, in units."""

    tie: int
    customer: int
    contact: int
    subscription: int

    @classmethod
    def of(cls, assumptions: Assumptions) -> Limits:
        """The limits that some assumptions set."""
        return cls(
            tie=units_of_hold(assumptions["threshold.tie"]),
            customer=units_of_hold(assumptions["threshold.customer"]),
            contact=round(assumptions["max_intensity"] * UNIT),
            subscription=round(assumptions["max_subscription"] * UNIT),
        )


def units_of_hold(hold: float) -> int:
    """The least intensity, in units, that holds with this chance: -ln(1 - hold)."""
    return round(-math.log1p(-hold) * UNIT)


def hold_of(units: int) -> float:
    """The chance that a bundle of this intensity still holds: 1 - e^-Λ."""
    return abs(math.expm1(-units / UNIT))


def unheld_of(units: int) -> float:
    """The chance that it does not: e^-Λ."""
    return math.exp(-units / UNIT)


def intensity_of(kind: str, per_year: float, assumptions: Assumptions) -> float:
    """Intensity of a tie of so many contacts a year, the last one half the usual gap ago; capped like any other."""
    gap = 365 / (per_year * assumptions["half_life_days"])
    once = assumptions["per_meeting"] * assumptions[f"weight.{kind}"] * 2 ** (-gap / 2)
    return min(once / (1 - 2**-gap), assumptions["max_intensity"])


def units_of_subscription(kind: str, assumptions: Assumptions) -> int:
    """The fixed intensity of one subscription to a channel of this kind."""
    return round(min(assumptions[f"channel.{kind}"], assumptions["max_intensity"]) * UNIT)


def _units(intensity: nw.Expr, most: float) -> nw.Expr:
    """Whole units, never above the cap of one contact: more would be cut off in the sum anyway."""
    return (within(intensity, 0, most) * UNIT).round(0).cast(nw.Int64)


def within(value: nw.Expr, least: float | None, most: float | None) -> nw.Expr:
    """A value kept within bounds, both of which hold where it is null.

    Narwhals' own `clip` writes the value out once more for every bound, so that nested ones grow without end.
    """
    value = value if least is None else nw.max_horizontal(value, nw.lit(least))
    return value if most is None else nw.min_horizontal(value, nw.lit(most))


def _choice(column: str, values: dict[str, float]) -> nw.Expr:
    """The value for each text of a column; 0 for others."""
    chosen = nw.lit(0.0)
    for text, value in values.items():
        chosen = nw.when(nw.col(column) == text).then(nw.lit(float(value))).otherwise(chosen)
    return chosen


def _once(assumptions: Assumptions, age: nw.Expr) -> nw.Expr:
    """Intensity of one contact so many days ago: κ·w·2^(-age/h)."""
    decay = 2.0 ** (-within(age / assumptions["half_life_days"], None, 1000.0))
    return assumptions["per_meeting"] * _choice("kind", assumptions.group("weight")) * decay


def _age(as_of: int, day: str) -> nw.Expr:
    """Days since; what lies ahead counts as today."""
    return within(nw.lit(as_of) - nw.col(day), 0, None).cast(nw.Float64)


def _subscribed(assumptions: Assumptions) -> nw.Expr:
    """Intensity of one subscription to the channel of the row."""
    return _choice("subscription", assumptions.group("channel"))


def _recorded(as_of: int, assumptions: Assumptions) -> nw.Expr:
    """Units of one row of ties: its strength, a subscription's fixed intensity, or the decayed series of contacts.

    The series is one contact every 365/f days, the last d days ago: κ·w·2^(-d/h) / (1 - 2^(-365/(f·h))).
    """
    per_year = within(nw.coalesce(nw.col("per_year"), nw.lit(float(USUAL_PER_YEAR))), 1e-9, None)
    age = nw.when(nw.col("last_contact").is_null()).then(365 / (2 * per_year)).otherwise(_age(as_of, "last_contact"))
    gap = within(365 / (per_year * assumptions["half_life_days"]), None, 1000.0)
    series = _once(assumptions, age) / within(1 - 2.0 ** (-gap), 1e-12, None)
    strength = -(1 - within(nw.col("strength"), 0.0, 1 - 1e-15)).log()
    most = assumptions["max_intensity"]
    return (
        nw.when(~nw.col("strength").is_null())
        .then(_units(strength, most))
        .when(nw.col("subscription") != "")
        .then(_units(_subscribed(assumptions), most))
        .otherwise(_units(series, most))
    )


ALIVE = (nw.col("units") > 0) | (nw.col("wanted") > 0)
"""Whether a record counts at all."""


@dataclass(frozen=True, slots=True)
class LiveTies:
    """What is live of the book, or of some customers.

    `own` are records of employees, worked out where they are used: those of no units are still among them, and equal
    ones are one tie. `reached` are ties of channels, direct or passed on. Columns: those of TIES; `units`; `wanted`
    (units that the counted followers of a subscription make up, named ones included); `last_contact`; `assumed` (kind,
    date or count was missing).
    """

    own: Frame
    reached: Frame

    def all(self) -> Frame:
        """Every live tie once."""
        own = _merged(self.own.filter(ALIVE), ("person", "contact", "customer", "kind"))
        own = own.select(*TIES[2:], *MERGED, channel=nw.lit(""), subscription=nw.lit("")).select(*TIES, *MERGED)
        return nw.concat([own, self.reached])

    def unmerged(self) -> Frame:
        """Both as they are, which is what `bundles` takes."""
        return nw.concat([self.own, self.reached])


def recorded(book: Book, assumptions: Assumptions) -> Frame:
    """What is recorded of those who are still here, with its units; not merged, and worked out where it is used.

    Columns: those of TIES and MERGED, and origin (a row that says so; of many in a log the last).
    """
    as_of = day_number(book.as_of)
    records = _tie_records(book, as_of, assumptions)
    return nw.concat([records, _log_records(book.tables.log, as_of, assumptions)]) if book.logged else records


def live_ties(book: Book, records: Frame, customers: Frame | None = None) -> LiveTies:
    """The live ties among what is `recorded`, or those of some `customers` (a frame with that column)."""
    if customers is not None:
        records = records.join(customers, on="customer", how="semi")
    own = records.filter(nw.col("channel") == "").select(*TIES, *MERGED)
    reached = records.filter(nw.col("channel") != "", ALIVE).select(*TIES, *MERGED)
    if book.relays:
        reached = _reached_directly(book.engine.keep(reached))
    return LiveTies(own, book.engine.keep(_merged(reached)))


def sent_directly(book: Book, live: LiveTies, channel: str) -> LiveTies:
    """The same ties, if the company itself sent what somebody passes on of one channel."""
    person = nw.when(nw.col("channel") == channel).then(nw.lit("")).otherwise(nw.col("person"))
    return LiveTies(live.own, book.engine.keep(_merged(live.reached.with_columns(person=person))))


def live_customers(records: Frame, people: tuple[str, ...] | None = None) -> Frame:
    """The customers with a live tie of anybody, or of some `people`: one column, customer."""
    if people is not None:
        records = records.filter(nw.col("person").is_in(list(people)))
    return records.filter(ALIVE).group_by("customer").agg()


def _tie_records(book: Book, as_of: int, assumptions: Assumptions) -> Frame:
    """Rows of ties with their units; counted followers apart from named ones, as a tie of the kind COUNTED."""
    subscription = nw.col("subscription") != ""
    missing = nw.col("kind").is_null() | nw.col("last_contact").is_null() | nw.col("per_year").is_null()
    live = book.tables.ties.filter(~nw.col("gone"))
    ties = live.filter(nw.col("followers").is_null() | (nw.col("contact") != "")) if book.subscribes else live
    records = ties.with_columns(
        kind=nw.when(subscription).then(nw.lit("")).otherwise(nw.coalesce(nw.col("kind"), nw.lit("meeting"))),
        assumed=missing & ~subscription & nw.col("strength").is_null(),
    ).select(
        *TIES,
        "last_contact",
        "assumed",
        "origin",
        units=_recorded(as_of, assumptions),
        wanted=nw.lit(0).cast(nw.Int64),
    )
    if not book.subscribes:
        return records
    each = _units(_subscribed(assumptions), assumptions["max_intensity"])
    counted = live.filter(~nw.col("followers").is_null()).with_columns(
        contact=nw.lit(""),
        kind=nw.lit(COUNTED),
        last_contact=nw.lit(None, dtype=nw.Int32),
        assumed=nw.lit(False),  # noqa: FBT003 - a literal column
        units=nw.lit(0).cast(nw.Int64),
        wanted=(nw.col("followers") * each).cast(nw.Int64),
    )
    return nw.concat([records, counted.select(*TIES, "last_contact", "assumed", "origin", "units", "wanted")])


def _log_records(log: Frame, as_of: int, assumptions: Assumptions) -> Frame:
    """One row per tie from the interactions: κ·Σ w(kind)·2^(-age/h)."""
    most = assumptions["max_intensity"]
    subscription = nw.col("subscription") != ""
    rows = log.filter(~nw.col("gone")).select(
        *TIES,
        each=_units(_once(assumptions, _age(as_of, "on")) * nw.col("count"), 1000 * most),
        fixed=_units(_subscribed(assumptions), most),
        last_contact=nw.col("on"),
        origin=nw.col("origin"),
    )
    rows = rows.with_columns(kind=nw.when(subscription).then(nw.lit("")).otherwise(nw.col("kind")))
    summed = rows.group_by(*TIES).agg(
        each=nw.col("each").sum(),
        fixed=nw.col("fixed").max(),
        last_contact=nw.col("last_contact").max(),
        origin=nw.col("origin").max(),
    )
    units = nw.when(subscription).then(nw.col("fixed")).otherwise(within(nw.col("each"), 0, round(most * UNIT)))
    return summed.select(
        *TIES,
        "last_contact",
        assumed=nw.lit(False),  # noqa: FBT003 - a literal column
        origin=nw.col("origin"),  # frames are put together column by column, whatever their names
        units=units.cast(nw.Int64),
        wanted=nw.lit(0).cast(nw.Int64),
    )


def _merged(records: Frame, ends: tuple[str, ...] = TIES) -> Frame:
    """Records that agree in `ends` as one tie, the strongest."""
    return records.group_by(*ends).agg(
        units=nw.col("units").max(),
        wanted=nw.col("wanted").max(),
        last_contact=nw.col("last_contact").max(),
        assumed=nw.col("assumed").any(),
    )


def _reached_directly(ties: Frame) -> Frame:
    """A contact that a channel reaches directly as well is the channel's, not the person's who passes it on.

    Counted followers have no names, so nobody can say that they are the same.
    """
    ends = ["channel", "customer", "contact"]
    named = nw.col("kind") != COUNTED
    both = ties.filter(nw.col("person") != "").group_by("channel").agg()
    direct = ties.filter(nw.col("person") == "", named).join(both, on="channel", how="semi")
    direct = direct.group_by(*ends).agg(ways=nw.len())
    joined = ties.join(direct, on=ends, how="left")
    person = nw.when(named & ~nw.col("ways").is_null()).then(nw.lit("")).otherwise(nw.col("person"))
    return joined.with_columns(person=person).drop("ways")


def bundles(book: Book, assumptions: Assumptions, ties: Frame, *, own: bool = False) -> Frame:
    """What each holder has with each contact, subscriptions aside.

    HOLDER, contact, units (capped), ties (how many), assumed (any), last_contact (the newest). Of an employee's own
    records of one kind the strongest counts: that needs no merging first, for they are many and kinds are few. `own`
    says that there are no others among the `ties`, which takes less.
    """
    company = nw.when(nw.col("person") == "").then(nw.col("channel")).otherwise(nw.lit(""))
    passed, alive, zero = nw.col("channel") != "", nw.col("units") > 0, nw.lit(0).cast(nw.Int64)
    kinds = (*assumptions.group("weight"), *book.planned)
    of = {f"units_{number}": nw.col("kind") == kind for number, kind in enumerate(kinds)}
    maxima = {
        name: nw.when(mine if own else mine & ~passed).then(nw.col("units")).otherwise(zero).max()
        for name, mine in of.items()
    }
    sums = {
        "passed": nw.when(passed).then(nw.col("units")).otherwise(zero).sum(),
        "ways": nw.when(passed).then(zero + 1).otherwise(zero).sum(),
    }
    ties = ties if own else ties.filter(nw.col("subscription") == "").with_columns(company=company)
    summed = ties.group_by(*(name for name in HOLDER if not own or name != "company"), "contact").agg(
        assumed=(nw.col("assumed") & alive).any(),
        last_contact=nw.when(alive).then(nw.col("last_contact")).max(),
        **maxima,
        **({} if own else sums),
    )
    summed = summed.with_columns(company=nw.lit(""), passed=zero, ways=zero) if own else summed
    found = summed.select(
        *HOLDER,
        "contact",
        "assumed",
        "last_contact",
        units=sum((nw.col(name) for name in of), nw.col("passed")),
        ties=sum(((nw.col(name) > 0).cast(nw.Int64) for name in of), nw.col("ways")),
    )
    return found.filter(nw.col("ties") > 0).with_columns(
        units=within(nw.col("units"), None, Limits.of(assumptions).contact).cast(nw.Int64),
        ties=nw.col("ties").cast(nw.Int64),
    )


def pairs(book: Book, assumptions: Assumptions, live: LiveTies, own: Frame | None = None) -> Frame:
    """What each holder has with each customer, from live ties; `own` are their `bundles`, where they are kept already.

    HOLDER, units, ties (how many), assumed (any), strongest (units with the one contact that is held best,
    subscriptions aside).
    """
    limits = Limits.of(assumptions)
    shared = book.subscribes and book.relays
    beside = own
    if own is None and shared and book.many:
        own, beside = _many_bundles(book, live, assumptions)
    elif own is None:
        own = bundles(book, assumptions, live.unmerged())
        own = beside = book.engine.keep(own) if shared else own
    held = own.select(*HOLDER, "units", "ties", "assumed", strongest="units")
    if book.subscribes:
        added = _subscriptions(live.reached, beside if shared else None, assumptions, limits)
        held = nw.concat([held, added])
    return held.group_by(*HOLDER).agg(
        units=nw.col("units").sum().cast(nw.Int64),
        ties=nw.col("ties").sum().cast(nw.Int64),
        assumed=nw.col("assumed").any(),
        strongest=nw.col("strongest").max(),
    )


def _many_bundles(book: Book, live: LiveTies, assumptions: Assumptions) -> tuple[Frame, Frame | None]:
    """All bundles, and once more those of the people who pass a subscription on: few, where all were many to keep."""
    passed = live.reached.filter(nw.col("person") != "").select("person", "subscription").unique()
    passing = book.engine.rows(passed)
    if all(subscription for _, subscription in passing):
        every = nw.concat([bundles(book, assumptions, live.own, own=True), bundles(book, assumptions, live.reached)])
    else:
        every = bundles(book, assumptions, live.unmerged())
    people = sorted({person for person, subscription in passing if subscription})
    theirs = live.unmerged().filter(nw.col("person").is_in(people))
    return every, bundles(book, assumptions, theirs) if people else None


def _subscriptions(reached: Frame, own: Frame | None, assumptions: Assumptions, limits: Limits) -> Frame:
    """What subscriptions add for each holder at each customer; the columns of `pairs`. `own` are bundles beside them.

    One channel adds at most `limits.subscription`, and to one contact no more than the room that the holder's
    other ties leave there. Two channels that the same person relays share that room: the sum is the maximum flow
    from the channels to the contacts, which for up to two channels is the smaller of the two sums below.
    """
    company = nw.when(nw.col("person") == "").then(nw.col("channel")).otherwise(nw.lit(""))
    named = reached.filter(nw.col("subscription") != "").with_columns(
        company=company,
        each=_units(_subscribed(assumptions), assumptions["max_intensity"]),
        room=nw.lit(limits.contact),
    )
    if own is not None:
        taken = own.select(*HOLDER, "contact", taken="units")
        named = named.join(taken, on=[*HOLDER, "contact"], how="left").with_columns(
            room=nw.lit(limits.contact) - nw.coalesce(nw.col("taken"), nw.lit(0))
        )
    by_channel = (
        named.group_by(*HOLDER, "channel")
        .agg(
            part=nw.min_horizontal("units", "room").sum(),
            covered=nw.min_horizontal("units", "each").sum(),
            wanted=nw.col("wanted").max(),
            ties=(nw.col("units") > 0).cast(nw.Int64).sum(),
        )
        .with_columns(nameless=within(nw.col("wanted") - nw.col("covered"), 0, None))
    )
    most = nw.lit(limits.subscription)
    one_by_one = by_channel.group_by(*HOLDER).agg(
        units=nw.min_horizontal(nw.col("part") + nw.col("nameless"), most).sum(),
        nameless=nw.col("nameless").sum(),
        ties=(nw.col("ties") + (nw.col("nameless") > 0).cast(nw.Int64)).sum(),
    )
    if own is None:
        result = one_by_one
    else:
        by_contact = named.group_by(*HOLDER, "contact", "room").agg(units=nw.col("units").sum())
        together = by_contact.group_by(*HOLDER).agg(room=nw.min_horizontal("units", "room").sum())
        joined = one_by_one.join(together, on=list(HOLDER), how="left")
        shared = nw.col("room") + nw.col("nameless")
        result = joined.with_columns(units=nw.min_horizontal(nw.col("units"), shared))
    return result.select(
        *HOLDER,
        units=nw.col("units").cast(nw.Int64),
        ties=nw.col("ties").cast(nw.Int64),
        assumed=nw.lit(False),  # noqa: FBT003 - a literal column
        strongest=nw.lit(0).cast(nw.Int64),
    )


def held_by(customers: Frame, pairs: Frame) -> Frame:
    """Who holds each of some customers (those of a scope): their columns, and company, people, weighed.

    Company and people are units of the channels and of all persons, 0 where `pairs` has none; `weighed` is the weight
    in whole units, 0 where it is unknown.
    """
    zero = nw.lit(0).cast(nw.Int64)
    own = nw.col("person") == ""
    sides = pairs.with_columns(
        company=nw.when(own).then(nw.col("units")).otherwise(zero),
        people=nw.when(own).then(zero).otherwise(nw.col("units")),
    )
    held = sides.group_by("customer").agg(
        company=nw.col("company").sum().cast(nw.Int64), people=nw.col("people").sum().cast(nw.Int64)
    )
    return customers.join(held, on="customer", how="left").with_columns(
        company=nw.coalesce(nw.col("company"), zero),
        people=nw.coalesce(nw.col("people"), zero),
        weighed=nw.coalesce(nw.col("weight"), zero),
    )


def follow_rates(book: Book, assumptions: Assumptions, destination: str | None) -> Frame:
    """How many of an employee's customers would follow: person, destination, follow_low, follow_base, follow_high.

    The destination is the one asked for, else that of the recorded departure, else unknown; a clause that still
    runs takes its share off.
    """
    where = nw.lit(destination) if destination else nw.coalesce(nw.col("destination"), nw.lit("unknown"))
    bound = nw.col("clause_until") >= day_number(book.as_of)
    clause = nw.when(bound).then(nw.lit(float(assumptions["clause"]))).otherwise(nw.lit(1.0))
    rates = {name: assumptions.follow(name) for name in ("competitor", "elsewhere", "unknown")}
    people = book.tables.employees.with_columns(destination=where)
    columns = {
        f"follow_{end}": _choice("destination", {name: rate[index] for name, rate in rates.items()}) * clause
        for index, end in enumerate(("low", "base", "high"))
    }
    return people.select("destination", person=nw.col("id"), **columns)


def pull(follow: str, units: str) -> nw.Expr:
    """Units of pull of one leaver on one customer: -ln(1 - φ·s), s = 1 - e^-Λ. Pulls of joint leavers add."""
    stays = 1 - nw.col(follow) * (1 - loose(nw.col(units)))
    return (-within(stays, 1e-15, None).log() * PULL).round(0).cast(nw.Int64)


def loose(units: nw.Expr) -> nw.Expr:
    """The chance that a bundle of this intensity does not hold: e^-Λ."""
    return (-(units / UNIT)).exp()


def shares(stay: str = "stay", leave: str = "leave") -> dict[str, nw.Expr]:
    """Held, walks and adrift of a customer from the units of those who stay and of those who leave; they sum to 1."""
    unheld, before = loose(nw.col(stay)), loose(nw.col(leave))
    return {"held": 1 - unheld, "walks": unheld * (1 - before), "adrift": unheld * before}


def loss(pulled: str, stay: str = "stay") -> nw.Expr:
    """Expected share lost: e^-Λ(stay) · (1 - e^-pull); never above walks, of which it is a part."""
    return nw.min_horizontal(loose(nw.col(stay)) * (1 - (-(nw.col(pulled) / PULL)).exp()), shares()["walks"])


def lost_alone(follow: str) -> nw.Expr:
    """Expected share lost to one leaver: φ · walks, which `loss` comes to with one pull, without its rounding."""
    return nw.col(follow) * nw.col("walks")


def portions(weight: str, share: nw.Expr) -> nw.Expr:
    """A share of a customer's weight, in portions of one unit of it: exact in any order, however small the weight."""
    return nw.col(weight).cast(nw.Decimal(38, 0)) * (share * PORTION).round(0).cast(nw.Int64)


def at_risk(weight: str, lost: nw.Expr) -> nw.Expr:
    """Whole smallest units of money (or weight) at risk, rounded once per customer."""
    return (nw.col(weight) * lost).round(0).cast(nw.Int64)
