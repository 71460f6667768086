"""The formulas: intensities, what is held, what walks and what is lost.

Intensities are whole numbers of 10^-9 ("units"), so that sums are exact in any order and on any engine.
The definitions, with their reasons, are in docs/model.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from netaudit.loading.values import day_number

if TYPE_CHECKING:
    from netaudit.assumptions import Assumptions
    from netaudit.book import Book
    from netaudit.engine import Frame

UNIT = 10**9
"""Units of intensity in 1."""

PORTION = 10**12
"""Portions of a customer in 1, where shares of many are summed; times a weight, they need 128 bits."""

PULL = 10**12
"""Units of pull in 1; a pull is minus the logarithm of the chance that a leaver takes nobody along."""

USUAL_PER_YEAR = 4
"""How often a year is assumed where no count is recorded."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The assumptions that are compared with intensities, in units."""

    tie: int
    customer: int
    contact: int
    subscription: int

    @classmethod
    def of(cls, assumptions: Assumptions) -> Limits:
        """The limits that some assumptions set."""
        return cls(
            tie=units_of_hold(assumptions["threshold.tie"]),
            customer=units_of_hold(assumptions["threshold.customer"]),
            contact=round(assumptions["max_intensity"] * UNIT),
            subscription=round(assumptions["max_subscription"] * UNIT),
        )


def units_of_hold(hold: float) -> int:
    """The least intensity, in units, that holds with this chance: -ln(1 - hold)."""
    return round(-math.log1p(-hold) * UNIT)


def hold_of(units: int) -> float:
    """The chance that a bundle of this intensity still holds: 1 - e^-Λ."""
    return abs(math.expm1(-units / UNIT))


def unheld_of(units: int) -> float:
    """The chance that it does not: e^-Λ."""
    return math.exp(-units / UNIT)


def intensity_of(kind: str, per_year: float, assumptions: Assumptions) -> float:
    """Intensity of a tie of so many contacts a year, the last one half the usual gap ago; capped like any other."""
    gap = 365 / (per_year * assumptions["half_life_days"])
    once = assumptions["per_meeting"] * assumptions[f"weight.{kind}"] * 2 ** (-gap / 2)
    return min(once / (1 - 2**-gap), assumptions["max_intensity"])


def units_of_subscription(kind: str, assumptions: Assumptions) -> int:
    """The fixed intensity of one subscription to a channel of this kind."""
    return round(min(assumptions[f"channel.{kind}"], assumptions["max_intensity"]) * UNIT)


def _units(intensity: nw.Expr, most: float) -> nw.Expr:
    """Whole units, never above the cap of one contact: more would be cut off in the sum anyway."""
    return (within(intensity, 0, most) * UNIT).round(0).cast(nw.Int64)


def within(value: nw.Expr, least: float | None, most: float | None) -> nw.Expr:
    """A value kept within bounds, both of which hold where it is null.

    Narwhals' own `clip` writes the value out once more for every bound, so that nested ones grow without end.
    """
    value = value if least is None else nw.max_horizontal(value, nw.lit(least))
    return value if most is None else nw.min_horizontal(value, nw.lit(most))


def _choice(column: str, values: dict[str, float]) -> nw.Expr:
    """The value for each text of a column; 0 for others."""
    chosen = nw.lit(0.0)
    for text, value in values.items():
        chosen = nw.when(nw.col(column) == text).then(nw.lit(float(value))).otherwise(chosen)
    return chosen


def _once(assumptions: Assumptions, age: nw.Expr) -> nw.Expr:
    """Intensity of one contact so many days ago: κ·w·2^(-age/h)."""
    decay = 2.0 ** (-within(age / assumptions["half_life_days"], None, 1000.0))
    return assumptions["per_meeting"] * _choice("kind", assumptions.group("weight")) * decay


def _age(as_of: int, day: str) -> nw.Expr:
    """Days since; what lies ahead counts as today."""
    return within(nw.lit(as_of) - nw.col(day), 0, None).cast(nw.Float64)


def units_of_subscriptions(assumptions: Assumptions) -> nw.Expr:
    """Units of one subscription to the channel of the row; 0 where that has none."""
    return _units(_choice("subscription", assumptions.group("channel")), assumptions["max_intensity"])


def units_of_contacts(as_of: int, assumptions: Assumptions) -> nw.Expr:
    """Units of the contacts of a row of the log, so many (`count`) on one day (`on`); capped where they are summed."""
    most = 1000 * assumptions["max_intensity"]
    return _units(_once(assumptions, _age(as_of, "on")) * nw.col("count"), most)


def units_of_record(as_of: int, assumptions: Assumptions) -> nw.Expr:
    """Units of one row of ties: its strength, a subscription's fixed intensity, or the decayed series of contacts.

    The series is one contact every 365/f days, the last d days ago: κ·w·2^(-d/h) / (1 - 2^(-365/(f·h))).
    """
    per_year = within(nw.coalesce(nw.col("per_year"), nw.lit(float(USUAL_PER_YEAR))), 1e-9, None)
    age = nw.when(nw.col("last_contact").is_null()).then(365 / (2 * per_year)).otherwise(_age(as_of, "last_contact"))
    gap = within(365 / (per_year * assumptions["half_life_days"]), None, 1000.0)
    series = _once(assumptions, age) / within(1 - 2.0 ** (-gap), 1e-12, None)
    strength = -(1 - within(nw.col("strength"), 0.0, 1 - 1e-15)).log()
    most = assumptions["max_intensity"]
    return (
        nw.when(~nw.col("strength").is_null())
        .then(_units(strength, most))
        .when(nw.col("subscription") != "")
        .then(units_of_subscriptions(assumptions))
        .otherwise(_units(series, most))
    )


def follow_rates(book: Book, assumptions: Assumptions, destination: str | None) -> Frame:
    """How many of an employee's customers would follow: person, destination, follow_low, follow_base, follow_high.

    The destination is the one asked for, else that of the recorded departure, else unknown; a clause that still
    runs takes its share off.
    """
    where = nw.lit(destination) if destination else nw.coalesce(nw.col("destination"), nw.lit("unknown"))
    bound = nw.col("clause_until") >= day_number(book.as_of)
    clause = nw.when(bound).then(nw.lit(float(assumptions["clause"]))).otherwise(nw.lit(1.0))
    rates = {name: assumptions.follow(name) for name in ("competitor", "elsewhere", "unknown")}
    people = book.tables.employees.with_columns(destination=where)
    columns = {
        f"follow_{end}": _choice("destination", {name: rate[index] for name, rate in rates.items()}) * clause
        for index, end in enumerate(("low", "base", "high"))
    }
    return people.select("destination", person=nw.col("id"), **columns)


def pull(follow: str, units: str) -> nw.Expr:
    """Units of pull of one leaver on one customer: -ln(1 - φ·s), s = 1 - e^-Λ. Pulls of joint leavers add."""
    stays = 1 - nw.col(follow) * (1 - loose(nw.col(units)))
    return (-within(stays, 1e-15, None).log() * PULL).round(0).cast(nw.Int64)


def loose(units: nw.Expr) -> nw.Expr:
    """The chance that a bundle of this intensity does not hold: e^-Λ."""
    return (-(units / UNIT)).exp()


def shares(stay: str = "stay", leave: str = "leave") -> dict[str, nw.Expr]:
    """Held, walks and adrift of a customer from the units of those who stay and of those who leave; they sum to 1."""
    unheld, before = loose(nw.col(stay)), loose(nw.col(leave))
    return {"held": 1 - unheld, "walks": unheld * (1 - before), "adrift": unheld * before}


def loss(pulled: str, stay: str = "stay") -> nw.Expr:
    """Expected share lost: e^-Λ(stay) · (1 - e^-pull); never above walks, of which it is a part."""
    return nw.min_horizontal(loose(nw.col(stay)) * (1 - (-(nw.col(pulled) / PULL)).exp()), shares()["walks"])


def lost_alone(follow: str) -> nw.Expr:
    """Expected share lost to one leaver: φ · walks, which `loss` comes to with one pull, without its rounding."""
    return nw.col(follow) * nw.col("walks")


def portions(weight: str, share: nw.Expr) -> nw.Expr:
    """A share of a customer's weight, in portions of one unit of it: exact in any order, however small the weight."""
    return nw.col(weight).cast(nw.Decimal(38, 0)) * (share * PORTION).round(0).cast(nw.Int64)


def at_risk(weight: str, lost: nw.Expr) -> nw.Expr:
    """Whole smallest units of money (or weight) at risk, rounded once per customer."""
    return (nw.col(weight) * lost).round(0).cast(nw.Int64)
