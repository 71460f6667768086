"""`netaudit why`: every tie behind one node."""

from __future__ import annotations

from typing import Annotated

import typer

from netaudit.commands import _options as options

Node = Annotated[
    str, typer.Argument(metavar="NODE", help="A customer, an employee or a channel: its id, kind:id, or its name.")
]
Limit = Annotated[float, typer.Option("--limit", help="The expected loss that break-even asks for, between 0 and 1.")]


def why(
    node: Node,
    book: options.BookPath = None,
    limit: Limit = 0.05,
    as_of: options.AsOf = None,
    assume: options.Assume = None,
    settings: options.SettingsFile = None,
    with_plan: options.WithPlan = None,
    form: options.From = None,
    output_format: options.OutputFormat = options.Format.TABLE,
    output: options.Output = None,
    top: options.Top = None,
    color: options.WhenColor = options.Color.AUTO,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    debug: options.Debug = False,  # noqa: ARG001 - read before anything else, in cli
) -> None:
    """Every tie behind one customer, employee or channel, and what its loss would do.

    With file and line, kind, age, intensity and hold of each tie, and what is assumed of it.
    """
    import netaudit
    from netaudit.commands._show import show

    loaded = netaudit.load(book, settings=settings, as_of=as_of, assume=assume or (), form=form, with_plan=with_plan)
    result = netaudit.why(loaded, node, limit=limit)
    show(result, loaded, output_format, output, top, color, quiet=quiet, verbose=verbose)
