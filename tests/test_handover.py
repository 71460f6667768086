"""handover: the order to call, a successor who stays and has room, the way to be introduced, and the days."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

import netaudit
from netaudit import cli
from netaudit.bundles import pairs_of
from netaudit.errors import UsageError
from netaudit.recorded import live_ties, recorded
from tests.books import AS_OF, book, documents, loaded

if TYPE_CHECKING:
    from netaudit.book import Book
    from netaudit.result import Result
    from tests.books import Document

TELCO = str(Path(__file__).parents[1] / "examples" / "telco")
PEOPLE = [
    {"id": "mette", "name": "Mette Holm", "team": "red"},
    {"id": "anna", "team": "red"},
    {"id": "bo", "team": "red"},
    {"id": "carl", "team": "blue"},
    {"id": "gone", "team": "red", "left_on": "2014-01-01"},
    {"id": "going", "team": "red", "left_on": "2016-12-01"},
]
LAST = "2015-02-27"


def _handover(*lines: str, leaver: str = "mette", last_day: str | None = LAST, **settings: Any) -> Result[Any, Any]:
    return netaudit.handover(book(*lines, **{"employees": PEOPLE, **settings}), leaver, last_day=last_day)


def test_first_contracts_that_end_soon_then_the_most_at_risk() -> None:
    """At risk is money and tie strength; equal ones by renewal; unknown revenue comes after what is known."""
    customers: list[Document] = [
        {"id": "much", "revenue": 900},
        {"id": "soon", "revenue": 10, "renewal_on": "2015-05-28"},  # the 90th day after the last
        {"id": "later", "revenue": 500, "renewal_on": "2015-05-29"},
        {"id": "same", "revenue": 500, "renewal_on": "2015-06-29"},
        {"id": "shared", "revenue": 900},
        {"id": "dark"},
    ]
    lines = [f"mette -> {row['id']}/x{row['id']} strength=0.5" for row in customers]
    result = _handover(*lines, "desk -> shared strength=0.9", customers=customers)
    assert [row.customer for row in result.rows] == ["soon", "much", "later", "same", "shared", "dark"]
    assert [row.order for row in result.rows] == [1, 2, 3, 4, 5, 6]
    assert result.rows[-1].revenue_at_risk is None
    assert (result.summary.revenue, result.summary.revenue_unknown) == (2810, 1)
    first = result.rows[0]
    assert first.revenue_at_risk == netaudit.result.Band(0.75, 1.5, 2.5)  # 10 · 0.5 · (0.15, 0.3, 0.5)
    assert (first.walks, first.tie) == (0.5, 0.5)


def test_a_contract_that_has_ended_already_and_who_leaves_too_hold_nothing_up() -> None:
    """`going` leaves before mette, so that she leaves the customer with nobody; gone contacts are not introduced."""
    customers = [{"id": "old", "revenue": 10, "renewal_on": "2014-05-28"}, {"id": "much", "revenue": 900}]
    contacts = [
        {"id": "x", "customer": "old"},
        {"id": "y", "customer": "much"},
        {"id": "z", "customer": "much", "left_on": "2015-01-30"},
    ]
    lines = (
        "mette -> old/x strength=0.9",
        "mette -> much/y strength=0.5",
        "mette -> much/z strength=0.9",
        "going -> much/y strength=0.9",
    )
    result = _handover(*lines, customers=customers, contacts=contacts, last_day="2016-12-31")
    assert [row.customer for row in result.rows] == ["much", "old"]
    assert result.rows[0].walks == pytest.approx(0.95)
    assert result.rows[0].contacts_only_leaver == ("y",)


def test_who_knows_a_customer_comes_before_the_order_to_call() -> None:
    lines = ("mette -> a/x strength=0.9", "mette -> b/y strength=0.5", "anna -> b/y strength=0.5")
    customers = [{"id": "a", "revenue": 900}, {"id": "b", "revenue": 10}]
    result = _handover(*lines, customers=customers, actions={"new_customers": 1})
    assert [(row.customer, row.successor) for row in result.rows] == [("a", "bo"), ("b", "anna")]


def test_the_successor_knows_them_or_is_of_the_team_or_of_the_segment() -> None:
    segment = {"segment": "b2b"}
    lines: tuple[str, ...] = (
        "mette -> same/x strength=0.9",
        "carl -> same/x strength=0.3",
        "mette -> other/y strength=0.9",
        "carl -> other/z strength=0.1",
        "mette -> fresh/w strength=0.9",
        "bo -> bos/v strength=0.9",
    )
    customers = [{"id": name, "revenue": 9 - n, **segment} for n, name in enumerate(("same", "other", "fresh", "bos"))]
    result = _handover(*lines, customers=customers)
    assert [(row.customer, row.successor, row.reason) for row in result.rows] == [
        ("other", "carl", "knows z, though the tie has faded"),
        ("fresh", "anna", "same team, has 0 of at most 3 customers"),
        ("same", "carl", "knows x"),
    ]
    alone = [{"id": "mette"}, {"id": "carl"}]
    lines = ("mette -> fresh/w strength=0.9", "carl -> c strength=0.2")
    found = _handover(*lines, customers=[*customers, {"id": "c"}], employees=alone)
    assert found.rows[0].reason == "nobody shares the team or knows the segment"  # carl's customer is of no segment
    lines = ("mette -> fresh/w strength=0.9", "mette -> bos strength=0.1", "carl -> same/x strength=0.2")
    found = _handover(*lines, customers=customers, employees=alone)
    assert found.rows[0].reason == "knows the segment b2b, has 1 of at most 2 customers"


def test_the_way_goes_through_who_stays_and_else_through_the_leaver() -> None:
    lines = (
        "mette -> direct/x strength=0.9",
        "anna -> direct/x strength=0.5",
        "mette -> beside/y strength=0.9",
        "anna -> beside/z strength=0.5",
        "mette -> alone/w strength=0.9",
        "mette -> whole strength=0.9",
        "bo -> whole/v strength=0.5",
    )
    ways = {row.customer: (row.path, row.introduced_by) for row in _handover(*lines).rows}
    assert ways["direct"] == (("employee:anna", "contact:x"), None)
    assert ways["beside"] == (("employee:anna", "contact:z", "contact:y"), "z")
    assert ways["alone"][0][1:] == ("employee:mette", "contact:w")
    assert ways["alone"][1] == "Mette Holm"
    assert ways["whole"] == (("employee:bo", "contact:v"), "v")  # the customer itself has no name of its own


def test_a_colleague_with_a_full_desk_introduces_another() -> None:
    lines = [f"mette -> c{n}/x{n} strength=0.9" for n in range(3)]
    lines += [f"carl -> c{n}/y{n} strength=0.5" for n in range(3)]
    result = _handover(*lines, actions={"new_customers": 1})
    assert [row.successor for row in result.rows] == ["carl", "anna", "bo"]
    assert result.rows[1].path == ("employee:anna", "employee:carl", "contact:y1", "contact:x1")
    assert result.rows[1].introduced_by == "carl and y1"
    assert result.summary.most_taken == 1


def test_nobody_is_overloaded_and_who_finds_no_successor_is_said() -> None:
    lines = [f"mette -> c{n}/x{n} strength=0.9" for n in range(14)]
    result = _handover(*lines, "anna -> d/y strength=0.5", actions={"capacity": 4})
    taken = [row.successor for row in result.rows]
    assert [taken.count(one) for one in ("anna", "bo", "carl", None)] == [3, 4, 0, 7]
    assert result.summary.without_successor == 7
    assert [each.text for each in result.closing if each.text.startswith("Without a successor")]
    assert result.rows[-1].path == ()
    assert result.rows[-1].introduced_by is None
    assert "find a successor" in str(result.checklist)
    free = _handover(*lines)
    assert [[row.successor for row in free.rows].count(one) for one in ("anna", "bo")] == [5, 5]


@given(documents())
@settings(max_examples=8)
def test_whoever_the_book_is_about_nobody_who_goes_is_named_and_nobody_has_too_much(made: Document) -> None:
    found = loaded(made | {"actions": {"new_customers": 2}})
    gone = {row["id"] for row in made["employees"] if "left_on" in row}
    leaver = next((row["id"] for row in made["employees"] if row["id"] not in gone), None)
    if leaver is None:
        return
    result = netaudit.handover(found, leaver, last_day="2015-03-31")
    loads = {row.key: row.customers for row in netaudit.ownership(found).rows if row.dimension == "employee"}
    left = {row["id"] for row in made["contacts"] if row.get("left_on", "9") <= AS_OF.isoformat()}
    taken: dict[str, int] = {}
    ties = {(one["person"], one["customer"]) for one in _live(found)}
    for row in result.rows:
        inside = {node.partition(":")[2] for node in row.path} - {leaver}
        assert not inside & (gone | left)
        assert row.successor not in {*gone, leaver}
        if row.successor:
            taken[row.successor] = taken.get(row.successor, 0) + 1
            loads[row.successor] = loads.get(row.successor, 0) + ((row.successor, row.customer) not in ties)
            assert row.path[0] == f"employee:{row.successor}"
        assert AS_OF.isoformat() <= row.by <= row.own_contact_by <= "2015-03-31"
        assert not set(row.contacts_only_leaver) & left
    assert max(taken.values(), default=0) <= 2
    assert all(loads.get(one, 0) <= result.summary.capacity for one in taken)
    assert {row.customer for row in result.rows} == {customer for person, customer in ties if person == leaver}


def _live(found: Book) -> list[dict[str, str]]:
    ties = pairs_of(found, found.assumptions, live_ties(found, recorded(found, found.assumptions)))
    rows = found.engine.rows(ties.select("person", "customer"))
    return [{"person": person, "customer": customer} for person, customer in rows]


def test_contacts_that_only_the_leaver_knows_and_channels_that_are_not_there_yet() -> None:
    lines = (
        "mette -> a/x strength=0.9",
        "mette -> a/y strength=0.5",
        "mette -> a/z strength=0.5",
        "mette -> a/gone strength=0.5",
        "anna -> a/y strength=0.1",
        "page -> a/z",
        "letter -> a/w",
        "other -> b",
    )
    channels = [
        {"id": "page", "kind": "company_page"},
        {"id": "desk", "kind": "support_desk"},
        {"id": "portal", "kind": "portal"},
        {"id": "fair", "kind": "other"},
        {"id": "letter", "name": "Mette's letter", "kind": "newsletter", "relayed_by": "mette"},
        {"id": "post", "kind": "newsletter", "relayed_by": "anna"},
    ]
    contacts = [{"id": one, "customer": "a"} for one in "xyzw"] + [
        {"id": "gone", "customer": "a", "left_on": "2015-01-01"}
    ]
    result = _handover(*lines, channels=channels, contacts=contacts, employees=[*PEOPLE, {"id": "other"}])
    (row,) = result.rows
    assert row.contacts_only_leaver == ("x", "z")  # z reads the page, and knows nobody else of ours
    assert row.channels == ("desk", "portal")
    assert result.summary.channels_relayed == ("letter",)
    assert result.checklist is not None
    assert result.checklist[0].items[0].values["channel"].content == "Mette's letter"


def test_the_days_are_working_days_between_now_and_the_last_one() -> None:
    """2015-01-23 is a Friday; ten customers in five weeks."""
    lines = [f"mette -> c{n}/x{n} strength=0.9" for n in range(10)]
    rows = _handover(*lines).rows
    days = [date.fromisoformat(day) for row in rows for day in (row.by, row.own_contact_by)]
    assert all(day.weekday() < 5 and AS_OF <= day <= date(2015, 2, 27) for day in days)
    assert [row.by for row in rows] == sorted(row.by for row in rows)
    assert (rows[0].by, rows[-1].by, rows[-1].own_contact_by) == ("2015-01-26", "2015-02-16", "2015-02-27")
    assert max(row.by for row in rows) <= min(row.own_contact_by for row in rows)
    weekend = _handover(*lines, last_day="2015-01-25").rows
    assert {row.own_contact_by for row in weekend} == {"2015-01-23"}  # there is no working day left
    renewed = _handover("mette -> a/x strength=0.9", customers=[{"id": "a", "renewal_on": "2015-02-04"}]).rows
    assert (renewed[0].by, renewed[0].own_contact_by) == ("2015-02-03", "2015-02-03")
    over = _handover("mette -> a/x strength=0.9", customers=[{"id": "a", "renewal_on": "2014-02-04"}]).rows
    assert over[0].own_contact_by == LAST
    late = _handover(*lines, last_day="2019-01-01")
    assert max(row.own_contact_by for row in late.rows) == "2015-04-23"  # ninety days are enough
    assert late.summary.working_days == 1028
    short = _handover(*lines, last_day="2015-01-26")
    assert short.summary.working_days == 2
    assert any("Not enough time" in each.text for each in short.closing)


def test_the_last_day_is_the_one_given_or_the_one_on_record() -> None:
    going = book("going -> a/x strength=0.5", employees=PEOPLE)
    assert netaudit.handover(going, "going").summary.last_day == "2016-12-01"
    assert netaudit.handover(going, "going", last_day=AS_OF + timedelta(days=3)).summary.days == 3
    assert netaudit.handover(going, "going", last_day=AS_OF.isoformat()).rows[0].by == AS_OF.isoformat()


@pytest.mark.parametrize(
    ("leaver", "last_day", "message"),
    [
        ("mette", None, "no last day of 'mette' is on record"),
        ("mette", "2015-01-22", "the last day is before 2015-01-23"),
        ("mette", "soon", "'soon' is not a date"),
        ("mette", "", "no day is given"),
        ("gone", LAST, "'gone' has left already, on 2014-01-01"),
        ("page", LAST, "'page' is a channel"),
        ("nobody", LAST, "no employee is called 'nobody'"),
    ],
)
def test_what_cannot_be_handed_over_is_an_error(leaver: str, last_day: str | None, message: str) -> None:
    with pytest.raises(UsageError) as error:
        _handover("mette -> a/x", "page -> a/x", leaver=leaver, last_day=last_day)
    assert str(error.value.problems[0].message) == message


def test_nothing_to_hand_over_is_an_answer() -> None:
    result = _handover("anna -> a/x strength=0.5")
    assert result.rows == ()
    assert result.checklist == ()
    assert result.closing[0].text == "{who} has no live tie to a customer: nothing to hand over."


def test_without_revenue_nothing_is_said_of_money() -> None:
    result = _handover("mette -> a/x strength=0.5", customers=[{"id": "a"}])
    assert (result.summary.revenue, result.summary.revenue_at_risk) == (None, None)
    assert "{revenue}" not in result.closing[0].text


def test_a_clause_is_reckoned_in_and_said() -> None:
    people = [{"id": "mette", "clause_until": "2015-12-31"}]
    result = _handover("mette -> a/x strength=0.5", employees=people)
    assert result.rows[0].revenue_at_risk.base == 75  # 1000 · 0.5 · 0.30 · 0.5
    assert any("A clause binds the leaver until {end}" in each.text for each in result.closing)


def test_telco_as_her_manager_reads_it(capsys: pytest.CaptureFixture[str]) -> None:
    """Everybody who takes over is here, has room, and every customer of hers has somebody."""
    assert cli.run(["handover", "mette", TELCO, "--last-day", "2015-02-28", "-f", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    rows = answer["rows"]
    assert [row["customer"] for row in rows][:3] == ["anker", "fjord", "havn"]  # anker's contract ends on 30 April
    assert {row["successor"] for row in rows} == {"rasmus", "signe", "pia", "jonas"}
    assert not {"mette", "ole"} & {row["successor"] for row in rows}
    assert all("employee:ole" not in row["path"] and "contact:flemming" not in row["path"] for row in rows)
    assert (answer["summary"]["customers"], answer["summary"]["contacts_only_leaver"]) == (10, 10)
    assert answer["summary"]["channels_relayed"] == ["mettes-mail"]
    assert cli.run(["handover", "mette", TELCO, "-f", "csv"]) == 0
    table = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["customer"] for row in table] == [row["customer"] for row in rows]
    assert cli.run(["handover", "mette", TELCO, "-f", "markdown"]) == 0
    assert capsys.readouterr().out.count("\n- [ ] ") >= 3 * len(rows)


@pytest.mark.parametrize("form", ["table", "json", "markdown"])
@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["mette"], 0, ""),
        (["Mette Holm", "--where", "segment=b2b", "--destination", "elsewhere"], 0, ""),
        (["ole"], 2, "U002 'ole' has left already"),
        (["signe"], 2, "U001 no last day of 'signe' is on record"),
        (["mette", "--last-day", "29-02-2015"], 2, "is not an ISO date"),
    ],
)
def test_exit_codes(capsys: pytest.CaptureFixture[str], args: list[str], code: int, said: str, form: str) -> None:
    assert cli.run(["handover", args[0], TELCO, *args[1:], "-f", form]) == code
    out, err = capsys.readouterr()
    assert said in " ".join(err.replace("│", " ").split())
    assert bool(out) == (code == 0)
