"""What reading has brought so far."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from netaudit.loading.settings import Settings

if TYPE_CHECKING:
    from netaudit.engine import Engine
    from netaudit.errors import Problem
    from netaudit.loading.raw import Raw


@dataclass(slots=True)
class Found:
    """What reading has brought so far; `copies` are files of ours that last as long as rows may be looked up.

    `held` are tables that the engine has already. `settled` are sources that are read once: they cannot have changed
    when they are looked into again.
    """

    engine: Engine
    settings: Settings = field(default_factory=Settings)
    raws: list[Raw] = field(default_factory=list)
    digests: dict[str, str | None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unshown: int = 0
    tallies: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    copies: ExitStack = field(default_factory=ExitStack)
    held: dict[str, Any] = field(default_factory=dict)
    settled: set[str] = field(default_factory=lambda: {"-"})
