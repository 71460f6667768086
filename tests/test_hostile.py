"""Every hostile file, as the command line meets it: one located error or a right load, nothing raw, little memory."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.third_party,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell peak memory"),
]

MAPPING = Path(__file__).resolve().parent / "settings" / "hostile.yml"
RAW = re.compile(rb"[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8e\x8f\xa8-\xae]|\xe2\x81[\xa6-\xa9]")
MOST_MEMORY = 256 << 20

YAML = {
    "alias-bomb.yaml": "1:4: Y002",
    "alias-self.yaml": "1:1: Y002",
    "bidi.yaml": "1:1: S001",
    "binary-tag.yaml": "1:7: Y003",
    "bom.yaml": "1:1: S001",
    "custom-tag.yaml": "1:4: Y003",
    "date-hour25.yaml": "1:1: S001",
    "date-invalid.yaml": "1:1: S001",
    "date-year0.yaml": "1:1: S001",
    "deep-block-2000.yaml": "33:33: Y005",
    "deep-flow-100000.yaml": "1:(33|1001): Y005",
    "deep-flow-500.yaml": "1:33: Y005",
    "deep-unclosed.yaml": "1:(33|1001): Y005",
    "dup-key-after-merge.yaml": "1:4: Y002",
    "dup-key.yaml": "2:1: Y004",
    "empty.yaml": "1:1: F006",
    "esc-escape.yaml": "1:1: S001",
    "float-1e400.yaml": "1:1: S001",
    "float-inf.yaml": "1:1: S001",
    "float-nan.yaml": "1:1: S001",
    "float-plain-1e400.yaml": "1:1: S001",
    "gzip-magic.yaml": "1:1: F002",
    "int-5000-digits.yaml": "1:1: S001",
    "int-hex-1e6.yaml": "1:1: S001",
    "int-tag.yaml": "1:10: Y003",
    "key-type-clash.yaml": "4:1: Y004",
    "latin1.yaml": "1:7: F002",
    "list-key.yaml": "1:3: Y006",
    "list-root.yaml": "1:1: Y006",
    "merge-key-bomb.yaml": "1:4: Y002",
    "multi-doc.yaml": "2:1: Y001",
    "nel-ls-ps.yaml": "1:1: S001",
    "norway.yaml": "1:1: S001",
    "nul-byte.yaml": "1:8: Y001",
    "nul-escape.yaml": "1:1: S001",
    "null-key.yaml": "1:1: Y006",
    "octal-account.yaml": "1:1: S001",
    "only-comment.yaml": "1:1: F006",
    "python-name.yaml": "1:4: Y003",
    "python-tag.yaml": "1:4: Y003",
    "scalar-root.yaml": "1:1: Y006",
    "set-tag.yaml": "1:8: Y003",
    "sexagesimal.yaml": "1:1: S001",
    "surrogate-escape.yaml": "1:10: Y001",
    "tab-indent.yaml": "2:1: Y001",
    "timestamp-tag.yaml": "1:8: Y003",
    "underscore-int.yaml": "1:1: S001",
    "utf16.yaml": "1:1: S001",
}
"""The first error of each document. Keys that no book has are what is wrong with the harmless ones."""

Loaded = tuple[int, int]
"""Rows loaded and skipped: the mapping reads each file for two tables, so a row of a good file counts twice."""

CSV: dict[str, tuple[str, str | Loaded]] = {
    "blank-header.csv": ("1:1: S001", "1:1: S002"),
    "blank-lines.csv": ("1:1: S001", (2, 3)),
    "bom.csv": ("1:1: S001", (2, 0)),
    "c1.csv": ("1:1: S001", (2, 0)),
    "cp1252.csv": ("2:1: F002", "2:1: F002"),
    "cr-only.csv": ("1:1: S001", (4, 0)),
    "dup-header-case.csv": ("1:1: S001", "1:1: S002"),
    "dup-header.csv": ("1:1: S001", "1:1: S002"),
    "empty.csv": ("1:1: F006", "1:1: F006"),
    "esc.csv": ("1:1: S001", (2, 0)),
    "field-200kB.csv": ("2:1: F003", "2:1: F003"),
    "formulas.csv": ("1:1: S001", "1:1: S002"),
    "header-only.csv": ("1:1: S001", " F006"),
    "invalid-utf8.csv": ("2:3: F002", "2:3: F002"),
    "linkedin-connections-synthetic.csv": ("4:1: S001", "4:1: S002"),
    "markup.csv": ("1:1: S001", (2, 0)),
    "mixed-encodings.csv": ("3:1: F002", "3:1: F002"),
    "mixed-eol.csv": ("1:1: S001", (4, 0)),
    "mojibake.csv": ("1:1: S001", (2, 0)),
    "multi-table.csv": ("4:1: C002", "4:1: C002"),
    "newline-in-field.csv": ("1:1: S001", (2, 0)),
    "no-header.csv": ("1:1: S001", "1:1: S002"),
    "no-trailing-newline.csv": ("1:1: S001", (2, 0)),
    "nul.csv": ("2:2: F002", "2:2: F002"),
    "ok.csv": ("1:1: S001", (4, 0)),
    "ragged-long.csv": ("2:1: C002", "2:1: C002"),
    "ragged-short.csv": ("2:1: C002", "2:1: C002"),
    "script.csv": ("1:1: S001", (2, 0)),
    "semicolon-decimal-comma.csv": ("1:1: S001", "2:27: V002"),
    "sep-line.csv": ("2:1: S001", "2:1: S002"),
    "sniffer-redos.csv": ("1:1: C004", "1:1: C004"),
    "stop-commands.csv": ("1:1: S001", (2, 0)),
    "stray-quote.csv": ("1:1: S001", (2, 0)),
    "tab.csv": ("1:1: S001", (2, 0)),
    "text-after-quote.csv": ("2:1: C001", "2:1: C001"),
    "total-row.csv": ("1:1: S001", (2, 2)),
    "unbalanced-quote.csv": ("2:1: C001", "2:1: C001"),
    "utf16le-bom.csv": ("1:1: S001", (2, 0)),
    "whitespace-cells.csv": ("1:1: S001", (2, 0)),
    "workflow-command.csv": ("1:1: S001", (2, 0)),
}
"""The first error of each file as it is, and what comes of it through the mapping: rows, or the first error."""


@dataclass(frozen=True)
class Ended:
    """How a run ended: its code, what it wrote, and the most memory it held, in bytes."""

    code: int
    out: bytes
    err: bytes
    memory: int


PROBE = """
import sys
from pathlib import Path
from netaudit.cli import main
told = Path(sys.argv.pop(1))
try:
    main()
finally:
    told.write_text(Path("/proc/self/status").read_text())
"""
"""The command, and what the system says of its memory. `ru_maxrss` would be that of the tests it was forked from."""


def run(folder: Path, *args: str) -> Ended:
    """The command in a process of its own, unmeasured by coverage, whose memory is not the command's."""
    quiet = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    status = folder / "status"
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(status), *args],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=quiet,
        timeout=60,
        check=False,
    )
    peak = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
    assert peak is not None
    return Ended(done.returncode, done.stdout, done.stderr, int(peak[1]) << 10)


def checked(ended: Ended) -> Ended:
    """What holds for every hostile file."""
    assert ended.code in {0, 2}
    assert b"Traceback" not in ended.err
    assert not RAW.search(ended.out)
    assert not RAW.search(ended.err)
    assert not re.search(rb"^\s*::|##\[", ended.out + ended.err, re.MULTILINE)
    assert ended.memory < MOST_MEMORY
    return ended


def refused(ended: Ended, name: str, first: str) -> None:
    assert (ended.code, ended.out) == (2, b"")
    assert re.search(f"{re.escape(name)}:{first}", ended.err.decode().splitlines()[0])  # the parser's limit or ours


def test_no_hostile_file_is_forgotten(third_party: Path) -> None:
    hostile = third_party / "hostile"
    assert {path.name for path in (hostile / "yaml").iterdir()} == set(YAML)
    assert {path.name for path in (hostile / "csv").iterdir()} == set(CSV)


@pytest.mark.parametrize(("name", "first"), YAML.items())
def test_document(third_party: Path, tmp_path: Path, name: str, first: str) -> None:
    refused(checked(run(tmp_path, "risk", str(third_party / "hostile" / "yaml" / name), "-f", "json")), name, first)


@pytest.mark.parametrize(("name", "first"), [(name, expected[0]) for name, expected in CSV.items()])
def test_table_as_it_is(third_party: Path, tmp_path: Path, name: str, first: str) -> None:
    refused(checked(run(tmp_path, "risk", str(third_party / "hostile" / "csv" / name), "-f", "json")), name, first)


@pytest.mark.parametrize(("name", "expected"), [(name, expected[1]) for name, expected in CSV.items()])
def test_table_through_a_mapping(third_party: Path, tmp_path: Path, name: str, expected: str | Loaded) -> None:
    path = str(third_party / "hostile" / "csv" / name)
    ended = checked(run(tmp_path, "risk", path, "--settings", str(MAPPING), "-f", "json"))
    if isinstance(expected, str):
        refused(ended, name, expected)
        return
    source = next(one for one in json.loads(ended.out)["inputs"] if one["path"] == path)
    assert (ended.code, (source["loaded"], source["skipped"])) == (0, expected)
    assert ("letters look spoilt" in ended.err.decode()) is (name == "mojibake.csv")
