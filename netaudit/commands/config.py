"""`netaudit config`: what every option is set to, and by whom."""

from __future__ import annotations

from netaudit.commands import _options as options


def config(
    output_format: options.OutputFormat = options.Format.TABLE,
    output: options.Output = None,
    color: options.WhenColor = options.Color.AUTO,
    debug: options.Debug = False,  # noqa: ARG001 - read before anything else, in cli
) -> None:
    """What each option is set to unless the command line says otherwise, and where that comes from.

    A flag beats the environment (NETAUDIT_AS_OF for --as-of), which beats netaudit.toml or [tool.netaudit] in
    pyproject.toml, both of the current folder. NETAUDIT_CONFIG names another file, or none when it is empty.
    """
    from netaudit.commands import COMMANDS
    from netaudit.commands._configured import configured
    from netaudit.commands._show import show

    show(configured(COMMANDS), None, output_format, output, 0, color)
