"""How long `netaudit risk` takes on a lifelike book, beside what one would write otherwise, and how it starts.

    python -m tests.benchmarks [--ties N] [--runs K] [--fewer NAME=K,...] [--only NAME,...] [--skip NAME,...]

First every yardstick has to give netaudit's answer. Then whole commands are timed in turn, A B C A B C, so that what
else the machine does falls on all of them. Nothing is asserted about time.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

from tests.benchmarks.answers import first_difference, from_csv

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
NETAUDIT = str(Path(sysconfig.get_path("scripts")) / "netaudit")
YARDSTICKS = ("plain_networkx", "tuned_networkx", "with_pandas", "with_polars", "bare_duckdb")
OTHERS = ("risk --leaver", "ownership", "why CUSTOMER", "why EMPLOYEE", "check", "plan")
LIBRARIES = ("netaudit", "duckdb", "narwhals", "networkx", "numpy", "pandas", "polars", "typer", "rich")
READING = "import duckdb, sys; duckdb.sql(f\"CREATE TABLE t AS FROM read_csv('{sys.argv[1]}', all_varchar=true)\")"
"""The least that anybody does with a file of ties."""

STARTS = 15
"""Runs of each start-up: they are short, and so the more easily disturbed."""

BARE = '''import typer

app = typer.Typer(add_completion=False)


@app.command()
def greet(name: str = typer.Option("you", help="Whom to greet.")) -> None:
    """Greet somebody."""
    typer.echo(f"Hello {name}")


app()
'''

Commands = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Run:
    """One whole command."""

    seconds: float
    processor: float
    mebibytes: float


def run(command: Sequence[str], output: Path) -> Run:
    """Run a command to its end, its answer going into a file.

    The kernel counts this process's own peak as the child's until it has started its program. So nothing large is
    ever held here: not even the book is made in this process.
    """
    with output.open("wb") as stream:
        start = perf_counter()
        process = subprocess.Popen(command, stdout=stream, cwd=ROOT)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Run(
        seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)
    )


def in_turn(commands: Commands, runs: Mapping[str, int], output: Path) -> dict[str, list[Run]]:
    """Round after round, each command once, until it has had its runs."""
    taken: dict[str, list[Run]] = {name: [] for name in commands}
    for turn in range(max(runs.values())):
        for name, command in commands.items():
            if turn < runs[name]:
                taken[name].append(run(command, output))
    return taken


def table(taken: Mapping[str, Sequence[Run]]) -> Iterator[str]:
    """A Markdown table; ratios are to the first command, each within one round."""
    first, *_ = taken
    yield f"| command | runs | wall s, median (min-max) | times {first} | CPU s | peak MiB |"
    yield "|---|--:|--:|--:|--:|--:|"
    for name, runs in taken.items():
        walls = [one.seconds for one in runs]
        ratio = median(one.seconds / other.seconds for one, other in zip(runs, taken[first], strict=False))
        peak = max(one.mebibytes for one in runs)
        wall = f"{median(walls):.2f} ({min(walls):.2f}-{max(walls):.2f})"
        processor = median(one.processor for one in runs)
        yield f"| {name} | {len(runs)} | {wall} | {ratio:.2f} | {processor:.1f} | {peak:.0f} |"


def machine() -> str:
    """Cores, Python and library versions: what a table of times means nothing without."""
    cores = f"{os.cpu_count()} cores ({platform.machine()})"
    return ", ".join([cores, f"Python {platform.python_version()}", *map(_named, LIBRARIES)])


def _named(library: str) -> str:
    try:
        return f"{library} {version(library)}"
    except PackageNotFoundError:
        return f"no {library}"


def say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def check(commands: Commands, output: Path) -> None:
    """Raise SystemExit unless every command gives the same ranking as the first, which is netaudit's."""
    run(commands["netaudit"], output)
    with output.open(encoding="utf-8", newline="") as lines:
        expected = from_csv(lines, "revenue_at_risk")
    for name in list(commands)[1:]:
        run(commands[name], output)
        with output.open(encoding="utf-8", newline="") as lines:
            difference = first_difference(from_csv(lines, "risk"), expected)
        if difference:
            raise SystemExit(f"{name} does not agree with netaudit: {difference}")
    say(f"The same ranking of {len(expected)} employees from all: {', '.join(commands)}.", "")


def compare(options: argparse.Namespace, folder: Path) -> None:
    """The answer to the whole book, from netaudit and from every yardstick asked for."""
    book, output = folder / "book", folder / "answer.csv"
    seconds = make(book, options.ties, options.seed, output)
    say(f"A book of {options.ties} ties (seed {options.seed}), made in {seconds:.1f} s.", "")
    commands = {"netaudit": [NETAUDIT, "risk", str(book), "-f", "csv", "-q"]}
    commands |= {name: [sys.executable, str(HERE / f"{name}.py"), str(book)] for name in chosen(options)}
    check(commands, output)
    commands["reading the ties"] = [sys.executable, "-c", READING, str(book / "ties.csv")]
    runs = dict.fromkeys(commands, options.runs) | {name: int(count) for name, count in options.fewer}
    say(*table(in_turn(commands, runs, output)), "", machine(), "")
    say(*table(in_turn(other_questions(book, output), dict.fromkeys(("risk", *OTHERS), options.runs), output)), "")


def make(book: Path, ties: int, seed: int, output: Path) -> float:
    """Make a lifelike book, and say how long that took."""
    making = [sys.executable, "-m", "tests.benchmarks.lifelike", str(book), "--ties", str(ties), "--seed", str(seed)]
    return run(making, output).seconds


def growth(options: argparse.Namespace, folder: Path) -> None:
    """What twice the ties cost: the ratio of the second row."""
    half, book, output = folder / "half", folder / "book", folder / "answer.csv"
    make(half, options.ties // 2, options.seed, output)
    commands = {"half the ties": half, "all ties": book}
    asked = {name: [NETAUDIT, "risk", str(path), "-f", "csv", "-q"] for name, path in commands.items()}
    say(*table(in_turn(asked, dict.fromkeys(asked, options.runs), output)), "")


def other_questions(book: Path, output: Path) -> Commands:
    """The other commands on the same book; of the ranking, the person and a customer in its middle."""
    run([NETAUDIT, "risk", str(book), "-f", "csv", "-q"], output)
    ranked = output.read_text(encoding="utf-8").splitlines()[1:]
    person = ranked[len(ranked) // 2].split(",")[0]
    run([NETAUDIT, "risk", str(book), "--leaver", person, "-f", "csv", "-q"], output)
    customers = output.read_text(encoding="utf-8").splitlines()[1:]
    customer = customers[len(customers) // 2].split(",")[0]
    asked = {"risk --leaver": ["risk", "--leaver", person], "ownership": ["ownership"]}
    asked |= {"why CUSTOMER": ["why", f"customer:{customer}"], "why EMPLOYEE": ["why", f"employee:{person}"]}
    asked |= {"check": ["check", "--fail-on", "never"], "plan": ["plan", "--budget", "800"]}  # a thousand actions
    return {name: [NETAUDIT, *words, str(book), "-q"] for name, words in {"risk": ["risk"], **asked}.items()}


def chosen(options: argparse.Namespace) -> list[str]:
    names = [name for name in YARDSTICKS if name in options.only and name not in options.skip]
    absent = [name for name in names if name.startswith("with_") and find_spec(name.removeprefix("with_")) is None]
    for name in absent:
        say(f"{name} is skipped: it is not installed.", "")
    return [name for name in names if name not in absent]


def start_up(options: argparse.Namespace, folder: Path) -> None:
    """What starting costs, beside the least that a Typer app can be."""
    bare = folder / "bare.py"
    bare.write_text(BARE, encoding="utf-8")
    commands = {
        "a bare Typer app's --help": [sys.executable, str(bare), "--help"],
        "netaudit --help": [NETAUDIT, "--help"],
        "netaudit risk examples/telco": [NETAUDIT, "risk", "examples/telco", "-q"],
        "netaudit risk examples/telco --departures": [NETAUDIT, "risk", "examples/telco", "--departures", "-q"],
    }
    output = folder / "answer.txt"
    in_turn(commands, dict.fromkeys(commands, 1), output)
    runs = dict.fromkeys(commands, min(options.runs * 3, STARTS) if options.runs > 1 else 1)
    say(*table(in_turn(commands, runs, output)), "", machine())


def _names(text: str) -> list[str]:
    names = text.split(",")
    for name in names:
        if name not in YARDSTICKS:
            raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(YARDSTICKS)}")
    return names


def _counts(text: str) -> list[tuple[str, str]]:
    pairs = [pair.partition("=") for pair in text.split(",")]
    _names(",".join(name for name, _, _ in pairs))
    return [(name, count) for name, _, count in pairs]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("--ties", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--runs", type=int, default=5, help="runs of each command, 5 or more for a median worth quoting"
    )
    parser.add_argument("--fewer", type=_counts, default=[], help="fewer for slow ones: NAME=K,...")
    parser.add_argument("--only", type=_names, default=list(YARDSTICKS), help="these yardsticks: NAME,...")
    parser.add_argument("--skip", type=_names, default=[], help="all but these: NAME,...")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        compare(options, Path(folder))
        growth(options, Path(folder))
        start_up(options, Path(folder))


if __name__ == "__main__":
    main()
