"""The rules in the docs are those of the program: `python -m tests.test_rules_page` writes them anew."""

from __future__ import annotations

from pathlib import Path

import netaudit

PAGE = Path(__file__).resolve().parent.parent / "docs" / "check.md"
START = "\n### NA"


def sections() -> str:
    """One section per rule, from what the rule says of itself."""
    parts = []
    for row in netaudit.rules().rows:
        rule = netaudit.rules(row.rule)
        about = rule.summary
        text = f"### {about.rule} {about.name}\n\n{about.title}. Severity {about.severity}.\n\n{about.reason}\n\n"
        text += f"What helps: {about.remedy}\n"
        if rule.rows:
            lines = [f"| `{each.parameter}` | {each.default} | {each.range} | {each.meaning} |" for each in rule.rows]
            text += "\n".join(["", "| parameter | default | range | meaning |", "|---|---|---|---|", *lines]) + "\n"
        parts.append(text)
    return "\n".join(parts)


def test_the_page_has_every_rule_as_it_is() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text[text.index(START) + 1 :] == sections()


if __name__ == "__main__":
    before = PAGE.read_text(encoding="utf-8").partition(START)[0].rstrip("\n")
    PAGE.write_text(f"{before}\n\n{sections()}", encoding="utf-8")
