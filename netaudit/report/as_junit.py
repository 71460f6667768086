"""JUnit XML: a test suite for each rule, a test case for each finding."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from netaudit import __version__
from netaudit.finding import State
from netaudit.report.escape import for_xml

if TYPE_CHECKING:
    from netaudit.finding import Finding
    from netaudit.report import Page
    from netaudit.result import About, Result

NO_DAY = "1970-01-01"
"""The schema wants a time. The clock's would differ from run to run, so it is the day judged by, or this one."""

CALM: dict[str, str] = {
    State.NEW: "below the limit",
    State.UNCHANGED: "unchanged since the baseline",
    State.SUPPRESSED: "suppressed",
}
"""Why a finding does not fail. What is resolved is no finding any more: its test passes."""


def write(result: Result[Finding, Any], page: Page) -> str:  # noqa: ARG001 - all rows, see below
    """All findings, whatever the page holds: a test left out would read as one that passed.

    A finding that fails is a `failure`. One that does not is `skipped`, the only other thing the schema has for a test
    that did not pass (`error` is for a test that broke), with the reason. A rule without findings is a passing test.
    """
    day = NO_DAY if result.facts is None else result.facts.as_of
    rules = {about.code: about for about in result.rules}
    root = ET.Element("testsuites")
    for number, (code, rows) in enumerate(_by_rule(result).items()):
        root.append(_suite(number, code, rules.get(code), rows, day))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _by_rule(result: Result[Finding, Any]) -> dict[str, list[Finding]]:
    """Findings by code, the rules of the catalogue first; where there is neither, one suite that says so."""
    found: dict[str, list[Finding]] = {about.code: [] for about in result.rules}
    for row in result.rows:
        found.setdefault(row.rule, []).append(row)
    return found or {"netaudit": []}  # a report without a single test is an error to many a reader


def _suite(number: int, code: str, about: About | None, rows: list[Finding], day: str) -> ET.Element:
    cases = _cases(code, rows)
    suite = ET.Element(
        "testsuite",
        id=str(number),
        package="netaudit",
        name=for_xml(f"{code} {about.name}" if about else code),
        timestamp=f"{day}T00:00:00",
        hostname="localhost",
        tests=str(len(cases)),
        failures=str(sum(case.find("failure") is not None for case in cases)),
        errors="0",
        skipped=str(sum(case.find("skipped") is not None for case in cases)),
        time="0",
    )
    properties = ET.SubElement(suite, "properties")
    ET.SubElement(properties, "property", name="netaudit", value=__version__)
    suite.extend(cases)
    words = (about.title, about.reason, about.remedy) if about else ()
    ET.SubElement(suite, "system-out").text = _lines(*words)
    ET.SubElement(suite, "system-err")
    return suite


def _lines(*texts: str | None) -> str:
    """Texts, each made harmless, on lines of their own."""
    return "\n".join(for_xml(text) for text in texts if text)


def _cases(code: str, rows: list[Finding]) -> list[ET.Element]:
    """One case per finding; names that stand twice are numbered, as readers take equal names for one test."""
    seen: Counter[str] = Counter()
    cases = []
    for row in rows:
        name = _name(row)
        seen[name] += 1
        cases.append(_case(code, name if seen[name] == 1 else f"{name} #{seen[name]}"))
        _judge(cases[-1], row)
    return cases or [_case(code, "no findings")]


def _case(code: str, name: str) -> ET.Element:
    return ET.Element("testcase", name=for_xml(name), classname=for_xml(code), time="0")


def _name(row: Finding) -> str:
    """What the finding is about, or else where, without figures, so that a test keeps its name from run to run."""
    return row.subject or row.name or row.source or row.message


def _judge(case: ET.Element, row: Finding) -> None:
    if row.fails:
        outcome = ET.SubElement(case, "failure", type=row.severity, message=for_xml(row.message))
    elif row.state in CALM:
        outcome = ET.SubElement(case, "skipped", message=for_xml(f"{row.severity}, {CALM[row.state]}: {row.message}"))
    else:
        return
    outcome.text = _lines(row.message, row.remedy, row.source)
