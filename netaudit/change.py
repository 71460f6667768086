"""What can become of a customer between two books, and how bad is it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from netaudit.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Callable


class Stand(NamedTuple):
    """How a customer stands in one book; revenue and what the company's channels hold in whole units."""

    customer: str
    name: str | None
    segment: str | None
    revenue: int | None
    company: int
    ties: int
    colleagues: int
    channels: int
    first: str | None

    @property
    def unmapped(self) -> bool:
        """Nobody has a live tie to it."""
        return not self.ties

    @property
    def narrow(self) -> bool:
        """Fewer than two colleagues have a tie that counts, and no channel of the company's own has one."""
        return self.colleagues < 2 and not self.channels

    @property
    def bare(self) -> bool:
        """Nobody at all has a tie that counts."""
        return not self.colleagues and not self.channels

    @property
    def company_rank(self) -> int:
        """0 without a live tie of the company's own, 1 with one, 2 with one that counts."""
        return 2 if self.channels else int(self.company > 0)

    @property
    def holder(self) -> str | None:
        """The one colleague whose leaving alone would leave no tie that counts."""
        return self.first if self.narrow and self.colleagues else None


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that can happen to a customer: what it is called, what the same is the other way round, how bad it is.

    `happens` judges the customer before and after.
    """

    worse: str
    better: str
    severity: Severity
    happens: Callable[[Stand, Stand], bool]


TURNS = (
    Turn(
        "newly single-threaded",
        "held by more",
        Severity.HIGH,
        lambda before, after: after.narrow and not after.unmapped and not before.narrow,
    ),
    Turn(
        "newly unmapped",
        "no longer unmapped",
        Severity.HIGH,
        lambda before, after: after.unmapped and not before.unmapped,
    ),
    Turn(
        "no tie counts now", "a tie counts now", Severity.MEDIUM, lambda before, after: after.bare and not before.bare
    ),
    Turn(
        "company tie lost",
        "company tie gained",
        Severity.MEDIUM,
        lambda before, after: after.company_rank < before.company_rank,
    ),
)
"""Worst first. Of several that happen to one customer the first is its change, and no gain hides a loss."""

NEW, GONE, ANOTHER = "new customer", "gone customer", "another holder"
CHANGES = (
    "newly single-threaded",
    "newly unmapped",
    NEW,
    "no tie counts now",
    "company tie lost",
    ANOTHER,
    GONE,
    "held by more",
    "no longer unmapped",
    "a tie counts now",
    "company tie gained",
)
"""Every change, worst first."""

SEVERITY = {turn.worse: turn.severity for turn in TURNS} | {ANOTHER: Severity.LOW, GONE: Severity.LOW}
"""Of customers that were no safer before; all else is info."""


def change_of(before: Stand | None, after: Stand | None) -> str | None:
    """What became of a customer; None where it stands as it did."""
    if before is None or after is None:
        return NEW if before is None else GONE
    found = (turn.worse for turn in TURNS if turn.happens(before, after))
    if (worse := next(found, None)) is not None:
        return worse
    if before.holder and after.holder and before.holder != after.holder:
        return ANOTHER
    return next((turn.better for turn in TURNS if turn.happens(after, before)), None)


def severity_of(change: str, before: Stand | None, after: Stand | None) -> Severity:
    """High for whatever leaves a customer with one colleague or none, be it new; else as the change has it.

    Without a tie on record a customer is no safer than with one colleague's, so leaving ties out never pays.
    """
    if after is not None and after.narrow and (before is None or not before.narrow):
        return Severity.HIGH
    return SEVERITY.get(change, Severity.INFO)
