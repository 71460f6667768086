"""How numbers read: shares as per cent, money in one scale per column, a band as base (low-high)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from netaudit.result import Band, Unit, columns_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from netaudit.result import Column, Sentence, Value

NUMERIC = (Unit.MONEY, Unit.SHARE, Unit.COUNT, Unit.NUMBER)
BLOCKS = " ▏▎▍▌▋▊▉█"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Scale:
    """A divisor for money, its letter, and the decimals that then make sense."""

    divisor: int
    letter: str
    decimals: int

    def number(self, amount: float) -> str:
        """An amount in this scale."""
        return f"{amount / self.divisor:,.{self.decimals}f}"

    def money(self, amount: float | Band | None, letter: str = "") -> str:
        """An amount, or a band as base (low-high), without its currency."""
        if amount is None:
            return UNKNOWN
        if isinstance(amount, Band):
            return f"{self.number(amount.base)}{letter} ({self.number(amount.low)}-{self.number(amount.high)})"
        return f"{self.number(amount)}{letter}"

    def unit(self, currency: str | None) -> str:
        """The unit in a heading: DKK m."""
        return " ".join(part for part in (currency, self.letter) if part)


def scale_for(amounts: Iterable[float | Band | None]) -> Scale:
    """The scale in which the largest amount has one to four digits before the point."""
    highest = max((_upper(amount) for amount in amounts if amount is not None), default=0)
    if highest >= 1e9:
        return Scale(10**9, "bn", 2)
    if highest >= 1e6:
        return Scale(10**6, "m", 2)
    return Scale(10**3, "k", 0) if highest >= 1e4 else Scale(1, "", 0)


def _upper(amount: float | Band) -> float:
    return amount.high if isinstance(amount, Band) else amount


def table_scale(rows: Sequence[Any], columns: Mapping[str, Column]) -> Scale:
    """One scale for all money of a table, so that its columns compare: that of its smallest column."""
    scales = [
        scale_for(getattr(row, name) for row in rows) for name, about in columns.items() if about.unit is Unit.MONEY
    ]
    return min(scales, key=lambda scale: scale.divisor, default=Scale(1, "", 0))


def share(value: float) -> str:
    """A share as per cent; almost nothing and almost all are said so."""
    percent = value * 100
    if 0 < percent < 0.05:
        return "<0.1 %"
    if 99.5 <= percent < 100:
        return ">99 %"
    return f"{percent:.1f} %" if percent < 9.95 else f"{percent:.0f} %"


def shares(value: float | Band) -> str:
    """A share, or a band of shares as base (low-high)."""
    if not isinstance(value, Band):
        return share(value)
    low, high = (share(end).removesuffix(" %") for end in (value.low, value.high))
    return f"{share(value.base)} ({low}-{high})"


def bar(value: float, width: int, *, fancy: bool) -> str:
    """A share as a bar of `width` columns."""
    if not fancy:
        return ("#" * round(value * width)).ljust(width)
    eighths = round(value * width * 8)
    full, part = divmod(eighths, 8)
    return ("█" * full + (BLOCKS[part] if part else "")).ljust(width)


def heading(about: Column, scale: Scale, currency: str | None) -> str:
    """A column's heading with its unit."""
    unit = scale.unit(currency) if about.unit is Unit.MONEY else ""
    return f"{about.heading}, {unit}" if unit else about.heading


def text_of(row: Any, name: str) -> str | None:
    """A text of a row, or several; for a row without a name its id."""
    value = getattr(row, name)
    if value is None and name == "name":
        value = getattr(row, next(column for column, about in columns_of(type(row)).items() if about.unit is Unit.ID))
    if isinstance(value, tuple):
        return ", ".join(value)
    return None if value is None else str(value)


def number(value: float) -> str:
    """A plain number: six digits are enough, and large ones are not written as powers."""
    return f"{value:,.0f}" if abs(value) >= 1e5 else f"{value:g}"


def said(value: Value, currency: str | None) -> str:
    """A value inside a sentence; texts are still raw."""
    content: Any = value.content
    if content is None:
        return UNKNOWN
    if value.unit is Unit.MONEY:
        scale = scale_for([content])
        return f"{currency or ''} {scale.money(content, scale.letter and f' {scale.letter}')}".strip()
    if value.unit is Unit.SHARE:
        return share(content)
    if value.unit is Unit.NUMBER:
        return number(content)
    return f"{content:,}" if value.unit is Unit.COUNT else str(content)


def sentence(text: Sentence, currency: str | None) -> str:
    """A sentence with its values in it; still to be escaped."""
    return text.text.format_map({name: said(value, currency) for name, value in text.values.items()})
