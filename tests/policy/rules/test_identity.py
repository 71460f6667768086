"""NA305: ids that may be one under several spellings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import netaudit
from tests.books import book
from tests.policy.asking import found, worth

if TYPE_CHECKING:
    from pathlib import Path


def test_colleagues_and_customers_under_several_ids() -> None:
    spellings = ("Havn", "Hav.n", "HAVN", "hav-n", "havn")
    b = book(
        employees=[{"id": "mette holm"}, {"id": "Mette Holm", "name": "Mette"}, {"id": "bo"}],
        customers=[*worth(**dict.fromkeys(spellings, 1)), *worth(nord=1)],
        ties=[{"owner": "bo", "customer": "nord"}],
    )
    rows = {row.subject: (row.name, row.message) for row in found(b, "NA305")}
    assert rows == {
        "employee:Mette Holm; employee:mette holm": ("Mette Holm", "may be one under 2 ids: Mette Holm, mette holm"),
        "customer:HAVN; customer:Hav.n; customer:Havn; customer:hav-n; customer:havn": (
            "HAVN",
            "may be one under 5 ids: HAVN, Hav.n, Havn, hav-n, …",
        ),
    }
    assert {(row.severity, row.revenue) for row in found(b, "NA305")} == {("low", None)}


def test_four_ids_are_all_named() -> None:
    b = book(customers=worth(**dict.fromkeys(("Havn", "Hav.n", "HAVN", "havn"), 1)), ties=[])
    (row,) = found(b, "NA305")
    assert row.message == "may be one under 4 ids: HAVN, Hav.n, Havn, havn"


def test_it_points_to_the_first_that_has_a_row(tmp_path: Path) -> None:
    path = tmp_path / "book.yml"
    path.write_text(
        "netaudit: 1\nopen_ids: true\nemployees:\n- {id: anna}\n- {id: mette holm}\n- {id: mette.holm}\n"
        "ties:\n- {owner: Mette Holm, customer: havn}\n- {owner: Anna, customer: havn}\n"
    )
    places = {row.subject: row.line for row in found(netaudit.load(path, as_of="2015-01-23"), "NA305")}
    assert places == {
        "employee:Anna; employee:anna": 4,
        "employee:Mette Holm; employee:mette holm; employee:mette.holm": 5,
    }


def test_ids_that_differ_in_more_than_spelling_are_two() -> None:
    assert found(book("mette -> havn", "metti -> havn", "bo -> havn2", "bo -> havn3"), "NA305") == []
