"""The published JSON Schema of an answer, made from the very types that make the answer."""

from __future__ import annotations

from dataclasses import is_dataclass
from typing import Any, get_args, get_type_hints

from netaudit.result import Band, Bin, Column, Sensitivity, Unit, columns_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TEXT: dict[str, Any] = {"type": "string"}
_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}


def _closed(properties: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"type": "object", "properties": properties | (optional or {}), "required": list(properties)}


_READ_AS = _closed(
    {"encoding": _TEXT, "delimiter": _TEXT, "header_line": {"type": "integer", "minimum": 1}},
    {"quote": _TEXT, "escape": {"type": ["string", "null"]}},
)
_INPUT = _closed(
    {
        "path": _TEXT,
        "sha256": {"type": ["string", "null"], "pattern": "^[0-9a-f]{64}$"},
        "loaded": _COUNT,
        "skipped": _COUNT,
        "rejected": _COUNT,
    },
    {"skipped_because": {"type": "object", "additionalProperties": _COUNT}, "read_as": _READ_AS},
)
"""One file that was read. `read_as` says how a CSV file was understood."""

_READ = {**_INPUT, "required": ["path", "sha256"]}
"""The same, where reading ended with it."""

_JUDGED: dict[str, Any] = {
    "as_of": {"type": "string", "format": "date"},
    "as_of_from": {"enum": ["option", "book", "clock"]},
    "currency": {"type": ["string", "null"]},
    "weighted_by": {"enum": ["revenue", "count"]},
}
"""How a book is judged."""

_LIMIT = {"enum": ["info", "low", "medium", "high", "critical", "never"]}
_FILE = {"anyOf": [_closed({"path": _TEXT, "sha256": _TEXT}), {"type": "null"}]}
_TEXTS = {"type": "array", "items": _TEXT}
_ACTIONS = {
    "type": "object",
    "properties": {
        "unit": _TEXT,
        "cost": {"type": "object", "additionalProperties": {"type": "number", "minimum": 0}},
        "limit": {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}},
        "capacity": {"type": ["integer", "null"], "minimum": 0},
        "new_customers": {"type": "integer", "minimum": 0},
    },
}
"""What actions cost, how often there may be one at a customer, and what a colleague can take on."""

_MORE: dict[str, dict[str, Any]] = {
    "risk": {"leavers": {**_TEXTS, "minItems": 1}},
    "worst": {"leavers": _TEXTS},
    "handover": {"leavers": {**_TEXTS, "minItems": 1}},
    "plan": {"actions": _ACTIONS},
    "diff": {"old": _closed({**_JUDGED, "inputs": _TEXTS}), "fail_on": _LIMIT},
    "check": {
        "policy": _FILE,
        "baseline": _FILE,
        "fail_on": _LIMIT,
        "fail_on_count": {"type": "integer", "minimum": 1},
        "min_severity": _LIMIT,
        "strict_suppressions": {"type": "boolean"},
        "rules": _TEXTS,
    },
}
"""What some answers add: who leaves; the old book, with those of all `inputs` that are its; what is judged by."""

_DRAWN = ("forecast",)
"""Answers that have a histogram."""

_WITHOUT_A_BOOK = ("validate", "rules", "rule", "config", "import", "detect", "explain")
"""Answers that there are without a book that could be loaded."""


def schema_of(identity: str, title: str, row_type: type[Any], summary_type: type[Any]) -> dict[str, Any]:
    """The schema of the answers whose `schema` key says `identity`. Further keys may come without a new number."""
    name = identity.split("/")[1]
    about = {**_JUDGED, "inputs": {"type": "array", "items": _INPUT}, "assumptions": {"type": "object"}}
    bookless = name in _WITHOUT_A_BOOK
    properties: dict[str, Any] = {
        "schema": {"const": identity},
        "netaudit": _TEXT,
        **({} if bookless else about),
        **_MORE.get(name, {}),
        "summary": _of_type(summary_type),
        "rows": {"type": "array", "items": _of_type(row_type)},
        **({"histogram": {"type": "array", "items": _of_type(Bin)}} if name in _DRAWN else {}),
        "warnings": _TEXTS,
    }
    optional = {
        **(about if bookless else {}),
        **({"inputs": {"type": "array", "items": _READ}} if bookless else {}),
        "where": _TEXTS,
        "sensitivity": {"type": "array", "items": _of_type(Sensitivity)},
    }
    return {
        "$schema": DIALECT,
        "$id": identity,
        "title": title,
        "type": "object",
        "properties": properties | optional,
        "required": list(properties),
    }


def _of_type(kind: type[Any]) -> dict[str, Any]:
    """An object with one property per column, as the column's unit and annotation say."""
    hints = get_type_hints(kind)
    properties = {
        name: {**_value(hints[name], about), "description": about.meaning} for name, about in columns_of(kind).items()
    }
    return {**_closed(properties), "description": (kind.__doc__ or "").strip()}


def _value(annotation: Any, about: Column) -> dict[str, Any]:
    kinds = get_args(annotation) if type(None) in get_args(annotation) else (annotation,)
    nullable = type(None) in kinds
    kind = next(entry for entry in kinds if entry is not type(None))
    if kind is Band:
        one = _number(about)
        band = _closed(dict.fromkeys(("low", "base", "high"), one))
        return {"anyOf": [band, {"type": "null"}]} if nullable else band
    if is_dataclass(kind) and isinstance(kind, type):
        return _of_type(kind)
    if kind is bool:
        return {"type": ["boolean", "null"] if nullable else "boolean"}
    if kind == tuple[str, ...]:
        return dict(_TEXTS)
    if about.choices:
        return {"enum": list(about.choices)}
    plain = _number(about) if kind in {int, float} else dict(_TEXT)
    return {**plain, "type": [plain["type"], "null"]} if nullable else plain


def _number(about: Column) -> dict[str, Any]:
    if about.unit is Unit.COUNT:
        return dict(_COUNT)
    limit = {"maximum": 1} if about.unit is Unit.SHARE else {}
    return {"type": "number", "minimum": 0, **limit}
