"""What is said of every rule: in the catalogue, and where a reader of its findings meets it."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

import netaudit
from netaudit import cli
from netaudit.errors import UsageError
from netaudit.finding import Severity
from netaudit.policy.catalogue import FAMILIES
from netaudit.policy.policy import CODES
from netaudit.policy.rule import Parameter, Rule, counted, parameter, percent
from netaudit.policy.rules import RULES
from tests.policy.asking import sentences

if TYPE_CHECKING:
    from netaudit.policy.rule import Inspection


@pytest.fixture(params=RULES, ids=CODES)
def rule(request: pytest.FixtureRequest) -> type[Rule]:
    chosen: type[Rule] = request.param
    return chosen


def test_codes_and_names_are_of_one_rule_each_in_order() -> None:
    assert list(CODES) == sorted(set(CODES))
    assert len({rule.name for rule in RULES}) == len(RULES) == 21
    assert {code[:3] for code in CODES} == set(FAMILIES)
    assert all(re.fullmatch(r"NA[1-4]\d\d", code) for code in CODES)


def test_it_says_what_it_finds_why_that_matters_and_what_helps(rule: type[Rule]) -> None:
    about = rule.about()
    assert re.fullmatch(r"[A-Z][^.\n]{10,60}", about.title)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", about.name)
    for text in (about.reason, about.remedy):
        assert text[0].isupper()
        assert text.endswith(".")
        assert len(text) > 30
        assert "  " not in text
    assert rule.__module__.rpartition(".")[2] == rule.name.replace("-", "_")
    assert about.severity in set(Severity) - {Severity.CRITICAL}


def test_its_parameters_have_a_meaning_and_a_default_within_their_bounds(rule: type[Rule]) -> None:
    for name, about in rule.parameters().items():
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", name)
        assert len(about.meaning) > 10
        assert about.holds(Decimal(str(about.default)))
        assert about.most is None or about.least < about.most
        assert not about.holds(Decimal(str(about.least)) - 1)
        assert about.most is None or not about.holds(Decimal(str(about.most)) + 1)
        assert getattr(rule(), name) == about.default
        share = name.endswith("_share")
        assert share == (about.most == 1) == isinstance(about.default, float)  # a share, or a whole number


PARAMETERS = {
    "NA101": {"min_colleagues": (2, 1, None), "key_share": (0.8, 0, 1)},
    "NA102": {"min_contacts": (2, 1, None), "key_share": (0.8, 0, 1)},
    "NA103": {"max_share": (0.1, 0, 1)},
    "NA104": {"max_share": (0.2, 0, 1)},
    "NA105": {"max_share": (0.5, 0, 1)},
    "NA201": {"min_company_share": (0.1, 0, 1)},
    "NA202": {"key_share": (0.8, 0, 1)},
    "NA203": {"max_share": (0.5, 0, 1)},
    "NA204": {"min_admins": (2, 1, None)},
    "NA302": {"max_share": (0.25, 0, 1)},
    "NA303": {"max_age_days": (90, 0, None)},
    "NA306": {"max_customers": (0, 0, None)},
    "NA307": {"min_colleagues": (2, 1, None), "key_share": (0.8, 0, 1)},
    "NA401": {"within_days": (90, 0, None), "min_colleagues": (2, 1, None)},
    "NA402": {"lead_days": (60, 0, None)},
    "NA404": {"max_days": (180, 0, None), "key_share": (0.8, 0, 1)},
    "NA405": {"grace_days": (14, 0, None)},
}
"""Default, least and most: what policies out there rely on."""

SEVERITIES = {
    "high": {"NA101", "NA103", "NA203", "NA401", "NA402", "NA403"},
    "medium": {"NA102", "NA104", "NA105", "NA201", "NA204", "NA301", "NA303", "NA307", "NA404", "NA405"},
    "low": {"NA202", "NA302", "NA304", "NA305"},
    "info": {"NA306"},
}
EVERYWHERE = {"NA204", "NA303", "NA305"}
"""Rules that take no `where`."""


def test_what_a_policy_can_rely_on(rule: type[Rule]) -> None:
    found = {name: (about.default, about.least, about.most) for name, about in rule.parameters().items()}
    assert found == PARAMETERS.get(rule.code, {})
    assert rule.code in SEVERITIES[rule.severity]
    assert rule.where == (rule.code not in EVERYWHERE)


def test_bounds_belong_to_what_may_stand_there() -> None:
    share, number = Parameter(0.5, "", 0, 1), Parameter(2, "", 1, None)
    assert [share.holds(Decimal(text)) for text in ("-0.1", "0", "0.3", "1", "1.000001")] == [
        False,
        True,
        True,
        True,
        False,
    ]
    assert [number.holds(Decimal(text)) for text in ("0", "1", "1.5", "2.0", "1e15")] == [
        False,
        True,
        False,
        True,
        True,
    ]
    assert parameter(3, "meaning").metadata["parameter"] == Parameter(3, "meaning", 0, None)


def test_all_rules_are_listed_with_what_a_policy_may_change() -> None:
    result = netaudit.rules()
    assert (result.schema, result.summary.rules) == ("netaudit/rules/1", len(RULES))
    assert [row.rule for row in result.rows] == list(CODES)
    rows = {row.rule: row for row in result.rows}
    assert rows["NA101"].parameters == "min_colleagues: 2, key_share: 0.8"
    assert rows["NA301"].parameters == ""
    assert (rows["NA203"].title, rows["NA203"].severity) == ("A channel that hangs on one colleague", "high")
    for family, what in FAMILIES.items():
        assert f"{family}xx {what}" in sentences(result)[0]


@pytest.mark.parametrize("name", ["NA401", "na401", "renewal", "Renewal"])
def test_one_rule_by_code_or_name(name: str) -> None:
    result = netaudit.rules(name)
    assert (result.schema, result.summary.rule, result.summary.name) == ("netaudit/rule/1", "NA401", "renewal")
    assert [(row.parameter, row.default, row.range) for row in result.rows] == [
        ("within_days", "90", "whole number from 0"),
        ("min_colleagues", "2", "whole number from 1"),
    ]
    said = sentences(result)
    assert said[0] == "Severity: high, unless a policy says otherwise."
    assert said[1].startswith("The contract can be ended soon, and one colleague at most has a tie that counts. Days")
    assert said[2].startswith("What helps: Take a second colleague along")
    assert said[3] == "It looks at all customers, or at those that `where:` chooses."
    shares = netaudit.rules("NA103").rows
    assert [(row.parameter, row.default, row.range) for row in shares] == [("max_share", "0.1", "number from 0 to 1")]
    assert sentences(netaudit.rules("NA305"))[3] == "It takes no `where:`."
    assert netaudit.rules("NA305").rows == ()


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("NA1O1", "did you mean 'NA101'"),
        ("single-thread", "did you mean 'single-threaded' or 'single-contact'"),
        ("Renewals", r"did you mean 'renewal'\?"),
        ("xyz", "codes are NA101, NA102"),
        ("", "codes are NA101, NA102"),
    ],
)
def test_a_rule_that_there_is_not(name: str, hint: str) -> None:
    with pytest.raises(UsageError, match=f"no rule is called '{name}' .*{hint}"):
        netaudit.rules(name)


def test_the_command_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["rules"]) == 0
    table = capsys.readouterr().out
    assert all(code in table for code in CODES)
    assert cli.run(["rules", "NA101", "-f", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["summary"]["rule"] == "NA101"
    assert [row["parameter"] for row in answer["rows"]] == ["min_colleagues", "key_share"]
    assert cli.run(["rules", "NA999"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "no rule is called 'NA999'" in err


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0, "0 %"),
        (0.0004, "0.0 %"),
        (0.05, "5.0 %"),
        (0.0994, "9.9 %"),
        (0.0995, "10 %"),
        (0.1, "10 %"),
        (0.555, "56 %"),
        (0.9949, "99 %"),
        (0.995, "99.5 %"),
        (1, "100 %"),
    ],
)
def test_shares_in_words(share: float, words: str) -> None:
    assert percent(share) == words


def test_counts_in_words() -> None:
    assert [counted(n, "day", "days") for n in (0, 1, 2)] == ["no days", "1 day", "2 days"]


def test_a_rule_that_looks_for_nothing_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: Inspection = None  # type: ignore[assignment]
    with pytest.raises(NotImplementedError):
        Rule().find(seen)
