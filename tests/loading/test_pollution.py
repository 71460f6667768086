"""A polluted file is read right or refused at a place; never is it read wrongly in silence."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from netaudit.engine import Engine
from netaudit.errors import InputError
from netaudit.loading import load
from netaudit.loading.values import Reading, read_date

from .pollution import FAMILIES, SETTINGS, Row, Variant

if TYPE_CHECKING:
    from netaudit.book import Book

TOLD = ("right", "refused", "warned")
READ = {
    "dialects": (42, 112, 0),
    "line ends": (34, 18, 0),
    "encodings": (38, 26, 6),
    "headers": (30, 62, 0),
    "preambles": (32, 20, 0),
    "footers": (57, 24, 0),
    "ragged rows": (2, 166, 0),
    "lost quotes": (10, 130, 0),
    "pairs of lost quotes": (0, 36, 0),
    "cells": (9, 29, 0),
}
"""Family → how many of its variants are read right, refused at a place, and read with a warning of spoilt letters."""

Facts = tuple[set[tuple[object, ...]], set[tuple[object, ...]]]


def expected(rows: tuple[Row, ...]) -> Facts:
    """Ties and customers of a right reading."""
    ties: set[tuple[object, ...]] = {
        (owner, account, read_date(on, Reading(plain=True)), float(touches) if touches else None)
        for _, owner, account, _, on, touches, _ in rows
    }
    return ties, {(row[2], Decimal(row[3]) * 100 if row[3] else None) for row in rows}


def found(book: Book) -> Facts:
    ties = book.engine.rows(book.tables.ties.select("person", "customer", "last_contact", "per_year"))
    return set(ties), set(book.engine.rows(book.tables.customers.select("id", "revenue")))


def outcome(folder: Path, variant: Variant, engine: Engine) -> str:
    """What becomes of a variant: "right", "refused" at a place, or in which way it is wrong.

    "warned" are letters that were spoilt before: taken as they stand, and the first of them is named with its line.
    """
    (folder / "crm.csv").write_bytes(variant.data)
    (folder / "netaudit.yml").write_text(
        SETTINGS + (f"encoding: {variant.encoding}\n" if variant.encoding else ""), encoding="utf-8"
    )
    try:
        book = load(str(folder), as_of="2024-01-01", engine=engine)
    except InputError as error:
        nowhere = [
            str(problem)
            for problem in error.problems
            if problem.file is None or (problem.line is None and problem.code != "F006")  # a file without any row
        ]
        return f"refused without a place: {nowhere}" if nowhere else "refused"
    ties, customers = found(book)
    wanted = expected(variant.rows)
    if (ties, customers) == wanted and len(variant.rows):
        return "right"
    if any("letters look spoilt" in warning and "crm.csv:" in warning for warning in book.warnings):
        return "warned"
    return f"silently wrong: {sorted(map(str, ties ^ wanted[0]))} {sorted(map(str, customers ^ wanted[1]))}"


@pytest.mark.parametrize("family", FAMILIES)
def test_nothing_is_silently_wrong(tmp_path: Path, family: str) -> None:
    engine = Engine(1)
    outcomes = {variant.name: outcome(tmp_path, variant, engine) for variant in FAMILIES[family]()}
    assert {name: told for name, told in outcomes.items() if told not in TOLD} == {}
    counts = Counter(outcomes.values())
    assert tuple(counts[told] for told in TOLD) == READ[family]


def test_the_readme_says_how_much_is_read_right() -> None:
    right, refused, warned = (sum(counts[index] for counts in READ.values()) for index in range(3))
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    said = f"Of {right + refused + warned} such files {right} are read right, {refused} refused at the line"
    assert f"{said} and {warned} read with a warning" in " ".join(readme.split())
