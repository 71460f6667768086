"""Parquet → text rows in the engine: what a file says is taken as it stands, and nothing is declared for it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import duckdb

from netaudit.engine import literal, quoted
from netaudit.errors import shown
from netaudit.loading.files import File, refuse, regular
from netaudit.loading.raw import index_of
from netaudit.loading.values import folded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from netaudit.engine import Engine
    from netaudit.loading.raw import Cell, Place

MOST_ROWS = 50_000_000
"""A file of a few bytes can claim any number of rows."""

_PLAIN = re.compile(
    r"VARCHAR|BOOLEAN|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DATE|TIMESTAMP(_S|_MS|_NS)?|UUID|ENUM\(.*\)|\"NULL\""
)
_FRACTION = re.compile(r"FLOAT|DOUBLE|DECIMAL\(.*\)")


@dataclass(frozen=True, slots=True)
class ParquetTable:
    """What was read: the engine's table with one text column `c0`, `c1`, … per column of the file that is asked for."""

    relation: str
    written: tuple[str, ...]
    digest: str
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
    """Read the columns `asked` for (names, folded) of `file` into the engine; a row's `line` is its number.

    Raises InputError for what is no table, and for a column asked for whose cells are no single values.
    """
    regular(file)
    if any("\ud800" <= char <= "\udfff" for char in str(file.path)):
        raise refuse(file.label, "F001", "cannot be read: a name that is not text", "rename the file")
    only = re.sub(r"[*?\[]", lambda found: f"[{found[0]}]", str(file.path.absolute()))  # the engine knows patterns
    source = f"read_parquet({literal(only)}, hive_partitioning=false)"
    try:
        with file.path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        shape = engine.ask(f"DESCRIBE SELECT * FROM {source}")
        rows = engine.ask(f"SELECT count(*) FROM {source}")[0][0]
        if rows > MOST_ROWS:
            raise refuse(file.label, "F003", f"more than {MOST_ROWS} rows")
        columns = {
            index: (name, kind) for index, (name, kind, *_) in enumerate(shape) if folded(name).casefold() in asked
        }
        texts = [f"{_as_text(name, kind, file)} AS c{index}" for index, (name, kind) in columns.items()]
        relation = engine.new_name()
        engine.run(f"CREATE TEMP TABLE {relation} AS SELECT {', '.join(texts) or 'NULL'} FROM {source}")
    except OSError as error:
        raise refuse(file.label, "F001", f"cannot be read: {error.strerror}") from None
    except duckdb.Error:
        raise refuse(file.label, "F002", "cannot be read as Parquet", "export it anew, or as CSV") from None
    headings = {folded(name).casefold(): quoted(f"c{index}") for index, (name, _) in columns.items()}
    return ParquetTable(relation, tuple(name for name, *_ in shape), digest, headings)


def _as_text(name: str, kind: str, file: File) -> str:
    """The SQL text of a column: a number without idle decimals, for a blank makes floats of ids; midnight as a day."""
    cell = quoted(name)
    if kind.startswith("TIMESTAMP WITH TIME ZONE"):
        return f"strftime({cell} AT TIME ZONE 'UTC', '%Y-%m-%d')"
    if _FRACTION.fullmatch(kind):
        return f"regexp_replace(CAST({cell} AS VARCHAR), '[.]0+$|([.][0-9]*[1-9])0+$', '\\1')"
    if kind.startswith("TIMESTAMP"):
        return f"regexp_replace(CAST({cell} AS VARCHAR), ' 00:00:00$', '')"
    if not _PLAIN.fullmatch(kind):
        hint = "a cell is one text, number or date"
        raise refuse(file.label, "Y006", f"the column {shown(name)} is of type {shown(kind)}", hint)
    return f"CAST({cell} AS VARCHAR)"
