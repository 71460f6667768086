"""NA105: which team alone has the ties that count to a large part of the revenue?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from netaudit.finding import Severity
from netaudit.policy.rule import Found, Rule, counted, parameter, percent
from netaudit.scope import still_here

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netaudit.policy.rule import Inspection


@dataclass(frozen=True, slots=True)
class OneTeam(Rule):
    """One team with the only ties to much of the revenue.

    All ties that count to much of the revenue are in one team of several. Teams are hired away as a whole, and a
    competitor who wants the customers knows that.
    """

    code = "NA105"
    name = "one-team"
    severity = Severity.MEDIUM
    remedy = "Give the team's largest customers somebody in another team: service, technology, a manager."

    max_share: float = parameter(0.50, "largest share of revenue with one team only", 0, 1)

    def find(self, seen: Inspection) -> Iterator[Found]:
        """Teams of two or more people that alone reach customers of more than that share, where there are others."""
        here = seen.book.tables.employees.select("team", person="id")
        colleagues = seen.standing.pairs.filter(nw.col("counts"), nw.col("person") != "").join(here, on="person")
        none = nw.lit("")
        teams = colleagues.group_by("customer").agg(
            first_team=nw.coalesce(nw.col("team"), none).min(), last_team=nw.coalesce(nw.col("team"), none).max()
        )
        staff = still_here(seen.book, seen.book.tables.employees).filter(~nw.col("team").is_null())
        people = dict(seen.rows(staff.group_by("team").agg(people=nw.len()), "team", "people"))
        one = seen.customers.filter(nw.col("channels") == 0).join(teams, on="customer")
        one = one.filter(nw.col("first_team") == nw.col("last_team"), nw.col("first_team") != "")
        held = one.group_by("first_team").agg(weight=nw.col("weight").sum(), customers=nw.len())
        for team, weight, customers in seen.rows(held, "first_team", "weight", "customers"):
            share = seen.share(weight or 0)
            if share > self.max_share and len(people) > 1 and people.get(team, 0) > 1:
                where = counted(customers, "customer", "customers")
                message = f"nobody else has a tie that counts at {where}, with {percent(share)} of {seen.weighed}"
                yield Found((f"team:{team}",), f"Team {team}", message, seen.revenue(int(weight)), None, share)
