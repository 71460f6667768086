"""Importing into a folder, and looking at what it holds then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import netaudit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Books = dict[str, str]


def book_of(folder: Path) -> Books:
    """File → text of the book in a folder."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())}


@pytest.fixture
def bring(tmp_path: Path) -> Callable[..., Any]:
    """Import texts (file name → text) as a kind into tmp_path/book; returns the answer."""

    def imports(kind: str, texts: dict[str, str | bytes] | str, **how: Any) -> Any:
        files = []
        folder = tmp_path / "exports"
        folder.mkdir(exist_ok=True)
        for name, text in ({"export.csv": texts} if isinstance(texts, str) else texts).items():
            path = folder / name
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
            files.append(path)
        return netaudit.import_exports(kind, files, tmp_path / how.pop("into", "book"), as_of="2026-11-01", **how)

    return imports


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Books]:
    """The files of the book that was imported into."""

    def read(name: str = "book") -> Books:
        return book_of(tmp_path / name)

    return read
