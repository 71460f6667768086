"""The contact graph for other programs: GraphML, GEXF, node-link JSON and DOT."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import networkx as nx
from networkx.readwrite.gexf import GEXFWriter

from netaudit.errors import shown, usage
from netaudit.network import VIA
from netaudit.report.escape import for_dot, for_json, for_xml

if TYPE_CHECKING:
    from collections.abc import Callable


ENDINGS = {".graphml": "graphml", ".gexf": "gexf", ".json": "json", ".dot": "dot", ".gv": "dot"}
"""What a file's ending says."""


def part_of(graph: nx.DiGraph[str], around: str, hops: int) -> nx.DiGraph[str]:
    """The nodes at most so many edges from one, whichever way they run, and all edges between them.

    A channel is also each of its nodes that hang on a person who passes it on.
    """
    if hops < 0:
        raise usage(f"{hops} hops cannot be gone", "0 or more")
    around_it = [node for node in graph if node == around or node.startswith(f"{around}{VIA}")]
    either_way = graph.to_undirected(as_view=True)
    near = {end for node in around_it for end in nx.ego_graph(either_way, node, radius=hops)}
    return nx.DiGraph(graph.subgraph(near))


def form_for(output: str | None) -> str:
    """The format that a file's ending says; GraphML where nothing says one. Raises UsageError for other endings."""
    suffix = Path(output or "").suffix.casefold()
    if suffix and suffix not in ENDINGS:
        raise usage(f"the ending {shown(suffix)} says no format of a graph", f"-f, or one of {', '.join(ENDINGS)}")
    return ENDINGS.get(suffix, "graphml")


def text_of(graph: nx.DiGraph[str], form: str) -> str:
    """The graph in one of the formats. Nodes and edges are in order of their names, so that equal graphs are equal.

    A node's id is called `book_id` there, and every node has a `label`: its name, else its id.
    """
    if form not in FORMATS:
        raise usage(f"no format of a graph is called {shown(form)}", f"formats are {', '.join(FORMATS)}")
    return FORMATS[form](_in_order(graph))


def _in_order(graph: nx.DiGraph[str]) -> nx.DiGraph[str]:
    ordered: nx.DiGraph[str] = nx.DiGraph()
    for node, columns in sorted(graph.nodes.items()):
        key = columns["id"]  # some formats keep `id` for the node itself
        ours = {name: value for name, value in columns.items() if name != "id"}
        ordered.add_node(node, book_id=key, **ours, label=columns.get("name") or key)
    ordered.add_edges_from(sorted(graph.edges(data=True), key=lambda edge: edge[:2]))
    return ordered


def _for_xml(graph: nx.DiGraph[str]) -> nx.DiGraph[str]:
    """The same graph with texts that XML can hold."""

    def clean(columns: dict[str, Any]) -> dict[str, Any]:
        return {name: for_xml(value) if isinstance(value, str) else value for name, value in columns.items()}

    escaped: nx.DiGraph[str] = nx.DiGraph()
    for node, columns in graph.nodes.items():
        escaped.add_node(for_xml(node), **clean(columns))
    for owner, end, columns in graph.edges(data=True):
        escaped.add_edge(for_xml(owner), for_xml(end), **clean(columns))
    return escaped


def _as_graphml(graph: nx.DiGraph[str]) -> str:
    stream = io.BytesIO()
    nx.write_graphml_xml(_for_xml(graph), stream, named_key_ids=True)
    return stream.getvalue().decode() + "\n"


def _as_gexf(graph: nx.DiGraph[str]) -> str:
    writer = GEXFWriter(encoding="utf-8", prettyprint=True, version="1.2draft")
    writer.add_graph(_for_xml(graph))
    for meta in writer.xml.iter("meta"):
        del meta.attrib["lastmodifieddate"]  # the same graph is the same bytes, whatever the clock says
    return f"{writer}\n"


def _as_json(graph: nx.DiGraph[str]) -> str:
    return for_json(json.dumps(nx.node_link_data(graph, edges="edges"), ensure_ascii=False, allow_nan=False)) + "\n"


def _as_dot(graph: nx.DiGraph[str]) -> str:
    """In DOT a name is the label, and only that: readers of it take `name` for the node's own."""
    for columns in graph.nodes.values():
        columns.pop("name", None)
    lines = [f"  {for_dot(node)}{_dot_attributes(columns)};" for node, columns in graph.nodes.items()]
    for owner, end, columns in graph.edges(data=True):
        lines.append(f"  {for_dot(owner)} -> {for_dot(end)}{_dot_attributes(columns)};")
    return "\n".join(["digraph netaudit {", *lines, "}", ""])


def _dot_attributes(columns: dict[str, Any]) -> str:
    return f" [{', '.join(f'{name}={for_dot(_said(value))}' for name, value in columns.items())}]" if columns else ""


def _said(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


FORMATS: dict[str, Callable[[nx.DiGraph[str]], str]] = {
    "graphml": _as_graphml,
    "gexf": _as_gexf,
    "json": _as_json,
    "dot": _as_dot,
}
"""Format → what writes it. All but JSON make characters visible that their readers could not keep."""
