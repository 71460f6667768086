"""`netaudit rules`: the catalogue of what check looks for."""

from __future__ import annotations

from typing import Annotated

import typer

from netaudit.commands import _options as options

Code = Annotated[str | None, typer.Argument(metavar="[CODE]", show_default=False, help="One rule, such as NA101.")]


def rules(
    code: Code = None,
    output_format: options.OutputFormat = options.Format.TABLE,
    output: options.Output = None,
    color: options.WhenColor = options.Color.AUTO,
    debug: options.Debug = False,  # noqa: ARG001 - read before anything else, in cli
) -> None:
    """What check looks for: every rule, or with CODE why it matters, what helps, and what a policy may change."""
    import netaudit
    from netaudit.commands._show import show

    show(netaudit.rules(code), None, output_format, output, 0, color, quiet=True, verbose=False)
