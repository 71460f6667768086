"""`netaudit check`: the verdict for CI."""

from __future__ import annotations

from typing import Annotated

import typer

from netaudit.commands import _options as options

PolicyFile = Annotated[
    str | None,
    typer.Option("--policy", metavar="FILE", help="Rules, limit and suppressions. Default: all rules, high."),
]
BaselineFile = Annotated[
    str | None,
    typer.Option("--baseline", metavar="FILE", help="An earlier JSON report: only what it does not know fails."),
]
Select = Annotated[
    list[str] | None, typer.Option("--select", metavar="CODE", help="Only these rules, or families such as NA1.")
]
Ignore = Annotated[list[str] | None, typer.Option("--ignore", metavar="CODE", help="Not these rules or families.")]
FailOnCount = Annotated[int, typer.Option(min=1, metavar="N", help="Fail from so many findings on.")]
MinSeverity = Annotated[options.SeverityName, typer.Option(help="Leave milder findings out.")]
NoIgnores = Annotated[bool, typer.Option("--no-ignores", help="Suppress nothing.")]
ShowSuppressed = Annotated[bool, typer.Option("--show-suppressed", help="List what is suppressed, too.")]
Strict = Annotated[bool, typer.Option("--strict-suppressions", help="Fail for a suppression that suppresses nothing.")]


def check(
    book: options.BookPath = None,
    policy: PolicyFile = None,
    baseline: BaselineFile = None,
    select: Select = None,
    ignore: Ignore = None,
    fail_on: options.FailOn = None,
    fail_on_count: FailOnCount = 1,
    min_severity: MinSeverity = options.SeverityName.INFO,
    no_ignores: NoIgnores = False,
    show_suppressed: ShowSuppressed = False,
    strict_suppressions: Strict = False,
    where: options.Where = None,
    as_of: options.AsOf = None,
    assume: options.Assume = None,
    settings: options.SettingsFile = None,
    form: options.From = None,
    memory_limit: options.MemoryLimit = None,
    engine: options.EngineOf = options.EngineName.DUCKDB,
    spark_master: options.SparkMaster = None,
    output_format: options.BuildFormat = options.EveryFormat.TABLE,
    output: options.Outputs = None,
    top: options.Top = None,
    color: options.WhenColor = options.Color.AUTO,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    debug: options.Debug = False,  # noqa: ARG001 - read before anything else, in cli
) -> int:
    """Does the book break its policy? Exit code 1 if it does, for builds that watch account data.

    All rules run unless the policy says otherwise; `netaudit rules` lists them. What fails is said on standard error.
    """
    import netaudit
    from netaudit.commands._show import show, verdict
    from netaudit.policy.verdict import cause

    loaded = netaudit.load(
        book,
        settings=settings,
        as_of=as_of,
        assume=assume or (),
        form=form,
        memory_limit=memory_limit,
        engine=engine.value,
        spark=spark_master,
    )
    result = netaudit.check(
        loaded,
        policy,
        baseline=baseline,
        select=select or (),
        ignore=ignore or (),
        fail_on=fail_on,
        fail_on_count=fail_on_count,
        min_severity=min_severity,
        ignores=not no_ignores,
        show_suppressed=show_suppressed,
        strict=strict_suppressions,
        where=where or (),
    )
    show(result, loaded, output_format, output or (), top, color, quiet=quiet, verbose=verbose)
    return verdict(cause(result))
