"""Who owns the network: by hand, by brute force, and on the example."""

from __future__ import annotations

import json
import math
from itertools import combinations, permutations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import netaudit
from netaudit import absence, cli
from netaudit.split import gauss_legendre
from tests.books import CUSTOMERS, Document, book, documents, loaded
from tests.oracle import Oracle
from tests.test_cli import TELCO

if TYPE_CHECKING:
    from netaudit.result import Result

CLOSE = 2e-9
"""Shares are rounded to nine decimals, and each customer's money once."""


def by_key(result: Result[Any, Any], dimension: str) -> dict[str | None, Any]:
    return {row.key: row for row in result.rows if row.dimension == dimension}


HAND = (
    "mette -meeting-> havn/lars strength=0.5",
    "bo -meeting-> havn strength=0.5",
    "desk -call-> havn strength=0.2",
    "desk -call-> nord strength=0.5",
)
"""Two people, a desk, two customers and a contact; written out in docs/model.md."""


def test_a_small_network_by_hand() -> None:
    result = netaudit.ownership(book(*HAND))
    summary = result.summary
    # havn: the desk holds .2; of the other .8 mette or bo hold 1 - .5 * .5 = .75; nord: the desk holds .5
    assert summary.company_owned == pytest.approx((0.2 + 0.5) / 2, abs=CLOSE)
    assert summary.person_owned == pytest.approx(0.8 * 0.75 / 2, abs=CLOSE)
    assert summary.unowned == pytest.approx((0.8 * 0.25 + 0.5) / 2, abs=CLOSE)
    people = by_key(result, "person")
    # each alone holds .5, and the second of the two adds .25: (.5 + .25) / 2 of .8
    assert {key: row.owned for key, row in people.items()} == {
        "mette": pytest.approx(0.8 * 0.375 / 2, abs=CLOSE),
        "bo": pytest.approx(0.8 * 0.375 / 2, abs=CLOSE),
    }
    assert summary.absence_factor == summary.absence_factor_at_least == 2
    desk = by_key(result, "channel")["desk"]
    assert (desk.reach_customers, desk.reach_contacts, desk.reach_revenue) == (1, 0, 1)


def split_by_hand(company: int, people: dict[str, int], person: str) -> float:
    """The average of what a person adds, over all orders in which people could come."""
    orders = list(permutations(people))
    total = 0.0
    for order in orders:
        before = sum(people[other] for other in order[: order.index(person)])
        total += math.exp(-before / 1e9) - math.exp(-(before + people[person]) / 1e9)
    return math.exp(-company / 1e9) * total / len(orders)


def sides(oracle: Oracle, customer: str) -> tuple[int, dict[str, int]]:
    """Units of the company's channels, and of each person."""
    held = oracle.holders(customer)
    people = {name: units for (kind, name), units in held.items() if kind == "employee" and units}
    return sum(units for (kind, _), units in held.items() if kind == "channel"), people


@given(documents())
def test_the_whole_is_what_plain_loops_say(document: Document) -> None:
    oracle = Oracle(document)
    result = netaudit.ownership(loaded(document))
    weights = {row["id"]: row.get("revenue") for row in document["customers"]}
    counted = all(weight is None for weight in weights.values())
    worth = {name: 1 if counted else weight or 0 for name, weight in weights.items()}
    whole = sum(worth.values())
    company = people = 0.0
    owned: dict[str, float] = {}
    for customer in CUSTOMERS:
        ours, theirs = sides(oracle, customer)
        company += worth[customer] * (1 - math.exp(-ours / 1e9))
        people += worth[customer] * math.exp(-ours / 1e9) * (1 - math.exp(-sum(theirs.values()) / 1e9))
        for person in theirs:
            owned[person] = owned.get(person, 0) + worth[customer] * split_by_hand(ours, theirs, person)
    scale = whole or 1
    assert result.summary.company_owned == pytest.approx(company / scale, abs=CLOSE)
    assert result.summary.person_owned == pytest.approx(people / scale, abs=CLOSE)
    for key, row in by_key(result, "person").items():
        assert row.owned == pytest.approx(owned.get(str(key), 0) / scale, abs=CLOSE)
    assert sum(row.owned or 0 for row in by_key(result, "person").values()) == pytest.approx(
        result.summary.person_owned, abs=CLOSE
    )
    if whole:
        shares = result.summary
        assert shares.company_owned + shares.person_owned + shares.unowned == pytest.approx(1, abs=1e-12)


def enumerated(holds: list[float], person: int) -> float:
    """The Shapley value of one of several holds, over all sets of the others."""
    others = [hold for index, hold in enumerate(holds) if index != person]
    count = len(holds)
    total = 0.0
    for size in range(count):
        weight = math.factorial(size) * math.factorial(count - 1 - size) / math.factorial(count)
        total += weight * sum(math.prod(1 - hold for hold in chosen) for chosen in combinations(others, size))
    return holds[person] * total


@settings(max_examples=6)
@given(st.lists(st.lists(st.floats(0.001, 0.9999), min_size=1, max_size=8), min_size=10, max_size=10))
def test_quadrature_is_enumeration(customers: list[list[float]]) -> None:
    """Ten customers of as much revenue in a book, each with people of its own."""
    ties = [
        f"p{number}x{index} -meeting-> c{number} strength={hold!r}"
        for number, holds in enumerate(customers)
        for index, hold in enumerate(holds)
    ]
    owned = by_key(netaudit.ownership(book(*ties, assumptions={"max_intensity": [12, 12, 12]})), "person")
    for number, holds in enumerate(customers):
        for index, _ in enumerate(holds):
            assert owned[f"p{number}x{index}"].owned == pytest.approx(enumerated(holds, index) / 10, abs=1e-9)


@pytest.mark.parametrize("count", [1, 2, 4, 8, 16, 32])
def test_points_are_exact_for_polynomials(count: int) -> None:
    points = gauss_legendre(count)
    for degree in range(2 * count):
        assert sum(share * at**degree for at, share in points) == pytest.approx(1 / (degree + 1), rel=1e-12)


def test_a_crowd_shares_evenly() -> None:
    ties = [f"p{index:02} -meeting-> havn strength=0.9" for index in range(60)]
    owned = [row.owned for row in by_key(netaudit.ownership(book(*ties)), "person").values()]
    assert owned == [pytest.approx(1 / 60, abs=1e-9)] * 60


@given(documents())
def test_the_absence_factor_is_what_trying_all_sets_says(document: Document) -> None:
    summary = netaudit.ownership(loaded(document)).summary
    oracle = Oracle(document)
    worth = {row["id"]: row.get("revenue") for row in document["customers"]}
    counted = all(weight is None for weight in worth.values())
    whole = {name: 10**9 if counted else (weight or 0) * 100 for name, weight in worth.items()}
    held = {customer: sides(oracle, customer) for customer in CUSTOMERS}
    people = sorted({person for _, theirs in held.values() for person in theirs})

    def left(ours: int, theirs: dict[str, int], gone: tuple[str, ...]) -> int:
        stay = ours + sum(units for person, units in theirs.items() if person not in gone)
        return round(1e12 * math.exp(-stay / 1e9))

    def unheld(gone: tuple[str, ...]) -> int:
        return sum(whole[name] * left(ours, theirs, gone) for name, (ours, theirs) in held.items())

    sizes = range(len(people) + 1)
    half = sum(whole.values()) * 10**12 // 2
    found = (size for size in sizes for gone in combinations(people, size) if unheld(gone) > half)
    expected = next(found, None) if half else None
    assert summary.absence_factor == summary.absence_factor_at_least == expected


def test_bounds_are_said_where_sets_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f"p{index} -meeting-> c{other} strength=0.8" for index in range(6) for other in range(index, index + 4)]
    exact = netaudit.ownership(book(*lines)).summary
    assert exact.absence_factor == exact.absence_factor_at_least
    monkeypatch.setattr(absence, "MOST_TRIED", 0)
    bound = netaudit.ownership(book(*lines)).summary
    assert bound.absence_factor_at_least < exact.absence_factor <= bound.absence_factor
    monkeypatch.setattr(absence, "MOST_TRIED", 24 * 15)
    between = netaudit.ownership(book(*lines)).summary
    assert (between.absence_factor, between.absence_factor_at_least) == (4, 3)


def test_on_the_example_consumers_are_the_companys_and_firms_the_peoples() -> None:
    telco = netaudit.load(TELCO)
    result = netaudit.ownership(telco)
    segments = by_key(result, "segment")
    b2c, b2b = segments["b2c"], segments["b2b"]
    assert b2c.company_owned > 0.85
    assert b2c.person_owned == 0
    assert b2b.person_owned > b2b.company_owned
    relayed = by_key(result, "channel")["mettes-mail"]
    assert relayed.reach_customers == relayed.reach_contacts == relayed.reach_revenue == 0
    assert relayed.reach_customers_via_employees > 0.1
    graph = telco.graph()
    graph.remove_node("employee:mette")
    assert "channel:mettes-mail" not in nx.descendants(graph, "company")  # it goes with her


def test_followers_of_the_page_make_the_company_own_more_and_everybody_walk_less() -> None:
    few, many = (book(*HAND, f"page -> havn followers={count}", f"page -> nord followers={count}") for count in (1, 4))
    before, after = netaudit.ownership(few).summary, netaudit.ownership(many).summary
    assert after.company_owned > before.company_owned
    assert after.person_owned < before.person_owned
    for leaver in ("mette", "bo"):
        old, new = (netaudit.risk(entry, [leaver]).rows for entry in (few, many))
        assert all(now.walks < then.walks for now, then in zip(new, old, strict=True))


def test_followers_of_the_page_on_the_example(tmp_path: Path) -> None:
    """The same, with five followers at each of Mette's customers."""
    text = Path(TELCO, "book.yml").read_text(encoding="utf-8")
    before = netaudit.load(TELCO)
    mine = [row.customer for row in netaudit.risk(before, ["mette"]).rows]
    more = "".join(f"  - {{owner: page, customer: {customer}, followers: 5}}\n" for customer in mine)
    assert text.count("\nties:\n") == 1
    (tmp_path / "book.yml").write_text(text.replace("\nties:\n", f"\nties:\n{more}"), encoding="utf-8")
    after = netaudit.load(tmp_path / "book.yml")
    assert netaudit.ownership(after).summary.company_owned > netaudit.ownership(before).summary.company_owned
    people = [row.employee for row in netaudit.risk(before).rows]
    lower: list[str] = []
    same: list[str] = []
    for person in people:
        old = {row.customer: row.walks for row in netaudit.risk(before, [person]).rows}
        for row in netaudit.risk(after, [person]).rows:
            assert row.walks <= old[row.customer]
            if row.customer in mine:
                (lower if row.walks < old[row.customer] else same).append(row.customer)
    assert len(lower) == 12
    full = {row.customer for row in netaudit.why(before, "page").rows if row.intensity == 0.5}
    assert set(same) <= full  # where the page is at its cap already


def test_a_team_owns_what_its_people_own_and_customers_once() -> None:
    telco = netaudit.load(TELCO)
    result = netaudit.ownership(telco)
    team_of = dict(telco.engine.rows(telco.tables.employees.select("id", "team")))
    for team, row in by_key(result, "team").items():
        members = [one for key, one in by_key(result, "person").items() if team_of[key] == team]
        assert row.owned == pytest.approx(sum(one.owned or 0 for one in members), abs=1e-8)
        assert row.customers <= sum(one.customers for one in members)


def test_without_revenue_customers_are_weighed() -> None:
    document = {
        "as_of": "2015-01-23",
        "customers": [{"id": "havn", "count": 3}, {"id": "nord"}],
        "ties": [{"owner": "mette", "customer": "havn", "strength": 0.5}],
    }
    result = netaudit.ownership(loaded(document))
    assert result.summary.person_owned == pytest.approx(0.5 * 3 / 4, abs=CLOSE)
    assert result.summary.by_count.person_owned == result.summary.person_owned
    assert result.summary.revenue is None
    assert {row.revenue for row in result.rows} == {None}
    assert result.summary.unmapped == 1
    assert by_key(result, "segment")[None].name == "no segment"
    assert by_key(result, "team")[None].name == "no team"


def test_nothing_to_weigh_is_no_network() -> None:
    document = {"as_of": "2015-01-23", "customers": [{"id": "havn", "revenue": 0}], "ties": []}
    result = netaudit.ownership(loaded(document))
    assert (result.summary.company_owned, result.summary.unowned, result.summary.absence_factor) == (0, 0, None)
    assert "no network on record" in result.closing[-2].text
    assert "nothing to weigh" in result.closing[0].text


def test_shares_are_never_below_zero() -> None:
    lines = [f"desk -call-> c{index} strength=0.9" for index in range(9)]
    summary = netaudit.ownership(book(*lines, "mette -> c9 strength=0.9")).summary
    assert str(summary.unowned) == "0.1"
    tiny = {"as_of": "2015-01-23", "customers": [{"id": f"c{index}", "revenue": 0.01} for index in range(10)]}
    owners = [("desk", f"c{index}") for index in range(9)] + [("mette", "c9")]
    ties = [{"owner": owner, "customer": customer, "kind": "call", "strength": 0.9} for owner, customer in owners]
    channels = [{"id": "desk", "kind": "support_desk"}]
    small = netaudit.ownership(loaded({**tiny, "currency": "DKK", "channels": channels, "ties": ties}))
    assert small.summary.unowned == pytest.approx(0.1, abs=CLOSE)


def test_shares_are_exact_however_small_the_money_is() -> None:
    ties = (("a", "x", 0.45), ("a", "y", 0.45), ("b", "y", 0.2), ("desk", "x", 0.45), ("desk", "z", 0.6))
    document = {
        "as_of": "2015-01-23",
        "currency": "JPY",
        "channels": [{"id": "desk", "kind": "support_desk"}],
        "customers": [{"id": customer, "revenue": 1} for customer in "xyz"],
        "ties": [{"owner": owner, "customer": end, "kind": "call", "strength": hold} for owner, end, hold in ties],
    }
    result = netaudit.ownership(loaded(document))
    summary = result.summary
    shares = (summary.company_owned, summary.person_owned, summary.unowned)
    assert shares == pytest.approx((0.35, 0.269166667, 0.380833333))
    owned = {key: row.owned for key, row in by_key(result, "person").items()}
    assert owned == {"a": pytest.approx(0.2175, abs=CLOSE), "b": pytest.approx(0.051666667, abs=CLOSE)}
    assert result.closing[-2].text.startswith("The network is the company's")


def test_what_is_nobodys_is_said_first() -> None:
    result = netaudit.ownership(book("mette -> havn strength=0.1"))
    assert result.closing[-2].text.startswith("Most is nobody's, and the rest its employees' more")


def test_what_is_left_out_or_coarse_is_said() -> None:
    document = {
        "as_of": "2015-01-23",
        "customers": [{"id": "a", "revenue": 5}, {"id": "b"}, {"id": "c", "revenue": 1, "count": 900}],
        "ties": [{"owner": "mette", "customer": "a"}],
    }
    said = [sentence.text for sentence in netaudit.ownership(loaded(document)).closing]
    assert "Customers left out of it for want of a revenue, and not safe: {unknown}." in said
    assert any(text.startswith("A row that stands for many") for text in said)


def test_a_tie_between_the_two_is_said() -> None:
    result = netaudit.ownership(book("desk -call-> havn strength=0.5", "mette -> nord strength=0.5"))
    assert result.closing[-2].text.startswith("The network is as much the company's as its employees'")


def test_every_part_is_cut_in_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    for form in ("json", "csv", "markdown", "table"):
        assert cli.run(["ownership", TELCO, "--top", "1", "-f", form, "-q"]) == 0
        text = capsys.readouterr().out
        assert all(name in text for name in ("b2c", "enterprise", "Mette Holm", "Company page"))
        assert "Rasmus" not in text


@pytest.mark.parametrize(
    ("lines", "factor", "words"),
    [
        (("desk -call-> havn strength=0.9",), None, "Even if everybody left"),
        (("mette -call-> havn strength=0.1",), 0, "unheld as things stand"),
        (("mette -call-> havn strength=0.9",), 1, "{factor}."),
    ],
)
def test_the_absence_factor_is_said(lines: tuple[str, ...], factor: int | None, words: str) -> None:
    result = netaudit.ownership(book(*lines))
    assert result.summary.absence_factor == factor
    assert words in result.closing[0].text


def test_the_title_is_answered_in_the_last_words() -> None:
    mine = netaudit.ownership(book("desk -call-> havn strength=0.9", "mette -call-> havn strength=0.1"))
    theirs = netaudit.ownership(book("desk -call-> havn strength=0.1", "mette -call-> havn strength=0.9"))
    assert mine.closing[-2].text.startswith("The network is the company's")
    assert theirs.closing[-2].text.startswith("The network is its employees'")


def test_part_of_the_book_may_be_asked_about(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["ownership", TELCO, "--where", "segment=b2b", "-f", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["where"] == ["segment=b2b"]
    assert {row["key"] for row in answer["rows"] if row["dimension"] == "segment"} == {"b2b"}
    assert netaudit.ownership(netaudit.load(TELCO), where="segment=b2b").summary.customers == 32


def test_a_smaller_set_than_those_who_own_most_is_found() -> None:
    document = {
        "as_of": "2015-01-23",
        "customers": [{"id": "large", "revenue": 1050}, {"id": "a", "revenue": 1000}, {"id": "b", "revenue": 1000}],
        "ties": [
            {"owner": owner, "customer": customer, "strength": 0.99}
            for owner, customer in (("x", "large"), ("y", "a"), ("z", "a"), ("y", "b"), ("z", "b"))
        ],
    }
    summary = netaudit.ownership(loaded(document)).summary  # x owns most, yet y and z together are enough
    assert (summary.absence_factor, summary.absence_factor_at_least) == (2, 2)
