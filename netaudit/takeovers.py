"""What would it change if the company itself sent what one person passes on?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from netaudit import model
from netaudit.actions import SUBSCRIPTION_OF
from netaudit.bundles import pairs_of
from netaudit.programme import Takeover
from netaudit.recorded import LiveTies, sent_directly

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netaudit.engine import Frame
    from netaudit.outlook import Outlook

TAKEOVERS = 20
"""So many channels that hang on one person are looked at, widest first."""


def takeovers_of(outlook: Outlook) -> Iterator[Takeover]:
    """What it would do if the company sent what hangs on one person, channel by channel.

    Where channels of one person crowd each other at the cap of a contact, one comes after the other.
    """
    if not outlook.book.relays or not outlook.book.actions.limit["unrelay"]:
        return
    channels: dict[str, list[tuple[str, str]]] = {}
    for channel, kind, person in _hanging(outlook):
        channels.setdefault(person, []).append((channel, kind))
    for person, theirs in channels.items():
        alone = [_moved(outlook, person, (), channel) for channel, _ in theirs]
        after = [_moved(outlook, person, tuple(theirs[:place]), channel) for place, (channel, _) in enumerate(theirs)]
        lanes = [person if alone != after else f"{person}  {channel}" for channel, _ in theirs]
        for (channel, kind), moved, lane in zip(theirs, after, lanes, strict=True):
            if moved:
                yield _takeover(outlook, channel, kind, person, moved, lane)


def _takeover(
    outlook: Outlook, channel: str, kind: str, person: str, moved: dict[str, tuple[int, int]], lane: str
) -> Takeover:
    book = outlook.book
    units = model.units_of_subscription(kind, book.assumptions) if kind in SUBSCRIPTION_OF.values() else 0
    return Takeover(channel, person, units, book.actions.cost["unrelay"], moved, lane)


def _hanging(outlook: Outlook) -> list[tuple[str, str, str]]:
    """The channels that hang on one person: (channel, its kind, person), widest first."""
    ties = outlook.live.reached.group_by("channel").agg(
        people=nw.col("person").n_unique(), person=nw.col("person").max(), wide=nw.col("customer").n_unique()
    )
    alone = ties.filter(nw.col("people") == 1, nw.col("person") != "")
    if outlook.leavers:
        alone = alone.filter(nw.col("person").is_in(list(outlook.leavers)))
    kinds = outlook.book.tables.channels.select("kind", channel="id")
    rows = outlook.book.engine.rows(alone.join(kinds, on="channel").select("channel", "kind", "person", "wide"))
    widest = sorted(rows, key=lambda row: (-row[3], row[0]))[:TAKEOVERS]
    return [(channel, kind, person) for channel, kind, person, _ in widest]


def _moved(
    outlook: Outlook, person: str, before: tuple[tuple[str, str], ...], channel: str
) -> dict[str, tuple[int, int]]:
    """By customer of some weight: what the channel gets and what the person loses, after some channels `before`."""
    book, live = outlook.book, outlook.live
    for sent, _ in before:
        live = sent_directly(book, live, sent)
    touched = book.engine.keep(live.reached.filter(nw.col("channel") == channel).select("customer").unique())
    now, then = (_held(outlook, ties, touched, channel, person) for ties in (live, sent_directly(book, live, channel)))
    return {
        customer: (then[customer][0] - ours, theirs - then[customer][1]) for customer, (ours, theirs) in now.items()
    }


def _held(outlook: Outlook, live: LiveTies, touched: Frame, channel: str, person: str) -> dict[str, tuple[int, int]]:
    """What the channel itself and the person have at some customers of some weight, in units."""
    ties = (frame.join(touched, on="customer", how="semi") for frame in (live.own, live.reached))
    pairs = pairs_of(outlook.book, outlook.book.assumptions, LiveTies(*ties))
    ours, theirs, zero = nw.col("company") == channel, nw.col("person") == person, nw.lit(0).cast(nw.Int64)
    sums = (
        pairs.filter(ours | theirs)
        .group_by("customer")
        .agg(
            ours=nw.when(ours).then(nw.col("units")).otherwise(zero).sum(),
            theirs=nw.when(theirs).then(nw.col("units")).otherwise(zero).sum(),
        )
    )
    weighed = outlook.expected.filter(nw.col("weighed") > 0).select("customer")
    rows = outlook.book.engine.rows(sums.join(weighed, on="customer", how="semi").select("customer", "ours", "theirs"))
    return {customer: (int(company), int(own)) for customer, company, own in sorted(rows)}
