"""A policy: which rules run, with which parameters, what fails, and what is suppressed until when."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from netaudit.errors import InputError, nearest, shown, usage
from netaudit.finding import LIMITS, Severity
from netaudit.loading.files import File, contents, decoded, refuse
from netaudit.loading.from_yaml import Listing, Mapping, Node, Scalar, read_document
from netaudit.loading.nodes import NodeReader
from netaudit.loading.values import day_of, folded, read_date
from netaudit.policy.rules import RULES
from netaudit.scope import FILTERS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from netaudit.loading.where import Condition
    from netaudit.policy.rule import Rule

KEYS = ("policy", "fail_on", "rules", "ignore")
CODES = tuple(rule.code for rule in RULES)


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a policy says of one rule: its parameters, its severity, its customers, and whether it runs."""

    rule: Rule
    severity: Severity
    where: tuple[Condition, ...] = ()
    runs: bool = True


@dataclass(frozen=True, slots=True)
class Suppression:
    """One finding that is accepted for a while: `expires` is the last day; `place` is file:line of its policy."""

    rule: str
    subject: str
    reason: str
    owner: str | None
    expires: date
    place: str


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules by code, the limit, and what is suppressed; `path` and `sha256` of its file, None for the default."""

    rulings: dict[str, Ruling] = field(default_factory=lambda: {rule.code: _default(rule) for rule in RULES})
    fail_on: str = Severity.HIGH
    suppressions: tuple[Suppression, ...] = ()
    path: str | None = None
    sha256: str | None = None

    def chosen(self, select: Iterable[str], ignore: Iterable[str]) -> list[Ruling]:
        """The rules that run. `select` and `ignore` are codes or their beginnings, such as NA1; they beat the policy.

        Raises UsageError for one that no rule has, and where none is left.
        """
        wanted, unwanted = _codes(select), _codes(ignore)
        rulings = [ruling for code, ruling in self.rulings.items() if (code in wanted if wanted else ruling.runs)]
        rulings = [ruling for ruling in rulings if ruling.rule.code not in unwanted]
        if not rulings:
            raise usage("no rule is left to run", "see netaudit rules")
        return rulings


def _default(rule: type[Rule]) -> Ruling:
    return Ruling(rule(), rule.severity)


def _codes(given: Iterable[str]) -> set[str]:
    """The codes that begin with one of some texts, each of which may hold several with commas between."""
    found: set[str] = set()
    for text in (part.strip().upper() for entry in given for part in entry.split(",")):
        mine = {code for code in CODES if text and code.startswith(text)}
        if not mine:
            raise usage(f"no rule is called {shown(text)}", nearest(text, CODES) or "see netaudit rules")
        found |= mine
    return found


def read_policy(path: str) -> Policy:
    """The policy in a YAML or JSON file. Raises InputError with every problem in it, each with its place."""
    data = contents(File(Path(path), path))
    root, problems = read_document(decoded(data, path), path, strict_json=path.casefold().endswith(".json"))
    if problems:
        raise InputError(problems)
    if not isinstance(root, Mapping):
        raise refuse(path, "Y006", "a policy is names with values", "policy: 1", 1, 1)
    reader = PolicyReader(path)
    policy = reader.read(root)
    if reader.problems:
        raise InputError(reader.problems)
    return replace(policy, path=path, sha256=hashlib.sha256(data).hexdigest())


class PolicyReader(NodeReader):
    """Reads a policy from its document's root and collects every problem in it."""

    def read(self, root: Mapping) -> Policy:
        """The policy; what it does not say is as by default."""
        policy = Policy()
        if "policy" not in root.nodes:
            self.say("S002", "not a policy: it does not say of which version it is", "policy: 1", (1, 1))
        for key, node in root.nodes.items():
            if key == "policy":
                if self.text(node) != "1":
                    self.say("V006", "this netaudit reads policies of version 1", "policy: 1", (node.line, node.column))
            elif key == "fail_on":
                policy = replace(policy, fail_on=self.one_of(node, LIMITS) or policy.fail_on)
            elif key == "rules":
                policy = replace(policy, rulings=policy.rulings | dict(self._rules(node)))
            elif key == "ignore":
                policy = replace(policy, suppressions=tuple(self._ignored(node)))
            else:
                self.say("S001", f"unknown key {shown(key)}", nearest(key, KEYS) or ", ".join(KEYS), root.keys[key])
        return policy

    def _rules(self, node: Node) -> Iterable[tuple[str, Ruling]]:
        for code, inner, place in self.items(node):
            rule = self._rule(code, place)
            if rule is not None:
                yield code, self._ruling(rule, inner)

    def _rule(self, code: str | None, place: tuple[int, int]) -> type[Rule] | None:
        rule = next((rule for rule in RULES if rule.code == code), None)
        if rule is None and code is not None:
            self.say("P001", f"no rule is called {shown(code)}", nearest(code, CODES) or "see netaudit rules", place)
        return rule

    def _ruling(self, rule: type[Rule], node: Node) -> Ruling:
        """What stands beside a rule's code: `off`, or its parameters, its severity and its customers."""
        ruling = _default(rule)
        if isinstance(node, Scalar) and node.text is not None:
            return replace(ruling, runs=self.one_of(node, ("on", "off")) != "off")
        parameters = rule.parameters()
        known = (*parameters, "severity", *(("where",) if rule.where else ()))
        given: dict[str, float] = {}
        for key, inner, place in self.items(node):
            if key == "severity":
                ruling = replace(ruling, severity=Severity(self.one_of(inner, tuple(Severity)) or rule.severity))
            elif key == "where" and rule.where:
                ruling = replace(ruling, where=tuple(self._where(inner)))
            elif key in parameters:
                value = self._parameter(rule, key, inner)
                given |= {} if value is None else {key: value}
            else:
                message = f"{rule.code} has no parameter {shown(key)}"
                self.say("P001", message, nearest(key, known) or f"it has {', '.join(known)}", place)
        return replace(ruling, rule=rule(**given))

    def _parameter(self, rule: type[Rule], name: str, node: Node) -> float | None:
        about = rule.parameters()[name]
        number = self.number(node)
        if number is None:
            return None
        whole = isinstance(about.default, int)
        if not about.holds(number):
            most = "" if about.most is None else f" to {about.most:g}"
            message = f"{name} must be {'a whole number' if whole else 'a number'} from {about.least:g}{most}"
            self.say("V001", message, None, (node.line, node.column))
            return None
        return int(number) if whole else float(number)

    def _where(self, node: Node) -> Iterable[Condition]:
        for column, _, place in self.items(node) if isinstance(node, Mapping) else ():
            name = folded(column).casefold()
            if name not in FILTERS:
                hint = nearest(name, FILTERS) or f"columns are {', '.join(FILTERS)}"
                self.say("P001", f"customers have no column {shown(column)}", hint, place)
        return self.conditions(node)

    def _ignored(self, node: Node) -> Iterable[Suppression]:
        entries = node.nodes if isinstance(node, Listing) else []
        if not isinstance(node, Listing) and not (isinstance(node, Scalar) and node.text is None):
            self.say("Y006", "ignore should be a list", "- {rule: …}", (node.line, node.column))
        for entry in entries:
            found = self._suppression(entry)
            if found is not None:
                yield found

    def _suppression(self, entry: Node) -> Suppression | None:
        """One entry of `ignore`; None where something is missing or wrong."""
        before = len(self.problems)
        known = ("rule", "subject", "reason", "owner", "expires")
        said: dict[str, Scalar] = {}
        wrong: set[str] = set()
        for key, inner, place in self.items(entry):
            if key not in known:
                self.say("S001", f"unknown key {shown(key)}", nearest(key, known) or ", ".join(known), place)
            elif isinstance(inner, Scalar):
                said[key] = inner
            else:
                self.text(inner)
                wrong.add(key)
        texts = {key: (scalar.text or "").strip() for key, scalar in said.items()}
        missing = [key for key in known if key not in {"owner", *wrong} and not texts.get(key)]
        place = (entry.line, entry.column)
        if missing and (isinstance(entry, Mapping) or len(self.problems) == before):
            self.say("S002", f"a suppression without {', '.join(missing)}", "each needs a reason and an end", place)
        if texts.get("rule"):
            self._rule(texts["rule"], (said["rule"].line, said["rule"].column))
        day = self.value(said["expires"], read_date) if texts.get("expires") else None
        if len(self.problems) > before or not isinstance(day, int):
            return None
        owner = texts.get("owner") or None
        where = f"{self.file}:{entry.line}"
        return Suppression(texts["rule"], folded(texts["subject"]), texts["reason"], owner, day_of(day), where)
