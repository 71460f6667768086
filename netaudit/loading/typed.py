"""Text rows → typed tables: each cell read once, every row loaded, skipped or rejected, every problem located."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from netaudit.engine import literal, quoted
from netaudit.errors import GATHERED, Problem, shown
from netaudit.loading.footers import BELOW, Footers
from netaudit.loading.raw import is_blank
from netaudit.loading.schema import ONE_OF, TABLES, Type, required_of
from netaudit.loading.values import LARGEST, CellError

if TYPE_CHECKING:
    from netaudit.engine import Engine
    from netaudit.loading.raw import Raw
    from netaudit.loading.values import Reading

_MANY = ("id", "contact")
"""Columns that hold about as many texts as rows: trying each is cheaper than to bring together equal ones first."""

LONGEST_FAST = 200
"""Texts longer than this always go through the reader."""


@dataclass(slots=True)
class Tally:
    """What became of the rows of one file for one table. `rejected` holds row numbers of the raw table."""

    raw: Raw
    read: int
    skipped: dict[str, int] = field(default_factory=dict)
    rejected: set[int] = field(default_factory=set)

    @property
    def loaded(self) -> int:
        """Rows that came through."""
        return self.read - sum(self.skipped.values()) - len(self.rejected)


@dataclass(slots=True)
class _Column:
    """One column while it is typed: `odd` texts with their values (None for what is `wrong`)."""

    cell: str
    type: Type
    how: Reading
    factor: Decimal | None
    odd: dict[str, object] = field(default_factory=dict)
    wrong: dict[str, CellError] = field(default_factory=dict)
    white: bool = False

    @property
    def guard(self) -> str:
        """An SQL test of a text under which the engine's own reading is right."""
        return _guard(self.type, self.how) if self.factor is None else "false"

    @property
    def blank(self) -> str:
        """An SQL test for a blank cell. White space is looked for only where there is any."""
        return is_blank(self.cell) if self.white else f"({self.cell} IS NULL)"

    def read(self, text: str) -> None:
        """Read one text as its type says, and keep what comes of it."""
        self.white = self.white or not text.strip()
        self.odd[text] = None
        try:
            self.odd[text] = _scaled(self.type.read(text, self.how), self.factor)
        except CellError as error:
            self.wrong[text] = error


class Typist:
    """Types raw tables; gathers problems as it goes, of those in cells the first, and counts the `unshown`."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.problems: list[Problem] = []
        self.unshown = 0
        self.tallies: list[Tally] = []
        self._misplaced: set[tuple[str, int]] = set()
        self._pending: list[tuple[Raw, Problem, tuple[int, str | None]]] = []

    def type_table(self, table: str, raws: list[Raw]) -> str:
        """All raw tables of one kind as one typed table; columns that no file has are null.

        Beside its own columns it has `_file`, the number of the tally of the raw table, and `_row`, the row there. Ties
        and interactions, which can be many and are looked at once or twice, are a view.
        """
        parts = []
        for raw in raws:
            tally, select = self._type_raw(raw, len(self.tallies))
            self.tallies.append(tally)
            parts.append(select)
        nulls = ", ".join(f"CAST(NULL AS {field.type.sql}) AS {quoted(name)}" for name, field in TABLES[table].items())
        parts = parts or [f"SELECT {nulls}, 0 AS _file, CAST(0 AS BIGINT) AS _row WHERE false"]
        relation = self.engine.new_name()
        shape = "VIEW" if table in {"ties", "interactions"} else "TABLE"
        self.engine.run(f"CREATE TEMP {shape} {relation} AS {' UNION ALL '.join(parts)}")
        return relation

    def reject(self, tally: Tally, code: str, message: str, hint: str | None, cell: tuple[int, str | None]) -> None:
        """Note a problem with one cell (or whole row) of a raw table, and that its row does not count."""
        if code == "R003":  # seen from both of the tables that it stands between
            if (tally.raw.relation, cell[0]) in self._misplaced:
                return
            self._misplaced.add((tally.raw.relation, cell[0]))
        tally.rejected.add(cell[0])
        self.unshown += len(self._pending) >= GATHERED
        if len(self._pending) < GATHERED:
            self._pending.append((tally.raw, Problem(code, message, hint, tally.raw.file), cell))

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong so far."""
        return not self.problems and not self._pending

    def located(self) -> list[Problem]:
        """The problems so far with their places; of those in cells, as many as are shown."""
        found: list[Problem] = list(self.problems)
        for raw in dict.fromkeys(raw.relation for raw, _, _ in self._pending):
            mine = [entry for entry in self._pending if entry[0].relation == raw]
            cells = [(row, _source_name(origin, column)) for origin, _, (row, column) in mine]
            for (_, problem, _), (line, column) in zip(mine, mine[0][0].places(cells), strict=True):
                found.append(replace(problem, line=line, column=column))
        return found

    def _type_raw(self, raw: Raw, number: int) -> tuple[Tally, str]:
        columns = self._columns(raw)
        tally = Tally(raw, sum(raw.skipped.values()), dict(raw.skipped))
        footers = Footers(self.engine, raw)
        passing = [self._passing(raw, index) for index in range(len(raw.where))]
        rules = self._rules(raw, columns, footers, [test for test, _ in passing])
        faults = [] if raw.mapped else [(names, _blank(raw, columns, names)) for names in required_of(raw.table)]
        kept = self._count(tally, rules, faults)
        for index, (_, wrong) in enumerate(passing):
            column = raw.where[index].column
            self._wrong(tally, f"where {column}", raw.headings[column], wrong, kept)
        self._exclusive(raw, tally, columns, kept)
        self._doubted(raw, tally, kept, footers)
        selected, joins = [], []
        for name, field_of in TABLES[raw.table].items():
            expression, join = self._typed(tally, name, field_of.type, columns.get(name), kept)
            selected.append(f"{expression} AS {quoted(name)}")
            joins.append(join)
        return tally, (
            f"SELECT {', '.join(selected)}, {number} AS _file, r.rowid AS _row "
            f"FROM {raw.relation} r {' '.join(joins)} WHERE {kept}"
        )

    def _columns(self, raw: Raw) -> dict[str, _Column]:
        """What reading makes of the distinct texts of each column that the engine cannot be trusted with."""
        columns: dict[str, _Column] = {}
        parts = []
        for name, field_of in TABLES[raw.table].items():
            cell = raw.cells.get(name)
            if cell is None:
                continue
            how = replace(raw.reading, plain=True) if name in raw.constants else raw.reading
            columns[name] = _Column(cell, field_of.type, how, raw.scale.get(name))
            if name in _MANY:
                distinct = f"SELECT DISTINCT {cell} AS text FROM {raw.relation} r WHERE {cell} IS NOT NULL"
            else:  # an aggregate, or the guard would be moved to the rows and tried on each
                distinct = (
                    f"SELECT any_value({cell}) AS text FROM {raw.relation} r WHERE {cell} IS NOT NULL GROUP BY {cell}"
                )
            parts.append(f"SELECT {literal(name)}, text FROM ({distinct}) WHERE NOT ({columns[name].guard})")
        if parts:
            for name, text in self.engine.ask(" UNION ALL ".join(parts)):
                columns[name].read(text)
        return columns

    def _rules(self, raw: Raw, columns: dict[str, _Column], footers: Footers, passing: list[str]) -> dict[str, str]:
        """Per reason an SQL test for the rows that are not skipped for it.

        Skipped are rows of blank cells, and what is no row; in a mapped file those that its `where` excludes or whose
        required cell is blank.
        """
        rules = {
            why: f"r.rowid NOT IN (SELECT row FROM {self.engine.table({'row': 'BIGINT'}, {'row': [*rows]})})"
            for why, rows in (("the header once more", footers.repeated), (BELOW, footers.below))
            if rows
        }
        if not raw.mapped:
            every_blank = " AND ".join(column.blank for column in columns.values()) or "false"
            return rules | {"rows of blank cells": f"NOT ({every_blank})"}
        rules["where"] = " AND ".join(passing) or "true"
        return rules | {
            f"blank {' or '.join(names)}": f"NOT ({_blank(raw, columns, names)})" for names in required_of(raw.table)
        }

    def _count(self, tally: Tally, rules: dict[str, str], faults: list[tuple[tuple[str, ...], str]]) -> str:
        """Tally what is skipped by which rule, reject rows that lack something; an SQL test for the rows that count."""
        raw = tally.raw
        tests = ["true"]
        for rule in rules.values():
            tests.append(f"{tests[-1]} AND {rule}")
        asked = [*tests, *(f"{tests[-1]} AND {blank}" for _, blank in faults)]
        counts = ", ".join(f"count(*) FILTER ({test})" for test in asked)
        (rows, *found) = self.engine.ask(f"SELECT {counts} FROM {raw.relation} r")[0]
        tally.read += rows
        for reason, left in zip(rules, found, strict=False):
            if left < rows:
                tally.skipped[reason] = tally.skipped.get(reason, 0) + rows - left
            rows = left
        kept = f"({tests[-1]})" if tally.skipped else "true"
        for (names, blank), count in zip(faults, found[len(rules) :], strict=True):
            present = [name for name in names if name in raw.cells]
            for row in self._rows(raw, f"{blank} AND {kept}") if count else ():
                cell = (row, present[0] if present else None)
                self.reject(tally, "S002", f"{raw.table}: no {' or '.join(names)}", None, cell)
        return kept

    def _exclusive(self, raw: Raw, tally: Tally, columns: dict[str, _Column], kept: str) -> None:
        """Two cells that exclude each other reject their row."""
        for names in _exclusive_of(raw):
            filled = " + ".join(f"CAST(NOT {columns[name].blank} AS INTEGER)" for name in names)
            for row in self._rows(raw, f"{filled} > 1 AND {kept}"):
                message = f"{raw.table}: {' and '.join(names)} exclude each other"
                self.reject(tally, "S003", message, None, (row, names[1]))

    def _doubted(self, raw: Raw, tally: Tally, kept: str, footers: Footers) -> None:
        """Rows that might as well be none are rejected, unless something else is wrong with them already."""
        if footers.doubtful:
            for row in self._rows(raw, f"rowid IN ({', '.join(map(str, footers.doubtful))}) AND {kept}"):
                if row not in tally.rejected:
                    why, hint = footers.doubtful[row]
                    self.reject(tally, "C005", f"{raw.table}: {why}", hint, (row, None))

    def _passing(self, raw: Raw, index: int) -> tuple[str, dict[str, CellError]]:
        """An SQL test for one condition: its column's distinct texts, each judged once; and those that cannot be."""
        wanted = raw.where[index]
        cell = raw.headings[wanted.column]
        passing: list[str | None] = []
        wrong: dict[str, CellError] = {}
        for (text,) in self.engine.ask(f"SELECT DISTINCT {cell} FROM {raw.relation} r"):
            try:
                if wanted.holds(text, raw.reading):
                    passing.append(text)
            except CellError as error:
                passing.append(text)
                wrong[text] = error
        lookup = self.engine.table({"text": "VARCHAR"}, {"text": [text for text in passing if text is not None]})
        blank = f" OR {cell} IS NULL" if None in passing else ""
        return f"({cell} IN (SELECT text FROM {lookup}){blank})", wrong

    def _rows(self, raw: Raw, test: str) -> list[int]:
        return [row for (row,) in self.engine.ask(f"SELECT rowid FROM {raw.relation} r WHERE {test} ORDER BY 1")]

    def _typed(self, tally: Tally, name: str, kind: Type, column: _Column | None, kept: str) -> tuple[str, str]:
        """The typed expression of one column, and the join it needs for texts that are out of the ordinary."""
        if column is None:
            return f"CAST(NULL AS {kind.sql})", ""
        self._wrong(tally, name, column.cell, column.wrong, kept)
        fast = f"CAST(NULL AS {kind.sql})" if kind.guard is None else kind.fast.format(column.cell)
        if not column.odd:
            return fast, ""
        lookup = self.engine.table(
            {"text": "VARCHAR", "value": kind.sql},
            {"text": list(column.odd), "value": list(map(_handed_over, column.odd.values()))},
        )
        alias = quoted(f"odd {name}")
        join = f"LEFT JOIN {lookup} {alias} ON {column.cell} = {alias}.text"
        return f"CASE WHEN {alias}.text IS NULL THEN {fast} ELSE {alias}.value END", join

    def _wrong(self, tally: Tally, name: str, cell: str, wrong: dict[str, CellError], kept: str) -> None:
        """Reject the rows that count and hold one of these texts in this cell."""
        if not wrong:
            return
        texts = self.engine.table({"text": "VARCHAR"}, {"text": list(wrong)})
        for row, text in self.engine.ask(
            f"SELECT rowid, {cell} FROM {tally.raw.relation} r "
            f"WHERE {cell} IN (SELECT text FROM {texts}) AND {kept} ORDER BY 1"
        ):
            error = wrong[text]
            self.reject(tally, error.code, f"{name}: {error.message}", error.hint, (row, cell.strip('"')))


def _source_name(raw: Raw, column: str | None) -> str | None:
    """How the raw table's own reader calls a column: by its engine name in CSV, by ours in a document."""
    if column == "owner" and column not in raw.cells:
        column = "employee"
    return raw.cells.get(column, column).strip('"') if raw.headings and column is not None else column


def _guard(kind: Type, how: Reading) -> str:
    """The SQL test of a `text` under which the engine's own reading of it is right."""
    if kind.guard is None:
        return "false"
    pattern = (
        kind.guard if kind.point is None or (how.decimal == "," and not how.plain) else f"{kind.guard}|{kind.point}"
    )
    return f"length(text) <= {LONGEST_FAST} AND regexp_full_match(text, {literal(pattern)})"


def _blank(raw: Raw, columns: dict[str, _Column], names: tuple[str, ...]) -> str:
    """An SQL test for rows in which all of these columns are blank or absent."""
    return " AND ".join(columns[name].blank for name in names if name in raw.cells) or "true"


def _exclusive_of(raw: Raw) -> list[tuple[str, ...]]:
    """Groups of columns of which only one may be filled."""
    groups = [tuple(name for name in group if name in raw.cells) for group in ONE_OF.get(raw.table, ())[:1]]
    return [group for group in groups if len(group) > 1]


def _scaled(value: object, factor: Decimal | None) -> object:
    """A number times its declared scale. Raises CellError for one that is too large then."""
    if factor is None or value is None:
        return value
    scaled = Decimal(str(value)) * factor
    if scaled > LARGEST:
        raise CellError("V001", f"{shown(value)} is too large once it is scaled")
    return scaled if isinstance(value, Decimal) else float(scaled)


def _handed_over(value: object) -> object:
    """A value as the engine takes it exactly: decimals as text."""
    return format(value, "f") if isinstance(value, Decimal) else value
