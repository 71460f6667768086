"""What BOOK may be: a document, a folder, one table, standard input, or what lies here."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sys
import tempfile
from typing import IO, TYPE_CHECKING, Any

import pytest

import netaudit
from netaudit.errors import InputError, UsageError
from netaudit.loading import files

from . import TIE, counted, faults, feed, lay, loaded, places, refused, rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BOOK = "ties: [{owner: mette, customer: havn}]\n"
MAP = "tables: {ties: {columns: {owner: o, customer: c}}}"


@pytest.fixture(autouse=True)
def copies(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[IO[bytes]]]:
    """The temporary files that a test makes, closed behind it."""
    made: list[IO[bytes]] = []
    original: Any = tempfile.NamedTemporaryFile

    def make(*mode: Any, **how: Any) -> IO[bytes]:
        made.append(original(*mode, **how))
        return made[-1]

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", make)
    yield made
    for copy in made:
        copy.close()


@pytest.mark.parametrize("name", ["book.yml", "book.yaml", "my.YML", "book.json"])
def test_a_document(tmp_path: Path, name: str) -> None:
    text = json.dumps({"ties": [{"owner": "mette", "customer": "havn"}]}) if name.endswith("json") else BOOK
    book = loaded(tmp_path, {name: text}, name)
    assert rows(book, "ties", "person", "customer") == [("mette", "havn")]
    assert [(source.path, source.sha256) for source in book.sources] == [
        (str(tmp_path / name), hashlib.sha256(text.encode()).hexdigest())
    ]


def test_json_in_a_json_file_is_strict(tmp_path: Path) -> None:
    assert faults(tmp_path, {"book.json": BOOK}, "book.json") == ["book.json:1:1: Y001"]


@pytest.mark.parametrize("name", ["ties.csv", "anything.CSV"])
def test_one_table_of_ties(tmp_path: Path, name: str) -> None:
    book = loaded(tmp_path, {name: "employee,customer\nmette,havn\n", "netaudit.yml": "currency: DKK"}, name)
    assert rows(book, "ties", "person", "customer") == [("mette", "havn")]
    assert book.currency is None


def test_a_folder_with_a_document(tmp_path: Path) -> None:
    assert rows(loaded(tmp_path, {"book.yml": BOOK, "notes.txt": ""}), "ties", "person") == [("mette",)]


def test_a_folder_of_tables(tmp_path: Path) -> None:
    files = {"ties.csv": TIE, "customers.csv": "id,name\nhavn,Havnegade\n", "netaudit.yml": "currency: DKK"}
    book = loaded(tmp_path, files)
    assert rows(book, "customers", "id", "name") == [("havn", "Havnegade")]
    assert book.currency == "DKK"
    assert set(counted(book, tmp_path)) == set(files)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"book.yml": BOOK, "ties.csv": TIE}, ["book.yml: F005"]),
        ({"tis.csv": TIE}, ["tis.csv: F005"]),
        ({"ties.csv": TIE, "ties.CSV": TIE}, ["ties.csv: F005"]),
        ({"ties.csv": TIE, "ties.parquet": b"PAR1"}, ["ties.parquet: F005"]),
        ({"ties.csv": TIE, "Customers.csv": "id\na\n"}, ["Customers.csv: F005"]),
        ({"ties.csv": "a\n", "tis.csv": TIE}, ["tis.csv: F005", "ties.csv:1:1: S001"]),
        (
            {"ties.csv": "owner,custmer\na,b\n", "customers.csv": "id,nme\na,b\n"},
            ["customers.csv:1:4: S001", "ties.csv:1:7: S001"],
        ),
        ({"ties.csv": TIE, "netaudit.yml": "currency: DKK\nties: []"}, ["netaudit.yml:2:1: S001"]),
        ({"ties.csv": TIE, "netaudit.yml": ""}, ["netaudit.yml:1:1: F006"]),
        ({"ties.csv": TIE, "netaudit.yml": "- a"}, ["netaudit.yml:1:1: Y006"]),
        ({"ties.csv": TIE, "customers.csv/x": ""}, ["customers.csv: F005"]),
        ({"ties.csv": TIE, "customer/a.parquet": "", "b/a.parquet": "", "contact/a": ""}, ["customer: F005"]),
        ({"ties/a.txt": "", "customers.csv": "id\na\n"}, ["ties: F005"]),
        ({"ties/.a": "", "customers.csv": "id\na\n"}, ["ties: F006"]),
        ({"employees.csv": "id\nbo\n"}, ["employees.csv: F006"]),
        ({"departures.csv": "employee,on\n", "employees.csv": "id\nbo\n"}, ["employees.csv: F006"]),
        ({"ties.csv": "owner,customer\n\n"}, ["ties.csv: F006"]),
        ({"netaudit.yml": "currency: DKK"}, ["netaudit.yml: F006"]),
        ({"notes.txt": ""}, ["F006"]),
    ],
)
def test_a_folder_that_is_no_book(tmp_path: Path, files: dict[str, str | bytes], expected: list[str]) -> None:
    assert sorted(found.removeprefix(": ") for found in faults(tmp_path, files)) == sorted(expected)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("none.yml", None, "none.yml: F001"),
        ("none.csv", None, "none.csv: F001"),
        ("none", None, "none: F001"),
        ("a\0b.yml", None, "a\0b.yml: F001"),
        ("book.txt", BOOK, "book.txt: F005"),
        ("book.xlsx", "PK\x03\x04", "book.xlsx: F005"),
        ("ties.yml", "employees: [{id: a}]", "ties.yml: F006"),
    ],
)
def test_a_file_that_is_no_book(tmp_path: Path, name: str, text: str | None, expected: str) -> None:
    assert faults(tmp_path, {} if text is None else {name: text}, name) == [expected]


def test_customers_without_ties_are_a_book(tmp_path: Path) -> None:
    assert rows(loaded(tmp_path, {"customers.csv": "id\na\n"}), "ties", "person") == []


def test_the_book_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as caught:
        netaudit.load()
    assert places(caught.value, tmp_path) == [": F001"]
    assert "netaudit.yml nor book.yml" in caught.value.problems[0].message
    lay(tmp_path, {"book.yml": BOOK})
    assert [source.path for source in netaudit.load().sources] == ["book.yml"]
    (tmp_path / "book.yml").unlink()
    lay(tmp_path, {"netaudit.yml": "currency: DKK", "ties.csv": TIE})
    assert [source.path for source in netaudit.load().sources] == ["netaudit.yml", "ties.csv"]


def test_nothing_to_audit_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(lay(tmp_path, {"netaudit.yml": "currency: DKK"}))
    with pytest.raises(InputError) as caught:
        netaudit.load(as_of="2024-01-01")
    assert places(caught.value, tmp_path) == ["netaudit.yml: F006"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, []),
        ({"as_of": "2024-01-01"}, ["--as-of", "2024-01-01"]),
        ({"assume": ["clause=0.4", "per_meeting=1"]}, ["--assume", "clause=0.4", "--assume", "per_meeting=1"]),
    ],
)
def test_how_to_name_the_book_again(tmp_path: Path, options: dict[str, Any], words: list[str]) -> None:
    path = lay(tmp_path, {"book.yml": BOOK, "s.yml": "company: A"}) / "book.yml"
    assert netaudit.load(path, **options).call == (str(path), *words)
    call = netaudit.load(path, settings=tmp_path / "s.yml", **options).call
    assert call == (str(path), "--settings", str(tmp_path / "s.yml"), *words)


def test_how_to_name_standard_input_again(monkeypatch: pytest.MonkeyPatch) -> None:
    feed(monkeypatch, BOOK)
    assert netaudit.load("-", form="yaml").call == ("-", "--from", "yaml")


@pytest.mark.parametrize("book", ["book.yml", "ties.csv", "", None])
def test_a_form_is_only_for_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, book: str | None) -> None:
    monkeypatch.chdir(lay(tmp_path, {"book.yml": BOOK, "ties.csv": TIE}))
    with pytest.raises(UsageError, match=r"^U001 --from is for standard input"):
        netaudit.load(book, form="csv")


def test_the_current_folder_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(lay(tmp_path, {"ties.csv": TIE}))
    assert [source.path for source in netaudit.load(".").sources] == ["ties.csv"]


@pytest.mark.parametrize(
    ("form", "text"), [(None, BOOK), ("yaml", BOOK), ("csv", TIE), (None, '{"customers":[{"id":"a"}]}')]
)
def test_standard_input(monkeypatch: pytest.MonkeyPatch, form: str | None, text: str) -> None:
    feed(monkeypatch, text)
    book = netaudit.load("-", form=form)
    assert [(source.path, source.loaded) for source in book.sources] == [("-", 1)]
    assert book.sources[0].sha256 == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        (None, "", "-:1:1: F006"),
        (None, "custmers: []", "-:1:1: S001"),
        ("csv", "", "-:1:1: F006"),
        ("csv", "owner,customer\na,b\na,\n", "-:3:3: S002"),
        ("csv", "owner,customer,per_year\na,b,x\n", "-:2:5: V001"),
        ("csv", b"owner,customer\na,\xff\n", "-:2:3: F002"),
    ],
)
def test_problem_on_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str | None, text: str | bytes, expected: str
) -> None:
    feed(monkeypatch, text)
    with pytest.raises(InputError) as caught:
        netaudit.load("-", form=form)
    assert places(caught.value, tmp_path) == [expected]


def test_standard_input_with_a_mapping(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(tmp_path, {"s.yml": MAP})
    feed(monkeypatch, "o;c\nbo;a\n")
    book = netaudit.load("-", settings=tmp_path / "s.yml", form="csv")
    assert rows(book, "ties", "person", "customer") == [("bo", "a")]


@pytest.mark.parametrize("text", [TIE, "owner,customer\na,\n"])
def test_the_copy_of_standard_input_is_closed(
    monkeypatch: pytest.MonkeyPatch, copies: list[IO[bytes]], text: str
) -> None:
    feed(monkeypatch, text)
    with contextlib.suppress(InputError):
        netaudit.load("-", form="csv")
    assert [copy.closed for copy in copies] == [True]


def test_standard_input_has_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temp"))
    lay(tmp_path, {"s.yml": MAP[:-1] + ", customers: {file: c.csv, columns: {id: k}}}", "temp/c.csv": "k\na\n"})
    feed(monkeypatch, "o;c\nbo;a\n")
    with pytest.raises(InputError):
        netaudit.load("-", settings=tmp_path / "s.yml", form="csv")


@pytest.mark.parametrize("form", ["yaml", "csv"])
def test_standard_input_has_a_limit(monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    monkeypatch.setattr(sys.modules["netaudit.loading.find"], "LARGEST_DOCUMENT", 10)
    feed(monkeypatch, "x" * 11)
    with pytest.raises(InputError) as caught:
        netaudit.load("-", form=form)
    assert [problem.code for problem in caught.value.problems] == ["F003"]


def test_a_document_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_DOCUMENT", len(BOOK))
    loaded(tmp_path, {"book.yml": BOOK})
    assert faults(tmp_path, {"book.yml": BOOK + "\n"}) == ["book.yml: F003"]


def test_a_mapped_folder_leaves_other_tables_alone(tmp_path: Path) -> None:
    content = {"netaudit.yml": MAP, "ties.csv": "o,c\nbo,a\n", "other.csv": "a,a\n"}
    book = loaded(tmp_path, content)
    assert set(counted(book, tmp_path)) == {"netaudit.yml", "ties.csv"}
    assert book.notes() == ("not mapped, and so not read: other.csv",)


def test_a_table_beside_a_mapped_one_of_the_same_name_is_noted(tmp_path: Path) -> None:
    content = {
        "netaudit.yml": MAP.replace("{columns", "{file: sub/a.csv, columns"),
        "a.csv": "",
        "sub/a.csv": "o,c\nb,a\n",
    }
    assert loaded(tmp_path, content).notes() == ("not mapped, and so not read: a.csv",)


def test_one_file_may_be_two_tables(tmp_path: Path) -> None:
    text = "tables: {ties: {file: a.csv, columns: {owner: o, customer: c}}, customers: {file: a.csv, columns: {id: c}}}"
    book = loaded(tmp_path, {"netaudit.yml": text, "a.csv": "o,c\nbo,a\n\n,b\n"})
    assert rows(book, "customers", "id") == [("a",), ("b",)]
    assert rows(book, "ties", "customer") == [("a",)]
    reasons = {"blank lines": 1, "blank owner or employee or channel": 1}
    assert counted(book, tmp_path)["a.csv"] == (3, 2, 0, reasons)


def test_one_file_is_not_mapped_twice_in_one_way(tmp_path: Path) -> None:
    part = "{file: a.csv, columns: {owner: o, customer: c}}"
    files = {"netaudit.yml": f"tables: {{ties: [{part}, {part}]}}", "a.csv": "o,c\nbo,a\n"}
    assert faults(tmp_path, files) == ["netaudit.yml:1:66: S003"]


def test_an_answer_to_nothing_says_what_was_skipped(tmp_path: Path) -> None:
    part = "{file: a.csv, columns: {owner: o, customer: c}, where: {s: Wonn}}"
    files = {"netaudit.yml": f"tables: {{ties: {part}}}", "a.csv": "o,c,s\nbo,a,Won\n"}
    assert refused(tmp_path, files).problems[0].hint == "all rows are skipped: where"


def test_a_total_under_the_table_is_skipped(tmp_path: Path) -> None:
    book = loaded(tmp_path, {"customers.csv": "id,name,revenue\na,A,5\nb,B,6\nTotal,,11\n"})
    assert rows(book, "customers", "id") == [("a",), ("b",)]


def test_a_footer_under_the_table_is_skipped(tmp_path: Path) -> None:
    book = loaded(tmp_path, {"customers.csv": "id,name,revenue\na,A,5\n\n1 record\n"})
    assert rows(book, "customers", "id") == [("a",)]


def test_problems_of_all_files_come_at_once_in_order(tmp_path: Path) -> None:
    content = {
        "netaudit.yml": "currency: kr\n",
        "customers.csv": "id,revenue\na,x\na,\xe6\n",
        "ties.csv": "owner,customer\nbo\n",
        "contacts.csv": "id,customr\nl,a\n",
    }
    assert faults(tmp_path, content) == [
        "contacts.csv:1:4: S001",
        "customers.csv:2:3: V001",
        "customers.csv:3:3: V001",
        "netaudit.yml:1:11: V006",
        "ties.csv:2:1: C002",
    ]


def test_threads_bound_the_engine(tmp_path: Path) -> None:
    book = loaded(tmp_path, {"ties.csv": TIE}, threads=1)
    assert book.engine.ask("SELECT current_setting('threads')") == [(1,)]


def test_an_error_says_what_became_of_all_rows(tmp_path: Path) -> None:
    error = refused(tmp_path, {"ties.csv": "owner,customer\na,b\n\na,\n", "customers.csv": "id\nb\n"})
    assert error.tally == "4 rows read: 2 loaded, 1 skipped, 1 rejected"


def test_all_that_a_mapping_cannot_mean_is_said_at_once(tmp_path: Path) -> None:
    mapping = "tables: {ties: {file: c.csv}, customers: {file: ../b.csv}, contacts: [{file: c.csv}, {file: c.csv}]}"
    (tmp_path / "c.csv").write_text("id,customer\nlars,havn\n", encoding="utf-8")
    found = faults(tmp_path, {"netaudit.yml": mapping})
    assert [fault.rpartition(" ")[2] for fault in found] == ["F004", "S003"]
