"""NA305: which ids may be one customer, or one colleague, under two spellings?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from netaudit.finding import Severity
from netaudit.policy.rule import Found, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netaudit.policy.rule import Inspection

KINDS = {"employees": "employee", "customers": "customer"}


@dataclass(frozen=True, slots=True)
class Identity(Rule):
    """Ids that may be one under several spellings.

    Two ids differ only in spelling. If they are one, the ties of one are missing at the other, and a risk is hidden
    or invented. They are never merged on their own.
    """

    code = "NA305"
    name = "identity"
    severity = Severity.LOW
    remedy = "Decide: if they are one, use one id everywhere; if not, suppress this with that as the reason."
    where = False

    def find(self, seen: Inspection) -> Iterator[Found]:
        """One finding per group of ids."""
        for table, ids in seen.book.alike:
            frame = getattr(seen.book.tables, table).filter(nw.col("id").is_in(list(ids)))
            origins = dict(seen.rows(frame, "id", "origin"))
            place = next((origins[each] for each in ids if origins.get(each) is not None), None)
            message = f"may be one under {len(ids)} ids: {', '.join(ids[:4])}{', …' if len(ids) > 4 else ''}"
            yield Found(tuple(f"{KINDS[table]}:{each}" for each in ids), ids[0], message, None, place)
