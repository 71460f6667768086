"""The year ahead: the closed form against every pattern of departures, the draws against the closed form."""

from __future__ import annotations

import itertools
import json
import math
import random
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import netaudit
from netaudit import cli, draws, report
from netaudit.analysis import forecast
from netaudit.errors import UsageError
from netaudit.tail import bars_of, tail_of
from netaudit.year import chances, end_of, months_of
from tests.books import Document, book, loaded
from tests.oracle import Oracle
from tests.test_cli import TELCO

if TYPE_CHECKING:
    from netaudit.result import Result

ENDS = ("low", "base", "high")
RANGE = {"low": 0.10, "base": 0.20, "high": 0.35}
SHOCK, LEAVE = 0.06, 0.6


def _document(seed: int, people: int = 12) -> Document:
    """People of three teams and of none, rates of their own, two departures on record, a desk, shared customers."""
    draw = random.Random(seed)
    names = [f"p{number}" for number in range(draw.randint(2, people))]
    employees = []
    for name in names:
        row: Document = {"id": name}
        row |= {"team": draw.choice(["red", "blue", "green"])} if draw.random() < 0.7 else {}
        row |= {"attrition": draw.choice([0, 0.01, 0.03, 0.25, 0.6, 1])} if draw.random() < 0.5 else {}
        row |= {"clause_until": "2016-06-01"} if draw.random() < 0.2 else {}
        employees.append(row)
    employees[0]["left_on"] = "2015-06-30"
    if len(employees) > 3:
        employees[1]["left_on"] = "2017-01-01"
    ties = [
        {"owner": owner, "customer": f"c{customer}", "strength": round(draw.uniform(0.05, 0.95), 3)}
        for customer in range(5)
        for owner in [
            *draw.sample(names, draw.randint(1, min(5, len(names)))),
            *(["desk"] if draw.random() < 0.3 else []),
        ]
    ]
    return {
        "as_of": "2015-01-23",
        "currency": "DKK",
        "employees": employees,
        "channels": [{"id": "desk", "kind": "support_desk"}],
        "customers": [{"id": f"c{number}", "revenue": draw.randint(0, 10**6)} for number in range(5)],
        "ties": ties,
    }


class _EveryPattern:
    """All patterns of shocks and departures in twelve months, with their chances; only some people may leave."""

    def __init__(self, document: Document, end: str, only: set[str] | None = None) -> None:
        self.oracle, self.end = Oracle(document), end
        rows = [row for row in document["employees"] if only is None or row["id"] in only]
        self.people = [row["id"] for row in rows]
        self.patterns = np.array(list(itertools.product((0, 1), repeat=len(rows))), float).reshape(-1, len(rows))
        teams = sorted({row["team"] for row in rows if "team" in row})
        self.chance = np.zeros(len(self.patterns))
        for shocks in itertools.product((False, True), repeat=len(teams)):
            shaken = dict(zip(teams, shocks, strict=True))
            chance = math.prod(SHOCK if one else 1 - SHOCK for one in shocks)
            leaving = np.array([self._leaves(row, shaken.get(row.get("team"), False)) for row in rows])
            each = np.where(self.patterns == 1, leaving, 1 - leaving)
            self.chance += chance * each.prod(axis=1)

    def _leaves(self, row: Document, shaken: bool) -> float:
        own = row.get("attrition")
        total = RANGE[self.end]
        if own is not None:
            total = {"low": min(own, total), "base": own, "high": max(own, total)}[self.end]
        if "2015-01-23" < row.get("left_on", "") <= "2016-01-23":
            return 1.0
        if "team" not in row:
            return total
        if total < SHOCK * LEAVE:
            return total / SHOCK if shaken else 0.0
        alone = 1 - (1 - total) / (1 - SHOCK * LEAVE) if total < 1 else 1.0
        return 1 - (1 - alone) * (1 - LEAVE) if shaken else alone

    def lost(self, customer: str, gone: Any) -> float:
        """The chance to lose a customer when these leave."""
        units = {holder: value / 1e9 for holder, value in self.oracle.holders(customer).items()}
        leavers = [name for name, leaves in zip(self.people, gone, strict=True) if leaves]
        stay = sum(value for (kind, name), value in units.items() if kind == "channel" or name not in leavers)
        keeps = math.prod(
            1 - self.oracle.follow(name, self.end) * (1 - math.exp(-units.get(("employee", name), 0.0)))
            for name in leavers
        )
        return math.exp(-stay) * (1 - keeps)

    def of(self, customer: str) -> tuple[float, float]:
        """Expected loss and expected unheld share of one customer."""
        units = {holder: value / 1e9 for holder, value in self.oracle.holders(customer).items()}
        held = np.array([units.get(("employee", name), 0.0) for name in self.people])
        follow = np.array([self.oracle.follow(name, self.end) for name in self.people])
        loose = np.exp(-(sum(units.values()) - self.patterns @ held))
        taken = np.where(self.patterns == 1, 1 - follow * (1 - np.exp(-held)), 1.0).prod(axis=1)
        return float(self.chance @ (loose * (1 - taken))), float(self.chance @ loose)


@pytest.mark.parametrize("seed", range(24))
def test_the_closed_form_equals_all_patterns_of_departures(seed: int) -> None:
    document = _document(seed)
    result = netaudit.forecast(loaded(document, threads=1), draws=100)
    customers = {row.key: row for row in result.rows if row.dimension == "customer"}
    for end in ENDS:
        patterns = _EveryPattern(document, end)
        assert patterns.chance.sum() == pytest.approx(1)
        for customer, row in customers.items():
            assert row.expected_share.low <= row.expected_share.base <= row.expected_share.high
            loss, unheld = patterns.of(customer)
            assert getattr(row.expected_share, end) == pytest.approx(loss, abs=1e-8)
            assert end != "base" or row.unheld == pytest.approx(unheld, abs=1e-8)
    total = sum(row.expected_loss.base for row in customers.values())
    assert result.summary.expected_loss.base == pytest.approx(total, abs=1e-6)  # rows add up, to the last digit


@pytest.mark.parametrize("seed", range(100, 106))
def test_a_team_stands_there_as_if_nobody_else_could_leave(seed: int) -> None:
    document = _document(seed, 8)
    revenue = {row["id"]: row["revenue"] for row in document["customers"]}
    teams = [row for row in netaudit.forecast(loaded(document, threads=1), draws=100).rows if row.dimension == "team"]
    for row in teams:
        members = {person["id"] for person in document["employees"] if person.get("team") == row.key}
        patterns = _EveryPattern(document, "base", members)
        assert row.people == len(members)
        assert row.leaving == pytest.approx(float(patterns.chance @ patterns.patterns.sum(axis=1)), abs=1e-6)
        touched = {
            name for name in revenue if any(("employee", one) in patterns.oracle.holders(name) for one in members)
        }
        expected = sum(revenue[name] * patterns.of(name)[0] for name in touched)
        assert row.customers == len(touched)
        assert row.expected_loss.base == pytest.approx(expected, abs=0.03)
        weight = sum(revenue[name] for name in touched)
        if weight:
            unheld = sum(revenue[name] * patterns.of(name)[1] for name in touched) / weight
            assert row.unheld == pytest.approx(unheld, abs=1e-7)


def test_the_total_chance_to_leave_stays_what_it_is() -> None:
    people = [
        {"id": "often", "team": "red"},
        {"id": "seldom", "team": "red", "attrition": 0.01},
        {"id": "never", "team": "red", "attrition": 0},
        {"id": "surely", "team": "red", "attrition": 1},
        {"id": "alone"},
    ]
    found = {one.person: one for one in chances(book("often -> a", employees=people), 12)}
    for name, total in {"often": 0.2, "seldom": 0.01, "never": 0.0, "surely": 1.0, "alone": 0.2}.items():
        alone, shocked = found[name].alone[1], found[name].shocked[1]
        assert (1 - SHOCK) * alone + SHOCK * shocked == pytest.approx(total)
    # by hand: 1 - 0.8/0.964 = 0.170124; with a shock 1 - 0.829876·0.4 = 0.668050; 0.01/0.06 = 0.166667
    assert found["often"].alone[1] == pytest.approx(0.170124, abs=1e-6)
    assert found["often"].shocked[1] == pytest.approx(0.668050, abs=1e-6)
    assert (found["seldom"].alone[1], found["seldom"].shocked[1]) == pytest.approx((0, 0.166667), abs=1e-6)
    assert found["alone"].alone == found["alone"].shocked == pytest.approx((0.1, 0.2, 0.35))


def test_attrition_is_the_persons_own_else_the_roles_the_teams_everybodys() -> None:
    people = [
        {"id": "own", "role": "seller", "team": "red", "attrition": 0.5},
        {"id": "role", "role": "seller", "team": "red"},
        {"id": "team", "role": "clerk", "team": "red"},
        {"id": "rest", "role": "clerk", "team": "blue"},
    ]
    rates = {
        "attrition": 0.3,
        "attrition_of_role": {"seller": [0.05, 0.15, 0.2]},
        "attrition_of_team": {"red": 0.25, "gone": 0.4},
        "team_shock": {"probability": 0},
    }
    found = book("own -> a", employees=people, assumptions=rates)
    assert {one.person: one.alone for one in chances(found, 12)} == {
        "own": pytest.approx((0.1, 0.5, 0.5)),
        "role": pytest.approx((0.05, 0.15, 0.2)),
        "team": pytest.approx((0.1, 0.25, 0.35)),
        "rest": pytest.approx((0.1, 0.3, 0.35)),
    }
    result = netaudit.forecast(found, draws=100)
    assert "assumptions: attrition_of_team.gone is nobody's" in result.warnings
    assumed = json.loads(_as_json(result))["assumptions"]
    assert assumed["attrition_of_role"] == {"seller": 0.15}
    assert assumed["attrition_of_role_range"] == {"seller": [0.05, 0.2]}
    assert assumed["attrition_range"] == [0.1, 0.35]
    assert "the book has rates of its own for 3 of them" in report.written(result, "table", report.Page())


def test_a_rate_is_given_on_the_command_line_as_well() -> None:
    document = {
        "as_of": "2015-01-23",
        "employees": [{"id": "a", "team": "x y"}],
        "ties": [{"owner": "a", "customer": "c"}],
    }
    assumed = ["attrition_of_team.x y=0.4", "team_shock.probability=0"]
    (one,) = chances(loaded(document | {"customers": [{"id": "c"}]}, assume=assumed), 12)
    assert one.alone == pytest.approx((0.1, 0.4, 0.4))


def test_chances_grow_with_the_horizon_and_departures_within_it_are_certain() -> None:
    people = [{"id": "soon", "left_on": "2015-07-23"}, {"id": "later", "left_on": "2015-07-24"}, {"id": "anybody"}]
    found = book("soon -> a", employees=people)
    half = {one.person: one for one in chances(found, 6)}
    assert (half["soon"].alone, half["soon"].certain) == ((1.0, 1.0, 1.0), True)
    assert half["later"].total == half["anybody"].total == pytest.approx(1 - 0.8**0.5)
    assert [one.total for one in chances(found, 24)] == pytest.approx([1 - 0.8**2, 1.0, 1.0])
    assert netaudit.forecast(found, "6m", draws=100).summary.recorded == 1


@pytest.mark.parametrize(
    ("day", "months", "end"),
    [
        (date(2015, 1, 31), 1, date(2015, 2, 28)),
        (date(2015, 12, 31), 2, date(2016, 2, 29)),
        (date(2015, 1, 23), 12, date(2016, 1, 23)),
        (date(2015, 6, 30), 120, date(2025, 6, 30)),
        (date(2015, 11, 5), 1, date(2015, 12, 5)),
    ],
)
def test_a_horizon_ends_on_the_same_day_of_the_month(day: date, months: int, end: date) -> None:
    assert end_of(day, months) == end


def test_horizons_are_months_or_years() -> None:
    assert [months_of(text) for text in ("1m", "12", " 2Y ", "10 y", "120m")] == [1, 12, 24, 120, 120]


def _as_json(result: Result[Any, Any]) -> str:
    return report.written(result, "json", report.Page())


def _shared(**assumptions: Any) -> Document:
    """Three teams of four; each has customers of its own, some of which two of them share."""
    draw = random.Random(4)
    ties = []
    for customer in range(60):
        team = draw.randrange(3)
        for person in draw.sample(range(4), draw.choice([1, 1, 2])):
            ties.append({"owner": f"p{team}{person}", "customer": f"c{customer}", "strength": 0.8})  # noqa: PERF401
    return {
        "as_of": "2015-01-23",
        "currency": "DKK",
        "employees": [{"id": f"p{team}{person}", "team": f"t{team}"} for team in range(3) for person in range(4)],
        "customers": [{"id": f"c{number}", "revenue": 1000 + 10 * number} for number in range(60)],
        "ties": ties,
        "assumptions": assumptions,
    }


def test_the_mean_of_the_draws_is_within_three_standard_errors_for_thirty_seeds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pools: list[draws.Pool] = []

    def seen(pool: draws.Pool, years: int, seed: int, told: Any) -> Any:
        pools.append(pool)
        return draws.lost_in(pool, years, seed, told)

    monkeypatch.setattr(forecast, "lost_in", seen)
    expected = netaudit.forecast(loaded(_shared(), threads=1), draws=100).summary.expected_loss.base * 100
    distances = []
    for seed in range(30):
        tail = tail_of(draws.lost_in(pools[0], 4000, seed), 0)
        distances.append((tail.mean - expected) / tail.mean_error)
    assert max(map(abs, distances)) < 3
    assert 0.6 < float(np.std(distances)) < 1.4  # the errors are neither too small nor too large
    assert abs(float(np.mean(distances))) < 0.6


def _alone_at_each_customer() -> Document:
    """Everybody has customers that nobody else knows, so that joint departures change no expected loss."""
    ties = [{"owner": f"p{number % 12}", "customer": f"c{number}", "strength": 0.9} for number in range(48)]
    return {
        **_shared(),
        "employees": [{"id": f"p{number}", "team": f"t{number % 3}"} for number in range(12)],
        "customers": [{"id": f"c{number}", "revenue": 1000} for number in range(48)],
        "ties": ties,
    }


def test_a_shock_of_the_team_leaves_the_mean_and_raises_the_tail() -> None:
    def asked(chance: float) -> Any:
        document = _alone_at_each_customer() | {"assumptions": {"team_shock": {"probability": chance}}}
        return netaudit.forecast(loaded(document, threads=1), draws=40_000).summary

    without, with_shocks = asked(0), asked(0.3)
    assert with_shocks.leaving == without.leaving == 2.4
    assert with_shocks.expected_loss == without.expected_loss  # 48 · 1000 · 0.2 · 0.3 · 0.9 = 2592
    assert without.expected_loss.base == 2592.0
    assert with_shocks.mean == pytest.approx(
        without.mean, abs=3 * (with_shocks.standard_error + without.standard_error)
    )
    assert with_shocks.es95 > without.es95 + 5 * (with_shocks.es95_error + without.es95_error)
    assert with_shocks.var95 > without.var95


def test_the_same_seed_gives_the_same_bytes_on_any_number_of_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draws, "CUSTOMERS", 16)
    found = loaded(_shared())
    texts = set()
    for cores in (1, 2, 5):
        monkeypatch.setattr(draws, "cores", lambda cores=cores: cores)
        texts.add(_as_json(netaudit.forecast(found, draws=1500, seed=9)))
    assert len(texts) == 1
    assert _as_json(netaudit.forecast(found, draws=1500, seed=10)) not in texts


@pytest.mark.parametrize("part", [1, 7, 1024])
def test_every_customer_is_drawn_by_itself(part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """If everybody leaves for certain, 40 equal customers are lost or kept like so many throws of one coin."""
    monkeypatch.setattr(draws, "CUSTOMERS", part)
    losses = draws.lost_in(_pool([1] * 40, 0.3), 20_000, 5)
    law = [math.comb(40, lost) * 0.3**lost * 0.7 ** (40 - lost) for lost in range(41)]
    seen = np.bincount(losses.astype(int), minlength=41) / 20_000
    assert float(np.abs(np.cumsum(seen) - np.cumsum(law)).max()) < 1.63 / math.sqrt(20_000)  # Kolmogorov, 1 %
    assert float(losses.std()) == pytest.approx(math.sqrt(40 * 0.3 * 0.7), rel=0.02)
    tail = tail_of(losses, 16)
    assert tail.var == 17  # P(X <= 16) = 0.9367, P(X <= 17) = 0.9680
    assert tail.chance == pytest.approx(1 - sum(law[:17]), abs=3 * tail.chance_error)


@pytest.mark.parametrize("seed", [2, 5, 8, 11])
def test_the_draws_follow_the_law_of_all_patterns(seed: int) -> None:
    """Not only the mean: the chance of every loss, over all patterns of departures and of customers lost."""
    document = _document(seed, 6)
    for number, row in enumerate(document["customers"]):
        row["revenue"] = 2**number  # each set of lost customers has a sum of its own
    patterns = _EveryPattern(document, "base")
    chance = np.zeros(32)
    for gone, weight in zip(patterns.patterns, patterns.chance, strict=True):
        lost = [patterns.lost(f"c{number}", gone) for number in range(5)]
        for outcome in range(32):
            chance[outcome] += weight * math.prod(
                one if outcome >> number & 1 else 1 - one for number, one in enumerate(lost)
            )
    sums = np.cumsum(chance)
    summary = netaudit.forecast(loaded(document, threads=1), draws=20_000, seed=seed, over=7).summary
    assert summary.var95 in set(np.flatnonzero(sums >= 0.93)[:1]) | set(np.flatnonzero(sums >= 0.95)[:1]) | set(
        np.flatnonzero(sums >= 0.96)[:1]
    )
    exact = int(np.flatnonzero(sums >= 0.95)[0])
    shortfall = exact + float(chance @ np.maximum(np.arange(32) - exact, 0)) / 0.05
    assert summary.es95 == pytest.approx(shortfall, abs=4 * summary.es95_error)
    assert summary.over_probability == pytest.approx(1 - sums[7], abs=4 * summary.over_error)
    assert summary.any_probability == pytest.approx(1 - sums[0], abs=0.015)


def test_a_team_whose_customers_are_of_unknown_revenue_is_not_safe() -> None:
    people = [{"id": "anna", "team": "red"}, {"id": "bo", "team": "blue"}, {"id": "carl", "team": "green"}]
    customers = [{"id": "a", "revenue": 500}, {"id": "b"}]
    rows = netaudit.forecast(book("anna -> a", "bo -> b", employees=people, customers=customers), draws=100).rows
    blue, green = (next(row for row in rows if row.key == team) for team in ("blue", "green"))
    assert (blue.revenue, blue.expected_loss, blue.expected_share, blue.unheld) == (None, None, None, None)
    assert green.expected_loss.base == 0.0  # without any tie it costs nothing


def test_how_customers_are_taken_in_parts_changes_no_law(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other random numbers, but the same mean: nothing is lost between two parts, or counted twice."""
    found = loaded(_shared())
    monkeypatch.setattr(draws, "CUSTOMERS", 7)
    summary = netaudit.forecast(found, draws=4001).summary
    assert abs(summary.mean - summary.expected_loss.base) < 3 * summary.standard_error


def _pool(weights: list[int], follow: float = 1.0) -> draws.Pool:
    """One person who surely leaves, and takes every customer along with this chance."""
    from scipy import sparse

    each = sparse.csr_array(np.full((len(weights), 1), 40.0))
    pull = sparse.csr_array(np.full((len(weights), 1), 40.0 if follow == 1 else -math.log1p(-follow)))
    one = np.ones(1)
    return draws.Pool(one, one, np.array([-1]), 0, 0.06, each, pull, np.full(len(weights), 40.0), np.array(weights))


def test_sums_stay_exact_as_long_as_floating_point_has_room_and_near_beyond() -> None:
    assert set(draws.lost_in(_pool([10**15 + 1, 3]), 300, 1).tolist()) == {10**15 + 4}
    (large,) = set(draws.lost_in(_pool([2**61 + 1, 2**60]), 300, 1).tolist())
    assert large == pytest.approx(2**61 + 2**60, rel=1e-12)
    (larger,) = set(draws.lost_in(_pool([2**62] * 20), 300, 1).tolist())  # 2^63 is the end of whole numbers there
    assert larger == pytest.approx(20 * 2**62, rel=1e-12)


def test_progress_is_told_and_ends_with_all() -> None:
    said: list[str] = []
    draws.lost_in(_pool([1]), 600, 1, said.append)
    assert said == ["years drawn: 256 of 600", "years drawn: 512 of 600", "years drawn: 600 of 600"]


def test_the_tail_by_hand() -> None:
    """The losses 1 to 100: the 95th is VaR, the mean of 96 to 100 is ES."""
    tail = tail_of(np.random.default_rng(1).permutation(np.arange(1.0, 101)), 90)
    assert (tail.mean, tail.var, tail.es, tail.chance) == pytest.approx((50.5, 95, 98, 0.1))
    assert tail.mean_error == pytest.approx(math.sqrt((100**2 - 1) / 12) / 10)
    assert (
        tail.var_error == 3.0
    )  # from the 92nd to the 98th: three ranks to either side, for √(100 · 0.95 · 0.05) is 2.2
    beyond = [0] * 95 + [1, 2, 3, 4, 5]
    assert tail.es_error == pytest.approx(float(np.std(beyond)) / 0.05 / 10)
    assert tail.chance_error == pytest.approx(math.sqrt(11 / 102 * 91 / 102 / 100))


def test_the_errors_of_the_tail_are_those_that_are_seen() -> None:
    """Over many samples the figures scatter as their errors say."""
    tails = [tail_of((np.random.default_rng(seed).exponential(1e6, 2000)).round(), 2 * 10**6) for seed in range(300)]
    for name in ("mean", "var", "es", "chance"):
        seen = float(np.std([getattr(tail, name) for tail in tails]))
        said = float(np.mean([getattr(tail, f"{name}_error") for tail in tails]))
        assert said == pytest.approx(seen, rel=0.15)
    # the 0.95 quantile of an exponential law is ln 20 times its mean, and ES one mean more
    assert float(np.mean([tail.var for tail in tails])) == pytest.approx(math.log(20) * 1e6, rel=0.01)
    assert float(np.mean([tail.es for tail in tails])) == pytest.approx((math.log(20) + 1) * 1e6, rel=0.01)


def test_a_chance_that_was_never_seen_is_not_certain() -> None:
    tail = tail_of(np.zeros(100), 0)
    assert tail.chance == 0
    assert tail.chance_error > 0.009


def test_where_hardly_a_draw_loses_anything_the_bars_reach_to_the_largest() -> None:
    losses = np.zeros(1000)
    losses[:3] = 1000
    bars = bars_of(losses)
    assert bars[0] == (0, 100, 997)
    assert bars[-1] == (1000, None, 3)
    assert bars_of(np.zeros(100)) == [(0, None, 100)]


def test_what_departures_on_record_come_to_is_said_apart() -> None:
    people = [{"id": "anna", "left_on": "2015-06-30"}, {"id": "bo"}]
    found = book("anna -> a strength=0.9", "bo -> b strength=0.9", employees=people)
    result = netaudit.forecast(found, draws=100)
    assert result.summary.expected_recorded.base == 270.0  # 1000 · 0.9 · 0.3
    assert result.summary.expected_loss.base == 270.0 + 54.0
    assert "departures on record: 1, which alone come to DKK 270" in report.written(result, "table", report.Page())


def test_a_loss_of_everything_is_no_share_above_one() -> None:
    sure = {"attrition": 1, "follow": {"unknown": 1}}
    found = book("anna -> a strength=0.999999", assumptions=sure, customers=[{"id": "a", "revenue": 997}])
    bins = netaudit.forecast(found, draws=200).histogram or ()
    assert max(one.high_share or one.low_share for one in bins) == 1


def test_the_bars_hold_every_draw_once() -> None:
    result = netaudit.forecast(loaded(_shared()), draws=3000)
    bins = result.histogram or ()
    assert sum(one.draws for one in bins) == 3000
    assert bins[0].low == 0
    assert [one.high for one in bins[:-1]] == [one.low for one in bins[1:]]
    assert bins[-1].high is None
    assert bins[-1].draws <= 60  # the hundredth of the largest losses, and what is as large
    assert 6 <= len(bins) <= 14


def test_nobody_leaves_and_nothing_is_lost() -> None:
    none = {"attrition": 0, "team_shock": {"probability": 0}}
    summary = netaudit.forecast(loaded(_shared(**none)), draws=200).summary
    assert (summary.leaving, summary.expected_loss.base, summary.es95, summary.over_probability) == (0, 0, 0, 0)
    assert summary.unheld == summary.unheld_today


def test_low_base_and_high_are_in_order_in_every_row() -> None:
    for row in netaudit.forecast(loaded(_document(3)), draws=100).rows:
        assert row.expected_share.low <= row.expected_share.base <= row.expected_share.high
        assert row.expected_loss.low <= row.expected_loss.base <= row.expected_loss.high
        assert row.unheld >= row.unheld_today


def test_without_revenue_shares_speak() -> None:
    customers = [{"id": "a"}, {"id": "b"}]
    found = book("anna -> a strength=0.9", "bo -> b strength=0.5", customers=customers)
    result = netaudit.forecast(found, draws=400, over="30%")
    assert result.summary.expected_loss is result.summary.var95 is result.summary.over is None
    assert result.summary.expected_share.base == pytest.approx(0.2 * 0.3 * (0.9 + 0.5) / 2)
    assert result.summary.over_share == 0.3
    assert {one.low for one in result.histogram or ()} == {None}
    text = report.written(result, "table", report.Page())
    assert "5.4 % (1.4-16)" in text  # of customer a: 0.2 · 0.3 · 0.9, and its band
    assert "More than 30 % is lost in" in text


def test_unknown_revenue_is_left_out_of_money_and_not_of_shares() -> None:
    customers = [{"id": "a"}, {"id": "b", "revenue": 500}]
    rows = netaudit.forecast(book("anna -> a", "anna -> b", customers=customers), draws=100).rows
    found = {row.key: row for row in rows if row.dimension == "customer"}
    assert found["a"].expected_loss is None
    assert found["a"].expected_share == found["b"].expected_share
    assert [row.key for row in rows if row.dimension == "customer"] == ["b", "a"]  # after what is known


def test_a_book_with_nobody_to_leave_has_an_answer() -> None:
    found = loaded({"as_of": "2015-01-23", "customers": [{"id": "a", "revenue": 5}]})
    result = netaudit.forecast(found, draws=100)
    assert result.rows == ()
    assert (result.summary.expected_loss.base, result.summary.unheld) == (0, 1)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"horizon": "0m"}, "not a horizon"),
        ({"horizon": "a year"}, "not a horizon"),
        ({"horizon": "121m"}, "not a horizon"),
        ({"horizon": "11y"}, "not a horizon"),
        ({"draws": 99}, "draws must be"),
        ({"seed": -1}, "draws must be"),
        ({"draws": 150.5}, "draws must be"),
        ({"over": "much"}, "neither an amount nor a share"),
        ({"over": "-5"}, "neither an amount nor a share"),
        ({"over": "101%"}, "neither an amount nor a share"),
        ({"over": "1e400"}, "neither an amount nor a share"),
        ({"over": "1_000"}, "neither an amount nor a share"),
        ({"over": "١٢"}, "neither an amount nor a share"),
        ({"over": "5%%"}, "neither an amount nor a share"),
        ({"over": "nan"}, "neither an amount nor a share"),
        ({"over": 0.1}, "could be a share or an amount"),
        ({"destination": "moon"}, "no destination is called"),
    ],
)
def test_what_cannot_be_foreseen_is_an_error(asked: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as error:
        netaudit.forecast(book("anna -> a"), **asked)
    assert message in str(error.value.problems[0].message)


def test_an_amount_is_no_question_where_customers_are_counted() -> None:
    found = book("anna -> a", customers=[{"id": "a"}])
    with pytest.raises(UsageError):
        netaudit.forecast(found, over=500)


def test_the_loss_asked_about_is_an_amount_or_a_share() -> None:
    found = loaded(_shared())
    whole = netaudit.forecast(found, draws=100).summary.revenue
    amount, share = (netaudit.forecast(found, draws=100, over=over).summary for over in (whole / 4, "25 %"))
    thousands = netaudit.forecast(found, draws=100, over=f"{whole / 4000}k").summary
    assert (amount.over, amount.over_probability) == (share.over, share.over_probability)
    assert thousands.over == amount.over
    assert amount.over_share == 0.25


@pytest.mark.parametrize("form", ["table", "json"])
@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["--horizon", "6m", "--over", "5000000"], 0, ""),
        (["--horizon", "soon"], 2, "U001 'soon' is not a horizon"),
        (["--over", "lots"], 2, "U001 'lots' is neither an amount nor a share"),
        (["--draws", "1"], 2, "'--draws'"),
        (["--seed", "-1"], 2, "'--seed'"),
        (["--assume", "attrition_of_team.sme=2"], 2, "U001 attrition_of_team.sme must lie from 0 to 1"),
        (["--assume", "attrition_of_town.sme=0.2"], 2, "U001 unknown assumption 'attrition_of_town.sme'"),
        (["-o", "no/such/file"], 2, "O001 cannot be written"),
    ],
)
def test_exit_codes(capsys: pytest.CaptureFixture[str], args: list[str], code: int, said: str, form: str) -> None:
    assert cli.run(["forecast", TELCO, "--draws", "100", *args, "-f", form]) == code
    out, err = capsys.readouterr()
    assert said in " ".join(err.replace("│", " ").split())
    assert bool(out) == (code == 0)
