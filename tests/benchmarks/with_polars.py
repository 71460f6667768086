"""The ranking in lazy Polars.

python tests/benchmarks/with_polars.py FOLDER
"""

from __future__ import annotations

import sys
from datetime import date
from math import log
from pathlib import Path

import polars as pl

AS_OF = date(2024, 1, 1)
WEIGHT = {"meeting": 1.0, "call": 0.6, "mail": 0.25, "social": 0.1}
UNIT = 10**9
FIXED = {"company_page": 100_000_000, "newsletter": 150_000_000}
MAX_INTENSITY = 3 * UNIT
MAX_SUBSCRIPTION = UNIT // 2
HELD = round(log(2) * UNIT)
FOLLOW = {"low": 0.15, "base": 0.30, "high": 0.50}
PAIR = ["holder", "customer"]

Row = tuple[str, int, int, int, int, int, int]


def read_ties(folder: Path) -> pl.LazyFrame:
    """The ties, with what a subscription of their channel is worth and whose tie it is."""
    texts = dict.fromkeys(["owner", "contact", "customer", "kind"], pl.String)
    typed = texts | {"last_contact": pl.Date, "per_year": pl.Float64, "followers": pl.Int64}
    ties = pl.scan_csv(folder / "ties.csv", schema=typed)
    each = pl.col("kind").replace_strict(FIXED, default=None, return_dtype=pl.Int64)
    channels = pl.scan_csv(folder / "channels.csv", infer_schema=False).select("relayed_by", owner="id", each=each)
    return ties.join(channels, on="owner", how="left").with_columns(
        pl.col("contact").fill_null(""), holder=pl.coalesce("relayed_by", "owner")
    )


def own_ties(ties: pl.LazyFrame) -> pl.LazyFrame:
    """Units by holder, customer and contact, subscriptions aside."""
    kind = pl.col("kind").fill_null("meeting")
    per_year = pl.col("per_year").fill_null(4)
    age = (pl.lit(AS_OF) - pl.col("last_contact")).dt.total_days().cast(pl.Float64)
    age = age.fill_null(365 / (2 * per_year))
    weight = kind.replace_strict(WEIGHT, return_dtype=pl.Float64)
    series = 0.4 * weight * 2 ** (-age / 180) / (1 - 2 ** (-365 / (per_year * 180)))
    units = (series.clip(upper_bound=3) * UNIT).round().cast(pl.Int64)
    rows = ties.filter(pl.col("each").is_null()).select(*PAIR, "contact", kind=kind, units=units)
    merged = rows.group_by(*PAIR, "contact", "kind").agg(pl.col("units").max())
    return merged.group_by(*PAIR, "contact").agg(pl.col("units").sum().clip(upper_bound=MAX_INTENSITY))


def subscriptions(ties: pl.LazyFrame, own: pl.LazyFrame) -> pl.LazyFrame:
    """Units by holder and customer that named and counted followers add."""
    channel = ["owner", *PAIR, "each"]
    followers = ties.filter(pl.col("each").is_not_null())
    named = followers.filter(pl.col("followers").is_null()).unique(["owner", *PAIR, "contact"])
    taken = named.join(own.rename({"units": "taken"}), on=[*PAIR, "contact"], how="left")
    room = MAX_INTENSITY - pl.col("taken").fill_null(0)
    reached = taken.group_by(channel).agg(units=pl.min_horizontal(room, "each").sum(), named=pl.len())
    counted = followers.group_by(channel).agg(counted=pl.col("followers").max())
    both = counted.join(reached, on=channel, how="left")
    nameless = (pl.col("counted").fill_null(0) - pl.col("named").fill_null(0).cast(pl.Int64)).clip(lower_bound=0)
    units = (pl.col("units").fill_null(0) + nameless * pl.col("each")).clip(upper_bound=MAX_SUBSCRIPTION)
    return both.select(*PAIR, units=units)


def exposures(folder: Path) -> pl.LazyFrame:
    """What every holder has with every customer, and what would leave with this one."""
    ties = read_ties(folder)
    own = own_ties(ties)
    held = pl.concat([own.select(*PAIR, "units"), subscriptions(ties, own)])
    pairs = held.group_by(PAIR).agg(pl.col("units").sum())
    totals = pairs.group_by("customer").agg(everyone=pl.col("units").sum(), holders=pl.len())
    customers = pl.scan_csv(folder / "customers.csv", schema_overrides={"revenue": pl.Float64}).select(
        "revenue", customer="id"
    )
    stay = pl.col("everyone") - pl.col("units")
    walks = (-stay / UNIT).exp() * (1 - (-pl.col("units") / UNIT).exp())
    severed = pl.col("holders") == 1
    cents = (pl.col("revenue") * 100).round().fill_null(0)
    return (
        pairs.join(totals, on="customer")
        .join(customers, on="customer")
        .select(
            "holder",
            severed=severed,
            exposed=~severed & (stay < HELD),
            **{end: (cents * follow * walks).round() for end, follow in FOLLOW.items()},
        )
    )


def ranking(folder: Path) -> list[Row]:
    """Per employee: customers, severed, exposed, and cents at risk (low, base, high)."""
    sums = [pl.col(name).sum().cast(pl.Int64) for name in ("severed", "exposed", *FOLLOW)]
    by_holder = exposures(folder).group_by("holder").agg(pl.len().cast(pl.Int64).alias("customers"), *sums)
    employees = pl.scan_csv(folder / "employees.csv", infer_schema=False).select(holder="id")
    table = employees.join(by_holder, on="holder", how="left").fill_null(0)
    worst = ["base", "severed", "exposed", "customers", "holder"]
    return table.sort(worst, descending=[True, True, True, True, False]).collect(engine="streaming").rows()


def main() -> None:
    sys.stdout.write("employee,customers,severed,exposed,risk_low,risk_base,risk_high\n")
    for employee, customers, severed, exposed, *cents in ranking(Path(sys.argv[1])):
        money = ",".join(f"{amount / 100:.2f}" for amount in cents)
        sys.stdout.write(f"{employee},{customers},{severed},{exposed},{money}\n")


if __name__ == "__main__":
    main()
