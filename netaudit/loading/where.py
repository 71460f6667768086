"""Which rows are meant: the one form of `where`, in settings, in policies and on the command line."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from netaudit.errors import shown
from netaudit.loading.values import Reading, day_of, folded, read_date, read_number

if TYPE_CHECKING:
    from collections.abc import Callable

_COMPARISON = re.compile(r"(>=|<=|!=|>|<|=)\s*(.*)", re.DOTALL)
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}

Cell = str | int | float | Decimal | date | None


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of a `where`: what the cell of one column must be."""

    column: str
    operation: str
    operands: tuple[str, ...]

    def holds(self, cell: Cell, how: Reading) -> bool:
        """Whether a cell fits. Texts are read as `how` says where the operand is a number or a date.

        Raises `CellError` for a text that cannot be compared.
        """
        if isinstance(cell, str) and not cell.strip():
            cell = None
        if self.operation in {"blank", "present"}:
            return (cell is None) == (self.operation == "blank")
        if self.operation in {"in", "!="}:
            found = any(_same(cell, operand) for operand in self.operands)
            return found == (self.operation == "in")
        if cell is None:
            return False
        return _ORDER[self.operation](_comparable(cell, self.operands[0], how), _operand(self.operands[0]))


def condition(column: str, wanted: str | list[str | None] | None) -> Condition:
    """A condition from its written form: a value, a list of values, a comparison, `blank` or `present`.

    Raises ValueError where an ordering is asked of something that is neither a number nor a date.
    """
    if isinstance(wanted, list):
        return Condition(column, "in", tuple(value or "" for value in wanted))
    if wanted is None or wanted in {"blank", "present"}:
        return Condition(column, wanted or "blank", ())
    found = _COMPARISON.fullmatch(wanted.strip())
    if not found:
        return Condition(column, "in", (wanted,))
    operation, operand = found[1], found[2].strip()
    if operation in _ORDER:
        _operand(operand)
    return Condition(column, "in" if operation == "=" else operation, (operand,))


def option(text: str) -> Condition:
    """A condition from `COLUMN=VALUE`, `COLUMN=[A, B]` or `COLUMN=>= 5`, as the command line gives it."""
    column, mark, wanted = text.partition("=")
    if not mark or not column.strip():
        raise ValueError(f"{shown(text)} is not COLUMN=VALUE")
    wanted = wanted.strip()
    if wanted.startswith("[") and wanted.endswith("]"):
        return condition(column.strip(), [part.strip() for part in wanted[1:-1].split(",")])
    return condition(column.strip(), wanted)


def _operand(text: str) -> object:
    if re.fullmatch(r"[1-9][0-9]{0,2}\.[0-9]{3}", text):
        raise ValueError(f"{shown(text)} can be read two ways: write it without a point, or with other decimals")
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if number.is_finite():
        return number
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{shown(text)} is neither a number nor a date, so nothing can be above or below it") from None


def _comparable(cell: Cell, operand: str, how: Reading) -> object:
    if not isinstance(cell, str):
        return Decimal(str(cell)) if isinstance(cell, float) else cell
    if isinstance(_operand(operand), Decimal):
        return read_number(cell, how)
    number = read_date(cell, how)
    assert number is not None  # noqa: S101 - a blank cell never gets here
    return day_of(number)


def _same(cell: Cell, operand: str) -> bool:
    if cell is None:
        return operand == ""
    if isinstance(cell, str):
        return folded(cell) == folded(operand)
    if isinstance(cell, date):
        return cell.isoformat() == operand
    try:
        return Decimal(str(cell)) == Decimal(operand)
    except InvalidOperation:
        return False
