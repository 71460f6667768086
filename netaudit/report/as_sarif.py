"""SARIF 2.1.0: findings for code scanning and for editors, one object on one line."""

from __future__ import annotations

import json
from pathlib import PurePath, PureWindowsPath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from netaudit import __version__
from netaudit.finding import Severity, State
from netaudit.report.escape import for_json, for_sarif
from netaudit.report.figures import sentence

if TYPE_CHECKING:
    from netaudit.finding import Finding
    from netaudit.report import Page
    from netaudit.result import About, Result

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST = 25_000
"""Results that GitHub accepts in one run; a run with more is refused as a whole."""

LEVELS: dict[str, str] = {
    Severity.INFO: "note",
    Severity.LOW: "note",
    Severity.MEDIUM: "warning",
    Severity.HIGH: "error",
    Severity.CRITICAL: "error",
}
STATES: dict[str, str] = {State.NEW: "new", State.UNCHANGED: "unchanged", State.RESOLVED: "absent"}
"""What SARIF calls the states; what is suppressed says nothing about the baseline."""


def write(result: Result[Finding, Any], page: Page) -> str:
    """One run: the rules, the findings, and as notifications what else should be known.

    Paths are relative to the folder netaudit ran in, which should be the root of the repository. A finding without a
    place is valid SARIF without one; GitHub refuses a file that has any.
    """
    rows = result.first(page.top)[:MOST]
    driver = {"name": "netaudit", "version": __version__, "rules": [_rule(about) for about in result.rules]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": _notifications(result, len(result.rows) - len(rows)),
            }
        ],
        "results": _results(rows, result),
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return for_json(json.dumps(log, ensure_ascii=False, allow_nan=False)) + "\n"


def _text(text: str) -> dict[str, str]:
    return {"text": for_sarif(text)}


def _rule(about: About) -> dict[str, Any]:
    return {
        "id": about.code,
        "name": about.name,
        "shortDescription": _text(about.title),
        "fullDescription": _text(about.reason),
        "help": _text(about.remedy),
        "defaultConfiguration": {"level": LEVELS[about.severity]},
    }


def _notifications(result: Result[Any, Any], more: int) -> list[dict[str, Any]]:
    """Warnings, then the words below a table but for the next command, then how many results there is no room for."""
    said = [("warning", text) for text in result.warnings]
    said += [
        ("warning" if words.kind == "warning" else "note", sentence(words, result.currency))
        for words in result.closing
        if words.kind != "next"
    ]
    if more:
        said.append(("warning", f"{more} more results are not in this file, which has the worst of them"))
    return [{"level": level, "message": _text(text)} for level, text in said]


def _results(rows: list[Finding], result: Result[Any, Any]) -> list[dict[str, Any]]:
    places = {about.code: place for place, about in enumerate(result.rules)}
    compared = result.judged_by.get("baseline") is not None
    judged = any(row.state == State.SUPPRESSED for row in rows)
    return [_result(row, places.get(row.rule), compared=compared, judged=judged) for row in rows]


def _result(row: Finding, place: int | None, *, compared: bool, judged: bool) -> dict[str, Any]:
    """One finding; `judged` is whether any is suppressed, as then all have to say whether they are (3.27.23)."""
    entry: dict[str, Any] = {"ruleId": row.rule}
    if place is not None:
        entry["ruleIndex"] = place
    entry |= {"level": LEVELS[row.severity], "message": _text(row.message)}
    if row.file is not None and row.file != "-":  # standard input is no place to go to
        entry["locations"] = [{"physicalLocation": _place(row, row.file)}]
    if row.fingerprint is not None:
        entry["partialFingerprints"] = {"netaudit/1": row.fingerprint}
    if compared and row.state in STATES:
        entry["baselineState"] = STATES[row.state]
    if judged:
        entry["suppressions"] = [{"kind": "external"}] if row.state == State.SUPPRESSED else []
    known = {"severity": row.severity, "subject": row.subject, "revenue": row.revenue, "remedy": row.remedy}
    entry["properties"] = {name: value for name, value in known.items() if value is not None}
    return entry


def _place(row: Finding, file: str) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": artifact(PurePath(file))}
    if row.line is not None:
        place["region"] = {"startLine": row.line} | ({} if row.column is None else {"startColumn": row.column})
    return place


def artifact(path: PurePath) -> dict[str, str]:
    """A file as SARIF points to it: below the root of the sources, or where it is absolute as a `file:` URI."""
    text = path.as_posix()
    if not path.is_absolute():
        return {"uri": quote(text, errors="backslashreplace"), "uriBaseId": "%SRCROOT%"}
    drive = "/" if isinstance(path, PureWindowsPath) else ""
    return {"uri": f"file://{drive}{quote(text, safe='/:', errors='backslashreplace')}"}
