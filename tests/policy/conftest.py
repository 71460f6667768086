"""What tests of the gate share: how a book stands is worked out once, however often it is judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from netaudit.policy import verdict
from netaudit.standing import standing_of

if TYPE_CHECKING:
    from netaudit.book import Book
    from netaudit.standing import Standing


@pytest.fixture(autouse=True)
def _standing_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes most of the time of a check, and nothing changes a book."""
    seen: dict[int, tuple[Book, Standing]] = {}

    def once(book: Book) -> Standing:
        if id(book) not in seen:
            seen[id(book)] = book, standing_of(book)
        return seen[id(book)][1]

    monkeypatch.setattr(verdict, "standing_of", once)
