"""Which actions, one after the other, bring most for what they cost?

What a plan brings is a sum over customers, Σ_c w_c · (U_c - U_c(actions at c)), with the model's expected unheld share
U. Whoever leaves, an action divides what is unheld by a factor, so that it brings less with every other action there:
the sum is monotone and submodular. Each time the action is taken that brings most per unit of cost; what no longer fits
is passed over. What is passed over at one budget brings more, when it fits at a larger one, than all that came in its
place: more budget never brings less.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netaudit.programme import Offer, Takeover, by_lane

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from netaudit.programme import Programme, Spot

TOLERANCE = 1e-9
"""Costs that differ by less are the same."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What is asked of a plan: at most so much cost, at most so many actions, or at least so much brought."""

    budget: float | None = None
    most: int | None = None
    needed: float | None = None

    def is_met(self, brought: float) -> bool:
        """Whether what is needed is brought, but for rounding."""
        return self.needed is None or brought >= self.needed * (1 - TOLERANCE)

    def ends(self, steps: Sequence[Step], costs: Iterable[float]) -> bool:
        """Whether it was this that ended the steps, and not that there is nothing more; `costs` are all there are."""
        if self.needed is not None:
            return self.is_met(brought_by(steps))
        if self.most is not None:
            return len(steps) >= self.most
        return cost_of(steps) + min(costs) > (self.budget or 0.0)


@dataclass(frozen=True, slots=True)
class Step:
    """One action of a plan; what it brings, as weight times share, after those before it; at one spot or everywhere."""

    what: Offer | Takeover
    spot: Spot | None
    gain: float

    @property
    def customer(self) -> str | None:
        """The customer's id; None for what is done everywhere at once."""
        return None if self.spot is None else self.spot.id


def brought_by(steps: Iterable[Step]) -> float:
    """What steps bring together, as weight times share."""
    return sum(step.gain for step in steps)


def cost_of(steps: Iterable[Step]) -> float:
    """What steps cost together."""
    return sum(step.what.cost for step in steps)


def one_by_one(programme: Programme, goal: Goal) -> list[Step]:
    """Actions in the order of what each brings per unit of cost after those before it, as far as the goal."""
    return list(_Sequence(programme, goal).steps())


def largest(programme: Programme, goal: Goal) -> list[Step]:
    """The one action that brings most of those that a budget allows; without it the greedy choice promises nothing."""
    sequence = _Sequence(programme, goal)
    steps = (sequence.step(where) for where in sequence.first() if sequence.fits(sequence.at(where)))
    return sorted(steps, key=lambda step: -step.gain)[:1]


class _Sequence:
    """The greedy choice, with what it brings at each customer worked out again only when it could be next."""

    def __init__(self, programme: Programme, goal: Goal) -> None:
        self.spots = programme.spots
        self.goal = goal
        self.room = dict(programme.room)
        self.left = goal.budget
        self.number = {spot.id: number for number, spot in enumerate(self.spots)}
        self.takeovers = by_lane(programme.takeovers)
        self.company = [0] * len(self.spots)
        self.people: list[dict[str, int]] = [{} for _ in self.spots]
        self.unheld = [spot.unheld() for spot in self.spots]
        self.version = [0] * len(self.spots)
        self.taken = 0
        self.heap: list[tuple[float, int, int, tuple[int, int, int]]] = []

    def steps(self) -> Iterator[Step]:
        """The steps, until the goal is met or nothing that brings anything is left."""
        done, brought = set[tuple[int, int]](), 0.0
        for where in self.first():
            self._push(where)
        while self.heap and not self._met(brought):
            _, _, version, where = heapq.heappop(self.heap)
            number, lane, place = where
            what = self.at(where)
            if (number, lane) in done or not self.fits(what):
                continue
            if version != self._version(number):
                self._push(where)
                continue
            step = self.step(where)
            self._take(where)
            brought += step.gain
            self.taken += 1
            yield step
            if lane >= 0:
                if place + 1 < len(self._lane(number, lane)):
                    self._push((number, lane, place + 1))
            else:
                done.add((number, lane))

    def step(self, where: tuple[int, int, int]) -> Step:
        """What stands there, as a step from here."""
        return Step(self.at(where), self.spots[where[0]] if where[0] >= 0 else None, self._gain(where))

    def _met(self, brought: float) -> bool:
        goal = self.goal
        return (goal.most is not None and self.taken >= goal.most) or (goal.needed is not None and goal.is_met(brought))

    def first(self) -> Iterator[tuple[int, int, int]]:
        """Where there is something to choose at once: (spot, or -1; row from 0, or choice from -1 down; place)."""
        for lane in range(len(self.takeovers)):
            yield -1, lane, 0
        for number, spot in enumerate(self.spots):
            for lane in range(len(spot.rows)):
                yield number, lane, 0
            for lane, choice in enumerate(spot.choices):
                for place in range(len(choice)):
                    yield number, -1 - lane, place

    def _lane(self, number: int, lane: int) -> Sequence[Offer | Takeover]:
        if number < 0:
            return self.takeovers[lane]
        spot = self.spots[number]
        return spot.rows[lane] if lane >= 0 else spot.choices[-1 - lane]

    def at(self, where: tuple[int, int, int]) -> Offer | Takeover:
        """What stands at a place."""
        return self._lane(*where[:2])[where[2]]

    def _version(self, number: int) -> int:
        return self.version[number] if number >= 0 else self.taken

    def _push(self, where: tuple[int, int, int]) -> None:
        gain = self._gain(where)
        if gain > 0:
            ratio = gain / self.at(where).cost
            heapq.heappush(self.heap, (-ratio, where[0], self._version(where[0]), where))

    def fits(self, what: Offer | Takeover) -> bool:
        """Whether budget and room allow it."""
        if self.left is not None and what.cost > self.left + TOLERANCE:
            return False
        return not (isinstance(what, Offer) and what.is_new) or self.room[what.owner] > 0

    def _gain(self, where: tuple[int, int, int]) -> float:
        what = self.at(where)
        if isinstance(what, Takeover):
            return sum(
                self._brings(self.number[customer], company, {what.person: -loses})
                for customer, (company, loses) in what.moved.items()
            )
        if what.is_personal:
            return self._brings(where[0], 0, {what.owner: what.units})
        return self._brings(where[0], what.units, {})

    def _brings(self, number: int, company: int, people: Mapping[str, int]) -> float:
        spot = self.spots[number]
        return spot.weight * (self.unheld[number] - self._after(number, company, people))

    def _after(self, number: int, company: int, people: Mapping[str, int]) -> float:
        more = self.people[number]
        both = {**more, **{person: more.get(person, 0) + units for person, units in people.items()}}
        return self.spots[number].unheld(self.company[number] + company, both)

    def _take(self, where: tuple[int, int, int]) -> None:
        what = self.at(where)
        if self.left is not None:
            self.left -= what.cost
        if isinstance(what, Takeover):
            for customer, (company, loses) in what.moved.items():
                self._add(self.number[customer], company, what.person, -loses)
        elif what.is_personal:
            self._add(where[0], 0, what.owner, what.units)
            if what.is_new:
                self.room[what.owner] -= 1
        else:
            self._add(where[0], what.units, "", 0)

    def _add(self, number: int, company: int, person: str, units: int) -> None:
        self.company[number] += company
        if person:
            people = self.people[number]
            people[person] = people.get(person, 0) + units
        self.unheld[number] = self.spots[number].unheld(self.company[number], self.people[number])
        self.version[number] += 1
