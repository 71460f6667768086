"""`netaudit init`: a starter book that runs as it is."""

from __future__ import annotations

from typing import Annotated

import typer

from netaudit.commands import _options as options

Folder = Annotated[str, typer.Argument(metavar="[DIR]", help="Where to write book.yml.", show_default=False)]


def init(
    folder: Folder = ".",
    debug: options.Debug = False,  # noqa: ARG001 - read before anything else, in cli
) -> None:
    """Write a starter book, book.yml, to try and then to make your own. Nothing is overwritten."""
    import shlex
    from importlib.resources import files
    from pathlib import Path

    from netaudit.errors import OutputError, Problem
    from netaudit.report.escape import for_terminal
    from netaudit.report.streams import deliver

    target = Path(folder) / "book.yml"
    try:
        if target.exists():
            raise OutputError([Problem("O001", "is there already", "nothing was written", str(target))])
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError([Problem("O001", f"cannot be made: {error.strerror}", None, str(target.parent))]) from None
    deliver((files("netaudit.commands") / "starter.yml").read_text(encoding="utf-8"), str(target))
    lines = (f"Written: {target}", f"Next: netaudit risk {shlex.quote(str(target))}")
    deliver("".join(f"{for_terminal(line)}\n" for line in lines), None)
