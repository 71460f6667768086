"""Typed tables → the tables of a book: ids resolved against each other, ties brought to one form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netaudit.book import Tables
from netaudit.engine import literal, quoted
from netaudit.errors import shown
from netaudit.loading.checks import Checks
from netaudit.loading.lookalikes import Alike, lookalikes
from netaudit.loading.raw import PER_FILE
from netaudit.loading.schema import SUBSCRIPTIONS, TABLES
from netaudit.loading.values import day_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from netaudit.engine import Engine
    from netaudit.loading.typed import Typist

ENDS = "channel, subscription, person, contact, customer"
"""The two ends of a tie in the assembled tables."""

FEW = 100_000
"""Up to so many rows of ties and interactions are copied where they are used more than once."""

ORIGIN_OF = f"CAST(_file AS BIGINT) * {PER_FILE} + _row"
ORIGIN = f"{ORIGIN_OF} AS origin"
"""The row that a tie stands in, as one number; `Origins` finds it."""


@dataclass(frozen=True, slots=True)
class Assembled:
    """The tables, and what is worth saying about them."""

    tables: Tables
    relays: bool
    logged: bool
    subscribes: bool
    many: bool
    alike: tuple[Alike, ...]
    warnings: tuple[str, ...]
    notes: Callable[[], tuple[str, ...]]


class Assembler:
    """Resolves the typed tables of one book. `names` are their names in the engine, `given` the tables it has."""

    def __init__(
        self, engine: Engine, typist: Typist, names: dict[str, str], given: set[str], *, open_ids: bool, as_of: int
    ) -> None:
        self.engine = engine
        self.typist = typist
        self.names = dict(names)
        self.given = given
        self.checks = Checks(engine, typist, self.names, given, open_ids=open_ids)
        self.own_contacts = names["contacts"]
        self.as_of = as_of
        self.many = sum(one.read for one in typist.tallies if one.raw.table in {"ties", "interactions"}) > FEW
        self.warnings: list[str] = []
        self.notes: list[str] = []

    def assemble(self, kinds: Iterable[str]) -> Assembled:
        """The book's tables. `kinds` are the kinds of tie that the weights name; problems go to the typist."""
        keys = dict.fromkeys(("employees", "channels", "customers", "contacts"), "id") | {"departures": "employee"}
        twice = [f"SELECT 1 FROM {self.names[table]} GROUP BY {key} HAVING count(*) > 1" for table, key in keys.items()]
        for (table, key), repeated in zip(keys.items(), self.engine.any(*twice), strict=True):
            if repeated:
                self._merge_repeats(table, key)
        self.own_contacts = self.names["contacts"]
        self._add_contacts()
        ties, log = self._resolve("ties"), self._resolve("interactions")
        self._add_customers(ties, log)
        self._add_employees(ties, log)
        self.checks.check(ties, log, set(kinds))
        return self._finish(ties, log)

    def _made(self, query: str) -> str:
        """A new table from a query."""
        name = self.engine.new_name()
        self.engine.run(f"CREATE TEMP TABLE {name} AS {query}")
        return name

    def _seen(self, query: str) -> str:
        """A view of a query, for what is looked at seldom and would be large."""
        name = self.engine.new_name()
        self.engine.run(f"CREATE TEMP VIEW {name} AS {query}")
        return name

    def _looked_at(self, query: str) -> str:
        """A view where there are many ties; of few a table, for every question reads the text of a view again."""
        return self._seen(query) if self.many else self._made(query)

    def _merge_repeats(self, table: str, key: str) -> None:
        """Equal rows are one; rows of one id that differ are problems (for departures: two dates for one leaver)."""
        relation = self.names[table]
        columns = list(TABLES[table])
        names = ", ".join(map(quoted, columns))
        merged = self._made(
            f"SELECT {names}, _file, min(_row) AS _row FROM "
            f"(SELECT {names}, min(_file) OVER (PARTITION BY {names}) AS first, _file, _row FROM {relation}) "
            f"WHERE _file = first GROUP BY {names}, _file"
        )
        before, after = (self.engine.ask(f"SELECT count(*) FROM {name}")[0][0] for name in (relation, merged))
        if after < before:
            self.notes.append(f"{table}: {before - after} repeated rows merged")
        self.names[table] = merged
        seen: dict[str, tuple[object, ...]] = {}
        differing: list[tuple[int, int]] = []
        for *cells, file, row in self.engine.ask(
            f"SELECT {names}, _file, _row FROM {merged} WHERE {quoted(key)} IN "
            f"(SELECT {quoted(key)} FROM {merged} GROUP BY 1 HAVING count(*) > 1) ORDER BY _file, _row"
        ):
            if row in self.typist.tallies[file].rejected:
                continue
            which = cells[columns.index(key)]
            first = seen.setdefault(which, tuple(cells))
            differ = [name for name, mine, other in zip(columns, cells, first, strict=True) if mine != other]
            if differ:
                code = "R004" if table == "departures" else "R002"
                message = f"{table}: {shown(which)} stands twice, with different {', '.join(differ)}"
                self.typist.reject(self.typist.tallies[file], code, message, None, (row, differ[0]))
                differing.append((file, row))
        if differing:
            files, rows = zip(*differing, strict=True)
            out = self.engine.table({"file": "INTEGER", "row": "BIGINT"}, {"file": files, "row": rows})
            self.names[table] = self._made(
                f"SELECT * FROM {merged} WHERE NOT EXISTS (SELECT 1 FROM {out} o WHERE o.file = _file AND o.row = _row)"
            )

    def _add_contacts(self) -> None:
        """Where contacts are open, those that ties and interactions name together with a customer."""
        if not self.checks.is_open("contacts"):
            return
        known = self.names["contacts"]
        named = " UNION ALL ".join(
            f"SELECT contact AS id, customer, _file, _row FROM {self.names[table]} "
            f"WHERE contact IS NOT NULL AND customer IS NOT NULL"
            for table in ("ties", "interactions")
        )
        new = self._seen(
            "SELECT id, min(customer) AS customer, max(customer) AS other, min(_file) AS _file, min(_row) AS _row "
            f"FROM ({named}) WHERE id NOT IN {self.checks.ids('contacts')} GROUP BY id"
        )
        if self.engine.ask(f"SELECT 1 FROM {new} WHERE other <> customer LIMIT 1"):
            self.checks.reject(
                f"SELECT n.id AS value, min(n._file) AS _file, min(n._row) AS _row FROM ({named}) n JOIN {new} k "
                "ON n.id = k.id AND n.customer <> k.customer GROUP BY n.id, n.customer",
                "R003",
                "contact",
                lambda value: (
                    f"the contact {shown(value)} is at two customers",
                    "give each person an id of their own",
                ),
            )
        looked_up = any(self.engine.any(*map(self._alone, ("ties", "interactions"))))
        self.names["contacts"] = (self._made if looked_up else self._seen)(
            f"SELECT id, customer, name, role, left_on, _file, _row FROM {known} UNION ALL "
            f"SELECT id, customer, NULL, NULL, NULL, _file, _row FROM {new}"
        )

    def _resolve(self, table: str) -> str:
        """Ties or interactions with their two ends found: whose tie it is, and which customer's.

        `named` says that the channel was called one, `stated` that the customer was named beside its contact (and
        `elsewhere` that the contact is at another), `passed` that somebody passes it on.
        """
        ties = table == "ties"
        via = "coalesce(t.via, c.relayed_by, '')" if ties else "coalesce(c.relayed_by, '')"
        rest = ("last_contact", "per_year", "strength", "followers") if ties else ('"on"', '"count"')
        passed = "t.via IS NOT NULL" if ties else "false"
        kinds = ", ".join(map(literal, SUBSCRIPTIONS))
        return self._looked_at(
            "SELECT CASE WHEN c.id IS NULL THEN '' ELSE c.id END AS channel, "
            f"CASE WHEN c.kind IN ({kinds}) THEN c.kind ELSE '' END AS subscription, "
            f"CASE WHEN c.id IS NULL THEN coalesce(t.employee, t.channel, t.owner) ELSE {via} END AS person, "
            "coalesce(t.contact, '') AS contact, coalesce(t.customer, k.customer) AS customer, "
            f"t.kind, {', '.join(f't.{column}' for column in rest)}, "
            "t.channel IS NOT NULL AS named, t.customer IS NOT NULL AS stated, "
            f"coalesce(t.customer <> k.customer, false) AS elsewhere, {passed} AS passed, t._file, t._row "
            f"FROM {self.names[table]} t "
            f"LEFT JOIN {self.names['channels']} c ON t.employee IS NULL AND c.id = coalesce(t.channel, t.owner) "
            f"LEFT JOIN {self._homes(table)} k ON k.id = t.contact"
        )

    def _homes(self, table: str) -> str:
        """The contacts whose customer the rows of a table must be compared with, or take from there.

        Contacts that are open, and stand in no row without their customer, need not be looked up again, but for those
        that have a row of their own.
        """
        if self.checks.is_open("contacts") and not any(self.engine.any(self._alone(table))):
            return self.own_contacts
        return self.names["contacts"]

    def _alone(self, table: str) -> str:
        """A query for rows that name a contact without its customer."""
        return f"SELECT 1 FROM {self.names[table]} WHERE contact IS NOT NULL AND customer IS NULL"

    def _with_new(self, table: str, columns: str, sources: Iterable[str]) -> str:
        """The table and, where it is open, a row for each further id that `sources` (queries) bring."""
        query = f"SELECT id, {columns} FROM {self.names[table]}"
        if self.checks.is_open(table):
            blanks = ", ".join("1" if column == '"count"' else "NULL" for column in columns.split(", "))
            ids = " UNION ".join(sources)
            query += (
                f" UNION ALL SELECT id, {blanks} FROM ({ids}) n(id) "
                f"WHERE id IS NOT NULL AND id <> '' AND id NOT IN {self.checks.ids(table)}"
            )
        return query

    def _add_customers(self, ties: str, log: str) -> None:
        """Customers, also those that only others name; contacts that came from ties bring none that the ties do not."""
        sources = (f"SELECT customer FROM {name}" for name in (ties, log, self.own_contacts))
        columns = 'name, segment, revenue, "count", renewal_on, owner, _file, _row'
        query = self._with_new("customers", columns, sources)
        filled = columns.replace('"count"', 'coalesce("count", 1) AS "count"')
        self.names["customers"] = self._made(f"SELECT id, {filled} FROM ({query})")

    def _add_employees(self, ties: str, log: str) -> None:
        """Employees with their departures."""
        names = self.names
        sources = [f"SELECT person FROM {name}" for name in (ties, log)]
        sources += [f"SELECT employee FROM {names['departures']}", f"SELECT relayed_by FROM {names['channels']}"]
        sources += [f"SELECT owner FROM {names['customers']}"]
        columns = "name, role, team, manager, left_on, attrition, clause_until, _file, _row"
        query = self._with_new("employees", columns, sources)
        people = self._made(query)
        departures = names["departures"]
        self.checks.reject(
            f"SELECT d.employee AS value, d._file, d._row FROM {departures} d JOIN {people} e ON e.id = d.employee "
            'WHERE e.left_on <> d."on"',
            "R004",
            "on",
            lambda value: (f"{shown(value)} leaves on another date in employees", "left_on and departures must agree"),
        )
        names["employees"] = self._made(
            'SELECT id, name, role, team, manager, coalesce(e.left_on, d."on") AS left_on, attrition, clause_until, '
            f"e._file, e._row, d.destination FROM {people} e "
            f"LEFT JOIN {departures} d ON d.employee = e.id"
        )

    def _finish(self, ties: str, log: str) -> Assembled:
        """The ties and the log in their final form, and what the data hold."""
        names = self.names
        left = [f"SELECT id FROM {names[table]} WHERE left_on <= {self.as_of}" for table in ("employees", "contacts")]
        *anybody, owned = self.engine.any(*left, f"SELECT 1 FROM {names['customers']} WHERE owner IS NOT NULL")
        ends = zip(("person", "contact"), left, anybody, strict=True)
        gone = f"({' OR '.join(f'{end} IN ({who})' for end, who, some in ends if some) or 'false'}) AS gone"
        columns = f"kind, last_contact, per_year, strength, followers, {ORIGIN}"
        past = f'(SELECT * FROM {log} WHERE "on" <= {self.as_of})'
        held = " UNION ALL ".join(f"SELECT person, customer FROM {name} WHERE channel = ''" for name in (ties, past))
        final = self._looked_at(
            f"SELECT {ENDS}, {columns}, {gone} FROM {ties}"
            if not owned
            else f"SELECT *, {gone} FROM (SELECT {ENDS}, {columns} FROM {ties} UNION ALL "
            f"SELECT '', '', owner, '', id, NULL, NULL, NULL, NULL, NULL, {ORIGIN} FROM {names['customers']} "
            f"WHERE owner IS NOT NULL AND (owner, id) NOT IN ({held}))"
        )
        times = self._made(
            f'SELECT *, {gone} FROM (SELECT {ENDS}, kind, "on", max(coalesce("count", 1)) AS "count", '
            f"min({ORIGIN_OF}) AS origin FROM {log} "
            f'WHERE "on" <= {self.as_of} GROUP BY ALL)'
        )
        both = f"(SELECT {ENDS} FROM {final} UNION ALL SELECT {ENDS} FROM {times})"
        relays, subscribes, logged = self.engine.any(
            f"SELECT 1 FROM {both} WHERE channel <> '' AND person <> ''",
            f"SELECT 1 FROM {both} WHERE subscription <> ''",
            f"SELECT 1 FROM {times}",
        )
        gone_ties = self.engine.ask(f"SELECT count(*) FROM {final} WHERE gone")[0][0] if any(anybody) else 0
        self._remark(ties, log, gone_ties)
        alike, warnings = lookalikes(self.engine, {table: names[table] for table in ("employees", "customers")})
        self.warnings += warnings
        frames = {
            table: self.engine.frame(self._looked_at(f"SELECT * EXCLUDE (_file, _row), {ORIGIN} FROM {names[table]}"))
            for table in ("employees", "customers", "contacts", "channels")
        }
        tables = Tables(**frames, ties=self.engine.frame(final), log=self.engine.frame(times))
        return Assembled(
            tables, relays, logged, subscribes, self.many, tuple(alike), tuple(self.warnings), self._noted(ties)
        )

    def _noted(self, ties: str) -> Callable[[], tuple[str, ...]]:
        """The notes, with how many rows say again what another says: a look at every tie, for which nobody may ask."""
        said = tuple(self.notes)

        def noted() -> tuple[str, ...]:
            counts = f"SELECT (SELECT count(*) FROM {ties}) - count(*) FROM (SELECT DISTINCT {ENDS}, kind FROM {ties})"
            with self.engine.answering():
                again = self.engine.ask(counts)[0][0]
            more = f"repeated rows of one tie, of which the strongest counts: {again}"
            return (more, *said) if again else said

        return noted

    def _remark(self, ties: str, log: str, gone: int) -> None:
        """Count what does not count, or counts otherwise than it stands there."""
        for late in (log, self.names["outcomes"]):
            query = f'SELECT _file, count(*) FROM {late} WHERE "on" > {self.as_of} GROUP BY 1'
            for file, count in self.engine.ask(query):
                tally = self.typist.tallies[file]
                if tally.rejected:
                    query = f'SELECT _row FROM {late} WHERE "on" > {self.as_of} AND _file = {file}'
                    told = tally.rejected.intersection(row for (row,) in self.engine.ask(query))
                    tally.skipped["after as_of"] = count - len(told)
                else:
                    tally.skipped["after as_of"] = count
        different = f"SELECT DISTINCT {ENDS}, kind, last_contact, per_year, strength, followers FROM"
        ((ahead,),) = self.engine.ask(f"SELECT count(*) FROM ({different} {ties} WHERE last_contact > {self.as_of})")
        if ahead:
            day = day_of(self.as_of).isoformat()
            self.warnings.append(
                f"ties whose last contact is after {day}: {ahead}; they count as of that day, "
                "for the ties table keeps no history, so answers for the past are too strong"
            )
        if gone:
            self.notes.append(f"ties that count zero, for their employee or contact has left: {gone}")
