"""The strict reading of a CSV file: its rows one by one, and whatever is none, with its place.

Slower than the engine, and it either understands a row or says where it does not. Nothing is padded, renamed or
dropped in silence.
"""

from __future__ import annotations

import csv
import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from netaudit.errors import GATHERED, Problem
from netaudit.loading.dialect import LONGEST_CELL
from netaudit.loading.encoding import LONGEST_LINE
from netaudit.loading.footers import LOWEST, is_note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netaudit.loading.dialect import Dialect
    from netaudit.loading.encoding import Text


_TOO_LARGE = f"a row larger than {LONGEST_LINE >> 20} MiB"


class Record(NamedTuple):
    """One row: the line it starts in, how it is written, and its cells."""

    line: int
    raw: str
    cells: list[str]


class _Lines:
    """Physical lines, remembered until the row that they make is complete."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._taken: list[str] = []
        self._size = 0

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self._taken.append(line)
            self._size += len(line.encode())
            if self._size > LONGEST_LINE:
                raise csv.Error(_TOO_LARGE)
            yield line

    def take(self) -> str:
        """What has been read since it was asked last."""
        raw = "".join(self._taken)
        self._taken.clear()
        self._size = 0
        return raw


class Records:
    """Iterating yields the rows of a table; afterwards `blank`, `notes` and `problems` tell what else there was.

    `blank` lines hold nothing, `notes` stand below the table; of `count` problems the first are kept.
    """

    def __init__(self, text: Text, dialect: Dialect) -> None:
        self.text = text
        self.dialect = dialect
        self.width = len(dialect.headings)
        self.blank = self.notes = self.count = 0
        self.problems: list[Problem] = []

    def __iter__(self) -> Iterator[Record]:
        short: list[tuple[Record, bool]] = []
        after_blank = False
        for record in self._parsed():
            if self._holds_nothing(record.cells):
                self.blank += 1
                after_blank = True
            elif len(record.cells) < self.width:
                short.append((record, after_blank))
                if len(short) > LOWEST:  # too many to stand below a table
                    self._reject_width(short.pop(0)[0])
            else:
                for early, _ in short:
                    self._reject_width(early)
                short, after_blank = [], False
                if len(record.cells) == self.width:
                    yield record
                else:
                    self._reject_width(record)
        block = [is_note(record.cells, apart=apart) for record, apart in short]
        apart = bool(short) and short[0][1] and any(block)  # then so is all of one cell beside what is a note for sure
        for (record, _), note in zip(short, block, strict=True):
            if note or (apart and len(record.cells) == 1):
                self.notes += 1
            else:
                self._reject_width(record)

    def _parsed(self) -> Iterator[Record]:
        """Rows whose quotes are in order, until one breaks off."""
        first = self.dialect.first
        with self.text.file.path.open(encoding="utf-8-sig", newline="") as stream:
            for _ in islice(stream, first):
                pass
            lines = _Lines(stream)
            reader = self.dialect.reader(lines)
            line = first
            try:
                for cells in reader:
                    record = Record(line + 1, lines.take(), cells)
                    line = first + reader.line_num
                    fault = self._fault(record)
                    if fault is None:
                        yield record
                    else:
                        self._say(record, *fault)
            except csv.Error as error:
                self._say(Record(line + 1, "", []), *_broken(str(error)))

    def _fault(self, record: Record) -> tuple[str, str, str | None] | None:
        """Code, message and hint where quotes stand so that the row could be read in two ways."""
        mark, escape = self.dialect.quoting
        if escape is not None and re.search(rf"(?<!\\)(?:\\\\)*\\[^\\{mark}]", record.raw):
            return "C001", "a backslash before something else than a quote", r"write it as \\"
        bare = re.sub(r"\\.", "", record.raw) if escape else record.raw
        if bare.count(mark) % 2:
            return "C001", "a quote without its partner", f"write a quote inside a cell as {escape or mark}{mark}"
        if escape is None and mark in record.raw:
            if self._half_enclosed(record):
                return "C001", "a quote at the edge of a cell that is not enclosed", "enclose the whole cell"
            if any("\\" + mark in cell for cell in record.cells):
                return "C001", "a quote behind a backslash can be read two ways", f"write it as {mark * 2}"
        return (
            ("C001", "a cell that looks like several rows", "look for a lost quote") if self._swallows(record) else None
        )

    def _half_enclosed(self, record: Record) -> bool:
        """Whether a cell begins or ends with a quote that does not enclose it."""
        mark = self.dialect.quoting.mark
        suspects = [
            index for index, cell in enumerate(map(str.strip, record.cells)) if cell[:1] == mark or cell[-1:] == mark
        ]
        starts = self.dialect.starts(record.raw) if suspects else []
        return any(record.raw[starts[index] :].lstrip(" ")[:1] != mark for index in suspects)

    def _swallows(self, record: Record) -> bool:
        """Whether a cell of several lines holds just as many delimiters as if its lines were rows of their own."""
        if len(record.raw.splitlines()) == 1:
            return False
        last = self.width - 1
        for index, cell in enumerate(record.cells):
            first, *others = re.split(r"\r\n|\r|\n", cell)
            if last > 1 and others:
                counts = [part.count(self.dialect.delimiter) for part in (first, *others)]
                if counts == [last - index, *[last] * (len(others) - 1), index]:
                    return True
        return False

    def _holds_nothing(self, cells: list[str]) -> bool:
        """A line without any cell; white space alone is none, except in a file of one column."""
        return not cells or (len(cells) == 1 < self.width and not cells[0].strip())

    def _reject_width(self, record: Record) -> None:
        self._say(record, "C002", f"the row has {len(record.cells)} cells, the header {self.width}", None)

    def _say(self, record: Record, code: str, message: str, hint: str | None) -> None:
        self.count += 1
        if len(self.problems) < GATHERED:
            self.problems.append(Problem(code, message, hint, self.text.file.label, record.line, 1))


def _broken(reason: str) -> tuple[str, str, str | None]:
    if reason == _TOO_LARGE:
        return "F003", reason, "look for a lost quote"
    if "field larger" in reason:
        return "F003", f"a cell is larger than {LONGEST_CELL >> 10} KiB", "look for a lost quote"
    if "unexpected end" in reason:
        return "C001", "a quote that opens in this row is never closed", None
    return "C001", "text after a closing quote", 'write a quote inside a cell as ""'
