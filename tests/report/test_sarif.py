"""SARIF: what its schema, code scanning and a hostile name make of it."""

from __future__ import annotations

import json
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest
from inline_snapshot import snapshot
from jsonschema import Draft7Validator

from netaudit import __version__
from netaudit.report.as_sarif import MOST, artifact
from netaudit.report.escape import for_terminal
from tests.report.findings import HOSTILE, SINGLE, SMALL, UNMAPPED, answer, finding, found

if TYPE_CHECKING:
    from pathlib import Path

    from netaudit.finding import Finding
    from netaudit.result import Result


def run_of(result: Result[Finding, Any], top: int | None = None) -> dict[str, Any]:
    """The one run of a log."""
    (run,) = json.loads(answer("sarif", result, top))["runs"]
    assert isinstance(run, dict)
    return run


def literal(message: dict[str, str]) -> str:
    """A message as a reader shows it: doubled braces are one, and nothing is a placeholder or a link."""
    single = message["text"].replace("{{", "").replace("}}", "")
    assert not {"{", "}"} & set(single)
    assert "](" not in message["text"]
    return message["text"].replace("{{", "{").replace("}}", "}").replace(r"]\x28", "](")


@pytest.fixture(scope="module")
def schema(third_party: Path) -> Draft7Validator:
    text = (third_party / "schemas" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8")
    return Draft7Validator(json.loads(text))


def test_a_small_result() -> None:
    log = json.loads(answer("sarif", SMALL))
    assert log["runs"][0]["tool"]["driver"].pop("version") == __version__
    assert log == snapshot(
        {
            "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            "version": "2.1.0",
            "runs": [
                {
                    "tool": {
                        "driver": {
                            "name": "netaudit",
                            "rules": [
                                {
                                    "id": "NA101",
                                    "name": "single-threaded",
                                    "shortDescription": {"text": "Single-threaded customer"},
                                    "fullDescription": {"text": "One colleague alone holds the customer."},
                                    "help": {"text": "Introduce a second colleague."},
                                    "defaultConfiguration": {"level": "error"},
                                },
                                {
                                    "id": "NA301",
                                    "name": "unmapped",
                                    "shortDescription": {"text": "Unmapped customer"},
                                    "fullDescription": {"text": "Nobody is known to hold it."},
                                    "help": {"text": "Map it."},
                                    "defaultConfiguration": {"level": "note"},
                                },
                            ],
                        }
                    },
                    "columnKind": "unicodeCodePoints",
                    "invocations": [
                        {
                            "executionSuccessful": True,
                            "toolExecutionNotifications": [
                                {"level": "warning", "message": {"text": "No tie has a date."}},
                                {"level": "note", "message": {"text": "Failing: 1."}},
                                {"level": "warning", "message": {"text": "The baseline is old."}},
                            ],
                        }
                    ],
                    "results": [
                        {
                            "ruleId": "NA101",
                            "ruleIndex": 0,
                            "level": "error",
                            "message": {"text": "Only Mette Holm holds Havnegade Logistik."},
                            "locations": [
                                {
                                    "physicalLocation": {
                                        "artifactLocation": {"uri": "book/ties.csv", "uriBaseId": "%SRCROOT%"},
                                        "region": {"startLine": 2, "startColumn": 7},
                                    }
                                }
                            ],
                            "partialFingerprints": {"netaudit/1": "f1"},
                            "baselineState": "new",
                            "suppressions": [],
                            "properties": {
                                "severity": "high",
                                "subject": "customer:havn",
                                "revenue": 4200000.0,
                                "remedy": "Introduce Bo Lund.",
                            },
                        },
                        {
                            "ruleId": "NA101",
                            "ruleIndex": 0,
                            "level": "error",
                            "message": {"text": "Only Bo holds nord."},
                            "locations": [
                                {
                                    "physicalLocation": {
                                        "artifactLocation": {"uri": "book/ties.csv", "uriBaseId": "%SRCROOT%"},
                                        "region": {"startLine": 5, "startColumn": 7},
                                    }
                                }
                            ],
                            "partialFingerprints": {"netaudit/1": "f2"},
                            "baselineState": "unchanged",
                            "suppressions": [],
                            "properties": {
                                "severity": "high",
                                "subject": "customer:nord",
                                "revenue": 4200000.0,
                                "remedy": "Introduce Bo Lund.",
                            },
                        },
                        {
                            "ruleId": "NA101",
                            "ruleIndex": 0,
                            "level": "warning",
                            "message": {"text": "As agreed."},
                            "locations": [
                                {
                                    "physicalLocation": {
                                        "artifactLocation": {"uri": "book/ties.csv", "uriBaseId": "%SRCROOT%"},
                                        "region": {"startLine": 2, "startColumn": 7},
                                    }
                                }
                            ],
                            "partialFingerprints": {"netaudit/1": "f1"},
                            "suppressions": [{"kind": "external"}],
                            "properties": {
                                "severity": "medium",
                                "subject": "customer:syd",
                                "remedy": "Introduce Bo Lund.",
                            },
                        },
                        {
                            "ruleId": "NA101",
                            "ruleIndex": 0,
                            "level": "error",
                            "message": {"text": "Was held by one."},
                            "partialFingerprints": {"netaudit/1": "f1"},
                            "baselineState": "absent",
                            "suppressions": [],
                            "properties": {
                                "severity": "high",
                                "subject": "customer:øst",
                                "revenue": 4200000.0,
                                "remedy": "Introduce Bo Lund.",
                            },
                        },
                    ],
                }
            ],
        }
    )


@pytest.mark.third_party
@pytest.mark.parametrize(
    "result",
    [
        SMALL,
        found(),
        found(rules=(), facts=None, closing=()),
        found(finding(rule="V001", subject=None, name=None, fingerprint=None, file="-", line=None, column=None)),
        found(*(finding(message=text, subject=text, file=text, name=text) for text in HOSTILE), warnings=HOSTILE),
    ],
    ids=["small", "empty", "nothing", "bare", "hostile"],
)
def test_every_log_is_valid(schema: Draft7Validator, result: Result[Finding, Any]) -> None:
    schema.validate(json.loads(answer("sarif", result)))


@pytest.mark.third_party
def test_the_schema_can_refuse(schema: Draft7Validator) -> None:
    log = json.loads(answer("sarif", SMALL))
    log["runs"][0]["results"][0]["level"] = "critical"
    assert not schema.is_valid(log)


@pytest.mark.third_party
def test_naughty_strings_stay_text(schema: Draft7Validator, naughty: list[str]) -> None:
    log = json.loads(answer("sarif", found(*(finding(message=text, file=text or "x") for text in naughty))))
    schema.validate(log)
    results = log["runs"][0]["results"]
    assert [literal(entry["message"]) for entry in results] == [for_terminal(text) for text in naughty]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_come_back_as_they_were_shown(text: str) -> None:
    result = found(finding(message=text, subject=text), warnings=(text,), closing=())
    run = run_of(result)
    assert literal(run["results"][0]["message"]) == for_terminal(text)
    assert literal(run["invocations"][0]["toolExecutionNotifications"][0]["message"]) == for_terminal(text)
    assert run["results"][0]["properties"]["subject"] == text  # an id is for machines


def test_a_name_makes_neither_a_link_nor_a_placeholder() -> None:
    (entry,) = run_of(found(finding(message="[here](https://x.invalid) {0}")))["results"]
    assert entry["message"] == {"text": r"[here]\x28https://x.invalid) {{0}}"}


@pytest.mark.parametrize(
    ("severity", "level"),
    [("info", "note"), ("low", "note"), ("medium", "warning"), ("high", "error"), ("critical", "error")],
)
def test_levels(severity: str, level: str) -> None:
    (entry,) = run_of(found(finding(severity=severity)))["results"]
    assert entry["level"] == level


def test_rules_are_found_by_their_index() -> None:
    run = run_of(found(finding(rule="NA301"), finding(rule="V001"), finding(), rules=(SINGLE, UNMAPPED)))
    rules = run["tool"]["driver"]["rules"]
    assert [rules[entry["ruleIndex"]]["id"] if "ruleIndex" in entry else None for entry in run["results"]] == [
        "NA301",
        None,
        "NA101",
    ]


def test_states_only_against_a_baseline() -> None:
    rows = [finding(state=state) for state in ("new", "unchanged", "resolved", "suppressed")]
    for judged_by, states in (
        ({"baseline": {"path": "x"}}, ["new", "unchanged", "absent", None]),
        ({"baseline": None}, [None] * 4),
        ({}, [None] * 4),
    ):
        results = run_of(found(*rows, judged_by=judged_by))["results"]
        assert [entry.get("baselineState") for entry in results] == states


def test_all_results_say_whether_they_are_suppressed_or_none_does() -> None:
    mixed = run_of(found(finding(), finding(state="suppressed")))["results"]
    assert [entry["suppressions"] for entry in mixed] == [[], [{"kind": "external"}]]
    assert "suppressions" not in run_of(found(finding()))["results"][0]


@pytest.mark.parametrize(
    "path", ["ties.csv", "a b/ü%20#?.csv", "../book.yml", "a:b.csv", "c\\d.csv", "\n::error", "/x/ø y.csv", "./x/y"]
)
def test_paths_come_back_from_their_uri(path: str) -> None:
    found_at = artifact(PurePosixPath(path))
    parts = urlsplit(found_at["uri"])
    assert unquote(parts.path) == str(PurePosixPath(path))
    assert found_at["uri"].isascii()
    absolute = path.startswith("/")
    assert (parts.scheme, parts.netloc, found_at.get("uriBaseId")) == (
        ("file", "", None) if absolute else ("", "", "%SRCROOT%")
    )


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        (PureWindowsPath(r"book\my ties.csv"), "book/my%20ties.csv"),
        (PureWindowsPath(r"C:\data\ties.csv"), "file:///C:/data/ties.csv"),
        (PurePosixPath("/data/ties.csv"), "file:///data/ties.csv"),
        (PurePosixPath("\udcff.csv"), "%5Cudcff.csv"),
    ],
)
def test_uris(path: PurePath, uri: str) -> None:
    assert artifact(path)["uri"] == uri


def test_places_say_what_is_known() -> None:
    rows = [
        finding(file="-"),
        finding(file=None),
        finding(line=None, column=None),
        finding(column=None),
        finding(),
    ]
    regions = [
        [place["physicalLocation"].get("region") for place in entry.get("locations", ())]
        for entry in run_of(found(*rows))["results"]
    ]
    assert regions == [[], [], [None], [{"startLine": 2}], [{"startLine": 2, "startColumn": 7}]]


def test_more_than_code_scanning_takes_are_capped_and_counted() -> None:
    run = run_of(found(*(finding(message=str(number)) for number in range(30_000))))
    assert len(run["results"]) == MOST == 25_000
    assert run["results"][-1]["message"]["text"] == "24999"
    assert run["invocations"][0]["toolExecutionNotifications"][-1]["message"]["text"].startswith("5000 more results")
    few = run_of(SMALL, top=1)
    assert few["invocations"][0]["toolExecutionNotifications"][-1]["message"]["text"].startswith("3 more results")


def test_nothing_found_is_an_empty_list() -> None:
    run = run_of(found())
    assert run["results"] == []
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["NA101", "NA301"]


def test_the_same_findings_are_the_same_bytes() -> None:
    assert answer("sarif", SMALL) == answer("sarif", SMALL)
    assert answer("sarif", SMALL).count("\n") == 1
