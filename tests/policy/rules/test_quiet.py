"""NA404: a customer that has heard nothing for long."""

from __future__ import annotations

from tests.books import book
from tests.policy.asking import day, found, said, subjects, worth


def test_more_than_180_days_since_the_last_contact() -> None:
    lines = (
        f"mette -> lately last_contact={day(-180)} per_year=4",
        f"mette -> long last_contact={day(-181)} per_year=4",
        f"mette -> newer last_contact={day(-400)} per_year=4",
        f"bo -> newer/ida last_contact={day(-1)} per_year=4",
        f"mette -> asked last_contact={day(-400)} per_year=4",
        f"desk -call-> asked last_contact={day(-2)} per_year=4",
        f"mette -> reads last_contact={day(-400)} per_year=4",
        f"page -> reads/ole last_contact={day(-3)}",
        "mette -> dateless per_year=4",
        f"mette -> half/lars last_contact={day(-200)} per_year=4",
        "mette -> half per_year=4",
        f"mette -> left last_contact={day(-300)} per_year=4",
        f"gone -> left last_contact={day(-4)} per_year=4",
        f"mette -> logged last_contact={day(-300)} per_year=4",
    )
    names = [line.split()[2].partition("/")[0] for line in lines]
    b = book(
        *lines,
        employees=[{"id": "mette"}, {"id": "bo"}, {"id": "gone", "left_on": day(-1)}],
        customers=worth(**dict.fromkeys([*names, "unmapped"], 1000)),
        interactions=[{"owner": "bo", "customer": "logged", "kind": "call", "on": day(-5)}],
    )
    since = {"long": 181, "reads": 400, "half": 200, "left": 300}
    expected = {
        f"customer:{name}": f"the last contact was on {day(-days)}, {days} days ago" for name, days in since.items()
    }
    assert said(b, "NA404", key_share=1) == expected
    assert subjects(b, "NA404", key_share=1, max_days=181) == {"reads", "half", "left"}
    assert subjects(b, "NA404", key_share=1, max_days=179) == {*since, "lately"}
    assert said(b, "NA404", max_days=0, where={"id": "newer"}) == {
        "customer:newer": f"the last contact was on {day(-1)}, 1 day ago"
    }


def test_small_customers_are_left_alone_unless_somebody_chose() -> None:
    lines = [f"mette -> {name} last_contact={day(-300)}" for name in ("big", "tiny")]
    b = book(*lines, customers=worth(big=80, tiny=20))
    (row,) = found(b, "NA404")
    assert (row.subject, row.severity, row.revenue) == ("customer:big", "medium", 80)
    assert subjects(b, "NA404", key_share=0.81) == {"big", "tiny"}
    assert subjects(b, "NA404", where={"id": "tiny"}) == {"tiny"}
