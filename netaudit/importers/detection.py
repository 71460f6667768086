"""Which system a file is from, and by what it can be told."""

from __future__ import annotations

import shlex
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from netaudit.errors import InputError, usage
from netaudit.importers.archives import is_archive, names_in
from netaudit.importers.kinds import KINDS
from netaudit.importers.sources import SPREADSHEETS
from netaudit.importers.tables import Wishes, tables_of
from netaudit.loading.files import File, encoding_of, refuse, regular
from netaudit.result import Result, Sentence, Unit, Value, column

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_BEGINNINGS = {
    "vcard": ("BEGIN:VCARD", "its first line is BEGIN:VCARD"),
    "ical": ("BEGIN:VCALENDAR", "its first line is BEGIN:VCALENDAR"),
    "mbox": ("FROM ", "its first line begins with 'From '"),
}

ARCHIVED = tuple(kind for kind, one in KINDS.items() if one.read is None)
"""Kinds whose exports may lie in one folder; of several that fit equally, the first is named."""

_NO_TABLE = ("C004", "F006")
"""Codes of files in which no header was found, or nothing."""


@dataclass(frozen=True, slots=True)
class Row:
    """What a file may be."""

    file: str = column("File", Unit.TEXT, "the file")
    kind: str | None = column("Kind", Unit.TEXT, "the kind to import it as; null where no kind fits")
    part: str | None = column("Read as", Unit.TEXT, "which export of the system it is")
    why: str = column("Why", Unit.TEXT, "by what it is told")


@dataclass(frozen=True, slots=True)
class Summary:
    """All the files."""

    files: int = column("Files", Unit.COUNT, "files looked at")
    known: int = column("Known", Unit.COUNT, "files of a kind that can be imported")


def detected(paths: Sequence[str]) -> Result[Row, Summary]:
    """The kind of each file. Raises InputError for one that cannot be read at all, UsageError where none is named."""
    if not paths:
        raise usage("no file is named", "netaudit import detect FILE")
    rows = tuple(row for path in paths for row in _told(path, several=len(paths) > 1))
    known = [row for row in rows if row.kind]
    steps = tuple(_next(row) for row in known[:1])
    summary = Summary(len(paths), len(paths) - len({row.file for row in rows if not row.kind}))
    values = {"known": Value(summary.known, Unit.COUNT), "files": Value(summary.files, Unit.COUNT)}
    closing = (Sentence("Known: {known} of {files}.", values), *steps)
    return Result("netaudit/detect/1", Sentence("What these files are"), None, summary, rows, Row, closing)


def _next(row: Row) -> Sentence:
    kind = KINDS[str(row.kind)]
    words = ["netaudit", "import", str(row.kind), row.file, "-o", "book"]
    words += ["--employee", "ID"] if kind.personal else []
    words += ["--domain", "OURS"] if kind.mail else []
    return Sentence("Next: {command}", {"command": Value(shlex.join(words), Unit.TEXT)}, kind="next")


def _told(path: str, *, several: bool) -> Iterator[Row]:
    """What a file may be; among several, one that cannot be read is said like the others."""
    try:
        yield from _detect(path)
    except InputError as error:
        if not several:
            raise
        yield Row(path, None, None, error.problems[0].message)


def _detect(path: str) -> Iterator[Row]:
    file = File(Path(path), path)
    if is_archive(file):
        yield from _archive(file)
    elif (kind := _by_beginning(file)) is not None:
        yield Row(path, kind, KINDS[kind].parts[0].name, _BEGINNINGS[kind][1])
    else:
        yield from _by_headings(file)


def _by_beginning(file: File) -> str | None:
    """The kind that a file's first line tells."""
    if file.path.suffix.casefold() in SPREADSHEETS:
        return None
    with regular(file).path.open("rb") as stream:
        head = stream.read(4096)
    text = head.decode(encoding_of(head, file.label), "ignore").lstrip("\ufeff\r\n ").upper()
    return next((kind for kind, (start, _) in _BEGINNINGS.items() if text.startswith(start)), None)


def _by_headings(file: File) -> Iterator[Row]:
    """The table of which most columns are there; several where that is no answer."""
    fits: dict[str, list[tuple[int, Row]]] = {}
    with ExitStack() as copies:
        for kind, part in ((kind, part) for kind, one in KINDS.items() if one.read is None for part in one.parts):
            try:
                tables = tables_of(file, [part], Wishes(), copies)
            except InputError as error:
                if error.problems[0].code not in _NO_TABLE:
                    raise
                continue
            for table in (table for table in tables if table.part is not None):
                names = ", ".join(table.headings[columns[0]] for columns in table.kept.values())
                row = Row(table.file.label, kind, part.name, f"its columns {names}")
                fits.setdefault(table.file.label, []).append((len(table.kept), row))
    for mine in fits.values():
        most = max(count for count, _ in mine)
        yield from (row for count, row in mine if count == most)
    if not fits:
        why = "its columns are those of no system; name them with --column and import it as table"
        yield Row(file.label, None, None, why)


def _archive(file: File) -> Iterator[Row]:
    """A folder or .zip file by the names of what is in it."""
    if any((file.path / name).is_dir() for name in ("cur", "new")):
        yield Row(file.label, "maildir", "Maildir", "it has folders cur and new")
        return
    names = {name.casefold().removesuffix(".csv") for name in names_in(file)}
    found = {
        kind: [part.name for part in KINDS[kind].parts if part.name.casefold().removesuffix(".csv") in names]
        for kind in ARCHIVED
    }
    kind = max(ARCHIVED, key=lambda one: len(found[one]))
    if not found[kind]:
        raise refuse(file.label, "F005", "holds no export that is known by its name", "name its files")
    yield Row(file.label, kind, "archive", f"it holds {', '.join(found[kind])}")
