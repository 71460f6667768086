"""How a CSV file is written: what stands between cells, around them, and in which line the header is.

Decided from the first 64 KiB alone, in time linear in them, and reported: nothing is guessed in silence.
"""

from __future__ import annotations

import csv
import io
import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from netaudit.loading.files import refuse
from netaudit.loading.values import folded

if TYPE_CHECKING:
    from _csv import Reader
    from collections.abc import Iterable, Iterator

    from netaudit.loading.encoding import Text

HEAD = 1 << 16
LONGEST_CELL = 1 << 16
PREAMBLE = 15
"""The header stands within this many rows."""

DELIMITERS = (",", ";", "\t", "|")
_DECLARED = re.compile(r'"?sep=([^\w\s"\']|\t)"?[ \t]*(?:\r\n|\r|\n)', re.IGNORECASE)
_SINGLE_QUOTED = re.compile(r"\s*'.*'\s*", re.DOTALL)


class Quoting(NamedTuple):
    """What encloses a cell, and what a quote inside one stands behind: another quote (None), or a backslash."""

    mark: str = '"'
    escape: str | None = None


USUAL = Quoting()
BACKSLASHED = Quoting(escape="\\")
SINGLE = Quoting("'")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one file is written. `header` is the header as it stands in the file, from `header_line` on.

    `first` is the number of physical lines up to and with the header; of these, `above` stand above it and say nothing.
    """

    delimiter: str
    quoting: Quoting
    headings: tuple[str, ...]
    header: str
    header_line: int
    first: int
    above: int

    def reader(self, lines: Iterable[str]) -> Reader:
        """A strict reader of rows from physical lines."""
        return _reader(lines, self.delimiter, self.quoting)

    def starts(self, raw: str) -> list[int]:
        """Where, from 0, each cell of a row begins that is written as `raw`; and one past the end."""
        starts = [0]
        fresh, quoted, enclosed, escaped = True, False, False, False
        for index, char in enumerate(raw):
            if escaped or char == self.quoting.escape:
                escaped = not escaped
                fresh = False
            elif char == self.quoting.mark and (fresh or quoted):
                fresh, quoted, enclosed = False, True, not enclosed
            elif char == self.delimiter and not enclosed:
                starts.append(index + 1)
                fresh, quoted = True, False
            else:
                fresh = fresh and char == " "
        return [*starts, len(raw) + 1]

    def places(self, raw: str, line: int) -> list[tuple[int, int]]:
        """Line and column, from 1, of every cell of a row that is written as `raw` and starts in `line`."""
        lines = [0, *(found.end() for found in re.finditer(r"\r\n|\r|\n", raw))]
        above = [(start, bisect_right(lines, start) - 1) for start in self.starts(raw)[:-1]]
        return [(line + index, start - lines[index] + 1) for start, index in above]


def dialect_of(text: Text, known: set[str]) -> Dialect:
    """The dialect under which most headings are `known`; ties go to more cells, then to higher rows.

    Where none is known the header is the first row that is as wide as most are, so that an error can name it. A first
    line `sep=;` says what stands between cells. Raises InputError where no row could be a header.
    """
    with text.file.path.open("rb") as stream:
        data = stream.read(HEAD)
    head = data.decode("utf-8-sig", errors="ignore")
    if not head.strip():
        raise refuse(text.file.label, "F006", "holds nothing", None, 1, 1)
    declared = _DECLARED.match(head)
    passed = 1 if declared else 0
    lines = list(io.StringIO(head, newline=""))[passed : -1 if len(data) == HEAD else None]
    delimiters = (declared[1],) if declared else DELIMITERS
    candidates = [found for delimiter in delimiters for found in _candidates(lines, delimiter, passed)]
    if not candidates:
        raise refuse(text.file.label, "C004", "no row that could be a header", None, passed + 1, 1)

    widths = Counter((one.delimiter, len(one.headings)) for one in candidates if len(one.headings) > 1)

    def fits(one: Dialect) -> int:
        return len({folded(heading).casefold() for heading in one.headings} & known)

    def score(one: Dialect) -> tuple[int, int, int, int]:
        width = len(one.headings)
        fitting = fits(one)
        return fitting, 0 if fitting else widths[one.delimiter, width], width * bool(fitting), -one.header_line

    def could_be(one: Dialect) -> bool:
        names = [folded(heading).casefold() for heading in one.headings]
        return fits(one) > 1 or (fits(one) == 1 and all(name in known or name.startswith("x_") for name in names))

    found = max(candidates, key=score)
    above = next((one for one in candidates if one.header_line < found.header_line and could_be(one)), None)
    if above is not None:  # the rows between the two would be passed over
        message = f"two rows could be the header, this one and line {found.header_line}"
        raise refuse(text.file.label, "C004", message, "keep one table in a file", above.header_line, 1)
    return found


def _reader(lines: Iterable[str], delimiter: str, quoting: Quoting) -> Reader:
    csv.field_size_limit(LONGEST_CELL)
    return csv.reader(
        lines,
        delimiter=delimiter,
        quotechar=quoting.mark,
        escapechar=quoting.escape,
        strict=True,
        skipinitialspace=True,
    )


def _candidates(lines: list[str], delimiter: str, passed: int) -> Iterator[Dialect]:
    """Every row that could be the header, if this delimiter is the right one. `passed` lines stand above `lines`."""
    quoting = _quoting(lines, delimiter)
    for line, after, cells in islice(_filled_rows(lines, delimiter, quoting), PREAMBLE):
        headings = tuple(cell.strip() for cell in cells)
        header = "".join(lines[line - 1 : after])
        yield Dialect(delimiter, quoting, headings, header, passed + line, passed + after, line - 1)


def _filled_rows(lines: list[str], delimiter: str, quoting: Quoting) -> Iterator[tuple[int, int, list[str]]]:
    """Rows with something in them: the line each starts in, the lines read after it, its cells; until one breaks."""
    reader = _reader(lines, delimiter, quoting)
    before = 0
    while True:
        try:
            cells = next(reader)
        except (csv.Error, StopIteration):
            return
        if any(cell.strip() for cell in cells):
            yield before + 1, reader.line_num, cells
        before = reader.line_num


def _quoting(lines: list[str], delimiter: str) -> Quoting:
    """Double quotes around cells and double ones inside, unless the head makes sense in another way only.

    Single quotes enclose cells where they enclose every cell of a row, or where more rows are of one width for it.
    """
    head = "".join(lines)
    if '\\"' in head and _breaks(lines, delimiter, USUAL) and not _breaks(lines, delimiter, BACKSLASHED):
        return BACKSLASHED
    edge = f"[{re.escape(delimiter)}\r\n]"
    enclosed = re.search(f"(?:^|{edge}) *'(?:[^'\r\n]|'')*' *(?:$|{edge})", head)
    if not enclosed or re.search(f'(?:^|{edge}) *"', head) or _breaks(lines, delimiter, SINGLE):
        return USUAL
    rows = [cells for _, _, cells in _filled_rows(lines, delimiter, USUAL)]
    every = any(len(cells) > 1 and all(map(_SINGLE_QUOTED.fullmatch, cells)) for cells in rows)
    return (
        SINGLE if every or _of_one_width(lines, delimiter, SINGLE) > _of_one_width(lines, delimiter, USUAL) else USUAL
    )


def _of_one_width(lines: list[str], delimiter: str, quoting: Quoting) -> int:
    """How many rows have as many cells as most have."""
    widths = Counter(len(cells) for _, _, cells in _filled_rows(lines, delimiter, quoting))
    return max((count for width, count in widths.items() if width > 1), default=0)


def _breaks(lines: list[str], delimiter: str, quoting: Quoting) -> bool:
    """Whether the head cannot be read so. It may end inside a cell."""
    try:
        for _ in _reader(lines, delimiter, quoting):
            pass
    except csv.Error as error:
        return "unexpected end" not in str(error)
    return False
