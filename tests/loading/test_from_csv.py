"""CSV as people have it: the same table whoever parses it, or a problem in its place."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

import netaudit
from netaudit.engine import Engine
from netaudit.errors import InputError
from netaudit.loading import from_csv
from netaudit.loading.files import File
from netaudit.loading.from_csv import Table, read_csv

from . import TIE, Files, counted, faults, loaded, refused, rows

if TYPE_CHECKING:
    from netaudit.loading.raw import Place

KNOWN = {"owner", "customer", "kind"}
Outcome = tuple[list[tuple[str, ...]], int, list["Place"]] | list[str]


def read(path: Path, encoding: str | None = None) -> tuple[Engine, Table]:
    engine = Engine(1)
    with ExitStack() as copies:
        table = read_csv(engine, File(path, "f"), KNOWN, encoding, copies)
        copies.pop_all()  # they go with the process
        return engine, table


def cells(path: Path, encoding: str | None = None) -> list[tuple[str, ...]]:
    engine, table = read(path, encoding)
    return [tuple(cell or "" for cell in row) for row in engine.ask(f"SELECT * FROM {table.relation} ORDER BY rowid")]


def outcome(path: Path) -> Outcome:
    """The rows, how many lines were blank and where each row's last cell is; or the problems."""
    try:
        engine, table = read(path)
    except InputError as error:
        return [f"{problem.line}:{problem.column}: {problem.code}" for problem in error.problems]
    found = engine.ask(f"SELECT * FROM {table.relation} ORDER BY rowid")
    last = f"c{len(table.dialect.headings) - 1}"
    texts = [tuple((cell or "").strip() for cell in row) for row in found]
    return texts, sum(table.skipped.values()), table.places([(index, last) for index in range(len(found))])


def both(data: bytes) -> tuple[Outcome, Outcome]:
    """What reading brings with the engine and without it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "ties.csv")
        path.write_bytes(data)
        fast = outcome(path)
        with mock.patch.object(from_csv, "_by_engine", return_value=None):
            return fast, outcome(path)


_CELL = st.text('ab\u00e9 ,;"\n', max_size=4)


@given(
    st.lists(st.tuples(_CELL, _CELL, _CELL), max_size=6),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([",", ";", "\t", "|"]),
    st.booleans(),
)
def test_well_formed_table_is_equal_by_engine_and_by_hand(
    table: list[tuple[str, str, str]], end: str, mark: str, closed: bool
) -> None:
    def written(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"' if any(char in cell for char in f'{mark}"\n') else cell

    assume(not any(mark in cell and "\n" in cell for row in table for cell in row))  # might be rows that were swallowed
    lines = [mark.join(("owner", "customer", "kind")), *(mark.join(map(written, row)) for row in table)]
    fast, slow = both((end.join(lines) + end * closed).encode())
    assert fast == slow
    assert slow[0] == [tuple(cell.strip() for cell in row) for row in table]


@given(st.text('ab,;"\n\r \u00e9', max_size=24))
@example("a,b\n\n\na,b\n")
@example("\na,b")
@example('"a\n\nb",c\nd,e')
@example("a\n")
@example("a,b,,\n")
@example("a,b\r\nc,d\n")
@example('a"b,c\n')
@example('a,"b"c\n')
@example('"",\n')
@example(",\n,\n")
@example(" \n")
@example('"a,b\nc,d\n')
@example('a,b\nc,"d')
def test_any_text_below_a_header_is_equal_by_engine_and_by_hand(text: str) -> None:
    fast, slow = both(b"owner,customer\n" + text.encode())
    assert fast == slow


@pytest.mark.parametrize("row", [' "a",b', '"a" ,b', 'a,"b" ', 'a,\t"b"', '"a"\t,b'])
def test_quotes_beside_blanks_are_equal_by_engine_and_by_hand(row: str) -> None:
    fast, slow = both(f"owner,customer\n{row}\n".encode())
    assert fast == slow


@given(st.text("ab \t", max_size=3), st.lists(st.sampled_from(["", "note", "a;b", "# x"]), max_size=4))
def test_preamble_is_passed_by_engine_and_by_hand(cell: str, preamble: list[str]) -> None:
    fast, slow = both("\n".join([*preamble, "owner,customer", f"{cell},x", ""]).encode())
    assert fast == slow
    assert slow[0] == [(cell.strip(), "x")]


def test_file_of_one_column_is_equal_by_engine_and_by_hand() -> None:
    fast, slow = both(b"customer\na\n\nb\n")
    assert slow == ([("a",), ("b",)], 1, [(2, 1), (4, 1)])
    assert fast == slow


def test_cell_limit_holds_by_engine_and_by_hand() -> None:
    fast, slow = both(b"owner,customer\na," + b"x" * 70_000 + b"\n")
    assert fast == slow == ["2:1: F003"]


def test_plain_file_is_read_by_the_engine(tmp_path: Path) -> None:
    path = tmp_path / "ties.csv"
    path.write_text('owner,customer\n"a, b",c\n')
    with mock.patch.object(from_csv, "_by_hand", side_effect=AssertionError):
        assert cells(path) == [("a, b", "c")]


@pytest.mark.parametrize("name", ["a[b].csv", "a*.csv", "a?.csv", "it's.csv", '"q".csv', "a b;--.csv"])
def test_file_name_is_only_a_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "ab.csv").write_text("owner,customer\nwrong,wrong\n")
    (tmp_path / name).write_text(TIE)
    assert cells(tmp_path / name) == [("mette", "havn")]


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("owner,customer\n\u00c5se,havn\n".encode(), None),
        (b"\xef\xbb\xbf" + "owner,customer\n\u00c5se,havn\n".encode(), None),
        ("owner,customer\n\u00c5se,havn\n".encode("utf-16"), None),
        (b"\xfe\xff" + "owner,customer\n\u00c5se,havn\n".encode("utf-16-be"), None),
        ("owner,customer\n\u00c5se,havn\n".encode("cp1252"), "cp1252"),
        (b"\xef\xbb\xbf" + "owner,customer\n\u00c5se,havn\n".encode(), "cp1252"),
        ("sep=;\nowner;customer\n\u00c5se;havn\n".encode(), None),
        ("owner\tcustomer\n\u00c5se\thavn".encode(), None),
        ("owner|customer\r\n\u00c5se|havn\r\n".encode(), None),
        ("owner,customer\r\u00c5se,havn\r".encode(), None),
        ("owner,customer\r\n\n\u00c5se,havn\r\n".encode(), None),
        ('Notes:\n"A long, quoted note;"\n\nowner,customer\n\u00c5se,havn\n'.encode(), None),
        ('"owner","customer"\n"\u00c5se","havn"\n'.encode(), None),
        (" OWNER , Customer\n\u00c5se,havn\n".encode(), None),
        ('"owner\n",customer\n\u00c5se,havn\n'.encode(), None),
        ("owner,customer\n  \n\u00c5se,havn\n\n".encode(), None),
    ],
)
def test_table_as_people_have_it(tmp_path: Path, data: bytes, encoding: str | None) -> None:
    path = tmp_path / "ties.csv"
    path.write_bytes(data)
    assert cells(path, encoding) == [("\u00c5se", "havn")]


def test_quoted_newlines_stay_in_their_cell(tmp_path: Path) -> None:
    book = loaded(tmp_path, {"customers.csv": 'id,name\nhavn,"Havnegade\nLogistik ""H"""\n'})
    assert rows(book, "customers", "id", "name") == [("havn", 'Havnegade\nLogistik "H"')]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", ["ties.csv:1:1: F006"]),
        (b" \n\n", ["ties.csv:1:1: F006"]),
        (b'"owner,customer\n', ["ties.csv:1:1: C004"]),
        (b'owner,customer\na,b\n"c,d\ne,f\n', ["ties.csv:3:1: C001"]),
        (b'owner,customer\na,b\n"c\nd",e\nf,"g\n', ["ties.csv:5:1: C001"]),
        (b'owner,customer\n\n"a"x,b\n', ["ties.csv:3:1: C001"]),
        (b"owner,customer\na\nb,c\nd,e,f\n", ["ties.csv:2:1: C002", "ties.csv:4:1: C002"]),
        (b"owner,customer,\na,b,c\n", ["ties.csv:1:16: C003"]),
        (b"owner,customer,owner\na,b,c\n", ["ties.csv:1:16: C003"]),
        (b"owner,customer,Owner\na,b,c\n", ["ties.csv:1:16: C003"]),
        (b"x\nowner,custmer,x_note\na,b,c\n", ["ties.csv:2:7: S001"]),
        (b"owner,customer\n,b\na,\n", ["ties.csv:2:1: S002", "ties.csv:3:3: S002"]),
        (b"customer,owner,employee\nb,a,a\n", ["ties.csv:2:5: S003"]),
        (b"owner,customer,last_contact\na,b,03/04/2024\n", ["ties.csv:2:5: V004"]),
        (b'owner,customer,per_year\n"a, b",c,x\n"""a""",c,x\n', ["ties.csv:2:10: V001", "ties.csv:3:11: V001"]),
        (b'owner,customer,per_year\n"a\nb",c,1\nd,e,x\n', ["ties.csv:2:1: V005", "ties.csv:4:5: V001"]),
        (b"note\n\nowner,customer,per_year\n\na,b,x\n", ["ties.csv:5:5: V001"]),
        (b"owner,customer\na,b\nc,\xffd\n", ["ties.csv:3:3: F002"]),
        (b"owner,customer\na,b\nc,d\0\n", ["ties.csv:3:4: F002"]),
        (b"\x1f\x8b\x08\x00", ["ties.csv:1:1: F002"]),
        (b"PK\x03\x04", ["ties.csv:1:1: F002"]),
        (b"\xd0\xcf\x11\xe0", ["ties.csv:1:1: F002"]),
        (b"owner,customer,x_a\r\na,b," + b"x" * 70_000 + b"\n", ["ties.csv:2:1: F003"]),
    ],
)
def test_problem_in_a_table(tmp_path: Path, data: bytes, expected: list[str]) -> None:
    assert faults(tmp_path, {"ties.csv": data}) == expected


def test_line_limit(tmp_path: Path) -> None:
    data = b"owner,customer\na,b\nc," + b"x" * (6 << 20)
    assert faults(tmp_path, {"ties.csv": data}) == ["ties.csv:3:1: F003"]


def test_old_mac_file_of_any_size_has_lines(tmp_path: Path) -> None:
    book = loaded(tmp_path, {"ties.csv": "owner,customer\r" + "mette,havn\r" * 500_000})
    assert counted(book, tmp_path)["ties.csv"][0] == 500_000


def test_many_chunks_are_one_file(tmp_path: Path) -> None:
    book = loaded(tmp_path, {"ties.csv": "owner,customer\n" + "mette,havn\n\n" * 400_000})
    assert counted(book, tmp_path)["ties.csv"] == (400_000, 400_000, 0, {"blank lines": 400_000})


def test_byte_that_is_no_text_is_located_behind_the_first_chunk(tmp_path: Path) -> None:
    data = b"owner,customer\n" + b"mette,havn\n" * 500_000 + b"a,\xff\n"
    assert faults(tmp_path, {"ties.csv": data}) == ["ties.csv:500002:3: F002"]


def test_byte_outside_a_declared_encoding(tmp_path: Path) -> None:
    files: Files = {"ties.csv": b"owner,customer\na,\x81\n", "netaudit.yml": "encoding: cp1252\n"}
    assert faults(tmp_path, files) == ["ties.csv:2:3: F002"]


def test_byte_outside_a_declared_encoding_is_located(tmp_path: Path) -> None:
    files: Files = {"ties.csv": b"owner,customer\na,b\na,c\na,\x81\n", "netaudit.yml": "encoding: cp1252\n"}
    assert [problem.line for problem in refused(tmp_path, files).problems] == [4]


@pytest.mark.parametrize(
    ("header", "expected"),
    [('"owner",customr,customer', "ties.csv:1:9: S001"), ("owner ,customr,customer", "ties.csv:1:8: S001")],
)
def test_heading_is_located_as_written(tmp_path: Path, header: str, expected: str) -> None:
    assert faults(tmp_path, {"ties.csv": f"{header}\na,b,c\n"}) == [expected]


def test_cell_behind_needless_quotes_is_located(tmp_path: Path) -> None:
    data = 'owner,customer,per_year\n"a","b",x\n'
    assert faults(tmp_path, {"ties.csv": data}) == ["ties.csv:2:9: V001"]


def test_sep_line_is_no_header(tmp_path: Path) -> None:
    assert faults(tmp_path, {"ties.csv": "sep=;\nownr;custmer\na;b\n"}) == ["ties.csv:2:1: S001", "ties.csv:2:6: S001"]


def test_header_within_fifteen_rows(tmp_path: Path) -> None:
    assert rows(loaded(tmp_path, {"ties.csv": "note\n" * 14 + TIE}), "ties", "person") == [("mette",)]


@pytest.mark.parametrize("preamble", ["owner,customer\na,b\n", "owner;customer\na;b\n\n"])
def test_a_second_header_that_knows_more_hides_no_rows(tmp_path: Path, preamble: str) -> None:
    assert faults(tmp_path, {"ties.csv": f"{preamble}owner,customer,kind\nc,d,mail\n"}) == ["ties.csv:1:1: C004"]


@pytest.mark.parametrize("text", ["id\na\nid,name\nc,C\n", "id,x_a\na,1\nid,name,revenue\nc,C,1\n"])
def test_rows_above_a_header_of_more_columns_are_not_lost(tmp_path: Path, text: str) -> None:
    assert faults(tmp_path, {"customers.csv": text}) == ["customers.csv:1:1: C004"]


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"owner,customer\ra,A\rb,B\rc,\xe6x\r", "4:3: F002"),
        (b"owner,customer\ra,A\rb\0,B\r", "3:2: F002"),
    ],
)
def test_lines_of_any_system_are_counted(data: bytes, place: str) -> None:
    assert both(data)[1] == [place]


def test_a_declared_encoding_is_called_by_its_name(tmp_path: Path) -> None:
    files: Files = {"netaudit.yml": "encoding: cp1252", "ties.csv": b"owner,customer\ra,\x81\r"}
    error = refused(tmp_path, files)
    assert error.problems[0].message == "the byte 0x81 is not CP1252"
    assert error.problems[0].line == 2


def test_utf_8_is_seen_where_utf_16_is_declared(tmp_path: Path) -> None:
    files: Files = {"netaudit.yml": "encoding: utf-16", "ties.csv": "owner,customer\n\u00c5se,havn\n"}
    assert rows(loaded(tmp_path, files), "ties", "person") == [("\u00c5se",)]


def test_problem_in_a_column_that_one_of_two_files_lacks(tmp_path: Path) -> None:
    mapping = "tables: {customers: [{file: b.csv, columns: {id: id, count: n}}, {file: a.csv, columns: {id: id}}]}"
    files: Files = {"netaudit.yml": mapping, "a.csv": "id\nx\n", "b.csv": "id,n\nx,3\n"}
    assert faults(tmp_path, files) == ["a.csv:2:1: R002"]


def test_lines_above_the_header_are_counted(tmp_path: Path) -> None:
    book = loaded(tmp_path, {"ties.csv": f"sep=,\nDeals\n\n{TIE}"})
    assert counted(book, tmp_path)["ties.csv"] == (1, 2, 0, {"lines above the header": 2})


@pytest.mark.parametrize("row", ["a,b,c,", "a,b,c,,", '"a, x",b,c,', '"a\n",b,c,'])
def test_a_blank_cell_beyond_the_header_is_one_too_many(row: str) -> None:
    header, other = b"owner,customer,kind\n", b"a,b,c\n"
    fast, slow = both(header + other + row.encode() + b"\n")
    assert fast == slow == ["3:1: C002"]
    fast, slow = both(header + row.encode() + b"\n" + other)
    assert fast == slow == ["2:1: C002"]


def test_a_delimiter_at_the_end_of_every_line_is_no_column() -> None:
    fast, slow = both(b"owner,customer,\na,b,\nc,d,\n")
    assert fast == slow
    assert [row[:2] for row in slow[0]] == [("a", "b"), ("c", "d")]


def test_a_row_beyond_the_limit_is_refused_and_located() -> None:
    row = ",".join('"' + "x\n" * 30_000 + '"' for _ in range(20))
    headings = ",".join(["owner", "customer", *(f"x_{index}" for index in range(18))])
    assert both(f"{headings}\n{row}\n".encode())[1] == ["2:1: F003"]


def test_a_row_that_never_ends_is_not_taken_in_whole() -> None:
    assert both(b"owner,customer\n" + b'"\n",' * 400_000)[1] == ["2:1: F003"]


def test_a_row_that_the_engine_loses_is_an_error(tmp_path: Path) -> None:
    with mock.patch.object(from_csv, "LONGEST_LINE", 1 << 13):
        assert faults(tmp_path, {"ties.csv": TIE + "'a','" + "x" * 40_000 + "'\n"}) == ["ties.csv:1:1: F003"]


def test_many_short_rows_are_no_footer() -> None:
    assert both(b"owner,customer\n" + b"a\n" * 40)[1] == [f"{line}:1: C002" for line in range(2, 42)]


def test_white_space_of_any_kind_is_blank(tmp_path: Path) -> None:
    blank = "\u00a0,\u3000\n\x0b,\x0c\n\u2028,\x1f\n"
    book = loaded(tmp_path, {"ties.csv": TIE + blank})
    assert counted(book, tmp_path)["ties.csv"] == (1, 3, 0, {"rows of blank cells": 3})
    assert faults(tmp_path, {"ties.csv": f"{TIE}a,\u00a0\n"}) == ["ties.csv:3:3: S002"]


def test_a_file_name_that_is_no_text(tmp_path: Path) -> None:
    assert rows(loaded(tmp_path, {"t\udcff.csv": TIE}, "t\udcff.csv"), "ties", "person") == [("mette",)]


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("owner,customer,source\nmette,havn,'fine'\n", "mette"),
        ("'owner','customer'\n'mette','havn'\n", "mette"),
        ("owner,customer\n'mette, ida',havn\n", "mette, ida"),
    ],
)
def test_single_quotes_enclose_where_nothing_else_explains_them(tmp_path: Path, text: str, person: str) -> None:
    assert rows(loaded(tmp_path, {"ties.csv": text}), "ties", "person") == [(person,)]


def test_utf_16_may_be_declared_without_its_mark(tmp_path: Path) -> None:
    table = "owner,customer\n\u0100\u0101\u0102,\u0103\u0104\u0105\n" + "\u0100\u0101\u0102,\u0103\u0104\u0105\n" * 50
    files: Files = {"netaudit.yml": "encoding: utf-16", "ties.csv": table.encode("utf-16-le")}
    assert rows(loaded(tmp_path, files), "ties", "person")[0] == ("\u0100\u0101\u0102",)
    files["ties.csv"] = TIE.encode("utf-16-be")
    assert rows(loaded(tmp_path, files), "ties", "person") == [("mette",)]


def test_unreadable_file(tmp_path: Path) -> None:
    path = tmp_path / "ties.csv"
    path.write_text(TIE)
    with mock.patch.object(Path, "open", side_effect=PermissionError(13, "Permission denied")):
        assert outcome(path) == ["None:None: F001"]


def test_a_file_that_shrinks_meanwhile_has_no_places(tmp_path: Path) -> None:
    path = tmp_path / "ties.csv"
    path.write_text(TIE)
    _, table = read(path)
    assert table.places([(0, "c1"), (0, None), (0, "'constant'")]) == [(2, 7), (2, 1), (2, 1)]
    path.write_text("")
    assert table.places([(0, "c1")]) == [(None, None)]


BACKSLASHED = 'owner,customer,per_year\n"Jens \\"J\\" Holm","a, \\\\b",1\n"c","d",'


def test_cells_are_located_behind_backslashes(tmp_path: Path) -> None:
    assert faults(tmp_path, {"ties.csv": BACKSLASHED.replace(",1\n", ",x\n") + "y\n"}) == [
        "ties.csv:2:28: V001",
        "ties.csv:3:9: V001",
    ]


def test_a_backslash_that_escapes_nothing_is_refused(tmp_path: Path) -> None:
    assert faults(tmp_path, {"ties.csv": BACKSLASHED + '1\n"C:\\new","e",1\n'}) == ["ties.csv:4:1: C001"]


def test_a_declared_encoding_holds_where_bytes_might_be_utf8_and_are_no_text(tmp_path: Path) -> None:
    files: Files = {"ties.csv": "owner,customer\nÅse,a\0b\n".encode(), "netaudit.yml": "encoding: cp1252\n"}
    assert faults(tmp_path, files) == ["ties.csv:2:7: F002"]


def test_a_column_of_ones_own_may_stand_twice_nowhere(tmp_path: Path) -> None:
    assert faults(tmp_path, {"ties.csv": "owner,customer,x_a,x_a\na,b,1,2\n"}) == ["ties.csv:1:20: C003"]
    book = loaded(tmp_path, {"ties.csv": "owner,customer,x_a,x_b,\na,b,1,2,\n"})
    assert rows(book, "ties", "person") == [("a",)]


def test_a_lone_return_inside_quotes_ends_no_row(tmp_path: Path) -> None:
    book = loaded(tmp_path, {"customers.csv": 'id,name\nhavn,"Havn, floor 2\rGade"\nkirk,K\n'})
    assert rows(book, "customers", "id", "name") == [("havn", "Havn, floor 2\rGade"), ("kirk", "K")]


@given(
    st.lists(st.sampled_from(["a,b", " a ,b", "a,", ",b", "", '"a",b', '"a\nc",b', "a;b,c"]), max_size=8),
    st.sampled_from(["", "note\n\n", "sep=,\n"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_the_line_of_a_row_is_the_same_with_and_without_reading_again(lines: list[str], above: str, end: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "ties.csv")
        path.write_bytes(end.join([*above.splitlines(), "owner,customer", *lines, ""]).encode())
        engine, table = read(path)
        whole = [(row, None) for (row,) in engine.ask(f"SELECT rowid FROM {table.relation} ORDER BY 1")]
        assert table.places(list(whole)) == replace(table, straight=False).places(list(whole))


def test_texts_of_many_lines_are_packed_and_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    few = netaudit.load("examples/telco-csv")
    monkeypatch.setattr(from_csv, "PACKED", 0)
    many = netaudit.load("examples/telco-csv")
    packed = "SELECT column_count FROM duckdb_tables() WHERE database_name = 'packed' ORDER BY 1"
    assert many.engine.ask(packed) == [(5,), (10,)]  # interactions and ties; what has been taken over is forgotten
    assert netaudit.risk(many) == netaudit.risk(few)
    assert netaudit.ownership(many) == netaudit.ownership(few)
    assert netaudit.why(many, "employee:mette") == netaudit.why(few, "employee:mette")  # with the lines of its ties


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('owner,customer\n"x\\""y",b\n', "a quote behind a backslash can be read two ways"),
        ('owner,customer,kind\n"a,b,c\nd",e,f\n', "a cell that looks like several rows"),
        ("owner,customer\nmette,#N/A\n", "customer: '#N/A' is a spreadsheet's error"),
    ],
)
def test_what_may_be_two_things_is_refused(tmp_path: Path, text: str, message: str) -> None:
    assert [problem.message for problem in refused(tmp_path, {"ties.csv": text}).problems] == [message]


def test_letters_that_were_spoilt_before_are_warned_of(tmp_path: Path) -> None:
    (warning,) = loaded(tmp_path, {"ties.csv": "owner,customer\nM\u00c3\u00a6tte,havn\n"}).warnings
    assert warning.startswith(f"{tmp_path}/ties.csv:2: letters look spoilt ('\u00c3\u00a6')")
