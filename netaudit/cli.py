"""The Typer app: a visible register of commands, each imported when it is called; errors become exit codes."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer
from typer.exceptions import TyperException

from netaudit import __version__
from netaudit.commands import COMMANDS, name_of
from netaudit.commands._defaults import defaults_for, read_defaults, useless_variables
from netaudit.errors import SHOWN, ExitCode, NetauditError
from netaudit.report.streams import prepare, say

if TYPE_CHECKING:
    from collections.abc import Sequence


def _version(asked: bool) -> None:  # noqa: FBT001 - Typer calls it so
    if asked:
        typer.echo(f"netaudit {__version__}")
        raise typer.Exit


def _about(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Which customer ties would leave with a departing salesperson, and what that is worth.

    netaudit speaks about customer ties. It does not score people or predict who will leave, and is no basis for
    employment decisions.
    """


def app_for(args: Sequence[str]) -> typer.Typer:
    """The app with the command that `args` call, or with all of them where they call none."""
    app = typer.Typer(name="netaudit", add_completion=False, pretty_exceptions_enable=False)
    app.callback()(_about)
    called = [name for name in COMMANDS if name in args[:2]]
    for name in called or COMMANDS:
        app.command(name)(getattr(import_module(f"netaudit.commands.{name_of(name)}"), name_of(name)))
    return app


def run(args: Sequence[str]) -> int:
    """Run one command line; return its exit code. Whatever goes wrong, it is said in lines on standard error."""
    try:
        if any(name.startswith("NETAUDIT_") for name in os.environ):
            say(f"warning: {warning}" for warning in useless_variables(COMMANDS))
        said = {name: defaults_for(name, read_defaults(COMMANDS)) for name in COMMANDS if name in args[:2]}
        code = app_for(args)(list(args), prog_name="netaudit", standalone_mode=False, default_map=said)
        if code == ExitCode.INTERRUPTED:  # Typer turns an interrupt into its code without a word
            say(["netaudit: interrupted"])
        return code if isinstance(code, int) else ExitCode.ANSWERED
    except NetauditError as error:
        say([*map(str, error.problems[:SHOWN]), *_more(error)])
    except TyperException as error:
        message = error.format_message() or "nothing to do"
        say([f"netaudit: {message}", "netaudit: --help shows what there is"])
    except (KeyboardInterrupt, typer.Abort):
        say(["netaudit: interrupted"])
        return ExitCode.INTERRUPTED
    except SystemExit:  # how Typer ends when the reader of its help has gone
        return ExitCode.ANSWERED
    except OSError as error:
        say([f"O001 the system refused: {error.strerror}"])
    except Exception as error:  # noqa: BLE001 - a crash must never read as a verdict
        if isinstance(error, RuntimeError) and "interrupt" in str(error).casefold():  # the engine's word for it
            say(["netaudit: interrupted"])
            return ExitCode.INTERRUPTED
        _confess(error, debug="--debug" in args)
    return ExitCode.NOT_JUDGED


def _more(error: NetauditError) -> list[str]:
    more = [f"… and {error.count - SHOWN} more problems; netaudit validate lists them"] if error.count > SHOWN else []
    return [*more, *([error.tally] if error.tally else [])]


def _confess(error: Exception, *, debug: bool) -> None:
    """One line about an internal error: its type and place, nothing of anybody's data."""
    if debug:
        import traceback

        say(line for part in traceback.format_exception(error) for line in part.rstrip().split("\n"))
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code if trace is not None else None
    place = (
        f" in {code.co_name}, {code.co_filename.rpartition('netaudit')[2].lstrip('/')}:{trace.tb_lineno}"
        if code and trace
        else ""
    )
    say(
        [f"netaudit {__version__}: internal error: {type(error).__name__}{place}; please report it, --debug shows more"]
    )


def main() -> None:
    """The console script."""
    prepare()
    sys.exit(run(sys.argv[1:]))
