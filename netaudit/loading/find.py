"""What a user named → settings and text rows: which files those are, and nothing outside them."""

from __future__ import annotations

import hashlib
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netaudit.engine import Engine, literal
from netaudit.errors import InputError, Problem, nearest, shown, usage
from netaudit.loading.files import (
    DATABASE,
    LARGEST_DOCUMENT,
    SERVERS,
    File,
    below,
    contents,
    decoded,
    is_partitioned,
    refuse,
    regular,
)
from netaudit.loading.from_csv import Table, read_csv
from netaudit.loading.from_database import address_of, kind_of, opened
from netaudit.loading.from_document import DocumentReader
from netaudit.loading.from_frames import written
from netaudit.loading.from_parquet import ParquetTable, read_parquet, read_source
from netaudit.loading.from_yaml import Mapping, read_document
from netaudit.loading.headings import Wanted, check_headings
from netaudit.loading.raw import Raw
from netaudit.loading.schema import TABLES
from netaudit.loading.settings import Mapped, Settings, SettingsReader
from netaudit.loading.values import Reading

if TYPE_CHECKING:
    import typing
    from collections.abc import Callable, Iterable

DOCUMENTS = (".yml", ".yaml", ".json")
TABLE_FILES = (".csv", ".parquet")
SETTINGS = "netaudit.yml"
BOOK = "book.yml"
ALIASES = "aliases.csv"
"""Beside the tables: ids that may be one, for a person to decide; `netaudit import` writes and follows it."""

Files = dict[str, list[tuple[File, Mapped | None]]]
"""Per table the files that make it, and how each is mapped."""


@dataclass(slots=True)
class Found:
    """What reading has brought so far; `copies` are files of ours that last as long as rows may be looked up.

    `held` are tables that the engine has already. `settled` are sources that are read once: they cannot have changed
    when they are looked into again.
    """

    engine: Engine
    settings: Settings = field(default_factory=Settings)
    raws: list[Raw] = field(default_factory=list)
    digests: dict[str, str | None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unshown: int = 0
    tallies: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    copies: ExitStack = field(default_factory=ExitStack)
    held: dict[str, Any] = field(default_factory=dict)
    settled: set[str] = field(default_factory=lambda: {"-"})


def find(found: Found, path: str | None, form: str | None) -> None:
    """Read the book at `path`, or that of the current folder. `form` says what standard input is."""
    if form is not None and path != "-":
        raise usage("--from is for standard input", "a file's ending says what it is")
    try:
        if path is None:
            _read_here(found)
        elif path.startswith(SERVERS):
            _read_database(found, path, address_of(path), "postgresql")
        elif path.startswith(DATABASE):
            read_frames(found, found.engine.tables(path.removeprefix(DATABASE)))
        elif path == "-":
            _read_stdin(found, form)
        elif Path(path).is_dir() and Path(path).suffix.casefold() != ".parquet":
            _read_folder(found, Path(path))
        else:
            _read_file(found, File(Path(path), path))
    except OSError as error:  # a name that is too long, a folder that may not be entered
        raise refuse(path, "F001", f"cannot be read: {error.strerror}") from None


def _read_here(found: Found) -> None:
    """The book of the current folder."""
    if Path(SETTINGS).exists():
        _read_folder(found, Path())
    elif Path(BOOK).exists():
        _read_file(found, File(Path(BOOK), BOOK))
    else:
        raise refuse(None, "F001", f"no book given, and neither {SETTINGS} nor {BOOK} is here", "try netaudit init")


def read_settings(found: Found, file: File) -> None:
    """A settings file: settings, and no tables of its own."""
    root = _root(found, file.label, contents(file), strict_json=file.path.suffix == ".json")
    reader = SettingsReader(file.label)
    found.settings = reader.read(root)
    for key, place in root.keys.items():
        if key in TABLES:
            reader.say("S001", f"the table {shown(key)} has no place in settings", f"{key}.csv, or {BOOK}", place)
    found.problems += reader.problems


def _root(found: Found, label: str, data: bytes, *, strict_json: bool) -> Mapping:
    """The root mapping of a document."""
    found.digests[label] = hashlib.sha256(data).hexdigest()
    root, problems = read_document(decoded(data, label), label, strict_json=strict_json)
    found.problems += problems
    if problems:
        raise InputError(problems)
    if root is None:
        raise refuse(label, "F006", "holds nothing", "netaudit init writes a book to start from", 1, 1)
    if not isinstance(root, Mapping):
        hint = "if this is CSV, add --from csv" if label == "-" else "employees: …"
        raise refuse(label, "Y006", "a book is names with values", hint, root.line, root.column)
    return root


def _read_stdin(found: Found, form: str | None) -> None:
    data = sys.stdin.buffer.read(LARGEST_DOCUMENT + 1)
    if len(data) > LARGEST_DOCUMENT:
        raise refuse("-", "F003", f"larger than {LARGEST_DOCUMENT >> 20} MiB", "name the file instead")
    if form != "csv":
        _read_document(found, "-", data, strict_json=False)
        return
    copy = found.copies.enter_context(tempfile.NamedTemporaryFile(suffix=".csv"))  # noqa: SIM115 - it is one
    copy.write(data)
    copy.flush()
    _read_alone(found, File(Path(copy.name), "-"))


def _read_document(found: Found, label: str, data: bytes, *, strict_json: bool) -> None:
    """A book in one document; what a settings file says goes before what the document says."""
    root = _root(found, label, data, strict_json=strict_json)
    if found.settings.tables is not None:
        raise refuse(
            label, "S001", "is one document, and the settings map files", "leave out tables:, or name the folder"
        )
    settings = SettingsReader(label)
    found.settings = found.settings.over(settings.read(root))
    if "tables" in root.nodes:
        settings.say(
            "S001", "tables: maps the files of a folder", "a document holds its rows itself", root.keys["tables"]
        )
    tables = DocumentReader(label)
    raws = tables.read(found.engine.reader, root)
    for raw in raws:
        found.engine.take(raw.relation)
    found.raws += raws
    found.problems += settings.problems + tables.problems


def _read_file(found: Found, file: File) -> None:
    suffix = file.path.suffix.casefold()
    if suffix in DOCUMENTS:
        _read_document(found, file.label, contents(file), strict_json=suffix == ".json")
    elif suffix in TABLE_FILES:
        _read_alone(found, file)
    elif kind := kind_of(regular(file).path):
        _read_database(found, str(file.path), file.label, kind)
    else:
        hint = (
            "name it .csv"
            if suffix in {".tsv", ".tab", ".txt"}
            else "a book is .yml, .json, .csv, .parquet, a folder or a database"
        )
        raise refuse(file.label, "F005", "is neither a document nor a table", hint)


def _read_folder(found: Found, folder: Path) -> None:
    """A folder: its book.yml, or one file per table, as netaudit.yml may map them."""
    try:
        tables = sorted(entry.name for entry in folder.iterdir() if _may_be_table(entry))
    except OSError as error:
        raise refuse(str(folder), "F001", f"cannot be read: {error.strerror}") from None
    own = folder / SETTINGS
    if (folder / BOOK).exists():
        beside = [*tables, *([SETTINGS] if own.exists() else [])]
        if beside:
            raise refuse(str(folder / BOOK), "F005", f"lies beside {shown(beside[0])}", "a folder is one or the other")
        _read_file(found, below(folder, BOOK, (str(folder / BOOK), None, None)))
        return
    if own.exists() and not found.digests:  # a settings file of the caller's own has been read already
        read_settings(found, below(folder, SETTINGS, (str(own), None, None)))
    if found.settings.tables is not None:
        files = _mapped_files(found.settings, _in_folder(folder))
        read = {file.path.resolve() for parts in files.values() for file, _ in parts}
        unread = [name for name in tables if (folder / name).resolve() not in read]
        if unread:
            found.notes.append(f"not mapped, and so not read: {', '.join(unread)}")
        _read_table_files(found, files)
        return
    files = {}
    for name in tables:
        file = below(folder, name, (str(folder / name), None, None))
        table = Path(name).stem
        if table in files:
            found.problems.append(
                Problem("F005", f"a second file for {table}", f"leave one of them: {name}", file.label)
            )
        elif table in TABLES:
            files[table] = [(file, None)]
        else:
            hint = nearest(table, TABLES) or f"tables are {', '.join(TABLES)}; map other files in {SETTINGS}"
            found.problems.append(Problem("F005", f"no table is called {shown(table)}", hint, file.label))
    _read_table_files(found, files)


def read_frames(found: Found, frames: typing.Mapping[str, Any]) -> None:
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
        files = _mapped_files(found.settings, mapped)
    else:
        files = {name: [(file_of(name), None)] for name in names if name in TABLES}
        if not files:
            hint = f"tables are {', '.join(TABLES)}; settings map other names"
            found.problems.append(Problem("F006", "no table has a name that a book knows", hint, label))
    _read_table_files(found, files)


def _read_database(found: Found, source: str, label: str, kind: str) -> None:
    """The tables of a database."""
    with opened(found.engine.reader, source, label, kind, found.copies) as tables:

        def copied(name: str) -> File:
            file = tables.file(name)
            found.settled.add(file.label)
            return file

        _read_named(found, tables.names, cache(copied), label)


def _may_be_table(entry: Path) -> bool:
    named = entry.suffix.casefold() in TABLE_FILES and entry.name != ALIASES
    return named or (entry.name in TABLES and is_partitioned(entry))


def _mapped_files(settings: Settings, file_of: Callable[[str, Mapped], File]) -> Files:
    """The files that the settings map, by table; which each is, `file_of` says from the table and its mapping."""
    files: Files = {}
    for table, parts in (settings.tables or {}).items():
        for part in parts:
            file = file_of(table, part)
            taken = files.setdefault(table, [])
            if any(file == other and replace(part, place=mapped.place) == mapped for other, mapped in taken if mapped):
                raise refuse(
                    part.place[0], "S003", "the same file, mapped twice in the same way", None, *part.place[1:]
                )
            taken.append((file, part))
    return files


def _in_folder(folder: Path) -> Callable[[str, Mapped], File]:
    return lambda table, part: below(folder, part.file or f"{table}.csv", part.place)


def _read_alone(found: Found, file: File) -> None:
    """A file that is the whole book: the ties, or what the settings make of it."""

    def mapped(_: str, part: Mapped) -> File:
        if part.file in {None, file.path.name}:
            return file
        message = f"{shown(part.file)} is not the book"
        raise refuse(part.place[0], "F004", message, "the book is one file", *part.place[1:])

    is_mapped = found.settings.tables is not None
    _read_table_files(found, _mapped_files(found.settings, mapped) if is_mapped else {"ties": [(file, None)]})


def _read_table_files(found: Found, files: Files) -> None:
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
