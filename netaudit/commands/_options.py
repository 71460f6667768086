"""The options that commands share, each declared once."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Format(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"


class EveryFormat(StrEnum):
    """How findings are written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"
    SARIF = "sarif"
    JUNIT = "junit"
    GITHUB = "github"


class SeverityName(StrEnum):
    """How bad a finding is."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class FailOnName(StrEnum):
    """From which severity on a finding fails."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"
    NEVER = "never"


class Form(StrEnum):
    """How standard input is written."""

    YAML = "yaml"
    CSV = "csv"


class EngineName(StrEnum):
    """What holds and sums a book's tables."""

    DUCKDB = "duckdb"
    SPARK = "spark"


class Destination(StrEnum):
    """Where a leaver goes."""

    COMPETITOR = "competitor"
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"


class Customers(StrEnum):
    """Whose people an import adds."""

    KNOWN = "known"
    ALL = "all"


class Color(StrEnum):
    """When to use colour."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


BookPath = Annotated[
    str | None,
    typer.Argument(
        metavar="[BOOK]",
        show_default=False,
        help="A book (.yml, .json), a folder of tables, a .csv or .parquet of ties, a database (a file, "
        "postgresql://…), or - for standard input. "
        "Without: netaudit.yml or book.yml here.",
    ),
]
SettingsFile = Annotated[
    str | None, typer.Option("--settings", metavar="FILE", help="Settings for BOOK: mappings, currency, assumptions.")
]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="Judge as of this day, or today.")]
Assume = Annotated[
    list[str] | None,
    typer.Option("--assume", metavar="NAME=VALUE", help="Change an assumption, such as half_life_days=90. Repeatable."),
]
From = Annotated[Form | None, typer.Option("--from", help="What standard input is.", show_default=False)]
Where = Annotated[
    list[str] | None,
    typer.Option("--where", metavar="COLUMN=VALUE", help="Only customers that fit, such as segment=b2b. Repeatable."),
]
WithPlan = Annotated[
    str | None,
    typer.Option("--with-plan", metavar="FILE", help="As if this plan, an answer of plan in JSON, were done."),
]
WhereTo = Annotated[
    Destination | None,
    typer.Option("--destination", help="Where they go. Default: as recorded, else unknown.", show_default=False),
]
MemoryLimit = Annotated[
    str | None,
    typer.Option("--memory-limit", metavar="SIZE", help="Memory for tables, such as 4GB; the rest goes to disk."),
]
EngineOf = Annotated[EngineName, typer.Option("--engine", help="What sums a large book: this machine, or a cluster.")]
SparkMaster = Annotated[
    str | None,
    typer.Option(
        "--spark-master", metavar="URL", help="Master of the engine spark, such as local[4]. Default: as it is set up."
    ),
]
OutputFormat = Annotated[Format, typer.Option("--format", "-f", help="How the answer is written.")]
BuildFormat = Annotated[EveryFormat, typer.Option("--format", "-f", help="How the answer is written.")]
FailOn = Annotated[
    FailOnName | None,
    typer.Option(help="End with 1 from this severity on. Default: the policy's, else high.", show_default=False),
]
Outputs = Annotated[
    list[str] | None,
    typer.Option(
        "--output",
        "-o",
        metavar="[FORMAT=]FILE",
        help="Write to FILE, whole or not at all. Repeatable, such as -o sarif=a.sarif -o markdown=b.md.",
    ),
]
Output = Annotated[
    str | None, typer.Option("--output", "-o", metavar="FILE", help="Write to FILE, whole or not at all.")
]
Top = Annotated[
    int | None,
    typer.Option(min=0, metavar="N", show_default=False, help="At most N rows; 0 is all. Tables show 20, files all."),
]
WhenColor = Annotated[Color, typer.Option("--color", help="Colour in tables.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No notes on standard error.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Say what was read, and how.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the trace of an internal error.")]
