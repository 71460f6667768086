"""Tables that have names and are no files: a caller's frames, a cluster's tables, those of a database."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from netaudit.errors import Problem, nearest, shown, usage
from netaudit.loading.files import File, refuse
from netaudit.loading.from_database import opened
from netaudit.loading.from_frames import written
from netaudit.loading.schema import TABLES
from netaudit.loading.table_files import mapped_files, read_table_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from netaudit.loading.found import Found
    from netaudit.loading.settings import Mapped


SAID = 5
"""So many tables that are not read are named."""


def read_frames(found: Found, frames: object, database: str | None = None) -> None:
    """The tables of a book as frames, by name; those of a `database`, or a caller's. Raises UsageError for no frame."""
    if not isinstance(frames, Mapping) or not frames:
        raise usage("no tables are given", "tables={'ties': frame}")
    held = {name: frame for name, frame in frames.items() if found.engine.holds(frame)}
    found.held |= held
    named = written({name: frame for name, frame in frames.items() if name not in held}, found.copies)
    found.settled |= frames.keys()
    named |= {name: File(Path(name), name) for name in held}
    _read_named(found, named, named.__getitem__, database)


def _read_named(
    found: Found,
    names: Iterable[str],
    file_of: Callable[[str], File],
    database: str | None,
    views: Sequence[str] = (),
    called: Callable[[str], str | None] | None = None,
) -> None:
    """Tables that have names and are no files; those of ours, or those that the settings map.

    In a `database` names in capitals are the same, and other tables are passed over, which is said; its `views` are not
    read, and none may stand where a table of ours could. `called` says which of the names one in a mapping means.
    """
    unread = "views in a file are not read"

    def mapped(table: str, part: Mapped) -> File:
        name = part.file or table
        known = called(name) if called else name
        if known is None or known not in names:
            message = f"no table is called {shown(name)}"
            hint = unread if name in views else nearest(name, names)
            raise refuse(part.place[0], "F001", message, hint, *part.place[1:])
        return file_of(known)

    if found.settings.tables is not None:
        read_table_files(found, mapped_files(found.settings, mapped))
        return
    ours = {name: name for name in names if name in TABLES}
    if database:
        ours = {name.casefold(): name for name in names if name.casefold() in TABLES} | ours
    for view in views:
        if view.casefold() in TABLES and view.casefold() not in ours:
            hint = f"{unread}, for one could read what its author cannot: make it a table, or map others"
            found.problems.append(Problem("F001", f"{shown(view)} is a view, or a virtual table", hint, database))
    others = [name for name in names if name not in ours.values()]
    hint = f"tables are {', '.join(TABLES)}; settings map other names"
    if not ours:
        found.problems.append(Problem("F006", "no table has a name that a book knows", hint, database))
    elif others and database:
        more = f" and {len(others) - SAID} more" if len(others) > SAID else ""
        found.notes.append(f"tables of other names are not read: {', '.join(map(shown, others[:SAID]))}{more}; {hint}")
    elif others:
        raise usage(f"no table is called {shown(others[0])}", nearest(others[0], TABLES) or hint)
    read_table_files(found, {table: [(file_of(name), None)] for table, name in ours.items()})


def read_database(found: Found, source: str, label: str, kind: str) -> None:
    """The tables of a database."""
    with opened(found.engine.reader, source, label, kind, found.copies) as tables:

        def copied(name: str) -> File:
            file = tables.file(name)
            found.settled.add(file.label)
            if name in tables.held.partly:
                found.warnings.append(f"{file.label}: only the rows that a policy of the server shows this role")
            return file

        _read_named(found, tables.held.names, cache(copied), label, tables.held.views, tables.called)
