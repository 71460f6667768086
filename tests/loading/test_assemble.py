"""Ids resolved against each other, and ties brought to one form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import netaudit
from netaudit.loading import assemble

from . import TIE, counted, faults, loaded, refused, rows

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE = "employees: [{id: mette}, {id: bo}]\n"
PAGE = "channels: [{id: page, kind: company_page}, {id: desk, kind: support_desk}]\n"
HAVN = "customers: [{id: havn}]\n"


def hint(tmp_path: Path, text: str) -> str | None:
    return refused(tmp_path, {"book.yml": text}).problems[0].hint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PEOPLE + "ties:\n- {owner: metta, customer: havn}", ["3:11: R001"]),
        (PEOPLE + HAVN + "ties:\n- {owner: mette, customer: havm}", ["4:28: R001"]),
        (HAVN + "contacts: [{id: lars, customer: havn}]\nties:\n- {owner: bo, contact: las}", ["4:24: R001"]),
        (HAVN + "contacts: [{id: lars, customer: hav}]", ["2:33: R001"]),
        (PEOPLE + HAVN + "channels: [{id: page, kind: portal, relayed_by: b}]", ["3:49: R001"]),
        (PEOPLE + "customers: [{id: havn, owner: me}]", ["2:31: R001"]),
        (PEOPLE + HAVN + "departures: [{employee: me, on: 2020-01-01}]", ["3:25: R001"]),
        (PEOPLE + HAVN + "outcomes: [{employee: me, customer: h, outcome: gone}]", ["3:23: R001", "3:37: R001"]),
        (HAVN + "ties: [{channel: page, customer: havn}]", ["2:18: R001"]),
        (
            PEOPLE + HAVN + "interactions: [{owner: x, customer: y, kind: call, on: 2020-01-01}]",
            ["3:24: R001", "3:37: R001"],
        ),
        ("customers: [{id: a, name: A}, {id: a, name: B}]", ["1:45: R002"]),
        ("customers: [{id: a}, {id: a, revenue: 5}, {id: a, count: 2}]", ["1:39: R002", "1:58: R002"]),
        (HAVN + "employees: [{id: bo}, {id: bo, team: x}]", ["2:38: R002"]),
        (HAVN + "contacts: [{id: l, customer: havn}, {id: l, customer: havn, role: x}]", ["2:67: R002"]),
        (HAVN + "channels: [{id: p, kind: portal}, {id: p, kind: other}]", ["2:49: R002"]),
        (
            "ties:\n- {owner: bo, customer: a, contact: l}\n- {owner: bo, customer: b, contact: l}",
            ["3:37: R003"],
        ),
        (
            HAVN + "contacts: [{id: l, customer: havn}]\nties: [{owner: bo, contact: l, customer: b}]",
            ["3:42: R001", "3:42: R003"],
        ),
        (HAVN + "departures: [{employee: bo, on: 2020-01-01}, {employee: bo, on: 2020-01-02}]", ["2:65: R004"]),
        (
            HAVN + "employees: [{id: bo, left_on: 2020-01-01}]\ndepartures: [{employee: bo, on: 2020-01-02}]",
            ["3:33: R004"],
        ),
        (PEOPLE + HAVN + "channels: [{id: bo, kind: portal}]", ["3:17: R005"]),
        (PAGE + HAVN + "ties: [{employee: page, customer: havn}]", ["1:17: R005"]),
        ("ties: [{owner: bo, contact: lars}]", ["1:29: S002"]),
        (HAVN + "ties: [{owner: bo, customer: havn, followers: 3}]", ["2:47: S003"]),
        (PAGE + HAVN + "ties: [{owner: desk, customer: havn, followers: 3}]", ["3:49: S003"]),
        (HAVN + "ties: [{owner: bo, customer: havn, via: mette}]", ["2:41: S003"]),
        (HAVN + "ties: [{owner: bo, customer: havn, kind: meting}]", ["2:42: V006"]),
        (HAVN + "interactions: [{owner: bo, customer: havn, kind: golf, on: 2020-01-01}]", ["2:50: V006"]),
    ],
)
def test_ids_that_do_not_fit(tmp_path: Path, text: str, expected: list[str]) -> None:
    found = faults(tmp_path, {"book.yml": text})
    assert sorted(found) == sorted(f"book.yml:{place}" for place in expected)


def test_a_name_in_place_of_an_id_is_told(tmp_path: Path) -> None:
    text = "employees: [{id: mh, name: Mette Holm}]\n" + HAVN + "ties: [{owner: Mette Holm, customer: havn}]"
    assert refused(tmp_path, {"book.yml": text}).problems[0].hint == "that is the name of 'mh'"


def test_an_unknown_channel_is_one_problem(tmp_path: Path) -> None:
    text = PEOPLE + PAGE + HAVN + "ties: [{channel: pag, customer: havn}]"
    assert faults(tmp_path, {"book.yml": text}) == ["book.yml:4:18: R001"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("customers: [{id: a, revenue: x}, {id: a, revenue: 5}]", ["book.yml:1:30: V001"]),
        (
            "ties:\n- {owner: bo, customer: a, contact: l}\n- {owner: bo, customer: b, contact: l}",
            ["book.yml:3:37: R003"],
        ),
    ],
)
def test_one_mistake_is_one_problem(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert faults(tmp_path, {"book.yml": text}) == expected


def test_an_unknown_relay_is_located_in_its_own_column(tmp_path: Path) -> None:
    text = PAGE + PEOPLE + HAVN + "ties: [{channel: desk, via: me, customer: havn}]"
    assert faults(tmp_path, {"book.yml": text}) == ["book.yml:4:29: R001"]


def test_an_unknown_employee_is_located_in_its_own_column(tmp_path: Path) -> None:
    files = {"ties.csv": "customer,employee\nhavn,mete\n", "employees.csv": "id\nmette\n"}
    assert faults(tmp_path, files) == ["ties.csv:2:6: R001"]


def test_a_contact_at_two_customers_is_told_of_its_own_table(tmp_path: Path) -> None:
    text = "interactions:\n- {owner: bo, customer: a, contact: l, kind: call, on: 2020-01-01}\n"
    error = refused(tmp_path, {"book.yml": text + text.split("\n")[1].replace("customer: a", "customer: b")})
    assert {problem.message.split(":")[0] for problem in error.problems} == {"interactions"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PEOPLE + HAVN + "ties: [{owner: Mete, customer: havn}]", "did you mean 'mette'?"),
        (PEOPLE + PAGE + HAVN + "ties: [{owner: paeg, customer: havn}]", "did you mean 'page'?"),
        (HAVN + "ties: [{owner: bo, customer: havm}]", "did you mean 'havn'?"),
        (HAVN + "ties: [{owner: bo, customer: zzz}]", "add it to customers, or set open_ids: true"),
        (HAVN + "ties: [{owner: bo, customer: havn, kind: mails}]", "did you mean 'mail'?"),
    ],
)
def test_hints_name_what_is_near(tmp_path: Path, text: str, expected: str) -> None:
    assert hint(tmp_path, text) == expected


def test_every_row_with_a_lost_id_is_named(tmp_path: Path) -> None:
    text = HAVN + "ties:\n- {owner: bo, customer: havm}\n- {owner: eva, customer: havm}\n"
    error = refused(tmp_path, {"book.yml": text})
    assert [(problem.line, problem.hint) for problem in error.problems] == [
        (3, "did you mean 'havn'?"),
        (4, "did you mean 'havn'?"),
    ]


def test_hints_are_given_for_fifty_ids(tmp_path: Path) -> None:
    ties = "".join(f"- {{owner: bo, customer: havn{index:02}}}\n" for index in range(50))
    error = refused(tmp_path, {"book.yml": f"{HAVN}ties:\n{ties}- {{owner: bo, customer: havns}}\n"})
    assert "did you mean 'havn'?" in {problem.hint for problem in error.problems}
    assert error.count == 51


def test_ids_come_into_being_where_their_table_is_absent(tmp_path: Path) -> None:
    text = "ties:\n- {owner: mette, customer: havn, contact: lars}\n- {owner: bo, contact: lars}\n"
    text += "interactions: [{owner: eva, customer: kaj, contact: ida, kind: mail, on: 2020-01-01}]\n"
    text += "departures: [{employee: ole, on: 2020-01-01}]\n"
    book = loaded(tmp_path, {"book.yml": text})
    assert rows(book, "employees", "id", "left_on") == [("bo", None), ("eva", None), ("mette", None), ("ole", 18262)]
    assert rows(book, "customers", "id", "count", "revenue") == [("havn", 1, None), ("kaj", 1, None)]
    assert rows(book, "contacts", "id", "customer") == [("ida", "kaj"), ("lars", "havn")]
    assert rows(book, "ties", "person", "contact", "customer") == [("bo", "lars", "havn"), ("mette", "lars", "havn")]


def test_open_ids_lift_the_rule(tmp_path: Path) -> None:
    text = PEOPLE + HAVN + "contacts: [{id: lars, customer: havn}]\nopen_ids: true\n"
    text += "ties:\n- {owner: eva, customer: kaj}\n- {owner: ole, contact: ida, customer: kaj}\n"
    book = loaded(tmp_path, {"book.yml": text})
    assert rows(book, "employees", "id") == [("bo",), ("eva",), ("mette",), ("ole",)]
    assert rows(book, "customers", "id") == [("havn",), ("kaj",)]
    assert rows(book, "contacts", "id", "customer") == [("ida", "kaj"), ("lars", "havn")]


def test_relays_and_owners_come_into_being_as_employees(tmp_path: Path) -> None:
    text = "channels: [{id: nl, kind: newsletter, relayed_by: eva}]\ncustomers: [{id: havn, owner: ole}]"
    assert rows(loaded(tmp_path, {"book.yml": text}), "employees", "id") == [("eva",), ("ole",)]


def test_a_contact_has_one_customer_whether_named_or_not(tmp_path: Path) -> None:
    text = "customers: [{id: havn, contacts: [{id: lars, role: buyer}]}]\nties: [{owner: bo, contact: lars}]"
    book = loaded(tmp_path, {"book.yml": text})
    assert rows(book, "ties", "person", "contact", "customer") == [("bo", "lars", "havn")]
    assert rows(book, "contacts", "id", "customer", "role") == [("lars", "havn", "buyer")]


def test_a_contact_inside_a_customer_is_that_customers(tmp_path: Path) -> None:
    text = "customers:\n- id: havn\n  contacts: [{id: lars, customer: kaj}]\n- id: kaj\n"
    assert [found.split(" ")[-1] for found in faults(tmp_path, {"book.yml": text})] == ["R003"]


def test_equal_rows_are_one(tmp_path: Path) -> None:
    files = {"customers.csv": "id,name\na,A\nb,B\na, A\na,A\n", "employees.csv": "id\nbo\nbo\n"}
    book = loaded(tmp_path, files)
    assert rows(book, "customers", "id", "name") == [("a", "A"), ("b", "B")]
    assert set(book.notes()) == {"customers: 2 repeated rows merged", "employees: 1 repeated rows merged"}
    assert counted(book, tmp_path)["customers.csv"] == (4, 0, 0, {})


def test_rows_that_differ_name_the_columns(tmp_path: Path) -> None:
    files = {"customers.csv": "id,name,segment\na,A,x\na,B,y\nb,,\n"}
    error = refused(tmp_path, files)
    assert [problem.message for problem in error.problems] == [
        "customers: 'a' stands twice, with different name, segment"
    ]
    assert error.tally == "3 rows read: 2 loaded, 0 skipped, 1 rejected"


def test_equal_rows_of_two_files_are_one(tmp_path: Path) -> None:
    one = "{file: 1.csv, columns: {id: k}}"
    files = {
        "netaudit.yml": f"tables: {{customers: [{one}, {one.replace('1', '2')}]}}",
        "1.csv": "k\na\nb\n",
        "2.csv": "k\nb\nc\n",
    }
    assert rows(loaded(tmp_path, files), "customers", "id") == [("a",), ("b",), ("c",)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("owner: page, customer: havn, followers: 3", ("page", "company_page", "", "havn")),
        ("channel: desk, customer: havn", ("desk", "", "", "havn")),
        ("channel: desk, via: bo, customer: havn", ("desk", "", "bo", "havn")),
        ("owner: mail, customer: havn", ("mail", "newsletter", "mette", "havn")),
        ("owner: mail, via: bo, customer: havn", ("mail", "newsletter", "bo", "havn")),
        ("employee: bo, customer: havn", ("", "", "bo", "havn")),
        ("owner: bo, customer: havn", ("", "", "bo", "havn")),
    ],
)
def test_whose_tie_it_is(tmp_path: Path, text: str, expected: tuple[str, ...]) -> None:
    channels = "channels:\n- {id: page, kind: company_page}\n- {id: desk, kind: support_desk}\n"
    channels += "- {id: mail, kind: newsletter, relayed_by: mette}\n"
    book = loaded(tmp_path, {"book.yml": f"{channels}{HAVN}{PEOPLE}ties: [{{{text}}}]"})
    assert rows(book, "ties", "channel", "subscription", "person", "customer") == [expected]
    assert book.relays is bool(expected[0] and expected[2])
    assert book.subscribes is bool(expected[1])


def test_admins_are_a_list_or_a_text(tmp_path: Path) -> None:
    text = HAVN + "channels:\n- {id: a, kind: portal, admins: [bo, ~, eva]}\n- {id: b, kind: portal, admins: bo; eva}\n"
    assert rows(loaded(tmp_path, {"book.yml": text}), "channels", "id", "admins") == [("a", "bo;eva"), ("b", "bo;eva")]


def test_an_owner_is_a_flagged_tie_where_there_is_none(tmp_path: Path) -> None:
    text = "customers: [{id: a, owner: bo}, {id: b, owner: bo}, {id: c, owner: bo}, {id: d}]\n"
    text += "ties:\n- {owner: bo, customer: b, kind: call}\n- {owner: eva, customer: a, kind: mail}\n"
    text += "interactions: [{owner: bo, customer: c, kind: call, on: 2020-01-01}]\n"
    book = loaded(tmp_path, {"book.yml": text})
    assert rows(book, "ties", "person", "customer", "kind") == [
        ("bo", "a", None),
        ("bo", "b", "call"),
        ("eva", "a", "mail"),
    ]


def test_an_owner_is_a_tie_where_the_only_interaction_is_skipped(tmp_path: Path) -> None:
    text = "customers: [{id: a, owner: bo}]\ninteractions: [{owner: bo, customer: a, kind: call, on: 2030-01-01}]\n"
    assert rows(loaded(tmp_path, {"book.yml": text}), "ties", "person", "customer") == [("bo", "a")]


def test_interactions_count_once_and_up_to_as_of(tmp_path: Path) -> None:
    log = "owner,customer,kind,on\n" + "bo,a,call,2024-01-01\n" * 2 + "bo,a,mail,2023-05-05\nbo,b,call,2024-01-02\n"
    book = loaded(tmp_path, {"interactions.csv": log})
    assert rows(book, "log", "person", "customer", "kind", "on") == [
        ("bo", "a", "call", 19723),
        ("bo", "a", "mail", 19482),
    ]
    assert counted(book, tmp_path) == {"interactions.csv": (3, 1, 0, {"after as_of": 1})}
    assert book.logged is True


@pytest.mark.parametrize(("on", "gone"), [("2023-12-31", True), ("2024-01-01", True), ("2024-01-02", False)])
@pytest.mark.parametrize("where", ["employees", "departures", "both", "contacts"])
def test_who_left_by_as_of_is_gone(tmp_path: Path, on: str, gone: bool, where: str) -> None:
    left = f", left_on: {on}"
    text = f"employees: [{{id: bo{left if where in {'employees', 'both'} else ''}}}]\n{HAVN}"
    text += f"contacts: [{{id: lars, customer: havn{left if where == 'contacts' else ''}}}]\n"
    text += "ties: [{owner: bo, contact: lars}]\n"
    if where in {"departures", "both"}:
        text += f"departures: [{{employee: bo, on: {on}, destination: competitor}}]\n"
    book = loaded(tmp_path, {"book.yml": text})
    assert rows(book, "ties", "gone") == [(gone,)]
    assert bool(book.notes()) is gone
    if where in {"departures", "both"}:
        assert rows(book, "employees", "destination") == [("competitor",)]
    if where != "contacts":
        assert rows(book, "employees", "left_on") != [(None,)]


def test_notes_say_what_does_not_count(tmp_path: Path) -> None:
    files = {
        "employees.csv": "id,left_on\nbo,2020-01-01\neva,\n",
        "ties.csv": "owner,customer,kind,per_year\neva,a,call,3\neva,a,call,4\neva,a,mail,4\nbo,a,call,1\n",
    }
    assert loaded(tmp_path, files).notes() == (
        "repeated rows of one tie, of which the strongest counts: 1",
        "ties that count zero, for their employee or contact has left: 1",
    )


def test_ties_of_the_future_are_warned_about(tmp_path: Path) -> None:
    book = loaded(tmp_path, {"ties.csv": "owner,customer,last_contact\nbo,a,2024-06-01\n"})
    assert [warning.split(";")[0] for warning in book.warnings] == ["ties whose last contact is after 2024-01-01: 1"]


def test_kinds_that_the_weights_add_are_known(tmp_path: Path) -> None:
    text = "assumptions: {weight: {golf: 0.8}}\nties: [{owner: bo, customer: a, kind: golf}]"
    assert rows(loaded(tmp_path, {"book.yml": text}), "ties", "kind") == [("golf",)]


def test_subscriptions_may_have_any_kind(tmp_path: Path) -> None:
    text = PAGE + "ties: [{owner: page, customer: a, kind: follow, followers: 3}]"
    assert rows(loaded(tmp_path, {"book.yml": text}), "ties", "kind", "followers") == [("follow", 3)]


def test_ids_are_compared_folded(tmp_path: Path) -> None:
    files = {"customers.csv": "id\n\u00c5se  A\n", "ties.csv": "owner,customer\nbo,A\u030ase A\n"}
    assert rows(loaded(tmp_path, files), "ties", "customer") == [("\u00c5se A",)]


def test_outcomes_are_checked_and_kept_out(tmp_path: Path) -> None:
    files = {"ties.csv": TIE, "outcomes.csv": "employee,customer,outcome,on\nmette,havn,followed,2023-01-01\n"}
    assert counted(loaded(tmp_path, files), tmp_path)["outcomes.csv"] == (1, 0, 0, {})


def test_a_contact_at_two_customers_is_told_once_however_it_is_seen(tmp_path: Path) -> None:
    ties = "owner,contact,customer\na,l,x\na,l,y\na,l,\n"
    assert faults(tmp_path, {"ties.csv": ties}) == ["ties.csv:3:3: R003"]


def test_a_contact_of_ones_own_is_at_one_customer_also_where_ids_are_open(tmp_path: Path) -> None:
    files = {
        "netaudit.yml": "open_ids: true",
        "contacts.csv": "id,customer\nlars,havn\n",
        "ties.csv": "owner,contact,customer\nbo,lars,fjord\n",
    }
    assert faults(tmp_path, files) == ["ties.csv:2:9: R003"]


def test_many_ties_are_looked_at_where_they_lie_and_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    few = netaudit.load("examples/telco")
    monkeypatch.setattr(assemble, "FEW", 0)
    many = netaudit.load("examples/telco")
    assert netaudit.risk(many) == netaudit.risk(few)
    assert netaudit.ownership(many) == netaudit.ownership(few)
    assert many.notes() == few.notes()
