"""What an import says, on the command line: every format, and the schemas."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from netaudit import cli
from netaudit.commands import import_
from netaudit.importers.kinds import KINDS

EXPORTS = Path(__file__).resolve().parent.parent.parent / "examples" / "exports"
HUBSPOT = [str(EXPORTS / "hubspot" / f"{name}.csv") for name in ("companies", "contacts", "deals")]


def said(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    assert cli.run(["import", *args]) == 0
    return capsys.readouterr().out


def schema(capsys: pytest.CaptureFixture[str], name: str) -> Any:
    assert cli.run(["schema", name]) == 0
    found = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator.check_schema(found)
    return found


def test_help_names_every_kind() -> None:
    assert import_.KINDS.split(", ") == list(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_kept_of_a_kind(capsys: pytest.CaptureFixture[str], kind: str) -> None:
    answer = json.loads(said(capsys, "--explain", kind, "-f", "json"))
    jsonschema.validate(answer, schema(capsys, "explain"))
    kept = [row for row in answer["rows"] if row["fate"] == "kept"]
    assert kept
    assert all(row["headings"] and row["why"] for row in kept)
    for form in ("table", "csv", "markdown"):
        text = said(capsys, "--explain", kind, "-f", form).replace("\\", "")
        assert all(row["headings"][0] in text for row in kept)
        assert not re.search(r"\('|\b(True|False|None)\b", text)


def test_what_files_are(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    files = [*HUBSPOT, str(EXPORTS / "mette"), str(tmp_path / "odd.csv")]
    (tmp_path / "odd.csv").write_text("colour,size\nred,1\n")
    answer = json.loads(said(capsys, "detect", *files, "-f", "json"))
    jsonschema.validate(answer, schema(capsys, "detect"))
    assert [row["kind"] for row in answer["rows"]] == ["hubspot"] * 3 + ["linkedin", None]
    assert (answer["summary"]["files"], answer["summary"]["known"]) == (5, 4)
    answer = json.loads(said(capsys, "detect", HUBSPOT[0], str(tmp_path / "none.csv"), "-f", "json"))
    assert [row["kind"] for row in answer["rows"]] == ["hubspot", None]
    assert json.loads(said(capsys, "detect", str(EXPORTS / "hubspot"), "-f", "json"))["rows"][0]["kind"] == "hubspot"
    assert cli.run(["import", "detect"]) == 2
    assert "no file is named" in capsys.readouterr().err


def test_what_an_import_did(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    answer = json.loads(said(capsys, "hubspot", *HUBSPOT, "-o", str(tmp_path / "a"), "-f", "json"))
    jsonschema.validate(answer, schema(capsys, "import"))
    assert sum(row["rows"] for row in answer["rows"]) == answer["summary"]["read"] == 23
    for form in ("table", "csv", "markdown"):
        text = said(capsys, "hubspot", *HUBSPOT, "-o", str(tmp_path / form), "-f", form)
        assert "deals.csv" in text.replace("\\", "")
    assert cli.run(["import", "hubspot", HUBSPOT[0]]) == 2
    assert "-o DIR is missing" in capsys.readouterr().err
    assert cli.run(["import"]) == 2
    assert "no kind is named" in capsys.readouterr().err
