"""`netaudit risk`: which customer ties leave with whom?"""

from __future__ import annotations

from typing import Annotated

import typer

from netaudit.commands import _options as options

Leaver = Annotated[
    list[str] | None,
    typer.Option(
        "--leaver",
        metavar="ID",
        help="Who leaves: an id, or a name only one employee bears. Repeat for a joint departure.",
    ),
]
Team = Annotated[str | None, typer.Option("--team", help="Everyone of this team leaves.")]
Departures = Annotated[bool, typer.Option("--departures", help="Everyone recorded as leaving leaves.")]
Sensitivity = Annotated[bool, typer.Option("--sensitivity", help="How far each assumption moves the total.")]


def risk(
    book: options.BookPath = None,
    leaver: Leaver = None,
    team: Team = None,
    departures: Departures = False,
    destination: options.WhereTo = None,
    sensitivity: Sensitivity = False,
    where: options.Where = None,
    as_of: options.AsOf = None,
    assume: options.Assume = None,
    settings: options.SettingsFile = None,
    with_plan: options.WithPlan = None,
    form: options.From = None,
    memory_limit: options.MemoryLimit = None,
    engine: options.EngineOf = options.EngineName.DUCKDB,
    spark_master: options.SparkMaster = None,
    output_format: options.OutputFormat = options.Format.TABLE,
    output: options.Output = None,
    top: options.Top = None,
    color: options.WhenColor = options.Color.AUTO,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    debug: options.Debug = False,  # noqa: ARG001 - read before anything else, in cli
) -> None:
    """Which customer ties leave with a departing salesperson, and what that is worth.

    With --leaver, --team or --departures: the customers they have ties to, worst first, if all of them leave
    together. Without: everyone, ranked by what would be at risk if that person alone left.
    """
    import netaudit
    from netaudit.commands._show import show

    loaded = netaudit.load(
        book,
        settings=settings,
        as_of=as_of,
        assume=assume or (),
        form=form,
        with_plan=with_plan,
        memory_limit=memory_limit,
        engine=engine.value,
        spark=spark_master,
    )
    result = netaudit.risk(
        loaded,
        leaver or (),
        team=team,
        departures=departures,
        destination=destination,
        where=where or (),
        sensitivity=sensitivity,
    )
    show(result, loaded, output_format, output, top, color, quiet=quiet, verbose=verbose)
