"""Whoever might be one under two ids: listed for a person to decide, and never merged in silence."""

from __future__ import annotations

import re
from collections import defaultdict
from difflib import SequenceMatcher
from itertools import combinations
from typing import TYPE_CHECKING

from netaudit.importers.likeness import is_full, parted, same_name, skeleton
from netaudit.importers.register import values_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from netaudit.importers.ledger import Ledger
    from netaudit.importers.register import Cells

MOST = 5
"""More than so many of one name are no doubt but a common name."""

FEW = 100
NEAR = 0.9
"""Of how many people at one customer the names are held against each other, and how alike near ones are."""

_DIGIT = re.compile("[0-9]")

Doubt = tuple[str, str, str]
"""A table and two of its ids."""


def doubts_of(ledger: Ledger) -> dict[Doubt, str]:
    """Every pair that might be one, and why; the row with less is named first, to be made one with the other."""
    found = dict(ledger.doubts)
    for table, group, why in (*_customers(ledger), *_employees(ledger), *_contacts(ledger)):
        rows = getattr(ledger, table).rows
        for one, other in combinations(sorted(group), 2):
            first, second = sorted((one, other), key=lambda name: (len("".join(rows[name].values())), name))
            if (table, first, second) not in found and (table, second, first) not in found:
                found[table, first, second] = why
    return found


def _customers(ledger: Ledger) -> Iterator[tuple[str, list[str], str]]:
    rows = ledger.customers.rows
    for group in _alike({name: parted(_called(row))[0] for name, row in rows.items()}):
        yield "customers", group, "their names differ by spelling or legal form at most"
    for group in _sharing(rows, "x_domain"):
        yield "customers", group, "they have a domain in common"


def _employees(ledger: Ledger) -> Iterator[tuple[str, list[str], str]]:
    names = {name: _called(row) for name, row in ledger.employees.rows.items()}
    for group in _alike(names):
        yield "employees", group, "their names differ by spelling at most"
    for name in names:
        stem = re.sub(r"-[0-9]+$", "", name)
        if stem != name and stem in names:
            yield "employees", [name, stem], "an id is made of the same name: one may have been renamed"
    by_word: dict[str, list[str]] = defaultdict(list)
    for name, called in names.items():
        for word in set(same_name(called).split()):
            by_word[word].append(name)
    for name, called in names.items():
        others = [other for other in by_word[same_name(called)] if other != name]
        if not is_full(called) and len(others) == 1:
            yield "employees", [name, others[0]], "one is called by a part of the other's name"


def _contacts(ledger: Ledger) -> Iterator[tuple[str, list[str], str]]:
    there: dict[str, dict[str, str]] = defaultdict(dict)
    anywhere: dict[str, list[str]] = defaultdict(list)
    for name, row in ledger.contacts.rows.items():
        there[row.get("customer", "")][name] = _called(row)
        if is_full(row.get("name", "")):
            anywhere[same_name(row["name"])].append(name)
    for group in _sharing(ledger.contacts.rows, "x_email"):
        yield "contacts", group, "they have a mail address in common"
    for people in there.values():
        for group in _alike(people):
            yield "contacts", group, "one customer, and names that differ by spelling at most"
        yield from (("contacts", pair, "one customer, and names that differ by a letter") for pair in _nearly(people))
    for group in anywhere.values():
        customers = {ledger.contacts[name].get("customer") for name in group}
        if len(group) == len(customers) == 2:
            yield "contacts", group, "one name at two customers: may have moved"


def _alike(names: dict[str, str]) -> list[list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for name, called in names.items():
        groups[skeleton(called)].append(name)
    return [group for bones, group in groups.items() if bones and 1 < len(group) <= MOST]


def _sharing(rows: Mapping[str, Cells], column: str) -> list[list[str]]:
    """Ids that have an identity in common."""
    groups: dict[str, list[str]] = defaultdict(list)
    for name, row in rows.items():
        for value in values_of(row, column):
            groups[value].append(name)
    return [group for group in groups.values() if 1 < len(group) <= MOST]


def _nearly(names: dict[str, str]) -> Iterator[list[str]]:
    """Pairs of full names of which most letters are the same; not looked for where there are many people."""
    full = {name: skeleton(called) for name, called in names.items() if is_full(called) and not _DIGIT.search(called)}
    for one, other in combinations(sorted(full), 2) if len(full) <= FEW else ():
        likeness = SequenceMatcher(None, full[one], full[other], autojunk=False)
        if full[one] != full[other] and likeness.quick_ratio() > NEAR and likeness.ratio() > NEAR:
            yield [one, other]


def _called(row: Cells) -> str:
    """The name, or the words of the id where there is none."""
    return row.get("name") or re.sub(r"[-.]+|[0-9]+$", " ", row["id"]).strip()
