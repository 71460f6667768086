"""NA203: a channel that hangs on one colleague."""

from __future__ import annotations

from tests.books import book
from tests.policy.asking import found, said, worth

EMPLOYEES = [{"id": "mette", "name": "Mette Holm"}, {"id": "bo"}]
CHANNELS = [{"id": "news", "kind": "newsletter", "name": "Monthly mail"}, {"id": "desk", "kind": "support_desk"}]


def test_more_than_half_of_its_customers() -> None:
    lines = ("news -> a/ann via=mette", "news -> a via=mette", "news -> b via=mette", "news -> c", "news -> d")
    b = book(*lines, employees=EMPLOYEES, channels=CHANNELS, customers=worth(a=10, b=20, c=40, d=80))
    assert found(b, "NA203") == []  # two of four are half, and not more
    (row,) = found(b, "NA203", max_share=0.49)
    assert (row.subject, row.name) == ("channel:news; employee:mette", "Monthly mail")
    assert (row.severity, row.revenue) == ("high", 30)
    assert row.message == "reaches 2 of its 4 customers only because Mette Holm passes it on"
    # of the customers in question it reaches two, one of them via her
    assert found(b, "NA203", where={"id": ["a", "c"]}) == []
    assert said(b, "NA203", where={"revenue": "<= 40"}) == {
        "channel:news; employee:mette": "reaches 2 of its 3 customers only because Mette Holm passes it on"
    }
    assert found(b, "NA203", where={"revenue": "<= 20"}, max_share=1) == []


def test_customers_that_it_reaches_in_another_way_too() -> None:
    lines = (
        "desk -> direct via=bo",
        "desk -> direct/dan",
        "desk -> both/ben via=bo",
        "desk -> both via=mette",
        "desk -> only via=bo",
        "mette -> only strength=0.9",  # that she knows them, too, is not the channel's
    )
    b = book(*lines, employees=EMPLOYEES, channels=CHANNELS, customers=worth(direct=1, both=1, only=None))
    assert said(b, "NA203", max_share=0.33) == {
        "channel:desk; employee:bo": "reaches 1 of its 3 customers only because bo passes it on"
    }
    (row,) = found(b, "NA203", max_share=0.33)
    assert (row.name, row.revenue) == ("desk", 0)
    assert found(b, "NA203", max_share=0.34) == []


def test_two_colleagues_who_pass_on_one_channel_are_two_findings() -> None:
    b = book("news -> a via=mette", "news -> b via=bo", employees=EMPLOYEES, channels=CHANNELS)
    rows = found(b, "NA203", max_share=0.4)
    assert {row.subject for row in rows} == {"channel:news; employee:mette", "channel:news; employee:bo"}
    assert len({row.fingerprint for row in rows}) == 2


def test_a_share_at_the_limit_is_within_it() -> None:
    lines = [f"news -> c{n}{' via=mette' if n < 29 else ''}" for n in range(100)]
    b = book(*lines, employees=EMPLOYEES, channels=CHANNELS)
    assert found(b, "NA203", max_share=0.29) == []
    assert len(found(b, "NA203", max_share=0.289)) == 1


def test_without_relays_or_revenue() -> None:
    assert found(book("news -> a", "mette -> a"), "NA203", max_share=0) == []
    (row,) = found(book("news -> a via=mette", customers=[{"id": "a"}]), "NA203")
    assert row.revenue is None
