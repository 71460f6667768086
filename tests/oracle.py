"""The model once more, slowly: plain loops over one document, written from docs/model.md and not from the code.

Only the default assumptions. Intensities are whole units of 10^-9.
"""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date
from itertools import product
from typing import Any

import networkx as nx

from tests.books import AS_OF, Document

WEIGHT = {"meeting": 1.0, "call": 0.6, "mail": 0.25, "social": 0.1}
FIXED = {"company_page": 0.10, "newsletter": 0.15}
CAP, MOST = 3_000_000_000, 500_000_000
FOLLOW = {"low": 0.15, "base": 0.30, "high": 0.50}

Holder = tuple[str, str]
Key = tuple[str, str, str, str, str]  # channel, person, contact, customer, kind


def _age(day: str) -> int:
    return max(0, (AS_OF - date.fromisoformat(day)).days)


def _units(value: float) -> int:
    return min(round(value * 1e9), CAP)


def _left(row: Document) -> bool:
    return "left_on" in row and date.fromisoformat(row["left_on"]) <= AS_OF


def _series(row: Document) -> float:
    per_year = float(row.get("per_year", 4))
    if "last_contact" in row:
        age: float = _age(row["last_contact"])
    elif per_year == 0:
        return 0.0
    else:
        age = 365 / (2 * per_year)
    once = 0.4 * WEIGHT[row.get("kind", "meeting")] * 2 ** (-age / 180)
    return once if per_year == 0 else once / (1 - 2 ** (-365 / (per_year * 180)))


class Oracle:
    """Everything the model says about one document."""

    def __init__(self, document: Document) -> None:
        self.people = {row["id"]: row for row in document.get("employees", [])}
        self.channels = {row["id"]: row for row in document.get("channels", [])}
        self.customers = {row["id"]: row for row in document["customers"]}
        self.contacts = {row["id"]: row for row in document.get("contacts", [])}
        self.ties: dict[Key, int] = {}
        self.followers: dict[tuple[str, str, str], int] = {}  # channel, person, customer → n
        self._read(document)
        self._prefer_direct()

    def _ends(self, row: Document) -> tuple[str, str, str, str] | None:
        """Channel, person, contact, customer; None when somebody has left."""
        channel = row["owner"] if row["owner"] in self.channels else ""
        person = (row.get("via") or self.channels[channel].get("relayed_by", "")) if channel else row["owner"]
        contact = row.get("contact", "")
        customer = row.get("customer") or self.contacts[contact]["customer"]
        if (person and _left(self.people[person])) or (contact and _left(self.contacts[contact])):
            return None
        return channel, person, contact, customer

    def _fixed(self, channel: str) -> float | None:
        return FIXED.get(self.channels[channel]["kind"]) if channel else None

    def _put(self, ends: tuple[str, str, str, str], kind: str, units: int) -> None:
        if units:
            self.ties[*ends, kind] = max(units, self.ties.get((*ends, kind), 0))

    def _read(self, document: Document) -> None:
        log: list[Document] = document.get("interactions", [])
        past = [row for row in log if date.fromisoformat(row["on"]) <= AS_OF]
        for row in document["ties"] + self._owner_ties(document["ties"] + past):
            ends = self._ends(row)
            if ends is not None:
                self._read_tie(row, ends)
        sums: dict[Key, int] = defaultdict(int)
        days: dict[tuple[Any, ...], int] = {}
        for row in past:
            ends = self._ends(row)
            if ends is not None:  # of what is recorded twice the larger count
                days[ends, row["kind"], row["on"]] = max(
                    row.get("count", 1), days.get((ends, row["kind"], row["on"]), 0)
                )
                if self._fixed(ends[0]) is not None:
                    self._read_tie({"owner": row["owner"]}, ends)
        for (ends, kind, day), count in days.items():
            if self._fixed(ends[0]) is None:
                sums[*ends, kind] += round(0.4 * WEIGHT[kind] * 2 ** (-_age(day) / 180) * count * 1e9)
        for (channel, person, contact, customer, kind), units in sums.items():
            self._put((channel, person, contact, customer), kind, min(units, CAP))

    def _owner_ties(self, rows: list[Document]) -> list[Document]:
        """A bare tie for every owner of a customer who has none of their own with it."""
        between = {(row["owner"], row.get("customer") or self.contacts[row["contact"]]["customer"]) for row in rows}
        owners = {name: row["owner"] for name, row in self.customers.items() if "owner" in row}
        return [{"owner": owner, "customer": name} for name, owner in owners.items() if (owner, name) not in between]

    def _read_tie(self, row: Document, ends: tuple[str, str, str, str]) -> None:
        channel, person, contact, customer = ends
        fixed = self._fixed(channel)
        if "followers" in row:
            key = (channel, person, customer)
            self.followers[key] = max(self.followers.get(key, 0), row["followers"])
            if not contact:
                return
        if "strength" in row:
            units = _units(-math.log(1 - row["strength"]))
        else:
            units = _units(_series(row) if fixed is None else fixed)
        self._put(ends, row.get("kind", "meeting") if fixed is None else "", units)

    def _prefer_direct(self) -> None:
        """A contact that a channel reaches directly as well is the channel's."""
        direct = {(channel, contact, customer) for channel, person, contact, customer, _ in self.ties if not person}
        moved: dict[Key, int] = {}
        for (channel, person, contact, customer, kind), units in self.ties.items():
            whose = "" if channel and (channel, contact, customer) in direct else person
            key = (channel, whose, contact, customer, kind)
            moved[key] = max(units, moved.get(key, 0))
        self.ties = moved

    def holders(self, customer: str) -> dict[Holder, int]:
        """Total units of every person ("employee", id) and every channel of the company's own ("channel", id)."""
        totals: dict[Holder, int] = {}
        for holder in self._holders_of(customer):
            totals[holder] = self._flow(holder, customer)
        return totals

    def _holders_of(self, customer: str) -> set[Holder]:
        ends = [(channel, person) for channel, person, _, at, _ in self.ties if at == customer]
        ends += [(channel, person) for (channel, person, at), n in self.followers.items() if at == customer and n]
        return {("employee", person) if person else ("channel", channel) for channel, person in ends}

    def _mine(self, holder: Holder, channel: str, person: str) -> bool:
        return holder == (("employee", person) if person else ("channel", channel))

    def _flow(self, holder: Holder, customer: str) -> int:
        """The maximum flow from a holder through all its caps: contacts first, then each subscription channel."""
        flow: nx.DiGraph[Any] = nx.DiGraph()
        flow.add_nodes_from(["from", "to"])
        covered: dict[str, int] = defaultdict(int)
        for (channel, person, contact, at, kind), units in self.ties.items():
            if at != customer or not self._mine(holder, channel, person):
                continue
            fixed = self._fixed(channel)
            tie = ("tie", channel, contact, kind)
            if fixed is None:
                flow.add_edge("from", tie, capacity=units)
            else:
                flow.add_edge("from", ("channel", channel), capacity=MOST)
                flow.add_edge(("channel", channel), tie, capacity=units)
                covered[channel] += min(units, _units(fixed))
            flow.add_edge(tie, ("contact", contact), capacity=units)
            flow.add_edge(("contact", contact), "to", capacity=CAP)
        for (channel, person, at), n in self.followers.items():
            fixed = self._fixed(channel)
            if at == customer and self._mine(holder, channel, person) and fixed is not None:
                nameless = max(0, n * _units(fixed) - covered[channel])
                flow.add_edge("from", ("channel", channel), capacity=MOST)
                flow.add_edge(("channel", channel), "to", capacity=nameless)
        return int(nx.maximum_flow_value(flow, "from", "to"))

    def live_ties(self, customer: str) -> dict[Holder, int]:
        """How many live ties each holder has; counted followers beyond the named ones are one."""
        counts: dict[Holder, int] = defaultdict(int)
        covered: dict[tuple[Holder, str], int] = defaultdict(int)
        for (channel, person, _, at, _), units in self.ties.items():
            if at == customer:
                holder = ("employee", person) if person else ("channel", channel)
                counts[holder] += 1
                fixed = self._fixed(channel)
                if fixed is not None:
                    covered[holder, channel] += min(units, _units(fixed))
        for (channel, person, at), n in self.followers.items():
            holder = ("employee", person) if person else ("channel", channel)
            fixed = self._fixed(channel)
            if at == customer and fixed is not None and n * _units(fixed) > covered[holder, channel]:
                counts[holder] += 1
        return {holder: count for holder, count in counts.items() if count}

    def counting(self, customer: str) -> set[Holder]:
        """Who has a qualifying bundle."""
        bundles: dict[tuple[Holder, str], int] = defaultdict(int)
        for (channel, person, contact, at, _), units in self.ties.items():
            if at == customer and self._fixed(channel) is None:
                bundles[("employee", person) if person else ("channel", channel), contact] += units
        return {holder for (holder, _), units in bundles.items() if min(units, CAP) >= round(-math.log(0.8) * 1e9)}

    def tolerance(self, customer: str) -> int | None:
        """Colleagues with a qualifying bundle; None where a channel of the company's own has one."""
        qualifying = self.counting(customer)
        return None if any(kind == "channel" for kind, _ in qualifying) else len(qualifying)

    def follow(self, person: str, end: str) -> float:
        """The follow rate to an unknown destination, halved by a clause that still runs."""
        until = self.people[person].get("clause_until")
        return FOLLOW[end] * (0.5 if until and date.fromisoformat(until) >= AS_OF else 1)

    def loss(self, customer: str, leavers: set[str], end: str = "base") -> float:
        """By brute force: every holder holds or not, every leaver who holds pulls or not."""
        holders = sorted(self.holders(customer).items())
        total = 0.0
        for outcome in product((0, 1), repeat=len(holders)):
            chance, stays, pulls = 1.0, False, 1.0
            for holds, ((kind, name), units) in zip(outcome, holders, strict=True):
                hold = 1 - math.exp(-units / 1e9)
                chance *= hold if holds else 1 - hold
                if holds and kind == "employee" and name in leavers:
                    pulls *= 1 - self.follow(name, end)
                elif holds:
                    stays = True
            total += 0.0 if stays else chance * (1 - pulls)
        return total
