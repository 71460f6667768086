"""Revenue in whole smallest units of one currency, exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from . import TIE, faults, loaded, refused, rows

if TYPE_CHECKING:
    from pathlib import Path

    from netaudit.book import Book


def sums(book: Book) -> dict[str, int | None]:
    return dict(rows(book, "customers", "id", "revenue"))


def customers(*lines: str) -> str:
    return "\n".join(["id,revenue,currency", *lines, ""])


@pytest.mark.parametrize(
    ("currency", "written", "units"),
    [
        ("DKK", "0.10", 10),
        ("DKK", "0.07", 7),
        ("DKK", "1e15", 10**17),
        ("DKK", "999999999999999.99", 99999999999999999),
        ("DKK", "0.005", 1),
        ("DKK", "0.0049", 0),
        ("JPY", "1200", 1200),
        ("JPY", "1200.5", 1201),
        ("KWD", "0.0015", 2),
        ("KWD", "1.2345", 1235),
        ("XYZ", "1.1", 110),
    ],
)
def test_amounts_are_whole_units(tmp_path: Path, currency: str, written: str, units: int) -> None:
    book = loaded(tmp_path, {"book.yml": f"currency: {currency}\ncustomers: [{{id: a, revenue: {written}}}]"})
    assert (sums(book), book.currency, book.weighted_by) == ({"a": units}, currency, "revenue")


def test_without_revenue_customers_are_counted(tmp_path: Path) -> None:
    book = loaded(tmp_path, {"ties.csv": TIE})
    assert (book.weighted_by, book.currency, book.digits) == ("count", None, 2)


def test_the_one_currency_of_the_table_is_the_books(tmp_path: Path) -> None:
    book = loaded(tmp_path, {"customers.csv": customers("a,5,JPY", "b,6,", "c,,EUR")})
    assert (sums(book), book.currency, book.digits) == ({"a": 5, "b": 6, "c": None}, "JPY", 0)


def test_rates_bring_other_currencies_to_the_books(tmp_path: Path) -> None:
    files = {
        "customers.csv": customers("a,100,EUR", "b,100,DKK", "c,100,", "d,100,SEK"),
        "netaudit.yml": "currency: DKK\nrates: {EUR: 7.4604, SEK: 0.65}\n",
    }
    assert sums(loaded(tmp_path, files)) == {"a": 74604, "b": 10000, "c": 10000, "d": 6500}


def test_one_amount_in_several_currencies_is_several_sums(tmp_path: Path) -> None:
    files = {
        "customers.csv": customers("a,5,EUR", "b,5,SEK", "c,5,DKK", "d,5,", "e,0,EUR", "f,0.005,EUR", "g,5,EUR"),
        "netaudit.yml": "currency: DKK\nrates: {EUR: 7.5, SEK: 0.65}\n",
    }
    units = {"a": 3750, "b": 325, "c": 500, "d": 500, "e": 0, "f": 4, "g": 3750}
    assert sums(loaded(tmp_path, files)) == units


def test_every_amount_that_is_too_large_once_exchanged_is_located(tmp_path: Path) -> None:
    files = {
        "customers.csv": customers("a,1e15,EUR", "b,5,EUR", "c,1e15,DKK", "d,1e15,EUR"),
        "netaudit.yml": "currency: DKK\nrates: {EUR: 99000}\n",
    }
    error = refused(tmp_path, files)
    assert [(problem.line, problem.column, problem.code) for problem in error.problems] == [
        (2, 3, "V001"),
        (5, 3, "V001"),
    ]
    assert error.tally == "4 rows read: 2 loaded, 0 skipped, 2 rejected"


def test_rates_do_without_a_currency(tmp_path: Path) -> None:
    files = {"customers.csv": customers("a,1,EUR", "b,1,DKK"), "netaudit.yml": "rates: {EUR: 7.5, DKK: 1}\n"}
    book = loaded(tmp_path, files)
    assert (sums(book), book.currency) == ({"a": 750, "b": 100}, None)


def test_several_currencies_without_rates(tmp_path: Path) -> None:
    files = {"customers.csv": customers("a,1,EUR", "b,2,DKK", "c,,SEK")}
    assert faults(tmp_path, files) == ["customers.csv:2:5: V007", "customers.csv:3:5: V007"]


def test_a_currency_beside_the_books(tmp_path: Path) -> None:
    files = {"customers.csv": customers("a,1,EUR", "b,2,DKK"), "netaudit.yml": "currency: DKK\n"}
    error = refused(tmp_path, files)
    assert [(problem.line, problem.code, problem.hint) for problem in error.problems] == [
        (2, "V007", "declare rates: {EUR: \u2026}")
    ]


@pytest.mark.parametrize(("amount", "rate"), [("5", "2000000"), ("1e15", "500000")])
def test_large_rates_are_a_problem_or_work(tmp_path: Path, amount: str, rate: str) -> None:
    files = {
        "customers.csv": customers(f"a,{amount},BTC"),
        "netaudit.yml": f"currency: DKK\nrates: {{BTC: {rate}}}\n",
    }
    if amount == "5":
        assert sums(loaded(tmp_path, files)) == {"a": 10**9}
    else:
        assert [found.split(" ")[-1] for found in faults(tmp_path, files)] == ["V001"]


def test_small_rates_are_exact(tmp_path: Path) -> None:
    files = {
        "customers.csv": customers("a,1000000000,VND"),
        "netaudit.yml": "currency: EUR\nrates: {VND: 0.0000364123}\n",
    }
    assert sums(loaded(tmp_path, files)) == {"a": 3641230}


def test_amounts_beside_tiny_ones_are_exact(tmp_path: Path) -> None:
    text = "customers: [{id: a, revenue: 1e15}, {id: b, revenue: 1e-300}]"
    assert sums(loaded(tmp_path, {"book.yml": text})) == {"a": 10**17, "b": 0}
