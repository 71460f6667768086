"""The action and the hooks that builds use, as far as they run without a network."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.test_cli import HAVN, ROOT
from tests.test_gate import git

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
INSTALL, CHECK = ACTION["runs"]["steps"]
NETAUDIT = Path(sysconfig.get_path("scripts")) / "netaudit"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A checkout with a book, and a runner's folder in which the action has installed netaudit."""
    (tmp_path / "book.yml").write_text(HAVN)
    (tmp_path / "runner" / "netaudit" / "bin").mkdir(parents=True)
    (tmp_path / "runner" / "netaudit" / "bin" / "netaudit").symlink_to(NETAUDIT)
    return tmp_path


def step(place: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """The action's check with some inputs, the others at their defaults."""
    given = {name: about["default"] for name, about in ACTION["inputs"].items()}
    given |= {name.replace("_", "-"): value for name, value in inputs.items()}
    filled = re.compile(r"\$\{\{ inputs\.([a-z-]+) \}\}")
    variables = {name: filled.sub(lambda found: given[found[1]], text) for name, text in CHECK["env"].items()}
    runner = {"RUNNER_TEMP": str(place / "runner"), "GITHUB_STEP_SUMMARY": str(place / "summary.md")}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", CHECK["run"]]
    environment = {**os.environ, **runner, **variables}
    return subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)


def test_every_input_reaches_the_check_as_a_variable() -> None:
    used = set(re.findall(r"\$\{\{ inputs\.([a-z-]+) \}\}", "".join(CHECK["env"].values())))
    assert used == set(ACTION["inputs"])
    assert "${{" not in CHECK["run"] + INSTALL["run"]
    assert ACTION["runs"]["using"] == "composite"
    assert all(entry["shell"] == "bash" for entry in (INSTALL, CHECK))
    assert all(about["description"] and about["default"] == "" for about in ACTION["inputs"].values())


def test_the_action_annotates_and_fails(place: Path) -> None:
    done = step(place)
    assert done.returncode == 1
    assert done.stdout.startswith("::error file=book.yml,line=13,title=NA101 ")
    assert "| high | NA101 |" in (place / "summary.md").read_text()
    assert step(place, fail_on="never").returncode == 0
    assert step(place, book="gone.yml").returncode == 2


def test_the_action_takes_every_input(place: Path) -> None:
    (place / "policy.yml").write_text("policy: 1\nrules: {NA101: {severity: low}, NA103: off}\n")
    (place / "settings.yml").write_text("netaudit: 1\ncompany: Another\n")
    inputs = {"book": "book.yml", "policy": "policy.yml", "settings": "settings.yml", "as_of": "2015-01-24"}
    assert step(place, **inputs, json="base.json", sarif="a.sarif").returncode == 0
    text = (place / "base.json").read_text()
    assert '"as_of": "2015-01-24"' in text
    assert '"path": "policy.yml"' in text
    assert (place / "a.sarif").exists()
    again = {**inputs, "policy": ""}
    assert step(place, **again, baseline="base.json", fail_on="low").returncode == 1  # NA103 did not run before
    assert step(place, **inputs, baseline="base.json", fail_on="low").returncode == 0


def test_settings_in_the_checkout_count_only_when_the_workflow_says_so(place: Path) -> None:
    (place / "netaudit.toml").write_text('fail_on = "never"\n')
    assert step(place).returncode == 1
    assert step(place, config="netaudit.toml").returncode == 0


@pytest.mark.parametrize(
    "name", ["$(touch pwned).yml", "; touch pwned #.yml", "-o pwned", "`touch pwned`", "a b'\".yml"]
)
def test_a_name_is_never_part_of_the_script(place: Path, name: str) -> None:
    (place / name).write_text(HAVN)
    for inputs in ({"book": name}, {"policy": name}, {"baseline": name}, {"settings": name}):
        step(place, **inputs)
    assert not (place / "pwned").exists()


def test_the_hooks_are_as_pre_commit_reads_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clientlib = pytest.importorskip("pre_commit.clientlib")
    hooks = {hook["id"]: hook for hook in clientlib.load_manifest(str(ROOT / ".pre-commit-hooks.yaml"))}
    assert set(hooks) == {"netaudit-validate", "netaudit-check"}
    (tmp_path / "book.yml").write_text(HAVN)
    local = [
        {**hook, "language": "system", "entry": hook["entry"].replace("netaudit", str(NETAUDIT), 1)}
        for hook in hooks.values()
    ]
    kept = ("id", "name", "entry", "language", "files", "pass_filenames", "require_serial")
    config = {"repos": [{"repo": "local", "hooks": [{key: hook[key] for key in kept} for hook in local]}]}
    (tmp_path / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    alone = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "home"), "GIT_CONFIG_GLOBAL": os.devnull}
    command = [sys.executable, "-m", "pre_commit", "run", "--all-files", "--color", "never"]
    done = subprocess.run(command, cwd=tmp_path, env=alone, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    passed, failed = (line for line in done.stdout.splitlines() if line.startswith("netaudit "))
    assert passed.endswith("Passed")
    assert failed.endswith("Failed")
    assert "exit code: 1" in done.stdout
    assert "new findings at or above high: 2 (NA101 1, NA103 1)" in done.stdout
