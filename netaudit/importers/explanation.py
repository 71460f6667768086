"""What an import keeps of an export, field by field, and what it leaves."""

from __future__ import annotations

from dataclasses import dataclass

from netaudit.errors import nearest, shown, usage
from netaudit.importers.kinds import KINDS
from netaudit.result import Result, Sentence, Unit, Value, column

OTHERS = "every other column"


@dataclass(frozen=True, slots=True)
class Row:
    """One field of an export."""

    part: str = column("Of", Unit.TEXT, "which export of the system")
    field: str = column("Field", Unit.TEXT, "our name for it, which --column takes; or what is dropped")
    fate: str = column("Fate", Unit.CHOICE, "whether it is looked at", choices=("kept", "dropped"))
    headings: tuple[str, ...] = column("Called", Unit.TEXT, "what the system calls it; # is any number", wide=True)
    required: bool = column("Needed", Unit.FLAG, "whether a table without it is not recognised", wide=True)
    why: str = column("Why", Unit.TEXT, "why it is kept, or dropped")


@dataclass(frozen=True, slots=True)
class Summary:
    """The kind."""

    kind: str = column("Kind", Unit.TEXT, "the kind")
    kept: int = column("Kept", Unit.COUNT, "fields that are looked at")


def explained(kind: str) -> Result[Row, Summary]:
    """Each field that is kept and why, and each that is dropped. Raises UsageError for a kind that there is not."""
    if kind not in KINDS:
        raise usage(f"no kind is called {shown(kind)}", nearest(kind, KINDS) or f"there are {', '.join(KINDS)}")
    rows = []
    for part in KINDS[kind].parts:
        rows += [Row(part.name, one.name, "kept", one.headings, one.required, one.why) for one in part.fields]
        left = {**part.leaves, OTHERS: "only what is listed here is looked at"}
        rows += [Row(part.name, names, "dropped", (), required=False, why=why) for names, why in left.items()]
    title = Sentence("What an import of {kind} keeps", {"kind": Value(KINDS[kind].title, Unit.TEXT)})
    summary = Summary(kind, sum(row.fate == "kept" for row in rows))
    return Result("netaudit/explain/1", title, None, summary, tuple(rows), Row, parted_by="part")
