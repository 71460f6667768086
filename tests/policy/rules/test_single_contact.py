"""NA102: a customer that is known through one contact."""

from __future__ import annotations

from tests.books import book
from tests.policy.asking import found, said, subjects, worth

LINES = (
    "mette -> one/lars strength=0.5",
    "bo -> one/lars strength=0.2",
    "mette -> two/ida strength=0.5",
    "bo -> two/ole strength=0.2",
    "mette -> faded/per strength=0.5",
    "bo -> faded/per strength=0.5",
    "bo -> faded/eva strength=0.19",
    "carl -> faded/eva strength=0.19",  # two faint ties are none that counts
    "mette -> straight strength=0.5",  # nobody knows whom
    "bo -> straight/kim strength=0.5",
    "mette -> hinted strength=0.19",  # no tie that counts, so no contact that is unknown
    "mette -> hinted/sif strength=0.5",
    "bo -> hinted/sif strength=0.5",
    "mette -> single/jo strength=0.5",
    "bo -> single/jo strength=0.19",
    "mette -> served/my strength=0.5",
    "bo -> served/my strength=0.5",
    "desk -> served/my strength=0.2",
)


def test_several_colleagues_and_too_few_contacts() -> None:
    b = book(*LINES)
    one = "2 colleagues have a tie that counts, all of them to one contact"
    expected = {f"customer:{name}": one for name in ("one", "faded", "hinted")}
    assert said(b, "NA102", key_share=1) == expected  # "single" is NA101's
    assert said(b, "NA102", key_share=1, min_contacts=1) == {}
    two = "2 colleagues have a tie that counts, all of them to 2 contacts"
    assert said(b, "NA102", key_share=1, min_contacts=3) == expected | {"customer:two": two}


def test_small_customers_are_left_alone_unless_somebody_chose() -> None:
    lines = [f"{who} -> {at}/{at}s strength=0.5" for who in ("a", "b", "c") for at in ("big", "tiny")]
    b = book(*lines, customers=worth(big=80, tiny=20))
    (row,) = found(b, "NA102")
    assert (row.subject, row.severity, row.revenue) == ("customer:big", "medium", 80)
    assert row.message == "3 colleagues have a tie that counts, all of them to one contact"
    assert subjects(b, "NA102", key_share=0.81) == {"big", "tiny"}
    assert subjects(b, "NA102", where={"id": "tiny"}) == {"tiny"}
