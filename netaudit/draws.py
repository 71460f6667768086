"""What might a year cost? Years are drawn: who leaves in each, and which customers are lost with them."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]

YEARS = 256
"""Years drawn at a time; each such chunk has random numbers of its own, so that cores change nothing."""

CUSTOMERS = 1024
"""Customers at a time, so that what is worked on stays near the processor."""

EXACT = 2**52
"""Sums up to this are exact in floating point, in any order."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Who may leave, and what customers lose with them.

    `alone` and `shocked` are each person's chances to leave without and with a shock of the team; `team` their team's
    number, and `teams` how many there are; `shock` the chance of one. `held` and `pull` are matrices (customers x
    people) of intensities and of -ln(1 - φ·s); `total` is the intensity of everybody and of the channels by customer,
    `weight` the customer's weight in whole units.
    """

    alone: Floats
    shocked: Floats
    team: Whole
    teams: int
    shock: float
    held: sparse.csr_array
    pull: sparse.csr_array
    total: Floats
    weight: Whole


def lost_in(pool: Pool, years: int, seed: int, told: Callable[[str], None] | None = None) -> Floats:
    """The weight lost in each of so many years, in whole units up to 2^52: the same for the same seed.

    With L those who leave in a year, a customer is lost with the chance e^-Λ(stay) · [1 - Π (1 - φ·s)], which is
    e^-(Λ - Λ_L) - e^-(Λ - Λ_L + pull_L).
    """
    coarse = max(1, -(-sum(map(int, pool.weight)) // EXACT))
    parts = [_part(pool, first, coarse) for first in range(0, len(pool.weight), CUSTOMERS)]
    found = np.zeros(years)

    def lost(start: int) -> Floats:
        return _lost(pool, parts, seed, start // YEARS, min(YEARS, years - start))

    with ThreadPoolExecutor(cores()) as threads:
        starts = range(0, years, YEARS)
        for start, chunk in zip(starts, threads.map(lost, starts), strict=True):
            found[start : start + len(chunk)] = chunk
            if told is not None:
                told(f"years drawn: {start + len(chunk):,} of {years:,}")
    return found * coarse


class _Part(NamedTuple):
    """Some customers: matrices of -Λ + Λ_L and of -Λ + Λ_L - pull_L, in a last column -Λ, and weights."""

    stays: sparse.csr_array
    keeps: sparse.csr_array
    weight: Floats


def _part(pool: Pool, first: int, coarse: int) -> _Part:
    here = slice(first, first + CUSTOMERS)
    held, total = pool.held[here], sparse.csr_array(-pool.total[here, None])
    stays, keeps = (sparse.hstack([one, total], format="csr") for one in (held, held - pool.pull[here]))
    return _Part(stays, keeps, np.round(pool.weight[here] / coarse))


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _lost(pool: Pool, parts: list[_Part], seed: int, chunk: int, years: int) -> Floats:
    """The weight lost in each year of a chunk; every part of the customers has random numbers of its own as well."""
    gone = _who_leaves(pool, _random(seed, chunk, 0), years)
    lost = np.zeros(years)
    for number, part in enumerate(parts, 1):
        lost += part.weight @ _what_is_lost(part, gone, _random(seed, chunk, number))
    return lost


def _random(*seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed)))


def _who_leaves(pool: Pool, random: np.random.Generator, years: int) -> Floats:
    """1 where a person (row) leaves in a year (column), and a last row of ones."""
    shocks = random.random((pool.teams, years)) < pool.shock
    shaken = np.zeros((len(pool.team), years), bool)
    member = pool.team >= 0
    shaken[member] = shocks[pool.team[member]]
    chance = np.where(shaken, pool.shocked[:, None], pool.alone[:, None])
    leaves = random.random(shaken.shape) < chance
    return np.vstack((leaves, np.ones((1, years)))).astype(np.float64)


def _what_is_lost(part: _Part, gone: Floats, random: np.random.Generator) -> Floats:
    """1 where a customer (row) is lost in a year (column); in place, for memory is what takes the time."""
    stays: Floats = part.stays @ gone
    keeps: Floats = part.keeps @ gone
    np.exp(stays, out=stays)
    stays -= np.exp(keeps, out=keeps)
    return np.less(random.random(out=keeps), stays, out=stays, casting="unsafe")
