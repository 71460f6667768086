"""What is no row although it stands where rows do: totals, notes below the table, the header once more."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from netaudit.engine import literal
from netaudit.loading.raw import is_blank, may_be_blank
from netaudit.loading.schema import TABLES
from netaudit.loading.values import WHITE, CellError, folded, read_number

if TYPE_CHECKING:
    from netaudit.engine import Engine
    from netaudit.loading.raw import Raw

BELOW = "totals and notes below the table"
"""Why such rows are skipped."""

_LONGEST = 500
"""A note may be so long in characters."""

LOWEST = 15
"""Notes and totals that are skipped stand among so many last rows."""

TOTALS = (
    *("total", "totals", "grand total", "grand totals", "subtotal", "subtotals", "sub total", "sum", "sums"),
    *("i alt", "sum i alt", "total i alt", "totalt", "summa", "yhteensä", "samtals", "summe", "gesamt", "gesamtsumme"),
    *("zwischensumme", "insgesamt", "totaal", "subtotaal", "total général", "sous-total", "total general", "suma"),
    *("totale", "totale generale", "razem", "total geral", "hovedtotal", "samlet", "mellemsum", "delsum"),
    *("gesamtergebnis", "ergebnis", "teilergebnis", "totalsumma", "delsumma", "suma total", "subtotale", "итого"),
)
"""How a line of totals begins, in the languages that exports came in so far."""

_WORDS = "|".join(map(re.escape, TOTALS))
_TOTAL = re.compile(rf"({_WORDS})\s*:?")
_NOTE = re.compile(
    rf"({_WORDS}) ?:? ?\( ?[0-9][0-9.,]* ?\w* ?\)"
    r"|[(]?[0-9][0-9.,]* (rows?|records?|results?|entries|items|rækker|poster|zeilen)[)]?\.?"
    r"|(copyright|©|\(c\)) ?(\(c\)|©)? ?[0-9]{4}.*"
    r"|(confidential|fortroligt|vertraulich)( information\b.*|\s*[^\w\s].*)?"
    r"|(report |file |data )?(exported|generated|created|printed|downloaded) (by|on|at|from|with)\b.*"
    r"|(source|notes?|applied filters?) ?:.*|page [0-9]+( ?(of|/) ?[0-9]+)?|end of (file|report|table|data)",
    re.DOTALL,
)
_LABEL = re.compile(
    rf"(({_WORDS}|number|no\.|count|records?|rows?|antal|anzahl)\b.*|(record|row)s? count|.* (totals?|count)"
    r"|(copyright|©|\(c\)|confidential|fortroligt|vertraulich|end of)\b.*|page [0-9]+.*"
    r"|(export(ed)?|generated|created|printed|run|report)( date| time)?( by| on| at)?\s*:?"
    r"|(source|filters?|notes?|currency|as of|date)\s*:?)",
    re.DOTALL,
)
"""How the first cell of a last row may begin that is none."""

_NUMBERS = ("revenue", "count", "per_year", "followers")
"""Columns whose figures can add up; those of ids only seem to."""

_OWN = {name for table in TABLES.values() for name in table}
"""What a header of ours is made of."""

_FIGURE = re.compile(r"[-+]?[0-9][0-9.,' \u00a0\u202f]*")


_RENAME = "delete it; or if it is a row after all, give it another id"
_REFILL = "delete it; or if it is a row after all, fill its blank cells, or move it up from the end"


def is_note(cells: list[str], *, apart: bool) -> bool:
    """Whether a last row with too few cells is a note: by its words, or as one text `apart`, below a blank line."""
    filled = [folded(cell) for cell in cells if cell.strip()]
    whole = ", ".join(filled)
    sentence = len(filled) == 1 and (whole.count(" ") > 1 or not whole[0].isalnum())  # no id, cut off behind it
    return (apart and sentence) or (len(whole) <= _LONGEST and _NOTE.fullmatch(whole.casefold()) is not None)


class Footers:
    """The rows of one CSV table that are none. Row numbers are those of the raw table.

    `repeated` are the header once more, `below` are notes and totals that add up; `doubtful` look like either, or like
    another header, and might be rows all the same: for each what it looks like, and what to do.
    """

    def __init__(self, engine: Engine, raw: Raw) -> None:
        self.engine = engine
        self.raw = raw
        self.repeated: set[int] = set()
        self._again = "false"
        self.below: list[int] = []
        self.doubtful: dict[int, tuple[str, str]] = {}
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
        filled = ", ".join(f"nullif(trim({cell}, {literal(WHITE)}), '')" for cell in (first, *others))
        test = f"{totals} OR ({may_be_blank(first)} AND lower(coalesce({filled}, '')) IN {words}) OR ({again})"
        known = _OWN | set(headings.values())
        names = f"({', '.join(map(literal, sorted(known)))})"
        other = " AND ".join(f"({is_blank(cell)} OR trim(lower({cell})) IN {names})" for cell in (first, *others))
        test = f"{test} OR ({other})"
        if first in headings:  # most rows are passed over by their first cell alone, which is cheap
            begins = sorted(known | {word + mark for word in TOTALS for mark in ("", ":", " :")})
            begun = f"trim(lower({first})) IN ({', '.join(map(literal, begins))})"
            test = f"({begun} OR {may_be_blank(first)}) AND ({test})"
        last = f"(SELECT max(rowid) FROM {relation} WHERE NOT ({' AND '.join(map(is_blank, self.raw.columns))}))"
        self._again = again
        suspects = self.engine.ask(
            f"SELECT {again}, rowid, {', '.join(self.raw.columns)} FROM {relation} r "
            f"WHERE {test} OR rowid > {last} - {LOWEST} ORDER BY rowid DESC"
        )
        self.repeated = {row for repeated, row, *_ in suspects if repeated}
        if suspects:
            self._judge(suspects[0][1], [tuple(rest) for _, *rest in suspects])

    def _judge(self, last: int, suspects: list[tuple[object, ...]]) -> None:
        """Go up from the last row; what stands below the table ends with the first real row."""
        end, lowest = last, 0
        for row, *cells in suspects:
            assert isinstance(row, int)  # noqa: S101 - it is the first column
            texts = ["" if cell is None else str(cell).strip() for cell in cells]
            if any(texts) and row not in self.repeated:
                lowest += 1
                self._judge_row(row, texts, at_end=row == end and lowest <= LOWEST)
                end -= row == end and (row in self.doubtful or row in self.below)
            else:
                end -= row == end

    def _judge_row(self, row: int, texts: list[str], *, at_end: bool) -> None:
        """Whether a row is none, or might be none."""
        label, figures = _figures(texts)
        alone = bool(texts[0]) and not any(texts[1:])
        note = at_end and alone and _NOTE.fullmatch(label)
        if note and len(texts) > 1:
            self.below.append(row)
        elif note or (at_end and len(texts) == 1 and _TOTAL.fullmatch(label)):
            self.doubtful[row] = "looks like a note below the table", _RENAME
        elif self._is_header(texts):
            self.doubtful[row] = "looks like another header", "keep one table in a file"
        elif figures is not None and _TOTAL.fullmatch(label):
            if at_end and self._adds_up(row, figures):
                self.below.append(row)
            else:
                self.doubtful[row] = "looks like a line of totals", _RENAME
        elif at_end and figures and _LABEL.fullmatch(label):
            self.doubtful[row] = "looks like a line of totals", _RENAME
        elif at_end and figures and self._is_total(row, texts, figures):
            self.doubtful[row] = "is the sum of the rows above", _REFILL
        elif at_end and not figures and len(texts) > 1 and self._reads_as_note(label):
            self.doubtful[row] = "looks like a note below the table", _RENAME
        elif at_end and alone and len(texts) > 2 and not self.doubtful and self._stands_out(texts[0]):
            self.doubtful[row] = "looks like a note below the table", _REFILL

    def _is_header(self, texts: list[str]) -> bool:
        """Whether all that is filled are headings, though not this file's in their order."""
        known = _OWN | self.raw.headings.keys()
        filled = [folded(text).casefold() for text in texts if text]
        return len(filled) > 1 and known.issuperset(filled)

    def _reads_as_note(self, label: str) -> bool:
        """Whether a row begins like a note. Channels are often called by the same words."""
        return self.raw.table != "channels" and _LABEL.fullmatch(label) is not None

    def _is_total(self, row: int, texts: list[str], figures: dict[int, str]) -> bool:
        """Whether a row of one text and figures is the sum of those above, whatever it reads.

        That it can be by chance, so it must also leave a cell blank that most others fill.
        """
        numbers = {self.raw.cells.get(name) for name in _NUMBERS}
        of_ours = {index: text for index, text in figures.items() if self.raw.columns[index] in numbers}
        telling = any(text.strip("0.,") for text in of_ours.values()) and not self.doubtful
        return telling and self._is_sparser(row, texts) and self._adds_up(row, of_ours, counts=False)

    def _is_sparser(self, row: int, texts: list[str]) -> bool:
        """Whether a row leaves a cell blank that most of several others fill."""
        blank = [is_blank(cell) for cell, text in zip(self.raw.columns, texts, strict=True) if not text]
        counts = "".join(f", count(*) FILTER ({test})" for test in blank)
        ((others, *found),) = self.engine.ask(f"SELECT count(*){counts} FROM {self._above(row)}")
        return others > 1 and any(2 * count < others for count in found)

    def _above(self, row: int) -> str:
        """The rows above one that is judged; what is skipped below the table stands lower."""
        return f"{self.raw.relation} r WHERE rowid < {row} AND coalesce(NOT ({self._again}), true)"

    def _adds_up(self, row: int, figures: dict[int, str], *, counts: bool = True) -> bool:
        """Whether each figure is the sum of its column above; or, if that `counts`, the number of rows there."""
        reading = self.raw.reading

        def fits(index: int, figure: str) -> bool:
            above = [
                text or "" for (text,) in self.engine.ask(f"SELECT {self.raw.columns[index]} FROM {self._above(row)}")
            ]
            if counts and figure == str(len(above)):
                return True
            try:
                number = read_number(figure, reading)
                return number == sum(read_number(text, reading) or 0 for text in above)
            except CellError:
                return False

        return bool(figures) and all(fits(index, figure) for index, figure in figures.items())

    def _stands_out(self, text: str) -> bool:
        """Whether the text is none that an id would be, and no other row has its first cell alone."""
        if text[0].isalnum() and " " not in text:
            return False
        first, *others = self.raw.columns
        blank = " AND ".join(map(is_blank, others))
        sparse = f"{blank} AND NOT {is_blank(first)}"
        ((alone, rows),) = self.engine.ask(f"SELECT count(*) FILTER ({sparse}), count(*) FROM {self.raw.relation} r")
        return bool(alone == 1 < rows)


def _figures(texts: list[str]) -> tuple[str, dict[int, str] | None]:
    """The first text of a row in small letters, the figures behind it by column; None where texts are among them."""
    filled = [(index, text) for index, text in enumerate(texts) if text]
    figures = dict(filled[1:])
    label = folded(filled[0][1][:_LONGEST]).casefold()
    return label, figures if len(texts) > 1 and all(_FIGURE.fullmatch(text) for text in figures.values()) else None
