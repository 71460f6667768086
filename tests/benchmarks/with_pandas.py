"""The ranking in vectorised pandas.

python tests/benchmarks/with_pandas.py FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np  # type: ignore[import-not-found, unused-ignore]
import pandas as pd  # type: ignore[import-untyped, import-not-found, unused-ignore]

AS_OF = pd.Timestamp(2024, 1, 1)
WEIGHT = {"meeting": 1.0, "call": 0.6, "mail": 0.25, "social": 0.1}
UNIT = 10**9
FIXED = {"company_page": 100_000_000, "newsletter": 150_000_000}
MAX_INTENSITY = 3 * UNIT
MAX_SUBSCRIPTION = UNIT // 2
HELD = round(np.log(2) * UNIT)
FOLLOW = {"low": 0.15, "base": 0.30, "high": 0.50}
CONTACT = ["holder", "customer", "contact"]

Frame = Any
Row = tuple[str, int, int, int, int, int, int]


def read_ties(folder: Path) -> Frame:
    """The ties, with what a subscription of their channel is worth and whose tie it is."""
    texts = dict.fromkeys(["owner", "contact", "customer", "kind"], "str")
    ties = pd.read_csv(folder / "ties.csv", dtype=texts, parse_dates=["last_contact"])
    channels = pd.read_csv(folder / "channels.csv", index_col="id")
    ties["contact"] = ties["contact"].fillna("")
    ties["each"] = ties["owner"].map(channels["kind"].map(FIXED))
    ties["holder"] = ties["owner"].map(channels["relayed_by"]).fillna(ties["owner"])
    return ties


def own_ties(ties: Frame) -> Frame:
    """Units by holder, customer and contact, subscriptions aside."""
    own = ties[ties["each"].isna()]
    kind = own["kind"].fillna("meeting")
    per_year = own["per_year"].fillna(4)
    age = (AS_OF - own["last_contact"]).dt.days.fillna(365 / (2 * per_year))
    series = 0.4 * kind.map(WEIGHT) * 2 ** (-age / 180) / (1 - 2 ** (-365 / (per_year * 180)))
    units = (series.clip(upper=3) * UNIT).round().astype("int64")
    rows = own[CONTACT].assign(kind=kind, units=units)
    merged = rows.groupby([*CONTACT, "kind"], sort=False)["units"].max()
    return merged.groupby(CONTACT, sort=False).sum().clip(upper=MAX_INTENSITY)


def subscriptions(ties: Frame, own: Frame) -> Frame:
    """Units by holder and customer that named and counted followers add."""
    channel = ["owner", "holder", "customer", "each"]
    followers = ties[ties["each"].notna()]
    named = followers[followers["followers"].isna()].drop_duplicates(["owner", *CONTACT])
    room = MAX_INTENSITY - named[CONTACT].join(own, on=CONTACT)["units"].fillna(0)
    named = named.assign(units=room.clip(upper=named["each"]))
    columns = {
        "reached": named.groupby(channel)["units"].sum(),
        "named": named.groupby(channel).size(),
        "counted": followers.groupby(channel)["followers"].max(),
    }
    table = pd.DataFrame(columns).fillna(0).reset_index("each")
    nameless = (table["counted"] - table["named"]).clip(lower=0) * table["each"]
    units = (table["reached"] + nameless).clip(upper=MAX_SUBSCRIPTION).astype("int64")
    return units.groupby(["holder", "customer"]).sum()


def exposures(folder: Path, ties: Frame) -> Frame:
    """What every holder has with every customer, and what would leave with this one."""
    own = own_ties(ties)
    parts = [own.groupby(["holder", "customer"], sort=False).sum(), subscriptions(ties, own)]
    pairs = pd.concat(parts).groupby(["holder", "customer"], sort=False).sum().rename("leave").reset_index()
    at_customer = pairs.groupby("customer")["leave"]
    stay = at_customer.transform("sum") - pairs["leave"]
    pairs["severed"] = at_customer.transform("size") == 1
    pairs["exposed"] = ~pairs["severed"] & (stay < HELD)
    revenue = pd.read_csv(folder / "customers.csv", index_col="id")["revenue"]
    cents = (pairs["customer"].map(revenue) * 100).round().fillna(0)
    walks = np.exp(-stay / UNIT) * (1 - np.exp(-pairs["leave"] / UNIT))
    return pairs.assign(**{end: (cents * follow * walks).round() for end, follow in FOLLOW.items()})


def ranking(folder: Path) -> list[Row]:
    """Per employee: customers, severed, exposed, and cents at risk (low, base, high)."""
    by_holder = exposures(folder, read_ties(folder)).groupby("holder")
    table = by_holder[["severed", "exposed", *FOLLOW]].sum()
    table.insert(0, "customers", by_holder.size())
    employees = pd.read_csv(folder / "employees.csv", dtype="str")["id"]
    table = table.reindex(employees, fill_value=0).astype("int64").rename_axis("employee").reset_index()
    worst = ["base", "severed", "exposed", "customers", "employee"]
    table = table.sort_values(worst, ascending=[False, False, False, False, True])
    return list(table.itertuples(index=False, name=None))


def main() -> None:
    sys.stdout.write("employee,customers,severed,exposed,risk_low,risk_base,risk_high\n")
    for employee, customers, severed, exposed, *cents in ranking(Path(sys.argv[1])):
        money = ",".join(f"{amount / 100:.2f}" for amount in cents)
        sys.stdout.write(f"{employee},{customers},{severed},{exposed},{money}\n")


if __name__ == "__main__":
    main()
