"""NA302: many ties without kind, date or count."""

from __future__ import annotations

from tests.books import book
from tests.policy.asking import found, said

WHOLE = "last_contact=2015-01-01 per_year=4"
SAID = "for {} relations between somebody here and a contact ({}) the kind, date or count is assumed"


def test_more_than_a_quarter_of_the_relations() -> None:
    lines = (
        f"mette -meeting-> havn/lars {WHOLE}",
        f"mette -call-> havn/lars {WHOLE}",  # the same relation
        f"bo -mail-> havn/lars {WHOLE}",
        "bo -> nord/ida strength=0.5",  # said outright: nothing to assume
        "mette -call-> nord",
        "mette -mail-> nord per_year=4",
        "page -> nord followers=3",  # a subscription has neither date nor count
    )
    assert found(book(*lines), "NA302") == []  # one of four is the limit
    b = book(*lines, f"bo -> syd/my {WHOLE}")
    (row,) = found(b, "NA302")
    assert (row.subject, row.name, row.severity, row.revenue) == ("table:ties", "The ties", "low", None)
    assert row.message == SAID.format("2 of 5", "40 %")
    assert found(b, "NA302", max_share=0.4) == []
    assert said(b, "NA302", max_share=0.99, where={"id": "syd"}) == {"table:ties": SAID.format("1 of 1", "100 %")}
    assert found(b, "NA302", max_share=0, where={"id": "havn"}) == []


def test_each_missing_cell_is_an_assumption() -> None:
    lines = (f"a -> x {WHOLE}", "a -meeting-> y per_year=4", "a -meeting-> z last_contact=2015-01-01")
    assert said(book(*lines), "NA302") == {"table:ties": SAID.format("3 of 3", "100 %")}


def test_a_share_at_the_limit_is_within_it() -> None:
    b = book(*(f"a -> c{n}{'' if n < 29 else ' strength=0.5'}" for n in range(100)))
    assert found(b, "NA302", max_share=0.29) == []
    assert len(found(b, "NA302", max_share=0.289)) == 1


def test_no_relation_is_no_assumption() -> None:
    assert found(book("page -> havn"), "NA302", max_share=0) == []
