"""NA403: a customer that only people who have left knew."""

from __future__ import annotations

from tests.books import book
from tests.policy.asking import day, found, said, worth

EMPLOYEES = [
    {"id": "ole", "name": "Ole Dam", "left_on": day(-30)},
    {"id": "per", "left_on": day(-10)},
    {"id": "abe", "left_on": day(-10)},
    {"id": "today", "left_on": day(0)},
    {"id": "soon", "left_on": day(1)},
    {"id": "mette"},
]
OTHERS = ("several", "last", "still", "kept", "read", "passed", "faded", "moved", "dayless", "logged", "unmapped")


def test_only_people_who_have_left_knew_it() -> None:
    lines = (
        "ole -> one strength=0.5",
        "ole -> several strength=0.9",
        "per -> several strength=0.1",
        "today -> last strength=0.5",
        "ole -> last strength=0.5",
        "soon -> still strength=0.5",
        "ole -> kept strength=0.5",
        "mette -> kept strength=0.01",
        "ole -> read strength=0.5",
        "page -> read",
        "portal -> passed via=ole",
        "ole -> faded strength=0.5",
        "mette -> faded strength=0",
        "mette -> moved/lars",
        "per -> dayless strength=0.5",
        "abe -> dayless strength=0.5",
    )
    customers = [
        {"id": "owned", "owner": "ole"},
        {"id": "one", "revenue": 7, "name": "One & Co"},
        *worth(**dict.fromkeys(OTHERS, 1)),
    ]
    b = book(
        *lines,
        employees=EMPLOYEES,
        customers=customers,
        contacts=[{"id": "lars", "customer": "moved", "left_on": day(-1)}],
        interactions=[{"owner": "ole", "customer": "logged", "kind": "call", "on": day(-40)}],
    )
    oles = f"was Ole Dam's, who left on {day(-30)}; nobody has a live tie since"
    assert said(b, "NA403") == {
        **{f"customer:{name}": oles for name in ("one", "owned", "passed", "faded", "logged")},
        "customer:several": f"was per's, who left on {day(-10)}; nobody has a live tie since",
        "customer:dayless": f"was abe's, who left on {day(-10)}; nobody has a live tie since",
        "customer:last": f"was today's, who left on {day(0)}; nobody has a live tie since",
    }
    (row,) = found(b, "NA403", where={"id": ["one", "kept"]})
    assert (row.name, row.severity, row.revenue) == ("One & Co", "high", 7)
    found_by_others = set(said(b, "NA301"))
    assert found_by_others == {"customer:moved", "customer:unmapped"}  # of each customer one of the two speaks
