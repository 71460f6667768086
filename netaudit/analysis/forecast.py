"""What may the time ahead cost, on average and in a bad year?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import narwhals as nw
import numpy as np
from scipy import sparse

from netaudit import model
from netaudit.assumptions import ENDS
from netaudit.bundles import held_by, pairs_of
from netaudit.draws import Pool, lost_in
from netaudit.expected import expected_by_team, expected_of, prospects
from netaudit.joint import followed_words
from netaudit.measures import turns_of
from netaudit.model import PORTION, PULL, UNIT
from netaudit.recorded import live_ties, recorded
from netaudit.result import Band, Bin, Result, Sentence, Unit, Value, column
from netaudit.scope import NO_BASIS, money_band, suggested, unmapped_words
from netaudit.tail import bars_of, tail_of
from netaudit.year import chances, end_of, recorded_only, shock_of, strangers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from netaudit.book import Book
    from netaudit.draws import Floats
    from netaudit.engine import Frame
    from netaudit.scope import Scope
    from netaudit.year import Chances


@dataclass(frozen=True, slots=True)
class Row:
    """A team, as if nobody else could leave; or a customer, whoever leaves."""

    dimension: str = column("By", Unit.CHOICE, "what the row is about", choices=("team", "customer"))
    key: str | None = column("Key", Unit.ID, "id; null for people without a team", table=False)
    name: str | None = column("Name", Unit.TEXT, "name, or id where none is known")
    people: int | None = column("People", Unit.COUNT, "people of the team who are here; null for customers", wide=True)
    leaving: float | None = column("Leaving", Unit.NUMBER, "how many of them leave, on average; null for customers")
    customers: int | None = column(
        "Customers", Unit.COUNT, "customers that the team has live ties to; null for customers", table=False
    )
    revenue: float | None = column(
        "Revenue", Unit.MONEY, "known revenue a year, of the team: of these customers", wide=True
    )
    expected_loss: Band | None = column("Expected loss", Unit.MONEY, "yearly revenue times the expected share lost")
    expected_share: Band | None = column(
        "Share lost", Unit.SHARE, "expected share lost; of a team: of what these customers weigh, null for nothing"
    )
    unheld_today: float | None = column("Unheld now", Unit.SHARE, "share that nothing holds as things stand", wide=True)
    unheld: float | None = column("Unheld then", Unit.SHARE, "the same at the end of the horizon, expected")


@dataclass(frozen=True, slots=True)
class Summary:
    """The company: the expected loss, in closed form, and its tail, drawn."""

    horizon_months: int = column("Months", Unit.COUNT, "length of the horizon")
    employees: int = column("Employees", Unit.COUNT, "people who are here")
    leaving: float = column("Leaving", Unit.NUMBER, "how many of them leave within the horizon, on average")
    recorded: int = column("Recorded", Unit.COUNT, "those of them whose departure is recorded, and so certain")
    customers: int = column("Customers", Unit.COUNT, "customers in question")
    revenue: float | None = column("Revenue", Unit.MONEY, "known revenue of the customers in question, a year")
    expected_loss: Band | None = column("Expected loss", Unit.MONEY, "sum over the customers, closed form")
    expected_recorded: Band | None = column(
        "Recorded loss", Unit.MONEY, "what the recorded departures alone come to; null where revenue is unknown"
    )
    expected_share: Band = column("Expected share", Unit.SHARE, "the same, as a share of all that is weighed")
    unheld_today: float = column("Unheld today", Unit.SHARE, "share of all that is weighed that nothing holds today")
    unheld: float = column("Unheld", Unit.SHARE, "the same at the end of the horizon, expected")
    draws: int = column("Draws", Unit.COUNT, "how often the horizon was drawn")
    seed: int = column("Seed", Unit.COUNT, "seed of the random numbers")
    mean: float | None = column("Mean", Unit.MONEY, "mean loss of the draws: the expected loss, drawn")
    standard_error: float | None = column("Standard error", Unit.MONEY, "standard error of the mean")
    var95: float | None = column("VaR95", Unit.MONEY, "19 of 20 draws lose at most this")
    var95_error: float | None = column("VaR95 error", Unit.MONEY, "its standard error")
    es95: float | None = column("ES95", Unit.MONEY, "mean loss of the worst draw in twenty")
    es95_error: float | None = column("ES95 error", Unit.MONEY, "its standard error")
    mean_share: float = column("Mean share", Unit.SHARE, "mean as a share of all that is weighed")
    standard_error_share: float = column("Error share", Unit.SHARE, "its standard error")
    var95_share: float = column("VaR95 share", Unit.SHARE, "VaR95 as a share of all that is weighed")
    var95_error_share: float = column("VaR95 error share", Unit.SHARE, "its standard error")
    es95_share: float = column("ES95 share", Unit.SHARE, "ES95 as a share of all that is weighed")
    es95_error_share: float = column("ES95 error share", Unit.SHARE, "its standard error")
    any_probability: float = column("Any", Unit.SHARE, "share of the draws in which anything is lost")
    over: float | None = column("Over", Unit.MONEY, "the loss asked about")
    over_share: float = column("Over share", Unit.SHARE, "the same as a share of all that is weighed")
    over_probability: float = column("Chance", Unit.SHARE, "chance to lose more than that")
    over_error: float = column("Chance error", Unit.SHARE, "its standard error")


@dataclass(frozen=True, slots=True)
class Horizon:
    """What is asked: so many months, so many draws from a seed, and the loss (in whole units) that is too much."""

    months: int
    draws: int
    seed: int
    over: int
    destination: str | None = None


def look_ahead(
    book: Book, scope: Scope, horizon: Horizon, request: tuple[str, ...] = (), told: Callable[[str], None] | None = None
) -> Result[Row, Summary]:
    """What may be lost within the horizon: by team, by customer, and in all with its tail; costliest first.

    Ties are taken as they are today. `request` are the options that go on into the command suggested next; `told`
    hears how far the draws are.
    """
    keep = book.engine.keep
    live = live_ties(book, recorded(book, book.assumptions))
    pairs = keep(pairs_of(book, book.assumptions, live))
    rates = keep(model.follow_rates(book, book.assumptions, horizon.destination))
    held = keep(held_by(scope.customers, pairs))
    people = chances(book, horizon.months)
    shock = shock_of(book.assumptions, horizon.months)
    ahead = keep(prospects(book, pairs, rates, people, shock))
    certain = prospects(book, pairs, rates, recorded_only(people), shock)
    customers, totals = _customers(book, expected_of(ahead, held))
    teams = _teams(book, people, expected_by_team(ahead, held))
    losses = lost_in(_pool(book, held, pairs, rates, people, shock), horizon.draws, horizon.seed, told)
    summary = _summary(book, scope, horizon, people, totals, _at_risk(book, expected_of(certain, held)), losses)
    unmapped = unmapped_words(book, scope, pairs)[1]
    return Result(
        schema="netaudit/forecast/1",
        title=_title(book, horizon),
        facts=book.facts(),
        summary=summary,
        rows=(*teams, *customers),
        row_type=Row,
        closing=(
            *_said(scope, summary),
            *_assumed(book, people, rates),
            *([unmapped] if unmapped else []),
            _next(book, people, request),
        ),
        where=scope.where,
        warnings=(*book.warnings, *strangers(book)),
        parted_by="dimension",
        histogram=_histogram(book, scope, losses),
        hidden=("low_share", "high_share", "expected_share") if scope.revenue is not None else (),
    )


class _Total(NamedTuple):
    """Over all customers: whole units at risk (low, base, high), portions of weight unheld today and then."""

    risk: tuple[int, ...]
    today: int
    then: int


def _nobody() -> nw.Expr:
    """The chance that nothing holds a customer as things stand."""
    return model.loose(nw.col("company") + nw.col("people"))


def _at_risk(book: Book, expected: Frame) -> tuple[int, ...]:
    """Whole units at risk over all customers: low, base, high."""
    sums = expected.select(*(nw.col(f"risk_{end}").sum().alias(end) for end in ENDS))
    return tuple(int(cell or 0) for cell in book.engine.rows(sums)[0])


def _customers(book: Book, expected: Frame) -> tuple[list[Row], _Total]:
    """A row for each customer that somebody has a live tie to, costliest first, and the sums over all customers."""
    frame = expected.with_columns(
        today=_nobody(),
        then_portions=model.portions("weighed", nw.col("unheld")),
        today_portions=model.portions("weighed", _nobody()),
        live=(nw.col("company") + nw.col("people")) > 0,
    )
    sums = frame.select(
        nw.col("today_portions").sum().alias("today"),
        nw.col("then_portions").sum().alias("then"),
    )
    today, then = (int(cell or 0) for cell in book.engine.rows(sums)[0])
    columns = ("customer", "name", "revenue", *(f"{kind}_{end}" for kind in ("risk", "loss") for end in ENDS))
    cells = book.engine.rows(frame.filter(nw.col("live")).select(*columns, "today", "unheld"))
    rows = [
        Row(
            dimension="customer",
            key=key,
            name=name,
            people=None,
            leaving=None,
            customers=None,
            revenue=None if revenue is None else book.money(revenue),
            expected_loss=None if revenue is None else money_band(book, tuple(numbers[:3])),
            expected_share=Band(*(round(share, 9) for share in numbers[3:6])),
            unheld_today=round(numbers[6], 9),
            unheld=round(numbers[7], 9),
        )
        for key, name, revenue, *numbers in cells
    ]
    return sorted(rows, key=_rank), _Total(_at_risk(book, expected), today, then)


def _teams(book: Book, people: Sequence[Chances], expected: Frame) -> list[Row]:
    """A row for each team, and one for those without, as if nobody else could leave; costliest first."""
    frame = expected.with_columns(
        then_portions=model.portions("weighed", nw.col("unheld")),
        today_portions=model.portions("weighed", _nobody()),
    )
    sums = frame.group_by("team").agg(
        customers=nw.len(),
        known=nw.col("weight").count(),
        **{name: nw.col(name).sum() for name in ("weighed", *(f"risk_{end}" for end in ENDS))},
        today=nw.col("today_portions").sum(),
        then=nw.col("then_portions").sum(),
    )
    columns = ("team", "customers", "known", "weighed", *(f"risk_{end}" for end in ENDS), "today", "then")
    found = {row[0]: tuple(int(cell or 0) for cell in row[1:]) for row in book.engine.rows(sums.select(*columns))}
    rows = []
    for team in {one.team for one in people}:
        customers, known, weight, *risk, today, then = found.get(team or "", (0,) * 8)
        unknown = bool(customers) and not known
        members = [one for one in people if one.team == team]
        row = Row(
            dimension="team",
            key=team,
            name=team or "no team",
            people=len(members),
            leaving=_leaving(members),
            customers=customers,
            revenue=None if unknown or book.weighted_by == "count" else book.money(weight),
            expected_loss=None if unknown else money_band(book, tuple(risk)),
            expected_share=Band(*(_part(units, weight) for units in risk)) if weight else None,
            unheld_today=_part(today / PORTION, weight) if weight else None,
            unheld=_part(then / PORTION, weight) if weight else None,
        )
        rows.append(row)
    return sorted(rows, key=_rank)


def _leaving(people: Sequence[Chances]) -> float:
    return round(math.fsum(one.total for one in people), 3)


def _part(units: float, weight: int) -> float:
    return round(min(units / weight, 1.0), 9)


def _rank(row: Row) -> tuple[object, ...]:
    """Costliest first, after rounding; unknown revenue after all that is known."""
    money = 0.0 if row.expected_loss is None else row.expected_loss.base
    share = 0.0 if row.expected_share is None else row.expected_share.base
    return row.expected_loss is None, -money, -share, -(row.unheld or 0.0), row.key or ""


def _pool(book: Book, held: Frame, pairs: Frame, rates: Frame, people: Sequence[Chances], shock: float) -> Pool:
    """The customers of some weight whom somebody may be lost with, and everybody's chances."""
    persons = book.engine.table(
        {"person": "VARCHAR", "number": "BIGINT"},
        {"person": [one.person for one in people], "number": [*range(len(people))]},
    )
    ties = pairs.join(book.engine.frame(persons), on="person").join(rates, on="person")
    ties = ties.with_columns(pull=model.pull("follow_base", "units")).filter(nw.col("units") > 0)
    total = nw.col("company") + nw.col("people")
    ours = held.select("customer", total=total, weighed=nw.col("weighed").cast(nw.Int64))
    joined = ties.join(ours.filter(nw.col("weighed") > 0), on="customer")
    columns = ("customer", "number", "units", "pull", "total", "weighed")
    found = book.engine.arrays(joined.select(*columns).sort("customer", "number"))
    customer = turns_of(found["customer"])
    first = np.unique(customer, return_index=True)[1]
    places, shape = (customer, found["number"]), (len(first), len(people))
    teams = {team: number for number, team in enumerate(sorted({one.team for one in people if one.team}))}
    return Pool(
        alone=np.array([one.alone[1] for one in people]),
        shocked=np.array([one.shocked[1] for one in people]),
        team=np.array([teams.get(one.team or "", -1) for one in people], np.int64),
        teams=len(teams),
        shock=shock,
        held=sparse.csr_array((found["units"] / UNIT, places), shape),
        pull=sparse.csr_array((found["pull"] / PULL, places), shape),
        total=found["total"][first] / UNIT,
        weight=found["weighed"][first],
    )


def _summary(
    book: Book,
    scope: Scope,
    horizon: Horizon,
    people: Sequence[Chances],
    totals: _Total,
    recorded: tuple[int, ...],
    losses: Floats,
) -> Summary:
    tail = tail_of(losses, horizon.over)

    def money(units: float) -> float | None:
        return None if scope.revenue is None else book.money(round(units))

    return Summary(
        horizon_months=horizon.months,
        employees=len(people),
        leaving=_leaving(people),
        recorded=sum(one.certain for one in people),
        customers=scope.count,
        revenue=money(scope.weight),
        expected_loss=money_band(book, totals.risk),
        expected_recorded=money_band(book, recorded),
        expected_share=Band(*(scope.share(units) for units in totals.risk)),
        unheld_today=scope.share(totals.today / PORTION),
        unheld=scope.share(totals.then / PORTION),
        draws=horizon.draws,
        seed=horizon.seed,
        mean=money(tail.mean),
        standard_error=money(tail.mean_error),
        var95=money(tail.var),
        var95_error=money(tail.var_error),
        es95=money(tail.es),
        es95_error=money(tail.es_error),
        mean_share=scope.share(tail.mean),
        standard_error_share=scope.share(tail.mean_error),
        var95_share=scope.share(tail.var),
        var95_error_share=scope.share(tail.var_error),
        es95_share=scope.share(tail.es),
        es95_error_share=scope.share(tail.es_error),
        any_probability=round(tail.any, 9),
        over=money(horizon.over),
        over_share=scope.share(horizon.over),
        over_probability=round(tail.chance, 9),
        over_error=round(tail.chance_error, 9),
    )


def _histogram(book: Book, scope: Scope, losses: Floats) -> tuple[Bin, ...]:
    """The draws by their loss."""
    known = scope.revenue is not None
    return tuple(
        Bin(
            low=book.money(low) if known else None,
            high=book.money(high) if known and high is not None else None,
            low_share=min(scope.share(low), 1.0),
            high_share=None if high is None else min(scope.share(high), 1.0),
            draws=count,
            share=round(count / len(losses), 9),
        )
        for low, high, count in bars_of(losses)
    )


def _title(book: Book, horizon: Horizon) -> Sentence:
    values = {
        "as_of": Value(book.as_of.isoformat(), Unit.TEXT),
        "end": Value(end_of(book.as_of, horizon.months).isoformat(), Unit.TEXT),
    }
    return Sentence("What may be lost from {as_of} to {end}", values)


def _said(scope: Scope, summary: Summary) -> Iterator[Sentence]:
    """The mean, the tail, and what they are not."""
    values = {
        "leaving": Value(f"{summary.leaving:.1f}" if summary.leaving >= 1 else f"{summary.leaving:.2g}", Unit.TEXT),
        "people": Value(summary.employees, Unit.COUNT),
        "recorded": Value(summary.recorded, Unit.COUNT),
        "band": Value(summary.expected_loss, Unit.MONEY),
        "certain": Value(summary.expected_recorded, Unit.MONEY),
        "share": Value(summary.expected_share.base, Unit.SHARE),
        "today": Value(summary.unheld_today, Unit.SHARE),
        "unheld": Value(summary.unheld, Unit.SHARE),
    }
    money = "{band} a year, " if summary.expected_loss is not None else ""
    alone = ", which alone come to {certain}" if summary.recorded and summary.expected_recorded is not None else ""
    yield Sentence(
        f"Expected to be lost by then: {money}{{share}} of {scope.weighed}. Leaving on average: {{leaving}} of "
        f"{{people}}; departures on record: {{recorded}}{alone}. Held by nobody and no channel (unheld): {{today}} "
        "today, {unheld} to be expected then.",
        values,
    )
    yield _bad_luck(scope, summary)


def _bad_luck(scope: Scope, summary: Summary) -> Sentence:
    known = scope.revenue is not None
    figures = {
        name: Value(getattr(summary, name if known else f"{name}_share"), Unit.MONEY if known else Unit.SHARE)
        for name in ("var95", "var95_error", "es95", "es95_error", "over")
    }
    values = figures | {
        "chance": Value(summary.over_probability, Unit.SHARE),
        "error": Value(summary.over_error, Unit.SHARE),
        "any": Value(summary.any_probability, Unit.SHARE),
        "draws": Value(summary.draws, Unit.COUNT),
        "seed": Value(str(summary.seed), Unit.TEXT),
        "of": Value(summary.over_share, Unit.SHARE),
    }
    more = " ({of})" if known else ""
    chance = "in {chance} (± {error})" if summary.over_probability else "in none"
    return Sentence(
        "If the base assumptions hold: in {draws} draws (seed {seed}) anything at all is lost in {any}. 19 of 20 lose "
        "at most {var95} (VaR95, ± {var95_error}), and the worst twentieth loses {es95} on average (ES95, ± "
        f"{{es95_error}}). More than {{over}}{more} is lost {chance}. ± is one standard error of the drawing alone.",
        values,
    )


def _assumed(book: Book, people: Sequence[Chances], rates: Frame) -> Iterator[Sentence]:
    """What it rests on."""
    attrition = book.assumptions.parameters["attrition"]
    if people:
        here = book.engine.table({"person": "VARCHAR"}, {"person": [one.person for one in people]})
        words, values = followed_words(book, rates.join(book.engine.frame(here), on="person"))
        values |= {
            "base": Value(attrition.base, Unit.SHARE),
            "low": Value(attrition.low, Unit.SHARE),
            "high": Value(attrition.high, Unit.SHARE),
            "own": Value(sum(one.own for one in people), Unit.COUNT),
            "shock": Value(book.assumptions["team_shock.probability"], Unit.SHARE),
            "leave": Value(book.assumptions["team_shock.leave"], Unit.SHARE),
        }
        yield Sentence(
            "Assumed: {base} ({low} to {high}) of people leave in a year; the book has rates of its own for {own} of "
            "them. In {shock} of years a team has a shock, in which {leave} of it leave, or fewer where they leave "
            f"seldom; that makes nobody leave more often. And {words}. Both rates together make the band.",
            values,
        )
    yield Sentence(
        "Ties are taken as they are today: nobody is replaced, and no tie is made or fades. Chances to leave are those "
        f"of whole trades or as the book says; nothing here foretells who leaves. {NO_BASIS}"
    )


def _next(book: Book, people: Sequence[Chances], request: tuple[str, ...]) -> Sentence:
    if len(people) < 2:
        return suggested(book, *request)
    return suggested(book, *request, "-k", "2", command=("worst",))
