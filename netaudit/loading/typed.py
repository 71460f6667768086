"""Text rows → typed tables: each cell read once, every row loaded, skipped or rejected, every problem located."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from netaudit.engine import literal, quoted
from netaudit.errors import SHOWN, Problem, nearest, shown
from netaudit.loading.footers import Footers
from netaudit.loading.schema import ONE_OF, TABLES, Type
from netaudit.loading.values import LARGEST, CellError

if TYPE_CHECKING:
    from netaudit.engine import Engine
    from netaudit.loading.raw import Raw
    from netaudit.loading.values import Reading

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


class Typist:
    """Types raw tables; gathers problems as it goes."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.problems: list[Problem] = []
        self.tallies: list[Tally] = []
        self._misplaced: set[tuple[str, int]] = set()
        self._pending: list[tuple[Raw, Problem, tuple[int, str | None]]] = []

    def type_table(self, table: str, raws: list[Raw]) -> str:
        """All raw tables of one kind as one typed table; columns that no file has are null.

        Beside its own columns it has `_file`, the number of the tally of the raw table, and `_row`, the row there.
        """
        parts = []
        for raw in raws:
            tally, select = self._type_raw(raw, len(self.tallies))
            self.tallies.append(tally)
            parts.append(select)
        nulls = ", ".join(f"CAST(NULL AS {field.type.sql}) AS {quoted(name)}" for name, field in TABLES[table].items())
        parts = parts or [f"SELECT {nulls}, 0 AS _file, CAST(0 AS BIGINT) AS _row WHERE false"]
        relation = self.engine.new_name()
        self.engine.run(f"CREATE TEMP TABLE {relation} AS {' UNION ALL '.join(parts)}")
        return relation

    def reject(self, tally: Tally, code: str, message: str, hint: str | None, cell: tuple[int, str | None]) -> None:
        """Note a problem with one cell (or whole row) of a raw table, and that its row does not count."""
        if code == "R003":  # seen from both of the tables that it stands between
            if (tally.raw.relation, cell[0]) in self._misplaced:
                return
            self._misplaced.add((tally.raw.relation, cell[0]))
        tally.rejected.add(cell[0])
        self._pending.append((tally.raw, Problem(code, message, hint, tally.raw.file), cell))

    @property
    def content(self) -> bool:
        """Whether nothing is wrong so far."""
        return not self.problems and not self._pending

    def located(self) -> list[Problem]:
        """Every problem so far; the first of them, as many as are shown, with their places."""
        first = self._pending[:SHOWN]
        found: list[Problem] = list(self.problems)
        for raw in dict.fromkeys(raw.relation for raw, _, _ in first):
            mine = [entry for entry in first if entry[0].relation == raw]
            cells = [(row, _source_name(origin, column)) for origin, _, (row, column) in mine]
            for (_, problem, _), (line, column) in zip(mine, mine[0][0].places(cells), strict=True):
                found.append(replace(problem, line=line, column=column))
        return found + [problem for _, problem, _ in self._pending[SHOWN:]]

    def _type_raw(self, raw: Raw, number: int) -> tuple[Tally, str]:
        rows = self.engine.ask(f"SELECT count(*) FROM {raw.relation}")[0][0]
        tally = Tally(raw, rows + sum(raw.skipped.values()), dict(raw.skipped))
        footers = Footers(self.engine, raw)
        kept = self._kept(raw, tally, rows, footers)
        self._required(raw, tally, kept)
        self._doubted(raw, tally, kept, footers)
        selected, joins = [], []
        for name, column in TABLES[raw.table].items():
            expression, join = self._column(raw, tally, name, column.type, kept)
            selected.append(f"{expression} AS {quoted(name)}")
            joins.append(join)
        columns = f"{', '.join(selected)}, {number} AS _file, r.rowid AS _row"
        return tally, f"SELECT {columns} FROM {raw.relation} r {' '.join(joins)} WHERE {kept}"

    def _kept(self, raw: Raw, tally: Tally, rows: int, footers: Footers) -> str:
        """An SQL test for the rows that count, and the tally of those that are skipped.

        Skipped are rows of blank cells, and what is no row; in a mapped file those that its `where` excludes or whose
        required cell is blank.
        """
        apart = {"the header once more": footers.repeated, "totals and notes below the table": footers.below}
        rules = {why: f"r.rowid NOT IN ({', '.join(map(str, these))})" for why, these in apart.items() if these}
        if not raw.mapped:
            every_blank = " AND ".join(_is_blank(cell) for cell in raw.cells.values()) or "false"
            rules["rows of blank cells"] = f"NOT ({every_blank})"
        else:
            tests = [self._passing(raw, tally, index) for index in range(len(raw.where))]
            rules["where"] = " AND ".join(tests) or "true"
            for names in _required_of(raw):
                blank = " AND ".join(_is_blank(raw.cells[name]) for name in names if name in raw.cells) or "true"
                rules[f"blank {' or '.join(names)}"] = f"NOT ({blank})"
        so_far = "true"
        for reason, rule in rules.items():
            so_far = f"{so_far} AND {rule}"
            left = self.engine.ask(f"SELECT count(*) FROM {raw.relation} r WHERE {so_far}")[0][0]
            if left < rows:
                tally.skipped[reason] = tally.skipped.get(reason, 0) + rows - left
            rows = left
        return f"({so_far})" if tally.skipped else "true"

    def _doubted(self, raw: Raw, tally: Tally, kept: str, footers: Footers) -> None:
        """Rows that might as well be none are rejected, unless something else is wrong with them already."""
        if footers.doubtful:
            for row in self._rows(raw, f"rowid IN ({', '.join(map(str, footers.doubtful))}) AND {kept}"):
                if row not in tally.rejected:
                    hint = "delete it; or if it is a row after all, fill its other cells or leave it out with where"
                    self.reject(tally, "C005", f"{raw.table}: {footers.doubtful[row]}", hint, (row, None))

    def _passing(self, raw: Raw, tally: Tally, index: int) -> str:
        """An SQL test for one condition: its column's distinct texts, each judged once."""
        wanted = raw.where[index]
        cell = raw.headings.get(wanted.column)
        if cell is None:
            hint = nearest(wanted.column, raw.headings)
            self.problems.append(Problem("S001", f"where: no column {shown(wanted.column)}", hint, raw.file))
            return "true"
        passing: list[str | None] = []
        for (text,) in self.engine.ask(f"SELECT DISTINCT {cell} FROM {raw.relation} r"):
            try:
                if wanted.holds(text, raw.reading):
                    passing.append(text)
            except CellError as error:
                passing.append(text)
                message = f"where {wanted.column}: {error.message}"
                for row in self._rows(raw, f"{cell} = {literal(text)}"):
                    self.reject(tally, error.code, message, error.hint, (row, cell.strip('"')))
        lookup = self.engine.table({"text": "VARCHAR"}, {"text": [text for text in passing if text is not None]})
        blank = f" OR {cell} IS NULL" if None in passing else ""
        return f"({cell} IN (SELECT text FROM {lookup}){blank})"

    def _required(self, raw: Raw, tally: Tally, kept: str) -> None:
        """In a file of our own a blank required cell rejects its row, and so do two cells that exclude each other."""
        for names in [] if raw.mapped else _required_of(raw):
            present = [name for name in names if name in raw.cells]
            blank = " AND ".join(_is_blank(raw.cells[name]) for name in present) or "true"
            for row in self._rows(raw, f"{blank} AND {kept}"):
                cell = (row, present[0] if present else None)
                self.reject(tally, "S002", f"{raw.table}: no {' or '.join(names)}", None, cell)
        for names in _exclusive_of(raw):
            filled = " + ".join(f"CAST(NOT {_is_blank(raw.cells[name])} AS INTEGER)" for name in names)
            for row in self._rows(raw, f"{filled} > 1 AND {kept}"):
                message = f"{raw.table}: {' and '.join(names)} exclude each other"
                self.reject(tally, "S003", message, None, (row, names[1]))

    def _rows(self, raw: Raw, test: str) -> list[int]:
        return [row for (row,) in self.engine.ask(f"SELECT rowid FROM {raw.relation} r WHERE {test} ORDER BY 1")]

    def _column(self, raw: Raw, tally: Tally, name: str, kind: Type, kept: str) -> tuple[str, str]:
        """The typed expression of one column, and the join it needs for texts that are out of the ordinary."""
        cell = raw.cells.get(name)
        if cell is None:
            return f"CAST(NULL AS {kind.sql})", ""
        factor = raw.scale.get(name)
        how = replace(raw.reading, plain=True) if name in raw.constants else raw.reading
        fast = f"CAST(NULL AS {kind.sql})" if kind.guard is None else kind.fast.format(cell)
        values: dict[str, object] = {}
        wrong: dict[str, CellError] = {}
        for text in self._odd(raw, cell, "false" if factor is not None else _guard(kind, how)):
            try:
                values[text] = _scaled(kind.read(text, how), factor)
            except CellError as error:
                values[text] = None
                wrong[text] = error
        if wrong:
            self._wrong(raw, tally, name, wrong, kept)
        if not values:
            return fast, ""
        lookup = self.engine.table(
            {"text": "VARCHAR", "value": kind.sql},
            {"text": list(values), "value": list(map(_handed_over, values.values()))},
        )
        alias = quoted(f"odd {name}")
        join = f"LEFT JOIN {lookup} {alias} ON {cell} = {alias}.text"
        return f"CASE WHEN {alias}.text IS NULL THEN {fast} ELSE {alias}.value END", join

    def _odd(self, raw: Raw, cell: str, guard: str) -> list[str]:
        """The distinct texts of a column that the engine cannot be trusted to read as netaudit does."""
        distinct = self.engine.new_name()  # kept, or the engine would try the guard on every row
        self.engine.run(
            f"CREATE TEMP TABLE {distinct} AS SELECT DISTINCT {cell} AS text FROM {raw.relation} r "
            f"WHERE {cell} IS NOT NULL"
        )
        odd = [text for (text,) in self.engine.ask(f"SELECT text FROM {distinct} WHERE NOT ({guard})")]
        self.engine.run(f"DROP TABLE {distinct}")
        return odd

    def _wrong(self, raw: Raw, tally: Tally, name: str, wrong: dict[str, CellError], kept: str) -> None:
        texts = self.engine.table({"text": "VARCHAR"}, {"text": list(wrong)})
        cell = raw.cells[name]
        for row, text in self.engine.ask(
            f"SELECT rowid, {cell} FROM {raw.relation} r "
            f"WHERE {cell} IN (SELECT text FROM {texts}) AND {kept} ORDER BY 1"
        ):
            error = wrong[text]
            self.reject(tally, error.code, f"{name}: {error.message}", error.hint, (row, name))


def _source_name(raw: Raw, column: str | None) -> str | None:
    """How the raw table's own reader calls a column: by its engine name in CSV, by ours in a document."""
    if column == "owner" and column not in raw.cells:
        column = "employee"
    return raw.cells.get(column, column).strip('"') if raw.headings and column is not None else column


def _is_blank(cell: str) -> str:
    return f"({cell} IS NULL OR trim({cell}, ' \t\r\n') = '')"


def _required_of(raw: Raw) -> list[tuple[str, ...]]:
    """Groups of columns of which one must be filled."""
    groups = [(name,) for name, column in TABLES[raw.table].items() if column.required]
    return [*groups, *ONE_OF.get(raw.table, ())]


def _exclusive_of(raw: Raw) -> list[tuple[str, ...]]:
    """Groups of columns of which only one may be filled."""
    groups = [tuple(name for name in group if name in raw.cells) for group in ONE_OF.get(raw.table, ())[:1]]
    return [group for group in groups if len(group) > 1]


def _guard(kind: Type, how: Reading) -> str:
    """The SQL test of a `text` under which the engine's own reading of it is right."""
    if kind.guard is None or (how.decimal == "," and not how.plain and r"\." in kind.guard):
        return "false"
    return f"length(text) <= {LONGEST_FAST} AND regexp_full_match(text, {literal(kind.guard)})"


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
