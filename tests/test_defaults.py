"""Settings of a project: who says what, who wins, and what is no setting."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from netaudit import cli
from netaudit.commands import COMMANDS
from netaudit.commands._defaults import settings_of
from tests.test_cli import HAVN

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a book, and an environment without settings."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "book.yml").write_text(HAVN)
    return tmp_path


def settings(capsys: pytest.CaptureFixture[str]) -> dict[str, tuple[str | None, str]]:
    """What `netaudit config` says: setting → value and source; of equal names the first."""
    assert cli.run(["config", "-f", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    return {row["setting"]: (row["value"], row["source"]) for row in reversed(rows)}


def answer(capsys: pytest.CaptureFixture[str], *args: str) -> Any:
    assert cli.run([*args, "-f", "json"]) in {0, 1}
    return json.loads(capsys.readouterr().out)


def test_without_a_file_everything_is_the_program_s_own(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = settings(capsys)
    assert {source for _, source in said.values()} == {"default"}
    assert (said["format"][0], said["as_of"][0], said["fail_on_count"][0]) == ("table", None, "1")
    assert not {"debug", "output", "node", "dir"} & set(said)


def test_a_flag_beats_the_environment_which_beats_the_file(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "netaudit.toml").write_text('# of ours\nas_of = 2015-01-20\nfail_on = "low"\n[check]\nfail_on = "never"\n')
    assert settings(capsys)["as_of"] == ("2015-01-20", "netaudit.toml:2")
    assert answer(capsys, "risk")["as_of"] == "2015-01-20"
    assert answer(capsys, "check")["fail_on"] == "never"
    assert answer(capsys, "diff", "book.yml", "book.yml")["fail_on"] == "low"
    monkeypatch.setenv("NETAUDIT_AS_OF", "2015-01-21")
    monkeypatch.setenv("NETAUDIT_FAIL_ON", "critical")
    assert settings(capsys)["as_of"] == ("2015-01-21", "environment NETAUDIT_AS_OF")
    assert answer(capsys, "check")["fail_on"] == "critical"
    assert answer(capsys, "risk", "--as-of", "2015-01-22")["as_of"] == "2015-01-22"
    assert answer(capsys, "check", "--fail-on", "high")["fail_on"] == "high"


def test_every_kind_of_setting_comes_from_either(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "other.yml").write_text(HAVN.replace("company: Teleby", "company: Another"))
    assumed = 'assume = ["half_life_days=90", "per_meeting=0.3"]'
    (place / "netaudit.toml").write_text(f'book = "other.yml"\ntop = 1\nquiet = true\n{assumed}\nformat = "json"\n')
    assert cli.run(["risk"]) == 0
    found, err = capsys.readouterr()
    said = json.loads(found)
    assert (err, said["inputs"][0]["path"]) == ("", "other.yml")
    assert (said["assumptions"]["half_life_days"], said["assumptions"]["per_meeting"]) == (90, 0.3)
    (place / "netaudit.toml").unlink()
    for name, value in {
        "BOOK": "other.yml",
        "TOP": "1",
        "QUIET": "yes",
        "ASSUME": "half_life_days=90",
        "FORMAT": "json",
    }.items():
        monkeypatch.setenv(f"NETAUDIT_{name}", value)
    assert cli.run(["risk"]) == 0
    found, err = capsys.readouterr()
    assert (err, json.loads(found)["assumptions"]["half_life_days"]) == ("", 90)
    monkeypatch.setenv("NETAUDIT_SELECT", "NA1 NA301")
    assert answer(capsys, "check")["rules"] == ["NA101", "NA102", "NA103", "NA104", "NA105", "NA301"]


def test_a_value_that_one_command_cannot_take_is_for_the_others(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "netaudit.toml").write_text('format = "sarif"\n')
    assert cli.run(["check"]) == 1
    assert '"version": "2.1.0"' in capsys.readouterr().out.replace('"version":"', '"version": "')
    assert cli.run(["risk"]) == 0
    assert capsys.readouterr().out.startswith("Whose leaving")


def test_a_project_s_file_counts_where_there_is_none_of_ours(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "pyproject.toml").write_text('[project]\nname = "x"\n\n[tool.netaudit]\nas_of = "2015-01-20"\n')
    assert settings(capsys)["as_of"] == ("2015-01-20", "pyproject.toml:5")
    (place / "netaudit.toml").write_text('as_of = "2015-01-19"\n')
    assert settings(capsys)["as_of"] == ("2015-01-19", "netaudit.toml:1")
    (place / "netaudit.toml").unlink()
    for text in ("[project]\n", "[tool.other]\nnetaudit = 1\n", "tool = 1 # netaudit\n"):
        (place / "pyproject.toml").write_text(text)
        assert settings(capsys)["as_of"] == (None, "default")


def test_another_file_or_none_can_be_named(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "netaudit.toml").write_text('[check]\nfail_on = "never"\n')
    assert cli.run(["check"]) == 0
    monkeypatch.setenv("NETAUDIT_CONFIG", "")
    assert cli.run(["check"]) == 1
    (place / "base.toml").write_text('fail_on = "critical"\n')
    monkeypatch.setenv("NETAUDIT_CONFIG", "base.toml")
    assert cli.run(["check"]) == 0
    monkeypatch.setenv("NETAUDIT_CONFIG", "gone.toml")
    assert cli.run(["check"]) == 2
    assert "gone.toml: F001 cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("asof = 2015-01-20\n", "netaudit.toml:1: S001 no setting is called 'asof' (did you mean 'as_of'?)"),
        ("\n[chek]\na = 1\n", "netaudit.toml:2: S001 no setting is called 'chek' (did you mean 'check'"),
        ("[risk]\npolicy = 'x'\n", "netaudit.toml:2: S001 no setting is called 'policy'"),
        ("[check]\nfail_on = 'hihg'\n", "netaudit.toml:2: V006 fail_on cannot be 'hihg' (one of info, low, medium"),
        ("top = 'all'\n", "netaudit.toml:1: V006 top cannot be 'all' (a whole number)"),
        ("top = true\n", "netaudit.toml:1: V006 top cannot be 'True' (a whole number)"),
        ("quiet = 'yes'\n", "netaudit.toml:1: V006 quiet cannot be 'yes' (true or false)"),
        ("where = 'segment=b2b'\n", "netaudit.toml:1: V006 where cannot be 'segment=b2b' (a list of texts)"),
        ("as_of = 5\n", "netaudit.toml:1: V006 as_of cannot be '5' (a text)"),
        ("check = 1\n", "netaudit.toml:1: V006 check is a command, and takes a table ([check])"),
        ("top = " + "1" * 10_000 + "\n", "netaudit.toml: Y001 is not TOML"),
        ("debug = true\n", "netaudit.toml:1: S001 no setting is called 'debug'"),
        ("output = 'book.yml'\n", "netaudit.toml:1: S001 no setting is called 'output'"),
        ("as_of = \n", "netaudit.toml:1:9: Y001 is not TOML"),
        ("a = [" + "[" * 20_000 + "\n", "netaudit.toml: Y001 is not TOML"),
    ],
)
def test_what_is_no_setting_is_refused_at_its_line(
    place: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    (place / "netaudit.toml").write_text(text)
    for command in ("risk", "check", "config"):
        assert cli.run([command]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert said in err


def test_bytes_that_are_no_text_are_refused(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "netaudit.toml").write_bytes(b"as_of = '\xff'\n")
    assert cli.run(["risk"]) == 2
    assert "netaudit.toml: Y001 is not TOML" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("FAIL_ON", "hihg", "NETAUDIT_FAIL_ON cannot be 'hihg' (one of info, low, medium, high, critical, never)"),
        ("TOP", "-1", "NETAUDIT_TOP cannot be '-1' (a whole number)"),
        ("SELECT", "'NA1", "NETAUDIT_SELECT cannot be ''NA1' (a list of texts)"),
        ("QUIET", "perhaps", "NETAUDIT_QUIET cannot be 'perhaps' (true or false)"),
    ],
)
def test_the_environment_is_checked_too(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(f"NETAUDIT_{name}", value)
    assert cli.run(["check"]) == 2
    assert said in capsys.readouterr().err


def test_a_setting_of_one_command_is_nothing_to_another(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETAUDIT_FAIL_ON", "hihg")
    assert cli.run(["risk"]) == 0


def test_the_names_are_those_of_the_options(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in COMMANDS:
        assert cli.run([command, "--help"]) == 0
        text = capsys.readouterr().out
        for key in settings_of(command):
            assert (f"--{key.replace('_', '-')}" in text) or key == "book"


def test_a_list_in_the_environment_is_as_in_a_shell(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETAUDIT_WHERE", "'revenue=>= 1000000' 'name=Havnegade Logistik'")
    assert answer(capsys, "risk")["where"] == ["revenue=>= 1000000", "name=Havnegade Logistik"]


def test_a_misspelt_variable_is_said_and_sets_nothing(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETAUDIT_FAILON", "never")
    assert cli.run(["check", "-q"]) == 1
    assert "warning: NETAUDIT_FAILON sets nothing (did you mean 'NETAUDIT_FAIL_ON'" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["folder", "fifo", "dangling", "device"])
@pytest.mark.parametrize("named", [True, False])
def test_settings_that_are_no_file_are_refused(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, kind: str, *, named: bool
) -> None:
    target = place / "netaudit.toml"
    if kind == "folder":
        target.mkdir()
    elif kind == "fifo":
        os.mkfifo(target)
    else:
        target.symlink_to("/dev/zero" if kind == "device" else place / "gone")
    if named:
        monkeypatch.setenv("NETAUDIT_CONFIG", str(target))
    assert cli.run(["check"]) == 2
    assert "netaudit.toml: F001 cannot be read" in capsys.readouterr().err


def test_a_project_s_table_that_is_none_is_refused(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "pyproject.toml").write_text("[tool]\nnetaudit = 3\n")
    assert cli.run(["check"]) == 2
    assert "pyproject.toml: Y006 tool.netaudit should be a table" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["netaudit.toml", "policy.yml", "base.json", "./book.yml"])
def test_nothing_that_judged_is_written_over(place: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    (place / "netaudit.toml").write_text('fail_on = "never"\n')
    (place / "policy.yml").write_text("policy: 1\n")
    assert cli.run(["check", "-o", "json=base.json"]) == 0
    before = (place / name).read_bytes()
    gate = ["check", "--policy", "policy.yml", "--baseline", "base.json"]
    assert cli.run([*gate, "-o", f"json={name}"]) == 2
    assert f"{name}: O001 is what the answer comes from" in capsys.readouterr().err
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GITHUB_STEP_SUMMARY", name)
        assert cli.run([*gate, "-f", "github"]) == 2
    assert (place / name).read_bytes() == before


def test_a_summary_that_cannot_be_written_is_no_answer(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "no/such/file")
    assert cli.run(["check", "-f", "github"]) == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("book", ["postgresql://host/crm", "spark:crm"])
def test_a_file_of_the_project_sends_nothing_anywhere(
    place: Path, capsys: pytest.CaptureFixture[str], book: str
) -> None:
    (place / "netaudit.toml").write_text(f'quiet = true\nbook = "{book}"\n')
    assert cli.run(["risk"]) == 2
    assert "netaudit.toml:2: V006 a file of the project cannot name" in capsys.readouterr().err
    (place / "netaudit.toml").write_text('engine = "spark"\n')
    assert cli.run(["risk"]) == 2
    assert "netaudit.toml:1: S001 no setting is called 'engine'" in capsys.readouterr().err
