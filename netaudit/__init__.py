"""netaudit: which customer ties would leave with a departing salesperson, and who owns the network.

    files → load → Book → model → analysis → Result → report → text
                     └──→ graph (networkx) ──┘

`load` reads a contact graph, `risk` asks what leaves with whom; both return values and print nothing. The command
line has the same names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence
    from datetime import date

    from netaudit.book import Book
    from netaudit.result import Result

__version__ = "0.1.0"
__all__ = ["load", "risk"]


def load(
    book: str | os.PathLike[str] | None = None,
    *,
    settings: str | os.PathLike[str] | None = None,
    as_of: str | date | None = None,
    assume: Sequence[str] = (),
    form: str | None = None,
    threads: int | None = None,
) -> Book:
    """Load a contact graph: a document, a folder of tables, one CSV of ties, or "-" for standard input.

    `settings` is a settings file for it; `as_of` a date or "today"; `assume` a list of NAME=VALUE; `form` is "yaml"
    or "csv" for standard input; `threads` bounds the engine. Raises `InputError`, which lists every problem with its
    place, and `UsageError`.
    """
    from netaudit.loading import load as load_book

    return load_book(book, settings=settings, as_of=as_of, assume=assume, form=form, threads=threads)


def risk(
    book: Book,
    leavers: Iterable[str] = (),
    *,
    team: str | None = None,
    departures: bool = False,
    destination: str | None = None,
    where: Iterable[str] = (),
    sensitivity: bool = False,
) -> Result[Any, Any]:
    """What leaves with `leavers` (ids or names), a `team`, or everyone recorded as leaving, jointly.

    Without leavers: everyone, ranked, as if each alone left. `destination` is "competitor", "elsewhere" or "unknown";
    `where` a list of COLUMN=VALUE that chooses customers. Rows are `netaudit.analysis.departure.Row` or, without
    leavers, `netaudit.analysis.exposure.Row`. Raises `UsageError` for anybody who cannot leave.
    """
    from netaudit.naming import leavers_of
    from netaudit.scope import scope_of

    going = leavers_of(book, leavers, team, departures)
    scope = scope_of(book, where)
    if going:
        from netaudit.analysis.departure import leave

        return leave(book, scope, going, destination, sensitivity=sensitivity)
    from netaudit.analysis.exposure import rank_exposure

    return rank_exposure(book, scope, destination)
