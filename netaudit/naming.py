"""Who or what is meant: an id, a full node name, or a name that only one node bears."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import narwhals as nw

from netaudit.errors import UsageError, nearest, shown, usage
from netaudit.loading.values import asked_day, day_number, day_of, folded
from netaudit.scope import still_here

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netaudit.book import Book
    from netaudit.engine import Frame


TABLE_OF = {"customer": "customers", "employee": "employees", "channel": "channels", "contact": "contacts"}
"""What a node can be, and the table it stands in."""


def node_of(book: Book, named: str) -> tuple[str, str]:
    """Kind and id of a node: from an id, a full node name such as `customer:havn`, or a name that only one bears.

    Raises UsageError, with near names, for what is unknown or could be several.
    """
    wanted = folded(named)
    kind, mark, rest = wanted.partition(":")
    asked = [(kind, rest)] if mark and kind in TABLE_OF else []
    found = [node for node in asked if _bearers(book, node[0], "id", node[1])]
    for column in ("id", "name"):
        found = found or [(kind, node) for kind in TABLE_OF for node in _bearers(book, kind, column, wanted)]
    found = found or [
        (kind, id_) for kind in TABLE_OF for id_, name in _named(book, kind) if name and folded(name) == wanted
    ]
    if len(found) > 1:
        names = ", ".join(f"{kind}:{node}" for kind, node in found[:5])
        raise usage(f"{shown(named)} is {len(found)} nodes", f"one of {names}")
    if not found:
        known = [text for kind in TABLE_OF for row in _named(book, kind) for text in row if text]
        raise usage(f"no node is called {shown(named)}", nearest(wanted, known) or "an id, or kind:id as in customer:a")
    return found[0]


def _bearers(book: Book, kind: str, column: str, wanted: str) -> list[str]:
    """Ids of the nodes of a kind that are called so."""
    table: Frame = getattr(book.tables, TABLE_OF[kind])
    return [row[0] for row in book.engine.rows(table.filter(nw.col(column) == wanted).select("id").sort("id"))]


def _named(book: Book, kind: str) -> list[tuple[str, str | None]]:
    table: Frame = getattr(book.tables, TABLE_OF[kind])
    return book.engine.rows(table.select("id", "name").head(20_000))


def leavers_of(book: Book, named: Iterable[str], team: str | None, departures: bool) -> tuple[str, ...]:  # noqa: FBT001
    """The ids of the employees who are to leave: those named, a team's, and everyone recorded as leaving, sorted.

    Raises UsageError, with near names, for anybody unknown, for those who have left already, and for channels.
    """
    people = book.engine.rows(book.tables.employees.select("id", "name", "team", "left_on"))
    today = day_number(book.as_of)
    here = {row[0] for row in people if row[3] is None or row[3] > today}
    found = {_leaver(book, name, people, here) for name in named}
    if team is not None:
        members = {row[0] for row in people if row[2] == folded(team)} & here
        if not members:
            teams = sorted({row[2] for row in people if row[2]})
            hint = nearest(team, teams) or (f"teams are {', '.join(teams[:20])}" if teams else "no employee has a team")
            raise usage(f"nobody in the team {shown(team)} is here", hint, "U002")
        found |= members
    if departures:
        leaving = {row[0] for row in people if row[3] is not None and row[3] > today}
        if not leaving:
            day = book.as_of.isoformat()
            raise usage(f"no departure after {day} is recorded", "departures: or left_on: records one", "U002")
        found |= leaving
    return tuple(sorted(found))


def last_day_of(book: Book, leaver: str, given: str | date | None) -> date:
    """The last day of a leaver (id): the one given, else the one on record.

    Raises UsageError where there is none, or where it is over.
    """
    on_record = nw.col("id") == leaver
    recorded = book.engine.rows(book.tables.employees.filter(on_record).select("left_on"))[0][0]
    if given is None:
        if recorded is None:
            raise usage(f"no last day of {shown(leaver)} is on record", "such as --last-day 2025-03-31")
        return day_of(recorded)
    day = given if isinstance(given, date) else asked_day(given, "--last-day 2025-03-31")
    day = day.date() if isinstance(day, datetime) else day
    if day < book.as_of:
        raise usage(f"the last day is before {book.as_of.isoformat()}", "an earlier --as-of shows how it stood then")
    return day


def everyone_of(book: Book) -> tuple[str, ...]:
    """The ids of all employees who are here, sorted."""
    here = still_here(book, book.tables.employees)
    return tuple(sorted(row[0] for row in book.engine.rows(here.select("id"))))


def _leaver(book: Book, name: str, people: list[tuple[str, str | None, str | None, int | None]], here: set[str]) -> str:
    wanted = folded(name)
    plain = wanted.removeprefix("employee:")
    ids = (
        [row[0] for row in people if row[0] == wanted]
        or [row[0] for row in people if row[0] == plain]
        or [row[0] for row in people if row[1] and folded(row[1]) == wanted]
    )
    if len(ids) > 1:
        raise usage(
            f"{shown(name)} is the name of {len(ids)} employees", f"ids are {', '.join(sorted(ids)[:5])}", "U002"
        )
    if not ids:
        raise _unknown(book, name, wanted, people)
    if ids[0] not in here:
        left_on = next(row[3] for row in people if row[0] == ids[0])
        day = day_of(left_on).isoformat() if left_on is not None else "?"
        raise usage(f"{shown(name)} has left already, on {day}", "an earlier --as-of shows what was at stake", "U002")
    return ids[0]


def _unknown(
    book: Book, name: str, wanted: str, people: list[tuple[str, str | None, str | None, int | None]]
) -> UsageError:
    channels = {row[0] for row in book.engine.rows(book.tables.channels.select("id"))}
    if wanted.removeprefix("channel:") in channels:
        hint = "channels belong to the company; a leaver is an employee"
        return usage(f"{shown(name)} is a channel", hint, "U002")
    known = [row[0] for row in people] + [row[1] for row in people if row[1]]
    return usage(f"no employee is called {shown(name)}", nearest(wanted, known), "U002")
