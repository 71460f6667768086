"""`netaudit graph`: the contact graph for other programs."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from netaudit.commands import _options as options


class GraphFormat(StrEnum):
    """How a graph is written."""

    GRAPHML = "graphml"
    GEXF = "gexf"
    JSON = "json"
    DOT = "dot"


Around = Annotated[
    str | None, typer.Option("--around", metavar="NODE", help="Only what is near a node: its id, kind:id, or its name.")
]
Hops = Annotated[
    int | None,
    typer.Option(
        "--hops", min=0, metavar="N", help="How near: at most so many edges away. Default: 1.", show_default=False
    ),
]
OutputFormat = Annotated[
    GraphFormat | None,
    typer.Option(
        "--format",
        "-f",
        help="How the graph is written. Default: as the ending of FILE says, else graphml.",
        show_default=False,
    ),
]


def graph(
    book: options.BookPath = None,
    around: Around = None,
    hops: Hops = None,
    as_of: options.AsOf = None,
    assume: options.Assume = None,
    settings: options.SettingsFile = None,
    with_plan: options.WithPlan = None,
    form: options.From = None,
    output_format: OutputFormat = None,
    output: options.Output = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    debug: options.Debug = False,  # noqa: ARG001 - read before anything else, in cli
) -> None:
    """The contact graph for other programs: GraphML, GEXF, node-link JSON or DOT.

    Nodes are the company, employees, channels, contacts and customers; ties carry intensity and hold.
    """
    import netaudit
    from netaudit.commands._show import hand_over, notes_on
    from netaudit.exchange import form_for, text_of

    wanted = output_format or form_for(output)
    loaded = netaudit.load(book, settings=settings, as_of=as_of, assume=assume or (), form=form, with_plan=with_plan)
    found = netaudit.graph(loaded, around=around, hops=hops)
    remarks = [*(f"warning: {warning}" for warning in loaded.warnings), *notes_on(loaded, quiet=quiet, verbose=verbose)]
    read = (source.path for source in loaded.sources)
    hand_over({output: text_of(found, wanted)}, read, quiet=quiet, remarks=remarks)
