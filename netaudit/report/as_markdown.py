"""Markdown: a table and its words, fit for a pull-request comment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netaudit.report.escape import for_markdown, for_terminal
from netaudit.report.figures import NUMERIC, Scale, heading, number, sentence, shares, table_scale, text_of
from netaudit.result import Bin, Unit, columns_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netaudit.report import Page
    from netaudit.result import Column, Result, Sentence


def write(result: Result[Any, Any], page: Page) -> str:
    """Title, table and closing words."""
    currency = result.currency
    parts = [f"### {_said(result.title, currency)}"]
    for part, found in result.parts() if result.checklist is None else ():
        rows = found[: page.top]
        if part is not None:
            parts.append(f"#### {part}")
        parts.append(_table(result.row_type, rows, currency, result.left_out) if rows else "No rows.")
        if len(rows) < len(found):
            parts.append(f"{len(rows)} of {len(found)} rows.")
    for todo in result.checklist or ():
        parts.append(f"#### {_said(todo.heading, currency)}")
        parts.append("\n".join(f"- [ ] {_said(item, currency)}" for item in todo.items))
    if result.histogram is not None:
        parts += ["#### How often which loss was drawn", _table(Bin, result.histogram, currency, result.hidden)]
    if result.sensitivity:
        parts += [
            "#### How far each assumption moves the total",
            _table(type(result.sensitivity[0]), result.sensitivity, currency),
        ]
    for said in result.closing:
        words = _command(said) if said.kind == "next" else _said(said, currency)
        parts.append(f"> {words}" if said.kind == "warning" else words)
    return "\n\n".join(parts) + "\n"


def _said(text: Sentence, currency: str | None) -> str:
    return for_markdown(sentence(text, currency))


def _command(text: Sentence) -> str:
    """A command in code, or plainly where it could break out of the code."""
    words = for_terminal(str(text.values["command"].content))
    return f"Next: {for_markdown(words)}" if "`" in words else f"Next: `{words}`"


def _table(row_type: type[Any], rows: Sequence[Any], currency: str | None, without: tuple[str, ...] = ()) -> str:
    columns = {
        name: about
        for name, about in columns_of(row_type).items()
        if about.table and name not in without and any(text_of(row, name) is not None for row in rows)
    }
    scale = table_scale(rows, columns)
    heads = [heading(about, scale, currency) for about in columns.values()]
    rules = ["---:" if about.unit in NUMERIC else "---" for about in columns.values()]
    lines = [heads, rules, *([_cell(row, name, about, scale) for name, about in columns.items()] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(row: Any, name: str, about: Column, scale: Scale) -> str:
    value = getattr(row, name)
    if about.unit is Unit.MONEY:
        return about.absent if value is None else scale.money(value)
    if about.unit is Unit.SHARE and value is not None:
        return shares(value)
    if about.unit is Unit.FLAG:
        return "yes" if value else ""
    if about.unit is Unit.TEXT:
        return for_markdown(text_of(row, name) or "")
    if about.unit is Unit.NUMBER and value is not None:
        return number(value)
    return "" if value is None else str(value) if about.unit in NUMERIC else for_markdown(str(value))
