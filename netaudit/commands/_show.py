"""The last step of every command: the answer to standard output or a file, remarks to standard error."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netaudit.commands._defaults import files_read
from netaudit.errors import ExitCode, OutputError, Problem, nearest, shown, usage
from netaudit.report import WRITERS, Page, written
from netaudit.report.streams import append, deliver_all, is_fancy, is_same, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from netaudit.book import Book
    from netaudit.result import Result, Source


def show(
    result: Result[Any, Any],
    book: Book | None,
    form: str,
    output: str | Sequence[str] | None,
    top: int | None,
    color: str,
    *,
    quiet: bool = False,
    verbose: bool = False,
) -> None:
    """Write the result in its format; say on standard error what the user should know about the data.

    `output` is a file, or several such as `sarif=a.sarif`; without a plain one the answer goes to standard output.
    """
    wanted = {output: form} if output is None or isinstance(output, str) else _outputs(form, output)
    texts = {path: written(result, form, _page(form, path, top, color)) for path, form in wanted.items()}
    notes = [] if book is None else notes_on(book, quiet=quiet, verbose=verbose)
    own = [] if book is None else [f"warning: {one}" for one in result.warnings if one not in book.warnings]
    remarks = [*(f"warning: {warning}" for warning in result.warnings), *notes]
    if quiet:  # what makes a verdict worth less is no note
        quiet, remarks = False, own
    summary = os.environ.get("GITHUB_STEP_SUMMARY") if "github" in wanted.values() else None
    if summary:
        from netaudit.report.as_github import summary_for_github

        _spare([summary], _read_for(result))
        append(summary_for_github(result, Page()), summary)  # first: an answer that is out cannot be taken back
    hand_over(texts, _read_for(result), quiet=quiet, remarks=remarks)


def hand_over(texts: Mapping[str | None, str], read: Iterable[str], *, quiet: bool, remarks: Iterable[str]) -> None:
    """Answers where they are wanted, never over a file that they come from; remarks on standard error."""
    _spare([output for output in texts if output is not None], read)
    if not quiet:
        say(remarks)
    deliver_all(texts)


def _spare(outputs: Iterable[str], read: Iterable[str]) -> None:
    """No answer is written over a file that it comes from, nor over settings."""
    spared = [*read, *files_read()]
    for output in outputs:
        if output != "-" and any(is_same(Path(output), Path(source)) for source in spared):
            raise OutputError([Problem("O001", "is what the answer comes from", "write to another file", output)])


def _read_for(result: Result[Any, Any]) -> Iterator[str]:
    """The files that an answer comes from."""
    if result.facts is not None:
        yield from (source.path for source in result.facts.sources)
    yield from (source["path"] for source in result.judged_by.get("inputs", ()))
    yield from (result.judged_by[name]["path"] for name in ("policy", "baseline") if result.judged_by.get(name))


def verdict(cause: str | None) -> int:
    """The exit code of a verdict; why it is no good one is said on standard error."""
    if cause is None:
        return ExitCode.ANSWERED
    say([f"netaudit: {cause}"])
    return ExitCode.FINDINGS


def _outputs(form: str, given: Sequence[str]) -> dict[str | None, str]:
    """Which file gets which format; the format asked for goes to standard output unless a file is named for it."""
    files: dict[str | None, str] = {}
    for text in given:
        name, mark, path = text.partition("=")
        if not mark or not name.isalpha():
            name, path = form, text
        if name not in WRITERS:
            raise usage(f"no format is called {shown(name)}", nearest(name, WRITERS) or f"or ./{text} for such a file")
        if path in files:
            raise usage(f"two answers for the file {shown(path)}", "give each a file of its own")
        files[path] = name
    return files if form in files.values() else {None: form, **files}


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

    texts = {output: written(result, form, _page(form, output, top, color))}
    notes = told_apart(*(notes_on(book, quiet=quiet, verbose=verbose) for book in books))
    known = told_apart(*(book.warnings for book in books))
    own = [f"warning: {warning}" for warning in result.warnings if warning not in known]
    remarks = [*(f"warning: {warning}" for warning in result.warnings), *notes]
    hand_over(texts, _read_for(result), quiet=False, remarks=own if quiet else remarks)


def _page(form: str, output: str | None, top: int | None, color: str) -> Page:
    to_terminal = output is None and sys.stdout.isatty()
    colored = color == "always" or (color == "auto" and to_terminal and not os.environ.get("NO_COLOR"))
    width = max(shutil.get_terminal_size().columns, 60) if to_terminal else None
    fancy = output is not None or is_fancy(sys.stdout)
    if form != "table":
        top = top or None
    return Page(width, colored, fancy, top)


def notes_on(book: Book, *, quiet: bool, verbose: bool) -> list[str]:
    """What the user should know about the data behind an answer; nothing is counted for who wants no notes."""
    if quiet:
        return []
    remarks = []
    if book.as_of_from == "clock":
        remarks.append(f"note: as of today, {book.as_of.isoformat()}; --as-of or as_of: fixes the day")
    if book.weighted_by == "count":
        remarks.append("note: no customer has a revenue, so customers are counted instead of money")
    remarks += [f"note: {note}" for note in book.notes()]
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
