"""Who can introduce a successor to a contact? The shortest way through those who stay and the contacts they know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import networkx as nx

from netaudit.model import hold_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from netaudit.colleagues import Colleagues

NEAR, FAR, AMONG_CONTACTS = 1.0, 2.0, 1.5
"""Lengths: between colleagues of one team, between other colleagues, between two contacts at one customer.

A tie is as long as it is weak: from 1 for one that holds for sure to 2 for one that hardly does. Convention; it only
decides which of several ways is named.
"""


AMONG = "among them"
"""The node between the contacts of a customer; no id makes one of that name."""


@dataclass(frozen=True, slots=True)
class Way:
    """From the successor to the contact, as nodes (`employee:ID`, `contact:ID`), and who is between the two."""

    nodes: tuple[str, ...]
    between: tuple[str, ...]


def introduction(
    successor: str,
    contact: str,
    leaver: str,
    ties: Mapping[tuple[str, str], int],
    contacts: Iterable[str],
    colleagues: Colleagues,
    least: int = 0,
) -> Way:
    """The way to a contact ("" for the customer itself) past the leaver, or through the leaver where there is none.

    `ties` are the units of each (person, contact) at that customer, `contacts` who is there. A tie of less than `least`
    units introduces nobody, but for the successor's own to that very contact.
    """
    graph: nx.Graph[str] = nx.Graph()
    known = {
        (person, whom): units
        for (person, whom), units in ties.items()
        if person in colleagues.people and (units >= least or (person, whom) == (successor, contact))
    }
    there = sorted({*contacts, contact, *(whom for _, whom in known)})
    people = sorted({person for person, _ in known} | {successor})
    graph.add_nodes_from([*map(_employee, people), *map(_contact, there)])
    for (person, whom), units in sorted(known.items()):
        graph.add_edge(_employee(person), _contact(whom), length=2 - hold_of(units))
    for whom in there:  # all of them know each other: through one node in their middle
        graph.add_edge(_contact(whom), AMONG, length=AMONG_CONTACTS / 2)
    for person in people:
        if person != successor:
            close = colleagues.people[person].team == colleagues.people[successor].team
            graph.add_edge(_employee(successor), _employee(person), length=NEAR if close else FAR)
    target = _contact(contact)
    if nx.has_path(graph, _employee(successor), target):
        path = nx.shortest_path(graph, _employee(successor), target, weight="length")
        nodes = [node for node in path if node != AMONG]
    else:
        nodes = [_employee(successor), _employee(leaver), target]
    return Way(tuple(node for node in nodes if node != _contact("")), tuple(nodes[1:-1]))


def _employee(person: str) -> str:
    return f"employee:{person}"


def _contact(contact: str) -> str:
    return f"contact:{contact}"
