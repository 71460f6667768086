"""The embedded engine: holds the tables, keeps what is used twice, and hands back rows."""

from __future__ import annotations

import contextlib
import re
import shutil
import tempfile
import weakref
from typing import TYPE_CHECKING, Any

import duckdb
import narwhals as nw

from netaudit.errors import shown, usage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_SIZE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,3})? ?[KMGT]i?B", re.IGNORECASE)

Frame = nw.LazyFrame[Any]


def quoted(name: str) -> str:
    """An SQL identifier, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """An SQL text literal, whatever it holds."""
    return "'" + text.replace("'", "''") + "'"


class Engine:
    """One in-memory database: no server, no network, no extension is ever loaded.

    `memory_limit`, such as 4GB, bounds what tables and joins take; the rest goes to a folder of ours meanwhile.
    Raises UsageError for what is no limit, and later where one does not do.
    """

    def __init__(self, threads: int | None = None, memory_limit: str | None = None) -> None:
        if memory_limit is not None and not _SIZE.fullmatch(memory_limit):
            raise usage(f"{shown(memory_limit)} is no amount of memory", "such as --memory-limit 4GB")
        self._limit = memory_limit
        spilt = ""
        with contextlib.suppress(OSError):  # where nothing can be written, everything must fit
            spilt = tempfile.mkdtemp(prefix="netaudit-")  # for nobody else to read
            weakref.finalize(self, shutil.rmtree, spilt, ignore_errors=True)
        config: dict[str, Any] = {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "temp_directory": spilt,
            "disabled_optimizers": "join_order",  # joins here are few, and planning them took longer than most of them
        }
        if threads is not None:
            config["threads"] = threads
        if memory_limit is not None:
            config["memory_limit"] = memory_limit
        self.connection = duckdb.connect(config=config)
        self._made = 0

    def new_name(self) -> str:
        """A table name nobody has used."""
        self._made += 1
        return f"t{self._made}"

    def run(self, sql: str, values: Sequence[object] = ()) -> None:
        """Run a statement for its effect."""
        with self._bounded():
            self.connection.execute(sql, values)

    def ask(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run a query and take its rows."""
        with self._bounded():
            return self.connection.execute(sql, values).fetchall()

    def any(self, *queries: str) -> tuple[bool, ...]:
        """Whether each of some queries brings a row, in one statement."""
        return self.ask(f"SELECT {', '.join(f'EXISTS ({query})' for query in queries)}")[0]

    def table(self, columns: Mapping[str, str], rows: Mapping[str, Sequence[object]]) -> str:
        """Make a table of `columns` (name → type) from lists of equal length; return its name."""
        name = self.new_name()
        shape = ", ".join(f"{quoted(column)} {kind}" for column, kind in columns.items())
        self.run(f"CREATE TEMP TABLE {name} ({shape})")
        if rows and any(len(values) for values in rows.values()):
            taken = ", ".join(f"unnest(CAST(? AS {columns[column]}[]))" for column in rows)
            names = ", ".join(map(quoted, rows))
            self.run(f"INSERT INTO {name} ({names}) SELECT {taken}", [list(values) for values in rows.values()])
        return name

    def frame(self, name: str) -> Frame:
        """A table as a lazy frame."""
        return nw.from_native(self.connection.table(name)).lazy()

    def keep(self, frame: Frame) -> Frame:
        """Work a frame out once, so that it can be used twice."""
        name = self.new_name()
        with self._bounded():
            frame.to_native().create(name)
        return self.frame(name)

    def rows(self, frame: Frame) -> list[tuple[Any, ...]]:
        """The rows of a frame. Narwhals' own `collect()` would import pyarrow."""
        with self._bounded():
            taken: list[tuple[Any, ...]] = frame.to_native().fetchall()
        return taken

    def arrays(self, frame: Frame) -> dict[str, Any]:
        """The columns of a frame without nulls, as NumPy arrays."""
        with self._bounded():
            taken: dict[str, Any] = frame.to_native().fetchnumpy()
        return taken

    @contextlib.contextmanager
    def _bounded(self) -> Iterator[None]:
        """Raises UsageError where the memory is not enough."""
        try:
            yield
        except duckdb.OutOfMemoryException:
            limit = self._limit or "the engine may use (four fifths of the machine's)"
            raise usage(f"more memory is needed than {limit}", "give it more with --memory-limit") from None
