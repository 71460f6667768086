"""Opening what a user named: regular files only, inside the book, of bounded size, as text."""

from __future__ import annotations

import codecs
import hashlib
import json
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netaudit.errors import InputError, Problem, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LARGEST_DOCUMENT = 100 * 2**20
"""Bytes of a YAML or JSON document, and of standard input read as one."""

SERVERS = ("postgresql://", "postgres://")
"""Begin a BOOK that is a database of a server."""

DATABASE = "spark:"
"""Begins a BOOK that is a database of a Spark session."""

_JOURNALS = {"_delta_log", ".hoodie", "metadata"}
"""Beside Parquet files these say which of them count: tables of Delta Lake, Hudi and Iceberg."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its first half
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAGIC = {b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip (or a spreadsheet)", b"\xd0\xcf\x11\xe0": "an old Office document"}


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why a column of a database is none for us: what it is, and in which row that was seen, where it is known."""

    what: str
    hint: str = "a cell is one text, number or date"
    row: int | None = None
    code: str = "Y006"


@dataclass(frozen=True, slots=True)
class File:
    """A file to read: where it lies, and how it is called in messages and answers; its columns that are `unfit`."""

    path: Path
    label: str
    unfit: Mapping[str, Unfit] = field(default_factory=dict, compare=False)


def refuse(
    file: str | None,
    code: str,
    message: str,
    hint: str | None = None,
    line: int | None = None,
    column: int | None = None,
) -> InputError:
    """An `InputError` with one problem."""
    return InputError([Problem(code, message, hint, file, line, column)])


def strict_json(text: str) -> Any:
    """What a JSON text says. Raises ValueError for NaN and for keys that stand twice, as for what is no JSON."""
    return json.loads(text, parse_constant=_no_number, object_pairs_hook=_once)


def _no_number(name: str) -> None:
    raise ValueError(name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def regular(file: File) -> File:
    """The file itself, when it is a regular one. Raises InputError otherwise: devices and pipes are not opened."""
    try:
        mode = file.path.stat().st_mode
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a path"
        raise refuse(file.label, "F001", f"cannot be read: {reason}") from None
    if not stat.S_ISREG(mode):
        raise refuse(file.label, "F001", "cannot be read: not a regular file")
    return file


def below(root: Path, name: str, place: tuple[str, int | None, int | None]) -> File:
    """The file `name` inside the folder `root`. Raises InputError for anything that leads out of it."""
    file, line, column = place
    relative = Path(name)
    leaves = relative.is_absolute() or ".." in relative.parts or "\0" in name
    try:
        leaves = leaves or not (root / relative).resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):  # a link to itself leads nowhere
        leaves = True
    if leaves:
        raise refuse(
            file, "F004", f"{shown(name)} leads out of the book", "files lie in the book's folder", line, column
        )
    return File(root / relative, str(root / relative))


def is_partitioned(entry: Path) -> bool:
    """Whether a folder is a table: it holds Parquet files, or partitions of them."""
    return entry.is_dir() and any(True for _ in _parquet_below(entry))


def parts_of(file: File) -> list[File]:
    """A file itself; or the Parquet files in a folder and in its partitions, by name.

    What begins with . or _ there is another program's own. Raises InputError for a link that leads out, and for a
    folder without any.
    """
    if not file.path.is_dir():
        return [file]
    for stranger in _strangers(file.path):
        why = "is a link" if stranger.is_symlink() else "is no Parquet file"
        why = "says which files count, which only its own program knows" if stranger.name in _JOURNALS else why
        name = shown(stranger.relative_to(file.path).as_posix())
        raise refuse(file.label, "F005", f"{name} {why}", "a folder of a table holds Parquet files and nothing else")
    names = sorted(path.relative_to(file.path).as_posix() for path in _parquet_below(file.path))
    if not names:
        raise refuse(file.label, "F006", "no Parquet file is in it")
    found = [below(file.path, name, (file.label, None, None)) for name in names]
    return [File(part.path, file.label) for part in found]


def _parquet_below(folder: Path) -> Iterator[Path]:
    """All files in a folder and those in it, as far as they are of this table."""
    for entry in sorted(folder.iterdir()):
        if entry.is_dir() and not entry.name.startswith((".", "_")):
            yield from _parquet_below(entry)
        elif entry.suffix.casefold() == ".parquet" and not entry.name.startswith((".", "_")):
            yield entry


def _strangers(folder: Path) -> Iterator[Path]:
    """What in such a folder says that it is more than its Parquet files, or is none of them."""
    for entry in sorted(folder.iterdir()):
        if entry.name in _JOURNALS or not (entry.name.startswith((".", "_")) or entry.suffix.casefold() == ".parquet"):
            if entry.is_dir() and not entry.is_symlink() and entry.name not in _JOURNALS:
                yield from _strangers(entry)
            else:
                yield entry


def digest_of(file: File) -> str:
    """SHA-256 of a file; of a folder that of its parts' sums and names, a line each, as sha256sum writes them."""
    sums = {}
    for part in parts_of(file):
        with part.path.open("rb") as stream:
            sums[part.path] = hashlib.file_digest(stream, "sha256").hexdigest()
    if not file.path.is_dir():
        return sums[file.path]
    lines = (f"{digest}  {path.relative_to(file.path).as_posix()}\n" for path, digest in sums.items())
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def contents(file: File) -> bytes:
    """All bytes of a document of at most 100 MiB."""
    regular(file)
    try:
        with file.path.open("rb") as stream:
            data = stream.read(LARGEST_DOCUMENT + 1)
    except OSError as error:
        raise refuse(file.label, "F001", f"cannot be read: {error.strerror}") from None
    if len(data) > LARGEST_DOCUMENT:
        raise refuse(file.label, "F003", f"larger than {LARGEST_DOCUMENT >> 20} MiB", "use CSV tables for large books")
    return data


def encoding_of(head: bytes, file: str, declared: str | None = None) -> str:
    """The encoding that the first bytes tell, the declared one, or UTF-8. Refuses packed files by name."""
    for magic, name in _MAGIC.items():
        if head.startswith(magic):
            raise refuse(file, "F002", f"is {name}, not text", "unpack or export it first", 1, 1)
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    if declared in {"utf-16", "utf-32"}:  # without its mark, which would say the order of the bytes
        return _unmarked(head) or f"{declared}-le"
    return declared or _unmarked(head) or "utf-8"


def _unmarked(head: bytes) -> str | None:
    """UTF-16 without its mark: of plain letters every other byte is zero."""
    half = len(head) // 2
    even, odd = head[: 2 * half : 2].count(0), head[1::2].count(0)
    if max(even, odd) < max(2, 0.4 * half) or min(even, odd) > 0.05 * half:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def decoded(data: bytes, file: str, declared: str | None = None) -> str:
    """The text of `data`. Raises InputError at the line of the first byte that does not fit the encoding."""
    encoding = encoding_of(data[:4096], file, declared)
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise undecodable(error, data, file, hint="save the file as UTF-8") from None


def undecodable(
    error: UnicodeDecodeError,
    data: bytes,
    file: str,
    lines_before: int = 0,
    hint: str = "save the file as UTF-8, or declare its encoding: in the settings",
    encoding: str | None = None,
) -> InputError:
    """Says where the text stops being text."""
    before = data[: error.start].decode(error.encoding, "ignore").removeprefix("\ufeff")
    line = lines_before + line_ends(before.encode("utf-8", "replace")) + 1
    column = len(before) - max(before.rfind("\n"), before.rfind("\r"))
    name = (encoding or error.encoding).upper()
    message = f"the byte 0x{data[error.start]:02x} is not {name}"
    return refuse(file, "F002", message, hint, line, column)


def line_ends(data: bytes) -> int:
    """How many lines end in these bytes, whichever system wrote them."""
    return data.count(b"\n") + (data.count(b"\r") - data.count(b"\r\n") if b"\r" in data else 0)
