"""Result → text, in every format, and text → where the user wants it."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from netaudit.errors import shown, usage

if TYPE_CHECKING:
    from netaudit.result import Result

WRITERS = {
    "table": "netaudit.report.as_table",
    "json": "netaudit.report.as_json",
    "csv": "netaudit.report.as_csv",
    "markdown": "netaudit.report.as_markdown",
}
"""Format → the module whose `write` makes it."""


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
    """A result in one of the formats."""
    if form not in WRITERS:
        raise usage(f"no format is called {shown(form)}", f"formats are {', '.join(WRITERS)}")
    writer: Writer = import_module(WRITERS[form])
    return writer.write(result, page)
