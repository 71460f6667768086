"""Nothing outside the book, nothing that is no file, nothing that is no text."""

from __future__ import annotations

import os
from pathlib import Path
from unittest import mock

import pytest

import netaudit
from netaudit.errors import InputError
from netaudit.loading.files import File, below, contents, decoded, encoding_of, regular

from . import TIE, faults, lay, loaded, places, rows

PLACE = ("netaudit.yml", 3, 5)
MAP = "tables: {ties: {file: a.csv, columns: {owner: owner, customer: customer}}}"


@pytest.mark.parametrize("name", ["a.csv", "sub/a.csv", "./a.csv", "sub//a.csv", "a..b.csv", "none.csv"])
def test_a_file_below_the_folder(tmp_path: Path, name: str) -> None:
    lay(tmp_path, {"a.csv": TIE, "sub/a.csv": TIE, "a..b.csv": TIE})
    file = below(tmp_path, name, PLACE)
    assert (file.path, file.label) == (tmp_path / name, str(tmp_path / name))


@pytest.mark.parametrize(
    "name", ["..", "../a.csv", "sub/../a.csv", "/abs/a.csv", "//a.csv", "a\0.csv", "out.csv", "up/a.csv"]
)
def test_a_file_that_leads_out(tmp_path: Path, name: str) -> None:
    lay(tmp_path, {"a.csv": TIE, "in/x": ""})
    (tmp_path / "in" / "out.csv").symlink_to(tmp_path / "a.csv")
    (tmp_path / "in" / "up").symlink_to(tmp_path)
    with pytest.raises(InputError) as caught:
        below(tmp_path / "in", name, PLACE)
    assert places(caught.value, tmp_path) == ["netaudit.yml:3:5: F004"]


def test_a_link_within_the_folder_is_followed(tmp_path: Path) -> None:
    lay(tmp_path, {"netaudit.yml": MAP, "b.csv": TIE})
    (tmp_path / "a.csv").symlink_to("b.csv")
    assert rows(loaded(tmp_path, {}), "ties", "person") == [("mette",)]


def test_a_folder_may_be_a_link_itself(tmp_path: Path) -> None:
    lay(tmp_path, {"real/netaudit.yml": MAP, "real/a.csv": TIE})
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert rows(loaded(tmp_path, {}, "link"), "ties", "person") == [("mette",)]


def test_a_link_out_of_the_book(tmp_path: Path) -> None:
    lay(tmp_path, {"book/netaudit.yml": MAP, "secret.csv": TIE})
    (tmp_path / "book" / "a.csv").symlink_to(tmp_path / "secret.csv")
    assert faults(tmp_path, {}, "book") == ["book/netaudit.yml:1:16: F004"]


def test_a_table_of_the_folder_that_is_a_link_out_of_it(tmp_path: Path) -> None:
    lay(tmp_path, {"book/customers.csv": "id\na\n", "secret.csv": TIE})
    (tmp_path / "book" / "ties.csv").symlink_to(tmp_path / "secret.csv")
    assert [found.split(" ")[-1] for found in faults(tmp_path, {}, "book")] == ["F004"]


def test_a_link_to_itself(tmp_path: Path) -> None:
    (tmp_path / "a.csv").symlink_to("a.csv")
    assert faults(tmp_path, {"netaudit.yml": MAP})


def test_a_link_to_nowhere(tmp_path: Path) -> None:
    (tmp_path / "a.csv").symlink_to("none.csv")
    assert faults(tmp_path, {"netaudit.yml": MAP}) == ["a.csv: F001"]


@pytest.mark.parametrize("name", ["book.yml", "book.json", "ties.csv", "pipe"])
def test_a_pipe_is_not_opened(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    assert faults(tmp_path, {}, name) == [f"{name}: F001"]


@pytest.mark.parametrize("name", ["book.yml", "netaudit.yml", "ties.csv"])
def test_a_pipe_in_a_folder_is_not_opened(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    assert faults(tmp_path, {} if name == "book.yml" else {"customers.csv": "id\na\n"}) == [f"{name}: F001"]


def test_a_pipe_for_settings_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "s.yml")
    assert faults(tmp_path, {"ties.csv": TIE}, settings=str(tmp_path / "s.yml")) == ["s.yml: F001"]


def test_a_device_is_no_file() -> None:
    with pytest.raises(InputError, match=r"not a regular file"):
        netaudit.load(os.devnull)


@pytest.mark.parametrize("name", ["none", "a\0b", "n" * 300])
def test_a_file_that_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"F001 cannot be read"):
        regular(File(tmp_path / name, "f"))


def test_a_document_that_cannot_be_opened(tmp_path: Path) -> None:
    lay(tmp_path, {"book.yml": "a: 1"})
    with (
        mock.patch.object(Path, "open", side_effect=PermissionError(13, "Permission denied")),
        pytest.raises(InputError, match=r"^f: F001 cannot be read: Permission denied$"),
    ):
        contents(File(tmp_path / "book.yml", "f"))


def test_a_folder_that_cannot_be_listed(tmp_path: Path) -> None:
    lay(tmp_path, {"ties.csv": TIE})
    with mock.patch.object(Path, "iterdir", side_effect=PermissionError(13, "Permission denied")):
        assert [found.split(" ")[-1] for found in faults(tmp_path, {})] == ["F001"]


@pytest.mark.parametrize(
    ("head", "declared", "expected"),
    [
        (b"a: 1", None, "utf-8"),
        (b"a: 1", "cp1252", "cp1252"),
        (b"", None, "utf-8"),
        (b"\xef\xbb\xbfa", "cp1252", "utf-8-sig"),
        (b"\xff\xfea\0", None, "utf-16-le"),
        (b"\xfe\xff\0a", None, "utf-16-be"),
        (b"\xff\xfe\0\0a\0\0\0", None, "utf-32-le"),
        (b"\0\0\xfe\xff\0\0\0a", None, "utf-32-be"),
        ("owner,customer".encode("utf-16-le"), None, "utf-16-le"),
        ("owner,customer".encode("utf-16-be"), None, "utf-16-be"),
        (b"a\0b: c", None, "utf-8"),
        (bytes(100), None, "utf-8"),
    ],
)
def test_the_encoding_that_a_file_tells(head: bytes, declared: str | None, expected: str) -> None:
    assert encoding_of(head, "f", declared) == expected


@pytest.mark.parametrize("head", [b"\x1f\x8b\x08\x00", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"])
def test_packed_files_are_named(head: bytes) -> None:
    with pytest.raises(InputError, match=r"^f:1:1: F002 is .* not text"):
        encoding_of(head, "f")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"a: \xff", "f:1:4: F002"),
        (b"a: 1\nb: \xc5se", "f:2:4: F002"),
        (b"a: 1\nb: \xc3", "f:2:4: F002"),
        (b"\xff\xfea\0\0\xd8", "f:1:2: F002"),
    ],
)
def test_where_text_stops_being_text(data: bytes, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        decoded(data, "f")
    assert [str(problem)[: len(expected)] for problem in caught.value.problems] == [expected]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_documents_may_have_a_mark(tmp_path: Path, encoding: str) -> None:
    book = loaded(tmp_path, {"book.yml": "customers: [{id: \u00c5se}]".encode(encoding)})
    assert rows(book, "customers", "id") == [("\u00c5se",)]
