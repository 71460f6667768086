"""The graph against the columns and against networkx's own answers."""

from __future__ import annotations

import random
from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING

import narwhals as nw
import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import netaudit
from netaudit import model
from netaudit.assumptions import Assumptions
from netaudit.bundles import pairs_of
from netaudit.network import COMPANY, cut_off, graph_of, single_points, tolerance, tolerance_either_side
from netaudit.recorded import live_ties, recorded
from tests.books import CUSTOMERS, EMPLOYEES, Document, book, documents, loaded
from tests.oracle import Oracle
from tests.test_cli import ROOT

if TYPE_CHECKING:
    from netaudit.book import Book


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
    ties = live_ties(b, recorded(b, b.assumptions)).all()
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


def random_graph(rng: random.Random) -> nx.DiGraph[str]:
    """One customer with a few people, channels and contacts, and ties of which about half count."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_node(COMPANY, kind=COMPANY)
    graph.add_node("customer:c", kind="customer")
    people = [f"employee:{index}" for index in range(rng.randint(0, 5))]
    channels = [f"channel:{index}" for index in range(rng.choice((0, 0, 0, 1, 2)))]
    contacts = [f"contact:{index}" for index in range(rng.randint(0, 5))]
    for kind, nodes in (("employee", people), ("channel", channels), ("contact", contacts)):
        graph.add_nodes_from(nodes, kind=kind)
    graph.add_edges_from((COMPANY, owner) for owner in (*people, *channels))
    graph.add_edges_from((contact, "customer:c") for contact in contacts)
    for owner in (*people, *channels):
        for end in (*contacts, "customer:c"):
            if rng.random() < (0.4 if end != "customer:c" else 0.15):
                graph.add_edge(owner, end, intensity=rng.choice((0.1, 0.2, 0.3, 1.0)), subscription=rng.random() < 0.1)
    return graph


def qualifying(graph: nx.DiGraph[str], limit: float) -> nx.Graph[str]:
    """Company to customer over ties that count; a channel, which nobody can take away, is the company itself."""
    cut: nx.Graph[str] = nx.Graph()
    cut.add_nodes_from([COMPANY, "customer:c"])
    for owner, end, tie in graph.edges(data=True):
        if "intensity" in tie and not tie["subscription"] and tie["intensity"] >= limit:
            cut.add_edge(COMPANY if owner.startswith("channel:") else owner, end)
            if owner.startswith("employee:"):
                cut.add_edge(COMPANY, owner)
            if end.startswith("contact:"):
                cut.add_edge(end, "customer:c")
    return cut


def by_removal(cut: nx.Graph[str]) -> tuple[int | None, list[str]]:
    """The fewest people without whom company and customer are apart, and who alone does it; by trying all."""
    people = sorted(node for node in cut if node.startswith(("employee:", "contact:")))
    for size in range(len(people) + 1):
        apart = [
            gone
            for gone in combinations(people, size)
            if not nx.has_path(nx.restricted_view(cut, gone, []), COMPANY, "customer:c")
        ]
        if apart:
            return size, [gone[0] for gone in apart] if size == 1 else []
    return None, []


def test_tolerance_from_either_side_is_the_minimum_vertex_cut_of_1500_graphs() -> None:
    rng = random.Random(20150123)
    limits = model.Limits.of(Assumptions.default())
    seen = Counter[int | None]()
    for _ in range(1500):
        graph = random_graph(rng)
        found = tolerance_either_side(graph, "c", limits)
        cut = qualifying(graph, limits.tie / model.UNIT)
        fewest, points = by_removal(cut)
        assert found == fewest
        assert single_points(graph, "c", limits) == points
        if cut.has_edge(COMPANY, "customer:c"):
            assert found is None
        else:
            assert found == len(nx.minimum_node_cut(cut, COMPANY, "customer:c"))
        seen[found] += 1
    assert min(seen[size] for size in (None, 0, 1, 2, 3)) > 30


@given(documents())
def test_tolerance_from_either_side_is_a_vertex_cut_of_books(document: Document) -> None:
    entry = loaded(document)
    graph = entry.graph()
    limits = model.Limits.of(entry.assumptions)
    for customer in CUSTOMERS:
        either, ours = tolerance_either_side(graph, customer, limits), tolerance(graph, customer, limits)
        if ours is not None:
            assert either is not None
            assert either <= ours
            assert (either == 0) == (ours == 0)
        assert bool(single_points(graph, customer, limits)) == (either == 1)


def graph_and_columns_agree(book: Book) -> None:
    """For each customer: what holds it is the maximum flow, and tolerance by columns is that by the graph."""
    limits = model.Limits.of(book.assumptions)
    live = live_ties(book, recorded(book, book.assumptions))
    frame = pairs_of(book, book.assumptions, live).select("person", "company", "customer", "units", "strongest")
    held: dict[str, list[tuple[str, str, int, int]]] = {}
    for person, company, customer, units, strongest in book.engine.rows(frame):
        held.setdefault(customer, []).append((person, company, units, strongest))
    graph = book.graph()
    for (customer,) in book.engine.rows(book.tables.customers.select("id")):
        node = f"customer:{customer}"
        near = graph.subgraph({*nx.ancestors(graph, node), node, "company"})
        flow = nx.maximum_flow_value(near, "company", node, capacity="intensity") if held.get(customer) else 0
        mine = held.get(customer, [])
        assert flow == pytest.approx(sum(units for _, _, units, _ in mine) / 1e9, abs=1e-6)
        counts = [(person, company) for person, company, _, strongest in mine if strongest >= limits.tie]
        expected = None if any(not person for person, _ in counts) else len(counts)
        assert tolerance(graph, customer, limits) == expected


@pytest.mark.parametrize("example", ["telco", "telco-csv"])
def test_graph_and_columns_agree_on_the_examples(example: str) -> None:
    graph_and_columns_agree(netaudit.load(ROOT / "examples" / example))
