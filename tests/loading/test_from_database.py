"""Databases take part like files: DuckDB, SQLite, and a real PostgreSQL server where one can be started."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import duckdb
import pytest

import netaudit
from netaudit.errors import InputError, UsageError
from netaudit.loading.from_database import address_of
from netaudit.loading.schema import TABLES

from . import counted, faults, loaded, refused, rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from netaudit.book import Book

TELCO = Path(__file__).resolve().parents[2] / "examples" / "telco"
CUSTOMERS = "CREATE TABLE customers (id {text}, revenue {number}, renewal_on {moment})"
TIES = "CREATE TABLE ties (owner {text}, customer {text}, last_contact {date}, per_year {number})"
ROWS = (
    "INSERT INTO customers VALUES ('havn', 4200000.5, '2024-05-01 00:00:00'), ('fjord \"A/S\"', NULL, NULL)",
    "INSERT INTO ties VALUES ('mette', 'havn', '2023-12-01', 12), ('bo', 'fjord \"A/S\"', NULL, 2.5)",
    "INSERT INTO ties VALUES ('bo', 'havn', '2023-11-01', NULL)",
    "CREATE TABLE nobodys_business (x {number})",
)
VIEW = "CREATE VIEW employees AS SELECT owner AS id FROM ties"
TYPES = {
    "sqlite": {"text": "TEXT", "number": "REAL", "date": "TEXT", "moment": "TEXT"},
    "duckdb": {"text": "VARCHAR", "number": "DOUBLE", "date": "DATE", "moment": "TIMESTAMP"},
    "postgresql": {"text": "text", "number": "double precision", "date": "date", "moment": "timestamp"},
}


def statements(kind: str) -> list[str]:
    return [statement.format(**TYPES[kind]) for statement in (CUSTOMERS, TIES, *ROWS)]


def sqlite_file(path: Path, *more: str) -> Path:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in (*statements("sqlite"), *more):
            connection.execute(statement)
    return path


def duckdb_file(path: Path, *more: str) -> Path:
    with duckdb.connect(str(path)) as connection:
        for statement in (*statements("duckdb"), *more):
            connection.execute(statement)
    return path


MAKERS: dict[str, Callable[..., Path]] = {"sqlite": sqlite_file, "duckdb": duckdb_file}


def holds_the_book(book: Book) -> None:
    assert rows(book, "customers", "id", "revenue", "renewal_on") == [
        ('fjord "A/S"', None, None),
        ("havn", 420_000_050, 19844),
    ]
    assert rows(book, "ties", "person", "customer", "last_contact", "per_year") == [
        ("bo", 'fjord "A/S"', None, 2.5),
        ("bo", "havn", 19662, None),
        ("mette", "havn", 19692, 12.0),
    ]


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("name", ["crm.db", "an odd 'name'"])
def test_a_file_is_a_book(tmp_path: Path, kind: str, name: str) -> None:
    book = loaded(MAKERS[kind](tmp_path / name).parent, {}, name)
    holds_the_book(book)
    assert counted(book, tmp_path) == {f"{name}:customers": (2, 0, 0, {}), f"{name}:ties": (3, 0, 0, {})}
    assert set(book.origins.places([1 << 32]).values()) == {f"{tmp_path}/{name}:ties:1"}


@pytest.mark.parametrize("kind", MAKERS)
def test_settings_map_other_names(tmp_path: Path, kind: str) -> None:
    path = MAKERS[kind](tmp_path / "crm.db", 'CREATE TABLE accounts AS SELECT id AS "Account Id" FROM customers')
    settings = tmp_path / "crm.yml"
    mapping = "tables:\n  customers: {file: accounts, columns: {id: account id}}\n  ties: {}\n"
    settings.write_text(mapping, encoding="utf-8")
    book = netaudit.load(path, settings=settings, as_of="2024-01-01")
    assert rows(book, "customers", "id") == [('fjord "A/S"',), ("havn",)]
    settings.write_text(mapping.replace("accounts", "acounts"), encoding="utf-8")
    error = refused(tmp_path, {}, "crm.db", settings=settings)
    assert str(error).startswith(f"{settings}:2:14: F001 no table is called 'acounts' (did you mean 'accounts'")


@pytest.mark.parametrize("kind", MAKERS)
def test_a_problem_names_table_row_and_column(tmp_path: Path, kind: str) -> None:
    MAKERS[kind](tmp_path / "crm.db", "INSERT INTO ties VALUES ('bo', 'havn', NULL, -1)")
    assert faults(tmp_path, {}, "crm.db") == ["crm.db:ties:4:4: V001"]


@pytest.mark.parametrize("kind", MAKERS)
def test_a_view_of_a_file_is_not_read(tmp_path: Path, kind: str) -> None:
    """It could read what its author cannot, such as another file of whoever opens it."""
    view = f"SELECT content AS id FROM read_text('{tmp_path / 'secret'}')" if kind == "duckdb" else "SELECT 1 AS id"
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    path = MAKERS[kind](tmp_path / "crm.db", f"CREATE VIEW channels AS {view}")
    (tmp_path / "crm.yml").write_text("tables: {channels: {}, ties: {}}", encoding="utf-8")
    assert faults(tmp_path, {}, path.name, settings=tmp_path / "crm.yml") == ["crm.yml:1:20: F001"]


@pytest.mark.parametrize(("kind", "bytes_"), [("sqlite", "x'00ff'"), ("duckdb", "'\\x00'::BLOB")])
def test_bytes_are_no_text(tmp_path: Path, kind: str, bytes_: str) -> None:
    MAKERS[kind](
        tmp_path / "crm.db", f"CREATE TABLE contacts AS SELECT 'lars' AS id, 'havn' AS customer, {bytes_} AS name"
    )
    (problem,) = refused(tmp_path, {}, "crm.db").problems
    said = {"sqlite": "holds bytes", "duckdb": "is of type 'BLOB'"}
    assert problem.message == f"the column 'name' {said[kind]}"
    assert problem.line == (1 if kind == "sqlite" else None)
    (tmp_path / "crm.yml").write_text("tables: {contacts: {columns: {id: id, customer: customer}}, ties: {}}", "utf-8")
    book = netaudit.load(tmp_path / "crm.db", settings=tmp_path / "crm.yml", as_of="2024-01-01")
    assert rows(book, "contacts", "id", "name") == [("lars", None)]  # what nobody asks for may be anything


@pytest.mark.parametrize("kind", MAKERS)
def test_a_view_that_is_called_like_a_table_of_ours_is_an_error(tmp_path: Path, kind: str) -> None:
    MAKERS[kind](tmp_path / "crm.db", VIEW.replace("employees", "Employees"))
    (problem,) = refused(tmp_path, {}, "crm.db").problems
    assert (problem.code, problem.message) == ("F001", "'Employees' is a view, or a virtual table")
    (tmp_path / "crm.yml").write_text("tables: {customers: {}, ties: {}}", encoding="utf-8")
    book = netaudit.load(tmp_path / "crm.db", settings=tmp_path / "crm.yml", as_of="2024-01-01")
    assert rows(book, "employees", "id") == [("bo",), ("mette",)]


def test_all_wrong_names_of_a_mapping_are_said(tmp_path: Path) -> None:
    sqlite_file(tmp_path / "crm.db")
    (tmp_path / "crm.yml").write_text("tables: {ties: {file: tiez}, customers: {file: customer}}", encoding="utf-8")
    found = refused(tmp_path, {}, "crm.db", settings=tmp_path / "crm.yml").problems
    assert [(problem.message, problem.hint) for problem in found] == [
        ("no table is called 'tiez'", "did you mean 'ties'?"),
        ("no table is called 'customer'", "did you mean 'customers'?"),
    ]


@pytest.mark.parametrize("name", ["departures", "x"])
def test_a_virtual_table_is_none(tmp_path: Path, name: str) -> None:
    """What it would run is not in the file."""
    sqlite_file(tmp_path / "crm.db", f'CREATE VIRTUAL TABLE {name} USING fts5(employee, "on")')
    if name in TABLES:
        (problem,) = refused(tmp_path, {}, "crm.db").problems
        assert (problem.code, problem.message) == ("F001", f"'{name}' is a view, or a virtual table")
    else:
        assert len(rows(loaded(tmp_path, {}, "crm.db"), "ties", "person")) == 3


def test_a_mapping_may_name_the_usual_schema_and_capitals(tmp_path: Path) -> None:
    more = ["CREATE TABLE \"Staff\" AS SELECT 'bo' AS id", 'CREATE TABLE "STAFF 2" AS SELECT 1 AS id']
    duckdb_file(tmp_path / "crm.db", *more)
    for name in ("main.staff", "STAFF", "main.Staff"):
        mapping = f"open_ids: true\ntables: {{employees: {{file: {name}}}, ties: {{file: main.ties}}}}"
        (tmp_path / "crm.yml").write_text(mapping, encoding="utf-8")
        book = netaudit.load(tmp_path / "crm.db", settings=tmp_path / "crm.yml", as_of="2024-01-01")
        assert ("bo",) in rows(book, "employees", "id")


def test_two_tables_of_one_name_are_refused(tmp_path: Path) -> None:
    more = ["CREATE SCHEMA a", "CREATE TABLE a.ties (owner VARCHAR)", 'CREATE TABLE "a.ties" (owner VARCHAR)']
    duckdb_file(tmp_path / "crm.db", *more)
    (problem,) = refused(tmp_path, {}, "crm.db").problems
    assert problem.message == "two tables are called 'a.ties'"


def test_a_column_without_a_name_is_refused(tmp_path: Path) -> None:
    sqlite_file(tmp_path / "crm.db", 'CREATE TABLE contacts ("" TEXT, id TEXT)')
    assert faults(tmp_path, {}, "crm.db") == ["crm.db:contacts: F003"]


def test_what_sqlite_holds_and_a_table_cannot(tmp_path: Path) -> None:
    sqlite_file(tmp_path / "crm.db", "INSERT INTO ties VALUES ('b' || char(0) || 'o', 'havn', NULL, 1)")
    assert [fault.rpartition(" ")[2] for fault in faults(tmp_path, {}, "crm.db")] in (["F003"], ["V005"])


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"SQLite format 3\0" + b"x" * 200, ["crm.db: F002"]),
        (b"12345678DUCK" + b"x" * 8000, ["crm.db: F002"]),
        (b"something else", ["crm.db: F005"]),
    ],
)
def test_what_is_no_database_is_refused(tmp_path: Path, data: bytes, expected: list[str]) -> None:
    assert faults(tmp_path, {"crm.db": data}, "crm.db") == expected


def test_a_database_without_our_tables_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "crm.db")) as connection, connection:
        connection.execute("CREATE TABLE deals (id TEXT)")
    assert faults(tmp_path, {}, "crm.db") == ["crm.db: F006"]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        (
            "postgresql://ann:sec%40ret@host:5432/crm?password=x&sslmode=require",
            "postgresql://ann@host:5432/crm?sslmode=require",
        ),
        ("postgres:///crm", "postgresql:///crm"),
        ("postgresql://ann:pa#ss@host/crm", "postgresql://ann@host/crm"),
        ("postgresql://ann@/postgres?host=/run/pg", "postgresql://ann@/postgres?host=%2Frun%2Fpg"),
        ("postgresql://ann@a:1,b:2/crm?scram_client_key=x", "postgresql://ann@/crm?host=a%2Cb&port=1%2C2"),
    ],
)
def test_a_name_of_a_server_has_no_password(url: str, name: str) -> None:
    pytest.importorskip("psycopg")
    assert address_of(url) == name


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ann:100%secret@h/crm",
        "postgresql://ann:p@secret@h/crm",
        "postgresql://ann:[secret@h/crm",
        "postgresql://ann:s3/secret@h:5432/crm",
        "postgresql://ann:s3?secret@h:5432/crm",
        "postgresql+psycopg2://ann:secret@h/crm",
        "POSTGRESQL://ann:secret@h/crm",
        "mysql://ann:secret@h/crm",
        "host=h dbname=crm user=ann password=secret",
        "postgresql:/ann:secret@h/crm",
        "ann:secret@h/crm",
        "postgresql://[::1",
    ],
)
def test_what_is_no_address_is_not_repeated(url: str) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(InputError, match=r"is no address of a server|cannot be read|none of PostgreSQL") as caught:
        netaudit.load(url)
    assert "secret" not in str(caught.value)
    others: tuple[dict[str, Any], ...] = ({"settings": url}, {"with_plan": url})
    for elsewhere in others:
        with pytest.raises(InputError) as caught:
            netaudit.load(TELCO, **elsewhere)
        assert "secret" not in str(caught.value)


def test_long_numbers_stay_what_they_are(tmp_path: Path) -> None:
    more = [f"INSERT INTO accounts VALUES ({2**53 + 1}), ({2**53})"]
    duckdb_file(tmp_path / "crm.db", "CREATE TABLE accounts (id HUGEINT)", *more)
    settings = tmp_path / "crm.yml"
    settings.write_text("tables: {customers: {file: accounts}}", encoding="utf-8")
    ids = rows(netaudit.load(tmp_path / "crm.db", settings=settings, as_of="2024-01-01"), "customers", "id")
    assert ids == [(str(2**53),), (str(2**53 + 1),)]
    relation = duckdb.connect().sql(f"SELECT '{2**53 + 1}'::HUGEINT AS owner, 'havn' AS customer")
    assert rows(netaudit.load(tables={"ties": relation}, as_of="2024-01-01"), "ties", "person") == [(str(2**53 + 1),)]


def test_a_table_that_is_damaged_is_one_error(tmp_path: Path) -> None:
    many = "CREATE TABLE channels AS SELECT md5(i::VARCHAR) AS id, md5(i::VARCHAR) AS kind FROM range(50000) t(i)"
    path = duckdb_file(tmp_path / "crm.db", many)
    data = bytearray(path.read_bytes())
    data[len(data) // 3 : len(data) // 2] = bytes(len(data) // 2 - len(data) // 3)
    path.write_bytes(data)
    assert faults(tmp_path, {}, "crm.db") == ["crm.db:channels: F002"]


def test_nothing_appears_beside_a_file(tmp_path: Path) -> None:
    sqlite_file(tmp_path / "crm.db", "PRAGMA journal_mode = WAL")
    loaded(tmp_path, {}, "crm.db")
    assert [path.name for path in tmp_path.iterdir()] == ["crm.db"]


def test_a_missing_driver_is_said() -> None:
    with (
        mock.patch("netaudit.loading.from_database.find_spec", return_value=None),
        pytest.raises(UsageError, match="the driver for PostgreSQL is not installed"),
    ):
        netaudit.load("postgresql://nowhere/crm")


def test_a_server_that_does_not_answer_is_one_error_without_the_password() -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(InputError) as caught:
        netaudit.load("postgresql://ann:secret@127.0.0.1:1/crm")
    assert str(caught.value).startswith("postgresql://ann@127.0.0.1:1/crm: F001 cannot be read")
    assert "secret" not in str(caught.value)


def as_somebody(*command: str) -> None:
    """Run a command of the server's, which refuses to be root."""
    somebody = ["setpriv", "--reuid=nobody", "--clear-groups", "--"] if os.geteuid() == 0 else []
    subprocess.run([*somebody, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)


@pytest.fixture
def server() -> Iterator[str]:
    """A server of our own: initdb -D DIR/data -U ann; pg_ctl -D DIR/data -o "-k DIR -h ''" start."""
    pytest.importorskip("psycopg")
    if shutil.which("initdb") is None or shutil.which("pg_ctl") is None:
        pytest.skip("no initdb and pg_ctl on the path, which start a PostgreSQL server")
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        Path(folder).chmod(0o777)
        data = f"{folder}/data"
        as_somebody("initdb", "-D", data, "-U", "ann", "-A", "trust", "-N")
        as_somebody("pg_ctl", "-D", data, "-w", "-o", f"-k {folder} -h ''", "start")
        try:
            yield f"postgresql://ann@/postgres?host={folder}"
        finally:
            as_somebody("pg_ctl", "-D", data, "-m", "immediate", "stop")


def test_a_server_is_a_book(server: str, tmp_path: Path) -> None:
    import psycopg

    with psycopg.connect(server) as connection:
        for statement in (*statements("postgresql"), VIEW):
            connection.execute(statement.encode())
        connection.execute(b"ALTER ROLE ann SET datestyle TO 'SQL, DMY'")
        connection.execute(b"CREATE MATERIALIZED VIEW contacts AS SELECT 12.00 AS id, 'havn' AS customer, true AS name")
        connection.execute(b"CREATE SCHEMA sales")
        connection.execute(b"CREATE TABLE sales.deals AS SELECT owner AS rep, customer, now() AS at FROM ties")
        connection.execute(b"CREATE TABLE sales.notes AS SELECT '{}'::json AS name, 'a' AS id, 'havn' AS customer")
    book = netaudit.load(server, as_of="2024-01-01")
    holds_the_book(book)
    assert rows(book, "employees", "id") == [("bo",), ("mette",)]  # a view of a server's is what it lets us see
    assert rows(book, "contacts", "id", "name") == [("12", "true")]
    assert [source.path.rpartition(":")[2] for source in book.sources] == ["contacts", "customers", "employees", "ties"]
    assert netaudit.load(book.call[0], as_of="2024-01-01").sources == book.sources
    settings = tmp_path / "crm.yml"
    settings.write_text(
        "tables: {ties: {file: sales.deals, columns: {owner: rep, customer: customer, last_contact: at}}}", "utf-8"
    )
    mapped = netaudit.load(server, settings=settings, as_of="2024-01-01")
    assert len(rows(mapped, "ties", "person")) == 3
    settings.write_text("tables: {contacts: {file: sales.notes}, ties: {}}", encoding="utf-8")
    with pytest.raises(InputError, match="Y006 the column 'name' is of type 'json'"):
        netaudit.load(server, settings=settings)
    settings.write_text(
        "tables: {contacts: {file: sales.notes, columns: {id: id, customer: customer}}, ties: {}}", "utf-8"
    )
    assert rows(netaudit.load(server, settings=settings), "contacts", "id", "name") == [("a", None)]
    with psycopg.connect(server) as connection:
        connection.execute(b"CREATE ROLE bo LOGIN")
        connection.execute(b"GRANT SELECT ON ties, contacts, employees TO bo")
    lowly = server.replace("ann@", "bo@")
    with pytest.raises(InputError, match=r"customers: F001 the table may not be read"):
        netaudit.load(lowly)
    with psycopg.connect(server) as connection:
        connection.execute(b"GRANT SELECT (id, renewal_on) ON customers TO bo")
    with pytest.raises(InputError, match=r"customers: F001 the column 'revenue' may not be read \(GRANT SELECT on it"):
        netaudit.load(lowly)
    settings.write_text("tables: {customers: {columns: {id: id}}, ties: {file: public.TIES}}", encoding="utf-8")
    some = netaudit.load(lowly, settings=settings)
    assert rows(some, "customers", "id", "revenue") == [('fjord "A/S"', None), ("havn", None)]
    with psycopg.connect(server) as connection:
        connection.execute(b"ALTER TABLE ties ENABLE ROW LEVEL SECURITY")
        connection.execute(b"CREATE POLICY own ON ties FOR SELECT TO bo USING (owner = 'bo')")
    part = netaudit.load(lowly, settings=settings)
    assert part.warnings == (f"{part.call[0]}:ties: only the rows that a policy of the server shows this role",)
    assert {person for (person,) in rows(part, "ties", "person")} == {"bo"}


def test_a_password_stays_secret_where_the_disk_is_full() -> None:
    pytest.importorskip("psycopg")
    with (
        mock.patch("netaudit.loading.find.read_database", side_effect=OSError(28, "No space left on device")),
        pytest.raises(InputError, match="postgresql://ann@h/crm: F001 cannot be read: No space left") as caught,
    ):
        netaudit.load("postgresql://ann:secret@h/crm")
    assert "secret" not in str(caught.value)


def test_a_file_that_another_program_has_open_says_so(tmp_path: Path) -> None:
    path = duckdb_file(tmp_path / "crm.db")
    other = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", other, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holding:
        assert holding.stdout is not None
        assert holding.stdout.readline() == b"held\n"
        (problem,) = refused(tmp_path, {}, "crm.db").problems
        holding.communicate()
    assert problem.hint == "another program has it open; close that, or copy the file"


def half_written(path: Path) -> sqlite3.Connection:
    """A file in which a change that nobody has committed lies already."""
    writing = sqlite3.connect(path, isolation_level=None)
    writing.execute("CREATE TABLE ties (owner, customer)")
    writing.executemany("INSERT INTO ties VALUES ('mette', ?)", [(f"c{number:04}",) for number in range(3000)])
    writing.execute("PRAGMA cache_size = 5")
    writing.execute("BEGIN")
    writing.execute("UPDATE ties SET owner = 'ghost'")
    return writing


def test_what_is_not_committed_is_never_read(tmp_path: Path) -> None:
    """Neither from a file that is being written, nor from one whose program broke off."""
    left = tmp_path / "left.sqlite"
    with closing(half_written(tmp_path / "book.sqlite")) as writing:
        for ending in ("", "-journal"):
            shutil.copy(tmp_path / f"book.sqlite{ending}", f"{left}{ending}")
        for name, hint in (("book.sqlite", "another program is writing to it"), ("left.sqlite", "a program broke off")):
            (problem,) = refused(tmp_path, {}, name).problems
            assert (problem.code, (problem.hint or "").startswith(hint)) == ("F002", True)
        writing.execute("ROLLBACK")
    assert {person for (person,) in rows(loaded(tmp_path, {}, "book.sqlite"), "ties", "person")} == {"mette"}
    assert not list(tmp_path.glob("book.sqlite?*"))


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_names_in_capitals_are_ours_and_others_are_named(tmp_path: Path, kind: str) -> None:
    text, names = TYPES[kind]["text"], ("Channels", "tie", "a", "b", "c", "d", "e")
    more = [VIEW.replace("employees", "staff"), *(f"CREATE TABLE {name} (id {text}, kind {text})" for name in names)]
    book = netaudit.load(MAKERS[kind](tmp_path / "book.db", *more))
    assert any(source.path.endswith(":Channels") for source in book.sources)
    (said,) = (note for note in book.notes() if note.startswith("tables of other names are not read: "))
    assert said.startswith("tables of other names are not read: 'a', 'b', 'c', 'd', 'e' and 2 more; tables are ")
    settings = tmp_path / "crm.yml"
    settings.write_text("tables: {employees: {file: staff, columns: {id: id}}}", encoding="utf-8")
    with pytest.raises(InputError, match=r"no table is called 'staff' \(views in a file are not read\)"):
        netaudit.load(tmp_path / "book.db", settings=settings)
