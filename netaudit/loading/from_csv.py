"""CSV → text rows in the engine.

The dialect is fixed here, from the first 64 KiB: encoding, delimiter, the row that holds the header. The engine
then parses with its own guessing switched off. Whatever it refuses is read again by Python's strict reader, which
either says where the file is broken or reads it rightly; nothing is renamed, padded or dropped in silence.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from netaudit.engine import literal, quoted
from netaudit.errors import SHOWN, InputError, Problem, nearest, shown
from netaudit.loading.files import File, encoding_of, refuse, regular, undecodable
from netaudit.loading.values import folded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netaudit.engine import Engine
    from netaudit.loading.raw import Cell, Place

HEAD = 1 << 16
LONGEST_CELL = 1 << 16
LONGEST_LINE = 1 << 20
PREAMBLE = 15
"""The header stands within this many rows."""

DELIMITERS = (",", ";", "\t", "|")
_CHUNK = 1 << 22

csv.field_size_limit(LONGEST_CELL)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one file is written: `first` is the number of physical lines up to and with the header."""

    encoding: str
    delimiter: str
    headings: tuple[str, ...]
    header_line: int
    first: int


@dataclass(frozen=True, slots=True)
class Table:
    """What was read: the engine's table with one text column `c0`, `c1`, … per heading."""

    relation: str
    dialect: Dialect
    blank: int
    file: File
    digest: str

    def places(self, cells: list[Cell]) -> list[Place]:
        """Line and column of cells, by reading the file once more."""
        wanted = {row for row, _ in cells}
        found = {
            row: (line, record) for row, (line, record) in enumerate(_records(self.file, self.dialect)) if row in wanted
        }
        return [_place(found.get(row), column, self.dialect) for row, column in cells]


def read_csv(engine: Engine, file: File, known: set[str], declared: str | None = None) -> Table:
    """Read `file` into the engine. `known` are headings that help to find the header; `declared` is an encoding.

    Raises InputError, located, for a file that cannot be read rightly.
    """
    regular(file)
    try:
        facts = _survey(file, declared)
        dialect = _dialect(file, facts.encoding, known)
        return _by_engine(engine, file, dialect, facts) or _by_hand(engine, file, dialect, facts)
    except OSError as error:
        raise refuse(file.label, "F001", f"cannot be read: {error.strerror}") from None


@dataclass(frozen=True, slots=True)
class _Facts:
    """What one pass over the bytes tells; `plain` is UTF-8 with one kind of line end, no blank beside a quote."""

    encoding: str
    digest: str
    lines: int = 0
    empty: int = 0
    quotes: bool = True
    plain: bool = False


def _survey(file: File, declared: str | None) -> _Facts:
    """One pass over the bytes: they are text, and how many lines they make."""
    digest = hashlib.sha256()
    lines = empty = returns = pairs = 0
    quotes, beside, last = False, False, b"\n"
    with file.path.open("rb") as stream:
        encoding = encoding_of(stream.read(4), file.label, declared)
        utf8 = encoding in {"utf-8", "utf-8-sig"}
        stream.seek(0)
        while chunk := stream.read(_CHUNK):
            chunk += stream.readline(LONGEST_LINE)
            digest.update(chunk)
            last = chunk[-1:]
            if not utf8:
                continue
            if last != b"\n" and len(chunk) >= _CHUNK + LONGEST_LINE:
                line = lines + chunk.count(b"\n") + 1
                raise refuse(file.label, "F003", f"a line longer than {LONGEST_LINE >> 20} MiB", None, line, 1)
            _check_text(chunk, file.label, lines)
            lines += chunk.count(b"\n")
            if b"\n\n" in chunk or b"\n\r\n" in chunk or chunk[:1] in {b"\n", b"\r"}:
                empty += len(re.findall(rb"\n(?=\r?\n)", b"\n" + chunk))
            returns += chunk.count(b"\r")
            pairs += chunk.count(b"\r\n")
            if b'"' in chunk:
                quotes = True
                beside = beside or re.search(rb'[ \t]"|"[ \t]', chunk) is not None
    lines += last != b"\n"
    if not utf8:
        return _Facts(encoding, digest.hexdigest())
    plain = not beside and returns == pairs and pairs in {0, lines, lines - 1}
    return _Facts(encoding, digest.hexdigest(), lines, empty, quotes, plain)


def _check_text(chunk: bytes, file: str, lines: int) -> None:
    try:
        chunk.decode("utf-8")
    except UnicodeDecodeError as error:
        raise undecodable(error, chunk, file, lines) from None
    at = chunk.find(b"\0")
    if at >= 0:
        line = lines + chunk[:at].count(b"\n") + 1
        raise refuse(file, "F002", "a NUL byte is not text", None, line, at - chunk[:at].rfind(b"\n"))


def _dialect(file: File, encoding: str, known: set[str]) -> Dialect:
    """The delimiter and header row under which most headings are known; ties go to more cells, then higher rows."""
    with file.path.open("rb") as stream:
        head = stream.read(HEAD)
    text = head.decode(encoding, errors="ignore")
    if not text.strip():
        raise refuse(file.label, "F006", "holds nothing", None, 1, 1)
    best: tuple[tuple[int, int, int], Dialect] | None = None
    for delimiter in DELIMITERS:
        for line, after, cells in _head_rows(text, delimiter):
            headings = tuple(cell.strip() for cell in cells)
            fits = len({folded(heading).casefold() for heading in headings} & known)
            score = (fits, len(headings), -line)
            if best is None or score > best[0]:
                best = score, Dialect(encoding, delimiter, headings, line, after)
    if best is None:
        raise refuse(file.label, "C004", "no row that could be a header", None, 1, 1)
    return best[1]


def _head_rows(text: str, delimiter: str) -> Iterator[tuple[int, int, list[str]]]:
    """The first rows: line where each starts, lines read after it, cells. Stops where quoting breaks."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    before = 0
    for _ in range(PREAMBLE):
        try:
            cells = next(reader)
        except (csv.Error, StopIteration):
            return
        if any(cell.strip() for cell in cells):
            yield before + 1, reader.line_num, cells
        before = reader.line_num


def check_headings(
    table: Table, wanted: dict[str, str], known: set[str], *, mapped: bool, asked: bool, where: set[str]
) -> None:
    """Raise InputError for headings that are blank or doubled, unknown, or missing.

    `wanted` is our column → heading (folded); `asked` says that a mapping names them. In a mapped file, columns that
    nobody asked for are nobody's business; `where` are those that a condition looks at.
    """
    headings = [folded(heading).casefold() for heading in table.dialect.headings]
    line, problems = table.dialect.header_line, []

    def say(code: str, message: str, hint: str | None, index: int | None) -> None:
        problems.append(Problem(code, message, hint, table.file.label, line, _heading_column(table.dialect, index)))

    used = set(wanted.values()) | where
    for index, heading in enumerate(headings):
        if mapped and heading not in used:
            continue
        if not heading:
            say("C003", f"the header's cell {index + 1} is blank", "name every column", index)
        elif headings.index(heading) != index:
            say("C003", f"the column {shown(table.dialect.headings[index])} stands twice", None, index)
        elif heading not in known | where and not heading.startswith("x_"):
            hint = nearest(heading, known) or "name own columns x_…, or map the file in netaudit.yml"
            say("S001", f"unknown column {shown(table.dialect.headings[index])}", hint, index)
    for column, heading in wanted.items():
        if asked and heading not in headings:
            say("S002", f"no column {shown(heading)} for {column}", nearest(heading, headings), None)
    if problems:
        raise InputError(problems)


def _heading_column(dialect: Dialect, index: int | None) -> int:
    return 1 if index is None else 1 + sum(len(heading) + 1 for heading in dialect.headings[:index])


def _by_engine(engine: Engine, file: File, dialect: Dialect, facts: _Facts) -> Table | None:
    """Let the engine parse; None where anything about the file or the outcome is not plain."""
    odd_name = any(char in str(file.path) for char in "*?[]")  # the engine would take these for patterns
    narrow = len(dialect.headings) == 1
    if (
        not facts.plain
        or odd_name
        or (facts.empty and (facts.quotes or narrow))
        or (facts.quotes and dialect.first > 1)
    ):
        return None
    relation = engine.new_name()
    columns = ", ".join(f"{literal(f'c{i}')}: 'VARCHAR'" for i in range(len(dialect.headings)))
    for rejects in ("reject_errors", "reject_scans"):
        engine.run(f"DROP TABLE IF EXISTS {rejects}")
    try:
        engine.run(
            f"CREATE TEMP TABLE {relation} AS SELECT * FROM read_csv({literal(str(file.path.absolute()))}, "
            "auto_detect=false, "
            f"hive_partitioning=false, compression='none', "
            f"delim={literal(dialect.delimiter)}, quote='\"', escape='\"', header=false, skip={dialect.first}, "
            f"columns={{{columns}}}, strict_mode=true, null_padding=false, store_rejects=true, "
            f"max_line_size={LONGEST_CELL})"
        )
        if engine.ask("SELECT 1 FROM reject_errors LIMIT 1"):
            return None
    except duckdb.Error:
        return None
    rows = engine.ask(f"SELECT count(*) FROM {relation}")[0][0]
    empty_after = facts.lines - dialect.first - rows
    if facts.quotes:
        return Table(relation, dialect, 0, file, facts.digest)
    return Table(relation, dialect, empty_after, file, facts.digest) if 0 <= empty_after <= facts.empty else None


def _by_hand(engine: Engine, file: File, dialect: Dialect, facts: _Facts) -> Table:
    """Read with Python's strict reader: slower, and it either understands a row or says where it does not."""
    width = len(dialect.headings)
    columns: list[list[str | None]] = [[] for _ in range(width)]
    problems: list[Problem] = []
    count = blank = 0
    for line, row in _rows(file, dialect):
        if isinstance(row, Problem):
            problems.append(row)
            break
        if _holds_nothing(row, dialect):
            blank += 1
        elif len(row) < width or any(cell.strip() for cell in row[width:]):
            count += 1
            message = f"the row has {len(row)} cells, the header {width}"
            problems.append(Problem("C002", message, None, file.label, line, 1))
        else:
            for cells, cell in zip(columns, row, strict=False):  # cells beyond the header are blank
                cells.append(cell or None)
    if problems:
        read = len(columns[0]) + blank + count
        tally = f"{read} rows read: {len(columns[0])} loaded, {blank} skipped, {count} rejected"
        raise InputError(problems[:SHOWN], len(problems), f"{file.label}: {tally}")
    kinds = {f"c{i}": "VARCHAR" for i in range(width)}
    relation = engine.table(kinds, {f"c{i}": cells for i, cells in enumerate(columns)})
    return Table(relation, dialect, blank, file, facts.digest)


def _rows(file: File, dialect: Dialect) -> Iterator[tuple[int, list[str] | Problem]]:
    """Every row after the header with the line it starts in; a Problem, last, where the file breaks off."""
    line = dialect.first
    with file.path.open(encoding=dialect.encoding, newline="") as stream:
        reader = csv.reader(stream, delimiter=dialect.delimiter, strict=True)
        try:
            while reader.line_num < dialect.first:
                next(reader)
            line = reader.line_num
            for row in reader:
                yield line + 1, row
                line = reader.line_num
        except csv.Error as error:
            yield line + 1, _broken(str(error), file.label, line + 1)
        except UnicodeError as error:
            message = f"not {dialect.encoding.upper()}: {getattr(error, 'reason', 'cannot be read')}"
            yield line + 1, Problem("F002", message, "declare encoding:", file.label, line + 1)
        except StopIteration:
            return


def _broken(reason: str, file: str, line: int) -> Problem:
    if "field larger" in reason:
        return Problem("F003", f"a cell is larger than {LONGEST_CELL >> 10} KiB", None, file, line, 1)
    if "unexpected end" in reason:
        return Problem("C001", "a quote that opens in this row is never closed", None, file, line, 1)
    return Problem("C001", "text after a closing quote", 'write a quote inside a cell as ""', file, line, 1)


def _records(file: File, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """The rows as the engine counts them."""
    for line, row in _rows(file, dialect):
        if isinstance(row, list) and not _holds_nothing(row, dialect):
            yield line, row


def _holds_nothing(row: list[str], dialect: Dialect) -> bool:
    """A line without any cell; white space alone is none, except in a file of one column."""
    return not row or (len(row) == 1 < len(dialect.headings) and not row[0].strip())


def _place(found: tuple[int, list[str]] | None, column: str | None, dialect: Dialect) -> Place:
    """Where a cell starts in its line, as near as its row tells: quotes around cells before it are counted."""
    if found is None:
        return None, None
    line, record = found
    if column is None or not column.startswith("c"):
        return line, 1
    before = record[: int(column[1:])]
    marks = ('"', "\n", dialect.delimiter)
    width = sum(len(cell) + 1 + (2 + cell.count('"') if any(m in cell for m in marks) else 0) for cell in before)
    return line, 1 + width


def headings_of(table: Table) -> dict[str, str]:
    """Heading, folded → SQL expression of its cells."""
    return {folded(heading).casefold(): quoted(f"c{i}") for i, heading in enumerate(table.dialect.headings)}
