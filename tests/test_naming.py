"""Who is meant by a leaver, a team, a departure."""

from __future__ import annotations

from typing import Any

import pytest

import netaudit
from netaudit.errors import UsageError
from tests.books import book

PEOPLE: list[dict[str, Any]] = [
    {"id": "mette", "name": "Mette Holm", "team": "enterprise", "left_on": "2015-02-28"},
    {"id": "bo", "name": "Bo Dahl", "team": "enterprise"},
    {"id": "bo2", "name": "Bo Dahl"},
    {"id": "ole", "name": "Ole Friis", "team": "old", "left_on": "2014-10-31"},
    {"id": "Bo Dahl", "name": "Somebody Else"},
]
LINES = ("mette -> havn", "bo -> havn", "bo2 -> nord", "ole -> nord", "page -> havn")


def leavers(*named: str, **options: Any) -> tuple[str, ...] | None:
    """Who leaves."""
    return netaudit.risk(book(*LINES, employees=PEOPLE), named, **options).leavers


def test_ids_nodes_names_teams_and_departures() -> None:
    assert leavers("mette", "employee:bo", "  Mette   Holm ") == ("bo", "mette")
    assert leavers("Bo Dahl") == ("Bo Dahl",)  # an id goes before a name
    assert leavers(team="enterprise") == ("bo", "mette")
    assert leavers(departures=True) == ("mette",)
    assert leavers("bo2", departures=True) == ("bo2", "mette")
    assert netaudit.risk(book(*LINES, employees=PEOPLE), "bo").leavers == ("bo",)  # one name alone


@pytest.mark.parametrize(
    ("named", "options", "said"),
    [
        (["meta"], {}, "no employee is called 'meta' \\(did you mean 'mette'"),
        (["Mette Holmm"], {}, "did you mean 'Mette Holm'"),
        (["zzz"], {}, "no employee is called 'zzz'$"),
        (["ole"], {}, "'ole' has left already, on 2014-10-31 \\(an earlier --as-of"),
        (["page"], {}, "'page' is a channel \\(channels belong to the company"),
        (["channel:page"], {}, "is a channel"),
        (["havn"], {}, "no employee is called 'havn'"),
        ([], {"team": "enterprice"}, "did you mean 'enterprise'"),
        (
            [],
            {"team": "old"},
            "nobody in the team 'old' is here \\(did you mean 'old'|nobody in the team 'old' is here",
        ),
        ([], {"team": "qqqq"}, "teams are enterprise, old"),
        ([], {"destination": "mars"}, "no destination is called 'mars' \\(one of competitor"),
        ([], {"sensitivity": True}, "--sensitivity needs somebody who leaves"),
        ([], {"where": ["revenue=> segment"]}, "neither a number nor a date"),
        ([], {"where": ["revenue=> 2015-01-01"]}, "compares things of different kinds"),
        ([], {"where": ["segment=> 5"]}, "compares things of different kinds"),
    ],
)
def test_who_cannot_leave(named: list[str], options: dict[str, Any], said: str) -> None:
    customers = [{"id": "havn", "revenue": 5, "segment": "b2b"}, {"id": "nord"}]
    with pytest.raises(UsageError, match=said):
        netaudit.risk(book(*LINES, employees=PEOPLE, customers=customers), named, **options)


def test_a_name_that_several_bear_is_refused_with_their_ids() -> None:
    people = [{"id": "b1", "name": "Bo Dahl"}, {"id": "b2", "name": "Bo Dahl"}]
    with pytest.raises(UsageError, match="is the name of 2 employees \\(ids are b1, b2"):
        netaudit.risk(book("b1 -> havn", "b2 -> havn", employees=people), ["Bo Dahl"])


def test_a_team_in_a_book_without_teams() -> None:
    with pytest.raises(UsageError, match="no employee has a team"):
        netaudit.risk(book("bo -> havn"), team="red")


@pytest.mark.parametrize(
    ("where", "customers"),
    [
        (["segment=b2b"], {"a", "b"}),
        (["segment=[b2b, public]"], {"a", "b", "c"}),
        (["segment=!= b2b"], {"c", "d"}),
        (["segment=blank"], {"d"}),
        (["segment=present", "revenue=>= 100.5"], {"b", "c"}),
        (["revenue=100.50"], {"b"}),
        (["revenue=< 100.5"], {"a"}),
        (["revenue=blank"], {"d"}),
        (["renewal_on=<= 2015-06-01"], {"a"}),
        (["renewal_on=2015-12-01"], {"b"}),
        (["count=> 1"], {"d"}),
        (["owner=bo"], {"c"}),
    ],
)
def test_where_chooses_customers(where: list[str], customers: set[str]) -> None:
    rows = [
        {"id": "a", "segment": "b2b", "revenue": 10, "renewal_on": "2015-06-01"},
        {"id": "b", "segment": "b2b", "revenue": 100.5, "renewal_on": "2015-12-01"},
        {"id": "c", "segment": "public", "revenue": 1000, "owner": "bo"},
        {"id": "d", "count": 7},
    ]
    b = book(*(f"mette -> {name}" for name in "abcd"), customers=rows, employees=[{"id": "mette"}, {"id": "bo"}])
    result = netaudit.risk(b, ["mette"], where=where)
    assert {row.customer for row in result.rows} == customers
    assert result.summary.customers == len(customers)
    assert result.where == tuple(where)
    assert netaudit.risk(b, where=where).summary.customers == len(customers)
