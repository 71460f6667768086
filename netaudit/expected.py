"""What does the time ahead cost on average? The closed form, over everybody's chances to leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from netaudit import model
from netaudit.assumptions import ENDS
from netaudit.model import PULL, within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netaudit.book import Book
    from netaudit.engine import Frame
    from netaudit.year import Chances

_SUMS = tuple(f"{part}_{end}" for part in ("loose", "kept") for end in ENDS)


def prospects(book: Book, pairs: Frame, rates: Frame, chances: Sequence[Chances], shock: float) -> Frame:
    """What each team may do to each customer: customer, team ("" for those without one), units, loose_ and kept_.

    `loose_low`, `loose_base` and `loose_high` are -ln of Π_e (p_e + (1 - p_e)·e^-Λe), the chance that none of the team
    holds the customer in the end, and `kept_` the same with p_e·(1 - φ_e·s_e) for p_e, where none takes it along
    either; in units of 10^-12. With a shock of the chance q the product F is (1 - q)·F(p') + q·F(p''). Teams are
    independent of each other, so that their units add up. `rates` are the follow rates of the model.
    """
    states = {f"{state}_{end}": "DOUBLE" for state in ("alone", "shocked") for end in ENDS}
    rows = [(one.person, one.team or "", one.team or f" {one.person}", *one.alone, *one.shocked) for one in chances]
    columns = {"person": "VARCHAR", "team": "VARCHAR", "crew": "VARCHAR", **states}
    cells = zip(*rows, strict=True) if rows else ([] for _ in columns)
    going = book.engine.frame(book.engine.table(columns, dict(zip(columns, map(list, cells), strict=True))))
    ties = pairs.join(going, on="person").join(rates, on="person")
    summed = (
        ties.with_columns(hold=1 - model.loose(nw.col("units")))
        .with_columns(**{f"loose_{state}": _minus_log(1 - nw.col("hold") * (1 - nw.col(state))) for state in states})
        .with_columns(**{f"kept_{state}": _minus_log(_kept(state)) for state in states})
        .group_by("customer", "team", "crew")
        .agg(
            units=nw.col("units").sum(),
            **{f"{part}_{state}": nw.col(f"{part}_{state}").sum() for part in ("loose", "kept") for state in states},
        )
    )
    mixed = {
        f"{part}_{end}": _minus_log(
            (1 - shock) * _chance(f"{part}_alone_{end}") + shock * _chance(f"{part}_shocked_{end}")
        )
        for part in ("loose", "kept")
        for end in ENDS
    }
    by_team = summed.with_columns(**mixed).group_by("customer", "team")
    return by_team.agg(**{name: nw.col(name).sum().cast(nw.Int64) for name in ("units", *_SUMS)})


def _kept(state: str) -> nw.Expr:
    """p·(1 - φ·s) + (1 - p)·e^-Λ = 1 - s·(1 - p·(1 - φ))."""
    follow = nw.col(f"follow_{state.rpartition('_')[2]}")
    return 1 - nw.col("hold") * (1 - nw.col(state) * (1 - follow))


def _minus_log(chance: nw.Expr) -> nw.Expr:
    return (-within(chance, 1e-15, None).log() * PULL).round(0).cast(nw.Int64)


def _chance(column: str) -> nw.Expr:
    return (-(nw.col(column) / PULL)).exp()


def expected_of(ahead: Frame, held: Frame) -> Frame:
    """What every customer of `held_by` is expected to lose, with all teams: adds loss_, risk_ and unheld."""
    zero = nw.lit(0).cast(nw.Int64)
    all_teams = ahead.group_by("customer").agg(**{name: nw.col(name).sum().cast(nw.Int64) for name in _SUMS})
    joined = held.join(all_teams, on="customer", how="left")
    return _lost(
        joined.with_columns(stay=nw.col("company"), **{name: nw.coalesce(nw.col(name), zero) for name in _SUMS})
    )


def expected_by_team(ahead: Frame, held: Frame) -> Frame:
    """The same per team and customer that it has a live tie to, as if nobody else could leave."""
    joined = ahead.join(held, on="customer")
    return _lost(joined.with_columns(stay=nw.col("company") + nw.col("people") - nw.col("units")))


def _lost(frame: Frame) -> Frame:
    """E[loss] = e^-Λ(stay) · (Π loose - Π kept), never below 0 for rounding; E[unheld] = e^-Λ(stay) · Π loose."""
    stays = model.loose(nw.col("stay"))
    lost = {f"loss_{end}": stays * within(_chance(f"loose_{end}") - _chance(f"kept_{end}"), 0, None) for end in ENDS}
    risks = {f"risk_{end}": model.at_risk("weight", nw.col(f"loss_{end}")) for end in ENDS}
    return frame.with_columns(**lost, unheld=stays * _chance("loose_base")).with_columns(**risks)
