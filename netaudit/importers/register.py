"""One table of the book that is being made: its rows by id, and who is found by what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netaudit.importers.likeness import id_from, same_name

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

Cells = dict[str, str]
"""A row: column → text."""

IDENTITIES = ("x_email", "x_profile", "x_record", "x_domain", "x_also")
"""Columns that say who a row is, of several values with `;` between; `x_also` are names decided to be its own."""


class Register:
    """Rows with an id. `columns` are those that are written, further ones of a file are kept behind them.

    `gone` are ids of rows that were made one with another: nobody else is called so.
    """

    def __init__(self, *columns: str) -> None:
        self.columns = list(columns)
        self.rows: dict[str, Cells] = {}
        self.gone: set[str] = set()
        self._found: dict[tuple[str, str], dict[str, None]] = {}

    def __contains__(self, name: object) -> bool:
        return name in self.rows

    def __getitem__(self, name: str) -> Cells:
        return self.rows[name]

    def __len__(self) -> int:
        return len(self.rows)

    def add(self, row: Cells) -> str:
        """A row as it stands in a file, or with an id of its own made of its name."""
        self.columns += [column for column in row if column not in self.columns]
        self.rows[row["id"]] = row
        for column in IDENTITIES:
            for value in values_of(row, column):
                self._point(column, value, row["id"])
        self._point("name", same_name(row.get("name", "")), row["id"])
        return row["id"]

    def make(self, called: str, also: Container[str] = (), /, **cells: str) -> str:
        """A new row whose id is made of what it is `called`, and is none of `also` either."""
        taken = _Any(self.rows, self.gone, also)
        return self.add({"id": id_from(called, taken), **{name: text for name, text in cells.items() if text}})

    def find(self, column: str, value: str) -> list[str]:
        """The ids with this identity, or this name."""
        return [name for name in self._found.get((column, value), ()) if name in self.rows] if value else []

    def learn(self, name: str, column: str, values: Iterable[str]) -> None:
        """Add identities to a row."""
        row = self.rows[name]
        known = values_of(row, column)
        new = [value for value in dict.fromkeys(values) if value and value not in known]
        if new:
            row[column] = ";".join(sorted([*known, *new]))
            self.columns += [] if column in self.columns else [column]
            for value in new:
                self._point(column, value, name)

    def fill(self, name: str, /, **cells: str) -> None:
        """Fill cells that are blank."""
        row = self.rows[name]
        for column, text in cells.items():
            if text and not row.get(column):
                row[column] = text
                self.columns += [] if column in self.columns else [column]
                if column == "name":
                    self._point("name", same_name(text), name)

    def call(self, name: str, called: str) -> None:
        """Find the row by this name as well."""
        self._point("name", same_name(called), name)

    def merge(self, other: str, into: str, also: str) -> None:
        """One row of two: what the first lacks comes from the other, which is gone then. `also` is its name now."""
        row = self.rows.pop(other)
        self.gone.add(other)
        for column in IDENTITIES:
            self.learn(into, column, values_of(row, column))
        self.learn(into, "x_also", [also])
        self.fill(into, **{column: text for column, text in row.items() if column not in {"id", *IDENTITIES}})

    def written(self) -> Iterator[Cells]:
        """The rows in the order of their ids."""
        return (self.rows[name] for name in sorted(self.rows))

    def _point(self, column: str, value: str, name: str) -> None:
        if value:
            self._found.setdefault((column, value), {})[name] = None


class _Any:
    """What is in any of them."""

    def __init__(self, *each: Container[str]) -> None:
        self._each = each

    def __contains__(self, name: object) -> bool:
        return any(name in one for one in self._each)


def values_of(row: Cells, column: str) -> list[str]:
    """The values of a cell that holds several."""
    return [value for value in row.get(column, "").split(";") if value]
