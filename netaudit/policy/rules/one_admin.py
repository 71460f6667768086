"""NA204: which pages and newsletters could only one person still sign in to?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from netaudit.finding import Severity
from netaudit.policy.rule import Found, Rule, counted, parameter, scarcity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netaudit.policy.rule import Inspection


@dataclass(frozen=True, slots=True)
class OneAdmin(Rule):
    """A page or newsletter with a single administrator.

    A page or list that one person administers is lost with that person's password, and everybody who follows it
    with it. Looked at only where the book records administrators; those who have left do not count.
    """

    code = "NA204"
    name = "one-admin"
    severity = Severity.MEDIUM
    remedy = "Add a second administrator, and keep the account under the company's own address."
    where = False

    min_admins: int = parameter(2, "fewest administrators who are still here", 1)

    def find(self, seen: Inspection) -> Iterator[Found]:
        """Company pages and newsletters with too few administrators."""
        lists = seen.book.tables.channels.filter(nw.col("kind").is_in(["company_page", "newsletter"]))
        channels = [
            (channel, name, set((admins or "").split(";")) - {""}, origin)
            for channel, name, admins, origin in seen.rows(lists, "id", "name", "admins", "origin")
        ]
        if not any(admins for _, _, admins, _ in channels):
            return
        left = {row[0] for row in seen.rows(seen.left(), "id")}
        for channel, name, admins, origin in channels:
            here = sorted(admins - left)
            if len(here) < self.min_admins:
                who = f", {seen.person(here[0])}" if len(here) == 1 else ""
                message = f"has {counted(len(here), 'administrator', 'administrators')} on record{who}"
                yield Found((f"channel:{channel}",), name or channel, message, None, origin, scarcity(len(here)))
