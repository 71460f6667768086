"""A program hands over the frames it has, whatever library they are from, and the answers are those of the files."""

from __future__ import annotations

import importlib
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

import netaudit
from netaudit.errors import InputError, UsageError
from tests.benchmarks.lifelike import write_book

from . import rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from netaudit.book import Book

CUSTOMERS = "SELECT 'havn' AS id, 4200000::DOUBLE AS revenue"
TIES = "SELECT 'mette' AS owner, 'havn' AS customer, DATE '2023-12-01' AS last_contact, 12 AS per_year"


def relation(query: str) -> Any:
    return duckdb.connect().sql(query)


def with_library(name: str) -> Callable[[str], Any]:
    """How a query becomes a frame of a library; skips where the library is absent."""
    if name == "duckdb":
        return relation
    pytest.importorskip("pyarrow", exc_type=ImportError)
    importlib.import_module("pyarrow.pandas_compat")  # what it loads late is loaded before warnings count
    if name == "pyarrow":
        return lambda query: relation(query).to_arrow_table()
    library = pytest.importorskip("polars" if name.startswith("polars") else name, exc_type=ImportError)
    if name == "pandas":
        return lambda query: relation(query).df()
    if name == "polars":
        return lambda query: library.from_arrow(relation(query).to_arrow_table())
    return lambda query: library.from_arrow(relation(query).to_arrow_table()).lazy()


LIBRARIES = ("duckdb", "pandas", "polars", "polars.lazy", "pyarrow")


@pytest.fixture(scope="module")
def lifelike(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Book]:
    folder = tmp_path_factory.mktemp("lifelike")
    write_book(folder, ties=1_000, seed=7)
    return folder, netaudit.load(folder)


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_figures_are_those_of_the_files(library: str, lifelike: tuple[Path, Book]) -> None:
    frame = with_library(library)
    folder, book = lifelike
    names = ("employees", "channels", "customers", "ties")
    tables = {name: frame(f"SELECT * FROM read_csv('{folder}/{name}.csv', header = true)") for name in names}
    handed = netaudit.load(tables=tables, settings=folder / "netaudit.yml")
    assert netaudit.risk(handed).rows == netaudit.risk(book).rows
    assert netaudit.ownership(handed).summary == netaudit.ownership(book).summary
    assert {source.loaded for source in handed.sources} == {source.loaded for source in book.sources}


@pytest.mark.parametrize("library", LIBRARIES)
def test_types_say_what_they_say(library: str) -> None:
    frame = with_library(library)
    book = netaudit.load(tables={"ties": frame(TIES), "customers": frame(CUSTOMERS)}, as_of="2024-01-01")
    assert rows(book, "ties", "person", "customer", "last_contact", "per_year") == [("mette", "havn", 19692, 12.0)]
    assert rows(book, "customers", "id", "revenue") == [("havn", 420_000_000)]


def test_a_problem_names_table_row_and_column() -> None:
    with pytest.raises(InputError) as caught:
        netaudit.load(tables={"ties": relation(f"{TIES} UNION ALL SELECT 'bo', 'havn', NULL, -1")}, as_of="2024-01-01")
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.column, problem.code) == ("ties", 2, 4, "V001")


def test_settings_map_other_names(tmp_path: Path) -> None:
    settings = tmp_path / "crm.yml"
    settings.write_text("tables: {ties: {file: deals, columns: {owner: rep, customer: account}}}", encoding="utf-8")
    deals = relation("SELECT 'mette' AS rep, 'havn' AS account")
    book = netaudit.load(tables={"deals": deals}, settings=settings, as_of="2024-01-01")
    assert rows(book, "ties", "person", "customer") == [("mette", "havn")]
    with pytest.raises(InputError, match=r"crm\.yml:1:16: F001 no table is called 'deals'"):
        netaudit.load(tables={"deal": deals}, settings=settings)


def test_places_are_found_in_what_was_handed_over() -> None:
    result = netaudit.why(netaudit.load(tables={"ties": relation(TIES)}, as_of="2024-01-01"), "customer:havn")
    assert result.rows[0].source == "ties:1"


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({}, "no tables are given"),
        ({"ties": [("mette", "havn")]}, "the table 'ties' is no frame but 'list'"),
        (relation(TIES), "no tables are given"),
        ({"tis": TIES}, "no table has a name that a book knows"),
        ({"ties": TIES, "Customers": CUSTOMERS}, "no table is called 'Customers' .did you mean 'customers'"),
        ({"ties": TIES, "deals": TIES}, "no table is called 'deals' .tables are employees"),
        ({"ties": "SELECT error('broken')"}, "the table 'ties' cannot be taken over"),
    ],
)
def test_what_cannot_be_read_is_said(tables: Any, words: str) -> None:
    frames = tables
    if isinstance(tables, dict):
        frames = {name: relation(table) if isinstance(table, str) else table for name, table in tables.items()}
    with pytest.raises((UsageError, InputError), match=words):
        netaudit.load(tables=frames)


def test_a_book_is_named_or_handed_over() -> None:
    with pytest.raises(UsageError, match="a book is named, or its tables are handed over"):
        netaudit.load("examples/telco", tables={"ties": relation(TIES)})


def pandas_of(*columns: tuple[str, list[Any]]) -> Any:
    pandas = pytest.importorskip("pandas", exc_type=ImportError)
    importlib.import_module("pyarrow.pandas_compat")
    names = [name for name, _ in columns]
    return pandas.DataFrame(list(zip(*(cells for _, cells in columns), strict=True)), columns=names)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ((), "the table 'ties' has no columns"),
        ((("owner", ["a"]), ("owner", ["b"])), "the table 'ties' has two columns of one name"),
        ((("owner", ["a"]), ("Owner", ["b"])), "the table 'ties' has two columns 'owner' .capitals make no difference"),
        ((("per_year", [timedelta(1)]),), "the column 'per_year' of 'ties' holds lengths of time"),
        ((("owner", ["a", 1]),), "the table 'ties' cannot be taken over .one type in each column."),
    ],
)
def test_frames_that_are_no_tables(columns: tuple[tuple[str, list[Any]], ...], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        netaudit.load(tables={"ties": pandas_of(*columns)})


def test_an_index_without_a_name_is_no_column() -> None:
    ties = pandas_of(("owner", ["mette", "bo"]), ("customer", ["havn", "fjord"]))
    kept = netaudit.load(tables={"ties": ties[ties.owner == "bo"]}, as_of="2024-01-01")
    assert rows(kept, "ties", "person", "customer") == [("bo", "fjord")]
    named = netaudit.load(tables={"ties": ties.set_index("owner")}, as_of="2024-01-01")
    assert rows(named, "ties", "person", "customer") == [("bo", "fjord"), ("mette", "havn")]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_of_a_time_with_a_zone_the_day_in_utc_counts(unit: str) -> None:
    late = datetime(2015, 1, 2, 20, tzinfo=timezone(timedelta(hours=-5)))
    ties = pandas_of(("owner", ["mette"]), ("customer", ["havn"]), ("last_contact", [late]))
    ties["last_contact"] = ties["last_contact"].dt.as_unit(unit)
    assert rows(netaudit.load(tables={"ties": ties}, as_of="2024-01-01"), "ties", "last_contact") == [(16438,)]
