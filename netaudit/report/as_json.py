"""JSON: one object on one line, money in the currency's decimals, null for unknown."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from netaudit import __version__
from netaudit.report.escape import for_json

if TYPE_CHECKING:
    from netaudit.report import Page
    from netaudit.result import Facts, Result, Source


def write(result: Result[Any, Any], page: Page) -> str:
    """The envelope of docs/output.md around the result's summary and rows."""
    envelope: dict[str, Any] = {"schema": result.schema, "netaudit": __version__}
    if result.facts is not None:
        envelope |= _facts(result.facts)
    envelope |= result.judged_by
    if result.leavers is not None:
        envelope["leavers"] = list(result.leavers)
    if result.where is not None:
        envelope["where"] = list(result.where)
    envelope["summary"] = plain(result.summary)
    envelope["rows"] = [plain(row) for row in result.first(page.top)]
    if result.sensitivity is not None:
        envelope["sensitivity"] = [plain(row) for row in result.sensitivity]
    if result.histogram is not None:
        envelope["histogram"] = [plain(row) for row in result.histogram]
    envelope["warnings"] = list(result.warnings)
    return for_json(json.dumps(envelope, ensure_ascii=False, allow_nan=False)) + "\n"


def _facts(facts: Facts) -> dict[str, Any]:
    return {
        "as_of": facts.as_of,
        "as_of_from": facts.as_of_from,
        "currency": facts.currency,
        "weighted_by": facts.weighted_by,
        "inputs": [_input(source) for source in facts.sources],
        "assumptions": facts.assumptions,
    }


def _input(source: Source) -> dict[str, Any]:
    """A file that was read; where rows were skipped, why, and where its form had to be decided, how."""
    entry: dict[str, Any] = {"path": source.path, "sha256": source.sha256, "loaded": source.loaded}
    entry |= {"skipped": source.skipped, "rejected": source.rejected}
    entry |= {"skipped_because": dict(source.details)} if source.details else {}
    return entry | ({"read_as": dict(source.read_as)} if source.read_as else {})


def plain(value: Any) -> Any:
    """Dataclasses as mappings, everything else as it is."""
    if is_dataclass(value) and not isinstance(value, type):
        return {entry.name: plain(getattr(value, entry.name)) for entry in fields(value)}
    return value
