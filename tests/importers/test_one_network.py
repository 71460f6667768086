"""One network in each format gives equal books."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest

import netaudit
from tests.importers import network

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PERSONAL = {"linkedin": network.linkedin, "google": network.google, "outlook": network.outlook, "vcard": network.vcard}
SYSTEMS = {"hubspot": network.hubspot, "pipedrive": network.pipedrive, "salesforce": network.salesforce}
OURS = ["ours.example"]


@pytest.fixture
def personal(bring: Callable[..., Any], book: Callable[..., Any]) -> Callable[[str], dict[str, str]]:
    def made(kind: str) -> dict[str, str]:
        write = {**PERSONAL, "table": network.table}[kind]
        for mail in network.OURS:
            bring(kind, write(mail), employee=mail, into=kind)
        return {name: text.replace(kind, "SYSTEM") for name, text in book(kind).items() if name != "netaudit.yml"}

    return made


@pytest.mark.parametrize("kind", ["google", "outlook", "vcard"])
def test_archives_and_address_books(personal: Callable[[str], dict[str, str]], kind: str) -> None:
    assert personal(kind) == personal("linkedin")


def test_any_table(personal: Callable[[str], dict[str, str]]) -> None:
    table, archive = personal("table"), personal("linkedin")
    assert table["contacts.csv"] == archive["contacts.csv"]
    assert table["ties.csv"] == archive["ties.csv"]


@pytest.mark.parametrize("kind", ["pipedrive", "salesforce"])
def test_customer_systems(bring: Callable[..., Any], book: Callable[..., Any], kind: str) -> None:
    for one in ("hubspot", kind):
        bring(one, SYSTEMS[one](), into=one)
    first, second = _plain(book("hubspot")), _plain(book(kind))
    assert first == second
    assert "25000" in first["customers.csv"]


def _plain(book: dict[str, str]) -> dict[str, str]:
    """Without record numbers and the system's name, which differ; nor the contact's own of whoever has none."""
    plain = {}
    for name, text in book.items():
        if name == "netaudit.yml":
            plain[name] = text
            continue
        rows = list(csv.DictReader(io.StringIO(text)))
        for row in rows:
            for column in ("x_record", "x_source", "source"):
                row.pop(column, None)
        plain[name] = str(rows)
    return plain


def test_mail(bring: Callable[..., Any], book: Callable[..., Any], tmp_path: Path) -> None:
    bring("mbox", {"a.mbox": network.mbox()}, domains=OURS, into="mbox")
    bring("trace", network.trace(), domains=OURS, into="trace")
    network.maildir(tmp_path / "Maildir")
    netaudit.import_exports("maildir", [tmp_path / "Maildir"], tmp_path / "maildir", domains=OURS, as_of="2026-11-01")
    assert book("mbox") == book("maildir")
    assert _exchanges(book("trace")) == _exchanges(book("mbox"))  # a trace has no names, so other ids


def _exchanges(book: dict[str, str]) -> list[tuple[str, ...]]:
    """What was exchanged, and between which addresses."""
    address = {
        row["id"]: row.get("x_email", "")
        for name in ("employees", "channels", "contacts")
        for row in csv.DictReader(io.StringIO(book[f"{name}.csv"]))
    }
    rows = csv.DictReader(io.StringIO(book["interactions.csv"]))
    return sorted((address[row.pop("owner")], address.get(row.pop("contact"), ""), *row.values()) for row in rows)


def test_on_one_customer_system_mail_and_calendars_find_the_same_people(
    bring: Callable[..., Any], book: Callable[..., Any]
) -> None:
    for kind, text in (("mbox", network.mbox()), ("trace", network.trace()), ("ical", network.ical(network.MAIL))):
        bring("hubspot", network.hubspot(), into=kind)
        bring(kind, {f"a.{kind}": text}, domains=OURS, into=kind)
    assert book("mbox")["interactions.csv"] == book("trace")["interactions.csv"]
    for name in ("contacts.csv", "customers.csv"):
        assert book("mbox")[name] == book("trace")[name] == book("ical")[name]


def test_whoever_comes_first_the_same_people_are_found(bring: Callable[..., Any], book: Callable[..., Any]) -> None:
    bring("trace", network.trace(), domains=OURS, into="mail-first")
    bring("hubspot", network.hubspot(), into="mail-first")
    bring("hubspot", network.hubspot(), into="system-first")
    bring("trace", network.trace(), domains=OURS, into="system-first")
    one, other = book("mail-first"), book("system-first")
    assert one["employees.csv"] == other["employees.csv"]
    for name in ("contacts.csv", "customers.csv"):  # an id is what they were called first, and stays
        assert _without_ids(one[name]) == _without_ids(other[name])


def _without_ids(text: str) -> list[list[str]]:
    rows = [dict(row) for row in csv.DictReader(io.StringIO(text))]
    return sorted([row[name] for name in ("name", "x_email", "x_record", "x_domain") if name in row] for row in rows)


def test_an_import_said_twice_changes_nothing(bring: Callable[..., Any], book: Callable[..., Any]) -> None:
    seen = []
    for _ in range(2):
        bring("hubspot", network.hubspot())
        bring("linkedin", network.linkedin("sam.seller@ours.example"), employee="sam-seller")
        bring("mbox", {"a.mbox": network.mbox()}, domains=OURS)
        bring("ical", {"a.ics": network.ical(network.MAIL)}, domains=OURS)
        seen.append(book())
    assert seen[0] == seen[1]
