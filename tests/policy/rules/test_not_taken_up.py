"""NA405: a successor who has had no contact since the handover."""

from __future__ import annotations

from tests.books import book
from tests.policy.asking import day, found, said, subjects

EMPLOYEES = [
    {"id": "ole", "name": "Ole Dam", "left_on": day(-30)},
    {"id": "per", "left_on": day(-15)},
    {"id": "eva", "left_on": day(-14)},
    {"id": "old", "left_on": day(-366)},
    {"id": "soon", "left_on": day(5)},
    {"id": "mette", "name": "Mette Holm"},
    {"id": "bo"},
]


def _ties(person: str, *customers: str) -> list[str]:
    return [f"{person} -> {customer} strength=0.5" for customer in customers]


def test_the_new_owner_has_not_been_in_touch_since_the_last_day() -> None:
    lines = (
        *_ties("ole", "never", "before", "thatday", "after", "called", "liked", "other", "reads", "nobodys", "his"),
        *_ties("per", "due"),
        *_ties("eva", "notdue"),
        *_ties("soon", "here"),
        *_ties("old", "long"),
        *_ties("ole", "both", "undated"),
        *_ties("eva", "both"),
        "mette -meeting-> undated per_year=12",
        f"mette -meeting-> before last_contact={day(-31)}",
        f"mette -meeting-> thatday last_contact={day(-30)}",
        f"mette -mail-> after last_contact={day(-29)}",
        f"mette -social-> liked last_contact={day(-2)}",
        f"bo -meeting-> other last_contact={day(-2)}",
        f"page -> reads via=mette last_contact={day(-2)}",
        "mette -meeting-> never strength=0.9",
    )
    owned = (
        "never",
        "before",
        "thatday",
        "after",
        "called",
        "liked",
        "other",
        "reads",
        "due",
        "notdue",
        "here",
        "new",
        "long",
        "both",
        "undated",
    )
    b = book(
        *lines,
        employees=EMPLOYEES,
        customers=[
            *({"id": name, "revenue": 7, "owner": "mette"} for name in owned),
            {"id": "nobodys", "revenue": 1},
            {"id": "his", "revenue": 1, "owner": "ole"},
        ],
        interactions=[{"owner": "mette", "customer": "called", "kind": "call", "on": day(-1)}],
    )
    ole = f"Mette Holm has no meeting, call or mail on record since Ole Dam left on {day(-30)}, 30 days ago"
    assert said(b, "NA405") == {
        **{
            f"customer:{name}; employee:mette": ole
            for name in ("never", "before", "thatday", "liked", "other", "reads", "both")
        },
        "customer:due; employee:mette": "Mette Holm has no meeting, call or mail on record since per left on "
        f"{day(-15)}, 15 days ago",
    }
    assert {row.severity for row in found(b, "NA405")} == {"medium"}
    assert "notdue" in str(subjects(b, "NA405", grace_days=13))
    assert subjects(b, "NA405", grace_days=31) == set()
