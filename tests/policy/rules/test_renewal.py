"""NA401: a renewal soon, with one colleague at most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.books import book
from tests.policy.asking import day, found, said, subjects

if TYPE_CHECKING:
    from netaudit.book import Book

DAYS = {"past": -1, "today": 0, "tomorrow": 1, "last": 90, "later": 91, "never": None}


def renewing() -> Book:
    """Customers that one colleague knows and that renew on several days, and others that renew in 30 days."""
    lines = [f"mette -> {name} strength=0.5" for name in (*DAYS, "faint", "two", "served", "reads")]
    lines += ["bo -> faint strength=0.19", "bo -> two strength=0.2", "desk -> served strength=0.2", "page -> reads"]
    lines += ["mette -> nobody strength=0.19"]
    days = DAYS | dict.fromkeys(("faint", "two", "served", "reads", "nobody", "unmapped"), 30)
    return book(
        *lines,
        employees=[{"id": "mette", "name": "Mette Holm"}, {"id": "bo"}],
        customers=[
            {"id": name, "revenue": 1000} | ({} if days is None else {"renewal_on": day(days)})
            for name, days in days.items()
        ],
    )


def test_within_ninety_days() -> None:
    b = renewing()
    only = "only Mette Holm has a tie that counts"
    none = f"renews on {day(30)}, in 30 days; no colleagues have a tie that counts"
    expected = {
        "customer:today": f"renews on {day(0)}, today; {only}",
        "customer:tomorrow": f"renews on {day(1)}, in 1 day; {only}",
        "customer:last": f"renews on {day(90)}, in 90 days; {only}",
        **{f"customer:{name}": f"renews on {day(30)}, in 30 days; {only}" for name in ("faint", "reads")},
        **{f"customer:{name}": none for name in ("nobody", "unmapped")},
    }
    assert said(b, "NA401") == expected
    assert {(row.severity, row.revenue) for row in found(b, "NA401")} == {("high", 1000)}
    two = f"renews on {day(30)}, in 30 days; 2 colleagues have a tie that counts, 3 are wanted"
    assert said(b, "NA401", min_colleagues=3) == expected | {"customer:two": two}
    assert subjects(b, "NA401", min_colleagues=1) == {"nobody", "unmapped"}
    assert subjects(b, "NA401", within_days=30) == subjects(b, "NA401") - {"last"}
    assert subjects(b, "NA401", within_days=0) == {"today"}
    assert subjects(b, "NA401", within_days=91) == subjects(b, "NA401") | {"later"}
    assert subjects(b, "NA401", where={"id": ["faint", "two"]}) == {"faint"}
