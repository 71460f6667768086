"""How does every customer stand: who has a tie that counts, what is the company's own, when was the last contact?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from netaudit.bundles import bundles_of, held_by, pairs_of
from netaudit.loading.values import day_number
from netaudit.model import Limits
from netaudit.recorded import live_ties, recorded
from netaudit.scope import weighted

if TYPE_CHECKING:
    from netaudit.book import Book
    from netaudit.engine import Frame

SUBJECT = ("customer", "name", "segment", "revenue", "count", "renewal_on", "owner", "origin", "weight")
"""What a row of customers says about the customer itself; money and weight in whole units, days as numbers."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Every customer of a book as things stand today. All frames are worked out once.

    - customers: SUBJECT, company and people (units of the channels and of all persons), ties (how many are live),
      colleagues and channels (how many have a tie that counts), sure_colleagues and sure_channels (how many without
      anything assumed), first and last (the colleagues of these, by id),
      ends (contacts with such a tie; null where one goes to the customer itself), last_contact
    - pairs: person, company, customer, units, strongest, counts (has a tie that counts), ties
    - bundles: as `bundles_of` gives them
    - reached: the live ties of channels
    - left_behind: the customers that somebody who has left had a tie to: person and left_on of the last one
    """

    customers: Frame
    pairs: Frame
    bundles: Frame
    reached: Frame
    left_behind: Frame


def standing_of(book: Book) -> Standing:
    """The standing of all customers of a book."""
    keep, limits = book.engine.keep, Limits.of(book.assumptions)
    live = live_ties(book, recorded(book, book.assumptions))
    own = keep(bundles_of(book, book.assumptions, live.unmerged()))
    found = pairs_of(book, book.assumptions, live, own)
    found = keep(found.with_columns(counts=nw.col("strongest") >= limits.tie))
    customers = weighted(book).join(_who(found), on="customer", how="left")
    customers = customers.join(_where(own, limits), on="customer", how="left")
    sure = bundles_of(book, book.assumptions, live.all().filter(~nw.col("assumed")))
    customers = customers.join(_sure(sure, limits), on="customer", how="left")
    counts = ("ties", "colleagues", "channels", "sure_colleagues", "sure_channels")
    held = held_by(customers, found).select(
        *SUBJECT,
        *("company", "people", "first", "last", "ends", "last_contact"),
        **{name: nw.coalesce(nw.col(name), nw.lit(0).cast(nw.Int64)) for name in counts},
    )
    return Standing(keep(held), found, own, live.reached, keep(_left_behind(book)))


def _left_behind(book: Book) -> Frame:
    left = book.tables.employees.filter(nw.col("left_on") <= day_number(book.as_of))
    tables = (book.tables.ties, book.tables.log)
    ties = nw.concat([frame.filter(nw.col("gone")).select("customer", "person") for frame in tables])
    theirs = ties.join(left.select("left_on", person="id"), on="person")
    latest = theirs.group_by("customer").agg(left_on=nw.col("left_on").max())
    last = theirs.join(latest, on=["customer", "left_on"]).group_by("customer", "left_on")
    return last.agg(person=nw.col("person").min())


def _who(found: Frame) -> Frame:
    """Per customer how many ties there are, and who has one that counts."""
    colleague = nw.col("counts") & (nw.col("person") != "")
    person = nw.when(colleague).then(nw.col("person")).otherwise(nw.lit(None, dtype=nw.String))
    return (
        found.with_columns(
            colleague=person,
            colleagues=colleague.cast(nw.Int64),
            channels=(nw.col("counts") & (nw.col("person") == "")).cast(nw.Int64),
        )
        .group_by("customer")
        .agg(
            ties=nw.col("ties").sum().cast(nw.Int64),
            colleagues=nw.col("colleagues").sum().cast(nw.Int64),
            channels=nw.col("channels").sum().cast(nw.Int64),
            first=nw.col("colleague").min(),
            last=nw.col("colleague").max(),
        )
    )


def _sure(recorded: Frame, limits: Limits) -> Frame:
    """Per customer how many holders have a tie that counts by what is recorded alone."""
    sure = recorded.filter(nw.col("units") >= limits.tie).group_by("person", "company", "customer").agg()
    person = (nw.col("person") != "").cast(nw.Int64)
    counted = sure.with_columns(colleague=person, channel=1 - person).group_by("customer")
    return counted.agg(sure_colleagues=nw.col("colleague").sum(), sure_channels=nw.col("channel").sum()).select(
        "customer",
        sure_colleagues=nw.col("sure_colleagues").cast(nw.Int64),
        sure_channels=nw.col("sure_channels").cast(nw.Int64),
    )


def _where(own: Frame, limits: Limits) -> Frame:
    """Per customer how many contacts somebody has a tie to that counts, and when anybody was in touch last."""
    counts = nw.col("units") >= limits.tie
    ends = own.group_by("customer", "contact").agg(
        counts=counts.cast(nw.Int64).max(), last_contact=nw.col("last_contact").max()
    )
    straight = (nw.col("counts") == 1) & (nw.col("contact") == "")
    return (
        ends.with_columns(straight=straight.cast(nw.Int64))
        .group_by("customer")
        .agg(
            counted=nw.col("counts").sum().cast(nw.Int64),
            straight=nw.col("straight").max(),
            last_contact=nw.col("last_contact").max(),
        )
        .select(
            "customer",
            "last_contact",
            ends=nw.when(nw.col("straight") == 0).then(nw.col("counted")).otherwise(nw.lit(None, dtype=nw.Int64)),
        )
    )


def key_customers(customers: Frame, share: float) -> Frame:
    """The largest customers that together bring this share of the revenue: the A of an ABC analysis.

    Rows that stand for many consumers are judged among themselves, or they would leave no room for anybody else. Those
    without a known revenue are in: what is unknown is not small. Those of equal revenue are in or out together.
    """
    apart = customers.with_columns(many=nw.col("count") > 1)
    level = apart.filter(~nw.col("weight").is_null()).group_by("many", "weight").agg(level=nw.col("weight").sum())
    level = level.with_columns(largest=-nw.col("weight"))
    above = level.with_columns(
        above=nw.col("level").cum_sum().over("many", order_by="largest") - nw.col("level"),
        whole=nw.col("level").sum().over("many"),
    )
    small = above.filter(nw.col("whole") > 0, nw.col("above") >= nw.col("whole") * share).select("many", "weight")
    return apart.join(small, on=["many", "weight"], how="anti").drop("many")
