"""The ranking with networkx by somebody who has profiled it: numbers are merged before they become edges.

    python tests/benchmarks/tuned_networkx.py FOLDER

One pass over the rows by position, the intensity of each (kind, day, count) worked out once, one edge per owner and
contact, one visit to every edge,
and no garbage collection.
"""

from __future__ import annotations

import csv
import gc
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from math import exp, log
from pathlib import Path

import networkx as nx

AS_OF = date(2024, 1, 1).toordinal()
WEIGHT = {"meeting": 1.0, "call": 0.6, "mail": 0.25, "social": 0.1}
UNIT = 10**9
FIXED = {"company_page": 100_000_000, "newsletter": 150_000_000}
MAX_INTENSITY = 3 * UNIT
MAX_SUBSCRIPTION = UNIT // 2
HELD = round(log(2) * UNIT)
LOW, BASE, HIGH = 0.15, 0.30, 0.50

Row = tuple[str, int, int, int, int, int, int]
Graph = nx.DiGraph
Pair = tuple[str, str]


@dataclass(slots=True)
class Merged:
    """The rows of ties, equal ones merged: `best` by owner, end and kind; followers by channel and customer."""

    best: dict[tuple[str, str, str], int] = field(default_factory=dict)
    home: dict[str, str] = field(default_factory=dict)
    named: dict[Pair, set[str]] = field(default_factory=lambda: defaultdict(set))
    counted: dict[Pair, int] = field(default_factory=lambda: defaultdict(int))


@cache
def age_of(day: str) -> int:
    return AS_OF - date.fromisoformat(day).toordinal()


@cache
def intensity(kind: str, day: str, count: str) -> int:
    per_year = float(count or 4)
    age = age_of(day) if day else 365 / (2 * per_year)
    once = 0.4 * WEIGHT[kind] * 2.0 ** (-age / 180)
    series: float = once / (1 - 2.0 ** (-365 / (per_year * 180)))
    return min(round(series * UNIT), MAX_INTENSITY)


def read_table(folder: Path, name: str) -> list[list[str]]:
    """The rows below the header; the columns are those of a lifelike book, in their order."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))[1:]


def read_ties(folder: Path, fixed: dict[str, int]) -> Merged:
    merged = Merged()
    best, home, named, counted = merged.best, merged.home, merged.named, merged.counted
    with (folder / "ties.csv").open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        next(reader)
        for owner, contact, customer, kind, day, count, followers in reader:
            end = contact or customer
            home[end] = customer
            if owner not in fixed:
                key = owner, end, kind or "meeting"
                units = intensity(key[2], day, count)
                if units > best.get(key, 0):
                    best[key] = units
            elif followers:
                counted[owner, customer] = max(counted[owner, customer], int(followers))
            else:
                named[owner, customer].add(end)
    return merged


def graph_of(merged: Merged) -> Graph[str]:
    """Owners → contacts → customers, an edge of so many units for each owner and contact."""
    bundles: dict[Pair, int] = defaultdict(int)
    for (owner, end, _), units in merged.best.items():
        bundles[owner, end] += units
    graph: Graph[str] = nx.DiGraph()
    graph.add_edges_from((contact, home) for contact, home in merged.home.items() if contact != home)
    graph.add_edges_from((*pair, {"units": min(units, MAX_INTENSITY)}) for pair, units in bundles.items())
    return graph


def totals_of(graph: Graph[str], home: dict[str, str]) -> dict[str, dict[str, int]]:
    """Customer → holder → units, subscriptions aside."""
    totals: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for owner, ends in graph.adjacency():
        for end, tie in ends.items():
            if tie:
                totals[home[end]][owner] += tie["units"]
    return totals


def add_subscriptions(
    totals: dict[str, dict[str, int]], graph: Graph[str], merged: Merged, channels: list[list[str]]
) -> None:
    kinds = {channel: (FIXED[kind], relayer or channel) for channel, kind, _, relayer in channels if kind in FIXED}
    for channel, customer in {**merged.named, **merged.counted}:
        each, holder = kinds[channel]
        named = merged.named.get((channel, customer), set())
        own = graph.adj[holder] if holder != channel else {}
        reached = sum(min(each, MAX_INTENSITY - own[end]["units"]) if end in own else each for end in named)
        nameless = max(merged.counted.get((channel, customer), 0) - len(named), 0) * each
        totals[customer][holder] += min(reached + nameless, MAX_SUBSCRIPTION)


def add_customer(counts: dict[str, list[int]], totals: dict[str, int], cents: int) -> None:
    """One more customer for everybody who has ties to it."""
    everyone = sum(totals.values())
    alone = len(totals) == 1
    for holder, leave in totals.items():
        numbers = counts.get(holder)
        if numbers is None:
            continue
        stay = everyone - leave
        numbers[0] += 1
        numbers[1] += alone
        numbers[2] += not alone and stay < HELD
        walks = exp(-stay / UNIT) * (1 - exp(-leave / UNIT))
        numbers[3] += round(cents * LOW * walks)
        numbers[4] += round(cents * BASE * walks)
        numbers[5] += round(cents * HIGH * walks)


def ranking(folder: Path) -> list[Row]:
    """Per employee: customers, severed, exposed, and cents at risk (low, base, high)."""
    channels = read_table(folder, "channels")
    merged = read_ties(folder, {channel: FIXED[kind] for channel, kind, *_ in channels if kind in FIXED})
    graph = graph_of(merged)
    totals = totals_of(graph, merged.home)
    add_subscriptions(totals, graph, merged, channels)
    counts = {employee: [0] * 6 for employee, *_ in read_table(folder, "employees")}
    for customer, _, _, revenue in read_table(folder, "customers"):
        if customer in totals:
            add_customer(counts, totals[customer], round(float(revenue or 0) * 100))
    rows = [
        (employee, customers, severed, exposed, low, base, high)
        for employee, (customers, severed, exposed, low, base, high) in counts.items()
    ]
    return sorted(rows, key=lambda row: (-row[5], -row[2], -row[3], -row[1], row[0]))


def main() -> None:
    gc.disable()  # there is no garbage before the end, and looking for it means visiting every edge again and again
    sys.stdout.write("employee,customers,severed,exposed,risk_low,risk_base,risk_high\n")
    for employee, customers, severed, exposed, *cents in ranking(Path(sys.argv[1])):
        money = ",".join(f"{amount / 100:.2f}" for amount in cents)
        sys.stdout.write(f"{employee},{customers},{severed},{exposed},{money}\n")


if __name__ == "__main__":
    main()
