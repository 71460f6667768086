"""Standard output carries the answer, standard error everything else; a file is written whole or not at all."""

from __future__ import annotations

import contextlib
import os
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
    """Let no encoding of the streams turn a name into a crash."""
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
        _to_file(text, Path(output))


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
        Path(name).replace(target)
    except OSError as error:
        if name is not None:
            Path(name).unlink(missing_ok=True)
        raise OutputError([Problem("O001", f"cannot be written: {error.strerror}", None, str(target))]) from None


def say(lines: Iterable[str]) -> None:
    """Lines for standard error, each made harmless. Failing there is nobody's business."""
    with contextlib.suppress(OSError):
        for line in lines:
            sys.stderr.write(for_terminal(line) + "\n")
        sys.stderr.flush()
