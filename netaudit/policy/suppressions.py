"""Which findings are accepted for a while, and what of that is of no use?"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from netaudit.policy.policy import Policy, Suppression
    from netaudit.policy.rule import Found

LONG = 366
"""A suppression for more days than this is said to be long."""


class Suppressing:
    """Which finding is suppressed by what, and which suppressions were of use.

    `ran` are the rules that were looked at. Without `ignores` nothing is suppressed; where the book was looked at only
    `partly`, none is called useless, for what it means may be in the other part.
    """

    def __init__(self, policy: Policy, today: date, ran: set[str], *, ignores: bool, partly: bool) -> None:
        self._today = today
        self._all = policy.suppressions if ignores else ()
        known = policy.rulings
        judged = (entry for entry in self._all if entry.rule in ran or not known[entry.rule].runs)
        self._judged = [] if partly else list(judged)
        self._used: set[Suppression] = set()

    def of(self, code: str, found: Found) -> Suppression | None:
        """The suppression that lasts longest of those that mean a finding."""
        first = found.subject[0]
        names = {"; ".join(found.subject)}
        if len(found.subject) == 1 or first.startswith("customer:"):
            names |= {first, first.partition(":")[2]}
        mine = [entry for entry in self._all if entry.rule == code and entry.subject in names]
        self._used.update(mine)
        return max(mine, key=lambda entry: entry.expires, default=None)

    def unused(self) -> list[Suppression]:
        """Those that meant nothing that was found."""
        return [entry for entry in self._judged if entry not in self._used]

    def warnings(self, unused: Iterable[Suppression]) -> list[str]:
        """What should be said about the suppressions."""
        said = [f"{entry.place}: this suppression of {entry.rule} suppresses nothing" for entry in unused]
        return said + [
            f"{entry.place}: this suppression of {entry.rule} lasts for more than a year"
            for entry in self._all
            if (entry.expires - self._today).days > LONG
        ]
