"""Google Contacts as CSV, before and after its headings changed in 2024."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netaudit.importers.address_books import COMPANY, LEFT, NAME, ROLE, TELLS, add_person, named
from netaudit.importers.tables import Field, Part

if TYPE_CHECKING:
    from netaudit.importers.run import Run
    from netaudit.importers.tables import Row


def _entry(row: Row, run: Run) -> None:
    name = named(row["first name"], row["middle name"], row["last name"]) or row["name"]
    add_person(run, name, row["company"], row["position"], row.all("email"), row.all("website"), "google")


PARTS = (
    Part(
        "contacts",
        (
            Field("name", ("Name", "File As"), NAME),
            Field("first name", ("First Name", "Given Name"), NAME, required=True),
            Field("middle name", ("Middle Name", "Additional Name"), NAME),
            Field("last name", ("Last Name", "Family Name"), NAME, required=True),
            Field("email", ("E-mail # - Value",), TELLS, required=True),
            Field("company", ("Organization Name", "Organization # - Name"), COMPANY, required=True),
            Field("position", ("Organization Title", "Organization # - Title"), ROLE),
            Field("website", ("Website # - Value",), "a LinkedIn profile tells the contact from others"),
        ),
        _entry,
        LEFT,
    ),
)
