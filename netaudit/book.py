"""Book: one company's contact graph as tables, with its settings and where every row came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netaudit.result import Facts, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    import networkx as nx

    from netaudit.actions import Actions
    from netaudit.assumptions import Assumptions
    from netaudit.engine import Engine, Frame
    from netaudit.loading.raw import Origins


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of a book as lazy frames. Days are numbers (1970-01-01 is 0), absent values null.

    Every row has an `origin`, for `Book.origins`; it is null for what came into being because others name it.

    - employees: id, name, role, team, manager, left_on, attrition, clause_until, destination
    - customers: id, name, segment, revenue (whole smallest units of the book's currency), count, renewal_on, owner
    - contacts: id, customer, name, role, left_on
    - channels: id, kind, name, relayed_by, admins
    - ties: channel ("" for an employee's own), subscription (the channel's kind, or ""), person ("" where the
      company itself reaches), contact ("" for the customer itself), customer, kind, last_contact, per_year,
      strength, followers, gone (its person or contact has left)
    - log: the ties' columns up to `kind`, with on, count, gone: the interactions up to as_of, equal ones once
    """

    employees: Frame
    customers: Frame
    contacts: Frame
    channels: Frame
    ties: Frame
    log: Frame


@dataclass(frozen=True, slots=True)
class Book:
    """A loaded contact graph. `call` are the words of a command line that name it again, for what answers suggest.

    `digits` is the number of decimals of the currency; `alike` are ids (with their table) that may be one; `notes` give
    remarks on the data that change no answer, counted when somebody asks; `origins` finds the line that a row is in.
    `many` says that there are too many ties to copy them lightly; `planned` are kinds of ties that are only planned.
    """

    tables: Tables
    engine: Engine
    assumptions: Assumptions
    actions: Actions
    as_of: date
    as_of_from: str
    company: str | None
    currency: str | None
    digits: int
    weighted_by: str
    relays: bool
    logged: bool
    subscribes: bool
    many: bool
    planned: tuple[str, ...]
    alike: tuple[tuple[str, tuple[str, ...]], ...]
    sources: tuple[Source, ...]
    warnings: tuple[str, ...]
    notes: Callable[[], tuple[str, ...]]
    call: tuple[str, ...]
    origins: Origins

    def graph(self) -> nx.DiGraph[str]:
        """The whole book as a plain networkx.DiGraph; see `netaudit.network` for its nodes and attributes."""
        from netaudit.network import graph_of  # noqa: PLC0415 - networkx is imported only where a graph is asked for

        with self.engine.answering():
            return graph_of(self)

    def facts(self) -> Facts:
        """What every answer from this book rests on."""
        return Facts(
            as_of=self.as_of.isoformat(),
            as_of_from=self.as_of_from,
            currency=self.currency,
            weighted_by=self.weighted_by,
            sources=self.sources,
            assumptions=self.assumptions.as_mapping(),
        )

    def money(self, units: int) -> float | int:
        """An amount in the currency from its smallest units."""
        return units / 10**self.digits if self.digits else units


DIGITS: Mapping[str, int] = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
}
"""Decimals of the currencies that do not have two (ISO 4217)."""


def digits_of(currency: str | None) -> int:
    """How many decimals a currency has."""
    return DIGITS.get(currency or "", 2)
