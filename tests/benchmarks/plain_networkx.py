"""The ranking as most people would write it: a networkx graph with an edge for every row, and loops over it.

python tests/benchmarks/plain_networkx.py FOLDER
"""

from __future__ import annotations

import csv
import math
import sys
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx

if TYPE_CHECKING:
    from collections.abc import Iterator

AS_OF = date(2024, 1, 1)
WEIGHT = {"meeting": 1.0, "call": 0.6, "mail": 0.25, "social": 0.1}
UNIT = 10**9
FIXED = {"company_page": 100_000_000, "newsletter": 150_000_000}
MAX_INTENSITY = 3 * UNIT
MAX_SUBSCRIPTION = UNIT // 2
HELD = round(math.log(2) * UNIT)
FOLLOW = (0.15, 0.30, 0.50)

Graph = nx.MultiDiGraph
Row = tuple[str, int, int, int, int, int, int]


def read_table(folder: Path, name: str) -> Iterator[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def read_graph(folder: Path) -> Graph[str]:
    """Owners → contacts → customers; ties without a contact run from the owner to the customer."""
    graph: Graph[str] = nx.MultiDiGraph()
    for row in read_table(folder, "employees"):
        graph.add_node(row["id"], role="employee")
    for row in read_table(folder, "channels"):
        graph.add_node(row["id"], role="channel", **row)
    for row in read_table(folder, "customers"):
        graph.add_node(row["id"], role="customer", revenue=row["revenue"])
    for row in read_table(folder, "ties"):
        end = row["contact"] or row["customer"]
        if end not in graph:
            graph.add_node(end, role="contact")
            graph.add_edge(end, row["customer"])
        graph.add_edge(row["owner"], end, **row)
    return graph


def intensity(tie: dict[str, str]) -> int:
    per_year = float(tie["per_year"] or 4)
    if tie["last_contact"]:
        age: float = (AS_OF - date.fromisoformat(tie["last_contact"])).days
    else:
        age = 365 / (2 * per_year)
    once = 0.4 * WEIGHT[tie["kind"] or "meeting"] * 2 ** (-age / 180)
    series = once / (1 - 2 ** (-365 / (per_year * 180)))
    return min(round(series * UNIT), MAX_INTENSITY)


def own_ties(graph: Graph[str], end: str) -> dict[str, int]:
    """What every owner has with one contact, subscriptions aside."""
    strongest: dict[str, dict[str, int]] = defaultdict(dict)
    for owner, _, tie in graph.in_edges(end, data=True):
        node = graph.nodes[owner]
        if node["role"] != "contact" and node.get("kind") not in FIXED:
            kinds = strongest[owner]
            kind = tie["kind"] or "meeting"
            kinds[kind] = max(kinds.get(kind, 0), intensity(tie))
    return {owner: min(sum(kinds.values()), MAX_INTENSITY) for owner, kinds in strongest.items()}


def subscriptions(graph: Graph[str], ends: list[str]) -> dict[str, tuple[set[str], int]]:
    """For each page or newsletter: its named followers, and how many it counts."""
    named: dict[str, set[str]] = defaultdict(set)
    counted: dict[str, int] = defaultdict(int)
    for end in ends:
        for channel, _, tie in graph.in_edges(end, data=True):
            if graph.nodes[channel].get("kind") not in FIXED:
                continue
            if tie["followers"]:
                counted[channel] = max(counted[channel], int(tie["followers"]))
            else:
                named[channel].add(end)
    return {channel: (named[channel], counted[channel]) for channel in {*named, *counted}}


def holders(graph: Graph[str], customer: str) -> dict[str, int]:
    """What every employee, and every channel of the company's own, has with one customer."""
    contacts = [end for end in graph.predecessors(customer) if graph.nodes[end]["role"] == "contact"]
    ends = [customer, *contacts]
    own = {end: own_ties(graph, end) for end in ends}
    totals: dict[str, int] = defaultdict(int)
    for bundle in own.values():
        for owner, units in bundle.items():
            totals[owner] += units
    for channel, (named, counted) in subscriptions(graph, ends).items():
        each = FIXED[graph.nodes[channel]["kind"]]
        holder = graph.nodes[channel]["relayed_by"] or channel
        reached = sum(min(each, MAX_INTENSITY - own[end].get(holder, 0)) for end in named)
        nameless = max(counted - len(named), 0) * each
        totals[holder] += min(reached + nameless, MAX_SUBSCRIPTION)
    return totals


def add_customer(counts: list[int], leave: int, stay: int, cents: int, *, alone: bool) -> None:
    """One more customer of an employee: customers, severed, exposed, and cents at risk."""
    counts[0] += 1
    counts[1] += alone
    counts[2] += not alone and stay < HELD
    walks = math.exp(-stay / UNIT) * (1 - math.exp(-leave / UNIT))
    for place, follow in enumerate(FOLLOW, 3):
        counts[place] += round(cents * follow * walks)


def ranking(folder: Path) -> list[Row]:
    """Per employee: customers, severed, exposed, and cents at risk (low, base, high)."""
    graph = read_graph(folder)
    counts = {name: [0] * 6 for name, node in graph.nodes(data=True) if node["role"] == "employee"}
    for customer, node in graph.nodes(data=True):
        if node["role"] != "customer":
            continue
        totals = holders(graph, customer)
        cents = round(float(node["revenue"] or 0) * 100)
        everyone = sum(totals.values())
        for holder, units in totals.items():
            if holder in counts:
                add_customer(counts[holder], units, everyone - units, cents, alone=len(totals) == 1)
    rows = [
        (employee, customers, severed, exposed, low, base, high)
        for employee, (customers, severed, exposed, low, base, high) in counts.items()
    ]
    return sorted(rows, key=lambda row: (-row[5], -row[2], -row[3], -row[1], row[0]))


def main() -> None:
    sys.stdout.write("employee,customers,severed,exposed,risk_low,risk_base,risk_high\n")
    for employee, customers, severed, exposed, *cents in ranking(Path(sys.argv[1])):
        money = ",".join(f"{amount / 100:.2f}" for amount in cents)
        sys.stdout.write(f"{employee},{customers},{severed},{exposed},{money}\n")


if __name__ == "__main__":
    main()
