"""YAML and JSON → mappings, lists and texts with their places, read as a stream of events.

The C parser's events are taken one by one and never composed, so that no document can blow up or nest
deeper than the limit, and every scalar stays the text that was written until the schema types it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

import yaml

from netaudit.errors import InputError, Problem, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

DEEPEST = 32
_ESCAPED = {code: f"\\u{code:04x}" for code in (0x7F, 0x85, 0x2028, 0x2029)}
"""Characters that JSON takes as they are inside a string, and a YAML parser does not."""

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


class Scalar(NamedTuple):
    """A text, or None for null; line and column count from 1."""

    text: str | None
    line: int
    column: int


class Listing(NamedTuple):
    """A list of nodes."""

    nodes: list[Node]
    line: int
    column: int


class Mapping(NamedTuple):
    """Named nodes, and the place of each name."""

    nodes: dict[str, Node]
    keys: dict[str, tuple[int, int]]
    line: int
    column: int


Node = Scalar | Listing | Mapping


def read_document(text: str, file: str, *, strict_json: bool = False) -> tuple[Node | None, list[Problem]]:
    """The document's root (None when it holds none) and every problem of its form.

    Problems of form are anchors, aliases, merge keys, tags, doubled keys, too deep nesting, a second
    document. Raises InputError, located, where the text cannot be parsed at all.
    """
    if strict_json:
        _check_json(text, file)
        text = text.translate(_ESCAPED)
    if strict_json or text.lstrip()[:1] in {"{", "["}:
        text = _joined_surrogates(text)
    reader = _Reader(file)
    try:
        root = reader.read(iter(yaml.parse(text, Loader=yaml.CLoader)))
    except yaml.MarkedYAMLError as error:
        raise InputError([*reader.problems, _syntax(error, file)]) from None
    except yaml.reader.ReaderError as error:
        raise InputError([_character(error, text, file)]) from None
    except UnicodeEncodeError as error:
        line, column = _place(text, error.start)
        problem = Problem("V005", "a lone surrogate is not text", None, file, line, column)
        raise InputError([problem]) from None
    return root, reader.problems


class _Reader:
    """Builds the nodes with a stack of its own, so that depth costs no recursion."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.root: Node | None = None
        self.open: list[Listing | Mapping] = []
        self.keys: list[Scalar | None] = []  # per open mapping the key that waits for its value; None in a list

    def say(self, code: str, message: str, hint: str | None, line: int, column: int) -> None:
        self.problems.append(Problem(code, message, hint, self.file, line, column))

    def read(self, events: Iterator[yaml.Event]) -> Node | None:
        documents = 0
        for event in events:
            if isinstance(event, yaml.CollectionEndEvent):
                self.open.pop()
                self.keys.pop()
            elif isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.say("Y001", "a second document", "one is read", *_start(event))
                    break
            elif isinstance(event, yaml.NodeEvent) and not self._take(event):
                break
        return self.root

    def _take(self, event: yaml.NodeEvent) -> bool:
        """Put one node where it belongs; False where reading cannot go on."""
        line, column = _start(event)
        node = self._node(event, line, column)
        parent = self.open[-1] if self.open else None
        if parent is None:
            self.root = node
        elif isinstance(parent, Listing):
            parent.nodes.append(node)
        elif self.keys[-1] is not None:
            self._put(parent, self.keys[-1], node)
            self.keys[-1] = None
        elif isinstance(node, Scalar):
            self.keys[-1] = node
            return True
        else:
            self.say("Y006", "a key that is not a text", None, line, column)
            return False
        if not isinstance(node, Scalar):
            if len(self.open) >= DEEPEST:
                self.say("Y005", f"nesting deeper than {DEEPEST}", None, line, column)
                return False
            self.open.append(node)
            self.keys.append(None)
        return True

    def _node(self, event: yaml.NodeEvent, line: int, column: int) -> Node:
        if isinstance(event, yaml.AliasEvent):
            self.say("Y002", f"an alias, *{event.anchor}", "write the value out", line, column)
            return Scalar(None, line, column)
        if event.anchor is not None:
            self.say("Y002", f"an anchor, &{event.anchor}", "write the value out", line, column)
        tag = getattr(event, "tag", None)
        if tag is not None:
            self.say("Y003", f"a tag, {shown(tag)}", "leave it out: the schema knows the types", line, column)
        if isinstance(event, yaml.ScalarEvent):
            plain = not event.style
            return Scalar(None if plain and event.value in _NULLS else event.value, line, column)
        return (
            Listing([], line, column) if isinstance(event, yaml.SequenceStartEvent) else Mapping({}, {}, line, column)
        )

    def _put(self, mapping: Mapping, key: Scalar, node: Node) -> None:
        if key.text is None:
            self.say("Y006", "a key without text", None, key.line, key.column)
        elif key.text == "<<":
            self.say("Y002", "a merge key, <<", "write the values out", key.line, key.column)
        elif key.text in mapping.nodes:
            first = mapping.keys[key.text][0]
            message = f"the key {shown(key.text)} stands twice"
            self.say("Y004", message, f"it stands in line {first} already", key.line, key.column)
        else:
            mapping.nodes[key.text] = node
            mapping.keys[key.text] = (key.line, key.column)


def _start(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    assert mark is not None  # noqa: S101 - the parser marks every event
    return mark.line + 1, mark.column + 1


def _check_json(text: str, file: str) -> None:
    """JSON that only a YAML parser would forgive is refused."""
    try:
        json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise InputError([Problem("Y001", f"not JSON: {error.msg}", None, file, error.lineno, error.colno)]) from None
    except RecursionError:
        raise InputError([Problem("Y005", f"nesting deeper than {DEEPEST}", None, file, 1, 1)]) from None
    except _ConstantError as error:
        found = next(one for one in _CONSTANT.finditer(text) if one[1])
        place = _place(text, found.start())
        raise InputError([Problem("Y001", f"not JSON: {error}", "null is unknown", file, *place)]) from None
    except ValueError:  # an integer of thousands of digits: its own cell will say so
        return


_CONSTANT = re.compile(r'"(?:[^"\\]|\\.)*"|(NaN|-?Infinity)')
"""A string, or a constant outside of any."""


class _ConstantError(Exception):
    """NaN or Infinity, which JSON does not have."""


def _no_constant(name: str) -> None:
    raise _ConstantError(name)


_PAIR = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")


def _joined_surrogates(text: str) -> str:
    """JSON writes characters beyond U+FFFF as two escapes, which YAML does not know."""

    def joined(found: re.Match[str]) -> str:
        high, low = int(found[2], 16), int(found[3], 16)
        return f"{found[1]}\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08x}"

    return _PAIR.sub(joined, text)


def _syntax(error: yaml.MarkedYAMLError, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
    if "nesting depth" in (error.problem or ""):  # the parser has a limit of its own, and reads ahead up to it
        return Problem("Y005", f"nesting deeper than {DEEPEST}", None, file, line, column)
    return Problem("Y001", error.problem or error.context or "cannot be parsed", None, file, line, column)


def _character(error: yaml.reader.ReaderError, text: str, file: str) -> Problem:
    before = text.encode("utf-8", "surrogatepass")[: error.position].decode("utf-8", "ignore")
    line, column = _place(text, len(before))
    code = ord(error.character) if isinstance(error.character, str) else error.character
    return Problem("Y001", f"the character U+{code:04X} may not stand here", None, file, line, column)


def _place(text: str, position: int) -> tuple[int, int]:
    before = text[: max(position, 0)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")
