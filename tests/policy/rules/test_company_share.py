"""NA201: the company's own channels hold too little."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings

import netaudit
from tests.books import Document, book, documents, loaded
from tests.policy.asking import found, said, worth

LINES = ("desk -> served strength=0.2", "mette -> alone strength=0.5", "portal -> alone via=mette")
WANTED = "if everybody left, channels of the company's own would hold {} of all {}; {} is wanted"


def test_less_than_the_target() -> None:
    customers = worth(served=500, alone=500, blank=None)
    b = book(*LINES, customers=customers, company="Teleby")  # the desk holds a fifth of half
    (row,) = found(b, "NA201", min_company_share=0.1001)
    assert (row.subject, row.name, row.severity, row.revenue) == ("company", "Teleby", "medium", 1000)
    assert row.message == WANTED.format("10 %", "revenue", "10 %")
    assert found(b, "NA201", min_company_share=0.0999) == []
    (row,) = found(book(*LINES, customers=worth(served=499, alone=501)), "NA201")
    assert (row.name, row.message) == ("The company", WANTED.format("10 %", "revenue", "10 %"))
    assert found(book(*LINES, customers=worth(served=501, alone=499)), "NA201") == []


def test_customers_in_question() -> None:
    b = book(*LINES, customers=worth(served=900, alone=100, blank=None))
    few = {"where": {"id": "alone"}}
    assert said(b, "NA201", **few) == {
        "company": WANTED.format("0 %", "revenue", "10 %").replace("all revenue", "the revenue that where chooses")
    }
    assert said(b, "NA201", min_company_share=0, **few) == {}  # no share is less than none
    assert said(b, "NA201", min_company_share=1, where={"id": "blank"}) == {}  # nothing known, nothing to hold


def test_without_any_channel_it_says_so() -> None:
    words = "the book has no channel of the company's own: nothing would hold if everybody left"
    (row,) = found(book("mette -> havn", customers=[{"id": "havn"}]), "NA201")
    assert (row.message, row.revenue) == (words, None)


@settings(max_examples=6)
@given(documents())
def test_the_share_is_that_of_ownership(document: Document) -> None:
    b = loaded(document)
    share = netaudit.ownership(b).summary.company_owned
    above, below = min(share + 1e-8, 1), max(share - 1e-8, 0)
    weight = sum(row.get("revenue", 0 if b.weighted_by == "revenue" else 1) for row in document["customers"])
    assert found(b, "NA201", min_company_share=below) == []
    assert len(found(b, "NA201", min_company_share=above)) == (weight > 0 and share < 1)
    if b.weighted_by == "revenue" and weight:
        assert found(b, "NA201", min_company_share=1)[0].revenue == pytest.approx(weight)


def test_many_small_holds_add_up() -> None:
    b = book("desk -> a strength=0.1", "portal -> a strength=0.2", customers=worth(a=1))
    held = 1 - 0.9 * 0.8
    assert math.isclose(netaudit.ownership(b).summary.company_owned, held, abs_tol=1e-9)
    assert found(b, "NA201", min_company_share=held + 1e-8)
    assert not found(b, "NA201", min_company_share=held - 1e-8)
