"""Names that would be more than text stay text, in every format."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

import netaudit
from netaudit.report import FOR_ALL, Page, written
from netaudit.report.escape import for_csv, for_json, for_markdown, for_terminal
from tests.books import document, loaded

if TYPE_CHECKING:
    from pathlib import Path

RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
HOSTILE = (
    "\x1b[2J\x1b]0;pwn\x07",
    "a\nb\r\nc",
    "x\u202eabc\u2066",
    "::error file=a.py::pwned",
    "  ::stop-commands::tok",
    "##[group]x",
    '=HYPERLINK("http://x.invalid")',
    "＝1+1",
    "\t=1",
    "[/red][link=https://x.invalid]c[/link] :pig:",
    "</script><img src=x onerror=alert(1)>",
    "| a | b |",
    "`code` **bold** @someone",
    "{leavers} {0} %s",
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Åse Sørensen", "Åse Sørensen"),
        ("a\nb\tc", r"a\nb\tc"),
        ("\x1b[31m", r"\x1b[31m"),
        ("\u202eabc", r"\u202eabc"),
        ("\U000e0041", r"\U000e0041"),
        ("::error", r"\x3a:error"),
        (" ::error:::x", r" \x3a:error\x3a\x3a:x"),
        ("a::b:c", r"a\x3a:b:c"),
        ("##[x]", r"\x23#[x]"),
    ],
)
def test_terminal(text: str, expected: str) -> None:
    assert for_terminal(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("+45 12", "'+45 12"),
        ("-5", "'-5"),
        ("@SUM(1)", "'@SUM(1)"),
        ("＝1", "'＝1"),
        ("  =1", "'  =1"),
        ("\t=1", r"'\t=1"),
        ("A=B", "A=B"),
        ("Foo;=1+1", "Foo;'=1+1"),
        ("", ""),
    ],
)
def test_csv(text: str, expected: str) -> None:
    assert for_csv(text) == expected


def test_markdown() -> None:
    assert for_markdown("a|b <i> & *c*") == r"a\|b &lt;i&gt; &amp; \*c\*"


@given(st.text())
def test_json_round_trips_every_text_without_a_raw_character(text: str) -> None:
    escaped = for_json(json.dumps(text, ensure_ascii=False))
    assert json.loads(escaped) == text
    assert not RAW.search(escaped)


@given(st.text())
def test_no_text_reaches_a_terminal_raw(text: str) -> None:
    assert not RAW.search(for_terminal(text))
    assert "\n" not in for_terminal(text)
    assert not for_terminal(text).lstrip().startswith("::")


@pytest.mark.parametrize("form", FOR_ALL)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_in_every_answer(form: str, name: str) -> None:
    lines = document("mette -meeting-> havn/lars", "bo -> havn")
    lines["employees"][0] |= {"name": name, "team": name.strip("\x1b\x07") if name.isprintable() else "team"}
    lines["customers"][0] |= {"name": name, "segment": "b2b"}
    book = loaded(lines)
    for who in ((), ("mette",)):
        text = written(netaudit.risk(book, who), form, Page(width=100 if form == "table" else None))
        assert not RAW.search(text)
        assert not re.search(r"^\s*::|##\[", text, re.MULTILINE)
        if form == "json":
            assert name.strip() in {row["name"] for row in json.loads(text)["rows"]}
        if form == "csv":
            for row in csv.DictReader(io.StringIO(text)):
                assert not row["name"].startswith(("=", "+", "-", "@", "\t", "\r", "＝"))


def test_every_third_party_naughty_string_stays_text(third_party: Path) -> None:
    strings: list[str] = json.loads((third_party / "hostile" / "blns" / "blns.json").read_text(encoding="utf-8"))
    for text in strings:
        assert not RAW.search(for_terminal(text) + for_csv(text) + for_markdown(text))
        assert json.loads(for_json(json.dumps(text, ensure_ascii=False))) == text
