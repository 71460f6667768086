"""Salesforce: the tables of its data export, and reports of them with their labels and footers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netaudit.importers.accounts import add_account, add_customer_contact, add_deal, saw
from netaudit.importers.addresses import mail_of, site_of
from netaudit.importers.sighted import Colleague, Company, Dropped, Person
from netaudit.importers.tables import Field, Part

if TYPE_CHECKING:
    from netaudit.importers.run import Run
    from netaudit.importers.tables import Row

LENGTH = 15
"""Ids come with 15 characters, whose case counts, or with three more that only say which are capitals."""

_KINDS = {"call": "call", "email": "mail", "listemail": "mail"}
"""What sort of task is which kind of contact; tasks of other sorts are no contact."""


def _record(run: Run, number: str) -> str:
    return run.record(number[:LENGTH])


def _owner(row: Row, run: Run) -> Colleague:
    """The owner: by the name that a report has, or by the id that the table User explains."""
    called = Colleague.called(row["owner"])
    return Colleague(called.name, called.email, _record(run, row["owner id"]), has_left=called.has_left)


def _alive(row: Row) -> None:
    if row["deleted"].casefold() in {"1", "true"}:
        raise Dropped("deleted there")


def _user(row: Row, run: Run) -> None:
    name = row["name"] or " ".join(filter(None, (row["first name"], row["last name"])))
    gone = row["active"].casefold() in {"0", "false"}
    run.ledger.employee(Colleague(name, mail_of(row["email"]), _record(run, row["id"]), has_left=gone))


def _account(row: Row, run: Run) -> None:
    _alive(row)
    add_account(run, row, Company(row["name"], site_of(row["website"]), _record(run, row["id"])), _owner(row, run))


def _contact(row: Row, run: Run) -> None:
    _alive(row)
    name = " ".join(filter(None, (row["first name"], row["last name"]))) or row["name"]
    email = mail_of(row["email"])
    person = Person(name, (email,) if email else (), "", _record(run, row["id"]), row["role"])
    company = Company(row["company"], record=_record(run, row["account"]))
    if not (company.name or run.ledger.customers.find("x_record", company.record)):
        company = Company("", person.employer, company.record)
        if not company.domain:
            raise Dropped("its account is not in the export")
    whole = Person(person.name, person.emails, "", person.record, person.role, company)
    add_customer_contact(run, row, whole, _owner(row, run))


def _team(row: Row, run: Run) -> None:
    _alive(row)
    saw(run, row)
    user = Colleague.called(row["owner"])
    who = run.ledger.employee(Colleague(user.name, user.email, _record(run, row["owner id"])))
    run.tie(who, "", _known(row, run))


def _opportunity(row: Row, run: Run) -> None:
    _alive(row)
    company = Company(row["company"], record=_record(run, row["account"]))
    if not (company.name or run.ledger.customers.find("x_record", company.record)):
        raise Dropped("its account is not in the export")
    owner = _owner(row, run)
    add_deal(run, row, Person(company=company), owner, row["won"] or row["stage"])
    run.bought[row["id"][:LENGTH]] = run.bought[row["id"]]
    if owner.name or owner.email or owner.record:
        run.owners[_record(run, row["id"])] = run.ledger.employee(owner)


def _role(row: Row, run: Run) -> None:
    _alive(row)
    who = run.owners.get(_record(run, row["opportunity"]))
    if who is None:
        raise Dropped("its opportunity is not in the export")
    run.tie(who, _person(row, run, "contact"), "")


def _task(row: Row, run: Run) -> None:
    if row["status"].casefold() not in {"completed", "done", "abgeschlossen", "terminé", "fuldført"}:
        raise Dropped("a task that is not completed")
    kind = _KINDS.get((row["sort"] or row["type"]).casefold())
    if kind is None:
        raise Dropped("a task that is no call and no mail")
    _activity(row, run, kind)


def _event(row: Row, run: Run) -> None:
    _activity(row, run, "meeting")


def _activity(row: Row, run: Run, kind: str) -> None:
    """A day on which an owner was in touch with a contact, or with an account."""
    _alive(row)
    day = row.day("date")
    if day is None:
        raise Dropped("no date")
    if day > run.ledger.today:
        raise Dropped("still ahead")
    contact = _person(row, run, "who") if row["who"] else ""
    customer = "" if contact else _known(row, run)
    who = run.ledger.employee(_owner(row, run))
    run.days[who, contact, customer, kind].add(day)


def _person(row: Row, run: Run, name: str) -> str:
    found = run.ledger.contacts.find("x_record", _record(run, row[name]))
    if not found:
        raise Dropped("its contact is a lead, or not in the export")
    return found[0]


def _known(row: Row, run: Run) -> str:
    """The customer of a row that only points at its account."""
    for name in ("account", "what"):
        found = run.ledger.customers.find("x_record", _record(run, row[name]))
        if found:
            return found[0]
    if row["what"] and row["what"][:LENGTH] in run.bought:
        return run.bought[row["what"][:LENGTH]]
    if row["company"]:
        return run.ledger.customer(Company(row["company"]), known=True)
    raise Dropped("its account is not in the export")


_IS_DELETED = Field("deleted", ("IsDeleted",), "to leave out what is in the bin; not kept")
_TELLS = "tells it from others, for the next import"
_OWNS = "whose customer, contact or contact's day it is"
_ACTIVE = Field("last activity", ("LastActivityDate", "Last Activity"), "the day of the last contact")
_MADE = ("LastModifiedDate", "CreatedDate", "Last Modified Date", "Created Date", "SystemModstamp")
_CHANGED = Field("changed", _MADE, "how new the export is; not kept")
_OWNER_ID = Field("owner id", ("OwnerId", "Owner ID", "Assigned To ID"), _OWNS)
_ACCOUNT = Field("account", ("AccountId", "Account ID"), "the customer")
_ACTIVITY = (
    _IS_DELETED,
    Field("who", ("WhoId", "Contact ID"), "the contact", required=True),
    Field("what", ("WhatId",), "the customer"),
    _ACCOUNT,
    _OWNER_ID,
    Field("owner", ("Assigned",), _OWNS),
)
"""What a task and an event have in common."""

_LEFT = {"telephone numbers, postal addresses, birthdays, descriptions": "no answer needs them"}

PARTS = (
    Part(
        "User",
        (
            Field("id", ("Id", "User ID"), _TELLS, required=True),
            Field("username", ("Username",), "to know the table by; not kept", required=True),
            Field("name", ("Name", "Full Name"), "names the employee"),
            Field("first name", ("FirstName", "First Name"), "names the employee"),
            Field("last name", ("LastName", "Last Name"), "names the employee"),
            Field("email", ("Email",), "tells the employee from others"),
            Field("active", ("IsActive", "Active"), "who is not active has left"),
        ),
        _user,
        {"telephone numbers, profiles, managers, departments": "no answer needs them"},
    ),
    Part(
        "Account",
        (
            Field("id", ("Id", "Account ID"), _TELLS, required=True),
            _IS_DELETED,
            Field("name", ("Name", "Account Name"), "names the customer", required=True),
            Field("website", ("Website",), "tells the customer from others; only its domain is kept"),
            Field("owner id", ("OwnerId", "Account Owner ID"), _OWNS),
            Field("owner", ("Account Owner",), _OWNS),
            _ACTIVE,
            _CHANGED,
        ),
        _account,
        {**_LEFT, "AnnualRevenue, NumberOfEmployees": "what a company turns over is not what it pays us"},
    ),
    Part(
        "Contact",
        (
            Field("id", ("Id", "Contact ID"), _TELLS),
            _IS_DELETED,
            Field("name", ("Name", "Full Name"), "names the contact"),
            Field("first name", ("FirstName", "First Name"), "names the contact", required=True),
            Field("last name", ("LastName", "Last Name"), "names the contact", required=True),
            Field("email", ("Email",), "tells the contact from others", required=True),
            Field("role", ("Title",), "the contact's role"),
            _ACCOUNT,
            Field("company", ("Account Name",), "the customer"),
            Field("owner id", ("OwnerId", "Contact Owner ID"), _OWNS),
            Field("owner", ("Contact Owner",), _OWNS),
            _ACTIVE,
            _CHANGED,
        ),
        _contact,
        _LEFT,
    ),
    Part(
        "AccountTeamMember",
        (
            _IS_DELETED,
            Field("account", ("AccountId", "Account ID"), "the customer"),
            Field("company", ("Account", "Account Name"), "the customer"),
            Field("owner id", ("UserId", "User ID"), _OWNS),
            Field("owner", ("User", "Team Member", "Team Member Name"), _OWNS),
            Field("role", ("TeamMemberRole", "Team Role"), "to know the table by; not kept", required=True),
            _CHANGED,
        ),
        _team,
        {"AccountAccessLevel and other access levels": "no answer needs them"},
    ),
    Part(
        "Opportunity",
        (
            Field("id", ("Id", "Opportunity ID"), "whose its contact roles are; not kept", required=True),
            _IS_DELETED,
            _ACCOUNT,
            Field("company", ("Account Name",), "the customer"),
            Field("stage", ("StageName", "Stage"), "only what is won is revenue; not kept", required=True),
            Field("won", ("IsWon", "Won"), "only what is won is revenue; not kept"),
            Field("amount", ("Amount",), "revenue of the customer, summed over a year"),
            Field("currency", ("CurrencyIsoCode", "Amount Currency"), "revenue is in one currency"),
            Field("closed", ("CloseDate", "Close Date"), "which year it belongs to; not kept"),
            Field("owner id", ("OwnerId", "Opportunity Owner ID"), _OWNS),
            Field("owner", ("Opportunity Owner",), _OWNS),
            _ACTIVE,
            _CHANGED,
        ),
        _opportunity,
        {"Name, Description, NextStep, Probability": "no answer needs them"},
    ),
    Part(
        "OpportunityContactRole",
        (
            _IS_DELETED,
            Field("opportunity", ("OpportunityId", "Opportunity ID"), "whose contact it is", required=True),
            Field("contact", ("ContactId", "Contact ID"), "the contact", required=True),
        ),
        _role,
        {"Role, IsPrimary": "no answer needs them"},
    ),
    Part(
        "Task",
        (
            *_ACTIVITY,
            Field("date", ("ActivityDate", "Date"), "counted by month; the day of the last one is kept", required=True),
            Field("status", ("Status",), "only what is completed counts; not kept", required=True),
            Field("sort", ("TaskSubtype", "Task Subtype"), "call or mail"),
            Field("type", ("Type",), "call or mail"),
        ),
        _task,
        {"Subject, Description": "what was said is nobody's business"},
    ),
    Part(
        "Event",
        (
            *_ACTIVITY,
            Field(
                "date",
                ("StartDateTime", "ActivityDateTime", "ActivityDate", "Start"),
                "counted by month; the day of the last one is kept",
                required=True,
            ),
            Field(
                "length", ("EndDateTime", "DurationInMinutes", "End"), "to know the table by; not kept", required=True
            ),
        ),
        _event,
        {"Subject, Description, Location": "what was said is nobody's business"},
    ),
)
