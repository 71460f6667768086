"""What tests of the formats share."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def naughty(third_party: Path) -> list[str]:
    """The naughty strings of the world, each once."""
    folder = third_party / "hostile"
    texts: list[str] = json.loads((folder / "blns" / "blns.json").read_text(encoding="utf-8"))
    for path in (folder / "csv-injection" / "csv-payload.txt", *sorted((folder / "xss").glob("*.txt"))):
        texts += path.read_text(encoding="utf-8", errors="replace").split("\n")
    assert len(texts) > 1000
    return list(dict.fromkeys(texts))
