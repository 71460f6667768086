"""Exports of the systems people have → a book: who is who in them, and what ties they tell of.

files → rows or messages → who is who (`ledger`) → the tables of a book (`folder`). `kinds` is the register.
"""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netaudit.errors import InputError, OutputError, Problem, nearest, shown, usage
from netaudit.importers.addresses import domain_said, mail_of
from netaudit.importers.archives import exports_in, is_archive
from netaudit.importers.doubts import doubts_of
from netaudit.importers.folder import Folder
from netaudit.importers.kinds import KINDS, Kind
from netaudit.importers.ledger import Ledger
from netaudit.importers.likeness import id_from, same_name
from netaudit.importers.outcome import outcome
from netaudit.importers.run import Run
from netaudit.importers.sighted import Dropped
from netaudit.importers.tables import Wishes, tables_of
from netaudit.importers.tally import Tally
from netaudit.importers.who_is_who import called_by
from netaudit.loading.files import File, refuse
from netaudit.loading.values import asked_day, folded
from netaudit.report.streams import is_same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from netaudit.importers.tables import Part, Table
    from netaudit.result import Result

DECISIONS = "aliases"
"""The kind that imports nothing, and only does what aliases.csv says."""


def imported(
    kind: str,
    files: Sequence[str],
    folder: str,
    *,
    employee: str | None = None,
    domains: Sequence[str] = (),
    company: str | None = None,
    shared: Sequence[str] = (),
    customers: str | None = None,
    as_of: str | date | None = None,
    wishes: Wishes | None = None,
    told: Callable[[str], None] | None = None,
) -> tuple[Result[Any, Any], Mapping[str | None, str]]:
    """What exports bring to the book in `folder`, and what its files are to say; nothing is written here.

    Raises UsageError for what does not go together, and InputError, located, for a file that cannot be read rightly
    or of which nothing at all can be used.
    """
    system = _kind(kind, files, employee, domains)
    today = as_of if isinstance(as_of, date) else asked_day(as_of, "2024-03-12") if as_of else _today()
    ours = frozenset(map(domain_said, domains))
    ledger = Ledger(today=today, domains=ours, company=company or "")
    place = Folder(folder)
    if kind == DECISIONS and not place.path.exists():
        raise refuse(folder, "F001", "no book is there", "name the folder that an import has made")
    place.read(ledger)
    for text in shared:
        if not mail_of(text):
            raise usage(f"{shown(text)} is no mail address", "--shared tenders@ours.example")
        ledger.channel(mail_of(text))
    from_system = any("x_source" in row for row in ledger.customers.rows.values())
    ledger.only_known = not system.says_customers and (from_system if customers is None else customers == "known")
    merged = place.follow(ledger)
    run = Run(kind, ledger, wishes or Wishes(), told=told, exported=today if as_of else None)
    run.owner = _owner(ledger, employee) if employee else None
    warnings: list[str] = []
    tallies = list(_read(run, system, files, warnings)) if kind != DECISIONS else []
    ledger.settle()
    _check_kept(tallies, expected=kind != DECISIONS)
    warnings += [f"{tally.file}: nothing of it was kept" for tally in tallies if not tally.kept]
    ledger.doubts = {key: why for key, why in doubts_of(ledger).items() if not _decided(place, key)}
    texts = place.texts(ledger)
    _spare(files, texts)
    return outcome(kind, place, ledger, tallies, len(ledger.doubts), merged, warnings), texts


def _today() -> date:
    return datetime.now().astimezone().date()


def _kind(kind: str, files: Sequence[str], employee: str | None, domains: Sequence[str]) -> Kind:
    """The kind, if what was said fits it."""
    if kind == DECISIONS:
        if files:
            raise usage("aliases takes no file", "it follows aliases.csv in the folder that -o names")
        return Kind("decisions", (), says_customers=True)
    if kind not in KINDS:
        raise usage(f"no kind is called {shown(kind)}", nearest(kind, KINDS) or f"there are {', '.join(KINDS)}")
    system = KINDS[kind]
    if not files:
        raise usage("no file is named", f"netaudit import {kind} FILE -o BOOK")
    twice = [file for file in files if files.count(file) > 1]
    if twice:
        raise usage(f"{shown(twice[0])} is named twice", "name it once")
    if system.personal and not employee:
        raise usage(f"{system.title} does not say whose it is", "--employee mette")
    if system.mail and not domains:
        raise usage(
            f"{system.title} does not say who of them is ours", "--domain ours.example, for each mail domain of ours"
        )
    return system


def _owner(ledger: Ledger, employee: str) -> str:
    """The employee whose export it is: by id, address or name; new where the book knows none of these."""
    people = ledger.employees
    found = [employee] if employee in people else people.find("x_email", mail_of(employee))
    found = found or people.find("name", same_name(employee)) or people.find("x_also", same_name(employee))
    found = found or [name for name in [id_from(employee, ())] if name in people]
    if len(found) > 1:
        raise usage(f"several employees are called {shown(employee)}", f"name one by id: {', '.join(sorted(found))}")
    if found:
        return found[0]
    address = mail_of(employee)
    if not address and (not any(char.isalpha() for char in employee) or set(employee) & set("@<>=")):
        raise usage(f"{shown(employee)} is no name, id or mail address", "--employee mette")
    called = address.partition("@")[0] if address else employee
    near = [name for name, row in people.rows.items() if same_name(employee) in same_name(called_by(row)).split()]
    if near:
        hint = f"--employee {near[0]} is {called_by(people[near[0]])}; somebody new is named in full"
        raise usage(f"no employee is called {shown(employee)} alone", hint)
    new = people.make(called, ledger.channels, name="" if address else employee, x_email=address)
    ledger.note("employees who were not in the book", new)
    return new


def _read(run: Run, system: Kind, paths: Sequence[str], warnings: list[str]) -> Iterator[Tally]:
    """Read every file, in the order in which one explains the other; yields what became of each."""
    tallies = []
    with ExitStack() as copies:
        if system.read is not None:
            for path in paths:
                run.tally = run.post.tally = Tally(path, system.parts[0].name)
                tallies.append(run.tally)
                system.read(File(Path(path), path), run)
        else:
            inside = [file for path in paths for file in _files(path, system, copies)]
            tables = [table for file in inside for table in _tables(file, system, run.wishes, copies, warnings)]
            _check_wishes(system, run.wishes, tables)
            for part in system.parts:
                for table in tables:
                    if table.part is part:
                        tallies.append(_read_table(table, part, run))
                        warnings += table.warnings
                if part.finish is not None:
                    part.finish(run)
        if system.close is not None:
            system.close(run)
        run.close()
    yield from tallies


def _files(path: str, system: Kind, copies: ExitStack) -> list[File]:
    """The file itself; of an archive, those that are called as the system calls its exports."""
    file = File(Path(path), path)
    if not is_archive(file):
        return [file]
    names = {part.name.casefold() for part in system.parts}
    found = exports_in(file, names | {f"{name}.csv" for name in names}, copies)
    if not found:
        wanted = ", ".join(part.name for part in system.parts)
        raise refuse(path, "F005", f"holds none of {wanted}", "name its files")
    return found


def _tables(file: File, system: Kind, wishes: Wishes, copies: ExitStack, warnings: list[str]) -> list[Table]:
    """The tables of a file that the system exports. Raises InputError where the headings are those of none."""
    tables = tables_of(file, system.parts, wishes, copies)
    known = [table for table in tables if table.part is not None]
    if not known:
        raise InputError([_unknown(file, tables[0].headings if tables else (), system.parts)])
    warnings += [
        f"{table.file.label}: not read, for no table of the system has its headings"
        for table in tables
        if not table.part
    ]
    return known


def _check_wishes(system: Kind, wishes: Wishes, tables: Sequence[Table]) -> None:
    """Raises UsageError for a field that there is not, or a heading that no file has."""
    fields = sorted({one.name for part in system.parts for one in part.fields})
    for name, heading in wishes.called.items():
        if name not in fields:
            raise usage(f"no field is called {shown(name)}", nearest(name, fields) or f"there are {', '.join(fields)}")
        if not any(table.kept.get(name) for table in tables):
            raise usage(f"no file has a column {shown(heading)}", "the heading as it stands in the file")


def _unknown(file: File, headings: Sequence[str], parts: Sequence[Part]) -> Problem:
    needed = "; ".join(
        f"{part.name}: {', '.join(one.headings[0] for one in part.fields if one.required)}" for part in parts
    )
    first = parts[0].fields[0]
    named = f"other headings are named by --column '{first.name}=…'"
    hint = f"needed are {needed}; {named}; netaudit import detect names the kind"
    known = [name for name in headings if any(one.matches(folded(name)) for part in parts for one in part.fields)]
    found = f"{len(headings)} columns, of which known are {', '.join(known) or 'none'}"  # others may be a row of data
    return Problem("C004", f"no such table: {found}", hint, file.label, 1, 1)


def _read_table(table: Table, part: Part, run: Run) -> Tally:
    tally = run.tally = run.post.tally = Tally(table.file.label, part.name)
    for number, row in enumerate(table, 1):
        if run.told is not None and number % 20_000 == 0:
            run.told(f"{table.file.label}: {number:,} rows")
        try:
            assert part.take is not None  # noqa: S101 - tables have it
            part.take(row, run)
        except Dropped as why:
            tally.drop(why.reason, row.line)
        else:
            tally.kept += part.close_file is None  # those are counted when all rows are read
    if part.close_file is not None:
        part.close_file(run)
    for reason, rows in table.aside.items():
        if rows:
            tally.drop(reason, rows=rows)
    taken = {index for columns in table.kept.values() for index in columns}
    tally.columns_kept = tuple(name for index, name in enumerate(table.headings) if index in taken)
    tally.columns_dropped = tuple(table.left)
    return tally


def _check_kept(tallies: Sequence[Tally], *, expected: bool) -> None:
    """An import that brings nothing is no success."""
    if expected and not any(tally.kept for tally in tallies):
        problems = [
            Problem("F006", f"nothing can be used: {why}", None, tally.file)
            for tally in tallies
            for why in [", ".join(f"{rows} {reason}" for reason, rows in tally.dropped.most_common()) or "no row"]
        ]
        raise InputError(problems)


def _spare(files: Iterable[str], texts: Iterable[str | None]) -> None:
    """An export is not written over. Raises OutputError where the book would be."""
    for target in filter(None, texts):
        if any(is_same(Path(target), Path(file)) for file in files):
            raise OutputError([Problem("O001", "is an export to import", "write to another folder", target)])


def _decided(folder: Folder, key: tuple[str, str, str]) -> bool:
    table, one, other = key
    return any(folder.decisions.get((table, *pair), {}).get("decision") for pair in ((one, other), (other, one)))
