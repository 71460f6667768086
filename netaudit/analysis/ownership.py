"""Does the company have a network, or is it only its employees' network?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw

from netaudit import model
from netaudit.absence import absence_factor
from netaudit.loading.values import day_number
from netaudit.result import Result, Sentence, Unit, Value, column
from netaudit.scope import WHOLE, suggested, unmapped_words
from netaudit.split import PART, split_of_people

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netaudit.book import Book
    from netaudit.engine import Frame
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
    reach_customers: float | None = column("Reaches", Unit.SHARE, "customers it reaches directly, of all in question")
    reach_contacts: float | None = column(
        "Contacts", Unit.SHARE, "contacts it reaches directly, of all known there", wide=True
    )
    reach_revenue: float | None = column("Of revenue", Unit.SHARE, "their revenue, of all that is known")
    reach_customers_via_employees: float | None = column(
        "Only via", Unit.SHARE, "customers it reaches only because employees pass it on"
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


@dataclass(frozen=True, slots=True)
class _Sums:
    """Customers taken together: how many, their revenue and weights, and of these what the company and people hold."""

    customers: int
    revenue: int
    weight: int
    company: int
    people: int
    counted: int
    company_counted: int
    people_counted: int

    def shares(self) -> tuple[float, float, float]:
        """Company's, employees' and nobody's, by weight; they add up."""
        return _three(self.company, self.people, self.weight)

    def shares_by_count(self) -> tuple[float, float, float]:
        """The same by count."""
        return _three(self.company_counted, self.people_counted, self.counted)


def _three(company: int, people: int, whole: int) -> tuple[float, float, float]:
    if not whole:
        return 0.0, 0.0, 0.0
    ours, theirs = round(company / whole, 9), round(people / whole, 9)
    return ours, theirs, round(1 - ours - theirs, 9)


def own(book: Book, scope: Scope, request: tuple[str, ...] = ()) -> Result[Row, Summary]:
    """Who owns the network: as a whole, by segment, team, person and channel; largest first.

    `request` are the options that go on into the command suggested next.
    """
    live = model.live_ties(book, model.recorded(book, book.assumptions))
    pairs = book.engine.keep(model.pairs(book, book.assumptions, live))
    held = book.engine.keep(_held(scope, pairs))
    by_segment = _by_segment(book, held)
    whole = _added(by_segment.values())
    theirs = book.engine.keep(_theirs(book, pairs, held))
    people = _people(book, scope, theirs)
    factor, least = absence_factor(book, scope.customers, pairs, [row.key for row in people if row.key is not None])
    unmapped, said = unmapped_words(book, scope, pairs)
    rows = [*_segments(book, by_segment), *_teams(book, scope, theirs), *people, *_channels(book, scope, live.reached)]
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
        closing=(*_closing(summary), *([said] if said else []), _answer(book, summary), suggested(book, *request)),
        where=scope.where,
        warnings=book.warnings,
        parted_by="dimension",
    )


def _held(scope: Scope, pairs: Frame) -> Frame:
    """Customers in question with company and people (units that hold them), and weights split between the two.

    Columns of the scope, company, people; `weighed` and `counted` in whole units, and of each what the company's
    channels hold (`_company`) and what only employees do (`_people`), rounded once per customer.
    """
    zero = nw.lit(0).cast(nw.Int64)
    held = scope.customers.join(model.held_by(pairs), on="customer", how="left").with_columns(
        company=nw.coalesce(nw.col("company"), zero),
        people=nw.coalesce(nw.col("people"), zero),
        weighed=nw.coalesce(nw.col("weight"), zero),
        counted=(nw.col("count") * WHOLE).cast(nw.Int64),
    )
    shares = model.shares("company", "people")
    parts = {
        f"{weight}_{side}": model.at_risk(weight, shares[share])
        for weight in ("weighed", "counted")
        for side, share in (("company", "held"), ("people", "walks"))
    }
    return held.with_columns(**parts)


def _by_segment(book: Book, held: Frame) -> dict[str | None, _Sums]:
    sums = held.group_by("segment").agg(
        customers=nw.len(),
        **{
            name: nw.col(name).sum()
            for name in (
                *("revenue", "weighed", "weighed_company", "weighed_people"),
                *("counted", "counted_company", "counted_people"),
            )
        },
    )
    found = {row[0]: _Sums(*(int(cell or 0) for cell in row[1:])) for row in book.engine.rows(sums)}
    return dict(sorted(found.items(), key=lambda entry: (-entry[1].weight, -entry[1].customers, entry[0] or "")))


def _added(sums: Iterable[_Sums]) -> _Sums:
    parts = list(sums)
    return _Sums(*(sum(getattr(part, name) for part in parts) for name in _Sums.__slots__))


def _segments(book: Book, by_segment: dict[str | None, _Sums]) -> Iterator[Row]:
    for segment, sums in by_segment.items():
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
    """Per person who is here and customer in question: person, name, team, customer, revenue, owned (whole units)."""
    parts = split_of_people(book, pairs).join(held.select("customer", "revenue", "weighed", "company"), on="customer")
    unheld = (-(nw.col("company") / model.UNIT)).exp()
    owned = (nw.col("weighed") * unheld * (nw.col("part") / PART)).round(0).cast(nw.Int64)
    people = book.tables.employees
    here = people.filter(nw.col("left_on").is_null() | (nw.col("left_on") > day_number(book.as_of)))
    here = here.select("name", "team", person="id")
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
            owned=scope.share(int(owned or 0)),
        )
        for key, name, customers, revenue, owned in sorted(cells, key=lambda cell: (-(cell[4] or 0), cell[0] or ""))
    ]


def _channels(book: Book, scope: Scope, reached: Frame) -> list[Row]:
    """What each channel reaches directly, and what only because employees pass it on; widest reach first."""
    asked = scope.customers.select("customer", "revenue")
    ties = reached.join(asked, on="customer").with_columns(direct=nw.col("person") == "")
    today = day_number(book.as_of)
    known = book.tables.contacts.filter(nw.col("left_on").is_null() | (nw.col("left_on") > today))
    contacts = book.engine.rows(known.join(asked, on="customer", how="semi").select(nw.len()))[0][0]
    customers = _reach(book, ties, "customer")
    people = _reach(book, ties.filter(nw.col("contact") != ""), "customer", "contact")
    rows = []
    for channel, name in book.engine.rows(book.tables.channels.select("id", "name")):
        nobody = _Reach(0, 0, 0, 0)
        firms, persons = customers.get(channel, nobody), people.get(channel, nobody)
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


class _Reach(NamedTuple):
    """How many a channel reaches directly, how many only because somebody passes it on, and their revenue."""

    direct: int
    passed: int
    revenue: int
    revenue_passed: int


def _reach(book: Book, ties: Frame, *ends: str) -> dict[str, _Reach]:
    """Per channel what it reaches of these ends."""
    once = ties.group_by("channel", *ends).agg(direct=nw.col("direct").any(), revenue=nw.col("revenue").max())
    zero, one = nw.lit(0).cast(nw.Int64), nw.lit(1).cast(nw.Int64)
    sides = once.with_columns(
        straight=nw.when(nw.col("direct")).then(one).otherwise(zero),
        passed=nw.when(nw.col("direct")).then(zero).otherwise(one),
        revenue=nw.when(nw.col("direct")).then(nw.col("revenue")).otherwise(zero),
        revenue_passed=nw.when(nw.col("direct")).then(zero).otherwise(nw.col("revenue")),
    )
    columns = ("straight", "passed", "revenue", "revenue_passed")
    summed = sides.group_by("channel").agg(**{name: nw.col(name).sum() for name in columns})
    return {row[0]: _Reach(*(int(cell or 0) for cell in row[1:])) for row in book.engine.rows(summed)}


def _share(part: int, whole: int) -> float | None:
    """None where there is nothing to be a share of."""
    return round(part / whole, 9) if whole else None


def _closing(summary: Summary) -> list[Sentence]:
    factor, least = summary.absence_factor, summary.absence_factor_at_least
    values = {"factor": Value(factor, Unit.COUNT), "least": Value(least, Unit.COUNT)}
    if factor is None:
        words = "Even if everybody left, half of it would still be held."
    elif factor == 0:
        words = "More than half of it is unheld as things stand."
    elif factor == least:
        words = "Fewest people whose leaving would leave more than half of it unheld: {factor}."
    else:
        words = "Fewest people whose leaving would leave more than half of it unheld: {least} to {factor}."
    return [
        Sentence(words, values),
        Sentence(
            "Owned by persons is split by what each adds to every group of colleagues (Shapley). It speaks about "
            "customers' ties, not about anybody's work, and is no basis for employment decisions."
        ),
    ]


def _answer(book: Book, summary: Summary) -> Sentence:
    """The title's question, answered with numbers."""
    values = {
        "company": Value(summary.company_owned, Unit.SHARE),
        "people": Value(summary.person_owned, Unit.SHARE),
        "nobody": Value(summary.unowned, Unit.SHARE),
        "weight": Value("all known revenue" if book.weighted_by == "revenue" else "all customers", Unit.TEXT),
    }
    if summary.company_owned == summary.person_owned == 0:
        lead = "There is no network on record, neither the company's nor its employees'"
    elif summary.company_owned > summary.person_owned:
        lead = "The network is the company's more than its employees'"
    else:
        lead = "The network is its employees' more than the company's"
    words = "of {weight} its own channels hold {company}, employees alone {people}, and nobody {nobody}"
    return Sentence(f"{lead}: {words}.", values)
