"""What a user named → settings and text rows: which files those are, and nothing outside them."""

from __future__ import annotations

import hashlib
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

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
from netaudit.loading.from_database import address_of, kind_of
from netaudit.loading.from_document import DocumentReader
from netaudit.loading.from_yaml import Mapping, read_document
from netaudit.loading.named_tables import read_database, read_frames
from netaudit.loading.schema import TABLES
from netaudit.loading.settings import SettingsReader
from netaudit.loading.table_files import mapped_files, read_table_files

if TYPE_CHECKING:
    from collections.abc import Callable

    from netaudit.loading.found import Found
    from netaudit.loading.settings import Mapped

DOCUMENTS = (".yml", ".yaml", ".json")
TABLE_FILES = (".csv", ".parquet")
SETTINGS = "netaudit.yml"
BOOK = "book.yml"
ALIASES = "aliases.csv"
"""Beside the tables: ids that may be one, for a person to decide; `netaudit import` writes and follows it."""


_SECRETIVE = re.compile(r"password *=|:[^/]+@", re.IGNORECASE)
"""What an address may hold that nobody took for one."""


def find(found: Found, path: str | None, form: str | None) -> None:
    """Read the book at `path`, or that of the current folder. `form` says what standard input is."""
    if form is not None and path != "-":
        raise usage("--from is for standard input", "a file's ending says what it is")
    label = "" if path is None else called(path)
    try:
        if path is None:
            _read_here(found)
        elif path.startswith(SERVERS):
            read_database(found, path, label, "postgresql")
        elif path.startswith(DATABASE):
            read_frames(found, found.engine.tables(path.removeprefix(DATABASE)), path)
        elif path == "-":
            _read_stdin(found, form)
        elif Path(path).is_dir() and Path(path).suffix.casefold() != ".parquet":
            _read_folder(found, Path(path))
        else:
            _read_file(found, File(Path(path), path))
    except OSError as error:  # a name that is too long, a folder that may not be entered
        raise refuse(label or None, "F001", f"cannot be read: {error.strerror}") from None


def path_of(given: object, what: str) -> str:
    """The path that was given for something. Raises UsageError for what is none."""
    if not isinstance(given, (str, os.PathLike)):
        raise usage(f"{what} cannot be {shown(type(given).__name__)}", "the path of a file")
    return os.fspath(given)


def called(book: str) -> str:
    """How a book is called in answers and messages: as it was named, but for what is secret in an address.

    Raises InputError for an address that is none of a server we know, and repeats nothing of that.
    """
    if book.startswith(SERVERS):
        return address_of(book)
    is_file = os.path.exists(book)  # noqa: PTH110 - says no, too, to what can be no path
    if "://" in book or (_SECRETIVE.search(book) and not is_file):
        raise refuse(None, "F001", "an address that is none of PostgreSQL", f"{SERVERS[0]}USER@HOST/DATABASE")
    return book


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
        read_database(found, str(file.path), file.label, kind)
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
        files = mapped_files(found.settings, _in_folder(folder))
        read = {file.path.resolve() for parts in files.values() for file, _ in parts}
        unread = [name for name in tables if (folder / name).resolve() not in read]
        if unread:
            found.notes.append(f"not mapped, and so not read: {', '.join(unread)}")
        read_table_files(found, files)
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
            parts = folder.name in TABLES and f"the book is the folder that {shown(folder.name)} lies in"
            hint = parts or nearest(table, TABLES) or f"tables are {', '.join(TABLES)}; map other files in {SETTINGS}"
            found.problems.append(Problem("F005", f"no table is called {shown(table)}", hint, file.label))
    read_table_files(found, files)


def _may_be_table(entry: Path) -> bool:
    if entry.suffix.casefold() in TABLE_FILES:
        return entry.name != ALIASES
    near = entry.name in TABLES or (nearest(entry.name, TABLES) is not None and is_partitioned(entry))
    return near and entry.is_dir()


def _in_folder(folder: Path) -> Callable[[str, Mapped], File]:
    def usual(table: str) -> str:
        names = (f"{table}.csv", f"{table}.parquet", table)
        return next((name for name in names if (folder / name).exists()), names[0])

    return lambda table, part: below(folder, part.file or usual(table), part.place)


def _read_alone(found: Found, file: File) -> None:
    """A file that is the whole book: the ties, or what the settings make of it."""

    def mapped(_: str, part: Mapped) -> File:
        if part.file in {None, file.path.name}:
            return file
        message = f"{shown(part.file)} is not the book"
        raise refuse(part.place[0], "F004", message, "the book is one file", *part.place[1:])

    is_mapped = found.settings.tables is not None
    read_table_files(found, mapped_files(found.settings, mapped) if is_mapped else {"ties": [(file, None)]})
