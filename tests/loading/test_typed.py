"""Text rows become typed rows: by the engine where that is the same, and every row is accounted for."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netaudit.engine import Engine
from netaudit.errors import GATHERED, SHOWN
from netaudit.loading import schema, typed
from netaudit.loading.raw import Raw
from netaudit.loading.schema import TABLES
from netaudit.loading.values import CellError, Reading

from . import counted, faults, loaded, refused, rows

if TYPE_CHECKING:
    from pathlib import Path

    from netaudit.loading.schema import Type

TYPES = {column.type: (table, name) for table, columns in TABLES.items() for name, column in columns.items()}
NAMES = {value: name for name, value in vars(schema).items() if isinstance(value, schema.Type)}
IDS = [NAMES.get(kind, f"{table}.{name}") for kind, (table, name) in TYPES.items()]
READINGS = [
    Reading(),
    Reading(plain=True),
    Reading(decimal=","),
    Reading(decimal="."),
    Reading(date_format="%Y-%d-%m"),
]
ENGINE = Engine(1)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
NEAR = st.text("0123456789.,-e \u00e6A\u030a\u00d7;Tz", max_size=12)


def fitting(kind: Type) -> st.SearchStrategy[str]:
    """Texts that the guard lets pass, as Python's patterns understand it."""
    if kind.guard is None:
        return NEAR
    written = f"{kind.guard}|{kind.point}" if kind.point else kind.guard
    pattern = re.sub(r"\\x\{([0-9A-F]+)\}", lambda found: chr(int(found[1], 16)), written)
    return st.from_regex(pattern, fullmatch=True)


def read(kind: Type, text: str, how: Reading) -> object:
    try:
        return kind.read(text, how)
    except CellError as error:
        return error.code


@pytest.mark.parametrize("kind", TYPES, ids=IDS)
@settings(max_examples=16)
@given(data=st.data())
def test_texts_behind_the_guard_are_read_alike_by_the_engine(kind: Type, data: st.DataObject) -> None:
    how = data.draw(st.sampled_from(READINGS))
    texts = data.draw(st.lists(fitting(kind) | NEAR | TEXT, min_size=1, max_size=12))
    guard = typed._guard(kind, how)
    fast = kind.fast.format("text")
    relation = ENGINE.table({"text": "VARCHAR"}, {"text": texts})
    for text, value in ENGINE.ask(f'SELECT "text", {fast} FROM {relation} WHERE {guard}'):
        assert read(kind, text, how) == value


@pytest.mark.parametrize("kind", TYPES, ids=IDS)
@settings(max_examples=16)
@given(data=st.data())
def test_a_column_holds_what_the_reader_says(kind: Type, data: st.DataObject) -> None:
    how = data.draw(st.sampled_from(READINGS))
    texts = data.draw(st.lists(fitting(kind) | NEAR | TEXT, min_size=1, max_size=8))
    table, name = TYPES[kind]
    relation = ENGINE.table({"c0": "VARCHAR"}, {"c0": texts})
    raw = Raw(table, "f", relation, {name: '"c0"'}, {}, how, lambda cells: [(row + 1, 1) for row, _ in cells])
    typist = typed.Typist(ENGINE)
    made = typist.type_table(table, [raw])
    values: dict[int, Any] = dict(ENGINE.ask(f'SELECT _row, "{name}" FROM {made}'))
    mine = [problem for problem in typist.located() if problem.message.startswith(f"{name}: ")]
    wrong = {problem.line: problem.code for problem in mine}
    for row, text in enumerate(texts):
        expected = read(kind, text, how)
        if isinstance(expected, Decimal):
            expected = expected.quantize(Decimal("1e-8"))
        if row in values:
            assert wrong.get(row + 1, values[row]) == expected
        else:
            assert not text.strip()
    tally = typist.tallies[0]
    assert tally.read == len(texts) == tally.loaded + sum(tally.skipped.values()) + len(tally.rejected)


def test_guards_are_kept_to_short_texts() -> None:
    assert "<= 200" in typed._guard(schema.ID, Reading())


@pytest.mark.parametrize("how", READINGS, ids=str)
def test_a_decimal_comma_takes_the_point_from_the_engine(how: Reading) -> None:
    assert (r"\." not in typed._guard(schema.STRENGTH, how)) is (how.decimal == ",")


def test_rows_of_a_clean_file_are_loaded_or_skipped(tmp_path: Path) -> None:
    files = {"ties.csv": "owner,customer,x_note\nmette,havn,\n\n,,only a note\n  ,\t,\nbo,havn,\n"}
    assert counted(loaded(tmp_path, files), tmp_path) == {
        "ties.csv": (2, 3, 0, {"blank lines": 1, "rows of blank cells": 2})
    }


def test_rows_of_a_broken_book_are_loaded_skipped_or_rejected(tmp_path: Path) -> None:
    files = {
        "ties.csv": "owner,customer,per_year\nmette,havn,x\n\n,,\nbo,havn,1\n,havn,1\nbo,,y\n",
        "customers.csv": "id,revenue\nhavn,5\nkaj,-1\n",
    }
    assert refused(tmp_path, files).tally == "8 rows read: 2 loaded, 2 skipped, 4 rejected"


def test_rows_of_a_ragged_file_are_accounted_for(tmp_path: Path) -> None:
    error = refused(tmp_path, {"ties.csv": "owner,customer\na,b\n" + "a\n" * 60})
    assert error.count == 60
    assert "61 rows read: 1 loaded, 0 skipped, 60 rejected" in str(error.tally)


def test_a_rejected_row_is_not_skipped_as_well(tmp_path: Path) -> None:
    files = {
        "employees.csv": "id\nmette\n",
        "interactions.csv": "owner,customer,kind,on\nbo,havn,call,2030-01-01\n",
    }
    assert refused(tmp_path, files).tally == "2 rows read: 1 loaded, 0 skipped, 1 rejected"


def test_a_row_that_where_excludes_is_not_rejected(tmp_path: Path) -> None:
    files = {
        "netaudit.yml": "tables: {ties: {file: a.csv, columns: {owner: o, employee: e, customer: c}, where: {s: y}}}",
        "a.csv": "o,e,c,s\nx,y,havn,n\nx,,havn,y\n",
    }
    assert counted(loaded(tmp_path, files), tmp_path)["a.csv"] == (1, 1, 0, {"where": 1})


def test_every_problem_of_a_row_counts_it_once(tmp_path: Path) -> None:
    files = {"customers.csv": "id,revenue,count,renewal_on\na,x,0,soon\n"}
    error = refused(tmp_path, files)
    assert (error.count, error.tally) == (3, "1 rows read: 0 loaded, 0 skipped, 1 rejected")


@pytest.mark.parametrize("count", [70, GATHERED + 20])
def test_problems_are_located_in_order_up_to_a_limit_and_all_are_counted(tmp_path: Path, count: int) -> None:
    error = refused(tmp_path, {"customers.csv": "id,revenue\n" + "".join(f"c{i},x\n" for i in range(count))})
    assert [problem.line for problem in error.problems] == list(range(2, 2 + min(count, GATHERED)))
    assert (error.count, error.tally) == (count, f"{count} rows read: 0 loaded, 0 skipped, {count} rejected")
    assert len(str(error).splitlines()) == SHOWN


@pytest.mark.parametrize(
    ("table", "line", "expected"),
    [
        ("employees", "id,attrition\nmette,25\n", "2:7: V001"),
        ("employees", "id,attrition\n,0.2\n", "2:1: S002"),
        ("employees", "id,left_on\nmette,1.2.24\n", "2:7: V004"),
        ("channels", "id,kind\np,portl\n", "2:3: V006"),
        ("channels", "id,name\np,P\n", "1:1: S002"),
        ("channels", "id,kind,admins\np,portal,a;b\u202ec\n", "2:10: V005"),
        ("customers", "id,revenue\na,1.234\n", "2:3: V002"),
        ("customers", "id,currency\na,kr\n", "2:3: V006"),
        ("customers", "id,count\na,0\n", "2:3: V001"),
        ("customers", "name,revenue\nA,5\n", "1:1: S002"),
        ("contacts", "id,customer\nlars,\n", "2:6: S002"),
        ("ties", "owner,customer,strength\na,b,1\n", "2:5: V001"),
        ("ties", "owner,customer,followers\na,b,1.5\n", "2:5: V001"),
        ("ties", "owner,kind\na,meeting\n", "1:1: S002"),
        ("ties", "owner,channel,customer\na,b,c\n", "2:3: S003"),
        ("interactions", "owner,customer,kind,on\na,b,meeting,\n", "2:13: S002"),
        ("interactions", "owner,customer,on\na,b,2020-01-01\n", "1:1: S002"),
        ("departures", "employee,on,destination\na,2020-01-01,mars\n", "2:14: V006"),
        ("outcomes", "employee,customer,outcome\na,b,left\n", "2:5: V006"),
        ("ties", "owner,customer\na\x1bb,c\n", "2:1: V005"),
    ],
)
def test_problem_with_a_cell(tmp_path: Path, table: str, line: str, expected: str) -> None:
    files = {f"{table}.csv": line}
    if table not in {"ties", "customers"}:
        files["customers.csv"] = "id\nb\n"
    assert expected in [found.removeprefix(f"{table}.csv:") for found in faults(tmp_path, files)]


def test_typed_values_of_every_column(tmp_path: Path) -> None:
    files = {
        "employees.csv": "id,name,role,team,manager,left_on,attrition,clause_until\n"
        "mette,Mette Holm,kam,ent,bo,2023-12-31,0.25,2024-06-30\nbo,,,,,,,\n",
        "customers.csv": "id,revenue,count,renewal_on,segment\nhavn,12.5,3,2024-02-01,b2b\n",
        "ties.csv": "owner,customer,last_contact,per_year,strength,kind\nbo,havn,1 Jan 2023,1.5,0.5,call\n",
    }
    book = loaded(tmp_path, files)
    assert rows(book, "employees", "id", "team", "manager", "left_on", "attrition", "clause_until")[1] == (
        ("mette", "ent", "bo", 19722, 0.25, 19904)
    )
    assert rows(book, "customers", "revenue", "count", "renewal_on", "segment") == [(1250, 3, 19754, "b2b")]
    assert rows(book, "ties", "kind", "last_contact", "per_year", "strength") == [("call", 19358, 1.5, 0.5)]


def test_rows_of_the_wrong_width_are_located_up_to_the_same_limit(tmp_path: Path) -> None:
    error = refused(tmp_path, {"ties.csv": 'employee,customer\n"mette",havn\n' + "mette\n" * (GATHERED + 7)})
    assert {problem.code for problem in error.problems} == {"C002"}
    assert [problem.line for problem in error.problems] == list(range(3, 3 + GATHERED))
    assert error.count == GATHERED + 7
