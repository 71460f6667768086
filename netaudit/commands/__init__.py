"""One file per command: load, ask, show."""

from keyword import iskeyword

COMMANDS = (
    "risk",
    "ownership",
    "why",
    "worst",
    "forecast",
    "plan",
    "handover",
    "check",
    "diff",
    "validate",
    "graph",
    "import",
    "rules",
    "config",
    "init",
    "schema",
)
"""Every command: the function of that name in the module of that name here, as `name_of` spells it."""


def name_of(command: str) -> str:
    """What the module and function of a command are called: a word of Python's own gets a mark."""
    return f"{command}_" if iskeyword(command) else command
