"""What stands for options that nobody gives: the environment, then a file of the project, then the program's own."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass
from datetime import date
from enum import Enum
from importlib import import_module
from inspect import signature
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, NamedTuple, get_args, get_type_hints

from typer.models import OptionInfo

from netaudit.commands import name_of
from netaudit.errors import InputError, Problem, UsageError, nearest, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

FILES = ("netaudit.toml", "pyproject.toml")
"""Looked for in the current folder, in this order; of the second only the table tool.netaudit is read."""

CHOOSES = "NETAUDIT_CONFIG"
"""The variable that names another file, or, when it is empty, none."""

NOT_SET = {"debug", "output", "engine", "spark_master"}
"""Options that only a command line gives: a file of the project must not send a book anywhere."""

TRUTHS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


class Given(NamedTuple):
    """A value and who gave it."""

    value: Any
    source: str


@dataclass(frozen=True, slots=True)
class Setting:
    """One option of a command: the parameter of its function, what it takes, and its own default.

    `kind` is list, bool, int, str or a class of choices.
    """

    parameter: str
    kind: Any
    default: Any

    def takes(self, value: object) -> bool:
        """Whether it can be set to a value."""
        if self.kind is list:
            return isinstance(value, list) and all(isinstance(each, str) for each in value)
        if issubclass(self.kind, Enum):
            return value in [each.value for each in self.kind]
        return type(value) is self.kind

    def read(self, text: str) -> object:
        """A value from the environment, as a file would have it: lists have blanks between, as in a shell."""
        if self.kind is list:
            return shlex.split(text)
        if self.kind is bool:
            return TRUTHS.get(text.casefold(), text)
        return int(text) if self.kind is int and text.isdecimal() else text


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a file says: for every command, and for some alone. `path` is None where there is no file."""

    path: str | None
    general: Mapping[str, Given]
    special: Mapping[str, Mapping[str, Given]]

    def given(self, command: str, key: str, setting: Setting) -> Given | None:
        """What is said of an option of a command: by the environment, for that command alone, or for every one."""
        said = by_environment(key, setting)
        if said is None:
            said = self.special.get(command, {}).get(key)
        if said is None and key in self.general and setting.takes(self.general[key].value):
            said = self.general[key]
        return said


def variable(key: str) -> str:
    """The environment variable of a setting."""
    return f"NETAUDIT_{key.upper()}"


def by_environment(key: str, setting: Setting) -> Given | None:
    """What the environment says. Raises UsageError for what the option does not take."""
    text = os.environ.get(variable(key))
    if not text:
        return None
    try:
        value: object = setting.read(text)
    except ValueError:  # a quote that does not end
        value = None
    if not setting.takes(value):
        raise UsageError([Problem("U001", f"{variable(key)} cannot be {shown(text)}", _choices(setting))])
    return Given(value, f"environment {variable(key)}")


def useless_variables(commands: Iterable[str]) -> list[str]:
    """Warnings about variables of the environment that are named like ours and set nothing."""
    known = {CHOOSES, *(variable(key) for command in commands for key in settings_of(command))}
    named = sorted(name for name in os.environ if name.startswith("NETAUDIT_") and name not in known)
    hints = {name: nearest(name, known) for name in named}
    return [f"{name} sets nothing{f' ({hints[name]})' if hints[name] else ''}" for name in named]


def files_read() -> list[str]:
    """Where settings may be read from."""
    return [os.environ.get(CHOOSES) or FILES[0], *FILES]


def settings_of(command: str) -> dict[str, Setting]:
    """The options of a command that may have defaults, and its book, by the names under which they are set."""
    function = getattr(import_module(f"netaudit.commands.{name_of(command)}"), name_of(command))
    found = {}
    hints = get_type_hints(function, include_extras=True)
    for name, parameter in signature(function).parameters.items():
        kind, about = get_args(hints[name])
        kind = next((each for each in get_args(kind) if each is not NoneType), kind)
        declared = [text for text in (about.default, *(about.param_decls or ())) if str(text).startswith("--")]
        key = (declared[0] if declared else name).lstrip("-").replace("-", "_")  # Typer keeps the first as a default
        if key not in NOT_SET and (isinstance(about, OptionInfo) or name == "book"):
            found[key] = Setting(name, list if get_args(kind) else kind, parameter.default)
    return found


def defaults_for(command: str, defaults: Defaults) -> dict[str, Any]:
    """What stands for the options of a command, by the names of its function's parameters."""
    said = {setting.parameter: defaults.given(command, key, setting) for key, setting in settings_of(command).items()}
    return {parameter: given.value for parameter, given in said.items() if given is not None}


def read_defaults(commands: Iterable[str]) -> Defaults:
    """What the project's file says. Raises InputError for a file that is not right, and for settings there are not."""
    chosen = os.environ.get(CHOOSES)
    for name in FILES if chosen is None else [chosen] if chosen else []:
        table = _table(Path(name), required=chosen is not None)
        if table is not None:
            return _checked(name, table, {command: settings_of(command) for command in commands})
    return Defaults(None, {}, {})


def _table(path: Path, *, required: bool) -> dict[str, Any] | None:
    """The settings in a file; None where it is not there, or is a project's without a table of ours."""
    if not required and not os.path.lexists(path):  # whatever else is there must be one, or it would be passed over
        return None
    from netaudit.loading.files import File, contents

    data = contents(File(path, str(path)))
    project = path.name == FILES[1]
    if project and b"netaudit" not in data:
        return None
    import tomllib

    try:
        whole = tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # of the parser, of its decoder, and of numbers without end
        at = re.search(r"at line (\d+), column (\d+)", str(error))
        place = (int(at[1]), int(at[2])) if at else (None, None)
        message = f"is not TOML: {str(error).partition(' (at')[0]}"
        raise InputError([Problem("Y001", message, None, str(path), *place)]) from None
    tool = whole.get("tool") if project else {"netaudit": whole}
    found = tool.get("netaudit") if isinstance(tool, dict) else None
    if found is not None and not isinstance(found, dict):
        raise InputError([Problem("Y006", "tool.netaudit should be a table", "[tool.netaudit]", str(path))])
    return found


def _checked(path: str, table: dict[str, Any], commands: dict[str, dict[str, Setting]]) -> Defaults:
    """The settings, each known to a command and of a kind that it takes."""
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    parts = {name: inner for name, inner in table.items() if isinstance(inner, dict)}
    everywhere: dict[str, list[Setting]] = {}
    for settings in commands.values():
        for key, setting in settings.items():
            everywhere.setdefault(key, []).append(setting)
    general = {key: _given(path, lines, key, value) for key, value in table.items() if key not in parts}
    problems = list(_wrong(path, lines, general, everywhere, commands))
    special: dict[str, dict[str, Given]] = {}
    for name, inner in parts.items():
        special[name] = {key: _given(path, lines, key, value) for key, value in inner.items()}
        if name in commands:
            problems += _wrong(path, lines, special[name], {key: [one] for key, one in commands[name].items()}, ())
        else:
            problems.append(_unknown(path, lines, name, [*everywhere, *commands]))  # a table that is no command
    if problems:
        raise InputError(problems)
    return Defaults(path, general, special)


def _wrong(
    path: str, lines: list[str], given: Mapping[str, Given], known: Mapping[str, list[Setting]], more: Iterable[str]
) -> Iterator[Problem]:
    for key, said in given.items():
        if key in more:
            yield Problem("V006", f"{key} is a command, and takes a table", f"[{key}]", path, _line(lines, key))
        elif key not in known:
            yield _unknown(path, lines, key, [*known, *more])
        elif key == "book" and _is_elsewhere(str(said.value)):
            message = f"a file of the project cannot name {shown(said.value.partition(':')[0])}: as the book"
            yield Problem("V006", message, "name it on the command line", path, _line(lines, key))
        elif not any(setting.takes(said.value) for setting in known[key]):
            message = f"{key} cannot be {shown(said.value)}"
            yield Problem("V006", message, _choices(known[key][0]), path, _line(lines, key))


def _is_elsewhere(book: str) -> bool:
    """Whether a book lies on a server or in a cluster."""
    from netaudit.loading.files import DATABASE, SERVERS

    return book.startswith((*SERVERS, DATABASE))


def _unknown(path: str, lines: list[str], key: str, known: Iterable[str]) -> Problem:
    hint = nearest(key, known) or "netaudit config lists them"
    return Problem("S001", f"no setting is called {shown(key)}", hint, path, _line(lines, key))


def _choices(setting: Setting) -> str:
    """What an option takes, in words."""
    if setting.kind in {list, bool, int, str}:
        return {list: "a list of texts", bool: "true or false", int: "a whole number", str: "a text"}[setting.kind]
    return f"one of {', '.join(each.value for each in setting.kind)}"


def _given(path: str, lines: list[str], key: str, value: Any) -> Given:
    """A value as the command line would give it, and the line that says so."""
    line = _line(lines, key)
    return Given(value.isoformat() if isinstance(value, date) else value, path if line is None else f"{path}:{line}")


def _line(lines: list[str], key: str) -> int | None:
    """The line that a key stands in; the parser does not tell."""
    stands = re.compile(rf"\s*(\[.*)?[\"']?{re.escape(key)}[\"']?\s*(=|\]|\.)")
    return next((number for number, line in enumerate(lines, 1) if stands.match(line)), None)
