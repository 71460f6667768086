"""The tables of a book: their columns, which are required, and how each cell is read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from netaudit.assumptions import DESTINATIONS
from netaudit.loading import values

if TYPE_CHECKING:
    from collections.abc import Callable

    from netaudit.loading.values import Reading

CHANNEL_KINDS = ("company_page", "newsletter", "support_desk", "portal", "other")
SUBSCRIPTIONS = ("company_page", "newsletter")
OUTCOMES = ("followed", "stayed", "both", "gone")

_LETTERS = r"\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{17F}"
_ID_GUARD = rf"([A-Za-z_{_LETTERS}][!-~{_LETTERS}]*|[0-9]+[A-Za-z_-]?[0-9]*)( [!-~{_LETTERS}]+)*"


@dataclass(frozen=True, slots=True)
class Type:
    """How text becomes a value of one kind.

    `read` is the definition. `guard` is a pattern (RE2) of texts for which the engine's own `fast`
    expression (of {0}) gives the same value, so that only unusual texts go through `read`; it must not fail on others.
    `point` is a pattern of further such texts, where a point is no grouping mark.
    """

    sql: str
    read: Callable[[str, Reading], object]
    guard: str | None = None
    fast: str = "{0}"
    point: str | None = None


def _choice(*choices: str) -> Type:
    def read(text: str, how: Reading) -> str | None:  # noqa: ARG001
        return values.one_of(text, choices)

    return Type("VARCHAR", read, "|".join(choices))


ID = Type("VARCHAR", values.read_id, _ID_GUARD)
NAME = Type("VARCHAR", values.read_name, _ID_GUARD)
KIND = Type("VARCHAR", values.read_kind, "[a-z_]+")
IDS = Type("VARCHAR", values.read_ids)
DATE = Type(
    "INTEGER",
    values.read_date,
    "(19|20)[0-9]{2}-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)",
    "CAST(date_diff('day', DATE '1970-01-01', TRY_CAST({0} AS DATE)) AS INTEGER)",
)
COUNT = Type("BIGINT", values.read_count, "0|[1-9][0-9]{0,5}", "TRY_CAST({0} AS BIGINT)")
POSITIVE = Type("BIGINT", values.read_positive, "[1-9][0-9]{0,5}", "TRY_CAST({0} AS BIGINT)")
_FRACTION = r"(0|[1-9][0-9]{0,11})\.([0-9]{1,2}|[0-9]{4,8})"
RATE = Type("DOUBLE", values.read_rate, "0|[1-9][0-9]{0,5}", "TRY_CAST({0} AS DOUBLE)", _FRACTION)
SHARE = Type("DOUBLE", values.read_share)
STRENGTH = Type("DOUBLE", values.read_strength, "0", "TRY_CAST({0} AS DOUBLE)", r"0\.[0-9]{1,9}")
MONEY = Type("DECIMAL(24,8)", values.read_money, "0|[1-9][0-9]{0,11}", "TRY_CAST({0} AS DECIMAL(24,8))", _FRACTION)
CURRENCY = Type("VARCHAR", values.read_currency, "[A-Z]{3}")

SCALABLE = (MONEY, RATE)
"""What a mapping may multiply."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a table."""

    type: Type
    required: bool = False


_req = partial(Field, required=True)

TABLES: dict[str, dict[str, Field]] = {
    "employees": {
        "id": _req(ID),
        "name": Field(NAME),
        "role": Field(NAME),
        "team": Field(ID),
        "manager": Field(ID),
        "left_on": Field(DATE),
        "attrition": Field(SHARE),
        "clause_until": Field(DATE),
    },
    "channels": {
        "id": _req(ID),
        "kind": _req(_choice(*CHANNEL_KINDS)),
        "name": Field(NAME),
        "relayed_by": Field(ID),
        "admins": Field(IDS),
    },
    "customers": {
        "id": _req(ID),
        "name": Field(NAME),
        "segment": Field(ID),
        "revenue": Field(MONEY),
        "currency": Field(CURRENCY),
        "count": Field(POSITIVE),
        "renewal_on": Field(DATE),
        "owner": Field(ID),
    },
    "contacts": {
        "id": _req(ID),
        "customer": _req(ID),
        "name": Field(NAME),
        "role": Field(NAME),
        "left_on": Field(DATE),
    },
    "ties": {
        "owner": Field(ID),
        "employee": Field(ID),
        "channel": Field(ID),
        "contact": Field(ID),
        "customer": Field(ID),
        "kind": Field(KIND),
        "last_contact": Field(DATE),
        "per_year": Field(RATE),
        "strength": Field(STRENGTH),
        "followers": Field(COUNT),
        "via": Field(ID),
        "source": Field(NAME),
    },
    "interactions": {
        "owner": Field(ID),
        "employee": Field(ID),
        "channel": Field(ID),
        "contact": Field(ID),
        "customer": Field(ID),
        "kind": _req(KIND),
        "on": _req(DATE),
        "count": Field(COUNT),
    },
    "departures": {
        "employee": _req(ID),
        "on": _req(DATE),
        "destination": Field(_choice(*DESTINATIONS)),
    },
    "outcomes": {
        "employee": _req(ID),
        "customer": _req(ID),
        "outcome": _req(_choice(*OUTCOMES)),
        "on": Field(DATE),
    },
}
"""Table → column → how it is read. Columns named `x_…` are allowed everywhere and carry anything."""

ONE_OF: dict[str, tuple[tuple[str, ...], ...]] = {
    "ties": (("owner", "employee", "channel"), ("contact", "customer")),
    "interactions": (("owner", "employee", "channel"), ("contact", "customer")),
}
"""Groups of columns of which a row needs at least one; of the first group, only one."""


def required_of(table: str) -> list[tuple[str, ...]]:
    """Groups of columns of which a row needs one."""
    return [*((name,) for name, column in TABLES[table].items() if column.required), *ONE_OF.get(table, ())]
