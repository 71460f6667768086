"""Workflow commands: what the runner, and a hostile name, make of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

import netaudit
from netaudit.errors import UsageError
from netaudit.report import FOR_ALL, FOR_FINDINGS, Page, written
from netaudit.report.as_github import LARGEST_SUMMARY, summary_for_github
from netaudit.report.escape import for_github, for_terminal
from netaudit.result import About
from tests.books import book
from tests.report.findings import HOSTILE, RAW, SMALL, answer, finding, found

if TYPE_CHECKING:
    from netaudit.finding import Finding
    from netaudit.result import Result

OURS = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")


def decoded(text: str) -> str:
    """What the runner makes of an escaped text: its own order, per cent last."""
    for code, plain in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, plain)
    return text


def understood(line: str) -> tuple[str, dict[str, str], str]:
    """A command as the runner reads it: level, properties, message."""
    parts = OURS.fullmatch(line)
    assert parts is not None, line
    level, properties, message = parts.groups()
    pairs = [entry.partition("=") for entry in properties.split(",")]
    return level, {name: decoded(value) for name, _, value in pairs}, decoded(message)


def noted(result: Result[Finding, Any], top: int | None = None) -> list[tuple[str, dict[str, str], str]]:
    """The annotations of an answer. What is no annotation is one line, and no command."""
    *lines, tally = answer("github", result, top).splitlines()
    assert tally.startswith("Findings: ")
    return [understood(line) for line in lines]


def test_a_small_result() -> None:
    assert answer("github", SMALL) == snapshot("""\
::error file=book/ties.csv,line=2,col=7,title=NA101 Single-threaded customer::Only Mette Holm holds Havnegade Logistik.%0AIntroduce Bo Lund.
::warning file=book/ties.csv,line=5,col=7,title=NA101 Single-threaded customer::Only Bo holds nord.%0AIntroduce Bo Lund.
Findings: 2; failing: 1; suppressed: 1; resolved: 1
""")


def test_nothing_found() -> None:
    assert answer("github", found()) == "Findings: 0; failing: 0\n"


@pytest.mark.parametrize(
    ("severity", "level"),
    [("info", "notice"), ("low", "notice"), ("medium", "warning"), ("high", "error"), ("critical", "error")],
)
def test_levels(severity: str, level: str) -> None:
    assert noted(found(finding(severity=severity)))[0][0] == level


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_neither_properties_nor_commands(text: str) -> None:
    rules = (About(text, text, "high", text, text, text),)
    row = finding(rule=text, message=text, remedy=text, file=text, name=text, source=text)
    ((level, properties, message),) = noted(found(row, rules=rules))
    assert level == "error"
    assert list(properties) == ["file", "line", "col", "title"]
    assert (properties["line"], properties["col"]) == ("2", "7")
    assert properties["title"] == for_terminal(f"{text} {text}")
    assert message == f"{for_terminal(text)}\n{for_terminal(text)}"


@pytest.mark.third_party
def test_naughty_strings_are_neither_properties_nor_commands(naughty: list[str]) -> None:
    for text in naughty:
        ((_, properties, message),) = noted(found(finding(message=f"x{text}", file=f"x{text}", remedy="")))
        assert set(properties) == {"file", "line", "col", "title"}
        assert message == for_terminal(f"x{text}")


@given(st.text())
def test_every_text_is_one_line_that_comes_back(text: str) -> None:
    for in_property in (False, True):
        escaped = for_github(text, in_property=in_property)
        assert not RAW.search(escaped)
        assert "\n" not in escaped
        assert "::" not in escaped
        assert "##[" not in escaped
        assert not in_property or not {":", ","} & set(escaped)
        assert decoded(escaped) == for_terminal(text)


def test_places_say_what_is_known() -> None:
    rows = [finding(file="-"), finding(file=None), finding(line=None, column=None), finding(column=None)]
    assert [list(properties) for _, properties, _ in noted(found(*rows))] == [
        ["title"],
        ["title"],
        ["file", "title"],
        ["file", "line", "title"],
    ]


def test_only_the_worst_ten_that_are_here_and_a_count_of_the_others() -> None:
    gone = [finding(state="suppressed"), finding(state="resolved")]
    rows = [finding(message=str(number)) for number in range(30_000)]
    result = found(*gone, *rows)
    assert [message.partition("\n")[0] for _, _, message in noted(result)] == [str(n) for n in range(10)]
    tally = answer("github", result).splitlines()[-1]
    assert tally == "Findings: 30000; failing: 30000; suppressed: 1; resolved: 1; further findings: 29990"
    assert len(noted(result, top=3)) == 3
    assert len(noted(result, top=20)) == 10


def test_a_summary_is_the_table_in_markdown() -> None:
    text = summary_for_github(SMALL, Page())
    assert text == written(SMALL, "markdown", Page())
    assert "Havnegade Logistik" in text


def test_a_summary_has_as_many_rows_as_fit_and_says_so() -> None:
    many = found(*(finding(message=f"Nr. {number} ø", name="å" * (number % 50)) for number in range(30_000)))
    assert len(written(many, "markdown", Page()).encode()) > LARGEST_SUMMARY
    text = summary_for_github(many, Page())
    shown = text.count("Nr\\. ")
    assert 0.99 * LARGEST_SUMMARY < len(text.encode()) <= LARGEST_SUMMARY
    assert f"{shown} of 30000 rows." in text
    assert text.endswith(written(found(closing=many.closing), "markdown", Page()).partition("No rows.")[2])
    assert "2 of 30000 rows." in summary_for_github(many, Page(top=2))


def test_a_summary_of_rows_that_cannot_fit_has_none() -> None:
    text = summary_for_github(found(finding(message="x" * LARGEST_SUMMARY)), Page())
    assert "0 of 1 rows." in text
    assert len(text.encode()) < LARGEST_SUMMARY


@pytest.mark.parametrize("form", FOR_FINDINGS)
def test_formats_for_findings_serve_no_other_answer(form: str) -> None:
    with pytest.raises(UsageError, match=f"{form} is for findings only.*formats are {', '.join(FOR_ALL)}"):
        written(netaudit.risk(book("mette -> havn")), form, Page())


def test_an_unknown_format_of_findings_names_all() -> None:
    with pytest.raises(UsageError, match=", ".join((*FOR_ALL, *FOR_FINDINGS))):
        written(SMALL, "xml", Page())


@pytest.mark.parametrize("form", FOR_ALL)
def test_findings_are_served_in_every_other_format_too(form: str) -> None:
    assert "Mette Holm holds" in answer(form, SMALL)
