"""Who is who among several exports, and what is left for a person to decide."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import netaudit
from netaudit.errors import InputError, OutputError, UsageError
from netaudit.importers.likeness import id_from, parted, same_name, skeleton
from tests.importers import network
from tests.importers.test_traps import HEAD, rows_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Bring = Callable[..., Any]
    Read = Callable[..., dict[str, str]]


@pytest.mark.parametrize(
    ("name", "bare", "form"),
    [
        ("Example, Inc.", "example", "inc"),
        ("Müller, Beispiel & Co. KG", "müller beispiel", "co kg"),
        ("Ankerpladsen  ApS", "ankerpladsen", "aps"),
        ("Nordic Oil A/S", "nordic oil", "as"),
        ("Nordic Oil AS", "nordic oil", "as"),
        ("Smith & Sons", "smith & sons", ""),
        ("ApS", "aps", ""),
        ("Foo B.V.", "foo", "bv"),
        ("Hansen & Co", "hansen & co", ""),
        ("Hansen & Co. ApS", "hansen", "co aps"),
        ("Acme Co.", "acme", "co"),
    ],
)
def test_legal_forms(name: str, bare: str, form: str) -> None:
    assert parted(name) == (bare, form)


def connections(*people: tuple[str, str, str, str]) -> str:
    """Name, company, address and profile of each."""
    rows = (f"{name.replace(' ', ',', 1)},{url},{mail},{firm},,05 Mar 2024\n" for name, firm, mail, url in people)
    return HEAD + "".join(rows)


def test_one_company_with_and_without_its_legal_form(bring: Bring, book: Read) -> None:
    bring(
        "linkedin",
        connections(
            ("A B", "Havn A/S", "", ""),
            ("C D", "havn", "", ""),
            ("E F", "Havn ApS", "", ""),
            ("G H", "HAVN A/S", "", ""),
        ),
        employee="mette",
    )
    assert [row["name"] for row in rows_of(book()["customers.csv"])] == ["Havn A/S", "Havn ApS"]
    assert [row["customer"] for row in rows_of(book()["contacts.csv"])] == ["havn", "havn", "havn-2", "havn"]
    (doubt,) = rows_of(book()["aliases.csv"])
    assert {doubt["id"], doubt["same_as"]} == {"havn", "havn-2"}


def test_people_are_told_by_address_then_profile_then_name_and_company(bring: Bring, book: Read) -> None:
    url = "https://www.linkedin.com/in/anna?x"
    bring("linkedin", connections(("Anna Berg", "Havn", "anna@havn.example", url)), employee="mette")
    bring("linkedin", connections(("A. Berg", "Havn", "Anna@Havn.example", "")), employee="rasmus")
    bring("linkedin", connections(("Anna B", "Havn", "", "https://dk.linkedin.com/in/ANNA/")), employee="signe")
    bring("linkedin", connections(("anna  berg", "Havn A/S", "", "")), employee="pia")
    (row,) = rows_of(book()["contacts.csv"])
    assert (row["name"], row["x_email"], row["x_profile"]) == ("Anna Berg", "anna@havn.example", "anna")
    assert len(rows_of(book()["ties.csv"])) == 4


@pytest.mark.parametrize(
    ("other", "apart"),
    [
        (("Anna Berg", "Havn", "", "https://www.linkedin.com/in/another"), True),
        (("Anna Berg", "Havn", "berg@havn.example", ""), True),
        (("Anna Berg", "Havn", "anna@gmail.com", ""), False),
        (("Anna Berg", "Fjord", "", ""), True),
        (("Ana Berg", "Havn", "", ""), True),
    ],
)
def test_whoever_only_might_be_one_stays_apart_and_is_listed(
    bring: Bring, book: Read, other: tuple[str, str, str, str], *, apart: bool
) -> None:
    anna = ("Anna Berg", "Havn", "anna@havn.example", "https://www.linkedin.com/in/anna")
    bring("linkedin", connections(anna, other), employee="mette")
    assert len(rows_of(book()["contacts.csv"])) == 1 + apart
    assert ("aliases.csv" in book()) == apart


def test_two_of_a_name_are_not_guessed_between(bring: Bring) -> None:
    two = [("Anna Berg", "Havn", "", f"https://www.linkedin.com/in/anna{number}") for number in (1, 2)]
    result = bring("linkedin", connections(*two, ("Anna Berg", "Havn", "", "")), employee="mette")
    assert [row.reason for row in result.rows if row.reason] == ["could be either of two people of that name there"]


def test_decisions_are_followed_and_remembered(bring: Bring, book: Read, tmp_path: Path) -> None:
    people = [
        ("Anna Berg", "Havn", "", ""),
        ("Ana Berg", "Havn", "", ""),
        ("Bo Lindegaard", "Fjord", "", ""),
        ("Bo Lindegrad", "Fjord", "", ""),
    ]
    result = bring("linkedin", connections(*people), employee="mette")
    aliases = tmp_path / "book" / "aliases.csv"
    assert result.summary.doubts == 2
    lines = aliases.read_text().splitlines()
    aliases.write_text(
        "\n".join([lines[0], *(f"{line}{word}" for line, word in zip(lines[1:], ("same", "different"), strict=True))])
    )
    result = bring("aliases", {})
    assert (result.summary.merged, result.summary.doubts) == (1, 0)
    assert [row["id"] for row in rows_of(book()["contacts.csv"])] == ["anna-berg", "bo-lindegaard", "bo-lindegrad"]
    assert {row["contact"] for row in rows_of(book()["ties.csv"])} == {"anna-berg", "bo-lindegaard", "bo-lindegrad"}
    result = bring("linkedin", connections(*people[2:]), employee="mette")
    assert result.summary.doubts == 0
    netaudit.risk(netaudit.load(tmp_path / "book"))
    aliases.write_text("table,id,same_as,why,decision\ncontacts,anna-berg,nobody,,same\n")
    with pytest.raises(InputError, match="R001 'anna-berg' and 'nobody' are not two contacts"):
        bring("aliases", {})


def test_employees_and_customers_are_made_one_everywhere(bring: Bring, book: Read, tmp_path: Path) -> None:
    bring("linkedin", network.linkedin("sam.seller@ours.example"), employee="sam")
    bring("hubspot", network.hubspot())
    bring("mbox", {"a.mbox": network.mbox()}, domains=["ours.example"])
    (tmp_path / "book" / "departures.csv").write_text("employee,on\nsam,2026-12-31\n")
    (doubt,) = rows_of(book()["aliases.csv"])
    assert (doubt["id"], doubt["same_as"], doubt["table"]) == ("sam", "sam-seller", "employees")
    path = tmp_path / "book" / "aliases.csv"
    path.write_text("table,id,same_as,why,decision\nemployees,sam,sam-seller,,same\ncustomers,muster,example,,same\n")
    bring("aliases", {})
    assert [row["id"] for row in rows_of(book()["employees.csv"])] == ["mia-miller", "sam-seller"]
    assert {row["owner"] for row in rows_of(book()["ties.csv"])} == {"mia-miller", "sam-seller"}
    assert {row["customer"] for row in rows_of(book()["contacts.csv"])} == {"example"}
    assert book()["departures.csv"] == "employee,on\nsam-seller,2026-12-31\n"
    netaudit.risk(netaudit.load(tmp_path / "book"), ["sam-seller"])


def test_once_a_customer_system_is_in_only_its_customers_count(bring: Bring, book: Read) -> None:
    bring("hubspot", network.hubspot())
    strangers = connections(("Kim Dall", "Elsewhere", "", ""), ("Ida Lund", "Muster", "", ""))
    result = bring("linkedin", strangers, employee="Mia Miller")
    assert [row.reason for row in result.rows if row.reason] == ["at none of the book's customers"]
    assert len(rows_of(book()["customers.csv"])) == 2
    bring("linkedin", strangers, employee="mia-miller", customers="all")
    assert len(rows_of(book()["customers.csv"])) == 3
    assert len(rows_of(book()["employees.csv"])) == 2


def test_colleagues_are_no_contacts(bring: Bring) -> None:
    people = connections(
        ("Kim Dall", "Teleby A/S", "", ""), ("Bo Lindegaard", "Fjord", "", ""), ("Li Ny", "", "li@teleby.example", "")
    )
    result = bring("linkedin", people, employee="mette", company="Teleby", domains=["teleby.example"])
    assert (result.summary.contacts, result.rows[1].reason, result.rows[1].rows) == (1, "at our own company", 2)


def test_a_book_of_ones_own_is_added_to_and_kept(bring: Bring, book: Read, tmp_path: Path) -> None:
    folder = tmp_path / "book"
    folder.mkdir()
    (folder / "netaudit.yml").write_text(
        "netaudit: 1\ncompany: Teleby # ours\nas_of: 2020-01-01\nassumptions: {half_life_days: 90}\n"
    )
    (folder / "employees.csv").write_text("id,name,team,x_own\nmette,Mette Holm,enterprise,1\n")
    (folder / "customers.csv").write_text("id,segment\nhavn,b2b\n")
    (folder / "ties.csv").write_text("owner,customer,per_year,kind\nmette,havn,4,meeting\nmette,havn,2,meeting\n")
    (folder / "interactions.csv").write_text(
        "owner,customer,kind,on\nmette,havn,call,2026-01-02\nmette,havn,call,2026-01-09\n"
    )
    bring("linkedin", connections(("Bo Lindegaard", "Fjord", "", "")), employee="Mette Holm")
    assert "company: Teleby # ours\nas_of: 2024-03-05\nassumptions: {half_life_days: 90}\n" in book()["netaudit.yml"]
    assert book()["employees.csv"] == "id,name,team,x_own\nmette,Mette Holm,enterprise,1\n"
    assert [row["kind"] for row in rows_of(book()["ties.csv"])] == ["social", "meeting", "meeting"]
    assert [row["on"] for row in rows_of(book()["interactions.csv"])] == ["2026-01-02", "2026-01-09"]
    assert netaudit.load(folder).as_of.isoformat() == "2024-03-05"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"book.yml": "netaudit: 1"}, "is a book in one document"),
        ({"ties.parquet": ""}, "is a table in Parquet"),
        ({"netaudit.yml": "tables: {ties: {file: a.csv}}"}, "maps files of other systems"),
        ({"netaudit.yml": "a: [&x 1]"}, "Y002"),
        ({"customers.csv": "id,name\nx,X\nx,Y\n"}, "'x' is blank or stands twice"),
    ],
)
def test_folders_that_are_no_place_for_it(bring: Bring, tmp_path: Path, files: dict[str, str], message: str) -> None:
    (tmp_path / "book").mkdir()
    for name, text in files.items():
        (tmp_path / "book" / name).write_text(text)
    with pytest.raises(InputError, match=message):
        bring("linkedin", HEAD + "A,B,,,Havn,,05 Mar 2024\n", employee="mette")
    assert {path.name for path in (tmp_path / "book").iterdir()} == set(files)


def test_a_file_is_no_folder_and_no_export_is_written_over(bring: Bring, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(InputError, match="is no folder"):
        bring("hubspot", network.hubspot(), into="taken")
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "ties.csv").write_text("employee,company\nMette Holm,Havn\n")
    with pytest.raises((OutputError, InputError)):
        netaudit.import_exports("table", [folder / "ties.csv"], folder)
    assert (folder / "ties.csv").read_text() == "employee,company\nMette Holm,Havn\n"


@pytest.mark.parametrize(
    ("kind", "how", "message"),
    [
        ("linkedin", {}, "does not say whose it is"),
        ("mbox", {}, "does not say who of them is ours"),
        ("linkedn", {}, "did you mean 'linkedin'"),
        ("hubspot", {"columns": ["x"]}, "is not FIELD=HEADING"),
        ("hubspot", {"decimal": ";"}, "is no decimal mark"),
        ("hubspot", {"encoding": "utf-99"}, "no encoding is called"),
    ],
)
def test_what_does_not_go_together(bring: Bring, kind: str, how: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        bring(kind, network.hubspot(), **how)


def test_no_file_and_too_many(bring: Bring) -> None:
    with pytest.raises(UsageError, match="no file is named"):
        bring("hubspot", {})
    with pytest.raises(UsageError, match="aliases takes no file"):
        bring("aliases", "x")


def test_whom_a_name_could_mean_is_asked(bring: Bring, tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "employees.csv").write_text("id,name\nm1,Mette Holm\nm2,Mette Holm\n")
    with pytest.raises(UsageError, match="name one by id: m1, m2"):
        bring("linkedin", HEAD, employee="mette holm")


def test_who_owned_a_contact_before_is_not_kept(bring: Bring, book: Read) -> None:
    bring("hubspot", network.hubspot())
    contacts = network.hubspot()["contacts.csv"].replace("Mia Miller", "Sam Seller")
    bring("hubspot", {"contacts.csv": contacts})
    assert {row["owner"] for row in rows_of(book()["ties.csv"])} == {"sam-seller"}


def test_identities_as_they_are_written(third_party: Path) -> None:
    lines = (third_party / "hostile" / "identity-pairs.jsonl").read_text(encoding="utf-8").splitlines()
    for pair in map(json.loads, lines):
        if "@" in pair["a"]:
            continue
        same = same_name(pair["a"]) == same_name(pair["b"])
        assert same <= (pair["expected"] == "same"), pair
        if pair["expected"].startswith("suggest"):
            assert skeleton(parted(pair["a"])[0]) == skeleton(parted(pair["b"])[0]), pair


def test_ids_are_made_of_names() -> None:
    assert id_from("Åse Øst-Ærø & Søn", ()) == "aase-oest-aeroe-soen"
    assert id_from("Анна", ()) == "анна"
    assert id_from("!", ()) == "unnamed"
    assert id_from("ガ", ()) == "ガ"  # its mark is no accent
    assert id_from("A", {"a", "a-2"}) == "a-3"


HUBSPOT = "Record ID,Company name,Company Domain Name,Website URL,Company owner,Last Activity Date\n"


@pytest.mark.parametrize("site", ["facebook.com", "chi.example"])
def test_companies_of_one_site_and_other_names_stay_apart(bring: Bring, book: Read, site: str) -> None:
    bring("hubspot", HUBSPOT + f"1,Chi Nordic A/S,,https://www.{site}/nordic,Mette Holm,2026-09-01\n")
    head = "Organization - ID,Organization - Name,Organization - Website,Organization - Owner\n"
    bring("pipedrive", head + f"1,Chi Logistics A/S,https://{site}/logistics,Ole Bo\n")
    assert {row["name"]: row["owner"] for row in rows_of(book()["customers.csv"])} == {
        "Chi Nordic A/S": "mette-holm",
        "Chi Logistics A/S": "ole-bo",
    }
    assert ("aliases.csv" in book()) == (site == "chi.example")


def test_two_records_of_one_system_are_two_whatever_address_they_share(bring: Bring, book: Read) -> None:
    users = "Id,Username,FirstName,LastName,Email,IsActive\n"
    users += "".join(
        f"00500000000000{n}AAA,u,{name},m@ours.example,1\n" for n, name in enumerate(("Mette,Holm", "Ole,Bo"))
    )
    bring("salesforce", {"User.csv": users})
    assert [row["name"] for row in rows_of(book()["employees.csv"])] == ["Mette Holm", "Ole Bo"]


def test_what_was_decided_holds_for_later_exports(bring: Bring, book: Read, tmp_path: Path) -> None:
    people = connections(
        ("Anna Berg", "Havn A/S", "", ""), ("Ana Berg", "Havn A/S", "", ""), ("Bo Lind", "Havn ApS", "", "")
    )
    bring("linkedin", people, employee="mette")
    path = tmp_path / "book" / "aliases.csv"
    path.write_text(path.read_text().replace(",\n", ",same\n"))
    for _ in range(2):  # no import of aliases in between
        result = bring("linkedin", people, employee="mette")
        assert result.summary.doubts == 0
        assert len(rows_of(book()["contacts.csv"])) == 2
        assert len(rows_of(book()["customers.csv"])) == 1
    netaudit.risk(netaudit.load(tmp_path / "book"))


def test_rows_of_ones_own_are_left_as_they_are(bring: Bring, book: Read, tmp_path: Path) -> None:
    folder = tmp_path / "book"
    folder.mkdir()
    log = "owner,customer,kind,on,count,x_note\nm,havn,call,2026-01-02,2,a\nm,havn,call,2026-01-09,3,b\n"
    (folder / "interactions.csv").write_text(log)
    (folder / "ties.csv").write_text("owner,customer\n")
    (folder / "employees.csv").write_text("id\nm\n")
    (folder / "contacts.csv").write_text("id,customer,name\nbo,havn,Bo Lind\n")
    bring("linkedin", connections(("Bo Lind", "Fjord", "", "")), employee="mette")
    rows = rows_of(book()["interactions.csv"])
    assert [(row["on"], row["count"], row["x_note"]) for row in rows] == [
        ("2026-01-02", "2", "a"),
        ("2026-01-09", "3", "b"),
    ]
    netaudit.load(folder)


def test_other_tables_ties_outlive_an_import_of_contacts_alone(bring: Bring, book: Read) -> None:
    exports = network.hubspot()
    exports["deals.csv"] = exports["deals.csv"].replace("Example, Inc.", "Muster GmbH").replace("Sam", "Mia")
    exports["deals.csv"] = exports["deals.csv"].replace("Sam Seller", "Mia Miller").replace("Mia Seller", "Mia Miller")
    bring("hubspot", exports)
    before = [row for row in rows_of(book()["ties.csv"]) if row["customer"]]
    bring("hubspot", {"contacts.csv": exports["contacts.csv"]})
    assert [row for row in rows_of(book()["ties.csv"]) if row["customer"]] == before
    assert before


def test_an_employee_is_named_as_they_were_the_first_time(bring: Bring, book: Read) -> None:
    for _ in range(2):
        bring("linkedin", connections(("Bo Lind", "Fjord", "", "")), employee="Mette")
    assert [row["id"] for row in rows_of(book()["employees.csv"])] == ["mette"]
    for nobody in ("@", "=x", "Mette <m@ours.example>", "1"):
        with pytest.raises(UsageError, match="is no name, id or mail address"):
            bring("linkedin", connections(("Bo Lind", "Fjord", "", "")), employee=nobody)


def test_a_channel_and_an_employee_have_ids_of_their_own(bring: Bring, book: Read, tmp_path: Path) -> None:
    bring("mbox", {"a.mbox": network.mbox()}, domains=["OURS.example"])
    bring("hubspot", HUBSPOT + "1,Muster GmbH,muster.example,,Support,2026-09-01\n")
    assert {row["id"] for row in rows_of(book()["employees.csv"])} == {"sam-seller", "mia-miller", "support-2"}
    netaudit.load(tmp_path / "book")


def test_runs_that_overlap_count_no_exchange_twice(bring: Bring, book: Read) -> None:
    sent, back = "sam@ours.example", "nora@customer.example"
    january = [(f"2026-01-{day:02}", sent, back) for day in range(1, 6)]
    february = [(f"2026-02-{day:02}", back, sent) for day in range(1, 6)]
    march = [(f"2026-03-{day:02}", sent, back) for day in range(1, 6)]
    for mails in (january + february, february + march):
        text = "\n".join(f"From x  Mon Mar  2 12:00:00 2026\n{network.message(*one)}" for one in mails)
        bring("mbox", {"a.mbox": text}, domains=["ours.example"])
    assert [row["count"] for row in rows_of(book()["interactions.csv"])] == ["0", "5", "0"]


@pytest.mark.parametrize("domain", ["", "mette@ours.example", "ours"])
def test_domains_that_are_none(bring: Bring, domain: str) -> None:
    with pytest.raises(UsageError, match="is no mail domain"):
        bring("trace", network.trace(), domains=[domain])


def test_the_newest_of_several_days_and_no_day_ahead(bring: Bring, book: Read) -> None:
    head = "Id,Name,OwnerId,CreatedDate,LastModifiedDate,IsDeleted\n"
    result = bring("salesforce", head + "001000000000001,Havn,005000000000001,2020-01-01,2026-10-01,0\n")
    assert result.summary.as_of == "2026-10-01"
    contacts = network.hubspot()["contacts.csv"].replace("2026-04-02", "2027-04-02")
    bring("hubspot", {**network.hubspot(), "contacts.csv": contacts}, into="ahead")
    assert {row.get("last_contact", "") for row in rows_of(book("ahead")["ties.csv"])} == {""}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Muster,Lea Lang,Besprechung,2026-01-02,5", "a kind that is none of meeting, call, mail, social"),
        ("Muster,Lea Lang,call,2027-01-02,5", "still ahead"),
        (f"Muster,{'x' * 1200},call,2026-01-02,5", "a name longer than 1000 characters"),
    ],
)
def test_a_row_that_is_dropped_leaves_nothing(bring: Bring, book: Read, tmp_path: Path, row: str, reason: str) -> None:
    table = f"company,contact,kind,date,revenue\n{row}\nHavn,Bo Lind,call,2026-01-03,7\n"
    result = bring("table", table, employee="mette")
    assert [one.reason for one in result.rows if one.reason] == [reason]
    assert [one["id"] for one in rows_of(book()["contacts.csv"])] == ["bo-lind"]
    netaudit.load(tmp_path / "book")


def test_credits_and_odd_stages_are_no_revenue(bring: Bring, book: Read) -> None:
    deals = "Record ID,Deal Name,Deal Stage,Amount,Currency,Deal owner,Close Date,Associated Company\n"
    deals += (
        "1,a,Closed Won,-50,EUR,Mette Holm,2026-02-01,Havn\n2,b,Won back - pending,900,EUR,Mette Holm,2026-02-01,Havn\n"
    )
    deals += "3,c,Closed Won,100,EUR,Mette Holm,2026-03-01,Havn\n4,d,Closed Won,70,kr.,Mette Holm,2026-03-01,Fjord\n"
    result = bring("hubspot", {"deals.csv": deals})
    assert [row["revenue"] for row in rows_of(book()["customers.csv"])] == ["", "100"]
    assert [row.reason for row in result.rows if row.reason] == ["a negative amount: credits are not taken off"]
    assert "currency: EUR\n" in book()["netaudit.yml"]


def test_a_shared_mailbox_is_an_address(bring: Bring) -> None:
    with pytest.raises(UsageError, match="'tenders' is no mail address"):
        bring("trace", network.trace(), domains=["ours.example"], shared=["tenders"])


def test_a_chain_of_decisions_ends_in_one(bring: Bring, book: Read, tmp_path: Path) -> None:
    names = ("Anna Berg", "Ana Berg", "Anne Berg", "Hanne Berg")
    bring("linkedin", connections(*((name, "Havn", "", "") for name in names)), employee="mette")
    path = tmp_path / "book" / "aliases.csv"
    pairs = ("anna-berg,ana-berg", "ana-berg,anne-berg", "hanne-berg,anna-berg", "anne-berg,hanne-berg")
    path.write_text("table,id,same_as,why,decision\n" + "".join(f"contacts,{pair},,same\n" for pair in pairs))
    assert bring("aliases", {}).summary.merged == 3
    assert [row["contact"] for row in rows_of(book()["ties.csv"])] == ["anne-berg"]
    path.write_text("table,id,same_as,why,decision\ncontacts,anne-berg,anne-berg,,same\n")
    with pytest.raises(InputError, match="are not two contacts"):
        bring("aliases", {})


def test_a_decision_is_about_these_two_and_nobody_else_of_that_name(bring: Bring, book: Read, tmp_path: Path) -> None:
    people = [("Anna Berg", "Havn", "", ""), ("Anna Berg", "Fjord", "", "")]
    bring("linkedin", connections(*people), employee="mette")
    path = tmp_path / "book" / "aliases.csv"
    path.write_text(path.read_text().replace(",\n", ",same\n"))
    bring("linkedin", connections(*people, ("Anna Berg", "Skov", "", "")), employee="mette")
    found = {row["id"]: row["customer"] for row in rows_of(book()["contacts.csv"])}
    assert sorted(found.values()) in (["fjord", "skov"], ["havn", "skov"])
    assert bring("linkedin", connections(*people), employee="mette").summary.contacts == 2


def test_columns_of_ties_outlive_a_decision(bring: Bring, book: Read, tmp_path: Path) -> None:
    bring("linkedin", connections(("Anna Berg", "Havn", "", ""), ("Ana Berg", "Havn", "", "")), employee="mette")
    folder = tmp_path / "book"
    ties = (folder / "ties.csv").read_text().splitlines()
    (folder / "ties.csv").write_text("\n".join([f"{ties[0]},x_note", *(f"{line},hers" for line in ties[1:])]) + "\n")
    (folder / "aliases.csv").write_text("table,id,same_as,why,decision\ncontacts,ana-berg,anna-berg,,same\n")
    bring("aliases", {})
    assert [(row["contact"], row["x_note"]) for row in rows_of(book()["ties.csv"])] == [("anna-berg", "hers")]


def test_an_address_that_two_share_names_neither(bring: Bring, book: Read) -> None:
    people = (("Anna Berg", "Havn", "post1@havn.example", ""), ("Bo Lind", "Havn", "post1@havn.example", ""))
    bring("linkedin", connections(*people), employee="mette")
    assert [row["id"] for row in rows_of(book()["contacts.csv"])] == ["anna-berg", "bo-lind"]
    assert [row["why"] for row in rows_of(book()["aliases.csv"])] == ["they have a mail address in common"]


def test_a_first_name_of_somebody_known_is_nobody_new(bring: Bring, book: Read) -> None:
    bring("hubspot", network.hubspot())
    with pytest.raises(UsageError, match=r"no employee is called 'Sam' alone .--employee sam-seller is Sam Seller"):
        bring("linkedin", network.linkedin("sam.seller@ours.example"), employee="Sam")
    assert len(rows_of(book()["employees.csv"])) == 2


DEALS = "Record ID,Deal Name,Deal Stage,Amount,Currency,Deal owner,Close Date,Associated Company\n"


def deals(*rows: str) -> dict[str, str]:
    return {"deals.csv": DEALS + "".join(f"{number},d,Closed Won,{row}\n" for number, row in enumerate(rows))}


def test_a_book_has_the_currency_of_most_deals(bring: Bring, book: Read) -> None:
    bring(
        "hubspot",
        deals("5,USD,Mette Holm,2026-02-01,Havn", *(f"{n},DKK,Mette Holm,2026-02-01,Fjord" for n in (10, 20))),
    )
    assert "currency: DKK\n" in book()["netaudit.yml"]
    assert {row["id"]: row["revenue"] for row in rows_of(book()["customers.csv"])} == {"fjord": "30", "havn": ""}


def test_revenue_goes_when_deals_are_old_and_ones_own_stays(bring: Bring, book: Read, tmp_path: Path) -> None:
    def revenue() -> dict[str, str]:
        return {row["id"]: row["revenue"] for row in rows_of(book()["customers.csv"])}

    bring("hubspot", deals("5,DKK,Mette Holm,2026-02-01,Havn", "7,DKK,Mette Holm,2026-02-01,Fjord"))
    path = tmp_path / "book" / "customers.csv"
    assert revenue() == {"fjord": "7", "havn": "5"}
    path.write_text(path.read_text().replace("fjord,Fjord,7", "fjord,Fjord,900"))
    later = deals(*(f"5,DKK,Mette Holm,{day},{who}" for day, who in (("2025-02-01", "Havn"), ("2026-09-01", "Fjord"))))
    result = bring("hubspot", later)
    assert revenue() == {"fjord": "900", "havn": ""}
    assert any("revenue of the book's own" in str(sentence) for sentence in result.closing)


def test_a_deal_that_is_dropped_makes_no_customer(bring: Bring, book: Read) -> None:
    lost = deals("5,DKK,Mette Holm,2026-02-01,Havn")["deals.csv"] + "9,d,Lost,5,DKK,,2026-02-01,Fjord\n"
    result = bring("hubspot", {"deals.csv": lost})
    assert [row.reason for row in result.rows if row.reason] == ["not won, and without an owner"]
    assert [row["id"] for row in rows_of(book()["customers.csv"])] == ["havn"]


def test_what_two_systems_tell_of_a_month_is_the_same_contacts(bring: Bring, book: Read) -> None:
    table = "company,contact,contact email,kind,date\n"
    table += "".join(f"Havn,Nora Example,nora@havn.example,mail,2026-03-{day:02}\n" for day in range(1, 5))
    mails = [
        ("2026-03-02", "sam@ours.example", "nora@havn.example"),
        ("2026-03-03", "nora@havn.example", "sam@ours.example"),
    ]
    text = "\n".join(f"From x  Mon Mar  2 12:00:00 2026\n{network.message(*one)}" for one in mails)
    bring("table", table, employee="sam@ours.example", columns=["email=contact email"])
    for _ in range(2):
        bring("mbox", {"a.mbox": text}, domains=["ours.example"])
        (row,) = rows_of(book()["interactions.csv"])
        assert (row["count"], row["x_sent"], row["x_received"]) == ("4", "1", "1")


def test_names_of_one_word_are_one_however_often_they_are_told(bring: Bring, book: Read) -> None:
    owners = "".join(f"{number},Firm {number},,,Mette,2026-09-01\n" for number in range(3))
    table = "customer,employee,contact\nAlfa,Rasmus,Ib\nAlfa,Rasmus,Ib\n"
    for _ in range(2):
        bring("hubspot", HUBSPOT + owners)
        bring("table", table)
        assert [row["id"] for row in rows_of(book()["employees.csv"])] == ["mette", "rasmus"]
        assert [row["id"] for row in rows_of(book()["contacts.csv"])] == ["ib"]


def test_a_deal_that_is_told_twice_counts_once(bring: Bring, book: Read) -> None:
    once = deals("5,DKK,Mette Holm,2026-02-01,Havn")["deals.csv"]
    result = bring("hubspot", {"deals.csv": once, "deals (1).csv": once})
    assert [row.reason for row in result.rows if row.reason] == ["a deal that another row has told of already"]
    assert [row["revenue"] for row in rows_of(book()["customers.csv"])] == ["5"]
    with pytest.raises(UsageError, match="is named twice"):
        netaudit.import_exports("hubspot", ["a.csv", "a.csv"], "book")


def test_customers_made_one_have_what_both_brought(bring: Bring, book: Read, tmp_path: Path) -> None:
    bring("hubspot", deals("5,DKK,Mette Holm,2026-02-01,Havn", "7,DKK,Mette Holm,2026-02-01,Fjord"))
    path = tmp_path / "book" / "aliases.csv"
    path.write_text("table,id,same_as,why,decision\ncustomers,fjord,havn,,same\n")
    for exports in ({}, deals("5,DKK,Mette Holm,2026-02-01,Havn", "7,DKK,Mette Holm,2026-02-01,Fjord")):
        bring("hubspot" if exports else "aliases", exports)
        assert [(row["id"], row["revenue"]) for row in rows_of(book()["customers.csv"])] == [("havn", "12")]
    assert rows_of(book()["aliases.csv"])[0]["decision"] == "merged"


def test_who_has_an_account_that_is_used_is_still_here(bring: Bring, book: Read, tmp_path: Path) -> None:
    rows = "1,Havn,,,Deactivated User (Ole Brink),2026-09-01\n2,Fjord,,,Ole Brink Larsen,2026-09-01\n"
    bring("hubspot", HUBSPOT + rows)
    assert [row["left_on"] for row in rows_of(book()["employees.csv"])] == ["2026-09-01", ""]
    path = tmp_path / "book" / "aliases.csv"
    path.write_text("table,id,same_as,why,decision\nemployees,ole-brink,ole-brink-larsen,,same\n")
    bring("aliases", {})
    bring("hubspot", HUBSPOT + rows)
    assert [row.get("left_on", "") for row in rows_of(book()["employees.csv"])] == [""]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("contacts,ana-berg,anna-berg,x,same", "C004 no column"),
        ("table,id,same_as,why,Decision?\ncontacts,ana-berg,anna-berg,x,same", "C004 no column decision"),
        ("HEAD\ncontacts,ana-berg,anna-berg,x,maybe", "V006 'maybe' decides nothing .write same or different"),
        ("HEAD\ncontacts,ana-brg,anna-berg,x,same", "R001 'ana-brg' and 'anna-berg' are not two contacts"),
        ("HEAD\npeople,ana-berg,anna-berg,x,same", "R001 'people' is no table of ids"),
        (
            "HEAD\ncontacts,ana-berg,anna-berg,x,same\ncontacts,anna-berg,ana-berg,x,different",
            "R002 'anna-berg' and 'ana-berg' are decided twice",
        ),
        (
            "HEAD\n"
            + "\n".join(
                f"contacts,{one}"
                for one in ("ana-berg,anna-berg,,same", "kim-dall,anna-berg,,same", "kim-dall,ana-berg,,different")
            ),
            "R001 'kim-dall' and 'ana-berg' are different by one line, and the same by others",
        ),
    ],
)
def test_decisions_that_cannot_be_followed(bring: Bring, book: Read, tmp_path: Path, lines: str, message: str) -> None:
    people = ("Anna Berg", "Ana Berg", "Kim Dall")
    bring("linkedin", connections(*((name, "Havn", "", "") for name in people)), employee="mette")
    text = lines.replace("HEAD", "table,id,same_as,why,decision") + "\n"
    (tmp_path / "book" / "aliases.csv").write_text(text)
    before = book()
    with pytest.raises(InputError, match=message):
        bring("aliases", {})
    assert book() == before


def test_decisions_about_no_book(bring: Bring) -> None:
    with pytest.raises(InputError, match="F001 no book is there"):
        bring("aliases", {}, into="nosuch")


@pytest.mark.parametrize(
    ("column", "message"),
    [("contakt=Person", "no field is called 'contakt' .did you mean 'contact'"), ("contact=Persons", "no file has a")],
)
def test_columns_that_are_none(bring: Bring, column: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        bring("table", "customer,employee,Person\nHavn,Mette Holm,Bo Lind\n", columns=[column])


def test_somebody_who_was_renamed_is_a_doubt(bring: Bring, book: Read, tmp_path: Path) -> None:
    rows = "1,Havn,,,Mette Holm,2026-09-01\n"
    bring("hubspot", HUBSPOT + rows)
    path = tmp_path / "book" / "employees.csv"
    path.write_text(path.read_text().replace("Mette Holm", "Mette Lund"))
    bring("hubspot", HUBSPOT + rows)
    assert [(row["id"], row["same_as"]) for row in rows_of(book()["aliases.csv"])] == [("mette-holm", "mette-holm-2")]


@pytest.mark.parametrize(
    "name",
    [
        "Sam\u200c Seller",
        "Sam\nSeller",
        "'=Sam Seller",
        "=Sam Seller",
        "\u207cSam Seller",
        "::error::x y",
        "##[group]x y",
        "A;=B C",
    ],
)
def test_names_are_compared_as_they_are_written(bring: Bring, book: Read, tmp_path: Path, name: str) -> None:
    rows = [("Company name", "Company owner", "Record ID", "Company Domain Name"), (name, name, "", "")]
    text = network.as_csv([list(row) for row in rows])
    seen = []
    for _ in range(2):
        bring("hubspot", text)
        seen.append(book())
    assert seen[0] == seen[1]
    netaudit.load(tmp_path / "book")


def test_an_id_of_two_tables_names_nobody(bring: Bring, book: Read) -> None:
    bring("table", "company,contact,contact id\nHavn,Anna Berg,1\n", employee="mette")
    bring("table", "company,contact,contact id\nFjord,Bo Lind,1\n", employee="mette")
    assert [row["id"] for row in rows_of(book()["contacts.csv"])] == ["anna-berg", "bo-lind"]


def test_a_family_at_one_address_is_two_people(bring: Bring, book: Read) -> None:
    people = (("Anna Berg", "Havn", "post1@havn.example", ""), ("Bo Berg", "Havn", "post1@havn.example", ""))
    bring("linkedin", connections(*people, ("Anna Lund", "Havn", "post1@havn.example", "")), employee="mette")
    assert [row["id"] for row in rows_of(book()["contacts.csv"])] == ["anna-berg", "bo-berg"]


def test_one_contact_elsewhere_makes_no_domain_of_a_customer(bring: Bring, book: Read) -> None:
    people = (("Nora Ex", "Havn", "nora@havn.example", ""), ("Kim Ex", "Havn", "kim@bigfirm.example", ""))
    bring("linkedin", connections(*people), employee="sam@ours.example")
    mails = [("2026-03-02", "sam@ours.example", "lee@bigfirm.example")]
    mails += [("2026-03-03", "lee@bigfirm.example", "sam@ours.example")]
    text = "\n".join(f"From x  Mon Mar  2 12:00:00 2026\n{network.message(*one)}" for one in mails)
    bring("mbox", {"a.mbox": text}, domains=["ours.example"])
    assert {row["id"]: row["customer"] for row in rows_of(book()["contacts.csv"])}["lee"] != "havn"


def test_a_name_that_was_decided_is_not_one_of_another_domain(bring: Bring, book: Read, tmp_path: Path) -> None:
    head = "company,domain,contact\n"
    bring("table", f"{head}Havn,havn.dk,Anna Berg\nHavnegade Logistik,,Bo Lind\n", employee="mette")
    path = tmp_path / "book" / "aliases.csv"
    path.write_text("table,id,same_as,why,decision\ncustomers,havn,havnegade-logistik,,same\n")
    bring("table", f"{head}Havn,havn.se,Li Ny\nHavn,havn.dk,Pia Dam\n", employee="mette")
    homes = {row["id"]: row["customer"] for row in rows_of(book()["contacts.csv"])}
    assert homes["pia-dam"] == homes["anna-berg"] == "havnegade-logistik" != homes["li-ny"]


def test_a_deal_of_no_currency_is_in_the_books(bring: Bring, book: Read) -> None:
    bring("hubspot", deals("5,DKK,Mette Holm,2026-02-01,Havn", "6,,Mette Holm,2026-02-01,Havn"))
    assert [row["revenue"] for row in rows_of(book()["customers.csv"])] == ["11"]


def test_the_year_of_revenue_ends_with_the_newest_day(bring: Bring, book: Read) -> None:
    result = bring("hubspot", deals("5,DKK,Mette Holm,2024-07-01,Havn", "100,DKK,Mette Holm,2026-05-01,Havn"))
    assert [row["revenue"] for row in rows_of(book()["customers.csv"])] == ["100"]
    assert result.summary.as_of == "2026-05-01"


def test_a_customer_with_a_currency_of_its_own(bring: Bring, book: Read, tmp_path: Path) -> None:
    bring("hubspot", deals("5,DKK,Mette Holm,2026-02-01,Fjord"))
    path = tmp_path / "book" / "customers.csv"
    path.write_text(path.read_text().replace("\n", ",\n").replace(",\n", ",currency\n", 1) + "havn,Havn,,,,EUR\n")
    bring("hubspot", deals("6,DKK,Mette Holm,2026-02-01,Havn"))
    assert {row["id"]: row["revenue"] for row in rows_of(book()["customers.csv"])} == {"fjord": "5", "havn": ""}


def test_revenue_of_a_table(bring: Bring, book: Read) -> None:
    table = "company,revenue,currency\nHavn,100,DKK\nHavn,900,DKK\nFjord,7,DKK\nSkov,8,USD\nFjord,7,DKK\n"
    result = bring("table", table, employee="mette")
    assert {row["id"]: row["revenue"] for row in rows_of(book()["customers.csv"])} == {
        "fjord": "7",
        "havn": "",
        "skov": "",
    }
    assert any("several revenues" in str(sentence) for sentence in result.closing)


def test_days_told_are_kept_beside_exchanges(bring: Bring, book: Read) -> None:
    table = "company,contact,contact email,kind,date\n"
    table += "".join(f"Havn,Nora Ex,nora@havn.example,mail,2026-02-{day:02}\n" for day in range(1, 6))
    sam, nora = "sam@ours.example", "nora@havn.example"
    first = [(f"2026-01-{day:02}", sam, nora) for day in range(1, 6)]
    first += [(f"2026-02-{day:02}", nora, sam) for day in range(1, 6)]
    second = first[:5] + [(f"2026-01-{day:02}", nora, sam) for day in range(1, 6)]
    for name, runs in (("ab", (first, second)), ("ba", (second, first))):
        bring("table", table, employee=sam, columns=["email=contact email"], into=name)
        for mails in runs:
            text = "\n".join(f"From x  Mon Mar  2 12:00:00 2026\n{network.message(*one)}" for one in mails)
            bring("mbox", {"a.mbox": text}, domains=["ours.example"], into=name)
    assert book("ab")["interactions.csv"] == book("ba")["interactions.csv"]
    assert [row["count"] for row in rows_of(book("ab")["interactions.csv"])] == ["5", "5"]


def test_contacts_of_two_ids_add_up_when_they_are_one(bring: Bring, book: Read, tmp_path: Path) -> None:
    table = "company,contact,contact email,kind,date\n"
    for who, days in (("Anna Berg,anna@a.example", range(1, 5)), ("Ann Berg,ann@b.example", range(11, 15))):
        table += "".join(f"Havn,{who},call,2026-02-{day:02}\n" for day in days)
    bring("table", table, employee="mette", columns=["email=contact email"])
    (tmp_path / "book" / "aliases.csv").write_text("table,id,same_as,why,decision\ncontacts,ann-berg,anna-berg,,same\n")
    bring("aliases", {})
    assert [(row["on"], row["count"]) for row in rows_of(book()["interactions.csv"])] == [("2026-02-14", "8")]


def test_a_seller_without_a_contact_has_a_tie_only_until_there_is_one(bring: Bring, book: Read) -> None:
    exports = network.hubspot()
    bring("hubspot", {name: exports[name] for name in ("companies.csv", "deals.csv")})
    bring("hubspot", exports)
    bring("hubspot", exports, into="once")
    assert book()["ties.csv"] == book("once")["ties.csv"]


def test_days_at_two_addresses_of_one_are_days_with_one(bring: Bring, book: Read) -> None:
    sam, work, other = "sam@ours.example", "nora@havn.example", "n.ex@havn.example"
    head = "First Name,Last Name,Organization Name,E-mail 1 - Value,E-mail 2 - Value"
    bring("google", f"{head}\nNora,Ex,Havn,{work},{other}\n", employee=sam)
    mails = [
        ("2026-03-02", sam, work),
        ("2026-03-02", work, sam),
        ("2026-03-02", sam, other),
        ("2026-03-03", sam, other),
    ]
    mails += [("2026-03-04", other, sam)]
    text = "\n".join(f"From x  Mon Mar  2 12:00:00 2026\n{network.message(*one)}" for one in mails)
    bring("mbox", {"a.mbox": text}, domains=["ours.example"])
    (row,) = rows_of(book()["interactions.csv"])
    assert (row["count"], row["x_sent"], row["x_received"]) == ("2", "2", "2")


def test_a_task_about_a_deal_is_with_its_account(bring: Bring, book: Read) -> None:
    exports = {
        "Account.csv": "Id,Name,OwnerId,IsDeleted\n001000000000001AAA,Havn,005000000000001AAA,0\n",
        "Opportunity.csv": "Id,AccountId,StageName,Amount,CloseDate,OwnerId,IsDeleted\n"
        "006000000000001AAA,001000000000001,Closed Won,5,2026-02-01,005000000000001,0\n"
        ",001000000000001,Closed Won,7,2026-02-01,005000000000001,0\n",
        "Task.csv": "WhoId,WhatId,ActivityDate,Status,OwnerId,TaskSubtype,IsDeleted\n"
        ",006000000000001,2026-03-01,Completed,005000000000001,Call,0\n"
        ",,2026-03-02,Completed,005000000000001,Call,0\n",
    }
    result = bring("salesforce", exports)
    assert [(row["customer"], row["on"]) for row in rows_of(book()["interactions.csv"])] == [("havn", "2026-03-01")]
    assert [row.reason for row in result.rows if row.reason] == ["its account is not in the export"]
