"""One file per command: load, ask, show."""

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
    "rules",
    "config",
    "init",
    "schema",
)
"""Every command: the function of that name in the module of that name here."""
