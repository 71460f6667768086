"""Frames that a Python program has already → Parquet in a file of ours → rows, read like any other Parquet."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals as nw
from narwhals.exceptions import DuplicateError

from netaudit.errors import UsageError, shown, usage
from netaudit.loading.files import File

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import ExitStack

KNOWN = "pandas, Polars, PyArrow or a DuckDB relation; with the engine spark also a Spark frame"


def written(tables: Mapping[str, Any], copies: ExitStack) -> dict[str, File]:
    """Each frame as a Parquet file, which `copies` removes when it is closed.

    Raises UsageError for what is no frame, and for one that its own library cannot write as Parquet.
    """
    return {name: _written(name, frame, copies) for name, frame in tables.items()}


def _written(name: str, native: Any, copies: ExitStack) -> File:
    copy = copies.enter_context(tempfile.NamedTemporaryFile(suffix=".parquet"))  # noqa: SIM115 - it is one
    try:
        frame = nw.from_native(native)
    except TypeError:
        raise usage(f"the table {shown(name)} is no frame but {shown(type(native).__name__)}", KNOWN) from None
    except DuplicateError:
        raise usage(f"the table {shown(name)} has two columns of one name") from None
    if frame.implementation.is_pyspark():
        raise usage(f"the table {shown(name)} is a frame of Spark's", 'load(…, engine="spark")')
    try:
        shape = frame.collect_schema()
        _check(name, shape)
        long = [column for column, kind in shape.items() if kind in {nw.Int128, nw.UInt128}]
        frame = frame.with_columns(nw.col(*long).cast(nw.String)) if long else frame  # Parquet has floats for them
        if isinstance(frame, nw.LazyFrame):
            frame.sink_parquet(copy.name)
        elif frame.implementation.is_pandas_like() and not any(native.index.names):
            nw.maybe_reset_index(frame).write_parquet(copy.name)  # what is left of filtering and sorting
        else:
            frame.write_parquet(copy.name)
    except UsageError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever any of these libraries raises
        words = f"{type(error).__name__}: {error}".splitlines()[0]
        raise usage(f"the table {shown(name)} cannot be taken over", f"one type in each column? {words}") from None
    return File(Path(copy.name), name)


def _check(name: str, shape: Mapping[str, Any]) -> None:
    """Raise UsageError for a frame without columns, for two of one name, and for lengths of time."""
    if not shape:
        raise usage(f"the table {shown(name)} has no columns")
    folded = Counter(str(column).casefold() for column in shape)
    for column, kind in shape.items():
        if folded[str(column).casefold()] > 1:
            raise usage(f"the table {shown(name)} has two columns {shown(column)}", "capitals make no difference")
        if kind == nw.Duration:
            raise usage(f"the column {shown(column)} of {shown(name)} holds lengths of time", "a number, or a date")
