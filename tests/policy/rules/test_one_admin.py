"""NA204: a page or newsletter with a single administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.books import book
from tests.policy.asking import found, said

if TYPE_CHECKING:
    from netaudit.book import Book

EMPLOYEES = [
    {"id": "anna", "name": "Anna Berg"},
    {"id": "bo"},
    {"id": "today", "left_on": "2015-01-23"},
    {"id": "soon", "left_on": "2015-01-24"},
]


def administered(**admins: str) -> Book:
    kinds = {"desk": "support_desk", "letter": "newsletter"}
    channels = [
        {"id": name, "kind": kinds.get(name, "company_page")} | ({"admins": ids} if ids else {})
        for name, ids in admins.items()
    ]
    return book("anna -> havn", employees=EMPLOYEES, channels=channels)


def test_administrators_who_are_still_here() -> None:
    b = administered(one="anna", letter="bo;today", two="anna;bo", leaving="bo;soon", nobody="today", desk="anna")
    expected = {
        "channel:one": "has 1 administrator on record, Anna Berg",
        "channel:letter": "has 1 administrator on record, bo",
        "channel:nobody": "has no administrators on record",
    }
    assert said(b, "NA204") == expected
    assert said(b, "NA204", min_admins=1) == {"channel:nobody": expected["channel:nobody"]}
    assert said(b, "NA204", min_admins=3) == expected | {
        "channel:two": "has 2 administrators on record",
        "channel:leaving": "has 2 administrators on record",
    }
    assert {(row.severity, row.revenue) for row in found(b, "NA204")} == {("medium", None)}


def test_looked_at_only_where_the_book_records_administrators() -> None:
    assert said(administered(one="", two="", desk="anna"), "NA204") == {}
    assert list(said(administered(one="", two="anna;bo"), "NA204")) == ["channel:one"]


def test_it_goes_by_its_name() -> None:
    channels = [{"id": "page", "kind": "company_page", "name": "Our page", "admins": "anna"}]
    (row,) = found(book("anna -> havn", channels=channels), "NA204")
    assert row.name == "Our page"
