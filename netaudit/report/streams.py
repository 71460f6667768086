"""Standard output carries the answer, standard error everything else; a file is written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from netaudit.errors import OutputError, Problem
from netaudit.report.escape import for_terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
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
    """Write to standard output, or to a file: `deliver_all` with one text."""
    deliver_all({output: text})


def deliver_all(texts: Mapping[str | None, str]) -> None:
    """Write each text to its output, all or none: a path, or None or "-" for standard output, which comes last.

    Every file is written beside its target first; only when all are on the disk are they renamed. If anything fails,
    also standard output, or an interrupt comes, the old files are put back from copies. What cannot be taken back is
    what devices and pipes were given by then; and if putting back fails too, a file is new where others are old, each
    of them whole. A reader of standard output who has seen enough and closed the pipe is no error.

    Raises OutputError if anything cannot be written, and before that if two outputs are one.
    """
    files, spoken = _apart(texts)
    special = [target for target in files if _is_special(target)]
    with contextlib.ExitStack() as tidy, contextlib.ExitStack() as undo:
        staged = {
            target: _staged(_encoded(text), target, tidy) for target, text in files.items() if target not in special
        }
        several = len(texts) > 1  # one rename is all or none by itself
        kept = {target: _kept(target, tidy) for target in staged} if several else {}
        for target in special:
            _append(files[target], target)
        for target, new in staged.items():
            if target in kept:
                undo.callback(_put_back, target, kept[target])
            with _reporting(target):
                new.replace(target)
        if spoken is not None:
            _to_stdout(spoken)
        undo.pop_all()


def deliver_into(folder: Path, texts: Mapping[str | None, str]) -> None:
    """Write each text to its file in a folder, which is made where there is none, all or none (`deliver_all`)."""
    missing = [one for one in (folder, *folder.parents) if not os.path.lexists(one)]
    with contextlib.ExitStack() as undo:
        for one in reversed(missing):
            with _reporting(one):
                one.mkdir()
            undo.callback(_remove_folder, one)
        deliver_all(texts)
        undo.pop_all()


@contextlib.contextmanager
def progress(*, quiet: bool) -> Iterator[Callable[[str], None] | None]:
    """What says how far something is, on one line of standard error that is wiped in the end; None off a terminal."""
    if quiet or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return

    def told(words: str) -> None:
        width = shutil.get_terminal_size().columns - 1
        sys.stderr.write(f"\r\x1b[2K{for_terminal(words)[:width]}")
        sys.stderr.flush()

    try:
        yield told
    finally:
        told("")


def append(text: str, path: str) -> None:
    """Write at the end of a file that others write to as well. Raises OutputError if it fails."""
    _append(text, Path(path))


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


def _apart(texts: Mapping[str | None, str]) -> tuple[dict[Path, str], str | None]:
    """Texts by the file that is really meant, and the one for standard output."""
    files: dict[Path, str] = {}
    spoken: list[str] = []
    for output, text in texts.items():
        if output is None or output == "-":
            spoken.append(text)
            continue
        target = Path(os.path.realpath(output))  # which a link to itself does not stop
        if any(is_same(target, other) for other in files):
            raise _twice(output)
        files[target] = text
    if len(spoken) > 1:
        raise _twice("standard output")
    return files, spoken[0] if spoken else None


def _twice(output: str) -> OutputError:
    return OutputError([Problem("O001", "is asked for twice", "each output needs a place of its own", output)])


def is_same(one: Path, other: Path) -> bool:
    """Whether both are one file, under whatever names."""
    try:
        return one == other or one.samefile(other)
    except OSError:  # one is not there yet, or cannot be
        return False


@contextlib.contextmanager
def _reporting(target: Path) -> Iterator[None]:
    """The system's refusal, in words that name the file."""
    try:
        yield
    except OSError as error:
        raise OutputError([Problem("O001", f"cannot be written: {error.strerror}", None, str(target))]) from None


def _is_special(target: Path) -> bool:
    """Whether it is there and not a file: a device or a pipe is written to, not replaced."""
    with _reporting(target):
        return target.exists() and not target.is_file()


def _append(text: str, target: Path) -> None:
    with _reporting(target), target.open("ab") as stream:
        stream.write(_encoded(text))


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", errors="backslashreplace")


def _staged(content: bytes, target: Path, tidy: contextlib.ExitStack) -> Path:
    """A temporary file beside the target, on the disk, with the target's mode; gone when `tidy` ends."""
    with _reporting(target):
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        tidy.callback(_remove, Path(name))
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
            os.fchmod(stream.fileno(), _mode(target))
    return Path(name)


def _kept(target: Path, tidy: contextlib.ExitStack) -> Path | None:
    """A copy of what the target holds; None where there is no target yet."""
    with _reporting(target):
        content = target.read_bytes() if target.exists() else None
    return None if content is None else _staged(content, target, tidy)


def _put_back(target: Path, old: Path | None) -> None:
    """The target as it was. Failing here must not hide why it had to be."""
    if old is None:
        _remove(target)
        return
    with contextlib.suppress(OSError):
        old.replace(target)


def _remove_folder(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.rmdir()


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def _mode(target: Path) -> int:
    """The mode of the file that is replaced, or what a new file would have."""
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


_PASSWORD = re.compile(r"((?:://?|\bpostgres(?:ql)?:)[^/:@\s]*:)\S+(?=@)|(\bpassword *=)\S+", re.IGNORECASE)
"""In an address that somebody gave where none is taken, or in another way than we know."""


def say(lines: Iterable[str]) -> None:
    """Lines for standard error, each made harmless, without a password. Failing there is nobody's business."""
    with contextlib.suppress(OSError):
        for line in lines:
            sys.stderr.write(for_terminal(_PASSWORD.sub(r"\1\2…", line)) + "\n")
        sys.stderr.flush()
