"""`netaudit worst`: who costs most when they leave together?"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from netaudit.commands import _options as options


class Measure(StrEnum):
    """What sets of leavers are compared by."""

    REVENUE_AT_RISK = "revenue-at-risk"
    SEVERED = "severed"
    UNHELD = "unheld"


Size = Annotated[
    int | None,
    typer.Option(
        "--size",
        "-k",
        min=1,
        max=20,
        metavar="K",
        show_default=False,
        help="How many leave together. Default: 3, or as many as there are.",
    ),
]
By = Annotated[Measure, typer.Option("--by", help="What is worst: revenue at risk, customers severed, share unheld.")]
Team = Annotated[
    str | None, typer.Option("--team", metavar="TEAM", help="Choose from this team, and from every --candidate.")
]
Candidate = Annotated[
    list[str] | None,
    typer.Option(
        "--candidate",
        metavar="ID",
        help="Choose from these, by id or by a name that only one employee bears. Repeatable.",
    ),
]
Sets = Annotated[int, typer.Option("--sets", min=1, max=100, metavar="N", help="How many sets to find, worst first.")]
TimeLimit = Annotated[
    float,
    typer.Option("--time-limit", min=0, metavar="SECONDS", help="Then the search ends, with a bound for what is left."),
]


def worst(
    book: options.BookPath = None,
    size: Size = None,
    by: By = Measure.REVENUE_AT_RISK,
    team: Team = None,
    candidate: Candidate = None,
    destination: options.WhereTo = None,
    sets: Sets = 5,
    time_limit: TimeLimit = 60,
    where: options.Where = None,
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
    """Who would cost most if they left together: the worst pair, three, or more.

    People leave in pairs and teams, and a customer that two of them share is lost only with both. The worst set is
    proven to be the worst; if time runs out before, the answer says by how much another could be worse.
    """
    import netaudit
    from netaudit.commands._show import show
    from netaudit.report.streams import progress

    loaded = netaudit.load(book, settings=settings, as_of=as_of, assume=assume or (), form=form, with_plan=with_plan)
    with progress(quiet=quiet) as told:
        result = netaudit.worst(
            loaded,
            size,
            by=by,
            team=team,
            candidates=candidate or (),
            where=where or (),
            destination=destination,
            sets=sets,
            time_limit=time_limit,
            told=told,
        )
    show(result, loaded, output_format, output, top, color, quiet=quiet, verbose=verbose)
