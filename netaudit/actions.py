"""What can be done about a customer: the actions of a plan, what they cost, and how far they may go."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from netaudit.errors import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

ACTIONS = ("page_follow", "newsletter", "desk_use", "handover", "unrelay", "second_colleague")
"""A contact follows the page or subscribes; a customer uses the desk; a colleague who knows a contact takes over some
of it; the company sends what one person passes on; a second colleague meets a contact."""

SUBSCRIPTION_OF: Mapping[str, str] = {"page_follow": "company_page", "newsletter": "newsletter"}
"""The kind of channel that a subscription is to."""

PERSONAL = ("handover", "second_colleague")
"""Actions whose tie is a colleague's."""

HANDOVER = 0.5
"""Intensity that a planned handover adds to a colleague's tie to a contact; convention."""

DESK_CALLS = 6
"""Calls a year that a customer who uses the desk makes."""

MEETINGS = 4
"""Meetings a year of a second colleague."""

COSTS: Mapping[str, float] = {
    "page_follow": 0.5,
    "newsletter": 0.5,
    "desk_use": 3,
    "handover": 6,
    "unrelay": 8,
    "second_colleague": 16,
    "second_colleague_near": 4,
}
"""Hours a year; convention. `second_colleague_near` is for one who knows another contact at the customer."""

LIMITS: Mapping[str, int] = {"page_follow": 1000, "newsletter": 1000, **dict.fromkeys(ACTIONS[2:], 1)}
"""How often at most at one customer (an `unrelay`: of one channel); 0 leaves an action out."""

PEOPLE: Mapping[str, int | None] = {"capacity": None, "new_customers": 5}
"""How many customers one colleague can have ties to (None: as many as the busiest has), and how many may be new."""


@dataclass(frozen=True, slots=True)
class Actions:
    """Costs in `unit` a year, limits per customer, and what a colleague can take on."""

    unit: str = "hours"
    cost: Mapping[str, float] = field(default_factory=lambda: dict(COSTS))
    limit: Mapping[str, int] = field(default_factory=lambda: dict(LIMITS))
    capacity: int | None = PEOPLE["capacity"]
    new_customers: int = PEOPLE["new_customers"] or 0

    def but(self, name: str, value: float) -> Actions:
        """These with another number: `cost.desk_use`, `limit.page_follow`, `capacity`, `new_customers`.

        Raises ValueError, with what to do about it, for an unknown name or a value out of bounds.
        """
        group, _, leaf = name.partition(".")
        known = {"cost": tuple(COSTS), "limit": ACTIONS}.get(group, ())
        if leaf not in known if known else name not in PEOPLE:
            names = tuple(f"{group}.{one}" for one in known) or ("unit", "cost", "limit", *PEOPLE)
            hint = nearest(name, names) or f"known are {', '.join(names)}"
            raise ValueError(f"no action parameter; {hint}")
        if group == "cost":
            return replace(self, cost={**self.cost, leaf: _within(value, 0.01, 1e9)})
        whole = int(_within(value, 0, LIMITS[leaf] if leaf else 1_000_000))
        if whole != value:
            raise ValueError("must be a whole number")
        if group == "limit":
            return replace(self, limit={**self.limit, leaf: whole})
        return replace(self, capacity=whole) if name == "capacity" else replace(self, new_customers=whole)

    def as_mapping(self) -> dict[str, object]:
        """As a book says it."""
        return {
            "unit": self.unit,
            "cost": dict(self.cost),
            "limit": dict(self.limit),
            "capacity": self.capacity,
            "new_customers": self.new_customers,
        }


def _within(value: float, least: float, most: float) -> float:
    if not least <= value <= most:
        raise ValueError(f"must lie from {least:g} to {most:g}")
    return value
