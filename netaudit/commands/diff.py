"""`netaudit diff`: what changed between two books?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from netaudit.commands import _options as options

if TYPE_CHECKING:
    from netaudit.book import Book

Old = Annotated[
    str,
    typer.Argument(metavar="OLD", show_default=False, help="The book as it was, in any form; - for standard input."),
]
New = Annotated[
    str | None,
    typer.Argument(
        metavar="[NEW]",
        show_default=False,
        help="The book as it is; - for standard input, if OLD is not. With a plan it may be left out: OLD, as planned.",
    ),
]


FailOn = Annotated[
    options.FailOnName | None,
    typer.Option(help="End with 1 from this severity on. Default: high. Improvements never fail.", show_default=False),
]


def diff(
    old: Old,
    new: New = None,
    fail_on: FailOn = None,
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
) -> int:
    """What changed between two books, such as the base and the head of a pull request.

    Customers that hang on one colleague now and did not before, lost ties of the company's own, what became better, and
    how ownership drifted. Ends with 1 if a change is at or above --fail-on.
    """
    import netaudit
    from netaudit.analysis.diff import cause
    from netaudit.commands._show import show_both, verdict
    from netaudit.errors import usage
    from netaudit.planned import with_plan as done

    if old == new == "-":
        raise usage("standard input is one book, and two are compared", "name a file for one of them")
    if new is None and with_plan is None:
        raise usage("two books are compared, and one is named", "name the newer one, or a plan: --with-plan FILE")

    def loaded(book: str) -> Book:
        return netaudit.load(
            book, settings=settings, as_of=as_of, assume=assume or (), form=form if book == "-" else None
        )

    before = loaded(old)
    after = before if new is None else loaded(new)
    after = after if with_plan is None else done(after, with_plan)
    result = netaudit.diff(before, after, where=where or (), fail_on=fail_on)
    show_both(result, (before, after), output_format, output, top, color, quiet=quiet, verbose=verbose)
    return verdict(cause(result))
