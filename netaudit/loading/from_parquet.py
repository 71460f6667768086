"""Parquet → text rows, looked at where they lie: what a file says is taken as it stands, nothing is declared for it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

from netaudit.engine import ROW, quoted
from netaudit.errors import shown
from netaudit.loading.files import File, Unfit, digest_of, parts_of, refuse, regular
from netaudit.loading.raw import index_of
from netaudit.loading.values import folded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from netaudit.engine import Engine, Source
    from netaudit.loading.raw import Cell, Place

_INDEX = re.compile("__index_level_[0-9]+__")
"""What pandas calls an index without a name."""

_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"

MOST_ROWS = 50_000_000
"""And one more for each byte: a file of a few bytes can claim any number of rows."""


@dataclass(frozen=True, slots=True)
class ParquetTable:
    """What was read: the engine's view with one text column `c0`, `c1`, … per column of the file that is asked for."""

    relation: str
    written: tuple[str, ...]
    digest: str | None
    headings: Mapping[str, str]
    columns: tuple[str, ...] = ()  # for what CSV has below its tables, and Parquet has not
    skipped: Mapping[str, int] = field(default_factory=dict)
    read_as: Mapping[str, object] = field(default_factory=dict)

    @property
    def heading_places(self) -> list[Place]:
        """Columns have no place in a line."""
        return [(None, None)] * len(self.written)

    def filled(self, engine: Engine, columns: list[int]) -> set[int]:  # noqa: ARG002 - as of any file with headings
        """All of them: a column of Parquet was meant to be one."""
        return set(columns)

    def places(self, cells: list[Cell]) -> list[Place]:
        """Row, from 1, in place of a line; and the number of the column."""
        indices = (index_of(column) for _, column in cells)
        return [(row + 1, None if index is None else index + 1) for (row, _), index in zip(cells, indices, strict=True)]


def read_parquet(engine: Engine, file: File, asked: set[str]) -> ParquetTable:
    """Find the columns `asked` for (names, folded) of a file, or of all files in a folder and in its partitions.

    Rows are numbered through the files of a folder in the order of their names; the key of a partition that nobody asks
    for is no column. Raises InputError for what is no table,
    and for a column asked for whose cells are no single values.
    """
    for name, unfit in file.unfit.items():
        if folded(name).casefold() in asked:
            raise refuse(file.label, unfit.code, f"the column {shown(name)} {unfit.what}", unfit.hint, unfit.row)
    parts = parts_of(file)
    if any("\ud800" <= char <= "\udfff" for part in parts for char in str(part.path)):
        raise refuse(file.label, "F001", "cannot be read: a name that is not text", "rename the file")
    try:
        digest, size = digest_of(file), sum(part.path.stat().st_size for part in map(regular, parts))
        source = engine.parquet([part.path.resolve() for part in parts], _folders(file, parts, asked))
        if source.rows > MOST_ROWS + size:
            raise refuse(file.label, "F003", f"more than {MOST_ROWS} rows in {size} bytes")
        return read_source(engine, file, asked, digest, source)
    except OSError as error:
        raise refuse(file.label, "F001", f"cannot be read: {error.strerror}") from None
    except engine.failures:
        which = _broken(engine, file, parts)
        raise refuse(file.label, "F002", f"{which}cannot be read as Parquet", "export it anew, or as CSV") from None


def _broken(engine: Engine, file: File, parts: list[File]) -> str:
    """Which part of a folder cannot be read, as the beginning of a message; nothing for a file."""
    for part in parts if len(parts) > 1 else ():
        try:
            engine.parquet([part.path.resolve()], {})
        except engine.failures:
            return f"{shown(part.path.relative_to(file.path).as_posix())} "
    return ""


def read_source(engine: Engine, file: File, asked: set[str], digest: str | None, source: Source) -> ParquetTable:
    """The columns `asked` for of a source."""
    shape = [(name, kind) for name, kind in source.shape if not _INDEX.fullmatch(name)]
    columns = {index: entry for index, entry in enumerate(shape) if folded(entry[0]).casefold() in asked}
    texts = [f"{_as_text(engine, *entry, file)} AS c{index}" for index, entry in columns.items()]
    relation = engine.new_name()
    engine.run(f"CREATE TEMP VIEW {relation} AS SELECT {', '.join([f'{ROW} AS rowid', *texts])} FROM ({source.query})")
    headings = {folded(name).casefold(): quoted(f"c{index}") for index, (name, _) in columns.items()}
    return ParquetTable(relation, tuple(name for name, _ in shape), digest, headings)


def _folders(file: File, parts: list[File], asked: set[str]) -> dict[str, list[str | None]]:
    """The columns that folders called KEY=VALUE bring, as far as asked for: per part its value."""
    found: dict[str, list[str | None]] = {}
    spelt: dict[str, str] = {}
    for index, part in enumerate(parts):
        for folder in part.path.relative_to(file.path).parts[:-1]:
            key, mark, value = folder.partition("=")
            if mark and folded(key).casefold() in asked:
                key = spelt.setdefault(folded(key).casefold(), key)
                values = found.setdefault(key, [None] * len(parts))
                values[index] = None if value == _NO_VALUE else unquote(value)
    return found


def _as_text(engine: Engine, name: str, kind: str, file: File) -> str:
    """The SQL text of a column."""
    several = ", " in kind  # one of which is no single value
    text = None if several else engine.text_of(quoted(name), kind)
    if text is None:
        unfit = Unfit(f"is of type {shown(kind)}")
        raise refuse(file.label, unfit.code, f"the column {shown(name)} {unfit.what}", unfit.hint)
    return text
