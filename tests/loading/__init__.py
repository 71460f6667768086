"""Books laid out in a folder, and what loading them says."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any

import pytest

import netaudit
from netaudit.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from netaudit.book import Book

Files = dict[str, str | bytes]
TIE = "owner,customer\nmette,havn\n"


def lay(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def loaded(folder: Path, files: Mapping[str, str | bytes], book: str = "", **options: Any) -> Book:
    lay(folder, files)
    return netaudit.load(str(folder / book), **{"as_of": "2024-01-01", **options})


def refused(folder: Path, files: Mapping[str, str | bytes], book: str = "", **options: Any) -> InputError:
    with pytest.raises(InputError) as caught:
        loaded(folder, files, book, **options)
    return caught.value


def places(error: InputError, folder: Path) -> list[str]:
    """`file:line:column: CODE` of every problem, with file names relative to the folder."""
    return [
        ":".join(
            str(part)
            for part in ((problem.file or "").removeprefix(f"{folder}/"), problem.line, problem.column)
            if part is not None
        )
        + f": {problem.code}"
        for problem in error.problems
    ]


def faults(folder: Path, files: Mapping[str, str | bytes], book: str = "", **options: Any) -> list[str]:
    return places(refused(folder, files, book, **options), folder)


def rows(book: Book, table: str, *columns: str) -> list[tuple[Any, ...]]:
    frame = getattr(book.tables, table).select(*columns)
    return sorted(book.engine.rows(frame), key=repr)


def counted(book: Book, folder: Path) -> dict[str, tuple[int, int, int, Mapping[str, int]]]:
    """Per file: rows loaded, skipped and rejected, and why they were skipped."""
    return {
        source.path.removeprefix(f"{folder}/"): (source.loaded, source.skipped, source.rejected, source.details)
        for source in book.sources
    }


def feed(monkeypatch: pytest.MonkeyPatch, data: str | bytes) -> None:
    """Put data on standard input."""
    raw = data.encode() if isinstance(data, str) else data
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8"))
