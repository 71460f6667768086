"""What would it change if the company itself sent what one person passes on?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from netaudit import model
from netaudit.actions import SUBSCRIPTION_OF
from netaudit.model import LiveTies
from netaudit.programme import Takeover

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netaudit.engine import Frame
    from netaudit.outlook import Outlook

TAKEOVERS = 20
"""So many channels that hang on one person are looked at, widest first."""


def takeovers_of(outlook: Outlook) -> Iterator[Takeover]:
    """What it would do if the company sent what hangs on one person, of the same person one channel after the other."""
    book = outlook.book
    if not book.relays or not book.actions.limit["unrelay"]:
        return
    now = {"": (outlook.live, outlook.pairs)}
    for channel, kind, person in _hanging(outlook):
        live, pairs = now.get(person, now[""])
        theirs = live.reached.filter(nw.col("channel") == channel)
        customers = book.engine.keep(theirs.select("customer").unique())
        direct = model.sent_directly(book, live, channel)
        there = (ties.join(customers, on="customer", how="semi") for ties in (direct.own, direct.reached))
        then = book.engine.keep(model.pairs(book, book.assumptions, LiveTies(*there)))
        moved = _moved(outlook, channel, person, pairs.join(customers, on="customer", how="semi"), then)
        untouched = pairs.join(customers, on="customer", how="anti")
        now[person] = direct, book.engine.keep(nw.concat([untouched, then]))
        units = model.units_of_subscription(kind, book.assumptions) if kind in SUBSCRIPTION_OF.values() else 0
        yield Takeover(channel, person, units, book.actions.cost["unrelay"], moved)


def _hanging(outlook: Outlook) -> list[tuple[str, str, str]]:
    """The channels that hang on one person: (channel, its kind, person), widest first."""
    ties = outlook.live.reached.group_by("channel").agg(
        people=nw.col("person").n_unique(), person=nw.col("person").max(), wide=nw.col("customer").n_unique()
    )
    alone = ties.filter(nw.col("people") == 1, nw.col("person") != "")
    kinds = outlook.book.tables.channels.select("kind", channel="id")
    rows = outlook.book.engine.rows(alone.join(kinds, on="channel").select("channel", "kind", "person", "wide"))
    widest = sorted(rows, key=lambda row: (-row[3], row[0]))[:TAKEOVERS]
    return [(channel, kind, person) for channel, kind, person, _ in widest]


def _moved(outlook: Outlook, channel: str, person: str, now: Frame, then: Frame) -> dict[str, tuple[int, int]]:
    """By customer of some weight: what the channel gets, and what the person loses."""
    ours, theirs = nw.col("company") == channel, nw.col("person") == person
    zero = nw.lit(0).cast(nw.Int64)
    sums = {
        when: frame.filter(ours | theirs)
        .group_by("customer")
        .agg(
            **{f"{when}_ours": nw.when(ours).then(nw.col("units")).otherwise(zero).sum()},
            **{f"{when}_theirs": nw.when(theirs).then(nw.col("units")).otherwise(zero).sum()},
        )
        for when, frame in (("now", now), ("then", then))
    }
    weighed = outlook.expected.filter(nw.col("weighed") > 0).select("customer")
    both = sums["now"].join(sums["then"], on="customer").join(weighed, on="customer", how="semi")
    columns = ("customer", "now_ours", "now_theirs", "then_ours", "then_theirs")
    return {
        customer: (int(after - before), int(had - has))
        for customer, before, had, after, has in sorted(outlook.book.engine.rows(both.select(*columns)))
    }
