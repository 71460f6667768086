"""What an earlier report knew: what is new since then, what is as it was, and what is gone."""

from __future__ import annotations

import copy
import csv
import hashlib
import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

import netaudit
from netaudit.errors import InputError
from netaudit.policy.baseline import read_baseline
from netaudit.policy.policy import Policy, Suppression
from netaudit.report import Page, written
from tests.books import Document, book, document, loaded
from tests.policy.asking import day, sentences, worth
from tests.test_cli import TELCO

if TYPE_CHECKING:
    from pathlib import Path

    from netaudit.book import Book
    from netaudit.finding import Finding
    from netaudit.policy.verdict import Summary
    from netaudit.result import Result

HAVN, NORD, SYD = (f"mette -> {customer} strength=0.5" for customer in ("havn", "nord", "syd"))


def report(path: Path, b: Book, *, top: int | None = None, **options: Any) -> Path:
    """The JSON report of a check, where the next one finds it."""
    path.write_text(written(netaudit.check(b, **options), "json", Page(top=top)))
    return path


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """A report on two customers that hang on one colleague each."""
    return report(tmp_path / "earlier.json", book(HAVN, NORD), select="NA101")


def states(result: Result[Finding, Summary]) -> dict[str | None, tuple[str, bool]]:
    return {row.subject: (row.state, row.fails) for row in result.rows}


def test_new_unchanged_and_resolved(earlier: Path) -> None:
    b = book(HAVN, SYD, NORD, "bo -> nord strength=0.5")
    result = netaudit.check(b, baseline=earlier, select="NA101")
    assert states(result) == {
        "customer:havn": ("unchanged", False),
        "customer:syd": ("new", True),
        "customer:nord": ("resolved", False),
    }
    summary = result.summary
    assert (summary.findings, summary.new, summary.unchanged, summary.resolved) == (2, 1, 1, 1)
    assert (summary.failing, summary.failed) == (1, True)
    assert "New: 1. Unchanged: 1. Resolved: 1." in sentences(result)[0]
    digest = hashlib.sha256(earlier.read_bytes()).hexdigest()
    assert result.judged_by["baseline"] == {"path": str(earlier), "sha256": digest}
    assert result.hidden == ()  # the state is worth a column
    gone = result.rows[-1]
    assert (gone.message, gone.revenue) == ("only mette has a tie that counts", 1000)


def test_what_it_knows_does_not_fail(earlier: Path) -> None:
    result = netaudit.check(book(HAVN, NORD), baseline=earlier, select="NA101")
    assert set(states(result).values()) == {("unchanged", False)}
    assert (result.summary.unchanged, result.summary.failed, result.summary.highest) == (2, False, "high")
    assert sentences(result)[0] == "Findings: 2 (2 high). New: 0. Unchanged: 2. Resolved: 0."
    fixed = netaudit.check(book("desk -> havn strength=0.5"), baseline=earlier, select="NA101")
    assert sentences(fixed)[0] == "Findings: 0. New: 0. Unchanged: 0. Resolved: 2."


def test_the_same_book_is_unchanged_by_every_rule(tmp_path: Path) -> None:
    b = netaudit.load(TELCO)
    before = report(tmp_path / "before.json", b)
    after = netaudit.check(b, baseline=before)
    assert after.summary.unchanged == after.summary.findings > 20
    assert (after.summary.new, after.summary.resolved, after.summary.failed) == (0, 0, False)


def test_a_report_against_a_baseline_is_a_baseline(earlier: Path, tmp_path: Path) -> None:
    """What is unchanged stood, what is resolved did not."""
    second = report(tmp_path / "second.json", book(HAVN, SYD), baseline=earlier, select="NA101")
    result = netaudit.check(book(HAVN, NORD, SYD), baseline=second, select="NA101")
    assert states(result) == {
        "customer:havn": ("unchanged", False),
        "customer:nord": ("new", True),
        "customer:syd": ("unchanged", False),
    }


def whole() -> Document:
    """A book in which many rules find something, with names."""
    lines = (
        "mette -> havn strength=0.5",
        "mette -> nord/ida strength=0.5",
        "bo -> nord/ida strength=0.5",
        "gone -> syd",
    )
    return document(
        *lines,
        "news -> havn via=mette",
        employees=[
            {"id": "mette", "name": "Mette Holm", "team": "red", "left_on": day(9)},
            {"id": "bo", "name": "Bo Lund", "team": "red"},
            {"id": "gone", "name": "Gitte Dam", "left_on": day(-9)},
            {"id": "B.O", "name": "Bo Lund"},
        ],
        customers=[
            {"id": "havn", "name": "Havnegade", "revenue": 1000, "renewal_on": day(9), "owner": "gone"},
            {"id": "nord", "name": "Nordre Kaj", "revenue": 2000},
            {"id": "syd", "name": "Sydhavn", "revenue": 10},
            {"id": "vest", "name": "Vestre"},
        ],
    )


def prints(b: Book) -> dict[tuple[str, str | None], str | None]:
    rows = netaudit.check(b).rows
    found = {(row.rule, row.subject): row.fingerprint for row in rows}
    assert len(set(found.values())) == len(rows)
    return found


def as_tables(content: Document, folder: Path) -> Path:
    """The same as a folder of CSV files, each table's rows the other way round."""
    folder.mkdir()
    settings = [f"{key}: {content[key]}" for key in ("as_of", "currency")]
    (folder / "netaudit.yml").write_text("\n".join(["netaudit: 1", *settings, ""]))
    for table, rows in content.items():
        if isinstance(rows, list) and rows:
            columns = list(dict.fromkeys(column for row in rows for column in row))
            with (folder / f"{table}.csv").open("w", newline="") as stream:
                writer = csv.DictWriter(stream, columns)
                writer.writeheader()
                writer.writerows(reversed(rows))
    return folder


def test_fingerprints_are_of_rules_and_ids_alone(tmp_path: Path) -> None:
    content = whole()
    expected = prints(loaded(content))
    rules = {rule for rule, _ in expected}
    assert rules >= {"NA101", "NA102", "NA103", "NA201", "NA203", "NA301", "NA305", "NA306", "NA401", "NA402", "NA403"}
    assert prints(netaudit.load(as_tables(content, tmp_path / "tables"))) == expected
    other = copy.deepcopy(content)
    for row in other["customers"] + other["employees"]:
        row.pop("name")  # no name, and so none in a fingerprint
        if "revenue" in row:
            row["revenue"] *= 3
    for row in other["ties"]:
        if "strength" in row:
            row["strength"] = "0.6"
    assert prints(loaded(other)) == expected
    assert prints(loaded(content, as_of=day(1))) == expected


def test_a_fingerprint_is_a_digest_that_stays() -> None:
    (row,) = netaudit.check(book(HAVN), select="NA101").rows
    assert row.fingerprint == hashlib.sha256(b"NA101\ncustomer:havn").hexdigest()[:32]


def test_another_id_is_another_finding(tmp_path: Path) -> None:
    before = report(tmp_path / "before.json", book(HAVN), select="NA101")
    result = netaudit.check(book("mette -> havnen strength=0.5"), baseline=before, select="NA101")
    assert states(result) == {"customer:havnen": ("new", True), "customer:havn": ("resolved", False)}


def accepted(days: int) -> Policy:
    end = date.fromisoformat(day(days))
    return Policy(suppressions=(Suppression("NA101", "havn", "as agreed", None, end, "policy.yml:3"),))


def test_what_was_suppressed_is_no_baseline(tmp_path: Path) -> None:
    b = book(HAVN, NORD)
    for shown in (True, False):
        options: dict[str, Any] = {"policy": accepted(1), "show_suppressed": shown}
        before = report(tmp_path / "before.json", b, select="NA101", **options)
        result = netaudit.check(b, baseline=before, select="NA101")
        assert states(result) == {"customer:havn": ("new", True), "customer:nord": ("unchanged", False)}


def test_an_expired_suppression_beats_the_baseline(earlier: Path) -> None:
    result = netaudit.check(book(HAVN, NORD), accepted(-1), baseline=earlier, select="NA101")
    assert states(result) == {"customer:havn": ("new", True), "customer:nord": ("unchanged", False)}
    assert result.summary.resolved == 0


def test_a_suppressed_finding_is_not_resolved(earlier: Path) -> None:
    result = netaudit.check(book(HAVN, NORD), accepted(1), baseline=earlier, select="NA101")
    summary = result.summary
    assert (summary.suppressed, summary.unchanged, summary.resolved) == (1, 1, 0)


def test_a_rule_that_did_not_run_resolves_nothing(tmp_path: Path) -> None:
    pair = ("mette -> havn/lars strength=0.5", "bo -> havn/lars strength=0.5")
    before = report(tmp_path / "before.json", book(*pair, NORD), select="NA101,NA102")
    after = book("desk -> havn strength=0.5", "desk -> nord strength=0.5")

    def resolved(**options: Any) -> list[str]:
        result = netaudit.check(after, baseline=before, **options)
        gone = [row.rule for row in result.rows if row.state == "resolved"]
        assert result.summary.resolved == len(gone)
        return gone

    assert resolved() == ["NA101", "NA102"]  # the worse one first
    assert resolved(ignore="NA102") == ["NA101"]
    assert resolved(select="NA102,NA2") == ["NA102"]
    assert resolved(select="NA2") == []
    assert resolved(min_severity="high") == ["NA101"]  # NA102 is medium, and was not looked at
    assert resolved(where="id=havn") == []  # nor were all customers


def test_milder_findings_are_left_out_altogether() -> None:
    b = book("mette -> havn/lars strength=0.5", "bo -> havn/lars strength=0.5", NORD, "page -> havn")

    def rules(level: str) -> set[str]:
        result = netaudit.check(b, min_severity=level, fail_on="never")
        assert result.summary.findings == len(result.rows)
        assert result.judged_by["min_severity"] == level
        return {row.rule for row in result.rows}

    assert rules("critical") == set()
    assert rules("high") == {"NA101", "NA103"}
    assert rules("medium") == {"NA101", "NA103", "NA102", "NA201"}
    assert rules("low") == rules("info") == {"NA101", "NA103", "NA102", "NA201", "NA202"}


GOOD: dict[str, Any] = {
    "schema": "netaudit/check/1",
    "as_of": "2015-01-23",
    "inputs": [],
    "assumptions": {},
    "summary": {"findings": 1},
    "rows": [
        {
            "severity": "high",
            "rule": "NA101",
            "subject": "customer:havn",
            "message": "only one",
            "state": "new",
            "fingerprint": "f1",
        }
    ],
}


def changed(**cells: Any) -> str:
    return json.dumps(GOOD | {"rows": [GOOD["rows"][0] | cells]})


def without(cell: str) -> str:
    return json.dumps(GOOD | {"rows": [{key: value for key, value in GOOD["rows"][0].items() if key != cell}]})


HOSTILE = {
    "nothing": "",
    "no JSON": "severity,rule\n",
    "a book": "netaudit: 1\n",
    "a list": "[]",
    "a number": "1",
    "null": "null",
    "no schema": json.dumps({key: value for key, value in GOOD.items() if key != "schema"}),
    "another schema": json.dumps(GOOD | {"schema": "netaudit/risk/1"}),
    "a later schema": json.dumps(GOOD | {"schema": "netaudit/check/2"}),
    "no rows": json.dumps({key: value for key, value in GOOD.items() if key != "rows"}),
    "rows that are none": json.dumps(GOOD | {"rows": 5}),
    "rows by name": json.dumps(GOOD | {"rows": GOOD["rows"][0]}),
    "a row that is none": json.dumps(GOOD | {"rows": ["x"]}),
    "null for a row": json.dumps(GOOD | {"rows": [None]}),
    "no summary": json.dumps({key: value for key, value in GOOD.items() if key != "summary"}),
    "a summary that is none": json.dumps(GOOD | {"summary": []}),
    "an unknown count": json.dumps(GOOD | {"summary": {"findings": None}}),
    "a count in words": json.dumps(GOOD | {"summary": {"findings": "one"}}),
    "a count that is a list": json.dumps(GOOD | {"summary": {"findings": [1]}}),
    **{f"no {cell}": without(cell) for cell in ("severity", "rule", "subject", "message", "state", "fingerprint")},
    "an unknown severity": changed(severity="worst"),
    "never as severity": changed(severity="never"),
    "null for severity": changed(severity=None),
    "a subject that is a list": changed(subject=["customer:havn"]),
    "a fingerprint that is a number": changed(fingerprint=1),
    "a name that is a list": changed(name=[]),
    "a place that is a number": changed(source=1),
    "a file that is a number": changed(file=1),
    "a remedy that is a mapping": changed(remedy={}),
    "a line that is a text": changed(line="1"),
    "a column with decimals": changed(column=1.5),
    "revenue as a text": changed(revenue="1000"),
    "NaN": changed(revenue=float("nan")),
    "infinity": changed(revenue=float("inf")),
    "1e999": changed(revenue="R").replace('"R"', "1e999"),
    "1e400 in digits": changed(revenue=10**400),
    "a number without end": changed(line="R").replace('"R"', "1" * 5000),
    "nested without end": "[" * 100_000 + "]" * 100_000,
    "nested inside": changed(x_note="R").replace('"R"', "[" * 100_000 + "]" * 100_000),
    "a line that is below the first": changed(line=-5),
    "a column that is a truth": changed(column=True),
    "a key twice": json.dumps(GOOD)[:-1] + ', "rows": []}',
    "a measure without end": changed(measure=float("inf")),
    "cut off": json.dumps(GOOD)[:-20],
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_is_no_report_of_check_is_refused(case: str, tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(HOSTILE[case])
    with pytest.raises(InputError) as caught:
        read_baseline(str(path))
    hint = "write one with netaudit check -f json -o FILE"
    assert str(caught.value) == f"{path}: B001 is not a JSON report of check (netaudit/check/1) ({hint})"


def test_the_row_that_these_are_made_of_is_right(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    path.write_text("\ufeff" + changed(revenue=None, line=3, x_more=[1], column=None, name="Havn"), encoding="utf-8")
    read = read_baseline(str(path))
    row = read.findings["f1"]
    assert (row.rule, row.name, row.revenue, row.line, row.file, row.remedy) == ("NA101", "Havn", None, 3, None, "")
    assert (read.path, read.sha256) == (str(path), hashlib.sha256(path.read_bytes()).hexdigest())
    path.write_text(changed(revenue=12, state="resolved"))  # of what did not stand nothing is read
    with pytest.raises(InputError, match="holds 0 of its 1 findings"):
        read_baseline(str(path))


def test_a_report_cut_by_top_is_refused(tmp_path: Path) -> None:
    path = report(tmp_path / "cut.json", book(HAVN, NORD, SYD), top=2, select="NA101")
    with pytest.raises(InputError) as caught:
        netaudit.check(book(HAVN), baseline=path)
    assert str(caught.value) == f"{path}: B001 holds 2 of its 3 findings (write it without --top)"
    assert len(read_baseline(str(report(path, book(HAVN, NORD, SYD), top=3, select="NA101"))).findings) == 3


def test_a_finding_twice_is_one(earlier: Path) -> None:
    content = json.loads(earlier.read_text())
    content["rows"] = [*content["rows"][::-1], content["rows"][0]]
    content["summary"]["findings"] = 3
    earlier.write_text(json.dumps(content))
    result = netaudit.check(book("desk -> havn strength=0.5"), baseline=earlier, select="NA101")
    assert result.summary.resolved == 2
    assert [row.subject for row in result.rows] == ["customer:havn", "customer:nord"]  # whatever the order was


def test_a_blank_fingerprint_is_of_nothing(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(changed(fingerprint=""))
    assert read_baseline(str(path)).findings == {}


def test_a_rule_of_another_version_is_neither_resolved_nor_wrong(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(changed(rule="NA999"))
    assert netaudit.check(book(HAVN), baseline=path).summary.resolved == 0


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(InputError, match="F001 cannot be read"):
            read_baseline(str(path))
    packed = tmp_path / "baseline.json"
    packed.write_bytes(b"\x1f\x8b packed")
    with pytest.raises(InputError, match="F002 is gzip"):
        read_baseline(str(packed))


def test_what_a_rule_measures_is_new_again_once_it_is_much_worse(tmp_path: Path) -> None:
    """A colleague who holds ever more of the revenue alone is not known for ever."""

    def held(part: int) -> Book:
        shared = ("anna -> b strength=0.5", "bo -> b strength=0.5")
        return book("anna -> a strength=0.5", *shared, customers=worth(a=part, b=1000 - part))

    path = report(tmp_path / "earlier.json", held(200), select="NA103")
    for part, state, said in (
        (100, "resolved", ""),
        (180, "unchanged", ""),
        (250, "unchanged", ""),
        (251, "new", " (worse than in the baseline)"),
    ):
        (row,) = netaudit.check(held(part), baseline=path, select="NA103").rows
        assert row.message.endswith(f"of all revenue{said}")
        assert (row.state, row.fails) == (state, state == "new")


def test_what_makes_a_comparison_less_than_fair_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "book"
    folder.mkdir()
    (folder / "ties.csv").write_text("employee,customer,strength\nanna,a,0.5\n")
    (folder / "customers.csv").write_text("id,revenue\na,5\n")
    path = report(tmp_path / "earlier.json", netaudit.load(folder, as_of="2015-01-23"))

    def said(**options: Any) -> list[str]:
        warnings = netaudit.check(netaudit.load(folder, **options), baseline=path).warnings
        return [text for text in warnings if "baseline" in text]

    assert said(as_of="2015-01-23") == []
    assert said(as_of="2015-01-24") == []
    assert said(as_of="2015-01-22") == ["as of 2015-01-22, a day before that of the baseline, 2015-01-23"]
    assert said(as_of="2015-01-23", assume=["threshold.tie=0.1", "half_life_days=90"]) == [
        "other assumptions than those of the baseline: half_life_days, threshold"
    ]
    (folder / "customers.csv").unlink()
    assert said(as_of="2015-01-23") == ["files that the baseline had, and that are not read now: customers.csv"]


def test_what_fails_stands_before_what_is_known(tmp_path: Path) -> None:
    path = report(tmp_path / "earlier.json", book(HAVN), select="NA101")
    rows = netaudit.check(book(HAVN, NORD, customers=worth(havn=100, nord=99)), baseline=path, select="NA101").rows
    assert [(row.subject, row.state) for row in rows] == [("customer:nord", "new"), ("customer:havn", "unchanged")]


def test_taking_the_last_tie_away_is_worse_and_never_a_way_to_pass(tmp_path: Path) -> None:
    few = document(HAVN, customers=worth(havn=5))
    path = report(tmp_path / "earlier.json", loaded(few), select="NA1")
    bare = netaudit.check(loaded({**few, "ties": [], "customers": worth(havn=5)}), baseline=path)
    assert bare.summary.failed
    (row,) = (row for row in bare.rows if row.rule == "NA101")
    assert (row.state, row.message) == ("new", "no colleagues have a tie that counts (worse than in the baseline)")


def test_a_book_whose_revenues_are_all_nothing_is_judged_all_the_same() -> None:
    assert netaudit.check(book(HAVN, NORD, customers=worth(havn=0, nord=0))).summary.failed


def test_fewer_administrators_than_before_are_new(tmp_path: Path) -> None:
    def channel(admins: str) -> Book:
        return book(
            "page -> havn",
            channels=[
                {"id": "page", "kind": "company_page", "admins": admins},
                {"id": "news", "kind": "newsletter", "admins": "anna;bo"},
            ],
            employees=[{"id": "anna"}, {"id": "bo"}],
        )

    path = report(tmp_path / "earlier.json", channel("anna"), select="NA204")
    assert netaudit.check(channel("anna"), baseline=path, select="NA204").rows[0].state == "unchanged"
    assert netaudit.check(channel(""), baseline=path, select="NA204").rows[0].state == "new"
