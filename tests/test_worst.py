"""The worst set of leavers: against every subset, against greedy search, and at sizes that only a bound can settle."""

from __future__ import annotations

import math
import random
import re
import time
from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import netaudit
from netaudit import cli, measures, report
from netaudit.analysis import worst
from netaudit.commands import worst as command
from netaudit.costliest import Terms, costliest
from netaudit.errors import UsageError
from tests.benchmarks.several import made, terms_of
from tests.books import Document, book, document, documents, loaded
from tests.oracle import Oracle
from tests.test_cli import TELCO

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netaudit.book import Book
    from netaudit.result import Result

MEASURES = ("revenue-at-risk", "severed", "unheld")


def _random_document(seed: int) -> Document:
    """Up to 10 people and 9 customers; shared customers, faint and strong ties, a desk, unknown revenues."""
    draw = random.Random(seed)
    people = [f"p{number}" for number in range(draw.randint(2, 10))]
    customers = [f"c{number}" for number in range(draw.randint(1, 9))]
    ties: list[Document] = []
    for customer in customers:
        holders = draw.sample(people, min(len(people), draw.choice([0, 1, 1, 2, 2, 3, 4, 6])))
        holders += ["desk"] if draw.random() < 0.3 else []
        ties += [
            {"owner": holder, "customer": customer, "strength": round(draw.uniform(0.02, 0.97), 3)}
            for holder in holders
        ]
    revenue = [draw.choice([None, 0, 1000, draw.randint(1, 10**7)]) for _ in customers]
    return {
        "as_of": "2015-01-23",
        "currency": "DKK",
        "employees": [
            {"id": name, "clause_until": "2016-01-01"} if draw.random() < 0.2 else {"id": name} for name in people
        ],
        "channels": [{"id": "desk", "kind": "support_desk"}],
        "customers": [
            {"id": name, "revenue": money} if money is not None else {"id": name}
            for name, money in zip(customers, revenue, strict=True)
        ],
        "ties": ties or [{"owner": people[0], "customer": customers[0], "strength": 0.5}],
    }


class _Plain:
    """The three measures of any set of people, in plain loops over what the oracle says about the holders."""

    def __init__(self, document: Document) -> None:
        self.oracle = Oracle(document)
        rows = self.oracle.customers
        known = [row["revenue"] for row in rows.values() if "revenue" in row]
        self.weight = {name: float(row.get("revenue", 0)) if known else 1.0 for name, row in rows.items()}
        self.holders = {name: self.oracle.holders(name) for name in rows}
        self.alive = {name: set(self.oracle.live_ties(name)) for name in rows}
        self.whole = sum(self.weight.values())

    def at_risk(self, leavers: Iterable[str]) -> float:
        """Σ revenue · e^-Λ(stay) · [1 - Π (1 - φ·s)]; the oracle's own loss, by cases, is held to it elsewhere."""
        gone, total = set(leavers), 0.0
        for name, holders in self.holders.items():
            stay = sum(units for holder, units in holders.items() if holder not in {("employee", one) for one in gone})
            keeps = math.prod(
                1 - self.oracle.follow(who, "base") * (1 - math.exp(-units / 1e9))
                for (kind, who), units in holders.items()
                if kind == "employee" and who in gone
            )
            total += self.weight[name] * math.exp(-stay / 1e9) * (1 - keeps)
        return total

    def severed(self, leavers: Iterable[str]) -> int:
        gone = {("employee", person) for person in leavers}
        return sum(bool(holders) and holders <= gone for holders in self.alive.values())

    def unheld(self, leavers: Iterable[str]) -> float:
        gone = {("employee", person) for person in leavers}
        left = {
            name: sum(units for holder, units in holders.items() if holder not in gone)
            for name, holders in self.holders.items()
        }
        total = sum(self.weight[name] * math.exp(-units / 1e9) for name, units in left.items())
        return total / self.whole if self.whole else 0.0

    def of(self, measure: str, leavers: Iterable[str]) -> float:
        return {"revenue-at-risk": self.at_risk, "severed": self.severed, "unheld": self.unheld}[measure](leavers)


def _held_to_brute_force(document: Document, found: Book, size: int, by: str) -> Result[Any, Any]:
    """Every set that the answer names is as bad as the one that stands there among all subsets."""
    plain = _Plain(document)
    here = [row["id"] for row in document["employees"] if "left_on" not in row or row["left_on"] > document["as_of"]]
    result = netaudit.worst(found, size, by=by, sets=4)
    values = sorted((plain.of(by, people) for people in combinations(sorted(here), size)), reverse=True)
    assert result.summary.optimal
    nothing = plain.of(by, ()) + 1e-9
    assert len(result.rows) == sum(value > nothing for value in values[:4])
    if result.rows:
        unit = {"revenue-at-risk": 0.006 * len(plain.weight), "severed": 0, "unheld": 1e-7}[by]
        assert result.leavers == result.rows[0].leavers
        share = plain.whole if by == "revenue-at-risk" and result.summary.revenue is None else 1
        assert result.summary.bound == pytest.approx(values[0] / share, rel=1e-9, abs=unit + 1e-9)
    for row, value in zip(result.rows, values, strict=False):  # in this order
        assert plain.of(by, row.leavers) == pytest.approx(value, rel=1e-9, abs=1e-9)
        assert row.severed == plain.severed(row.leavers)
        if plain.whole:
            assert row.unheld == pytest.approx(plain.unheld(row.leavers), abs=1e-7)
        if row.revenue_at_risk is not None:
            assert row.revenue_at_risk.base == pytest.approx(plain.at_risk(row.leavers), abs=0.006 * len(plain.weight))
    return result


def _held_to_risk(found: Book, result: Result[Any, Any]) -> None:
    """Money and verdicts are those of `risk`, to the last digit."""
    said = netaudit.risk(found, result.leavers or ()).summary
    assert said.revenue_at_risk == result.summary.revenue_at_risk
    assert said.verdicts.severed == result.summary.severed


@pytest.mark.parametrize("seed", range(8))
def test_worst_equals_brute_force_over_all_subsets(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """80 books of up to 10 people, sets of up to 4, each measure in turn; the search alone is held to more below."""
    monkeypatch.setattr(worst, "absence_factor", lambda *_: (None, None))  # it has tests of its own, and takes a third
    for number in range(seed * 10, seed * 10 + 10):
        document = _random_document(number)
        size = min(1 + number % 4, len(document["employees"]))
        _held_to_brute_force(document, loaded(document, threads=1), size, MEASURES[number // 4 % 3])


@given(document=documents(), size=st.integers(1, 3), by=st.sampled_from(MEASURES))
@settings(max_examples=6, deadline=None)
def test_worst_equals_brute_force_with_every_rule_of_the_model(document: Document, size: int, by: str) -> None:
    here = [row for row in document["employees"] if "left_on" not in row or row["left_on"] > document["as_of"]]
    if len(here) >= size:
        found = loaded(document, threads=1)
        result = _held_to_brute_force(document, found, size, by)
        if result.rows:
            _held_to_risk(found, result)


def _random_terms(draw: np.random.Generator, people: int, *, heavy: bool) -> Terms:
    """Terms of random books without a book: what is unheld, less what of it does not follow."""
    term: list[int] = []
    person: list[int] = []
    customers = int(draw.integers(1, 12))
    for customer in range(customers):
        holders = sorted(draw.choice(people, int(draw.integers(1, min(people, 6) + 1)), replace=False))
        term += [customer] * len(holders)
        person += holders
    intensity = draw.choice([0.01, 0.5, 3.0, 30.0], len(term)) if heavy else draw.exponential(0.8, len(term))
    gain, numbers = np.expm1(intensity), np.array(term, np.int64)
    whole = draw.lognormal(0, 1, customers)
    weight = whole * np.exp(-np.bincount(numbers, intensity, customers))
    loose = Terms(weight, numbers, np.array(person, np.int64), gain, float(whole.sum()))
    follow = draw.choice([0.15, 0.3, 0.5, 1.0], people)[loose.person]
    return Terms.together(loose, Terms(-weight, loose.term, loose.person, gain * (1 - follow), 0.0))


def _brought(terms: Terms, people: Iterable[int]) -> float:
    factor = [1.0] * len(terms.weight)
    for term, person, gain in zip(terms.term, terms.person, terms.gain, strict=True):
        factor[term] *= 1 + gain if person in set(people) else 1.0
    return math.fsum(weight * (one - 1) for weight, one in zip(terms.weight, factor, strict=True))


@pytest.mark.parametrize("heavy", [False, True])
def test_the_search_equals_brute_force(heavy: bool) -> None:
    """Sums of terms alone, so that many are tried: also ties that are certain beside faint ones."""
    draw = np.random.default_rng(7)
    for _ in range(150):
        people = int(draw.integers(1, 9))
        size, sets = int(draw.integers(1, people + 1)), int(draw.integers(1, 6))
        terms = _random_terms(draw, people, heavy=heavy)
        found = costliest(terms, people, size, sets, 60)
        values = sorted((_brought(terms, chosen) for chosen in combinations(range(people), size)), reverse=True)
        assert found.proven
        assert [_brought(terms, chosen) for chosen in found.sets] == pytest.approx(values[:sets], rel=1e-9, abs=1e-9)
        assert found.bound == pytest.approx(values[0], rel=1e-9, abs=1e-9)


def test_no_set_exceeds_the_bound_when_time_runs_out() -> None:
    draw = np.random.default_rng(11)
    unfinished = 0
    for _ in range(60):
        people = int(draw.integers(6, 10))
        terms = _random_terms(draw, people, heavy=False)
        found = costliest(terms, people, 4, 1, 0)
        best = max(_brought(terms, chosen) for chosen in combinations(range(people), 4))
        unfinished += not found.proven
        assert found.bound >= best * (1 - 1e-9)
        assert _brought(terms, found.sets[0]) <= best * (1 + 1e-9)
    assert unfinished > 10


def _pair_that_greedy_misses() -> Book:
    """Anna alone costs most; bo and carl cost little alone and most together, for they share the large customer."""
    return book(
        "anna -meeting-> small strength=0.9",
        "dora -meeting-> tiny strength=0.9",
        "bo -meeting-> large strength=0.9",
        "carl -meeting-> large strength=0.9",
        customers=[{"id": "small", "revenue": 1000}, {"id": "tiny", "revenue": 100}, {"id": "large", "revenue": 5000}],
    )


def test_the_pair_that_greedy_misses_is_found() -> None:
    found = _pair_that_greedy_misses()
    alone = [row.employee for row in netaudit.risk(found).rows]
    assert alone[0] == "anna"
    second = max(
        set(alone) - {"anna"}, key=lambda one: netaudit.risk(found, ["anna", one]).summary.revenue_at_risk.base
    )
    greedy = netaudit.risk(found, ["anna", second]).summary.revenue_at_risk
    worst = netaudit.worst(found, 2).summary
    assert netaudit.worst(found, 2).leavers == ("bo", "carl")
    # by hand: 5000 · (1 - (1 - 0.3·0.9)²) = 2335.50; greedy: 1000·0.27 + 5000·0.1·0.27 = 405.00
    assert worst.revenue_at_risk.base == 2335.5
    assert greedy.base == 405.0


def test_what_they_put_at_risk_one_by_one_and_together() -> None:
    result = netaudit.worst(_pair_that_greedy_misses(), 2, sets=1)
    (row,) = result.rows
    assert (row.one_by_one, row.customers, row.severed) == (270.0, 1, 1)  # twice 5000 · 0.1 · 0.27
    assert row.unheld == pytest.approx((1000 * 0.1 + 100 * 0.1 + 5000) / 6100)
    assert result.summary.unheld_today == pytest.approx((1000 * 0.1 + 100 * 0.1 + 5000 * 0.01) / 6100)
    assert result.summary.bound == row.revenue_at_risk.base


def test_the_worst_is_chosen_from_a_team_or_from_candidates() -> None:
    lines = ["anna -meeting-> a strength=0.9", "bo -meeting-> b strength=0.5", "carl -meeting-> c strength=0.2"]
    people = [{"id": "anna", "team": "red"}, {"id": "bo", "team": "blue"}, {"id": "carl", "team": "blue"}]
    found = book(*lines, employees=people)
    assert netaudit.worst(found, 1).leavers == ("anna",)
    assert netaudit.worst(found, 1, team="blue").leavers == ("bo",)
    assert netaudit.worst(found, 1, candidates=["carl", "bo"]).leavers == ("bo",)
    assert netaudit.worst(found, 2, candidates="carl", team="blue").leavers == ("bo", "carl")


def test_whoever_stays_for_certain_holds_although_nobody_asks_about_them() -> None:
    found = book("anna -meeting-> a strength=0.9", "bo -meeting-> a strength=0.9", "carl -meeting-> b strength=0.1")
    assert netaudit.worst(found, 2, by="severed", candidates=["anna", "carl"]).summary.severed == 1
    assert netaudit.worst(found, 2, by="severed").leavers == ("anna", "bo")  # as many, and more at risk


def test_without_revenue_customers_are_counted() -> None:
    lines = ["anna -meeting-> a strength=0.9", "bo -meeting-> b strength=0.5"]
    result = netaudit.worst(book(*lines, customers=[{"id": "a"}, {"id": "b"}]), 1, sets=2)
    assert [row.revenue_at_risk for row in result.rows] == [None, None]
    assert [row.share_of_revenue for row in result.rows] == pytest.approx([0.135, 0.075])
    assert result.summary.bound == pytest.approx(0.135)


@pytest.mark.parametrize("size", [1, 2, 3, 4])
@pytest.mark.parametrize("by", MEASURES)
def test_of_equal_people_the_first_are_named(size: int, by: str) -> None:
    """Nothing else tells them apart: neither what the processor sums first, nor what customers are called."""
    people = [f"p{number:02}" for number in range(12)]
    for draw in (random.Random(1), random.Random(2)):
        names = draw.sample(range(100), len(people))
        lines = [f"{person} -meeting-> c{name} strength=0.61" for person, name in zip(people, names, strict=True)]
        found = book(*lines, employees=[{"id": person} for person in people])
        result = netaudit.worst(found, size, by=by, sets=3)
        assert result.leavers == tuple(people[:size])
        if size <= 2:  # looked up whole: the next ones are the next by id as well
            assert [row.leavers[-1] for row in result.rows] == people[size - 1 : size + 2]


def test_a_crowd_too_large_to_compare_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worst, "MOST_PAIRS", 20)  # what is at risk has two terms for each customer
    found = book("a -> x", "b -> x", "c -> x", "d -> x")
    with pytest.raises(UsageError) as error:
        netaudit.worst(found, 2)
    assert "too many people share customers" in error.value.problems[0].message
    assert netaudit.worst(found, 1).summary.optimal
    assert netaudit.worst(found, 2, candidates=["a", "b", "c"]).summary.optimal


def test_the_command_knows_the_same_measures_and_sizes() -> None:
    assert [measure.value for measure in command.Measure] == list(MEASURES) == list(measures.MEASURES)
    (size,) = get_args(command.Size)[1:]
    assert size.max == measures.MOST


def test_nobody_with_a_tie_brings_nothing() -> None:
    people = [{"id": "anna"}, {"id": "bo"}]
    found = loaded(document("desk -meeting-> a strength=0.5", employees=people))
    for by, words in zip(MEASURES, ("put anything at risk", "sever a customer", "leave more unheld"), strict=True):
        result = netaudit.worst(found, 1, by=by)
        assert (result.rows, result.leavers, result.summary.optimal) == ((), (), True)
        assert (result.summary.revenue_at_risk.base, result.summary.severed) == (0.0, 0)
        assert f"Of these 2 people no 1 would {words}" in report.written(result, "table", report.Page())


def test_where_most_is_unheld_already_nobody_has_to_go() -> None:
    bare = loaded(document("mette -> havn strength=0.01", "bo -> havn strength=0.01"))
    said = netaudit.worst(bare, 1).closing
    assert any(one.text.startswith("Absence factor: 0; more than half of all known revenue is unheld") for one in said)


def test_without_a_size_they_are_three_or_as_many_as_there_are() -> None:
    lines = ["anna -> a", "bo -> b", "carl -> c", "dora -> d"]
    assert [netaudit.worst(book(*lines[:count])).summary.size for count in (1, 2, 3, 4)] == [1, 2, 3, 3]
    with pytest.raises(UsageError) as error:
        netaudit.worst(book("desk -> a"))
    assert "only 0 who can leave" in error.value.problems[0].message


def test_people_of_one_name_are_told_apart() -> None:
    people = [{"id": "a1", "name": "Anna, Jr."}, {"id": "a2", "name": "Anna, Jr."}, {"id": "bo", "name": "Bo"}]
    found = book("a1 -> x", "a2 -> x", "bo -> y", employees=people)
    assert netaudit.worst(found, 3).rows[0].names == "Anna, Jr. (a1); Anna, Jr. (a2); Bo"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"size": 0}, "1 to 20 people"),
        ({"size": 21}, "1 to 20 people"),
        ({"size": 5}, "there are only 4 who can leave"),
        ({"by": "money"}, "sets are not compared by 'money'"),
        ({"sets": 0}, "from 1 to 100 sets"),
        ({"sets": 101}, "from 1 to 100 sets"),
        ({"size": 2.5}, "1 to 20 people"),
        ({"time_limit": math.nan}, "0 seconds or more"),
        ({"time_limit": -1}, "0 seconds or more"),
        ({"candidates": ["an"]}, "no employee is called"),
        ({"team": "green"}, "nobody in the team"),
        ({"destination": "moon"}, "no destination is called"),
    ],
)
def test_what_cannot_be_searched_is_an_error(asked: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as error:
        netaudit.worst(_pair_that_greedy_misses(), **{"size": 2} | asked)
    assert message in str(error.value.problems[0].message)


def _large(people: int, customers: int, seed: int) -> Document:
    """Many people, each customer held by three or so, of equal revenue, which gives a bound least to hold on to."""
    draw = random.Random(seed)
    ties = [
        {"owner": f"p{person}", "customer": f"c{customer}", "strength": round(draw.uniform(0.05, 0.95), 3)}
        for customer in range(customers)
        for person in draw.sample(range(people), draw.choice([1, 2, 3, 3, 4, 5]))
    ]
    return {
        "as_of": "2015-01-23",
        "currency": "DKK",
        "employees": [{"id": f"p{number}"} for number in range(people)],
        "customers": [{"id": f"c{number}", "revenue": 1000} for number in range(customers)],
        "ties": ties,
    }


@pytest.mark.parametrize(("people", "customers", "size"), [(500, 3000, 3), (200, 1500, 5)])
def test_large_books_are_proven(people: int, customers: int, size: int) -> None:
    """Nothing that is exchanged for anybody else makes the set worse, and no time limit is reached."""
    document = _large(people, customers, 3)
    result = netaudit.worst(loaded(document), size, sets=1, time_limit=300)
    assert result.summary.optimal
    worst = result.rows[0].leavers
    holders: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for tie in document["ties"]:
        holders[tie["customer"]].append((tie["owner"], tie["strength"]))

    def at_risk(leavers: Iterable[str]) -> float:
        gone = set(leavers)
        return sum(
            1000
            * math.prod(1 - hold for who, hold in ties if who not in gone)
            * (1 - math.prod(1 - 0.3 * hold for who, hold in ties if who in gone))
            for ties in holders.values()
        )

    found = at_risk(worst)
    assert result.summary.revenue_at_risk.base == pytest.approx(found, abs=0.01 * customers)
    for turn in range(8 * size):
        swapped = {*worst, f"p{turn}"} - {worst[turn % size]}
        assert len(swapped) < size or at_risk(swapped) <= found + 1e-6


class _Clock:
    """A clock by which every look takes a second."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


def test_progress_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    terms = terms_of(made(40, 200, 600, 1))
    monkeypatch.setattr(time, "monotonic", _Clock())
    assert costliest(terms, 40, 5, 1, 1e9, said.append).proven
    assert re.fullmatch(r"branches open: \d+; 1?\d?\d\.\d\d% above the best group are not ruled out", said[0])


@pytest.mark.parametrize("by", MEASURES)
def test_a_search_that_ran_out_of_time_says_so(by: str) -> None:
    document = _large(40, 200, 5)
    found = loaded(document)
    cut = netaudit.worst(found, 6, by=by, time_limit=0)
    whole = netaudit.worst(found, 6, by=by)
    assert whole.summary.optimal
    assert not cut.summary.optimal
    measured = {"revenue-at-risk": whole.summary.revenue_at_risk.base}
    assert cut.summary.bound >= measured.get(by, getattr(whole.summary, by, 0)) == whole.summary.bound
    assert "Not proven: the time of 0 seconds ran out." in report.written(cut, "table", report.Page())
    assert "Proven: of these 40 people no other 6 together are worse." in report.written(whole, "table", report.Page())


@pytest.mark.parametrize("form", ["table", "json"])
@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["-k", "2"], 0, ""),
        (["-k", "2", "--by", "unheld", "--time-limit", "0"], 0, ""),
        (["-k", "0"], 2, "'--size'"),
        (["-k", "12"], 2, "U001 there are only 11 who can leave"),
        (["-k", "4", "--team", "enterprise"], 2, "U001 there are only 3 who can leave"),
        (["--by", "money"], 2, "'money' is not one of"),
        (["--candidate", "ole"], 2, "U002 'ole' has left already"),
        (["--candidate", "desk"], 2, "U002 'desk' is a channel"),
        (["--team", "sales"], 2, "U002 nobody in the team 'sales'"),
        (["--sets", "0"], 2, "'--sets'"),
        (["--time-limit", "nan"], 2, "'--time-limit'"),
        (["--where", "segment=x"], 2, "U001 no customer fits"),
        (["-o", "no/such/file"], 2, "O001 cannot be written"),
    ],
)
def test_exit_codes(capsys: pytest.CaptureFixture[str], args: list[str], code: int, said: str, form: str) -> None:
    assert cli.run(["worst", TELCO, *args, "-f", form]) == code
    out, err = capsys.readouterr()
    assert said in " ".join(err.replace("│", " ").split())
    assert bool(out) == (code == 0)
