"""Every problem in the data, each with its place."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import jsonschema
import pytest

import netaudit
from netaudit import cli
from netaudit.errors import CODES, InputError
from tests.test_cli import HAVN, TELCO

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "book.yml").write_text(HAVN.replace("per_year: 12", "per_year: often").replace("2015-09-01", "soon"))
    return tmp_path


def test_every_problem_has_file_line_and_column(place: Path) -> None:
    result = netaudit.validate("book.yml")
    assert result.summary.failed
    assert [(row.rule, row.file, row.line, row.column) for row in result.rows] == [
        ("V003", "book.yml", 17, 17),
        ("V001", "book.yml", 21, 86),
    ]
    lines = (place / "book.yml").read_text().splitlines()
    for row, text in zip(result.rows, ("soon", "often"), strict=True):
        assert row.line is not None
        assert row.column is not None
        assert lines[row.line - 1][row.column - 1 :].startswith(text)
    assert {about.code: about.title for about in result.rules} == {code: CODES[code] for code in ("V003", "V001")}


def test_a_book_without_problems_says_what_was_read(capsys: pytest.CaptureFixture[str]) -> None:
    result = netaudit.validate(TELCO)
    assert (result.summary.problems, result.summary.failed, result.rows) == (0, False, ())
    assert cli.run(["validate", TELCO, "-q"]) == 0
    assert "No problem. Rows read: 231; files: 1." in capsys.readouterr().out


def test_many_problems_are_all_listed(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "ties.csv").write_text("employee,customer,per_year\n" + "mette,havn,x\n" * 1200)
    assert cli.run(["validate", "ties.csv", "-f", "csv"]) == 1
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["line"], row["column"]) for row in rows] == [(str(line), "12") for line in range(2, 1202)]


def test_more_than_can_be_listed_are_counted(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "ties.csv").write_text("employee,customer,per_year\n" + "mette,havn,x\n" * 10_500)
    assert cli.run(["validate", "ties.csv", "-q"]) == 1
    out, err = capsys.readouterr()
    assert "10,000 of 10,500 problems are listed." in out
    assert "10500 rows read: 0 loaded, 0 skipped, 10500 rejected." in out
    assert err == "netaudit: problems in the data: 10500\n"


@pytest.mark.parametrize("broken", [True, False])
def test_the_answer_fits_its_schema(place: Path, capsys: pytest.CaptureFixture[str], broken: bool) -> None:
    assert cli.run(["schema", "validate"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert cli.run(["validate", "book.yml" if broken else TELCO, "-f", "json"]) == int(broken)
    answer = json.loads(capsys.readouterr().out)
    jsonschema.validate(answer, schema, cls=jsonschema.Draft202012Validator)
    assert [entry["path"] for entry in answer["inputs"]] == ["book.yml" if broken else f"{TELCO}/book.yml"]


def test_what_cannot_be_looked_into_is_no_problem_in_the_data(place: Path) -> None:
    with pytest.raises(InputError, match="F001"):
        netaudit.validate("nothing.yml")
    (place / "none.yml").write_text("")
    with pytest.raises(InputError, match="F006"):
        netaudit.validate("none.yml")
    (place / "book.yml").unlink()
    with pytest.raises(InputError, match="F001 no book given"):
        netaudit.validate()


def test_a_report_never_replaces_the_book_it_is_about(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (place / "book.yml").read_text()
    assert cli.run(["validate", "book.yml", "-o", "./book.yml"]) == 2
    assert (place / "book.yml").read_text() == before
    (place / "folder").mkdir()
    (place / "folder" / "ties.csv").write_text("employee,customer,per_year\nmette,havn,x\n")
    (place / "folder" / "customers.csv").write_text("id\nhavn\n")
    assert cli.run(["validate", "folder", "-o", "folder/customers.csv"]) == 2
    assert (place / "folder" / "customers.csv").read_text() == "id\nhavn\n"


def test_warnings_of_the_data_are_said_and_fail_nothing(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "ties.csv").write_text("employee,customer\nmette,Havn\nmette,havn\n")
    assert cli.run(["validate", "ties.csv"]) == 0
    assert "may be one under several ids" in capsys.readouterr().err
