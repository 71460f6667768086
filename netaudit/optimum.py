"""The best plan there is, in a small book; and in a larger one how far off a plan can be.

All sensible bundles of actions of every customer are columns of a mixed-integer program, which HiGHS solves to the end.
Without the whole numbers it bounds what any plan can bring, or the least that it can cost.
"""

from __future__ import annotations

import math
import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from netaudit.choosing import TOLERANCE, Goal, brought_by, cost_of, largest, one_by_one
from netaudit.model import UNIT
from netaudit.programme import by_lane

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netaudit.choosing import Step
    from netaudit.programme import Offer, Programme, Spot, Takeover

SMALL = 4_000
"""Up to so many columns the best plan is looked for."""

LARGE = 400_000
"""Up to so many columns there is a bound."""

ENDLESS = 1e12
"""A budget for everything there is to do."""

ROUNDING = 1e-6
"""A gap below this is the solver's rounding."""

NODES = 20_000
"""The solver stops after so many branches, with what bound it has."""

SETS = 64
"""Up to so many sets of takeovers at one customer the best plan is looked for."""

SCALE = 1.0
"""What the program works with: all that is unheld comes to this."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The steps of a plan; how far off the best one can be, None where that is not known; whether it meets its goal."""

    steps: list[Step]
    gap: float | None
    met: bool = True


def proven(programme: Programme, goal: Goal, steps: list[Step]) -> Chosen:
    """The best plan in its order, where it can be had; else `steps`, chosen one by one, and how far off they can be.

    So many actions at most are the first of those chosen one by one, held to the best plan of their cost.
    """
    if not goal.is_met(brought_by(steps)):
        return _out_of_reach(programme, goal, steps)
    found = best(programme, Goal(budget=cost_of(steps)) if goal.most is not None else goal)
    if found.only is not None and goal.most is None:
        chosen = one_by_one(found.only, Goal())
        steps = chosen if _is_better(chosen, steps, goal) else steps
    if found.only is None and goal.budget is not None:
        steps = max(steps, largest(programme, goal), key=brought_by)
    return Chosen(steps, _gap(steps, goal, found.bound))


def _out_of_reach(programme: Programme, goal: Goal, steps: list[Step]) -> Chosen:
    """What is needed, where the steps one by one do not bring it: the best plan for it, or else the most there is."""
    for asked in (goal, Goal(budget=ENDLESS)):
        found = best(programme, asked)
        if found.only is not None:
            chosen = one_by_one(found.only, Goal())
            steps = max(chosen, steps, key=brought_by)
            if goal.is_met(brought_by(steps)):
                return Chosen(steps, _gap(steps, goal, found.bound))
    return Chosen(steps, _gap(steps, Goal(budget=ENDLESS), found.bound), met=False)


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
        for over in _allowed(programme.takeovers, moved):
            found: dict[str, list[_Bundle]] = {}
            for bundle in _at(programme, number, over):
                found.setdefault(bundle.new, []).append(bundle)
            for bundles in found.values():
                yield from _undominated(bundles)


def _at(programme: Programme, number: int, over: tuple[int, ...]) -> Iterator[_Bundle]:
    """Everything sensible at one spot, if some takeovers have been made."""
    spot = programme.spots[number]
    before, company, given = spot.unheld(), _company(spot), spot.company
    lost: dict[str, int] = {}
    for takeover in (programme.takeovers[place] for place in over):
        given += takeover.moved[spot.id][0]
        lost[takeover.person] = lost.get(takeover.person, 0) - takeover.moved[spot.id][1]
    for people in product(*((None, *choice) for choice in spot.choices)):
        chosen = tuple(one for one in people if one is not None)
        more = dict(lost)
        for one in chosen:
            more[one.owner] = more.get(one.owner, 0) + one.units
        new = next((one.owner for one in chosen if one.is_new), "")
        loose, cost = spot.loose(more), sum(one.cost for one in chosen)
        for price, units, offers in company:
            gain = spot.weight * (before - math.exp(-(given + units) / UNIT) * loose)
            yield _Bundle(number, (*offers, *chosen), over, new, cost + price, gain)


def _allowed(takeovers: Sequence[Takeover], moved: list[int]) -> Iterator[tuple[int, ...]]:
    """The sets of takeovers that can have been made, of those that move something here."""
    lanes = by_lane([takeovers[place] for place in moved])
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
    lanes = [by_lane([one for one in programme.takeovers if spot.id in one.moved]) for spot in programme.spots]
    if any(math.prod(len(lane) + 1 for lane in each) > SETS for each in lanes):
        return Best(None, None)
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
        return Best(None, None) if programme.rate else Best(programme, 0.0)
    scale = SCALE / programme.unheld
    overs = programme.takeovers
    gains = np.array([*(one.gain * scale for one in columns), *(0.0 for _ in overs), programme.rate * scale])
    costs = np.array([*(one.cost for one in columns), *(one.cost for one in overs), 1.0])
    limits = [_limits(programme, columns, len(gains))]
    if goal.needed is None:
        limits.append(LinearConstraint(costs[None, :], -np.inf, goal.budget or 0.0))
    else:
        limits.append(LinearConstraint(gains[None, :], goal.needed * scale, np.inf))
    with _silent():
        found = milp(
            -gains if goal.needed is None else costs,
            constraints=limits,
            integrality=np.full(len(gains), int(small)),
            bounds=Bounds(0, np.array([*np.ones(len(gains) - 1), np.inf if programme.rate else 0])),
            options={"mip_rel_gap": 0.0, "node_limit": NODES},
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


@contextmanager
def _silent() -> Iterator[None]:
    """HiGHS writes a line of its own to standard output now and then, whatever it is told; answers go there."""
    sys.stdout.flush()
    try:
        kept = os.dup(1)
    except OSError:  # nobody listens
        yield
        return
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        try:
            yield
        finally:
            os.dup2(kept, 1)
            os.close(kept)


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
        if takeover.lane in last:
            rows.append(([(place, 1.0), (last[takeover.lane], -1.0)], 0.0))
        last[takeover.lane] = place
    return rows


def _only(programme: Programme, chosen: Sequence[_Bundle], over: Sequence[Takeover]) -> Programme:
    """The programme with nothing to choose from but what is chosen."""
    offers = {programme.spots[one.spot].id: set(one.offers) for one in chosen}

    def kept(spot: Spot, lanes: list[list[Offer]]) -> list[list[Offer]]:
        few = ([one for one in lane if one in offers.get(spot.id, ())] for lane in lanes)
        return [lane for lane in few if lane]

    spots = [replace(spot, rows=kept(spot, spot.rows), choices=kept(spot, spot.choices)) for spot in programme.spots]
    return replace(programme, spots=spots, takeovers=over)
