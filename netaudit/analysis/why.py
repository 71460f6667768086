"""Why is it so? Every tie behind one customer, employee or channel, and what its loss would do."""

from __future__ import annotations

import shlex
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw

from netaudit import model
from netaudit.bundles import pairs_of
from netaudit.errors import shown, usage
from netaudit.loading.values import day_number, day_of
from netaudit.model import UNIT
from netaudit.naming import TABLE_OF
from netaudit.network import graph_of, single_points, tolerance, tolerance_either_side
from netaudit.reach import Reach, reach
from netaudit.recorded import COUNTED, MERGED, TIES, LiveTies, Tie, live_customers, live_ties, recorded
from netaudit.remedies import break_even, in_words
from netaudit.result import Band, Result, Sentence, Unit, Value, column
from netaudit.scope import NO_BASIS, money_band, scope_of, suggested

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netaudit.book import Book
    from netaudit.engine import Frame

KINDS = ("customer", "employee", "channel")
LIMIT = 0.05
"""The expected loss that break-even asks for, unless told otherwise."""

ENDS = {"customer": "customer", "employee": "person", "channel": "channel"}
"""The column of a tie that names each kind of node."""

NESTED = {
    "customer": ("owner", "contact"),
    "employee": ("customer", "contact"),
    "channel": ("via", "customer", "contact"),
}
"""By what the ties of each kind of node branch."""


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


class _Loss(NamedTuple):
    """One person at one customer: ties, units of that person and of everyone, follow rates, weight in whole units."""

    person: str
    customer: str
    ties: int
    units: int
    all_ties: int
    total: int
    follow_low: float
    follow_base: float
    follow_high: float
    weight: int | None

    @property
    def walks(self) -> float:
        """Chance that only this person holds the customer."""
        return model.unheld_of(self.total - self.units) * (1 - model.unheld_of(self.units))

    def expected(self) -> tuple[float, float, float]:
        """Expected share lost if this person alone left: low, base, high."""
        return self.follow_low * self.walks, self.follow_base * self.walks, self.follow_high * self.walks


def explain(book: Book, node: tuple[str, str], limit: float = LIMIT) -> Result[Row, Summary]:
    """Every live tie of a node (kind, id), strongest first, and what the loss of it would do.

    `limit` is the expected loss, from 0 to 1, that break-even asks for. Only the part of the book around the node is
    worked out. Raises UsageError for a contact, which is seen from its customer, and InputError where a file cannot be
    read again for its lines.
    """
    kind, name = node
    if kind not in KINDS:
        home = book.engine.rows(book.tables.contacts.filter(nw.col("id") == name).select("customer"))[0][0]
        command = shlex.join(["netaudit", "why", f"customer:{home}", *book.call])
        raise usage(f"{shown(name)} is a contact", f"{command} shows its ties")
    if not 0 < limit < 1:
        raise usage(f"{limit:g} is no expected loss", "a share between 0 and 1, such as 0.05")
    records = recorded(book, book.assumptions)
    near = _near(book, records, kind, name)
    mine = nw.col(ENDS[kind]) == name
    ties = [Tie(*row) for row in book.engine.rows(near.all().filter(mine).select(*Tie._fields))]
    rows = _rows(book, ties, _origins(book, records.filter(mine)))
    if kind == "customer":
        summary, said, leaver = _customer(book, name, near, limit)
    elif kind == "employee":
        summary, said, leaver = _employee(book, name, near)
    else:
        summary, said, leaver = _channel(book, name, near)
    return Result(
        schema="netaudit/why/1",
        title=Sentence(
            "Why {node} stands as it does, as of {as_of}",
            {"node": Value(f"{kind}:{name}", Unit.TEXT), "as_of": Value(book.as_of.isoformat(), Unit.TEXT)},
        ),
        facts=book.facts(),
        summary=summary,
        rows=tuple(
            sorted(rows, key=lambda row: (-row.intensity, row.owner, row.customer, row.contact or "", row.kind))
        ),
        row_type=Row,
        closing=(*said, suggested(book, *(("--leaver", leaver) if leaver else ()))),
        warnings=book.warnings,
        nested_by=NESTED[kind],
        root=Sentence("{title}", {"title": Value(_title(book, kind, name), Unit.TEXT), "id": Value(name, Unit.ID)}),
    )


def _near(book: Book, records: Frame, kind: str, name: str) -> LiveTies:
    """The live ties of the customers that the node has to do with."""
    if kind == "customer":
        found = book.tables.customers.filter(nw.col("id") == name).select(customer="id")
    else:
        found = live_customers(records.filter(nw.col(ENDS[kind]) == name))
    live = live_ties(book, records, book.engine.keep(found))
    return LiveTies(book.engine.keep(live.own), live.reached)


def _origins(book: Book, records: Frame) -> dict[tuple[object, ...], int | None]:
    """Where the strongest record of each tie stands; of a channel's own also that of any tie merged into it.

    A tie that is only planned stands nowhere: None.
    """
    cells = [*TIES, *MERGED, "origin"]
    found = [dict(zip(cells, row, strict=True)) for row in book.engine.rows(records.select(*cells))]
    origins: dict[tuple[object, ...], int | None] = {}
    for row in sorted(
        found, key=lambda row: (row["units"], row["wanted"], row["last_contact"] or 0, -(row["origin"] or 0))
    ):
        tie = tuple(row[end] for end in TIES)
        origins[tie] = row["origin"]
        if row["kind"] != COUNTED:  # who is reached directly as well is the channel's, whoever passes it on
            origins[*tie[:2], "", *tie[3:]] = row["origin"]
    return origins


def _rows(book: Book, ties: list[Tie], origins: dict[tuple[object, ...], int | None]) -> Iterator[Row]:
    """The ties with their own units; of counted followers only those that have no name."""
    units = dict(zip(ties, _own_units(book, ties), strict=True))
    told = [tie for tie in ties if units[tie]]
    places = {tie: origins[tie[: len(TIES)]] for tie in told}
    lines = book.origins.places(origin for origin in places.values() if origin is not None)
    today = day_number(book.as_of)
    for tie in told:
        last = tie.last_contact
        yield Row(
            owner=tie.channel or tie.person,
            via=tie.person if tie.channel and tie.person else None,
            contact=tie.contact or None,
            customer=tie.customer,
            kind="followers" if tie.kind == COUNTED else tie.kind or tie.subscription,
            last_contact=None if last is None else day_of(last).isoformat(),
            age_days=None if last is None else max(today - last, 0),
            intensity=round(units[tie] / UNIT, 9),
            hold=round(model.hold_of(units[tie]), 9),
            assumed=tie.assumed,
            source="the plan" if (origin := places[tie]) is None else lines[origin],
        )


def _own_units(book: Book, ties: list[Tie]) -> Iterator[int]:
    """Units of each tie; of counted followers what the named ones leave, as much as one channel can have."""
    each = {
        kind: model.units_of_subscription(kind, book.assumptions) for kind in {tie.subscription for tie in ties} if kind
    }
    most = model.Limits.of(book.assumptions).subscription
    named: dict[tuple[str, str, str], int] = defaultdict(int)
    for tie in ties:
        if tie.subscription and tie.kind != COUNTED:
            named[tie.channel, tie.person, tie.customer] += min(tie.units, each[tie.subscription])
    for tie in ties:
        rest = tie.wanted - named.get((tie.channel, tie.person, tie.customer), 0)
        yield max(0, min(rest, most)) if tie.kind == COUNTED else tie.units


def _title(book: Book, kind: str, name: str) -> str:
    """The node's name, and its id where that is another."""
    table = getattr(book.tables, TABLE_OF[kind])
    called = book.engine.rows(table.filter(nw.col("id") == name).select("name"))[0][0]
    return f"{called} ({name})" if called and called != name else name


def _summary(kind: str, name: str, customers: int, **more: Any) -> Summary:
    """A summary in which all that is not said is null."""
    columns: dict[str, Any] = dict.fromkeys(Summary.__slots__)
    return Summary(**columns | {"node": f"{kind}:{name}", "kind": kind, "customers": customers} | more)


def _totals(pairs: Frame) -> Frame:
    """What everybody has with each customer: customer, total (units), all_ties."""
    return pairs.group_by("customer").agg(
        total=nw.col("units").sum().cast(nw.Int64), all_ties=nw.col("ties").sum().cast(nw.Int64)
    )


def _losses(book: Book, pairs: Frame, person: str | None = None) -> list[_Loss]:
    """Each person, or one, at each customer of `pairs`, as if this person alone left; costliest first."""
    people = pairs.filter(nw.col("person") != "" if person is None else nw.col("person") == person)
    rates = model.follow_rates(book, book.assumptions, None)
    found = people.join(_totals(pairs), on="customer").join(rates, on="person")
    found = found.join(scope_of(book).customers.select("customer", "weight"), on="customer")
    losses = [_Loss(*row) for row in book.engine.rows(found.select(*_Loss._fields))]
    return sorted(losses, key=lambda loss: (-loss.expected()[1], loss.person, loss.customer))


def _band(book: Book, losses: Iterable[_Loss]) -> Band | None:
    """Money at risk, rounded once per customer; None where customers are counted."""
    ends = [tuple(round((loss.weight or 0) * share) for share in loss.expected()) for loss in losses]
    return money_band(book, tuple(map(sum, zip(*ends, strict=True))) or (0, 0, 0))


def _customer(book: Book, name: str, near: LiveTies, limit: float) -> tuple[Summary, list[Sentence], str | None]:
    """How it is held, whose leaving would cost most, and what would keep it."""
    pairs = book.engine.keep(pairs_of(book, book.assumptions, near))
    held = book.engine.rows(pairs.select("person", "company", "units"))
    if not held:
        unmapped = _summary("customer", name, 0, held=0.0, tolerance=0, tolerance_either_side=0, single_points="")
        return unmapped, [_unmapped(book, name)], None
    worst = next(iter(_losses(book, pairs)), None)
    needed = None if worst is None else break_even(worst.expected()[1], limit)
    graph = graph_of(book, near.all())
    limits = model.Limits.of(book.assumptions)
    summary = _summary(
        "customer",
        name,
        1,
        held=round(1 - model.unheld_of(sum(units for _, _, units in held)), 9),
        tolerance=tolerance(graph, name, limits),
        tolerance_either_side=tolerance_either_side(graph, name, limits),
        single_points="; ".join(single_points(graph, name, limits)),
        break_even=None if needed is None else round(needed, 9),
        revenue_at_risk=None if worst is None or worst.weight is None else _band(book, [worst]),
    )
    if worst is None or needed is None:
        nobody = Sentence("Nobody's leaving would take it along: only the company itself holds it.")
        return summary, [_stands(summary), nobody], None
    taken = {company: units for person, company, units in held if not person}
    remedy = in_words(book, needed, limit, taken)
    return summary, [_stands(summary), _costliest(worst, summary), remedy], worst.person


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
    if summary.tolerance_either_side == 0:
        return Sentence("Held today: {held}; nobody has a tie that counts.", values)
    company = "the company itself has a tie that counts"
    ours = company if summary.tolerance is None else "colleagues whose tie counts: {ours}"
    either = "" if summary.tolerance_either_side is None else "; people, ours or theirs, it hangs on: {either}"
    points = " ({points})" if summary.single_points else ""
    return Sentence(f"Held today: {{held}}; {ours}{either}{points}.", values)


def _costliest(worst: _Loss, summary: Summary) -> Sentence:
    """Whose leaving would cost most, and how much."""
    low, base, high = worst.expected()
    values = {
        "person": Value(worst.person, Unit.TEXT),
        "walks": Value(worst.walks, Unit.SHARE),
        "base": Value(base, Unit.SHARE),
        "low": Value(low, Unit.SHARE),
        "high": Value(high, Unit.SHARE),
        "money": Value(summary.revenue_at_risk, Unit.MONEY),
    }
    money = ", or {money} a year" if summary.revenue_at_risk is not None else ""
    return Sentence(
        f"Costliest to lose: {{person}}. It would walk with a chance of {{walks}}; expected loss {{base}} "
        f"({{low}} to {{high}}){money}.",
        values,
    )


def _employee(book: Book, name: str, near: LiveTies) -> tuple[Summary, list[Sentence], str | None]:
    """What this person's leaving alone would do."""
    left_on = book.engine.rows(book.tables.employees.filter(nw.col("id") == name).select("left_on"))[0][0]
    if left_on is not None and left_on <= day_number(book.as_of):
        values = {"day": Value(day_of(left_on).isoformat(), Unit.TEXT)}
        gone = Sentence("Has left on {day}: ties of people who left count zero.", values)
        return _summary("employee", name, 0), [gone, Sentence(NO_BASIS)], None
    losses = _losses(book, book.engine.keep(pairs_of(book, book.assumptions, near)), name)
    band = _band(book, losses)
    values = {
        "customers": Value(len(losses), Unit.COUNT),
        "severed": Value(sum(loss.ties == loss.all_ties for loss in losses), Unit.COUNT),
        "band": Value(band, Unit.MONEY),
    }
    money = "; at risk: {band} a year" if band is not None else ""
    words = f"Customers with a live tie: {{customers}}. If this person alone left, severed: {{severed}}{money}."
    said = [Sentence(words, values), Sentence(NO_BASIS)]
    return _summary("employee", name, len(losses), revenue_at_risk=band), said, name


def _channel(book: Book, name: str, near: LiveTies) -> tuple[Summary, list[Sentence], str | None]:
    """What it reaches, and what its closing would do: its ties gone, direct and passed on."""
    keep = book.engine.keep
    scope = scope_of(book)
    mine = near.reached.filter(nw.col("channel") == name).join(scope.customers, on="customer")
    reached = reach(book, mine, "customer").get(name, Reach())
    without = LiveTies(near.own, near.reached.filter(nw.col("channel") != name))
    before = _totals(keep(pairs_of(book, book.assumptions, near)))
    after = _totals(keep(pairs_of(book, book.assumptions, without))).select("customer", left="total", ties="all_ties")
    changed = before.join(after, on="customer", how="left").join(scope.customers, on="customer")
    lost = bare = 0
    for total, left, weight in book.engine.rows(changed.select("total", "left", "weight")):
        lost += (weight or 0) * round(model.PORTION * (model.unheld_of(left or 0) - model.unheld_of(total)))
        bare += left is None
    values = {
        "direct": Value(reached.direct, Unit.COUNT),
        "passed": Value(reached.passed, Unit.COUNT),
        "bare": Value(bare, Unit.COUNT),
        "share": Value(scope.share(lost / model.PORTION), Unit.SHARE),
        "weight": Value(scope.weighed, Unit.TEXT),
    }
    said = [
        Sentence("Customers reached directly: {direct}; only because employees pass it on: {passed}.", values),
        Sentence(
            "If it closed: customers without any live tie left: {bare}; more unheld: {share} of {weight}.", values
        ),
    ]
    return _summary("channel", name, reached.direct + reached.passed), said, None
