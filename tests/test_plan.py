"""plan: optimal on small books, never worse for more, and what it promises is what the book with its ties says."""

from __future__ import annotations

import json
import math
import os
from itertools import combinations, pairwise, product
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import scipy.optimize
from hypothesis import given, settings
from hypothesis import strategies as st

import netaudit
from netaudit import cli, optimum
from netaudit.analysis import plan as planning
from netaudit.analysis.plan import planned_of
from netaudit.choosing import Goal, brought_by, cost_of, one_by_one
from netaudit.colleagues import colleagues_of
from netaudit.errors import InputError, UsageError
from netaudit.model import PORTION
from netaudit.offers import programme_of, ranked
from netaudit.optimum import proven
from netaudit.outlook import Outlook
from netaudit.planned import applied
from netaudit.scope import scope_of
from tests.books import book, document, documents, loaded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from netaudit.book import Book
    from netaudit.programme import Offer, Programme, Spot
    from tests.books import Document

TELCO = str(Path(__file__).parents[1] / "examples" / "telco")
CUSTOMERS = ("north", "south")


def _document(seed: int) -> Document:
    """Two customers with up to two contacts each, four people in two teams, and channels, one of them passed on."""
    rng = Random(seed)
    contacts = [(f"{customer}-{n}", customer) for customer in CUSTOMERS for n in range(rng.randint(0, 2))]
    people = ("anna", "bo", "carl", "dora")
    channels = {"page": "company_page", "letter": "newsletter", "post": "newsletter", "desk": "support_desk"}
    ties: list[Document] = [
        {"owner": rng.choice(people), "contact": contact, "strength": rng.choice((0.1, 0.5, 0.9))}
        for contact, _ in contacts
        for _ in range(rng.randint(0, 2))
    ]
    ties += [{"owner": "letter", "contact": contact} for contact, _ in contacts if rng.random() < 0.5]
    ties += [{"owner": "post", "contact": contact} for contact, _ in contacts if rng.random() < 0.4]
    ties += [{"owner": "page", "customer": customer, "followers": 1} for customer in CUSTOMERS if rng.random() < 0.3]
    return {
        "as_of": "2015-01-23",
        "currency": "DKK",
        "employees": [
            {"id": one, "team": rng.choice(("red", "blue")), "attrition": rng.choice((0.1, 0.4))} for one in people
        ],
        "channels": [
            {"id": name, "kind": kind} | ({"relayed_by": "anna"} if name in {"letter", "post"} else {})
            for name, kind in channels.items()
        ],
        "customers": [{"id": one, "revenue": rng.randint(1, 9) * 1000, "segment": "b2b"} for one in CUSTOMERS],
        "contacts": [{"id": contact, "customer": customer} for contact, customer in contacts],
        "ties": ties,
        "actions": {"new_customers": 1, "cost": {"unrelay": 1 + seed % 4}},
    }


def _programme(found: Book, leavers: Iterable[str] = ()) -> tuple[Programme, Outlook]:
    outlook = Outlook.of(found, scope_of(found), tuple(leavers))
    return programme_of(outlook, colleagues_of(found, outlook.pairs, tuple(leavers)), ranked(outlook), 100), outlook


def _ways(spot: Spot) -> Iterator[tuple[Offer, ...]]:
    """Everything that can be done at one customer."""
    rows = [[row[:length] for length in range(len(row) + 1)] for row in spot.rows]
    choices = [[(), *((one,) for one in choice)] for choice in spot.choices]
    for parts in product(*rows, *choices):
        yield tuple(one for part in parts for one in part)


def _left(spot: Spot, way: Sequence[Offer], over: tuple[bool, ...], programme: Programme) -> float:
    """Weight times share that is unheld: the formula of docs/model.md, for every outcome of shocks and departures."""
    company, people = spot.company, dict(spot.people)
    for takeover, taken in zip(programme.takeovers, over, strict=True):
        if taken and spot.id in takeover.moved:
            ours, theirs = takeover.moved[spot.id]
            company, people[takeover.person] = company + ours, people.get(takeover.person, 0) - theirs
    for one in way:
        if one.near:
            people[one.owner] = people.get(one.owner, 0) + one.units
        else:
            company += one.units
    total = 1.0
    for crew in {spot.odds[person].crew for person in people}:
        members = [person for person in people if spot.odds[person].crew == crew]
        chance = 0.0
        for shocked, q in ((False, 1 - spot.shock), (True, spot.shock)):
            for gone in product((True, False), repeat=len(members)):
                p = q
                for person, goes in zip(members, gone, strict=True):
                    leave = spot.odds[person].shocked if shocked else spot.odds[person].alone
                    p *= leave if goes else (1 - leave) * math.exp(-people[person] / 1e9)
                chance += p
        total *= chance
    return spot.weight * math.exp(-company / 1e9) * total


def _all_plans(programme: Programme) -> list[tuple[float, float]]:
    """Cost and what it brings of every plan that keeps to everybody's room."""
    plans: list[tuple[float, float]] = []
    lanes = [takeover.lane for takeover in programme.takeovers]
    for over in product((False, True), repeat=len(lanes)):
        taken = [(lane, one) for lane, one in zip(lanes, over, strict=True)]
        if any(one and not before and lane == other for (other, before), (lane, one) in combinations(taken, 2)):
            continue  # of those that crowd each other, one comes after the other
        base = sum(one.cost for one, taken in zip(programme.takeovers, over, strict=True) if taken)
        best_of: dict[tuple[tuple[str, ...], float], float] = {((), base): 0.0}
        for spot in programme.spots:
            today = _left(spot, (), tuple(False for _ in over), programme)
            here: dict[tuple[tuple[str, ...], float], float] = {}
            for way in _ways(spot):
                new = tuple(one.owner for one in way if one.is_new)
                key = (new, round(sum(one.cost for one in way), 6))
                here[key] = max(here.get(key, -1.0), today - _left(spot, way, over, programme))
            grown: dict[tuple[tuple[str, ...], float], float] = {}
            for (people, cost), gain in best_of.items():
                for (new, more), brings in here.items():
                    key = (tuple(sorted((*people, *new))), round(cost + more, 6))
                    if all(key[0].count(one) <= programme.room[one] for one in new):
                        grown[key] = max(grown.get(key, -1.0), gain + brings)
            best_of = grown
        plans += [(cost, gain) for (_, cost), gain in best_of.items()]
    return plans


@pytest.mark.parametrize("seed", range(16))
def test_small_books_have_the_best_plan_of_all(seed: int) -> None:
    """Against enumeration: for budgets and targets, also where a channel hangs on one person and rooms are small."""
    programme, _ = _programme(loaded(_document(seed)))
    plans = _all_plans(programme)
    for budget in (0, 0.5, 1.5, 4, 7, 20, 45):
        goal = Goal(budget=budget)
        chosen = proven(programme, goal, one_by_one(programme, goal))
        assert cost_of(chosen.steps) <= budget
        assert brought_by(chosen.steps) == pytest.approx(max(gain for cost, gain in plans if cost <= budget), rel=1e-6)
        assert chosen.gap == 0
    for part in (0.2, 0.6, 0.9):
        goal = Goal(needed=part * max(gain for _, gain in plans))
        chosen = proven(programme, goal, one_by_one(programme, goal))
        cheapest = min(cost for cost, gain in plans if goal.is_met(gain))
        assert cost_of(chosen.steps) == pytest.approx(cheapest)
        assert (chosen.met, chosen.gap) == (True, 0)
        assert goal.is_met(brought_by(chosen.steps))


@pytest.mark.parametrize("seed", range(8))
def test_one_after_the_other_keeps_its_guarantee_and_the_bound_holds(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of 1 - 1/e of the optimum, or the best single action; and no plan exceeds what the gap allows."""
    monkeypatch.setattr(optimum, "SMALL", 0)
    programme, _ = _programme(loaded(_document(seed + 30)))
    plans = _all_plans(programme)
    most = max(gain for _, gain in plans)
    for budget in (0.5, 1.5, 4, 7, 20, 45):
        goal = Goal(budget=budget)
        highest = max(gain for cost, gain in plans if cost <= budget)
        steps = one_by_one(programme, goal)
        chosen = proven(programme, goal, steps)
        assert brought_by(chosen.steps) >= 0.5 * (1 - 1 / math.e) * highest * (1 - 1e-9)
        assert chosen.gap is not None
        assert brought_by(chosen.steps) >= (1 - chosen.gap - 1e-6) * highest
        goal = Goal(needed=budget / 50 * most)
        chosen = proven(programme, goal, one_by_one(programme, goal))
        assert chosen.gap is not None
        cheapest = min(cost for cost, gain in plans if goal.is_met(gain))
        assert cheapest >= (1 - chosen.gap) * cost_of(chosen.steps) - 1e-6


@pytest.mark.parametrize("small", [0, optimum.SMALL])
@pytest.mark.parametrize("seed", range(6))
def test_more_budget_never_leaves_more_unheld(seed: int, small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(optimum, "SMALL", small)
    programme, _ = _programme(loaded(_document(seed + 100)))
    goals = [Goal(budget=budget / 4) for budget in range(0, 120, 2)]
    brought = [brought_by(proven(programme, goal, one_by_one(programme, goal)).steps) for goal in goals]
    assert all(more >= less * (1 - 1e-7) for less, more in pairwise(brought))
    assert brought[-1] > brought[0] == 0


@given(documents(), st.integers(0, 60), st.booleans())
@settings(max_examples=8)
def test_a_plan_applied_and_audited_again_gives_what_it_promised(made: Document, budget: int, leaves: bool) -> None:
    """With every rule of the model, all customers worked out anew."""
    found = loaded(made | {"actions": {"capacity": 4}})
    here = [row["id"] for row in made["employees"] if row.get("left_on", "9") > "2015-01-23"]
    programme, outlook = _programme(found, here[:1] if leaves else [])
    steps = one_by_one(programme, Goal(budget=budget))
    promised = outlook.sums().unheld / PORTION - brought_by(steps)
    done = applied(found, [planned_of(step) for step in steps])
    again = Outlook.of(done, scope_of(done), outlook.leavers).sums().unheld / PORTION
    assert again == pytest.approx(promised, abs=3e-9 * max(1, outlook.scope.weight))


def test_the_file_of_a_plan_gives_the_numbers_it_promised(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(tmp_path / "plan.json")
    assert cli.run(["plan", TELCO, "--budget", "80", "-f", "json", "-o", file, "-q"]) == 0
    plan = json.loads(Path(file).read_text())
    assert cli.run(["forecast", TELCO, "--with-plan", file, "--draws", "100", "-f", "json", "-q"]) == 0
    then = json.loads(capsys.readouterr().out)
    assert then["summary"]["unheld"] == pytest.approx(plan["summary"]["unheld_after"], abs=2e-9)
    assert then["summary"]["expected_loss"] == plan["summary"]["expected_loss_after"]
    assert then["inputs"][-1]["path"] == file
    assert then["inputs"][-1]["loaded"] == len(plan["rows"])
    assert cli.run(["diff", TELCO, "--with-plan", file, "-f", "json", "-q"]) == 0
    changes = {row["change"] for row in json.loads(capsys.readouterr().out)["rows"]}
    assert "held by more" in changes
    assert cli.run(["risk", TELCO, "--leaver", "mette", "--with-plan", file, "-q", "--top", "1"]) == 0
    assert f"--with-plan {file}" in capsys.readouterr().out


def test_what_the_solver_says_is_not_on_standard_output(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    solve = scipy.optimize.milp

    def loud(*args: Any, **how: Any) -> Any:
        os.write(1, b"tmpSolver.run();\n")
        return solve(*args, **how)

    monkeypatch.setattr("netaudit.optimum.milp", loud)
    assert netaudit.plan(book("anna -> a/x strength=0.5", "page -> b/y"), budget=1).rows
    assert capfd.readouterr().out == ""


def test_by_hand() -> None:
    """One customer that one person holds: follower, reader and desk, each by what it brings for its cost."""
    found = book(
        "anna -> a/x strength=0.9",
        "news -> b/y",
        "page -> b/y",
        "desk -> b/y strength=0.9",
        employees=[{"id": "anna", "left_on": "2015-06-01"}],
        customers=[{"id": "a", "revenue": 1000}, {"id": "b"}],
    )
    result = netaudit.plan(found)
    assert [(row.action, row.customer, row.contact, row.owner, row.cost) for row in result.rows] == [
        ("newsletter", "a", "x", "news", 0.5),  # (1 - e^-0.15) / 0.5 = 0.28
        ("desk_use", "a", None, "desk", 3),  # (1 - e^-1.02) / 3 = 0.21
        ("page_follow", "a", "x", "page", 0.5),  # (1 - e^-0.10) / 0.5 = 0.19
    ]
    desk = 0.24 * 2 ** (-365 / 2160) / (1 - 2 ** (-365 / 1080))
    after = [math.exp(-0.15), math.exp(-0.15 - desk), math.exp(-0.25 - desk)]
    assert [row.unheld_after for row in result.rows] == pytest.approx(
        after
    )  # she leaves for certain, and held it alone
    assert (result.summary.unheld_before, result.summary.spent, result.summary.unit) == (1, 4, "hours")
    assert result.summary.unheld_after == pytest.approx(after[-1])
    assert result.summary.optimum_gap == 0


def test_followers_run_out_at_the_cap() -> None:
    """Eight contacts, but one page takes five at most: 0.5 / 0.1; a named follower raises the count of all."""
    lines = [f"anna -> a/c{n} strength=0.5" for n in range(8)]
    found = book(*lines, "page -> a followers=2", "page -> a/c0")
    steps = netaudit.plan(found, budget=100).rows
    assert [row.action for row in steps if row.owner == "page"] == 3 * ["page_follow"]
    assert {row.contact for row in steps if row.owner == "page"} <= {f"c{n}" for n in range(1, 8)}


@pytest.mark.parametrize(
    ("kept", "actions"),
    [
        ({"page"}, {"page_follow"}),
        ({"news"}, {"newsletter"}),
        ({"desk"}, {"desk_use"}),
        ({"portal"}, set()),
        (set(), set()),
    ],
)
def test_no_action_on_a_channel_that_the_book_does_not_have(kept: set[str], actions: set[str]) -> None:
    kinds = {"page": "company_page", "news": "newsletter", "desk": "support_desk", "portal": "portal"}
    found = book("anna -> a/x strength=0.5", channels=[{"id": one, "kind": kinds[one]} for one in sorted(kept)])
    assert {row.action for row in netaudit.plan(found).rows} == actions


def test_nothing_is_offered_through_a_channel_that_somebody_passes_on_but_to_send_it_ourselves() -> None:
    found = book(
        "anna -> a/x strength=0.5",
        "news -> a/x",
        "news -> b/y",
        channels=[{"id": "news", "kind": "newsletter", "relayed_by": "anna"}],
        actions={"limit": {"second_colleague": 0}},
    )
    (row,) = netaudit.plan(found).rows
    assert (row.action, row.customer, row.contact, row.owner, row.cost) == ("unrelay", None, None, "news", 8)
    assert row.what == "Send news from the company, not from anna"
    assert row.reason == "2 customers would lose it with one person"


def _two_letters(strength: float, **revenues: int) -> Book:
    relayed = {"kind": "newsletter", "relayed_by": "anna"}
    return book(
        f"anna -> a/x strength={strength}",
        "news -> a/x",
        "news -> c/z",
        "page -> a/x",
        "page -> b/y",
        channels=[{"id": "news", **relayed}, {"id": "page", **relayed}],
        customers=[{"id": name, "revenue": revenues.get(name, 1000)} for name in "abc"],
        actions={"limit": {"second_colleague": 0}},
    )


def test_of_one_persons_channels_either_may_come_first() -> None:
    (row,) = netaudit.plan(_two_letters(0.5, c=100_000), budget=8).rows
    assert row.owner == "news"
    (row,) = netaudit.plan(_two_letters(0.5, b=100_000), budget=8).rows
    assert row.owner == "page"


def test_channels_that_crowd_each_other_at_the_cap_come_one_after_the_other() -> None:
    """She has 3 with one contact, of which 0.02 are what the two bring; sent directly they add 0.15 each."""
    found = _two_letters(0.949)
    programme, _ = _programme(found)
    assert [one.lane for one in programme.takeovers] == ["anna", "anna"]
    result = netaudit.plan(found, budget=16)
    assert {row.owner for row in result.rows} == {"news", "page"}
    assert result.summary.unheld_after == pytest.approx(result.rows[-1].unheld_after, abs=2e-9)


PEOPLE = [
    {"id": "anna", "team": "red", "left_on": "2015-03-01"},
    {"id": "bo", "team": "red"},
    {"id": "carl", "team": "blue"},
    {"id": "dora", "team": "green"},
    {"id": "gone", "team": "red", "left_on": "2014-01-01"},
    {"id": "going", "team": "red", "left_on": "2015-12-01"},
]


def _seconds(found: Book, **asked: Any) -> list[tuple[str, str | None, str | None, float]]:
    rows = netaudit.plan(found, budget=500, **asked).rows
    return [(row.owner, row.customer, row.contact, row.cost) for row in rows if row.action == "second_colleague"]


def test_a_second_colleague_is_near_has_room_and_stays() -> None:
    """First who knows a contact there (4 hours), else the team, else the segment; nobody who leaves."""
    found = book(
        "anna -> a/x strength=0.9",
        "anna -> b/y strength=0.9",
        "carl -> b/z strength=0.1",
        "carl -> c/w strength=0.999",
        employees=PEOPLE,
        customers=[{"id": "a", "revenue": 9}, {"id": "b", "revenue": 9}, {"id": "c", "revenue": 1, "segment": "s"}],
        actions={"limit": {"handover": 0}},
    )
    programme, _ = _programme(found)
    offers = {
        (spot.id, one.owner, one.contact, one.cost)
        for spot in programme.spots
        for choice in spot.choices
        for one in choice
        if one.action == "second_colleague"
    }
    assert offers == {("a", "bo", "x", 16), ("b", "carl", "y", 4), ("b", "bo", "y", 16)}
    reasons = {row.owner: row.reason for row in netaudit.plan(found, budget=20).rows}
    assert reasons["bo"] == "same team (red), has 0 of at most 2 customers; only anna has a tie there"
    assert reasons["carl"] == "knows a colleague of theirs; anna has the strongest of 2 people's ties"


def test_nobody_gets_more_than_there_is_room_for() -> None:
    lines = [f"anna -> c{n}/x{n} strength=0.9" for n in range(8)]
    found = book(*lines, employees=PEOPLE)
    taken = [owner for owner, *_ in _seconds(found)]
    assert taken == 5 * ["bo"]
    full = book(
        *lines, "bo -> c0/x0 strength=0.9", "bo -> c1/x1 strength=0.9", employees=PEOPLE, actions={"capacity": 3}
    )
    assert [owner for owner, *_ in _seconds(full)] == ["bo"]
    none = book(*lines, employees=PEOPLE, actions={"limit": {"second_colleague": 0, "handover": 0}})
    assert netaudit.plan(none, budget=500).rows == ()


def test_a_handover_goes_to_one_who_knows_them_less() -> None:
    found = book("anna -> a/x strength=0.9", "bo -> a/x strength=0.2", employees=PEOPLE, customers=[{"id": "a"}])
    (row,) = netaudit.plan(found).rows
    assert (row.action, row.owner, row.contact, row.intensity, row.cost) == ("handover", "bo", "x", 0.5, 6)
    assert row.what == "a: hand x over to bo"
    assert row.reason == "knows them already, anna better; anna has the strongest of 2 people's ties"
    other = book("anna -> a/x strength=0.9", "bo -> a/y strength=0.2", employees=PEOPLE, customers=[{"id": "a"}])
    assert {row.action for row in netaudit.plan(other, budget=4).rows} == {"second_colleague"}
    assert "handover" not in {row.action for row in netaudit.plan(other, budget=500).rows}


def test_whoever_is_alone_is_no_second_colleague() -> None:
    contacts = [{"id": one, "customer": "a"} for one in "xy"]
    found = book("anna -> a/x strength=0.5", employees=[*PEOPLE[1:2], {"id": "anna", "team": "red"}], contacts=contacts)
    (row,) = netaudit.plan(found, budget=500).rows
    assert (row.owner, row.contact, row.cost) == ("bo", "x", 16)


def test_against_one_known_departure_nobody_else_leaves() -> None:
    found = book("anna -> a/x strength=0.5", "bo -> b/y strength=0.5", "page -> b/y")
    result = netaudit.plan(found, leavers=["anna"])
    assert result.summary.unheld_before == pytest.approx((1 + 0.5 * math.exp(-0.1)) / 2)
    assert [(row.customer, row.action) for row in result.rows] == [("a", "page_follow")]  # b is not hers
    assert result.leavers == ("anna",)


def test_rows_of_many_customers_and_unknown_revenue_get_no_action_and_are_spoken_of() -> None:
    found = book(
        "anna -> many strength=0.5",
        "anna -> one strength=0.5",
        "anna -> dark strength=0.5",
        "page -> one",
        customers=[{"id": "many", "revenue": 5, "count": 1000}, {"id": "one", "revenue": 5}, {"id": "dark"}],
    )
    result = netaudit.plan(found, target=0.0)
    assert {row.customer for row in result.rows} <= {"one"}
    assert result.summary.met is False
    said = " ".join(each.text for each in result.closing)
    assert "{unknown} of unknown revenue" in said
    assert "{rows}, with {share}" in said
    assert "cannot be met" in said


def test_a_target_out_of_reach_is_said_after_all_there_is_to_do() -> None:
    result = netaudit.plan(book("anna -> a/x strength=0.5", "page -> b/y"), target=0.0)
    assert [row.action for row in result.rows] == ["page_follow"]
    assert (result.summary.met, result.summary.optimum_gap) == (False, 0)
    assert any("is not met: no plan leaves less" in each.text for each in result.closing)


def test_customers_are_counted_where_no_revenue_is_known() -> None:
    result = netaudit.plan(book("anna -> a/x strength=0.5", "page -> b/y", customers=[{"id": "a"}, {"id": "b"}]))
    assert result.summary.expected_loss_before is None
    assert result.summary.revenue is None
    assert [row.customer for row in result.rows] == ["a"]


@pytest.mark.parametrize("asked", [{"budget": 0}, {"target": 1.0}, {"budget": 0.4}, {}])
def test_no_action_is_an_answer(asked: dict[str, Any]) -> None:
    found = book("anna -> a/x strength=0.5", *([] if not asked else ["page -> b/y"]))
    result = netaudit.plan(found, **asked)
    assert result.rows == ()
    assert result.summary.unheld_after == result.summary.unheld_before
    assert result.closing[0].text.startswith("No action: ")


def test_where_nothing_is_weighed_nothing_is_planned_and_nothing_is_met() -> None:
    found = book("anna -> a/x strength=0.5", "page -> b/y", customers=[{"id": "a", "revenue": 0}, {"id": "b"}])
    result = netaudit.plan(found, target=0.5)
    assert (result.rows, result.summary.met) == ((), None)
    assert "no customer in question has a known revenue above 0" in result.closing[0].text


def test_more_customers_are_looked_at_as_long_as_they_could_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting from one, it ends where starting from all does, and its bound holds."""
    people = [f"p{n}" for n in range(6)]
    lines = [f"{people[n % 6]} -> c{n}/x{n} strength=0.{1 + n % 9}" for n in range(40)]
    customers = [{"id": f"c{n}", "revenue": 100 + 7 * n, "segment": "s"} for n in range(40)]
    found = book(*lines, "page -> d/y", "desk -> d/y strength=0.5", customers=[*customers, {"id": "d"}])
    monkeypatch.setattr(optimum, "SMALL", 0)
    asked: list[dict[str, Any]] = [{}, {"budget": 30}, {"target": 0.5}]
    whole = [netaudit.plan(found, **one) for one in asked]
    monkeypatch.setattr(planning, "AT_ONCE", 1)
    for one, full in zip(asked, whole, strict=True):
        part = netaudit.plan(found, **one)
        assert [(row.action, row.customer) for row in part.rows if row.action != "second_colleague"] == [
            (row.action, row.customer) for row in full.rows if row.action != "second_colleague"
        ]
        assert part.summary.optimum_gap is not None
    monkeypatch.setattr(optimum, "LARGE", 1)
    assert netaudit.plan(found, budget=3).summary.optimum_gap is None


def test_progress_is_told() -> None:
    heard: list[str] = []
    netaudit.plan(book("anna -> a/x"), told=heard.append)
    assert heard == ["what is expected", "what is on offer"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not a plan"),
        ("[]", "is not a plan"),
        ('{"schema": "netaudit/risk/1", "rows": []}', "is not a plan"),
        ('{"schema": "netaudit/plan/1", "rows": [{"action": "pray"}]}', "is not a plan"),
        ({"intensity": "NaN"}, "is not a plan"),
        ({"intensity": -1}, "is not a plan"),
        ({"owner": 7}, "is not a plan"),
        ({"customer": None}, "is not a plan"),
        ({"customer": "z"}, "action 1: the book has no customer 'z'"),
        ({"contact": "y"}, "action 1: the book has no contact 'y' who is at 'a'"),
        ({"owner": "\ud800"}, "is not a plan"),
        (
            {"action": "unrelay", "customer": None, "contact": None},
            "action 1: the book has nobody who passes 'page' on",
        ),
        ({"owner": "news"}, "action 1: the book has no channel 'news' that it could be"),
        ({"owner": "anna"}, "action 1: the book has no channel 'anna' that it could be"),
        ({"contact": "gone"}, "action 1: the book has no contact 'gone' who is at 'a'"),
        ({"action": "handover"}, "action 1: the book has no employee 'page' who is here"),
    ],
)
def test_a_file_that_is_no_plan_for_this_book_is_an_error(text: str | Document, message: str, tmp_path: Path) -> None:
    found = tmp_path / "book.json"
    lines = ("anna -> a/x", "news -> b/y", "page -> b/y")
    made = document(*lines)
    made["contacts"].append({"id": "gone", "customer": "a", "left_on": "2014-01-01"})
    found.write_text(json.dumps(made))
    row = {"action": "page_follow", "owner": "page", "customer": "a", "contact": "x", "intensity": 0.1}
    plan = text if isinstance(text, str) else json.dumps({"schema": "netaudit/plan/1", "rows": [row | text]})
    (tmp_path / "plan.json").write_text(plan)
    with pytest.raises(InputError) as error:
        netaudit.load(found, with_plan=tmp_path / "plan.json")
    assert str(error.value.problems[0].message) == message
    twice = {"schema": "netaudit/plan/1", "rows": [row, row]}
    (tmp_path / "plan.json").write_text(json.dumps(twice))
    with pytest.raises(InputError, match="action 1 stands twice"):
        netaudit.load(found, with_plan=tmp_path / "plan.json")
    (tmp_path / "plan.json").write_text(json.dumps({"schema": "netaudit/plan/1", "as_of": "2014-01-01", "rows": [row]}))
    *_, many, old = netaudit.load(found, with_plan=tmp_path / "plan.json").warnings
    assert many.startswith("1 action of the plan")
    assert old.endswith("is as of '2014-01-01'")


def test_a_plan_of_an_odd_day_is_told_of_and_one_of_a_channel_that_only_the_log_knows_is_taken(tmp_path: Path) -> None:
    made = document(
        "anna -> a/x strength=0.5",
        channels=[{"id": "desk", "kind": "support_desk", "relayed_by": "anna"}],
        interactions=[{"owner": "desk", "customer": "a", "kind": "call", "on": "2015-01-20"}],
    )
    (tmp_path / "book.json").write_text(json.dumps(made))
    row = {"action": "unrelay", "owner": "desk", "customer": None, "contact": None, "intensity": 0}
    (tmp_path / "plan.json").write_text(json.dumps({"schema": "netaudit/plan/1", "as_of": [], "rows": [row]}))
    *_, old = netaudit.load(tmp_path / "book.json", with_plan=tmp_path / "plan.json").warnings
    assert old.endswith("is as of '[]'")


def test_a_tie_of_a_plan_that_has_been_built_since_is_not_counted_again(tmp_path: Path) -> None:
    made = document("page -> a followers=1", "page -> a/x", "anna -> a/x strength=0.5")
    (tmp_path / "book.json").write_text(json.dumps(made))
    row = {"action": "page_follow", "owner": "page", "customer": "a", "contact": "x", "intensity": 0.1}
    (tmp_path / "plan.json").write_text(json.dumps({"schema": "netaudit/plan/1", "rows": [row]}))
    before, after = (netaudit.load(tmp_path / "book.json", with_plan=plan) for plan in (None, tmp_path / "plan.json"))
    assert netaudit.risk(after, ["anna"]).rows == netaudit.risk(before, ["anna"]).rows


@pytest.mark.parametrize("command", [["why", "fjord"], ["ownership"], ["worst"], ["graph"], ["risk"]])
def test_every_question_takes_a_plan(command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = {"action": "desk_use", "owner": "desk", "customer": "fjord", "contact": None, "intensity": 1.0}
    (tmp_path / "plan.json").write_text(json.dumps({"schema": "netaudit/plan/1", "rows": [row]}))
    assert cli.run([*command, TELCO, "--with-plan", str(tmp_path / "plan.json")]) == 0
    out = capsys.readouterr().out
    assert "the plan" in out or command != ["why", "fjord"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"budget": -1}, "a budget lies from 0 to 1e12"),
        ({"budget": float("nan")}, "a budget lies from 0 to 1e12"),
        ({"target": 1.5}, "a target is a share from 0 to 1"),
        ({"target": 0.1, "budget": 1}, "a plan keeps to a budget or meets a target"),
        ({"leavers": ["nobody"]}, "no employee is called 'nobody'"),
        ({"destination": "moon"}, "no destination is called 'moon'"),
    ],
)
def test_what_cannot_be_planned_is_an_error(asked: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as error:
        netaudit.plan(book("anna -> a"), **asked)
    assert str(error.value.problems[0].message) == message


@pytest.mark.parametrize(
    ("actions", "message"),
    [
        ({"cost": {"prayer": 1}}, "'cost.prayer': no action parameter; "),
        ({"cost": {"desk_us": 1}}, "'cost.desk_us': no action parameter; did you mean 'cost.desk_use'?"),
        ({"price": 1}, "'price': no action parameter; known are unit, cost, limit, capacity, new_customers"),
        ({"cost": {"desk_use": 0}}, "'cost.desk_use': must lie from 0.01 to 1e+09"),
        ({"limit": {"desk_use": 2}}, "'limit.desk_use': must lie from 0 to 1"),
        ({"limit": {"page_follow": 1.5}}, "'limit.page_follow': must be a whole number"),
        ({"capacity": 2000000}, "'capacity': must lie from 0 to 1e+06"),
        ({"capacity": None}, "'capacity' has no value"),
        ({"capacity": "many"}, "'many' is not a number"),
        ({"unit": "5"}, "the unit of costs is a word"),
        ({"unit": ""}, "the unit of costs is a word"),
        ({"cost": 3}, "'cost': no action parameter"),
        ([], "names with values should stand here"),
    ],
)
def test_actions_that_cannot_be(actions: Any, message: str) -> None:
    with pytest.raises(InputError) as error:
        book("anna -> a", actions={"unit": "DKK", **actions} if isinstance(actions, dict) else [1])
    assert message in str(error.value.problems[0])


def test_actions_as_the_book_says() -> None:
    said = {"unit": "DKK", "cost": {"page_follow": 70}, "limit": {"page_follow": 1}, "capacity": 9, "new_customers": 2}
    lines = ("anna -> a/x strength=0.5", "anna -> a/y strength=0.5", "page -> b/z")
    result = netaudit.plan(book(*lines, actions=said), budget=100)
    assert [(row.cost, row.contact) for row in result.rows] == [(70, "x")]
    assert (result.summary.unit, result.summary.spent) == ("DKK", 70)
    shown = result.judged_by["actions"]
    assert (shown["capacity"], shown["new_customers"], shown["cost"]["newsletter"]) == (9, 2, 0.5)


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["--budget", "10"], 0, ""),
        (["--target", "0.12"], 0, ""),
        (["--leaver", "mette", "--destination", "elsewhere", "--where", "segment=b2b"], 0, ""),
        (["--budget", "-1"], 2, "'--budget'"),
        (["--target", "2"], 2, "'--target'"),
        (["--budget", "1", "--target", "0.1"], 2, "U001 a plan keeps to a budget or meets a target"),
        (["--leaver", "ole"], 2, "U002 'ole' has left already"),
    ],
)
def test_exit_codes(capsys: pytest.CaptureFixture[str], args: list[str], code: int, said: str) -> None:
    assert cli.run(["plan", TELCO, *args]) == code
    out, err = capsys.readouterr()
    assert said in " ".join(err.replace("│", " ").split())
    assert bool(out) == (code == 0)
