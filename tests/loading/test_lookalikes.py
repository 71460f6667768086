"""Ids that may be one are said, and stay apart; those that are one after folding are one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from . import loaded, places, refused, rows

if TYPE_CHECKING:
    from pathlib import Path

PAIRS = {
    "NFC and NFD": ("\u00c5se", "A\u030ase", "same"),
    "Angstrom sign": ("\u00c5se", "\u212bse", "same"),
    "two spaces": ("Anna Larsen", "Anna  Larsen", "same"),
    "no-break space": ("Anna Larsen", "Anna\u00a0Larsen", "same"),
    "trailing space": ("Anna Larsen", "Anna Larsen ", "same"),
    "case of an address": ("anna@x.example", "Anna@X.example", "alike"),
    "international domain": ("a@b\u00fccher.example", "a@xn--bcher-kva.example", "alike"),
    "broken punycode": ("a@xn--\u00e9.example", "b@xn--\u00e9.example", "apart"),
    "o-slash and oe": ("S\u00f8rensen", "Soerensen", "alike"),
    "o-slash and o": ("S\u00f8rensen", "Sorensen", "alike"),
    "ae": ("Kj\u00e6r", "Kjaer", "alike"),
    "umlaut": ("M\u00fcller", "Mueller", "alike"),
    "sharp s": ("Strau\u00df", "STRAUSS", "alike"),
    "swapped": ("Larsen, Anna", "Anna Larsen", "alike"),
    "apostrophe": ("O'Brien", "O\u2019Brien", "alike"),
    "hyphen": ("Anne-Marie", "Anne\u2010Marie", "alike"),
    "zero width": ("AnnaLarsen", "Anna\u200bLarsen", "refused"),
    "soft hyphen": ("Larsen", "Lar\u00adsen", "refused"),
    "direction mark": ("Anna", "An\u202ena", "refused"),
    "homoglyph": ("Anna", "\u0410nna", "alike"),
    "full width": ("Acme", "\uff21cme", "alike"),
    "legal form": ("Acme A/S", "ACME AS", "alike"),
    "address with a tag": ("anna@x.example", "anna+crm@x.example", "alike"),
    "another name": ("Anna Larsen", "Anne Larsen", "apart"),
    "namesakes": ("Jens Hansen (Acme)", "Jens Hansen (Beta)", "apart"),
    "numbers with marks": ("c1-23", "c12-3", "apart"),
    "digits one by one": ("a1-2-3", "a12-3", "apart"),
    "two spellings without accents": ("Soerensen", "Sorensen", "apart"),
    "codes": ("c1", "C1", "alike"),
}
"""Two ids each; `apart` are different and unremarkable."""


@pytest.mark.parametrize(("first", "second", "expected"), PAIRS.values(), ids=PAIRS)
@pytest.mark.parametrize("column", ["owner", "customer"])
def test_pairs(tmp_path: Path, column: str, first: str, second: str, expected: str) -> None:
    other = "customer" if column == "owner" else "owner"
    files = {"ties.csv": f'{column},{other}\n"{first}",x\n"{second}",x\n'}
    if expected == "refused":
        assert places(refused(tmp_path, files), tmp_path) == ["ties.csv:3:1: V005"]
        return
    book = loaded(tmp_path, files)
    table = "employees" if column == "owner" else "customers"
    assert len(rows(book, table, "id")) == (1 if expected == "same" else 2)
    said = [f"{table} that may be one under several ids" in warning for warning in book.warnings]
    assert said == ([True] if expected == "alike" else [])


def test_few_are_named_and_all_are_counted(tmp_path: Path) -> None:
    lines = "".join(f"mette,House {letter}\nmette,house {letter}\nmette,HOUSE {letter}\n" for letter in "abcde")
    (warning,) = loaded(tmp_path, {"ties.csv": f"owner,customer\n{lines}"}).warnings
    assert warning.startswith("customers that may be one")
    assert warning.endswith("'HOUSE c' and 'House c' and 'house c'; and 2 more")


def test_ids_that_read_like_none(tmp_path: Path) -> None:
    book = loaded(tmp_path, {"ties.csv": "owner,customer\nmette,N/A\nunknown,havn\n"})
    assert book.warnings == (
        "employees whose id reads like none: 'unknown'; if so, leave the cells blank",
        "customers whose id reads like none: 'N/A'; if so, leave the cells blank",
    )


def test_a_number_that_became_a_float(tmp_path: Path) -> None:
    (warning,) = loaded(tmp_path, {"ties.csv": "owner,customer\nmette,1001\nmette,1001.0\nmette,1001.5\n"}).warnings
    assert warning == "customers that may be one under several ids, and are kept apart: '1001' and '1001.0'"


def test_a_large_group_is_cut_and_counted(tmp_path: Path) -> None:
    spellings = ["acme", "Acme", "ACme", "ACMe", "ACME", "aCME", "acME", "acmE"]
    lines = "".join(f"mette,{name}\n" for name in spellings)
    (warning,) = loaded(tmp_path, {"ties.csv": f"owner,customer\n{lines}"}).warnings
    assert warning.count("'") == 12
    assert warning.endswith("and 2 more")
