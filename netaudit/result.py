"""What an analysis returns: typed rows, a summary and words, the same for every question and every format."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping


class Unit(StrEnum):
    """What a value is, so that every format can show it as such.

    MONEY is a number in the currency of the facts, SHARE a number from 0 to 1, and either may be a `Band`; FLAG is true
    or false.
    """

    ID = "id"
    TEXT = "text"
    CHOICE = "choice"
    COUNT = "count"
    NUMBER = "number"
    SHARE = "share"
    MONEY = "money"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Band:
    """A figure with its range: what the two ends of the follow rate make of it."""

    low: float
    base: float
    high: float


@dataclass(frozen=True, slots=True)
class Column:
    """How one field of a row is shown.

    `table` is False for columns that only files carry, `wide` True for those that narrow pages leave out; `bar` draws
    a share, or with `scaled` its part of the largest one; `choices` are all values a CHOICE can have; `absent` is what
    stands for money that is null.
    """

    heading: str
    unit: Unit
    meaning: str
    table: bool = True
    wide: bool = False
    bar: bool = False
    scaled: bool = False
    choices: tuple[str, ...] = ()
    absent: str = "unknown"


def column(heading: str, unit: Unit, meaning: str, **how: Any) -> Any:
    """A dataclass field that knows its `Column`; `how` are the column's further properties."""
    return field(metadata={"column": Column(heading, unit, meaning, **how)})


def columns_of(row_type: type[Any]) -> dict[str, Column]:
    """The columns of a row or summary type, by field name, in order."""
    return {entry.name: entry.metadata["column"] for entry in fields(row_type)}


@dataclass(frozen=True, slots=True)
class Source:
    """One file that was read: rows loaded + skipped + rejected are all its rows.

    `details` counts skipped rows by reason; `read_as` is what was decided about a CSV file: encoding, delimiter (quote
    and escape where they are not the usual ones) and the line of its header.
    """

    path: str
    sha256: str | None
    loaded: int
    skipped: int
    rejected: int
    details: Mapping[str, int] = field(default_factory=dict)
    read_as: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """What an answer rests on, as every answer repeats it."""

    as_of: str
    as_of_from: str
    currency: str | None
    weighted_by: str
    sources: tuple[Source, ...]
    assumptions: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Value:
    """A typed value inside a sentence."""

    content: Any
    unit: Unit


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words with values in them: `text` is a format string, `values` are shown by their unit.

    `kind` is "fact", "warning" or "next" (a command to run).
    """

    text: str
    values: Mapping[str, Value] = field(default_factory=dict)
    kind: str = "fact"


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The total at risk with one assumption at each end of its range, the others as they are."""

    assumption: str = column("Assumption", Unit.TEXT, "name of the parameter")
    low: float = column("Low", Unit.NUMBER, "low end of its range")
    at_low: float | None = column("At low", Unit.MONEY, "base total with the parameter at its low end")
    high: float = column("High", Unit.NUMBER, "high end of its range")
    at_high: float | None = column("At high", Unit.MONEY, "base total with the parameter at its high end")
    swing: float = column("Swing", Unit.SHARE, "difference of the two, as a share of all that is weighed")
    basis: str = column(
        "Basis", Unit.CHOICE, "what stands behind the default", wide=True, choices=("evidence", "convention")
    )


@dataclass(frozen=True, slots=True)
class Bin:
    """One bar of a histogram of losses: from `low` on, below `high`; the last one has no end."""

    low: float | None = column("From", Unit.MONEY, "least loss; null where revenue is unknown")
    high: float | None = column("below", Unit.MONEY, "the loss that is no longer in it; null: no end", absent="...")
    low_share: float = column("From", Unit.SHARE, "least loss, as a share of all that is weighed")
    high_share: float | None = column("below", Unit.SHARE, "the share that is no longer in it; null: no end")
    draws: int = column("Draws", Unit.COUNT, "draws in it")
    share: float = column("Of all", Unit.SHARE, "share of all draws", bar=True, scaled=True)


@dataclass(frozen=True, slots=True)
class Todo:
    """Steps to tick off, under a heading; Markdown shows them instead of the rows."""

    heading: Sentence
    items: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class About:
    """A rule as a reader of its findings needs it: what it is called, why it matters and what helps."""

    code: str
    name: str
    severity: str
    title: str
    reason: str
    remedy: str


NOTHING_SAID = Sentence("")

RowT = TypeVar("RowT")
SummaryT = TypeVar("SummaryT")


@dataclass(frozen=True, slots=True)
class Result(Generic[RowT, SummaryT]):
    """An answer: `rows` of one dataclass type, worst first, and a `summary` of another.

    `schema` names the published JSON Schema. `title` and `closing` are the words around the table, which is a table for
    each value of the column `parted_by`, if there is one, or a tree with a level for each column of `nested_by`,
    under the words of `root`. `facts` is None where no book could be read, or none was asked for. `rules` are those
    whose findings the rows are; `judged_by` are further keys of the JSON: policy, baseline, limit. `hidden` are columns
    that tell nothing in a table, for they are the same everywhere. `histogram` is how often which loss was drawn,
    `checklist` what the rows come to as steps.
    """

    schema: str
    title: Sentence
    facts: Facts | None
    summary: SummaryT
    rows: tuple[RowT, ...]
    row_type: type[RowT]
    closing: tuple[Sentence, ...] = ()
    leavers: tuple[str, ...] | None = None
    where: tuple[str, ...] | None = None
    sensitivity: tuple[Sensitivity, ...] | None = None
    histogram: tuple[Bin, ...] | None = None
    checklist: tuple[Todo, ...] | None = None
    warnings: tuple[str, ...] = ()
    parted_by: str | None = None
    nested_by: tuple[str, ...] = ()
    root: Sentence = NOTHING_SAID
    rules: tuple[About, ...] = ()
    judged_by: Mapping[str, Any] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()

    @property
    def currency(self) -> str | None:
        """The currency of its money, if it is known."""
        return None if self.facts is None else self.facts.currency

    @property
    def left_out(self) -> tuple[str, ...]:
        """The columns that a table does without."""
        return (*self.hidden, *((self.parted_by,) if self.parted_by else ()))

    def first(self, count: int | None) -> list[RowT]:
        """So many rows of each part; all for None."""
        return [row for _, rows in self.parts() for row in rows[:count]]

    def parts(self) -> list[tuple[str | None, tuple[RowT, ...]]]:
        """The rows by the value of `parted_by`, in order, under its heading; all under None where nothing parts."""
        if self.parted_by is None:
            return [(None, self.rows)]
        found: dict[str, list[RowT]] = {}
        for row in self.rows:
            found.setdefault(getattr(row, self.parted_by), []).append(row)
        heading = columns_of(self.row_type)[self.parted_by].heading
        return [(f"{heading} {value}", tuple(rows)) for value, rows in found.items()]
