"""What a rule is, what it looks at, and what it finds."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import narwhals as nw

from netaudit.loading.values import day_number, day_of
from netaudit.result import About

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from decimal import Decimal

    from netaudit.book import Book
    from netaudit.engine import Frame
    from netaudit.finding import Severity
    from netaudit.standing import Standing


class Found(NamedTuple):
    """What a rule found about one subject: the nodes it is about, by which it is known again, and words.

    `revenue` is in whole smallest units, None where unknown; `origin` the row that the finding points to; `measure`,
    from 0 to 1 and the more the worse, is what tells a finding from one that has got worse.
    """

    subject: tuple[str, ...]
    name: str
    message: str
    revenue: int | None = None
    origin: int | None = None
    measure: float | None = None

    def fingerprint(self, code: str) -> str:
        """What a baseline knows the finding by: rule and ids, no name, no figure and no place."""
        return hashlib.sha256("\n".join((code, *self.subject)).encode()).hexdigest()[:32]


class Customer(NamedTuple):
    """A customer that a rule has something to say about."""

    id: str
    name: str | None
    revenue: int | None
    origin: int | None

    def found(self, message: str, *others: str, measure: float | None = None) -> Found:
        """A finding about it, and about other nodes."""
        nodes = (f"customer:{self.id}", *others)
        return Found(nodes, self.name or self.id, message, self.revenue, self.origin, measure)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number that a policy may change: what it means, and its bounds. It is whole where its default is."""

    default: float
    meaning: str
    least: float
    most: float | None

    def holds(self, number: Decimal) -> bool:
        """Whether a number may stand here."""
        whole = isinstance(self.default, float) or number == int(number)
        return whole and self.least <= number and (self.most is None or number <= self.most)


def parameter(default: float, meaning: str, least: float = 0, most: float | None = None) -> Any:
    """A field of a rule that a policy may change."""
    return field(default=default, metadata={"parameter": Parameter(default, meaning, least, most)})


def key_share(default: float = 0.8) -> Any:
    """The usual parameter of rules that leave small customers alone."""
    meaning = "without `where`: only the largest customers that together bring this share of the revenue"
    return parameter(default, meaning, 0, 1)


@dataclass(frozen=True)
class Inspection:
    """What one rule looks at: the book, and of its customers those that its `where` chooses, or all of them.

    `largest` gives, of all of them, the key customers that bring a share of the revenue.
    """

    book: Book
    standing: Standing
    customers: Frame
    chosen: bool
    names: dict[str, str]
    largest: Callable[[float], Frame]

    @property
    def today(self) -> int:
        """The day judged by, as a number."""
        return day_number(self.book.as_of)

    def key(self, share: float) -> Frame:
        """The customers in question, without the small ones where nobody has chosen."""
        return self.customers if self.chosen or share >= 1 else self.largest(share)

    def each(self, customers: Frame, *columns: str) -> Iterator[tuple[Any, ...]]:
        """The customers of a frame, each with some of its columns."""
        for row in self.book.engine.rows(customers.select("customer", "name", "revenue", "origin", *columns)):
            yield Customer(*row[:4]), *row[4:]

    def rows(self, frame: Frame, *columns: str) -> list[tuple[Any, ...]]:
        """Rows of any frame."""
        return self.book.engine.rows(frame.select(*columns))

    @cached_property
    def weight(self) -> int:
        """What all customers in question weigh, in whole units."""
        return int(self.rows(self.customers.select(weight=nw.col("weight").sum()), "weight")[0][0] or 0)

    def share(self, units: float) -> float:
        """A part of what all of them weigh."""
        return units / self.weight if self.weight else 0.0

    @property
    def weighed(self) -> str:
        """What shares are of, in words."""
        what = "customers" if self.book.weighted_by == "count" else "revenue"
        return f"the {what} that where chooses" if self.chosen else f"all {what}"

    def revenue(self, units: int) -> int | None:
        """A weight as revenue; None where customers are counted."""
        return None if self.book.weighted_by == "count" else units

    def person(self, employee: str) -> str:
        """What an employee is called."""
        return self.names.get(employee, employee)

    def left(self) -> Frame:
        """The employees who have left."""
        return self.book.tables.employees.filter(nw.col("left_on") <= self.today)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a policy: its docstring is its title and the reason for it, its fields are its parameters.

    `where` says whether a policy may choose the customers it looks at.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]
    remedy: ClassVar[str]
    where: ClassVar[bool] = True

    def find(self, seen: Inspection) -> Iterator[Found]:
        """Everything that breaks the rule."""
        raise NotImplementedError

    @classmethod
    def about(cls) -> About:
        """The rule as a reader of its findings needs it."""
        title, _, reason = (cls.__doc__ or "").strip().partition("\n")
        return About(cls.code, cls.name, cls.severity, title.rstrip("."), " ".join(reason.split()), cls.remedy)

    @classmethod
    def parameters(cls) -> dict[str, Parameter]:
        """What a policy may change, by name."""
        return {entry.name: entry.metadata["parameter"] for entry in fields(cls)}


def percent(share: float) -> str:
    """A share in a message."""
    return f"{share * 100:.0f} %" if 0.0995 <= share < 0.995 or share in {0, 1} else f"{share * 100:.1f} %"


def counted(count: int, one: str, many: str) -> str:
    """`1 colleague`, `no colleagues`, `12 colleagues`."""
    return f"1 {one}" if count == 1 else f"{count or 'no'} {many}"


def on(day: int) -> str:
    """A day in a message."""
    return day_of(day).isoformat()


def scarcity(count: int) -> float:
    """What to measure where fewer are worse: 1 for none, a half for one."""
    return 1 / (1 + count)
