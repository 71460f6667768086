"""What customers have bought: deals won in the year up to the export, in one currency."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from netaudit.importers.ledger import CURRENCY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from netaudit.importers.ledger import Ledger

YEAR = timedelta(days=365)


class Deal(NamedTuple):
    """A deal that was won: whose, how much, in which currency ("" for an unnamed one), when, and where that stands."""

    customer: str
    amount: Decimal
    currency: str
    day: date
    at: str


def is_won(stage: str) -> bool:
    """Whether a stage or status says so; stages have names of their own, but this one keeps its word."""
    return stage.casefold().replace(" ", "").replace("-", "") in {"won", "closedwon", "true", "1"}


def put_deals(deals: list[Deal], ledger: Ledger) -> None:
    """Revenue of each customer from its deals of a year, in the book's currency: else the one that most deals have.

    Raises nothing: what is not of that year is said.
    """
    for deal in deals:
        ledger.saw(deal.day)
    end = ledger.newest or ledger.today
    _choose_currency((deal.currency for deal in deals), ledger)
    recent = [deal for deal in deals if deal.day > end - YEAR]
    sums: dict[str, Decimal] = defaultdict(Decimal)
    currencies: dict[str, set[str]] = defaultdict(set)
    for deal in recent:
        sums[deal.customer] += deal.amount
        currencies[deal.customer].add(deal.currency)
    for customer, amount in sums.items():
        used = sorted(currencies[customer] - {""})
        ledger.revenue(customer, amount, "several" if len(used) > 1 else "".join(used))
    for deal in deals:
        if deal.customer not in sums:
            ledger.revenue(deal.customer, None)
        if deal.day <= end - YEAR:
            ledger.note("deals won more than a year before the export, which are in no revenue", deal.at)


def put_yearly(told: Mapping[str, set[tuple[Decimal, str]]], ledger: Ledger) -> None:
    """Revenue of each customer as a table says it, in the book's currency: else the one that most customers have."""
    _choose_currency((currency for each in told.values() for _, currency in each), ledger)
    for customer, each in told.items():
        if len(each) > 1:
            ledger.note("customers with several revenues in the table, so without one", customer)
            ledger.revenue(customer, None)
        else:
            ledger.revenue(customer, *next(iter(each)))


def _choose_currency(used: Iterable[str], ledger: Ledger) -> None:
    """The currency that most name becomes the book's, if it has none; of several the first by name."""
    named = Counter(filter(CURRENCY.fullmatch, used))
    ledger.currency = ledger.currency or min(named, key=lambda one: (-named[one], one), default="")
