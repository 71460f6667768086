"""`netaudit plan`: which new ties, where, in which order?"""

from __future__ import annotations

from typing import Annotated

import typer

from netaudit.commands import _options as options

Budget = Annotated[
    float | None,
    typer.Option("--budget", min=0, metavar="COST", help="What it may cost a year, in the unit of the book's actions."),
]
Target = Annotated[
    float | None,
    typer.Option(
        "--target", min=0, max=1, metavar="SHARE", help="The cheapest plan that leaves at most this share unheld: 0.1."
    ),
]
Leaver = Annotated[
    list[str] | None,
    typer.Option(
        "--leaver", metavar="ID", help="Who leaves, and nobody else: an id, or a name only one employee bears."
    ),
]


def plan(
    book: options.BookPath = None,
    budget: Budget = None,
    target: Target = None,
    leaver: Leaver = None,
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
    """Which new ties to build, where and in which order, so that customers stay whoever leaves.

    Followers, readers, desk users, a second colleague, handovers, channels that hang on one person: what brings most
    for its cost comes first. Without a budget or a target: the first ten actions.
    """
    import netaudit
    from netaudit.commands._show import show
    from netaudit.report.streams import progress

    loaded = netaudit.load(book, settings=settings, as_of=as_of, assume=assume or (), form=form)
    with progress(quiet=quiet) as told:
        result = netaudit.plan(
            loaded,
            budget=budget,
            target=target,
            leavers=leaver or (),
            where=where or (),
            destination=destination,
            told=told,
        )
    show(result, loaded, output_format, output, top, color, quiet=quiet, verbose=verbose)
