"""Files that hold a table each → text rows: which tables each makes, as the settings map it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from netaudit.engine import literal
from netaudit.errors import InputError
from netaudit.loading.files import File, refuse
from netaudit.loading.from_csv import Table, read_csv
from netaudit.loading.from_parquet import ParquetTable, read_parquet, read_source
from netaudit.loading.headings import Wanted, check_headings
from netaudit.loading.raw import Raw
from netaudit.loading.settings import Mapped, Settings
from netaudit.loading.values import Reading

if TYPE_CHECKING:
    from collections.abc import Callable

    from netaudit.errors import Problem
    from netaudit.loading.found import Found

Files = dict[str, list[tuple[File, Mapped | None]]]
"""Per table the files that make it, and how each is mapped."""


def mapped_files(settings: Settings, file_of: Callable[[str, Mapped], File]) -> Files:
    """The files that the settings map, by table; which each is, `file_of` says from the table and its mapping.

    Raises InputError with all that cannot be.
    """
    files: Files = {}
    problems: list[Problem] = []
    for table, part in ((table, part) for table, parts in (settings.tables or {}).items() for part in parts):
        try:
            file = file_of(table, part)
            taken = files.setdefault(table, [])
            if any(file == other and replace(part, place=mapped.place) == mapped for other, mapped in taken if mapped):
                message = "the same file, mapped twice in the same way"
                raise refuse(part.place[0], "S003", message, None, *part.place[1:])
            taken.append((file, part))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return files


def read_table_files(found: Found, files: Files) -> None:
    """Read each file once, for all the tables that it makes."""
    uses: dict[File, list[tuple[str, Mapped | None, Wanted]]] = {}
    for table, parts in files.items():
        for file, mapped in parts:
            uses.setdefault(file, []).append((table, mapped, Wanted.of(table, mapped)))
    for file, mine in uses.items():
        try:
            _read_table_file(found, file, mine)
        except InputError as error:
            found.problems += error.problems
            found.unshown += error.count - len(error.problems)
            found.tallies += [error.tally] if error.tally else []


def _read_table_file(found: Found, file: File, uses: list[tuple[str, Mapped | None, Wanted]]) -> None:
    """One CSV or Parquet file as a raw table for each of its uses."""
    settings, engine = found.settings, found.engine
    source: Table | ParquetTable
    reading = Reading(plain=True)
    asked = {heading for _, _, wanted in uses for heading in wanted.known}
    near = engine.reader if file.label in found.settled - found.held.keys() else engine  # a copy lies on this machine
    if file.label in found.held:
        source = read_source(engine, file, asked, None, engine.source(found.held[file.label]))
    elif file.path.suffix.casefold() == ".parquet" or file.path.is_dir():
        source = read_parquet(near, file, asked)
    else:
        known = {heading for _, _, wanted in uses for heading in wanted.columns.values()}
        source = read_csv(engine.reader, file, known, settings.encoding, found.copies)
        found.warnings += source.warnings
        reading = Reading(decimal=settings.decimal, date_format=settings.date_format)
    found.digests[file.label] = source.digest
    check_headings(file.label, source, engine.reader, [wanted for _, _, wanted in uses])
    if isinstance(source, Table) or near is not engine:
        engine.take(source.relation)
    for number, (table, mapped, wanted) in enumerate(uses):
        columns = source.headings
        cells = {name: columns[heading] for name, heading in wanted.columns.items() if heading in columns}
        constants = mapped.constants if mapped else {}
        found.raws.append(
            Raw(
                table=table,
                file=file.label,
                relation=source.relation,
                cells=cells | {name: literal(text) for name, text in constants.items()},
                headings=columns,
                reading=reading,
                places=source.places,
                columns=source.columns,
                skipped={} if number else source.skipped,  # these lines are nobody's, and are counted once
                read_as=source.read_as,
                mapped=mapped is not None,
                where=mapped.where if mapped else (),
                scale=mapped.scale if mapped else {},
                constants=frozenset(constants),
            )
        )
