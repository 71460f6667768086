"""Files → Book: find them, read them, type them, resolve them; every problem at once."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netaudit.book import Book, digits_of
from netaudit.engine import Engine
from netaudit.errors import InputError, first_line, shown, usage
from netaudit.loading.assemble import Assembler
from netaudit.loading.files import DATABASE, File, refuse
from netaudit.loading.find import called, find, path_of, read_settings
from netaudit.loading.found import Found
from netaudit.loading.money import Money
from netaudit.loading.named_tables import read_frames
from netaudit.loading.raw import Origins
from netaudit.loading.schema import TABLES
from netaudit.loading.typed import Tally, Typist
from netaudit.loading.values import asked_day, day_number
from netaudit.result import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from netaudit.loading.settings import Settings


def load(
    book: str | os.PathLike[str] | None = None,
    *,
    settings: str | os.PathLike[str] | None = None,
    as_of: str | date | None = None,
    assume: Sequence[str] = (),
    form: str | None = None,
    tables: Mapping[str, Any] | None = None,
    engine: Engine | None = None,
) -> Book:
    """Load a contact graph.

    `book` is a document (.yml, .yaml, .json), a folder, one .csv or .parquet of ties, or "-" for standard input; None
    stands for netaudit.yml or book.yml in the current folder. `settings` is a settings file for it, `as_of` a date or
    "today", `assume` a list of NAME=VALUE, `form` is "yaml" or "csv" for standard input. In place of a
    `book`, `tables` are frames by the names of tables. The format is described in docs/book.md.

    Raises InputError with every problem found, each with its place, and UsageError for arguments that cannot be.
    """
    _check(as_of, assume)
    path = None if book is None else path_of(book, "a book")
    if tables is not None and (path is not None or form is not None):
        raise usage("a book is named, or its tables are handed over", "load(BOOK), or load(tables={…})")
    found = Found(engine or Engine())
    if settings is not None:
        mapping = path_of(settings, "settings")
        read_settings(found, File(Path(mapping), called(mapping)))
    try:
        with found.engine.bounded(), found.engine.reader.bounded():
            return _loaded(found, tables if tables is not None else path, form, as_of, assume, settings)
    except (
        *found.engine.failures,
        *found.engine.reader.failures,
    ) as error:  # a file that looked well, and is broken within
        found.copies.close()
        raise refuse(None, "F002", "a table cannot be read", first_line(error)) from None
    except BaseException as error:
        found.copies.close()
        if isinstance(error, InputError):
            error.files = found.digests
        raise


def _check(as_of: object, assume: object) -> None:
    """Raise UsageError for what types would have refused, and for a date that is none, such as pandas' NaT."""
    if not (as_of is None or isinstance(as_of, (str, date))) or as_of != as_of:  # noqa: PLR0124
        raise usage(f"as_of cannot be {shown(type(as_of).__name__)}", "a date, or a text such as 2024-03-12")
    if not isinstance(assume, (list, tuple)) or not all(isinstance(text, str) for text in assume):
        raise usage("assume is a list of texts", 'such as ["half_life_days=90"]')


def _loaded(
    found: Found,
    source: str | Mapping[str, Any] | None,
    form: str | None,
    as_of: str | date | None,
    assume: Sequence[str],
    settings: str | os.PathLike[str] | None,
) -> Book:
    """The book, while standard input is still at hand."""
    if source is None or isinstance(source, str):
        find(found, source, form)
    else:
        read_frames(found, source)
    call = _named(source) if isinstance(source, str) else []
    call += ["--settings", os.fspath(settings)] if settings is not None else []
    call += ["--as-of", str(as_of)] if as_of is not None else []
    call += [word for text in assume for word in ("--assume", text)]
    call += ["--from", form] if form else []
    return _book(found, _assumed(found.settings, assume), _when(found.settings, as_of), tuple(call))


def _named(book: str) -> list[str]:
    """The words that name a book again."""
    if book.startswith(DATABASE):
        return [book, "--engine", "spark"]
    return [called(book)]


def _assumed(settings: Settings, assume: Iterable[str]) -> Settings:
    """The settings with the caller's own assumptions on top."""
    assumptions = settings.assumptions
    for text in assume:
        name, mark, value = text.partition("=")
        try:
            numbers = [float(part) for part in value.strip("[] ").split(",")] if mark else []
        except ValueError:
            numbers = []
        if not numbers:
            raise usage(f"{shown(text)} is not NAME=VALUE", "such as --assume half_life_days=90")
        try:
            assumptions = assumptions.but(name.strip(), *numbers)
        except ValueError as error:
            raise usage(str(error)) from None
    return replace(settings, assumptions=assumptions)


def _when(settings: Settings, as_of: str | date | None) -> tuple[date, str]:
    """The day to judge by, and who said so."""
    if isinstance(as_of, date):
        return (as_of.date() if isinstance(as_of, datetime) else as_of), "option"
    if as_of is not None and as_of != "today":
        return asked_day(as_of, "--as-of 2024-03-12, or today"), "option"
    if as_of is None and settings.as_of is not None:
        return settings.as_of, "book"
    return datetime.now().astimezone().date(), "clock"


def _book(found: Found, settings: Settings, when: tuple[date, str], call: tuple[str, ...]) -> Book:
    """The tables typed and resolved, or every problem on the way."""
    typist = Typist(found.engine)
    by_table = {table: [raw for raw in found.raws if raw.table == table] for table in TABLES}
    relations = {table: typist.type_table(table, raws) for table, raws in by_table.items()}
    main = [tally for tally in typist.tallies if tally.raw.table in {"customers", "ties", "interactions"}]
    if typist.is_clean and not found.problems and not any(tally.loaded + len(tally.rejected) for tally in main):
        skipped = sorted({reason for tally in main for reason in tally.skipped})
        hint = f"all rows are skipped: {', '.join(skipped)}" if skipped else "netaudit init writes a book to start from"
        raise refuse(list(found.digests)[-1] if found.digests else None, "F006", "neither customers nor ties", hint)
    money = Money(found.engine, typist, settings)
    relations["customers"] = money.in_units(relations["customers"])
    given = {table for table, raws in by_table.items() if raws}
    assembler = Assembler(found.engine, typist, relations, given, open_ids=settings.open_ids, as_of=day_number(when[0]))
    assembled = assembler.assemble(settings.assumptions.group("weight"))
    problems = found.problems + typist.located()
    if problems:
        problems.sort(key=lambda one: (one.file or "", one.line or 0, one.column or 0))
        tallies = [*found.tallies, *_tally_words(typist.tallies)]
        raise InputError(problems, len(problems) + found.unshown + typist.unshown, "; ".join(tallies) or None)
    looked_at = {raw.relation for table in ("ties", "interactions") for raw in by_table[table]}
    found.engine.forget({raw.relation for raw in found.raws} - looked_at)  # the others have been taken over
    return Book(
        tables=assembled.tables,
        engine=found.engine,
        assumptions=settings.assumptions,
        actions=settings.actions,
        as_of=when[0],
        as_of_from=when[1],
        company=settings.company,
        currency=money.currency,
        digits=digits_of(money.currency),
        weighted_by=money.weighted_by,
        relays=assembled.relays,
        logged=assembled.logged,
        subscribes=assembled.subscribes,
        many=assembled.many,
        planned=(),
        alike=assembled.alike,
        sources=tuple(_sources(typist.tallies, found.digests)),
        warnings=(*found.warnings, *assembled.warnings),
        notes=lambda: (*found.notes, *assembled.notes()),
        call=call,
        origins=Origins([tally.raw for tally in typist.tallies], found.digests, found.copies, found.settled),
    )


def _sources(tallies: list[Tally], digests: dict[str, str | None]) -> Iterable[Source]:
    """One entry per file that was read."""
    for file, digest in digests.items():
        mine = [tally for tally in tallies if tally.raw.file == file]
        skipped: dict[str, int] = {}
        for tally in mine:
            for reason, count in tally.skipped.items():
                skipped[reason] = skipped.get(reason, 0) + count
        loaded = sum(tally.loaded for tally in mine)
        read_as = next((tally.raw.read_as for tally in mine), {})
        yield Source(file, digest, loaded, sum(skipped.values()), 0, skipped, read_as)


def _tally_words(tallies: list[Tally]) -> list[str]:
    """How many rows were read, if any were, and what became of them."""
    read = sum(tally.read for tally in tallies)
    loaded = sum(tally.loaded for tally in tallies)
    rejected = sum(len(tally.rejected) for tally in tallies)
    words = f"{read} rows read: {loaded} loaded, {read - loaded - rejected} skipped, {rejected} rejected"
    return [words] if read else []
