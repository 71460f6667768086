"""What a plan can be chosen from: what can be done at each customer, and what can be taken over everywhere."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netaudit.model import UNIT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Odds:
    """How likely somebody leaves, if the team has no shock and if it has; people of one `crew` share the shock."""

    crew: str
    alone: float
    shocked: float


@dataclass(frozen=True, slots=True)
class Offer:
    """One action at one customer: a tie of so many `units` between `owner` and `contact` ("": somebody there).

    `near` says how a colleague is near ("" for channels), `beside` who has the strongest tie so far.
    """

    action: str
    owner: str
    contact: str
    units: int
    cost: float
    near: str = ""
    beside: str = ""

    @property
    def is_personal(self) -> bool:
        """Whether the tie is a colleague's, and not the company's."""
        return bool(self.near)

    @property
    def is_new(self) -> bool:
        """Whether it gives the colleague a customer more."""
        return self.near in {"team", "segment"}


@dataclass(slots=True)
class Spot:
    """A customer, and what can be done there.

    `company` and `people` are its units today; `weight` whole units of money. Of a `row` of offers each can be had
    after the one before it, of a `choice` one of them.
    """

    id: str
    segment: str | None
    owner: str | None
    weight: int
    company: int
    people: dict[str, int]
    odds: Mapping[str, Odds]
    shock: float
    rows: list[list[Offer]] = field(default_factory=list)
    choices: list[list[Offer]] = field(default_factory=list)

    def unheld(self, company: int = 0, people: Mapping[str, int] | None = None) -> float:
        """The expected unheld share with so many units more of the company's, and of some people's."""
        return math.exp(-(self.company + company) / UNIT) * self.loose(people or {})

    def loose(self, more: Mapping[str, int]) -> float:
        """The chance that no colleague holds it in the end; the closed form of `expected.prospects`."""
        crews: dict[str, list[float]] = {}
        for person in (*self.people, *(one for one in more if one not in self.people)):
            odds = self.odds[person]
            hold = -math.expm1(-(self.people.get(person, 0) + more.get(person, 0)) / UNIT)
            crew = crews.setdefault(odds.crew, [1.0, 1.0])
            crew[0] *= 1 - hold * (1 - odds.alone)
            crew[1] *= 1 - hold * (1 - odds.shocked)
        return math.prod((1 - self.shock) * alone + self.shock * shocked for alone, shocked in crews.values())


@dataclass(frozen=True, slots=True)
class Takeover:
    """The company itself sends what one person passes on, everywhere at once.

    `moved` says by customer how many units the company gets and how many the person loses; `units` is what a tie of
    the channel has. Those of one `lane` come one after another: they crowd each other at the cap of a contact.
    """

    channel: str
    person: str
    units: int
    cost: float
    moved: Mapping[str, tuple[int, int]]
    lane: str


def by_lane(takeovers: Sequence[Takeover]) -> list[list[Takeover]]:
    """Those that come one after another, together."""
    lanes: dict[str, list[Takeover]] = {}
    for takeover in takeovers:
        lanes.setdefault(takeover.lane, []).append(takeover)
    return list(lanes.values())


@dataclass(frozen=True, slots=True)
class Programme:
    """What can be chosen from. `room` is how many new customers each colleague can take on.

    `rate` is the most (weight times share) that a unit of cost brings at any customer at which nothing is on offer
    because it was not looked at; 0 where there is none.
    """

    spots: Sequence[Spot]
    takeovers: Sequence[Takeover]
    room: Mapping[str, int]
    rate: float = 0.0

    @property
    def unheld(self) -> float:
        """What is unheld at the spots, as weight times share."""
        return sum(spot.weight * spot.unheld() for spot in self.spots)
