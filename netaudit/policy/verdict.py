"""Has the book got riskier than its policy allows?"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import narwhals as nw

from netaudit.errors import UsageError, usage
from netaudit.finding import NEVER, Finding, Severity, State, reaches
from netaudit.loading.raw import place_of
from netaudit.policy.rule import Found, Inspection
from netaudit.policy.suppressions import Suppressing
from netaudit.result import Result, Sentence, Unit, Value, column
from netaudit.scope import NO_BASIS, among, asked_of, fitting, suggested
from netaudit.standing import key_customers, standing_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netaudit.book import Book
    from netaudit.engine import Frame
    from netaudit.loading.where import Condition
    from netaudit.policy.baseline import Baseline
    from netaudit.policy.policy import Policy, Ruling, Suppression


USELESS = "this suppression suppresses nothing"
WORSE = 0.05
"""So much more than in the baseline, of what a rule measures, is new again."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What is asked of one run, beside the policy: flags beat what the policy says.

    `fail_on` is a severity or "never"; at least `fail_on_count` findings at or above it fail. `min_severity` leaves
    milder findings out altogether. Without `ignores` nothing is suppressed; `strict` fails for a suppression that
    suppresses nothing; `show_suppressed` lists what is.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: str | None = None
    fail_on_count: int = 1
    min_severity: str = Severity.INFO
    ignores: bool = True
    show_suppressed: bool = False
    strict: bool = False
    where: tuple[str, ...] = ()


Row = Finding


@dataclass(frozen=True, slots=True)
class Summary:
    """The verdict, and how many findings of which state it rests on."""

    findings: int = column("Findings", Unit.COUNT, "findings that stand: new and unchanged ones")
    new: int = column("New", Unit.COUNT, "of them those that the baseline does not know; without one all")
    unchanged: int = column("Unchanged", Unit.COUNT, "of them those that it knows")
    resolved: int = column("Resolved", Unit.COUNT, "findings of the baseline that are gone")
    suppressed: int = column("Suppressed", Unit.COUNT, "findings that the policy accepts until a day that is not past")
    unused: int = column("Unused", Unit.COUNT, "suppressions that suppress nothing")
    highest: str | None = column(
        "Highest", Unit.CHOICE, "severity of the worst finding that stands", choices=tuple(Severity)
    )
    failing: int = column("Failing", Unit.COUNT, "new findings at or above the limit")
    failed: bool = column("Failed", Unit.FLAG, "whether the check fails, and ends with exit code 1")


def judge(book: Book, policy: Policy, gate: Gate, baseline: Baseline | None = None) -> Result[Finding, Summary]:
    """Every finding of the rules that run, worst first, and the verdict.

    Raises UsageError where no customer fits, no rule is left, or what is to fail would be left out.
    """
    rulings = policy.chosen(gate.select, gate.ignore)
    limit = gate.fail_on or policy.fail_on
    if limit != NEVER and not reaches(limit, gate.min_severity):
        raise usage(f"{limit} is to fail, and min_severity {gate.min_severity} leaves it out", "nothing would fail")
    inspected, warnings = _inspected(book, rulings, gate)
    ran = {ruling.rule.code for ruling in rulings if reaches(ruling.severity, gate.min_severity)}
    suppressing = Suppressing(policy, book.as_of, ran, ignores=gate.ignores, partly=bool(gate.where))
    known = {} if baseline is None else dict(baseline.findings)
    rows: list[tuple[Finding, Found | None]] = [
        (_row(book, *pair, suppressing, known, limit), pair[1]) for pair in inspected
    ]
    resolved = [] if gate.where else _resolved(known.values(), ran)
    unused = suppressing.unused()
    if gate.strict:
        rows += [(_useless(entry, limit), None) for entry in unused]
    rows.sort(key=lambda pair: not pair[0].fails)  # what fails stands first, and each part worst first
    summary = _summary([row for row, _ in rows], len(resolved), len(unused), gate)
    warnings += [] if baseline is None else baseline.differs(book.facts())
    shown = [pair for pair in rows if gate.show_suppressed or pair[0].state != State.SUPPRESSED]
    return Result(
        schema="netaudit/check/1",
        title=Sentence(
            "{company} against {policy}, as of {as_of}",
            {
                "company": Value(book.company or "The book", Unit.TEXT),
                "policy": Value(policy.path or "the default policy", Unit.TEXT),
                "as_of": Value(book.as_of.isoformat(), Unit.TEXT),
            },
        ),
        facts=book.facts(),
        summary=summary,
        rows=(*_placed(book, shown), *resolved),
        row_type=Finding,
        hidden=("state",) if baseline is None and not gate.show_suppressed else (),
        closing=tuple(_closing(book, policy, gate, limit, summary, [row for row, _ in rows])),
        where=gate.where or None,
        warnings=(*book.warnings, *warnings, *suppressing.warnings(unused)),
        rules=tuple(replace(ruling.rule.about(), severity=ruling.severity) for ruling in rulings),
        judged_by={
            "policy": None if policy.path is None else {"path": policy.path, "sha256": policy.sha256},
            "baseline": None if baseline is None else {"path": baseline.path, "sha256": baseline.sha256},
            "fail_on": str(limit),
            "fail_on_count": gate.fail_on_count,
            "min_severity": str(gate.min_severity),
            "strict_suppressions": gate.strict,
            "rules": [ruling.rule.code for ruling in rulings],
        },
    )


def _summary(rows: list[Finding], resolved: int, unused: int, gate: Gate) -> Summary:
    """What there is of each state, and the verdict."""
    stands = [row for row in rows if row.state != State.SUPPRESSED]
    failing = sum(row.fails for row in stands)
    return Summary(
        findings=len(stands),
        new=sum(row.state == State.NEW for row in stands),
        unchanged=sum(row.state == State.UNCHANGED for row in stands),
        resolved=resolved,
        suppressed=len(rows) - len(stands),
        unused=unused,
        highest=max((row.severity for row in stands), key=lambda name: Severity(name).rank, default=None),
        failing=failing,
        failed=failing >= gate.fail_on_count or bool(unused and gate.strict),
    )


def _inspected(book: Book, rulings: list[Ruling], gate: Gate) -> tuple[list[tuple[Ruling, Found]], list[str]]:
    """What the rules found, worst first, and the rules whose `where` no customer fits."""
    standing = standing_of(book)
    everyone = standing.customers
    asked = asked_of((book,), gate.where)
    if asked is not None:
        everyone = book.engine.keep(everyone.join(among(book, asked), on="customer", how="semi"))
    people = book.engine.rows(book.tables.employees.filter(~nw.col("name").is_null()).select("id", "name"))
    largest = cache(lambda share: book.engine.keep(key_customers(everyone, share)))
    found: list[tuple[Ruling, Found]] = []
    warnings: list[str] = []
    chosen: dict[tuple[Condition, ...], Frame] = {(): everyone}
    for ruling in rulings:
        if not reaches(ruling.severity, gate.min_severity):
            continue
        if ruling.where not in chosen:
            try:
                fits = fitting(book, ruling.where)
            except UsageError:
                hint = "numbers with numbers, dates with dates"
                raise usage(f"{ruling.rule.code}: its where compares things of different kinds", hint) from None
            chosen[ruling.where] = book.engine.keep(everyone.join(fits, on="customer", how="semi"))
        customers = chosen[ruling.where]
        if ruling.where and not book.engine.rows(customers.select("customer").head(1)):
            warnings.append(f"{ruling.rule.code}: no customer fits its where, so it has nothing to look at")
        seen = Inspection(book, standing, customers, bool(ruling.where), dict(people), largest)
        found += [(ruling, each) for each in ruling.rule.find(seen)]
    found.sort(key=lambda pair: _rank(*pair))
    return found, warnings


def _rank(ruling: Ruling, found: Found) -> tuple[object, ...]:
    """Worst first: by severity, then by the revenue it is about, what is unknown after what is known."""
    revenue = found.revenue
    return -ruling.severity.rank, revenue is None, -(revenue or 0), ruling.rule.code, found.subject


def _row(
    book: Book, ruling: Ruling, found: Found, suppressing: Suppressing, known: dict[str, Finding], limit: str
) -> Finding:
    """A finding as a row, still without its place; what the baseline knew of it is taken from `known`."""
    fingerprint = found.fingerprint(ruling.rule.code)
    before = known.pop(fingerprint, None)
    suppression = suppressing.of(ruling.rule.code, found)
    state, message = State.NEW if before is None else State.UNCHANGED, found.message
    if before is not None and (found.measure or 0) > (before.measure or 0) + WORSE:
        state, message = State.NEW, f"{message} (worse than in the baseline)"
    if suppression is not None and suppression.expires < book.as_of:
        state, message = State.NEW, f"{message} (was suppressed until {suppression.expires.isoformat()})"
    elif suppression is not None:
        reason = f"suppressed until {suppression.expires.isoformat()}: {suppression.reason}"
        state, message = State.SUPPRESSED, f"{message} ({reason})"
    return Finding(
        severity=str(ruling.severity),
        rule=ruling.rule.code,
        subject="; ".join(found.subject),
        name=found.name,
        message=message,
        revenue=None if found.revenue is None else book.money(found.revenue),
        state=str(state),
        fails=state is State.NEW and reaches(ruling.severity, limit),
        source=None,
        remedy=ruling.rule.remedy,
        measure=None if found.measure is None else round(found.measure, 9),
        fingerprint=fingerprint,
        file=None,
        line=None,
        column=None,
    )


def _useless(entry: Suppression, limit: str) -> Finding:
    """A finding about a suppression that suppresses nothing, where that is to fail; it points into the policy."""
    file, line = place_of(entry.place)
    about = "\n".join((entry.rule, entry.subject, "suppression"))
    return Finding(
        severity=str(Severity.HIGH if limit == NEVER else limit),
        rule=entry.rule,
        subject=entry.subject,
        name=None,
        message=USELESS,
        revenue=None,
        state=str(State.NEW),
        fails=True,
        source=entry.place,
        remedy="Take it out of the policy.",
        measure=None,
        fingerprint=hashlib.sha256(about.encode()).hexdigest()[:32],
        file=file,
        line=line,
        column=None,
    )


def _placed(book: Book, rows: list[tuple[Finding, Found | None]]) -> Iterator[Finding]:
    """The rows with their places: that of the subject, or of the first tie where its table does not have it."""
    lost = [found.subject[0] for _, found in rows if found is not None and found.origin is None]
    first = _first_ties(book, {node.partition(":")[2] for node in lost if node.startswith("customer:")})
    origins = [found and (first.get(found.subject[0]) if found.origin is None else found.origin) for _, found in rows]
    places = book.origins.places({origin for origin in origins if origin is not None})
    book_itself = book.sources[0].path  # code scanning wants a file for everything
    for (row, found), origin in zip(rows, origins, strict=True):
        if found is None:
            yield row
            continue
        place = book_itself if origin is None else places[origin]
        file, line = (place, None) if origin is None else place_of(place)
        yield replace(row, source=place, file=file, line=line)


def _first_ties(book: Book, customers: set[str]) -> dict[str, int]:
    """The first row that names each of some customers, by node."""
    if not customers:
        return {}
    rows = nw.concat([table.select("customer", "origin") for table in (book.tables.ties, book.tables.log)])
    wanted = book.engine.frame(book.engine.table({"customer": "VARCHAR"}, {"customer": sorted(customers)}))
    first = rows.join(wanted, on="customer", how="semi").group_by("customer").agg(origin=nw.col("origin").min())
    return {f"customer:{customer}": origin for customer, origin in book.engine.rows(first.select("customer", "origin"))}


def _resolved(known: Iterable[Finding], ran: set[str]) -> list[Finding]:
    """What the baseline knows and is gone, of the rules that ran."""
    gone = [replace(finding, state=str(State.RESOLVED), fails=False) for finding in known if finding.rule in ran]
    return sorted(gone, key=lambda row: (-Severity(row.severity).rank, row.rule, row.subject or ""))


def _closing(
    book: Book, policy: Policy, gate: Gate, limit: str, summary: Summary, rows: list[Finding]
) -> Iterator[Sentence]:
    """The verdict in words."""
    stands = [row for row in rows if row.state != State.SUPPRESSED]
    counts = {severity: sum(row.severity == severity for row in stands) for severity in reversed(Severity)}
    said = ", ".join(f"{count} {severity}" for severity, count in counts.items() if count)
    words = f"Findings: {{findings}}{f' ({said})' if said else ''}."
    if summary.unchanged or summary.resolved:
        words += " New: {new}. Unchanged: {unchanged}. Resolved: {resolved}."
    words += " Suppressed: {suppressed}." if summary.suppressed else ""
    numbers = ("findings", "new", "unchanged", "resolved", "suppressed")
    yield Sentence(words, {name: Value(getattr(summary, name), Unit.COUNT) for name in numbers})
    if len(stands) > 1:
        rules = Counter(row.rule for row in stands)
        yield Sentence(f"By rule: {', '.join(f'{rule} {count}' for rule, count in sorted(rules.items()))}.")
    yield Sentence(_verdict(summary, limit, gate))
    narrowed = _narrowed(policy, gate)
    if narrowed:
        yield Sentence("Looked at in part only: {narrowed}.", {"narrowed": Value(narrowed, Unit.TEXT)})
    if stands:
        yield Sentence(NO_BASIS, kind="warning")
    if policy.sha256 is not None:
        digest = {"path": Value(policy.path, Unit.TEXT), "digest": Value(policy.sha256[:12], Unit.TEXT)}
        yield Sentence("Policy: {path}, sha256 {digest}…", digest)
    nodes = ((row.subject or "").partition(";")[0] for row in stands)
    worst = next((node for node in nodes if node.startswith(("customer:", "employee:", "channel:"))), None)
    if worst is not None:
        yield suggested(book, command=("why", worst))


def _narrowed(policy: Policy, gate: Gate) -> str:
    """What of the book and its policy was not looked at, for flags and settings said so."""
    codes = [ruling.rule.code for ruling in policy.chosen(gate.select, gate.ignore)]
    parts = [f"rules {', '.join(codes)}"] if gate.select or gate.ignore else []
    parts += [f"customers with {' and '.join(gate.where)}"] if gate.where else []
    parts += [f"severity {gate.min_severity} and above"] if gate.min_severity != Severity.INFO else []
    return "; ".join(parts)


def _verdict(summary: Summary, limit: str, gate: Gate) -> str:
    """Whether the check fails, and for what."""
    useless = summary.unused if gate.strict else 0
    if summary.failing >= gate.fail_on_count and limit != NEVER:
        return (
            f"Fails: {summary.failing} new at or above {limit}{', useless suppressions among them' if useless else ''}."
        )
    if useless:
        return f"Fails: suppressions that suppress nothing: {useless}."
    if limit == NEVER:
        return "Passes: nothing was to fail."
    allowed = f", and fewer than {gate.fail_on_count} are allowed" if summary.failing else ""
    known = f" What was known remains: {summary.unchanged}." if summary.unchanged else ""
    return f"Passes: {summary.failing or 'nothing'} new at or above {limit}{allowed}.{known}"


def cause(result: Result[Finding, Summary]) -> str | None:
    """Why the check fails, for a line on standard error; None where it passes."""
    summary = result.summary
    if not summary.failed:
        return None
    rules = Counter(row.rule for row in result.rows if row.fails and row.message != USELESS)
    said = ", ".join(f"{rule} {count}" for rule, count in sorted(rules.items()))
    parts = [f"new findings at or above {result.judged_by['fail_on']}: {rules.total()} ({said})"] if rules else []
    if result.judged_by["strict_suppressions"] and summary.unused:
        parts.append(f"suppressions that suppress nothing: {summary.unused}")
    return "; ".join(parts)
