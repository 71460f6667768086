"""What a run on Spark moves, stage by stage, beside the same answer of the embedded engine.

    python -m tests.benchmarks.cluster [--ties N] [--master 'local[2]'] [--memory 4g] [--command risk]

A lifelike book is made and put into Parquet; `netaudit --engine spark` answers from it under spark-submit, and must
give the same bytes as without. The log of its events says how many jobs, stages and tasks that took, what was shuffled,
how much the largest task of a shuffle had to read beside the median one, and what was spilt. It needs Java.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import sysconfig
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import duckdb

from tests.benchmarks.__main__ import NETAUDIT, ROOT, machine, run, say

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLES = ("employees", "channels", "customers", "ties")


def in_parquet(book: Path) -> None:
    """The tables of a book as Parquet, ties in eight parts."""
    with duckdb.connect() as connection:
        for name in TABLES:
            read = f"SELECT * FROM read_csv('{book}/{name}.csv', header = true, all_varchar = true)"
            if name == "ties":
                (book / name).mkdir()
                connection.execute(f"CREATE TABLE ties AS {read}")
                for part in range(8):
                    chosen = f"SELECT * FROM ties WHERE rowid % 8 = {part}"
                    connection.execute(f"COPY ({chosen}) TO '{book}/ties/part-{part}.parquet' (FORMAT parquet)")
            else:
                connection.execute(f"COPY ({read}) TO '{book}/{name}.parquet' (FORMAT parquet)")
            (book / f"{name}.csv").unlink()


def events(folder: Path) -> Iterator[dict[str, Any]]:
    """What Spark wrote down of a run."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "appstatus" not in path.name and not path.name.endswith(".crc"):
            with path.open(encoding="utf-8") as lines:
                yield from map(json.loads, lines)


def measured(folder: Path) -> dict[str, str]:
    """Jobs, stages, tasks, bytes shuffled, spilt and read, and the skew of the largest shuffle."""
    count: Counter[str] = Counter()
    reads: dict[tuple[int, int], list[int]] = defaultdict(list)
    for event in events(folder):
        kind = event["Event"]
        count["jobs"] += kind == "SparkListenerJobStart"
        count["stages"] += kind == "SparkListenerStageCompleted"
        if kind == "SparkListenerTaskEnd" and "Task Metrics" in event:
            metrics = event["Task Metrics"]
            count["tasks"] += 1
            count["cpu"] += metrics["Executor CPU Time"]
            count["shuffled"] += metrics["Shuffle Write Metrics"]["Shuffle Bytes Written"]
            count["records"] += metrics["Shuffle Write Metrics"]["Shuffle Records Written"]
            count["spilt"] += metrics["Disk Bytes Spilled"]
            count["read"] += metrics["Input Metrics"]["Bytes Read"]
            read = metrics["Shuffle Read Metrics"]
            reads[event["Stage ID"], event["Stage Attempt ID"]].append(
                read["Local Bytes Read"] + read["Remote Bytes Read"]
            )
    largest = max(reads.values(), key=sum)
    return {
        "jobs, stages, tasks": f"{count['jobs']}, {count['stages']}, {count['tasks']}",
        "CPU in tasks, s": f"{count['cpu'] / 1e9:.0f}",
        "read, MiB": f"{count['read'] / 2**20:.0f}",
        "shuffled, MiB": f"{count['shuffled'] / 2**20:.0f}",
        "rows shuffled": f"{count['records']}",
        "spilt, MiB": f"{count['spilt'] / 2**20:.0f}",
        "largest shuffle, MiB": f"{sum(largest) / 2**20:.1f}",
        "its largest task, times the median": f"{max(largest) / max(median(largest), 1):.2f}",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--ties", type=int, default=1_000_000)
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--memory", default="4g")
    parser.add_argument("--partitions", default="16")
    parser.add_argument("--command", default="risk")
    options = parser.parse_args()
    submit = Path(sysconfig.get_path("scripts")) / "spark-submit"
    if shutil.which("java") is None:
        raise SystemExit("Spark needs Java")
    with tempfile.TemporaryDirectory() as folder:
        book, log, output = Path(folder) / "book", Path(folder) / "log", Path(folder) / "answer.csv"
        log.mkdir()
        run([sys.executable, "-m", "tests.benchmarks.lifelike", str(book), "--ties", str(options.ties)], output)
        in_parquet(book)
        asked = [options.command, str(book), "-f", "csv", "-q"]
        here = run([NETAUDIT, *asked], output)
        expected = output.read_bytes()
        words = [str(submit), "--master", options.master, "--driver-memory", options.memory]
        settings = {
            "eventLog.enabled": "true",
            "eventLog.compress": "false",
            "eventLog.dir": f"file:{log}",
            "sql.shuffle.partitions": options.partitions,
            "sql.adaptive.coalescePartitions.enabled": "false",  # or skew could not be seen
        }
        words += [word for name, value in settings.items() for word in ("--conf", f"spark.{name}={value}")]
        answer = Path(folder) / "there.csv"
        program = [str(ROOT / "netaudit" / "__main__.py"), *asked, "--engine", "spark", "-o", str(answer)]
        there = run(["env", f"PATH={submit.parent}:/usr/bin:/bin", *words, *program], output)
        if answer.read_bytes() != expected:
            raise SystemExit("Spark gives another answer")
        say(f"{options.ties} ties, `netaudit {options.command}`: the same {len(expected)} bytes from both engines.", "")
        figures = {"embedded, s": f"{here.seconds:.1f}", "Spark, s": f"{there.seconds:.1f}", **measured(log)}
        say(*(f"| {name} | {figure} |" for name, figure in figures.items()), "", machine())


if __name__ == "__main__":
    main()
