"""Tables as other systems export them: which columns are asked for, and their rows, whatever they are called there.

Only the columns asked for are taken from a row; the others are never looked at.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from netaudit.errors import InputError, shown, usage
from netaudit.importers.sources import SPREADSHEETS, Lines, Sheet, sheets_of
from netaudit.loading.files import File, refuse
from netaudit.loading.values import CellError, Reading, day_number, day_of, folded, read_date, read_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from contextlib import ExitStack
    from datetime import date
    from decimal import Decimal

    from netaudit.importers.run import Run

SEVERAL = " ::: "
"""What Google writes between several values of one cell."""


@dataclass(frozen=True, slots=True)
class Field:
    """A column that is kept: our name for it, what exports call it, and why it is kept.

    `#` in a heading stands for any number: all such columns are one field of several values.
    """

    name: str
    headings: tuple[str, ...]
    why: str
    required: bool = False

    def matches(self, heading: str) -> bool:
        """Whether an export calls it so."""
        return any(
            re.fullmatch(re.escape(one).replace(r"\#", "[0-9]+"), heading, re.IGNORECASE) for one in self.headings
        )


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of table that a system exports. `leaves` are columns it is known to have that are not kept, and why.

    `take` makes of a row what it says (None where the importer reads files itself), `close_file` and `finish` what only
    all rows of a file, or all files, say; `formats` are dates of this system beside ISO and `12 Mar 2024`.
    """

    name: str
    fields: tuple[Field, ...]
    take: Callable[[Row, Run], None] | None = None
    leaves: Mapping[str, str] = field(default_factory=dict)
    formats: tuple[str, ...] = ()
    close_file: Callable[[Run], None] | None = None
    finish: Callable[[Run], None] | None = None

    def fit(self, headings: Iterable[str], called: Mapping[str, str]) -> int:
        """How many fields these headings have; 0 where a required one is missing. `called` are the user's own names."""
        names = [folded(heading) for heading in headings]
        found = {one.name for one in self.fields if any(_is(one, name, called) for name in names)}
        return len(found) if all(one.name in found for one in self.fields if one.required) else 0


@dataclass(frozen=True, slots=True)
class Wishes:
    """How the user says that cells of exports are to be read; `called` is our name → heading."""

    called: Mapping[str, str] = field(default_factory=dict)
    date_format: str | None = None
    decimal: str | None = None
    encoding: str | None = None


def wishes(columns: Iterable[str], date_format: str | None, decimal: str | None, encoding: str | None) -> Wishes:
    """The same from options, columns as FIELD=HEADING. Raises UsageError for what none of them can be."""
    called = {}
    for text in columns:
        name, mark, heading = text.partition("=")
        if not mark or not heading.strip():
            raise usage(f"{shown(text)} is not FIELD=HEADING", "such as --column 'first name=Fornavn'")
        called[name.strip().casefold()] = heading.strip()
    if decimal not in {None, ".", ","}:
        raise usage(f"{shown(decimal)} is no decimal mark", ". or ,")
    if encoding is not None:
        try:
            encoding = codecs.lookup(encoding).name
        except LookupError:
            raise usage(f"no encoding is called {shown(encoding)}", "such as cp1252") from None
    return Wishes(called, date_format, decimal, encoding)


class Row:
    """One row: its line, and its cells by our names."""

    def __init__(self, table: Table, line: int, cells: dict[str, list[str]]) -> None:
        self.table = table
        self.line = line
        self._cells = cells

    def __getitem__(self, name: str) -> str:
        """The first value of a field; "" where there is none."""
        return next(iter(self.all(name)), "")

    def all(self, name: str) -> list[str]:
        """Every value of a field."""
        return self._cells.get(name, [])

    def day(self, name: str) -> date | None:
        """The first date of a field, in the order of day and month that all dates of the file have."""
        return next(iter(self.days(name)), None)

    def days(self, name: str) -> list[date]:
        """All dates of a field."""
        try:
            days = [self.table.day(text) for text in self.all(name)]
        except CellError as error:
            raise self._refused(error, "--date-format '%d.%m.%Y' says how dates are written") from None
        return [day for day in days if day is not None]

    def number(self, name: str) -> Decimal | None:
        """An amount."""
        try:
            return read_number(self[name], Reading(decimal=self.table.wishes.decimal))
        except CellError as error:
            raise self._refused(error, "--decimal , or --decimal . says which mark is the decimal one") from None

    def _refused(self, error: CellError, otherwise: str) -> InputError:
        hint = otherwise if error.code in {"V002", "V003", "V004"} else error.hint
        return refuse(self.table.file.label, error.code, error.message, hint, self.line, 1)


class Table:
    """A file of rows under headings. Iterating yields `Row`s; afterwards `aside` counts what was no row, by reason.

    Raises InputError, located, for what cannot be read rightly.
    """

    def __init__(self, file: File, source: Sheet | Lines, parts: Iterable[Part], wishes: Wishes) -> None:
        self.file = file
        self.wishes = wishes
        self.aside: Counter[str] = Counter()
        self._order: str | None = None
        self._source = source
        self.part: Part | None = max(parts, key=self._fit, default=None)
        if self.part is not None and not self._fit(self.part):
            self.part = None
        for columns in self.kept.values():
            names = [folded(self.headings[index]).casefold() for index in columns]
            if len(set(names)) < len(names):
                message = f"the column {shown(self.headings[columns[0]])} stands twice"
                raise refuse(file.label, "C003", message, "delete or rename one of them", 1, 1)

    def _fit(self, part: Part) -> int:
        return part.fit(self.headings, self.wishes.called)

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings as they stand there."""
        return self._source.headings

    @property
    def warnings(self) -> list[str]:
        """What the user should know about its letters."""
        return self._source.warnings

    @property
    def kept(self) -> dict[str, list[int]]:
        """Our fields, and the columns that each is taken from."""
        fields = self.part.fields if self.part else ()
        names = [folded(heading) for heading in self.headings]
        found = {
            one.name: [index for index, name in enumerate(names) if _is(one, name, self.wishes.called)]
            for one in fields
        }
        return {name: columns for name, columns in found.items() if columns}

    @property
    def left(self) -> list[str]:
        """The headings of the columns that are not looked at."""
        taken = {index for columns in self.kept.values() for index in columns}
        return [name for index, name in enumerate(self.headings) if index not in taken and name]

    def __iter__(self) -> Iterator[Row]:
        kept = self.kept.items()
        for line, cells in self._source.rows(self.aside):
            values = {name: _values(cells[index] for index in columns) for name, columns in kept}
            if any(values.values()):
                yield Row(self, line, values)
            else:
                self.aside["blank rows"] += 1

    def day(self, text: str) -> date | None:
        """A date. Raises CellError where it is none, or could be two."""
        wanted = self.wishes.date_format
        try:
            number = read_date(text, Reading(date_format=wanted))
        except CellError:
            day = (
                next((day for form in self.part.formats if (day := _read_as(text, form))), None) if self.part else None
            )
            day = day or self._by_order(text)
            if day is None:
                raise
            return day
        return None if number is None else day_of(number)

    def _by_order(self, text: str) -> date | None:
        """`03/04/2024`, where other dates of the file show which of the two is the day."""
        if self.wishes.date_format or not _TWO_WAYS.match(text):
            return None
        if self._order is None:
            self._order = self._decided()
        return _read_as(text, self._order.replace("/", text.strip("0123456789")[:1])) if self._order else None

    def _decided(self) -> str:
        """The order that all dates of the file can have; "" where none, or either, would do."""
        firsts, seconds = [0], [0]
        columns = [index for indices in self.kept.values() for index in indices]
        for _, cells in self._source.rows(Counter()):
            for found in filter(None, (_TWO_WAYS.match(cells[index].strip()) for index in columns)):
                firsts.append(int(found[1]))
                seconds.append(int(found[3]))
        if (max(firsts) > 12) == (max(seconds) > 12):
            return ""
        return "%d/%m/%Y" if max(firsts) > 12 else "%m/%d/%Y"


def tables_of(file: File, parts: Sequence[Part], wishes: Wishes, copies: ExitStack) -> list[Table]:
    """The tables of a file: of a spreadsheet one for each sheet that holds something."""
    known = {folded(name).casefold() for part in parts for one in part.fields for name in one.headings}
    known |= {folded(name).casefold() for name in wishes.called.values()}
    known |= {re.sub("#", str(number), name) for name in known if "#" in name for number in (1, 2)}
    if file.path.suffix.casefold() not in SPREADSHEETS:
        return [Table(file, Lines(file, known, wishes.encoding, copies), parts, wishes)]
    sheets = [(File(file.path, label), Sheet(rows, known)) for label, rows in sheets_of(file)]
    return [Table(one, sheet, parts, wishes) for one, sheet in sheets]


_TWO_WAYS = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2[0-9]{4}(?![0-9])")
_TIME = re.compile(r",? [0-9]{1,2}:[0-9]{2}(:[0-9]{2})?( ?[AaPp][Mm])?$")


def _read_as(text: str, form: str) -> date | None:
    try:
        day = datetime.strptime(_TIME.sub("", folded(text)), form).date()  # noqa: DTZ007 - a date, no instant
    except ValueError:
        return None
    return day if day_number(day) >= day_number(datetime(1900, 1, 1).date()) else None  # noqa: DTZ001 - likewise


def _is(one: Field, heading: str, called: Mapping[str, str]) -> bool:
    wanted = called.get(one.name)
    return one.matches(heading) if wanted is None else folded(wanted).casefold() == heading.casefold()


def _values(cells: Iterable[str]) -> list[str]:
    """What cells hold, several values of one cell apart, without an asterisk that only says which is preferred."""
    parts = (part.strip().removeprefix("* ") for cell in cells for part in cell.split(SEVERAL))
    return list(dict.fromkeys(part for part in parts if part))
