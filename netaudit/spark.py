"""The engine of a cluster: the same tables and the same SQL, on Spark.

Text (documents, CSV) is read on this machine, handed over, and typed there like everything else; Parquet and tables
that the cluster has already are read by it where they lie.
"""

from __future__ import annotations

import contextlib
import re
import uuid
import warnings
import weakref
from functools import partial, reduce
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import narwhals as nw
import sqlglot
from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.errors import AnalysisException, PySparkException
from pyspark.sql import DataFrame, SparkSession
from sqlglot import expressions as sql

from netaudit.engine import ROW, Engine, Source, quoted, whole
from netaudit.errors import first_line, shown, usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from netaudit.engine import Frame

TYPES = {"VARCHAR": "string", "BIGINT": "bigint", "INTEGER": "int", "DOUBLE": "double", "BOOLEAN": "boolean"}
"""The types that lookup tables have, as Spark calls them; decimals are called alike."""

_DOLLAR = r"\u0024{"
"""A dollar and a brace within a literal: bare, Spark would put a variable of the environment in their place."""

_PATH, _INDEX = "_netaudit_path", "_netaudit_index"
"""Columns that say in which file a row stands, and in which place there."""

_WHERE = (f"_metadata.file_path AS {_PATH}", f"_metadata.row_index AS {_INDEX}")

_PLAIN = re.compile(r"string|boolean|tinyint|smallint|int|bigint|date|void|(var)?char\([0-9]+\)")
_FRACTION = re.compile(r"float|double|decimal\(.*\)")


class SparkEngine(Engine):
    """A Spark session in place of the embedded engine; `reader` is still one of those, for text.

    `spark` is a session, or the address of a cluster's master (local[N] for so many threads of this machine); without,
    it is the session that runs already, or what spark-submit says. Raises UsageError where none can be had.
    """

    failures = (PySparkException, Py4JJavaError)
    text = "string"

    def __init__(
        self,
        spark: Any = None,
        threads: int | None = None,
    ) -> None:
        self.session = _session(spark) if spark is None or isinstance(spark, str) else spark
        if not hasattr(self.session, "conf"):
            raise usage(f"{shown(type(spark).__name__)} is no Spark session", "a session, or the address of a master")
        if self.session.conf.get("spark.sql.ansi.enabled") == "false":
            hint = "set spark.sql.ansi.enabled to true"
            raise usage("this Spark session passes over what it cannot work out, such as sums that are too large", hint)
        self._prefix = f"netaudit_{uuid.uuid4().hex}"  # a session may hold several books
        self._made = 0
        self._lying: list[DataFrame] = []
        self._reader = Engine(threads, prefix=f"{self._prefix}_here")
        weakref.finalize(self, _dropped, self.session, self._prefix)

    @property
    def reader(self) -> Engine:
        """The engine that text is read with."""
        return self._reader

    def new_name(self) -> str:
        """A name of a view that nobody has used."""
        self._made += 1
        return f"{self._prefix}_{self._made}"

    def run(self, statement: str, values: Sequence[object] = ()) -> None:
        """Make a table or a view. A table is worked out at once."""
        made = _parsed(statement)
        frame = self._query(made.expression, values)
        self._name(_worked_out(frame) if made.kind == "TABLE" else frame, made.this.name)

    def ask(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run a query and take its rows."""
        return [tuple(row) for row in self._query(_parsed(statement), values).collect()]

    def any(self, *queries: str) -> tuple[bool, ...]:
        """Whether each of some queries brings a row, in one job."""
        one = (f"SELECT {number} FROM (SELECT 1 FROM ({query}) LIMIT 1)" for number, query in enumerate(queries))
        found = self.ask(" UNION ALL ".join(one))
        return tuple((number,) in found for number in range(len(queries)))

    def which(self, relation: str, tests: Sequence[str]) -> tuple[bool, ...]:
        """Whether any row of a relation passes each of some tests, in one job: Spark looks up ids in filters only."""
        return self.any(*(f"SELECT 1 FROM {relation} WHERE {test}" for test in tests))

    def table(self, columns: Mapping[str, str], rows: Mapping[str, Sequence[object]]) -> str:
        """Make a table of `columns` (name → type) from lists of equal length; return its name."""
        shape = ", ".join(f"{_tick(name)} {TYPES.get(kind, 'string')}" for name, kind in columns.items())
        data = list(zip(*(rows[name] for name in columns), strict=True)) if rows else []
        frame = self._rows_as(data, shape)
        casts = [
            _tick(name) if kind in TYPES else f"CAST({_tick(name)} AS {kind}) AS {_tick(name)}"
            for name, kind in columns.items()
        ]
        return self._name(frame.selectExpr(*casts))

    def take(self, relation: str) -> None:
        """Bring a table of the reader over, under its own name and with its `rowid`."""
        columns = [name for name, *_ in self.reader.ask(f"DESCRIBE {relation}") if name != "rowid"]
        shape = ", ".join(["rowid bigint", *(f"{_tick(name)} string" for name in columns)])
        rows = self.reader.ask(f"SELECT {', '.join(['rowid', *map(quoted, columns)])} FROM {relation}")
        self._name(_worked_out(self._rows_as(rows, shape)), relation)
        self.reader.forget([relation])

    def forget(self, names: Iterable[str]) -> None:
        """Views of texts take no room here."""
        for name in names:
            self.session.catalog.dropTempView(name)

    def frame(self, name: str) -> Frame:
        """A table as a lazy frame."""
        return nw.from_native(self.session.table(name)).lazy()

    def keep(self, frame: Frame) -> Frame:
        """Work a frame out once, so that it can be used twice."""
        return nw.from_native(_worked_out(frame.to_native())).lazy()

    def rows(self, frame: Frame) -> list[tuple[Any, ...]]:
        """The rows of a frame; whole numbers as such, however long."""
        return [tuple(map(whole, row)) for row in frame.to_native().collect()]

    def arrays(self, frame: Frame) -> dict[str, Any]:
        """The columns of a frame without nulls, as NumPy arrays."""
        import numpy as np  # noqa: PLC0415 - only where arrays are asked for

        native = frame.to_native()
        rows = self.rows(frame)
        return {name: np.array([row[index] for row in rows]) for index, name in enumerate(native.columns)}

    def parquet(self, files: Sequence[Path], folders: Mapping[str, Sequence[str | None]]) -> Source:
        """Parquet files as one source; `folders` are columns that the names of their folders bring, by file."""
        paths = [re.sub(r"([][{}*?\\])", r"\\\1", f"file:{file}") for file in files]  # no patterns
        parts = {f"file:{file}": number for number, file in enumerate(files)}
        path = f"regexp_replace(url_decode(replace({_PATH}, '+', '%2B')), '^file:/+', 'file:/')"
        cases = " ".join(f"WHEN {_text(name)} THEN {number}" for name, number in parts.items())
        brought = [f"{_case(f'CASE {path} {cases} END', texts)} AS {_tick(key)}" for key, texts in folders.items()]
        read, shape = self._read(paths)
        others = [entry for entry in shape if entry[0].casefold() not in map(str.casefold, folders)]
        source = self._numbered(read, others, f"CASE {path} {cases} END", _INDEX, brought)
        return source._replace(shape=[*shape, *((key, self.text) for key in folders)])

    def _read(self, paths: Sequence[str]) -> tuple[DataFrame, list[tuple[str, str]]]:
        """Parquet files with their _PATH and _INDEX; and the shape of them all.

        They are read at once where they fit together, for to look into each takes time.
        """
        try:
            read = self._merged(paths)
            return read.selectExpr("*", *_WHERE), read.dtypes
        except self.failures:
            shape, alike = self.parts([dict(self._merged([path]).dtypes) for path in paths], quoted)
        frames = []
        for numbers, cells in alike:
            name = self._name(self._merged([paths[number] for number in numbers]).selectExpr("*", *_WHERE))
            taken = ", ".join(f"{cell} AS {quoted(column)}" for column, cell in cells.items())
            frames.append(self._query(_parsed(f"SELECT {taken}, {_PATH}, {_INDEX} FROM {name}"), ()))
        return reduce(partial(DataFrame.unionByName, allowMissingColumns=True), frames), shape

    def _merged(self, paths: Sequence[str]) -> DataFrame:
        return self.session.read.option("mergeSchema", len(paths) > 1).parquet(*paths)

    def holds(self, frame: object) -> bool:
        """Whether it is a frame of Spark's."""
        return isinstance(frame, DataFrame)

    def source(self, frame: Any) -> Source:
        """A frame that the session has as a source; its rows are numbered through its partitions.

        What is no table that lies there is worked out once: asked again, it may be in other partitions.
        """
        row = f"monotonically_increasing_id() % {1 << 33}"
        numbered = frame.selectExpr("*", f"spark_partition_id() AS {_PATH}", f"{row} AS {_INDEX}")
        lies = any(frame is table for table in self._lying)
        return self._numbered(numbered if lies else _worked_out(numbered), frame.dtypes, _PATH, _INDEX, ())

    def _numbered(
        self, read: DataFrame, shape: list[tuple[str, str]], part: str, row: str, more: Sequence[str]
    ) -> Source:
        """A source of this shape with `more` columns, rows numbered through its parts and by `row` within each."""
        counts = dict(map(tuple, read.selectExpr(f"{part} AS part").groupBy("part").count().collect()))
        if None in counts:
            raise AnalysisException("rows without a part")
        parts = sorted(counts)
        starts = dict(zip(parts, accumulate(counts[number] for number in parts), strict=False))
        first = {number: starts[number] - counts[number] for number in parts}
        start = f"CASE {part} {' '.join(f'WHEN {number} THEN {rows}' for number, rows in first.items())} END"
        number = f"CAST({row} + {start if parts else 0} AS BIGINT) AS {ROW}"
        present = [column for column, _ in shape if column in read.columns]
        name = self._name(read.selectExpr(*map(_tick, present), *more, number))
        return Source(f"SELECT * FROM {name}", shape, sum(counts.values()))

    def tables(self, database: str) -> dict[str, DataFrame]:
        """The tables of one of the session's databases, by name. Raises UsageError where there is none of that name."""
        try:
            shown_there = self.session.sql(f"SHOW TABLES IN {_tick(database)}").collect()
        except PySparkException:
            raise usage(f"the session has no database {shown(database)}") from None
        names = [row["tableName"] for row in shown_there if not row["isTemporary"]]
        views = {row["viewName"] for row in self.session.sql(f"SHOW VIEWS IN {_tick(database)}").collect()}
        found = {name: self.session.table(f"{_tick(database)}.{_tick(name)}") for name in names}
        self._lying += [frame for name, frame in found.items() if name not in views]
        return found

    def text_of(self, cell: str, kind: str) -> str | None:
        """The SQL text of a cell of some type of Spark's; None for what is no single value."""
        if kind == "timestamp":  # a moment; its day in UTC, whatever the session's zone
            return f"CAST(date_add(DATE '1970-01-01', CAST(floor(unix_seconds({cell}) / 86400) AS INTEGER)) AS VARCHAR)"
        if kind == "timestamp_ntz":
            return f"regexp_replace(CAST({cell} AS VARCHAR), ' 00:00:00$', '')"
        if _FRACTION.fullmatch(kind):
            size = f"abs(CAST({cell} AS DOUBLE))"
            usual = f"{size} = 0 OR {size} BETWEEN 1e-4 AND 9999999999999998"  # else with a power of ten, as in DuckDB
            plain = f"TRY_CAST(CASE WHEN {usual} THEN CAST({cell} AS VARCHAR) END AS DECIMAL(38, 18))"
            text = f"coalesce(CAST({plain} AS VARCHAR), CAST({cell} AS VARCHAR))"
            return f"regexp_replace({text}, '[.]0+$|([.][0-9]*[1-9])0+$', '\\1')"
        return f"CAST({cell} AS VARCHAR)" if _PLAIN.fullmatch(kind) else None

    @contextlib.contextmanager
    def bounded(self) -> Iterator[None]:
        """Spark says itself where its memory is not enough."""
        yield

    @contextlib.contextmanager
    def answering(self) -> Iterator[None]:
        """Raises UsageError where Spark cannot work something out."""
        try:
            yield
        except self.failures as error:
            raise usage(f"Spark: {first_line(error)}") from None

    def _rows_as(self, rows: Sequence[tuple[object, ...]], shape: str) -> DataFrame:
        """Rows of this process as a frame of the session."""
        with warnings.catch_warnings():  # of pandas, which has no part in this
            warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
            return self.session.createDataFrame(rows, shape)

    def _query(self, tree: sql.Expression, values: Sequence[object]) -> DataFrame:
        text = tree.transform(_for_spark).sql("spark").replace("${", _DOLLAR)
        return self.session.sql(text, args=list(values) or None)

    def _name(self, frame: DataFrame, name: str | None = None) -> str:
        name = name or self.new_name()
        frame.createOrReplaceTempView(name)
        return name


def _dropped(session: SparkSession, prefix: str) -> None:
    """Take the views of a book that is gone out of a session that goes on."""
    with contextlib.suppress(Exception):  # the session may have ended before
        for row in session.sql(f"SHOW VIEWS LIKE '{prefix}*'").collect():
            session.catalog.dropTempView(row["viewName"])


def _worked_out(frame: DataFrame) -> DataFrame:
    """The rows of a frame without the way they were come by, which would grow from question to question."""
    return frame.localCheckpoint()


def _session(master: str | None) -> SparkSession:
    """The session that runs already, or a new one."""
    running = SparkSession.getActiveSession()
    if running is not None:
        if master not in {None, running.sparkContext.master}:
            raise usage(f"a session with the master {shown(running.sparkContext.master)} runs already")
        return running
    builder = SparkSession.builder.appName("netaudit").config("spark.ui.showConsoleProgress", "false")
    if master is not None:
        builder = builder.master(master)
        if master.startswith("local"):  # one machine needs no pieces for a cluster, and nobody looks at its pages
            builder = builder.config("spark.sql.shuffle.partitions", "4").config("spark.ui.enabled", "false")
    try:
        session = builder.getOrCreate()
        session.sparkContext.setLogLevel("ERROR")
    except Exception as error:  # noqa: BLE001 - a missing Java, an address that is none: each of a type of its own
        why = first_line(error)
        raise usage(f"no Spark session: {why}", "such as --spark-master 'local[2]'; it needs Java") from None
    return session


def _parsed(statement: str) -> Any:
    return sqlglot.parse_one(statement, read="duckdb")


def _for_spark(node: sql.Expression) -> sql.Expression:
    """One node of a statement as Spark has it, where that differs in more than spelling."""
    if isinstance(node, sql.RegexpFullMatch):
        return sql.RegexpLike(this=node.this, expression=sql.Literal.string(rf"\A(?:{node.expression.name})\z"))
    if isinstance(node, sql.RegexpReplace):
        replacement = re.sub(r"\\([0-9])", r"$\1", node.args["replacement"].name)
        return sql.RegexpReplace(
            this=node.this, expression=node.expression, replacement=sql.Literal.string(replacement)
        )
    return node


def _tick(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _text(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("${", _DOLLAR) + "'"


def _case(number: str, texts: Sequence[str | None]) -> str:
    """The text for each number from 0."""
    cases = (f"WHEN {index} THEN {_text(text)}" for index, text in enumerate(texts) if text is not None)
    return f"CASE {number} {' '.join(cases)} END" if any(text is not None for text in texts) else "CAST(NULL AS STRING)"
