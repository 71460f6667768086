"""What changed between two books: which customers hang on fewer of us, and whose has the network become?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import narwhals as nw

from netaudit import model
from netaudit.change import CHANGES, NEW, Stand, change_of, severity_of
from netaudit.errors import usage
from netaudit.finding import Severity, reaches
from netaudit.owned import added, by_segment, in_portions
from netaudit.result import Result, Sentence, Unit, Value, column
from netaudit.scope import among, asked_of, suggested
from netaudit.standing import standing_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from netaudit.book import Book
    from netaudit.owned import Sums
    from netaudit.result import Facts
    from netaudit.standing import Standing

NAMED = 3
"""How many colleagues the closing words call by name."""


@dataclass(frozen=True, slots=True)
class Row:
    """One customer whose standing changed, or that is in one of the books only; worst first."""

    severity: str = column("Severity", Unit.CHOICE, "how bad it is; improvements are info", choices=tuple(Severity))
    customer: str = column("Customer", Unit.ID, "id of the customer", table=False)
    name: str | None = column("Customer", Unit.TEXT, "name of the customer, now")
    segment: str | None = column("Segment", Unit.TEXT, "segment of the customer, now", table=False)
    change: str = column("Change", Unit.CHOICE, "what became of it; the worst, where it is several", choices=CHANGES)
    holder_before: str | None = column("Holder before", Unit.ID, "the same before", table=False)
    holder: str | None = column(
        "Holder", Unit.ID, "id of the one colleague without whom no tie that counts is left", table=False
    )
    holder_name: str | None = column("Sole holder", Unit.TEXT, "name of this colleague, or the id", wide=True)
    colleagues_before: int | None = column(
        "Colleagues before", Unit.COUNT, "colleagues with a tie that counts, before; null for a new one", table=False
    )
    colleagues_after: int | None = column(
        "Colleagues", Unit.COUNT, "the same now; null for a customer that is gone", table=False
    )
    company_before: float | None = column(
        "Company's before", Unit.SHARE, "what the company's own channels hold, before; null for a new one", table=False
    )
    company_after: float | None = column(
        "Company's", Unit.SHARE, "the same now; null for a customer that is gone", table=False
    )
    revenue: float | None = column(
        "Revenue", Unit.MONEY, "revenue a year, of a gone customer as it was; null where unknown"
    )
    revenue_before: float | None = column(
        "Revenue before", Unit.MONEY, "revenue a year, before; null where unknown, or for a new customer", table=False
    )
    revenue_at_risk_before: float | None = column(
        "At risk before", Unit.MONEY, "base at risk if its costliest colleague left, before", table=False
    )
    revenue_at_risk: float | None = column(
        "At risk",
        Unit.MONEY,
        "the same now; both null where revenue is unknown, unmapped, or not in that book",
        table=False,
    )
    fails: bool = column("Fails", Unit.FLAG, "whether it is at or above the limit", table=False)


@dataclass(frozen=True, slots=True)
class Side:
    """The customers in question in one of the books; the three shares are those of `ownership`."""

    customers: int = column("Customers", Unit.COUNT, "customers in question")
    single_threaded: int = column(
        "Single-threaded",
        Unit.COUNT,
        "those with live ties of which those of fewer than two colleagues, and of no company channel, count",
    )
    unmapped: int = column("Unmapped", Unit.COUNT, "those nobody has a live tie to")
    revenue: float | None = column("Revenue", Unit.MONEY, "their known revenue, a year; null when weighted by count")
    company_owned: float = column("Company's", Unit.SHARE, "held by the company's own channels")
    person_owned: float = column("Employees'", Unit.SHARE, "held by employees only")
    unowned: float = column("Nobody's", Unit.SHARE, "held by nobody")


@dataclass(frozen=True, slots=True)
class Severities:
    """How many changes there are of each severity."""

    critical: int = column("Critical", Unit.COUNT, "none yet: no change is critical")
    high: int = column("High", Unit.COUNT, "customers that now hang on one colleague, or on nobody")
    medium: int = column("Medium", Unit.COUNT, "customers that did so, and lost more, or lost what is the company's")
    low: int = column("Low", Unit.COUNT, "another sole holder, and customers that are gone")
    info: int = column("Info", Unit.COUNT, "improvements, and new customers that several hold")


@dataclass(frozen=True, slots=True)
class Summary:
    """Both books, and how many changes lie between them."""

    before: Side = column("Before", Unit.COUNT, "the old book")
    after: Side = column("Now", Unit.COUNT, "the new book")
    changes: Severities = column("Changes", Unit.COUNT, "changes by severity; they add up to the rows")
    failing: int = column("Failing", Unit.COUNT, "changes at or above the limit")
    failed: bool = column("Failed", Unit.FLAG, "whether there is one")


@dataclass(frozen=True, slots=True)
class _Judged:
    """A book with how the customers in question stand in it, by id, and whose they are in all."""

    book: Book
    standing: Standing
    stands: dict[str, Stand]
    sums: Sums

    def money(self, units: int | None) -> float | None:
        """An amount; None where it is unknown."""
        return None if units is None else self.book.money(units)


def compare(old: Book, new: Book, where: Sequence[str] = (), fail_on: str = "high") -> Result[Row, Summary]:
    """The customers whose standing differs between two books, worst first, and how ownership moved.

    `where` chooses those that fit in either book. At or above `fail_on`, a severity or "never", a change fails; what is
    info never does. Raises UsageError for an unknown limit and for books in two currencies.
    """
    warnings = (*_apart(old, new), *told_apart(old.warnings, new.warnings))
    asked = asked_of((old, new), where)
    before, after = (_judged(book, asked) for book in (old, new))
    rows = sorted(_rows(before, after, fail_on), key=_rank)
    summary = _summary(before, after, rows)
    return Result(
        schema="netaudit/diff/1",
        title=_title(old, new),
        facts=_facts(old, new),
        summary=summary,
        rows=tuple(rows),
        row_type=Row,
        closing=tuple(_closing(before, after, rows, summary, fail_on, "" if asked is None else " in question")),
        where=tuple(where) or None,
        warnings=warnings,
        judged_by={
            "old": {
                "as_of": old.as_of.isoformat(),
                "as_of_from": old.as_of_from,
                "currency": old.currency,
                "weighted_by": old.weighted_by,
                "inputs": [source.path for source in old.sources],
            },
            "fail_on": fail_on,
        },
    )


def cause(result: Result[Row, Summary]) -> str | None:
    """Why the comparison fails, for a line on standard error; None where it does not."""
    if not result.summary.failed:
        return None
    counted = Counter(row.change for row in result.rows if row.fails)
    kinds = ", ".join(f"{change}: {counted[change]}" for change in CHANGES if counted[change])
    return f"changes at or above {result.judged_by['fail_on']}: {counted.total()} ({kinds})"


def told_apart(old: Iterable[str], new: Iterable[str]) -> list[str]:
    """What is said of both books once, and what is said of one of them with the name of that one."""
    of_old, of_new = list(old), list(new)
    both = [text for text in of_new if text in of_old]
    return [
        *both,
        *(f"{text} (old book)" for text in of_old if text not in both),
        *(f"{text} (new book)" for text in of_new if text not in both),
    ]


def _apart(old: Book, new: Book) -> Iterator[str]:
    """In what else than their ties the two books differ, where it moves the answer."""
    if old.currency != new.currency and old.weighted_by == new.weighted_by == "revenue":
        if old.currency and new.currency:
            raise usage(
                f"the old book is in {old.currency}, the new one in {new.currency}",
                "bring both into one: a column currency and rates: convert what is foreign",
            )
        named, other = ("old", "new") if old.currency else ("new", "old")
        yield f"only the {named} book names its currency; the {other} one is taken to be in it too"
    if old.as_of != new.as_of:
        days = f"as of {old.as_of.isoformat()}, the new one as of {new.as_of.isoformat()}"
        yield f"the old book is judged {days}: part of what changed is time alone; --as-of fixes both"
    if old.weighted_by != new.weighted_by:
        yield f"the old book is weighed by {old.weighted_by}, the new one by {new.weighted_by}: shares do not compare"
    then, now = (dict(book.assumptions.parameters) for book in (old, new))
    moved = [name for name in then | now if then.get(name) != now.get(name)]
    if moved:
        yield f"the books assume different things, which is part of what changed: {', '.join(moved)}"


def _title(old: Book, new: Book) -> Sentence:
    values = {
        "company": Value(new.company or "the company", Unit.TEXT),
        "old": Value(old.as_of.isoformat(), Unit.TEXT),
        "new": Value(new.as_of.isoformat(), Unit.TEXT),
    }
    days = "as of {new}" if old.as_of == new.as_of else "from {old} to {new}"
    return Sentence(f"What changed in who holds the customers of {{company}}, {days}", values)


def _facts(old: Book, new: Book) -> Facts:
    """Those of the new book, with the files of both."""
    files = {(source.path, source.sha256): source for source in (*old.sources, *new.sources)}
    return replace(new.facts(), sources=tuple(files.values()))


def _judged(book: Book, asked: set[str] | None) -> _Judged:
    standing = standing_of(book)
    customers = standing.customers
    if asked is not None:
        customers = book.engine.keep(customers.join(among(book, asked), on="customer", how="semi"))
    stands = [Stand(*row) for row in book.engine.rows(customers.select(*Stand._fields))]
    sums = added(by_segment(book, in_portions(customers)).values())
    return _Judged(book, standing, {stand.customer: stand for stand in stands}, sums)


def _fails(severity: Severity, fail_on: str) -> bool:
    """Whether a change is at or above the limit; what is info is no worsening."""
    return severity is not Severity.INFO and reaches(severity, fail_on)


def _rows(old: _Judged, new: _Judged, fail_on: str) -> Iterator[Row]:
    changes = {
        customer: change
        for customer in old.stands | new.stands
        if (change := change_of(old.stands.get(customer), new.stands.get(customer))) is not None
    }
    risk_before, risk_after = (_at_risk(side, changes) for side in (old, new))
    names = dict(new.book.engine.rows(new.book.tables.employees.select("id", "name")))
    for customer, change in changes.items():
        before, after = old.stands.get(customer), new.stands.get(customer)
        severity = severity_of(change, before, after)
        side, last = (new, after) if after else (old, old.stands[customer])
        holder = after.holder if after else None
        yield Row(
            severity=severity,
            customer=customer,
            name=last.name,
            segment=last.segment,
            change=change,
            holder_before=before.holder if before else None,
            holder=holder,
            holder_name=names[holder] or holder if holder else None,
            colleagues_before=before.colleagues if before else None,
            colleagues_after=after.colleagues if after else None,
            company_before=round(model.hold_of(before.company), 9) if before else None,
            company_after=round(model.hold_of(after.company), 9) if after else None,
            revenue=side.money(last.revenue),
            revenue_before=old.money(before.revenue) if before else None,
            revenue_at_risk_before=risk_before.get(customer),
            revenue_at_risk=risk_after.get(customer),
            fails=_fails(severity, fail_on),
        )


def _at_risk(side: _Judged, customers: Iterable[str]) -> dict[str, float | None]:
    """Of some customers the base at risk if the costliest colleague of each left alone; 0 where there is none.

    Those without a live tie or a known revenue are not in it.
    """
    book = side.book
    asked = among(book, customers)
    held = side.standing.customers.join(asked, on="customer", how="semi")
    held = held.filter(nw.col("ties") > 0).select("customer", "revenue", total=nw.col("company") + nw.col("people"))
    people = side.standing.pairs.filter(nw.col("person") != "").join(
        model.follow_rates(book, book.assumptions, None), on="person"
    )
    lost = held.join(people, on="customer", how="left").with_columns(
        stay=nw.col("total") - nw.col("units"), leave=nw.col("units")
    )
    lost = lost.with_columns(walks=model.shares()["walks"])
    lost = lost.with_columns(lost=model.at_risk("revenue", model.lost_alone("follow_base")))
    costliest = lost.group_by("customer", "revenue").agg(lost=nw.col("lost").max())
    known = costliest.filter(~nw.col("revenue").is_null())
    return {customer: side.money(units or 0) for customer, units in book.engine.rows(known.select("customer", "lost"))}


def _rank(row: Row) -> tuple[object, ...]:
    """Worst first, then by what they bring; those of unknown revenue last."""
    return (
        -Severity(row.severity).rank,
        CHANGES.index(row.change),
        row.revenue is None,
        -(row.revenue or 0),
        row.customer,
    )


def _summary(before: _Judged, after: _Judged, rows: list[Row]) -> Summary:
    severities = Counter(row.severity for row in rows)
    failing = sum(row.fails for row in rows)
    changes = Severities(**{str(severity): severities[severity] for severity in Severity})
    return Summary(_side(before), _side(after), changes, failing, failing > 0)


def _side(side: _Judged) -> Side:
    return Side(
        side.sums.customers,
        sum(stand.narrow and not stand.unmapped for stand in side.stands.values()),
        sum(stand.unmapped for stand in side.stands.values()),
        None if side.book.weighted_by == "count" else side.money(side.sums.revenue),
        *side.sums.shares(),
    )


def _closing(
    before: _Judged, after: _Judged, rows: list[Row], summary: Summary, fail_on: str, question: str
) -> Iterator[Sentence]:
    """Who hangs on whom now, what changed in all, how ownership and money moved, and what to ask next."""
    yield from _newly(rows)
    yield _counts(summary)
    if before.book.weighted_by == after.book.weighted_by:
        yield _drift(summary, after.book.weighted_by, question)
    yield from _revenue(summary, question)
    yield _changes(rows, summary, fail_on)
    yield _next(before, after, rows)


def _counts(summary: Summary) -> Sentence:
    values = {
        "single": Value(summary.after.single_threaded, Unit.COUNT),
        "single_before": Value(summary.before.single_threaded, Unit.COUNT),
        "customers": Value(summary.after.customers, Unit.COUNT),
        "customers_before": Value(summary.before.customers, Unit.COUNT),
        "unmapped": Value(summary.after.unmapped, Unit.COUNT),
        "unmapped_before": Value(summary.before.unmapped, Unit.COUNT),
    }
    return Sentence(
        "Single-threaded (fewer than two colleagues with a tie that counts, and no channel of the company's own with "
        "one): {single} of {customers} customers; before, {single_before} of {customers_before}. "
        "Unmapped, so unknown and not safe: {unmapped}; before, {unmapped_before}.",
        values,
    )


def _newly(rows: list[Row]) -> Iterator[Sentence]:
    """What now hangs on one colleague or on nobody and did not before, with whom, and what it brings."""
    found = [row for row in rows if row.severity == Severity.HIGH]
    if not found:
        return
    known = [row.revenue for row in found if row.revenue is not None]
    values = {
        "count": Value(len(found), Unit.COUNT),
        "new": Value(sum(row.change == NEW for row in found), Unit.COUNT),
        "whom": Value(_with_whom(found), Unit.TEXT),
        "money": Value(sum(known), Unit.MONEY),
        "unknown": Value(len(found) - len(known), Unit.COUNT),
    }
    new = "; new customers: {new}" if values["new"].content else ""
    money = "They bring {money} a year" if known else "Their revenue is unknown"
    unknown = "; of {unknown} the revenue is unknown" if known and len(known) < len(found) else ""
    words = f"Newly single-threaded or unmapped: {{count}} (held by {{whom}}{new}). {money}{unknown}."
    yield Sentence(words, values)


def _with_whom(rows: list[Row]) -> str:
    """The sole holders of some customers, those of most first."""
    counted = Counter(row.holder for row in rows)
    names = {row.holder: row.holder_name or "nobody" for row in rows}
    ranked = sorted(counted, key=lambda holder: (-counted[holder], holder is None, holder or ""))
    told = [f"{names[holder]}: {counted[holder]}" for holder in ranked[:NAMED]]
    rest = sum(counted[holder] for holder in ranked[NAMED:])
    return ", ".join([*told, *([f"others: {rest}"] if rest else [])])


def _drift(summary: Summary, weighted_by: str, question: str) -> Sentence:
    """Whose the network is, and by how many percentage points that moved."""
    whole = "all known revenue" if weighted_by == "revenue" else "all customers"
    values = {"weight": Value(f"{whole}{question}", Unit.TEXT)}
    for share in ("company_owned", "person_owned", "unowned"):
        then, now = getattr(summary.before, share), getattr(summary.after, share)
        values |= {share: Value(now, Unit.SHARE), f"{share}_moved": Value(_points(then, now), Unit.TEXT)}
    return Sentence(
        "Of {weight} the company's own channels hold {company_owned} ({company_owned_moved}), employees alone "
        "{person_owned} ({person_owned_moved}), and nobody {unowned} ({unowned_moved}).",
        values,
    )


def _points(before: float, after: float) -> str:
    """How far a share moved, in percentage points with a sign."""
    return "no change" if before == after else f"{(after - before) * 100:+.2f} points"


def _revenue(summary: Summary, question: str) -> Iterator[Sentence]:
    before, after = summary.before.revenue, summary.after.revenue
    if before is not None and after is not None and before != after:
        values = {"before": Value(before, Unit.MONEY), "after": Value(after, Unit.MONEY)}
        yield Sentence(f"Known revenue{question}: {{after}} a year; before, {{before}}.", values)


def _changes(rows: list[Row], summary: Summary, fail_on: str) -> Sentence:
    """What became of how many, and of how many too much."""
    if not rows:
        return Sentence("No customer stands otherwise than before.")
    counted = Counter(row.change for row in rows)
    values = {
        "count": Value(len(rows), Unit.COUNT),
        "kinds": Value(", ".join(f"{name}: {counted[name]}" for name in CHANGES if counted[name]), Unit.TEXT),
        "limit": Value(fail_on, Unit.TEXT),
        "failing": Value(summary.failing, Unit.COUNT),
    }
    limit = "" if fail_on == "never" else "; at or above the limit, {limit}: {failing}"
    return Sentence(f"Changes: {{count}} ({{kinds}}){limit}.", values)


def _next(before: _Judged, after: _Judged, rows: list[Row]) -> Sentence:
    """Why the worst stands as it does; of those that are gone, why it stood so."""
    if not rows:
        return suggested(after.book)
    worst = rows[0].customer
    book = after.book if worst in after.stands else before.book
    return suggested(book, command=("why", f"customer:{worst}"))
