"""What exports in the wild have that breaks readers."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

import netaudit
from netaudit.errors import InputError
from tests.importers import network

if TYPE_CHECKING:
    from pathlib import Path

Bring = Callable[..., Any]
Read = Callable[..., dict[str, str]]
HEAD = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
NORA = 'Nora,Example,https://www.linkedin.com/in/nora-example,,"Example, Inc.",Buyer,05 Mar 2024\n'


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def reasons(result: Any) -> dict[str, int]:
    return {row.reason: row.rows for row in result.rows if row.fate == "dropped"}


def adds_up(result: Any) -> bool:
    summary = result.summary
    return bool(summary.read == summary.kept + summary.dropped == sum(row.rows for row in result.rows))


@pytest.mark.parametrize("lines", [0, 1, 3, 6, 12])
def test_a_linkedin_preamble_of_any_length(bring: Bring, book: Read, lines: int) -> None:
    preamble = "".join(f'"note {number}, with a comma"\n' for number in range(lines))
    result = bring("linkedin", f"\ufeff{preamble}\n{HEAD}{NORA}", employee="mette")
    assert rows_of(book()["contacts.csv"])[0]["x_profile"] == "nora-example"
    assert result.summary.kept == 1


def test_mail_addresses_blank_in_98_of_100_rows(bring: Bring, book: Read) -> None:
    names = ["".join(chr(97 + int(digit)) for digit in f"{number:03}").capitalize() for number in range(100)]
    rows = "".join(
        f"{name},Berg,,{'' if number % 50 else f'{name}@firm.example'.lower()},Firm {number % 7} A/S,,05 Mar 2024\n"
        for number, name in enumerate(names)
    )
    for _ in range(2):  # the second time by name and company alone
        result = bring("linkedin", HEAD + rows, employee="mette")
        assert result.summary.contacts == 100
        assert result.summary.customers == 7
    assert sum(bool(row["x_email"]) for row in rows_of(book()["contacts.csv"])) == 2


def test_saved_again_by_a_spreadsheet(bring: Bring, book: Read) -> None:
    head = "﻿First Name;Last Name;URL;Email Address;Company;Position;Connected On;;\r\n"
    result = bring("linkedin", f"{head}Nora;Example;;;Example, Inc.;Buyer;5-Mar-21;;\r\n;;;;;;;;\r\n", employee="mette")
    assert result.summary.as_of == "2021-03-05"
    assert rows_of(book()["customers.csv"])[0]["name"] == "Example, Inc."
    assert adds_up(result)


def test_dates_of_every_linkedin_archive(bring: Bring, third_party: Path, tmp_path: Path) -> None:
    for path in sorted((third_party / "exports").glob("linkedin_*.csv")):
        result = netaudit.import_exports("linkedin", [path], tmp_path / path.stem, employee="mette")
        assert result.summary.kept
        assert result.summary.as_of
        assert adds_up(result)


def test_every_export_is_imported(third_party: Path, tmp_path: Path) -> None:
    whose = {"linkedin": "mette", "google": "mette", "outlook": "mette"}
    for path in sorted((third_party / "exports").glob("*.csv")):
        (row,) = netaudit.detect([path]).rows
        if path.stem == "salesforce_report_accounts":  # its two dates together say which is the month
            assert row.part == "Account"
        result = netaudit.import_exports(row.kind, [path], tmp_path / path.stem, employee=whose.get(row.kind))
        assert adds_up(result)
        assert result.summary.kept == result.summary.read - ("2023_2026" in path.stem)
        netaudit.risk(netaudit.load(tmp_path / path.stem))


def test_every_mailbox_says_why_not(third_party: Path, tmp_path: Path) -> None:
    for path in sorted((third_party / "mail").glob("*.mbox")):
        assert netaudit.detect([path]).rows[0].kind == "mbox"
        with pytest.raises(InputError, match=r"nothing can be used: [0-9]+ (no sender|mailings|lists|nobody)"):
            netaudit.import_exports("mbox", [path], tmp_path / path.stem, domains=["example.com"])
        assert not (tmp_path / path.stem).exists()


def test_a_trace_in_utf_16_without_its_mark(bring: Bring, book: Read) -> None:
    bring("trace", {"a.csv": network.trace().encode("utf-16-le")}, domains=["ours.example"], into="wide")
    bring("trace", network.trace(), domains=["ours.example"])
    assert book("wide") == book()
    assert "secret" not in str(book())


def test_rows_of_one_message_are_one_message(bring: Bring, book: Read) -> None:
    result = bring("trace", network.trace(), domains=["ours.example"])
    assert result.summary.read == 3 * len(network.MAIL)
    assert reasons(result) == {"never answered, or never written to": 3}
    late = network.trace() + network.trace().splitlines()[1].replace("2026", "2099").replace("<0>", "<late>") + "\n"
    result = bring("trace", late, domains=["ours.example"], into="late")
    lines = {row.reason: row.first_line for row in result.rows}
    assert lines["dated in the future"] == late.count("\n")
    many = "date_time_utc,sender_address,recipient_address,message_id\n" + "".join(
        f"2026-03-02T10:00:00Z,sam@ours.example,p{number}@customer.example,<1>\n" for number in range(11)
    )
    with pytest.raises(InputError, match=r"11 more than 10 recipients"):
        bring("trace", many, domains=["ours.example"])


def test_hubspot_owners_who_have_left(bring: Bring, book: Read) -> None:
    contacts = network.hubspot()["contacts.csv"].replace("Mia Miller", "Deactivated User (mia.miller@ours.example)")
    result = bring("hubspot", {"contacts.csv": contacts, "companies.csv": network.hubspot()["companies.csv"]})
    people = {row["id"]: row for row in rows_of(book()["employees.csv"])}
    assert people["mia-miller"]["left_on"] == result.summary.as_of == "2026-04-02"
    assert people["sam-seller"]["left_on"] == ""
    assert result.summary.employees_left == 1


def test_salesforce_ids_of_15_and_18_characters_whose_case_counts(bring: Bring, book: Read) -> None:
    bring("salesforce", network.salesforce())
    before = book()
    accounts = "Account ID,Account Name,Account Owner,Website\n001000000000AC1,Example Holding,Sam Seller,\n"
    accounts += "001000000000ac1,Other Firm,Sam Seller,\n"
    bring("salesforce", {"report.csv": accounts})
    names = {row["x_record"]: row["name"] for row in rows_of(book()["customers.csv"])}
    assert names["salesforce:001000000000AC1"] == "Example, Inc."  # known by its number, and keeps its name
    assert names["salesforce:001000000000ac1"] == "Other Firm"
    assert len(rows_of(before["customers.csv"])) == 2


@pytest.mark.parametrize("padding", ["", ",,"])
def test_report_footers(bring: Bring, book: Read, padding: str) -> None:
    report = "Account Name,Account Owner,Account ID\n"
    report += 'Example,Sam Seller,0010000000EXAMP\n"Total Care Ltd",Sam Seller,0010000000EXAMQ\n'
    notes = ['"Grand Totals (5700 records)"', '"Confidential Information - Do Not Distribute"']
    notes += ['"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."']
    report += "\n" + "".join(f"{note}{padding}\n" for note in notes)
    result = bring("salesforce", report)
    assert [row["name"] for row in rows_of(book()["customers.csv"])] == ["Example", "Total Care Ltd"]
    assert reasons(result)["notes below the table"] == 3


def test_several_values_in_one_cell_of_google(bring: Bring, book: Read) -> None:
    head = "First Name,Last Name,Organization Name,E-mail 1 - Value,E-mail 2 - Value\n"
    bring("google", head + "Nora,Example,Example,* nora@a.example ::: n@b.example,n@c.example\n", employee="mette")
    assert rows_of(book()["contacts.csv"])[0]["x_email"] == "n@b.example;n@c.example;nora@a.example"


def test_vcards_of_apple_and_of_old_telephones(bring: Bring, book: Read) -> None:
    old = "BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=85berg;Li\n"
    old += "ORG:Firm\nEMAIL;INTERNET:li@firm.example\nEND:VCARD\n"
    group = "BEGIN:VCARD\nVERSION:3.0\nFN:Firm\nORG:Firm\nEND:VCARD\n"
    folded = "BEGIN:VCARD\nVERSION:4.0\nFN:Max Q\nORG:Firm\nitem1.URL:https://www.linkedin.com/in/max\n -q\n"
    folded += "item7.EMAIL:m@f.example\nEND:VCARD\n"
    result = bring("vcard", {"a.vcf": old + group + folded}, employee="mette")
    assert [(row["name"], row["x_email"], row["x_profile"]) for row in rows_of(book()["contacts.csv"])] == [
        ("Li Åberg", "li@firm.example", ""),
        ("Max Q", "m@f.example", "max-q"),
    ]
    assert reasons(result) == {"a card of a company or a group": 1}
    assert next(row.first_line for row in result.rows if row.reason) == 7


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nothing", "1:1: F002"),
        ("BEGIN:VCARD\nFN:x\nEND:VCARD\nBEGIN:VCARD\nFN:y\n", "4:1: F002"),
        ("BEGIN:VCARD\n:\nEND:VCARD", " F006 nothing can be used: 1 nobody is named"),
    ],
)
def test_cards_that_break_off(bring: Bring, text: str, message: str) -> None:
    with pytest.raises(InputError, match=rf"a\.vcf:{message}"):
        bring("vcard", {"a.vcf": text}, employee="mette")


def test_mail_of_unknown_charsets_and_without_fields(bring: Bring, book: Read) -> None:
    day = "\nDate: Mon, 2 Mar 2026 10:00:00 +0100"
    odd = [
        'From: =?x-unknown?Q?N=F6ra?= <nora@customer.example>\nTo: "Sam" <sam@ours.example>' + day,
        "From: =?utf-8?q?Sam_S=C3=A9ller?= <sam@ours.example>\nTo: nora@customer.example"
        + day.replace("2 Mar", "3 Mar"),
        "To: sam@ours.example" + day,
        "From: nora@customer.example\nTo: sam@ours.example",
        "From: nora@customer.example\nTo: sam@ours.example\nDate: RANDOM_Wed, 21 Sep 2016",
        "From: nora@customer.example" + day,
        "From: nora@customer.example\nTo: sam@ours.example\nDate: Mon, 2 Mar 2099 10:00:00 +0100",
        "From: no-reply@customer.example\nTo: sam@ours.example" + day,
        "From: mia@ours.example\nTo: sam@ours.example" + day,
        "From: nora@customer.example\nTo: tim@customer.example" + day,
        "From: pal@gmail.com\nTo: sam@ours.example" + day,
        "From: nora@customer.example\nTo: sam@ours.example" + day + "\nList-Post: <x>",
        "From: nora@customer.example\nTo: sam@ours.example" + day + "\nAuto-Submitted: auto-replied",
        "From: nora@customer.example\nTo: sam@ours.example" + day + "\nPrecedence: bulk",
    ]
    text = "\n".join(f"From x Mon Mar  2 12:00:00 2026\n{head}\n\nFrom here on 10:00\nbody\n" for head in odd)
    result = bring("mbox", {"a.mbox": text}, domains=["@ours.example"])
    assert result.summary.kept == 2
    assert reasons(result) == {
        "no sender that can be read": 1,
        "no date that can be read": 2,
        "no recipient that can be read": 1,
        "dated in the future": 1,
        "written by a machine": 1,
        "among ourselves": 1,
        "nobody of ours": 1,
        "private mail addresses": 1,
        "lists, mailings and automatic mail": 3,
    }
    (row,) = rows_of(book()["interactions.csv"])
    assert (row["owner"], row["contact"], row["on"], row["count"]) == ("sam-seller", "nora", "2026-03-03", "1")


def test_shared_mailboxes_and_mailings_are_the_companys(bring: Bring, book: Read) -> None:
    mails = [
        ("2026-03-02", "nora@customer.example", "support@ours.example", ""),
        ("2026-03-03", "support@ours.example", "nora@customer.example", ""),
        ("2026-03-02", "nora@customer.example", "tenders@ours.example", ""),
        ("2026-03-03", "tenders@ours.example", "nora@customer.example", ""),
        ("2026-03-02", "sam@ours.example", "info@customer.example", ""),
        ("2026-03-03", "info@customer.example", "sam@ours.example", ""),
        ("2026-03-05", "news@ours.example", "nora@customer.example", "List-Unsubscribe: <x>"),
        ("2026-03-05", "news@ours.example", "stranger@other.example", "List-Unsubscribe: <x>"),
    ]
    text = "\n".join(f"From x Mon Mar  2 12:00:00 2026\n{network.message(*one[:3], 1, one[3])}" for one in mails)
    bring("mbox", {"a.mbox": text}, domains=["ours.example"], shared=["tenders@ours.example"])
    assert {(row["id"], row["kind"]) for row in rows_of(book()["channels.csv"])} == {
        ("support", "support_desk"),
        ("tenders", "other"),
        ("news-newsletter", "newsletter"),
    }
    assert [(row["owner"], row["contact"], row["customer"]) for row in rows_of(book()["interactions.csv"])] == [
        ("sam", "", "customer.example"),
        ("support", "nora-example", ""),
        ("tenders", "nora-example", ""),
    ]
    assert [(row["owner"], row["contact"]) for row in rows_of(book()["ties.csv"])] == [
        ("news-newsletter", "nora-example")
    ]
    assert "stranger" not in str(book())


def event(number: int, *lines: str, day: str = "20260302T100000Z", guest: str = "nora@customer.example") -> str:
    made = [
        "BEGIN:VEVENT",
        f"UID:{number}",
        "DTSTAMP:20260401T090000Z",
        f"DTSTART{'' if 'T' in day else ';VALUE=DATE'}:{day}",
    ]
    made += [
        "ORGANIZER:mailto:sam@ours.example",
        *([] if lines and "ATTENDEE" in lines[0] else [f"ATTENDEE:mailto:{guest}"]),
    ]
    return "\r\n".join([*made, *lines, "END:VEVENT"])


def test_meetings(bring: Bring, book: Read) -> None:
    crowd = "\r\n".join(f"ATTENDEE:mailto:p{number}@customer.example" for number in range(11))
    events = [
        event(1),
        event(2, "CLASS:PRIVATE"),
        event(3, "STATUS:CANCELLED"),
        event(4, "ATTENDEE;PARTSTAT=DECLINED:mailto:nora@customer.example"),
        event(5, "ATTENDEE;PARTSTAT=DECLINED:mailto:sam@ours.example\r\nATTENDEE:mailto:nora@customer.example"),
        event(6, day="20260302"),
        event(7, crowd),
        event(8, guest="mia@ours.example"),
        event(9, day="20990302T100000Z"),
        event(10, "RRULE:FREQ=SECONDLY"),
        event(11, guest="pal@gmail.com"),
        event(14, "RRULE:FREQ=DAILY;INTERVAL=0"),
        event(15).replace("DTSTART:20260302T100000Z\r\n", ""),
        event(12, "ATTENDEE;CUTYPE=ROOM:mailto:room@customer.example"),
        event(
            13,
            "RRULE:FREQ=WEEKLY;COUNT=3",
            "EXDATE:20260310T100000Z",
            day="20260303T100000Z",
            guest="tim@customer.example",
        ),
    ]
    text = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *events, "END:VCALENDAR", ""])
    result = bring("ical", {"a.ics": text}, domains=["ours.example"])
    assert reasons(result) == {
        "private": 1,
        "cancelled": 1,
        "declined by them": 1,
        "declined by us": 1,
        "all day: no meeting": 1,
        "more than 10 people": 1,
        "among ourselves, or alone": 2,
        "not in the 10 years up to the export, or repeated in a way that cannot be read": 1,
        "no day that can be read": 1,
        "repeats within a day, or without end": 2,
        "private mail addresses": 1,
    }
    assert result.summary.kept == 2
    assert [(row["contact"], row["on"], row["count"]) for row in rows_of(book()["interactions.csv"])] == [
        ("nora", "2026-03-02", "1"),
        ("tim", "2026-03-17", "2"),
    ]


@pytest.mark.parametrize("rule", ["DAILY", "WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU"])
def test_a_calendar_that_never_ends(bring: Bring, rule: str) -> None:
    events = [event(number, f"RRULE:FREQ={rule}", day="19900302T100000Z") for number in range(90)]
    text = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *events, "END:VCALENDAR", ""])
    with pytest.raises(InputError, match=r"a\.ics:1:1: F003 events that repeat on more than 300,000 days"):
        bring("ical", {"a.ics": text}, domains=["ours.example"])


def test_messages_of_an_archive_count_two_ways(bring: Bring, book: Read) -> None:
    head = "CONVERSATION ID,FROM,SENDER PROFILE URL,TO,RECIPIENT PROFILE URLS,DATE,SUBJECT,CONTENT,FOLDER\n"
    me, nora, lea = (f"https://www.linkedin.com/in/{name}" for name in ("me", "nora-example", "lea"))
    rows = [
        f"1,,{me},,{nora},2026-03-01 10:00:00 UTC,secret,secret,INBOX",
        f"1,,{nora},,{me},2026-03-02 10:00:00 UTC,secret,secret,INBOX",
        f"1,,{nora},,{me},2026-04-02 10:00:00 UTC,secret,secret,INBOX",
        f"2,,{lea},,{me},2026-04-03 10:00:00 UTC,secret,secret,INBOX",
        f'3,,{me},,"{nora},{lea}",2026-04-03 10:00:00 UTC,,,INBOX',
        f"4,,{nora},,{me},2026-04-02 10:00:00 UTC,,,SPAM",
        ",,,,,,,,",
    ]
    exports = {"Connections.csv": HEAD + NORA, "messages.csv": head + "\n".join(rows) + "\n"}
    result = bring("linkedin", exports, employee="mette")
    columns = ("owner", "contact", "kind", "on", "count", "x_sent", "x_received")
    assert [tuple(row[name] for name in columns) for row in rows_of(book()["interactions.csv"])] == [
        ("mette", "nora-example", "social", "2026-03-02", "1", "1", "1"),
        ("mette", "nora-example", "social", "2026-04-02", "0", "0", "1"),
    ]
    assert reasons(result) == {
        "with somebody who is no contact in the book": 1,
        "to several: no exchange of two": 1,
        "drafts and spam": 1,
        "blank rows": 1,
    }
    assert "secret" not in str(book())


def test_following_a_company_is_no_tie(bring: Bring, book: Read) -> None:
    follows = "Organization,Followed On\nExample,05 Mar 2024\n"
    result = bring("linkedin", {"Connections.csv": HEAD + NORA, "Company Follows.csv": follows}, employee="mette")
    assert reasons(result) == {"to follow a company is to know nobody there": 1}
    assert any("nothing of it was kept" in warning for warning in result.warnings)
    with pytest.raises(InputError, match="nothing can be used: 1 to follow a company"):
        bring("linkedin", {"Company Follows.csv": follows}, employee="mette", into="none")


def test_another_language_through_a_mapping(bring: Bring, book: Read) -> None:
    danish = "Fornavn,Efternavn,URL,Firma,Stilling,Forbundet den\nNora,Prøve,,Prøve A/S,Indkøber,05-03-2024\n"
    columns = [
        "first name=Fornavn",
        "last name=Efternavn",
        "company=Firma",
        "position=Stilling",
        "connected on=Forbundet den",
    ]
    with pytest.raises(InputError, match="no such table"):
        bring("linkedin", danish, employee="mette")
    with pytest.raises(InputError, match=r"export\.csv:2:1: V004 '05-03-2024' can be read two ways .--date-format"):
        bring("linkedin", danish, employee="mette", columns=columns)
    bring("linkedin", danish, employee="mette", columns=columns, date_format="%d-%m-%Y")
    assert rows_of(book()["contacts.csv"])[0] == {
        "id": "nora-proeve",
        "customer": "proeve",
        "name": "Nora Prøve",
        "role": "Indkøber",
    }


def test_old_cards_with_soft_line_ends_and_pictures(
    bring: Bring, book: Read, capsys: pytest.CaptureFixture[str]
) -> None:
    card = "BEGIN:VCARD\nVERSION:2.1\nORG:Beta GmbH\n"
    card += "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=85se S=C3=B8ren=\nsen\n"
    card += "NOTE;ENCODING=QUOTED-PRINTABLE:SECRET=0D=0A=\nSECRETmore=\n\nPHOTO;ENCODING=b:SECRET!!\nEND:VCARD\n"
    bring("vcard", {"a.vcf": card}, employee="mette")
    assert rows_of(book()["contacts.csv"])[0]["name"] == "Åse Sørensen"
    assert "SECRET" not in "".join((*book().values(), *capsys.readouterr()))
