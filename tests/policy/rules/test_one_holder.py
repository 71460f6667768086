"""NA103: one colleague with the only ties to much of the revenue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.books import book
from tests.policy.asking import found, said, subjects, worth

if TYPE_CHECKING:
    from netaudit.book import Book

LINES = (
    "mette -> first strength=0.5",
    "mette -> second strength=0.2",
    "bo -> second strength=0.19",
    "mette -> blank strength=0.5",
    "mette -> shared strength=0.5",
    "bo -> shared strength=0.2",
    "mette -> served strength=0.5",
    "desk -> served strength=0.2",
    "mette -> faint strength=0.19",
)


def holding(first: int) -> Book:
    """Mette alone holds the first, the second (40) and one without revenue; in all 1000 are known."""
    revenues = {"first": first, "second": 40, "blank": None, "shared": 500, "served": 100, "faint": 360 - first}
    employees = [{"id": "mette", "name": "Mette Holm"}, {"id": "bo"}]
    return book(*LINES, customers=worth(**revenues), employees=employees)


def test_more_than_a_tenth() -> None:
    assert found(holding(60), "NA103") == []  # 100 of 1000 is the limit, and not above it
    (row,) = found(holding(61), "NA103")
    assert (row.subject, row.name, row.severity, row.revenue) == ("employee:mette", "Mette Holm", "high", 101)
    assert row.message == "has the only tie that counts at 3 customers, with 10 % of all revenue"


def test_the_limit_and_the_customers_can_be_chosen() -> None:
    b = holding(60)
    assert subjects(b, "NA103", max_share=0.099) == {"mette"}
    assert subjects(b, "NA103", max_share=0) == {"mette"}
    few = {"where": {"id": "first"}}
    assert said(b, "NA103", max_share=0.99, **few) == {
        "employee:mette": "has the only tie that counts at 1 customer, with 100 % of the revenue that where chooses"
    }
    assert said(b, "NA103", max_share=1, **few) == {}
    assert said(b, "NA103", max_share=0, where={"id": "blank"}) == {}  # nothing known is no share


def test_what_is_unknown_is_no_share() -> None:
    b = book("mette -> a strength=0.5", "desk -> b strength=0.5", customers=worth(a=None, b=1))
    assert found(b, "NA103", max_share=0) == []


def test_without_revenue_customers_are_counted() -> None:
    b = book("mette -> a strength=0.5", "bo -> b strength=0.5", customers=[{"id": "a", "count": 3}, {"id": "b"}])
    rows = {row.subject: (row.message, row.revenue) for row in found(b, "NA103", max_share=0.25)}
    assert rows == {"employee:mette": ("has the only tie that counts at 1 customer, with 75 % of all customers", None)}
