"""Do the headings of a file fit the table that it is to be?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from netaudit.errors import InputError, Problem, nearest, shown
from netaudit.loading.schema import TABLES, required_of
from netaudit.loading.values import folded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netaudit.engine import Engine
    from netaudit.loading.raw import Place
    from netaudit.loading.settings import Mapped


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a file's headings by one table: `columns` is our column → heading (folded).

    `named` says that a mapping names them, so that each must be there. In a `mapped` file, columns that nobody asked
    for are nobody's business; `looked_at` are those that a condition of it looks at. `needed` are groups of our columns
    of which one must be there, as far as no constant fills it.
    """

    table: str
    columns: dict[str, str]
    named: bool = False
    mapped: bool = False
    looked_at: frozenset[str] = frozenset()
    needed: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def of(cls, table: str, mapped: Mapped | None) -> Wanted:
        """What a table's own file needs, or what a mapping asks for."""
        own = {name: name for name in TABLES[table]}
        if mapped is None:
            return cls(table, own, needed=tuple(required_of(table)))
        looked_at = frozenset(condition.column for condition in mapped.where)
        needed = tuple(group for group in required_of(table) if not mapped.constants.keys() & set(group))
        return cls(table, mapped.columns or own, bool(mapped.columns), mapped=True, looked_at=looked_at, needed=needed)

    @property
    def known(self) -> set[str]:
        """The headings that may stand there."""
        return set(self.columns.values()) | self.looked_at


class Headed(Protocol):
    """A file that was read: its headings as written, where each stands, and whether a column holds anything."""

    @property
    def written(self) -> Sequence[str]:
        """The headings as they stand there."""
        ...

    @property
    def heading_places(self) -> Sequence[Place]:
        """Line and column of each heading."""
        ...

    def filled(self, engine: Engine, columns: list[int]) -> set[int]:
        """Those of some columns in which any cell holds something."""
        ...


def check_headings(file: str, source: Headed, engine: Engine, uses: list[Wanted]) -> None:
    """Raise InputError for headings that are blank or doubled, unknown, or missing, for all uses of a file at once.

    A column without a heading and without a filled cell, as spreadsheets leave it, is none.
    """
    headings = [folded(heading).casefold() for heading in source.written]
    places = source.heading_places
    filled = source.filled(engine, [index for index, heading in enumerate(headings) if not heading])
    problems = [
        Problem(code, message, hint, file, *places[index])
        for wanted in uses
        for index in range(len(headings))
        for code, message, hint in _faults(index, headings, source.written[index], wanted, filled)
    ]
    problems += [
        Problem("S002", f"no column {shown(heading)} for {column}", nearest(heading, headings), file, *places[0])
        for wanted in uses
        if wanted.named
        for column, heading in wanted.columns.items()
        if heading not in headings
    ]
    problems += [
        Problem("S001", f"where: no column {shown(heading)}", nearest(heading, headings), file, *places[0])
        for wanted in uses
        for heading in sorted(wanted.looked_at - set(headings))
    ]
    problems = problems or [  # what is misspelt is missing as well
        Problem("S002", f"{wanted.table}: no column for {' or '.join(group)}", None, file, *places[0])
        for wanted in uses
        for group in wanted.needed
        if not any(wanted.columns.get(column) in headings for column in group)
    ]
    if problems:
        raise InputError(dict.fromkeys(problems))


def _faults(
    index: int, headings: list[str], written: str, wanted: Wanted, filled: set[int]
) -> Iterator[tuple[str, str, str | None]]:
    """Code, message and hint of what is wrong with one heading."""
    heading = headings[index]
    if wanted.mapped and heading not in wanted.known and (heading or index == 0):
        return  # an index without a name is often the first column
    if not heading:
        if index in filled:
            yield "C003", f"the header's cell {index + 1} is blank", "name every column"
    elif headings.index(heading) != index:
        yield "C003", f"the column {shown(written)} stands twice", None
    elif heading not in wanted.known and not heading.startswith("x_"):
        hint = nearest(heading, wanted.known) or "name own columns x_…, or map the file in netaudit.yml"
        yield "S001", f"unknown column {shown(written)}", hint
