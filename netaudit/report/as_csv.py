"""CSV: the rows, bands flattened with `_`; texts that look like formulas are neutralised, numbers untouched."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from netaudit.report.escape import for_csv
from netaudit.result import Band, columns_of

if TYPE_CHECKING:
    from netaudit.report import Page
    from netaudit.result import Result

ENDS = ("low", "base", "high")


def write(result: Result[Any, Any], page: Page) -> str:
    """One line per row under one header line; null is an empty cell, several texts have `; ` between."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    banded = _banded(result.row_type)
    columns = columns_of(result.row_type)
    writer.writerow(
        [f"{name}_{end}" if end else name for name in columns for end in (ENDS if name in banded else ("",))]
    )
    for row in result.first(page.top):
        writer.writerow([cell for name in columns for cell in _cells(getattr(row, name), name in banded)])
    return text.getvalue()


def _banded(row_type: type[Any]) -> set[str]:
    return {name for name, kind in row_type.__annotations__.items() if "Band" in str(kind)}


def _cells(value: Any, banded: bool) -> list[Any]:  # noqa: FBT001 - a column is one or the other
    if banded:
        return [value.low, value.base, value.high] if isinstance(value, Band) else ["", "", ""]
    if isinstance(value, bool):
        return [str(value).lower()]
    if isinstance(value, tuple):
        value = "; ".join(value)
    return [for_csv(value) if isinstance(value, str) else "" if value is None else value]
