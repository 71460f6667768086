"""A baseline: what an earlier report of check found already."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, fields
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from netaudit.errors import InputError, Problem
from netaudit.finding import Finding, Severity, State
from netaudit.loading.files import File, contents, decoded, strict_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from netaudit.result import Facts

SCHEMA = "netaudit/check/1"
STOOD = (State.NEW, State.UNCHANGED)
"""States of a finding that stood in a report; what was suppressed or resolved then is no baseline."""

_MAYBE: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("name", "source", "file", "remedy"), str),
    **dict.fromkeys(("line", "column"), int),
    **dict.fromkeys(("revenue", "measure"), (int, float)),
}
"""What else a row may say, null or not at all included."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """The findings of an earlier report by fingerprint, and the file they are from.

    `as_of`, `assumptions` and `files` are what it was judged by.
    """

    findings: Mapping[str, Finding]
    path: str
    sha256: str
    as_of: str
    assumptions: Mapping[str, Any]
    files: tuple[str, ...]

    def differs(self, facts: Facts) -> list[str]:
        """Warnings about what makes a comparison with other facts less than fair."""
        said = []
        if facts.as_of < self.as_of:
            said.append(f"as of {facts.as_of}, a day before that of the baseline, {self.as_of}")
        changed = sorted(name for name, value in facts.assumptions.items() if self.assumptions.get(name) != value)
        if changed:
            said.append(f"other assumptions than those of the baseline: {', '.join(changed)}")
        gone = sorted({PurePath(file).name for file in self.files} - {PurePath(one.path).name for one in facts.sources})
        if gone and len(facts.sources) < len(self.files):
            said.append(f"files that the baseline had, and that are not read now: {', '.join(gone)}")
        return said


def read_baseline(path: str) -> Baseline:
    """The findings in a JSON report of check. Raises InputError for anything else, and for a report cut by --top."""
    data = contents(File(Path(path), path))
    try:
        report = strict_json(decoded(data, path))
        stood = [_finding(row) for row in report["rows"] if row["state"] in STOOD]
        counted = report["summary"]["findings"] if report["schema"] == SCHEMA else None
        judged = (
            str(report["as_of"]),
            dict(report["assumptions"]),
            tuple(str(one["path"]) for one in report["inputs"]),
        )
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        counted = None
    if not isinstance(counted, int):
        hint = "write one with netaudit check -f json -o FILE"
        raise InputError([Problem("B001", f"is not a JSON report of check ({SCHEMA})", hint, path)])
    if counted != len(stood):
        message = f"holds {len(stood)} of its {counted} findings"
        raise InputError([Problem("B001", message, "write it without --top", path)])
    findings = {finding.fingerprint: finding for finding in stood if finding.fingerprint}
    return Baseline(findings, path, hashlib.sha256(data).hexdigest(), *judged)


def _finding(row: dict[str, Any]) -> Finding:
    """A row of the report as it was. Raises ValueError where it is none."""
    texts = ("severity", "rule", "subject", "message", "fingerprint")
    right = all(isinstance(row[name], str) for name in texts) and row["severity"] in tuple(Severity)
    right = right and all(row.get(name) is None or isinstance(row[name], kind) for name, kind in _MAYBE.items())
    places = [row.get(name) for name in ("line", "column")]
    right = right and all(place is None or (place > 0 and place is not True) for place in places)
    if not right or not all(math.isfinite(row.get(name) or 0) for name in ("revenue", "measure")):
        raise ValueError(row)
    cells: dict[str, Any] = {entry.name: row.get(entry.name) for entry in fields(Finding)}
    return Finding(**cells | {"remedy": row.get("remedy") or ""})
