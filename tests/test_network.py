"""The graph against the columns and against networkx's own answers."""

from __future__ import annotations

import narwhals as nw
import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import netaudit
from netaudit import model
from netaudit.network import COMPANY, cut_off, graph_of, tolerance
from tests.books import CUSTOMERS, EMPLOYEES, Document, book, documents, loaded
from tests.oracle import Oracle


def flow(graph: nx.DiGraph[str], customer: str) -> float:
    """Maximum flow from the company to one customer."""
    return float(nx.maximum_flow_value(graph, COMPANY, f"customer:{customer}", capacity="intensity"))


@given(documents(), st.sets(st.sampled_from(EMPLOYEES), max_size=2))
def test_maximum_flow_without_the_leavers_is_what_stays(document: Document, leavers: set[str]) -> None:
    graph = loaded(document).graph()
    oracle = Oracle(document)
    graph.remove_nodes_from([f"employee:{name}" for name in leavers])
    for customer in CUSTOMERS:
        stay = sum(
            units
            for (kind, name), units in oracle.holders(customer).items()
            if kind == "channel" or name not in leavers
        )
        assert flow(graph, customer) == pytest.approx(stay / 1e9, abs=1e-7)


@given(documents(), st.sets(st.sampled_from(EMPLOYEES), min_size=1, max_size=3))
def test_cut_off_customers_are_those_that_lose_their_last_tie(document: Document, leavers: set[str]) -> None:
    b = loaded(document)
    oracle = Oracle(document)
    without = cut_off(b.graph(), leavers)
    for customer in CUSTOMERS:
        kept = [h for h in oracle.live_ties(customer) if h[0] == "channel" or h[1] not in leavers]
        assert (f"customer:{customer}" in without) == (not kept)


@given(documents())
def test_tolerance_counts_colleagues_as_the_oracle_does(document: Document) -> None:
    b = loaded(document)
    graph, oracle, limits = b.graph(), Oracle(document), model.Limits.of(b.assumptions)
    for customer in CUSTOMERS:
        assert tolerance(graph, customer, limits) == oracle.tolerance(customer)


@given(documents())
def test_the_part_around_some_customers_is_a_part_of_the_whole(document: Document) -> None:
    b = loaded(document)
    ties = model.live_ties(b, model.recorded(b, b.assumptions)).all()
    whole = b.graph()
    for customer in CUSTOMERS:
        part = graph_of(b, ties.filter(nw.col("customer") == customer))
        if f"customer:{customer}" in part:
            assert flow(part, customer) == pytest.approx(flow(whole, customer), abs=1e-9)
        for end in part.predecessors(f"customer:{customer}") if f"customer:{customer}" in part else ():
            assert part.nodes[end] == whole.nodes[end]


def test_nodes_and_edges_of_a_small_book() -> None:
    graph = book(
        "mette -meeting-> havn/lars last_contact=2015-01-10 per_year=12",
        "page -> havn followers=3",
        "news -> havn/lars via=mette",
        "news -> nord",
        "portal -call-> nord via=bo",
        employees=[
            {"id": "mette", "name": "Mette Holm"},
            {"id": "bo", "left_on": "2015-02-28"},
            {"id": "gone", "left_on": "2014-01-01"},
        ],
        customers=[{"id": "havn", "name": "Havnegade", "revenue": 12.5, "renewal_on": "2015-09-01"}, {"id": "nord"}],
    ).graph()
    assert set(graph) == {
        "company",
        "employee:mette",
        "employee:bo",
        "employee:gone",
        "channel:page",
        "channel:news",
        "channel:news  via  mette",
        "channel:portal",
        "channel:portal  via  bo",
        "contact:lars",
        "customer:havn",
        "customer:nord",
    }
    assert graph.nodes["customer:havn"] == {
        "kind": "customer",
        "id": "havn",
        "name": "Havnegade",
        "revenue": 12.5,
        "count": 1,
        "renewal_on": "2015-09-01",
    }
    assert graph.nodes["channel:news  via  mette"] == {
        "kind": "channel",
        "id": "news",
        "channel_kind": "newsletter",
        "via": "mette",
    }
    assert set(graph.successors("company")) == {"employee:mette", "employee:bo", "channel:page", "channel:news"}
    assert set(graph.edges) >= {
        ("employee:mette", "contact:lars"),
        ("employee:mette", "channel:news  via  mette"),
        ("channel:news  via  mette", "contact:lars"),
        ("channel:news", "customer:nord"),
        ("employee:bo", "channel:portal  via  bo"),
        ("channel:portal  via  bo", "customer:nord"),
        ("contact:lars", "customer:havn"),
        ("channel:page", "customer:havn"),
    }
    tie = graph.edges["employee:mette", "contact:lars"]
    assert tie["intensity"] == 3.0
    assert tie["hold"] == pytest.approx(0.950212932)
    assert (tie["kinds"], tie["last_contact"], tie["assumed"], tie["subscription"]) == (
        "meeting",
        "2015-01-10",
        False,
        False,
    )
    assert (
        graph.edges["channel:news  via  mette", "contact:lars"]["intensity"] == 0.0
    )  # no room beside three meetings' worth
    assert graph.edges["channel:page", "customer:havn"]["intensity"] == 0.3
    assert not graph.edges["contact:lars", "customer:havn"]


def test_a_leaver_takes_what_only_this_person_passes_on() -> None:
    b = book("news -> havn/lars via=mette", "mette -mail-> havn/lars last_contact=2013-01-01", "bo -> nord")
    assert netaudit.risk(b, ["mette"]).rows[0].verdict == "severed"
    direct = book("news -> havn/lars via=mette", "news -> havn/lars", "mette -mail-> havn/lars last_contact=2013-01-01")
    assert netaudit.risk(direct, ["mette"]).rows[0].verdict == "exposed"


def test_two_subscriptions_share_the_room_that_other_ties_leave() -> None:
    lines = (
        "mette -> havn/lars strength=0.92",  # leaves 0.474 of room at lars
        *(f"news -> havn/lars{n} via=mette" for n in ("", "2", "3", "4")),
        *(f"page -> havn/lars{n} via=mette" for n in ("", "2", "3", "4")),
    )
    b = book(*lines)
    assert flow(b.graph(), "havn") == pytest.approx(2.525728644 + 0.5 + 0.4, abs=1e-9)


def test_ids_with_slashes_and_spaces_stay_apart() -> None:
    b = book(
        "desk -call-> havn via=DK/anna",
        "portal -call-> havn",
        "bo -> havn",
        employees=[{"id": "DK/anna"}, {"id": "bo"}],
        channels=[{"id": "desk", "kind": "support_desk"}, {"id": "portal", "kind": "portal"}],
    )
    assert netaudit.risk(b, ["bo"]).rows[0].tolerance is None
    assert netaudit.risk(b, ["DK/anna"]).rows[0].ties_lost == 1
