"""Totals, notes and repeated headers: skipped where they are sure, refused where they might be rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from . import counted, faults, loaded, rows

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "id,name,revenue\na,A,5\nb,B,6.50\n"
BELOW = "totals and notes below the table"


@pytest.mark.parametrize(
    ("below", "reasons"),
    [
        ("Total,,11.50\n", {BELOW: 1}),
        ("total:,,11.50\n", {BELOW: 1}),
        ("I alt,2,11.50\n", {BELOW: 1}),
        (" Total ,,2\n", {BELOW: 1}),
        (",Grand Total,11.50\n", {BELOW: 1}),
        ("Grand Totals (2 records),,\n", {BELOW: 1}),
        ("Total,,11.50\nCopyright (c) 2026,,\n", {BELOW: 2}),
        ("Total,,11.50\nid,name,revenue\n", {BELOW: 1, "the header once more": 1}),
        ("id,name,revenue\nc,C,1\n", {"the header once more": 1}),
        (" ID , Name ,REVENUE\n", {"the header once more": 1}),
        ("\nsee our terms\n", {"blank lines": 1, BELOW: 1}),
        ("2 rows\n", {BELOW: 1}),
        ("\n\nConfidential, do not distribute\n", {"blank lines": 2, BELOW: 1}),
        ("Total,,11.50\n,,\n\u00a0,,\u3000\n", {BELOW: 1, "rows of blank cells": 2}),
        ("Copyright 2026 Foo A/S\n", {BELOW: 1}),
        ("Copyright 2026 Foo A/S,,\n" + ",,\n" * 40, {BELOW: 1, "rows of blank cells": 40}),
        ("\nAccount Report\nCopyright (c) 2000-2026 Foo, Inc.\nAcme Corp\n", {"blank lines": 1, BELOW: 3}),
        ("\nApplied filters:\nStage is Won\n", {"blank lines": 1, BELOW: 2}),
        ("id,name,revenue\n" * 3000, {"the header once more": 3000}),
    ],
)
def test_what_is_no_row_is_skipped_and_counted(tmp_path: Path, below: str, reasons: dict[str, int]) -> None:
    book = loaded(tmp_path, {"customers.csv": HEAD + below})
    assert rows(book, "customers", "id")[:2] == [("a",), ("b",)]
    assert counted(book, tmp_path)["customers.csv"][3] == reasons


@pytest.mark.parametrize(
    ("table", "place"),
    [
        (f"{HEAD}Total,,12\n", "4:1: C005"),
        (f"{HEAD}Total,,1 1.50\n", "4:1: C005"),
        (f"{HEAD}Total,,\n", "4:1: C005"),
        (f"{HEAD}Total,,11.50\nc,C,1\n", "4:1: C005"),
        (f"{HEAD}* preliminary,,\n", "4:1: C005"),
        (f"{HEAD}c\n", "4:1: C002"),
        (f"{HEAD}\nProduct,Price\n", "5:1: C002"),
        ("id,name\na,A\nTotal,7\n", "3:1: C005"),
        (f"{HEAD}All accounts,,11.50\n", "4:1: C005"),
        (f"{HEAD}Total (2 accounts),,9.00\n", "4:1: C005"),
        (f"{HEAD}Number of records,,2\n", "4:1: C005"),
        (f"{HEAD}Record count,,9\nPage 1,of 1,\n", "4:1: C005"),
        (f"{HEAD}Export date,2026-01-01,\n", "4:1: C005"),
        (f"{HEAD}Source,CRM,\n", "4:1: C005"),
        (f"{HEAD}\nrasmus\n", "5:1: C002"),
        (f"{HEAD}Confidential Records Ltd,,\n", "4:1: C005"),
        (f"{HEAD}Source 4 Media,Kirk\n", "4:1: C002"),
        (f"{HEAD}Alle,,11.50\n", "4:1: C005"),
        ("id,revenue\na,1\nb,2\nCount Basie,7\n", "4:1: C005"),
        ("id\na\nTotal\n", "3:1: C005"),
        ("id\na\n2 rows\n", "3:1: C005"),
        ("id,name,revenue\na,A,5\nb,,6\nc,C,2\nAlle,,13\n", "5:1: C005"),
        (f"{HEAD}Samlet,,12\nc,C,1\n", "4:1: C005"),
        ("id,name,segment\na,A,s\nid,segment,name\nb,s,B\n", "3:1: C005"),
        ("id,name\na,A\n\nemployee,customer\nb,s\n", "4:1: C005"),
        (f"{HEAD}Total({' ' * 400}x,,\n", "4:1: C005"),
        ("id,revenue\na,1\nb,2\nTotal,3\nTotal,5\n", "5:1: C005"),
    ],
)
def test_what_might_be_a_row_is_refused(tmp_path: Path, table: str, place: str) -> None:
    assert faults(tmp_path, {"customers.csv": table})[0] == f"customers.csv:{place}"


@pytest.mark.parametrize(
    "table",
    [
        "id\nTotal\na\n",
        "id,name\nowner,The Owner\na,A\n",
        "id,name\nkind,\na,A\n",
        "id,name,revenue\na,A,5\nTotalEnergies,,7\n",
        "id,revenue\na,5\nb,5\n",
        "id,revenue\na,0\nb,0\nc,0\n",
        "id,name\nTotal,TotalEnergies\na,A\n",
        f"{HEAD}c d,,\ne f,,\n",
        f"{HEAD}c,,\n",
        "id,name,revenue\n* a,,\n",
        "id,revenue\na,100\nb,200\nc,300\n",
        "id,revenue\na,5\nb,9\nc,2\n",
        "id,count\na,1\nb,1\nc,2\n",
        "id,name,revenue\na,A,5\nb,,6\nc,,11\n",
    ],
)
def test_rows_stay_rows(tmp_path: Path, table: str) -> None:
    book = loaded(tmp_path, {"customers.csv": table})
    assert counted(book, tmp_path)["customers.csv"][1] == 0


@pytest.mark.parametrize("last", ["total(" + " " * 60_000 + "x", "total(" + "1" * 60_000 + "x!"])
def test_a_long_last_cell_is_refused_at_its_line(tmp_path: Path, last: str) -> None:
    assert faults(tmp_path, {"customers.csv": f"{HEAD}{last},,\n"})[0].startswith("customers.csv:4:1: ")


def test_a_doubtful_row_says_nothing_about_those_above(tmp_path: Path) -> None:
    assert faults(tmp_path, {"customers.csv": f"{HEAD}c,,11.50\nCount Basie,,7\n"}) == ["customers.csv:5:1: C005"]


def test_a_doubtful_row_that_lacks_something_is_told_once(tmp_path: Path) -> None:
    assert faults(tmp_path, {"ties.csv": "owner,customer,per_year\na,b,1\nTotal,,5\n"}) == ["ties.csv:3:7: S002"]


def test_a_total_adds_up_in_the_declared_decimal(tmp_path: Path) -> None:
    files = {
        "netaudit.yml": 'decimal: ","',
        "customers.csv": "id;name;revenue\na;A;1.000,50\nb;B;2,00\nTotal;;1.002,50\n",
    }
    assert counted(loaded(tmp_path, files), tmp_path)["customers.csv"][3] == {BELOW: 1}
