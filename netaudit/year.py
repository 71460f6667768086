"""How likely is each employee to leave within so many months, alone or in a lift-out of the team?"""

from __future__ import annotations

import calendar
import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from netaudit.assumptions import ATTRITION_OF, DEFAULTS, ENDS
from netaudit.errors import shown, usage
from netaudit.loading.values import day_number
from netaudit.scope import still_here

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import date

    from netaudit.assumptions import Assumptions, Parameter
    from netaudit.book import Book

MONTHS = 120
"""The longest horizon."""


@dataclass(frozen=True, slots=True)
class Chances:
    """One employee within the horizon: chances to leave if the team has no shock, and if it has.

    Both by the end of the attrition's range: low, base, high. `certain` is a departure that is recorded;
    `own` says that the rate is the book's for this person, role or team.
    """

    person: str
    team: str | None
    alone: tuple[float, float, float]
    shocked: tuple[float, float, float]
    total: float
    certain: bool
    own: bool


def months_of(horizon: str) -> int:
    """Months of a horizon such as 12m, 2y or 12. Raises UsageError for what is none."""
    found = re.fullmatch(r"([1-9][0-9]{0,2}) *(m|y|)", horizon.strip().lower(), re.ASCII)
    months = int(found[1]) * (12 if found[2] == "y" else 1) if found else 0
    if not 1 <= months <= MONTHS:
        raise usage(f"{shown(horizon)} is not a horizon", f"months or years, such as 12m or 2y, up to {MONTHS}m")
    return months


def end_of(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month."""
    years, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + years, month + 1)[1]
    return day.replace(year=day.year + years, month=month + 1, day=min(day.day, last))


def shock_of(assumptions: Assumptions, months: int) -> float:
    """The chance that a team has a shock within so many months."""
    return within(assumptions["team_shock.probability"], months)


def within(annual: float, months: int) -> float:
    """A chance a year as one in so many months: 1 - (1 - p)^(m/12)."""
    return 1 - math.pow(1 - annual, months / 12)


def chances(book: Book, months: int) -> list[Chances]:
    """Everyone who is here, by id; docs/model.md has the formulas.

    The attrition is the employee's own, else that of the role, of the team, of everybody. A departure recorded within
    the horizon is certain. The total p stays what it is: with shocks of the chance q, in which each leaves with r, the
    part on one's own is p' = 1 - (1 - p)/(1 - qr).
    """
    today, last = day_number(book.as_of), day_number(end_of(book.as_of, months))
    shock, leave = shock_of(book.assumptions, months), book.assumptions["team_shock.leave"]
    columns = ("id", "role", "team", "attrition", "left_on")
    found = []
    for person, role, team, own, left_on in sorted(
        book.engine.rows(still_here(book, book.tables.employees).select(*columns))
    ):
        certain = left_on is not None and today < left_on <= last
        annual = _attrition(book.assumptions, role, team, own)
        totals = [1.0 if certain else within(annual.at(end), months) for end in ENDS]
        low, base, high = (_split(total, shock if team else 0.0, leave) for total in totals)
        alone, shocked = zip(low, base, high, strict=True)
        found.append(
            Chances(
                person, team, alone, shocked, totals[1], certain, annual is not book.assumptions.parameters["attrition"]
            )
        )
    return found


def _attrition(assumptions: Assumptions, role: str | None, team: str | None, own: float | None) -> Parameter:
    if own is not None:
        return DEFAULTS["attrition"].given((own,))
    known = assumptions.parameters
    named = (known.get(f"{group}.{name}") for group, name in zip(ATTRITION_OF, (role, team), strict=True) if name)
    return next((parameter for parameter in named if parameter is not None), known["attrition"])


def _split(total: float, shock: float, leave: float) -> tuple[float, float]:
    """The chance to leave without a shock, and with one, so that both together come to the total."""
    if total >= 1 or not shock * leave:
        return total, total
    if total < shock * leave:
        return 0.0, total / shock
    alone = 1 - (1 - total) / (1 - shock * leave)
    return alone, 1 - (1 - alone) * (1 - leave)


def recorded_only(people: Sequence[Chances]) -> list[Chances]:
    """The same people, if nobody left but those whose departure is on record."""
    never = (0.0, 0.0, 0.0)
    return [one if one.certain else replace(one, alone=never, shocked=never, total=0.0) for one in people]


def only(people: Sequence[Chances], leavers: Collection[str]) -> list[Chances]:
    """The same people, if `leavers` were sure to leave, and nobody else."""
    states = {False: (0.0, 0.0, 0.0), True: (1.0, 1.0, 1.0)}
    return [
        replace(one, alone=states[goes], shocked=states[goes], total=float(goes), certain=goes)
        for one in people
        for goes in (one.person in leavers,)
    ]


def strangers(book: Book) -> Iterator[str]:
    """Roles and teams that the assumptions name and nobody who is here has, as warnings."""
    people = book.engine.rows(still_here(book, book.tables.employees).select("role", "team"))
    for group, known in zip(ATTRITION_OF, zip(*people, strict=True) if people else ((), ()), strict=True):
        for name in book.assumptions.group(group):
            if name not in known:
                yield f"assumptions: {group}.{name} is nobody's"
