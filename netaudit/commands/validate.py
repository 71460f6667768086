"""`netaudit validate`: every problem in the data, each with its place."""

from __future__ import annotations

from netaudit.commands import _options as options


def validate(
    book: options.BookPath = None,
    as_of: options.AsOf = None,
    assume: options.Assume = None,
    settings: options.SettingsFile = None,
    form: options.From = None,
    output_format: options.BuildFormat = options.EveryFormat.TABLE,
    output: options.Outputs = None,
    top: options.Top = None,
    color: options.WhenColor = options.Color.AUTO,
    quiet: options.Quiet = False,
    debug: options.Debug = False,  # noqa: ARG001 - read before anything else, in cli
) -> int:
    """Every problem in the data, each with file, line and column. Exit code 1 if there is one.

    As SARIF or GitHub annotations, a pull request shows each at its line.
    """
    import netaudit
    from netaudit.analysis.validate import cause
    from netaudit.commands._show import show, verdict

    result = netaudit.validate(book, settings=settings, as_of=as_of, assume=assume or (), form=form)
    show(result, None, output_format, output or (), top, color, quiet=quiet)
    return verdict(cause(result))
