"""The embedded engine: holds the tables, keeps what is used twice, and hands back rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import narwhals as nw

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Frame = nw.LazyFrame[Any]


def quoted(name: str) -> str:
    """An SQL identifier, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """An SQL text literal, whatever it holds."""
    return "'" + text.replace("'", "''") + "'"


class Engine:
    """One in-memory database: no server, no network, no extension is ever loaded."""

    def __init__(self, threads: int | None = None) -> None:
        config: dict[str, Any] = {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "disabled_optimizers": "join_order",  # joins here are few, and planning them took longer than most of them
        }
        if threads is not None:
            config["threads"] = threads
        self.connection = duckdb.connect(config=config)
        self._made = 0

    def new_name(self) -> str:
        """A table name nobody has used."""
        self._made += 1
        return f"t{self._made}"

    def run(self, sql: str, values: Sequence[object] = ()) -> None:
        """Run a statement for its effect."""
        self.connection.execute(sql, values)

    def ask(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run a query and take its rows."""
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
        frame.to_native().create(name)
        return self.frame(name)

    def rows(self, frame: Frame) -> list[tuple[Any, ...]]:
        """The rows of a frame. Narwhals' own `collect()` would import pyarrow."""
        taken: list[tuple[Any, ...]] = frame.to_native().fetchall()
        return taken

    def arrays(self, frame: Frame) -> dict[str, Any]:
        """The columns of a frame without nulls, as NumPy arrays."""
        taken: dict[str, Any] = frame.to_native().fetchnumpy()
        return taken
