"""NA104: two colleagues with the only ties to much of the revenue."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings

from tests.books import CUSTOMERS, EMPLOYEES, Document, book, documents, loaded
from tests.oracle import Oracle
from tests.policy.asking import found, said, worth

LINES = (
    "anna -> both strength=0.5",
    "bo -> both strength=0.2",
    "carl -> both strength=0.19",
    "anna -> annas strength=0.5",
    "bo -> bos strength=0.5",
    "carl -> carls strength=0.5",
    "anna -> three strength=0.5",
    "bo -> three strength=0.5",
    "carl -> three strength=0.5",
    "anna -> served strength=0.5",
    "bo -> served strength=0.5",
    "desk -> served strength=0.2",
    "bo -> little strength=0.5",
    "carl -> little strength=0.5",
)
REVENUES = {"both": 50, "annas": 100, "bos": 50, "carls": 90, "three": 400, "served": 300, "little": 10}


def test_what_each_holds_alone_and_both_hold_together() -> None:
    b = book(*LINES, customers=worth(**REVENUES), employees=[{"id": "anna", "name": "Anna"}, *map(one, ["bo", "carl"])])
    # anna and bo: 100 + 50 + 50 of 1000; bo and carl: 50 + 90 + 10; anna and carl hold 190 but share no customer
    assert found(b, "NA104") == []
    (row,) = found(b, "NA104", max_share=0.199)
    assert (row.subject, row.name, row.revenue) == ("employee:anna; employee:bo", "Anna and bo", 200)
    assert row.severity == "medium"
    assert row.message == (
        "if both left, nobody would have a tie that counts to 20 % of all revenue; "
        "they share 1 customer that nobody else knows"
    )


def one(employee: str) -> Document:
    return {"id": employee}


def test_customers_in_question() -> None:
    lines = ("anna -> x strength=0.5", "bo -> x strength=0.5", "anna -> y strength=0.5", "bo -> y strength=0.5")
    b = book(*lines, "carl -> z strength=0.5", customers=worth(x=None, y=10, z=990))
    words = "if both left, nobody would have a tie that counts to 1.0 % of all revenue; they share 2 customers that"
    assert said(b, "NA104", max_share=0) == {"employee:anna; employee:bo": f"{words} nobody else knows"}
    chosen = words.replace("1.0 % of all revenue", "100 % of the revenue that where chooses").replace("2 cus", "1 cus")
    chosen = chosen.replace("customers that", "customer")
    assert said(b, "NA104", where={"id": "y"}) == {"employee:anna; employee:bo": f"{chosen} that nobody else knows"}
    assert said(b, "NA104", where={"id": "y"}, max_share=1) == {}
    assert said(b, "NA104", where={"id": "z"}, max_share=0) == {}  # nobody shares it
    assert said(b, "NA104", where={"id": "x"}, max_share=0) == {}  # nothing known is no share


def test_what_is_unknown_is_no_share() -> None:
    b = book("anna -> x", "bo -> x", "desk -> y", customers=worth(x=None, y=1))
    assert found(b, "NA104", max_share=0) == []


def test_every_pair_above_the_limit_is_named() -> None:
    lines = [f"{who} -> {customer} strength=0.5" for customer in ("x", "y") for who in (f"{customer}1", f"{customer}2")]
    for order in (lines, lines[::-1]):
        assert set(said(book(*order), "NA104")) == {"employee:x1; employee:x2", "employee:y1; employee:y2"}
    assert said(book(*lines), "NA104", max_share=0.5) == {}


def test_who_is_above_the_limit_alone_makes_no_pair() -> None:
    lines = ("anna -> x strength=0.5", "anna -> y strength=0.5", "bo -> y strength=0.5", "bo -> z strength=0.5")
    b = book(*lines, customers=worth(x=50, y=1, z=49))
    assert list(said(b, "NA104", max_share=0.5)) == ["employee:anna; employee:bo"]
    assert said(b, "NA104", max_share=0.49) == {}  # that is NA103's
    assert said(b, "NA104", max_share=1) == {}


@settings(max_examples=8)
@given(documents())
def test_all_pairs_by_brute_force(document: Document) -> None:
    b, oracle = loaded(document), Oracle(document)
    worth_of = {row["id"]: row.get("revenue", 0 if b.weighted_by == "revenue" else 1) for row in document["customers"]}
    holders: dict[str, set[str]] = {}
    for customer in CUSTOMERS:
        counting = oracle.counting(customer)
        if counting and all(kind == "employee" for kind, _ in counting):
            holders[customer] = {name for _, name in counting}
    joint = {
        pair: sum(worth_of[customer] for customer, who in holders.items() if who <= set(pair))
        for pair in combinations(EMPLOYEES, 2)
        if any(who == set(pair) for who in holders.values())
    }
    alone = {one: sum(worth_of[customer] for customer, who in holders.items() if who == {one}) for one in EMPLOYEES}
    whole = sum(worth_of.values())
    for limit in (0.0, 0.1, 0.3):
        expected = {
            "; ".join(f"employee:{one}" for one in pair): units
            for pair, units in joint.items()
            if whole and units / whole > limit and all(alone[one] / whole <= limit for one in pair)
        }
        rows = found(b, "NA104", max_share=limit)
        assert {row.subject for row in rows} == set(expected)
        if b.weighted_by == "revenue":
            assert {row.subject: row.revenue for row in rows} == expected
