"""What is accepted until when, and what becomes of it afterwards."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

import netaudit
from netaudit.loading.raw import place_of
from netaudit.policy.policy import Policy, Suppression
from netaudit.policy.verdict import cause
from tests.books import book, document, loaded
from tests.policy.asking import day, sentences, worth

if TYPE_CHECKING:
    from netaudit.book import Book
    from netaudit.finding import Finding
    from netaudit.policy.verdict import Summary
    from netaudit.result import Result

LINES = ("mette -> havn strength=0.5", "bo -> nord strength=0.5")


def until(
    days: int, subject: str = "havn", rule: str = "NA101", reason: str = "as agreed", line: int = 3
) -> Suppression:
    """A suppression whose last day is so many days after the one judged by."""
    return Suppression(rule, subject, reason, None, date.fromisoformat(day(days)), f"policy.yml:{line}")


def judged(b: Book, *suppressions: Suppression, **options: Any) -> Result[Finding, Summary]:
    asked: dict[str, Any] = {"select": "NA101", "show_suppressed": True} | options
    return netaudit.check(b, Policy(suppressions=suppressions), **asked)


def states(result: Result[Finding, Summary]) -> dict[str | None, str]:
    return {row.subject: row.state for row in result.rows}


@pytest.mark.parametrize(("days", "state"), [(-1, "new"), (0, "suppressed"), (1, "suppressed")])
def test_it_holds_through_its_last_day(days: int, state: str) -> None:
    result = judged(book(*LINES), until(days))
    assert states(result) == {"customer:havn": state, "customer:nord": "new"}
    row = next(row for row in result.rows if row.subject == "customer:havn")
    only = "only mette has a tie that counts"
    if state == "new":
        assert row.message == f"{only} (was suppressed until {day(-1)})"
        assert row.fails
        assert (result.summary.findings, result.summary.suppressed, result.summary.failing) == (2, 0, 2)
    else:
        assert row.message == f"{only} (suppressed until {day(days)}: as agreed)"
        assert not row.fails
        assert (result.summary.findings, result.summary.suppressed, result.summary.failing) == (1, 1, 1)
    assert result.summary.unused == 0
    assert result.warnings == ()


def test_the_day_is_the_one_judged_by() -> None:
    content = document(*LINES)
    assert states(judged(loaded(content, as_of=day(30)), until(29)))["customer:havn"] == "new"
    assert states(judged(loaded(content, as_of=day(30)), until(30)))["customer:havn"] == "suppressed"


BLEACHED = "caf\u00e9 du port"


@pytest.mark.parametrize(
    ("subject", "meant"),
    [
        ("havn", {"customer:havn"}),
        ("customer:havn", {"customer:havn"}),
        ("employee:havn", set()),
        ("Havnegade", set()),  # names may change
        ("HAVN", set()),
        ("hav", set()),
        (BLEACHED, {f"customer:{BLEACHED}"}),
        ("cafe\u0301  du   port", {f"customer:{BLEACHED}"}),  # ids are compared after NFC, white space folded
    ],
)
def test_it_means_an_id_or_a_node(subject: str, meant: set[str], tmp_path: Any) -> None:
    policy = tmp_path / "policy.yml"
    entry = f"{{rule: NA101, subject: {subject!r}, reason: r, expires: {day(1)}}}"
    policy.write_text(f"policy: 1\nignore: [{entry}]", encoding="utf-8")
    ties = [{"owner": "mette", "customer": customer, "strength": 0.5} for customer in ("havn", BLEACHED)]
    customers = [{"id": "havn", "name": "Havnegade", "revenue": 1}, *worth(**{BLEACHED: 1})]
    b = book(customers=customers, employees=[{"id": "mette"}], ties=ties)
    result = netaudit.check(b, policy, select="NA101", show_suppressed=True)
    assert {subject for subject, state in states(result).items() if state == "suppressed"} == meant
    assert result.summary.unused == (not meant)


@pytest.mark.parametrize(
    ("subject", "state"),
    [
        ("havn", "suppressed"),
        ("customer:havn", "suppressed"),
        ("customer:havn; employee:mette", "suppressed"),
        ("employee:mette", "new"),
        ("customer:havn; employee:bo", "new"),
    ],
)
def test_it_means_the_first_node_or_all_of_them(subject: str, state: str) -> None:
    b = book("mette -> havn strength=0.5", employees=[{"id": "mette", "left_on": day(5)}])
    result = judged(b, until(1, subject, "NA402"), select="NA402")
    assert states(result) == {"customer:havn; employee:mette": state}


def test_it_means_one_rule() -> None:
    b = book("mette -> havn strength=0.5", customers=[{"id": "havn", "revenue": 1, "renewal_on": day(3)}])
    result = judged(b, until(1, rule="NA401"), select="NA101,NA401")
    assert {row.rule: row.state for row in result.rows} == {"NA101": "new", "NA401": "suppressed"}


@pytest.mark.parametrize("order", [1, -1])
def test_of_several_the_longest_counts(order: int) -> None:
    both = (until(-1, reason="short"), until(5, "customer:havn", reason="long"), until(2, reason="middle"))[::order]
    result = judged(book(LINES[0]), *both)
    assert result.rows[0].message.endswith(f"(suppressed until {day(5)}: long)")
    assert result.summary.unused == 0  # the short ones mean something, too
    result = judged(book(LINES[0]), *(until(days) for days in (-1, -5)[::order]))
    assert result.rows[0].message.endswith(f"(was suppressed until {day(-1)})")


def test_what_is_suppressed_is_listed_only_on_request() -> None:
    b = book(*LINES)
    hidden = judged(b, until(1), show_suppressed=False)
    assert states(hidden) == {"customer:nord": "new"}
    assert hidden.summary == judged(b, until(1)).summary
    assert hidden.hidden == ("state",)
    assert judged(b, until(1)).hidden == ()


def test_without_ignores_nothing_is_suppressed_and_nothing_said_of_it() -> None:
    result = judged(book(*LINES), until(1), until(900), until(1, "nobody"), ignores=False, strict=True)
    assert states(result) == {"customer:havn": "new", "customer:nord": "new"}
    assert all("suppressed" not in row.message for row in result.rows)
    assert (result.summary.suppressed, result.summary.unused, result.warnings) == (0, 0, ())


UNUSED = "policy.yml:3: this suppression of {} suppresses nothing"


def test_one_that_suppresses_nothing_is_reported_and_fails_where_asked_for() -> None:
    b = book("mette -> havn strength=0.5", "bo -> havn strength=0.5")
    result = judged(b, until(1))
    assert (result.summary.unused, result.summary.failed) == (1, False)
    assert result.warnings == (UNUSED.format("NA101"),)
    assert cause(result) is None
    strict = judged(b, until(1), strict=True)
    assert strict.summary.failed
    assert cause(strict) == "suppressions that suppress nothing: 1"
    assert "Fails: 1 new at or above high, useless suppressions among them." in sentences(strict)
    (row,) = strict.rows
    assert (row.rule, row.subject, row.severity, row.fails, row.state) == ("NA101", "havn", "high", True, "new")
    assert row.message == "this suppression suppresses nothing"
    assert (row.file, row.line) == place_of(UNUSED.split(": ", maxsplit=1)[0])
    three = judged(b, until(1), strict=True, fail_on_count=3)
    assert (three.summary.failing, three.summary.failed) == (1, True)
    assert "Fails: suppressions that suppress nothing: 1." in sentences(three)
    assert not judged(book(*LINES[:1]), until(1), strict=True).summary.failed


def test_an_expired_one_is_unused_too_where_nothing_is_found() -> None:
    b = book("mette -> havn strength=0.5", "bo -> havn strength=0.5")
    assert judged(b, until(-1)).summary.unused == 1


def test_it_is_called_unused_only_where_its_rule_ran_or_is_off(tmp_path: Any) -> None:
    policy = tmp_path / "policy.yml"
    policy.write_text(
        "policy: 1\nrules: {NA103: off}\nignore:\n"
        + "".join(
            f"- {{rule: {rule}, subject: nobody, reason: r, expires: {day(1)}}}\n"
            for rule in ("NA101", "NA102", "NA103")
        )
    )

    def unused(**options: Any) -> list[str]:
        result = netaudit.check(book(*LINES), policy, strict=True, fail_on="never", **options)
        said = [text.split()[4] for text in result.warnings if text.endswith("suppresses nothing")]
        assert (result.summary.unused, result.summary.failed) == (len(said), bool(said))
        return said

    assert unused() == ["NA101", "NA102", "NA103"]
    assert unused(select="NA101") == ["NA101", "NA103"]  # NA102 did not run; the policy itself has switched NA103 off
    assert unused(ignore="NA101") == ["NA102", "NA103"]
    assert unused(select="NA103") == ["NA103"]
    assert unused(min_severity="high") == ["NA101", "NA103"]  # NA102 is medium, and was not looked at
    assert unused(where="id=havn") == []  # what they mean may be among the others


def test_more_than_a_year_is_said_to_be_long() -> None:
    b = book(*LINES)
    assert judged(b, until(366)).warnings == ()
    (warning,) = judged(b, until(367)).warnings
    assert warning == "policy.yml:3: this suppression of NA101 lasts for more than a year"
    long_and_unused = judged(b, until(367, "nobody", line=9)).warnings
    assert [text.partition(": this suppression of NA101 ")[::2] for text in long_and_unused] == [
        ("policy.yml:9", "suppresses nothing"),
        ("policy.yml:9", "lasts for more than a year"),
    ]
