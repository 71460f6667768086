"""One network, written as each system exports it: Sam and Mia of ours, four people at two customers."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE = {
    "nora@customer.example": ("Nora", "Example", "Example, Inc.", "Buyer", "https://www.linkedin.com/in/nora-example"),
    "tim@customer.example": ("Tim", "Sample", "Example, Inc.", "", "https://www.linkedin.com/in/tim-sample"),
    "lea@muster.example": (
        "Lea",
        "Müller",
        "Muster GmbH",
        "Einkäuferin",
        "https://www.linkedin.com/in/lea-m%C3%BCller",
    ),
}
OURS = {"sam.seller@ours.example": ("Sam", "Seller"), "mia.miller@ours.example": ("Mia", "Miller")}
KNOWS = {
    "sam.seller@ours.example": ("nora@customer.example", "lea@muster.example"),
    "mia.miller@ours.example": ("tim@customer.example",),
}

MAIL = [
    ("2026-03-02", "sam.seller@ours.example", "nora@customer.example"),
    ("2026-03-03", "nora@customer.example", "sam.seller@ours.example"),
    ("2026-03-30", "nora@customer.example", "sam.seller@ours.example"),
    ("2026-04-01", "sam.seller@ours.example", "nora@customer.example"),
    ("2026-04-01", "mia.miller@ours.example", "tim@customer.example"),
    ("2026-04-02", "tim@customer.example", "mia.miller@ours.example"),
    ("2026-04-05", "lea@muster.example", "support@ours.example"),
    ("2026-04-05", "support@ours.example", "lea@muster.example"),
    ("2026-04-06", "sam.seller@ours.example", "lea@muster.example"),  # never answered
]


def as_csv(rows: list[list[str]], delimiter: str = ",") -> str:
    """Rows as one would save them."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return text.getvalue()


def linkedin(owner: str) -> str:
    head = ["First Name", "Last Name", "URL", "Email Address", "Company", "Position", "Connected On"]
    rows = [[*PEOPLE[who][:2], PEOPLE[who][4], who, *PEOPLE[who][2:4], "05 Mar 2024"] for who in KNOWS[owner]]
    return 'Notes:\n"You may notice that some are missing"\n\n' + as_csv([head, *rows])


def google(owner: str) -> str:
    head = [
        "First Name",
        "Last Name",
        "Organization Name",
        "Organization Title",
        "E-mail 1 - Value",
        "Website 1 - Value",
    ]
    return as_csv([head, *([*PEOPLE[who][:4], who, PEOPLE[who][4]] for who in KNOWS[owner])])


def outlook(owner: str) -> str:
    head = ["First Name", "Last Name", "Company", "Job Title", "E-mail Address", "Web Page", "Home Phone"]
    return as_csv([head, *([*PEOPLE[who][:4], who, PEOPLE[who][4], "1"] for who in KNOWS[owner])])


def vcard(owner: str) -> str:
    cards = []
    for who in KNOWS[owner]:
        first, last, company, role, profile = PEOPLE[who]
        company = company.replace(",", "\\,")
        lines = ["BEGIN:VCARD", "VERSION:3.0", f"N:{last};{first};;;", f"FN:{first} {last}", f"ORG:{company};Dept"]
        lines += [f"TITLE:{role}"] if role else []
        lines += [f"item1.EMAIL;type=INTERNET:{who}", "item1.X-ABLabel:_$!<Work>!$_"]
        lines += [f"item2.URL:{profile}", "item2.X-ABLabel:LinkedIn", "END:VCARD"]
        cards.append("\r\n".join(lines))
    return "\r\n".join(cards) + "\r\n"


def table(owner: str) -> str:
    head = ["contact", "company", "role", "email", "profile", "kind"]
    rows = [[" ".join(PEOPLE[who][:2]), *PEOPLE[who][2:4], who, PEOPLE[who][4], "social"] for who in KNOWS[owner]]
    return as_csv([head, *rows])


def _owned() -> list[tuple[str, str]]:
    return [(who, " ".join(OURS[owner])) for owner, known in KNOWS.items() for who in known]


COMPANIES = {
    "Example, Inc.": ("1", "customer.example", "Sam Seller"),
    "Muster GmbH": ("2", "muster.example", "Sam Seller"),
}


def hubspot() -> dict[str, str]:
    companies = [["Record ID", "Company name", "Company Domain Name", "Company owner"]]
    companies += [[number, name, site, owner] for name, (number, site, owner) in COMPANIES.items()]
    contacts = [
        ["Record ID", "First Name", "Last Name", "Email", "Job Title", "Contact owner", "Associated Company IDs"]
    ]
    contacts[0] += ["Last Activity Date", "Phone Number"]
    for number, (who, owner) in enumerate(_owned(), 100):
        first, last, company, role, _ = PEOPLE[who]
        contacts.append([str(number), first, last, who, role, owner, COMPANIES[company][0], "2026-04-02 12:00", "1"])
    deals = [
        ["Record ID", "Deal Name", "Deal Stage", "Amount", "Currency", "Deal owner", "Close Date", "Associated Company"]
    ]
    deals += [["7", "Renewal", "Closed Won", "25000", "EUR", "Sam Seller", "2026-02-01", "Example, Inc."]]
    return {"companies.csv": as_csv(companies), "contacts.csv": as_csv(contacts), "deals.csv": as_csv(deals)}


def pipedrive() -> dict[str, str]:
    companies = [["Organization - ID", "Organization - Name", "Organization - Website", "Organization - Owner"]]
    companies += [[number, name, site, owner] for name, (number, site, owner) in COMPANIES.items()]
    people = [["Person - ID", "Person - Name", "Person - Organization", "Person - Owner", "Person - Email - Work"]]
    people[0] += ["Person - Job title", "Person - Last activity date"]
    for number, (who, owner) in enumerate(_owned(), 100):
        first, last, company, role, _ = PEOPLE[who]
        people.append([str(number), f"{first} {last}", company, owner, who, role, "2026-04-02"])
    deals = [["Deal - Title", "Deal - Status", "Deal - Value", "Deal - Currency", "Deal - Owner", "Deal - Won time"]]
    deals[0] += ["Deal - Organization"]
    deals += [["Renewal", "Won", "25000", "EUR", "Sam Seller", "2026-02-01 09:00:00", "Example, Inc."]]
    return {"organizations.csv": as_csv(companies), "people.csv": as_csv(people), "deals.csv": as_csv(deals)}


def salesforce() -> dict[str, str]:
    users = [["Id", "Username", "Name", "Email", "IsActive"]]
    users += [[f"0050000000USER{n}AA", mail, " ".join(name), "", "1"] for n, (mail, name) in enumerate(OURS.items())]
    ids = {row[2]: row[0] for row in users[1:]}
    accounts = [["Id", "IsDeleted", "Name", "Website", "AnnualRevenue", "OwnerId"]]
    for name, (code, site, owner) in COMPANIES.items():
        accounts.append([f"001000000000AC{code}AAA", "0", name, f"https://www.{site}/", "9", ids[owner]])
    codes = {row[2]: row[0] for row in accounts[1:]}
    contacts = [
        ["Id", "IsDeleted", "AccountId", "LastName", "FirstName", "Email", "Title", "OwnerId", "LastActivityDate"]
    ]
    for number, (who, owner) in enumerate(_owned(), 100):
        first, last, company, role, _ = PEOPLE[who]
        row = [f"003000000000{number}AAA", "0", codes[company][:15], last, first, who, role, ids[owner], "2026-04-02"]
        contacts.append(row)
    deals = [
        ["Id", "AccountId", "StageName", "IsWon", "Amount", "CurrencyIsoCode", "CloseDate", "OwnerId", "IsDeleted"]
    ]
    deals += [
        ["006000000000001", codes["Example, Inc."], "Signed", "1", "25000", "EUR", "2026-02-01", ids["Sam Seller"], "0"]
    ]
    tables = {"User.csv": users, "Account.csv": accounts, "Contact.csv": contacts, "Opportunity.csv": deals}
    return {name: as_csv(rows) for name, rows in tables.items()}


def _named(address: str) -> str:
    first, last = {**OURS, **{who: person[:2] for who, person in PEOPLE.items()}}.get(address, ("", ""))
    return f'"{first} {last}" <{address}>' if first else address


def message(day: str, sender: str, recipient: str, number: int = 0, extra: str = "") -> str:
    lines = [
        f"From: {_named(sender)}",
        f"To: {_named(recipient)}",
        f"Date: {day} 12:00:00 +0000",
        f"Message-ID: <{number}@x>",
    ]
    year, month, of = day.split("-")
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    lines[2] = f"Date: {of} {months[int(month) - 1]} {year} 12:00:00 +0000"
    return "\n".join([*lines, "Subject: secret", *([extra] if extra else []), "", "the body is nobody's business", ""])


def mbox() -> str:
    return "\n".join(f"From x  Mon Mar  2 12:00:00 2026\n{message(*one, number)}" for number, one in enumerate(MAIL))


def maildir(folder: Path) -> None:
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True)
    for number, one in enumerate(MAIL):
        (folder / ("new" if number % 2 else "cur") / f"{number}.mail").write_text(
            message(*one, number), encoding="utf-8"
        )


def trace() -> str:
    rows = [["date_time_utc", "sender_address", "recipient_status", "message_subject", "message_id", "event_id"]]
    for number, (day, sender, recipient) in enumerate(MAIL):
        when, whom = f"{day}T12:00:00.0000000Z", f"{recipient}##Receive, Deliver"
        rows += [[when, sender, whom, "secret", f"<{number}>", event] for event in ("RECEIVE", "SEND", "DELIVER")]
    return as_csv(rows)


def ical(days: list[tuple[str, str, str]]) -> str:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//EN"]
    for number, (day, organizer, guest) in enumerate(days):
        stamp = day.replace("-", "")
        lines += ["BEGIN:VEVENT", f"UID:{number}@x", f"DTSTAMP:{stamp}T090000Z", f"DTSTART:{stamp}T100000Z"]
        lines += [
            f"DTEND:{stamp}T110000Z",
            f"ORGANIZER;CN={' '.join(OURS.get(organizer, ('', '')))}:mailto:{organizer}",
        ]
        lines += [f"ATTENDEE;PARTSTAT=ACCEPTED;CN={guest}:mailto:{guest}", "SUMMARY:secret", "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])
