"""Parquet takes part like CSV, and says what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest import mock

import duckdb
import pytest

import netaudit
from netaudit.engine import Engine
from netaudit.errors import NetauditError, UsageError
from netaudit.loading import assemble, from_parquet

from . import counted, faults, loaded, refused, rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from netaudit.book import Book

TIES = "SELECT 'mette' AS owner, 'havn' AS customer"


def parquet(folder: Path, name: str, query: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    duckdb.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path


def test_one_file_is_the_ties(tmp_path: Path) -> None:
    query = (
        f"{TIES}, DATE '2023-03-12' AS last_contact, 12::TINYINT AS per_year "
        "UNION ALL SELECT 'bo', 'havn', NULL, 4 UNION ALL SELECT 'bo', 'fjord', DATE '2023-01-01', NULL"
    )
    parquet(tmp_path, "ties.parquet", query)
    book = loaded(tmp_path, {}, "ties.parquet")
    assert rows(book, "ties", "person", "customer", "last_contact", "per_year") == [
        ("bo", "fjord", 19358, None),
        ("bo", "havn", None, 4.0),
        ("mette", "havn", 19428, 12.0),
    ]
    assert book.sources[0].read_as == {}


@pytest.mark.parametrize(
    ("value", "column", "expected"),
    [
        ("TIMESTAMP '2023-03-12 10:00:00'", "last_contact", 19428),
        ("TIMESTAMPTZ '2023-03-12 23:30:00+00'", "last_contact", 19428),
        ("1.234::DOUBLE", "per_year", 1.234),
        ("12.5::DECIMAL(9,3)", "per_year", 12.5),
        ("7::UINTEGER", "per_year", 7.0),
        ("0.25::FLOAT", "strength", 0.25),
        ("'mail'::ENUM('mail', 'call')", "kind", "mail"),
        ("TIMESTAMP_NS '2023-03-12 10:00:00'", "last_contact", 19428),
    ],
)
def test_types_say_what_they_say(tmp_path: Path, value: str, column: str, expected: object) -> None:
    parquet(tmp_path, "ties.parquet", f"{TIES}, {value} AS {column}")
    assert rows(loaded(tmp_path, {}), "ties", column) == [(expected,)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (f"{TIES}, 'x' AS per_year", ["ties.parquet:1:3: V001"]),
        (f"{TIES}, 'nan'::DOUBLE AS per_year", ["ties.parquet:1:3: V001"]),
        (f"{TIES} UNION ALL SELECT NULL, 'a'", ["ties.parquet:2:1: S002"]),
        (f"{TIES}, ['a'] AS source", ["ties.parquet: Y006"]),
        (f"{TIES}, {{'a': 1}} AS source", ["ties.parquet: Y006"]),
        (f"{TIES}, 'a'::BLOB AS source", ["ties.parquet: Y006"]),
        (f"{TIES}, TIME '10:00' AS last_contact", ["ties.parquet: Y006"]),
        ("SELECT 'mette' AS ownr, 'havn' AS customer", ["ties.parquet: S001"]),
        ("SELECT 'mette' AS owner, 'havn' AS customer, 1 AS \" \"", ["ties.parquet: C003"]),
    ],
)
def test_problems_name_the_row(tmp_path: Path, query: str, expected: list[str]) -> None:
    parquet(tmp_path, "ties.parquet", query)
    assert faults(tmp_path, {}) == expected


def test_a_mapping_reads_it_too(tmp_path: Path) -> None:
    parquet(tmp_path, "crm.parquet", "SELECT 1 AS \" \", 'Mette' AS \"Rep Name\", 'Havn' AS account, 5 AS amount")
    mapping = "tables: {ties: {file: crm.parquet, columns: {owner: rep name, customer: account}}, "
    mapping += "customers: {file: crm.parquet, columns: {id: account, revenue: amount}}}"
    book = loaded(tmp_path, {"netaudit.yml": mapping})
    assert rows(book, "customers", "id", "revenue") == [("Havn", 500)]
    assert counted(book, tmp_path)["crm.parquet"] == (2, 0, 0, {})
    assert faults(tmp_path, {"netaudit.yml": mapping.replace("amount", "worth")}) == ["crm.parquet: S002"]


def test_ids_of_any_plain_type(tmp_path: Path) -> None:
    uuid = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
    parquet(tmp_path, "ties.parquet", f"SELECT '{uuid}'::UUID AS owner, 2::DOUBLE AS customer, ['a'] AS x_tags")
    assert rows(loaded(tmp_path, {}), "ties", "person", "customer") == [(uuid, "2")]


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        (("5::DOUBLE", "6"), "5"),
        (("5::DECIMAL(9,3)", "500"), "5"),
        (("500::DECIMAL(9,2)", "5"), "500"),
        (("5.25::DECIMAL(9,3)", "5"), "5.25"),
        (("TIMESTAMP '2023-03-12'", "TIMESTAMP '2023-03-13'"), "2023-03-12"),
    ],
)
def test_a_condition_compares_what_the_values_say(tmp_path: Path, values: tuple[str, str], wanted: str) -> None:
    parquet(tmp_path, "ties.parquet", f"{TIES}, {values[0]} AS s UNION ALL SELECT 'bo', 'havn', {values[1]}")
    mapping = f"tables: {{ties: {{file: ties.parquet, where: {{s: '{wanted}'}}}}}}"
    assert rows(loaded(tmp_path, {"netaudit.yml": mapping}), "ties", "person") == [("mette",)]


def test_an_id_that_a_float_has_shortened_is_refused(tmp_path: Path) -> None:
    parquet(tmp_path, "ties.parquet", "SELECT 'mette' AS owner, 123456789012345671::DOUBLE AS customer")
    assert faults(tmp_path, {}) == ["ties.parquet:1:2: V005"]


def test_a_column_of_nothing_is_blank(tmp_path: Path) -> None:
    parquet(tmp_path, "ties.parquet", f"{TIES}, NULL AS kind")
    assert rows(loaded(tmp_path, {}), "ties", "kind") == [(None,)]


def test_nothing_asked_for_is_refused(tmp_path: Path) -> None:
    parquet(tmp_path, "customers.parquet", "SELECT 1 AS x_a")
    assert faults(tmp_path, {}) == ["customers.parquet: S002"]


def test_a_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    parquet(tmp_path, "ties.parquet", TIES)
    (tmp_path / "ties.parquet").rename(tmp_path / "ties\udcff.parquet")
    assert faults(tmp_path, {}, "ties\udcff.parquet") == ["ties\udcff.parquet: F001"]


def test_what_is_no_parquet_is_refused(tmp_path: Path) -> None:
    assert faults(tmp_path, {"ties.parquet": b"PAR1 and no more"}) == ["ties.parquet: F002"]
    assert faults(tmp_path, {"ties.parquet": b""}) == ["ties.parquet: F002"]


def test_too_many_rows_are_refused(tmp_path: Path) -> None:
    parquet(tmp_path, "ties.parquet", TIES)
    with mock.patch.object(from_parquet, "MOST_ROWS", -(10**6)):
        assert faults(tmp_path, {}) == ["ties.parquet: F003"]


def test_a_file_that_goes_away_is_an_error(tmp_path: Path) -> None:
    parquet(tmp_path, "ties.parquet", TIES)
    with mock.patch("pathlib.Path.open", side_effect=PermissionError(13, "Permission denied")):
        assert faults(tmp_path, {}) == ["ties.parquet: F001"]


def test_a_file_name_is_no_pattern(tmp_path: Path) -> None:
    parquet(tmp_path, "ta.parquet", "SELECT 'wrong' AS owner, 'wrong' AS customer")
    parquet(tmp_path, "t[ab].parquet", TIES)
    assert rows(loaded(tmp_path, {}, "t[ab].parquet"), "ties", "person") == [("mette",)]


def test_a_folder_of_parts_is_one_table(tmp_path: Path) -> None:
    parquet(tmp_path, "ties/kind=mail/part-1.parquet", f"{TIES}, 4 AS per_year")
    parquet(
        tmp_path,
        "ties/kind=call/part-0.parquet",
        "SELECT 'havn' AS customer, 'bo' AS owner UNION ALL SELECT 'fjord', 'bo'",
    )
    (tmp_path / "ties/_SUCCESS").touch()
    parquet(tmp_path, "ties/_temporary/part.parquet", "SELECT 1 AS half")
    parquet(tmp_path, "ties/.part.parquet", "SELECT 1 AS half")
    book = loaded(tmp_path, {})
    assert rows(book, "ties", "person", "customer", "kind", "per_year") == [
        ("bo", "fjord", "call", None),
        ("bo", "havn", "call", None),
        ("mette", "havn", "mail", 4.0),
    ]
    assert counted(book, tmp_path) == {"ties": (3, 0, 0, {})}


def test_rows_of_parts_are_counted_through(tmp_path: Path) -> None:
    parquet(tmp_path, "ties.parquet/a/1.parquet", f"{TIES} UNION ALL {TIES}")
    parquet(tmp_path, "ties.parquet/b/0.parquet", f"{TIES} UNION ALL SELECT 'bo', NULL")
    assert faults(tmp_path, {}) == ["ties.parquet:4:2: S002"]
    parquet(tmp_path, "ties.parquet/b/0.parquet", TIES)
    book = loaded(tmp_path, {}, "ties.parquet")
    assert counted(book, tmp_path) == {"ties.parquet": (3, 0, 0, {})}
    assert set(book.origins.places([0, 2]).values()) == {f"{tmp_path}/ties.parquet:{row}" for row in (1, 3)}


def test_a_changed_part_is_another_source(tmp_path: Path) -> None:
    parquet(tmp_path, "ties/a.parquet", TIES)
    before = loaded(tmp_path, {}).sources[0].sha256
    assert loaded(tmp_path, {}).sources[0].sha256 == before
    (tmp_path / "ties/a.parquet").rename(tmp_path / "ties/b.parquet")
    assert loaded(tmp_path, {}).sources[0].sha256 != before


def test_a_part_that_lies_elsewhere_is_refused(tmp_path: Path) -> None:
    elsewhere = parquet(tmp_path, "elsewhere/a.parquet", TIES)
    book = tmp_path / "book"
    (book / "ties").mkdir(parents=True)
    (book / "ties/a.parquet").symlink_to(elsewhere)
    assert faults(book, {}) == ["ties: F004"]


def test_a_folder_beside_a_file_of_the_same_table_is_one_too_many(tmp_path: Path) -> None:
    parquet(tmp_path, "ties/a.parquet", TIES)
    assert faults(tmp_path, {"ties.csv": "owner,customer\nmette,havn\n"}) == ["ties.csv: F005"]


def test_a_mapping_reads_a_folder(tmp_path: Path) -> None:
    parquet(tmp_path, "export/year=2023/a.parquet", "SELECT 'mette' AS rep, 'havn' AS account")
    mapping = "tables: {ties: {file: export, columns: {owner: rep, customer: account}, where: {year: '2023'}}}"
    assert rows(loaded(tmp_path, {"netaudit.yml": mapping}), "ties", "person") == [("mette",)]


def test_names_of_folders_above_bring_no_column(tmp_path: Path) -> None:
    parquet(tmp_path, "customer=acme/ties/a.parquet", TIES)
    assert rows(loaded(tmp_path / "customer=acme", {}), "ties", "customer") == [("havn",)]


def test_a_column_that_stands_in_files_and_in_folders_is_refused(tmp_path: Path) -> None:
    parquet(tmp_path, "ties/customer=acme/a.parquet", TIES)
    assert faults(tmp_path, {}) == ["ties: C003"]


def test_a_way_back_through_a_folder_with_signs_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parquet(tmp_path, "x?y/book/ties.parquet", TIES)
    (tmp_path / "x?y/beside").mkdir()
    monkeypatch.chdir(tmp_path / "x?y/beside")
    assert rows(loaded(tmp_path, {}, "x?y/beside/../book"), "ties", "person") == [("mette",)]


@pytest.mark.parametrize(
    "name", ["ties/b.csv", "ties/_delta_log/0.json", "ties/metadata/v1.metadata.json", "ties/year=1/README"]
)
def test_what_is_no_part_is_refused(tmp_path: Path, name: str) -> None:
    parquet(tmp_path, "ties/a.parquet", TIES)
    assert faults(tmp_path, {name: ""}) == ["ties: F005"]


def test_a_part_may_be_called_in_capitals_and_be_no_link(tmp_path: Path) -> None:
    parquet(tmp_path, "ties/a.parquet", TIES)
    parquet(tmp_path, "ties/b.PARQUET", TIES)
    assert counted(loaded(tmp_path, {}), tmp_path) == {"ties": (2, 0, 0, {})}
    parquet(tmp_path, "elsewhere/c.parquet", TIES)
    (tmp_path / "ties/y=2").symlink_to(tmp_path / "elsewhere")
    assert faults(tmp_path, {}) == ["ties: F005"]


def test_parts_that_differ_in_a_type_are_taken_as_they_stand(tmp_path: Path) -> None:
    """As pandas writes them: a blank makes floats of whole numbers, and days may be moments."""
    parquet(tmp_path, "ties/a.parquet", f"SELECT {2**53 + 1}::BIGINT AS customer, 'mette' AS owner, 12 AS per_year")
    parquet(tmp_path, "ties/b.parquet", "SELECT 'mette' AS owner, 5::TINYINT AS customer, 12.5::DOUBLE AS per_year")
    parquet(tmp_path, "ties/c.parquet", "SELECT 7::DOUBLE AS customer, 'mette' AS owner, NULL AS per_year")
    parquet(tmp_path, "ties/d.parquet", "SELECT 'mette' AS owner, '007' AS customer, DATE '2023-05-01' AS last_contact")
    parquet(
        tmp_path, "ties/e.parquet", "SELECT 'mette' AS owner, 8 AS customer, TIMESTAMP '2023-05-01' AS last_contact"
    )
    book = loaded(tmp_path, {})
    assert rows(book, "ties", "customer", "per_year", "last_contact") == [
        ("007", None, 19478),
        ("5", 12.5, None),
        ("7", None, None),
        ("8", None, 19478),
        (str(2**53 + 1), 12.0, None),
    ]
    assert [source.loaded for source in book.sources] == [5]


def test_a_zone_in_one_part_counts_in_utc_beside_texts_in_another(tmp_path: Path) -> None:
    for name, day in (("a", "TIMESTAMPTZ '2023-05-01 23:30:00+00'"), ("b", "'2023-05-01'"), ("c", "DATE '2023-05-01'")):
        parquet(tmp_path, f"ties/{name}.parquet", f"SELECT *, {day} AS last_contact FROM ({TIES})")
    assert rows(loaded(tmp_path, {}), "ties", "last_contact") == [(19478,)] * 3


def test_a_fault_in_parts_of_several_types_has_its_row(tmp_path: Path) -> None:
    parquet(tmp_path, "ties/a.parquet", "SELECT 'mette' AS owner, unnest([1, 2]) AS customer, 12 AS per_year")
    parquet(tmp_path, "ties/b.parquet", "SELECT 'mette' AS owner, unnest([3, 4]) AS customer, 'twelve' AS per_year")
    parquet(tmp_path, "ties/c.parquet", "SELECT 'mette' AS owner, 5 AS customer, 12 AS per_year")
    assert [(problem.line, problem.column) for problem in refused(tmp_path, {}).problems] == [(3, 3), (4, 3)]


def test_parts_of_which_one_has_lists_are_refused(tmp_path: Path) -> None:
    parquet(tmp_path, "ties/a.parquet", "SELECT 'mette' AS owner, TIMESTAMP '2023-05-01' AS customer")
    parquet(tmp_path, "ties/b.parquet", "SELECT 'mette' AS owner, ['havn'] AS customer")
    (problem,) = refused(tmp_path, {}).problems
    assert problem.code == "Y006"
    assert problem.message == "the column 'customer' is of type 'TIMESTAMP, VARCHAR[]'"


def spoilt(path: Path) -> None:
    """Put zeros in place of the values, and leave alone what says where they are."""
    data = bytearray(path.read_bytes())
    data[40 : len(data) // 2] = bytes(len(data) // 2 - 40)
    path.write_bytes(data)


MANY = "SELECT 'mette' || i AS owner, md5(i::VARCHAR) AS customer FROM range(5000) t(i)"


QUESTIONS: tuple[Callable[[Book], object], ...] = (
    netaudit.risk,
    lambda book: netaudit.risk(book, ["mette1"]),
    netaudit.worst,
    netaudit.forecast,
    lambda book: netaudit.plan(book, budget=1),
    lambda book: netaudit.handover(book, "mette1", last_day="2024-05-01"),
    netaudit.ownership,
    lambda book: netaudit.why(book, "mette1"),
    netaudit.check,
    netaudit.graph,
    lambda book: book.graph(),
    lambda book: book.notes(),
)
GONE = "a file of the book cannot be read any more"


@pytest.mark.parametrize("change", ["away", "other columns", "spoilt"])
def test_an_answer_from_a_file_that_is_gone_is_one_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setattr(assemble, "FEW", 0)
    path = parquet(tmp_path, "ties.parquet", MANY)
    book = loaded(tmp_path, {})
    other = loaded(tmp_path, {"b.csv": "owner,customer\nbo,havn\n"}, "b.csv")
    if change == "away":
        path.unlink()
    elif change == "spoilt":
        spoilt(path)
    else:
        parquet(tmp_path, "ties.parquet", "SELECT 1 AS x")
    for ask in QUESTIONS:
        with pytest.raises(NetauditError, match=rf"{GONE}|has changed since it was read"):
            ask(book)
    with pytest.raises(UsageError, match=GONE):
        netaudit.diff(book, other)
    with pytest.raises(UsageError, match=GONE):
        netaudit.diff(other, book)


def test_what_is_broken_within_is_one_error(tmp_path: Path) -> None:
    spoilt(parquet(tmp_path, "ties.parquet", MANY))
    assert [fault.rpartition(" ")[2] for fault in faults(tmp_path, {})] == ["F002"]


def test_a_folder_without_any_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ties.parquet").mkdir()
    assert faults(tmp_path, {}, "ties.parquet") == ["ties.parquet: F006"]


def test_a_part_that_is_broken_is_named(tmp_path: Path) -> None:
    parquet(tmp_path, "ties/a.parquet", TIES)
    (tmp_path / "ties/b.parquet").write_bytes(b"PAR1")
    (problem,) = refused(tmp_path, {}).problems
    assert problem.message == "'b.parquet' cannot be read as Parquet"


def test_capitals_make_no_other_column_of_a_part(tmp_path: Path) -> None:
    parquet(tmp_path, "ties/a.parquet", "SELECT 'mette' AS Owner, 'havn' AS customer, 12 AS per_year")
    parquet(tmp_path, "ties/b.parquet", "SELECT 'bo' AS owner, 'havn' AS CUSTOMER, 1.5::DOUBLE AS Per_Year")
    assert rows(loaded(tmp_path, {}), "ties", "person", "per_year") == [("bo", 1.5), ("mette", 12.0)]


def test_capitals_of_other_letters_make_another_column(tmp_path: Path) -> None:
    """As in the engine; both are there, so neither is lost in silence."""
    parquet(tmp_path, "ties.parquet", "SELECT 'm' AS \"EJER_Æ\", 'z' AS \"ejer_æ\", 'havn' AS customer")
    mapping = "tables: {ties: {file: ties.parquet, columns: {owner: ejer_æ, customer: customer}}}"
    assert faults(tmp_path, {"netaudit.yml": mapping}) == ["ties.parquet: C003"]


def test_a_key_that_is_a_column_of_some_parts_stands_twice(tmp_path: Path) -> None:
    parquet(tmp_path, "ties/kind=call/a.parquet", f"SELECT *, 'mail' AS kind FROM ({TIES})")
    parquet(tmp_path, "ties/kind=meeting/b.parquet", TIES)
    assert faults(tmp_path, {}) == ["ties: C003"]


def test_a_key_may_be_in_capitals(tmp_path: Path) -> None:
    parquet(tmp_path, "ties/kind=call/a.parquet", TIES)
    parquet(tmp_path, "ties/Kind=mail/b.parquet", TIES)
    assert rows(loaded(tmp_path, {}), "ties", "kind") == [("call",), ("mail",)]


def test_what_nobody_asks_for_may_be_of_any_types(tmp_path: Path) -> None:
    parquet(tmp_path, "ties/a.parquet", f"SELECT *, 1 AS x_q, [1] AS x_l FROM ({TIES})")
    parquet(tmp_path, "ties/b.parquet", f"SELECT *, [1] AS x_q, {{'a': 1}} AS x_l FROM ({TIES})")
    assert len(rows(loaded(tmp_path, {}), "ties", "person")) == 2


def test_many_parts_are_read_at_once_where_types_agree(tmp_path: Path) -> None:
    """In any order, each with a column of its own."""
    for number in range(12):
        some = ["'mette' AS owner", f"'c{number}' AS customer", f"{number} AS x_{number}", "NULL AS kind"]
        parquet(tmp_path, f"ties/{number}.parquet", f"SELECT {', '.join(some[number % 4 :] + some[: number % 4])}")
    parquet(tmp_path, "ties/z.parquet", "SELECT 'bo' AS owner, 1.5::DOUBLE AS customer, 2.5::DOUBLE AS x_1")
    kinds = [{"owner": "VARCHAR", f"x_{number}": "INTEGER", "kind": '"NULL"'} for number in range(12)]
    _, alike = Engine().parts([*kinds, {"kind": "VARCHAR", "x_1": "DOUBLE"}], str)
    assert [numbers for numbers, _ in alike] == [[0, *range(2, 12)], [1], [12]]
    book = loaded(tmp_path, {})
    assert len(rows(book, "ties", "person")) == 13


def test_an_index_that_pandas_wrote_is_no_column(tmp_path: Path) -> None:
    parquet(tmp_path, "ties.parquet", f"SELECT *, 7 AS __index_level_0__ FROM ({TIES})")
    assert rows(loaded(tmp_path, {}), "ties", "person") == [("mette",)]


def test_a_folder_of_parts_says_whose_book_it_is_in(tmp_path: Path) -> None:
    parquet(tmp_path, "ties/a.parquet", TIES)
    (problem,) = refused(tmp_path, {}, "ties").problems
    assert (problem.code, problem.hint) == ("F005", "the book is the folder that 'ties' lies in")


def test_an_id_that_is_a_round_number_too_long_for_a_float_is_refused(tmp_path: Path) -> None:
    parquet(tmp_path, "ties.parquet", "SELECT 'mette' AS owner, 1e16::DOUBLE AS customer")
    assert faults(tmp_path, {}) == ["ties.parquet:1:2: V005"]


def test_a_part_without_a_value_fits_all(tmp_path: Path) -> None:
    parquet(tmp_path, "ties/a.parquet", f"SELECT *, 'call' AS kind, NULL AS per_year FROM ({TIES})")
    parquet(tmp_path, "ties/b.parquet", f"SELECT *, NULL AS kind, 12 AS per_year FROM ({TIES})")
    assert rows(loaded(tmp_path, {}), "ties", "kind", "per_year") == [("call", None), (None, 12.0)]


def test_a_mapping_without_a_file_finds_parquet_too(tmp_path: Path) -> None:
    parquet(tmp_path, "ties.parquet", "SELECT 'mette' AS rep, 'havn' AS customer")
    parquet(tmp_path, "customers/a.parquet", "SELECT 'havn' AS kunde")
    mapping = "tables: {ties: {columns: {owner: rep, customer: customer}}, customers: {columns: {id: kunde}}}"
    assert rows(loaded(tmp_path, {"netaudit.yml": mapping}), "ties", "person") == [("mette",)]
