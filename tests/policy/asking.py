"""One rule, asked of a small book: what it finds, by subject."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import netaudit
from netaudit.loading.where import condition
from netaudit.policy.policy import Policy, Ruling
from netaudit.policy.rules import RULES
from tests.books import AS_OF

if TYPE_CHECKING:
    from netaudit.book import Book
    from netaudit.finding import Finding
    from netaudit.policy.rule import Rule
    from netaudit.result import Result
    from tests.books import Document

BY_CODE: dict[str, type[Rule]] = {rule.code: rule for rule in RULES}


def found(
    book: Book, code: str, *, where: dict[str, str | list[str | None]] | None = None, **parameters: float
) -> list[Finding]:
    """What one rule finds in a book, worst first."""
    rule = BY_CODE[code]
    conditions = tuple(condition(column, wanted) for column, wanted in (where or {}).items())
    ruling = Ruling(rule(**parameters), rule.severity, conditions)
    return list(netaudit.check(book, Policy(rulings={code: ruling})).rows)


def said(book: Book, code: str, **asked: Any) -> dict[str | None, str]:
    """Subject and message of everything that one rule finds; no subject has two."""
    rows = found(book, code, **asked)
    messages = {row.subject: row.message for row in rows}
    assert len(messages) == len(rows)
    return messages


def subjects(book: Book, code: str, **asked: Any) -> set[str]:
    """The ids, without their kind, of the first nodes that one rule finds."""
    return {(row.subject or "").partition(";")[0].partition(":")[2] for row in found(book, code, **asked)}


def worth(**revenues: float | None) -> list[Document]:
    """Customers with their revenue a year; None where it is unknown."""
    return [{"id": name} | ({} if revenue is None else {"revenue": revenue}) for name, revenue in revenues.items()]


def day(days: int) -> str:
    """The day so many days after the one judged by, or before it."""
    return (AS_OF + timedelta(days=days)).isoformat()


def sentences(result: Result[Any, Any]) -> list[str]:
    """What stands below an answer, with its values as they are."""
    return [each.text.format(**{name: value.content for name, value in each.values.items()}) for each in result.closing]
