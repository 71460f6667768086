"""A table for people: worst first, one scale per money column, a bar where a share decides, words at the end."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from netaudit.report.escape import for_terminal
from netaudit.report.figures import NUMERIC, Scale, bar, heading, number, sentence, share, shares, table_scale, text_of
from netaudit.result import Bin, Unit, columns_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import ConsoleOptions, RenderableType, RenderResult

    from netaudit.report import Page
    from netaudit.result import Column, Result, Sentence

TOP = 20
"""Rows shown unless asked otherwise."""

UNLIMITED = 10_000
LEGIBLE = 24
"""Columns that a name keeps however narrow the page is."""

STYLES = {
    **dict.fromkeys(("severed", "critical", "high"), "bold red"),
    **dict.fromkeys(("exposed", "medium"), "bold"),
    **dict.fromkeys(("held", "resolved"), "green"),
    **dict.fromkeys(("unchanged", "suppressed"), "dim"),
}
"""How choices look that a reader should see first, or last."""


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
    currency = result.currency
    console.print(_text(result.title, currency, "bold"))
    console.print()
    for entry in (*_body(result, page), *_drawn(result, page), *_moving(result, page)):
        console.print(entry)
    console.print()
    for said in result.closing:
        console.print(_text(said, currency, "dim" if said.kind == "warning" else ""), soft_wrap=said.kind == "next")
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def _body(result: Result[Any, Any], page: Page) -> Iterator[RenderableType]:
    """The rows as a table, as one for each of their parts, or as a tree."""
    top = TOP if page.top is None else page.top or None
    if result.nested_by:
        if result.rows:
            tree = _tree(result, top)
            yield tree if page.fancy else _InAscii(tree)
        return
    for index, (part, found) in enumerate(result.parts()):
        rows = found[:top]
        if part is not None:
            yield Text(f"{chr(10) * bool(index)}{part}", "bold")
        if rows:
            yield _table(result.row_type, rows, result.currency, page, without=result.left_out)
        if len(rows) < len(found):
            yield Text(f" {len(rows)} of {len(found)} rows; --top 0 shows all.", "dim")


@dataclass(frozen=True, slots=True)
class _InAscii:
    """Something that is drawn with plain signs only."""

    drawn: Tree

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        plain = options.copy()
        plain.encoding = "ascii"
        yield from console.render(self.drawn, plain)


def _drawn(result: Result[Any, Any], page: Page) -> Iterator[RenderableType]:
    """How often which loss was drawn, if any was."""
    if result.histogram is not None:
        yield Text("\nHow often which loss was drawn", "bold")
        yield _table(Bin, result.histogram, result.currency, page, without=result.hidden)


def _moving(result: Result[Any, Any], page: Page) -> Iterator[RenderableType]:
    """How far the assumptions move the total, if that was asked."""
    if result.sensitivity is None:
        return
    moving = [swing for swing in result.sensitivity if swing.swing]
    yield Text("\nHow far each assumption moves the total, one at a time:\n")
    if moving:
        yield _table(type(moving[0]), moving, result.currency, page)
    yield Text(f" {len(result.sensitivity) - len(moving)} others do not move it.", "dim")


def _tree(result: Result[Any, Any], top: int | None) -> Tree:
    """The rows as leaves, under a branch for each value of the columns that nest them; no id is said twice on a way."""
    columns = columns_of(result.row_type)
    levels = result.nested_by
    leaf = [name for name, about in columns.items() if about.table and name not in levels]
    root = Tree(_text(result.root, result.currency, "bold"))
    known = {value.content for value in result.root.values.values()}
    branches: dict[tuple[tuple[str, str], ...], Tree] = {(): root}
    for row in result.rows[:top]:
        path: tuple[tuple[str, str], ...] = ()
        for level, name in ((level, getattr(row, level)) for level in levels):
            if name is None:
                continue
            parent, path = branches[path], (*path, (level, name))
            if path not in branches:
                branches[path] = parent.add(Text(for_terminal(name)))
        above = known.union(name for _, name in path)
        said = {name: getattr(row, name) for name in leaf}
        parts = [_part(value, columns[name]) for name, value in said.items() if _tells(value, columns[name], above)]
        branches[path].add(Text(" · ".join(parts)))
    if top is not None and len(result.rows) > top:
        root.add(Text(f"{top} of {len(result.rows)} ties; --top 0 shows all", "dim"))
    return root


def _tells(value: Any, about: Column, above: set[Any]) -> bool:
    """Whether a value says something that has not been said above it."""
    if value is None or value is False or value == "":
        return False
    return about.unit is not Unit.ID or value not in above


def _part(value: Any, about: Column) -> str:
    """A value with what it is, for a line that has no headings above it."""
    word = about.heading.lower()
    if about.unit is Unit.SHARE:
        return f"{word} {share(value)}"
    if about.unit is Unit.NUMBER:
        return f"{word} {value:.3g}"
    if about.unit is Unit.COUNT:
        return f"{value} {word}"
    return word if about.unit is Unit.FLAG else for_terminal(str(value))


def _text(said: Sentence, currency: str | None, style: str) -> Text:
    return Text(for_terminal(sentence(said, currency)), style)


def _table(
    row_type: type[Any], rows: Sequence[Any], currency: str | None, page: Page, without: tuple[str, ...] = ()
) -> Table:
    """The rows under their headings; columns that only wide pages have room for come with the width.

    Left out are columns without any value, and those of `without`.
    """
    wide = page.width is None or page.width >= 100
    columns = {name: about for name, about in columns_of(row_type).items() if about.table and (wide or not about.wide)}
    columns = {
        name: about
        for name, about in columns.items()
        if name not in without and any(text_of(row, name) is not None for row in rows)
    }
    table = Table(box=box.SIMPLE_HEAD if page.fancy else box.ASCII2, show_edge=False, padding=(0, 1, 0, 0))
    scale = table_scale(rows, columns)
    for name, about in columns.items():
        longest = max(len(for_terminal(text_of(row, name) or "")) for row in rows) if about.unit is Unit.TEXT else 0
        table.add_column(
            heading(about, scale, currency),
            min_width=min(longest, LEGIBLE if page.width is None or page.width >= 80 else LEGIBLE // 2),
            justify="right" if about.unit in NUMERIC and not about.bar else "left",
            no_wrap=about.unit is not Unit.TEXT,
            overflow="fold",
        )
    wholes = {name: max(getattr(row, name) for row in rows) or 1 for name, about in columns.items() if about.scaled}
    for row in rows:
        cells = (
            _cell(row, name, columns[name], scale, page, 10 if wide else 5, wholes.get(name, 1)) for name in columns
        )
        table.add_row(*cells)
    return table


def _cell(row: Any, name: str, about: Column, scale: Scale, page: Page, width: int, whole: float) -> Text:
    value = getattr(row, name)
    if about.unit is Unit.MONEY:
        return Text(about.absent if value is None else scale.money(value))
    if about.unit is Unit.FLAG or (about.unit is Unit.SHARE and value is None):
        return Text("yes" if value else "")
    if about.unit is Unit.SHARE:
        drawn = f"{bar(value / whole, width, fancy=page.fancy)} " if about.bar else ""
        return Text(f"{drawn}{shares(value):>6}")
    if about.unit is Unit.CHOICE:
        return Text(str(value), STYLES.get(str(value), ""))
    if about.unit is Unit.NUMBER:
        return Text(number(value))
    return Text(for_terminal(text_of(row, name) or ""))
