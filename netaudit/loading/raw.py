"""A table as it was read: every cell still text, in the engine, with the way back to its place in the file."""

from __future__ import annotations

import re
import weakref
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from netaudit.engine import literal
from netaudit.loading.files import File, digest_of, refuse
from netaudit.loading.values import WHITE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from contextlib import ExitStack
    from decimal import Decimal

    from netaudit.loading.values import Reading
    from netaudit.loading.where import Condition

Place = tuple[int | None, int | None]
"""Line and column of a cell, from 1."""

PER_FILE = 1 << 32
"""Rows that a file can have at most, so that file and row make one number."""

_MAY_BE_BLANK = "({0} IS NULL OR {0} < '!' OR {0} > '~')"

Cell = tuple[int, str | None]
"""A row of a raw table (from 0) and one of its columns, or None for the whole row."""


@dataclass(frozen=True, slots=True)
class Raw:
    """Text rows for one table, from one file.

    `relation` names the engine's table; `cells` gives, per column of ours, the SQL expression of its text,
    `headings` the same per column of the file, `columns` all of a CSV file in order. `places` finds cells in the file;
    it may read the file again, so it is asked only about cells that are shown to somebody. `constants` are columns that
    the settings fill, and that are read as settings are. `skipped` counts, by reason, lines that are not in the
    relation. `read_as` is what was decided about the file.
    """

    table: str
    file: str
    relation: str
    cells: Mapping[str, str]
    headings: Mapping[str, str]
    reading: Reading
    places: Callable[[list[Cell]], list[Place]]
    columns: tuple[str, ...] = ()
    skipped: Mapping[str, int] = field(default_factory=dict)
    read_as: Mapping[str, object] = field(default_factory=dict)
    mapped: bool = False
    where: tuple[Condition, ...] = ()
    scale: Mapping[str, Decimal] = field(default_factory=dict)
    constants: frozenset[str] = frozenset()


class Origins:
    """Where rows stand: the way back from a number in a book's tables to file and line.

    `copies` are files of ours that are looked into, and are gone when this is. `settled` are sources that cannot have
    changed since.
    """

    def __init__(
        self, raws: Sequence[Raw], digests: Mapping[str, str | None], copies: ExitStack, settled: Collection[str]
    ) -> None:
        self._raws = raws
        self._digests = digests
        self._settled = settled
        weakref.finalize(self, copies.close)

    def places(self, origins: Iterable[int]) -> dict[int, str]:
        """`file:line` of each row; the files are read again for it.

        Raises InputError for a file that is not there any more, or not as it was.
        """
        wanted = sorted(set(origins))
        found: dict[int, str] = {}
        for number in sorted({origin // PER_FILE for origin in wanted}):
            mine = [origin for origin in wanted if origin // PER_FILE == number]
            raw = self._raws[number]
            self._check(raw.file)
            for origin, (line, _) in zip(mine, raw.places([(row % PER_FILE, None) for row in mine]), strict=True):
                found[origin] = raw.file if line is None else f"{raw.file}:{line}"
        return found

    def _check(self, file: str) -> None:
        """A file may have changed since."""
        if file in self._settled:
            return
        try:
            same = digest_of(File(Path(file), file)) == self._digests[file]
        except OSError as error:
            raise refuse(file, "F001", f"cannot be read again: {error.strerror}") from None
        if not same:
            raise refuse(file, "F001", "has changed since it was read", "load the book anew")


def place_of(place: str) -> tuple[str, int | None]:
    """File and line of a place as `Origins` gives it."""
    file, mark, line = place.rpartition(":")
    return (file, int(line)) if mark and line.isdecimal() else (place, None)


def is_blank(cell: str) -> str:
    """An SQL test for a cell without text, as the readers of cells see it."""
    return f"({may_be_blank(cell)} AND trim(coalesce({cell}, ''), {literal(WHITE)}) = '')"


def may_be_blank(cell: str) -> str:
    """An SQL test by the first letter alone: a cell that begins with no plain letter, digit or sign."""
    return _MAY_BE_BLANK.format(cell)


def index_of(column: str | None) -> int | None:
    """Which column of its file a name such as `c3` stands for; None for others, which the file does not have."""
    found = re.fullmatch("c([0-9]+)", column or "")
    return int(found[1]) if found else None
