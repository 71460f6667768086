"""NA101: a customer that hangs on one colleague."""

from __future__ import annotations

from hypothesis import given, settings

from tests.books import CUSTOMERS, Document, book, documents, loaded
from tests.oracle import Oracle
from tests.policy.asking import found, said, subjects, worth

LINES = (
    "mette -> alone strength=0.5",
    "mette -> two strength=0.5",
    "bo -> two strength=0.2",  # just counts
    "mette -> faded strength=0.5",
    "bo -> faded strength=0.19",
    "mette -> nobody strength=0.19",
    "bo -> nobody strength=0.19",
    "mette -> served strength=0.5",
    "desk -> served strength=0.2",
    "mette -> hardly strength=0.5",
    "desk -> hardly strength=0.19",
    "mette -> reads strength=0.5",
    "page -> reads followers=9",
    "mette -> relayed strength=0.5",
    "portal -> relayed strength=0.5 via=bo",
    "mette -> own strength=0.5",
    "portal -> own strength=0.5 via=mette",
    "mette -> left strength=0.5",
    "gone -> left strength=0.5",
)
EMPLOYEES = [{"id": "mette", "name": "Mette Holm"}, {"id": "bo"}, {"id": "gone", "left_on": "2015-01-23"}]
ONLY = "only Mette Holm has a tie that counts"
NOBODY = "no colleagues have a tie that counts"


def test_one_colleague_or_none_whose_tie_counts_and_no_channel() -> None:
    customers = worth(**dict.fromkeys([*(line.split()[2] for line in LINES), "unmapped"], 1000))
    b = book(*LINES, employees=EMPLOYEES, customers=customers)
    single = dict.fromkeys(("alone", "faded", "hardly", "reads", "own", "left"), ONLY)
    bare = dict.fromkeys(("nobody", "unmapped"), NOBODY)
    expected = {f"customer:{name}": words for name, words in (single | bare).items()}
    assert said(b, "NA101", key_share=1) == expected
    assert subjects(b, "NA101", key_share=1, min_colleagues=1) == set(bare)
    wanting = said(b, "NA101", key_share=1, min_colleagues=3)
    two = "2 colleagues have a tie that counts, 3 are wanted"
    assert wanting == expected | {"customer:two": two, "customer:relayed": two}


def test_small_customers_are_left_alone_unless_somebody_chose() -> None:
    b = book(
        "mette -> large strength=0.5",
        "mette -> small strength=0.5",
        "mette -> tiny strength=0.5",
        customers=[
            {"id": "large", "name": "Large & Co", "revenue": 800.5},
            *worth(small=150, tiny=30),
        ],
    )
    (row,) = found(b, "NA101")  # the first 80 % are the largest customer's
    assert (row.subject, row.name, row.revenue, row.severity) == ("customer:large", "Large & Co", 800.5, "high")
    assert subjects(b, "NA101", key_share=0.82) == {"large", "small"}
    assert subjects(b, "NA101", key_share=0) == set()
    assert subjects(b, "NA101", where={"revenue": "<= 150"}) == {"small", "tiny"}  # all of those that were chosen


@settings(max_examples=8)
@given(documents())
def test_the_oracle_finds_the_same_customers(document: Document) -> None:
    oracle = Oracle(document)
    tolerances = {customer: oracle.tolerance(customer) for customer in CUSTOMERS}
    expected = {customer for customer, tolerance in tolerances.items() if tolerance is not None and tolerance < 2}
    b = loaded(document)
    single, behind = subjects(b, "NA101", key_share=1), subjects(b, "NA403")
    assert single | behind == expected
    assert not single & behind
    assert not any(oracle.live_ties(customer) for customer in behind)
