"""Each format of the graph, read again: the same nodes and edges, with the same attributes."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import networkx as nx
import pydot
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import netaudit
from netaudit import cli
from netaudit.errors import UsageError
from netaudit.exchange import FORMATS, text_of
from netaudit.report.escape import for_terminal, for_xml
from tests.books import Document, documents, loaded
from tests.test_cli import ROOT, TELCO

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings(
    "ignore::pyparsing.warnings.PyparsingDeprecationWarning"  # of pydot, which reads DOT here and nowhere else
)

Plain = tuple[dict[str, dict[str, Any]], dict[tuple[str, str], dict[str, Any]]]
HOSTILE = (
    'a "quoted" \\ name\\',
    "<b>&amp; ]]> <!-- --> &#x1b;",
    "\x1b[31mred\x07\x00".replace("\x00", ""),
    "line\nbreak\ttab\r",
    "::warning file=a::b ##[group]",
    "\u202eright \u200bto left\ufffe\uffff",
    "æøå 漢字 🙂",
    "-> { } [label=x]; //",
    "=1+1",
    "]",
)


def hostile(name: str) -> Document:
    """A small book in which everything that may bear any name bears this one."""
    return {
        "as_of": "2015-01-23",
        "company": name,
        "employees": [{"id": "mette", "name": name}],
        "channels": [{"id": "page", "kind": "company_page", "name": name}],
        "customers": [{"id": "a b/c\"'<&>;", "name": name, "revenue": 5}],
        "contacts": [{"id": "lars->", "customer": "a b/c\"'<&>;", "name": name, "role": name}],
        "ties": [
            {"owner": "mette", "contact": "lars->", "kind": "meeting", "last_contact": "2015-01-10"},
            {"owner": "page", "customer": "a b/c\"'<&>;", "followers": 3},
        ],
    }


def plain(graph: Any, text: Any = lambda value: value) -> Plain:
    """Nodes and edges with their attributes, texts as a format makes them; a node's id is its book_id."""

    def of(columns: dict[str, Any]) -> dict[str, Any]:
        return {
            "book_id" if name == "id" else name: text(value) if isinstance(value, str) else value
            for name, value in columns.items()
            if name != "label"
        }

    nodes = {text(node): of(columns) for node, columns in graph.nodes.items()}
    return nodes, {(text(a), text(b)): of(columns) for a, b, columns in graph.edges(data=True)}


def from_graphml(text: str) -> Plain:
    return plain(nx.read_graphml(io.BytesIO(text.encode())))


def from_gexf(text: str) -> Plain:
    nodes, edges = plain(nx.read_gexf(io.BytesIO(text.encode())))
    for columns in edges.values():
        columns.pop("book_id", None)  # a number that the format gives every edge
    return nodes, edges


def from_json(text: str) -> Plain:
    return plain(nx.node_link_graph(json.loads(text), edges="edges"))


def unquoted(text: str) -> str:
    assert text[0] == text[-1] == '"', text
    return text[1:-1].replace('\\"', '"').replace("\\\\", "\\")


def from_dot(text: str) -> Plain:
    (dot,) = pydot.graph_from_dot_data(text) or []

    def of(columns: dict[str, str]) -> dict[str, str]:
        return {name: unquoted(value) for name, value in columns.items()}

    nodes = {unquoted(node.get_name()): of(node.get_attributes()) for node in dot.get_nodes()}
    edges = {
        (unquoted(str(edge.get_source())), unquoted(str(edge.get_destination()))): of(edge.get_attributes())
        for edge in dot.get_edges()
    }
    return nodes, edges


def as_texts(found: Plain) -> Plain:
    """Every value as DOT has it: a text, and a name as the label."""

    def of(columns: dict[str, Any]) -> dict[str, str]:
        return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in columns.items()}

    nodes, edges = found
    for columns in nodes.values():
        columns["label"] = columns.pop("name", columns["book_id"])
    return {node: of(columns) for node, columns in nodes.items()}, {
        edge: of(columns) for edge, columns in edges.items()
    }


def check(graph: nx.DiGraph[str]) -> None:
    assert from_json(text_of(graph, "json")) == plain(graph)
    assert from_graphml(text_of(graph, "graphml")) == plain(graph, for_xml)
    assert from_gexf(text_of(graph, "gexf")) == plain(graph, for_xml)
    assert from_dot(text_of(graph, "dot")) == as_texts(plain(graph, for_terminal))


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_come_back(name: str) -> None:
    check(loaded(hostile(name)).graph())


@pytest.mark.parametrize("example", ["telco", "telco-csv"])
def test_the_examples_come_back(example: str) -> None:
    check(netaudit.load(ROOT / "examples" / example).graph())


@settings(max_examples=12)
@given(documents(most=12))
def test_any_book_comes_back(document: Document) -> None:
    check(loaded(document).graph())


@settings(max_examples=15)
@given(st.text(max_size=30).filter(lambda name: "\x00" not in name and name.strip()))
def test_any_name_comes_back(name: str) -> None:
    check(loaded(hostile(name)).graph())


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_raw_is_written(form: str, name: str) -> None:
    text = text_of(loaded(hostile(name)).graph(), form)
    assert not set(text) & set("\x1b\x07\x00\u202e\u200b\r\ufffe")
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())
    assert "##[" not in text


@pytest.mark.parametrize("form", ["graphml", "gexf", "json"])
def test_every_node_has_a_label(form: str) -> None:
    read: dict[str, Any] = {
        "graphml": lambda text: nx.read_graphml(io.BytesIO(text.encode())),
        "gexf": lambda text: nx.read_gexf(io.BytesIO(text.encode())),
        "json": lambda text: nx.node_link_graph(json.loads(text), edges="edges"),
    }
    graph = read[form](text_of(netaudit.load(TELCO).graph(), form))
    assert graph.nodes["customer:havn"]["label"] == "Havnegade Logistik"
    assert all(columns["label"] == columns.get("name", columns["book_id"]) for columns in graph.nodes.values())


def test_a_channel_is_also_where_people_pass_it_on() -> None:
    document = {
        "as_of": "2015-01-23",
        "employees": [{"id": "mette"}],
        "channels": [{"id": "news", "kind": "newsletter"}],
        "customers": [{"id": "havn"}],
        "ties": [{"owner": "news", "customer": "havn", "via": "mette"}],
    }
    near = netaudit.graph(loaded(document), around="news")
    assert set(near) == {"channel:news", "channel:news  via  mette", "employee:mette", "customer:havn"}


def test_a_part_is_what_is_near() -> None:
    book = netaudit.load(TELCO)
    whole = book.graph()
    near = netaudit.graph(book, around="customer:havn", hops=1)
    assert set(near) == {"customer:havn", "contact:lars", "channel:page"}
    assert set(netaudit.graph(book, around="havn", hops=0)) == {"customer:havn"}
    assert set(netaudit.graph(book, around="company", hops=1)) == {"company", *whole["company"]}
    assert "employee:mette" in netaudit.graph(book, around="Havnegade Logistik", hops=2)
    assert netaudit.graph(book).edges == whole.edges
    assert netaudit.graph(book, around="havn", hops=99).nodes <= whole.nodes


@pytest.mark.parametrize(
    ("around", "hops", "message"), [("havm", 1, "did you mean 'havn'?"), ("havn", -1, "-1 hops cannot be gone")]
)
def test_a_part_that_cannot_be(around: str, hops: int, message: str) -> None:
    with pytest.raises(UsageError, match=r".*") as caught:
        netaudit.graph(netaudit.load(TELCO), around=around, hops=hops)
    assert message in str(caught.value)


def test_an_unknown_format_names_those_there_are() -> None:
    with pytest.raises(UsageError, match="formats are graphml, gexf, json, dot"):
        text_of(netaudit.load(TELCO).graph(), "gml")


@pytest.mark.parametrize(
    ("name", "start"),
    [("t.graphml", "<?xml"), ("t.gexf", "<gexf"), ("t.json", '{"directed"'), ("t.DOT", "digraph"), ("t", "<?xml")],
)
def test_the_ending_says_the_format(tmp_path: Path, name: str, start: str) -> None:
    assert cli.run(["graph", TELCO, "-o", str(tmp_path / name)]) == 0
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)
    assert cli.run(["graph", TELCO, "-o", str(tmp_path / name), "-f", "dot"]) == 0
    assert (tmp_path / name).read_text(encoding="utf-8").startswith("digraph")


@pytest.mark.parametrize(
    ("args", "message"),
    [(["-o", "t.txt"], "the ending '.txt' says no format"), (["--hops", "2"], "--hops needs a node to start from")],
)
def test_what_the_options_cannot_mean(args: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["graph", TELCO, *args]) == 2
    assert message in capsys.readouterr().err


def test_a_graph_is_not_written_over_its_book(tmp_path: Path) -> None:
    (tmp_path / "ties.csv").write_text("owner,customer\nmette,havn\n")
    assert cli.run(["graph", str(tmp_path / "ties.csv"), "-o", str(tmp_path / "ties.csv")]) == 2
    assert (tmp_path / "ties.csv").read_text() == "owner,customer\nmette,havn\n"


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_graph_is_the_same_bytes(form: str) -> None:
    def written(seed: str) -> bytes:
        command = [sys.executable, "-m", "netaudit", "graph", TELCO, "-q", "-f", form]
        return subprocess.run(
            command, capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed}
        ).stdout

    assert written("0") == written("4711")
