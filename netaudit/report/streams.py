"""Standard output carries the answer, standard error everything else; a file is written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from netaudit.errors import OutputError, Problem
from netaudit.report.escape import for_terminal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TextIO


def prepare() -> None:
    """Let no encoding of the streams turn a name into a crash, and no closed stream either."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - as long as we live
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # text streams have it


def is_fancy(stream: TextIO) -> bool:
    """Whether the stream can show the characters of bars and rules."""
    try:
        "█─▏".encode(stream.encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return False
    return True


def deliver(text: str, output: str | None) -> None:
    """Write to standard output, or to a file.

    A reader who has seen enough and closed the pipe is no error. Raises OutputError for anything else that fails.
    """
    if output is None or output == "-":
        _to_stdout(text)
    else:
        _to_file(text, Path(os.path.realpath(output)))  # which a link to itself does not stop


def _to_stdout(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _silence(sys.stdout)
    except OSError as error:
        _silence(sys.stdout)
        raise OutputError([Problem("O001", f"standard output cannot be written: {error.strerror}")]) from None


def _silence(stream: TextIO) -> None:
    """What is still in the buffer must not fail again when the interpreter ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _to_file(text: str, target: Path) -> None:
    name: str | None = None
    try:
        if target.exists() and not target.is_file():
            with target.open("w", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
            return
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
            os.fchmod(stream.fileno(), _mode(target))
        Path(name).replace(target)
        name = None
    except OSError as error:
        raise OutputError([Problem("O001", f"cannot be written: {error.strerror}", None, str(target))]) from None
    finally:
        if name is not None:  # on any failure and on an interrupt
            Path(name).unlink(missing_ok=True)


def _mode(target: Path) -> int:
    """The mode of the file that is replaced, or what a new file would have."""
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def say(lines: Iterable[str]) -> None:
    """Lines for standard error, each made harmless. Failing there is nobody's business."""
    with contextlib.suppress(OSError):
        for line in lines:
            sys.stderr.write(for_terminal(line) + "\n")
        sys.stderr.flush()
