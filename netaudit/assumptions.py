"""Every parameter of the model: its default, its range, and what that rests on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from netaudit.errors import nearest, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

Basis = Literal["evidence", "convention"]
Ends = Literal["low", "base", "high"]
ENDS: tuple[Ends, ...] = ("low", "base", "high")
"""The ends of a range, as bands have them."""

DESTINATIONS = ("competitor", "elsewhere", "unknown")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number of the model: `base` is used, `low` and `high` are the ends of what is plausible.

    `floor` and `ceiling` bound what a user may give. `basis` says whether evidence or convention stands
    behind the default, `source` what exactly.
    """

    base: float
    low: float
    high: float
    floor: float
    ceiling: float
    basis: Basis
    source: str

    def at(self, end: Ends) -> float:
        """The value at one end of the range, or in the middle."""
        return {"low": self.low, "base": self.base, "high": self.high}[end]

    def given(self, values: tuple[float, ...]) -> Parameter:
        """This parameter with the user's value (the range stretches to hold it), or with low, base, high.

        Raises ValueError for values outside the bounds or out of order.
        """
        if len(values) not in (1, 3):
            raise ValueError("takes one value, or three: [low, base, high]")
        for value in values:
            if not self.floor <= value <= self.ceiling:
                raise ValueError(f"must lie from {self.floor:g} to {self.ceiling:g}")
        if len(values) == 3:
            if list(values) != sorted(values):
                raise ValueError("[low, base, high] must not fall")
            return replace(self, low=values[0], base=values[1], high=values[2])
        return replace(self, base=values[0], low=min(self.low, values[0]), high=max(self.high, values[0]))


def _weight(base: float) -> Parameter:
    return Parameter(
        base, base / 2, base * 2, 0, 1000, "convention", "the order of kinds is plausible, the ratios are convention"
    )


_REACH = "reach times weight, by convention"
_FOLLOW = (
    "27-35 % of law partners' clients follow; a rep's leaving costs 13-18 % of the customers' sales (Shi et al. 2017); "
    "29 % of lobbyists' sole clients followed"
)

DEFAULTS: Mapping[str, Parameter] = {
    "half_life_days": Parameter(
        180,
        90,
        540,
        1,
        36500,
        "convention",
        "nine in ten bridge ties are gone in a year (Burt: 110 days); work on dormant ties argues slower",
    ),
    "per_meeting": Parameter(0.4, 0.2, 0.8, 0, 100, "convention", "a quarterly meeting 45 days old then holds 68 %"),
    "max_intensity": Parameter(3, 2, 5, 0.01, 30, "convention", "no tie to one contact holds more than 95 %"),
    "max_subscription": Parameter(
        0.5, 0.2, 1, 0, 30, "convention", "a page or a newsletter alone never holds a customer"
    ),
    "weight.meeting": _weight(1),
    "weight.call": _weight(0.6),
    "weight.mail": _weight(0.25),
    "weight.social": _weight(0.1),
    "channel.company_page": Parameter(0.10, 0.02, 0.3, 0, 30, "convention", _REACH),
    "channel.newsletter": Parameter(0.15, 0.02, 0.3, 0, 30, "convention", _REACH),
    "follow.competitor": Parameter(0.50, 0.25, 0.85, 0, 1, "evidence", _FOLLOW),
    "follow.unknown": Parameter(0.30, 0.15, 0.50, 0, 1, "evidence", _FOLLOW),
    "follow.elsewhere": Parameter(0.15, 0.05, 0.25, 0, 1, "evidence", _FOLLOW),
    "attrition": Parameter(
        0.20, 0.10, 0.35, 0, 1, "evidence", "US sales 20-27 % a year; Danish salaried exits 21-24 %"
    ),
    "team_shock.probability": Parameter(
        0.06, 0, 0.1, 0, 1, "evidence", "19 % of leaving lobbyists left with a co-worker (Raffiee 2017)"
    ),
    "team_shock.leave": Parameter(
        0.6, 0.3, 0.9, 0, 1, "evidence", "19 % of leaving lobbyists left with a co-worker (Raffiee 2017)"
    ),
    "clause": Parameter(0.5, 0.2, 0.8, 0, 1, "convention", "how much of the following a clause leaves"),
    "threshold.tie": Parameter(0.20, 0.1, 0.4, 0, 0.999, "convention", "from this hold on a tie counts"),
    "threshold.customer": Parameter(0.50, 0.3, 0.7, 0, 0.999, "convention", "from this hold on a customer is held"),
}
"""The parameters by their full names, in the order in which they are reported."""

ATTRITION_OF = ("attrition_of_role", "attrition_of_team")
"""Groups that a book may open: the attrition of a role or a team by its name, where it is not everybody's."""

NOT_IN_RISK = ("attrition", "team_shock.", "threshold.")
"""Prefixes of the parameters that cannot move what `risk` says is at risk."""

ONLY_WHO_FOLLOWS = ("follow.", "clause")
ONLY_WHAT_COUNTS = ("half_life_days", "per_meeting", "weight.")
"""Prefixes of those that move nothing else of it: no limits, and not what a subscription is worth."""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """The parameters of one run. A partial change keeps the other defaults."""

    parameters: Mapping[str, Parameter]

    @classmethod
    def default(cls) -> Assumptions:
        """The defaults of the model."""
        return cls(dict(DEFAULTS))

    def __getitem__(self, name: str) -> float:
        """The value in use of one parameter."""
        return self.parameters[name].base

    def but(self, name: str, *values: float) -> Assumptions:
        """These assumptions with another value (or low, base, high) for one parameter.

        `weight.` may add kinds, and ATTRITION_OF roles and teams. Raises ValueError, with what to do about it, for an
        unknown name or a value out of bounds.
        """
        parameter = self.parameters.get(name)
        kind = name.removeprefix("weight.")
        if parameter is None and kind != name and kind.strip():
            parameter = _weight(1)
            if len(values) == 1:
                parameter = replace(parameter, low=values[0] / 2, high=values[0] * 2)
        group, _, leaf = name.partition(".")
        if group in ATTRITION_OF and leaf.strip():
            parameter = parameter or DEFAULTS["attrition"]
        if parameter is None:
            raise ValueError(f"unknown assumption {shown(name)}: {self._known(name)}")
        try:
            return Assumptions({**self.parameters, name: parameter.given(values)})
        except ValueError as problem:
            raise ValueError(f"{name} {problem}") from None

    def at(self, name: str, end: Ends) -> Assumptions:
        """These assumptions with one parameter moved to an end of its range."""
        parameter = self.parameters[name]
        return Assumptions({**self.parameters, name: replace(parameter, base=parameter.at(end))})

    def group(self, prefix: str) -> dict[str, float]:
        """The values below one prefix: `group("weight")` is {"meeting": 1, ...}."""
        start = f"{prefix}."
        return {
            name.removeprefix(start): parameter.base
            for name, parameter in self.parameters.items()
            if name.startswith(start)
        }

    def follow(self, destination: str) -> tuple[float, float, float]:
        """The follow rate to one destination: low, base, high."""
        parameter = self.parameters[f"follow.{destination}"]
        return parameter.low, parameter.base, parameter.high

    def as_mapping(self) -> dict[str, object]:
        """Nested, as a book writes them; whole numbers as such.

        The ranges behind the bands stand in `follow_range` and `attrition_range`, and in those of ATTRITION_OF.
        """
        nested: dict[str, object] = {}
        for name, parameter in self.parameters.items():
            group, _, leaf = name.partition(".")
            if leaf:
                inner = nested.setdefault(group, {})
                assert isinstance(inner, dict)  # noqa: S101 - a name is either a group or a value, as above
                inner[leaf] = _plain(parameter.base)
            else:
                nested[group] = _plain(parameter.base)
        nested["follow_range"] = {name: list(map(_plain, self.follow(name)))[::2] for name in DESTINATIONS}
        for group in ("attrition", *ATTRITION_OF):
            ranges = {
                name.partition(".")[2]: [_plain(parameter.low), _plain(parameter.high)]
                for name, parameter in self.parameters.items()
                if name.partition(".")[0] == group
            }
            if ranges:
                nested[f"{group}_range"] = ranges.get("", ranges)
        return nested

    def _known(self, name: str) -> str:
        return nearest(name, self.parameters) or f"known are {', '.join(self.parameters)}"


def _plain(number: float) -> float | int:
    return int(number) if number == int(number) else number
