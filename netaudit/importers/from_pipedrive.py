"""Pipedrive's exports of people, organizations and deals, whose headings begin with what they are of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netaudit.importers.accounts import add_account, add_customer_contact, add_deal
from netaudit.importers.addresses import mail_of, site_of
from netaudit.importers.likeness import company_of
from netaudit.importers.sighted import Colleague, Company, Person
from netaudit.importers.tables import Field, Part

if TYPE_CHECKING:
    from netaudit.importers.run import Run
    from netaudit.importers.tables import Row

LEFT = {"telephone numbers, postal addresses, labels, pipelines, probabilities": "no answer needs them"}


def _organization(row: Row, run: Run) -> None:
    company = Company(row["name"], site_of(row["website"]), run.record(row["id"]))
    add_account(run, row, company, Colleague.called(row["owner"]))


def _person(row: Row, run: Run) -> None:
    name = row["name"] or " ".join(filter(None, (row["first name"], row["last name"])))
    emails = tuple(filter(None, map(mail_of, row.all("email"))))
    person = Person(name, emails, "", run.record(row["id"]), row["role"], Company(company_of(row["company"])))
    add_customer_contact(run, row, person, Colleague.called(row["owner"]))


def _deal(row: Row, run: Run) -> None:
    person = Person(row["contact"], company=Company(company_of(row["company"])))
    add_deal(run, row, person, Colleague.called(row["owner"]), row["stage"])


def _fields(of: str, *fields: tuple[str, tuple[str, ...], str, bool]) -> tuple[Field, ...]:
    return tuple(
        Field(name, tuple(f"{of} - {one}" for one in headings), why, need) for name, headings, why, need in fields
    )


_ID = ("id", ("ID",), "tells it from others, for the next import", False)
_ACTIVE = ("last activity", ("Last activity date",), "the day of the last contact", False)
_OWNER = ("owner", ("Owner",), "whose customer, or contact, it is", False)

PARTS = (
    Part(
        "organizations",
        _fields(
            "Organization",
            _ID,
            ("name", ("Name",), "names the customer", True),
            ("website", ("Website",), "tells the customer from others; only its domain is kept", False),
            _OWNER,
            _ACTIVE,
            ("changed", ("Organization created", "Update time"), "how new the export is; not kept", False),
        ),
        _organization,
        LEFT,
    ),
    Part(
        "people",
        _fields(
            "Person",
            _ID,
            ("name", ("Name",), "names the contact", True),
            ("first name", ("First name",), "names the contact", False),
            ("last name", ("Last name",), "names the contact", False),
            (
                "email",
                ("Email - Work", "Email - Home", "Email - Other", "Email"),
                "tells the contact from others",
                False,
            ),
            ("role", ("Job title",), "the contact's role", False),
            ("company", ("Organization",), "the customer", True),
            _OWNER,
            _ACTIVE,
            ("changed", ("Person created", "Update time"), "how new the export is; not kept", False),
        ),
        _person,
        LEFT,
    ),
    Part(
        "deals",
        _fields(
            "Deal",
            ("id", ("ID",), "to count a deal once; not kept", False),
            ("title", ("Title",), "to know the table by; not kept", True),
            ("stage", ("Status",), "only what is won is revenue; not kept", True),
            ("amount", ("Value",), "revenue of the customer, summed over a year", False),
            ("currency", ("Currency", "Currency of Value"), "revenue is in one currency", False),
            ("closed", ("Won time",), "which year it belongs to; not kept", False),
            ("company", ("Organization",), "the customer", True),
            ("contact", ("Contact person",), "the contact", False),
            _OWNER,
            _ACTIVE,
            (
                "changed",
                ("Deal created", "Update time", "Last stage change", "Won time"),
                "how new the export is",
                False,
            ),
        ),
        _deal,
        LEFT,
    ),
)
