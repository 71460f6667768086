"""How every customer stands: the columns against the graph, against plain loops, and by hand."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING, Any

import narwhals as nw
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from netaudit.loading.values import day_number, day_of
from netaudit.model import Limits
from netaudit.network import tolerance
from netaudit.standing import SUBJECT, key_customers, standing_of
from tests.books import AS_OF, CUSTOMERS, Document, book, documents, loaded
from tests.oracle import CAP, Oracle

if TYPE_CHECKING:
    from netaudit.book import Book

ENGINE = book("mette -> havn")
"""A book only for its engine, and for the limits by default."""

LIMIT = Limits.of(ENGINE.assumptions).tie
ASKED = ("company", "people", "ties", "colleagues", "channels", "first", "last", "ends", "last_contact")


def standings(b: Book) -> dict[str, dict[str, Any]]:
    """Every customer with what is said of it."""
    rows = b.engine.rows(standing_of(b).customers.select("customer", *ASKED))
    found = {customer: dict(zip(ASKED, cells, strict=True)) for customer, *cells in rows}
    assert len(found) == len(rows)
    return found


class Dated(Oracle):
    """The oracle, with the day of the newest contact that each live tie of somebody has on record."""

    def _prefer_direct(self) -> None:
        self.before = dict(self.ties)
        super()._prefer_direct()

    def last_contacts(self, document: Document) -> dict[str, date | None]:
        """By customer; None where no live tie has a date. Subscriptions have none."""
        newest: dict[str, date | None] = dict.fromkeys(self.customers)
        log = [row | {"last_contact": row["on"]} for row in document["interactions"]]
        past = [row for row in log if date.fromisoformat(row["on"]) <= AS_OF]
        for row in document["ties"] + past:
            ends = self._ends(row)
            if ends is None or "last_contact" not in row or self._fixed(ends[0]) is not None:
                continue
            day = date.fromisoformat(row["last_contact"])
            if (*ends, row.get("kind", "meeting")) in self.before:
                newest[ends[3]] = max(day, newest[ends[3]] or day)
        return newest

    def ends(self, customer: str) -> int | None:
        """Contacts to whom somebody has a tie that counts; None with one to the customer itself, or with no tie."""
        held: dict[tuple[str, str, str], int] = {}
        for (channel, person, contact, at, _), units in self.ties.items():
            if at == customer and self._fixed(channel) is None:
                key = (person, "" if person else channel, contact)
                held[key] = held.get(key, 0) + units
        contacts = {contact for (_, _, contact), units in held.items() if min(units, CAP) >= LIMIT}
        return None if "" in contacts or not held else len(contacts)


@given(documents())
def test_columns_are_what_graph_and_plain_loops_say(document: Document) -> None:
    b, oracle = loaded(document), Dated(document)
    found, graph, limits = standings(b), b.graph(), Limits.of(b.assumptions)
    newest = oracle.last_contacts(document)
    assert set(found) == set(CUSTOMERS)
    for customer, row in found.items():
        counting, held = oracle.counting(customer), oracle.holders(customer)
        colleagues = sorted(name for kind, name in counting if kind == "employee")
        assert (None if row["channels"] else row["colleagues"]) == tolerance(graph, customer, limits)
        day = row["last_contact"]
        assert row | {"last_contact": None if day is None else day_of(day)} == {
            "company": sum(units for (kind, _), units in held.items() if kind == "channel"),
            "people": sum(units for (kind, _), units in held.items() if kind == "employee"),
            "ties": sum(oracle.live_ties(customer).values()),
            "colleagues": len(colleagues),
            "channels": len(counting) - len(colleagues),
            "first": colleagues[0] if colleagues else None,
            "last": colleagues[-1] if colleagues else None,
            "ends": oracle.ends(customer),
            "last_contact": newest[customer],
        }


LINES = (
    "mette -meeting-> havn/lars strength=0.2",  # just counts
    "bo -call-> havn/ida strength=0.19",
    "bo -mail-> havn/ida strength=0.1",  # both together do
    "carl -> havn/ole strength=0.19 last_contact=2015-01-20",
    "page -> havn followers=2",
    "desk -call-> nord strength=0.5",
    "mette -> nord strength=0.5",
)


def test_a_small_book_by_hand() -> None:
    b = book(*LINES, customers=[{"id": name, "revenue": 12.5} for name in ("havn", "nord", "syd")])
    found = standings(b)
    havn, nord, syd = found["havn"], found["nord"], found["syd"]
    assert (havn["colleagues"], havn["channels"], havn["first"], havn["last"]) == (2, 0, "bo", "mette")
    assert (havn["ends"], havn["ties"], havn["company"]) == (2, 5, 200_000_000)
    assert havn["last_contact"] == day_number(date(2015, 1, 20))
    assert (nord["colleagues"], nord["channels"], nord["ends"], nord["last_contact"]) == (1, 1, None, None)
    assert set(syd.values()) == {0, None}
    assert (syd["ties"], syd["colleagues"], syd["channels"], syd["company"], syd["people"]) == (0, 0, 0, 0, 0)


def test_a_row_says_what_the_customer_is() -> None:
    customers = [
        {"id": "havn", "name": "Havnegade", "segment": "b2b", "revenue": 12.5, "renewal_on": "2015-02-01"},
        {"id": "many", "owner": "mette", "count": 40},
    ]
    b = book("mette -> havn", customers=customers)
    rows = {row[0]: row[1:] for row in b.engine.rows(standing_of(b).customers.select(*SUBJECT))}
    *havn, origin, weight = rows["havn"]
    assert havn == ["Havnegade", "b2b", 1250, 1, day_number(date(2015, 2, 1)), None]
    assert isinstance(origin, int)
    assert weight == 1250
    assert rows["many"][3:6] == (40, None, "mette")
    assert rows["many"][-1] is None  # a weight that is not known


def test_pairs_say_who_has_a_tie_that_counts() -> None:
    standing = standing_of(b := book(*LINES))
    frame = standing.pairs.select("person", "company", "customer", "counts")
    assert {row[:3]: row[3] for row in b.engine.rows(frame)} == {
        ("mette", "", "havn"): True,
        ("bo", "", "havn"): True,
        ("carl", "", "havn"): False,
        ("", "page", "havn"): False,
        ("", "desk", "nord"): True,
        ("mette", "", "nord"): True,
    }
    assert {row[0] for row in b.engine.rows(standing.reached.select("channel"))} == {"page", "desk"}
    assert len(b.engine.rows(standing.bundles.select("person"))) == 5


Customer = tuple[str, int | None, int]


def key(customers: list[Customer], share: float) -> set[str]:
    columns = {"customer": "VARCHAR", "weight": "BIGINT", "count": "BIGINT"}
    cells = dict(zip(columns, map(list, zip(*customers, strict=True)), strict=True))
    frame = ENGINE.engine.frame(ENGINE.engine.table(columns, cells))
    found = [row[0] for row in ENGINE.engine.rows(key_customers(frame, share).select("customer"))]
    assert len(found) == len(set(found))
    return set(found)


def abc(customers: list[Customer], share: Fraction) -> set[str]:
    """The A of an ABC analysis: largest first, until what is above brings the share already."""
    chosen = {name for name, weight, _ in customers if weight is None}
    for many in (False, True):
        known = [(weight, name) for name, weight, count in customers if weight is not None and (count > 1) == many]
        whole, above = sum(weight for weight, _ in known), 0
        for weight, equals in groupby(sorted(known, reverse=True), key=lambda pair: pair[0]):
            names = [name for _, name in equals]
            if above < whole * share or not whole:  # where nobody brings anything, nobody is small
                chosen.update(names)
            above += weight * len(names)
    return chosen


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.none() | st.integers(0, 12), st.sampled_from([1, 1, 2, 500])), min_size=1, max_size=12),
    st.sampled_from(["0", "0.25", "0.5", "0.8", "1"]),
)
@example([(4, 1), (2, 1), (2, 1), (2, 1)], "0.8")
@example([(None, 1), (0, 1)], "1")
def test_key_customers_are_those_of_an_abc_analysis(rows: list[tuple[int | None, int]], share: str) -> None:
    customers = [(f"c{n}", weight, count) for n, (weight, count) in enumerate(rows)]
    assert key(customers, float(share)) == abc(customers, Fraction(share))


@pytest.mark.parametrize(
    ("share", "chosen"),
    [
        (0, {"unknown"}),
        (0.01, {"unknown", "a", "many"}),
        (0.5, {"unknown", "a", "many"}),  # the largest brings half of it
        (0.51, {"unknown", "a", "b", "b2", "many"}),  # of two equals none is left out
        (0.9, {"unknown", "a", "b", "b2", "many"}),
        (0.91, {"unknown", "a", "b", "b2", "c", "many", "more"}),
        (1, {"unknown", "a", "b", "b2", "c", "many", "more"}),  # who brings nothing is never key
    ],
)
def test_key_customers_by_hand(share: float, chosen: set[str]) -> None:
    customers: list[Customer] = [
        ("a", 50, 1),
        ("b", 20, 1),
        ("b2", 20, 1),
        ("c", 10, 1),
        ("zero", 0, 1),
        ("unknown", None, 1),
        ("many", 9000, 300),  # who are judged among themselves
        ("more", 1000, 2),
    ]
    assert key(customers, share) == chosen


def test_key_customers_of_a_book_keep_their_columns() -> None:
    b = book("mette -> a", "mette -> b", customers=[{"id": "a", "revenue": 9}, {"id": "b", "revenue": 1}])
    frame = key_customers(standing_of(b).customers, 0.8)
    assert b.engine.rows(frame.select("customer", "colleagues", "weight")) == [("a", 1, 900)]
    assert set(frame.collect_schema().names()) == {*SUBJECT, *ASKED, "sure_colleagues", "sure_channels"}
    assert not b.engine.rows(frame.filter(nw.col("customer") == "b").select("customer"))


def test_what_is_assumed_is_told_apart() -> None:
    full = "kind=meeting last_contact=2015-01-10 per_year=4"
    b = book(
        f"anna -> a {full}",
        "bo -> a",
        "anna -> b",
        "desk -> b",
        f"desk -> c {full} ".replace("kind=meeting", "kind=call"),
        "anna -> c strength=0.5",
        f"anna -> d/one {full}",
        "anna -> d/two",
        f"anna -mail-> e {full} ".replace("kind=meeting", ""),
        f"anna -> f/uno {full}",
        "anna -mail-> f/uno",  # beside what is recorded: one more tie never makes that less
    )
    columns = ("customer", "colleagues", "sure_colleagues", "channels", "sure_channels")
    rows = b.engine.rows(standing_of(b).customers.select(*columns))
    assert {customer: tuple(counts) for customer, *counts in rows} == {
        "a": (2, 1, 0, 0),
        "b": (1, 0, 1, 0),
        "c": (1, 1, 1, 1),
        "d": (1, 1, 0, 0),
        "e": (1, 1, 0, 0),
        "f": (1, 1, 0, 0),
    }
