"""Typed tables → the tables of a book: ids resolved against each other, ties brought to one form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from netaudit.book import Tables
from netaudit.engine import quoted
from netaudit.errors import nearest, shown
from netaudit.load.schema import SUBSCRIPTIONS, TABLES
from netaudit.load.values import day_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from netaudit.engine import Engine, Frame
    from netaudit.load.typed import Typist

ENDS = ("channel", "subscription", "person", "contact", "customer")
"""The two ends of a tie in the assembled tables."""

TIE = (*ENDS, "kind", "last_contact", "per_year", "strength", "followers", "gone")


@dataclass(frozen=True, slots=True)
class Assembled:
    """The tables, and what is worth saying about them."""

    tables: Tables
    relays: bool
    logged: bool
    subscribes: bool
    warnings: tuple[str, ...]
    notes: tuple[str, ...]


class Assembler:
    """Resolves the typed tables of one book. `given` names the tables that the book has."""

    def __init__(
        self, engine: Engine, typist: Typist, relations: dict[str, str], given: set[str], *, open_ids: bool, as_of: int
    ) -> None:
        self.engine = engine
        self.typist = typist
        self.relations = relations
        self.given = given
        self.open_ids = open_ids
        self.as_of = as_of
        self.warnings: list[str] = []
        self.notes: list[str] = []

    def assemble(self, kinds: Iterable[str]) -> Assembled:
        """The book's tables. `kinds` are the kinds of tie that the weights name; problems go to the typist."""
        for table in ("employees", "channels", "customers", "contacts", "departures"):
            self._merge_repeats(table, "employee" if table == "departures" else "id")
        channels = self._typed("channels")
        contacts = self._contacts()
        ties, log = (self._resolved(table, channels, contacts) for table in ("ties", "interactions"))
        customers = self._customers(ties, log, contacts)
        employees = self._employees(ties, log, channels, customers)
        self._check_references(employees, customers, contacts, channels, ties, log)
        self._check_ties("ties", ties, set(kinds))
        self._check_ties("interactions", log, set(kinds))
        tables = self._ties(employees, customers, contacts, channels, ties, log)
        ends = nw.concat([frame.select(*ENDS) for frame in (tables.ties, tables.log)])
        relays = self._any(ends.filter(nw.col("channel") != "", nw.col("person") != ""))
        subscribes = self._any(ends.filter(nw.col("subscription") != ""))
        logged = self._any(tables.log)
        return Assembled(tables, relays, logged, subscribes, tuple(self.warnings), tuple(self.notes))

    def _typed(self, table: str) -> Frame:
        return self.engine.frame(self.relations[table])

    def _any(self, frame: Frame) -> bool:
        return bool(self.engine.rows(frame.head(1)))

    def _open(self, table: str) -> bool:
        """Whether ids that others name come into being in this table."""
        return self.open_ids or table not in self.given

    def _reject(
        self, table: str, frame: Frame, code: str, column: str, say: Callable[[str], tuple[str, str | None]]
    ) -> None:
        """Reject the rows of `frame` (columns value, _file, _row); `say` makes message and hint from the value."""
        rows = self.engine.rows(frame.select("value", "_file", "_row").sort("_file", "_row"))
        for value, file, row in rows:
            message, hint = say(value)
            self.typist.reject(self.typist.tallies[file], code, f"{table}: {message}", hint, (row, column))

    def _merge_repeats(self, table: str, key: str) -> None:
        """Equal rows are one; rows of one id that differ are problems (for departures: two dates for one leaver)."""
        relation = self.relations[table]
        columns = list(TABLES[table])
        names = ", ".join(map(quoted, columns))
        if not self.engine.ask(f"SELECT 1 FROM {relation} GROUP BY {quoted(key)} HAVING count(*) > 1 LIMIT 1"):
            return
        before = self.engine.ask(f"SELECT count(*) FROM {relation}")[0][0]
        merged = self.engine.new_name()
        self.engine.run(
            f"CREATE TEMP TABLE {merged} AS SELECT {names}, _file, min(_row) AS _row FROM "
            f"(SELECT {names}, min(_file) OVER (PARTITION BY {names}) AS _file, _row FROM {relation}) "
            f"GROUP BY {names}, _file"
        )
        self.relations[table] = merged
        after = self.engine.ask(f"SELECT count(*) FROM {merged}")[0][0]
        if after < before:
            self.notes.append(f"{table}: {before - after} repeated rows merged")
        seen: dict[str, tuple[object, ...]] = {}
        for *cells, file, row in self.engine.ask(
            f"SELECT {names}, _file, _row FROM {merged} WHERE {quoted(key)} IN "
            f"(SELECT {quoted(key)} FROM {merged} GROUP BY 1 HAVING count(*) > 1) ORDER BY _file, _row"
        ):
            which = cells[columns.index(key)]
            first = seen.setdefault(which, tuple(cells))
            differ = [name for name, mine, other in zip(columns, cells, first, strict=True) if mine != other]
            if differ:
                code = "R004" if table == "departures" else "R002"
                message = f"{table}: {shown(which)} stands twice, with different {', '.join(differ)}"
                self.typist.reject(self.typist.tallies[file], code, message, None, (row, differ[0]))
                self.engine.run(f"DELETE FROM {merged} WHERE _file = {file} AND _row = {row}")

    def _contacts(self) -> Frame:
        """Contacts with their customers: the table, and where it is open those that ties name with a customer."""
        known = self._typed("contacts").select("id", "customer", "name", "role", "left_on", "_file", "_row")
        if not self._open("contacts"):
            return known
        named = nw.concat(
            [
                self._typed(table)
                .filter(~nw.col("contact").is_null(), ~nw.col("customer").is_null())
                .select(id="contact", customer="customer", file="_file", row="_row")
                for table in ("ties", "interactions")
            ]
        )
        new = self.engine.keep(
            named.join(known.select("id"), on="id", how="anti")
            .group_by("id", "customer")
            .agg(_file=nw.col("file").min(), _row=nw.col("row").min())
        )
        twice = new.group_by("id").agg(customers=nw.len(), least=nw.col("customer").min())
        twice = twice.filter(nw.col("customers") > 1)
        if self._any(twice):
            table = "ties" if "ties" in self.given else "interactions"
            second = new.join(twice, on="id").filter(nw.col("customer") != nw.col("least"))
            self._reject(
                table,
                second.with_columns(value=nw.col("id")),
                "R003",
                "contact",
                lambda value: (
                    f"the contact {shown(value)} is at two customers",
                    "give each person an id of their own",
                ),
            )
            new = new.join(twice.select("id", "least"), on="id", how="left")
            new = new.filter(nw.col("least").is_null() | (nw.col("customer") == nw.col("least")))
        nothing = nw.lit(None, dtype=nw.String)
        return self.engine.keep(
            nw.concat(
                [
                    known,
                    new.select(
                        "id",
                        "customer",
                        nothing.alias("name"),
                        nothing.alias("role"),
                        nw.lit(None, dtype=nw.Int32).alias("left_on"),
                        "_file",
                        "_row",
                    ),
                ]
            )
        )

    def _resolved(self, table: str, channels: Frame, contacts: Frame) -> Frame:
        """Ties or interactions with their two ends found: whose tie it is, and which customer's."""
        rows = self._typed(table)
        extra = ["last_contact", "per_year", "strength", "followers", "via"] if table == "ties" else ["on"]
        via = nw.col("via") if table == "ties" else nw.lit(None, dtype=nw.String)
        kinds = channels.select(who="id", channel_kind="kind", relayed_by="relayed_by")
        homes = contacts.select(contact="id", home="customer")
        rows = rows.with_columns(
            who=nw.coalesce(nw.col("employee"), nw.col("channel"), nw.col("owner")), named=nw.col("channel")
        )
        rows = rows.join(kinds, on="who", how="left").join(homes, on="contact", how="left")
        is_channel = ~nw.col("channel_kind").is_null() & nw.col("employee").is_null()
        rows = rows.with_columns(
            channel=nw.when(is_channel).then(nw.col("who")).otherwise(nw.lit("")),
            subscription=nw.when(is_channel & nw.col("channel_kind").is_in(SUBSCRIPTIONS))
            .then(nw.col("channel_kind"))
            .otherwise(nw.lit("")),
            person=nw.when(is_channel)
            .then(nw.coalesce(via, nw.col("relayed_by"), nw.lit("")))
            .otherwise(nw.col("who")),
            at=nw.col("customer"),
            customer=nw.coalesce(nw.col("customer"), nw.col("home")),
            contact=nw.coalesce(nw.col("contact"), nw.lit("")),
        )
        return self.engine.keep(rows.select(*ENDS, "kind", *extra, "named", "at", "home", "_file", "_row"))

    def _customers(self, ties: Frame, log: Frame, contacts: Frame) -> Frame:
        """Customers: the table, and where it is open those that ties and contacts name."""
        columns = ["id", "name", "segment", "revenue", "count", "renewal_on", "owner"]
        known = self._typed("customers").with_columns(count=nw.coalesce(nw.col("count"), nw.lit(1))).select(*columns)
        if not self._open("customers"):
            return known
        named = [frame.select(id="customer") for frame in (ties, log, contacts)]
        return self._with_new(known, named)

    def _employees(self, ties: Frame, log: Frame, channels: Frame, customers: Frame) -> Frame:
        """Employees with their departures: the table, and where it is open those that others name."""
        columns = ["id", "name", "role", "team", "manager", "left_on", "attrition", "clause_until"]
        known = self._typed("employees").select(*columns)
        departures = self._typed("departures")
        if self._open("employees"):
            owners = [frame.filter(nw.col("person") != "").select(id="person") for frame in (ties, log)]
            others = [departures.select(id="employee"), channels.select(id="relayed_by"), customers.select(id="owner")]
            known = self._with_new(known, [*owners, *others])
        joined = known.join(
            departures.select(id="employee", on="on", destination="destination", _file="_file", _row="_row"),
            on="id",
            how="left",
        )
        conflict = joined.filter(nw.col("left_on") != nw.col("on")).with_columns(value=nw.col("id"))
        self._reject(
            "departures",
            conflict,
            "R004",
            "on",
            lambda value: (f"{shown(value)} leaves on another date in employees", "left_on and departures must agree"),
        )
        left_on = nw.coalesce(nw.col("left_on"), nw.col("on"))
        return self.engine.keep(joined.with_columns(left_on=left_on).select(*columns, "destination"))

    def _with_new(self, known: Frame, named: list[Frame]) -> Frame:
        """`known` and a row for each id of `named` that it lacks."""
        ids = nw.concat(named).filter(~nw.col("id").is_null()).group_by("id").agg()
        new = ids.join(known.select("id"), on="id", how="anti")
        schema = known.collect_schema()
        blanks = [
            nw.lit(1 if name == "count" else None, dtype=kind).alias(name)
            for name, kind in schema.items()
            if name != "id"
        ]
        return self.engine.keep(nw.concat([known, new.select("id", *blanks).select(*schema)]))

    def _check_references(
        self, employees: Frame, customers: Frame, contacts: Frame, channels: Frame, ties: Frame, log: Frame
    ) -> None:
        """Every id that another table names must stand in its own; `channel:` always names a channel."""
        own = {"employees": employees, "customers": customers, "contacts": contacts, "channels": channels}
        both = employees.select("id").join(channels.select("id", "_file", "_row"), on="id")
        self._reject(
            "channels",
            both.with_columns(value=nw.col("id")),
            "R005",
            "id",
            lambda value: (f"{shown(value)} is an employee as well", "an owner must be one or the other"),
        )
        for table, frame in (("ties", ties), ("interactions", log)):
            if table not in self.given:
                continue
            self._missing(table, frame, "named", "channel", "channels", own, always=True)
            self._missing(table, frame, "person", "owner", "employees", own)
            self._missing(table, frame, "at", "customer", "customers", own)
            self._missing(table, frame, "contact", "contact", "contacts", own)
        for table, column, target in (
            ("contacts", "customer", "customers"),
            ("channels", "relayed_by", "employees"),
            ("customers", "owner", "employees"),
            ("departures", "employee", "employees"),
            ("outcomes", "employee", "employees"),
            ("outcomes", "customer", "customers"),
        ):
            if table in self.given:
                self._missing(table, self._typed(table), column, column, target, own)

    def _missing(
        self,
        table: str,
        frame: Frame,
        column: str,
        shown_as: str,
        target: str,
        own: dict[str, Frame],
        *,
        always: bool = False,
    ) -> None:
        if not always and self._open(target):
            return
        used = frame.with_columns(value=nw.col(column)).filter(~nw.col("value").is_null(), nw.col("value") != "")
        lost = self.engine.keep(
            used.join(own[target].select(value="id"), on="value", how="anti").select("value", "_file", "_row")
        )
        if not self._any(lost):
            return
        known = [str(value) for value in self.engine.column(own[target].select("id"))]
        if shown_as == "owner" and target == "employees":
            known += [str(value) for value in self.engine.column(own["channels"].select("id"))]
        what = (
            "neither an employee nor a channel" if shown_as == "owner" and table != "customers" else f"not in {target}"
        )
        hints: dict[str, str | None] = {}

        def say(value: str) -> tuple[str, str | None]:
            if value not in hints:
                hints[value] = nearest(value, known) if len(hints) < 50 else None
            return f"{shown_as} {shown(value)} is {what}", hints[value] or f"add it to {target}, or set open_ids: true"

        self._reject(table, lost, "R001", shown_as, say)

    def _check_ties(self, table: str, frame: Frame, kinds: set[str]) -> None:
        """What the rest of a tie may say, given its two ends."""
        if table not in self.given:
            return
        own = nw.col("subscription") == ""
        used = frame.filter(own, ~nw.col("kind").is_null())
        unknown = {kind for (kind,) in self.engine.rows(used.group_by("kind").agg())} - kinds
        if unknown:
            rows = used.with_columns(value=nw.col("kind")).filter(nw.col("kind").is_in(sorted(unknown)))
            known = ", ".join(sorted(kinds))
            self._reject(
                table,
                rows,
                "V006",
                "kind",
                lambda value: (
                    f"the kind {shown(value)} has no weight",
                    nearest(value, kinds) or f"known are {known}; assumptions: {{weight: …}} adds one",
                ),
            )
        homeless = frame.filter(nw.col("customer").is_null(), nw.col("contact") != "").with_columns(
            value=nw.col("contact")
        )
        if self._open("contacts"):
            self._reject(
                table,
                homeless,
                "S002",
                "contact",
                lambda value: (
                    f"no customer is known for the contact {shown(value)}",
                    "add the customer, or a contacts table",
                ),
            )
        elsewhere = frame.filter(nw.col("at") != nw.col("home")).with_columns(value=nw.col("contact"))
        self._reject(
            table,
            elsewhere,
            "R003",
            "customer",
            lambda value: (f"the contact {shown(value)} belongs to another customer", "see the contacts table"),
        )
        if table == "ties":
            self._check_channel_columns(frame)

    def _check_channel_columns(self, frame: Frame) -> None:
        counted = frame.filter(nw.col("subscription") == "", ~nw.col("followers").is_null())
        self._reject(
            "ties",
            counted.with_columns(value=nw.col("person")),
            "S003",
            "followers",
            lambda _: ("only a company page or a newsletter has followers", None),
        )
        relayed = frame.filter(nw.col("channel") == "", ~nw.col("via").is_null()).with_columns(value=nw.col("via"))
        self._reject(
            "ties",
            relayed,
            "S003",
            "via",
            lambda _: ("only a channel's tie runs via an employee", "name the channel as owner"),
        )

    def _ties(
        self, employees: Frame, customers: Frame, contacts: Frame, channels: Frame, ties: Frame, log: Frame
    ) -> Tables:
        """The ties and the log in their final form."""
        left = {
            "person": employees.filter(nw.col("left_on") <= self.as_of).select(person="id"),
            "contact": contacts.filter(nw.col("left_on") <= self.as_of).select(contact="id"),
        }
        left = {end: self.engine.keep(ids) for end, ids in left.items()}
        self._count_ahead(ties)
        final = self._with_gone(ties, left).select(*TIE)
        times = self._counted_log(log, left)
        owned = self._with_gone(self._owner_ties(customers, ties, log), left).select(*TIE)
        final = self.engine.keep(nw.concat([final, owned]) if self._any(owned) else final)
        self._count_gone(final)
        columns = ["id", "kind", "name", "relayed_by", "admins"]
        people = ["id", "customer", "name", "role", "left_on"]
        return Tables(employees, customers, contacts.select(*people), channels.select(*columns), final, times)

    def _with_gone(self, frame: Frame, left: dict[str, Frame]) -> Frame:
        """With `gone`: its person or contact has left."""
        gone: Any = nw.lit(False)  # noqa: FBT003 - a literal column
        for end, ids in left.items():
            if self._any(ids):
                frame = frame.join(ids.with_columns(**{f"left_{end}": nw.lit(1)}), on=end, how="left")
                gone = gone | ~nw.col(f"left_{end}").is_null()
        return frame.with_columns(gone=gone)

    def _owner_ties(self, customers: Frame, ties: Frame, log: Frame) -> Frame:
        """A flagged tie for every customer's owner who has none with it."""
        held = nw.concat([frame.filter(nw.col("channel") == "").select("person", "customer") for frame in (ties, log)])
        owned = customers.filter(~nw.col("owner").is_null()).select(person="owner", customer="id")
        missing = owned.join(held, on=["person", "customer"], how="anti")
        schema = ties.collect_schema()
        blanks = [
            nw.lit("" if name in ENDS else None, dtype=schema[name]).alias(name)
            for name in TIE
            if name not in {"person", "customer", "gone"}
        ]
        return missing.select("person", "customer", *blanks)

    def _counted_log(self, log: Frame, left: dict[str, Frame]) -> Frame:
        """Interactions up to as_of, equal ones counted; later ones are skipped, and the tallies say so."""
        for file, count in self.engine.rows(
            log.filter(nw.col("on") > self.as_of).group_by("_file").agg(count=nw.len())
        ):
            self.typist.tallies[file].skipped["after as_of"] = count
        past = log.filter(nw.col("on") <= self.as_of)
        past = past.group_by(*ENDS, "kind", "on").agg(times=nw.len().cast(nw.Int64))
        return self.engine.keep(self._with_gone(past, left).select(*ENDS, "kind", "on", "times", "gone"))

    def _count_ahead(self, ties: Frame) -> None:
        ahead = self.engine.rows(ties.filter(nw.col("last_contact") > self.as_of).select(nw.len()))[0][0]
        if ahead:
            day = day_of(self.as_of).isoformat()
            self.warnings.append(
                f"{ahead} ties have their last contact after {day} and count as of that day: "
                "the ties table keeps no history, so answers for the past are too strong"
            )

    def _count_gone(self, ties: Frame) -> None:
        gone = self.engine.rows(ties.filter(nw.col("gone")).select(nw.len()))[0][0]
        if gone:
            self.notes.append(f"{gone} ties count zero: their employee or contact has left")
