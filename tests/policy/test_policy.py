"""What a policy says, where it is wrong, and what flags make of it."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import netaudit
from netaudit.errors import InputError, UsageError
from netaudit.finding import Severity
from netaudit.loading.where import Condition
from netaudit.policy.policy import CODES, Policy, Ruling, Suppression, read_policy
from netaudit.policy.rules.no_company_tie import NoCompanyTie
from netaudit.policy.rules.single_threaded import SingleThreaded
from netaudit.policy.rules.stale import Stale
from netaudit.scope import FILTERS
from tests.books import book


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the policy lies, as a name in the current folder."""
    monkeypatch.chdir(tmp_path)
    return Path("policy.yml")


def problems(path: Path, text: str) -> list[str]:
    """Everything that is wrong with a policy, without the file's name."""
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_policy(str(path))
    assert all(problem.file == str(path) for problem in caught.value.problems)
    return [str(problem).removeprefix(f"{path}:") for problem in caught.value.problems]


WRONG: dict[str, tuple[str, list[str]]] = {
    "nothing": ("", ["1:1: Y006 a policy is names with values (policy: 1)"]),
    "a list": ("- policy: 1", ["1:1: Y006 a policy is names with values (policy: 1)"]),
    "a text": ("policy", ["1:1: Y006 a policy is names with values (policy: 1)"]),
    "no version": (
        "rules: {}",
        ["1:1: S002 not a policy: it does not say of which version it is (policy: 1)"],
    ),
    "another version": ("policy: 2", ["1:9: V006 this netaudit reads policies of version 1 (policy: 1)"]),
    "a blank version": ("policy:", ["1:8: V006 this netaudit reads policies of version 1 (policy: 1)"]),
    "an unknown key": ("policy: 1\nrule: {}", ["2:1: S001 unknown key 'rule' (did you mean 'rules'?)"]),
    "a strange key": ("policy: 1\nxyz: {}", ["2:1: S001 unknown key 'xyz' (policy, fail_on, rules, ignore)"]),
    "a limit that there is not": (
        "policy: 1\nfail_on: hihg",
        ["2:10: V006 'hihg' is not known here (one of info, low, medium, high, critical, never)"],
    ),
    "a limit that is no text": ("policy: 1\nfail_on: [high]", ["2:10: Y006 a text should stand here"]),
    "rules as a list": ("policy: 1\nrules: [NA101]", ["2:8: Y006 names with values should stand here"]),
    "rules as a text": ("policy: 1\nrules: off", ["2:8: Y006 names with values should stand here"]),
    "an unknown rule": (
        "policy: 1\nrules:\n  NA1001: off",
        ["3:3: P001 no rule is called 'NA1001' (did you mean 'NA101' or 'NA401' or 'NA301'?)"],
    ),
    "a strange rule": ("policy: 1\nrules:\n  xyz: off", ["3:3: P001 no rule is called 'xyz' (see netaudit rules)"]),
    "neither on nor off": (
        "policy: 1\nrules:\n  NA101: false",
        ["3:10: V006 'false' is not known here (one of on, off)"],
    ),
    "a rule as a list": ("policy: 1\nrules:\n  NA101: [2]", ["3:10: Y006 names with values should stand here"]),
    "an unknown parameter": (
        "policy: 1\nrules:\n  NA101: {min_coleagues: 2}",
        ["3:11: P001 NA101 has no parameter 'min_coleagues' (did you mean 'min_colleagues'?)"],
    ),
    "a strange parameter": (
        "policy: 1\nrules:\n  NA101: {xyz: 2}",
        ["3:11: P001 NA101 has no parameter 'xyz' (it has min_colleagues, key_share, severity, where)"],
    ),
    "a where that the rule does not take": (
        "policy: 1\nrules:\n  NA303: {where: {id: havn}}",
        ["3:11: P001 NA303 has no parameter 'where' (it has max_age_days, severity)"],
    ),
    "an unknown severity": (
        "policy: 1\nrules:\n  NA101: {severity: never}",
        ["3:21: V006 'never' is not known here (one of info, low, medium, high, critical)"],
    ),
    "too low": (
        "policy: 1\nrules:\n  NA101: {min_colleagues: 0}",
        ["3:27: V001 min_colleagues must be a whole number from 1"],
    ),
    "not whole": (
        "policy: 1\nrules:\n  NA101: {min_colleagues: 2.5}",
        ["3:27: V001 min_colleagues must be a whole number from 1"],
    ),
    "too high": (
        "policy: 1\nrules:\n  NA101: {key_share: 1.01}",
        ["3:22: V001 key_share must be a number from 0 to 1"],
    ),
    "negative": (
        "policy: 1\nrules:\n  NA101: {key_share: -1}",
        ["3:22: V001 '-1' is negative or not a number (values here are 0 or more)"],
    ),
    "not a number": (
        "policy: 1\nrules:\n  NA101: {key_share: most}",
        ["3:22: V001 'most' is not a number (write digits only, no currency and no unit)"],
    ),
    "a number as a list": ("policy: 1\nrules:\n  NA101: {key_share: [1]}", ["3:22: Y006 a text should stand here"]),
    "an unknown column": (
        "policy: 1\nrules:\n  NA101:\n    where:\n      segment: b2b\n      Revenu: 5\n      xyz: blank",
        [
            "6:7: P001 customers have no column 'Revenu' (did you mean 'revenue'?)",
            f"7:7: P001 customers have no column 'xyz' (columns are {', '.join(FILTERS)})",
        ],
    ),
    "nothing to compare with": (
        "policy: 1\nrules:\n  NA101: {where: {revenue: '>= much'}}",
        ["3:19: V006 'much' is neither a number nor a date, so nothing can be above or below it"],
    ),
    "a where as a list": (
        "policy: 1\nrules:\n  NA101: {where: [segment]}",
        ["3:18: Y006 names with values should stand here"],
    ),
    "a where in a where": (
        "policy: 1\nrules:\n  NA101: {where: {revenue: {above: 5}}}",
        ["3:28: Y006 a text should stand here"],
    ),
    "ignore as a mapping": ("policy: 1\nignore: {}", ["2:9: Y006 ignore should be a list (- {rule: …})"]),
    "ignore as a text": ("policy: 1\nignore: NA101", ["2:9: Y006 ignore should be a list (- {rule: …})"]),
    "a suppression as a text": ("policy: 1\nignore: [NA101]", ["2:10: Y006 names with values should stand here"]),
    "a suppression of nothing": (
        "policy: 1\nignore:\n- {}",
        ["3:3: S002 a suppression without rule, subject, reason, expires (each needs a reason and an end)"],
    ),
    "a suppression without an end": (
        "policy: 1\nignore:\n- {rule: NA101, subject: havn, reason: r}",
        ["3:3: S002 a suppression without expires (each needs a reason and an end)"],
    ),
    "a suppression for no reason": (
        "policy: 1\nignore:\n- {rule: NA101, subject: havn, reason: ' ', expires: 2015-04-01}",
        ["3:3: S002 a suppression without reason (each needs a reason and an end)"],
    ),
    "a suppression of no subject": (
        "policy: 1\nignore:\n- {rule: NA101, subject: , reason: r, expires: 2015-04-01}",
        ["3:3: S002 a suppression without subject (each needs a reason and an end)"],
    ),
    "a suppression of a whole list": (
        "policy: 1\nignore:\n- {rule: NA101, subject: [a, b], reason: r, expires: 2015-04-01}",
        ["3:26: Y006 a text should stand here"],
    ),
    "a suppression of an unknown rule": (
        "policy: 1\nignore:\n- {rule: NA11, subject: havn, reason: r, expires: 2015-04-01}",
        ["3:10: P001 no rule is called 'NA11' (did you mean 'NA101' or 'NA401' or 'NA301'?)"],
    ),
    "a suppression with an unknown key": (
        "policy: 1\nignore:\n- {rule: NA101, subject: havn, reason: r, expire: 2015-04-01, xyz: 1}",
        [
            "3:43: S001 unknown key 'expire' (did you mean 'expires'?)",
            "3:63: S001 unknown key 'xyz' (rule, subject, reason, owner, expires)",
            "3:3: S002 a suppression without expires (each needs a reason and an end)",
        ],
    ),
    "no day": (
        "policy: 1\nignore:\n- {rule: NA101, subject: havn, reason: r, expires: soon}",
        ["3:52: V003 'soon' is not a date (write 2024-03-12)"],
    ),
    "a day that is none": (
        "policy: 1\nignore:\n- {rule: NA101, subject: havn, reason: r, expires: 2015-02-30}",
        ["3:52: V003 '2015-02-30' is not in the calendar"],
    ),
    "a day that can be read two ways": (
        "policy: 1\nignore:\n- {rule: NA101, subject: havn, reason: r, expires: 03/04/2015}",
        ["3:52: V004 '03/04/2015' can be read two ways (write 2024-03-12)"],
    ),
    "anchors": (
        "policy: 1\nrules:\n  NA101: &a {min_colleagues: 3}\n  NA102: *a",
        ["3:10: Y002 an anchor, &a (write the value out)", "4:10: Y002 an alias, *a (write the value out)"],
    ),
    "a key twice": (
        "policy: 1\nrules:\n  NA101: off\n  NA101: on",
        ["4:3: Y004 the key 'NA101' stands twice (it stands in line 3 already)"],
    ),
    "no YAML": ("policy: [", ["2:1: Y001 did not find expected node content"]),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_with_its_place(policy: Path, case: str) -> None:
    text, expected = WRONG[case]
    assert problems(policy, text) == expected


def test_several_problems_are_said_at_once(policy: Path) -> None:
    text = """\
fail_on: often
rules:
  NA101: {min_colleagues: none, key_share: 2, severity: bad, where: {sector: b2b}}
  NA999: off
ignore:
- {rule: NA102, subject: havn}
- {rule: NA103, subject: mette, reason: r, expires: never}
notes: none
"""
    places = [problem.partition(" ")[0] + problem.split()[1] for problem in problems(policy, text)]
    assert places == [
        *("1:1:S002", "1:10:V006", "3:27:V001", "3:44:V001", "3:57:V006", "3:70:P001", "4:3:P001"),
        *("6:3:S002", "7:53:V003", "8:1:S001"),
    ]


WHOLE = """\
policy: 1
fail_on: medium
rules:
  NA101: {min_colleagues: 3, key_share: 1, severity: critical, where: {Segment: b2b, revenue: ">= 1000000"}}
  NA102: off
  NA103: on
  NA104:
  NA105: {}
  NA202: {where: {}, key_share: 0}
  NA303: {max_age_days: 30.0}
ignore:
- {rule: NA101, subject: havn, reason: second KAM starts in March, owner: sales-ops, expires: 2015-04-01}
- rule: NA102
  subject: customer:nord
  reason: |
    two
    lines
  expires: "2015-05-01"
  owner: " "
"""


def whole(path: Path) -> Policy:
    path.write_text(WHOLE)
    return read_policy(str(path))


def test_what_a_policy_says(policy: Path) -> None:
    read, usual = whole(policy), Policy()
    assert (read.path, read.sha256) == ("policy.yml", hashlib.sha256(WHOLE.encode()).hexdigest())
    assert read.fail_on == "medium"
    assert tuple(read.rulings) == CODES
    chosen = (Condition("segment", "in", ("b2b",)), Condition("revenue", ">=", ("1000000",)))
    rule = SingleThreaded(min_colleagues=3, key_share=1.0)
    assert read.rulings["NA101"] == Ruling(rule, Severity.CRITICAL, chosen)
    assert not read.rulings["NA102"].runs
    assert read.rulings["NA202"] == Ruling(NoCompanyTie(key_share=0.0), Severity.LOW)
    days = read.rulings["NA303"].rule
    assert isinstance(days, Stale)
    assert (days.max_age_days, type(days.max_age_days)) == (30, int)
    same = set(CODES) - {"NA101", "NA102", "NA202", "NA303"}
    assert {code for code in CODES if read.rulings[code] == usual.rulings[code]} == same
    assert read.suppressions == (
        Suppression("NA101", "havn", "second KAM starts in March", "sales-ops", date(2015, 4, 1), "policy.yml:12"),
        Suppression("NA102", "customer:nord", "two\nlines", None, date(2015, 5, 1), "policy.yml:13"),
    )


def test_what_a_policy_does_not_say_is_as_by_default(policy: Path) -> None:
    for text in ("policy: 1", "policy: 1\nrules: {}\nignore: []", "policy: 1\nfail_on:\nrules:\nignore:"):
        policy.write_text(text)
        read, usual = read_policy(str(policy)), Policy()
        assert (read.rulings, read.fail_on, read.suppressions) == (usual.rulings, "high", ())
    assert all(ruling.runs and ruling.where == () for ruling in Policy().rulings.values())


def test_the_same_in_json(policy: Path) -> None:
    read = whole(policy)
    entries = [{"rule": "NA101", "subject": "havn", "reason": "r\u2028", "expires": "2015-04-01"}]
    document: dict[str, Any] = {
        "policy": 1,
        "fail_on": "medium",
        "rules": {
            "NA101": {
                "min_colleagues": 3,
                "key_share": 1,
                "severity": "critical",
                "where": {"segment": "b2b", "revenue": ">= 1000000"},
            },
            "NA102": "off",
            "NA103": None,
            "NA202": {"key_share": 0},
            "NA303": {"max_age_days": 30},
        },
        "ignore": entries,
    }
    path = policy.with_suffix(".json")
    path.write_text(json.dumps(document))
    same = read_policy(str(path))
    assert (same.rulings, same.fail_on) == (read.rulings, read.fail_on)
    assert same.suppressions == (Suppression("NA101", "havn", "r", None, date(2015, 4, 1), "policy.json:1"),)
    assert problems(path, "{'policy': 1}")[0].startswith("1:2: Y001 not JSON")
    assert problems(path, '{"policy": 1, "rules": {"NA101": {"key_share": NaN}}}')[0].startswith("1:48: Y001 not JSON")
    assert problems(path, '{"policy": 1, "rules": {"NA101": {"key_share": 1e999}}}')[0].startswith("1:48: V001")
    assert problems(path, f'{{"policy": {"[" * 5000}{"]" * 5000}}}')[0].partition(" ")[2].startswith("Y005 nesting")


def test_files_that_are_none(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yml", tmp_path):
        with pytest.raises(InputError, match="F001 cannot be read"):
            read_policy(str(path))
    packed = tmp_path / "policy.yml"
    packed.write_bytes(b"\x1f\x8b packed")
    with pytest.raises(InputError, match="F002 is gzip"):
        read_policy(str(packed))


def chosen(policy: Policy, select: tuple[str, ...] = (), ignore: tuple[str, ...] = ()) -> list[str]:
    return [ruling.rule.code for ruling in policy.chosen(select, ignore)]


def family(*beginnings: str) -> list[str]:
    return [code for code in CODES if code.startswith(beginnings)]


def test_flags_beat_the_policy(policy: Path) -> None:
    read = whole(policy)
    assert chosen(read) == [code for code in CODES if code != "NA102"]
    assert chosen(read, ("NA102",)) == ["NA102"]  # off, but asked for
    assert chosen(read, ("NA1",)) == family("NA1")
    assert chosen(read, ("na404, na10",), ("NA103,NA2",)) == ["NA101", "NA102", "NA104", "NA105", "NA404"]
    assert chosen(read, (), ("NA1", "NA2,NA3")) == family("NA4")
    assert chosen(read, ("NA",), ("NA2", "NA3", "NA4")) == family("NA1")


@pytest.mark.parametrize(
    ("select", "ignore", "said"),
    [
        (("NA9",), (), "no rule is called 'NA9'"),
        (("NA1011",), (), r"no rule is called 'NA1011' \(did you mean 'NA101'"),
        (("xyz",), (), r"no rule is called 'XYZ' \(see netaudit rules\)"),
        (("NA101,",), (), "no rule is called ''"),
        ((), ("single-threaded",), "no rule is called 'SINGLE-THREADED'"),
        (("NA101",), ("NA1",), r"no rule is left to run \(see netaudit rules\)"),
        ((), ("NA",), "no rule is left to run"),
    ],
)
def test_flags_that_name_no_rule_or_leave_none(select: tuple[str, ...], ignore: tuple[str, ...], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        chosen(Policy(), select, ignore)


def test_a_policy_with_everything_off_runs_what_is_selected(policy: Path) -> None:
    policy.write_text("policy: 1\nrules:\n" + "".join(f"  {code}: off\n" for code in CODES))
    with pytest.raises(UsageError, match="no rule is left to run"):
        chosen(read_policy(str(policy)))
    result = netaudit.check(book("mette -> havn"), policy, select="NA101")
    assert [row.rule for row in result.rows] == ["NA101"]
    assert result.judged_by["rules"] == ["NA101"]


def test_severity_and_limit_of_a_policy_hold_until_a_flag_says_otherwise(policy: Path) -> None:
    policy.write_text("policy: 1\nfail_on: critical\nrules: {NA101: {severity: medium}}")
    b = book("mette -> havn")
    result = netaudit.check(b, policy, select=["NA101"])
    assert (result.rows[0].severity, result.rows[0].fails, result.summary.failed) == ("medium", False, False)
    assert {about.severity for about in result.rules} == {"medium"}
    assert result.judged_by["fail_on"] == "critical"
    for limit, failed in (("medium", True), ("high", False), ("low", True), ("never", False)):
        result = netaudit.check(b, policy, select="NA101", fail_on=limit)
        assert (result.summary.failed, result.rows[0].fails, result.judged_by["fail_on"]) == (failed, failed, limit)


def test_limits_that_there_are_not() -> None:
    b = book("mette -> havn")
    with pytest.raises(UsageError, match=r"no severity is called 'hihg' \(did you mean 'high'\?\)"):
        netaudit.check(b, fail_on="hihg")
    with pytest.raises(UsageError, match=r"no severity is called 'never' \(one of info, low, medium, high, critical\)"):
        netaudit.check(b, min_severity="never")


def test_a_policy_chooses_the_customers(policy: Path) -> None:
    policy.write_text("policy: 1\nrules:\n  NA101: {where: {id: [havn, syd]}}\n  NA102: {where: {segment: b2x}}")
    result = netaudit.check(book("mette -> havn", "mette -> nord"), policy, select="NA101,NA102")
    assert [row.subject for row in result.rows] == ["customer:havn"]
    assert [text for text in result.warnings if text.startswith("NA")] == [
        "NA102: no customer fits its where, so it has nothing to look at"
    ]
