"""The embedded engine: holds the tables, keeps what is used twice, and hands back rows."""

from __future__ import annotations

import contextlib
import re
import shutil
import tempfile
import weakref
from decimal import Decimal
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb
import narwhals as nw

from netaudit.errors import UsageError, shown, usage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

_PLAIN = re.compile(
    r"VARCHAR|BOOLEAN|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DATE|TIMESTAMP(_S|_MS|_NS)?|UUID|ENUM\(.*\)|\"NULL\""
)
_FRACTION = re.compile(r"FLOAT|DOUBLE|DECIMAL\(.*\)")
_NO_HIVE = "hive_partitioning=false"
_NOTHING = '"NULL"'
"""The type of a column that holds no value."""

ROW, PART, _START = "_netaudit_row", "_netaudit_part", "_netaudit_start"
"""Columns of a source that are ours: the number of a row, from 0; the file that has it, and the number of its first."""

_MOST_THREADS = 1024

_SIZE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,3})? ?[KMGT]i?B", re.IGNORECASE)

Frame = nw.LazyFrame[Any]


_OURS = (duckdb.CatalogException, duckdb.ParserException, duckdb.InternalException)
"""Errors in a query of ours, which no file can bring about."""


class Source(NamedTuple):
    """A query for a table that lies outside, with ROW; its columns (name, type), and how many rows it has.

    A type is several, with commas between them, where parts of the table differ in it and one of them has no text.
    """

    query: str
    shape: list[tuple[str, str]]
    rows: int


def whole(value: object) -> object:
    """A whole number as such, also where it took more than 64 bits to sum."""
    return int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else value


def quoted(name: str) -> str:
    """An SQL identifier, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """An SQL text literal, whatever it holds."""
    return "'" + text.replace("'", "''") + "'"


def _no_size(limit: object) -> UsageError:
    return usage(f"{shown(limit)} is no amount of memory", "such as --memory-limit 4GB; KB, MB, GB or TB")


class Engine:
    """One in-memory database: no server, no network, no extension is ever loaded.

    `memory_limit`, such as 4GB, bounds what tables and joins take; the rest goes to a folder of ours meanwhile.
    Raises UsageError for what is no limit, and later where one does not do.
    """

    failures: tuple[type[Exception], ...] = (duckdb.Error,)
    """What is raised for a file that cannot be read."""

    text = "VARCHAR"
    """The type of texts."""

    def __init__(self, threads: int | None = None, memory_limit: str | None = None, prefix: str = "t") -> None:
        if memory_limit is not None and not _SIZE.fullmatch(str(memory_limit)):
            raise _no_size(memory_limit)
        if threads is not None and (type(threads) is not int or not 1 <= threads <= _MOST_THREADS):
            raise usage(f"{shown(threads)} threads cannot work", f"from 1 to {_MOST_THREADS}")
        self._limit = memory_limit
        self._lies = False
        self._spilt = ""
        with contextlib.suppress(OSError):  # where nothing can be written, everything must fit
            self._spilt = tempfile.mkdtemp(prefix="netaudit-")  # for nobody else to read
            weakref.finalize(self, shutil.rmtree, self._spilt, ignore_errors=True)
        config: dict[str, Any] = {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "temp_directory": self._spilt,
            "disabled_optimizers": "join_order",  # joins here are few, and planning them took longer than most of them
        }
        if threads is not None:
            config["threads"] = threads
        if memory_limit is not None:
            config["memory_limit"] = memory_limit
        try:
            self.connection = duckdb.connect(config=config)
        except duckdb.ParserException:  # more than the engine can count
            raise _no_size(memory_limit) from None
        self._made = 0
        self._packed: set[str] = set()
        self._prefix = prefix

    @property
    def reader(self) -> Engine:
        """The engine that text is read with."""
        return self

    def take(self, relation: str) -> None:
        """Bring a table of the reader over, where that is another engine."""

    def holds(self, frame: object) -> bool:  # noqa: ARG002 - of another engine more
        """Whether a frame is this engine's own, so that it is looked at where it is."""
        return False

    def source(self, frame: Any) -> Source:
        """A frame that the engine holds as a source."""
        raise NotImplementedError

    def tables(self, database: str) -> dict[str, Any]:
        """The tables of a database that the engine has. Raises UsageError: this one has none."""
        raise usage(f"{shown(database)} is a database of Spark", "add --engine spark")

    def new_name(self) -> str:
        """A table name nobody has used."""
        self._made += 1
        return f"{self._prefix}{self._made}"

    def run(self, sql: str, values: Sequence[object] = ()) -> None:
        """Run a statement for its effect."""
        self.connection.execute(sql, values)

    def ask(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run a query and take its rows."""
        return self.connection.execute(sql, values).fetchall()

    def any(self, *queries: str) -> tuple[bool, ...]:
        """Whether each of some queries brings a row, in one statement."""
        return self.ask(f"SELECT {', '.join(f'EXISTS ({query})' for query in queries)}")[0]

    def which(self, relation: str, tests: Sequence[str]) -> tuple[bool, ...]:
        """Whether any row of a relation passes each of some tests, in one pass."""
        found = self.ask(f"SELECT {', '.join(f'bool_or({test})' for test in tests)} FROM {relation}")[0]
        return tuple(map(bool, found))

    def table(self, columns: Mapping[str, str], rows: Mapping[str, Sequence[object]]) -> str:
        """Make a table of `columns` (name → type) from lists of equal length; return its name."""
        name = self.new_name()
        taken = ", ".join(f"unnest(CAST(? AS {kind}[])) AS {quoted(column)}" for column, kind in columns.items())
        self.run(f"CREATE TEMP TABLE {name} AS SELECT {taken}", [list(rows.get(column, ())) for column in columns])
        return name

    def texts(self, query: str, *, many: bool) -> str:
        """A table of texts, with `rowid`; of many rows equal texts of a column are kept once, and compared as one."""
        name = self.new_name()
        if many:
            self._packed.add(name)
            self.run("ATTACH IF NOT EXISTS ':memory:' AS packed (COMPRESS)")
            self.run(f"CREATE TABLE packed.{name} AS {query}")
            self.run("CHECKPOINT packed")
            self.run(f"CREATE TEMP VIEW {name} AS SELECT rowid, * FROM packed.{name}")
        else:
            self.run(f"CREATE TEMP TABLE {name} AS {query}")
        return name

    def forget(self, names: Iterable[str]) -> None:
        """Drop tables; views take no room."""
        for name in names:
            with contextlib.suppress(duckdb.CatalogException):  # a view; to list them takes longer than to try
                self.run(f"DROP TABLE {'packed.' if name in self._packed else ''}{name}")

    def parquet(self, files: Sequence[Path], folders: Mapping[str, Sequence[str | None]]) -> Source:
        """Parquet files as one source; `folders` are columns that the names of their folders bring, by file.

        Raises one of `failures` for what is no Parquet, and where a row cannot be told from another.
        """
        names = [literal(re.sub(r"[*?\[]", lambda found: f"[{found[0]}]", str(file))) for file in files]  # no patterns
        kinds = [
            {column: kind for column, kind, *_ in self.ask(f"DESCRIBE SELECT * FROM read_parquet({name}, {_NO_HIVE})")}
            for name in names
        ]
        counts = [self.ask(f"SELECT count(*) FROM read_parquet({name})")[0][0] for name in names]
        brought = [
            ", ".join([literal(str(file)), str(start), *("NULL" if text is None else literal(text) for text in texts)])
            for file, start, *texts in zip(files, accumulate(counts, initial=0), *folders.values(), strict=False)
        ]
        keys = ", ".join(map(quoted, (PART, _START, *folders)))
        more = "".join(f", s.{quoted(key)}" for key in folders)
        how = f"{_NO_HIVE}, union_by_name=true, file_row_number=true, filename={literal(PART)}"
        shape, alike = self.parts(kinds, lambda name: f"p.{quoted(name)}", folders)
        query = " UNION ALL BY NAME ".join(
            f"SELECT {''.join(f'{cell} AS {quoted(name)}, ' for name, cell in cells.items())}"
            f"p.file_row_number + s.{_START} AS {ROW}{more} "
            f"FROM read_parquet([{', '.join(names[number] for number in numbers)}], {how}) p "
            f"JOIN (VALUES {', '.join(f'({brought[number]})' for number in numbers)}) s({keys}) ON s.{PART} = p.{PART}"
            for numbers, cells in alike
        )
        if self.ask(f"SELECT count(*) FROM ({query})")[0][0] != sum(counts):
            raise duckdb.InvalidInputException("rows without a part")
        self._lies = True
        return Source(query, [*shape, *((key, self.text) for key in folders)], sum(counts))

    def parts(
        self, kinds: Sequence[Mapping[str, str]], cell: Callable[[str], str], without: Iterable[str] = ()
    ) -> tuple[list[tuple[str, str]], list[tuple[list[int], dict[str, str]]]]:
        """A table whose parts have columns of these `kinds`: its shape, and how parts of equal types are read.

        That is the numbers of these parts and, by column, its `cell`; or the text of that, where another part has
        another type. What no text can be made of is not read, nor are columns `without` a place.
        """
        spelt: dict[str, str] = {}
        types: dict[str, dict[str, None]] = {}
        for own in kinds:
            for name, kind in own.items():
                several = types.setdefault(spelt.setdefault(_plain(name), name), {})
                several |= {} if kind == _NOTHING else {kind: None}
        mixed = {name: all(map(self.text_of, several, several)) for name, several in types.items() if len(several) > 1}
        shape = [
            (name, self.text if mixed.get(name) else ", ".join(several or {_NOTHING: None}))
            for name, several in types.items()
        ]
        alike: dict[tuple[str, ...], list[int]] = {}
        for number, own in enumerate(kinds):
            named = {spelt[_plain(name)]: kind for name, kind in own.items()}
            alike.setdefault(tuple(named.get(name, _NOTHING) for name in mixed), []).append(number)
        aside = set(map(_plain, without))
        read = []
        for types_here, numbers in alike.items():
            here = dict(zip(mixed, types_here, strict=True))
            cells = {}
            for name in (name for number in numbers for name in kinds[number] if _plain(name) not in aside):
                column = spelt[_plain(name)]
                if column not in mixed:
                    cells[column] = cell(name)
                elif mixed[column] and here[column] != _NOTHING:
                    cells[column] = str(self.text_of(cell(name), here[column]))
            read.append((numbers, cells))
        return shape, read

    def text_of(self, cell: str, kind: str) -> str | None:
        """The SQL text of a cell of some type; None for what is no single value.

        A number has no idle decimals, for a blank makes floats of ids; one that is cut short has a power of ten, and
        always a fraction before it. A time at midnight is a day.
        """
        if kind.startswith(("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ")):
            return f"strftime(CAST({cell} AS TIMESTAMPTZ) AT TIME ZONE 'UTC', '%Y-%m-%d')"
        if _FRACTION.fullmatch(kind):
            plain = f"regexp_replace(CAST({cell} AS VARCHAR), '[.]0+$|([.][0-9]*[1-9])0+$', '\\1')"
            return f"regexp_replace({plain}, '^(-?[0-9])e', '\\1.0e')"
        if kind.startswith("TIMESTAMP"):
            return f"regexp_replace(CAST({cell} AS VARCHAR), ' 00:00:00$', '')"
        return f"CAST({cell} AS VARCHAR)" if _PLAIN.fullmatch(kind) else None

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
        native = frame.to_native()
        taken: list[tuple[Any, ...]] = native.fetchall()
        long = [index for index, kind in enumerate(native.types) if str(kind).startswith("DECIMAL")]
        return [tuple(map(whole, row)) for row in taken] if long else taken

    def arrays(self, frame: Frame) -> dict[str, Any]:
        """The columns of a frame without nulls, as NumPy arrays."""
        taken: dict[str, Any] = frame.to_native().fetchnumpy()
        return taken

    @contextlib.contextmanager
    def bounded(self) -> Iterator[None]:
        """Raises UsageError where memory is not enough, or the disk for what does not fit in it."""
        try:
            yield
        except duckdb.OutOfMemoryException:
            limit = self._limit or "the engine may use (four fifths of the machine's)"
            raise usage(f"more memory is needed than {limit}", "give it more with --memory-limit") from None
        except duckdb.IOException as error:
            if self._is_full(error):
                hint = "TMPDIR names the folder for it"
                raise usage("what does not fit in memory cannot be written to disk", hint) from None
            raise

    @contextlib.contextmanager
    def answering(self) -> Iterator[None]:
        """Raises UsageError also where a file has gone, or turns out to be broken, that is looked at where it lies."""
        with self.bounded():
            try:
                yield
            except duckdb.Error as error:
                other = isinstance(error, (*_OURS, duckdb.OutOfMemoryException)) or self._is_full(error)
                if other or not self._lies:
                    raise
                raise usage("a file of the book cannot be read any more", "load the book anew") from None

    def _is_full(self, error: Exception) -> bool:
        """Whether an error is about the folder for what does not fit in memory."""
        return bool(self._spilt) and self._spilt in str(error)


def _plain(name: str) -> str:
    """A column's name as the engine compares it: capitals of other letters than ASCII's make another one."""
    return "".join(char.lower() if char.isascii() else char for char in name)
