"""What documents are read with: texts, numbers and names out of nodes; every problem is noted at its place."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from netaudit.errors import Problem, shown
from netaudit.loading.from_yaml import Listing, Mapping, Node, Scalar
from netaudit.loading.values import CellError, Reading, folded, read_number
from netaudit.loading.where import Condition, condition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PLAIN = Reading(plain=True)


class NodeReader:
    """Reads the nodes of one document and collects every problem in them."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def say(self, code: str, message: str, hint: str | None, place: tuple[int, int]) -> None:
        """Note a problem."""
        self.problems.append(Problem(code, message, hint, self.file, *place))

    def text(self, node: Node) -> str | None:
        """The text of a scalar; a problem where it is none."""
        if isinstance(node, Scalar):
            return node.text
        self.say("Y006", "a text should stand here", None, (node.line, node.column))
        return None

    def items(self, node: Node) -> Iterator[tuple[str, Node, tuple[int, int]]]:
        """The named nodes of a mapping; a problem where it is none."""
        if isinstance(node, Mapping):
            for key, inner in node.nodes.items():
                yield key, inner, node.keys[key]
        elif not (isinstance(node, Scalar) and node.text is None):
            self.say("Y006", "names with values should stand here", None, (node.line, node.column))

    def value(self, node: Node, read: Callable[[str, Reading], object]) -> object:
        """The typed value of a scalar; a problem where it cannot be read."""
        text = self.text(node)
        if text is None:
            return None
        try:
            return read(text, _PLAIN)
        except CellError as error:
            self.say(error.code, error.message, error.hint, (node.line, node.column))
            return None

    def one_of(self, node: Node, choices: tuple[str, ...]) -> str | None:
        """One of the known texts."""
        text = self.text(node)
        if text is None or text in choices:
            return text
        self.say("V006", f"{shown(text)} is not known here", f"one of {', '.join(choices)}", (node.line, node.column))
        return None

    def number(self, node: Node) -> Decimal | None:
        """A number."""
        value = self.value(node, read_number)
        return value if isinstance(value, Decimal) else None

    def conditions(self, node: Node) -> Iterator[Condition]:
        """The conditions of a `where`."""
        for column, inner, place in self.items(node):
            wanted = [self.text(part) for part in inner.nodes] if isinstance(inner, Listing) else self.text(inner)
            try:
                yield condition(folded(column).casefold(), wanted)
            except ValueError as error:
                self.say("V006", str(error), None, place)
