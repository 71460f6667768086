"""A table for people: worst first, one scale per money column, a bar where a share decides, words at the end."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from netaudit.report.escape import for_terminal
from netaudit.report.figures import NUMERIC, Scale, bar, heading, sentence, share, table_scale, text_of
from netaudit.result import Unit, columns_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netaudit.report import Page
    from netaudit.result import Column, Result, Sentence

TOP = 20
"""Rows shown unless asked otherwise."""

UNLIMITED = 10_000
LEGIBLE = 24
"""Columns that a name keeps however narrow the page is."""

STYLES = {"severed": "bold red", "exposed": "bold", "held": "green"}


def write(result: Result[Any, Any], page: Page) -> str:
    """Title, table, closing words; wrapped to the page's width, never cut where there is none."""
    out = io.StringIO()
    console = Console(
        file=out,
        width=page.width or UNLIMITED,
        force_terminal=page.color,
        no_color=not page.color,
        color_system="standard" if page.color else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
        soft_wrap=page.width is None,
    )
    currency = result.facts.currency
    console.print(_text(result.title, currency, "bold"))
    console.print()
    top = TOP if page.top is None else page.top or None
    for part, found in result.parts():
        rows = found[:top]
        if part is not None:
            console.print(Text(f"By {part}", "bold"))
        if rows:
            console.print(_table(result.row_type, rows, currency, page, without=result.parted_by))
        if len(rows) < len(found):
            console.print(Text(f" {len(rows)} of {len(found)} rows; --top 0 shows all.", "dim"))
        if part is not None:
            console.print()
    moving = [swing for swing in result.sensitivity or () if swing.swing]
    if result.sensitivity is not None:
        still = len(result.sensitivity) - len(moving)
        console.print("\nHow far each assumption moves the total, one at a time:\n")
        if moving:
            console.print(_table(type(moving[0]), moving, currency, page))
        console.print(Text(f" {still} others do not move it.", "dim"))
    if result.parted_by is None:
        console.print()
    for said in result.closing:
        console.print(_text(said, currency, "dim" if said.kind == "warning" else ""), soft_wrap=said.kind == "next")
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def _text(said: Sentence, currency: str | None, style: str) -> Text:
    return Text(for_terminal(sentence(said, currency)), style)


def _table(
    row_type: type[Any], rows: Sequence[Any], currency: str | None, page: Page, without: str | None = None
) -> Table:
    """The rows under their headings; columns that only wide pages have room for come with the width.

    Left out are columns without any value, and the one that parts the rows.
    """
    wide = page.width is None or page.width >= 100
    columns = {name: about for name, about in columns_of(row_type).items() if about.table and (wide or not about.wide)}
    columns = {
        name: about
        for name, about in columns.items()
        if name != without and any(text_of(row, name) is not None for row in rows)
    }
    table = Table(box=box.SIMPLE_HEAD if page.fancy else box.ASCII2, show_edge=False, padding=(0, 1, 0, 0))
    scale = table_scale(rows, columns)
    for name, about in columns.items():
        longest = max(len(for_terminal(text_of(row, name) or "")) for row in rows) if about.unit is Unit.TEXT else 0
        table.add_column(
            heading(about, scale, currency),
            min_width=min(longest, LEGIBLE),
            justify="right" if about.unit in NUMERIC and not about.bar else "left",
            no_wrap=about.unit is not Unit.TEXT,
            overflow="fold",
        )
    for row in rows:
        table.add_row(*(_cell(row, name, about, scale, page, wide=wide) for name, about in columns.items()))
    return table


def _cell(row: Any, name: str, about: Column, scale: Scale, page: Page, *, wide: bool) -> Text:
    value = getattr(row, name)
    if about.unit is Unit.MONEY:
        return Text(scale.money(value))
    if about.unit is Unit.SHARE and value is None:
        return Text("")
    if about.unit is Unit.SHARE:
        drawn = f"{bar(value, 10 if wide else 5, fancy=page.fancy)} " if about.bar else ""
        return Text(f"{drawn}{share(value):>6}")
    if about.unit is Unit.CHOICE:
        return Text(str(value), STYLES.get(str(value), ""))
    if about.unit is Unit.NUMBER:
        return Text(f"{value:g}")
    return Text(for_terminal(text_of(row, name) or ""))
