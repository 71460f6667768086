"""The register of what can be imported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netaudit.importers import (
    from_google,
    from_hubspot,
    from_ical,
    from_linkedin,
    from_mail,
    from_outlook,
    from_pipedrive,
    from_salesforce,
    from_table,
    from_trace,
    from_vcard,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from netaudit.importers.run import Run
    from netaudit.importers.tables import Part
    from netaudit.loading.files import File


@dataclass(frozen=True, slots=True)
class Kind:
    """A system that exports: what tables or files it has.

    `personal` exports are somebody's and do not say whose; `mail` tells us from others by domains alone; `read` reads
    a file that is no table. `says_customers` means that whoever is in it is a customer.
    """

    title: str
    parts: tuple[Part, ...]
    read: Callable[[File, Run], None] | None = None
    close: Callable[[Run], None] | None = None
    personal: bool = False
    mail: bool = False
    says_customers: bool = False


KINDS = {
    "linkedin": Kind("a LinkedIn member's archive", from_linkedin.PARTS, personal=True),
    "hubspot": Kind("HubSpot exports", from_hubspot.PARTS, says_customers=True),
    "salesforce": Kind("Salesforce exports and reports", from_salesforce.PARTS, says_customers=True),
    "pipedrive": Kind("Pipedrive exports", from_pipedrive.PARTS, says_customers=True),
    "google": Kind("Google contacts", from_google.PARTS, personal=True),
    "outlook": Kind("Outlook contacts", from_outlook.PARTS, personal=True),
    "vcard": Kind("vCards", from_vcard.PARTS, from_vcard.read_vcard, personal=True),
    "trace": Kind("an Exchange message trace", from_trace.PARTS, mail=True),
    "mbox": Kind("an mbox", from_mail.MBOX, from_mail.read_mbox, from_mail.close, mail=True),
    "maildir": Kind("a Maildir", from_mail.MAILDIR, from_mail.read_maildir, from_mail.close, mail=True),
    "ical": Kind("an iCalendar file", from_ical.PARTS, from_ical.read_ical, mail=True),
    "table": Kind("any table", from_table.PARTS, says_customers=True),
}
"""Kind → how it is read. A source is added by a module `from_x.py` and a line here."""
