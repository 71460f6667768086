"""Where rows of cells come from: CSV files, spreadsheets."""

from __future__ import annotations

import re
import zipfile
import zlib
from functools import partial, reduce
from typing import IO, TYPE_CHECKING

from netaudit.errors import InputError, Problem
from netaudit.loading.dialect import PREAMBLE, Dialect, dialect_of
from netaudit.loading.encoding import Text, as_utf8
from netaudit.loading.files import File, refuse, regular
from netaudit.loading.footers import is_note
from netaudit.loading.records import Records
from netaudit.loading.values import folded

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator
    from contextlib import ExitStack

SPREADSHEETS = (".xlsx", ".xlsm", ".xls")
_CELL = re.compile(rb' r="([A-Z]{1,3})([0-9]{1,7})"')
_CHUNK = 1 << 20


class Lines:
    """A CSV file, read strictly."""

    def __init__(self, file: File, known: set[str], encoding: str | None, copies: ExitStack) -> None:
        regular(file)
        try:
            self._text: Text = as_utf8(file, encoding, copies)
        except OSError as error:
            raise refuse(file.label, "F001", f"cannot be read: {error.strerror}") from None
        except InputError as error:
            raise _saying(error, "--encoding cp1252") from None
        self._dialect: Dialect = dialect_of(self._text, known)
        self.headings = self._dialect.headings
        self.warnings = self._text.warnings

    def rows(self, aside: Counter[str]) -> Iterator[tuple[int, list[str]]]:
        """Line and cells of every row."""
        records = Records(self._text, self._dialect)
        for record in records:
            filled = [cell for cell in record.cells if cell.strip()]
            if len(filled) == 1 and is_note(filled, apart=False):  # a footer that a spreadsheet has padded
                aside["notes below the table"] += 1
            else:
                yield record.line, record.cells
        if records.problems:
            raise InputError(records.problems, records.count)
        aside["blank lines"] += records.blank
        aside["notes below the table"] += records.notes


def _saying(error: InputError, hint: str) -> InputError:
    """The same, with an option where it speaks of settings."""
    first = error.problems[0]
    if first.hint is None or "encoding" not in first.hint:
        return error
    said = Problem(
        first.code, first.message, f"save the file as UTF-8, or add {hint}", first.file, first.line, first.column
    )
    return InputError([said])


LARGEST_SHEET = 512 * 2**20
"""Bytes of a spreadsheet when it is unpacked."""

MOST_CELLS = 20_000_000
"""Cells from the first to the last that is filled."""


class Sheet:
    """One sheet of a spreadsheet."""

    def __init__(self, rows: list[list[str]], known: set[str]) -> None:
        self.warnings: list[str] = []
        self._rows = rows
        heads = [len({folded(cell).casefold() for cell in row} & known) for row in rows[:PREAMBLE]]
        self._first = heads.index(max(heads)) + 1
        self.headings = tuple(rows[self._first - 1])

    def rows(self, aside: Counter[str]) -> Iterator[tuple[int, list[str]]]:
        """Line and cells of every row; empty ones are counted `aside`."""
        for line, cells in enumerate(self._rows[self._first :], self._first + 1):
            filled = [cell for cell in cells if cell]
            if not filled:
                aside["blank lines"] += 1
            elif len(filled) == 1 and is_note(filled, apart=False):
                aside["notes below the table"] += 1
            else:
                yield line, cells


def sheets_of(file: File) -> Iterator[tuple[str, list[list[str]]]]:
    """The label of every sheet that holds something, and its cells as text, by python-calamine (the extra `xlsx`)."""
    regular(file)
    try:
        from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - an extra
    except ImportError:
        raise refuse(
            file.label, "F002", "is a spreadsheet", "pip install 'netaudit[xlsx]', or save it as CSV"
        ) from None
    if zipfile.is_zipfile(file.path):
        with zipfile.ZipFile(file.path) as packed:
            if sum(one.file_size for one in packed.infolist()) > LARGEST_SHEET:
                raise refuse(file.label, "F003", f"unpacks to more than {LARGEST_SHEET >> 20} MiB", "save it as CSV")
    try:
        if zipfile.is_zipfile(file.path) and _most_cells(file) > MOST_CELLS:
            raise refuse(file.label, "F003", f"a sheet of more than {MOST_CELLS:,} cells", "save it as CSV")
        book = CalamineWorkbook.from_path(str(file.path))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            rows = sheet.to_python(skip_empty_area=False)
            if rows:
                yield f"{file.label}/{name}", [[_text(cell) for cell in row] for row in rows]
    except (CalamineError, OSError, ValueError, EOFError, zlib.error, zipfile.BadZipFile):
        raise refuse(file.label, "F002", "is no spreadsheet that can be read", "save it as CSV") from None


def _most_cells(file: File) -> int:
    """Cells from the first to the last of the largest sheet, as its parser would make them all: it is asked before."""
    most = 0
    with zipfile.ZipFile(file.path) as packed:
        for name in packed.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                with packed.open(name) as stream:
                    most = max(most, _extent(stream))
    return most


def _extent(stream: IO[bytes]) -> int:
    down = across = 1
    rest = b""
    for chunk in iter(partial(stream.read, _CHUNK), b""):
        text = rest + chunk
        for letters, digits in _CELL.findall(text):
            down = max(down, int(digits))
            across = max(across, reduce(lambda number, letter: number * 26 + letter - 64, letters, 0))
        rest = text[-32:]
    return down * across


def _text(cell: object) -> str:
    """A cell as it would stand in CSV: days in ISO, whole numbers without a point, others never with three decimals."""
    if isinstance(cell, float):
        if cell.is_integer():
            return str(int(cell))
        text = f"{cell:.10f}".rstrip("0")
        return f"{text}0" if len(text.partition(".")[2]) == 3 else text
    return str(cell).strip()
