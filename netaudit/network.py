"""Book → networkx.DiGraph: who reaches whom, who is cut off when people go, and how many could hold a customer.

Nodes are `company`, `employee:ID`, `channel:ID`, `contact:ID` and `customer:ID`, with `kind`, `id`, `name` and the
columns of their table. Edges run company → owner → contact → customer; a tie to the customer itself runs owner →
customer. What a person passes on runs company → employee → channel → contact, through a channel node of its own
(`channel:ID  via  PERSON`) unless that person is its `relayed_by`. Owner → contact carries `intensity` (after all caps,
so that the maximum flow from company to a customer is the customer's intensity), `hold`, `kinds`, `last_contact`,
`assumed` and `subscription`; the other edges are without limit.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import networkx as nx

from netaudit.loading.values import day_number, day_of
from netaudit.model import UNIT, Limits, hold_of, units_of_subscription
from netaudit.recorded import Tie, live_ties, recorded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netaudit.book import Book
    from netaudit.engine import Frame

COMPANY = "company"
VIA = "  via  "
"""Between channel and person in a node's name; no id holds two spaces in a row."""

DAYS = frozenset({"left_on", "clause_until", "renewal_on", "on"})


@dataclass(slots=True)
class _Edge:
    """What will be one edge from an owner to a contact or customer."""

    units: int = 0
    kinds: set[str] = field(default_factory=set)
    last: int | None = None
    assumed: bool = False
    subscription: bool = False

    def take(self, tie: Tie, units: int) -> None:
        self.units += units
        self.kinds.add(tie.kind or tie.subscription)
        self.last = max((day for day in (self.last, tie.last_contact) if day is not None), default=None)
        self.assumed = self.assumed or tie.assumed
        self.subscription = bool(tie.subscription)


def graph_of(book: Book, part: Frame | None = None) -> nx.DiGraph[str]:
    """The graph of the whole book, or of the customers in `part`, a frame of live ties as the model gives them.

    With `part`, only its customers, their contacts and those who have a live tie to them are nodes.
    """
    live = live_ties(book, recorded(book, book.assumptions)).all() if part is None else part
    ties = [Tie(*row) for row in book.engine.rows(live.select(*Tie._fields))]
    customers = None if part is None else {tie.customer for tie in ties}
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_node(COMPANY, kind=COMPANY, id=COMPANY, name=book.company or COMPANY)
    _add_nodes(graph, book, ties, customers)
    relayed_by = {row["id"]: row["relayed_by"] or "" for row in _rows(book, book.tables.channels)}
    by_holder: dict[tuple[str, str, str], list[Tie]] = defaultdict(list)
    for tie in sorted(ties):
        by_holder[tie.person, "" if tie.person else tie.channel, tie.customer].append(tie)
    for (person, _, customer), mine in by_holder.items():
        for (channel, contact), edge in _edges(mine, Limits.of(book.assumptions), book).items():
            node = _channel_node(channel, person, relayed_by) if channel else None
            _add_tie(graph, person, node, contact, customer, edge)
    return graph


def _add_nodes(graph: nx.DiGraph[str], book: Book, ties: list[Tie], only: set[str] | None) -> None:
    """Nodes with their table's columns, the company's way to everyone who is still here, contacts' way to customers."""
    tables = book.tables
    for row in _rows(book, tables.customers):
        if only is None or row["id"] in only:
            _add_node(graph, "customer", {**row, "revenue": _money(book, row["revenue"])})
    people = None if only is None else {tie.person for tie in ties}
    today = day_number(book.as_of)
    for row in _rows(book, tables.employees):
        if people is None or row["id"] in people:
            _add_node(graph, "employee", row)
            if row["left_on"] is None or row["left_on"] > today:
                graph.add_edge(COMPANY, f"employee:{row['id']}")
    channels = None if only is None else {tie.channel for tie in ties}
    for row in _rows(book, tables.channels):
        if channels is None or row["id"] in channels:
            _add_node(graph, "channel", row)
    for row in _rows(book, tables.contacts):
        if only is None or row["customer"] in only:
            _add_node(graph, "contact", row)
            graph.add_edge(f"contact:{row['id']}", f"customer:{row['customer']}")


def _rows(book: Book, frame: Frame) -> Iterable[dict[str, Any]]:
    columns = [name for name in frame.collect_schema().names() if name != "origin"]
    frame = frame.select(*columns)
    return (dict(zip(columns, row, strict=True)) for row in book.engine.rows(frame))


def _money(book: Book, units: int | None) -> float | int | None:
    return None if units is None else book.money(units)


def _add_node(graph: nx.DiGraph[str], kind: str, row: dict[str, Any]) -> None:
    columns = {
        name: day_of(value).isoformat() if name in DAYS else value for name, value in row.items() if value is not None
    }
    if kind == "channel":
        columns["channel_kind"] = columns.pop("kind")
    graph.add_node(f"{kind}:{row['id']}", **columns, kind=kind)


def _channel_node(channel: str, person: str, relayed_by: dict[str, str]) -> str:
    """The node of a channel; what runs via anybody but its `relayed_by` has a node of its own."""
    return f"channel:{channel}" if person == relayed_by.get(channel, "") else f"channel:{channel}{VIA}{person}"


def _edges(ties: list[Tie], limits: Limits, book: Book) -> dict[tuple[str, str], _Edge]:
    """One holder's ties to one customer as edges by channel ("" for none) and contact, capped."""
    edges: dict[tuple[str, str], _Edge] = defaultdict(_Edge)
    room: dict[str, int] = defaultdict(lambda: limits.contact)
    for tie in ties:
        if not tie.subscription:
            units = min(tie.units, room[tie.contact])
            room[tie.contact] -= units
            edges[tie.channel, tie.contact].take(tie, units)
    subscribed = [tie for tie in ties if tie.subscription]
    if subscribed:
        by_way = {(tie.channel, tie.contact): tie for tie in sorted(subscribed, key=lambda tie: tie.units)}
        for way, units in _subscription_shares(subscribed, room, limits, book).items():
            edges[way].take(by_way[way], units)
    return edges


def _subscription_shares(
    ties: list[Tie], room: dict[str, int], limits: Limits, book: Book
) -> dict[tuple[str, str], int]:
    """How much of each live subscription counts: the maximum flow from the channels through the room at each contact.

    Nameless followers are a part of the channel's way to the customer itself, contact "".
    """
    flow: nx.DiGraph[Any] = nx.DiGraph()
    for tie in ties:
        flow.add_edge("from", ("channel", tie.channel), capacity=limits.subscription)
        if tie.units:
            flow.add_edge(("channel", tie.channel), ("contact", tie.contact), capacity=tie.units)
            flow.add_edge(("contact", tie.contact), "to", capacity=room[tie.contact])
    for channel in {tie.channel for tie in ties}:
        mine = [tie for tie in ties if tie.channel == channel]
        each = units_of_subscription(mine[0].subscription, book.assumptions)
        nameless = max(tie.wanted for tie in mine) - sum(min(tie.units, each) for tie in mine)
        if nameless > 0:
            flow.add_edge(("channel", channel), ("nameless", channel), capacity=nameless)
            flow.add_edge(("nameless", channel), "to", capacity=nameless)
    _, taken = nx.maximum_flow(flow, "from", "to")
    shares: dict[tuple[str, str], int] = defaultdict(int)
    for channel in {tie.channel for tie in ties}:
        for (what, contact), units in taken[("channel", channel)].items():
            shares[channel, contact if what == "contact" else ""] += units
    return shares


def _add_tie(
    graph: nx.DiGraph[str], person: str, channel: str | None, contact: str, customer: str, edge: _Edge
) -> None:
    target = f"contact:{contact}" if contact else f"customer:{customer}"
    owner = f"employee:{person}"
    if channel is not None:
        way = owner if person else COMPANY
        owner = channel
        if owner not in graph:
            plain = channel.rpartition(VIA)[0]
            graph.add_node(channel, **graph.nodes[plain])
        graph.add_edge(way, channel)
        if person:
            graph.nodes[channel]["via"] = person
    attributes: dict[str, Any] = {
        "intensity": edge.units / UNIT,
        "hold": round(hold_of(edge.units), 9),
        "kinds": ";".join(sorted(edge.kinds)),
        "assumed": edge.assumed,
        "subscription": edge.subscription,
    }
    if edge.last is not None:
        attributes["last_contact"] = day_of(edge.last).isoformat()
    graph.add_edge(owner, target, **attributes)


def cut_off(graph: nx.DiGraph[str], leavers: Iterable[str]) -> set[str]:
    """The customer nodes that the company no longer reaches once these employees (ids) are gone."""
    left = graph.copy()
    left.remove_nodes_from([f"employee:{leaver}" for leaver in leavers])
    reached = nx.descendants(left, COMPANY)
    return {node for node, columns in graph.nodes.items() if columns["kind"] == "customer" and node not in reached}


def tolerance(graph: nx.DiGraph[str], customer: str, limits: Limits) -> int | None:
    """How many colleagues have a qualifying tie to a customer (id); None where a channel of the company's own has.

    Subscriptions never qualify. What a person passes on adds to that person's other ties to the contact.
    """
    holders = {holder for holder, _ in _qualifying(graph, customer, limits)}
    if any(holder.startswith("channel:") for holder in holders):
        return None
    return len(holders)


def tolerance_either_side(graph: nx.DiGraph[str], customer: str, limits: Limits) -> int | None:
    """How many people, ours or theirs, must go before no qualifying tie to a customer (id) is left.

    None where a qualifying channel reaches the customer itself. By Menger's and König's theorems this is the number of
    colleagues tied to the customer itself, and of contacts that a channel reaches, and a largest matching of the other
    colleagues to the other contacts.
    """
    ties = _qualifying(graph, customer, limits)
    node = f"customer:{customer}"
    if any(holder.startswith("channel:") and end == node for holder, end in ties):
        return None
    straight = {holder for holder, end in ties if end == node}
    reached = {end for holder, end in ties if holder.startswith("channel:")}
    between: nx.Graph[str] = nx.Graph(
        (holder, end) for holder, end in ties if holder not in straight and end not in reached
    )
    people = {holder for holder, _ in between.edges if holder.startswith("employee:")}
    people |= {end for _, end in between.edges if end.startswith("employee:")}
    matched = nx.bipartite.hopcroft_karp_matching(between, people)
    return len(straight) + len(reached) + len(matched) // 2


def single_points(graph: nx.DiGraph[str], customer: str, limits: Limits) -> list[str]:
    """The people (nodes), ours or theirs, each of whom is part of every qualifying tie to a customer (id)."""
    ties = [{holder, end} for holder, end in _qualifying(graph, customer, limits)]
    points = set.intersection(*ties) if ties else set()
    return sorted(point for point in points if point.startswith(("employee:", "contact:")))


def _qualifying(graph: nx.DiGraph[str], customer: str, limits: Limits) -> set[tuple[str, str]]:
    """Who (employee or channel) has a qualifying tie to which end: a contact, or the customer itself."""
    bundles: dict[tuple[str, str], float] = defaultdict(float)
    node = f"customer:{customer}"
    contacts = [before for before in graph.predecessors(node) if graph.nodes[before]["kind"] == "contact"]
    for end in (node, *contacts):
        for owner, _, tie in graph.in_edges(end, data=True):
            if "intensity" not in tie or tie["subscription"]:
                continue
            via = graph.nodes[owner].get("via") if graph.nodes[owner]["kind"] == "channel" else None
            bundles[owner if via is None else f"employee:{via}", end] += tie["intensity"]
    return {tie for tie, total in bundles.items() if round(total * UNIT) >= limits.tie}
