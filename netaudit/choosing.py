"""Which actions together bring most for so much, or so much for the least?

What a plan brings is a sum over customers, Σ_c w_c · (U_c - U_c(actions at c)), with the model's expected unheld share
U. Whoever leaves, an action divides what is unheld by a factor, so that what it brings falls with every other action
there: the sum is monotone and submodular. Two ways to choose:

- One action after the other, each time the one that brings most per unit of cost; what no longer fits is passed over.
  What is passed over at one budget brings more, when it fits at a larger one, than all that came in its place. More
  budget therefore never brings less.
- In a small book, the best plan there is: all sensible bundles of actions of every customer are columns of a
  mixed-integer program, which HiGHS solves to the end.

The same program without the whole numbers bounds what any plan can bring, and so how far off the first way can be.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from netaudit.model import UNIT
from netaudit.offers import Offer, Takeover

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from netaudit.offers import Programme, Spot

SMALL = 4_000
"""Up to so many columns the best plan is looked for."""

LARGE = 400_000
"""Up to so many columns there is a bound."""

TOLERANCE = 1e-9
"""Costs that differ by less are the same."""

ROUNDING = 1e-6
"""A gap below this is the solver's rounding."""

SECONDS = 30.0
"""The solver stops after so long, with what bound it has."""

SCALE = 1e6
"""What the program works with: all that is unheld comes to this, so that its tolerances are far below what is shown."""


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


@dataclass(frozen=True, slots=True)
class Chosen:
    """The steps of a plan; how far off the best one can be, None where that is not known; whether it meets its goal."""

    steps: list[Step]
    gap: float | None
    met: bool = True


def brought_by(steps: Iterable[Step]) -> float:
    """What steps bring together, as weight times share."""
    return sum(step.gain for step in steps)


def cost_of(steps: Iterable[Step]) -> float:
    """What steps cost together."""
    return sum(step.what.cost for step in steps)


def proven(programme: Programme, goal: Goal, steps: list[Step]) -> Chosen:
    """The best plan in its order, where it can be had; else `steps`, chosen one by one, and how far off they can be.

    So many actions at most are the first of those chosen one by one, held to the best plan of their cost.
    """
    if not goal.is_met(brought_by(steps)):
        return Chosen(steps, None, met=False)
    found = best(programme, Goal(budget=cost_of(steps)) if goal.most is not None else goal)
    if found.only is not None and goal.most is None:
        chosen = one_by_one(found.only, Goal())
        steps = chosen if _is_better(chosen, steps, goal) else steps
    if found.only is None and goal.budget is not None:
        steps = max(steps, largest(programme, goal), key=brought_by)
    return Chosen(steps, _gap(steps, goal, found.bound))


def _is_better(chosen: list[Step], steps: list[Step], goal: Goal) -> bool:
    """Whether the solver's plan, which keeps to the goal but for its rounding, does keep to it, and is no worse."""
    if goal.needed is not None:
        return goal.is_met(brought_by(chosen)) and cost_of(chosen) <= cost_of(steps)
    return cost_of(chosen) <= (goal.budget or 0.0) + TOLERANCE and brought_by(chosen) >= brought_by(steps)


def _gap(steps: Sequence[Step], goal: Goal, bound: float | None) -> float | None:
    """How much better any plan can be: in what it brings, or where so much is needed in what it costs."""
    if bound is None:
        return None
    here, there = (bound, cost_of(steps)) if goal.needed is not None else (brought_by(steps), bound)
    gap = 0.0 if there <= 0 else max(0.0, 1 - here / there)
    return 0.0 if gap < ROUNDING else round(gap, 9)


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
        self.takeovers = _by_person(programme.takeovers)
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


def _by_person(takeovers: Sequence[Takeover]) -> list[list[Takeover]]:
    lanes: dict[str, list[Takeover]] = {}
    for takeover in takeovers:
        lanes.setdefault(takeover.person, []).append(takeover)
    return list(lanes.values())


@dataclass(frozen=True, slots=True)
class _Bundle:
    """A column of the program: actions at one spot; `new` is who gets a customer more, `over` are takeovers."""

    spot: int
    offers: tuple[Offer, ...]
    over: tuple[int, ...]
    new: str
    cost: float
    gain: float


def _bundles(programme: Programme) -> Iterator[_Bundle]:
    """Every bundle that is not worse than another one of no greater cost."""
    for number, spot in enumerate(programme.spots):
        moved = [place for place, takeover in enumerate(programme.takeovers) if spot.id in takeover.moved]
        company = _company(spot)
        for over in _allowed(programme.takeovers, moved):
            given = sum(programme.takeovers[place].moved[spot.id][0] for place in over)
            lost: dict[str, int] = {}
            for place in over:
                takeover = programme.takeovers[place]
                lost[takeover.person] = lost.get(takeover.person, 0) - takeover.moved[spot.id][1]
            found: dict[str, list[_Bundle]] = {}
            for people in product(*((None, *choice) for choice in spot.choices)):
                chosen = tuple(one for one in people if one is not None)
                more = dict(lost)
                for one in chosen:
                    more[one.owner] = more.get(one.owner, 0) + one.units
                new = next((one.owner for one in chosen if one.is_new), "")
                loose, cost = spot.loose(more), sum(one.cost for one in chosen)
                before = spot.unheld()
                for cost_of, units, offers in company:
                    after = math.exp(-(spot.company + given + units) / UNIT) * loose
                    gain = spot.weight * (before - after)
                    found.setdefault(new, []).append(
                        _Bundle(number, (*offers, *chosen), over, new, cost + cost_of, gain)
                    )
            for bundles in found.values():
                yield from _undominated(bundles)


def _allowed(takeovers: Sequence[Takeover], moved: list[int]) -> Iterator[tuple[int, ...]]:
    """The sets of takeovers that can have been made, of those that move something here."""
    lanes = _by_person([takeovers[place] for place in moved])
    index = {id(takeovers[place]): place for place in moved}
    for lengths in product(*(range(len(lane) + 1) for lane in lanes)):
        yield tuple(index[id(one)] for lane, length in zip(lanes, lengths, strict=True) for one in lane[:length])


def _company(spot: Spot) -> list[tuple[float, int, tuple[Offer, ...]]]:
    """What the company's own channels can add for how much: (cost, units, offers), none worse than another."""
    found: list[tuple[float, int, tuple[Offer, ...]]] = [(0.0, 0, ())]
    for row in spot.rows:
        grown = [
            (
                cost + sum(one.cost for one in row[:length]),
                units + sum(one.units for one in row[:length]),
                (*offers, *row[:length]),
            )
            for cost, units, offers in found
            for length in range(len(row) + 1)
        ]
        found = []
        for one in sorted(grown, key=lambda one: (one[0], -one[1])):
            if not found or one[1] > found[-1][1]:
                found.append(one)
    return found


def _undominated(bundles: list[_Bundle]) -> Iterator[_Bundle]:
    best = 0.0
    for one in sorted(bundles, key=lambda one: (one.cost, -one.gain)):
        if one.gain > best:
            best = one.gain
            yield one


@dataclass(frozen=True, slots=True)
class Best:
    """The best plan, where it was looked for, as the only choice there is; and a bound on what any plan brings.

    With so much needed the bound is on what it costs; None where it is not known.
    """

    only: Programme | None
    bound: float | None


def best(programme: Programme, goal: Goal) -> Best:
    """The best plan for a budget, or the cheapest that brings what is needed; in a large book only a bound."""
    columns: list[_Bundle] = []
    for bundle in _bundles(programme):
        columns.append(bundle)
        if len(columns) > LARGE:
            return Best(None, None)
    small = len(columns) <= SMALL and not programme.rate
    return _solved(programme, columns, goal, small=small)


def _solved(programme: Programme, columns: Sequence[_Bundle], goal: Goal, *, small: bool) -> Best:
    """A column for each bundle, one for each takeover, and a last one for what is spent where nothing was looked at."""
    if not columns:
        return Best(programme, 0.0)
    scale = SCALE / programme.unheld
    overs = programme.takeovers
    gains = np.array([*(one.gain * scale for one in columns), *(0.0 for _ in overs), programme.rate * scale])
    costs = np.array([*(one.cost for one in columns), *(one.cost for one in overs), 1.0])
    limits = [_limits(programme, columns, len(gains))]
    if goal.needed is None:
        limits.append(LinearConstraint(costs[None, :], -np.inf, goal.budget or 0.0))
    else:
        limits.append(LinearConstraint(gains[None, :], goal.needed * scale, np.inf))
    found = milp(
        -gains if goal.needed is None else costs,
        constraints=limits,
        integrality=np.full(len(gains), int(small)),
        bounds=Bounds(0, np.array([*np.ones(len(gains) - 1), np.inf if programme.rate else 0])),
        options={"mip_rel_gap": 0.0, "time_limit": SECONDS},
    )
    least = found.mip_dual_bound if small else found.fun
    bound = None if least is None or not math.isfinite(least) else float(least)
    bound = -bound / scale if bound is not None and goal.needed is None else bound
    if not (small and found.success):
        return Best(None, bound)
    taken = found.x > 0.5
    chosen = [one for one, is_taken in zip(columns, taken, strict=False) if is_taken]
    over = [one for one, is_taken in zip(overs, taken[len(columns) :], strict=False) if is_taken]
    return Best(_only(programme, chosen, over), bound)


def _limits(programme: Programme, columns: Sequence[_Bundle], width: int) -> LinearConstraint:
    """The rows of the program as a sparse matrix, each with its upper bound."""
    rows = _rows(programme, columns)
    cells = [(number, place, value) for number, (row, _) in enumerate(rows) for place, value in row]
    at, places, values = zip(*cells, strict=True)
    matrix = sparse.csc_array((values, (at, places)), shape=(len(rows), width))
    return LinearConstraint(matrix, -np.inf, np.array([bound for _, bound in rows]))


def _rows(programme: Programme, columns: Sequence[_Bundle]) -> list[tuple[list[tuple[int, float]], float]]:
    """What is at most how much: one bundle a spot; each colleague's room; nothing taken over without its cost."""
    spots: dict[int, list[tuple[int, float]]] = {}
    rooms: dict[str, list[tuple[int, float]]] = {}
    overs: dict[tuple[int, int], list[tuple[int, float]]] = {}
    for place, one in enumerate(columns):
        spots.setdefault(one.spot, []).append((place, 1.0))
        if one.new:
            rooms.setdefault(one.new, []).append((place, 1.0))
        for over in one.over:
            overs.setdefault((one.spot, over), [(len(columns) + over, -1.0)]).append((place, 1.0))
    rows = [(cells, 1.0) for cells in spots.values()]
    rows += [(cells, float(programme.room[person])) for person, cells in rooms.items()]
    rows += [(cells, 0.0) for cells in overs.values()]
    last: dict[str, int] = {}
    for place, takeover in enumerate(programme.takeovers, len(columns)):
        if takeover.person in last:
            rows.append(([(place, 1.0), (last[takeover.person], -1.0)], 0.0))
        last[takeover.person] = place
    return rows


def _only(programme: Programme, chosen: Sequence[_Bundle], over: Sequence[Takeover]) -> Programme:
    """The programme with nothing to choose from but what is chosen."""
    offers = {programme.spots[one.spot].id: set(one.offers) for one in chosen}

    def kept(spot: Spot, lanes: list[list[Offer]]) -> list[list[Offer]]:
        few = ([one for one in lane if one in offers.get(spot.id, ())] for lane in lanes)
        return [lane for lane in few if lane]

    spots = [replace(spot, rows=kept(spot, spot.rows), choices=kept(spot, spot.choices)) for spot in programme.spots]
    return replace(programme, spots=spots, takeovers=over)
