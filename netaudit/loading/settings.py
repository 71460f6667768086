"""The settings of a book: what stands beside its tables in a document, or alone in `netaudit.yml`."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

from netaudit.actions import Actions
from netaudit.assumptions import Assumptions
from netaudit.errors import nearest, shown
from netaudit.loading.from_yaml import Listing, Mapping, Node, Scalar
from netaudit.loading.nodes import NodeReader
from netaudit.loading.schema import SCALABLE, TABLES
from netaudit.loading.values import day_of, folded, read_currency, read_date, read_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date
    from decimal import Decimal

    from netaudit.loading.where import Condition

KEYS = (
    "netaudit",
    "company",
    "currency",
    "as_of",
    "assumptions",
    "actions",
    "date_format",
    "decimal",
    "encoding",
    "open_ids",
    "rates",
    "tables",
)
NO_TEXT = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7"}
"""Codecs that are no encodings of a text file."""

DATE_PARTS = {"%d", "%m", "%b", "%B", "%Y", "%H", "%M", "%S", "%I", "%p"}
"""What a date format may be made of; a day, a month and a year of four digits it must have."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """How one foreign file serves as a table; column and heading names as written, headings folded for matching."""

    place: tuple[str, int, int]
    file: str | None = None
    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    where: tuple[Condition, ...] = ()
    scale: dict[str, Decimal] = field(default_factory=dict)


@dataclass(slots=True)
class Settings:
    """What a book says about itself; None where it is silent."""

    company: str | None = None
    currency: str | None = None
    as_of: date | None = None
    assumptions: Assumptions = field(default_factory=Assumptions.default)
    actions: Actions = field(default_factory=Actions)
    decimal: str | None = None
    date_format: str | None = None
    encoding: str | None = None
    open_ids: bool = False
    rates: dict[str, Decimal] = field(default_factory=dict)
    tables: dict[str, list[Mapped]] | None = None

    said: set[str] = field(default_factory=set)

    def over(self, other: Settings) -> Settings:
        """These settings, and those of `other` where these are silent; `said` names keys and assumptions."""
        chosen = {entry.name: getattr(self if entry.name in self.said else other, entry.name) for entry in fields(self)}
        mine = {name: self.assumptions.parameters[name] for name in self.said if name in self.assumptions.parameters}
        chosen["assumptions"] = Assumptions({**other.assumptions.parameters, **mine})
        return Settings(**{**chosen, "said": self.said | other.said})


class SettingsReader(NodeReader):
    """Reads settings from a document's root and collects every problem in them."""

    def __init__(self, file: str) -> None:
        super().__init__(file)
        self.settings = Settings()

    def read(self, root: Mapping) -> Settings:
        """The settings; keys that are tables are left to others."""
        for key, node in root.nodes.items():
            reader: Callable[[Node], None] | None = getattr(self, f"_{key}", None) if key in KEYS else None
            if reader is not None:
                reader(node)
                self.settings.said.add(key)
            elif key not in TABLES:
                hint = nearest(key, (*KEYS, *TABLES)) or f"known are {', '.join((*KEYS, *TABLES))}"
                self.say("S001", f"unknown key {shown(key)}", hint, root.keys[key])
        return self.settings

    def _netaudit(self, node: Node) -> None:
        if self.text(node) != "1":
            self.say("V006", "this netaudit reads format version 1", "netaudit: 1", (node.line, node.column))

    def _company(self, node: Node) -> None:
        value = self.value(node, read_name)
        self.settings.company = None if value is None else str(value)

    def _currency(self, node: Node) -> None:
        value = self.value(node, read_currency)
        self.settings.currency = None if value is None else str(value)

    def _as_of(self, node: Node) -> None:
        if isinstance(node, Scalar) and node.text == "today":
            return  # what nobody says is today
        value = self.value(node, read_date)
        self.settings.as_of = day_of(value) if isinstance(value, int) else None

    def _date_format(self, node: Node) -> None:
        text = self.text(node)
        if text is None:
            return
        parts = re.findall("%.?", text)
        month = len({"%m", "%b", "%B"} & set(parts)) == 1
        once = len(parts) == len(set(parts)) and set(parts) <= DATE_PARTS
        iso_like = text.startswith("%Y-") and not text.startswith("%Y-%m-%d")  # ISO is always read as ISO
        if iso_like or not (month and once and {"%d", "%Y"} <= set(parts)):
            self.say(
                "V006",
                f"{shown(text)} is not a date format",
                'such as "%d-%m-%Y", with a year of four digits',
                (node.line, node.column),
            )
        else:
            self.settings.date_format = text

    def _decimal(self, node: Node) -> None:
        self.settings.decimal = self.one_of(node, (",", "."))

    def _encoding(self, node: Node) -> None:
        text = self.text(node)
        if text is None:
            return
        try:
            name: str | None = codecs.lookup(text).name
            wide = str(name).startswith(("utf-16", "utf-32"))
            name = name if wide or "netaudit;1".encode(text) == b"netaudit;1" else None
        except (LookupError, ValueError):
            name = None
        if name is None or name in NO_TEXT:
            self.say("V006", f"{shown(text)} is not an encoding", "such as cp1252", (node.line, node.column))
        else:
            self.settings.encoding = name

    def _open_ids(self, node: Node) -> None:
        self.settings.open_ids = self.one_of(node, ("true", "false")) == "true"

    def _rates(self, node: Node) -> None:
        for key, inner, place in self.items(node):
            number = self.number(inner)
            if number is not None and number <= 0:
                self.say("V001", f"the rate of {shown(key)} must be above 0", None, place)
            elif number is not None:
                self.settings.rates[key] = number

    def _assumptions(self, node: Node) -> None:
        for key, inner, place in self.items(node):
            if isinstance(inner, Mapping):
                for leaf, value, at in self.items(inner):
                    self._assume(f"{key}.{leaf}", value, at)
            else:
                self._assume(key, inner, place)

    def _assume(self, name: str, node: Node, place: tuple[int, int]) -> None:
        nodes = node.nodes if isinstance(node, Listing) else [node]
        numbers = [self.number(inner) for inner in nodes]
        if any(number is None for number in numbers):
            if not any(problem.line == inner.line for problem in self.problems for inner in nodes):
                self.say("S002", f"{shown(name)} has no value", None, place)
            return
        try:
            values = [float(number) for number in numbers if number is not None]
            self.settings.assumptions = self.settings.assumptions.but(name, *values)
            self.settings.said.add(name)
        except ValueError as error:
            self.say("V006", str(error), None, place)

    def _actions(self, node: Node) -> None:
        for key, inner, place in self.items(node):
            if key == "unit":
                unit = self.value(inner, read_name)
                if unit is None or not any(char.isalpha() for char in str(unit)):
                    self.say("V006", "the unit of costs is a word", "such as hours", place)
                self.settings.actions = replace(self.settings.actions, unit=str(unit))
            elif isinstance(inner, Mapping):
                for leaf, value, at in self.items(inner):
                    self._action(f"{key}.{leaf}", value, at)
            else:
                self._action(key, inner, place)

    def _action(self, name: str, node: Node, place: tuple[int, int]) -> None:
        number = self.number(node)
        if number is None:
            if not any(problem.line == node.line for problem in self.problems):
                self.say("S002", f"{shown(name)} has no value", None, place)
            return
        try:
            self.settings.actions = self.settings.actions.but(name, float(number))
        except ValueError as error:
            self.say("V006", f"{shown(name)}: {error}", None, place)

    def _tables(self, node: Node) -> None:
        tables: dict[str, list[Mapped]] = {}
        for table, inner, place in self.items(node):
            if table not in TABLES:
                hint = nearest(table, TABLES) or f"known are {', '.join(TABLES)}"
                self.say("S001", f"unknown table {shown(table)}", hint, place)
                continue
            parts = inner.nodes if isinstance(inner, Listing) else [inner]
            tables[table] = [self._mapped(table, part) for part in parts]
        self.settings.tables = tables

    def _mapped(self, table: str, node: Node) -> Mapped:
        file: str | None = None
        columns: dict[str, str] = {}
        constants: dict[str, str] = {}
        where: list[Condition] = []
        scale: dict[str, Decimal] = {}
        at = (self.file, node.line, node.column)
        for key, inner, place in self.items(node):
            if key == "file":
                file = self.text(inner)
            elif key in {"columns", "set"}:
                target = columns if key == "columns" else constants
                target.update(self._column_texts(table, inner, fold=key == "columns"))
            elif key == "where":
                where.extend(self.conditions(inner))
            elif key == "scale":
                for column, value, place_of in self.items(inner):
                    number = self.number(value)
                    if not self._known_column(table, column, place_of) or number is None:
                        continue
                    if column.startswith("x_") or TABLES[table][column].type not in SCALABLE:
                        self.say("V006", f"{shown(column)} cannot be scaled", "money and counts a year can", place_of)
                    else:
                        scale[column] = number
            else:
                known = ("file", "columns", "set", "where", "scale")
                self.say("S001", f"unknown key {shown(key)}", nearest(key, known) or ", ".join(known), place)
        return Mapped(at, file, columns, constants, tuple(where), scale)

    def _column_texts(self, table: str, node: Node, *, fold: bool) -> Iterator[tuple[str, str]]:
        for column, inner, place in self.items(node):
            text = self.text(inner)
            if text is not None and self._known_column(table, column, place):
                yield column, folded(text).casefold() if fold else text

    def _known_column(self, table: str, column: str, place: tuple[int, int]) -> bool:
        if column in TABLES[table] or column.startswith("x_"):
            return True
        self.say("S001", f"{table} has no column {shown(column)}", nearest(column, TABLES[table]), place)
        return False
