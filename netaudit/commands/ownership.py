"""`netaudit ownership`: does the company have a network?"""

from __future__ import annotations

from netaudit.commands import _options as options


def ownership(
    book: options.BookPath = None,
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
    """Does the company have a network, or only its employees'?

    What the company's own channels hold, what employees alone hold, and what nobody does: by segment, team, person and
    channel.
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
    result = netaudit.ownership(loaded, where=where or ())
    show(result, loaded, output_format, output, top, color, quiet=quiet, verbose=verbose)
