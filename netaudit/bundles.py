"""From live ties to what each holder has: with each contact, with each customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from netaudit.model import Limits, units_of_subscriptions, within

if TYPE_CHECKING:
    from netaudit.assumptions import Assumptions
    from netaudit.book import Book
    from netaudit.engine import Frame
    from netaudit.recorded import LiveTies

HOLDER = ("person", "company", "customer")
"""Whose bundle it is: a person's, or (`person` is "") that of the channel `company` itself."""


def bundles_of(book: Book, assumptions: Assumptions, ties: Frame, *, own: bool = False) -> Frame:
    """What each holder has with each contact, subscriptions aside.

    HOLDER, contact, units (capped), ties (how many), assumed (any), last_contact (the newest). Of an employee's own
    records of one kind the strongest counts: that needs no merging first, for they are many and kinds are few. `own`
    says that there are no others among the `ties`, which takes less.
    """
    company = nw.when(nw.col("person") == "").then(nw.col("channel")).otherwise(nw.lit(""))
    passed, alive, zero = nw.col("channel") != "", nw.col("units") > 0, nw.lit(0).cast(nw.Int64)
    kinds = dict.fromkeys((*assumptions.group("weight"), *book.planned))
    of = {f"units_{number}": nw.col("kind") == kind for number, kind in enumerate(kinds)}
    maxima = {
        name: nw.when(mine if own else mine & ~passed).then(nw.col("units")).otherwise(zero).max()
        for name, mine in of.items()
    }
    sums = {
        "passed": nw.when(passed).then(nw.col("units")).otherwise(zero).sum(),
        "ways": nw.when(passed).then(zero + 1).otherwise(zero).sum(),
    }
    ties = ties if own else ties.filter(nw.col("subscription") == "").with_columns(company=company)
    summed = ties.group_by(*(name for name in HOLDER if not own or name != "company"), "contact").agg(
        assumed=(nw.col("assumed") & alive).any(),
        last_contact=nw.when(alive).then(nw.col("last_contact")).max(),
        **maxima,
        **({} if own else sums),
    )
    summed = summed.with_columns(company=nw.lit(""), passed=zero, ways=zero) if own else summed
    found = summed.select(
        *HOLDER,
        "contact",
        "assumed",
        "last_contact",
        units=sum((nw.col(name) for name in of), nw.col("passed")),
        ties=sum(((nw.col(name) > 0).cast(nw.Int64) for name in of), nw.col("ways")),
    )
    return found.filter(nw.col("ties") > 0).with_columns(
        units=within(nw.col("units"), None, Limits.of(assumptions).contact).cast(nw.Int64),
        ties=nw.col("ties").cast(nw.Int64),
    )


def pairs_of(book: Book, assumptions: Assumptions, live: LiveTies, own: Frame | None = None) -> Frame:
    """What each holder has with each customer, from live ties; `own` are their bundles, where they are kept already.

    HOLDER, units, ties (how many), assumed (any), strongest (units with the one contact that is held best,
    subscriptions aside).
    """
    limits = Limits.of(assumptions)
    shared = book.subscribes and book.relays
    beside = own
    if own is None and shared and book.many:
        own, beside = _many_bundles(book, live, assumptions)
    elif own is None:
        own = bundles_of(book, assumptions, live.unmerged())
        own = beside = book.engine.keep(own) if shared else own
    held = own.select(*HOLDER, "units", "ties", "assumed", strongest="units")
    if book.subscribes:
        added = _subscriptions(live.reached, beside if shared else None, assumptions, limits)
        held = nw.concat([held, added])
    return held.group_by(*HOLDER).agg(
        units=nw.col("units").sum().cast(nw.Int64),
        ties=nw.col("ties").sum().cast(nw.Int64),
        assumed=nw.col("assumed").any(),
        strongest=nw.col("strongest").max(),
    )


def _many_bundles(book: Book, live: LiveTies, assumptions: Assumptions) -> tuple[Frame, Frame | None]:
    """All bundles, and once more those of the people who pass a subscription on: few, where all were many to keep."""
    passed = live.reached.filter(nw.col("person") != "").select("person", "subscription").unique()
    passing = book.engine.rows(passed)
    if all(subscription for _, subscription in passing):
        every = nw.concat(
            [bundles_of(book, assumptions, live.own, own=True), bundles_of(book, assumptions, live.reached)]
        )
    else:
        every = bundles_of(book, assumptions, live.unmerged())
    people = sorted({person for person, subscription in passing if subscription})
    theirs = live.unmerged().filter(nw.col("person").is_in(people))
    return every, bundles_of(book, assumptions, theirs) if people else None


def _subscriptions(reached: Frame, own: Frame | None, assumptions: Assumptions, limits: Limits) -> Frame:
    """What subscriptions add for each holder at each customer (columns of `pairs_of`). `own` are bundles beside.

    One channel adds at most `limits.subscription`, and to one contact no more than the room that the holder's
    other ties leave there. Two channels that the same person relays share that room: the sum is the maximum flow
    from the channels to the contacts, which for up to two channels is the smaller of the two sums below.
    """
    company = nw.when(nw.col("person") == "").then(nw.col("channel")).otherwise(nw.lit(""))
    named = reached.filter(nw.col("subscription") != "").with_columns(
        company=company,
        each=units_of_subscriptions(assumptions),
        room=nw.lit(limits.contact),
    )
    if own is not None:
        taken = own.select(*HOLDER, "contact", taken="units")
        named = named.join(taken, on=[*HOLDER, "contact"], how="left").with_columns(
            room=nw.lit(limits.contact) - nw.coalesce(nw.col("taken"), nw.lit(0))
        )
    by_channel = (
        named.group_by(*HOLDER, "channel")
        .agg(
            part=nw.min_horizontal("units", "room").sum(),
            covered=nw.min_horizontal("units", "each").sum(),
            wanted=nw.col("wanted").max(),
            ties=(nw.col("units") > 0).cast(nw.Int64).sum(),
        )
        .with_columns(nameless=within(nw.col("wanted") - nw.col("covered"), 0, None))
    )
    most = nw.lit(limits.subscription)
    one_by_one = by_channel.group_by(*HOLDER).agg(
        units=nw.min_horizontal(nw.col("part") + nw.col("nameless"), most).sum(),
        nameless=nw.col("nameless").sum(),
        ties=(nw.col("ties") + (nw.col("nameless") > 0).cast(nw.Int64)).sum(),
    )
    if own is None:
        result = one_by_one
    else:
        by_contact = named.group_by(*HOLDER, "contact", "room").agg(units=nw.col("units").sum())
        together = by_contact.group_by(*HOLDER).agg(room=nw.min_horizontal("units", "room").sum())
        joined = one_by_one.join(together, on=list(HOLDER), how="left")
        shared = nw.col("room") + nw.col("nameless")
        result = joined.with_columns(units=nw.min_horizontal(nw.col("units"), shared))
    return result.select(
        *HOLDER,
        units=nw.col("units").cast(nw.Int64),
        ties=nw.col("ties").cast(nw.Int64),
        assumed=nw.lit(False),  # noqa: FBT003 - a literal column
        strongest=nw.lit(0).cast(nw.Int64),
    )


def held_by(customers: Frame, pairs: Frame) -> Frame:
    """Who holds each of some customers (those of a scope): their columns, and company, people, weighed.

    Company and people are units of the channels and of all persons, 0 where there are none; `weighed` is the weight
    in whole units, 0 where it is unknown.
    """
    zero = nw.lit(0).cast(nw.Int64)
    own = nw.col("person") == ""
    sides = pairs.with_columns(
        company=nw.when(own).then(nw.col("units")).otherwise(zero),
        people=nw.when(own).then(zero).otherwise(nw.col("units")),
    )
    held = sides.group_by("customer").agg(
        company=nw.col("company").sum().cast(nw.Int64), people=nw.col("people").sum().cast(nw.Int64)
    )
    return customers.join(held, on="customer", how="left").with_columns(
        company=nw.coalesce(nw.col("company"), zero),
        people=nw.coalesce(nw.col("people"), zero),
        weighed=nw.coalesce(nw.col("weight"), zero),
    )
