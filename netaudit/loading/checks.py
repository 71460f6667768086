"""What the tables of a book must agree on: every id that one names stands in another, every tie makes sense."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netaudit.engine import literal
from netaudit.errors import nearest, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from netaudit.engine import Engine
    from netaudit.loading.typed import Typist


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

    def reject(self, query: str, code: str, column: str, say: Callable[[str], tuple[str, str | None]]) -> None:
        """Reject the rows that a query (value, _file, _row) finds; `say` makes message and hint from the value."""
        for value, file, row in self.engine.ask(f"SELECT * FROM ({query}) ORDER BY _file, _row"):
            message, hint = say(value)
            tally = self.typist.tallies[file]
            self.typist.reject(tally, code, f"{tally.raw.table}: {message}", hint, (row, column))

    def check_references(self, ties: str, log: str) -> None:
        """Every id that another table names must stand in its own; `channel:` always names a channel."""
        names = self.names
        self.reject(
            f"SELECT id AS value, _file, _row FROM {names['channels']} WHERE id IN {self.ids('employees')}",
            "R005",
            "id",
            lambda value: (f"{shown(value)} is an employee as well", "an owner must be one or the other"),
        )
        for table, relation in (("ties", ties), ("interactions", log)):
            if table in self.given:
                self._missing(table, relation, "person", "channel", "channels", "channel = '' AND named", always=True)
                self._missing(table, relation, "person", "owner", "employees", "channel = '' AND NOT named")
                self._missing(table, relation, "person", "via", "employees", "channel <> ''")
                self._missing(table, relation, "customer", "customer", "customers", "stated")
                self._missing(table, relation, "contact", "contact", "contacts")
        for table, column, target in (
            ("contacts", "customer", "customers"),
            ("channels", "relayed_by", "employees"),
            ("customers", "owner", "employees"),
            ("departures", "employee", "employees"),
            ("outcomes", "employee", "employees"),
            ("outcomes", "customer", "customers"),
        ):
            if table in self.given:
                self._missing(table, names[table], column, column, target)

    def _missing(
        self,
        table: str,
        relation: str,
        column: str,
        shown_as: str,
        target: str,
        test: str = "true",
        *,
        always: bool = False,
    ) -> None:
        """Reject rows whose id in `column` is not in the table `target`, with near names."""
        if not always and self.is_open(target):
            return
        lost = f"{column} <> '' AND {test} AND {column} NOT IN {self.ids(target)}"
        if not self.engine.ask(f"SELECT 1 FROM {relation} WHERE {lost} LIMIT 1"):
            return
        owner = shown_as == "owner" and table != "customers"
        targets = [target, "channels"] if owner else [target]
        known = [value for name in targets for (value,) in self.engine.ask(self.ids(name))]
        what = "neither an employee nor a channel" if owner else f"not in {target}"
        hints: dict[str, str | None] = {}

        def say(value: str) -> tuple[str, str | None]:
            if value not in hints:
                hints[value] = nearest(value, known) if len(hints) < 50 else None
            return f"{shown_as} {shown(value)} is {what}", hints[value] or f"add it to {target}, or set open_ids: true"

        query = f"SELECT {column} AS value, _file, _row FROM {relation} WHERE {lost}"
        self.reject(query, "R001", shown_as, say)

    def check_ties(self, table: str, relation: str, kinds: set[str]) -> None:
        """What a tie may say, given its two ends."""

        def reject(test: str, value: str, code: str, column: str, say: Callable[[str], tuple[str, str | None]]) -> None:
            self.reject(f"SELECT {value} AS value, _file, _row FROM {relation} WHERE {test}", code, column, say)

        weights = ", ".join(map(literal, sorted(kinds)))
        known = f"known are {', '.join(sorted(kinds))}; assumptions: {{weight: …}} adds one"
        reject(
            f"subscription = '' AND kind NOT IN ({weights})",
            "kind",
            "V006",
            "kind",
            lambda value: (f"the kind {shown(value)} has no weight", nearest(value, kinds) or known),
        )
        if self.is_open("contacts"):
            reject(
                "customer IS NULL AND contact <> ''",
                "contact",
                "S002",
                "contact",
                lambda value: (f"no customer is known for the contact {shown(value)}", "name the customer as well"),
            )
        reject(
            "elsewhere",
            "contact",
            "R003",
            "customer",
            lambda value: (f"the contact {shown(value)} belongs to another customer", "see the contacts table"),
        )
        if table == "ties":
            reject(
                "subscription = '' AND followers IS NOT NULL",
                "person",
                "S003",
                "followers",
                lambda _: ("only a company page or a newsletter has followers", None),
            )
            reject(
                "channel = '' AND passed",
                "person",
                "S003",
                "via",
                lambda _: ("only a channel's tie runs via an employee", "name the channel as owner"),
            )
