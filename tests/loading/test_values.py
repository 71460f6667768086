"""Every cell type's reader, case by case."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netaudit.loading import values
from netaudit.loading.values import CellError, Reading

if TYPE_CHECKING:
    from collections.abc import Callable

CSV = Reading()
PLAIN = Reading(plain=True)
COMMA = Reading(decimal=",")
POINT = Reading(decimal=".")


def outcome(read: Callable[[str, Reading], object], text: str, how: Reading = CSV) -> object:
    """The value, or the code of the error."""
    try:
        return read(text, how)
    except CellError as error:
        return error.code


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1200", Decimal(1200)),
        ("1200.50", Decimal("1200.50")),
        (" 7 ", Decimal(7)),
        ("0", Decimal(0)),
        ("0.1", Decimal("0.1")),
        ("0.125", Decimal("0.125")),
        ("1.2345", Decimal("1.2345")),
        ("1e5", Decimal(100000)),
        ("2.5E-2", Decimal("0.025")),
        ("1.234e2", Decimal("123.4")),
        ("1e15", Decimal(10) ** 15),
        ("", None),
        (" \t", None),
        ("1.234", "V002"),
        ("1200.500", "V002"),
        ("1.234,56", "V002"),
        ("1,234.56", "V002"),
        ("1,5", "V002"),
        ("1 234,56", "V002"),
        ("1\u00a0234", "V002"),
        ("1\u202f234", "V002"),
        ("1'234.56", "V002"),
        ("1000000000000001", "V001"),
        ("(1,234)", "V001"),
        ("-5", "V001"),
        ("\u22125", "V001"),
        ("-", "V001"),
        ("1e400", "V001"),
        ("1e308", "V001"),
        ("1e4000", "V001"),
        ("NaN", "V001"),
        ("nan", "V001"),
        ("inf", "V001"),
        ("-Infinity", "V001"),
        ("1_000", "V001"),
        ("007", "V001"),
        (".5", "V001"),
        ("5.", "V001"),
        ("\u0661\u0662", "V001"),
        ("\uff11\uff12", "V001"),
        ("DKK 1.200", "V001"),
        ("5%", "V001"),
        ("=1+1", "V001"),
        ("0x10", "V001"),
        ("true", "V001"),
        ("9" * 400, "V001"),
        ("1" * 33, "V001"),
    ],
)
def test_undeclared_number(text: str, expected: object) -> None:
    assert outcome(values.read_number, text) == expected


@pytest.mark.parametrize(
    ("how", "text", "expected"),
    [
        (COMMA, "1.234,56", "1234.56"),
        (COMMA, "1 234,56", "1234.56"),
        (COMMA, "1\u00a0234\u202f567", "1234567"),
        (COMMA, "1'234", "1234"),
        (COMMA, "1\u2019234,50", "1234.50"),
        (COMMA, "1.234", "1234"),
        (COMMA, "1,234", "1.234"),
        (COMMA, "1234,5", "1234.5"),
        (COMMA, "1200", "1200"),
        (COMMA, "1e5", "100000"),
        (POINT, "1,234.56", "1234.56"),
        (POINT, "1.234", "1.234"),
        (POINT, "1,234", "1234"),
        (POINT, "1\u2009234.5", "1234.5"),
        (POINT, "1234567.125", "1234567.125"),
        (PLAIN, "1.234", "1.234"),
        (PLAIN, "1234567", "1234567"),
    ],
)
def test_declared_number(how: Reading, text: str, expected: str) -> None:
    assert values.read_number(text, how) == Decimal(expected)


@pytest.mark.parametrize(
    ("how", "text"),
    [
        (COMMA, "1,234.56"),
        (COMMA, "12.34"),
        (COMMA, "1.23"),
        (COMMA, "abc"),
        (POINT, "1.234,56"),
        (POINT, "1,23"),
        (POINT, "1.234.567"),
        (PLAIN, "1,234"),
        (PLAIN, "1 000"),
    ],
)
def test_number_that_its_declaration_does_not_explain(how: Reading, text: str) -> None:
    assert outcome(values.read_number, text, how) == "V001"


@pytest.mark.parametrize(("how", "text"), [(POINT, "1.5e3"), (COMMA, "1,5e3"), (POINT, "1500000e-3")])
def test_exponents_survive_the_declaration(how: Reading, text: str) -> None:
    assert outcome(values.read_number, text, how) == Decimal(1500)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("-5", "0 or more"),
        ("1.234,5", "decimal"),
        ("\u0661\u0662", "digits are 0 to 9"),
        ("5%", "no unit"),
        ("\u20ac", "no unit"),
    ],
)
def test_number_hints(text: str, hint: str) -> None:
    with pytest.raises(CellError) as caught:
        values.read_number(text, CSV)
    assert hint in (caught.value.hint or "")


@given(st.decimals(min_value=0, max_value=10**15, places=6))
def test_plain_numbers_are_exact(number: Decimal) -> None:
    assert values.read_money(f"{number:f}", PLAIN) == number


@pytest.mark.parametrize(
    ("read", "text", "expected"),
    [
        (values.read_count, "", None),
        (values.read_count, "0", 0),
        (values.read_count, "12.0", 12),
        (values.read_count, "1e9", 10**9),
        (values.read_count, "1000000001", "V001"),
        (values.read_count, "1.5", "V001"),
        (values.read_positive, "", None),
        (values.read_positive, "1", 1),
        (values.read_positive, "0", "V001"),
        (values.read_share, "", None),
        (values.read_share, "0", 0.0),
        (values.read_share, "1", 1.0),
        (values.read_share, "0.25", 0.25),
        (values.read_share, "1.01", "V001"),
        (values.read_share, "25", "V001"),
        (values.read_strength, "", None),
        (values.read_strength, "0", 0.0),
        (values.read_strength, "0.999", 0.999),
        (values.read_strength, "1", "V001"),
        (values.read_rate, "", None),
        (values.read_rate, "12.5", 12.5),
        (values.read_rate, "-1", "V001"),
        (values.read_money, "", None),
        (values.read_money, "0.10", Decimal("0.10")),
        (values.read_currency, "", None),
        (values.read_currency, " DKK ", "DKK"),
        (values.read_currency, "dkk", "V006"),
        (values.read_currency, "kr.", "V006"),
        (values.read_currency, "EURO", "V006"),
        (values.read_kind, " golf ", "golf"),
        (values.read_kind, "go\u202elf", "V005"),
    ],
)
def test_typed_numbers_and_words(read: Callable[[str, Reading], object], text: str, expected: object) -> None:
    assert outcome(read, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        (" ; ;", None),
        ("mette", "mette"),
        (" mette ; bo;;\u00c5 se ", "mette;bo;\u00c5 se"),
        ("mette;b\x1bo", "V005"),
    ],
)
def test_several_ids(text: str, expected: object) -> None:
    assert outcome(values.read_ids, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-03-12", "2024-03-12"),
        (" 2024-02-29 ", "2024-02-29"),
        ("12 Mar 2024", "2024-03-12"),
        ("1 dec 1999", "1999-12-01"),
        ("2024-03-12T10:00:00+02:00", "2024-03-12"),
        ("2024-03-12 23:59", "2024-03-12"),
        ("2024-03-12T10:00:00.123456789Z", "2024-03-12"),
        ("2024-03-12 10:00:00 UTC", "2024-03-12"),
        ("1900-01-01", "1900-01-01"),
        ("2099-01-01", "2099-01-01"),
        ("2199-12-31", "2199-12-31"),
        ("20240312", "V003"),
        ("31/12/2024", "V003"),
        ("12/31/2024", "V003"),
        ("0000-01-01", "V003"),
        ("0001-01-01", "V003"),
        ("1899-12-30", "V003"),
        ("2200-01-01", "V003"),
        ("9999-12-31", "V003"),
        ("2024-02-30", "V003"),
        ("2023-02-29", "V003"),
        ("30 Feb 2024", "V003"),
        ("12 Foo 2024", "V003"),
        ("2024-03-12T24:00", "V003"),
        ("2024-W11-2", "V003"),
        ("45363", "V003"),
        ("1710201600", "V003"),
        ("12. marts 2024", "V003"),
        ("N/A", "V003"),
        ("2024-03-12" + " " * 20 + "and much more text", "V003"),
        ("12-03-2024", "V004"),
        ("03/04/2024", "V004"),
        ("12.03.24", "V004"),
        ("31.12.24", "V004"),
    ],
)
def test_dates(text: str, expected: str) -> None:
    wanted = expected if expected.startswith("V") else (date.fromisoformat(expected) - date(1970, 1, 1)).days
    assert outcome(values.read_date, text) == wanted


@pytest.mark.parametrize("text", ["", "  "])
def test_blank_date_is_none(text: str) -> None:
    assert values.read_date(text, CSV) is None


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("31/12/2024", "day first"),
        ("12/31/2024", "month first"),
        ("45363", "spreadsheet"),
        ("1710201600", "Unix time"),
        ("1710201600000", "Unix time"),
        ("marts", "date_format"),
        ("12.03.24", "date_format"),
        ("03/04/2024", "date_format"),
        ("1899-12-31", "1900 to 2199"),
    ],
)
def test_date_hints(text: str, hint: str) -> None:
    with pytest.raises(CellError) as caught:
        values.read_date(text, CSV)
    assert hint in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        ("%d/%m/%Y", "03/04/2024", "2024-04-03"),
        ("%m/%d/%Y", "03/04/2024", "2024-03-04"),
        ("%m/%d/%Y", "2024-04-03", "2024-04-03"),
        ("%d/%m/%Y", "3 Apr 2024", "2024-04-03"),
        ("%d.%m.%Y", "03.04.2024 10:00", "2024-04-03"),
        ("%m/%d/%Y", "04/03/2024, 11:30:15 PM", "2024-04-03"),
        ("%d.%m.%Y %H:%M", "03.04.2024 10:00", "2024-04-03"),
    ],
)
def test_date_format_adds_one_form(form: str, text: str, expected: str) -> None:
    day = values.read_date(text, Reading(date_format=form))
    assert day is not None
    assert values.day_of(day).isoformat() == expected


@pytest.mark.parametrize(("text", "code"), [("31/12/2024", "V003"), ("12/03/24", "V004"), ("1/1/1850", "V003")])
def test_text_that_the_date_format_does_not_fit(text: str, code: str) -> None:
    assert outcome(values.read_date, text, Reading(date_format="%m/%d/%Y")) == code


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_day_numbers_count_days(day: date) -> None:
    number = values.read_date(day.isoformat(), CSV)
    assert number == values.day_number(day)
    assert date(1970, 1, 1) + timedelta(days=number) == values.day_of(number) == day


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("\u00c5se", "A\u030ase"),
        ("\u00c5se", "\u212bse"),
        ("Anna Larsen", "Anna  Larsen"),
        ("Anna Larsen", "Anna\u00a0Larsen"),
        ("Anna Larsen", " Anna Larsen\n"),
    ],
)
def test_same_id(one: str, other: str) -> None:
    assert values.read_id(one, CSV) == values.read_id(other, CSV)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("anna@x.example", "Anna@X.example"),
        ("a@b\u00fccher.example", "a@xn--bcher-kva.example"),
        ("S\u00f8rensen", "Soerensen"),
        ("Strau\u00df", "STRAUSS"),
        ("Larsen, Anna", "Anna Larsen"),
        ("O'Brien", "O\u2019Brien"),
        ("Anne-Marie", "Anne\u2010Marie"),
        ("Anna", "\u0410nna"),
        ("Acme", "\uff21cme"),
        ("Acme A/S", "ACME AS"),
        ("anna@x.example", "anna+crm@x.example"),
        ("Jens Hansen (Acme)", "Jens Hansen (Beta)"),
        ("na\u200cme", "name"),
    ],
)
def test_different_ids(one: str, other: str) -> None:
    assert values.read_id(one, CSV) != values.read_id(other, CSV)


@pytest.mark.parametrize(
    "text",
    [
        "Anna\u200bLarsen",
        "Lar\u00adsen",
        "An\u202ena",
        "a\tb",
        "a\nb",
        "a\x1bb",
        "a\x00b",
        "a\u2028b",
        "\ufeffa",
        "\ud800",
        "\u0378",
        "i" * 201,
    ],
)
def test_text_that_is_no_id(text: str) -> None:
    assert outcome(values.read_id, text) == "V005"


def test_ids_have_up_to_200_characters_after_folding() -> None:
    assert values.read_id("a" * 100 + "  " + "b" * 99, CSV) == "a" * 100 + " " + "b" * 99


@pytest.mark.parametrize("text", ["", " \t "])
def test_blank_text_is_none(text: str) -> None:
    assert values.read_id(text, CSV) is None
    assert values.read_name(text, CSV) is None


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_reading_an_id_twice_changes_nothing(text: str) -> None:
    once = outcome(values.read_id, text)
    if once not in {None, "V005"}:
        assert isinstance(once, str)
        assert unicodedata.is_normalized("NFC", once)
        assert values.read_id(once, CSV) == once


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" A\u030ase  B ", "\u00c5se  B"),
        ("line\nbreak \x1b[31m", "line\nbreak \x1b[31m"),
        ("n" * 1000, "n" * 1000),
        ("n" * 1001, "V005"),
        ("a\0b", "V005"),
        ("a\ud800", "V005"),
    ],
)
def test_names(text: str, expected: object) -> None:
    assert outcome(values.read_name, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [(" portal ", "portal"), ("", None), ("Portal", "V006"), ("xyzzy", "V006")]
)
def test_one_of(text: str, expected: object) -> None:
    assert outcome(lambda cell, _: values.one_of(cell, ("portal", "other")), text) == expected


@pytest.mark.parametrize(("text", "hint"), [("portl", "did you mean 'portal'?"), ("xyzzy", "known are portal, other")])
def test_one_of_hints(text: str, hint: str) -> None:
    with pytest.raises(CellError) as caught:
        values.one_of(text, ("portal", "other"))
    assert caught.value.hint == hint
