"""Any table: who of ours knows whom, in columns that the user names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netaudit.importers.accounts import told_by
from netaudit.importers.addresses import mail_of, profile_of, site_of
from netaudit.importers.likeness import company_of
from netaudit.importers.sighted import Colleague, Company, Dropped, Person
from netaudit.importers.tables import Field, Part

if TYPE_CHECKING:
    from netaudit.importers.run import Run
    from netaudit.importers.tables import Row

KINDS_OF_TIE = ("meeting", "call", "mail", "social")
"""Those that every book has weights for."""


def _row(row: Row, run: Run) -> None:
    day = row.day("date")
    if day is not None and day > run.ledger.today:
        raise Dropped("still ahead")
    if row["kind"] and row["kind"] not in KINDS_OF_TIE:
        raise Dropped(f"a kind that is none of {', '.join(KINDS_OF_TIE)}")
    amount = row.number("revenue")
    company = Company(company_of(row["company"]), site_of(row["domain"]), run.record(row["company id"]))
    emails = tuple(filter(None, map(mail_of, row.all("email"))))
    person = Person(
        row["contact"], emails, profile_of(row["profile"]), run.record(row["contact id"]), row["role"], company
    )
    contact = run.ledger.contact(person) if person.name or person.own or person.record else ""
    customer = run.ledger.contacts[contact]["customer"] if contact else run.ledger.customer_of(person)
    told_by(run, customer)
    owner = run.owner or _owner(row, run)
    if amount is not None:
        run.yearly[customer].add((amount, row["currency"].upper()))
    if owner and day and row["kind"]:
        run.days[owner, contact, "" if contact else customer, row["kind"]].add(day)
    elif owner:
        run.ledger.saw(day)
        run.tie(owner, contact, customer, day, row["kind"])


def _owner(row: Row, run: Run) -> str:
    if not (row["employee"] or row["employee email"]):
        return ""
    called = Colleague.called(row["employee"])
    email = mail_of(row["employee email"]) or called.email
    return run.ledger.employee(Colleague(called.name, email, run.record(row["employee id"]), has_left=called.has_left))


PARTS = (
    Part(
        "table",
        (
            Field("employee", ("employee",), "whose tie it is"),
            Field("employee id", ("employee id",), "tells the employee from others"),
            Field("employee email", ("employee email",), "tells the employee from others"),
            Field("company", ("company", "customer"), "names the customer", required=True),
            Field("company id", ("company id", "customer id"), "tells the customer from others"),
            Field("domain", ("domain", "website"), "tells the customer from others; only its domain is kept"),
            Field("contact", ("contact", "name"), "names the contact"),
            Field("contact id", ("contact id",), "tells the contact from others"),
            Field("email", ("email",), "tells the contact from others"),
            Field("profile", ("profile", "url"), "tells the contact from others"),
            Field("role", ("role", "title"), "the contact's role"),
            Field("kind", ("kind",), "meeting, call, mail or social"),
            Field("date", ("date", "last contact", "on"), "the day of contact; with a kind, counted by month"),
            Field("revenue", ("revenue",), "what the customer brings a year"),
            Field("currency", ("currency",), "revenue is in one currency"),
        ),
        _row,
    ),
)
