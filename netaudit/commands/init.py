"""`netaudit init`: a starter book and its policy, which run as they are."""

from __future__ import annotations

from typing import Annotated

import typer

from netaudit.commands import _options as options

STARTERS = {"book.yml": "starter.yml", "policy.yml": "starter_policy.yml"}
"""File to write → the file here that it is made from."""

Folder = Annotated[
    str, typer.Argument(metavar="[DIR]", help="Where to write book.yml and policy.yml.", show_default=False)
]


def init(
    folder: Folder = ".",
    debug: options.Debug = False,  # noqa: ARG001 - read before anything else, in cli
) -> None:
    """Write a starter book and a policy for it, to try and then to make your own. Nothing is overwritten."""
    import shlex
    from importlib.resources import files
    from pathlib import Path

    from netaudit.errors import OutputError, Problem
    from netaudit.report.escape import for_terminal
    from netaudit.report.streams import deliver, deliver_all

    targets = {name: Path(folder) / name for name in STARTERS}
    for target in targets.values():
        try:
            if target.exists():
                raise OutputError([Problem("O001", "is there already", "nothing was written", str(target))])
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            message = f"cannot be made: {error.strerror}"
            raise OutputError([Problem("O001", message, None, str(target.parent))]) from None
    here = files("netaudit.commands")
    deliver_all({str(targets[name]): (here / made).read_text(encoding="utf-8") for name, made in STARTERS.items()})
    book, policy = (str(target) for target in targets.values())
    audit = shlex.join(["netaudit", "risk", book])
    gate = shlex.join(["netaudit", "check", book, "--policy", policy])
    lines = (f"Written: {book}, {policy}", f"Next: {audit}", f"Then: {gate}")
    deliver("".join(f"{for_terminal(line)}\n" for line in lines), None)
