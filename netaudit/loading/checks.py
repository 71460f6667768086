"""What the tables of a book must agree on: every id that one names stands in another, every tie makes sense."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netaudit.engine import literal
from netaudit.errors import nearest, shown
from netaudit.loading.schema import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from netaudit.engine import Engine
    from netaudit.loading.typed import Typist

    Words = tuple[str, str | None]

HINTS = 50
"""For so many unknown ids near names are looked for."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """An SQL test that no row of a table may pass; `say` makes message and hint from the `value` of one that does."""

    test: str
    value: str
    code: str
    column: str
    say: Callable[[str], Words]


class Checks:
    """Checks on typed tables; problems go to the typist. `names` are the tables' names in the engine, as of now."""

    def __init__(
        self, engine: Engine, typist: Typist, names: dict[str, str], given: set[str], *, open_ids: bool
    ) -> None:
        self.engine = engine
        self.typist = typist
        self.names = names
        self.given = given
        self.open_ids = open_ids

    def ids(self, table: str) -> str:
        """A query for the ids of a table."""
        return f"(SELECT id FROM {self.names[table]} WHERE id IS NOT NULL)"

    def is_open(self, table: str) -> bool:
        """Whether ids that others name come into being in this table."""
        return self.open_ids or table not in self.given

    def reject(self, query: str, code: str, column: str, say: Callable[[str], Words]) -> None:
        """Reject the rows that a query (value, _file, _row) finds; `say` makes message and hint from the value."""
        for value, file, row in self.engine.ask(f"SELECT * FROM ({query}) ORDER BY _file, _row"):
            message, hint = say(value)
            tally = self.typist.tallies[file]
            self.typist.reject(tally, code, f"{tally.raw.table}: {message}", hint, (row, column))

    def check(self, ties: str, log: str, kinds: set[str]) -> None:
        """Every rule on every table that the book has; `kinds` are those of ties that the weights name."""
        for table in (table for table in TABLES if table in self.given):
            relation = {"ties": ties, "interactions": log}.get(table, self.names[table])
            rules = list(self._rules(table, kinds))
            if not rules:
                continue
            for rule, broken in zip(rules, self.engine.which(relation, [rule.test for rule in rules]), strict=True):
                if broken:
                    query = f"SELECT {rule.value} AS value, _file, _row FROM {relation} WHERE {rule.test}"
                    self.reject(query, rule.code, rule.column, rule.say)

    def _rules(self, table: str, kinds: set[str]) -> Iterator[_Rule]:
        if table == "channels":
            yield _Rule(
                f"id IN {self.ids('employees')}",
                "id",
                "R005",
                "id",
                lambda value: (f"{shown(value)} is an employee as well", "an owner must be one or the other"),
            )
        if table in {"ties", "interactions"}:
            given = {name for one in self.typist.tallies if one.raw.table == table for name in one.raw.cells}
            if "channel" in given:
                yield self._known("person", "channel", "channels", "channel = '' AND named")
            ends = (
                ("person", "owner", "employees", "channel = '' AND NOT named"),
                ("person", "via", "employees", "channel <> ''"),
                ("customer", "customer", "customers", "stated"),
                ("contact", "contact", "contacts", "true"),
            )
            yield from self._references(*(end for end in ends if end[1] in given | {"owner"}))
            yield from self._tie_rules(kinds, given)
        own = {
            "contacts": (("customer", "customers"),),
            "channels": (("relayed_by", "employees"),),
            "customers": (("owner", "employees"),),
            "departures": (("employee", "employees"),),
            "outcomes": (("employee", "employees"), ("customer", "customers")),
        }
        yield from self._references(*((column, column, target, "true") for column, target in own.get(table, ())))

    def _references(self, *ends: tuple[str, str, str, str]) -> Iterator[_Rule]:
        """A rule per reference (column, its name for users, target, where it counts) to a table that is closed."""
        for column, shown_as, target, test in ends:
            if not self.is_open(target):
                yield self._known(column, shown_as, target, test)

    def _known(self, column: str, shown_as: str, target: str, test: str) -> _Rule:
        """The id in `column` must be in the table `target`; near names are suggested."""
        either = shown_as == "owner" and column == "person"
        what = "neither an employee nor a channel" if either else f"not in {target}"
        known: list[str] = []
        named: dict[str, str] = {}
        hints: dict[str, str | None] = {}

        def say(value: str) -> Words:
            if not known:
                targets = [target, "channels"] if either else [target]
                rows = [row for name in targets for row in self.engine.ask(f"SELECT id, name FROM {self.names[name]}")]
                known.extend(id_ for id_, _ in rows if id_ is not None)
                named.update({name: f"that is the name of {shown(id_)}" for id_, name in rows if name})
            if value not in hints:
                hints[value] = named.get(value) or (nearest(value, known) if len(hints) < HINTS else None)
            return f"{shown_as} {shown(value)} is {what}", hints[value] or f"add it to {target}, or set open_ids: true"

        return _Rule(f"{column} <> '' AND {test} AND {column} NOT IN {self.ids(target)}", column, "R001", shown_as, say)

    def _tie_rules(self, kinds: set[str], given: set[str]) -> Iterator[_Rule]:
        """What a tie may say, given its two ends; of the columns that are `given`."""
        weights = ", ".join(map(literal, sorted(kinds)))
        known = f"known are {', '.join(sorted(kinds))}; assumptions: {{weight: …}} adds one"
        yield _Rule(
            f"subscription = '' AND kind NOT IN ({weights})",
            "kind",
            "V006",
            "kind",
            lambda value: (f"the kind {shown(value)} has no weight", nearest(value, kinds) or known),
        )
        if self.is_open("contacts"):
            yield _Rule(
                "customer IS NULL AND contact <> ''",
                "contact",
                "S002",
                "contact",
                lambda value: (f"no customer is known for the contact {shown(value)}", "name the customer as well"),
            )
        yield _Rule(
            "elsewhere",
            "contact",
            "R003",
            "customer",
            lambda value: (f"the contact {shown(value)} belongs to another customer", "see the contacts table"),
        )
        if "followers" in given:
            yield _Rule(
                "subscription = '' AND followers IS NOT NULL",
                "person",
                "S003",
                "followers",
                lambda _: ("only a company page or a newsletter has followers", None),
            )
        if "via" in given:
            yield _Rule(
                "channel = '' AND passed",
                "person",
                "S003",
                "via",
                lambda _: ("only a channel's tie runs via an employee", "name the channel as owner"),
            )
