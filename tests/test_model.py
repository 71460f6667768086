"""The columns against the oracle: intensities, shares, loss, verdicts, on random books that use every rule."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import netaudit
from netaudit import model
from netaudit.bundles import pairs_of
from netaudit.recorded import live_ties, recorded
from tests.books import CUSTOMERS, EMPLOYEES, Document, book, documents, loaded
from tests.oracle import Oracle

if TYPE_CHECKING:
    from netaudit.book import Book


def holdings(b: Book) -> dict[tuple[str, str, str], tuple[int, int]]:
    """(customer, kind of holder, id) → units, ties."""
    ties = live_ties(b, recorded(b, b.assumptions))
    rows = b.engine.rows(pairs_of(b, b.assumptions, ties).select("customer", "person", "company", "units", "ties"))
    return {
        (customer, "employee" if person else "channel", person or company): (units, ties)
        for customer, person, company, units, ties in rows
    }


@given(documents())
def test_units_and_live_ties_equal_the_oracle(document: Document) -> None:
    oracle = Oracle(document)
    expected: dict[tuple[str, str, str], tuple[int, int]] = {}
    for customer in CUSTOMERS:
        counts = oracle.live_ties(customer)
        expected |= {
            (customer, *holder): (units, counts[holder])
            for holder, units in oracle.holders(customer).items()
            if holder in counts
        }
    found = holdings(loaded(document))
    assert found.keys() == expected.keys()
    for key, (units, ties) in expected.items():
        assert abs(found[key][0] - units) <= 8, key  # one unit per rounded tie
        assert found[key][1] == ties, key


@pytest.mark.parametrize("passed", ["desk", "news", None])
@given(documents())
def test_many_ties_make_the_same_pairs(passed: str | None, document: Document) -> None:
    """Whatever people pass on: a desk, whose ties stand beside their own, a newsletter, or nothing."""
    channels = [{**one, "relayed_by": "anna" if one["id"] == passed else None} for one in document["channels"]]
    few = loaded(document | {"channels": channels})
    for tables in (few, replace(few, planned=("planned handover",))):
        assert holdings(replace(tables, many=True)) == holdings(few)


@given(documents(), st.sets(st.sampled_from(EMPLOYEES), min_size=1, max_size=3))
def test_shares_loss_and_verdict_equal_brute_force(document: Document, leavers: set[str]) -> None:
    oracle = Oracle(document)
    here = {
        name
        for name in leavers
        if not ("left_on" in oracle.people[name] and oracle.people[name]["left_on"] <= document["as_of"])
    }
    if not here:
        return
    result = netaudit.risk(loaded(document), here)
    touched = {c for c in CUSTOMERS if any(k == "employee" and n in here for k, n in oracle.live_ties(c))}
    assert {row.customer for row in result.rows} == touched
    for row in result.rows:
        holders = oracle.holders(row.customer)
        stay = sum(units for (kind, name), units in holders.items() if kind == "channel" or name not in here) / 1e9
        leave = sum(units for (kind, name), units in holders.items() if kind == "employee" and name in here) / 1e9
        assert row.held == pytest.approx(1 - math.exp(-stay), abs=1e-7)
        assert row.walks == pytest.approx(math.exp(-stay) * (1 - math.exp(-leave)), abs=1e-7)
        assert row.held + row.walks + row.adrift == pytest.approx(1, abs=2e-9)
        for end in ("low", "base", "high"):
            assert getattr(row.loss, end) == pytest.approx(oracle.loss(row.customer, here, end), abs=1e-7)
        kept = {h: n for h, n in oracle.live_ties(row.customer).items() if h[0] == "channel" or h[1] not in here}
        assert (row.verdict == "severed") == (not kept)
        assert row.ties_kept == sum(kept.values())
        assert row.tolerance == oracle.tolerance(row.customer)
        if kept and abs(stay - math.log(2)) > 1e-6:
            assert (row.verdict == "held") == (stay > math.log(2))
    verdicts = result.summary.verdicts
    live = {c for c in CUSTOMERS if oracle.live_ties(c)}
    assert verdicts.unmapped == len(set(CUSTOMERS) - live)
    assert verdicts.untouched == len(live - touched)
    assert sum(getattr(verdicts, v) for v in ("severed", "exposed", "held", "untouched", "unmapped")) == len(CUSTOMERS)


@settings(max_examples=4)
@given(documents())
def test_exposure_is_what_each_person_alone_would_cost(document: Document) -> None:
    b = loaded(document)
    for row in netaudit.risk(b).rows:
        alone = netaudit.risk(b, [row.employee])
        assert row.customers == len(alone.rows)
        assert row.severed == alone.summary.verdicts.severed
        assert row.exposed == alone.summary.verdicts.exposed
        assert row.revenue_at_risk == alone.summary.revenue_at_risk


def units_of(line: str) -> int:
    """Units of the one tie in a book of one line."""
    found = holdings(book(line))
    (held,) = found.values()
    return held[0]


@pytest.mark.parametrize(
    ("line", "intensity"),
    [
        ("mette -> havn strength=0.5", math.log(2)),
        ("mette -> havn strength=0.999999", 3),
        ("page -> havn", 0.10),
        ("news -> havn/lars last_contact=2001-01-01 per_year=50", 0.15),
        ("page -> havn followers=3", 0.30),
        ("page -> havn followers=30", 0.50),
        ("page -> havn/lars followers=3", 0.30),
        ("page -> havn/lars followers=3 strength=0.2", 0.2 - math.log(0.8)),
        ("page -> havn/lars followers=3 strength=0.05", 0.3),
        ("mette -meeting-> havn last_contact=2015-01-23 per_year=0", 0.4),
        ("mette -call-> havn last_contact=2014-07-27 per_year=0", 0.12),
        ("mette -meeting-> havn", 0.4 * 2 ** (-45.625 / 180) / (1 - 2 ** (-365 / 720))),
        ("mette -> havn", 0.4 * 2 ** (-45.625 / 180) / (1 - 2 ** (-365 / 720))),
        ("mette -mail-> havn last_contact=2014-12-24", 0.1 * 2 ** (-30 / 180) / (1 - 2 ** (-365 / 720))),
        ("mette -social-> havn per_year=2", 0.04 * 2 ** (-91.25 / 180) / (1 - 2 ** (-365 / 360))),
        ("mette -meeting-> havn last_contact=2015-06-01 per_year=1", 0.4 / (1 - 2 ** (-365 / 180))),
        ("mette -meeting-> havn last_contact=2015-01-20 per_year=250", 3),
    ],
)
def test_intensity_of_one_tie(line: str, intensity: float) -> None:
    assert abs(units_of(line) - intensity * 1e9) <= 1


def test_a_bare_pair_holds_68_percent() -> None:
    assert model.hold_of(units_of("mette -> havn")) == pytest.approx(0.68, abs=0.003)


def test_a_strength_at_the_threshold_counts_towards_tolerance() -> None:
    (row,) = netaudit.risk(book("mette -> havn strength=0.2", "bo -> havn strength=0.199"), ["bo"]).rows
    assert row.tolerance == 1


def test_a_desk_makes_tolerance_unlimited_and_a_page_never_counts() -> None:
    lines = ("mette -meeting-> havn", "page -> havn followers=9")
    assert netaudit.risk(book(*lines), ["mette"]).rows[0].tolerance == 1
    assert netaudit.risk(book(*lines, "desk -call-> havn"), ["mette"]).rows[0].tolerance is None
