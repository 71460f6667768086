"""Which customer ties leave with these people, and what is that worth?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import narwhals as nw

from netaudit import model
from netaudit.assumptions import ENDS, NOT_IN_RISK, ONLY_WHAT_COUNTS, ONLY_WHO_FOLLOWS
from netaudit.bundles import pairs_of
from netaudit.joint import followed_words, lost_to
from netaudit.network import cut_off, graph_of, single_points, tolerance, tolerance_either_side
from netaudit.recorded import ALIVE, LiveTies, live_customers, live_ties, recorded
from netaudit.result import Band, Result, Sensitivity, Sentence, Unit, Value, column
from netaudit.scope import BASE_RATE, money_band, suggested, unmapped_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    import networkx as nx

    from netaudit.assumptions import Assumptions
    from netaudit.book import Book
    from netaudit.engine import Frame
    from netaudit.scope import Scope

NAMED = 4
"""How many leavers are called by name."""

NOTHING = Sentence("No customer in question has a live tie to them: nothing leaves.")
VERDICTS = ("severed", "exposed", "held", "untouched", "unmapped")


@dataclass(frozen=True, slots=True)
class Row:
    """One customer that a leaver has a live tie to."""

    customer: str = column("Customer", Unit.ID, "id of the customer", table=False)
    name: str | None = column("Customer", Unit.TEXT, "name of the customer")
    segment: str | None = column("Segment", Unit.TEXT, "segment of the customer", table=False)
    verdict: str = column("Verdict", Unit.CHOICE, "what remains: nothing, too little, or enough", choices=VERDICTS[:3])
    revenue: float | None = column("Revenue", Unit.MONEY, "revenue a year; null where unknown")
    held: float = column(
        "Held", Unit.SHARE, "chance that somebody who stays, or the company itself, holds it", wide=True
    )
    walks: float = column("Walks", Unit.SHARE, "chance that only the leavers hold it: it goes where they go", bar=True)
    adrift: float = column("Adrift", Unit.SHARE, "chance that nobody holds it, with or without them", table=False)
    loss: Band = column("Loss", Unit.SHARE, "expected share lost: the walks that follow", table=False)
    revenue_at_risk: Band | None = column("At risk", Unit.MONEY, "revenue times expected loss")
    ties_lost: int = column("Ties lost", Unit.COUNT, "live ties of the leavers", wide=True)
    ties_kept: int = column("Kept", Unit.COUNT, "live ties of colleagues who stay and of the company", wide=True)
    tolerance: int | None = column(
        "Tolerance",
        Unit.COUNT,
        "colleagues with a tie that counts, today; null is unlimited: the company has one",
        table=False,
    )
    tolerance_either_side: int | None = column(
        "Either side",
        Unit.COUNT,
        "people, ours or theirs, without whom no tie that counts is left; null is unlimited",
        table=False,
    )
    single_points: str = column(
        "Single points", Unit.TEXT, "nodes of the people who are part of every tie that counts, ; between", table=False
    )


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The customers in question by verdict; they add up to all of them."""

    severed: int = column("Severed", Unit.COUNT, "no live tie of anyone who stays")
    exposed: int = column("Exposed", Unit.COUNT, "ties remain, but hold too little")
    held: int = column("Held", Unit.COUNT, "enough remains")
    untouched: int = column("Untouched", Unit.COUNT, "the leavers have no live tie to it")
    unmapped: int = column("Unmapped", Unit.COUNT, "nobody has a live tie to it")


@dataclass(frozen=True, slots=True)
class Summary:
    """The departure as a whole."""

    customers: int = column("Customers", Unit.COUNT, "customers in question")
    verdicts: Verdicts = column("Verdicts", Unit.COUNT, "customers by verdict")
    revenue: float | None = column("Revenue", Unit.MONEY, "known revenue of the customers in question, a year")
    revenue_unknown: int = column("Revenue unknown", Unit.COUNT, "customers without a revenue, left out of money")
    revenue_at_risk: Band | None = column("At risk", Unit.MONEY, "sum over the rows")


class _Touched(NamedTuple):
    """What the tables say about one customer that the leavers have a live tie to; weights in whole units."""

    customer: str
    name: str | None
    segment: str | None
    revenue: int | None
    held: float
    walks: float
    adrift: float
    loss_low: float
    loss_base: float
    loss_high: float
    risk_low: int | None
    risk_base: int | None
    risk_high: int | None
    ties_lost: int
    ties_kept: int
    assumed: bool
    stay: int


def leave(
    book: Book,
    scope: Scope,
    leavers: tuple[str, ...],
    destination: str | None = None,
    *,
    sensitivity: bool = False,
    request: tuple[str, ...] = (),
) -> Result[Row, Summary]:
    """What leaves when these employees (ids) leave together; rows worst first.

    `request` are the options that go on into the command suggested next.

    Sums come from the tables, structure (severed, tolerance) from the graph around the leavers.
    """
    records = recorded(book, book.assumptions)
    near = _near(book, records, leavers)
    lost = _lost(book, book.assumptions, scope, near, leavers, destination)
    touched = sorted((_Touched(*cells) for cells in book.engine.rows(lost.select(*_Touched._fields))), key=_rank)
    graph = graph_of(book, near.all())
    severed = {node.removeprefix("customer:") for node in cut_off(graph, leavers)}
    rows = tuple(_row(book, entry, severed, graph) for entry in touched)
    unmapped, unmapped_sentence = unmapped_words(book, scope, live_customers(records))
    at_risk = (sum(getattr(entry, f"risk_{end}") or 0 for entry in touched) for end in ENDS)
    summary = Summary(
        customers=scope.count,
        verdicts=_verdicts(rows, scope.count, unmapped),
        revenue=None if scope.revenue is None else book.money(scope.revenue),
        revenue_unknown=scope.unknown,
        revenue_at_risk=money_band(book, tuple(at_risk)),
    )
    said = _said(book, summary, rows) if rows else [NOTHING]
    if rows:
        said += [_assumed(book, leavers, destination, sum(entry.assumed for entry in touched)), BASE_RATE]
    said += [unmapped_sentence] if unmapped_sentence else []
    return Result(
        schema="netaudit/risk/1",
        title=_title(book, leavers),
        facts=book.facts(),
        summary=summary,
        rows=rows,
        row_type=Row,
        closing=(*said, suggested(book, *(() if sensitivity or not rows else (*request, "--sensitivity")))),
        leavers=leavers,
        where=scope.where,
        sensitivity=_sensitivity(book, scope, leavers, destination) if sensitivity else None,
        warnings=book.warnings,
    )


def _near(book: Book, records: Frame, leavers: tuple[str, ...]) -> LiveTies:
    """The live ties of all customers that a leaver has one to."""
    keep = book.engine.keep
    live = live_ties(book, records, keep(live_customers(records, leavers)))
    own, reached = keep(live.own), live.reached
    if book.relays:  # what a leaver passes on may turn out to be reached directly, and then is not theirs
        theirs = nw.concat([own, reached]).filter(nw.col("person").is_in(list(leavers)), ALIVE)
        touched = keep(theirs.group_by("customer").agg())
        own, reached = (ties.join(touched, on="customer", how="semi") for ties in (own, reached))
    return LiveTies(own, reached)


def _lost(
    book: Book,
    assumptions: Assumptions,
    scope: Scope,
    near: LiveTies,
    leavers: tuple[str, ...],
    destination: str | None,
) -> Frame:
    """The touched customers in scope with the columns of `_Touched`."""
    rates = model.follow_rates(book, assumptions, destination).filter(nw.col("person").is_in(list(leavers)))
    pairs = pairs_of(book, assumptions, near)
    return book.engine.keep(lost_to(pairs, rates, scope.customers, alone=len(leavers) == 1))


def _rank(entry: _Touched) -> tuple[object, ...]:
    """Worst first, after rounding: by what is at risk, then by loss; unknown revenue after all that is known."""
    return entry.risk_base is None, -(entry.risk_base or 0), -round(entry.loss_base, 9), entry.customer


def _row(book: Book, entry: _Touched, severed: set[str], graph: nx.DiGraph[str]) -> Row:
    limits = model.Limits.of(book.assumptions)
    enough = "held" if entry.stay >= limits.customer else "exposed"
    risk = tuple(getattr(entry, f"risk_{end}") for end in ENDS)
    return Row(
        customer=entry.customer,
        name=entry.name,
        segment=entry.segment,
        verdict="severed" if entry.customer in severed else enough,
        revenue=None if entry.revenue is None else book.money(entry.revenue),
        held=round(entry.held, 9),
        walks=round(entry.walks, 9),
        adrift=round(entry.adrift, 9),
        loss=Band(round(entry.loss_low, 9), round(entry.loss_base, 9), round(entry.loss_high, 9)),
        revenue_at_risk=None if entry.revenue is None else money_band(book, risk),
        ties_lost=entry.ties_lost,
        ties_kept=entry.ties_kept,
        tolerance=tolerance(graph, entry.customer, limits),
        tolerance_either_side=tolerance_either_side(graph, entry.customer, limits),
        single_points="; ".join(single_points(graph, entry.customer, limits)),
    )


def _verdicts(rows: tuple[Row, ...], customers: int, unmapped: int) -> Verdicts:
    counts = {verdict: sum(row.verdict == verdict for row in rows) for verdict in VERDICTS[:3]}
    return Verdicts(**counts, untouched=customers - unmapped - len(rows), unmapped=unmapped)


def _sensitivity(
    book: Book, scope: Scope, leavers: tuple[str, ...], destination: str | None
) -> tuple[Sensitivity, ...]:
    moving = {name: one for name, one in book.assumptions.parameters.items() if not name.startswith(NOT_IN_RISK)}
    totals = _totals(book, scope, leavers, destination, list(moving))
    money = book.weighted_by == "revenue"
    swings = []
    for name, parameter in moving.items():
        low, high = totals[name, "low"], totals[name, "high"]
        swings.append(
            Sensitivity(
                assumption=name,
                low=parameter.low,
                at_low=book.money(low) if money else None,
                high=parameter.high,
                at_high=book.money(high) if money else None,
                swing=scope.share(abs(high - low)),
                basis=parameter.basis,
            )
        )
    return tuple(sorted(swings, key=lambda swing: (-swing.swing, swing.assumption)))


def _totals(
    book: Book, scope: Scope, leavers: tuple[str, ...], destination: str | None, names: list[str]
) -> dict[tuple[str, str], int]:
    """What is at risk (base) with each assumption at either end, in whole units of weight.

    What can be asked at once is, for to put a question takes longer than to answer it, unless ties are many.
    """
    worlds = {(name, end): book.assumptions.at(name, end) for name in names for end in ("low", "high")}
    going = nw.col("person").is_in(list(leavers))
    totals: dict[tuple[str, str], int] = {}

    def rates(assumptions: Assumptions) -> Frame:
        return model.follow_rates(book, assumptions, destination).filter(going)

    def note(asked: list[tuple[str, str]], pairs: Frame, who: Frame, customers: Frame, by: tuple[str, ...]) -> None:
        lost = lost_to(pairs, who, customers, by, alone=len(leavers) == 1)
        found = dict(book.engine.rows(lost.group_by("world").agg(risk=nw.col("risk_base").sum())))
        totals.update({one: int(found.get(number) or 0) for number, one in enumerate(asked)})

    followed = [one for one in worlds if one[0].startswith(ONLY_WHO_FOLLOWS)]
    pairs = book.engine.keep(pairs_of(book, book.assumptions, _near(book, recorded(book, book.assumptions), leavers)))
    numbered = [rates(worlds[one]).with_columns(world=nw.lit(number)) for number, one in enumerate(followed)]
    note(followed, pairs, nw.concat(numbered), scope.customers, ("world",))
    counted = [one for one in worlds if one[0].startswith(ONLY_WHAT_COUNTS) and not book.many]
    alone = [[one] for one in worlds if one not in followed and one not in counted]
    for asked in (*([counted] if counted else []), *alone):
        near = _near(book, _apart(recorded(book, worlds[one]) for one in asked), leavers)
        first = worlds[asked[0]]
        note(asked, pairs_of(book, first, near), rates(first), _apart(scope.customers for _ in asked), ())
    return totals


def _apart(frames: Iterable[Frame]) -> Frame:
    """The same customers under several assumptions, numbered by `world`: in each they are customers of their own."""
    customer = nw.col("customer")
    return nw.concat(
        [
            frame.with_columns(world=nw.lit(number), customer=nw.concat_str(nw.lit(f"{number}/"), customer))
            for number, frame in enumerate(frames)
        ]
    )


def _title(book: Book, leavers: tuple[str, ...]) -> Sentence:
    chosen = book.tables.employees.filter(nw.col("id").is_in(list(leavers))).select("id", "name")
    names = {row[0]: row[1] or row[0] for row in book.engine.rows(chosen)}
    said = [names[leaver] for leaver in leavers[:NAMED]]
    said += [f"{len(leavers) - NAMED} more"] if len(leavers) > NAMED else []
    who = said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
    values = {"leavers": Value(who, Unit.TEXT), "as_of": Value(book.as_of.isoformat(), Unit.TEXT)}
    return Sentence(f"If {{leavers}} left{' together' if len(leavers) > 1 else ''}, as of {{as_of}}", values)


def _said(book: Book, summary: Summary, rows: tuple[Row, ...]) -> list[Sentence]:
    """What leaves, in words and money."""
    verdicts = summary.verdicts
    counts = {"severed": verdicts.severed, "exposed": verdicts.exposed, "held": verdicts.held, "touched": len(rows)}
    values = {name: Value(count, Unit.COUNT) for name, count in counts.items()}
    values["limit"] = Value(book.assumptions["threshold.customer"], Unit.SHARE)
    words = (
        "Customers touched: {touched}. Severed: {severed}, where nobody who stays and no company channel has a live "
        "tie. Exposed: {exposed}, where what remains holds less than {limit}. Held: {held}."
    )
    if summary.revenue_at_risk is None:
        return [Sentence(words, values)]
    unknown = sum(row.revenue is None for row in rows)
    money = {
        "band": Value(summary.revenue_at_risk, Unit.MONEY),
        "touched": Value(sum(row.revenue or 0 for row in rows), Unit.MONEY),
        "unknown": Value(unknown, Unit.COUNT),
    }
    more = "; without a known revenue, and so not in it: {unknown}" if unknown else ""
    return [
        Sentence(words, values),
        Sentence(f"At risk: {{band}} a year, of {{touched}} that they bring{more}.", money),
    ]


def _assumed(book: Book, leavers: tuple[str, ...], destination: str | None, customers: int) -> Sentence:
    """The follow rates behind the figures, and how many customers' ties are not fully recorded."""
    rates = model.follow_rates(book, book.assumptions, destination).filter(nw.col("person").is_in(list(leavers)))
    words, values = followed_words(book, rates)
    values["customers"] = Value(customers, Unit.COUNT)
    words = f"Assumed: {words}"
    words += "; a kind, date or count of ties at {customers} of these customers" if customers else ""
    words += ". At risk is revenue, times walks, times what follows."
    return Sentence(words, values)
