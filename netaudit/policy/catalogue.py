"""What does check look for, why, and what can a policy change?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from netaudit.errors import nearest, shown, usage
from netaudit.finding import Severity
from netaudit.policy.policy import CODES
from netaudit.policy.rules import RULES
from netaudit.result import Result, Sentence, Unit, Value, column

if TYPE_CHECKING:
    from netaudit.policy import rule as rules

FAMILIES = {
    "NA1": "concentration",
    "NA2": "what the company itself owns",
    "NA3": "data",
    "NA4": "time",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One rule."""

    rule: str = column("Rule", Unit.CHOICE, "code of the rule")
    name: str = column("Name", Unit.CHOICE, "its name", wide=True)
    severity: str = column(
        "Severity", Unit.CHOICE, "how bad a finding is unless a policy says otherwise", choices=tuple(Severity)
    )
    title: str = column("Finds", Unit.TEXT, "what it finds")
    reason: str = column("Reason", Unit.TEXT, "why that matters", table=False)
    remedy: str = column("Remedy", Unit.TEXT, "what to do about it", table=False)
    parameters: str = column("Parameters", Unit.TEXT, "what a policy may change, with the defaults", wide=True)


@dataclass(frozen=True, slots=True)
class Summary:
    """The catalogue."""

    rules: int = column("Rules", Unit.COUNT, "how many there are")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a rule."""

    parameter: str = column("Parameter", Unit.CHOICE, "name of the parameter")
    default: str = column("Default", Unit.CHOICE, "its value unless a policy says otherwise")
    range: str = column("Range", Unit.CHOICE, "the values that it can have")
    meaning: str = column("Meaning", Unit.TEXT, "what it means")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule in full."""

    rule: str = column("Rule", Unit.CHOICE, "code of the rule")
    name: str = column("Name", Unit.CHOICE, "its name")
    severity: str = column("Severity", Unit.CHOICE, "how bad a finding is", choices=tuple(Severity))
    title: str = column("Finds", Unit.TEXT, "what it finds")
    reason: str = column("Reason", Unit.TEXT, "why that matters")
    remedy: str = column("Remedy", Unit.TEXT, "what to do about it")


def catalogue(code: str | None = None) -> Result[Any, Any]:
    """All rules, or one with its reason, its remedy and its parameters. Raises UsageError for a rule there is not."""
    if code is None:
        return _all()
    rule = next((rule for rule in RULES if code.upper() in {rule.code, rule.name.upper()}), None)
    if rule is None:
        known = (*CODES, *(rule.name for rule in RULES))
        raise usage(f"no rule is called {shown(code)}", nearest(code, known) or f"codes are {', '.join(CODES)}")
    return _one(rule)


def _all() -> Result[Row, Summary]:
    rows = []
    for rule in RULES:
        about = rule.about()
        parameters = ", ".join(f"{name}: {each.default:g}" for name, each in rule.parameters().items())
        rows.append(Row(about.code, about.name, about.severity, about.title, about.reason, about.remedy, parameters))
    return Result(
        schema="netaudit/rules/1",
        title=Sentence("What netaudit check looks for"),
        facts=None,
        summary=Summary(len(rows)),
        rows=tuple(rows),
        row_type=Row,
        closing=(
            Sentence("Families: " + ", ".join(f"{family}xx {what}" for family, what in FAMILIES.items()) + "."),
            Sentence("All run unless a policy switches them off. No rule is critical unless a policy says so."),
            Sentence("Next: {command}", {"command": Value("netaudit rules NA101", Unit.TEXT)}, kind="next"),
        ),
    )


def _one(rule: type[rules.Rule]) -> Result[Parameter, Rule]:
    about = rule.about()
    rows = [
        Parameter(name, f"{each.default:g}", _range(each), each.meaning) for name, each in rule.parameters().items()
    ]
    looked_at = "the largest customers (key_share)" if "key_share" in rule.parameters() else "all customers"
    where = f"It looks at {looked_at}, or at those that `where:` chooses." if rule.where else "It takes no `where:`."
    words = [
        f"Severity: {about.severity}, unless a policy says otherwise.",
        about.reason,
        f"What helps: {about.remedy}",
        where,
    ]
    return Result(
        schema="netaudit/rule/1",
        title=Sentence(
            "{code} {name}: {title}", {key: Value(getattr(about, key), Unit.TEXT) for key in ("code", "name", "title")}
        ),
        facts=None,
        summary=Rule(about.code, about.name, about.severity, about.title, about.reason, about.remedy),
        rows=tuple(rows),
        row_type=Parameter,
        closing=tuple(Sentence("{words}", {"words": Value(text, Unit.TEXT)}) for text in words),
    )


def _range(parameter: rules.Parameter) -> str:
    kind = "whole number" if isinstance(parameter.default, int) else "number"
    return f"{kind} from {parameter.least:g}" + ("" if parameter.most is None else f" to {parameter.most:g}")
