"""NA201: does the company itself hold enough of its customers?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from netaudit.finding import Severity
from netaudit.model import PORTION, loose, portions
from netaudit.policy.rule import Found, Rule, parameter, percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netaudit.policy.rule import Inspection


@dataclass(frozen=True, slots=True)
class CompanyShare(Rule):
    """The company's own channels hold too little.

    What would still hold customers if every employee left: the page they follow, the newsletter they read, the desk
    they call. Below the target, the network is the employees' and not the company's.
    """

    code = "NA201"
    name = "company-share"
    severity = Severity.MEDIUM
    remedy = "Offer followers of the page, the newsletter and the desk to customers that only colleagues know."

    min_company_share: float = parameter(
        0.10, "least share of revenue that the company's own channels should hold", 0, 1
    )

    def find(self, seen: Inspection) -> Iterator[Found]:
        """One finding about the company, where the customers in question weigh anything."""
        held = portions("weight", 1 - loose(nw.col("company"))).sum()
        own = int(seen.rows(seen.customers.select(held=held), "held")[0][0] or 0) / PORTION
        share = seen.share(own)
        if seen.weight and share < self.min_company_share:
            message = (
                f"if everybody left, channels of the company's own would hold {percent(share)} of {seen.weighed}; "
                f"{percent(self.min_company_share)} is wanted"
            )
            if not seen.rows(seen.book.tables.channels, "id"):
                message = "the book has no channel of the company's own: nothing would hold if everybody left"
            name = seen.book.company or "The company"
            yield Found(("company",), name, message, seen.revenue(seen.weight), None, 1 - share)
