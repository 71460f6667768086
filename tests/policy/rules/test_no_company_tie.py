"""NA202: a customer without any tie to the company itself."""

from __future__ import annotations

from tests.books import book
from tests.policy.asking import found, said, subjects, worth

LINES = (
    "mette -> bare strength=0.5",
    "mette -> pair strength=0.5",
    "bo -> pair strength=0.5",
    "mette -> faint strength=0.1",
    "mette -> reads strength=0.5",
    "page -> reads followers=1",
    "mette -> asks strength=0.5",
    "desk -> asks strength=0.001",
    "mette -> passed strength=0.5",
    "news -> passed via=mette",
    "page -> only followers=2",
)


def test_people_hold_it_and_no_channel_reaches_it() -> None:
    names = [line.split()[2] for line in LINES]
    b = book(*LINES, customers=worth(**dict.fromkeys([*names, "unmapped"], 1)))
    one = "no channel reaches it directly; 1 colleague has a tie that counts"
    assert said(b, "NA202", key_share=1) == {
        "customer:bare": one,
        "customer:passed": one,
        "customer:pair": "no channel reaches it directly; 2 colleagues have a tie that counts",
        "customer:faint": "no channel reaches it directly; no colleagues have a tie that counts",
    }


def test_where_there_is_no_channel_nothing_could_be_offered() -> None:
    assert said(book("mette -> bare"), "NA202", key_share=1) == {}
    idle = book("mette -> bare", channels=[{"id": "page", "kind": "company_page"}])
    assert subjects(idle, "NA202", key_share=1) == {"bare"}


def test_small_customers_are_left_alone_unless_somebody_chose() -> None:
    b = book("mette -> big", "mette -> tiny", "page -> third", customers=worth(big=80, tiny=10, third=10))
    (row,) = found(b, "NA202")
    assert (row.subject, row.severity, row.revenue) == ("customer:big", "low", 80)
    assert subjects(b, "NA202", key_share=0.81) == {"big", "tiny"}
    assert subjects(b, "NA202", where={"id": "tiny"}) == {"tiny"}
