"""Which colleague is near a customer, and has room for one more?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import narwhals as nw

from netaudit.scope import still_here

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from netaudit.book import Book
    from netaudit.engine import Frame


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who is here and about whom no departure is recorded; `customers` is how many they have live ties to."""

    id: str
    name: str
    team: str | None
    customers: int


@dataclass(slots=True)
class Colleagues:
    """Everybody who could take a customer on, and what they have room for.

    `capacity` is the most customers that one person can have ties to, `new` how many of them may be new at once;
    `teams` are those of everybody, also of who leaves. `taken` counts the customers that somebody takes over, `added`
    those of them that are new to them.
    """

    people: Mapping[str, Colleague]
    teams: Mapping[str, str]
    capacity: int
    new: int
    by_team: Mapping[str, list[str]]
    by_segment: Mapping[str, list[str]]
    taken: dict[str, int] = field(default_factory=dict)
    added: dict[str, int] = field(default_factory=dict)

    def room(self, person: str) -> int:
        """How many more customers somebody can take on whom they do not know yet."""
        return min(self.spare(person), self.capacity - self.people[person].customers - self.added.get(person, 0))

    def spare(self, person: str) -> int:
        """How many more customers somebody can take over, known or not."""
        return self.new - self.taken.get(person, 0)

    def load(self, person: str) -> tuple[int, str]:
        """Customers that somebody has or is to have, and the id, which decides between equals."""
        return self.people[person].customers + self.added.get(person, 0), person

    def take(self, person: str, *, known: bool) -> None:
        """Somebody takes over one more customer."""
        self.taken[person] = self.taken.get(person, 0) + 1
        self.added[person] = self.added.get(person, 0) + (not known)

    def near(
        self, holders: Collection[str], segment: str | None, turn: int = 0, beside: Collection[str] = ()
    ) -> Iterator[tuple[str, str]]:
        """Who is near a customer and has no tie to it yet, nearest first: (person, "team" or "segment").

        `holders` are those who have a tie to the customer, or own it; it is their teams that count, or only those of
        the people `beside`. Among equals those with the fewest customers come first; `turn` lets so many others go
        before, so that not all customers are offered the same people. Whether they have room is another question.
        """
        seen = set(holders)
        teams = dict.fromkeys(self.teams[person] for person in sorted(beside or holders) if person in self.teams)
        groups = [("team", self.by_team.get(team, [])) for team in teams]
        groups += [("segment", self.by_segment.get(segment, []))] if segment is not None else []
        for how, members in groups:
            first = turn % max(1, len(members))
            for person in (*members[first:], *members[:first]):
                if person not in seen:
                    seen.add(person)
                    yield person, how


def colleagues_of(book: Book, pairs: Frame, leavers: Collection[str] = ()) -> Colleagues:
    """Everybody who is here, but for `leavers` and those whose departure is recorded. `pairs` are the model's."""
    ties = pairs.filter(nw.col("person") != "")
    counts = dict(book.engine.rows(ties.group_by("person").agg(customers=nw.len())))
    table = still_here(book, book.tables.employees).select("id", "name", "team", "left_on")
    everybody = sorted(book.engine.rows(table), key=lambda row: (counts.get(row[0], 0), row[0]))
    people = {
        id_: Colleague(id_, name or id_, team, counts.get(id_, 0))
        for id_, name, team, left_on in everybody
        if left_on is None and id_ not in leavers
    }
    teams = dict(
        book.engine.rows(book.tables.employees.filter(~nw.col("team").is_null()).select("id", "team"))
    )  # of those who have left as well: their team knows the customer
    by_team: dict[str, list[str]] = {}
    for one in people.values():
        if one.team:
            by_team.setdefault(one.team, []).append(one.id)
    known = ties.join(book.tables.customers.select("segment", customer="id"), on="customer")
    at_home = known.filter(~nw.col("segment").is_null()).group_by("segment", "person").agg(many=nw.len())
    by_segment: dict[str, list[str]] = {}
    for segment, person, _ in sorted(book.engine.rows(at_home), key=lambda row: (row[0], counts[row[1]], row[1])):
        if person in people:
            by_segment.setdefault(segment, []).append(person)
    actions = book.actions
    capacity = max(counts.values(), default=0) if actions.capacity is None else actions.capacity
    return Colleagues(people, teams, capacity, actions.new_customers, by_team, by_segment)
