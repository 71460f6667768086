"""NA304: a customer in the name of somebody who has left."""

from __future__ import annotations

from tests.books import book
from tests.policy.asking import day, found, said


def test_the_owner_has_left_and_others_are_in_touch() -> None:
    lines = ("mette -> past", "mette -> today", "mette -> soon", "mette -> hers", "page -> reads", "ole -> alone")
    owners = {"past": "ole", "today": "per", "soon": "ida", "hers": "mette", "reads": "ole", "alone": "ole"}
    b = book(
        *lines,
        employees=[
            {"id": "mette"},
            {"id": "ole", "name": "Ole Dam", "left_on": day(-30)},
            {"id": "per", "left_on": day(0)},
            {"id": "ida", "left_on": day(1)},
        ],
        customers=[{"id": name, "owner": owner, "revenue": 3, "name": name} for name, owner in owners.items()],
    )
    oles = f"its owner, Ole Dam, left on {day(-30)}"
    assert said(b, "NA304") == {
        "customer:past": oles,
        "customer:reads": oles,
        "customer:today": f"its owner, per, left on {day(0)}",
    }  # and "alone" is NA403's
    (row,) = found(b, "NA304", where={"id": "past"})
    assert (row.name, row.severity, row.revenue) == ("past", "low", 3)
