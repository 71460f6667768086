"""Which engine holds and sums the tables of a book."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from netaudit.engine import Engine
from netaudit.errors import shown, usage

ENGINES = ("duckdb", "spark")


def engine_of(name: str, spark: Any = None, threads: int | None = None, memory_limit: str | None = None) -> Engine:
    """The engine of that name; `spark` is the address of a master, or a session.

    `threads` and `memory_limit` (such as 4GB) bound the embedded engine. Raises UsageError for what does not go
    together, and where the other one is not installed or does not start.
    """
    if name not in ENGINES:
        raise usage(f"no engine is called {shown(name)}", f"one of {', '.join(ENGINES)}")
    if name == "duckdb":
        if spark is not None:
            raise usage("only the engine spark has a master", "add --engine spark")
        return Engine(threads, memory_limit)
    if memory_limit is not None:
        raise usage("--memory-limit is for the engine duckdb", "spark.driver.memory and spark.executor.memory")
    if find_spec("pyspark") is None or find_spec("sqlglot") is None:
        raise usage("the engine spark is not installed", "pip install 'netaudit[spark]'")
    from netaudit.spark import SparkEngine  # noqa: PLC0415 - an extra, and slow to import

    return SparkEngine(spark, threads)
