"""Every yardstick gives netaudit's answer, so that comparing their times compares like with like."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections import Counter
from importlib import import_module
from pathlib import Path
from statistics import mean

import pytest

import netaudit
from tests.benchmarks.answers import Row, cents, first_difference
from tests.benchmarks.lifelike import write_book

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module", params=[1, 2], ids=["seed 1", "seed 2"])
def book(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("book")
    write_book(folder, ties=2000, seed=request.param)
    return folder


@pytest.fixture(scope="module")
def ties(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    folder = tmp_path_factory.mktemp("ties")
    write_book(folder, ties=20_000, seed=3)
    return rows_of(folder / "ties.csv")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def netaudits_answer(book: Path) -> list[Row]:
    answer = []
    for row in netaudit.risk(netaudit.load(book)).rows:
        money = row.revenue_at_risk
        low, base, high = cents(money.low), cents(money.base), cents(money.high)
        answer.append((row.employee, row.customers, row.severed, row.exposed, low, base, high))
    return answer


@pytest.mark.parametrize("name", ["plain_networkx", "tuned_networkx", "with_pandas", "with_polars", "bare_duckdb"])
def test_a_yardstick_gives_netaudits_answer(name: str, book: Path) -> None:
    if name.startswith("with_"):
        pytest.importorskip(name.removeprefix("with_"))
    yardstick = import_module(f"tests.benchmarks.{name}")
    assert first_difference(yardstick.ranking(book), netaudits_answer(book)) is None


def test_two_rankings_differ_by_their_order_a_count_or_two_cents() -> None:
    anna: Row = ("anna", 3, 1, 1, 10, 20, 30)
    bo: Row = ("bo", 2, 0, 1, 5, 10, 15)
    assert first_difference([anna, bo], [anna, (*bo[:6], 16)]) is None
    for other in ([bo, anna], [anna], [anna, (*bo[:6], 17)], [anna, ("bo", 2, 1, 1, *bo[4:])]):
        assert first_difference([anna, bo], other) is not None


def test_a_seed_makes_the_same_bytes_again(tmp_path: Path) -> None:
    for name, seed in (("one", 1), ("two", 1), ("other", 2)):
        write_book(tmp_path / name, ties=500, seed=seed)
    one, two, other = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two", "other")
    )
    assert sorted(one) == ["channels.csv", "customers.csv", "employees.csv", "netaudit.yml", "ties.csv"]
    assert one == two
    assert one["ties.csv"] != other["ties.csv"]


def test_a_few_customers_and_people_have_many_ties(ties: list[dict[str, str]]) -> None:
    assert len(ties) == 20_000
    for column in ("customer", "owner"):
        counts = sorted(Counter(row[column] for row in ties).values(), reverse=True)
        assert sum(counts[: len(counts) // 10]) > len(ties) / 3, column


def test_colleagues_of_a_team_share_customers(book: Path) -> None:
    team = {row["id"]: row["team"] for row in rows_of(book / "employees.csv")}
    staff: dict[str, set[str]] = {}
    for row in rows_of(book / "ties.csv"):
        if row["owner"] in team:
            staff.setdefault(row["customer"], set()).add(row["owner"])
    assert all(len({team[one] for one in people}) == 1 for people in staff.values() if len(people) > 1)
    assert 0.2 < mean(len(people) > 1 for people in staff.values()) < 0.8


def test_some_ties_are_there_twice(ties: list[dict[str, str]]) -> None:
    keys = Counter((row["owner"], row["contact"], row["customer"], row["kind"]) for row in ties)
    repeated = len(ties) - len(keys)
    exactly = len(ties) - len({tuple(row.values()) for row in ties})
    assert 0.02 < repeated / len(ties) < 0.04
    assert 0.2 < exactly / repeated < 0.6


def test_kinds_dates_counts_and_contacts_are_missing_here_and_there(ties: list[dict[str, str]]) -> None:
    own = [row for row in ties if row["owner"] not in {"page", "news", "letter"}]
    for column in ("contact", "kind", "last_contact", "per_year"):
        blank = sum(not row[column] for row in own)
        assert 0.02 < blank / len(own) < 0.2, column


def test_every_channel_reaches_somebody_and_pages_count(ties: list[dict[str, str]]) -> None:
    for channel in ("desk", "page", "news", "letter"):
        assert any(row["contact"] for row in ties if row["owner"] == channel), channel
    counting = {row["owner"] for row in ties if row["followers"]}
    assert counting == {"page", "news", "letter"}


def test_revenue_is_that_of_a_few_customers_and_sometimes_unknown(book: Path) -> None:
    customers = rows_of(book / "customers.csv")
    revenues = [float(row["revenue"]) for row in customers if row["revenue"]]
    assert 0 < len(customers) - len(revenues) < 0.1 * len(customers)
    assert max(revenues) > 8 * mean(revenues)


def test_the_benchmark_runs_and_shows_its_tables() -> None:
    command = [sys.executable, "-m", "tests.benchmarks", "--ties", "500", "--runs", "1", "--only", "bare_duckdb"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "The same ranking of 12 employees from all: netaudit, bare_duckdb." in shown
    assert shown.count("| command |") == 4
    assert all(
        f"| {name} | 1 |" in shown
        for name in ("ownership", "why CUSTOMER", "risk --leaver", "plan", "reading the ties", "all ties")
    )
    assert shown.count(f"Python {sys.version_info.major}.") == 2


def test_the_worst_sets_and_the_drawn_years_are_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.benchmarks import several

    monkeypatch.setattr(several, "SIZES", ((20, 60, 3),))
    several.main(["--runs", "1", "--years", "300"])
    shown = capsys.readouterr().out
    assert re.search(r"\| 300 years drawn, \d+ cores \| \d+\.\d \| \d+\.\d \| \d+ \|", shown)
    assert re.search(r"\| 3 of 20 \| 60 \| \d+\.\d\d \| proven \|", shown)
