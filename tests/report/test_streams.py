"""Outputs: all of them whole, or none."""

from __future__ import annotations

import io
import os
import socket
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from netaudit.errors import OutputError
from netaudit.report.streams import append, deliver, deliver_all, progress

if TYPE_CHECKING:
    from collections.abc import Callable

OLD = {"a.json": "old a", "b.sarif": "old b"}
STEPS = ("open", "write", "fsync", "replace")
FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="no device that is full")


class Fault:
    """Lets one kind of step fail when it is done for the n-th time, or from then on."""

    def __init__(self, step: str, at: int, *, on: bool = False) -> None:
        self.step, self.at, self.on, self.done = step, at, on, 0

    def meet(self, step: str) -> None:
        self.done += step == self.step
        if step == self.step and (self.done == self.at or (self.on and self.done > self.at)):
            raise OSError(28, "No space left on device")

    def before(self, step: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def faulty(*args: Any, **kwargs: Any) -> Any:
            self.meet(step)
            return call(*args, **kwargs)

        return faulty

    def install(self, patch: pytest.MonkeyPatch) -> None:
        fault = self

        class Stream(io.FileIO):
            def write(self, content: Any) -> int:
                fault.meet("write")
                return super().write(content)

        patch.setattr(tempfile, "mkstemp", self.before("open", tempfile.mkstemp))
        patch.setattr(Path, "read_bytes", self.before("open", Path.read_bytes))
        patch.setattr(os, "fdopen", Stream)
        patch.setattr(os, "fsync", self.before("fsync", os.fsync))
        patch.setattr(os, "replace", self.before("replace", os.replace))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in OLD.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def texts(folder: Path) -> dict[str | None, str]:
    """A new text for both old files and for one that is not there yet, and one for standard output."""
    return {None: "said", **{str(folder / name): f"new {name}" for name in (*OLD, "c.xml")}}


def steps_done(folder: Path, step: str, patch: pytest.MonkeyPatch) -> int:
    """How often a step is done when nothing fails."""
    counting = Fault(step, 0)
    with patch.context() as inner:
        counting.install(inner)
        deliver_all(texts(folder))
    return counting.done


def test_all_are_written_and_standard_output_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deliver_all(texts(folder))
    assert contents(folder) == {name: f"new {name}" for name in (*OLD, "c.xml")}
    assert capsys.readouterr().out == "said"


@pytest.mark.parametrize(("step", "count"), [("open", 7), ("write", 5), ("fsync", 5), ("replace", 3)])
def test_whatever_fails_and_when_nothing_is_replaced_and_nothing_left(
    folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    step: str,
    count: int,
) -> None:
    other = tmp_path_factory.mktemp("counted")
    for name, text in OLD.items():
        (other / name).write_text(text)
    times = steps_done(other, step, monkeypatch)
    capsys.readouterr()
    assert times == count
    for number in range(1, times + 1):
        with monkeypatch.context() as patch:
            Fault(step, number).install(patch)
            with pytest.raises(OutputError, match="cannot be written: No space left on device"):
                deliver_all(texts(folder))
        assert contents(folder) == OLD
        assert capsys.readouterr().out == ""


def test_what_cannot_be_put_back_is_whole_and_nothing_is_left(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        Fault("replace", 2, on=True).install(patch)
        with pytest.raises(OutputError):
            deliver_all(texts(folder))
    assert contents(folder) == {"a.json": "new a.json", "b.sarif": "old b"}


@pytest.mark.parametrize("step", STEPS)
def test_one_output_is_the_old_file_or_the_new(folder: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    with monkeypatch.context() as patch:
        Fault(step, 1).install(patch)
        with pytest.raises(OutputError, match=r"a\.json: O001"):
            deliver("new", str(folder / "a.json"))
    assert contents(folder) == OLD
    deliver("new", str(folder / "a.json"))
    assert contents(folder) == OLD | {"a.json": "new"}


def test_an_interrupt_puts_back_what_was_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replaced: list[object] = []
    plain = os.replace

    def interrupted(source: str, target: str) -> None:
        plain(source, target)
        replaced.append(target)
        if len(replaced) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            deliver_all(texts(folder))
    assert contents(folder) == OLD


@needs_full
@pytest.mark.parametrize("files", [["a.json"], ["a.json", "b.sarif", "c.xml"]], ids=len)
def test_files_are_put_back_where_standard_output_fails(
    folder: Path, monkeypatch: pytest.MonkeyPatch, files: list[str]
) -> None:
    with FULL.open("w") as full, monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", full)
        with pytest.raises(OutputError, match="standard output cannot be written"):
            deliver_all({None: "said", **{str(folder / name): "new" for name in files}})
    assert contents(folder) == OLD


def test_a_pipe_is_written_to_and_not_replaced(folder: Path) -> None:
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    deliver("said", str(pipe))
    assert os.read(reader, 100) == b"said"
    os.close(reader)
    assert pipe.is_fifo()


def test_what_is_no_file_and_fails_stops_the_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as refusing:
        refusing.bind("socket")
        with pytest.raises(OutputError, match="socket: O001 cannot be written"):
            deliver_all({"a.json": "new", "socket": "x"})
    assert Path("socket").is_socket()
    Path("socket").unlink()
    assert contents(folder) == OLD


def test_a_folder_that_is_not_there_stops_all(folder: Path) -> None:
    with pytest.raises(OutputError, match="No such file or directory"):
        deliver_all({str(folder / "a.json"): "new", str(folder / "no" / "b.json"): "new"})
    with pytest.raises(OutputError, match="Is a directory"):
        deliver_all({str(folder / "a.json"): "new", str(folder): "new"})
    assert contents(folder) == OLD


@pytest.mark.parametrize("twin", ["a.json", "./a.json", "x/../a.json", "soft", "hard"])
def test_two_outputs_in_one_place_are_refused_before_anything(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], twin: str
) -> None:
    (folder / "soft").symlink_to("a.json")
    (folder / "hard").hardlink_to(folder / "a.json")
    before = contents(folder)
    monkeypatch.chdir(folder)
    with pytest.raises(OutputError, match="is asked for twice"):
        deliver_all({None: "said", str(folder / "a.json"): "one", twin: "two"})
    assert contents(folder) == before
    assert capsys.readouterr().out == ""


def test_two_outputs_in_one_place_that_is_not_there_yet(tmp_path: Path) -> None:
    (tmp_path / "soft").symlink_to("new")
    with pytest.raises(OutputError, match="is asked for twice"):
        deliver_all({str(tmp_path / "new"): "one", str(tmp_path / "soft"): "two"})
    assert not (tmp_path / "new").exists()


def test_standard_output_has_two_names_and_one_place(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OutputError, match="standard output: O001 is asked for twice"):
        deliver_all({None: "one", "-": "two"})
    assert capsys.readouterr().out == ""
    deliver("said", "-")
    assert capsys.readouterr().out == "said"


def test_modes_and_links_stay(folder: Path) -> None:
    (folder / "soft").symlink_to("a.json")
    (folder / "a.json").chmod(0o640)
    deliver_all({str(folder / "soft"): "new", str(folder / "b.sarif"): "new"})
    assert (folder / "soft").is_symlink()
    assert (folder / "a.json").read_text() == "new"
    assert (folder / "a.json").stat().st_mode & 0o777 == 0o640


def test_text_is_utf_8_with_line_ends_as_they_are(tmp_path: Path) -> None:
    deliver("ø\r\n\udcff\n", str(tmp_path / "x"))
    append("å\n", str(tmp_path / "x"))
    assert (tmp_path / "x").read_bytes() == "ø\r\n\\udcff\nå\n".encode()


def test_appending_keeps_what_is_there(folder: Path) -> None:
    append(" more", str(folder / "a.json"))
    append("first", str(folder / "summary.md"))
    assert contents(folder) == OLD | {"a.json": "old a more", "summary.md": "first"}


@pytest.mark.parametrize("path", [pytest.param(str(FULL), marks=needs_full), "no/such/folder.md", "."])
def test_what_cannot_be_appended_to_is_said(path: str) -> None:
    with pytest.raises(OutputError, match="O001 cannot be written: "):
        append("x", path)


def test_progress_is_one_line_on_a_terminal_that_is_wiped_in_the_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "20")
    with progress(quiet=False) as told:
        assert told is not None
        told("years drawn: 256 of 10,000,000")
        told("\x1b]0;evil\x07")
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "\r\x1b[2Kyears drawn: 256 of\r\x1b[2K\\x1b]0;evil\\x07\r\x1b[2K"


@pytest.mark.parametrize("quiet", [True, False])
def test_there_is_no_progress_off_a_terminal_or_when_quiet(
    quiet: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: quiet)
    with progress(quiet=quiet) as told:
        assert told is None
    assert capsys.readouterr() == ("", "")
