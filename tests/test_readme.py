"""What the README and the docs show is what happens."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from netaudit.errors import CODES

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))))
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHELL = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def shown(page: str) -> list[list[tuple[str, str]]]:
    """Of each console block of a page every command, with the output shown below it."""
    found = []
    for block in CONSOLE.findall((ROOT / page).read_text(encoding="utf-8")):
        parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
        found.append([(command, output) for command, _, output in (part.partition("\n") for part in parts)])
    return found


def shell(command: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a command line, in the root of the project unless a folder is named."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = {**os.environ, "PYTHONIOENCODING": "utf-8", "PATH": path}
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, env=env, capture_output=True, text=True, check=False, encoding="utf-8"
    )


@pytest.mark.parametrize("block", [block for page in PAGES for block in shown(page)], ids=lambda block: block[0][0])
def test_what_is_shown_comes_out(block: list[tuple[str, str]], tmp_path: Path) -> None:
    """The commands of a block one after the other, in a folder of their own."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    for command, output in block:
        done = shell(command, tmp_path)
        assert done.stdout.rstrip("\n") == output.rstrip("\n")


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not here")
@pytest.mark.parametrize(
    "command",
    [
        line
        for page in PAGES
        for block in SHELL.findall((ROOT / page).read_text(encoding="utf-8"))
        for line in block.splitlines()
        if line.startswith("netaudit ") and "examples/" in line
    ],
)
def test_recipes_run(command: str, tmp_path: Path) -> None:
    """In a folder of their own, where they may write."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    done = shell(f"set -o pipefail; {command}", tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_the_readme_has_both_commands_on_one_line_each() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    setup = [line for line in lines if line.startswith("python3 -m venv .venv && .venv/bin/pip install")]
    assert [line.rpartition("/")[2] for line in setup] == ["telco --departures", "pytest"]


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", text):
        if "://" not in target:
            assert (ROOT / page).parent.joinpath(target).exists(), target


@pytest.mark.parametrize("page", PAGES)
def test_python_runs(page: str, tmp_path: Path) -> None:
    """What is shown of the library, on the book that docs/model.md works out."""
    model = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
    (tmp_path / "book.yml").write_text(
        re.findall(r"```yaml\n(netaudit: 1\n.*?)```", model, re.DOTALL)[-1], encoding="utf-8"
    )
    for script in re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL):
        done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.strip()
        if "book.yml" in script:
            assert "havn exposed" in done.stdout
            assert "customer:havn" in done.stdout


def test_the_docs_list_every_code_of_an_error() -> None:
    text = (ROOT / "docs" / "book.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| ([A-Z]\d{3}) \|", text, re.MULTILINE) == list(CODES)
