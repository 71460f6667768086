"""`netaudit handover`: who takes over which customer of a leaver, and by when?"""

from __future__ import annotations

from typing import Annotated

import typer

from netaudit.commands import _options as options

Who = Annotated[
    str,
    typer.Argument(metavar="LEAVER", show_default=False, help="Who leaves: an id, or a name only one employee bears."),
]
LastDay = Annotated[
    str | None,
    typer.Option("--last-day", metavar="DATE", help="The last day. Default: as recorded.", show_default=False),
]


def handover(
    leaver: Who,
    book: options.BookPath = None,
    last_day: LastDay = None,
    destination: options.WhereTo = None,
    where: options.Where = None,
    as_of: options.AsOf = None,
    assume: options.Assume = None,
    settings: options.SettingsFile = None,
    form: options.From = None,
    output_format: options.OutputFormat = options.Format.TABLE,
    output: options.Output = None,
    top: options.Top = None,
    color: options.WhenColor = options.Color.AUTO,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    debug: options.Debug = False,  # noqa: ARG001 - read before anything else, in cli
) -> None:
    """The customers of somebody who leaves, in the order to call, each with a successor and what is due when.

    Who takes each customer over and why, who introduces them, which contacts only the leaver knows, and which of the
    company's own channels to offer. As Markdown it is a list to tick off.
    """
    import netaudit
    from netaudit.commands._show import show

    loaded = netaudit.load(book, settings=settings, as_of=as_of, assume=assume or (), form=form)
    result = netaudit.handover(loaded, leaver, last_day=last_day, where=where or (), destination=destination)
    show(result, loaded, output_format, output, top, color, quiet=quiet, verbose=verbose)
