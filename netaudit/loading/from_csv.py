"""CSV → text rows in the engine.

The dialect is fixed by netaudit, and the engine then parses with its own guessing switched off. What it refuses, and
what is not plain, is read strictly, row by row, and handed to it in a clean copy; or the place where it breaks is said.
"""

from __future__ import annotations

import csv
import re
import tempfile
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from netaudit.engine import literal, quoted
from netaudit.errors import InputError
from netaudit.loading.dialect import LONGEST_CELL, USUAL, Dialect, dialect_of
from netaudit.loading.encoding import LONGEST_LINE, Text, as_utf8
from netaudit.loading.files import File, refuse, regular
from netaudit.loading.footers import BELOW
from netaudit.loading.raw import index_of, is_blank
from netaudit.loading.records import Record, Records
from netaudit.loading.values import folded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import ExitStack

    from netaudit.engine import Engine
    from netaudit.loading.raw import Cell, Place

PACKED = 2_000_000
"""From so many lines on, packing saves more time than it takes; and two thirds of the room."""


@dataclass(frozen=True, slots=True)
class Table:
    """What was read: the engine's table with one text column `c0`, `c1`, … per heading; `skipped` lines by reason.

    `straight` says that each line below the header is a row.
    """

    relation: str
    text: Text
    dialect: Dialect
    skipped: Mapping[str, int] = field(default_factory=dict)
    straight: bool = False

    @property
    def digest(self) -> str:
        """SHA-256 of the file as it came."""
        return self.text.digest

    @property
    def warnings(self) -> list[str]:
        """What the user should know about its letters."""
        return self.text.warnings

    @property
    def written(self) -> tuple[str, ...]:
        """The headings as they stand there."""
        return self.dialect.headings

    @property
    def columns(self) -> tuple[str, ...]:
        """The SQL expressions of all its columns."""
        return tuple(quoted(f"c{index}") for index in range(len(self.dialect.headings)))

    @property
    def headings(self) -> dict[str, str]:
        """Heading, folded → SQL expression of its cells."""
        return {folded(name).casefold(): cell for name, cell in zip(self.dialect.headings, self.columns, strict=True)}

    @property
    def read_as(self) -> dict[str, object]:
        """What was decided about the file, as answers report it."""
        mark, escape = self.dialect.quoting
        decided: dict[str, object] = {"encoding": self.text.encoding, "delimiter": self.dialect.delimiter}
        decided |= {"quote": mark, "escape": escape} if self.dialect.quoting != USUAL else {}
        return {**decided, "header_line": self.dialect.header_line}

    @property
    def heading_places(self) -> list[tuple[int, int]]:
        """Line and column of each heading."""
        return self.dialect.places(self.dialect.header, self.dialect.header_line)

    def filled(self, engine: Engine, columns: list[int]) -> set[int]:
        """Those of some columns in which any cell holds something."""
        tests = ", ".join(f"bool_or(NOT {is_blank(self.columns[index])})" for index in columns)
        found = engine.ask(f"SELECT {tests} FROM {self.relation}")[0] if columns else ()
        return {index for index, some in zip(columns, found, strict=True) if some}

    def places(self, cells: list[Cell]) -> list[Place]:
        """Line and column of cells, by reading the file once more unless each line below the header is a row."""
        if self.straight and all(column is None for _, column in cells):
            return [(self.dialect.first + row + 1, 1) for row, _ in cells]
        wanted = {row for row, _ in cells}
        rows = islice(enumerate(Records(self.text, self.dialect)), max(wanted, default=-1) + 1)
        found = {row: record for row, record in rows if row in wanted}
        return [self._place(found.get(row), column) for row, column in cells]

    def _place(self, record: Record | None, column: str | None) -> Place:
        if record is None:
            return None, None
        index = index_of(column)
        return (record.line, 1) if index is None else self.dialect.places(record.raw, record.line)[index]


def read_csv(engine: Engine, file: File, known: set[str], declared: str | None, copies: ExitStack) -> Table:
    """Read `file` into the engine. `known` are headings that help to find the header; `declared` is an encoding.

    Copies that must live as long as places may be asked for are given to `copies`. Raises InputError, located, for a
    file that cannot be read rightly.
    """
    regular(file)
    try:
        text = as_utf8(file, declared, copies)
        dialect = dialect_of(text, known)
        return _by_engine(engine, text, dialect) or _by_hand(engine, text, dialect)
    except OSError as error:
        raise refuse(file.label, "F001", f"cannot be read: {error.strerror}") from None


def _by_engine(engine: Engine, text: Text, dialect: Dialect) -> Table | None:
    """Let the engine parse; None where anything about the file or the outcome is not plain."""
    odd_name = re.search(
        "[*?\\[\\]\ud800-\udfff]", str(text.file.path)
    )  # patterns to the engine, and bytes that are no text
    narrow = len(dialect.headings) == 1  # an empty line would be a cell
    unusual = (text.quotes and dialect.first > 1) or (narrow and text.empty_lines() > 0)
    if not text.plain or dialect.quoting != USUAL or odd_name or unusual:
        return None
    try:
        relation = _parsed(engine, text.file.path, dialect, dialect.first, text.lines)
    except duckdb.Error:
        return None
    if engine.ask("SELECT 1 FROM reject_errors LIMIT 1"):
        return None
    table = Table(relation, text, dialect)
    if text.quotes:
        edges = " OR ".join(f"left(trim({cell}), 1) = '\"' OR right(trim({cell}), 1) = '\"'" for cell in table.columns)
        if engine.ask(f"SELECT 1 FROM {relation} WHERE {edges} LIMIT 1"):
            return None
    inside = "".join(
        f" + sum(length({cell}) - length(replace({cell}, {literal(dialect.delimiter)}, '')))" for cell in table.columns
    )
    rows, enclosed = engine.ask(f"SELECT count(*), {f'0{inside}' if text.quotes else 0} FROM {relation}")[0]
    beyond = text.count(dialect.delimiter, dialect.first) - (enclosed or 0) - rows * (len(dialect.headings) - 1)
    blank = text.lines - dialect.first - rows
    if beyond or (blank and not (not text.quotes and 0 < blank <= text.empty_lines())):
        return None  # the engine passes over one blank cell beyond the header
    return replace(table, skipped=_skipped(dialect, blank), straight=not (blank or text.quotes))


def _parsed(engine: Engine, path: Path, dialect: Dialect, first: int, lines: int, longest: int = LONGEST_CELL) -> str:
    """The engine's table of a file of so many `lines`, of which the first ones are passed over."""
    line_end = ", new_line='\\n'" if longest > LONGEST_CELL else ""  # our own copy has no other
    columns = ", ".join(f"{literal(f'c{index}')}: 'VARCHAR'" for index in range(len(dialect.headings)))
    for rejects in ("reject_errors", "reject_scans"):
        engine.run(f"DROP TABLE IF EXISTS {rejects}")
    return engine.texts(
        f"SELECT * FROM read_csv({literal(str(path.absolute()))}, "
        f"auto_detect=false, hive_partitioning=false, compression='none', delim={literal(dialect.delimiter)}, "
        f"quote='\"', escape='\"', header=false, skip={first}, columns={{{columns}}}, strict_mode=true, "
        f"null_padding=false, store_rejects=true, max_line_size={longest}{line_end})",
        many=lines > PACKED,
    )


def _by_hand(engine: Engine, text: Text, dialect: Dialect) -> Table:
    """Read strictly into a clean copy, and let the engine parse that."""
    records = Records(text, dialect)
    width = len(dialect.headings)
    rows = 0
    with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8", newline="") as copy:
        writer = csv.writer(copy, lineterminator="\n", quoting=csv.QUOTE_ALL)  # or a lone return would end a row
        for record in records:
            rows += 1
            writer.writerow(record.cells[:width])
        copy.flush()
        skipped = _skipped(dialect, records.blank, records.notes)
        if records.problems:
            aside = sum(skipped.values())
            tally = (
                f"{rows + aside + records.count} rows read: {rows} loaded, {aside} skipped, {records.count} rejected"
            )
            raise InputError(records.problems, records.count, f"{text.file.label}: {tally}")
        relation = _parsed(engine, Path(copy.name), replace(dialect, delimiter=","), 0, rows, 4 * LONGEST_LINE)
    if engine.ask(f"SELECT count(*) FROM {relation}")[0][0] != rows:
        raise refuse(text.file.label, "F003", "rows that are too large for the engine", "look for a lost quote", 1, 1)
    return Table(relation, text, dialect, skipped)


def _skipped(dialect: Dialect, blank: int, notes: int = 0) -> dict[str, int]:
    """Lines that are no rows, by reason."""
    reasons = {"lines above the header": dialect.above, "blank lines": blank, BELOW: notes}
    return {reason: count for reason, count in reasons.items() if count}
