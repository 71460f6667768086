"""`netaudit forecast`: what may the year ahead cost?"""

from __future__ import annotations

from typing import Annotated

import typer

from netaudit.commands import _options as options

Horizon = Annotated[str, typer.Option("--horizon", metavar="TIME", help="How far ahead: months or years, 12m or 2y.")]
Draws = Annotated[
    int,
    typer.Option("--draws", min=100, max=10_000_000, metavar="N", help="How often that time is drawn, for the tail."),
]
Seed = Annotated[
    int, typer.Option("--seed", min=0, metavar="N", help="Seed of the draws: the same seed, the same answer.")
]
Over = Annotated[
    str, typer.Option("--over", metavar="LOSS", help="Say how likely more than this is: 10% of all, or an amount.")
]


def forecast(
    book: options.BookPath = None,
    horizon: Horizon = "12m",
    draws: Draws = 10_000,
    seed: Seed = 1,
    over: Over = "10%",
    destination: options.WhereTo = None,
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
    """What may be lost in the year ahead: on average, and in a bad year.

    People leave at the rates of their trade, or as the book says; recorded departures are certain, and now and then
    half a team goes at once. The expected loss is exact; its spread is drawn.
    """
    import netaudit
    from netaudit.commands._show import show
    from netaudit.report.streams import progress

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
    with progress(quiet=quiet) as told:
        result = netaudit.forecast(
            loaded,
            horizon,
            draws=draws,
            seed=seed,
            over=over,
            where=where or (),
            destination=destination,
            told=told,
        )
    show(result, loaded, output_format, output, top, color, quiet=quiet, verbose=verbose)
