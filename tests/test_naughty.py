"""The naughty strings of the world as names and as ids, in every command and format that shows them."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from typing import TYPE_CHECKING

import jsonschema
import pytest

from netaudit import cli
from netaudit.exchange import FORMATS
from netaudit.loading.values import CellError, Reading, read_id, read_name
from netaudit.report import FOR_ALL, WRITERS

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.third_party

RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
LISTS = ("blns/blns.txt", "csv-injection/csv-payload.txt", "xss/*.txt")


@pytest.fixture(scope="module")
def strings(third_party: Path) -> list[str]:
    """Every line of the lists that a name may be: text, and not longer than a name."""
    lines = [
        line.rstrip("\r")
        for pattern in LISTS
        for path in sorted((third_party / "hostile").glob(pattern))
        for line in path.read_text(encoding="utf-8", errors="replace").split("\n")
    ]
    assert len(lines) > 1000
    return list(dict.fromkeys(line for line in lines if accepted(read_name, line)))


def accepted(read: object, text: str) -> str | None:
    assert callable(read)
    try:
        taken = read(text, Reading(plain=True))
    except CellError:
        return None
    return taken if isinstance(taken, str) else None


@pytest.fixture(scope="module")
def book(strings: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A document in which each string is the name of an employee and of the one customer of that employee."""
    path = tmp_path_factory.mktemp("naughty") / "book.json"
    numbers = range(len(strings))
    document = {
        "as_of": "2015-01-23",
        "employees": [{"id": f"e{n}", "name": strings[n], "team": "all"} for n in numbers],
        "customers": [{"id": f"c{n}", "name": strings[n], "revenue": 1000} for n in numbers],
        "ties": [{"owner": f"e{n}", "customer": f"c{n}"} for n in numbers],
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def table(strings: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CSV in which each string that may be an id is an employee's and a customer's."""
    path = tmp_path_factory.mktemp("naughty") / "ties.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
        writer.writerow(["employee", "customer", "strength"])
        writer.writerows((text, text, "0.5") for text in strings if safe_id(text))
    return path


def safe_id(text: str) -> bool:
    """Whether an id may be so in CSV, and is not taken for a line of totals there."""
    try:
        return bool(read_id(text, Reading())) and '\\"' not in text
    except CellError:
        return False


def shown(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    """What a command answers; nothing raw is in it, nor on standard error."""
    assert cli.run(args) == 0, capsys.readouterr().err[:2000]
    out, err = capsys.readouterr()
    commands = 10 if "github" in args else 0
    for text in (out, err):
        assert not RAW.search(text)
        assert len(re.findall(r"^\s*::|##\[", text, re.MULTILINE)) <= commands
    return out


def harmless(text: str) -> bool:
    """Whether no spreadsheet takes a cell for a formula."""
    return unicodedata.normalize("NFKC", text.lstrip(" "))[:1] not in tuple("=+-@\t\r\n")


@pytest.mark.parametrize("who", [(), ("--team", "all")], ids=["everyone", "leavers"])
@pytest.mark.parametrize("form", FOR_ALL)
def test_names(
    book: Path, strings: list[str], capsys: pytest.CaptureFixture[str], form: str, who: tuple[str, ...]
) -> None:
    out = shown(capsys, "risk", str(book), "--top", "0", "-f", form, *who)
    named = {accepted(read_name, text) for text in strings}
    if form == "json":
        assert {row["name"] for row in json.loads(out)["rows"]} == named
    elif form == "csv":
        rows = list(csv.DictReader(io.StringIO(out)))
        assert len(rows) == len(strings)
        assert all(harmless(row["name"]) for row in rows)
        assert all(float(row["revenue_at_risk_base"]) >= 0 for row in rows)


@pytest.mark.parametrize("form", FOR_ALL)
def test_ids(table: Path, strings: list[str], capsys: pytest.CaptureFixture[str], form: str) -> None:
    out = shown(capsys, "risk", str(table), "--as-of", "2015-01-23", "--top", "0", "-f", form)
    if form == "json":
        ids = {read_id(text, Reading()) for text in strings if safe_id(text)}
        assert {row["employee"] for row in json.loads(out)["rows"]} == ids
    elif form == "csv":
        assert all(harmless(row["employee"]) for row in csv.DictReader(io.StringIO(out)))


@pytest.mark.parametrize("form", FOR_ALL)
def test_owners(book: Path, table: Path, strings: list[str], capsys: pytest.CaptureFixture[str], form: str) -> None:
    for source, key, read in ((book, "name", read_name), (table, "key", read_id)):
        out = shown(capsys, "ownership", str(source), "--as-of", "2015-01-23", "--top", "0", "-f", form)
        texts = strings if source is book else [text for text in strings if safe_id(text)]
        if form == "json":
            people = {row[key] for row in json.loads(out)["rows"] if row["dimension"] == "person"}
            assert people == {read(text, Reading(plain=source is book)) for text in texts}
        elif form == "csv":
            assert all(harmless(row[key]) for row in csv.DictReader(io.StringIO(out)))


@pytest.mark.parametrize("form", ["table", "csv"])
def test_sets_and_years(
    book: Path, table: Path, strings: list[str], capsys: pytest.CaptureFixture[str], form: str
) -> None:
    for source in (book, table):
        asked = (str(source), "--as-of", "2015-01-23", "--top", "0", "-f", form)
        out = shown(capsys, "worst", *asked, "-k", "1", "--sets", "100")
        if form == "csv":
            assert all(harmless(row["leavers"]) and harmless(row["names"]) for row in csv.DictReader(io.StringIO(out)))
        out = shown(capsys, "forecast", *asked, "--draws", "100")
        if form == "csv":
            assert all(harmless(row["key"]) and harmless(row["name"]) for row in csv.DictReader(io.StringIO(out)))


@pytest.mark.parametrize("form", ["table", "csv", "markdown"])
def test_plans_and_handovers(strings: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    """Every string once as the name of a customer, a contact, a colleague and a channel."""
    some = [text for text in strings if safe_id(text)][::6]
    named = [*enumerate(some)]
    document = {
        "as_of": "2015-01-23",
        "employees": [{"id": f"e{n}", "name": text, "team": text} for n, text in named],
        "channels": [{"id": f"n{n}", "name": text, "kind": "newsletter"} for n, text in named[:3]],
        "customers": [{"id": f"c{n}", "name": text, "segment": text, "revenue": n} for n, text in named],
        "contacts": [{"id": f"x{n}", "name": text, "customer": f"c{n}"} for n, text in named],
        "ties": [{"owner": owner, "contact": f"x{n}"} for n, _ in named for owner in ("e0", f"e{n}")],
        "actions": {"unit": some[-1], "new_customers": 1000},
    }
    path = tmp_path / "book.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    for asked in (("plan", str(path), "--budget", "200"), ("handover", "e0", str(path), "--last-day", "2015-03-01")):
        out = shown(capsys, *asked, "--top", "0", "-f", form)
        if form == "csv":
            rows = list(csv.DictReader(io.StringIO(out)))
            assert len(rows) > 50
            assert all(harmless(cell) for row in rows for cell in row.values())


@pytest.mark.parametrize("form", FOR_ALL)
def test_nodes(book: Path, table: Path, strings: list[str], capsys: pytest.CaptureFixture[str], form: str) -> None:
    for number in range(0, len(strings), 640):
        shown(capsys, "why", f"customer:c{number}", str(book), "-f", form)
        if safe_id(strings[number]):
            node = f"customer:{read_id(strings[number], Reading())}"
            out = shown(capsys, "why", node, str(table), "--as-of", "2015-01-23", "-f", form)
            if form == "json":
                assert json.loads(out)["summary"]["node"] == node


@pytest.mark.parametrize("form", FOR_ALL)
def test_changes(book: Path, table: Path, strings: list[str], capsys: pytest.CaptureFixture[str], form: str) -> None:
    options = ("--as-of", "2015-01-23", "--top", "0", "--fail-on", "never", "-f", form)
    out = shown(capsys, "diff", str(table), str(book), *options)
    if form == "json":
        rows = json.loads(out)["rows"]
        named = {accepted(read_name, text) for text in strings}
        assert {row["holder_name"] for row in rows if row["change"] == "new customer"} == named
        assert {row["name"] for row in rows if row["name"] is not None} == named
    elif form == "csv":
        rows = list(csv.DictReader(io.StringIO(out)))
        assert all(harmless(row[key]) for row in rows for key in ("customer", "name", "holder_name"))


@pytest.mark.parametrize("form", WRITERS)
def test_findings(
    book: Path, table: Path, strings: list[str], third_party: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    options = ("--as-of", "2015-01-23", "--top", "0", "--fail-on", "never", "-f", form)
    for source in (book, table):
        out = shown(capsys, "check", str(source), "--select", "NA101,NA201", *options)
        texts = strings if source is book else [text for text in strings if safe_id(text)]
        names = [(read_name if source is book else read_id)(text, Reading(plain=True)) for text in texts]
        if form == "json":
            found = {row["name"] for row in json.loads(out)["rows"] if row["rule"] == "NA101"}
            assert found == set(names)
        elif form == "csv":
            rows = list(csv.DictReader(io.StringIO(out)))
            assert all(harmless(row[key]) for row in rows for key in ("subject", "name", "message"))
        elif form == "sarif":
            schema = json.loads((third_party / "schemas" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
            jsonschema.validate(json.loads(out), schema)
            assert len(json.loads(out)["runs"][0]["results"]) == len(names if source is book else set(names)) + 1
        elif form == "junit":
            xmlschema = pytest.importorskip("xmlschema")
            xmlschema.XMLSchema(third_party / "schemas" / "JUnit.xsd").validate(out)
        elif form == "github":
            lines = [line for line in out.splitlines() if line.startswith("::")]
            assert len(lines) == 10
            assert all(
                re.fullmatch(r"::warning file=[^:,]+,line=\d+,title=NA101 [^:,]*::[^\r\n]*", line) for line in lines
            )


@pytest.mark.parametrize("form", FORMATS)
def test_graphs(book: Path, table: Path, strings: list[str], capsys: pytest.CaptureFixture[str], form: str) -> None:
    for source in (book, table):
        out = shown(capsys, "graph", str(source), "--as-of", "2015-01-23", "-f", form)
        if form == "json" and source is book:
            names = {node["name"] for node in json.loads(out)["nodes"] if node["kind"] == "customer"}
            assert names == {accepted(read_name, text) for text in strings}


def test_error_lines(book: Path, strings: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for text in strings[::640]:
        for command in (
            ("risk", str(book), "--leaver", f"x{text}"),
            ("risk", str(book), "--where", f"name={text}y"),
            ("risk", str(book), "--team", f"x{text}"),
            ("ownership", str(book), "--where", f"name={text}y"),
            ("why", f"x{text}", str(book)),
            ("graph", str(book), "--around", f"x{text}"),
        ):
            assert cli.run(command) == 2
            out, err = capsys.readouterr()
            assert not out
            assert not RAW.search(err)
            assert not re.search(r"^\s*::|##\[", err, re.MULTILINE)
