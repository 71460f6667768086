"""Which so many people cost most when they leave together?"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import narwhals as nw

from netaudit import model
from netaudit.absence import absence_factor
from netaudit.assumptions import ENDS
from netaudit.bundles import held_by, pairs_of
from netaudit.costliest import MOST_PAIRS, costliest
from netaudit.errors import usage
from netaudit.joint import followed_words, lost_to
from netaudit.measures import MEASURES, entries_of, terms_of
from netaudit.model import PORTION
from netaudit.recorded import live_ties, recorded
from netaudit.result import Band, Result, Sentence, Unit, Value, column
from netaudit.scope import BASE_RATE, NO_BASIS, money_band, suggested, unmapped_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netaudit.book import Book
    from netaudit.costliest import Found, Told
    from netaudit.engine import Frame
    from netaudit.scope import Scope


@dataclass(frozen=True, slots=True)
class Row:
    """People who leave together."""

    leavers: tuple[str, ...] = column("Leavers", Unit.TEXT, "ids of the people", table=False)
    names: str = column(
        "Leaving together",
        Unit.TEXT,
        "their names, or ids where no name is known; where several share a name with the id; ; between",
    )
    revenue_at_risk: Band | None = column("At risk", Unit.MONEY, "revenue times expected loss, summed")
    share_of_revenue: float = column("Share", Unit.SHARE, "base at risk, as a share of all that is weighed")
    one_by_one: float | None = column(
        "One by one", Unit.MONEY, "the sum of what is at risk as if each alone left", wide=True
    )
    customers: int = column("Customers", Unit.COUNT, "customers that any of them has a live tie to", wide=True)
    severed: int = column("Severed", Unit.COUNT, "customers that nobody else and no channel has a live tie to")
    unheld: float = column(
        "Unheld", Unit.SHARE, "expected share, of all that is weighed, that nothing holds then", wide=True
    )


@dataclass(frozen=True, slots=True)
class Summary:
    """The worst set, and how sure it is that there is no worse one."""

    size: int = column("Size", Unit.COUNT, "people in a set")
    candidates: int = column("Candidates", Unit.COUNT, "people it was chosen from")
    by: str = column("By", Unit.CHOICE, "what sets are compared by, before rounding", choices=MEASURES)
    optimal: bool = column("Optimal", Unit.FLAG, "whether it is proven that no set is worse than the first row")
    bound: float = column(
        "Bound",
        Unit.NUMBER,
        "no set is worse than this before rounding, in the unit of the column compared by: money at risk, or the share "
        "of it where no revenue is known; customers severed; the share unheld",
    )
    revenue_at_risk: Band | None = column("At risk", Unit.MONEY, "what the first row puts at risk")
    severed: int = column("Severed", Unit.COUNT, "customers that the first row severs")
    unheld: float = column("Unheld", Unit.SHARE, "expected share that the first row leaves unheld")
    unheld_today: float = column("Unheld today", Unit.SHARE, "the same as long as nobody leaves")
    customers: int = column("Customers", Unit.COUNT, "customers in question")
    revenue: float | None = column("Revenue", Unit.MONEY, "known revenue of the customers in question, a year")
    absence_factor: int | None = column(
        "Absence factor",
        Unit.COUNT,
        "fewest people found whose leaving leaves more than half unheld; 0: it is already; null: nobody's leaving does",
    )
    absence_factor_at_least: int | None = column(
        "At least", Unit.COUNT, "so many it takes in any case; equal to absence_factor where that is exact"
    )


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched for: sets of `size` of the `candidates` (ids), by one of MEASURES, the worst `sets` of them."""

    size: int
    candidates: tuple[str, ...]
    by: str = MEASURES[0]
    sets: int = 5
    seconds: float = 60.0
    destination: str | None = None


def worst_departures(
    book: Book, scope: Scope, search: Search, request: tuple[str, ...] = (), told: Told | None = None
) -> Result[Row, Summary]:
    """The sets of people who cost most if they leave together, worst first.

    `request` are the options that go on into the command suggested next; `told` hears how far the search is.
    """
    live = live_ties(book, recorded(book, book.assumptions))
    pairs = book.engine.keep(pairs_of(book, book.assumptions, live))
    rates = book.engine.keep(model.follow_rates(book, book.assumptions, search.destination))
    held = book.engine.keep(held_by(scope.customers, pairs))
    ties = entries_of(book, search.candidates, held, pairs, rates)
    terms = terms_of(ties, search.by, search.size, scope.weight)
    if search.size > 1 and terms.pairs > MOST_PAIRS:
        raise usage("too many people share customers to compare all pairs", "choose from a --team or from --candidate")
    found = costliest(terms, len(search.candidates), search.size, search.sets, search.seconds, told)
    sets = [tuple(search.candidates[person] for person in people) for people in found.sets]
    alone = _alone(book, scope, pairs, rates)
    unheld = _unheld_today(book, held)
    sums = _sums(book, scope, search, sets, pairs, rates)
    rows = _rows(book, scope, search, sets, sums, alone, unheld)
    order = sorted(alone, key=lambda person: (-alone[person], person))
    absence = absence_factor(book, scope.customers, pairs, order)
    summary = _summary(book, scope, search, rows, found, unheld, absence)
    theirs = rates.filter(nw.col("person").is_in(list(search.candidates)))
    unmapped = unmapped_words(book, scope, pairs)[1]
    return Result(
        schema="netaudit/worst/1",
        title=_title(book, search),
        facts=book.facts(),
        summary=summary,
        rows=rows,
        row_type=Row,
        closing=(
            *_said(scope, search, summary, rows),
            *_assumed(book, theirs, rows),
            *([unmapped] if unmapped else []),
            _next(book, rows, request),
        ),
        leavers=rows[0].leavers if rows else (),
        where=scope.where,
        warnings=book.warnings,
    )


def _alone(book: Book, scope: Scope, pairs: Frame, rates: Frame) -> dict[str, int]:
    """Whole units at risk as if each person alone left."""
    lost = lost_to(pairs, rates, scope.customers, ("person",), alone=True)
    summed = lost.group_by("person").agg(risk=nw.col("risk_base").sum())
    return {person: int(risk or 0) for person, risk in book.engine.rows(summed.select("person", "risk"))}


def _unheld_today(book: Book, held: Frame) -> int:
    """Portions of weight that nothing holds as long as nobody leaves."""
    unheld = model.portions("weighed", model.loose(nw.col("company") + nw.col("people")))
    return int(book.engine.rows(held.select(unheld.sum().alias("unheld")))[0][0] or 0)


class _Sums(NamedTuple):
    """Of one set: counts, whole units at risk, and portions that become unheld."""

    customers: int = 0
    severed: int = 0
    risk_low: int = 0
    risk_base: int = 0
    risk_high: int = 0
    unheld: int = 0


def _sums(
    book: Book, scope: Scope, search: Search, sets: Sequence[tuple[str, ...]], pairs: Frame, rates: Frame
) -> list[_Sums]:
    """What `risk` would say of each set."""
    going = [(turn, person) for turn, people in enumerate(sets) for person in people]
    table = book.engine.table(
        {"turn": "BIGINT", "person": "VARCHAR"},
        {"turn": [turn for turn, _ in going], "person": [person for _, person in going]},
    )
    leavers = book.engine.frame(table).join(rates, on="person")
    lost = lost_to(pairs, leavers, scope.customers, ("turn",), alone=search.size == 1).with_columns(
        weighed=nw.coalesce(nw.col("weight"), nw.lit(0).cast(nw.Int64)),
        severed=(nw.col("ties_kept") == 0).cast(nw.Int64),
        before=model.loose(nw.col("stay") + nw.col("leave")),
        after=model.loose(nw.col("stay")),
    )
    summed = lost.group_by("turn").agg(
        customers=nw.len(),
        severed=nw.col("severed").sum(),
        **{f"risk_{end}": nw.col(f"risk_{end}").sum() for end in ENDS},
        unheld=(model.portions("weighed", nw.col("after")) - model.portions("weighed", nw.col("before"))).sum(),
    )
    rows = book.engine.rows(summed.select("turn", *_Sums._fields))
    found = {row[0]: _Sums(*(int(cell or 0) for cell in row[1:])) for row in rows}
    return [found.get(turn, _Sums()) for turn in range(len(sets))]


def _rows(
    book: Book,
    scope: Scope,
    search: Search,
    sets: Sequence[tuple[str, ...]],
    sums: Sequence[_Sums],
    alone: dict[str, int],
    unheld: int,
) -> tuple[Row, ...]:
    """The sets that bring anything, worst first as they were compared: before money is rounded."""
    names = _names(book)
    rows = [
        Row(
            leavers=people,
            names="; ".join(names[person] for person in people),
            revenue_at_risk=money_band(book, (sum_.risk_low, sum_.risk_base, sum_.risk_high)),
            share_of_revenue=scope.share(sum_.risk_base),
            one_by_one=_money(book, scope, sum(alone.get(person, 0) for person in people)),
            customers=sum_.customers,
            severed=sum_.severed,
            unheld=scope.share((unheld + sum_.unheld) / PORTION),
        )
        for people, sum_ in zip(sets, sums, strict=True)
    ]
    bare = scope.share(unheld / PORTION) if search.by == "unheld" else 0
    return tuple(row for row in rows if _measured(row, search.by) > bare)


def _names(book: Book) -> dict[str, str]:
    """What to call everybody: the name, else the id; both where several bear one name."""
    people = book.engine.rows(book.tables.employees.select("id", "name"))
    borne = Counter(name for _, name in people)
    return {
        person: person if name is None else name if borne[name] == 1 else f"{name} ({person})"
        for person, name in people
    }


def _money(book: Book, scope: Scope, units: int) -> float | None:
    return None if scope.revenue is None else book.money(units)


def _at_risk(row: Row) -> float:
    return row.share_of_revenue if row.revenue_at_risk is None else row.revenue_at_risk.base


def _measured(row: Row, by: str) -> float:
    """What a row is compared by."""
    return {"revenue-at-risk": _at_risk(row), "severed": row.severed, "unheld": row.unheld}[by]


def _summary(
    book: Book,
    scope: Scope,
    search: Search,
    rows: Sequence[Row],
    found: Found,
    unheld: int,
    absence: tuple[int | None, int | None],
) -> Summary:
    today = scope.share(unheld / PORTION)
    if search.by == "severed":
        bound: float = math.floor(found.bound + 0.25)  # less than half stands for what is at risk
    elif search.by == "unheld":
        bound = scope.share(unheld / PORTION + found.bound)
    else:
        bound = scope.share(found.bound) if scope.revenue is None else book.money(math.ceil(found.bound))
    worst = rows[0] if rows else None
    measured = _measured(worst, search.by) if worst else today if search.by == "unheld" else 0
    optimal = found.proven or (search.by == "severed" and bound <= measured)
    return Summary(
        size=search.size,
        candidates=len(search.candidates),
        by=search.by,
        optimal=optimal,
        bound=measured if optimal else bound,
        revenue_at_risk=worst.revenue_at_risk if worst else money_band(book, (0, 0, 0)),
        severed=worst.severed if worst else 0,
        unheld=worst.unheld if worst else today,
        unheld_today=today,
        customers=scope.count,
        revenue=_money(book, scope, scope.revenue or 0),
        absence_factor=absence[0],
        absence_factor_at_least=absence[1],
    )


def _title(book: Book, search: Search) -> Sentence:
    values = {
        "size": Value(search.size, Unit.COUNT),
        "count": Value(len(search.candidates), Unit.COUNT),
        "as_of": Value(book.as_of.isoformat(), Unit.TEXT),
    }
    cost = {
        "revenue-at-risk": "would cost most",
        "severed": "would sever most customers",
        "unheld": "would leave most unheld",
    }[search.by]
    who = "The one whose leaving" if search.size == 1 else "The {size} whose leaving together"
    return Sentence(f"{who} {cost}, of {{count}} people, as of {{as_of}}", values)


def _said(scope: Scope, search: Search, summary: Summary, rows: Sequence[Row]) -> Iterator[Sentence]:
    """The worst set, what is due to leaving together, and how sure that is."""
    if rows:
        yield _worst(scope, summary, rows[0])
    if rows or not summary.optimal:
        yield _sure(scope, search, summary)
    else:
        nothing = {
            "revenue-at-risk": "put anything at risk",
            "severed": "sever a customer",
            "unheld": "leave more unheld than today",
        }[search.by]
        values = {"count": Value(summary.candidates, Unit.COUNT), "size": Value(search.size, Unit.COUNT)}
        yield Sentence(f"Of these {{count}} people no {{size}} would {nothing}, which is proven.", values)
    yield _absence(scope, summary)


def _worst(scope: Scope, summary: Summary, worst: Row) -> Sentence:
    values = {
        "names": Value(worst.names, Unit.TEXT),
        "band": Value(worst.revenue_at_risk, Unit.MONEY),
        "share": Value(worst.share_of_revenue, Unit.SHARE),
        "alone": Value(worst.one_by_one, Unit.MONEY),
        "severed": Value(worst.severed, Unit.COUNT),
        "unheld": Value(worst.unheld, Unit.SHARE),
        "today": Value(summary.unheld_today, Unit.SHARE),
    }
    money = "{band} a year, " if worst.revenue_at_risk is not None else ""
    words = (
        f"Worst: {{names}}. At risk: {money}{{share}} of {scope.weighed}. Customers severed: {{severed}}. Held by "
        "nobody and no channel (unheld): {today} today, {unheld} to be expected then."
    )
    if worst.revenue_at_risk is not None and worst.one_by_one and worst.revenue_at_risk.base > 1.005 * worst.one_by_one:
        words += " One by one they would put {alone} at risk: the rest are customers that they hold together."
    return Sentence(words, values)


def _sure(scope: Scope, search: Search, summary: Summary) -> Sentence:
    if search.size == summary.candidates:
        return Sentence("They are all that there are to choose from.")
    measure = Unit.SHARE if search.by == "unheld" or scope.revenue is None else Unit.MONEY
    values = {
        "size": Value(search.size, Unit.COUNT),
        "count": Value(summary.candidates, Unit.COUNT),
        "seconds": Value(f"{search.seconds:g}", Unit.TEXT),
        "bound": Value(summary.bound, Unit.COUNT if search.by == "severed" else measure),
    }
    if summary.optimal:
        others = "no other {size} together are" if search.size > 1 else "nobody else is"
        return Sentence(f"Proven: of these {{count}} people {others} worse.", values)
    what = {"revenue-at-risk": "{bound} at risk", "severed": "{bound} severed", "unheld": "{bound} unheld"}[search.by]
    return Sentence(
        f"Not proven: the time of {{seconds}} seconds ran out. Others may be worse, but none comes above {what}; a "
        "larger --time-limit brings that down.",
        values,
        kind="warning",
    )


def _assumed(book: Book, rates: Frame, rows: Sequence[Row]) -> Iterator[Sentence]:
    words, values = followed_words(book, rates)
    yield Sentence(f"Assumed: {words}. {NO_BASIS}", values)
    if any(row.severed for row in rows):
        yield BASE_RATE


def _absence(scope: Scope, summary: Summary) -> Sentence:
    factor, least = summary.absence_factor, summary.absence_factor_at_least
    values = {"factor": Value(factor, Unit.COUNT), "least": Value(least, Unit.COUNT)}
    if factor is None:
        return Sentence(f"Absence factor: none; even if everybody left, half of {scope.weighed} would be held.")
    if factor == 0:
        return Sentence(f"Absence factor: 0; more than half of {scope.weighed} is unheld today.")
    count = "{factor}" if factor == least else "from {least} to {factor}"
    return Sentence(
        f"Absence factor: {count}; so many people must go before more than half of {scope.weighed} is unheld.", values
    )


def _next(book: Book, rows: Sequence[Row], request: tuple[str, ...]) -> Sentence:
    leavers = rows[0].leavers if rows else ()
    return suggested(book, *request, *(word for person in leavers for word in ("--leaver", person)))
