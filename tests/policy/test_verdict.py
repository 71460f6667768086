"""The verdict: what stands first, where it points to, what fails, and what is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import netaudit
from netaudit.errors import UsageError
from netaudit.finding import LIMITS, NEVER, Severity, one_of, reaches
from netaudit.policy.policy import Policy, Ruling, read_policy
from netaudit.policy.rules.no_company_tie import NoCompanyTie
from netaudit.policy.rules.single_threaded import SingleThreaded
from netaudit.policy.verdict import Gate, cause, judge
from tests.books import book, document, loaded
from tests.policy.asking import day, sentences, worth

if TYPE_CHECKING:
    from pathlib import Path

HAVN, NORD = ("mette -> havn strength=0.5", "bo -> nord strength=0.5")


def test_severities_and_limits() -> None:
    assert [severity.rank for severity in Severity] == [0, 1, 2, 3, 4]
    for severity in Severity:
        assert [limit for limit in LIMITS if reaches(severity, limit)] == list(Severity)[: severity.rank + 1]
    assert not reaches("critical", NEVER)
    assert one_of("high", LIMITS) == "high"
    with pytest.raises(UsageError, match=r"no severity is called 'hig' \(did you mean 'high'"):
        one_of("hig", LIMITS)
    with pytest.raises(UsageError, match=r"\(one of info, low, medium, high, critical, never\)"):
        one_of("worst", LIMITS)


def test_the_worst_stands_first() -> None:
    b = book(
        *(f"mette -> {name} strength=0.5" for name in ("a", "b", "c", "zero", "unknown")),
        "page -> a",
        customers=worth(a=10, b=30, c=10, zero=0, unknown=None),
    )
    rulings = {
        "NA101": Ruling(SingleThreaded(key_share=1), Severity.HIGH),
        "NA202": Ruling(NoCompanyTie(key_share=1), Severity.LOW),
    }
    policy = Policy(rulings=rulings)
    rows = [(row.severity, row.rule, row.subject, row.revenue) for row in netaudit.check(b, policy).rows]
    assert rows == [
        ("high", "NA101", "customer:b", 30),
        ("high", "NA101", "customer:a", 10),
        ("high", "NA101", "customer:c", 10),
        ("high", "NA101", "customer:zero", 0),
        ("high", "NA101", "customer:unknown", None),  # what is unknown after what is known
        ("low", "NA202", "customer:b", 30),
        ("low", "NA202", "customer:c", 10),
        ("low", "NA202", "customer:zero", 0),
        ("low", "NA202", "customer:unknown", None),
    ]
    assert netaudit.check(b, policy).summary.highest == "high"
    assert netaudit.check(b, policy, select="NA202").summary.highest == "low"


YAML = """\
netaudit: 1
as_of: 2015-01-23
employees:
  - {id: mette}
  - {id: bo}
channels:
  - {id: news, kind: newsletter, relayed_by: mette}
customers:
  - {id: havn, revenue: 10.25}
  - {id: mette}
  - {id: vest}
ties:
  - {owner: mette, customer: havn, strength: 0.5}
  - {owner: mette, customer: mette, strength: 0.5}
  - {owner: news, customer: havn}
"""


def places(path: Path, **options: Any) -> dict[tuple[str, str | None], tuple[str | None, int | None]]:
    rows = netaudit.check(netaudit.load(path), **options).rows
    assert all(row.source == (row.file if row.line is None else f"{row.file}:{row.line}") for row in rows)
    assert all(row.column is None for row in rows)
    return {(row.rule, row.subject): (row.file, row.line) for row in rows}


def test_a_finding_points_to_the_row_of_its_subject_or_to_the_book(tmp_path: Path) -> None:
    path = tmp_path / "book.yml"
    path.write_text(YAML)
    file = str(path)
    found = places(path, select="NA101,NA103,NA201,NA203,NA306")
    assert found == {
        ("NA101", "customer:havn"): (file, 9),
        ("NA101", "customer:mette"): (file, 10),
        ("NA101", "customer:vest"): (file, 11),
        ("NA103", "employee:mette"): (file, 4),
        ("NA201", "company"): (file, None),
        ("NA203", "channel:news; employee:mette"): (file, 7),
        ("NA306", "table:customers"): (file, 10),
    }
    (row, *_) = netaudit.check(netaudit.load(path), select="NA101").rows
    assert row.revenue == 10.25


def test_where_customers_have_no_table_it_points_to_the_first_tie(tmp_path: Path) -> None:
    path = tmp_path / "ties.csv"
    lines = [
        "employee,customer,strength",
        "bo,nord,0.1",
        "anna,bo,0.5",
        "mette,havn,0.1",
        "mette,havn,0.5",
        "cy,bo,0.5",
    ]
    path.write_text("\n".join(lines))
    file = str(path)
    assert places(path, select="NA1", min_severity="high") == {
        ("NA101", "customer:nord"): (file, 2),
        ("NA101", "customer:havn"): (file, 4),
        ("NA103", "employee:mette"): (file, None),
    }
    # employee and customer of one name: the finding is not about the customer
    lines = ["employee,customer,strength", "anna,bo,0.5", "bo,anna,0.5", "anna,x,0.5", "bo,x,0.5"]
    lines += [f"{who},y{number},0.5" for number in range(5) for who in ("cy", "dan")]  # or one would be much alone
    path.write_text("\n".join(lines))
    found = places(path, select="NA1")
    assert found["NA104", "employee:anna; employee:bo"] == (file, None)
    assert found["NA101", "customer:anna"] == (file, 3)


def test_a_tie_of_the_log_is_a_place_too(tmp_path: Path) -> None:
    (tmp_path / "netaudit.yml").write_text("netaudit: 1\nas_of: 2015-01-23\n")
    log = tmp_path / "interactions.csv"
    log.write_text("owner,customer,kind,on\nmette,havn,call,2015-01-01\nmette,havn,meeting,2015-01-20\n")
    assert places(tmp_path, select="NA101") == {("NA101", "customer:havn"): (str(log), 2)}


@pytest.mark.parametrize(
    ("options", "failed", "verdict", "why"),
    [
        ({}, True, "Fails: 2 new at or above high.", "new findings at or above high: 2 (NA101 2)"),
        ({"fail_on": "critical"}, False, "Passes: nothing new at or above critical.", None),
        ({"fail_on": "never"}, False, "Passes: nothing was to fail.", None),
        ({"fail_on": "info"}, True, "Fails: 2 new at or above info.", "new findings at or above info: 2 (NA101 2)"),
        ({"fail_on_count": 2}, True, "Fails: 2 new at or above high.", "new findings at or above high: 2 (NA101 2)"),
        ({"fail_on_count": 3}, False, "Passes: 2 new at or above high, and fewer than 3 are allowed.", None),
    ],
)
def test_what_fails(options: dict[str, Any], failed: bool, verdict: str, why: str | None) -> None:
    result = netaudit.check(book(HAVN, NORD), select="NA101", **options)
    assert result.summary.failed == failed
    assert verdict in sentences(result)
    assert cause(result) == why
    assert result.judged_by["fail_on_count"] == options.get("fail_on_count", 1)


def test_a_gate_of_which_nothing_is_asked_fails_for_one_finding() -> None:
    assert judge(book(HAVN), Policy(), Gate(select=("NA101",))).summary.failed


def test_the_cause_counts_by_rule() -> None:
    result = netaudit.check(book(HAVN, "mette -> nord strength=0.5"), select="NA1")
    assert cause(result) == "new findings at or above high: 3 (NA101 2, NA103 1)"


def test_what_is_said_below(tmp_path: Path) -> None:
    b = book(HAVN, NORD, company="Teleby")
    result = netaudit.check(b, select="NA101,NA202")
    nothing, passes, _ = sentences(netaudit.check(book(HAVN, "bo -> havn strength=0.5"), select="NA101"))
    assert (nothing, passes) == ("Findings: 0.", "Passes: nothing new at or above high.")
    one, fails, narrowed, basis, _ = sentences(netaudit.check(book(HAVN), select="NA101"))  # nothing to count by rule
    assert (one, fails) == ("Findings: 1 (1 high).", "Fails: 1 new at or above high.")
    assert narrowed == "Looked at in part only: rules NA101."
    assert basis.endswith("is no basis for employment decisions.")
    findings, by_rule, verdict, narrowed, _, following = sentences(result)
    assert narrowed == "Looked at in part only: rules NA101, NA202."
    assert findings == "Findings: 2 (2 high)."
    assert by_rule == "By rule: NA101 2."
    assert following.startswith("Next: netaudit why customer:havn ")
    assert result.title.values["company"].content == "Teleby"
    assert result.title.values["policy"].content == "the default policy"
    assert netaudit.check(book(HAVN)).title.values["company"].content == "The book"
    policy = tmp_path / "policy.yml"
    policy.write_text("policy: 1\nfail_on: low")
    told = netaudit.check(b, policy, select="NA103")
    digest = read_policy(str(policy)).sha256
    assert told.judged_by["policy"] == {"path": str(policy), "sha256": digest}
    assert digest is not None
    assert sentences(told)[-3].endswith("is no basis for employment decisions.")  # for it is about people
    assert sentences(told)[-2] == f"Policy: {policy}, sha256 {digest[:12]}…"
    assert sentences(told)[-1].startswith("Next: netaudit why employee:bo ")
    assert told.title.values["policy"].content == str(policy)
    assert verdict.startswith("Fails")


def test_of_the_company_or_of_a_table_there_is_no_why() -> None:
    b = book("mette -> havn", "page -> havn")
    said = sentences(netaudit.check(b, select="NA201,NA302"))
    assert "Passes: nothing new at or above high." in said
    assert not any(text.startswith("Next") for text in said)


def test_a_team_is_about_people_too() -> None:
    teams = [{"id": "anna", "team": "red"}, {"id": "bo", "team": "red"}, {"id": "cy", "team": "blue"}]
    lines = ("anna -> a strength=0.5", "bo -> b strength=0.5", "cy -> c strength=0.5")
    said = sentences(netaudit.check(book(*lines, employees=teams), select="NA105"))
    assert any("employment" in text for text in said)
    assert not any(text.startswith("Next") for text in said)


def test_customers_can_be_chosen_for_all_rules_at_once() -> None:
    b = book(HAVN, NORD, customers=[{"id": "havn", "revenue": 5, "segment": "b2b"}, {"id": "nord", "revenue": 95}])
    result = netaudit.check(b, select="NA101", where="segment=b2b")
    assert [row.subject for row in result.rows] == ["customer:havn"]
    assert result.where == ("segment=b2b",)
    assert netaudit.check(b, select="NA101").where is None
    both = netaudit.check(b, select="NA101", where=["revenue=>= 5", "id=nord"])
    assert [row.subject for row in both.rows] == ["customer:nord"]


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("segment=b2x", "no customer fits every --where"),
        ("segmnt=b2b", "customers have no column 'segmnt' .did you mean 'segment'"),
        ("segment", "'segment' is not COLUMN=VALUE"),
        ("revenue=> 2015-01-01", "compares things of different kinds"),
    ],
)
def test_a_choice_of_nobody_is_no_pass(where: str, said: str) -> None:
    """A filter with a typing error would otherwise let everything through."""
    with pytest.raises(UsageError, match=said):
        netaudit.check(book(HAVN), where=where)


def test_a_policy_and_a_flag_choose_together(tmp_path: Path) -> None:
    policy = tmp_path / "policy.yml"
    policy.write_text("policy: 1\nrules:\n  NA101: {where: {id: havn}}\n  NA103: {where: {id: havn}}")
    result = netaudit.check(book(HAVN, NORD), policy, select="NA101,NA103", where="id=nord")
    assert result.rows == ()
    assert [text.partition(":")[0] for text in result.warnings] == ["NA101", "NA103"]


def test_the_same_whatever_the_order_of_rows() -> None:
    content = document(HAVN, NORD, "anna -> syd strength=0.5", "bo -> syd strength=0.5", "gone -> vest")
    content["employees"] += [{"id": "M.ette"}]
    content["employees"][3]["left_on"] = day(-3)
    turned = {key: rows[::-1] if isinstance(rows, list) else rows for key, rows in content.items()}
    first, second = (
        [(row.rule, row.subject, row.message, row.fingerprint) for row in netaudit.check(loaded(each)).rows]
        for each in (content, turned)
    )
    assert len(first) == 7
    assert first == second


def test_warnings_of_the_book_come_first() -> None:
    b = book(f"mette -> havn last_contact={day(9)}")
    assert netaudit.check(b).warnings == b.warnings != ()


def test_a_policy_s_where_that_compares_different_things_is_named_by_its_rule(tmp_path: Path) -> None:
    policy = tmp_path / "policy.yml"
    policy.write_text("policy: 1\nrules:\n  NA103: {where: {revenue: '> 2015-01-01'}}")
    with pytest.raises(UsageError, match="NA103: its where compares things of different kinds"):
        netaudit.check(book(HAVN), policy)


@pytest.mark.parametrize("count", [0, -1])
def test_to_fail_from_no_findings_on_is_no_limit(count: int) -> None:
    with pytest.raises(UsageError, match="fail_on_count must be 1 or more"):
        netaudit.check(book(HAVN), fail_on_count=count)
