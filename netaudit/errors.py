"""What can go wrong, and the exit code it ends in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from enum import IntEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_QUOTED = re.compile(r"""\"(.*\"|.*$)|(?<!\w)'(.*'|.*$)""")

SHOWN = 50
"""How many problems the command line lists."""

GATHERED = 10_000
"""How many problems are located, for whoever wants them all."""

CODES = {
    "F001": "a file cannot be read",
    "F002": "a file is not text in the encoding it should have",
    "F003": "a file, a row or a cell is larger than the limit",
    "F004": "a path leaves the book",
    "F005": "a file that belongs to no table",
    "F006": "nothing to audit",
    "Y001": "the YAML or JSON cannot be parsed",
    "Y002": "an anchor, alias or merge key",
    "Y003": "a tag",
    "Y004": "a key that stands twice",
    "Y005": "nesting deeper than the limit",
    "Y006": "a value of the wrong shape: text, list or mapping",
    "C001": "a quote that is not closed, or text after one",
    "C002": "a row with more or fewer cells than the header",
    "C003": "a header cell that is blank or stands twice",
    "C004": "no header that fits the table",
    "C005": "a row that looks like a total or a note",
    "S001": "an unknown key or column",
    "S002": "a required column or value is missing",
    "S003": "columns that exclude each other",
    "V001": "not a number, or out of its range",
    "V002": "a number that can be read two ways",
    "V003": "not a date, or not a plausible one",
    "V004": "a date that can be read two ways",
    "V005": "text that cannot be an id or a name",
    "V006": "not one of the known values",
    "V007": "money in several currencies",
    "R001": "an id that its own table does not have",
    "R002": "an id that stands twice with different values",
    "R003": "a contact at two customers",
    "R004": "two different dates for one departure",
    "R005": "an id that is both an employee and a channel",
    "P001": "a policy names a rule, parameter or column that there is not",
    "B001": "a baseline that is not an earlier report of check, whole",
    "U001": "an option or argument that cannot be used",
    "U002": "a leaver that cannot leave",
    "O001": "the output cannot be written",
}
"""Every code an error line can carry, and what it stands for."""


class ExitCode(IntEnum):
    """How the process ends; the same in every format."""

    ANSWERED = 0
    FINDINGS = 1
    NOT_JUDGED = 2
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where: `line` and `column` count from 1; None where there is no such place."""

    code: str
    message: str
    hint: str | None = None
    file: str | None = None
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        """`file:line:column: CODE message (hint)`, leaving out what is unknown."""
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place + ': ' if place else ''}{self.code} {self.message}{hint}"


class NetauditError(Exception):
    """Anything that keeps netaudit from judging; `problems` says what, `count` how many there were in all.

    `tally` says in words how many rows were read, and what became of them.
    """

    def __init__(self, problems: Iterable[Problem], count: int | None = None, tally: str | None = None) -> None:
        self.problems = tuple(problems)[:GATHERED]
        self.count = len(self.problems) if count is None else count
        self.tally = tally
        super().__init__("\n".join(map(str, self.problems[:SHOWN])))


class InputError(NetauditError):
    """The book, its settings or its tables cannot be used as they are; `files` are those read so far, and digests."""

    files: Mapping[str, str | None] = MappingProxyType({})


class UsageError(NetauditError):
    """A command or function was asked for something it cannot do."""


class OutputError(NetauditError):
    """The answer cannot be written."""


def first_line(error: Exception) -> str:
    """What another library says first about an error, or the name of its type where it says nothing.

    What it quotes is left out: it may be a cell of somebody's data, of any length.
    """
    return _QUOTED.sub("…", next(iter(str(error).strip().splitlines()), type(error).__name__))


def usage(message: str, hint: str | None = None, code: str = "U001") -> UsageError:
    """A `UsageError` with one problem and no place."""
    return UsageError([Problem(code, message, hint)])


def shown(text: object, width: int = 40) -> str:
    """A value as it stands in a message: in quotes, cut to `width` characters."""
    whole = str(text)
    return f"'{whole}'" if len(whole) <= width else f"'{whole[: width - 1]}…'"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """A hint that names up to three near words of `known`, or None.

    Very long words and lists are not searched, so that a hint never costs more than the error.
    """
    candidates = list(known)
    if len(word) > 100 or len(candidates) > 20_000:
        return None
    folded = {name.casefold(): name for name in candidates if len(name) <= 100}
    near = get_close_matches(word.casefold(), folded, n=3, cutoff=0.6)
    return f"did you mean {' or '.join(shown(folded[name]) for name in near)}?" if near else None
