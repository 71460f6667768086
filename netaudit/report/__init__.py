"""Result → text, in every format, and text → where the user wants it."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from netaudit.errors import shown, usage
from netaudit.finding import Finding

if TYPE_CHECKING:
    from netaudit.result import Result

WRITERS = {
    "table": "netaudit.report.as_table",
    "json": "netaudit.report.as_json",
    "csv": "netaudit.report.as_csv",
    "markdown": "netaudit.report.as_markdown",
    "sarif": "netaudit.report.as_sarif",
    "junit": "netaudit.report.as_junit",
    "github": "netaudit.report.as_github",
}
"""Format → the module whose `write` makes it."""

FOR_FINDINGS = ("sarif", "junit", "github")
"""Formats of the machines that run builds: they know findings, and nothing else that a result may hold."""

FOR_ALL = tuple(form for form in WRITERS if form not in FOR_FINDINGS)
"""Formats that serve every result."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a text is written for: `width` in columns or None for no limit, `top` rows or None for the format's own."""

    width: int | None = None
    color: bool = False
    fancy: bool = True
    top: int | None = None


class Writer(Protocol):
    """A module that turns a result into text."""

    def write(self, result: Result[Any, Any], page: Page) -> str:
        """The whole text, with one final newline."""
        ...


def written(result: Result[Any, Any], form: str, page: Page) -> str:
    """A result in one of the formats. Raises UsageError for a format that does not know such rows, or is none."""
    possible = tuple(WRITERS) if result.row_type is Finding else FOR_ALL
    if form not in possible:
        why = f"{form} is for findings only" if form in WRITERS else f"no format is called {shown(form)}"
        raise usage(why, f"formats are {', '.join(possible)}")
    writer: Writer = import_module(WRITERS[form])
    return writer.write(result, page)
