"""NA301: a customer that nobody has a tie to."""

from __future__ import annotations

from tests.books import book
from tests.policy.asking import day, found, said, worth

LINES = (
    "mette -> known strength=0.01",
    "page -> reads followers=1",
    "mette -> faded last_contact=1999-01-01 per_year=1",
    "mette -> nothing strength=0",
    "mette -> moved/lars strength=0.5",
    "gone -> behind strength=0.5",
)
EMPLOYEES = [{"id": "mette", "name": "Mette Holm"}, {"id": "gone", "left_on": day(0)}]
CONTACTS = [{"id": "lars", "customer": "moved", "left_on": day(0)}, {"id": "ida", "customer": "log", "left_on": day(0)}]
NONE = "nobody has a live tie: no tie is on record"
FADED = "nobody has a live tie: the ties on record no longer count"


def test_nobody_has_a_live_tie() -> None:
    customers = [
        {"id": "faded", "owner": "mette"},
        {"id": "owned", "owner": "mette"},  # an owner without a tie has an assumed one
        {"id": "unknown", "revenue": 5, "name": "Unknown Ltd"},
        *worth(known=1, reads=1, nothing=1, moved=1, behind=1, log=1, heard=1),
    ]
    log = [
        {"owner": "mette", "contact": "ida", "kind": "call", "on": day(-1)},
        {"owner": "mette", "customer": "heard", "kind": "call", "on": day(-1)},
    ]
    b = book(*LINES, employees=EMPLOYEES, customers=customers, contacts=CONTACTS, interactions=log)
    expected = {
        "customer:unknown": NONE,
        "customer:faded": f"{FADED}; Mette Holm is its owner",
        "customer:nothing": FADED,
        "customer:moved": FADED,
        "customer:log": FADED,
    }
    assert said(b, "NA301") == expected  # what "gone" left behind is NA403's
    row = next(row for row in found(b, "NA301") if row.subject == "customer:unknown")
    assert (row.name, row.severity, row.revenue) == ("Unknown Ltd", "medium", 5)
    assert said(b, "NA301", where={"id": "unknown"}) == {"customer:unknown": NONE}
