"""The folder of a book that is imported into: what is there already, and what is written instead."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from contextlib import ExitStack
from datetime import date
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from netaudit.errors import InputError, shown
from netaudit.importers.decisions import REGISTERS, made_one
from netaudit.importers.ledger import CONTACTED, TIE, Month
from netaudit.importers.likeness import plain
from netaudit.importers.sources import Lines
from netaudit.loading.files import File, contents, decoded, refuse
from netaudit.loading.find import ALIASES, BOOK, SETTINGS
from netaudit.loading.from_yaml import Mapping as Node
from netaudit.loading.from_yaml import Scalar, read_document
from netaudit.loading.schema import TABLES
from netaudit.report.escape import for_csv

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from netaudit.importers.ledger import Ledger
    from netaudit.importers.register import Cells

_ALIAS = ("table", "id", "same_as", "why", "decision")
IMPORTED = "import"
"""How rows of contacts by month are marked, so that those of others are left as they are."""

_COUNT = re.compile("[0-9]{1,4}")


class Folder:
    """A folder of tables. Raises InputError, located, for one that cannot be read, or is no such folder."""

    def __init__(self, path: str) -> None:
        self.path = Path(path)
        self.settings = ""
        self.as_of: date | None = None
        self.is_fixed = True
        self.decisions: dict[tuple[str, str, str], Cells] = {}
        self._further: dict[str, tuple[list[str], list[Cells]]] = {}
        self._had: dict[str, list[str]] = {}
        self._columns: dict[str, list[str]] = {"ties": [*TIE], "interactions": [*CONTACTED]}

    def read(self, ledger: Ledger) -> None:
        """Put what is there into the ledger."""
        if not self.path.exists():
            return
        if not self.path.is_dir():
            raise refuse(str(self.path), "F005", "is no folder", "name a folder for the book, such as book/")
        if (self.path / BOOK).exists():
            raise refuse(str(self.path / BOOK), "F005", "is a book in one document", "import into a folder of tables")
        parquet = next(self.path.glob("*.parquet"), None)
        if parquet is not None:
            raise refuse(str(parquet), "F005", "is a table in Parquet", "import into a folder of CSV tables")
        self._read_settings(ledger)
        with ExitStack() as copies:
            for table in TABLES:
                self._read_table(table, ledger, copies)
            self._read_decisions(copies)
        for row in (*ledger.contacts.rows.values(), *ledger.ties.values(), *ledger.other_ties, *ledger.other_log):
            self._imply(row, ledger)
        ledger.index()

    def _read_decisions(self, copies: ExitStack) -> None:
        label = str(self.path / ALIASES)
        headings, rows = self._rows(ALIASES, set(_ALIAS), copies)
        missing = [name for name in _ALIAS if name not in headings and name != "why"] if rows or headings else []
        if missing:
            raise refuse(label, "C004", f"no column {missing[0]}", f"its header is {','.join(_ALIAS)}", 1, 1)
        for row in rows:
            key = (row.get("table", ""), row.get("id", ""), row.get("same_as", ""))
            again = self.decisions.get(key, self.decisions.get((key[0], key[2], key[1]), row))
            if again.get("decision", "") != row.get("decision", ""):
                message = f"{shown(key[1])} and {shown(key[2])} are decided twice, in two ways"
                raise refuse(label, "R002", message, "delete one of the lines")
            self.decisions[key] = row

    @staticmethod
    def _imply(row: Cells, ledger: Ledger) -> None:
        """A customer or contact that a row names comes into being, as it does in a book without that table."""
        contact, customer = row.get("contact", ""), row.get("customer", "")
        if customer and customer not in ledger.customers:
            ledger.customers.add({"id": customer})
        if contact and contact not in ledger.contacts and customer:
            ledger.contacts.add({"id": contact, "customer": customer})

    def _read_settings(self, ledger: Ledger) -> None:
        path = self.path / SETTINGS
        if not path.exists():
            return
        self.settings = decoded(contents(File(path, str(path))), str(path))
        root, problems = read_document(self.settings, str(path))
        if problems:
            raise InputError(problems)
        nodes = root.nodes if isinstance(root, Node) else {}
        if "tables" in nodes:
            raise refuse(str(path), "F005", "maps files of other systems", "import them into a folder of their own")
        said = {name: node.text or "" for name, node in nodes.items() if isinstance(node, Scalar)}
        ledger.company = ledger.company or said.get("company", "")
        ledger.currency = ledger.currency or said.get("currency", "")
        try:
            self.as_of = date.fromisoformat(said["as_of"]) if "as_of" in said else None
        except ValueError:
            self.is_fixed = False  # "today", which stays
        ledger.saw(self.as_of)

    def _rows(self, name: str, known: set[str], copies: ExitStack) -> tuple[list[str], list[Cells]]:
        """Headings and rows of a table that is there."""
        path = self.path / name
        if not path.exists():
            return [], []
        lines = Lines(File(path, str(path)), known, None, copies)
        headings = [heading.casefold() for heading in lines.headings]
        rows = [
            {heading: plain(cell) for heading, cell in zip(headings, cells, strict=True) if cell}
            for _, cells in lines.rows(Counter())
        ]
        return headings, rows

    def _read_table(self, table: str, ledger: Ledger, copies: ExitStack) -> None:
        columns, rows = self._rows(f"{table}.csv", set(TABLES[table]), copies)
        self._had[table] = columns
        if table in REGISTERS:
            register = getattr(ledger, table)
            register.columns += [column for column in columns if column not in register.columns]
            for row in rows:
                if not row.get("id") or row["id"] in register:
                    message = f"the id {shown(row.get('id', ''))} is blank or stands twice"
                    raise refuse(str(self.path / f"{table}.csv"), "R002", message, "netaudit validate says where")
                if table == "contacts" and not row.get("customer"):
                    message = f"the contact {shown(row['id'])} has no customer"
                    raise refuse(str(self.path / "contacts.csv"), "S002", message, "netaudit validate says where")
                register.add(row)
        elif table in self._columns:
            mine = self._columns[table]
            mine += [column for column in columns if column not in mine]
            for row in rows:
                _take_tie(row, ledger) if table == "ties" else _take_contacted(row, ledger)
        elif rows:
            self._further[table] = columns, rows

    def follow(self, ledger: Ledger) -> int:
        """Make one of what a person has decided is one; returns how often."""
        further = [row for _, rows in self._further.values() for row in rows]
        return made_one(self.decisions, ledger, further, str(self.path / ALIASES))

    def texts(self, ledger: Ledger) -> dict[str | None, str]:
        """What each file of the folder is to say, by its path."""
        day = self.day(ledger)
        end = (day or ledger.today).isoformat()
        for row in ledger.employees.rows.values():
            row.update({"left_on": end} if row.get("left_on") == "?" else {})
        tables = {name: (getattr(ledger, name).columns, list(getattr(ledger, name).written())) for name in REGISTERS}
        tables["ties"] = (
            self._columns["ties"],
            [*(ledger.ties[ends] for ends in sorted(ledger.ties)), *ledger.other_ties],
        )
        tables |= self._further
        texts: dict[str | None, str] = {
            str(self.path / f"{name}.csv"): _csv(self._shown(name, columns, rows), rows)
            for name, (columns, rows) in tables.items()
            if rows or self._had.get(name)
        }
        if ledger.contacted or ledger.other_log:
            rows = chain(_contacted(ledger), ledger.other_log)  # there may be many, and so are never all held
            texts[str(self.path / "interactions.csv")] = _csv(self._columns["interactions"], rows)
        doubts = list(self._doubts(ledger))
        if doubts or (self.path / ALIASES).exists():
            texts[str(self.path / ALIASES)] = _csv(_ALIAS, doubts)
        texts[str(self.path / SETTINGS)] = self._said(ledger, day)
        return texts

    def _shown(self, table: str, columns: Sequence[str], rows: Sequence[Cells]) -> list[str]:
        """The columns that any row fills, that were there, and `id`."""
        had = self._had.get(table, ())
        return [name for name in columns if name == "id" or name in had or any(row.get(name) for row in rows)]

    def day(self, ledger: Ledger) -> date | None:
        """The newest day that is known of."""
        return max(filter(None, (self.as_of, ledger.newest)), default=None)

    def _doubts(self, ledger: Ledger) -> Iterable[Cells]:
        known = {key: row for key, row in self.decisions.items() if row.get("decision")}
        fresh = {key: dict(zip(_ALIAS, (*key, why, ""), strict=True)) for key, why in ledger.doubts.items()}
        return (row for _, row in sorted((fresh | known).items()))

    def _said(self, ledger: Ledger, day: date | None) -> str:
        """The settings with the day of the newest export; whatever else stands there is kept as it is."""
        text = self.settings or "netaudit: 1\n"
        said = {"company": json.dumps(ledger.company, ensure_ascii=False) if ledger.company else ""}
        said["currency"] = ledger.currency
        said["as_of"] = day.isoformat() if day and self.is_fixed else ""
        for name, value in said.items():
            stands = re.search(rf"^{name}:.*$", text, re.MULTILINE)
            if value and not stands:
                text = f"{text.rstrip()}\n{name}: {value}\n"
            elif value and stands and name == "as_of":
                text = f"{text[: stands.start()]}{name}: {value}{text[stands.end() :]}"
        return text


def _take_tie(row: Cells, ledger: Ledger) -> None:
    """A tie as it stands there; a second one of the same ends stays as it is."""
    owner = row.get("owner") or row.get("employee") or row.get("channel") or ""
    ends = (owner, row.get("contact", ""), "" if row.get("contact") else row.get("customer", ""), row.get("kind", ""))
    if ends in ledger.ties or not row.get("source") or not row.get("owner"):
        ledger.other_ties.append(row)
    else:
        ledger.ties[ends] = row


def _take_contacted(row: Cells, ledger: Ledger) -> None:
    """A month of contacts as an import has written it; other rows stay as they are."""
    numbers = [row.get(name) or "0" for name in ("count", "x_told", "x_sent", "x_received")]
    if row.get("x_source") != IMPORTED or not row.get("owner") or not all(map(_COUNT.fullmatch, numbers)):
        ledger.other_log.append(row)
        return
    count, told, sent, received = map(int, numbers)
    month = Month(row.get("on", ""), told if sent or received else count, 0, sent, received)
    ends = (row["owner"], row.get("contact", ""), row.get("customer", ""), row.get("kind", ""))
    ledger.contact_on(*ends, {month.on[:7]: month})


def _contacted(ledger: Ledger) -> Iterator[Cells]:
    for ends, name in sorted(ledger.contacted):
        month = ledger.contacted[ends, name]
        each = {"x_sent": str(month.sent), "x_received": str(month.received)} if month.sent or month.received else {}
        each |= {"x_told": str(month.told)} if each and month.told else {}
        yield {
            **dict(zip(CONTACTED, ends, strict=False)),
            "on": month.on,
            "count": str(month.count),
            **each,
            "x_source": IMPORTED,
        }


def _csv(columns: Sequence[str], rows: Iterable[Cells]) -> str:
    """A table as text, in which no cell is a formula."""
    packed = io.BytesIO()  # StringIO takes four bytes a letter, and there may be many
    text = io.TextIOWrapper(packed, "utf-8", "surrogatepass", newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_shielded(row.get(name, "")) for name in columns] for row in rows)
    text.flush()
    return str(packed.getbuffer(), "utf-8", "surrogatepass")


_shielded = lru_cache(maxsize=1 << 16)(for_csv)
"""The same ids stand in many rows."""
