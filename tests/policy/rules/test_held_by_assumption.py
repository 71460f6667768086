"""NA307: a customer that is held only if what is assumed is true."""

from __future__ import annotations

from tests.books import book
from tests.policy.asking import found, said, subjects, worth

FULL = "last_contact=2015-01-10 per_year=4"
LINES = (
    f"anna -meeting-> sure {FULL}",
    f"bo -meeting-> sure {FULL}",
    f"anna -meeting-> half {FULL}",
    "bo -meeting-> half last_contact=2015-01-10",
    "anna -> none",
    "bo -> none",
    "desk -> phone",
    f"anna -meeting-> phone {FULL}",
    f"desk -meeting-> served {FULL}",
    "anna -> served",
    "anna -> single",
    "anna -meeting-> faint last_contact=2009-01-10 per_year=1",
)
WITHOUT = "a tie that counts; without what is assumed"


def test_enough_hold_it_only_by_convention() -> None:
    b = book(*LINES)
    assert said(b, "NA307") == {
        "customer:half": f"2 colleagues have {WITHOUT} only 1 colleague would",
        "customer:none": f"2 colleagues have {WITHOUT} nobody would",
        "customer:phone": f"1 colleague and a company channel have {WITHOUT} only 1 colleague would",
    }
    assert {(row.severity, row.revenue) for row in found(b, "NA307")} == {("medium", 1000)}


def test_a_channel_alone() -> None:
    assert said(book("desk -> a"), "NA307") == {"customer:a": f"a company channel has {WITHOUT} nobody would"}


def test_the_owner_in_a_column_is_no_second_colleague() -> None:
    """What a customer's owner adds is assumed as a whole, and said so."""
    customers = [{"id": "a", "revenue": 1000, "owner": "bo"}]
    b = book(f"anna -meeting-> a {FULL}", customers=customers, employees=[{"id": "anna"}, {"id": "bo"}])
    assert subjects(b, "NA101") == set()
    assert subjects(b, "NA307") == {"a"}


def test_its_parameters() -> None:
    b = book(*LINES)
    assert subjects(b, "NA307", min_colleagues=1) == {"none", "single"}
    assert subjects(b, "NA307", min_colleagues=3) == {"phone"}
    small = book(*LINES, customers=worth(sure=997, half=2, none=1, phone=0, served=0, single=0, faint=0))
    assert subjects(small, "NA307") == set()
    assert subjects(small, "NA307", key_share=1) == {"half", "none", "phone"}
    assert subjects(small, "NA307", where={"id": ["half", "sure"]}) == {"half"}
