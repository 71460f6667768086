"""One document → its tables as text rows in the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netaudit.engine import quoted
from netaudit.errors import Problem, nearest, shown
from netaudit.loading.from_yaml import Listing, Mapping, Node, Scalar
from netaudit.loading.raw import Cell, Place, Raw
from netaudit.loading.schema import TABLES
from netaudit.loading.values import Reading

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netaudit.engine import Engine


class _Rows:
    """The rows of one table while they are gathered: texts by column, and where each stood."""

    def __init__(self) -> None:
        self.texts: dict[str, list[str | None]] = {}
        self.marks: dict[str, list[int]] = {}  # line * 2^32 + column, 0 for none
        self.starts: list[int] = []

    def add(self, row: dict[str, Scalar], line: int, column: int) -> None:
        count = len(self.starts)
        for name, scalar in row.items():
            texts = self.texts.get(name)
            if texts is None:
                texts = self.texts[name] = [None] * count
                self.marks[name] = [0] * count
            texts.append(scalar.text)
            self.marks[name].append((scalar.line << 32) + scalar.column)
        self.starts.append((line << 32) + column)
        for name, texts in self.texts.items():
            if len(texts) <= count:
                texts.append(None)
                self.marks[name].append(0)

    def places(self, cells: list[Cell]) -> list[Place]:
        marks = [self.marks.get(column or "", self.starts)[row] or self.starts[row] for row, column in cells]
        return [(mark >> 32, mark & 0xFFFFFFFF) for mark in marks]


class DocumentReader:
    """Takes the tables out of a document's root; contacts may stand inside their customers."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.tables: dict[str, _Rows] = {}

    def read(self, engine: Engine, root: Mapping) -> list[Raw]:
        """The raw tables, in the engine."""
        for table, node in root.nodes.items():
            if table in TABLES:
                self._table(table, node)
        return [self._raw(engine, table, rows) for table, rows in self.tables.items()]

    def _table(self, table: str, node: Node) -> None:
        if isinstance(node, Scalar) and node.text is None:
            return
        if not isinstance(node, Listing):
            self._say("Y006", f"{table} should be a list", "- {…}", (node.line, node.column))
            return
        rows = self.tables.setdefault(table, _Rows())
        for item in node.nodes:
            if isinstance(item, Mapping):
                rows.add(dict(self._row(table, item)), item.line, item.column)
            else:
                self._say("Y006", f"a row of {table} should be names with values", "{id: …}", (item.line, item.column))

    def _row(self, table: str, item: Mapping) -> Iterator[tuple[str, Scalar]]:
        known = TABLES[table]
        for key, node in item.nodes.items():
            if table == "customers" and key == "contacts":
                self._contacts(item, node)
            elif key.startswith("x_"):
                continue
            elif key not in known:
                self._say("S001", f"{table} has no {shown(key)}", nearest(key, known), item.keys[key])
            elif isinstance(node, Scalar):
                yield key, node
            elif key == "admins" and isinstance(node, Listing) and all(isinstance(part, Scalar) for part in node.nodes):
                texts = [part.text for part in node.nodes if isinstance(part, Scalar) and part.text]
                yield key, Scalar(";".join(texts), node.line, node.column)
            else:
                self._say("Y006", "a text should stand here", None, (node.line, node.column))

    def _contacts(self, customer: Mapping, node: Node) -> None:
        owner = customer.nodes.get("id", Scalar(None, customer.line, customer.column))
        if isinstance(node, Listing) and isinstance(owner, Scalar):
            for item in node.nodes:
                if isinstance(item, Mapping):
                    stated = item.nodes.setdefault("customer", owner)
                    item.keys.setdefault("customer", (owner.line, owner.column))
                    if isinstance(stated, Scalar) and stated.text != owner.text:
                        self._say(
                            "R003",
                            "a contact that names another customer than the one it stands in",
                            None,
                            (stated.line, stated.column),
                        )
        self._table("contacts", node)

    def _raw(self, engine: Engine, table: str, rows: _Rows) -> Raw:
        # a row without any known column still is a row, and must be counted: hence a column of its own for `_`
        texts: dict[str, Sequence[object]] = {"_": [None] * len(rows.starts), **rows.texts}
        relation = engine.table(dict.fromkeys(texts, "VARCHAR"), texts)
        cells = {column: quoted(column) for column in rows.texts}
        return Raw(table, self.file, relation, cells, {}, Reading(plain=True), rows.places)

    def _say(self, code: str, message: str, hint: str | None, place: tuple[int, int]) -> None:
        self.problems.append(Problem(code, message, hint, self.file, *place))
