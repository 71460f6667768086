"""What an import has brought: every row of every file, kept or dropped and why, and what the book holds now."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netaudit.result import Result, Sentence, Unit, Value, column

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netaudit.importers.folder import Folder
    from netaudit.importers.ledger import Ledger
    from netaudit.importers.tally import Tally

FATES = ("kept", "dropped")
NAMED = 5
"""How many of those that are spoken of are named."""


@dataclass(frozen=True, slots=True)
class Row:
    """Rows of one file that went the same way."""

    file: str = column("File", Unit.TEXT, "the file")
    part: str = column("Read as", Unit.TEXT, "which export of the system it is", wide=True)
    fate: str = column("Fate", Unit.CHOICE, "whether the rows brought something into the book", choices=FATES)
    reason: str | None = column("Why", Unit.TEXT, "why rows were dropped; null for those that were kept")
    rows: int = column("Rows", Unit.COUNT, "how many; all of a file add up to what was read")
    first_line: int | None = column("First in line", Unit.COUNT, "the line of the first of them, where lines are known")


@dataclass(frozen=True, slots=True)
class Summary:
    """The book as it is written."""

    folder: str = column("Folder", Unit.TEXT, "the book's folder")
    kind: str = column("Kind", Unit.TEXT, "what was imported")
    as_of: str | None = column("As of", Unit.TEXT, "the newest day that an export told of; null where none tells one")
    read: int = column("Read", Unit.COUNT, "rows read")
    kept: int = column("Kept", Unit.COUNT, "rows that brought something into the book")
    dropped: int = column("Dropped", Unit.COUNT, "rows that did not")
    employees: int = column("Employees", Unit.COUNT, "in the book now")
    customers: int = column("Customers", Unit.COUNT, "in the book now")
    contacts: int = column("Contacts", Unit.COUNT, "in the book now")
    channels: int = column("Channels", Unit.COUNT, "in the book now")
    ties: int = column("Ties", Unit.COUNT, "in the book now")
    interactions: int = column("Interactions", Unit.COUNT, "rows of them in the book now, mostly one a month")
    employees_left: int = column("Left", Unit.COUNT, "employees who have left by then")
    doubts: int = column("Doubts", Unit.COUNT, "pairs that might be one, to decide in aliases.csv")
    merged: int = column("Merged", Unit.COUNT, "pairs made one, as aliases.csv says")
    columns_dropped: tuple[str, ...] = column(
        "Columns dropped", Unit.TEXT, "columns of the files that were not looked at"
    )


def outcome(
    kind: str,
    folder: Folder,
    ledger: Ledger,
    tallies: Sequence[Tally],
    doubts: int,
    merged: int,
    warnings: Sequence[str],
) -> Result[Row, Summary]:
    """The import as an answer."""
    day = folder.day(ledger)
    summary = Summary(
        str(folder.path),
        kind,
        day.isoformat() if day else None,
        sum(tally.rows for tally in tallies),
        sum(tally.kept for tally in tallies),
        sum(tally.dropped.total() for tally in tallies),
        len(ledger.employees),
        len(ledger.customers),
        len(ledger.contacts),
        len(ledger.channels),
        len(ledger.ties) + len(ledger.other_ties),
        len(ledger.contacted) + len(ledger.other_log),
        sum(1 for row in ledger.employees.rows.values() if row.get("left_on")),
        doubts,
        merged,
        tuple(dict.fromkeys(name for tally in tallies for name in tally.columns_dropped)),
    )
    return Result(
        schema="netaudit/import/1",
        title=Sentence("Imported into {folder}", {"folder": Value(str(folder.path), Unit.TEXT)}),
        facts=None,
        summary=summary,
        rows=tuple(row for tally in tallies for row in _rows(tally)),
        row_type=Row,
        closing=tuple(_closing(summary, ledger)),
        warnings=tuple(warnings),
    )


def _rows(tally: Tally) -> Iterator[Row]:
    if tally.kept or not tally.dropped:
        yield Row(tally.file, tally.part, "kept", None, tally.kept, None)
    for reason, rows in tally.dropped.most_common():
        yield Row(tally.file, tally.part, "dropped", reason, rows, tally.first.get(reason))


def _closing(summary: Summary, ledger: Ledger) -> Iterator[Sentence]:
    def count(number: int) -> Value:
        return Value(number, Unit.COUNT)

    values = {
        name: count(getattr(summary, name))
        for name in (
            *("read", "kept", "dropped", "employees", "customers", "contacts", "channels", "ties", "interactions"),
            *("doubts", "merged"),
        )
    }
    yield Sentence("Rows read: {read} = {kept} kept + {dropped} dropped.", values)
    yield Sentence(
        "In the book now: employees {employees}, customers {customers}, contacts {contacts}, channels {channels}, "
        "ties {ties}, rows of interactions {interactions}.",
        values,
    )
    if summary.as_of is None:
        yield Sentence("No file says how new it is, so the book has no as_of: answers are as of today.", kind="warning")
    else:
        yield Sentence(
            "As of {day}, the newest day that the exports tell of.", {"day": Value(summary.as_of, Unit.TEXT)}
        )
    if summary.merged:
        yield Sentence("Made one, as aliases.csv says: {merged}.", values)
    for words, those in sorted(ledger.noted.items()):
        first = ", ".join(list(those)[:NAMED]) + (", …" if len(those) > NAMED else "")
        yield Sentence(
            "{words}: {number} ({first}).",
            {
                "number": count(len(those)),
                "words": Value(words[0].upper() + words[1:], Unit.TEXT),
                "first": Value(first, Unit.TEXT),
            },
        )
    if summary.doubts:
        yield Sentence(
            "Pairs that might be one, and are kept apart: {doubts}. Write same or different beside each in {file}, "
            "then run netaudit import aliases -o {folder}.",
            values
            | {"file": Value(f"{summary.folder}/aliases.csv", Unit.TEXT), "folder": Value(summary.folder, Unit.TEXT)},
            kind="warning",
        )
    yield Sentence(
        "Next: {command}", {"command": Value(shlex.join(["netaudit", "risk", summary.folder]), Unit.TEXT)}, kind="next"
    )
