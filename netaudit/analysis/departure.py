"""Which customer ties leave with these people, and what is that worth?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from netaudit import model
from netaudit.assumptions import NOT_IN_RISK
from netaudit.network import cut_off, graph_of, tolerance
from netaudit.result import Band, Result, Sensitivity, Sentence, Unit, Value, column
from netaudit.scope import money_band, suggested, unmapped_words

if TYPE_CHECKING:
    import networkx as nx

    from netaudit.assumptions import Assumptions
    from netaudit.book import Book
    from netaudit.engine import Frame
    from netaudit.scope import Scope

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


def leave(
    book: Book, scope: Scope, leavers: tuple[str, ...], destination: str | None = None, *, sensitivity: bool = False
) -> Result[Row, Summary]:
    """What leaves when these employees (ids) leave together; rows worst first.

    Sums come from the tables, structure (severed, tolerance) from the graph around the leavers.
    """
    lost = _lost(book, book.assumptions, scope, leavers, destination)
    touched = lost.select("customer")
    graph = graph_of(book, touched)
    unmapped, unmapped_sentence = unmapped_words(book, scope)
    severed = {node.removeprefix("customer:") for node in cut_off(graph, leavers)}
    limits = model.Limits.of(book.assumptions)
    found = [_row(book, cells, severed, limits, graph) for cells in book.engine.rows(lost.select(*_CELLS))]
    found.sort(key=_rank)
    rows = tuple(row for row, _ in found)
    units = tuple(sum(cells[index] or 0 for _, cells in found) for index in _RISK)
    summary = Summary(
        customers=scope.count,
        verdicts=_verdicts(rows, scope.count, unmapped),
        revenue=None if scope.revenue is None else book.money(scope.revenue),
        revenue_unknown=scope.unknown,
        revenue_at_risk=money_band(book, (units[0], units[1], units[2])),
    )
    swings = _sensitivity(book, scope, leavers, destination) if sensitivity else None
    return Result(
        schema="netaudit/risk/1",
        title=_title(book, leavers),
        facts=book.facts(),
        summary=summary,
        rows=rows,
        row_type=Row,
        closing=tuple(
            _closing(
                book, leavers, summary, rows, _rates(book, leavers, destination), unmapped_sentence, asked=sensitivity
            )
        ),
        leavers=leavers,
        where=scope.where,
        sensitivity=swings,
        warnings=book.warnings,
    )


_CELLS = (
    "customer",
    "name",
    "segment",
    "revenue",
    "held",
    "walks",
    "adrift",
    "loss_low",
    "loss_base",
    "loss_high",
    "risk_low",
    "risk_base",
    "risk_high",
    "ties_lost",
    "ties_kept",
    "stay",
)
_RISK = tuple(_CELLS.index(f"risk_{end}") for end in ("low", "base", "high"))


def _lost(
    book: Book, assumptions: Assumptions, scope: Scope, leavers: tuple[str, ...], destination: str | None
) -> Frame:
    """The touched customers in scope with their shares, losses and weighed losses."""
    engine = book.engine
    going = engine.frame(engine.table({"person": "VARCHAR"}, {"person": leavers}))
    rates = model.follow_rates(book, assumptions, destination).join(going, on="person", how="semi")
    records = [
        frame.join(going, on="person", how="semi").select("customer") for frame in (book.tables.ties, book.tables.log)
    ]
    near = engine.keep(nw.concat(records).group_by("customer").agg())
    pairs = model.pairs(book, assumptions, near).join(rates, on="person", how="left")
    gone = ~nw.col("follow_base").is_null()
    ends = ("low", "base", "high")
    sums = pairs.with_columns(
        gone=gone,
        **{
            f"pull_{end}": nw.when(gone).then(model.pull(f"follow_{end}", "units")).otherwise(nw.lit(0)) for end in ends
        },
    )
    sums = sums.group_by("customer").agg(
        stay=nw.when(~nw.col("gone")).then(nw.col("units")).otherwise(nw.lit(0)).sum().cast(nw.Int64),
        leave=nw.when(nw.col("gone")).then(nw.col("units")).otherwise(nw.lit(0)).sum().cast(nw.Int64),
        ties_lost=nw.when(nw.col("gone")).then(nw.col("ties")).otherwise(nw.lit(0)).sum().cast(nw.Int64),
        ties_kept=nw.when(~nw.col("gone")).then(nw.col("ties")).otherwise(nw.lit(0)).sum().cast(nw.Int64),
        **{f"pull_{end}": nw.col(f"pull_{end}").sum().cast(nw.Int64) for end in ends},
    )
    touched = sums.filter(nw.col("ties_lost") > 0).join(scope.customers, on="customer")
    shared = touched.with_columns(**model.shares(), **{f"loss_{end}": model.loss(f"pull_{end}") for end in ends})
    return engine.keep(shared.with_columns(**{f"risk_{end}": model.at_risk("weight", f"loss_{end}") for end in ends}))


def _row(
    book: Book, cells: tuple[Any, ...], severed: set[str], limits: model.Limits, graph: nx.DiGraph[str]
) -> tuple[Row, tuple[Any, ...]]:
    values = dict(zip(_CELLS, cells, strict=True))
    customer = values["customer"]
    verdict = "severed" if customer in severed else "held" if values["stay"] >= limits.customer else "exposed"
    known = values["revenue"] is not None
    row = Row(
        customer=customer,
        name=values["name"],
        segment=values["segment"],
        verdict=verdict,
        revenue=book.money(values["revenue"]) if known else None,
        held=round(values["held"], 9),
        walks=round(values["walks"], 9),
        adrift=round(values["adrift"], 9),
        loss=Band(*(round(values[f"loss_{end}"], 9) for end in ("low", "base", "high"))),
        revenue_at_risk=money_band(book, tuple(cells[index] for index in _RISK)) if known else None,
        ties_lost=values["ties_lost"],
        ties_kept=values["ties_kept"],
        tolerance=tolerance(graph, customer, limits),
    )
    return row, cells


def _rank(found: tuple[Row, tuple[Any, ...]]) -> tuple[object, ...]:
    """Worst first: by what is at risk, then by loss; revenue unknown after all that is known."""
    row, cells = found
    weighed = cells[_RISK[1]]
    return weighed is None, -(weighed or 0), -row.loss.base, row.customer


def _verdicts(rows: tuple[Row, ...], customers: int, unmapped: int) -> Verdicts:
    counts = {verdict: sum(row.verdict == verdict for row in rows) for verdict in VERDICTS[:3]}
    return Verdicts(**counts, untouched=customers - unmapped - len(rows), unmapped=unmapped)


def _sensitivity(
    book: Book, scope: Scope, leavers: tuple[str, ...], destination: str | None
) -> tuple[Sensitivity, ...]:
    def total(assumptions: Assumptions) -> int:
        frame = _lost(book, assumptions, scope, leavers, destination).select(nw.col("risk_base").sum())
        return int(book.engine.rows(frame)[0][0] or 0)

    swings = []
    for name, parameter in book.assumptions.parameters.items():
        if name.startswith(NOT_IN_RISK):
            continue
        low, high = (total(book.assumptions.at(name, end)) for end in ("low", "high"))
        money = book.weighted_by == "revenue"
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


def _title(book: Book, leavers: tuple[str, ...]) -> Sentence:
    values = {"leavers": Value(_names(book, leavers), Unit.TEXT), "as_of": Value(book.as_of.isoformat(), Unit.TEXT)}
    return Sentence("If {leavers} left" + (" together" if len(leavers) > 1 else "") + ", as of {as_of}", values)


def _rates(book: Book, leavers: tuple[str, ...], destination: str | None) -> list[tuple[float, ...]]:
    rates = model.follow_rates(book, book.assumptions, destination).filter(nw.col("person").is_in(list(leavers)))
    return book.engine.rows(rates.select("follow_low", "follow_base", "follow_high"))


def _names(book: Book, leavers: tuple[str, ...]) -> str:
    chosen = book.tables.employees.filter(nw.col("id").is_in(list(leavers))).select("id", "name")
    names = {row[0]: row[1] or row[0] for row in book.engine.rows(chosen)}
    first = [names[leaver] for leaver in leavers[:4]]
    more = [f"{len(leavers) - 4} more"] if len(leavers) > 4 else []
    parts = first + more
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


BASE_RATE = (
    "Severed is not lost: in two public registers 19-45 % of single-contact clients went in a period in which nobody "
    "left, and in one of them 62 % stayed after their only contact had gone."
)
"""Said wherever customers are called severed; the registers are described in docs/model.md."""


def _closing(
    book: Book,
    leavers: tuple[str, ...],
    summary: Summary,
    rows: tuple[Row, ...],
    rates: list[tuple[float, ...]],
    unmapped: Sentence | None,
    *,
    asked: bool,
) -> list[Sentence]:
    """What leaves, what that assumes, that severed is not lost, and what to run next.

    `asked` says that the assumptions were moved already.
    """
    if not rows:
        nothing = Sentence("No customer in question has a live tie to them: nothing leaves.")
        return [nothing, *([unmapped] if unmapped else []), suggested(book)]
    verdicts = summary.verdicts
    counts = {"severed": verdicts.severed, "exposed": verdicts.exposed, "held": verdicts.held, "touched": len(rows)}
    values = {name: Value(count, Unit.COUNT) for name, count in counts.items()}
    values["limit"] = Value(book.assumptions["threshold.customer"], Unit.SHARE)
    said = [
        Sentence(
            "Customers touched: {touched}. Severed: {severed}, where nobody who stays and no company channel has a "
            "live tie. "
            "Exposed: {exposed}, where what remains holds less than {limit}. Held: {held}.",
            values,
        )
    ]
    if summary.revenue_at_risk is not None:
        unknown = sum(row.revenue is None for row in rows)
        money = {
            "band": Value(summary.revenue_at_risk, Unit.MONEY),
            "touched": Value(sum(row.revenue or 0 for row in rows), Unit.MONEY),
            "unknown": Value(unknown, Unit.COUNT),
        }
        more = "; customers without a known revenue, not in it: {unknown}" if unknown else ""
        said.append(Sentence(f"At risk: {{band}} a year, of {{touched}} that they bring{more}.", money))
    said += [_assumed(rates), Sentence(BASE_RATE, kind="warning"), *([unmapped] if unmapped else [])]
    going = [word for leaver in leavers for word in ("--leaver", leaver)] if len(leavers) <= 4 else ["--departures"]
    return [*said, suggested(book) if asked else suggested(book, *going, "--sensitivity")]


def _assumed(rates: list[tuple[float, ...]]) -> Sentence:
    """The follow rates behind the figures: low, base, high of each leaver."""
    low, base, high = (min(rate[0] for rate in rates), [rate[1] for rate in rates], max(rate[2] for rate in rates))
    values = {
        "low": Value(low, Unit.SHARE),
        "high": Value(high, Unit.SHARE),
        "base": Value(min(base), Unit.SHARE),
        "most": Value(max(base), Unit.SHARE),
    }
    rate = "{base}" if min(base) == max(base) else "{base} to {most}"
    return Sentence(
        f"Assumed: {rate} ({{low}} to {{high}}) of what walks follows the leaver, by what was seen in other trades; "
        "--destination and --assume change it.",
        values,
    )
