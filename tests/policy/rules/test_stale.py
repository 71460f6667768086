"""NA303: a table whose newest contact is old."""

from __future__ import annotations

from typing import Any

from tests.books import book
from tests.policy.asking import day, found, said


def newest(ties: int, log: int, **options: Any) -> dict[str | None, str]:
    """What is said where the newest contacts of the two tables are so many days old."""
    rows = [
        {"owner": "mette", "customer": "havn", "kind": "call", "on": day(-days)} for days in (log, log + 1, log + 400)
    ]
    lines = [f"mette -> havn last_contact={day(-days)} per_year=4" for days in (ties + 500, ties, ties + 1)]
    return said(book(*lines, "mette -> nord", interactions=rows), "NA303", **options)


def test_more_than_ninety_days() -> None:
    ties = f"the newest contact is of {day(-91)}, 91 days ago"
    log = f"the newest contact is of {day(-100)}, 100 days ago"
    assert newest(90, 90) == {}
    assert newest(91, 90) == {"table:ties": ties}
    assert newest(90, 100) == {"table:interactions": log}
    assert newest(91, 100) == {"table:ties": ties, "table:interactions": log}
    assert newest(91, 100, max_age_days=99) == {"table:interactions": log}
    assert newest(1, 0, max_age_days=0) == {"table:ties": f"the newest contact is of {day(-1)}, 1 day ago"}


def test_how_it_reads() -> None:
    (row,) = found(book(f"mette -> havn last_contact={day(-300)}"), "NA303")
    assert (row.name, row.severity, row.revenue) == ("The ties", "medium", None)


def test_what_has_no_date_and_what_lies_ahead_is_not_old() -> None:
    assert said(book("mette -> havn"), "NA303", max_age_days=0) == {}
    assert said(book(f"mette -> havn last_contact={day(3)}"), "NA303", max_age_days=0) == {}


def test_one_day_ahead_does_not_make_a_table_new() -> None:
    lines = (f"mette -> havn last_contact={day(-400)}", f"mette -> nord last_contact={day(3)}")
    assert list(said(book(*lines), "NA303")) == ["table:ties"]
