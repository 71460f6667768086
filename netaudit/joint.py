"""What do customers lose to several who leave together?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from netaudit import model
from netaudit.assumptions import ENDS
from netaudit.result import Unit, Value

if TYPE_CHECKING:
    from netaudit.book import Book
    from netaudit.engine import Frame


def lost_to(pairs: Frame, leavers: Frame, customers: Frame, by: tuple[str, ...] = (), *, alone: bool = False) -> Frame:
    """The customers that leavers have a live tie to, with what they lose; a row per customer, or per `by` and customer.

    `pairs` are those of the model, `leavers` has person, follow_low, follow_base, follow_high and the columns of `by`,
    each value of which is a departure of its own; `customers` are those of a scope. `alone` says that each departure is
    one person's, where φ·walks is exact. Adds to the customers' columns: held, walks, adrift; loss_ and risk_low, _base
    and _high (shares, and whole units of weight); leave and stay (units); ties_lost, ties_kept; assumed (any tie lost).
    """
    parts = {f"part_{end}": nw.col(f"follow_{end}") if alone else model.pull(f"follow_{end}", "units") for end in ENDS}
    sums = (
        pairs.join(leavers, on="person")
        .with_columns(**parts)
        .group_by(*by, "customer")
        .agg(
            leave=nw.col("units").sum().cast(nw.Int64),
            ties_lost=nw.col("ties").sum().cast(nw.Int64),
            assumed=nw.col("assumed").any(),
            **{name: nw.col(name).sum() for name in parts},
        )
    )
    totals = pairs.group_by("customer").agg(
        units=nw.col("units").sum().cast(nw.Int64), ties=nw.col("ties").sum().cast(nw.Int64)
    )
    lost = {f"loss_{end}": model.lost_alone(f"part_{end}") if alone else model.loss(f"part_{end}") for end in ENDS}
    return (
        sums.join(totals, on="customer")
        .join(customers, on="customer")
        .with_columns(stay=nw.col("units") - nw.col("leave"), ties_kept=nw.col("ties") - nw.col("ties_lost"))
        .with_columns(**model.shares())
        .with_columns(**lost)
        .with_columns(**{f"risk_{end}": model.at_risk("weight", nw.col(f"loss_{end}")) for end in ENDS})
    )


def followed_words(book: Book, rates: Frame) -> tuple[str, dict[str, Value]]:
    """What is assumed of those with some follow rates, as words with values in them."""
    found = book.engine.rows(rates.select("follow_low", "follow_base", "follow_high", "destination"))
    bases = [rate[1] for rate in found]
    shares = {
        "follow_low": min(rate[0] for rate in found),
        "follow_high": max(rate[2] for rate in found),
        "follow": min(bases),
        "follow_most": max(bases),
    }
    values = {name: Value(share, Unit.SHARE) for name, share in shares.items()}
    values["where"] = Value(" or ".join(sorted({rate[3] for rate in found})), Unit.TEXT)
    base = "{follow}" if min(bases) == max(bases) else "{follow} to {follow_most}"
    words = f"of what walks, {base} ({{follow_low}} to {{follow_high}}) follows (destination: {{where}})"
    return f"{words}, as in other trades", values
