"""How bad are the bad ones of the drawn losses, and how sure is that?"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEVEL = 0.95
"""The quantile of the bad years: one in twenty is worse."""

BARS = 12
"""Bars of the histogram, about."""


class Tail(NamedTuple):
    """Figures of the draws with their standard errors, in whole units of weight; the last three are chances."""

    mean: float
    mean_error: float
    var: float
    var_error: float
    es: float
    es_error: float
    chance: float
    chance_error: float
    any: float


def tail_of(losses: NDArray[np.float64], over: int) -> Tail:
    """Mean, VaR95, ES95 and the chance of more than `over`, each with its standard error; the chance of any loss.

    VaR95 is the smallest loss that 95 % of the draws do not exceed; its error is half the distance between the order
    statistics one binomial standard deviation to either side. ES95 is VaR + E[(X - VaR)+] / 0.05 (Rockafellar and
    Uryasev, 2000). A chance of k in n has the error of (k + 1)/(n + 2), which is not 0 where nothing was seen.
    """
    ordered = np.sort(losses)
    count = len(ordered)
    rank = math.ceil(LEVEL * count) - 1
    spread = math.ceil(math.sqrt(count * LEVEL * (1 - LEVEL)))
    var = int(ordered[rank])
    beyond = np.maximum(ordered - var, 0)
    root = math.sqrt(count)
    hits = int((ordered > over).sum())
    guarded = (hits + 1) / (count + 2)
    return Tail(
        mean=float(ordered.mean()),
        mean_error=float(ordered.std()) / root,
        var=var,
        var_error=float(ordered[min(rank + spread, count - 1)] - ordered[max(rank - spread, 0)]) / 2,
        es=var + float(beyond.mean()) / (1 - LEVEL),
        es_error=float(beyond.std()) / (1 - LEVEL) / root,
        chance=hits / count,
        chance_error=math.sqrt(guarded * (1 - guarded) / count),
        any=float((ordered > 0).mean()),
    )


def bars_of(losses: NDArray[np.float64]) -> list[tuple[int, int | None, int]]:
    """The draws by their loss: from, below and how many.

    The bars have one round width, and the last one has no end: it is for the hundredth of largest losses, or where
    hardly a draw loses anything, for the largest.
    """
    top = int(np.quantile(losses, 0.99, method="higher")) or int(losses.max())
    if not top:
        return [(0, None, len(losses))]
    width = _round_up(top / BARS)
    edges = [width * number for number in range(-(-top // width) + 1)]
    bars: list[tuple[int, int | None, int]] = [
        (low, high, int(((losses >= low) & (losses < high)).sum())) for low, high in pairwise(edges)
    ]
    return [*bars, (edges[-1], None, int((losses >= edges[-1]).sum()))]


def _round_up(width: float) -> int:
    """The next of 1, 2, 2.5, 5, 10, 20, ... that is a whole number."""
    power: float = 10 ** math.floor(math.log10(max(width, 1.0)))
    return next(math.ceil(step * power) for step in (1, 2, 2.5, 5, 10) if step * power >= width)
