"""What a book says about itself, and how foreign files serve as its tables."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

import netaudit
from netaudit.errors import UsageError

from . import TIE, Files, counted, faults, lay, loaded, places, refused, rows

if TYPE_CHECKING:
    from pathlib import Path

LOG = (
    "sales_agent,account,deal_stage,close_date,close_value\n"
    "Moses Frase,Cancity,Won,3/1/2017,1054\n"
    "Moses Frase,Isdom,Lost,3/11/2017,0\n"
    "Zane Levy,,Won,12/31/2017,5\n"
    ",Cancity,Won,12/30/2017,5\n"
    "Zane Levy,Isdom,Won,,5\n"
)
CRM = """
date_format: "%m/%d/%Y"
tables:
  interactions: {file: log.csv, columns: {employee: sales_agent, customer: account, on: close_date},
                 set: {kind: meeting}, where: {deal_stage: Won}}
  customers: {file: accounts.csv, columns: {id: Account, revenue: revenue, segment: sector}, scale: {revenue: 1000000}}
"""


def mapped(part: str, table: str = "ties", more: str = "") -> str:
    return f"{more}tables: {{{table}: {part}}}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("netaudit: 2", "1:11: V006"),
        ("netaudit: [1]", "1:11: Y006"),
        ("netadit: 1", "1:1: S001"),
        ("company: [a]", "1:10: Y006"),
        ('company: "a\\0"', "1:10: V005"),
        ("currency: kr", "1:11: V006"),
        ("as_of: 2024-02-30", "1:8: V003"),
        ("as_of: 03/04/2024", "1:8: V004"),
        ("as_of: [today]", "1:8: Y006"),
        ("date_format: yyyy-mm-dd", "1:14: V006"),
        ('date_format: "%d-%m-%y"', "1:14: V006"),
        ('date_format: "%d-%m"', "1:14: V006"),
        ('date_format: "%"', "1:14: V006"),
        ("decimal: ';'", "1:10: V006"),
        ("decimal: [',']", "1:10: Y006"),
        ("encoding: klingon", "1:11: V006"),
        ("open_ids: yes", "1:11: V006"),
        ("rates: 7", "1:8: Y006"),
        ("rates: {EUR: x}", "1:14: V001"),
        ("rates: {EUR: 0}", "1:9: V001"),
        ("assumptions: [1]", "1:14: Y006"),
        ("assumptions: {half_life: 90}", "1:15: V006"),
        ("assumptions: {half_life_days: 0}", "1:15: V006"),
        ("assumptions: {half_life_days: x}", "1:31: V001"),
        ("assumptions: {half_life_days: }", "1:15: S002"),
        ("assumptions: {follow: {competitor: 2}}", "1:24: V006"),
        ("assumptions: {follow: {competitor: {a: 1}}}", "1:36: Y006"),
        ("assumptions: {clause: [0.1, 0.2]}", "1:15: V006"),
        ("assumptions: {clause: [0.3, 0.2, 0.1]}", "1:15: V006"),
        ("assumptions: {clause: [0.1, x, 0.3]}", "1:29: V001"),
        ("tables: [a]", "1:9: Y006"),
        ("tables: {tis: {file: a.csv}}", "1:10: S001"),
        ("tables: {ties: a.csv}", "1:16: Y006"),
        ("tables: {ties: {fil: a.csv}}", "1:17: S001"),
        ("tables: {ties: {file: [ties.csv]}}", "1:23: Y006"),
        ("tables: {ties: {columns: {onwer: owner}}}", "1:27: S001"),
        ("tables: {ties: {columns: {owner: [a]}}}", "1:34: Y006"),
        ("tables: {ties: {columns: owner}}", "1:26: Y006"),
        ("tables: {ties: {set: {knd: call}}}", "1:23: S001"),
        ("tables: {ties: {scale: {streng: 2}}}", "1:25: S001"),
        ("tables: {ties: {scale: {per_year: x}}}", "1:35: V001"),
        ("tables: {ties: {where: {a: '> x'}}}", "1:25: V006"),
        ("tables: {ties: {where: {a: {b: c}}}}", "1:28: Y006"),
        ("tables: {ties: {where: a}}", "1:24: Y006"),
        ("ties: []", "1:1: S001"),
    ],
)
def test_problem_in_the_settings(tmp_path: Path, text: str, expected: str) -> None:
    assert f"netaudit.yml:{expected}" in faults(tmp_path, {"netaudit.yml": text, "ties.csv": TIE})


@pytest.mark.parametrize(
    "name", ["rot13", "hex", "idna", "punycode", "undefined", '"a\\0b"', "utf-16", "utf-7", "cp037"]
)
def test_encoding_that_cannot_be_used(tmp_path: Path, name: str) -> None:
    assert faults(tmp_path, {"netaudit.yml": f"encoding: {name}", "ties.csv": TIE})


@pytest.mark.parametrize("name", ["unicode_escape", "raw_unicode_escape"])
def test_encoding_that_is_an_escape_cannot_be_used(tmp_path: Path, name: str) -> None:
    assert faults(tmp_path, {"netaudit.yml": f"encoding: {name}", "ties.csv": TIE}) == ["netaudit.yml:1:11: V006"]


def test_date_format_with_a_part_twice(tmp_path: Path) -> None:
    files = {"netaudit.yml": 'date_format: "%Y-%Y-%m-%d"', "ties.csv": TIE}
    assert faults(tmp_path, files) == ["netaudit.yml:1:14: V006"]


def test_date_format_with_a_hidden_year_of_two_digits(tmp_path: Path) -> None:
    assert faults(tmp_path, {"netaudit.yml": 'date_format: "%x"', "ties.csv": TIE}) == ["netaudit.yml:1:14: V006"]


@pytest.mark.parametrize("value", ["[0.1, ~, 0.3]", "[~]", "''"])
def test_assumption_without_a_value(tmp_path: Path, value: str) -> None:
    assert faults(tmp_path, {"netaudit.yml": f"assumptions: {{clause: {value}}}", "ties.csv": TIE})


def test_settings_are_taken_over(tmp_path: Path) -> None:
    text = (
        "netaudit: 1\ncompany: Teleby A/S\ncurrency: JPY\nas_of: 2015-01-23\nopen_ids: false\n"
        "assumptions: {half_life_days: 90, follow: {competitor: [0.2, 0.4, 0.6]}, weight: {golf: 2}}\n"
    )
    book = loaded(tmp_path, {"netaudit.yml": text, "ties.csv": TIE}, as_of=None)
    assert (book.company, book.currency, book.digits) == ("Teleby A/S", "JPY", 0)
    assert (book.as_of, book.as_of_from) == (date(2015, 1, 23), "book")
    assert book.assumptions["half_life_days"] == 90
    assert book.assumptions.follow("competitor") == (0.2, 0.4, 0.6)
    assert book.assumptions["weight.golf"] == 2
    assert book.assumptions["per_meeting"] == 0.4


def test_blank_settings_say_nothing(tmp_path: Path) -> None:
    keys = ("company", "currency", "as_of", "date_format", "decimal", "encoding", "open_ids", "rates", "assumptions")
    text = "".join(f"{key}:\n" for key in keys)
    book = loaded(tmp_path, {"netaudit.yml": text, "ties.csv": TIE})
    assert (book.company, book.currency) == (None, None)


@pytest.mark.parametrize(
    ("option", "written", "expected"),
    [
        ("2020-05-05", "2015-01-23", (date(2020, 5, 5), "option")),
        (date(2020, 5, 5), "2015-01-23", (date(2020, 5, 5), "option")),
        (None, "2015-01-23", (date(2015, 1, 23), "book")),
        (None, "23 Jan 2015", (date(2015, 1, 23), "book")),
    ],
)
def test_the_day_to_judge_by(
    tmp_path: Path, option: str | date | None, written: str, expected: tuple[date, str]
) -> None:
    book = loaded(tmp_path, {"book.yml": f"as_of: {written}\ncustomers: [{{id: a}}]"}, as_of=option)
    assert (book.as_of, book.as_of_from) == expected


def test_a_moment_is_a_day(tmp_path: Path) -> None:
    moment = datetime(2024, 1, 1, 12, tzinfo=UTC)
    assert loaded(tmp_path, {"ties.csv": TIE}, as_of=moment).as_of == date(2024, 1, 1)


@pytest.mark.parametrize(("option", "written"), [("today", "2015-01-23"), (None, "today"), (None, "")])
def test_the_clock_is_named_where_it_is_used(tmp_path: Path, option: str | None, written: str) -> None:
    before = date.today()  # noqa: DTZ011 - the tool, too, means the day on the wall
    book = loaded(tmp_path, {"book.yml": f"as_of: {written}\ncustomers: [{{id: a}}]"}, as_of=option)
    assert book.as_of_from == "clock"
    assert before <= book.as_of <= date.today()  # noqa: DTZ011 - as above


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("as_of", "soon"),
        ("as_of", "2024-02-30"),
        ("assume", ["half_life_days"]),
        ("assume", ["half_life_days="]),
        ("assume", ["half_life_days=x"]),
        ("assume", ["half_life_days=nan"]),
        ("assume", ["half_life_days=0"]),
        ("assume", ["half_life=90"]),
        ("assume", ["clause=0.1,0.2"]),
    ],
)
def test_argument_that_cannot_be_used(tmp_path: Path, name: str, value: Any) -> None:
    with pytest.raises(UsageError) as caught:
        loaded(tmp_path, {"ties.csv": TIE}, **{name: value})
    assert [problem.code for problem in caught.value.problems] == ["U001"]


def test_assume_beats_the_book(tmp_path: Path) -> None:
    text = "assumptions: {half_life_days: 90, clause: 0.4}\ncustomers: [{id: a}]"
    book = loaded(tmp_path, {"book.yml": text}, assume=["half_life_days=30", "follow.competitor = [0.1, 0.2, 0.3]"])
    assert (book.assumptions["half_life_days"], book.assumptions["clause"]) == (30, 0.4)
    assert book.assumptions.follow("competitor") == (0.1, 0.2, 0.3)


def test_foreign_exports_are_read_where_they_lie(tmp_path: Path) -> None:
    accounts = "Account,sector,revenue,employees\nCancity,retail,718.62,2448\nIsdom,medical,3178.24,4540\n"
    book = loaded(tmp_path, {"netaudit.yml": CRM, "log.csv": LOG, "accounts.csv": accounts})
    assert rows(book, "log", "person", "customer", "kind", "on") == [("Moses Frase", "Cancity", "meeting", 17226)]
    assert rows(book, "customers", "id", "segment", "revenue") == [
        ("Cancity", "retail", 71_862_000_000),
        ("Isdom", "medical", 317_824_000_000),
    ]
    reasons = {"where": 1, "blank on": 1, "blank owner or employee or channel": 1, "blank contact or customer": 1}
    assert counted(book, tmp_path)["log.csv"] == (1, 4, 0, reasons)


def test_several_files_make_one_table(tmp_path: Path) -> None:
    parts = "[{file: a.csv, columns: {owner: o, customer: c}}, {file: sub/b.csv, columns: {owner: p, customer: d}}]"
    files = {"netaudit.yml": mapped(parts), "a.csv": "o,c\nbo,a\n", "sub/b.csv": "d;p\nb;eva\n\n"}
    book = loaded(tmp_path, files)
    assert rows(book, "ties", "person", "customer") == [("bo", "a"), ("eva", "b")]
    assert counted(book, tmp_path) == {
        "netaudit.yml": (0, 0, 0, {}),
        "a.csv": (1, 0, 0, {}),
        "sub/b.csv": (1, 1, 0, {"blank lines": 1}),
    }


def test_problem_in_the_second_file_of_a_table(tmp_path: Path) -> None:
    columns = "columns: {owner: o, customer: c, per_year: n}"
    parts = f"[{{file: a.csv, {columns}}}, {{file: b.csv, {columns}}}]"
    files = {"netaudit.yml": mapped(parts), "a.csv": "o,c,n\nbo,a,1\n", "b.csv": "o,c,n\nbo,a,x\n"}
    assert faults(tmp_path, files) == ["b.csv:2:6: V001"]


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("{file: a.csv, columns: {owner: o, customer: cc}}", ["a.csv:1:1: S002"]),
        ("{file: a.csv, columns: {owner: o, customer: c}, where: {s: x}}", ["a.csv:1:1: S001"]),
        ("{file: a.csv, columns: {owner: o, customer: c}, where: {n: '> 5'}}", ["a.csv:2:6: V002"]),
        (
            "{file: a.csv, columns: {owner: o, customer: c}, set: {per_year: lots}}",
            ["a.csv:2:1: V001", "a.csv:3:1: V001"],
        ),
        ("{file: a.csv, columns: {owner: o, customer: c, per_year: n}}", ["a.csv:2:6: V002"]),
        ("{file: a.csv, columns: {owner: o, employee: o, customer: c}}", ["a.csv:2:1: S003", "a.csv:3:1: S003"]),
        ("{file: b.csv, columns: {owner: o, customer: c}}", ["b.csv:1:3: C003"]),
        ("{file: none.csv, columns: {owner: o, customer: c}}", ["none.csv: F001"]),
        ("{columns: {owner: o, customer: c}}", ["ties.csv: F001"]),
        ("{file: ../a.csv}", ["netaudit.yml:1:16: F004"]),
        ("{file: /a.csv}", ["netaudit.yml:1:16: F004"]),
        ("{file: sub/../../a.csv}", ["netaudit.yml:1:16: F004"]),
        ('{file: "a\\0.csv"}', ["netaudit.yml:1:16: F004"]),
        ("{file: sub}", ["sub: F005"]),
    ],
)
def test_problem_with_a_mapped_file(tmp_path: Path, part: str, expected: list[str]) -> None:
    files = {
        "netaudit.yml": mapped(part),
        "a.csv": "o,c,n\nbo,a,1.234\nbo,b,9\n",
        "b.csv": "o,o,c\nbo,bo,a\n",
        "sub/x": "",
    }
    assert faults(tmp_path, files) == expected


def test_a_cell_that_where_cannot_compare_is_rejected_in_its_place(tmp_path: Path) -> None:
    part = "{file: a.csv, columns: {owner: o, customer: c}, where: {n: '> 5'}}"
    assert faults(tmp_path, {"netaudit.yml": mapped(part), "a.csv": "o,c,n\nbo,a,1.234\n"}) == ["a.csv:2:6: V002"]


def test_where_does_not_judge_rows_that_are_skipped_for_another_reason(tmp_path: Path) -> None:
    part = "{file: a.csv, columns: {owner: o, customer: c}, where: {n: '> 5', k: x}}"
    table = "o,c,n,k\na,b,6,x\na,b,1.234,y\n,b,1.234,x\no,c,n,k\na,b,1.234,x\na,b,2.345,x\n"
    error = refused(tmp_path, {"netaudit.yml": mapped(part), "a.csv": table})
    assert places(error, tmp_path) == ["a.csv:6:5: V002", "a.csv:7:5: V002"]
    assert error.tally == "6 rows read: 1 loaded, 3 skipped, 2 rejected"


@pytest.mark.parametrize("part", ["{file: a.csv, columns: {owner: o}}", "{file: a.csv, set: {owner: o}}"])
def test_a_mapping_must_bring_what_each_row_needs(tmp_path: Path, part: str) -> None:
    files = {"netaudit.yml": mapped(part), "a.csv": "o,c,x_a\na,b,c\n"}
    error = refused(tmp_path, files)
    assert [problem.message for problem in error.problems] == ["ties: no column for contact or customer"]
    assert places(error, tmp_path) == ["a.csv:1:1: S002"]


def test_a_mapping_without_a_file_means_the_tables_own(tmp_path: Path) -> None:
    files = {"netaudit.yml": mapped("{columns: {owner: o, customer: c}}"), "ties.csv": "o,c\nbo,a\n"}
    assert rows(loaded(tmp_path, files), "ties", "person", "customer") == [("bo", "a")]


def test_columns_nobody_asked_for_are_nobodys_business(tmp_path: Path) -> None:
    files = {
        "netaudit.yml": mapped("{file: a.csv, columns: {owner: O, customer: c, x_note: n}}"),
        "a.csv": ",o,c,,x,x,n\n1,bo,a,,2,3,4\n",
    }
    assert rows(loaded(tmp_path, files), "ties", "person", "customer") == [("bo", "a")]


@pytest.mark.parametrize(
    ("table", "place"),
    [
        ("o,c,n,\nbo,a,1200,50\n", "1:7"),
        ("o,,c\nMette,7,a\n", "1:3"),
    ],
)
def test_a_column_without_a_heading_may_be_half_of_another(tmp_path: Path, table: str, place: str) -> None:
    files = {"netaudit.yml": mapped("{file: a.csv, columns: {owner: o, customer: c}}"), "a.csv": table}
    assert faults(tmp_path, files) == [f"a.csv:{place}: C003"]


@pytest.mark.parametrize("heading", ["Sales  Agent", "Ve\u0301ro"])
def test_headings_are_compared_folded(tmp_path: Path, heading: str) -> None:
    files = {
        "netaudit.yml": mapped(f"{{file: a.csv, columns: {{owner: {heading}, customer: c}}}}"),
        "a.csv": f"{heading},c\nbo,a\n",
    }
    assert rows(loaded(tmp_path, files), "ties", "person") == [("bo",)]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("{n: '>= 5'}", ["b", "c"]),
        ("{n: '< 5'}", ["a"]),
        ("{n: blank}", ["d"]),
        ("{n: present, c: '!= b'}", ["a", "c"]),
        ("{c: [a, d]}", ["a", "d"]),
        ("{N: [5, ~]}", ["b", "d"]),
        ("{c: nobody}", []),
        ("{}", ["a", "b", "c", "d"]),
    ],
)
def test_where_chooses_rows(tmp_path: Path, where: str, expected: list[str]) -> None:
    files = {
        "netaudit.yml": mapped(f"{{file: a.csv, columns: {{owner: o, customer: c}}, where: {where}}}"),
        "a.csv": "o,c,n\nbo,a,1\nbo,b,5\nbo,c,50\nbo,d,\n",
        "book.csv": "",
    }
    if expected:
        book = loaded(tmp_path, files)
        assert rows(book, "ties", "customer") == [(customer,) for customer in expected]
        reasons = {"where": 4 - len(expected)} if len(expected) < 4 else {}
        assert counted(book, tmp_path)["a.csv"] == (len(expected), 4 - len(expected), 0, reasons)
    else:
        assert [found.split(" ")[-1] for found in faults(tmp_path, files)] == ["F006"]


def test_scale_is_exact(tmp_path: Path) -> None:
    part = "{file: a.csv, columns: {id: a, revenue: r}, scale: {revenue: 0.001}}"
    files = {"netaudit.yml": mapped(part, "customers"), "a.csv": "a,r\nx,10\ny,0.7\nz,\n"}
    assert rows(loaded(tmp_path, files), "customers", "id", "revenue") == [("x", 1), ("y", 0), ("z", None)]


def test_counts_a_year_are_scaled_from_counts_a_month(tmp_path: Path) -> None:
    part = "{file: a.csv, columns: {owner: o, customer: c, per_year: n}, scale: {per_year: 12}}"
    files = {"netaudit.yml": mapped(part), "a.csv": "o,c,n\nbo,a,2\nbo,b,0.5\nbo,c,\n"}
    assert rows(loaded(tmp_path, files), "ties", "customer", "per_year") == [("a", 24.0), ("b", 6.0), ("c", None)]


@pytest.mark.parametrize(("cell", "factor"), [("1000000000000", "1000000000"), ("2", "1e15"), ("1e15", "1.1")])
def test_amount_that_is_too_large_once_it_is_scaled(tmp_path: Path, cell: str, factor: str) -> None:
    part = f"{{file: a.csv, columns: {{id: a, revenue: r}}, scale: {{revenue: {factor}}}}}"
    files = {"netaudit.yml": mapped(part, "customers"), "a.csv": f"a,r\nx,1\ny,{cell}\n"}
    assert faults(tmp_path, files) == ["a.csv:3:3: V001"]


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("renewal_on", "2024-01-01"),
        ("count", "3"),
        ("x_size", "3"),
        ("name", "A"),
    ],
)
def test_scale_of_what_cannot_be_scaled(tmp_path: Path, column: str, cell: str) -> None:
    part = f"{{columns: {{id: a, {column}: r}}, scale: {{{column}: 2}}}}"
    files = {"netaudit.yml": mapped(part, "customers"), "customers.csv": f"a,r\nx,{cell}\n"}
    at = part.index("scale: {") + len("tables: {customers: ") + 9
    assert faults(tmp_path, files) == [f"netaudit.yml:1:{at}: V006"]


@pytest.mark.parametrize(
    ("more", "cells", "expected"),
    [
        ("decimal: ','\n", "1.234,5;2024-01-31", (123450, 19753)),
        ("decimal: '.'\n", "1,234.5;2024-01-31", (123450, 19753)),
        ("date_format: '%d/%m/%Y'\n", "5;31/01/2024", (500, 19753)),
        ("date_format: '%d/%m/%Y'\n", "5;2024-01-31", (500, 19753)),
    ],
)
def test_declared_reading(tmp_path: Path, more: str, cells: str, expected: tuple[int, int]) -> None:
    files = {"netaudit.yml": more, "customers.csv": f"id;revenue;renewal_on\na;{cells}\n"}
    assert rows(loaded(tmp_path, files), "customers", "revenue", "renewal_on") == [expected]


def test_declared_encoding(tmp_path: Path) -> None:
    files: Files = {"netaudit.yml": "encoding: windows-1252", "customers.csv": "id\n\u00c5se\u20ac\n".encode("cp1252")}
    assert rows(loaded(tmp_path, files), "customers", "id") == [("\u00c5se\u20ac",)]


@pytest.mark.parametrize("book", ["book.yml", "crm", "crm/ties.csv"])
def test_settings_of_another_file(tmp_path: Path, book: str) -> None:
    files = {
        "s.yml": "currency: EUR\ncompany: Ours",
        "book.yml": "currency: DKK\ncompany: Theirs\ncustomers: [{id: a}]",
        "crm/netaudit.yml": "currency: DKK",
        "crm/ties.csv": TIE,
    }
    lay(tmp_path, files)
    loaded_book = netaudit.load(tmp_path / book, settings=tmp_path / "s.yml", as_of="2024-01-01")
    assert (loaded_book.currency, loaded_book.company) == ("EUR", "Ours")
    assert {source.path for source in loaded_book.sources} >= {str(tmp_path / "s.yml")}


def test_settings_of_another_file_map_the_books_files(tmp_path: Path) -> None:
    files = {"s.yml": CRM, "crm/log.csv": LOG, "crm/accounts.csv": "Account,sector,revenue\nCancity,a,1\nIsdom,b,2\n"}
    book = loaded(tmp_path, files, "crm", settings=str(tmp_path / "s.yml"))
    assert rows(book, "log", "person") == [("Moses Frase",)]


def test_settings_of_another_file_map_the_one_file(tmp_path: Path) -> None:
    files = {"s.yml": mapped("{columns: {owner: o, customer: c}}"), "x.csv": "o,c\nbo,a\n"}
    book = loaded(tmp_path, files, "x.csv", settings=str(tmp_path / "s.yml"))
    assert rows(book, "ties", "person", "customer") == [("bo", "a")]


def test_problems_of_another_settings_file_are_its_own(tmp_path: Path) -> None:
    files = {"s.yml": "currency: kr", "ties.csv": TIE}
    assert faults(tmp_path, files, settings=str(tmp_path / "s.yml")) == ["s.yml:1:11: V006"]


def test_rows_in_another_settings_file_are_refused(tmp_path: Path) -> None:
    files = {"s.yml": "currency: DKK\nties: [{owner: z, customer: q}]", "x/ties.csv": TIE}
    assert faults(tmp_path, files, "x", settings=str(tmp_path / "s.yml")) == ["s.yml:2:1: S001"]


def test_mapping_in_a_document_is_refused(tmp_path: Path) -> None:
    text = "customers: [{id: a}]\ntables: {ties: {file: a.csv}}"
    assert faults(tmp_path, {"book.yml": text}) == ["book.yml:2:1: S001"]


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("netaudit: 1", (date(2015, 1, 23), "DKK", 90, 0.4)),
        ("currency: EUR", (date(2015, 1, 23), "EUR", 90, 0.4)),
        ("as_of: 2016-01-01", (date(2016, 1, 1), "DKK", 90, 0.4)),
        ("assumptions: {half_life_days: 30}", (date(2015, 1, 23), "DKK", 30, 0.4)),
        ("assumptions: {clause: 0.3, weight: {golf: 2}}", (date(2015, 1, 23), "DKK", 90, 0.3)),
    ],
)
def test_the_document_fills_what_the_settings_leave_open(
    tmp_path: Path, own: str, expected: tuple[date, str, float, float]
) -> None:
    text = "as_of: 2015-01-23\ncurrency: DKK\nassumptions: {half_life_days: 90, clause: 0.4}\ncustomers: [{id: a}]"
    files = {"s.yml": own, "book.yml": text}
    book = loaded(tmp_path, files, "book.yml", settings=str(tmp_path / "s.yml"), as_of=None)
    assert (book.as_of, book.currency, book.assumptions["half_life_days"], book.assumptions["clause"]) == expected
    assert ("weight.golf" in book.assumptions.parameters) is ("golf" in own)


@pytest.mark.parametrize(
    ("own", "theirs", "expected"),
    [
        ("as_of: today", "as_of: 2015-01-23", "clock"),
        ("as_of: 2015-01-23", "as_of: today", "book"),
        ("company: A", "as_of: today", "clock"),
    ],
)
def test_the_settings_say_first_by_which_day(tmp_path: Path, own: str, theirs: str, expected: str) -> None:
    files = {"s.yml": own, "book.yml": f"{theirs}\ncustomers: [{{id: a}}]"}
    book = loaded(tmp_path, files, "book.yml", settings=str(tmp_path / "s.yml"), as_of=None)
    assert book.as_of_from == expected


@pytest.mark.parametrize("book", ["book.yml", ""])
def test_mapping_beside_a_document_is_refused(tmp_path: Path, book: str) -> None:
    files = {
        "book.yml": "customers: [{id: a}]",
        "ties.csv": TIE,
        "s/s.yml": mapped("{columns: {owner: owner, customer: customer}}"),
    }
    assert refused(tmp_path, files, book, settings=str(tmp_path / "s" / "s.yml")).count


def test_the_settings_may_say_the_default_of_an_assumption(tmp_path: Path) -> None:
    text = "assumptions: {half_life_days: 90}\ncustomers: [{id: a}]"
    files = {"s.yml": "assumptions: {half_life_days: 180}", "book.yml": text}
    book = loaded(tmp_path, files, "book.yml", settings=str(tmp_path / "s.yml"))
    assert book.assumptions["half_life_days"] == 180


def test_the_settings_may_say_that_ids_are_not_open(tmp_path: Path) -> None:
    text = "open_ids: true\nemployees: [{id: bo}]\nties: [{owner: eva, customer: a}]"
    files = {"s.yml": "open_ids: false", "book.yml": text}
    assert faults(tmp_path, files, "book.yml", settings=str(tmp_path / "s.yml")) == ["book.yml:3:16: R001"]
