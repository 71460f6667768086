"""NA306: customers without a revenue."""

from __future__ import annotations

from tests.books import book
from tests.policy.asking import found, said, worth


def test_more_than_are_allowed() -> None:
    b = book("mette -> a", customers=worth(a=1, b=None, c=None, d=0))
    (row,) = found(b, "NA306")
    assert (row.subject, row.name, row.severity, row.revenue) == ("table:customers", "The customers", "info", None)
    assert row.message == "2 customers have no revenue, and count for no money"
    assert len(found(b, "NA306", max_customers=1)) == 1
    assert found(b, "NA306", max_customers=2) == []
    one = "1 customer has no revenue, and counts for no money"
    assert said(b, "NA306", where={"id": ["a", "b"]}) == {"table:customers": one}
    assert found(b, "NA306", where={"id": ["a", "d"]}) == []  # none is not unknown


def test_a_book_without_any_revenue_is_judged_by_count() -> None:
    assert found(book("mette -> a", customers=worth(a=None)), "NA306") == []
