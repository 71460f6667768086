"""Tables that have names and are no files: a caller's frames, a cluster's tables, those of a database."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netaudit.errors import Problem, nearest, shown, usage
from netaudit.loading.files import File, refuse
from netaudit.loading.from_database import opened
from netaudit.loading.from_frames import written
from netaudit.loading.schema import TABLES
from netaudit.loading.table_files import mapped_files, read_table_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from netaudit.loading.found import Found
    from netaudit.loading.settings import Mapped


def read_frames(found: Found, frames: Mapping[str, Any]) -> None:
    """The tables of a book as frames, by name. Raises UsageError for what is no frame."""
    if not frames:
        raise usage("no tables are given", "tables={'ties': frame}")
    held = {name: frame for name, frame in frames.items() if found.engine.holds(frame)}
    found.held |= held
    named = written({name: frame for name, frame in frames.items() if name not in held}, found.copies)
    found.settled |= frames.keys()
    named |= {name: File(Path(name), name) for name in held}
    _read_named(found, named, named.__getitem__, None)


def _read_named(found: Found, names: Iterable[str], file_of: Callable[[str], File], label: str | None) -> None:
    """Tables that have names and are no files; those of ours, or those that the settings map."""

    def mapped(table: str, part: Mapped) -> File:
        name = part.file or table
        if name not in names:
            message = f"no table is called {shown(name)}"
            raise refuse(part.place[0], "F001", message, nearest(name, names), *part.place[1:])
        return file_of(name)

    if found.settings.tables is not None:
        files = mapped_files(found.settings, mapped)
    else:
        files = {name: [(file_of(name), None)] for name in names if name in TABLES}
        if not files:
            hint = f"tables are {', '.join(TABLES)}; settings map other names"
            found.problems.append(Problem("F006", "no table has a name that a book knows", hint, label))
    read_table_files(found, files)


def read_database(found: Found, source: str, label: str, kind: str) -> None:
    """The tables of a database."""
    with opened(found.engine.reader, source, label, kind, found.copies) as tables:

        def copied(name: str) -> File:
            file = tables.file(name)
            found.settled.add(file.label)
            return file

        _read_named(found, tables.names, cache(copied), label)
