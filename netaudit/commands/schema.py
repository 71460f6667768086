"""`netaudit schema`: the published JSON Schema of an answer."""

from __future__ import annotations

from typing import Annotated

import typer

from netaudit.commands import _options as options

SCHEMAS = {
    "risk": ("netaudit.analysis.departure", "What leaves with one or more employees"),
    "ownership": ("netaudit.analysis.ownership", "Who owns the network: the company, its employees, or nobody"),
    "why": ("netaudit.analysis.why", "Every tie behind one node, and what its loss would do"),
    "diff": ("netaudit.analysis.diff", "What changed between two books"),
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
    schema = schema_of(f"netaudit/{name}/1", title, kinds.Row, kinds.Summary)
    deliver(json.dumps(schema, indent=2) + "\n", output)
