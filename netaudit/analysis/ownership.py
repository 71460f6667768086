"""Does the company have a network, or is it only its employees' network?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from netaudit import model
from netaudit.absence import absence_factor
from netaudit.bundles import held_by, pairs_of
from netaudit.owned import added, by_segment, in_portions
from netaudit.reach import Reach, reach
from netaudit.recorded import live_ties, recorded
from netaudit.result import Result, Sentence, Unit, Value, column
from netaudit.scope import NO_BASIS, WHOLE, still_here, suggested, unmapped_words
from netaudit.split import PART, split_of_people

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netaudit.book import Book
    from netaudit.engine import Frame
    from netaudit.owned import Sums
    from netaudit.scope import Scope

DIMENSIONS = ("segment", "team", "person", "channel")


@dataclass(frozen=True, slots=True)
class Row:
    """A segment, a team, a person or a channel; what does not apply to it is null."""

    dimension: str = column("By", Unit.CHOICE, "what the row is about", choices=DIMENSIONS)
    key: str | None = column(
        "Key", Unit.ID, "its id; null for customers without a segment and people without a team", table=False
    )
    name: str | None = column("Name", Unit.TEXT, "its name")
    customers: int = column("Customers", Unit.COUNT, "customers in it, or with a live tie of it")
    revenue: float | None = column("Revenue", Unit.MONEY, "known revenue of these customers, a year")
    company_owned: float | None = column("Company's", Unit.SHARE, "held by the company's own channels", bar=True)
    person_owned: float | None = column("Employees'", Unit.SHARE, "held by employees only")
    unowned: float | None = column("Nobody's", Unit.SHARE, "held by nobody")
    owned: float | None = column(
        "Owned", Unit.SHARE, "part of what only employees hold, as a share of all that is weighed", bar=True
    )
    reach_customers: float | None = column("Reach", Unit.SHARE, "customers it reaches directly, of all in question")
    reach_contacts: float | None = column(
        "Contacts", Unit.SHARE, "contacts it reaches directly, of all known there", wide=True
    )
    reach_revenue: float | None = column("Reach, revenue", Unit.SHARE, "their revenue, of all that is known")
    reach_customers_via_employees: float | None = column(
        "Via people", Unit.SHARE, "customers it reaches only because employees pass it on"
    )
    reach_contacts_via_employees: float | None = column(
        "Contacts via", Unit.SHARE, "contacts it reaches only because employees pass it on", wide=True
    )
    reach_revenue_via_employees: float | None = column(
        "Revenue via", Unit.SHARE, "revenue it reaches only because employees pass it on", wide=True
    )


@dataclass(frozen=True, slots=True)
class ByCount:
    """The three shares with each customer weighing its count, whatever its revenue."""

    company_owned: float = column("Company's", Unit.SHARE, "held by the company's own channels")
    person_owned: float = column("Employees'", Unit.SHARE, "held by employees only")
    unowned: float = column("Nobody's", Unit.SHARE, "held by nobody")


@dataclass(frozen=True, slots=True)
class Summary:
    """The network as a whole; the three shares add up to 1, or are all 0 where nothing is weighed."""

    company_owned: float = column("Company's", Unit.SHARE, "held by the company's own channels")
    person_owned: float = column("Employees'", Unit.SHARE, "held by employees only")
    unowned: float = column("Nobody's", Unit.SHARE, "held by nobody")
    by_count: ByCount = column("By count", Unit.SHARE, "the same, each customer weighing its count")
    customers: int = column("Customers", Unit.COUNT, "customers in question")
    unmapped: int = column("Unmapped", Unit.COUNT, "of them those nobody has a live tie to; they are unowned")
    revenue: float | None = column("Revenue", Unit.MONEY, "known revenue of the customers in question, a year")
    revenue_unknown: int = column("Revenue unknown", Unit.COUNT, "customers without a revenue, left out of money")
    absence_factor: int | None = column(
        "Absence factor",
        Unit.COUNT,
        "fewest leavers found that leave more than half unheld; 0: it is already; null: nobody's leaving does",
    )
    absence_factor_at_least: int | None = column(
        "At least", Unit.COUNT, "so many it takes in any case; equal to absence_factor where that is exact"
    )


def own(book: Book, scope: Scope, request: tuple[str, ...] = ()) -> Result[Row, Summary]:
    """Who owns the network: as a whole, by segment, team, person and channel; largest first.

    `request` are the options that go on into the command suggested next.
    """
    live = live_ties(book, recorded(book, book.assumptions))
    pairs = book.engine.keep(pairs_of(book, book.assumptions, live))
    held = book.engine.keep(in_portions(held_by(scope.customers, pairs)))
    segments = by_segment(book, held)
    whole = added(segments.values())
    theirs = book.engine.keep(_theirs(book, pairs, held))
    people = _people(book, scope, theirs)
    factor, least = absence_factor(book, scope.customers, pairs, [row.key for row in people if row.key is not None])
    unmapped, said = unmapped_words(book, scope, pairs)
    rows = [*_segments(book, segments), *_teams(book, scope, theirs), *people, *_channels(book, scope, live.reached)]
    summary = Summary(
        *whole.shares(),
        ByCount(*whole.shares_by_count()),
        customers=scope.count,
        unmapped=unmapped,
        revenue=None if scope.revenue is None else book.money(scope.revenue),
        revenue_unknown=scope.unknown,
        absence_factor=factor,
        absence_factor_at_least=least,
    )
    return Result(
        schema="netaudit/ownership/1",
        title=Sentence(
            "Does {company} have a network, or only its employees'? As of {as_of}",
            {
                "company": Value(book.company or "the company", Unit.TEXT),
                "as_of": Value(book.as_of.isoformat(), Unit.TEXT),
            },
        ),
        facts=book.facts(),
        summary=summary,
        rows=tuple(rows),
        row_type=Row,
        closing=(
            *_closing(scope, summary, coarse=whole.counted > whole.customers * WHOLE),
            *([said] if said else []),
            _answer(scope, summary),
            suggested(book, *request),
        ),
        where=scope.where,
        warnings=book.warnings,
        parted_by="dimension",
    )


def _segments(book: Book, segments: dict[str | None, Sums]) -> Iterator[Row]:
    for segment, sums in segments.items():
        company, people, nobody = sums.shares()
        yield _row(
            book,
            "segment",
            segment,
            segment or "no segment",
            sums.customers,
            sums.revenue,
            company_owned=company,
            person_owned=people,
            unowned=nobody,
        )


def _row(
    book: Book, dimension: str, key: str | None, name: str | None, customers: int, revenue: int, **shares: float | None
) -> Row:
    columns: dict[str, Any] = dict.fromkeys(Row.__slots__)
    columns |= {"dimension": dimension, "key": key, "name": name, "customers": customers, **shares}
    return Row(**columns | {"revenue": None if book.weighted_by == "count" else book.money(revenue)})


def _theirs(book: Book, pairs: Frame, held: Frame) -> Frame:
    """Per person who is here and customer in question: person, name, team, customer, revenue, owned (portions)."""
    parts = split_of_people(book, pairs).join(held.select("customer", "revenue", "weighed", "company"), on="customer")
    unheld = model.loose(nw.col("company"))
    owned = model.portions("weighed", unheld * (nw.col("part") / PART))
    here = still_here(book, book.tables.employees).select("name", "team", person="id")
    return here.join(parts.select("person", "customer", "revenue", owned=owned), on="person", how="left")


def _people(book: Book, scope: Scope, theirs: Frame) -> list[Row]:
    """Everyone who is here, by what is theirs of that which only employees hold."""
    return _owners(book, scope, "person", theirs)


def _teams(book: Book, scope: Scope, theirs: Frame) -> list[Row]:
    """What the people of each team own together, and the customers that any of them has a live tie to."""
    once = theirs.group_by("team", "customer").agg(owned=nw.col("owned").sum(), revenue=nw.col("revenue").max())
    return _owners(book, scope, "team", once.with_columns(name=nw.col("team")))


def _owners(book: Book, scope: Scope, dimension: str, theirs: Frame) -> list[Row]:
    summed = theirs.group_by(dimension, "name").agg(
        customers=nw.col("customer").count(), revenue=nw.col("revenue").sum(), owned=nw.col("owned").sum()
    )
    cells = book.engine.rows(summed.select(dimension, "name", "customers", "revenue", "owned"))
    return [
        _row(
            book,
            dimension,
            key,
            name or (None if key else f"no {dimension}"),
            customers,
            int(revenue or 0),
            owned=scope.share((owned or 0) / model.PORTION),
        )
        for key, name, customers, revenue, owned in sorted(cells, key=lambda cell: (-(cell[4] or 0), cell[0] or ""))
    ]


def _channels(book: Book, scope: Scope, reached: Frame) -> list[Row]:
    """What each channel reaches directly, and what only because employees pass it on; widest reach first."""
    asked = scope.customers.select("customer", "revenue")
    ties = reached.join(asked, on="customer")
    known = still_here(book, book.tables.contacts)
    contacts = book.engine.rows(known.join(asked, on="customer", how="semi").select(nw.len()))[0][0]
    customers = reach(book, ties, "customer")
    people = reach(book, ties.filter(nw.col("contact") != ""), "customer", "contact")
    rows = []
    for channel, name in book.engine.rows(book.tables.channels.select("id", "name")):
        firms, persons = customers.get(channel, Reach()), people.get(channel, Reach())
        rows.append(
            _row(
                book,
                "channel",
                channel,
                name,
                firms.direct + firms.passed,
                firms.revenue + firms.revenue_passed,
                reach_customers=_share(firms.direct, scope.count),
                reach_contacts=_share(persons.direct, contacts),
                reach_revenue=_share(firms.revenue, scope.revenue or 0),
                reach_customers_via_employees=_share(firms.passed, scope.count),
                reach_contacts_via_employees=_share(persons.passed, contacts),
                reach_revenue_via_employees=_share(firms.revenue_passed, scope.revenue or 0),
            )
        )
    return sorted(rows, key=lambda row: (-(row.reach_customers or 0), -row.customers, row.key or ""))


def _share(part: int, whole: int) -> float | None:
    """None where there is nothing to be a share of."""
    return round(part / whole, 9) if whole else None


def _closing(scope: Scope, summary: Summary, *, coarse: bool) -> list[Sentence]:
    """How many must go, and what is not in the shares."""
    factor, least = summary.absence_factor, summary.absence_factor_at_least
    values = {
        "factor": Value(factor, Unit.COUNT),
        "least": Value(least, Unit.COUNT),
        "company": Value(summary.company_owned, Unit.SHARE),
        "weight": Value(scope.weighed, Unit.TEXT),
        "unknown": Value(summary.revenue_unknown, Unit.COUNT),
    }
    if not summary.company_owned + summary.person_owned + summary.unowned:
        words = "There is nothing to weigh: no customer in question has a revenue above 0."
    elif factor is None:
        words = "Even if everybody left, the company's own channels would hold {company} of {weight}."
    elif factor == 0:
        words = "More than half of {weight} is unheld as things stand."
    elif factor == least:
        words = "Fewest people whose leaving would leave more than half of {weight} unheld: {factor}."
    else:
        words = "Fewest people whose leaving would leave more than half of {weight} unheld: {least} to {factor}."
    said = [Sentence(words, values)]
    if summary.revenue_unknown and scope.revenue is not None:
        said.append(Sentence("Customers left out of it for want of a revenue, and not safe: {unknown}.", values))
    if coarse:
        said.append(Sentence("A row that stands for many consumers is one customer here, and says little about each."))
    return [
        *said,
        Sentence("Owned by persons is split by what each adds to every group of colleagues (Shapley). " + NO_BASIS),
    ]


def _answer(scope: Scope, summary: Summary) -> Sentence:
    """The title's question, answered with numbers."""
    values = {
        "company": Value(summary.company_owned, Unit.SHARE),
        "people": Value(summary.person_owned, Unit.SHARE),
        "nobody": Value(summary.unowned, Unit.SHARE),
        "weight": Value(scope.weighed, Unit.TEXT),
    }
    ours, theirs = summary.company_owned, summary.person_owned
    if ours == theirs == 0:
        lead = "There is no network on record, neither the company's nor its employees'"
    elif ours == theirs:
        lead = "The network is as much the company's as its employees'"
    else:
        more = "the company's more than its employees'" if ours > theirs else "its employees' more than the company's"
        lead = f"Most is nobody's, and the rest {more}" if summary.unowned > ours + theirs else f"The network is {more}"
    words = "of {weight} its own channels hold {company}, employees alone {people}, and nobody {nobody}"
    return Sentence(f"{lead}: {words}.", values)
