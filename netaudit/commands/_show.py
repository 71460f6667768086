"""The last step of every command: the answer to standard output or a file, remarks to standard error."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netaudit.errors import OutputError, Problem
from netaudit.report import Page, written
from netaudit.report.streams import deliver, is_fancy, say

if TYPE_CHECKING:
    from netaudit.book import Book
    from netaudit.result import Result, Source


def show(
    result: Result[Any, Any],
    book: Book,
    form: str,
    output: str | None,
    top: int | None,
    color: str,
    *,
    quiet: bool = False,
    verbose: bool = False,
) -> None:
    """Write the result in its format; say on standard error what the user should know about the data."""
    hand_over(written(result, form, _page(form, output, top, color)), book, output, quiet=quiet, verbose=verbose)


def show_both(
    result: Result[Any, Any],
    books: tuple[Book, Book],
    form: str,
    output: str | None,
    top: int | None,
    color: str,
    *,
    quiet: bool = False,
    verbose: bool = False,
) -> None:
    """The same for an answer about an old and a new book."""
    from netaudit.analysis.diff import told_apart

    text = written(result, form, _page(form, output, top, color))
    _spare(output, *books)
    if not quiet:
        notes = told_apart(*(_notes(book, verbose=verbose) for book in books))
        say([*(f"warning: {warning}" for warning in result.warnings), *notes])
    deliver(text, output)


def hand_over(text: str, book: Book, output: str | None, *, quiet: bool, verbose: bool) -> None:
    """An answer where it is wanted, never over a file of its own book; remarks on standard error."""
    _spare(output, book)
    if not quiet:
        say([*(f"warning: {warning}" for warning in book.warnings), *_notes(book, verbose=verbose)])
    deliver(text, output)


def _spare(output: str | None, *books: Book) -> None:
    """No answer is written over a file of its own books."""
    if output is not None and any(_is_same(output, source.path) for book in books for source in book.sources):
        raise OutputError([Problem("O001", "is a file of this book", "write the answer to another file", output)])


def _is_same(output: str, source: str) -> bool:
    """Whether both name one file, under whatever name."""
    try:
        return Path(output).samefile(source)
    except OSError:  # the output is not there yet, or cannot be
        return False


def _page(form: str, output: str | None, top: int | None, color: str) -> Page:
    to_terminal = output is None and sys.stdout.isatty()
    colored = color == "always" or (color == "auto" and to_terminal and not os.environ.get("NO_COLOR"))
    width = max(shutil.get_terminal_size().columns, 60) if to_terminal else None
    fancy = output is not None or is_fancy(sys.stdout)
    if form != "table":
        top = top or None
    return Page(width, colored, fancy, top)


def _notes(book: Book, *, verbose: bool) -> list[str]:
    remarks = []
    if book.as_of_from == "clock":
        remarks.append(f"note: as of today, {book.as_of.isoformat()}; --as-of or as_of: fixes the day")
    if book.weighted_by == "count":
        remarks.append("note: no customer has a revenue, so customers are counted instead of money")
    remarks += [f"note: {note}" for note in book.notes]
    skipped = sum(source.skipped for source in book.sources)
    if skipped and not verbose:
        remarks.append(f"note: rows skipped: {skipped}; -v says why")
    if verbose:
        remarks += [_read(source) for source in book.sources]
        remarks += [f"assumed: {name} = {value}" for name, value in book.assumptions.as_mapping().items()]
    return remarks


_SPOKEN = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
"""How delimiters are called."""


def _read(source: Source) -> str:
    """What was read from one file, and how."""
    because = ", ".join(f"{reason}: {count}" for reason, count in source.details.items())
    words = f"read: {source.path}: {source.loaded} rows loaded, {source.skipped} skipped"
    words += f" ({because})" if because else ""
    if not source.read_as:
        return words
    how = dict(source.read_as)
    delimiter = str(how.pop("delimiter"))
    how |= {"between cells": _SPOKEN.get(delimiter, delimiter), "header in line": how.pop("header_line")}
    return f"{words}; {', '.join(f'{name} {value}' for name, value in how.items() if value is not None)}"
