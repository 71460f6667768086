"""The command line as a user and as a script meet it: streams, exit codes, formats, and what goes wrong."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import netaudit
from netaudit import cli
from netaudit.commands import COMMANDS
from netaudit.commands.schema import SCHEMAS

ROOT = Path(__file__).resolve().parent.parent
TELCO = str(ROOT / "examples" / "telco")
FORMATS = ("table", "json", "csv", "markdown")

HAVN = """\
netaudit: 1                       # format version
company: Teleby
currency: DKK
as_of: 2015-01-23                 # a date or "today"
assumptions: {half_life_days: 180, follow: {competitor: 0.5}}
employees:
  - {id: mette, name: Mette Holm, role: key account manager, team: enterprise, attrition: 0.25}
channels:
  - {id: page, kind: company_page, name: LinkedIn page}
  - {id: desk, kind: support_desk}
  - {id: mettes-mail, kind: newsletter, relayed_by: mette}
customers:
  - id: havn
    name: Havnegade Logistik
    segment: b2b
    revenue: 4200000              # a year, in the book's currency
    renewal_on: 2015-09-01
    contacts:
      - {id: lars, name: Lars Friis, role: buyer}
ties:
  - {owner: mette, contact: lars, kind: meeting, last_contact: 2015-01-10, per_year: 12}
  - {owner: page, customer: havn, followers: 3}
"""

PUBLISHED = """\
{"schema": "netaudit/risk/1", "netaudit": "VERSION",
 "as_of": "2015-01-23", "as_of_from": "book", "currency": "DKK",
 "weighted_by": "revenue",
 "inputs": [{"path": "book.yml", "sha256": "DIGEST", "loaded": 8, "skipped": 0, "rejected": 0}],
 "assumptions": ASSUMPTIONS, "leavers": ["mette"],
 "summary": {"customers": 1, "verdicts": {"severed": 0, "exposed": 1, "held": 0, "untouched": 0, "unmapped": 0},
             "revenue": 4200000.0, "revenue_unknown": 0,
             "revenue_at_risk": {"low": 443479.08, "base": 886958.17, "high": 1478263.61}},
 "rows": [{"customer": "havn", "name": "Havnegade Logistik", "segment": "b2b", "verdict": "exposed",
           "revenue": 4200000.0, "held": 0.259181779, "walks": 0.703935053, "adrift": 0.036883167,
           "loss": {"low": 0.105590258, "base": 0.211180516, "high": 0.351967527},
           "revenue_at_risk": {"low": 443479.08, "base": 886958.17, "high": 1478263.61},
           "ties_lost": 1, "ties_kept": 1, "tolerance": 1, "tolerance_either_side": 1,
           "single_points": "contact:lars; employee:mette"}],
 "warnings": []}
"""


@pytest.fixture
def havn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The published example, as book.yml in the current folder."""
    (tmp_path / "book.yml").write_text(HAVN)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def one_line(text: str) -> str:
    """JSON that is wrapped for reading, as it is written."""
    return " ".join(line.strip() for line in text.splitlines()) + "\n"


def run(*args: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    command = [sys.executable, "-m", "netaudit", *args]
    return subprocess.run(command, capture_output=True, check=False, timeout=60, **{"text": True, **options})


def test_the_published_example_is_what_comes_out(havn: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["risk", "book.yml", "--leaver", "mette", "-f", "json"]) == 0
    text = capsys.readouterr().out
    answer = json.loads(text)
    expected = PUBLISHED.replace("VERSION", netaudit.__version__).replace("DIGEST", answer["inputs"][0]["sha256"])
    assert text == one_line(expected.replace("ASSUMPTIONS", json.dumps(answer["assumptions"])))
    assert answer["assumptions"]["half_life_days"] == 180


@pytest.mark.parametrize("name", ["Mette Holm", "employee:mette"])
def test_a_leaver_goes_by_name_or_node_too(havn: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert cli.run(["risk", "--leaver", name, "-f", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["leavers"] == ["mette"]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["risk", "book.yml"], 0, ""),
        (["risk", "book.yml", "--leaver", "mette"], 0, ""),
        (["risk"], 0, ""),
        (["risk", "book.yml", "--leaver", "mete"], 2, "U002 no employee is called 'mete' (did you mean 'mette'"),
        (["risk", "book.yml", "--leaver", "page"], 2, "U002 'page' is a channel"),
        (["risk", "book.yml", "--leaver", "mette", "--as-of", "yesterday"], 2, "U001 'yesterday' is not a date"),
        (["risk", "book.yml", "--as-of", "0024-03-12"], 2, "U001 '0024-03-12' is not a plausible date"),
        (["risk", "book.yml", "--as-of", ""], 2, "U001 no day is given"),
        (["risk", "x" * 5000], 2, "F001 cannot be read: File name too long"),
        (["risk", "book.yml", "--team", "enterprize"], 2, "U002 nobody in the team"),
        (["risk", "book.yml", "--departures"], 2, "U002 no departure after 2015-01-23 is recorded"),
        (["risk", "book.yml", "--where", "segment"], 2, "U001 'segment' is not COLUMN=VALUE"),
        (["risk", "book.yml", "--where", "segmnt=b2b"], 2, "U001 customers have no column 'segmnt'"),
        (["risk", "book.yml", "--where", "segment=b2c"], 2, "U001 no customer fits"),
        (["risk", "book.yml", "--assume", "half_live_days=90"], 2, "U001 unknown assumption 'half_live_days'"),
        (["risk", "book.yml", "--assume", "follow.unknown=2"], 2, "U001 follow.unknown must lie from 0 to 1"),
        (["risk", "book.yml", "--destination", "mars"], 2, "--destination"),
        (["risk", "book.yml", "--tap", "3"], 2, "No such option"),
        (["risk", "nothing.yml"], 2, "nothing.yml: F001 cannot be read"),
        (["risk", "broken.yml"], 2, "broken.yml:1:14: Y001"),
        (["risk", "empty.yml"], 2, "empty.yml:1:1: F006 holds nothing"),
        (["risk", "people.yml"], 2, "people.yml: F006 neither customers nor ties"),
        (["risk", "book.yml", "-o", "no/such/folder.txt"], 2, "no/such/folder.txt: O001 cannot be written"),
        (["rusk", "book.yml"], 2, "No such command 'rusk'"),
        ([], 2, "Missing command"),
    ],
)
def test_exit_codes(
    havn: Path, capsys: pytest.CaptureFixture[str], args: list[str], code: int, said: str, form: str
) -> None:
    (havn / "broken.yml").write_text("employees: [a}")
    (havn / "empty.yml").write_text("# nothing\n")
    (havn / "people.yml").write_text("employees: [{id: mette}]\n")
    assert cli.run([*args, "-f", form] if args[:1] == ["risk"] else args) == code
    out, err = capsys.readouterr()
    assert said in err
    assert bool(out) == (code == 0)


def test_a_crash_is_2_and_says_nothing_about_anybody(
    havn: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def crash(*_: object, **__: object) -> None:
        raise RuntimeError("Mette Holm, Havnegade Logistik")

    monkeypatch.setattr("netaudit.analysis.exposure.rank_exposure", crash)
    for form in FORMATS:
        assert cli.run(["risk", "book.yml", "-f", form]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.count("\n") == 1
        assert "internal error: RuntimeError" in err
        assert "Mette" not in err
        assert "Havnegade" not in err
    assert cli.run(["risk", "book.yml", "--debug"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_an_interrupt_is_130(havn: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("netaudit.load", interrupt)
    for form in FORMATS:
        assert cli.run(["risk", "book.yml", "-f", form]) == 130
        assert capsys.readouterr() == ("", "netaudit: interrupted\n")


@pytest.mark.skipif(not hasattr(signal, "SIGINT") or os.name == "nt", reason="POSIX signals")
def test_a_real_interrupt_while_waiting_for_input_is_130() -> None:
    command = [sys.executable, "-m", "netaudit", "risk", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        time.sleep(1.5)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (130, b"", b"netaudit: interrupted\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("form", FORMATS)
def test_a_full_disk_is_2_with_one_line(form: str) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "netaudit", "risk", TELCO, "-q", "-f", form]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "O001 standard output cannot be written: No space left on device\n"


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell")
def test_a_reader_who_has_seen_enough_is_no_error() -> None:
    script = f"set -o pipefail; {sys.executable} -m netaudit risk {TELCO} -q -f csv --top 0 | head -1; echo $?"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[0].startswith("employee,name")
    assert done.stdout.splitlines()[1] == "0"
    assert done.stderr == ""


def test_a_closed_pipe_keeps_the_code_and_says_nothing(havn: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "netaudit", "risk", "book.yml"]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(os.name == "nt", reason="POSIX pipes")
def test_help_into_a_closed_pipe_is_no_finding() -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "netaudit", "risk", "--help"]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_interrupt_outside_any_command_is_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "app_for", interrupt)
    assert cli.run(["risk"]) == 130
    assert capsys.readouterr().err == "netaudit: interrupted\n"


def test_a_device_is_written_to_and_not_replaced(havn: Path) -> None:
    assert cli.run(["risk", "book.yml", "-o", "/dev/null"]) == 0
    assert Path("/dev/null").is_char_device()


def test_many_problems_are_cut_and_counted(havn: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (havn / "ties.csv").write_text("employee,customer,per_year\n" + "mette,havn,x\n" * 60)
    assert cli.run(["risk", "ties.csv"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("ties.csv:2:12: V001 per_year: 'x' is not a number")
    assert lines[49].startswith("ties.csv:51:12: V001")
    more, tally = lines[50:]
    assert more == "… and 10 more problems; netaudit validate lists them"
    assert tally == "60 rows read: 0 loaded, 0 skipped, 60 rejected"


def test_output_goes_to_a_file_whole_or_not_at_all(havn: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (havn / "answer.csv").write_text("old")
    assert cli.run(["risk", "book.yml", "-f", "csv", "-o", "answer.csv"]) == 0
    assert (havn / "answer.csv").read_text().startswith("employee,name")
    assert capsys.readouterr().out == ""
    assert cli.run(["risk", "book.yml", "--leaver", "nobody", "-o", "answer.csv"]) == 2
    assert (havn / "answer.csv").read_text().startswith("employee,name")
    assert sorted(path.name for path in havn.iterdir()) == ["answer.csv", "book.yml"]


def test_nothing_is_left_behind_when_writing_fails(
    havn: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    assert cli.run(["risk", "book.yml", "-o", "answer.txt"]) == 2
    assert [path.name for path in havn.iterdir()] == ["book.yml"]
    assert "answer.txt: O001 cannot be written: No space left on device" in capsys.readouterr().err


def test_options_may_stand_before_the_arguments(havn: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["risk", "-f", "json", "--leaver", "mette", "book.yml"]) == 0
    before = capsys.readouterr().out
    assert cli.run(["risk", "book.yml", "--leaver", "mette", "-f", "json"]) == 0
    assert capsys.readouterr().out == before


def test_top_limits_rows_and_never_the_summary(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["risk", TELCO, "-f", "json"]) == 0
    whole = json.loads(capsys.readouterr().out)
    assert cli.run(["risk", TELCO, "-f", "json", "--top", "2"]) == 0
    part = json.loads(capsys.readouterr().out)
    assert part["summary"] == whole["summary"]
    assert part["rows"] == whole["rows"][:2]
    assert cli.run(["risk", TELCO, "--top", "2", "-q"]) == 0
    assert "2 of 11 rows; --top 0 shows all." in capsys.readouterr().out


@pytest.mark.parametrize(("threads", "seed"), [("1", "0"), ("2", "4711")])
def test_hash_seeds_and_threads_change_no_byte(threads: str, seed: str) -> None:
    script = (
        "import netaudit, sys; from netaudit.report import Page, written\n"
        f"b = netaudit.load(sys.argv[1], threads={threads})\n"
        "texts = (written(netaudit.risk(b, who), 'json', Page()) for who in ((), ('mette', 'torben')))\n"
        "more = (netaudit.ownership(b), netaudit.worst(b, 3), netaudit.forecast(b, draws=600))\n"
        "more += (netaudit.plan(b, budget=40), netaudit.handover(b, 'mette'))\n"
        "print(*texts, *(written(one, 'json', Page()) for one in more))"
    )
    command = [sys.executable, "-c", script, TELCO]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed}
    )
    assert done.stdout == _reference()


@cache
def _reference() -> str:
    from netaudit.report import Page, written

    b = netaudit.load(TELCO)
    texts = (written(netaudit.risk(b, who), "json", Page()) for who in ((), ("mette", "torben")))
    more = [netaudit.ownership(b), netaudit.worst(b, 3), netaudit.forecast(b, draws=600)]
    more += [netaudit.plan(b, budget=40), netaudit.handover(b, "mette")]
    return " ".join([*texts, *(written(one, "json", Page()) for one in more)]) + "\n"


@pytest.mark.parametrize(
    ("args", "name"),
    [
        (["--leaver", "mette"], "risk"),
        (["--departures", "--where", "segment=b2b"], "risk"),
        (["--team", "enterprise"], "risk"),
        ([], "exposure"),
        (["--where", "revenue=>= 1000000"], "exposure"),
        ([], "ownership"),
        (["-k", "2"], "worst"),
        (
            ["-k", "4", "--by", "severed", "--team", "enterprise", "--candidate", "pia", "--where", "segment=b2b"],
            "worst",
        ),
        (["--draws", "200"], "forecast"),
        (["--target", "0.1"], "plan"),
        (["--budget", "9", "--leaver", "mette", "--where", "segment=b2b"], "plan"),
        (["--last-day", "2015-03-01"], "handover"),
        (["--draws", "200", "--horizon", "2y", "--where", "segment=b2b"], "forecast"),
    ],
)
@pytest.mark.parametrize("book", ["telco", "telco-csv"])
def test_every_answer_fits_its_schema(
    args: list[str], name: str, book: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["schema", name]) == 0
    schema = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator.check_schema(schema)
    command = {"exposure": ["risk"], "handover": ["handover", "mette"]}.get(name, [name])
    assert cli.run([*command, str(ROOT / "examples" / book), "-f", "json", *args]) == 0
    answer = json.loads(capsys.readouterr().out)
    jsonschema.validate(answer, schema)
    broken = {**answer, "rows": [{**answer["rows"][0], next(iter(answer["rows"][0])): {}}]}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, schema)


def test_a_comparison_fits_its_schema(havn: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (havn / "new.yml").write_text(HAVN.replace("  - {owner: page, customer: havn, followers: 3}\n", ""))
    assert cli.run(["schema", "diff"]) == 0
    schema = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator.check_schema(schema)
    for old, new in (("book.yml", "new.yml"), ("new.yml", "book.yml"), ("book.yml", "book.yml")):
        cli.run(["diff", old, new, "-f", "json", "--where", "segment=b2b"])
        answer = json.loads(capsys.readouterr().out)
        jsonschema.validate(answer, schema)
        for key in ("old", "fail_on"):
            with pytest.raises(jsonschema.ValidationError):
                jsonschema.validate({**answer, key: 3}, schema)


def test_an_unknown_schema_names_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["schema", "risc"]) == 2
    assert "did you mean 'risk'?" in capsys.readouterr().err
    assert set(SCHEMAS) - {"exposure", "rule", "detect", "explain"} == set(COMMANDS) - {"graph", "init", "schema"}


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("check", ["check", TELCO, "--fail-on", "never", "--show-suppressed", "--where", "segment=b2b"]),
        ("check", ["check", TELCO, "--policy", "policy.yml", "--baseline", "base.json"]),
        ("rules", ["rules"]),
        ("rule", ["rules", "NA101"]),
        ("rule", ["rules", "NA403"]),
        ("config", ["config"]),
    ],
)
def test_the_gate_fits_its_schemas(havn: Path, capsys: pytest.CaptureFixture[str], name: str, args: list[str]) -> None:
    (havn / "policy.yml").write_text("policy: 1\nfail_on: never\n")
    assert cli.run(["check", TELCO, "-f", "json", "-o", "base.json", "--fail-on", "never"]) == 0
    assert cli.run(["schema", name]) == 0
    schema = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert cli.run([*args, "-f", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    jsonschema.validate(answer, schema)
    for broken in ({**answer, "summary": {}}, {**answer, "schema": "netaudit/other/1"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(broken, schema)


def test_init_writes_a_book_that_runs_and_overwrites_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "new"
    assert cli.run(["init", str(folder)]) == 0
    assert f"netaudit risk {folder}/book.yml" in capsys.readouterr().out
    assert cli.run(["risk", str(folder / "book.yml"), "--leaver", "anna"]) == 0
    assert "Bakery Group" in capsys.readouterr().out
    gate = ["check", str(folder / "book.yml"), "--policy", str(folder / "policy.yml")]
    assert cli.run([*gate, "-q"]) == 0
    assert "Suppressed: 1." in capsys.readouterr().out
    assert cli.run([*gate, "--as-of", "2026-04-02", "-q"]) == 1  # the day after the suppression ends
    assert cli.run(["init", str(folder)]) == 2
    assert "is there already" in capsys.readouterr().err
    (folder / "book.yml").unlink()
    assert cli.run(["init", str(folder)]) == 2
    assert not (folder / "book.yml").exists()
    (tmp_path / "file").write_text("")
    assert cli.run(["init", str(tmp_path / "file" / "below")]) == 2
    assert "O001" in capsys.readouterr().err


def test_without_a_book_the_error_names_both_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.run(["risk"]) == 2
    assert "neither netaudit.yml nor book.yml is here" in capsys.readouterr().err


def test_standard_input_is_a_document_or_ties(havn: Path) -> None:
    done = run("risk", "-", "--leaver", "mette", "-f", "json", input=HAVN)
    assert json.loads(done.stdout)["rows"][0]["customer"] == "havn"
    done = run("risk", "-", "--from", "csv", "-f", "csv", input="employee,customer\nmette,havn\nbo,havn\nmette,nord\n")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [(row["employee"], row["customers"], row["severed"]) for row in rows] == [
        ("mette", "2", "1"),
        ("bo", "1", "0"),
    ]
    assert "note: no customer has a revenue" in done.stderr
    done = run("risk", "-", "--from", "csv", input="employee,customer\nmette,havn\nmette\n")
    assert done.returncode == 2
    assert done.stderr.startswith("-:3:1: C002")


def test_the_clock_is_named_when_nobody_else_says_the_day(havn: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (havn / "book.yml").write_text(HAVN.replace("as_of: 2015-01-23", "as_of: today"))
    assert cli.run(["risk", "-f", "json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["as_of_from"] == "clock"
    assert err.startswith("note: as of today")
    assert cli.run(["risk", "-f", "json", "--as-of", "2015-02-01"]) == 0
    out, err = capsys.readouterr()
    assert (json.loads(out)["as_of_from"], json.loads(out)["as_of"], err) == ("option", "2015-02-01", "")


def test_quiet_and_verbose(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["risk", TELCO, "-q"]) == 0
    assert capsys.readouterr().err == ""
    assert cli.run(["risk", TELCO, "-v"]) == 0
    err = capsys.readouterr().err
    assert "note: ties that count zero" in err
    assert f"read: {TELCO}/book.yml: 231 rows loaded, 0 skipped" in err
    assert "assumed: half_life_days = 180" in err


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell")
@pytest.mark.parametrize(("closed", "code"), [("2>&-", 0), ("<&-", 0), (">&-", 0)])
def test_closed_streams_are_no_crash(closed: str, code: int) -> None:
    command = f"{sys.executable} -m netaudit risk {TELCO} {closed}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, "internal error" in done.stderr) == (code, False)


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--version"]) == 0
    assert capsys.readouterr().out == f"netaudit {netaudit.__version__}\n"
    assert cli.run(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(name in text for name in COMMANDS)
    assert "no basis for employment decisions" in " ".join(text.split())
    assert cli.run(["risk", "--help"]) == 0
    assert "--leaver" in capsys.readouterr().out


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_no_encoding_of_the_streams_is_a_crash(encoding: str) -> None:
    done = run("risk", TELCO, "--departures", env={**os.environ, "PYTHONIOENCODING": encoding}, encoding=encoding)
    assert done.returncode == 0
    assert "Fjordkanten" in done.stdout


def test_both_examples_give_the_same_answer(capsys: pytest.CaptureFixture[str]) -> None:
    answers = []
    for book in ("telco", "telco-csv"):
        for args in ([], ["--departures"]):
            assert cli.run(["risk", str(ROOT / "examples" / book), "-f", "json", *args]) == 0
            answer = json.loads(capsys.readouterr().out)
            del answer["inputs"]
            answers.append(answer)
    assert answers[:2] == answers[2:]


def test_sensitivity_moves_one_assumption_at_a_time(capsys: pytest.CaptureFixture[str]) -> None:
    """In JSON that fits its schema, and in a narrow table in which every assumption that moves the total is legible."""
    from netaudit.report import Page, written

    command = ["risk", TELCO, "--departures", "-f", "json"]
    book = netaudit.load(TELCO)
    result = netaudit.risk(book, departures=True, sensitivity=True)
    one_by_one = netaudit.risk(replace(book, many=True), departures=True, sensitivity=True)
    assert one_by_one.sensitivity == result.sensitivity
    answer = json.loads(written(result, "json", Page()))
    assert cli.run(["schema", "risk"]) == 0
    jsonschema.validate(answer, json.loads(capsys.readouterr().out))
    text = written(result, "table", Page(width=80))
    assert all(swing.assumption in text for swing in result.sensitivity or () if swing.swing)
    assert "At low, DKK m" in text
    assert "others do not move it" in " ".join(text.split())
    swings = {row["assumption"]: row for row in answer["sensitivity"]}
    band = answer["summary"]["revenue_at_risk"]
    assert swings["follow.competitor"]["at_low"] == band["low"]
    assert swings["follow.competitor"]["at_high"] == band["high"]
    assert swings["follow.unknown"]["swing"] == 0
    for name in ("half_life_days", "channel.company_page"):
        row = swings[name]
        for end in ("low", "high"):
            assert cli.run([*command, "--assume", f"{name}={row[end]}"]) == 0
            other = json.loads(capsys.readouterr().out)
            assert other["summary"]["revenue_at_risk"]["base"] == row[f"at_{end}"]
    assert not [name for name in swings if name.startswith(("attrition", "team_shock", "threshold"))]


def test_an_answer_is_not_written_over_its_book(havn: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = havn / "book.yml"
    before = book.read_bytes()
    assert cli.run(["risk", str(book), "-o", str(book)]) == 2
    assert "O001 is what the answer comes from" in capsys.readouterr().err
    assert book.read_bytes() == before


def test_an_output_that_is_a_link_to_itself_becomes_a_file(havn: Path) -> None:
    (havn / "out").symlink_to("out")
    assert cli.run(["risk", str(havn / "book.yml"), "-o", str(havn / "out")]) == 0
    assert (havn / "out").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("lots", "U001 'lots' is no amount of memory (such as --memory-limit 4GB; KB, MB, GB or TB)"),
        ("99999999TB", "U001 '99999999TB' is no amount of memory (such as --memory-limit 4GB; KB, MB, GB or TB)"),
        ("5MB", "U001 more memory is needed than 5MB (give it more with --memory-limit)"),
    ],
)
def test_a_limit_of_memory_that_does_not_do(capsys: pytest.CaptureFixture[str], limit: str, said: str) -> None:
    assert cli.run(["risk", TELCO, "--memory-limit", limit]) == 2
    assert capsys.readouterr() == ("", f"{said}\n")


@pytest.mark.parametrize("command", ["risk", "ownership", "forecast", "check"])
def test_less_memory_is_the_same_answer(capsys: pytest.CaptureFixture[str], command: str) -> None:
    answers = []
    for limit in ([], ["--memory-limit", "100MB"]):
        cli.run([command, TELCO, "-f", "json", *limit])
        answers.append(capsys.readouterr().out)
    assert answers[0] == answers[1]


def test_where_nothing_can_be_written_there_are_answers_still(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(**_: object) -> str:
        raise FileNotFoundError

    monkeypatch.setattr("netaudit.engine.tempfile.mkdtemp", refused)
    assert cli.run(["risk", TELCO]) == 0
    assert capsys.readouterr().out.startswith("Whose leaving")


def test_help_waits_for_no_engine() -> None:
    """Start-up time is a feature: what answers are worked out with is imported only for an answer."""
    code = (
        "import sys; from netaudit import cli; cli.run(['--help']); "
        "sys.exit(bool({'duckdb', 'narwhals', 'networkx'} & {*sys.modules}))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


def test_a_password_is_said_by_no_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Wherever an address is given by mistake, and in whatever way."""
    address = "postgresql://ann:s3@cret@host/crm"
    for args in (
        ["risk", TELCO, address],
        ["risk", TELCO, "--settings", address],
        ["check", TELCO, "--baseline", address],
        ["import", "table", address, "-o", "nowhere"],
        ["risk", "postgresql:ann:s3@cret@host"],
        ["risk", "host=h user=ann password=s3@cret"],
    ):
        assert cli.run(args) == 2
        said = capsys.readouterr()
        assert not said.out
        assert said.err
        assert "cret" not in said.err
