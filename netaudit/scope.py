"""Which customers a question is about, and what they weigh."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import narwhals as nw

from netaudit.errors import nearest, shown, usage
from netaudit.loading.values import CellError, Reading, day_number, day_of
from netaudit.loading.where import Condition, option
from netaudit.result import Band, Sentence, Unit, Value

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from netaudit.book import Book
    from netaudit.engine import Frame
    from netaudit.errors import UsageError

WHOLE = 10**9
"""Units of one customer where customers are counted instead of their revenue."""

FILTERS = ("id", "name", "segment", "revenue", "count", "renewal_on", "owner")

NO_BASIS = "It speaks about customers' ties, not about anybody's work, and is no basis for employment decisions."
BASE_RATE = Sentence(
    "Severed is not lost: in two public registers 19-45 % of single-contact clients went in a period in which nobody "
    "left, and in one of them 62 % stayed after their only contact had gone.",
    kind="warning",
)
"""Said wherever customers are called severed; docs/model.md says more."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The customers in question: `customers` has customer, name, segment, revenue, count, weight; money in whole units.

    `count` of them, `weight` in all (of those with known revenue, or all where customers are counted), `revenue` in
    smallest units or None, and `unknown` without a revenue. `where` is the filter as given.
    """

    customers: Frame
    count: int
    weight: int
    revenue: int | None
    unknown: int
    where: tuple[str, ...] | None

    @property
    def weighed(self) -> str:
        """What shares are of, in words."""
        what = "all customers" if self.revenue is None else "all known revenue"
        return what if self.where is None else f"{what} in question"

    def share(self, units: float) -> float:
        """A part of everything that is weighed, rounded to 9 decimals."""
        return round(units / self.weight, 9) if self.weight else 0.0

    def units_of(self, book: Book, amount: str) -> int:
        """Whole units of an amount of money such as 5m, or of a share of everything such as 10%. Raises UsageError."""
        found = re.fullmatch(r"([0-9]{1,15}(?:\.[0-9]{1,9})?) ?(%|k|m|bn|)", amount.strip(), re.ASCII)
        value = Decimal(found[1]) if found else Decimal(-1)
        percent = bool(found) and amount.strip().endswith("%")
        if value < 0 or (percent and value > 100):
            raise usage(f"{shown(amount)} is neither an amount nor a share", "such as 5000000, 5m or 10%")
        if percent:
            return int(value * self.weight / 100)
        if 0 < value <= 1 and found and not found[2]:
            raise usage(f"{shown(amount)} could be a share or an amount", f"{value * 100:f}% is a share")
        if self.revenue is None:
            raise usage("no customer has a revenue, so no amount can be asked about", "a share, such as 10%")
        thousands = {"k": 3, "m": 6, "bn": 9}.get(found[2] if found else "", 0)
        return int(value.scaleb(book.digits + thousands))


def scope_of(book: Book, where: Iterable[str] = ()) -> Scope:
    """All customers of the book, or those that fit every `COLUMN=VALUE` of `where`.

    Raises UsageError for a column that customers do not have, and where nothing fits.
    """
    given = tuple(where)
    conditions = conditions_of(given)
    frame = weighted(book).select("name", "segment", "revenue", "count", "customer", "weight")
    if conditions:
        frame = frame.join(fitting(book, conditions), on="customer", how="semi")
    count, total, known = book.engine.rows(
        frame.select(nw.len().alias("n"), nw.col("weight").sum().alias("w"), nw.col("revenue").count().alias("k"))
    )[0]
    if conditions and not count:
        raise _nothing_fits()
    revenue = None if book.weighted_by == "count" else int(total or 0)
    return Scope(frame, count, int(total or 0), revenue, count - known, given or None)


def asked_of(books: Iterable[Book], where: Iterable[str]) -> set[str] | None:
    """The ids of the customers that fit every `COLUMN=VALUE` in any of several books, so that none goes by a filter.

    None stands for all. Raises UsageError as `scope_of` does.
    """
    conditions = [_condition(text) for text in where]
    if not conditions:
        return None
    found = {customer for book in books for customer in _fitting(book, conditions)}
    if not found:
        raise _nothing_fits()
    return found


def _nothing_fits() -> UsageError:
    return usage("no customer fits every --where", f"columns are {', '.join(FILTERS)}")


def among(book: Book, ids: Iterable[str]) -> Frame:
    """Some customers, for a join: one column, customer."""
    return book.engine.frame(book.engine.table({"customer": "VARCHAR"}, {"customer": list(ids)}))


def weighted(book: Book) -> Frame:
    """All customers, with `weight` in whole units: their revenue, or where none has any, how many each stands for."""
    weight = (nw.col("count") * WHOLE).cast(nw.Int64) if book.weighted_by == "count" else nw.col("revenue")
    return book.tables.customers.with_columns(weight=weight).rename({"id": "customer"})


def still_here(book: Book, people: Frame) -> Frame:
    """Those of some employees or contacts who have not left."""
    return people.filter(nw.col("left_on").is_null() | (nw.col("left_on") > day_number(book.as_of)))


def money_band(book: Book, units: tuple[int, ...]) -> Band | None:
    """Low, base and high in the currency; None where customers are counted and money is unknown."""
    if book.weighted_by == "count":
        return None
    low, base, high = (book.money(int(value)) for value in units)
    return Band(low, base, high)


def unmapped_words(book: Book, scope: Scope, live: Frame) -> tuple[int, Sentence | None]:
    """How many customers in scope nobody has a live tie to (those of `live` have one), and what to say about it."""
    unmapped = scope.customers.join(live, on="customer", how="anti").select("customer")
    recorded = nw.concat([frame.select("customer") for frame in (book.tables.ties, book.tables.log)])
    known = recorded.group_by("customer").agg(ties=nw.len())
    counts = unmapped.join(known, on="customer", how="left").select(nw.len().alias("count"), nw.col("ties").count())
    count, faded = book.engine.rows(counts)[0]
    if not count:
        return 0, None
    values = {
        "count": Value(count, Unit.COUNT),
        "none": Value(count - faded, Unit.COUNT),
        "faded": Value(faded, Unit.COUNT),
    }
    reasons = ["{none} without any tie on record"] if count > faded else []
    reasons += ["{faded} with ties that no longer count, such as those of people who left"] if faded else []
    return count, Sentence(f"Unmapped, so unknown and not safe: {{count}} ({', '.join(reasons)}).", values)


def suggested(book: Book, *options: str, command: tuple[str, ...] = ("risk",)) -> Sentence:
    """The next command to run on this book: its name, with what stands before the book."""
    words = shlex.join(["netaudit", *command, *book.call, *options])
    return Sentence("Next: {command}", {"command": Value(words, Unit.TEXT)}, kind="next")


def conditions_of(given: Iterable[str]) -> list[Condition]:
    """Conditions on customers from `COLUMN=VALUE`. Raises UsageError for what is none."""
    return [_condition(text) for text in given]


def _condition(text: str) -> Condition:
    try:
        found = option(text)
    except ValueError as error:
        raise usage(str(error), "such as --where segment=b2b or --where 'revenue=>= 1000000'") from None
    if found.column not in FILTERS:
        hint = nearest(found.column, FILTERS) or f"columns are {', '.join(FILTERS)}"
        raise usage(f"customers have no column {shown(found.column)}", hint)
    return found


def fitting(book: Book, conditions: Iterable[Condition]) -> Frame:
    """The customers that fit: one column, customer. Each row is judged in turn.

    Raises UsageError where things of different kinds are compared.
    """
    return among(book, _fitting(book, list(conditions)))


def _fitting(book: Book, conditions: list[Condition]) -> list[str]:
    """Their ids."""
    columns = ["id", *(condition.column for condition in conditions)]
    ids = []
    for row in book.engine.rows(book.tables.customers.select(*dict.fromkeys(columns))):
        cells = dict(zip(dict.fromkeys(columns), row, strict=True))
        try:
            fits = all(
                condition.holds(_cell(book, condition.column, cells[condition.column]), Reading(plain=True))
                for condition in conditions
            )
        except (CellError, TypeError):
            raise usage(
                "--where compares things of different kinds", "numbers with numbers, dates with dates"
            ) from None
        if fits:
            ids.append(str(row[0]))
    return ids


def _cell(book: Book, column: str, value: str | int | None) -> str | int | Decimal | date | None:
    if value is None or isinstance(value, str):
        return value
    if column == "revenue":
        return Decimal(value).scaleb(-book.digits)
    return day_of(value) if column == "renewal_on" else int(value)
