"""What is no row although it stands where rows do: totals, notes below the table, the header once more."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from netaudit.engine import literal
from netaudit.loading.values import CellError, folded, read_number

if TYPE_CHECKING:
    from netaudit.engine import Engine
    from netaudit.loading.raw import Raw

LOWEST = 15
"""Notes and totals that are skipped stand among so many last rows."""

TOTALS = (
    *("total", "totals", "grand total", "grand totals", "subtotal", "subtotals", "sub total", "sum", "sums"),
    *("i alt", "sum i alt", "total i alt", "totalt", "summa", "yhteensä", "samtals", "summe", "gesamt", "gesamtsumme"),
    *("zwischensumme", "insgesamt", "totaal", "subtotaal", "total général", "sous-total", "total general", "suma"),
    *("totale", "totale generale", "razem", "total geral"),
)
"""How a line of totals begins, in the languages that exports came in so far."""

_WORDS = "|".join(map(re.escape, TOTALS))
_TOTAL = re.compile(rf"({_WORDS})\s*:?")
_NOTE = re.compile(
    rf"({_WORDS})\s*:?\s*\(\s*[0-9.,\s]+\w*\s*\)"
    r"|[(]?[0-9][0-9.,]* (rows?|records?|results?|entries|items|rækker|poster|zeilen)[)]?\.?"
    r"|(copyright|©|\(c\)|confidential|fortroligt|vertraulich)\b.*"
    r"|(report |file |data )?(exported|generated|created|printed|downloaded) (by|on|at|from|with)\b.*"
    r"|(source|note|notes|page)\b ?[:0-9].*|end of (file|report|table|data)\b.*",
    re.DOTALL,
)
_LABEL = re.compile(
    rf"(({_WORDS}|number|no\.|count|records?|rows?|antal|anzahl)\b.*|(record|row)s? count|.* (totals?|count)"
    r"|(export(ed)?|generated|created|printed|run|report)( date| time)?( by| on| at)?\s*:?|page [0-9]+.*"
    r"|(source|filters?|notes?|currency|as of|date)\s*:?)",
    re.DOTALL,
)
"""How the first cell of a last row may begin that is none."""

_NUMBERS = ("revenue", "count", "per_year", "followers")
"""Columns whose figures can add up; those of ids only seem to."""

_FIGURE = re.compile(r"[-+]?[0-9][0-9.,' \u00a0\u202f]*")


def is_note(cells: list[str], *, apart: bool) -> bool:
    """Whether a last row with too few cells is a note: by its words, or as one text `apart`, below a blank line."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    whole = ", ".join(filled)
    sentence = len(filled) == 1 and (whole.count(" ") > 1 or not whole[0].isalnum())  # no id, cut off behind it
    return (apart and sentence) or _NOTE.fullmatch(whole.casefold()) is not None


class Footers:
    """The rows of one CSV table that are none. Row numbers are those of the raw table.

    `repeated` are the header once more, `below` are notes and totals that add up; `doubtful` look like either, and
    might be rows all the same.
    """

    def __init__(self, engine: Engine, raw: Raw) -> None:
        self.engine = engine
        self.raw = raw
        self.repeated: list[int] = []
        self.below: list[int] = []
        self.doubtful: dict[int, str] = {}
        if raw.columns:
            self._look()

    def _look(self) -> None:
        """Find the suspects in one pass, for there are many rows."""
        relation, (first, *others) = self.raw.relation, self.raw.columns
        headings = {cell: heading for heading, cell in self.raw.headings.items() if heading}
        again = (
            " AND ".join(f"trim(lower({cell})) = {literal(heading)}" for cell, heading in headings.items()) or "false"
        )
        words = f"({', '.join(literal(word + mark) for word in TOTALS for mark in ('', ' ', ':', ' :', ': '))})"
        totals = f"lower({first}) IN {words}"
        filled = ", ".join(f"nullif(trim({cell}), '')" for cell in (first, *others))
        blank = f"({first} IS NULL OR {first} < '!')"  # or it begins with a blank
        test = f"{totals} OR ({blank} AND lower(coalesce({filled}, '')) IN {words}) OR ({again})"
        last = f"(SELECT max(rowid) FROM {relation})"
        suspects = self.engine.ask(
            f"SELECT {again}, rowid, {', '.join(self.raw.columns)} FROM {relation} r "
            f"WHERE {test} OR rowid > {last} - {LOWEST} ORDER BY rowid DESC"
        )
        self.repeated = [row for repeated, row, *_ in suspects if repeated]
        if suspects:
            self._judge(suspects[0][1], [tuple(rest) for _, *rest in suspects])

    def _judge(self, last: int, suspects: list[tuple[object, ...]]) -> None:
        """Go up from the last row; what stands below the table ends with the first real row."""
        end = last
        for row, *cells in suspects:
            assert isinstance(row, int)  # noqa: S101 - it is the first column
            texts = ["" if cell is None else str(cell).strip() for cell in cells]
            if row in self.repeated:
                end -= row == end
                continue
            label, figures = _figures(texts)
            known = _TOTAL.fullmatch(label) is not None
            alone = len(texts) > 1 and bool(texts[0]) and not any(texts[1:])
            if row == end and alone and _NOTE.fullmatch(label):
                self.below.append(row)
            elif figures is not None and known:
                sure = row == end and self._adds_up(row, figures)
                self._note(row, "looks like a line of totals", sure=sure)
            elif row == end and figures and self._is_total(row, label, figures):
                self._note(row, "looks like a line of totals", sure=False)
            elif row == end and len(texts) > 1 and not figures and self._is_note(texts, label, alone=alone):
                self._note(row, "looks like a note below the table", sure=False)
            end -= row in self.doubtful or row in self.below

    def _note(self, row: int, why: str, *, sure: bool) -> None:
        """A row that is none, or might be none."""
        if sure:
            self.below.append(row)
        else:
            self.doubtful[row] = why

    def _is_note(self, texts: list[str], label: str, *, alone: bool) -> bool:
        """Whether a row reads like a note. Channels are often called by the same words."""
        reads = self.raw.table != "channels" and _LABEL.fullmatch(label) is not None
        return reads or (alone and len(texts) > 2 and self._stands_out(texts[0]))

    def _is_total(self, row: int, label: str, figures: dict[int, str]) -> bool:
        """Whether a row of one text and figures reads like a total, or is the sum of those above whatever it reads."""
        if _LABEL.fullmatch(label):
            return True
        numbers = {self.raw.cells.get(name) for name in _NUMBERS}
        of_ours = {index: text for index, text in figures.items() if self.raw.columns[index] in numbers}
        above = self.engine.ask(f"SELECT count(*) FROM {self.raw.relation}")[0][0] - 1
        return above > 1 and any(text.strip("0.,") for text in of_ours.values()) and self._adds_up(row, of_ours)

    def _adds_up(self, row: int, figures: dict[int, str] | None) -> bool:
        """Whether each figure is the sum of its column above, or the number of rows there."""
        skipped = ", ".join(map(str, [*self.below, *self.repeated, row]))
        relation, reading = self.raw.relation, self.raw.reading

        def fits(index: int, figure: str) -> bool:
            query = f"SELECT {self.raw.columns[index]} FROM {relation} r WHERE rowid NOT IN ({skipped})"
            above = [text or "" for (text,) in self.engine.ask(query)]
            try:
                number = read_number(figure, reading)
                return number == len(above) or number == sum(read_number(text, reading) or 0 for text in above)
            except CellError:
                return figure == str(len(above))  # a column of texts, whose rows are counted

        return bool(figures) and all(fits(index, figure) for index, figure in (figures or {}).items())

    def _stands_out(self, text: str) -> bool:
        """Whether the text is none that an id would be, and no other row has its first cell alone."""
        if text[0].isalnum() and " " not in text:
            return False
        first, *others = self.raw.columns
        blank = " AND ".join(f"nullif(trim({cell}), '') IS NULL" for cell in others)
        sparse = f"{blank} AND nullif(trim({first}), '') IS NOT NULL"
        ((alone, rows),) = self.engine.ask(f"SELECT count(*) FILTER ({sparse}), count(*) FROM {self.raw.relation} r")
        return bool(alone == 1 < rows)


def _figures(texts: list[str]) -> tuple[str, dict[int, str] | None]:
    """The first text of a row in small letters, the figures behind it by column; None where texts are among them."""
    filled = [(index, text) for index, text in enumerate(texts) if text]
    if len(texts) < 2 or not filled:
        return "", None
    figures = dict(filled[1:])
    label = folded(filled[0][1]).casefold()
    return label, figures if all(_FIGURE.fullmatch(text) for text in figures.values()) else None
