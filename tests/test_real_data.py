"""Real-shaped data, read in place: the answer is known from a plain group-by."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import netaudit
from tests.test_network import graph_and_columns_agree

if TYPE_CHECKING:
    from netaudit.book import Book

SETTINGS = Path(__file__).resolve().parent / "settings"
pytestmark = pytest.mark.third_party


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a clean CSV file."""
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_a_representative_takes_exactly_their_own_customers(third_party: Path) -> None:
    folder = third_party / "crm" / "classicmodels"
    book = netaudit.load(folder, settings=SETTINGS / "classicmodels.yml")
    customers: dict[str, set[str]] = defaultdict(set)
    for row in table(folder / "customers.csv"):
        customers[row["salesRepEmployeeNumber"]].add(row["customerNumber"])
    house = customers.pop("")
    assert (len(customers), len(house)) == (15, 22)
    for representative, own in customers.items():
        result = netaudit.risk(book, [representative])
        assert {row.customer for row in result.rows if row.verdict == "severed"} == own
        assert len(result.rows) == len(own)
        assert result.summary.customers == 122
        assert result.summary.verdicts.unmapped == 22
    everyone = netaudit.risk(book, customers)
    assert {row.customer for row in everyone.rows} == set().union(*customers.values())
    assert not {row.customer for row in everyone.rows} & house
    (source,) = (source for source in book.sources if source.path.endswith("customers.csv"))
    assert (source.loaded, source.skipped) == (122 + 122 + 100, 22)


def test_where_everybody_knows_everybody_next_to_nothing_is_severed(third_party: Path) -> None:
    folder = third_party / "crm" / "maven"
    book = netaudit.load(folder, settings=SETTINGS / "maven.yml")
    won = [row for row in table(folder / "sales_pipeline.csv") if row["deal_stage"] == "Won"]
    agents: dict[str, set[str]] = defaultdict(set)
    for row in won:
        agents[row["account"]].add(row["sales_agent"])
    ranked = netaudit.risk(book)
    assert (ranked.summary.employees, ranked.summary.customers, ranked.summary.unmapped) == (35, 85, 0)
    assert sum(row.severed for row in ranked.rows) == 0
    assert sum(row.customers for row in ranked.rows) == sum(map(len, agents.values()))
    assert ranked.rows[0].share_of_revenue < 0.001
    tables = {Path(source.path).name: source for source in book.sources}
    pipeline = tables["sales_pipeline.excel_dates.csv"]
    assert (pipeline.loaded, pipeline.skipped, pipeline.details) == (4238, 4562, {"where": 4562})


def arcs(folder: Path, path: Path) -> Book:
    """A classic network as a book: whoever an arc comes from has a tie to whom it leads to."""
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    rows = sorted({tuple(line.split(",")[:2]) for line in lines})
    ties = "".join(f"p{source},c{target}\n" for source, target in rows)
    (folder / "ties.csv").write_text(f"employee,customer\n{ties}", encoding="utf-8")
    return netaudit.load(folder / "ties.csv", as_of="2015-01-23")


def test_graph_and_columns_agree_on_classic_networks(third_party: Path, tmp_path: Path) -> None:
    networks = sorted((third_party / "networks").glob("*.edges.csv"))
    assert networks
    for path in networks:
        graph_and_columns_agree(arcs(tmp_path, path))
