"""NA402: a departure soon, and nobody else has a tie that counts."""

from __future__ import annotations

from tests.books import book
from tests.policy.asking import day, found, said, subjects, worth

LEAVING = {"tomorrow": 1, "near": 60, "next": 30, "later": 61, "gone": 0}
EMPLOYEES = [
    {"id": "mette"},
    *({"id": name, "left_on": day(days)} for name, days in LEAVING.items()),
    {"id": "anna", "name": "Anna Berg", "left_on": day(20)},
]
LINES = (
    "tomorrow -> a strength=0.5",
    "near -> b strength=0.2",
    "later -> c strength=0.5",
    "gone -> d strength=0.5",
    "near -> e strength=0.5",
    "mette -> e strength=0.2",  # stays
    "near -> f strength=0.5",
    "mette -> f strength=0.19",  # stays, but hardly knows them
    "near -> g strength=0.5",
    "later -> g strength=0.5",  # will have stayed long enough to say so in time
    "near -> h strength=0.5",
    "anna -> h strength=0.5",
    "near -> i strength=0.5",
    "desk -> i strength=0.2",
    "near -> j strength=0.5",
    "desk -> j strength=0.19",
    "near -> k strength=0.19",
)
REST = "and nobody who stays has a tie that counts"


def test_all_colleagues_with_a_tie_that_counts_leave_within_sixty_days() -> None:
    b = book(*LINES, employees=EMPLOYEES)
    near = f"near leaves on {day(60)}, in 60 days, {REST}"
    expected = {
        "customer:a; employee:tomorrow": f"tomorrow leaves on {day(1)}, in 1 day, {REST}",
        "customer:b; employee:near": near,
        "customer:f; employee:near": near,
        "customer:h; employee:anna": f"2 colleagues, Anna Berg among them, leave by {day(60)}, in 60 days, {REST}",
        "customer:j; employee:near": near,
        "customer:k; employee:near": near,  # a leaver's tie that hardly counts is no reason to be calm
    }
    assert said(b, "NA402") == expected
    assert {(row.severity, row.revenue) for row in found(b, "NA402")} == {("high", 1000)}
    assert subjects(b, "NA402", lead_days=59) == {"a"}
    assert subjects(b, "NA402", lead_days=61) == {"a", "b", "c", "f", "g", "h", "j", "k"}
    assert subjects(b, "NA402", lead_days=0) == set()
    assert subjects(b, "NA402", where={"id": ["b", "e"]}) == {"b"}


def test_a_departure_on_record_is_enough() -> None:
    b = book(
        "mette -> havn strength=0.5",
        departures=[{"employee": "mette", "on": day(10), "destination": "competitor"}],
        customers=[{"id": "havn", "name": "Havnegade", "revenue": 4}, *worth(nord=1)],
    )
    (row,) = found(b, "NA402")
    assert (row.subject, row.name, row.revenue) == ("customer:havn; employee:mette", "Havnegade", 4)


def test_where_nobody_leaves_nothing_is_overdue() -> None:
    assert said(book("mette -> havn strength=0.5"), "NA402", lead_days=10000) == {}
