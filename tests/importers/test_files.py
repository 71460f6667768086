"""Spreadsheets and archives: exports that are no plain file."""

from __future__ import annotations

import csv
import errno
import io
import os
import zipfile
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook

import netaudit
from netaudit.errors import InputError, OutputError
from netaudit.importers import archives, sources
from tests.importers import network
from tests.importers.test_traps import HEAD, NORA, reasons, rows_of

if TYPE_CHECKING:
    from pathlib import Path

Bring = Callable[..., Any]
Read = Callable[..., dict[str, str]]
FOOTER = ("Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved.",)
ACCOUNTS = [
    ("Account Name", "Account Owner", "Last Activity", "Phone", "Account ID"),
    ("Example, Inc.", "Sam Seller", date(2026, 4, 2), 4512345678, "001000000000AC1"),
    ("Muster GmbH", "Mia Miller", date(2026, 3, 3), None, "001000000000AC2"),
    (),
    FOOTER,
]


def sheet(*tables: list[tuple[Any, ...]]) -> bytes:
    """A spreadsheet of several sheets."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for number, rows in enumerate(tables):
        page = book.create_sheet(f"Sheet {number}")
        for row in rows:
            page.append(row)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def archive(files: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as into:
        for name, text in files.items():
            into.writestr(name, text)
    return packed.getvalue()


def test_a_spreadsheet_is_read_as_csv_is(bring: Bring, book: Read, tmp_path: Path) -> None:
    notes: list[tuple[Any, ...]] = [("Accounts by owner",), ("as of today",), (), *ACCOUNTS]
    result = bring("salesforce", {"report.xlsx": sheet([("nothing", "here")], notes)})
    text = "\n".join(",".join(f'"{"" if cell is None else cell}"' for cell in row) for row in ACCOUNTS)
    bring("salesforce", {"report.csv": text}, into="plain")
    assert book() == book("plain")
    assert [row["owner"] for row in rows_of(book()["customers.csv"])] == ["sam-seller", "mia-miller"]
    assert reasons(result) == {"blank lines": 1, "notes below the table": 1}
    assert result.summary.columns_dropped == ("Phone",)
    assert result.summary.as_of == "2026-04-02"
    (row,) = netaudit.detect([tmp_path / "exports" / "report.xlsx"]).rows
    assert (row.kind, row.part) == ("salesforce", "Account")


def test_spreadsheets_that_are_none(bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match=r"F002 is no spreadsheet that can be read .save it as CSV"):
        bring("salesforce", {"report.xlsx": "Account Name,Account Owner\n"})
    monkeypatch.setattr(sources, "MOST_CELLS", 20)
    with pytest.raises(InputError, match=r"F003 a sheet of more than 20 cells"):
        bring("salesforce", {"report.xlsx": sheet(ACCOUNTS)})
    monkeypatch.setattr(sources, "LARGEST_SHEET", 0)
    with pytest.raises(InputError, match=r"F003 unpacks to more than 0 MiB"):
        bring("salesforce", {"report.xlsx": sheet(ACCOUNTS)})


def test_an_archive_is_read_as_its_folder_is(bring: Bring, book: Read, tmp_path: Path) -> None:
    exports = {"Connections.csv": HEAD + NORA, "Profile.csv": "secret", "media/": ""}
    packed = archive({f"Basic_LinkedInDataExport/{name}": text for name, text in exports.items()})
    result = bring("linkedin", {"archive.zip": packed}, employee="mette")
    bring("linkedin", {"Connections.csv": HEAD + NORA}, employee="mette", into="plain")
    assert book() == book("plain")
    assert result.rows[0].file.endswith("archive.zip/Basic_LinkedInDataExport/Connections.csv")
    (row,) = netaudit.detect([tmp_path / "exports" / "archive.zip"]).rows
    assert (row.kind, row.why) == ("linkedin", "it holds Connections.csv")
    bring("salesforce", {"WE_00D.zip": archive(network.salesforce())}, into="system")
    bring("salesforce", network.salesforce(), into="system-plain")
    assert book("system") == book("system-plain")
    (row,) = netaudit.detect([tmp_path / "exports" / "WE_00D.zip"]).rows
    assert row.kind == "salesforce"


def test_archives_that_are_none(bring: Bring, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    whole = archive({"Connections.csv": HEAD + NORA * 500})
    broken = [
        ("a.zip", b"PK", r"F002 is no \.zip file that can be read"),
        ("b.zip", whole.replace(whole[60:80], b"x" * 20), r"F002 is no \.zip file that can be read"),
        ("c.zip", archive({"Profile.csv": ""}), "F005 holds none of Connections.csv"),
    ]
    for name, content, message in broken:
        with pytest.raises(InputError, match=message):
            bring("linkedin", {name: content}, employee="mette")
    with pytest.raises(InputError, match=r"F002 is no \.zip file"):
        netaudit.detect([tmp_path / "exports" / "a.zip"])
    with pytest.raises(InputError, match="F005 holds no export that is known by its name"):
        netaudit.detect([tmp_path / "exports" / "c.zip"])
    monkeypatch.setattr(archives, "LARGEST", 10)
    with pytest.raises(InputError, match="F003 unpacks to more than 0 MiB"):
        bring("linkedin", {"d.zip": whole}, employee="mette")
    assert not (tmp_path / "book").exists()


def test_a_bomb_is_not_unpacked(bring: Bring, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="F003 is packed more than 100 times"):
        bring("linkedin", {"a.zip": archive({"Connections.csv": "\n" * 4_000_000})}, employee="mette")
    book = Workbook()
    book.worksheets[0]["A1"] = book.worksheets[0]["XFD1048576"] = "x"
    book.save(tmp_path / "wide.xlsx")
    with pytest.raises(InputError, match="F003 a sheet of more than 20,000,000 cells"):
        netaudit.import_exports("salesforce", [tmp_path / "wide.xlsx"], tmp_path / "book")


def test_a_column_that_stands_twice(bring: Bring) -> None:
    with pytest.raises(InputError, match="C003 the column 'Company' stands twice"):
        bring("linkedin", HEAD.replace("Position", "Company") + NORA, employee="mette")


def test_numbers_of_cells_are_what_they_say(bring: Bring, book: Read) -> None:
    bring("table", {"a.xlsx": sheet([("company", "revenue"), ("Havn", 1234.567), ("Fjord", 0.5), ("Skov", 7.0)])})
    assert [row["revenue"] for row in rows_of(book()["customers.csv"])] == ["0.5", "1234.5670", "7"]


def test_no_row_of_a_file_without_headings_stands_in_an_error(bring: Bring) -> None:
    with pytest.raises(InputError, match="no such table: 3 columns, of which known are none") as caught:
        bring("linkedin", "Anna Berg,anna@havn.example,Havn\n", employee="mette")
    assert "anna" not in str(caught.value).casefold()


def test_nothing_is_left_of_a_book_that_cannot_be_written(
    bring: Bring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="O001 cannot be written: No space left on device"):
        bring("linkedin", HEAD + NORA, employee="mette", into="new/book")
    assert {path.name for path in tmp_path.iterdir()} == {"exports"}
    (tmp_path / "taken").write_text("")
    with pytest.raises(OutputError, match="O001 cannot be written: Not a directory"):
        bring("linkedin", HEAD + NORA, employee="mette", into="taken/book")


def test_every_sheet_of_a_spreadsheet_is_read(bring: Bring, book: Read, tmp_path: Path) -> None:
    tables = network.hubspot()
    sheets = [[tuple(row) for row in csv.reader(io.StringIO(text))] for text in tables.values()]
    result = bring("hubspot", {"all.xlsx": sheet(*sheets, [("colour", "size"), ("red", 1)])})
    bring("hubspot", tables, into="plain")
    assert book() == book("plain")
    assert [row.file.rpartition("/")[2] for row in result.rows] == ["Sheet 0", "Sheet 1", "Sheet 2"]
    assert result.warnings[0].endswith("all.xlsx/Sheet 3: not read, for no table of the system has its headings")
    rows = netaudit.detect([tmp_path / "exports" / "all.xlsx"]).rows
    assert [row.kind for row in rows] == ["hubspot"] * 3
