"""A LinkedIn member's archive: whom somebody of ours is connected to, and with whom they have exchanged messages."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from netaudit.importers.addresses import mail_of, profile_of
from netaudit.importers.exchanges import ONE_WAY, Exchanges
from netaudit.importers.likeness import company_of
from netaudit.importers.sighted import Company, Dropped, Person
from netaudit.importers.tables import Field, Part

if TYPE_CHECKING:
    from netaudit.importers.run import Run
    from netaudit.importers.tables import Row

SOURCE = "linkedin"


def _connection(row: Row, run: Run) -> None:
    """A connection is a tie whose last contact nobody knows: the day it was made is no day of contact."""
    name = " ".join(filter(None, (row["first name"], row["last name"])))
    run.ledger.saw(row.day("connected on"))
    if not (name or row["profile"]):
        raise Dropped("nobody is named")
    emails = tuple(filter(None, map(mail_of, row.all("email"))))
    company = Company(company_of(row["company"]))
    person = Person(name, emails, profile_of(row["profile"]), role=row["position"], company=company)
    run.ledger.tie(run.whose, run.ledger.contact(person), "social", SOURCE)


def _message(row: Row, run: Run) -> None:
    """Messages count two ways, as mail does; who is not a contact yet is left out, for a message names no company."""
    sender, recipients = profile_of(row["sender"]), [profile_of(one) for one in row["recipients"].split(",")]
    recipients = [one for one in recipients if one]
    if row["draft"].casefold() in {"yes", "true"} or row["folder"].casefold() == "spam":
        raise Dropped("drafts and spam")
    if len(recipients) > 1:
        raise Dropped("to several: no exchange of two")
    day = row.day("date")
    if day is None or not (sender and recipients):
        raise Dropped("no sender, recipient or date")
    run.messages.append((day, sender, recipients[0], run.tally))


def _count_messages(run: Run) -> None:
    """Whose archive it is, its messages tell: one of the two is always the same."""
    profiles = Counter(one for _, sender, recipient, _ in run.messages for one in (sender, recipient))
    most = max(profiles.values(), default=0)
    mine = [one for one, count in profiles.items() if count == most and not run.ledger.contacts.find("x_profile", one)]
    exchanges = Exchanges()
    why: dict[str, str] = {}
    for day, sender, recipient, _ in run.messages:
        other = recipient if sender in mine else sender
        if len(mine) != 1 or mine[0] not in {sender, recipient}:
            why[other] = "whose archive it is, the messages do not tell"
        elif not run.ledger.contacts.find("x_profile", other):
            why[other] = "with somebody who is no contact in the book"
        else:
            exchanges.add((run.whose, other), day, sent=sender == mine[0])
    for (owner, other), months in exchanges.counted():
        contact = run.ledger.contacts.find("x_profile", other)[0]
        if months:
            run.ledger.contact_on(owner, contact, run.ledger.contacts[contact]["customer"], "social", months)
        else:
            why[other] = ONE_WAY
    for day, sender, recipient, tally in run.messages:
        run.ledger.saw(day)
        reason = why.get(recipient if sender in mine else sender)
        if reason:
            tally.undo(reason)


def _follow(_row: Row, _run: Run) -> None:
    raise Dropped("to follow a company is to know nobody there")


CONNECTIONS = Part(
    "Connections.csv",
    (
        Field("first name", ("First Name", "Vorname"), "names the contact", required=True),
        Field("last name", ("Last Name", "Nachname"), "names the contact", required=True),
        Field("profile", ("URL",), "tells the contact from others"),
        Field("email", ("Email Address", "E-Mail-Adresse"), "tells the contact from others"),
        Field("company", ("Company", "Unternehmen"), "the customer", required=True),
        Field("position", ("Position",), "the contact's role"),
        Field("connected on", ("Connected On", "Verbunden am"), "how new the export is; not kept", required=True),
    ),
    _connection,
    {"Address, Websites, Instant Messengers": "no answer needs them"},
    ("%d %b %Y", "%m/%d/%y", "%d-%b-%y"),
)
MESSAGES = Part(
    "messages.csv",
    (
        Field("sender", ("SENDER PROFILE URL",), "who wrote", required=True),
        Field("recipients", ("RECIPIENT PROFILE URLS",), "who was written to", required=True),
        Field("date", ("DATE",), "counted by month; the day of the last one is kept", required=True),
        Field("folder", ("FOLDER",), "to leave out spam; not kept"),
        Field("draft", ("IS MESSAGE DRAFT",), "to leave out drafts; not kept"),
    ),
    _message,
    {
        "SUBJECT, CONTENT, ATTACHMENTS": "what was written is nobody's business",
        "CONVERSATION TITLE, FROM, TO": "not needed",
    },
    finish=_count_messages,
)
FOLLOWS = Part(
    "Company Follows.csv",
    (
        Field("organization", ("Organization",), "read and counted, not kept", required=True),
        Field("followed on", ("Followed On",), "to know the table by; not kept", required=True),
    ),
    _follow,
)
PARTS = (CONNECTIONS, MESSAGES, FOLLOWS)
