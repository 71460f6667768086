"""`netaudit schema`: the published JSON Schema of an answer."""

from __future__ import annotations

from typing import Annotated

import typer

from netaudit.commands import _options as options

SCHEMAS = {
    "risk": ("netaudit.analysis.departure", "What leaves with one or more employees"),
    "ownership": ("netaudit.analysis.ownership", "Who owns the network: the company, its employees, or nobody"),
    "why": ("netaudit.analysis.why", "Every tie behind one node, and what its loss would do"),
    "worst": ("netaudit.analysis.worst", "The sets of people who cost most if they leave together"),
    "forecast": ("netaudit.analysis.forecast", "What may be lost in the time ahead"),
    "plan": ("netaudit.analysis.plan", "Which new ties to build, where and in which order"),
    "handover": ("netaudit.analysis.handover", "Who takes over which customer of a leaver, and by when"),
    "diff": ("netaudit.analysis.diff", "What changed between two books"),
    "check": ("netaudit.policy.verdict", "What of a policy a book breaks"),
    "validate": ("netaudit.analysis.validate", "What is wrong with the data, and where"),
    "import": ("netaudit.importers.outcome", "What an import has brought into a book"),
    "detect": ("netaudit.importers.detection", "Which system a file is from"),
    "explain": ("netaudit.importers.explanation", "What an import keeps of an export, and what it leaves"),
    "rules": ("netaudit.policy.catalogue", "What check looks for"),
    "rule": ("netaudit.policy.catalogue", "One rule, and what a policy may change"),
    "config": ("netaudit.commands._configured", "What options are set to, and by whom"),
    "exposure": ("netaudit.analysis.exposure", "Everyone, ranked by what would be at risk if that person alone left"),
}
"""Name → the module of its row and summary, and a title."""

Name = Annotated[str, typer.Argument(metavar="NAME", help=f"One of: {', '.join(SCHEMAS)}.")]


def schema(
    name: Name,
    output: options.Output = None,
    debug: options.Debug = False,  # noqa: ARG001 - read before anything else, in cli
) -> None:
    """The JSON Schema of an answer, for scripts that read it."""
    import json
    from importlib import import_module

    from netaudit.errors import nearest, shown, usage
    from netaudit.report.json_schema import schema_of
    from netaudit.report.streams import deliver

    if name not in SCHEMAS:
        raise usage(f"no schema is called {shown(name)}", nearest(name, SCHEMAS) or f"there are {', '.join(SCHEMAS)}")
    module, title = SCHEMAS[name]
    kinds = import_module(module)
    row, summary = (kinds.Parameter, kinds.Rule) if name == "rule" else (kinds.Row, kinds.Summary)
    schema = schema_of(f"netaudit/{name}/1", title, row, summary)
    deliver(json.dumps(schema, indent=2) + "\n", output)
