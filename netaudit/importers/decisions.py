"""What a person has decided in aliases.csv: which two are one."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from netaudit.errors import shown
from netaudit.importers.ledger import TIE, Month
from netaudit.importers.likeness import same_name
from netaudit.importers.register import Register
from netaudit.importers.who_is_who import called_by
from netaudit.loading.files import refuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from netaudit.importers.ledger import Ledger
    from netaudit.importers.register import Cells

REGISTERS = ("employees", "customers", "contacts", "channels")
_POINTS_AT = {
    "employees": ("owner", "employee", "manager", "relayed_by", "via"),
    "customers": ("customer",),
    "contacts": ("contact",),
}

SAME, DIFFERENT, MERGED = "same", "different", "merged"
"""What is decided of a pair; MERGED is written in place of SAME once it is done."""

Pair = tuple[str, str, str]
"""A table, the id that goes, and the id that stays."""


def made_one(decisions: Mapping[Pair, Cells], ledger: Ledger, further: Sequence[Cells], label: str) -> int:
    """Make one of every two that are the same, wherever they are named, also in `further` rows; returns how often.

    Raises InputError, at `label`, for a decision that cannot be followed, or that another one contradicts.
    """
    said = {pair: row.get("decision", "").casefold() for pair, row in decisions.items()}
    ends = _ends(pair for pair, word in said.items() if word in {SAME, MERGED})
    gone: dict[str, set[str]] = {}
    for (table, other, _), word in said.items():
        gone.setdefault(table, set()).update([other] if word == MERGED else [])
    for pair, word in said.items():
        there = getattr(ledger, pair[0], Register()).rows.keys() | gone[pair[0]]
        _check(pair, word, ends.get(pair[0], {}), there, label)
    done = 0
    for table, into_of in ends.items():
        register: Register = getattr(ledger, table)
        register.gone |= into_of.keys() - register.rows.keys()
        renamed = {other: into for other, into in into_of.items() if other in register and into in register}
        for other, into in renamed.items():
            _add_cells(table, register[other], register[into])
            register.merge(other, into, _also(table, register[other], register[into]))
        if renamed:
            _rename(ledger, table, renamed, further)
            _add_up(ledger, renamed, _POINTS_AT[table])
        done += len(renamed)
    for pair, word in said.items():
        decisions[pair]["decision"] = MERGED if word == SAME else word
    if done:
        ledger.index()
    return done


def _check(pair: Pair, word: str, into_of: Mapping[str, str], there: AbstractSet[str], label: str) -> None:
    """`there` are the ids of the table, and those that were made one with another before."""
    table, other, into = pair
    if word not in {"", SAME, DIFFERENT, MERGED}:
        raise refuse(label, "V006", f"{shown(word)} decides nothing", f"write {SAME} or {DIFFERENT}")
    if word and table not in _POINTS_AT:
        raise refuse(label, "R001", f"{shown(table)} is no table of ids", f"one of {', '.join(_POINTS_AT)}")
    if word == SAME and (other == into or not {other, into, into_of.get(into, into)} <= there):
        message = f"{shown(other)} and {shown(into)} are not two {table} of the book"
        raise refuse(label, "R001", message, "mend or delete the line")
    if word == DIFFERENT and into_of.get(other, other) == into_of.get(into, into):
        message = f"{shown(other)} and {shown(into)} are different by one line, and the same by others"
        raise refuse(label, "R001", message, "what was made one stays one; delete a line")


def _ends(same: Iterable[Pair]) -> dict[str, dict[str, str]]:
    """Of each table, which id goes into which that stays."""
    found: dict[str, dict[str, str]] = {}
    for table, other, into in same:
        into_of = found.setdefault(table, {})
        goes, stays = _last(other, into_of), _last(into, into_of)
        if goes != stays:
            into_of[goes] = stays
    return {table: {other: _last(other, into_of) for other in into_of} for table, into_of in found.items()}


def _add_cells(table: str, other: Cells, into: Cells) -> None:
    """Cells of which neither row has the whole: imported revenue adds up, and who is still here has not left."""
    if table == "customers" and all(row.get("revenue", "") == row.get("x_revenue", "") for row in (other, into)):
        amounts = [Decimal(row["revenue"]) for row in (other, into) if row.get("revenue")]
        into["revenue"] = into["x_revenue"] = f"{sum(amounts):f}" if amounts else ""
    if table == "employees" and not (other.get("left_on") and into.get("left_on")):
        other.pop("left_on", None)
        into.pop("left_on", None)


def _rename(ledger: Ledger, table: str, into_of: Mapping[str, str], further: Sequence[Cells]) -> None:
    """Point everything at those that are left."""
    names = _POINTS_AT[table]
    rows: list[Cells] = [row for register in REGISTERS for row in getattr(ledger, register).rows.values()]
    rows += [*ledger.ties.values(), *ledger.other_ties, *ledger.other_log, *further]
    for row in rows:
        moved = table == "contacts" and row.get("contact") in into_of
        for name in names:
            if row.get(name) in into_of:
                row[name] = into_of[row[name]]
        if table == "employees" and row.get("admins"):
            row["admins"] = ";".join(dict.fromkeys(into_of.get(one, one) for one in row["admins"].split(";")))
        if table == "customers" and "@" in row.get("x_also", ""):
            pairs = (one.partition("@") for one in row["x_also"].split(";"))
            row["x_also"] = ";".join(f"{name}{at}{into_of.get(there, there)}" for name, at, there in pairs)
        if moved and row.get("customer"):
            row["customer"] = ledger.contacts[row["contact"]].get("customer", "")


def _add_up(ledger: Ledger, into_of: Mapping[str, str], names: Sequence[str]) -> None:
    """Ties of one that were those of two, and their contacts by month."""
    ties, ledger.ties = [*ledger.ties.values()], {}
    for row in ties:
        owner, contact, customer, kind = (row.get(name, "") for name in TIE[:4])
        kept = ledger.ties.setdefault((owner, contact, "" if contact else customer, kind), row)
        kept["last_contact"] = max(kept.get("last_contact", ""), row.get("last_contact", ""))
        kept["source"] = ";".join(sorted({*kept["source"].split(";"), *row["source"].split(";")}))
    months, ledger.contacted = ledger.contacted, {}
    for (ends, month), one in months.items():  # what two ids have is of two mailboxes: it adds up
        owner, contact, customer = (
            into_of.get(name, name) if place in names else name for place, name in zip(TIE, ends[:3], strict=False)
        )
        key = ((owner, contact, "" if contact else customer, ends[3]), month)
        other = ledger.contacted.get(key, Month(one.on))
        sums = (getattr(one, name) + getattr(other, name) for name in ("told", "exchanged", "sent", "received"))
        ledger.contacted[key] = Month(max(one.on, other.on), *(min(days, 31) for days in sums))


def _last(name: str, into_of: dict[str, str]) -> str:
    """Where a name ends that goes into another, which may go into a third."""
    passed = []
    while name in into_of:
        passed.append(name)
        name = into_of[name]
    into_of.update(dict.fromkeys(passed, name))
    return name


def _also(table: str, other: Cells, into: Cells) -> str:
    """By what later exports find the one that is left: the other's name, and of people their customer, if another."""
    called = same_name(called_by(other)).replace(";", ",")
    if table != "contacts" or not called:
        return called
    elsewhere = other.get("customer", "") != into.get("customer", "")
    return called.replace("@", " ") + (f"@{other['customer']}" if elsewhere else "")
