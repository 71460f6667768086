"""What is every option set to, and by whom?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from netaudit.commands._defaults import Given, read_defaults, settings_of
from netaudit.result import Result, Sentence, Unit, Value, column

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Row:
    """One setting."""

    setting: str = column("Setting", Unit.CHOICE, "name of the option, or book")
    value: str | None = column("Value", Unit.TEXT, "what it is set to; null where it is not")
    source: str = column("From", Unit.TEXT, "default, the file and its line, or the variable")
    commands: str = column("Commands", Unit.TEXT, "the commands that have it", wide=True)


@dataclass(frozen=True, slots=True)
class Summary:
    """Where settings come from."""

    file: str | None = column("File", Unit.TEXT, "the project's file, if there is one")


def configured(commands: Iterable[str]) -> Result[Row, Summary]:
    """Every setting of some commands, as it is without flags."""
    defaults = read_defaults(commands)
    rows: dict[tuple[str, Given], list[str]] = {}
    for command in commands:
        for key, setting in settings_of(command).items():
            given = defaults.given(command, key, setting) or Given(setting.default, "default")
            rows.setdefault((key, _said(given)), []).append(command)
    where = "No netaudit.toml here, and no [tool.netaudit] in pyproject.toml."
    said = Sentence("Settings are from {path}.", {"path": Value(defaults.path, Unit.TEXT)})
    return Result(
        schema="netaudit/config/1",
        title=Sentence("What options are set to, where the command line does not say"),
        facts=None,
        summary=Summary(defaults.path),
        rows=tuple(Row(key, value, source, ", ".join(users)) for (key, (value, source)), users in rows.items()),
        row_type=Row,
        closing=(said if defaults.path else Sentence(where),),
    )


def _said(given: Given) -> Given:
    """A value as a command line would have it."""
    value = given.value
    if isinstance(value, Enum):
        value = value.value
    elif isinstance(value, bool):
        value = str(value).lower()
    elif isinstance(value, list):
        value = ", ".join(map(str, value))
    return Given(None if value is None else str(value), given.source)
