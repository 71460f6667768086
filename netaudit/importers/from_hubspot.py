"""HubSpot's exports of contacts, companies and deals, as its users choose their columns."""

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


def _company(row: Row, run: Run) -> None:
    domain = site_of(row["domain"]) or site_of(row["website"])
    add_account(run, row, Company(row["name"], domain, run.record(row["id"])), Colleague.called(row["owner"]))


def _contact(row: Row, run: Run) -> None:
    name = " ".join(filter(None, (row["first name"], row["last name"])))
    emails = tuple(filter(None, map(mail_of, (*row.all("email"), *row["more emails"].split(";")))))
    company = Company(company_of(row["company"]), record=run.record(_only(row["company id"])))
    person = Person(name, emails, record=run.record(row["id"]), role=row["role"], company=company)
    add_customer_contact(run, row, person, Colleague.called(row["owner"]))


def _deal(row: Row, run: Run) -> None:
    company = Company(
        company_of(row["company"]), record=run.record(_only(row["primary company id"] or row["company id"]))
    )
    person = Person(row["contact"], record=run.record(_only(row["contact id"])), company=company)
    add_deal(run, row, person, Colleague.called(row["owner"]), row["stage"])


def _only(ids: str) -> str:
    """The id in a cell that may hold several with `;` between: the first, which HubSpot calls primary."""
    return ids.partition(";")[0].strip()


_ID = Field("id", ("Record ID", "hs_object_id"), "tells it from others, for the next import", required=True)
_ACTIVE = Field(
    "last activity", ("Last Activity Date", "Last Contacted", "notes_last_updated"), "the day of the last contact"
)
_MADE = Field("changed", ("Create Date", "Last Modified Date"), "how new the export is; not kept")
_OWNS = "whose customer, or contact, it is"
_NAME = ("Company name", "Associated Company", "Associated Company (Primary)", "Primary Associated Company")
_COMPANY_IDS = ("Associated Company IDs", "associatedcompanyid", "Associated company ID")

PARTS = (
    Part(
        "companies",
        (
            _ID,
            Field("name", ("Company name", "name"), "names the customer", required=True),
            Field("domain", ("Company Domain Name", "Domain", "Company Domain"), "tells the customer from others"),
            Field("website", ("Website URL", "Website"), "tells the customer from others; only its domain is kept"),
            Field("owner", ("Company owner", "hubspot_owner_id"), _OWNS),
            _ACTIVE,
            _MADE,
        ),
        _company,
        {
            "Annual Revenue": "what a company turns over is not what it pays us",
            "Industry, Phone, City, Number of Employees": "no answer needs them",
        },
    ),
    Part(
        "contacts",
        (
            _ID,
            Field("first name", ("First Name",), "names the contact", required=True),
            Field("last name", ("Last Name",), "names the contact", required=True),
            Field("email", ("Email",), "tells the contact from others"),
            Field("more emails", ("Additional email addresses", "Additional emails"), "tells the contact from others"),
            Field("role", ("Job Title",), "the contact's role"),
            Field("owner", ("Contact owner", "hubspot_owner_id"), _OWNS),
            Field("company", _NAME, "the customer"),
            Field("company id", _COMPANY_IDS, "the customer"),
            _ACTIVE,
            _MADE,
        ),
        _contact,
        {"Phone Number, Mobile Phone Number, Lead Status, Lifecycle Stage, Country/Region": "no answer needs them"},
    ),
    Part(
        "deals",
        (
            _ID,
            Field("title", ("Deal Name",), "to know the table by; not kept", required=True),
            Field("stage", ("Deal Stage",), "only what is won is revenue; not kept", required=True),
            Field("amount", ("Amount",), "revenue of the customer, summed over a year"),
            Field("currency", ("Currency", "Deal Currency Code"), "revenue is in one currency"),
            Field("closed", ("Close Date",), "which year it belongs to; not kept"),
            Field("owner", ("Deal owner", "hubspot_owner_id"), _OWNS),
            Field("company", _NAME[1:], "the customer"),
            Field("company id", _COMPANY_IDS, "the customer"),
            Field("primary company id", ("Associated Company IDs (Primary)",), "the customer"),
            Field("contact", ("Associated Contact",), "the contact"),
            Field("contact id", ("Associated Contact IDs",), "the contact"),
            _ACTIVE,
            _MADE,
        ),
        _deal,
        {"Pipeline, Deal Type, Forecast amount": "no answer needs them"},
    ),
)
