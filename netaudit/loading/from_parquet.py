"""Parquet → text rows in the engine: what a file says is taken as it stands, and nothing is declared for it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import duckdb

from netaudit.engine import literal, quoted
from netaudit.loading.files import File, refuse, regular
from netaudit.loading.values import folded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from netaudit.engine import Engine
    from netaudit.loading.raw import Cell, Place

MOST_ROWS = 50_000_000
"""A file of a few bytes can claim any number of rows."""

_PLAIN = ("VARCHAR", "BOOLEAN", "FLOAT", "DOUBLE", "DATE", "TIMESTAMP", "DECIMAL", "ENUM")
_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")


@dataclass(frozen=True, slots=True)
class ParquetTable:
    """What was read: the engine's table with one text column `c0`, `c1`, … per column of the file."""

    relation: str
    written: tuple[str, ...]
    digest: str
    columns: tuple[str, ...] = ()  # for what CSV has below its tables, and Parquet has not
    skipped: Mapping[str, int] = field(default_factory=dict)
    read_as: Mapping[str, object] = field(default_factory=dict)

    @property
    def heading_places(self) -> list[Place]:
        """Columns have no place in a line."""
        return [(None, None)] * len(self.written)

    def is_filled(self, engine: Engine, index: int) -> bool:  # noqa: ARG002 - as of any file with headings
        """A column of Parquet was meant to be one."""
        return True

    @property
    def headings(self) -> dict[str, str]:
        """Name, folded → SQL expression of its cells."""
        return {folded(name).casefold(): quoted(f"c{index}") for index, name in enumerate(self.written)}

    def places(self, cells: list[Cell]) -> list[Place]:
        """Row, from 1, in place of a line; and the number of the column."""
        return [(row + 1, int(column[1:]) + 1 if column and column.startswith("c") else None) for row, column in cells]


def read_parquet(engine: Engine, file: File) -> ParquetTable:
    """Read `file` into the engine; a row's `line` is its number. Raises InputError for anything but a plain table."""
    regular(file)
    only = re.sub(r"[*?\[]", lambda found: f"[{found[0]}]", str(file.path.absolute()))  # the engine knows patterns
    source = f"read_parquet({literal(only)}, hive_partitioning=false)"
    try:
        with file.path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        shape = engine.ask(f"DESCRIBE SELECT * FROM {source}")
        rows = engine.ask(f"SELECT count(*) FROM {source}")[0][0]
        if rows > MOST_ROWS:
            raise refuse(file.label, "F003", f"more than {MOST_ROWS} rows")
        texts = ", ".join(f"{_as_text(name, kind)} AS c{index}" for index, (name, kind, *_) in enumerate(shape))
        relation = engine.new_name()
        engine.run(f"CREATE TEMP TABLE {relation} AS SELECT {texts} FROM {source}")
    except OSError as error:
        raise refuse(file.label, "F001", f"cannot be read: {error.strerror}") from None
    except duckdb.Error:
        raise refuse(file.label, "F002", "cannot be read as Parquet", "export it anew, or as CSV") from None
    return ParquetTable(relation, tuple(name for name, *_ in shape), digest)


def _as_text(name: str, kind: str) -> str:
    """The SQL text of a column; what holds no single value is text that no type takes."""
    cell = quoted(name)
    if kind.startswith("TIMESTAMP WITH TIME ZONE"):
        return f"strftime({cell} AT TIME ZONE 'UTC', '%Y-%m-%d')"
    if kind.removeprefix("U").startswith(_WHOLE) or (kind.startswith(_PLAIN) and "[" not in kind):
        return f"CAST({cell} AS VARCHAR)"
    return f"CASE WHEN {cell} IS NOT NULL THEN {literal(chr(127) + kind.split('(', maxsplit=1)[0])} END"
