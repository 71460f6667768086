"""Why is it so? Every tie behind one customer, employee or channel, and what its loss would do."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import narwhals as nw

from netaudit import model
from netaudit.errors import shown, usage
from netaudit.loading.values import day_number, day_of
from netaudit.model import MERGED, TIES, UNIT, LiveTies
from netaudit.network import graph_of, single_points, tolerance, tolerance_either_side
from netaudit.result import Band, Result, Sentence, Unit, Value, column
from netaudit.scope import money_band, scope_of, suggested

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netaudit.book import Book
    from netaudit.engine import Frame

KINDS = ("customer", "employee", "channel")
LIMIT = 0.05
"""The expected loss that break-even asks for, unless told otherwise."""

NESTED = {
    "customer": ("owner", "contact"),
    "employee": ("customer", "contact"),
    "channel": ("via", "customer", "contact"),
}
"""By what the ties of each kind of node branch."""

MOST_A_YEAR = 365
"""No remedy asks for more contacts a year than this."""


@dataclass(frozen=True, slots=True)
class Row:
    """One live tie, equal records merged."""

    owner: str = column("Owner", Unit.ID, "id of the employee or channel that has it")
    via: str | None = column("Via", Unit.ID, "id of the employee who passes it on; null where nobody has to")
    contact: str | None = column("Contact", Unit.ID, "id of the contact; null for a tie to the customer itself")
    customer: str = column("Customer", Unit.ID, "id of the customer")
    kind: str = column("Kind", Unit.TEXT, "kind of contact, or of subscription")
    last_contact: str | None = column("Last contact", Unit.TEXT, "day of the last contact")
    age_days: int | None = column("Days old", Unit.COUNT, "days since")
    intensity: float = column("Intensity", Unit.NUMBER, "its intensity, before what caps take off")
    hold: float = column("Hold", Unit.SHARE, "chance that it alone still holds")
    assumed: bool = column("Assumed", Unit.FLAG, "whether its kind, date or count is assumed")
    source: str = column("Source", Unit.TEXT, "file and line of the row that says so; of many the strongest or last")


@dataclass(frozen=True, slots=True)
class Summary:
    """The node. What does not apply to its kind is null."""

    node: str = column("Node", Unit.ID, "its full name")
    kind: str = column("Kind", Unit.CHOICE, "what it is", choices=KINDS)
    customers: int = column("Customers", Unit.COUNT, "customers that its live ties reach")
    held: float | None = column("Held", Unit.SHARE, "chance that anybody holds the customer, as things stand")
    tolerance: int | None = column(
        "Tolerance", Unit.COUNT, "of a customer: colleagues with a tie that counts; null is unlimited"
    )
    tolerance_either_side: int | None = column(
        "Either side", Unit.COUNT, "of a customer: people, ours or theirs, it hangs on; null is unlimited"
    )
    single_points: str | None = column(
        "Single points", Unit.TEXT, "of a customer: people who are part of every tie that counts, ; between"
    )
    break_even: float | None = column(
        "Break-even", Unit.NUMBER, "of a customer: intensity of the company's own that brings the loss under the limit"
    )
    revenue_at_risk: Band | None = column("At risk", Unit.MONEY, "if it left; of a customer: if its costliest one did")


class _Tie(NamedTuple):
    """A live tie as the model gives it."""

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


class _Held(NamedTuple):
    """What one holder has with one customer: a person's, or (`person` is "") that of a channel itself."""

    person: str
    company: str
    customer: str
    units: int
    ties: int


def explain(book: Book, node: tuple[str, str], limit: float = LIMIT) -> Result[Row, Summary]:
    """Every live tie of a node (kind, id), strongest first, and what the loss of it would do.

    `limit` is the expected loss, from 0 to 1, that break-even asks for. Only the part of the book around the node is
    worked out. Raises UsageError for a contact, which is seen from its customer.
    """
    kind, name = node
    if kind not in KINDS:
        home = book.engine.rows(book.tables.contacts.filter(nw.col("id") == name).select("customer"))[0][0]
        raise usage(f"{shown(name)} is a contact", f"netaudit why customer:{home} shows its ties")
    if not 0 < limit < 1:
        raise usage(f"{limit:g} is no expected loss", "a share between 0 and 1, such as 0.05")
    records = model.recorded(book, book.assumptions)
    near = _near(book, records, kind, name)
    ties = [_Tie(*row) for row in book.engine.rows(near.all().select(*_Tie._fields))]
    pairs = model.pairs(book, book.assumptions, near)
    held = [_Held(*row) for row in book.engine.rows(pairs.select(*_Held._fields))]
    mine = sorted((tie for tie in ties if _is_of(tie, kind, name)), key=lambda tie: (-_units(book, tie), tie))
    rows = tuple(_rows(book, mine, _origins(book, records, near)))
    teller = {"customer": _customer, "employee": _employee, "channel": _channel}[kind]
    summary, said = teller(book, name, near, held, limit)
    return Result(
        schema="netaudit/why/1",
        title=Sentence(
            "Why {node} stands as it does, as of {as_of}",
            {"node": Value(f"{kind}:{name}", Unit.TEXT), "as_of": Value(book.as_of.isoformat(), Unit.TEXT)},
        ),
        facts=book.facts(),
        summary=summary,
        rows=rows,
        row_type=Row,
        closing=(*said, _next(book, kind, name, held)),
        warnings=book.warnings,
        nested_by=NESTED[kind],
        root=Sentence("{title}", {"title": Value(_title(book, kind, name), Unit.TEXT), "id": Value(name, Unit.ID)}),
    )


def _near(book: Book, records: Frame, kind: str, name: str) -> LiveTies:
    """The live ties of the customers that the node has to do with."""
    if kind == "customer":
        found = book.tables.customers.filter(nw.col("id") == name).select(customer="id")
    else:
        end = "person" if kind == "employee" else "channel"
        found = model.live_customers(records.filter(nw.col(end) == name))
    live = model.live_ties(book, records, book.engine.keep(found))
    return LiveTies(book.engine.keep(live.own), live.reached)


def _is_of(tie: _Tie, kind: str, name: str) -> bool:
    end = {"customer": tie.customer, "employee": tie.person, "channel": tie.channel}[kind]
    return end == name


def _units(book: Book, tie: _Tie) -> int:
    """A tie's own units; counted followers as many as one channel can have."""
    return max(tie.units, min(tie.wanted, model.Limits.of(book.assumptions).subscription))


def _origins(book: Book, records: Frame, near: LiveTies) -> dict[tuple[object, ...], int]:
    """Where the strongest record of each tie near the node stands, also by the tie without its person."""
    customers = book.engine.keep(near.all().group_by("customer").agg())
    found = records.join(customers, on="customer", how="semi").select(*TIES, *MERGED, "origin")
    origins: dict[tuple[object, ...], int] = {}
    for *cells, origin in sorted(book.engine.rows(found), key=lambda row: (row[6], row[7], row[8] or 0, -row[10])):
        origins[tuple(cells[: len(TIES)])] = origin
        origins.setdefault(_nobodys(tuple(cells[: len(TIES)])), origin)
    return origins


def _nobodys(tie: tuple[object, ...]) -> tuple[object, ...]:
    """The same tie as the channel's own, which is what a relayed one becomes where the channel reaches directly too."""
    return (*tie[:2], "", *tie[3:])


def _rows(book: Book, ties: list[_Tie], origins: dict[tuple[object, ...], int]) -> Iterator[Row]:
    lines = book.origins.places(origins[tie[: len(TIES)]] for tie in ties)
    for tie in ties:
        units = _units(book, tie)
        last = tie.last_contact
        yield Row(
            owner=tie.channel or tie.person,
            via=tie.person if tie.channel and tie.person else None,
            contact=tie.contact or None,
            customer=tie.customer,
            kind="followers" if tie.kind == model.COUNTED else tie.kind or tie.subscription,
            last_contact=None if last is None else day_of(last).isoformat(),
            age_days=None if last is None else max(day_number(book.as_of) - last, 0),
            intensity=round(units / UNIT, 9),
            hold=round(model.hold_of(units), 9),
            assumed=tie.assumed,
            source=lines[origins[tie[: len(TIES)]]],
        )


def _title(book: Book, kind: str, name: str) -> str:
    """The node's name, and its id where that is another."""
    table = {"customer": book.tables.customers, "employee": book.tables.employees, "channel": book.tables.channels}[
        kind
    ]
    called = book.engine.rows(table.filter(nw.col("id") == name).select("name"))[0][0]
    return f"{called} ({name})" if called and called != name else name


def _unheld(units: int) -> float:
    return math.exp(-units / UNIT)


class _Loss(NamedTuple):
    """What one person's leaving would do to one customer: chances, and whole units of money at low, base and high."""

    person: str
    customer: str
    walks: float
    low: float
    base: float
    high: float
    revenue: int | None

    def money(self) -> tuple[int, int, int]:
        """Whole units at risk, rounded once."""
        worth = self.revenue or 0
        return round(worth * self.low), round(worth * self.base), round(worth * self.high)


def _losses(book: Book, held: list[_Held], people: Iterable[str]) -> list[_Loss]:
    """One person leaving alone, for each of these people and each of their customers."""
    chosen = list(people)
    rates = model.follow_rates(book, book.assumptions, None).filter(nw.col("person").is_in(chosen))
    columns = ("person", "follow_low", "follow_base", "follow_high")
    follow = {row[0]: row[1:] for row in book.engine.rows(rates.select(*columns))}
    customers = book.engine.table({"customer": "VARCHAR"}, {"customer": sorted({row.customer for row in held})})
    worth = scope_of(book).customers.join(book.engine.frame(customers), on="customer", how="semi")
    revenue = dict(book.engine.rows(worth.select("customer", "weight")))
    totals: dict[str, int] = {}
    for row in held:
        totals[row.customer] = totals.get(row.customer, 0) + row.units
    losses = []
    for row in held:
        if row.person in follow:
            walks = _unheld(totals[row.customer] - row.units) * (1 - _unheld(row.units))
            low, base, high = (share * walks for share in follow[row.person])
            losses.append(_Loss(row.person, row.customer, walks, low, base, high, revenue.get(row.customer)))
    return losses


def _band(book: Book, losses: Iterable[_Loss]) -> Band | None:
    sums = [sum(ends) for ends in zip(*(loss.money() for loss in losses), strict=True)] or [0, 0, 0]
    return money_band(book, tuple(sums))


def _customer(book: Book, name: str, near: LiveTies, held: list[_Held], limit: float) -> tuple[Summary, list[Sentence]]:
    limits = model.Limits.of(book.assumptions)
    total = sum(row.units for row in held)
    losses = _losses(book, held, (row.person for row in held if row.person))
    worst = max(losses, key=lambda loss: (loss.base, loss.person), default=None)
    needed = None if worst is None else max(0.0, math.log(worst.base / limit)) if worst.base > 0 else 0.0
    graph = graph_of(book, near.all())
    known = f"customer:{name}" in graph
    summary = Summary(
        node=f"customer:{name}",
        kind="customer",
        customers=int(bool(held)),
        held=round(1 - _unheld(total), 9),
        tolerance=tolerance(graph, name, limits) if known else 0,
        tolerance_either_side=tolerance_either_side(graph, name, limits) if known else 0,
        single_points="; ".join(single_points(graph, name, limits)) if known else "",
        break_even=None if needed is None else round(needed, 9),
        revenue_at_risk=None if worst is None or worst.revenue is None else _band(book, [worst]),
    )
    if not held:
        return summary, [_unmapped(book, name)]
    said = [_stands(summary)]
    if worst is None:
        return summary, [*said, Sentence("Nobody's leaving would take it along: only the company itself holds it.")]
    return summary, [*said, _costliest(worst, summary), *_remedies(book, held, needed or 0.0, limit)]


def _unmapped(book: Book, name: str) -> Sentence:
    """Why nobody has a live tie: that is unknown, and not safe."""
    recorded = nw.concat([frame.select("customer") for frame in (book.tables.ties, book.tables.log)])
    some = book.engine.rows(recorded.filter(nw.col("customer") == name).head(1))
    reason = "only ties that no longer count, such as those of people who left" if some else "no tie at all is recorded"
    return Sentence(f"Unmapped, so unknown and not safe: {reason}.")


def _stands(summary: Summary) -> Sentence:
    """How it is held today."""
    values = {
        "held": Value(summary.held, Unit.SHARE),
        "ours": Value(summary.tolerance, Unit.COUNT),
        "either": Value(summary.tolerance_either_side, Unit.COUNT),
        "points": Value(summary.single_points, Unit.TEXT),
    }
    ours = (
        "the company itself has a tie that counts"
        if summary.tolerance is None
        else "colleagues whose tie counts: {ours}"
    )
    either = "" if summary.tolerance_either_side is None else "; people, ours or theirs, it hangs on: {either}"
    points = " ({points})" if summary.single_points else ""
    return Sentence(f"Held today: {{held}}; {ours}{either}{points}.", values)


def _costliest(worst: _Loss, summary: Summary) -> Sentence:
    """Whose leaving would cost most, and how much."""
    values = {
        "person": Value(worst.person, Unit.TEXT),
        "walks": Value(worst.walks, Unit.SHARE),
        "base": Value(worst.base, Unit.SHARE),
        "low": Value(worst.low, Unit.SHARE),
        "high": Value(worst.high, Unit.SHARE),
        "money": Value(summary.revenue_at_risk, Unit.MONEY),
    }
    money = ", or {money} a year" if summary.revenue_at_risk is not None else ""
    return Sentence(
        f"Costliest to lose: {{person}}. It would walk with a chance of {{walks}}; expected loss {{base}} "
        f"({{low}} to {{high}}){money}.",
        values,
    )


def _remedies(book: Book, held: list[_Held], needed: float, limit: float) -> list[Sentence]:
    """What of the company's own would bring the loss under the limit."""
    values = {"limit": Value(limit, Unit.SHARE), "needed": Value(f"{needed:.2f}", Unit.TEXT)}
    if needed == 0:
        return [Sentence("The expected loss is under {limit} already.", values)]
    followers = _followers(book, held, needed)
    others = []
    for kind, words in (("call", "a service desk that they call {} times a year"), ("meeting", "{} meetings a year")):
        enough = (count for count in range(1, MOST_A_YEAR + 1) if _steady(book, kind, count) >= needed)
        count = next(enough, None)
        others += [words.format(count)] if count is not None else []
    ways = "; or ".join(others) or "no desk and no number of meetings"
    text = (
        f"Break-even: to bring it under {{limit}} takes {{needed}} of the company's own, such as {ways}; {followers}."
    )
    return [Sentence(text, values)]


def _steady(book: Book, kind: str, per_year: int) -> float:
    return model.intensity_of(kind, per_year, book.assumptions)


def _followers(book: Book, held: list[_Held], needed: float) -> str:
    """How many followers of a page of the company's own, as far as its cap leaves room."""
    pages = book.tables.channels.filter(nw.col("kind") == "company_page").select("id")
    mine = {row[0] for row in book.engine.rows(pages)}
    limits = model.Limits.of(book.assumptions)
    taken = min((row.units for row in held if row.company in mine), default=0)
    each = model.units_of_subscription("company_page", book.assumptions)
    units = round(needed * UNIT)
    if not each or units > limits.subscription - taken:
        return "no number of followers of a page is enough"
    return f"followers of a page would do: {math.ceil(units / each)} more"


def _employee(book: Book, name: str, near: LiveTies, held: list[_Held], limit: float) -> tuple[Summary, list[Sentence]]:
    del near, limit
    losses = _losses(book, held, [name])
    others = {row.customer for row in held if row.person != name}
    severed = sum(loss.customer not in others for loss in losses)
    band = _band(book, losses)
    summary = Summary(
        node=f"employee:{name}",
        kind="employee",
        customers=len(losses),
        held=None,
        tolerance=None,
        tolerance_either_side=None,
        single_points=None,
        break_even=None,
        revenue_at_risk=band,
    )
    values = {
        "customers": Value(len(losses), Unit.COUNT),
        "severed": Value(severed, Unit.COUNT),
        "band": Value(band, Unit.MONEY),
    }
    money = "; at risk: {band} a year" if band is not None else ""
    words = f"Customers with a live tie: {{customers}}. If this person alone left, severed: {{severed}}{money}."
    about = "It speaks about customers' ties, not about anybody's work, and is no basis for employment decisions."
    return summary, [Sentence(words, values), Sentence(about)]


def _channel(book: Book, name: str, near: LiveTies, held: list[_Held], limit: float) -> tuple[Summary, list[Sentence]]:
    del limit
    reached = {
        (tie[0], tie[1])
        for tie in book.engine.rows(near.reached.filter(nw.col("channel") == name).select("customer", "person"))
    }
    direct = {customer for customer, person in reached if not person}
    passed = {customer for customer, _ in reached} - direct
    totals: dict[str, int] = {}
    for row in held:
        totals[row.customer] = totals.get(row.customer, 0) + row.units
    mine = {row.customer: row.units for row in held if not row.person and row.company == name}
    bare = sum(totals[customer] == units for customer, units in mine.items())
    customers = book.engine.table({"customer": "VARCHAR"}, {"customer": sorted(mine)})
    worth = scope_of(book).customers.join(book.engine.frame(customers), on="customer", how="semi")
    weights = dict(book.engine.rows(worth.select("customer", "weight")))
    lost = sum(
        round((weights.get(customer) or 0) * (_unheld(totals[customer] - units) - _unheld(totals[customer])))
        for customer, units in mine.items()
    )
    summary = Summary(
        node=f"channel:{name}",
        kind="channel",
        customers=len(direct | passed),
        held=None,
        tolerance=None,
        tolerance_either_side=None,
        single_points=None,
        break_even=None,
        revenue_at_risk=None,
    )
    values = {
        "direct": Value(len(direct), Unit.COUNT),
        "passed": Value(len(passed), Unit.COUNT),
        "bare": Value(bare, Unit.COUNT),
        "share": Value(scope_of(book).share(lost), Unit.SHARE),
        "weight": Value("all known revenue" if book.weighted_by == "revenue" else "all customers", Unit.TEXT),
    }
    return summary, [
        Sentence("Customers reached directly: {direct}; only because employees pass it on: {passed}.", values),
        Sentence(
            "If it closed, {bare} of them would have no live tie left, and {share} of {weight} more would be unheld.",
            values,
        ),
    ]


def _next(book: Book, kind: str, name: str, held: list[_Held]) -> Sentence:
    """The departure to look at next: of this employee, or of whoever holds most of this customer."""
    people = sorted((row for row in held if row.person), key=lambda row: (-row.units, row.person))
    leaver = name if kind == "employee" else people[0].person if people and kind == "customer" else None
    return suggested(book, *(("--leaver", leaver) if leaver else ()))
