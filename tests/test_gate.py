"""The gate as a build meets it: exit codes in every format, what is said about them, and a story of a pull request."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

import netaudit
from netaudit import cli
from netaudit.report import FOR_ALL, WRITERS
from tests.test_cli import HAVN, ROOT, TELCO, run

if TYPE_CHECKING:
    from collections.abc import Callable

ALL = tuple(WRITERS)
POLICY = """\
policy: 1
fail_on: high
rules:
  NA101: {min_colleagues: 2, where: {revenue: ">= 1000000"}}
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with books and policies of every kind, and nothing of a runner's around it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    (tmp_path / "book.yml").write_text(HAVN)
    clean = HAVN.replace("page, customer: havn, followers: 3", "desk, customer: havn, per_year: 40, kind: call")
    (tmp_path / "clean.yml").write_text(clean)
    (tmp_path / "broken.yml").write_text("employees: [a}")
    (tmp_path / "wrong.yml").write_text(HAVN.replace("per_year: 12", "per_year: often").replace("2015-09-01", "soon"))
    (tmp_path / "empty.yml").write_text("# nothing\n")
    (tmp_path / "people.yml").write_text("employees: [{id: mette}]\n")
    (tmp_path / "policy.yml").write_text(POLICY)
    (tmp_path / "unknown.yml").write_text("policy: 1\nrules: {NA109: off}\n")
    (tmp_path / "mistyped.yml").write_text("policy: 1\nrules: {NA101: {min_coleagues: 3}}\n")
    (tmp_path / "endless.yml").write_text("policy: 1\nignore: [{rule: NA101, subject: havn, reason: later}]\n")
    (tmp_path / "unused.yml").write_text(
        "policy: 1\nrules: {NA101: off, NA103: off}\n"
        "ignore: [{rule: NA404, subject: havn, reason: they are away, expires: 2015-03-01}]\n"
    )
    return tmp_path


TABLE: list[tuple[list[str], int, str]] = [
    # clean, and findings under and over the limit
    (["check", "clean.yml"], 0, ""),
    (["check", "book.yml"], 1, "netaudit: new findings at or above high: 2 (NA101 1, NA103 1)"),
    (["check", "book.yml", "--fail-on", "critical"], 0, ""),
    (["check", "book.yml", "--fail-on", "never"], 0, ""),
    (["check", "book.yml", "--fail-on-count", "3"], 0, ""),
    (["check", "book.yml", "--fail-on-count", "2"], 1, "at or above high: 2"),
    (["check", "book.yml", "--ignore", "NA1"], 0, ""),
    (["check", "book.yml", "--policy", "policy.yml"], 1, "(NA101 1, NA103 1)"),
    (["check", "book.yml", "--policy", "unused.yml"], 0, "suppresses nothing"),
    (["check", "book.yml", "--policy", "unused.yml", "--strict-suppressions"], 1, "suppressions that suppress nothing"),
    # unknown rule, bad policy, bad baseline
    (["check", "book.yml", "--select", "NA9"], 2, "U001 no rule is called 'NA9'"),
    (["check", "book.yml", "--ignore", "NA"], 2, "U001 no rule is left to run"),
    (["check", "book.yml", "--policy", "unknown.yml"], 2, "unknown.yml:2:9: P001 no rule is called 'NA109' (did you"),
    (["check", "book.yml", "--policy", "mistyped.yml"], 2, "mistyped.yml:2:17: P001 NA101 has no parameter 'min_col"),
    (["check", "book.yml", "--policy", "endless.yml"], 2, "endless.yml:2:10: S002 a suppression without expires"),
    (["check", "book.yml", "--policy", "broken.yml"], 2, "broken.yml:1:14: Y001"),
    (["check", "book.yml", "--policy", "book.yml"], 2, "S002 not a policy"),
    (["check", "book.yml", "--policy", "nothing.yml"], 2, "nothing.yml: F001 cannot be read"),
    (["check", "book.yml", "--baseline", "book.yml"], 2, "book.yml: B001 is not a JSON report of check"),
    (["check", "book.yml", "--fail-on", "hihg"], 2, "--fail-on"),
    (["check", "book.yml", "--min-severity", "critical"], 2, "U001 high is to fail, and min_severity critical leaves"),
    (["check", "book.yml", "--min-severity", "critical", "--fail-on", "never"], 0, ""),
    # bad book, empty book
    (["check", "broken.yml"], 2, "broken.yml:1:14: Y001"),
    (["check", "wrong.yml"], 2, "V003"),
    (["check", "empty.yml"], 2, "empty.yml:1:1: F006 holds nothing"),
    (["check", "people.yml"], 2, "F006 neither customers nor ties"),
    (["check", "nothing.yml"], 2, "nothing.yml: F001 cannot be read"),
    (["check", "book.yml", "--where", "segment=b2c"], 2, "U001 no customer fits"),
    # unwritable output
    (["check", "book.yml", "-o", "no/such/file"], 2, "no/such/file: O001 cannot be written"),
    (["check", "book.yml", "-o", "book.yml"], 2, "book.yml: O001 is what the answer comes from"),
    (["check", "book.yml", "-o", "srif=a.sarif"], 2, "U001 no format is called 'srif' (did you mean 'sarif'?)"),
    (["validate", "book.yml"], 0, ""),
    (["validate", "wrong.yml"], 1, "netaudit: problems in the data: 2"),
    (["validate", "broken.yml"], 1, "netaudit: problems in the data: 1"),
    (["validate", "empty.yml"], 2, "empty.yml:1:1: F006 holds nothing"),
    (["validate", "people.yml"], 2, "F006 neither customers nor ties"),
    (["validate", "nothing.yml"], 2, "nothing.yml: F001 cannot be read"),
    (["validate", "wrong.yml", "-o", "wrong.yml"], 2, "wrong.yml: O001 is what the answer comes from"),
    (["validate", "book.yml", "--as-of", "yesterday"], 2, "U001 'yesterday' is not a date"),
]


def once(function: Callable[..., Any]) -> Callable[..., Any]:
    """What a function said first is said again: each format is asked for the same answer. An error is one each time."""
    answers: list[Any] = []

    def asked(*args: Any, **options: Any) -> Any:
        if not answers:
            answers.append(function(*args, **options))
        return answers[0]

    return asked


@pytest.mark.parametrize(("args", "code", "said"), TABLE)
def test_exit_codes(
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    args: list[str],
    code: int,
    said: str,
) -> None:
    """In every format."""
    for name in ("load", "check", "validate"):
        monkeypatch.setattr(netaudit, name, once(getattr(netaudit, name)))
    before = {path.name: path.read_bytes() for path in place.iterdir()}
    for form in ALL:
        assert cli.run([*args, "-f", form]) == code, form
        out, err = capsys.readouterr()
        assert said in err, form
        assert bool(out) == (code < 2), form
        assert "internal error" not in err, form
        assert {path.name: path.read_bytes() for path in place.iterdir()} == before, form


@pytest.mark.parametrize("form", ALL)
@pytest.mark.parametrize("command", ["check", "validate"])
def test_a_crash_is_no_verdict(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str, form: str
) -> None:
    def crash(*_: object, **__: object) -> None:
        raise RuntimeError("Mette Holm, Havnegade Logistik")

    monkeypatch.setattr(f"netaudit.{command}", crash)
    assert cli.run([command, "book.yml", "-f", form]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "internal error: RuntimeError" in err
    assert "Mette" not in err


@pytest.mark.parametrize("form", ALL)
@pytest.mark.parametrize("command", ["check", "validate"])
def test_an_interrupt_is_no_verdict(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str, form: str
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(f"netaudit.{command}", interrupt)
    assert cli.run([command, "book.yml", "-f", form]) == 130
    assert capsys.readouterr() == ("", "netaudit: interrupted\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("form", ALL)
def test_a_full_disk_is_no_verdict(form: str) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "netaudit", "check", TELCO, "-q", "-f", form]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "O001 standard output cannot be written: No space left on device\n"


def test_a_reader_who_has_seen_enough_changes_no_verdict(place: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "netaudit", "check", "book.yml", "-q"]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (1, "netaudit: new findings at or above high: 2 (NA101 1, NA103 1)\n")


def test_an_unwritable_second_output_leaves_none(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "a.sarif").write_text("old")
    args = ["check", "book.yml", "-o", "sarif=a.sarif", "-o", "junit=no/such/b.xml", "-o", "markdown=c.md"]
    assert cli.run(args) == 2
    assert capsys.readouterr().out == ""
    assert (place / "a.sarif").read_text() == "old"
    assert not (place / "c.md").exists()


def test_several_outputs_of_one_run_agree(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = {"json": "a.json", "sarif": "a.sarif", "junit": "a.xml", "csv": "a.csv", "markdown": "a.md"}
    outputs = [word for form, name in names.items() for word in ("-o", f"{form}={name}")]
    assert cli.run(["check", TELCO, "-f", "table", *outputs]) == 1
    out = capsys.readouterr().out
    findings = json.loads((place / "a.json").read_text())["rows"]
    assert len(findings) == 26
    assert len(json.loads((place / "a.sarif").read_text())["runs"][0]["results"]) == 26
    assert len(list(csv.DictReader(io.StringIO((place / "a.csv").read_text())))) == 26
    failures = ET.parse(place / "a.xml").getroot().iter("failure")  # noqa: S314 - our own
    assert len(list(failures)) == sum(row["fails"] for row in findings) == 18
    assert "Findings: 26" in out
    assert r"Findings\: 26" in (place / "a.md").read_text()


def test_a_plain_output_takes_the_format_asked_for(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["check", "book.yml", "-f", "json", "-o", "a.json", "-o", "markdown=./b=c.md"]) == 1
    assert capsys.readouterr().out == ""
    assert json.loads((place / "a.json").read_text())["summary"]["failed"] is True
    assert (place / "b=c.md").read_text().startswith("### ")
    assert cli.run(["check", "book.yml", "-o", "a=b"]) == 2
    assert cli.run(["check", "book.yml", "-o", "./a=b"]) == 1
    assert (place / "a=b").exists()
    assert cli.run(["check", "book.yml", "-o", "a.json", "-o", "sarif=a.json"]) == 2
    assert "two answers for the file 'a.json'" in capsys.readouterr().err


def test_the_whole_table_goes_to_the_job_s_page(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "summary.md").write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(place / "summary.md"))
    assert cli.run(["check", TELCO, "-f", "github", "-q"]) == 1
    out = capsys.readouterr().out
    text = (place / "summary.md").read_text()
    assert sum(line.startswith("::") for line in out.splitlines()) == 10
    assert text.startswith("before\n")
    assert sum(line.startswith(("| high", "| medium", "| low", "| info")) for line in text.splitlines()) == 26
    assert cli.run(["check", TELCO, "-q"]) == 1
    assert (place / "summary.md").read_text() == text


def test_findings_formats_are_for_findings(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for form in set(ALL) - set(FOR_ALL):
        assert cli.run(["risk", "book.yml", "-f", form]) == 2
        assert cli.run(["diff", "book.yml", "clean.yml", "-f", form]) == 2


@pytest.mark.parametrize(("day", "code"), [("2015-01-22", 1), ("2015-01-23", 0), ("2015-01-24", 0)])
def test_a_suppression_holds_through_its_last_day(
    place: Path, capsys: pytest.CaptureFixture[str], day: str, code: int
) -> None:
    entry = f"{{rule: NA101, subject: havn, reason: a second colleague starts, owner: sales, expires: {day}}}"
    (place / "policy.yml").write_text(f"{POLICY}ignore:\n  - {entry}\n")
    assert cli.run(["check", "book.yml", "--policy", "policy.yml", "--select", "NA101"]) == code  # as of 2015-01-23
    out = capsys.readouterr().out
    assert (f"was suppressed until {day}" in out) == (code == 1)
    assert ("Suppressed: 1." in out) == (code == 0)


def test_a_suppression_ends_by_the_clock_too(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    today = date.today()  # noqa: DTZ011 - the day of the person at the machine
    (place / "book.yml").write_text(HAVN.replace("as_of: 2015-01-23 ", "as_of: today "))
    for days, code in ((-1, 1), (1, 0)):
        day = today + timedelta(days=days)
        ignored = f"ignore: [{{rule: NA101, subject: havn, reason: soon, expires: {day}}}]"
        (place / "policy.yml").write_text(f"policy: 1\n{ignored}\n")
        assert cli.run(["check", "book.yml", "--policy", "policy.yml", "--select", "NA101"]) == code
    capsys.readouterr()


def git(folder: Path, *args: str) -> str:
    """Git without anybody's own settings."""
    alone = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "init.defaultBranch=main")
    done = subprocess.run(["git", *who, *args], cwd=folder, env=alone, check=True, capture_output=True, text=True)
    return done.stdout


def test_a_pull_request_that_takes_the_second_colleague_away_fails(tmp_path: Path) -> None:
    """Main has a baseline; a branch removes a colleague from a customer worth over a million; restoring him passes."""
    shared = "  - {owner: henrik, contact: bo, kind: meeting, last_contact: 2014-12-01, per_year: 5}\n"
    book = (ROOT / "examples" / "telco" / "book.yml").read_text(encoding="utf-8")
    assert book.count(shared) == 1
    (tmp_path / "book.yml").write_text(book, encoding="utf-8")
    (tmp_path / "policy.yml").write_text(POLICY)
    check = ("check", "book.yml", "--policy", "policy.yml")
    assert run(*check, "-f", "json", "-o", "baseline.json", "--fail-on", "never", cwd=tmp_path).returncode == 0
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "The book, its policy and what is known")
    gate = (*check, "--baseline", "baseline.json")
    assert run(*gate, cwd=tmp_path).returncode == 0

    git(tmp_path, "checkout", "-qb", "branch")
    (tmp_path / "book.yml").write_text(book.replace(shared, ""), encoding="utf-8")
    git(tmp_path, "commit", "-qam", "Henrik no longer sees them")
    failed = run(*gate, "-f", "json", cwd=tmp_path)
    line = 1 + next(n for n, text in enumerate(book.splitlines()) if "id: taarn," in text)
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-1] == "netaudit: new findings at or above high: 1 (NA101 1)"
    answer = json.loads(failed.stdout)
    assert answer["summary"] | {"highest": "high"} == answer["summary"]
    assert (answer["summary"]["new"], answer["summary"]["failing"], answer["summary"]["resolved"]) == (1, 1, 0)
    (new,) = (row for row in answer["rows"] if row["state"] == "new")
    assert (new["rule"], new["subject"], new["severity"]) == ("NA101", "customer:taarn", "high")
    assert (new["source"], new["revenue"]) == (f"book.yml:{line}", 5200000.0)
    assert "only Signe Abildskov has a tie that counts" in new["message"]
    github = run(*gate, "-f", "github", cwd=tmp_path)
    assert github.stdout.startswith("::error file=book.yml,line=")
    difference = run("diff", "-", "book.yml", "-f", "json", cwd=tmp_path, input=git(tmp_path, "show", "main:book.yml"))
    assert difference.returncode == 1
    (row,) = json.loads(difference.stdout)["rows"]
    assert (row["customer"], row["change"]) == ("taarn", "newly single-threaded")

    git(tmp_path, "revert", "--no-edit", "HEAD")
    passed = run(*gate, "-f", "json", cwd=tmp_path)
    assert passed.returncode == 0
    assert json.loads(passed.stdout)["summary"]["new"] == 0


def test_the_example_s_findings_are_in_an_order_to_work_through() -> None:
    result = netaudit.check(netaudit.load(TELCO))
    ranks = [("info", "low", "medium", "high", "critical").index(row.severity) for row in result.rows]
    assert ranks == sorted(ranks, reverse=True)
    for severity in {row.severity for row in result.rows}:
        money = [row.revenue for row in result.rows if row.severity == severity]
        known = [amount for amount in money if amount is not None]
        assert known == sorted(known, reverse=True)
        assert money[: len(known)] == known
    assert all(row.file and row.fingerprint for row in result.rows)
    assert all("Mette" not in (row.fingerprint or "") for row in result.rows)


def _rows(result: Any) -> dict[str, list[str]]:
    rules: dict[str, list[str]] = {}
    for row in result.rows:
        rules.setdefault(row.rule, []).append(row.subject)
    return rules


@pytest.mark.third_party
def test_where_each_customer_has_one_representative_the_large_ones_are_found(third_party: Path) -> None:
    settings = ROOT / "tests" / "settings" / "classicmodels.yml"
    book = netaudit.load(third_party / "crm" / "classicmodels", settings=settings)
    rules = _rows(netaudit.check(book))
    assert {rule: len(found) for rule, found in rules.items()} == {
        "NA101": 66,  # of 100 with a representative, those that bring the first 80 % of the revenue
        "NA301": 22,  # the house accounts
        "NA201": 1,
        "NA302": 1,
    }
    assert rules["NA101"][:2] == ["customer:141", "customer:124"]  # the two largest


@pytest.mark.third_party
def test_where_everybody_knows_everybody_only_the_company_is_missing(third_party: Path) -> None:
    settings = ROOT / "tests" / "settings" / "maven.yml"
    book = netaudit.load(third_party / "crm" / "maven", settings=settings)
    assert _rows(netaudit.check(book)) == {"NA201": ["company"]}
