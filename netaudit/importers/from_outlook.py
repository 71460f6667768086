"""Outlook's contacts as CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netaudit.importers.address_books import COMPANY, LEFT, NAME, ROLE, TELLS, add_person, named
from netaudit.importers.tables import Field, Part

if TYPE_CHECKING:
    from netaudit.importers.run import Run
    from netaudit.importers.tables import Row


def _entry(row: Row, run: Run) -> None:
    name = named(row["first name"], row["middle name"], row["last name"])
    add_person(run, name, row["company"], row["position"], row.all("email"), row.all("website"), "outlook")


PARTS = (
    Part(
        "contacts",
        (
            Field("first name", ("First Name",), NAME, required=True),
            Field("middle name", ("Middle Name",), NAME),
            Field("last name", ("Last Name",), NAME, required=True),
            Field("email", ("E-mail Address", "E-mail # Address"), TELLS, required=True),
            Field("company", ("Company",), COMPANY, required=True),
            Field("position", ("Job Title",), ROLE),
            Field(
                "website",
                ("Web Page", "Personal Web Page", "Business Web Page"),
                "a LinkedIn profile tells the contact",
            ),
        ),
        _entry,
        LEFT,
    ),
)
