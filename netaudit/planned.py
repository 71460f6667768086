"""A plan as it stands in a file, and the book as if it were done."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals as nw

from netaudit.actions import ACTIONS, PERSONAL, SUBSCRIPTION_OF
from netaudit.errors import shown
from netaudit.loading.files import File, contents, decoded, refuse, strict_json
from netaudit.result import Source
from netaudit.scope import still_here

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from netaudit.book import Book
    from netaudit.engine import Frame

SCHEMA = "netaudit/plan/1"
MOST = 100_000
"""So many actions at most are read from a file."""

LARGEST = 30.0
"""No tie is more intense than this."""

_TIE = ("channel", "subscription", "person", "contact", "customer", "kind", "strength")


@dataclass(frozen=True, slots=True)
class Planned:
    """One action: a tie of an intensity between `owner` and `contact` at `customer` (None: somebody there).

    Of an `unrelay` only the owner, a channel, is known.
    """

    action: str
    owner: str
    customer: str | None
    contact: str | None
    intensity: float


def with_plan(book: Book, path: str) -> Book:
    """The book as if the plan in a file, an answer of `netaudit plan --format json`, were done.

    Raises InputError for what is no plan, or not for this book.
    """
    data = contents(File(Path(path), path))
    steps, day = _steps(decoded(data, path), path)
    _check(book, steps, path)
    source = Source(path, hashlib.sha256(data).hexdigest(), len(steps), 0, 0)
    many = f"{len(steps)} action{'' if len(steps) == 1 else 's'} of the plan {shown(path)} taken as done"
    old = [] if day is None or day == book.as_of.isoformat() else [f"the plan {shown(path)} is as of {shown(str(day))}"]
    done = applied(book, steps)
    call = (*book.call, "--with-plan", path)
    return replace(done, sources=(*book.sources, source), warnings=(*book.warnings, many, *old), call=call)


def _steps(text: str, path: str) -> tuple[list[Planned], object]:
    """The actions of a plan, and the day that it is as of."""
    try:
        plan = strict_json(text)
        rows = plan["rows"] if plan["schema"] == SCHEMA else None
        steps = None if rows is None else [_step(row) for row in rows[: MOST + 1]]
        day = plan.get("as_of")
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        steps, day = None, None
    if steps is None or len(steps) > MOST:
        raise refuse(path, "F006", "is not a plan", "netaudit plan --format json writes one")
    return steps, day


def _step(row: dict[str, Any]) -> Planned:
    action, owner, customer, contact = (row[name] for name in ("action", "owner", "customer", "contact"))
    intensity = row["intensity"]
    for text in (owner, *(one for one in (customer, contact) if one is not None)):
        text.encode()  # no text that cannot be written, and nothing but text
    if action not in ACTIONS or not isinstance(intensity, (int, float)) or not 0 <= intensity <= LARGEST:
        raise ValueError(action)
    if (customer is None) != (action == "unrelay"):
        raise ValueError(customer)
    return Planned(action, owner, customer, contact, float(intensity))


def _check(book: Book, steps: Sequence[Planned], path: str) -> None:
    """Everything that a plan names is in the book, and at the customer that it says; and nobody has left since."""
    tables = book.tables
    customers = {row[0] for row in _among(book, tables.customers, {one.customer for one in steps}, "id")}
    here = still_here(book, tables.contacts)
    contacts = dict(_among(book, here, {one.contact for one in steps}, "id", "customer"))
    owners = {one.owner for one in steps}
    twice = next((one for one, count in Counter(steps).items() if count > 1), None)
    if twice is not None:
        raise refuse(path, "R002", f"action {steps.index(twice) + 1} stands twice", "once is enough")
    channels = dict(_among(book, tables.channels, owners, "id", "kind"))
    reached = nw.concat([frame.select("channel", "person") for frame in (tables.ties, tables.log)])
    passed = {row[0] for row in book.engine.rows(reached.filter(nw.col("person") != "").select("channel").unique())}
    people = {row[0] for row in _among(book, still_here(book, tables.employees), owners, "id")}
    for number, one in enumerate(steps, 1):
        wrong, kind = None, channels.get(one.owner)
        if one.customer is not None and one.customer not in customers:
            wrong = f"no customer {shown(one.customer)}"
        elif one.contact is not None and contacts.get(one.contact) != one.customer:
            wrong = f"no contact {shown(one.contact)} who is at {shown(str(one.customer))}"
        elif one.action in PERSONAL:
            wrong = None if one.owner in people else f"no employee {shown(one.owner)} who is here"
        elif one.action == "unrelay" and one.owner in channels and one.owner not in passed:
            wrong = f"nobody who passes {shown(one.owner)} on"
        elif kind is None or kind != SUBSCRIPTION_OF.get(one.action, kind):
            wrong = f"no channel {shown(one.owner)} that it could be"
        if wrong is not None:
            raise refuse(path, "R001", f"action {number}: the book has {wrong}", "is it the plan of another book?")


def _among(book: Book, table: Frame, ids: Iterable[str | None], *columns: str) -> list[tuple[Any, ...]]:
    wanted = book.engine.frame(book.engine.table({"id": "VARCHAR"}, {"id": [one for one in ids if one is not None]}))
    return book.engine.rows(table.join(wanted, on="id", how="semi").select(*columns))


def applied(book: Book, steps: Sequence[Planned]) -> Book:
    """The book as if these actions were done: new ties, more counted followers, channels that the company sends."""
    sent = [one.owner for one in steps if one.action == "unrelay"]
    built = [one for one in steps if one.action != "unrelay"]
    tables = book.tables
    ties, log, channels = tables.ties, tables.log, tables.channels
    if sent:
        ours = nw.col("channel").is_in(sent)
        person = nw.when(ours).then(nw.lit("")).otherwise(nw.col("person"))
        ties, log = ties.with_columns(person=person), log.with_columns(person=person)
        relayed = nw.when(nw.col("id").is_in(sent)).then(nw.lit(None, dtype=nw.String)).otherwise(nw.col("relayed_by"))
        channels = channels.with_columns(relayed_by=relayed)
    if built:
        ties = nw.concat([_with_followers(book, ties, built), _new_ties(book, ties, built)])
    return replace(
        book,
        tables=replace(tables, ties=book.engine.keep(ties), log=log, channels=channels),
        subscribes=book.subscribes or any(one.action in SUBSCRIPTION_OF for one in built),
        planned=tuple(sorted({*book.planned, *filter(None, map(_kind_of, built))})),
    )


def _with_followers(book: Book, ties: Frame, steps: Iterable[Planned]) -> Frame:
    """Where followers are counted, as many more as are new: the count is of all, those with a name included."""
    more: dict[tuple[str, str], int] = {}
    direct_ties = ties.filter(nw.col("person") == "", nw.col("contact") != "").select("channel", "contact")
    following = set(book.engine.rows(direct_ties.filter(nw.col("channel").is_in([one.owner for one in steps]))))
    for one in steps:
        if one.action in SUBSCRIPTION_OF and (one.owner, one.contact) not in following:
            where = (one.owner, str(one.customer))
            more[where] = more.get(where, 0) + 1
    shape = {"channel": "VARCHAR", "customer": "VARCHAR", "more": "BIGINT"}
    columns: dict[str, list[object]] = {
        "channel": [channel for channel, _ in more],
        "customer": [customer for _, customer in more],
        "more": list(more.values()),
    }
    joined = ties.join(book.engine.frame(book.engine.table(shape, columns)), on=["channel", "customer"], how="left")
    direct = (nw.col("person") == "") & ~nw.col("more").is_null()
    followers = nw.when(direct).then(nw.col("followers") + nw.col("more")).otherwise(nw.col("followers"))
    types = ties.collect_schema()
    return joined.with_columns(followers=followers.cast(types["followers"])).select(*types.names())


def _kind_of(one: Planned) -> str | None:
    """The kind of the tie that an action builds: one of its own, so that it stands beside what there is."""
    return None if one.action in SUBSCRIPTION_OF else f"planned {one.action}"


def _new_ties(book: Book, ties: Frame, steps: Sequence[Planned]) -> Frame:
    """The ties that the actions build, with the columns of the book's."""
    rows = []
    for one in steps:
        subscription = SUBSCRIPTION_OF.get(one.action, "")
        personal = one.action in PERSONAL
        rows.append(
            (
                "" if personal else one.owner,
                subscription,
                one.owner if personal else "",
                one.contact or "",
                one.customer,
                _kind_of(one),
                None if subscription else -math.expm1(-one.intensity),
            )
        )
    shape = {**dict.fromkeys(_TIE, "VARCHAR"), "strength": "DOUBLE"}
    cells: dict[str, list[object]] = dict(zip(_TIE, map(list, zip(*rows, strict=True)), strict=True))
    built = book.engine.frame(book.engine.table(shape, cells))
    types = ties.collect_schema()
    absent = {name: nw.lit(None, dtype=types[name]) for name in types.names() if name not in {*_TIE, "gone"}}
    gone = nw.lit(False)  # noqa: FBT003 - a literal column
    return built.with_columns(**absent, gone=gone, strength=nw.col("strength").cast(types["strength"])).select(
        *types.names()
    )
