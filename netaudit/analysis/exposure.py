"""Whose leaving would cost most, one person at a time?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from netaudit import model
from netaudit.absence import absence_factor
from netaudit.assumptions import ENDS
from netaudit.bundles import pairs_of
from netaudit.recorded import live_ties, recorded
from netaudit.result import Band, Result, Sentence, Unit, Value, column
from netaudit.scope import NO_BASIS, money_band, still_here, suggested, unmapped_words

if TYPE_CHECKING:
    from netaudit.book import Book
    from netaudit.engine import Frame
    from netaudit.scope import Scope


@dataclass(frozen=True, slots=True)
class Row:
    """One employee who is here, as if this person alone left."""

    employee: str = column("Employee", Unit.ID, "id of the employee", table=False)
    name: str | None = column("Employee", Unit.TEXT, "name of the employee")
    team: str | None = column("Team", Unit.TEXT, "team of the employee", wide=True)
    customers: int = column("Customers", Unit.COUNT, "customers with a live tie of this person")
    severed: int = column("Severed", Unit.COUNT, "of them those with no live tie of anyone else")
    exposed: int = column("Exposed", Unit.COUNT, "of them those with ties that hold too little without this person")
    alone: int = column("Alone", Unit.COUNT, "of them those where this person has the only tie that counts", wide=True)
    revenue_touched: float | None = column("Revenue", Unit.MONEY, "known revenue of these customers, a year", wide=True)
    revenue_at_risk: Band | None = column("At risk", Unit.MONEY, "revenue times expected loss, summed")
    share_of_revenue: float = column("Share", Unit.SHARE, "base at risk, as a share of all that is weighed", bar=True)


@dataclass(frozen=True, slots=True)
class Summary:
    """The book, or the part of it in question."""

    employees: int = column("Employees", Unit.COUNT, "employees who are here")
    customers: int = column("Customers", Unit.COUNT, "customers in question")
    unmapped: int = column("Unmapped", Unit.COUNT, "customers nobody has a live tie to")
    revenue: float | None = column("Revenue", Unit.MONEY, "known revenue of the customers in question, a year")
    absence_factor: int | None = column(
        "Absence factor",
        Unit.COUNT,
        "fewest people found whose leaving leaves more than half unheld; 0: it is already; null: nobody's leaving does",
    )
    absence_factor_at_least: int | None = column(
        "At least", Unit.COUNT, "so many it takes in any case; equal to absence_factor where that is exact"
    )


def rank_exposure(
    book: Book, scope: Scope, destination: str | None = None, request: tuple[str, ...] = ()
) -> Result[Row, Summary]:
    """Everyone who is here, costliest first, as if each alone left. The figures do not add up to a joint departure.

    `request` are the options that go on into the command suggested next.
    """
    here = still_here(book, book.tables.employees)
    live = live_ties(book, recorded(book, book.assumptions))
    pairs = book.engine.keep(pairs_of(book, book.assumptions, live))
    cells = book.engine.rows(_exposure(book, scope, pairs, here, destination))
    rows = sorted((_row(book, scope, values) for values in cells), key=_rank)
    absence = absence_factor(book, scope.customers, pairs, [row.employee for row in rows])
    unmapped, unmapped_sentence = unmapped_words(book, scope, pairs)
    revenue = None if scope.revenue is None else book.money(scope.revenue)
    leaving = book.engine.rows(here.filter(~nw.col("left_on").is_null()).select(nw.len()))[0][0]
    return Result(
        schema="netaudit/exposure/1",
        title=Sentence(
            "Whose leaving would cost most, one person at a time, as of {as_of}",
            {"as_of": Value(book.as_of.isoformat(), Unit.TEXT)},
        ),
        facts=book.facts(),
        summary=Summary(len(rows), scope.count, unmapped, revenue, *absence),
        rows=tuple(rows),
        row_type=Row,
        closing=(*_closing(scope, rows, unmapped_sentence), _next(book, rows, leaving, request)),
        where=scope.where,
        warnings=book.warnings,
    )


def _exposure(book: Book, scope: Scope, pairs: Frame, here: Frame, destination: str | None) -> Frame:
    """Per employee who is here: id, name, team, counts, and whole units of what is touched and at risk."""
    limits = model.Limits.of(book.assumptions)
    totals = pairs.group_by("customer").agg(
        total=nw.col("units").sum().cast(nw.Int64),
        all_ties=nw.col("ties").sum().cast(nw.Int64),
        qualifying=(nw.col("strongest") >= limits.tie).cast(nw.Int64).sum(),
    )
    rates = model.follow_rates(book, book.assumptions, destination)
    mine = pairs.filter(nw.col("person") != "").join(totals, on="customer").join(scope.customers, on="customer")
    mine = mine.join(rates, on="person")
    severed = nw.col("all_ties") == nw.col("ties")
    mine = mine.with_columns(stay=nw.col("total") - nw.col("units"), leave=nw.col("units"))
    mine = mine.with_columns(
        severed=severed.cast(nw.Int64),
        exposed=(~severed & (nw.col("stay") < limits.customer)).cast(nw.Int64),
        alone=((nw.col("strongest") >= limits.tie) & (nw.col("qualifying") == 1)).cast(nw.Int64),
        walks=model.shares()["walks"],
    )
    mine = mine.with_columns(
        **{f"risk_{end}": model.at_risk("weight", model.lost_alone(f"follow_{end}")) for end in ENDS}
    )
    summed = mine.group_by("person").agg(
        customers=nw.len(),
        severed=nw.col("severed").sum(),
        exposed=nw.col("exposed").sum(),
        alone=nw.col("alone").sum(),
        touched=nw.col("weight").sum(),
        **{f"risk_{end}": nw.col(f"risk_{end}").sum() for end in ENDS},
    )
    joined = here.select("name", "team", person="id").join(summed, on="person", how="left")
    return joined.select(
        *("person", "name", "team", "customers", "severed", "exposed", "alone"),
        *("touched", "risk_low", "risk_base", "risk_high"),
    )


def _row(book: Book, scope: Scope, cells: tuple[Any, ...]) -> Row:
    employee, name, team, *counts = cells
    customers, severed, exposed, alone, touched, low, base, high = (int(value or 0) for value in counts)
    return Row(
        employee=employee,
        name=name,
        team=team,
        customers=customers,
        severed=severed,
        exposed=exposed,
        alone=alone,
        revenue_touched=None if scope.revenue is None else book.money(touched),
        revenue_at_risk=money_band(book, (low, base, high)),
        share_of_revenue=scope.share(base),
    )


def _rank(row: Row) -> tuple[object, ...]:
    """Worst first: by what is at risk, then by severed and exposed customers."""
    weighed = row.share_of_revenue if row.revenue_at_risk is None else row.revenue_at_risk.base
    return -weighed, -row.severed, -row.exposed, -row.customers, row.employee


def _closing(scope: Scope, rows: list[Row], unmapped: Sentence | None) -> list[Sentence]:
    said = []
    if rows and rows[0].customers:
        worst = rows[0]
        values = {
            "name": Value(worst.name or worst.employee, Unit.TEXT),
            "severed": Value(worst.severed, Unit.COUNT),
            "share": Value(worst.share_of_revenue, Unit.SHARE),
            "band": Value(worst.revenue_at_risk, Unit.MONEY),
            "weight": Value("of all revenue" if scope.revenue is not None else "of all customers", Unit.TEXT),
        }
        money = " ({band} a year)" if worst.revenue_at_risk is not None else ""
        said.append(
            Sentence(
                f"Costliest: {{name}}, with {{share}} {{weight}} at risk{money}. Customers severed: {{severed}}.",
                values,
            )
        )
        said.append(
            Sentence(
                "Each line stands for one person leaving alone; several who leave together cost at least the sum. "
                f"{NO_BASIS}"
            )
        )
    return [*said, *([unmapped] if unmapped else [])]


def _next(book: Book, rows: list[Row], leaving: int, request: tuple[str, ...]) -> Sentence:
    """Those who are recorded as leaving, or else the costliest."""
    if leaving:
        return suggested(book, *request, "--departures")
    return suggested(book, *request, *(("--leaver", rows[0].employee) if rows else ()))
