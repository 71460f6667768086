"""Do the headings of a file fit the table that it is to be?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netaudit.errors import InputError, Problem, nearest, shown
from netaudit.loading.schema import TABLES
from netaudit.loading.values import folded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from netaudit.loading.raw import Place
    from netaudit.loading.settings import Mapped


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a file's headings: `columns` is our column → heading (folded).

    `named` says that a mapping names them, so that each must be there. In a `mapped` file, columns that nobody asked
    for are nobody's business; `looked_at` are those that a condition of it looks at.
    """

    columns: dict[str, str]
    named: bool = False
    mapped: bool = False
    looked_at: frozenset[str] = frozenset()

    @classmethod
    def of(cls, table: str, mapped: Mapped | None) -> Wanted:
        """What a table's own file needs, or what a mapping asks for."""
        own = {name: name for name in TABLES[table]}
        if mapped is None:
            return cls(own)
        looked_at = frozenset(condition.column for condition in mapped.where)
        return cls(mapped.columns or own, bool(mapped.columns), mapped=True, looked_at=looked_at)

    @property
    def known(self) -> set[str]:
        """The headings that may stand there."""
        return set(self.columns.values()) | self.looked_at


def check_headings(
    file: str, written: Sequence[str], places: Sequence[Place], wanted: Wanted, is_filled: Callable[[int], bool]
) -> None:
    """Raise InputError for headings that are blank or doubled, unknown, or missing.

    A column without a heading and without a filled cell, as spreadsheets leave it, is none.
    """
    headings = [folded(heading).casefold() for heading in written]
    problems = [
        Problem(code, message, hint, file, *places[index])
        for index in range(len(headings))
        for code, message, hint in _faults(index, headings, written, wanted, is_filled)
    ]
    if wanted.named:
        problems += [
            Problem("S002", f"no column {shown(heading)} for {column}", nearest(heading, headings), file, *places[0])
            for column, heading in wanted.columns.items()
            if heading not in headings
        ]
    if problems:
        raise InputError(problems)


def _faults(
    index: int, headings: list[str], written: Sequence[str], wanted: Wanted, is_filled: Callable[[int], bool]
) -> Iterator[tuple[str, str, str | None]]:
    """Code, message and hint of what is wrong with one heading."""
    heading = headings[index]
    if wanted.mapped and heading not in wanted.known:
        return
    if not heading:
        if is_filled(index):
            yield "C003", f"the header's cell {index + 1} is blank", "name every column"
    elif headings.index(heading) != index:
        yield "C003", f"the column {shown(written[index])} stands twice", None
    elif heading not in wanted.known and not heading.startswith("x_"):
        hint = nearest(heading, wanted.known) or "name own columns x_…, or map the file in netaudit.yml"
        yield "S001", f"unknown column {shown(written[index])}", hint
