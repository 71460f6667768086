"""What a check or a validation found: one kind of row, which every format for builds knows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from netaudit.errors import nearest, shown, usage
from netaudit.result import Unit, column

if TYPE_CHECKING:
    from collections.abc import Iterable


class Severity(StrEnum):
    """How bad a finding is, mildest first."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Its place from the mildest, from 0."""
        return list(Severity).index(self)


NEVER = "never"
LIMITS = (*Severity, NEVER)
"""From what on a finding fails: a severity, or never."""


def reaches(severity: str, limit: str) -> bool:
    """Whether a severity is at or above a limit."""
    return limit != NEVER and Severity(severity).rank >= Severity(limit).rank


def one_of(named: str, known: Iterable[str]) -> str:
    """A severity or limit by its name. Raises UsageError, with near names, for what is none."""
    names = list(known)
    if named not in names:
        raise usage(f"no severity is called {shown(named)}", nearest(named, names) or f"one of {', '.join(names)}")
    return named


class State(StrEnum):
    """What became of a finding since the baseline; without one every finding is new."""

    NEW = "new"
    UNCHANGED = "unchanged"
    RESOLVED = "resolved"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule found, or one problem in the data; worst first."""

    severity: str = column("Severity", Unit.CHOICE, "how bad it is", choices=tuple(Severity))
    rule: str = column("Rule", Unit.CHOICE, "code of the rule, or of the problem")
    subject: str | None = column("Subject", Unit.ID, "node that it is about, as `why` takes it", table=False)
    name: str | None = column("Subject", Unit.TEXT, "name of the subject")
    message: str = column("Finding", Unit.TEXT, "what was found")
    revenue: float | None = column(
        "Revenue", Unit.MONEY, "known revenue that it is about, a year", wide=True, absent=""
    )
    state: str = column("State", Unit.CHOICE, "what became of it since the baseline", choices=tuple(State))
    fails: bool = column("Fails", Unit.FLAG, "whether it is new and at or above the limit", table=False)
    source: str | None = column("Place", Unit.TEXT, "file:line that it points to", wide=True)
    remedy: str = column("Remedy", Unit.TEXT, "what to do about it", table=False)
    measure: float | None = column(
        "Measure", Unit.SHARE, "what the rule measured, where it measures: the more the worse", table=False
    )
    fingerprint: str | None = column("Fingerprint", Unit.TEXT, "what a baseline knows it by", table=False)
    file: str | None = column("File", Unit.TEXT, "file of the place", table=False)
    line: int | None = column("Line", Unit.COUNT, "line of the place, from 1", table=False)
    column: int | None = column("Column", Unit.COUNT, "column of the place, from 1", table=False)
