"""How long the worst sets take to prove, and the drawn years beside one sparse product over the same chunks.

    python -m tests.benchmarks.several [--runs K] [--years N] [--only worst|years]

The worst sets are searched in made-up books of equal revenue, in which nobody stands out: hard ones. A year is drawn
for 1,000 people, 10,000 customers and 50,000 ties; what it is held against is a CSR matrix (customers x people) times
a dense matrix of who leaves (people x years), in float64, which is one of the two products that drawing needs. Both are
run in turn. Nothing is asserted about time.
"""

from __future__ import annotations

import argparse
import resource
import sys
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from netaudit.costliest import Terms, costliest
from netaudit.draws import YEARS, Pool, cores, lost_in

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZES = ((500, 3000, 3), (200, 1500, 5), (200, 1500, 7), (2000, 20_000, 3))
"""People, customers, people in a set."""

LIMIT = 60.0
"""Seconds for one search."""


@dataclass(frozen=True, slots=True)
class Made:
    """A made-up book: who has which tie with whom, and what holds each customer in all."""

    customer: np.ndarray
    person: np.ndarray
    intensity: np.ndarray
    total: np.ndarray


def made(people: int, customers: int, ties: int, seed: int) -> Made:
    """Every customer has one tie; the others fall anywhere. A third of customers are held by the company too."""
    draw = np.random.default_rng(seed)
    customer = np.concatenate((np.arange(customers), draw.integers(0, customers, ties - customers)))
    pairs = np.unique(customer * people + draw.integers(0, people, ties))
    customer, person = pairs // people, pairs % people
    intensity = draw.exponential(0.8, len(pairs))
    company = np.where(draw.random(customers) < 1 / 3, draw.exponential(0.5, customers), 0.0)
    return Made(customer, person, intensity, np.bincount(customer, intensity, customers) + company)


def terms_of(book: Made, follow: float = 0.3) -> Terms:
    """What is at risk when sets of people leave, each customer weighing the same."""
    loose, gain = np.exp(-book.total), np.expm1(book.intensity)
    return Terms.together(
        Terms(loose, book.customer, book.person, gain, len(loose)),
        Terms(-loose, book.customer, book.person, gain * (1 - follow), 0),
    )


def searches(runs: int) -> list[str]:
    """A line of a table for each size: seconds, and what was proven."""
    lines = []
    for people, customers, size in SIZES:
        terms = terms_of(made(people, customers, 3 * customers, 1))
        seconds = []
        for _ in range(runs):
            start = perf_counter()
            found = costliest(terms, people, size, 5, LIMIT)
            seconds.append(perf_counter() - start)
        gap = found.bound / _brought(terms, found.sets[0]) - 1
        proven = "proven" if found.proven else f"within {gap:.1%}"
        lines.append(f"| {size} of {people:,} | {customers:,} | {median(seconds):.2f} | {proven} |")
    return lines


def _brought(terms: Terms, people: tuple[int, ...]) -> float:
    factor = np.ones(len(terms.weight))
    gone = np.isin(terms.person, people)
    np.multiply.at(factor, terms.term[gone], 1 + terms.gain[gone])
    return float((terms.weight * (factor - 1)).sum())


def pool_of(book: Made, people: int) -> Pool:
    """The same as draws take it; everybody leaves with 20 %, ten to a team."""
    shape = len(book.total), people
    held = sparse.csr_array((book.intensity, (book.customer, book.person)), shape)
    pull = held.copy()
    pull.data = -np.log1p(-0.3 * -np.expm1(-held.data))
    weight = np.random.default_rng(2).integers(1, 10**8, len(book.total))
    alone = 1 - 0.8 / (1 - 0.06 * 0.6)
    team = np.arange(people) // 10
    return Pool(
        np.full(people, alone),
        np.full(people, 1 - (1 - alone) * 0.4),
        team,
        int(team.max()) + 1,
        0.06,
        held,
        pull,
        book.total,
        weight,
    )


def product(pool: Pool, years: int) -> float:
    """Seconds of the one product alone, chunk by chunk; who leaves is drawn outside of what is measured."""
    seconds = 0.0
    for start in range(0, years, YEARS):
        gone = (np.random.default_rng(start).random((pool.held.shape[1], YEARS)) < 0.2).astype(np.float64)
        begin = perf_counter()
        pool.held @ gone
        seconds += perf_counter() - begin
    return seconds


def years_drawn(runs: int, years: int) -> list[str]:
    """Lines of a table: seconds of drawing and of the product, and how many times as long."""
    pool = pool_of(made(1000, 10_000, 50_000, 3), 1000)
    ours, theirs = [], []
    for _ in range(runs):
        start = perf_counter()
        lost_in(pool, years, 1)
        ours.append(perf_counter() - start)
        theirs.append(product(pool, years))
    ratio = median(one / other for one, other in zip(ours, theirs, strict=True))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)
    return [
        f"| {years:,} years drawn, {cores()} cores | {median(ours):.1f} | {ratio:.1f} | {peak:.0f} |",
        f"| one product, float64 | {median(theirs):.1f} | 1 | |",
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--years", type=int, default=100_000)
    parser.add_argument("--only", choices=("worst", "years"))
    given = parser.parse_args(arguments)
    if given.only != "worst":
        print("| | seconds | times the product | peak MiB |\n|---|---:|---:|---:|")  # noqa: T201
        print(*years_drawn(given.runs, given.years), "", sep="\n")  # noqa: T201
    if given.only != "years":
        print("| worst | customers | seconds | |\n|---|---:|---:|---|")  # noqa: T201
        print(*searches(given.runs), sep="\n")  # noqa: T201


if __name__ == "__main__":
    main()
