"""What might a year cost? Years are drawn: who leaves in each, and which customers are lost with them."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from scipy import sparse

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]

YEARS = 256
"""Years drawn at a time; each such chunk has random numbers of its own, so that cores change nothing."""

CUSTOMERS = 4096
"""Customers at a time, so that memory stays bounded."""

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


def lost_in(pool: Pool, years: int, seed: int, told: Callable[[str], None] | None = None) -> Whole:
    """The weight lost in each of so many years, in whole units: the same for the same seed.

    With L those who leave in a year, a customer is lost with the chance e^-Λ(stay) · [1 - Π (1 - φ·s)], which is
    e^-(Λ - Λ_L) - e^-(Λ - Λ_L + pull_L).
    """
    coarse = max(1, -(-int(pool.weight.sum()) // EXACT))
    weight = np.round(pool.weight / coarse)
    starts = range(0, years, YEARS)
    found = np.zeros(years, np.int64)
    with ThreadPoolExecutor(cores()) as pool_of_threads:
        chunks = pool_of_threads.map(
            lambda start: _chunk(pool, weight, seed, start // YEARS, min(YEARS, years - start)), starts
        )
        for start, lost in zip(starts, chunks, strict=True):
            found[start : start + len(lost)] = lost
            if told is not None:
                told(f"years drawn: {start + len(lost):,} of {years:,}")
    return found * coarse


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _chunk(pool: Pool, weight: Floats, seed: int, number: int, years: int) -> Whole:
    gone = _who_leaves(pool, _random(seed, number, 0), years)
    lost = np.zeros(years)
    for part, first in enumerate(range(0, len(weight), CUSTOMERS), 1):
        here = slice(first, first + CUSTOMERS)
        lost += weight[here] @ _what_is_lost(pool, gone, here, _random(seed, number, part))
    return lost.astype(np.int64)


def _random(*seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed)))


def _who_leaves(pool: Pool, random: np.random.Generator, years: int) -> Floats:
    """1 where a person (row) leaves in a year (column)."""
    shocks = random.random((pool.teams, years)) < pool.shock
    shaken = np.zeros((len(pool.team), years), bool)
    member = pool.team >= 0
    shaken[member] = shocks[pool.team[member]]
    chance = np.where(shaken, pool.shocked[:, None], pool.alone[:, None])
    return (random.random(shaken.shape) < chance).astype(np.float64)


def _what_is_lost(pool: Pool, gone: Floats, here: slice, random: np.random.Generator) -> Floats:
    """1 where a customer (row) is lost in a year (column); everything in place, for memory is what takes time."""
    stays: Floats = pool.held[here] @ gone
    stays -= pool.total[here, None]
    keeps = pool.pull[here] @ gone
    np.subtract(stays, keeps, out=keeps)
    np.exp(stays, out=stays)
    stays -= np.exp(keeps, out=keeps)
    drawn = random.random(out=keeps)
    return np.less(drawn, stays, out=stays, casting="unsafe")
