"""What only persons hold, split among them: whose is it?"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import narwhals as nw

from netaudit.model import PULL, UNIT, loose, within

if TYPE_CHECKING:
    from netaudit.book import Book
    from netaudit.engine import Frame

PART = 10**15
"""Units of a part of a customer in 1."""

_POINTS = (1, 2, 4, 8, 16, 32)
_GRID = {"points": "INTEGER", "at": "DOUBLE", "share": "DOUBLE"}


def split_of_people(book: Book, pairs: Frame) -> Frame:
    """Each person's part of what only persons hold of a customer: person, customer, part (in units of 10^-15 of it).

    The Shapley split of walks with everybody leaving, channels aside (docs/model.md, section 3):
    s_i · ∫ Π_{j≠i} (1 - t·s_j) dt. The integrand is a polynomial in t whose degree is one less than there are persons,
    so that half as many Gauss-Legendre points as persons are exact, and 32 are enough for any number.
    """
    people = pairs.filter(nw.col("person") != "").select("person", "customer", "units")
    hold = (1 - loose(nw.col("units"))).cast(nw.Float64)
    people = people.with_columns(hold=hold, whole=(hold * UNIT).round(0).cast(nw.Int64))
    crowd = people.group_by("customer").agg(persons=nw.len(), together=nw.col("whole").sum().cast(nw.Float64))
    points = nw.lit(_POINTS[-1])
    for enough in sorted(_POINTS, reverse=True):
        points = nw.when(nw.col("persons") <= 2 * enough).then(nw.lit(enough)).otherwise(points)
    crowd = crowd.select("customer", points=points, reach=within(40 * UNIT / nw.col("together"), None, 1.0))
    grid = book.engine.frame(book.engine.table(_GRID, _grid()))
    at = nw.col("reach") * nw.col("at")
    keeps = (-within(1 - at * nw.col("hold"), 1e-15, None).log() * PULL).round(0).cast(nw.Int64)
    placed = people.join(crowd, on="customer").join(grid, on="points").with_columns(keeps=keeps)
    everyone = placed.group_by("customer", "at").agg(all=nw.col("keeps").sum().cast(nw.Int64))
    others = (-((nw.col("all") - nw.col("keeps")) / PULL)).exp()
    part = (nw.col("hold") * nw.col("reach") * nw.col("share") * others * PART).round(0).cast(nw.Int64)
    placed = placed.join(everyone, on=["customer", "at"]).with_columns(part=part)
    return placed.group_by("person", "customer").agg(part=nw.col("part").sum().cast(nw.Int64))


def _grid() -> dict[str, list[object]]:
    """Gauss-Legendre points on [0, 1] for each number of points that `split_of_people` uses."""
    found = [(count, at, share) for count in _POINTS for at, share in gauss_legendre(count)]
    return dict(zip(_GRID, map(list, zip(*found, strict=True)), strict=True))


def gauss_legendre(count: int) -> list[tuple[float, float]]:
    """Points on [0, 1] and their weights, for which the integral of any polynomial of degree 2·count - 1 is exact.

    The roots of the Legendre polynomial by Newton's method, from Tricomi's first guess.
    """
    found = []
    for index in range(count):
        root = math.cos(math.pi * (index + 0.75) / (count + 0.5))
        for _ in range(8):
            before, value = 1.0, root
            for degree in range(2, count + 1):
                before, value = value, ((2 * degree - 1) * root * value - (degree - 1) * before) / degree
            slope = count * (root * value - before) / (root * root - 1)
            root -= value / slope
        found.append(((1 + root) / 2, 1 / ((1 - root * root) * slope * slope)))
    return found
