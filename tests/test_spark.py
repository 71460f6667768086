"""A cluster gives the same bytes: on real local Spark, against the embedded engine."""

from __future__ import annotations

import gc
import os
import shutil
from typing import TYPE_CHECKING, Any
from unittest import mock

import duckdb
import pytest

import netaudit
from netaudit.engine import ROW, Engine
from netaudit.errors import InputError, UsageError
from netaudit.loading.values import CellError, Reading, read_id
from netaudit.report import Page, written
from tests.benchmarks.lifelike import write_book

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from netaudit.book import Book

pytest.importorskip("pyspark")
pytestmark = [
    pytest.mark.skipif(shutil.which("java") is None, reason="no Java, which Spark needs"),
]


ASKED = None if os.environ.get("NETAUDIT_TEST_EVERY_ANSWER") == "1" else 1
"""All answers take Spark a minute; without the variable the first has to do."""


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A local session for small frames: compiling a query would take longer than running it."""
    from pyspark.sql import SparkSession

    options = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.session.timeZone": "Asia/Tokyo",
        "spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("warehouse")),
    }
    builder = SparkSession.builder.master("local[1]")
    for name, value in options.items():
        builder = builder.config(name, value)
    running = builder.getOrCreate()
    running.sparkContext.setLogLevel("OFF")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small book as people have it, with a log beside its ties."""
    made = tmp_path_factory.mktemp("book")
    write_book(made, ties=400, seed=3)
    rows = [line.split(",") for line in (made / "ties.csv").read_text(encoding="utf-8").splitlines()[1:]]
    log = [
        f"{row[0]},{row[1]},{row[2]},{row[3]},2023-1{number % 3}-0{1 + number % 9}"
        for number, row in enumerate(rows)
        if row[3] and number % 4 == 0
    ]
    (made / "interactions.csv").write_text("\n".join(["owner,contact,customer,kind,on", *log, *log[:9], ""]), "utf-8")
    (made / "departures.csv").write_text("employee,on,destination\ne3,2024-02-01,competitor\n", encoding="utf-8")
    return made


ANSWERS: dict[str, Callable[[Book], Any]] = {
    "risk": netaudit.risk,
    "risk --departures": lambda book: netaudit.risk(book, departures=True),
    "ownership": netaudit.ownership,
    "forecast": lambda book: netaudit.forecast(book, draws=100),
    "check": netaudit.check,
}


def test_the_same_bytes(folder: Path, session: Any) -> None:
    """One test, or both test processes would load the book."""
    here, there = netaudit.load(folder), netaudit.load(folder, engine="spark", spark=session)
    for answer in [*ANSWERS.values()][:ASKED]:
        expected, found = (written(answer(book), "json", Page()) for book in (here, there))
        assert found == expected
        assert len(expected) > 1_000
    assert there.notes() == here.notes()
    assert contents(there, "log") == contents(here, "log")
    frame, same = (book.tables.customers.select("id", "count").sort("id") for book in (here, there))
    expected_arrays, arrays = here.engine.arrays(frame), there.engine.arrays(same)
    assert {name: [*values] for name, values in arrays.items()} == {
        name: [*values] for name, values in expected_arrays.items()
    }


def contents(book: Book, table: str) -> list[tuple[Any, ...]]:
    return sorted(book.engine.rows(getattr(book.tables, table)), key=repr)


def test_parquet_is_read_by_the_cluster(folder: Path, session: Any, tmp_path: Path) -> None:
    """Also in parts, with other columns and types in each, dates, numbers and moments; rows are numbered by file."""
    shutil.copy(folder / "netaudit.yml", tmp_path)
    wanted = (
        ("ties/part=2/b.parquet", "SELECT 'e1' AS owner, 'c1' AS customer, DATE '2023-11-01' AS last_contact"),
        (
            "ties/part=2/c.parquet",
            "SELECT 'e3' AS owner, 'c1' AS customer, TIMESTAMP '2023-11-01' AS last_contact, [1] AS x",
        ),
        ("ties/part=2/d.parquet", "SELECT 7 AS customer, 'e2' AS owner, 12.5::FLOAT AS per_year, 1 AS x"),
        ("ties/part=1/a.parquet", "SELECT 'e2' AS owner, 'c1' AS customer, 12 AS per_year"),
        (
            "customers.parquet",
            "SELECT 'c1' AS id, 12000000.25::DOUBLE AS revenue, TIMESTAMPTZ '2024-05-01 23:30:00+00' AS renewal_on",
        ),
    )
    for name, query in wanted:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        duckdb.execute(f"COPY ({query}) TO '{tmp_path / name}' (FORMAT parquet)")
    mapping = "open_ids: true\ntables: {customers: {file: customers.parquet}, "
    mapping += "ties: {file: ties, set: {kind: mail}, where: {part: '2'}}}"
    with (tmp_path / "netaudit.yml").open("a", encoding="utf-8") as settings:
        settings.write(mapping)
    here, there = netaudit.load(tmp_path), netaudit.load(tmp_path, engine="spark", spark=session)
    for table in ("ties", "customers"):
        assert contents(there, table) == contents(here, table)
    assert here.sources == there.sources
    assert [source.loaded for source in there.sources] == [0, 1, 3]
    (tmp_path / "ties/broken.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"'broken\.parquet' cannot be read as Parquet"):
        netaudit.load(tmp_path, engine="spark", spark=session)


def test_a_variable_of_the_environment_is_put_in_nowhere(
    session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "told")
    (tmp_path / "e.csv").write_text("id\nbo\n", encoding="utf-8")
    settings = 'tables: {ties: {file: e.csv, columns: {owner: id}, set: {customer: "${env:SECRET}"}}}'
    (tmp_path / "netaudit.yml").write_text(settings, encoding="utf-8")
    book = netaudit.load(tmp_path, engine="spark", spark=session, as_of="2024-01-01")
    assert book.engine.rows(book.tables.customers.select("id")) == [("${env:SECRET}",)]


def test_views_of_others_stay_and_ours_go(session: Any, tmp_path: Path) -> None:
    (tmp_path / "ties.csv").write_text("employee,customer\nbo,havn\n", encoding="utf-8")
    session.createDataFrame([(1,)], "a int").createOrReplaceTempView("t1")
    book = netaudit.load(tmp_path, engine="spark", spark=session, as_of="2024-01-01")
    assert session.table("t1").collect() == [(1,)]
    del book
    gc.collect()
    assert [row["viewName"] for row in session.sql("SHOW VIEWS LIKE 'netaudit*'").collect()] == []


def test_problems_are_the_same(tmp_path: Path, session: Any) -> None:
    (tmp_path / "employees.csv").write_text("id,name\nbo,Bo\nbo,Bob\nbo,Bo\n", encoding="utf-8")
    (tmp_path / "ties.csv").write_text("owner,customer,per_year\nbo,havn,1.234\nbob,havn,-1\n,havn,1\n", "utf-8")
    (tmp_path / "customers.csv").write_text("id,revenue,currency\nhavn,5,EUR\nfjord,x,DKK\n", encoding="utf-8")
    said = []
    for engine, spark in (("duckdb", None), ("spark", session)):
        with pytest.raises(InputError) as caught:
            netaudit.load(tmp_path, engine=engine, spark=spark, as_of="2024-01-01")
        said.append((caught.value.problems, caught.value.count, caught.value.tally))
    assert said[0] == said[1]
    assert len(said[0][0]) > 4


def test_tables_of_a_session_are_read_as_they_are(session: Any, tmp_path: Path) -> None:
    ties = session.createDataFrame(
        [("bo", "havn", 4), ("mette", "fjord", None)], "owner string, customer string, per_year int"
    )
    with pytest.raises(UsageError, match="the table 'ties' is a frame of Spark's"):
        netaudit.load(tables={"ties": ties})
    with pytest.raises(UsageError, match="'int' is no Spark session"):
        netaudit.load(tables={"ties": ties}, engine="spark", spark=5)
    book = netaudit.load(tables={"ties": ties.repartition(3)}, engine="spark", spark=session, as_of="2024-01-01")
    assert len(set(book.origins.places(origin for *_, origin, _ in contents(book, "ties")))) == 2
    assert book.sources[0].sha256 is None
    session.sql("CREATE DATABASE IF NOT EXISTS netaudit_test")
    ties.createOrReplaceTempView("brought")
    session.sql("CREATE TABLE netaudit_test.ties USING parquet AS SELECT * FROM brought")
    try:
        named = netaudit.load("spark:netaudit_test", engine="spark", spark=session, as_of="2024-01-01")
        (rows, ours) = ([(*row[:-2], row[-1]) for row in contents(one, "ties")] for one in (named, book))
        assert rows == ours  # but for their origins, which are their own
        assert contents(named, "customers")[0][0] == "fjord"
    finally:
        session.sql("DROP DATABASE netaudit_test CASCADE")
    with pytest.raises(UsageError, match="the session has no database 'none'"):
        netaudit.load("spark:none", engine="spark", spark=session)


def test_rows_of_a_frame_keep_their_numbers_however_it_is_worked_out(session: Any) -> None:
    """Spark brings small pieces together as it goes, and otherwise if it is asked for fewer columns."""
    from netaudit.spark import SparkEngine

    settings = {
        "spark.sql.adaptive.enabled": "true",
        "spark.sql.adaptive.advisoryPartitionSizeInBytes": "64KB",
        "spark.sql.adaptive.coalescePartitions.minPartitionSize": "16KB",
        "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
        "spark.sql.shuffle.partitions": "40",
    }
    before = {name: session.conf.get(name) for name in settings}
    try:
        for name, value in settings.items():
            session.conf.set(name, value)
        made = session.range(0, 20000, 1, 4).selectExpr(
            "id % 10000 AS customer", "sha2(CAST(CAST(id AS STRING) AS BINARY), 512) AS source"
        )
        engine = SparkEngine(session)
        query, _, rows = engine.source(made.groupBy("customer").agg({"source": "max"}))
        counted = engine.ask(
            f"SELECT count(*), count(DISTINCT {ROW}), max({ROW}), max(length(`max(source)`)) FROM ({query})".replace(
                "`", '"'
            )
        )
    finally:
        for name, value in before.items():
            session.conf.set(name, value)
    assert counted == [(10000, 10000, 9999, 128)]
    assert rows == 10000


def test_a_session_that_passes_over_what_is_too_large_is_refused(session: Any) -> None:
    session.conf.set("spark.sql.ansi.enabled", "false")
    try:
        with pytest.raises(UsageError, match=r"set spark\.sql\.ansi\.enabled to true"):
            netaudit.load(tables={"ties": session.range(1)}, engine="spark", spark=session)
    finally:
        session.conf.set("spark.sql.ansi.enabled", "true")


def test_fractions_read_as_in_the_embedded_engine(session: Any) -> None:
    from netaudit.spark import SparkEngine

    values = [0.0, 12.0, 0.1, 123456.5, -7.25, 1e-4, 1e7, 123456789.0, 9999999999999998.0]
    cut = [1e16, 12345678901234567.0, -1e17, 1e300]
    here, there = Engine(), SparkEngine(session)
    here_text, there_text = here.text_of("x", "DOUBLE"), there.text_of("x", "double")
    said = here.ask(f"SELECT {here_text} FROM (SELECT unnest(?) AS x)", [[*values, *cut]])
    name = there.table({"x": "DOUBLE"}, {"x": [*values, *cut]})
    also = there.ask(f"SELECT {there_text} FROM {name}")
    assert said[: len(values)] == also[: len(values)]
    for (text,) in [*said[len(values) :], *also[len(values) :]]:
        with pytest.raises(CellError, match="is a number that was shortened"):
            read_id(text.lstrip("-"), Reading(plain=True))


def test_a_master_is_asked_for_or_the_session_that_runs_is_taken(session: Any) -> None:
    from netaudit.spark import SparkEngine

    assert SparkEngine().session is session
    with pytest.raises(UsageError, match=r"a session with the master 'local\[1\]' runs already"):
        SparkEngine("spark://host:7077")
    with mock.patch("netaudit.spark.SparkSession") as spark:
        spark.getActiveSession.return_value = None
        builder = spark.builder.appName.return_value.config.return_value
        assert SparkEngine().session is builder.getOrCreate.return_value
        assert SparkEngine("spark://host:7077").session is builder.master.return_value.getOrCreate.return_value
        builder.master.assert_called_with("spark://host:7077")
        local = builder.master.return_value.config.return_value.config.return_value
        assert SparkEngine("local[2]").session is local.getOrCreate.return_value
        local.getOrCreate.side_effect = RuntimeError("Java gateway process exited\nat length")
        with pytest.raises(UsageError, match=r"^U001 no Spark session: Java gateway process exited \(such as"):
            SparkEngine("local")
