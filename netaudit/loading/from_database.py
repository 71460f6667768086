"""Tables of a database → Parquet in files of ours: a DuckDB file, an SQLite file, a PostgreSQL server.

A file may come from anybody, so only its own tables are read: a view could read what its author cannot. A server is
asked only where somebody names it on the command line or in Python; what it lets see as a table or a view is read.
"""

from __future__ import annotations

import csv
import re
import sqlite3
import tempfile
from contextlib import closing, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, unquote, urlencode

from netaudit.engine import literal, quoted
from netaudit.errors import first_line, shown, usage
from netaudit.loading.files import SERVERS, File, Unfit, refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Sequence
    from contextlib import ExitStack

    from netaudit.engine import Engine

_MAGIC = {b"SQLite format 3\0": "sqlite", b"DUCK": "duckdb"}
_NO_VALUES = re.compile(r".*\[\]|jsonb?|bytea|xml")
_BUSY = {
    "database is locked": "another program is writing to it; try again",
    "attempt to write a readonly database": "a program broke off while it wrote; open it with that one first",
}
_OPEN = {
    *("user", "host", "hostaddr", "port", "dbname", "service", "options", "application_name", "connect_timeout"),
    *("sslmode", "sslrootcert", "target_session_attrs", "channel_binding", "gssencmode"),
}
"""What of an address may be said; the rest may be secret."""


class Contents(NamedTuple):
    """What a database holds: the names of its tables, how one is written, but for what is unfit, and more of them.

    `views` are not read; of tables in `partly` the server shows some rows only. `usual` is the schema whose name goes
    without saying; tables of others are called SCHEMA.TABLE.
    """

    names: list[str]
    write: Callable[[str, Path], dict[str, Unfit]]
    usual: str
    views: Sequence[str] = ()
    partly: Container[str] = ()


def kind_of(path: Path) -> str | None:
    """Which kind of database a file is, by its first bytes; None for another file."""
    with path.open("rb") as stream:
        head = stream.read(16)
    return _MAGIC.get(head) or _MAGIC.get(head[8:12])


def address_of(url: str) -> str:
    """How a server's address is called in answers and messages: as it stands there, without what is secret.

    Raises InputError, which repeats nothing, for what is no address, and UsageError where the driver is missing.
    """
    if find_spec("psycopg") is None:
        raise usage("the driver for PostgreSQL is not installed", "pip install 'netaudit[postgres]'")
    from psycopg import Error  # noqa: PLC0415 - an extra, and slow to import
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415

    hint = "letters such as @ : / ? # % in a password are written %40 %3A %2F %3F %23 %25"
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(url).items() if name in _OPEN}
        user, host, port = (quote(parts.pop(name, ""), safe="") for name in ("user", "host", "port"))
        database = quote(parts.pop("dbname", ""), safe="")
    except (Error, ValueError):
        raise refuse(SERVERS[0], "F001", "is no address of a server", hint) from None
    if "%40" in host + database or not re.fullmatch(r"[0-9,]*", port := unquote(port)):  # cut at the wrong place
        raise refuse(SERVERS[0], "F001", "is no address of a server", hint)
    if host.startswith("%2F") or "%2C" in host:  # a socket, and several, have no place before the path
        parts["host"], host = unquote(host), ""
        parts |= {"port": port} if port else {}
        port = ""
    more = f"?{urlencode(parts)}" if parts else ""
    return f"{SERVERS[0]}{user}{'@' if user else ''}{host}{f':{port}' if port else ''}/{database}{more}"


@contextmanager
def opened(engine: Engine, source: str, label: str, kind: str, copies: ExitStack) -> Iterator[Tables]:
    """The tables of a database while it is open; `kind` is duckdb, sqlite or postgresql.

    Raises InputError for what cannot be read, and UsageError where the driver of a server is missing.
    """
    opening = {"duckdb": _duckdb, "sqlite": _sqlite, "postgresql": _postgresql}[kind]
    with opening(engine, source, label) as held:
        yield Tables(label, held, copies)


class Tables:
    """The tables of an open database, by name."""

    def __init__(self, label: str, held: Contents, copies: ExitStack) -> None:
        if len(set(held.names)) < len(held.names):
            twice = next(name for name in held.names if held.names.count(name) > 1)
            raise refuse(label, "F001", f"two tables are called {shown(twice)}", "the one is a schema's, dot, table")
        self.label = label
        self.held = held
        self._copies = copies

    def called(self, name: str) -> str | None:
        """The table that somebody means by a name: in capitals or not, with the usual schema or without; if one is."""
        names = self.held.names
        for wanted in (name, name.removeprefix(f"{self.held.usual}.")):
            alike = [wanted] if wanted in names else [one for one in names if one.casefold() == wanted.casefold()]
            if len(alike) == 1:
                return alike[0]
        return None

    def file(self, name: str) -> File:
        """One of them as a Parquet file of ours."""
        copy = self._copies.enter_context(tempfile.NamedTemporaryFile(suffix=".parquet"))  # noqa: SIM115 - it is one
        unfit = self.held.write(name, Path(copy.name))
        return File(Path(copy.name), f"{self.label}:{name}", unfit)


@contextmanager
def _duckdb(engine: Engine, source: str, label: str) -> Iterator[Contents]:
    base = engine.new_name()
    try:
        engine.run(f"ATTACH {literal(source)} AS {base} (READ_ONLY, TYPE duckdb)")
        found, views = (
            engine.ask(
                f"SELECT schema_name, {kind}_name FROM duckdb_{kind}s() "
                f"WHERE database_name = {literal(base)} AND NOT internal ORDER BY 1, 2"
            )
            for kind in ("table", "view")
        )
    except engine.failures as error:
        why = first_line(error)
        busy = "another program has it open; close that, or copy the file" if "set lock" in why else why
        raise refuse(label, "F002", "cannot be read as a DuckDB file", busy) from None
    names = [_named(schema, table, "main") for schema, table in found]
    tables = dict(zip(names, found, strict=True))

    def write(name: str, to: Path) -> dict[str, Unfit]:
        table = ".".join(map(quoted, (base, *tables[name])))
        try:
            kinds = engine.ask(f"DESCRIBE {table}")
            chosen = ", ".join(
                f"CAST({quoted(column)} AS VARCHAR) AS {quoted(column)}"
                if kind in {"HUGEINT", "UHUGEINT"}
                else quoted(column)
                for column, kind, *_ in kinds  # Parquet would hold such numbers as floats
            )
            engine.run(f"COPY (SELECT {chosen} FROM {table}) TO {literal(str(to))} (FORMAT parquet)")
        except engine.failures as error:
            raise refuse(f"{label}:{name}", "F002", "the table cannot be read", first_line(error)) from None
        return {}

    try:
        yield Contents(names, write, "main", [_named(schema, view, "main") for schema, view in views])
    finally:
        with suppress(*engine.failures):
            engine.run(f"DETACH {base}")


@contextmanager
def _sqlite(engine: Engine, source: str, label: str) -> Iterator[Contents]:
    try:
        alone = "&immutable=1" if _is_left(Path(source)) else ""  # or files would appear beside it
        address = f"{Path(source).absolute().as_uri()}?mode=ro{alone}"
        with closing(sqlite3.connect(address, uri=True, isolation_level=None, timeout=2)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("BEGIN")  # all tables as of one moment, and of what is committed
            query = "SELECT type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%', name FROM sqlite_master"
            found = connection.execute(f"{query} WHERE type IN ('table', 'view') ORDER BY 2").fetchall()
            own = [(is_table, name) for is_table, name in found if not name.startswith("sqlite_")]
            names, views = ([name for is_table, name in own if is_table == wanted] for wanted in (1, 0))

            def write(name: str, to: Path) -> dict[str, Unfit]:
                rows = connection.execute(f"SELECT * FROM {quoted(name)}")
                headings = [column for column, *_ in rows.description]
                unfit: dict[str, Unfit] = {}
                count = 0
                with _copy() as copy:
                    writer = csv.writer(copy, lineterminator="\n", quoting=csv.QUOTE_ALL)
                    for row in rows:
                        count += 1
                        writer.writerow(map(_text, row))
                        for heading, value in zip(headings, row, strict=True):
                            if isinstance(value, bytes):
                                unfit.setdefault(heading, Unfit("holds bytes", row=count))
                    copy.flush()
                    _as_parquet(engine, copy.name, headings, to, f"{label}:{name}", count)
                return unfit

            yield Contents(names, write, "main", views)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        why = first_line(error)
        raise refuse(label, "F002", "cannot be read as an SQLite file", _BUSY.get(why, why)) from None


def _is_left(path: Path) -> bool:
    """Whether nobody has a file open that keeps a log of what is written beside it, as its header says."""
    with path.open("rb") as stream:
        return stream.read(20)[18:20] == b"\2\2" and not Path(f"{path}-wal").exists()


@contextmanager
def _postgresql(engine: Engine, source: str, label: str) -> Iterator[Contents]:
    import psycopg  # noqa: PLC0415 - an extra, and slow to import
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415

    try:
        with psycopg.connect(source, client_encoding="utf8") as connection:
            for setting in ("timezone TO 'UTC'", "datestyle TO ISO", "extra_float_digits TO 1"):
                connection.execute(f"SET {setting}".encode())
            connection.commit()
            connection.read_only = True
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ  # all tables as of one moment
            columns = connection.execute(_COLUMNS).fetchall()
            found = {(schema, table): (usual, some) for schema, table, usual, some, *_ in columns}
            names = [_named(schema, table, schema if usual else "") for (schema, table), (usual, _) in found.items()]
            tables = dict(zip(names, found, strict=True))
            partly = {name for name, (_, some) in zip(names, found.values(), strict=True) if some}

            def write(name: str, to: Path) -> dict[str, Unfit]:
                own = [entry for schema, table, _, _, *entry in columns if (schema, table) == tables[name]]
                if not any(readable for _, _, readable in own):
                    raise refuse(f"{label}:{name}", "F001", "the table may not be read", "GRANT SELECT ON it")
                mine = [(column, kind) for column, kind, _ in own]
                unfit = {
                    column: Unfit(f"is of type {shown(kind)}") for column, kind in mine if _NO_VALUES.fullmatch(kind)
                }
                hint = "GRANT SELECT on it, or map the others"
                unfit |= {column: Unfit("may not be read", hint, code="F001") for column, _, ours in own if not ours}
                chosen = ", ".join("''" if column in unfit else _value(column, kind) for column, kind in mine)
                table = ".".join(map(quoted, tables[name]))
                query = f"COPY (SELECT {chosen} FROM {table}) TO STDOUT (FORMAT csv, FORCE_QUOTE *)"
                with _copy() as copy, connection.cursor() as cursor:
                    with cursor.copy(query.encode()) as pieces:
                        for piece in pieces:
                            copy.buffer.write(piece)
                    copy.flush()
                    headings = [column for column, _ in mine]
                    _as_parquet(engine, copy.name, headings, to, f"{label}:{name}", cursor.rowcount)
                return unfit

            own_schema = next((schema for (schema, _), (usual, _) in found.items() if usual), "")
            yield Contents(names, write, own_schema, partly=partly)
    except psycopg.Error as error:
        secrets = [value for name, value in conninfo_to_dict(source).items() if name not in _OPEN and value]
        why = first_line(error)
        hint = None if any(str(secret) in why for secret in secrets) else why
        raise refuse(label, "F001", "cannot be read", hint) from None


_COLUMNS = """
SELECT n.nspname, c.relname, n.nspname = current_schema(), row_security_active(c.oid),
  a.attname, format_type(a.atttypid, NULL), has_column_privilege(c.oid, a.attnum, 'SELECT')
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
  AND (n.nspname = current_schema()
    OR has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT'))
ORDER BY 1, 2, a.attnum
"""


def _named(schema: str, table: str, usual: str) -> str:
    return table if schema == usual else f"{schema}.{table}"


def _value(column: str, kind: str) -> str:
    """A column as text can hold it: of a moment the day, of a number no idle decimals."""
    if kind.startswith("timestamp"):
        return f"CAST({quoted(column)} AS date)"
    return f"CAST({f'trim_scale({quoted(column)})' if kind == 'numeric' else quoted(column)} AS text)"


def _text(value: object) -> str:
    """A value of SQLite, whose columns hold any, as text: a number without idle decimals; of bytes nothing."""
    if value is None or isinstance(value, bytes):
        return ""
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)


def _copy() -> Any:
    return tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8", newline="")


def _as_parquet(engine: Engine, copy: str, headings: Iterable[str], to: Path, label: str, rows: int) -> None:
    """Our own CSV, which has no header, as Parquet; nothing of it may be lost."""
    columns = ", ".join(f"{literal(heading)}: 'VARCHAR'" for heading in headings)
    read = (
        f"read_csv({literal(copy)}, auto_detect=false, header=false, delim=',', quote='\"', escape='\"', "
        f"new_line='\\n', strict_mode=true, null_padding=false, max_line_size=16777216, columns={{{columns}}})"
    )
    try:
        engine.run(f"COPY (SELECT * FROM {read}) TO {literal(str(to))} (FORMAT parquet)")
        found = engine.ask(f"SELECT count(*) FROM read_parquet({literal(str(to))})")[0][0]
    except engine.failures:
        found = None
    if found != rows:
        raise refuse(label, "F003", "rows that the engine cannot hold", "look for a NUL, a column without a name")
