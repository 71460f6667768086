"""Workflow commands: the worst findings as annotations on a pull request, and a summary of all for the job's page."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from netaudit.finding import Severity, State, reaches
from netaudit.report import written
from netaudit.report.escape import for_github

if TYPE_CHECKING:
    from collections.abc import Mapping

    from netaudit.finding import Finding
    from netaudit.report import Page
    from netaudit.result import Result

MOST = 10
"""Annotations of one kind that GitHub shows for a step."""

LARGEST_SUMMARY = 1 << 20
"""Bytes that GitHub takes as the summary of a step; a larger one is refused as a whole."""


def write(result: Result[Finding, Any], page: Page) -> str:
    """An annotation for each of the worst findings that are here and not suppressed, then one line about all."""
    titles = {about.code: f"{about.code} {about.title}" for about in result.rules}
    here = [row for row in result.rows if row.state in {State.NEW, State.UNCHANGED}]
    noted = here[: min(page.top or MOST, MOST)]
    lines = [*(_annotation(row, titles) for row in noted), _tally(result, len(here) - len(noted))]
    return "".join(f"{line}\n" for line in lines)


def _annotation(row: Finding, titles: Mapping[str, str]) -> str:
    properties: dict[str, Any] = {}
    if row.file is not None and row.file != "-":  # standard input is no place to go to
        properties = {"file": PurePath(row.file).as_posix(), "line": row.line, "col": row.column}
    properties["title"] = titles.get(row.rule, row.rule)
    known = ",".join(
        f"{name}={for_github(str(value), in_property=True)}" for name, value in properties.items() if value is not None
    )
    message = "%0A".join(for_github(text) for text in (row.message, row.remedy) if text)  # a line end of our own
    return f"::{_level(row)} {known}::{message}"


def _level(row: Finding) -> str:
    """An error for what fails, and for nothing else; of the rest what is medium or worse is a warning."""
    if row.fails:
        return "error"
    return "warning" if reaches(row.severity, Severity.MEDIUM) else "notice"


def _tally(result: Result[Finding, Any], further: int) -> str:
    states = Counter(row.state for row in result.rows)
    parts = [
        f"Findings: {states[State.NEW] + states[State.UNCHANGED]}",
        f"failing: {sum(row.fails for row in result.rows)}",
        *(f"{state}: {states[state]}" for state in (State.SUPPRESSED, State.RESOLVED) if states[state]),
        *([f"further findings: {further}"] if further else []),
    ]
    return "; ".join(parts)


def summary_for_github(result: Result[Finding, Any], page: Page) -> str:
    """The answer in Markdown, for the file that GitHub shows on the job's page.

    Where all rows would be too much for GitHub there are fewer, and the text says how many of how many.
    """
    top = len(result.rows) if page.top is None else page.top
    text = written(result, "markdown", replace(page, top=top))
    while top and (size := len(text.encode())) > LARGEST_SUMMARY:
        top = min(top - 1, top * LARGEST_SUMMARY // size)
        text = written(result, "markdown", replace(page, top=top))
    return text
