"""What an address book says, whichever program it comes from: whom somebody of ours could call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netaudit.importers.addresses import mail_of, profile_of
from netaudit.importers.likeness import company_of
from netaudit.importers.sighted import Company, Person

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netaudit.importers.run import Run

NAME = "names the contact"
TELLS = "tells the contact from others"
LEFT = {"telephone numbers, postal addresses, birthdays, notes, photos, labels": "no answer needs them"}
"""What address books hold beside."""


def add_person(
    run: Run, name: str, company: str, role: str, emails: Iterable[str], sites: Iterable[str], source: str
) -> None:
    """An entry is a tie whose last contact nobody knows, and as weak as one on a social network."""
    profile = next(filter(None, map(profile_of, sites)), "")
    person = Person(
        name, tuple(filter(None, map(mail_of, emails))), profile, role=role, company=Company(company_of(company))
    )
    run.ledger.tie(run.whose, run.ledger.contact(person), "social", source)


def named(*parts: str) -> str:
    """A name of its parts."""
    return " ".join(filter(None, parts))


COMPANY = "the customer"
ROLE = "the contact's role"
