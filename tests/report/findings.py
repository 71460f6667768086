"""Small results of checks, and names that would be more than text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from netaudit.finding import Finding, State
from netaudit.report import Page, written
from netaudit.result import About, Facts, Result, Sentence, Unit, Value, column

RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""What no output for a reader has in it, besides line ends of its own."""

COMMAND = re.compile(r"^\s*::|##\[", re.MULTILINE)
"""What a runner takes for a workflow command."""

HOSTILE = (
    "\x1b[2J\x1b]0;pwn\x07\x00\x9b",
    "a\nb\r\nc\rd\x85e\u2028f",
    "x\u202eabc\u2066",
    "\ud800 alone \udfff\ufffe\uffff",
    "::error file=a.py,line=1::pwned",
    "\n::stop-commands::token",
    "  ##[group]x",
    "%0A::error::pwned%25%0D",
    "a,line=99,title=b:c::d",
    "]]></failure><failure/><![CDATA[&amp;&#0;",
    "</script><img src=x onerror=alert(1)>",
    "[here](https://x.invalid) {0} {{1}} {leavers} %s",
    "\\](1) \\[x\\](2)",
    "| a | b |\n| --- | --- |",
    '" onload="x" \'',
)

SINGLE = About(
    "NA101",
    "single-threaded",
    "high",
    "Single-threaded customer",
    "One colleague alone holds the customer.",
    "Introduce a second colleague.",
)
UNMAPPED = About("NA301", "unmapped", "low", "Unmapped customer", "Nobody is known to hold it.", "Map it.")
FACTS = Facts("2015-01-23", "book", "DKK", "revenue", (), {})


@dataclass(frozen=True, slots=True)
class Count:
    """How many findings there are."""

    findings: int = column("Findings", Unit.COUNT, "all of them")


def finding(**values: Any) -> Finding:
    """A finding that fails, but for what is said otherwise."""
    usual: dict[str, Any] = {
        "severity": "high",
        "rule": "NA101",
        "subject": "customer:havn",
        "name": "Havnegade Logistik",
        "message": "Only Mette Holm holds Havnegade Logistik.",
        "revenue": 4_200_000.0,
        "state": "new",
        "fails": values.get("state", State.NEW) == State.NEW and values.get("severity", "high") in {"high", "critical"},
        "source": "book/ties.csv:2",
        "remedy": "Introduce Bo Lund.",
        "measure": None,
        "fingerprint": "f1",
        "file": "book/ties.csv",
        "line": 2,
        "column": 7,
    }
    return Finding(**usual | values)


def found(*rows: Finding, **values: Any) -> Result[Finding, Count]:
    """What a check found."""
    usual: dict[str, Any] = {
        "facts": FACTS,
        "rules": (SINGLE, UNMAPPED),
        "closing": (
            Sentence("Failing: {failing}.", {"failing": Value(sum(row.fails for row in rows), Unit.COUNT)}),
            Sentence("The baseline is old.", {}, "warning"),
            Sentence("Next: {command}", {"command": Value("netaudit why customer:havn", Unit.TEXT)}, "next"),
        ),
    }
    title = Sentence("Findings: {count}", {"count": Value(len(rows), Unit.COUNT)})
    return Result("netaudit/check/1", title, summary=Count(len(rows)), rows=rows, row_type=Finding, **usual | values)


SMALL = found(
    finding(),
    finding(
        subject="customer:nord", name=None, message="Only Bo holds nord.", state="unchanged", fingerprint="f2", line=5
    ),
    finding(severity="medium", state="suppressed", subject="customer:syd", message="As agreed.", revenue=None),
    finding(state="resolved", subject="customer:øst", message="Was held by one.", file=None, line=None, source=None),
    warnings=("No tie has a date.",),
    judged_by={"baseline": {"path": "old.json"}},
)
"""A finding in each state."""


def answer(form: str, result: Result[Finding, Count], top: int | None = None) -> str:
    """A result in one format; nothing raw is in it."""
    text = written(result, form, Page(top=top))
    assert not RAW.search(text)
    assert text.endswith("\n")
    return text
