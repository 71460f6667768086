"""From what is recorded to live ties: each once, with its units and whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import narwhals as nw

from netaudit.loading.values import day_number
from netaudit.model import UNIT, units_of_contacts, units_of_record, units_of_subscriptions, within

if TYPE_CHECKING:
    from netaudit.assumptions import Assumptions
    from netaudit.book import Book
    from netaudit.engine import Frame

TIES = ("channel", "subscription", "person", "contact", "customer", "kind")
"""What makes two records one tie."""

MERGED = ("units", "wanted", "last_contact", "assumed")
"""What is known of a tie."""

COUNTED = "followers"
"""The kind of the one tie that a channel's counted followers at a customer make, beyond those that are named."""


class Tie(NamedTuple):
    """A live tie, as the model gives it."""

    channel: str
    subscription: str
    person: str
    contact: str
    customer: str
    kind: str
    units: int
    wanted: int
    last_contact: int | None
    assumed: bool


ALIVE = (nw.col("units") > 0) | (nw.col("wanted") > 0)
"""Whether a record counts at all."""


@dataclass(frozen=True, slots=True)
class LiveTies:
    """What is live of the book, or of some customers.

    `own` are records of employees, worked out where they are used: those of no units are still among them, and equal
    ones are one tie. `reached` are ties of channels, direct or passed on. Columns: those of TIES; `units`; `wanted`
    (units that the counted followers of a subscription make up, named ones included); `last_contact`; `assumed` (kind,
    date or count was missing).
    """

    own: Frame
    reached: Frame

    def all(self) -> Frame:
        """Every live tie once."""
        own = _merged(self.own.filter(ALIVE), ("person", "contact", "customer", "kind"))
        own = own.select(*TIES[2:], *MERGED, channel=nw.lit(""), subscription=nw.lit("")).select(*TIES, *MERGED)
        return nw.concat([own, self.reached])

    def unmerged(self) -> Frame:
        """Both as they are, which is what `bundles_of` takes."""
        return nw.concat([self.own, self.reached])


def recorded(book: Book, assumptions: Assumptions) -> Frame:
    """What is recorded of those who are still here, with its units; not merged, and worked out where it is used.

    Columns: those of TIES and MERGED, and origin (a row that says so; of many in a log the last).
    """
    as_of = day_number(book.as_of)
    records = _tie_records(book, as_of, assumptions)
    return nw.concat([records, _log_records(book.tables.log, as_of, assumptions)]) if book.logged else records


def live_ties(book: Book, records: Frame, customers: Frame | None = None) -> LiveTies:
    """The live ties among what is `recorded`, or those of some `customers` (a frame with that column)."""
    if customers is not None:
        records = records.join(customers, on="customer", how="semi")
    own = records.filter(nw.col("channel") == "").select(*TIES, *MERGED)
    reached = records.filter(nw.col("channel") != "", ALIVE).select(*TIES, *MERGED)
    if book.relays:
        reached = _reached_directly(book.engine.keep(reached))
    return LiveTies(own, book.engine.keep(_merged(reached)))


def sent_directly(book: Book, live: LiveTies, channel: str) -> LiveTies:
    """The same ties, if the company itself sent what somebody passes on of one channel."""
    person = nw.when(nw.col("channel") == channel).then(nw.lit("")).otherwise(nw.col("person"))
    return LiveTies(live.own, book.engine.keep(_merged(live.reached.with_columns(person=person))))


def live_customers(records: Frame, people: tuple[str, ...] | None = None) -> Frame:
    """The customers with a live tie of anybody, or of some `people`: one column, customer."""
    if people is not None:
        records = records.filter(nw.col("person").is_in(list(people)))
    return records.filter(ALIVE).group_by("customer").agg()


def _tie_records(book: Book, as_of: int, assumptions: Assumptions) -> Frame:
    """Rows of ties with their units; counted followers apart from named ones, as a tie of the kind COUNTED."""
    subscription = nw.col("subscription") != ""
    missing = nw.col("kind").is_null() | nw.col("last_contact").is_null() | nw.col("per_year").is_null()
    live = book.tables.ties.filter(~nw.col("gone"))
    ties = live.filter(nw.col("followers").is_null() | (nw.col("contact") != "")) if book.subscribes else live
    records = ties.with_columns(
        kind=nw.when(subscription).then(nw.lit("")).otherwise(nw.coalesce(nw.col("kind"), nw.lit("meeting"))),
        assumed=missing & ~subscription & nw.col("strength").is_null(),
    ).select(
        *TIES,
        "last_contact",
        "assumed",
        "origin",
        units=units_of_record(as_of, assumptions),
        wanted=nw.lit(0).cast(nw.Int64),
    )
    if not book.subscribes:
        return records
    each = units_of_subscriptions(assumptions)
    counted = live.filter(~nw.col("followers").is_null()).with_columns(
        contact=nw.lit(""),
        kind=nw.lit(COUNTED),
        last_contact=nw.lit(None, dtype=nw.Int32),
        assumed=nw.lit(False),  # noqa: FBT003 - a literal column
        units=nw.lit(0).cast(nw.Int64),
        wanted=(nw.col("followers") * each).cast(nw.Int64),
    )
    return nw.concat([records, counted.select(*TIES, "last_contact", "assumed", "origin", "units", "wanted")])


def _log_records(log: Frame, as_of: int, assumptions: Assumptions) -> Frame:
    """One row per tie from the interactions: κ·Σ w(kind)·2^(-age/h)."""
    most = round(assumptions["max_intensity"] * UNIT)
    subscription = nw.col("subscription") != ""
    rows = log.filter(~nw.col("gone")).select(
        *TIES,
        each=units_of_contacts(as_of, assumptions),
        fixed=units_of_subscriptions(assumptions),
        last_contact=nw.col("on"),
        origin=nw.col("origin"),
    )
    rows = rows.with_columns(kind=nw.when(subscription).then(nw.lit("")).otherwise(nw.col("kind")))
    summed = rows.group_by(*TIES).agg(
        each=nw.col("each").sum(),
        fixed=nw.col("fixed").max(),
        last_contact=nw.col("last_contact").max(),
        origin=nw.col("origin").max(),
    )
    units = nw.when(subscription).then(nw.col("fixed")).otherwise(within(nw.col("each"), 0, most))
    return summed.select(
        *TIES,
        "last_contact",
        assumed=nw.lit(False),  # noqa: FBT003 - a literal column
        origin=nw.col("origin"),  # frames are put together column by column, whatever their names
        units=units.cast(nw.Int64),
        wanted=nw.lit(0).cast(nw.Int64),
    )


def _merged(records: Frame, ends: tuple[str, ...] = TIES) -> Frame:
    """Records that agree in `ends` as one tie, the strongest."""
    return records.group_by(*ends).agg(
        units=nw.col("units").max(),
        wanted=nw.col("wanted").max(),
        last_contact=nw.col("last_contact").max(),
        assumed=nw.col("assumed").any(),
    )


def _reached_directly(ties: Frame) -> Frame:
    """A contact that a channel reaches directly as well is the channel's, not the person's who passes it on.

    Counted followers have no names, so nobody can say that they are the same.
    """
    ends = ["channel", "customer", "contact"]
    named = nw.col("kind") != COUNTED
    both = ties.filter(nw.col("person") != "").group_by("channel").agg()
    direct = ties.filter(nw.col("person") == "", named).join(both, on="channel", how="semi")
    direct = direct.group_by(*ends).agg(ways=nw.len())
    joined = ties.join(direct, on=ends, how="left")
    person = nw.when(named & ~nw.col("ways").is_null()).then(nw.lit("")).otherwise(nw.col("person"))
    return joined.with_columns(person=person).drop("ways")
