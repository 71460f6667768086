"""Which so many people bring most when they go together?

What a set L brings is a sum over terms, f(L) = Σ_t w_t · (Π_{i∈L} (1 + x_ti) - 1), and with every product multiplied
out a sum over the subsets of L, f(L) = Σ_{T⊆L} m(T) with m(T) = Σ_t w_t · Π_{i∈T} x_ti. The model's measures make
every m(T) at least 0: those who leave together cost no less than the sum, and a search that takes one after the other
misses groups. So this is a best-first branch and bound, with a bound made of the same m.

Let P be chosen, r more wanted, and m taken after P. Every larger T is laid to the account of its first two people i, j
(in a fixed order): q_ij = Σ_T m(T), T as large as r at most. Then, for any S of r people,
f(P+S) - f(P) ≤ Σ_{i∈S} m({i}) + Σ_{i,j∈S} q_ij ≤ Σ_{i∈S} u_i with u_i = m({i}) + half of the r - 1 largest q_ij.
The r largest u are the bound. Where two or fewer are wanted, the best sets are looked up and no bound is needed.
All of it is compared in whole numbers of a fine grid, so that neither the order of the terms nor the processor decides
between equals. Nothing is subtracted on the way to q but what the terms themselves subtract, so that rounding stays
small.
"""

from __future__ import annotations

import heapq
import math
import time
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]
    Told = Callable[[str], None]

GRID = 1e-12
"""What sets bring is compared in whole numbers of this part of everything, so that rounding decides nothing."""

ROUNDINGS = 4
"""By so many steps of the grid the worth of one set may differ, as it is worked out."""

MOST_PAIRS = 20_000_000
"""Pairs of people who have a term in common, counted once for every term: more would not fit into memory."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of what leaving brings: `weight` of each, and entries (`term`, `person`, `gain`).

    Entries are sorted by term, then by person; people are numbered from 0. No set brings more than `whole`. The
    measures of the model are such sums: docs/model.md, "Several at once".
    """

    weight: Floats
    term: Whole
    person: Whole
    gain: Floats
    whole: float

    @property
    def pairs(self) -> int:
        """How many pairs of people have a term in common, counted once for every term."""
        counts = np.bincount(self.term, minlength=1)
        return int((counts * counts).sum())

    @classmethod
    def together(cls, *parts: Terms) -> Terms:
        """The sum of several measures."""
        before = np.cumsum([0, *(len(part.weight) for part in parts)])
        return cls(
            np.concatenate([part.weight for part in parts]),
            np.concatenate([part.term + start for part, start in zip(parts, before, strict=False)]),
            np.concatenate([part.person for part in parts]),
            np.concatenate([part.gain for part in parts]),
            sum(part.whole for part in parts),
        )


@dataclass(frozen=True, slots=True)
class Found:
    """The best sets, best first, and what no other set of that size brings more than; `proven` if it is theirs."""

    sets: tuple[tuple[int, ...], ...]
    bound: float
    proven: bool


class _Branch(NamedTuple):
    """What is left to try after `chosen`: each of `order` from `turn` on, with only later ones; `bounds` by turn."""

    minus_bound: float
    serial: int
    chosen: tuple[int, ...]
    order: Whole
    bounds: Floats
    turn: int


def costliest(terms: Terms, people: int, size: int, count: int, seconds: float, told: Told | None = None) -> Found:
    """The `count` sets of `size` of `people` that bring most: proven, unless `seconds` are over before.

    `told` hears now and then how far the search is.
    """
    return _Search(terms, people, size, count).run(time.monotonic() + seconds, told)


class _Search:
    """One search: the terms in shape, the best sets so far, and the branches that are open."""

    def __init__(self, terms: Terms, people: int, size: int, count: int) -> None:
        self.terms, self.people, self.size, self.count = terms, people, size, count
        self.grid = GRID * terms.whole or 1.0
        self.best: list[tuple[int, tuple[int, ...]]] = []
        self.open: list[_Branch] = []
        self.serial = 0
        starts = np.searchsorted(terms.term, np.arange(len(terms.weight) + 1))
        self.starts = starts
        place = np.arange(len(terms.term)) - starts[terms.term]
        self.places = [np.flatnonzero(place == turn) for turn in range(int(place.max(initial=-1)) + 1)]

    def run(self, deadline: float, told: Told | None) -> Found:
        """Open the branch with the largest bound until none is above the least of the best sets."""
        self._expand((), np.arange(self.people))
        said = time.monotonic()
        while self.open:
            now = time.monotonic()
            if now > deadline:
                return self._found(-self.open[0].minus_bound)
            if told is not None and now > said + 0.5:
                said = now
                told(f"branches open: {len(self.open):,}; {self._gap():.2%} above the best group are not ruled out")
            branch = heapq.heappop(self.open)
            if not self._promises(-branch.minus_bound):
                break
            self._push(branch.chosen, branch.order, branch.bounds, branch.turn + 1)
            self._expand((*branch.chosen, int(branch.order[branch.turn])), branch.order[branch.turn + 1 :])
        return self._found(0.0)

    def _found(self, still: float) -> Found:
        sets = sorted(self.best, reverse=True)
        best = sets[0][0]
        proven = still <= best
        chosen = tuple(tuple(-person for person in minus) for _, minus in sets)
        return Found(chosen, (best if proven else still) * self.grid, proven)

    def _gap(self) -> float:
        best = max(self.best)[0]
        return -self.open[0].minus_bound / best - 1 if best else math.inf

    def _promises(self, bound: float) -> bool:
        """Whether something of this worth would be among the best; of equal ones not all are looked at."""
        return len(self.best) < self.count or bound > self.best[0][0]

    def _take(self, about: float, people: tuple[int, ...]) -> None:
        """Keep a set if it is among the best, of equal ones the first; its worth is worked out in one way only."""
        if len(self.best) == self.count and about < self.best[0][0] - ROUNDINGS:
            return
        chosen = tuple(sorted(people))
        minus: tuple[int, ...] = tuple(-person for person in chosen)
        entry = self._after(chosen)[1], minus
        if entry in self.best:
            return
        if len(self.best) < self.count:
            heapq.heappush(self.best, entry)
        elif entry > self.best[0]:
            heapq.heapreplace(self.best, entry)

    def _expand(self, chosen: tuple[int, ...], others: Whole) -> None:
        """Look up the best sets with `chosen` and some `others`, or leave a branch for them open."""
        wanted = self.size - len(chosen)
        weight, value = self._after(chosen)
        allowed = np.zeros(self.people, bool)
        allowed[others] = True
        gain = np.where(allowed[self.terms.person], self.terms.gain, 0.0)
        single = self._in_grid(sums(weight[self.terms.term] * gain, self.terms.person, self.people))
        if wanted == 1:
            for person in _largest(single, others, self.count):
                self._take(value + single[person], (*chosen, person))
            return
        pairs = self._pairs(weight, gain, wanted)
        if wanted == 2:
            for two, worth in self._twos(single, pairs, others):
                self._take(value + worth, (*chosen, *two))
            return
        most = np.rint(single + _halves(pairs, wanted - 1))
        order = others[np.argsort(-most[others], kind="stable")]
        first = tuple(int(person) for person in order[:wanted])
        self._take(self._after((*chosen, *first))[1], (*chosen, *first))
        bounds = np.convolve(most[order], np.ones(wanted), "valid") if len(order) >= wanted else np.zeros(0)
        self._push(chosen, order, value + bounds, 0)

    def _push(self, chosen: tuple[int, ...], order: Whole, bounds: Floats, turn: int) -> None:
        if turn < len(bounds) and self._promises(bounds[turn]):
            self.serial += 1
            heapq.heappush(self.open, _Branch(-float(bounds[turn]), self.serial, chosen, order, bounds, turn))

    def _after(self, chosen: tuple[int, ...]) -> tuple[Floats, int]:
        """The terms' weights once these have left, and what that has brought, in the grid."""
        terms = self.terms
        factor = np.where(np.isin(terms.person, chosen), 1 + terms.gain, 1.0) if chosen else np.ones(len(terms.gain))
        grown = terms.weight.copy()
        if chosen and len(factor):
            touched = self.starts[:-1] < self.starts[1:]
            grown[touched] *= np.multiply.reduceat(factor, self.starts[:-1][touched])
        return grown, round(float((grown - terms.weight).sum()) / self.grid)

    def _in_grid(self, values: Floats) -> Floats:
        return np.rint(values / self.grid)

    def _pairs(self, weight: Floats, gain: Floats, wanted: int) -> sparse.coo_array:
        """What is laid to the account of two people, i before j: all sets of at most `wanted` that begin with them."""
        shape = (len(weight), self.people)
        first = sparse.csr_array((weight[self.terms.term] * gain, self.terms.person, self.starts), shape)
        rest = sparse.csr_array((gain * self._sets_after(gain, wanted - 2), self.terms.person, self.starts), shape)
        both = sparse.triu(first.T @ rest, 1, format="coo")
        both.data = np.maximum(both.data / self.grid, 0.0)
        return both

    def _sets_after(self, gain: Floats, most: int) -> Floats:
        """For each entry Σ_T Π x, over the sets T of at most so many later entries of its term; the empty set is 1."""
        later = np.zeros((most + 1, len(self.terms.weight)))
        later[0] = 1
        found = np.ones(len(gain))
        for entries in reversed(self.places):
            here = self.terms.term[entries]
            before = later[:, here]
            found[entries] = before.sum(axis=0)
            later[1:, here] = before[1:] + gain[entries] * before[:-1]
        return found

    def _twos(self, single: Floats, pairs: sparse.coo_array, others: Whole) -> Iterator[tuple[tuple[int, int], float]]:
        """The best pairs of others: those with something in common, and those of the best single ones."""
        allowed = np.zeros(self.people, bool)
        allowed[others] = True
        ours = allowed[pairs.row] & allowed[pairs.col]
        one, two, shared = pairs.row[ours], pairs.col[ours], pairs.data[ours]
        worth = np.rint(single[one] + single[two] + shared)
        for place in _largest(worth, np.arange(len(worth)), self.count):
            yield (int(one[place]), int(two[place])), float(worth[place])
        common = dict(zip(zip(one.tolist(), two.tolist(), strict=True), shared.tolist(), strict=True))
        for a, b in combinations(sorted(_largest(single, others, self.count + 1)), 2):
            yield (a, b), float(single[a] + single[b]) + common.get((a, b), 0.0)


def sums(values: Floats, by: Whole, count: int) -> Floats:
    """The sum of the values for each number below `count`."""
    return np.bincount(by, weights=values, minlength=count).astype(np.float64)


def _largest(values: Floats, among: Whole, count: int) -> list[int]:
    """Where the largest values stand, the first of equal ones first."""
    here = values[among]
    near = among[here >= np.partition(here, len(here) - count)[-count]] if len(among) > count else among
    return [int(place) for place in near[np.lexsort((near, -values[near]))][:count]]


def _halves(pairs: sparse.coo_array, count: int) -> Floats:
    """For each person half of the sum of their `count` largest pairs."""
    ends = np.concatenate((pairs.row, pairs.col)).astype(np.int64)
    worth = np.concatenate((pairs.data, pairs.data))
    order = np.lexsort((-worth, ends))
    ends, worth = ends[order], worth[order]
    rank = np.arange(len(ends)) - np.searchsorted(ends, ends)
    counts = rank < count
    return sums(worth[counts], ends[counts], pairs.shape[1]) / 2
