"""What is wrong with the data, and where?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from netaudit.errors import CODES
from netaudit.finding import Finding, Severity, State
from netaudit.result import About, Result, Sentence, Unit, Value, column

if TYPE_CHECKING:
    from netaudit.book import Book
    from netaudit.errors import InputError, Problem

NOT_JUDGED = ("F001", "F006")
"""Problems that leave nothing to look into: no such file, and nothing in it."""


Row = Finding


@dataclass(frozen=True, slots=True)
class Summary:
    """How much is wrong."""

    problems: int = column("Problems", Unit.COUNT, "problems in the data; rows may list fewer")
    failed: bool = column("Failed", Unit.FLAG, "whether there are any, and validate ends with exit code 1")


def all_right(book: Book) -> Result[Finding, Summary]:
    """The answer for a book that could be loaded."""
    loaded = sum(source.loaded for source in book.sources)
    counts = {"rows": Value(loaded, Unit.COUNT), "files": Value(len(book.sources), Unit.COUNT)}
    said = Sentence("No problem. Rows read: {rows}; files: {files}.", counts)
    return _result((), 0, (said,), book, {})


def problems_in(error: InputError) -> Result[Finding, Summary]:
    """The answer for one that could not: every problem that was located. Raises the error where nothing was read."""
    if any(problem.code in NOT_JUDGED or problem.file is None for problem in error.problems):
        raise error
    rows = tuple(map(_row, error.problems))
    closing = [Sentence("Problems: {count}.", {"count": Value(error.count, Unit.COUNT)})]
    if error.count > len(rows):
        closing = [Sentence("{shown} of {count} problems are listed.", _counts(len(rows), error.count))]
    closing += [Sentence("{tally}.", {"tally": Value(error.tally, Unit.TEXT)})] if error.tally else []
    read = {"inputs": [{"path": path, "sha256": digest} for path, digest in error.files.items()]}
    return _result(rows, error.count, tuple(closing), None, read)


def cause(result: Result[Finding, Summary]) -> str | None:
    """Why validation fails, for a line on standard error; None where it does not."""
    return f"problems in the data: {result.summary.problems}" if result.summary.failed else None


def _counts(shown: int, count: int) -> dict[str, Value]:
    return {"shown": Value(shown, Unit.COUNT), "count": Value(count, Unit.COUNT)}


def _row(problem: Problem) -> Finding:
    place = ":".join(str(part) for part in (problem.file, problem.line, problem.column) if part is not None)
    return Finding(
        severity=str(Severity.HIGH),
        rule=problem.code,
        subject=None,
        name=None,
        message=problem.message + (f" ({problem.hint})" if problem.hint else ""),
        revenue=None,
        state=str(State.NEW),
        fails=True,
        source=place,
        remedy="",
        measure=None,
        fingerprint=None,
        file=problem.file,
        line=problem.line,
        column=problem.column,
    )


def _result(
    rows: tuple[Finding, ...], count: int, closing: tuple[Sentence, ...], book: Book | None, read: dict[str, Any]
) -> Result[Finding, Summary]:
    used = dict.fromkeys(row.rule for row in rows)
    return Result(
        schema="netaudit/validate/1",
        title=Sentence("Is anything wrong with the data?"),
        facts=None if book is None else book.facts(),
        summary=Summary(count, failed=count > 0),
        rows=rows,
        row_type=Finding,
        closing=closing,
        warnings=() if book is None else book.warnings,
        rules=tuple(About(code, code, Severity.HIGH, CODES[code], CODES[code], "") for code in used),
        judged_by=read,
        hidden=("state", "severity"),
    )
