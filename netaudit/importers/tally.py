"""What became of the rows of one file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """What became of one file: `kept` and `dropped` rows are all its rows; `first` is where a reason was seen first.

    `columns_kept` and `columns_dropped` are headings, of files that have some.
    """

    file: str
    part: str = ""
    kept: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    first: dict[str, int] = field(default_factory=dict)
    columns_kept: tuple[str, ...] = ()
    columns_dropped: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """All that were read."""
        return self.kept + self.dropped.total()

    def undo(self, reason: str, rows: int = 1) -> None:
        """Rows that were kept, and turn out to bring nothing."""
        self.kept -= rows
        self.drop(reason, rows=rows)

    def drop(self, reason: str, line: int | None = None, rows: int = 1) -> None:
        """Count rows that bring nothing."""
        self.dropped[reason] += rows
        if line is not None:
            self.first.setdefault(reason, line)
