"""Documents: what form they may have, and where a problem of form is."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from unittest import mock

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from netaudit.errors import InputError
from netaudit.loading.from_yaml import Listing, Mapping, Scalar, read_document

from . import faults, loaded, rows

if TYPE_CHECKING:
    from pathlib import Path

    from netaudit.loading.from_yaml import Node

PAIR = "\\ud83d\\ude00"


def plain(node: Node | None) -> object:
    """The node without places."""
    if isinstance(node, Listing):
        return [plain(inner) for inner in node.nodes]
    if isinstance(node, Mapping):
        return {key: plain(inner) for key, inner in node.nodes.items()}
    return node.text if node else None


def form(text: str, *, strict_json: bool = False) -> list[str]:
    """`line:column: CODE` of every problem."""
    try:
        _, problems = read_document(text, "f", strict_json=strict_json)
    except InputError as error:
        problems = list(error.problems)
    assert {problem.file for problem in problems} <= {"f"}
    return [f"{problem.line}:{problem.column}: {problem.code}" for problem in problems]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("# nothing", None),
        ("~", None),
        ("a: {b: [1, ~, x], c: }", {"a": {"b": ["1", None, "x"], "c": None}}),
        ("[no, 010, 12:30, 1_000, .nan, yes]", ["no", "010", "12:30", "1_000", ".nan", "yes"]),
        ("[null, Null, NULL, nULL, 'null', \"~\", '']", [None, None, None, "nULL", "null", "~", ""]),
        ("a: |\n  x\n  y\n", {"a": "x\ny\n"}),
        ("'': 1", {"": "1"}),
        ("{a, b: c}", {"a": None, "b": "c"}),
        ("{a: 1}", {"a": "1"}),
    ],
)
def test_texts_stay_as_written(text: str, expected: object) -> None:
    root, problems = read_document(text, "f")
    assert (plain(root), problems) == (expected, [])


def test_every_node_knows_its_place() -> None:
    root, _ = read_document("\u00e6: 1\nb:\n  - {c: x}\n  - y\n", "f")
    assert root == Mapping(
        {
            "\u00e6": Scalar("1", 1, 4),
            "b": Listing([Mapping({"c": Scalar("x", 3, 9)}, {"c": (3, 6)}, 3, 5), Scalar("y", 4, 5)], 3, 3),
        },
        {"\u00e6": (1, 1), "b": (2, 1)},
        1,
        1,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: [1\nb: 2", ["2:2: Y001"]),
        ("a: 'x", ["1:6: Y001"]),
        ("a:\n\tb: 1", ["2:1: Y001"]),
        ("a: 1\n\x01", ["2:1: Y001"]),
        ("a: x\0", ["1:5: Y001"]),
        ("%YAML 3.0\n---\na: 1", ["1:1: Y001"]),
        ("a: 1\n---\nb: 2\n---\nc: 3", ["2:1: Y001"]),
        ('{"a": "\\ud800"}', ["1:10: Y001"]),
        ('{"a": "\ud800"}', ["1:8: V005"]),
        ("a: &x 1", ["1:4: Y002"]),
        ("a: 1\nb: *x", ["2:4: Y002"]),
        ("a: &x [1]\nb: *x", ["1:4: Y002", "2:4: Y002"]),
        ("a:\n  <<: {x: 1}", ["2:3: Y002"]),
        ("a: !!str 1", ["1:4: Y003"]),
        ("a: ! 1", ["1:4: Y003"]),
        ("a: !!python/name:os.system [b]", ["1:4: Y003"]),
        ("a: 1\nb: 2\na: 3\na: 4", ["3:1: Y004", "4:1: Y004"]),
        ("[" * 33 + "]" * 33, ["1:33: Y005"]),
        ("\n".join(" " * depth + "a:" for depth in range(33)) + " [1]", ["33:33: Y005"]),
        ("~: 1", ["1:1: Y006"]),
        ("? [a]\n: 1", ["1:3: Y006"]),
        ("? {a: 1}\n: 1", ["1:3: Y006"]),
        ("a: &x 1\nb: %", ["1:4: Y002", "2:4: Y001"]),
    ],
)
def test_problem_of_form(text: str, expected: list[str]) -> None:
    assert form(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("\u00e6\u00f8\u00e5: \x01", "1:6: Y001"), ("\u00e6: \x01\nb\n", "1:4: Y001")]
)
def test_forbidden_character_is_located_behind_other_letters(text: str, expected: str) -> None:
    assert form(text) == [expected]


def test_a_limit_of_the_parsers_own_is_nesting_too() -> None:
    mark = yaml.Mark("", 0, 0, 1000, None, 0)
    error = yaml.scanner.ScannerError("while increasing flow level", mark, "exceeded maximum nesting depth", mark)
    with mock.patch.object(yaml, "parse", side_effect=error), pytest.raises(InputError) as caught:
        read_document("[", "f")
    assert [f"{problem.line}:{problem.column}: {problem.code}" for problem in caught.value.problems] == ["1:1001: Y005"]


def test_nesting_up_to_the_limit_is_read() -> None:
    assert form("[" * 32 + "]" * 32) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1 "b"}', ["1:9: Y001"]),
        ('{"a": 1}\n{"b": 2}', ["2:1: Y001"]),
        ("a: 1", ["1:1: Y001"]),
        ("{a: 1}", ["1:2: Y001"]),
        ("", ["1:1: Y001"]),
        ("[" * 100_000, ["1:1: Y005"]),
        ('{"a": 1, "a": 2}', ["1:10: Y004"]),
        ('{"a": ' + "1" * 5000 + "}", []),
        ('{\n\t"a":1,\n\t"b":"\\/"}', []),
        ('{"a": "NaN"}', []),
    ],
)
def test_json_is_strict(text: str, expected: list[str]) -> None:
    assert form(text, strict_json=True) == expected


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_json_has_no_such_number(constant: str) -> None:
    with pytest.raises(InputError, match=rf"^f:1:7: Y001 not JSON: {constant} \(null is unknown\)$"):
        read_document(f'{{"a": {constant}}}', "f", strict_json=True)


def test_a_constant_that_is_no_json_is_located() -> None:
    assert form('{"a": "NaN", "b\\"": [1,\n  NaN]}', strict_json=True) == ["2:3: Y001"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f'{{"a": "{PAIR}"}}', "\U0001f600"),
        ('{"a": "\\uD83D\\uDE00 \\u00e6"}', "\U0001f600 \u00e6"),
        ('{"a": "\\\\ud83d\\\\ude00"}', "\\ud83d\\ude00"),
        (f'{{"a": "\\\\{PAIR}"}}', "\\\U0001f600"),
        ('{"a": "\\udbff\\udfff"}', "\U0010ffff"),
    ],
)
def test_json_surrogate_pairs(text: str, expected: str) -> None:
    root, problems = read_document(text, "f", strict_json=True)
    assert (plain(root), problems) == ({"a": expected}, [])


@pytest.mark.parametrize("value", ["x\x7fy", "x\x85y", "x\u2028y", "x\u2029y"])
def test_json_text_that_yaml_would_change(value: str) -> None:
    root, problems = read_document(json.dumps({"a": value}, ensure_ascii=False), "f", strict_json=True)
    assert (plain(root), problems) == ({"a": value}, [])


def test_a_key_longer_than_yaml_knows_is_located() -> None:
    assert form(json.dumps({"k" * 1100: 1}), strict_json=True) == ["1:1104: Y001"]


_JSON = st.recursive(
    st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc\u00e6\U0001f600", max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(_JSON)
def test_ascii_json_reads_as_it_was_written(value: object) -> None:
    root, problems = read_document(json.dumps(value), "f", strict_json=True)
    assert (plain(root), problems) == (value, [])


@given(st.text("a:-[]{}&*!|>'\"%#? \n\t,~\\u\u00e6\x00\x85\ufeff", max_size=30))
def test_any_text_is_read_or_refused_in_its_place(text: str) -> None:
    assert all(re.fullmatch(r"[1-9][0-9]*:[1-9][0-9]*: Y00[1-6]", found) for found in form(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["book.yml:1:1: F006"]),
        ("# nothing\n", ["book.yml:1:1: F006"]),
        ("hello", ["book.yml:1:1: Y006"]),
        ("- a", ["book.yml:1:1: Y006"]),
        ("a: &x 1\nb: *x", ["book.yml:1:4: Y002", "book.yml:2:4: Y002"]),
        ("custmers:\n- {id: a}", ["book.yml:1:1: S001"]),
        ("customers: {id: a}", ["book.yml:1:12: Y006"]),
        ("customers: a", ["book.yml:1:12: Y006"]),
        ("customers: [NO, {id: a}]", ["book.yml:1:13: Y006"]),
        ("customers:\n  - {id: a, nme: b}", ["book.yml:2:13: S001"]),
        ("customers:\n  - {id: a, name: [b]}", ["book.yml:2:19: Y006"]),
        ("customers:\n  - {id: [a]}", ["book.yml:2:5: S002", "book.yml:2:10: Y006"]),
        ("customers: [{id: a, contacts: {id: l}}]", ["book.yml:1:31: Y006"]),
        ("customers: [{id: a, contacts: [l]}]", ["book.yml:1:32: Y006"]),
        ("customers: [{id: a, contacts: [{id: l, customr: a}]}]", ["book.yml:1:40: S001"]),
        ("customers: [{}]", ["book.yml:1:13: S002"]),
        ("channels: [{id: p, kind: portal, admins: [[a]]}]\ncustomers: [{id: a}]", ["book.yml:1:42: Y006"]),
        ("channels: [{id: p, kind: portal, admins: {a: b}}]\ncustomers: [{id: a}]", ["book.yml:1:42: Y006"]),
        ("customers:\n  - id: a\n    revenue: much\n    count: 0", ["book.yml:3:14: V001", "book.yml:4:12: V001"]),
        ("customers:\n  - {id: a, renewal_on: 2024-02-30}", ["book.yml:2:25: V003"]),
        ('customers: [{id: "a\\0b"}]', ["book.yml:1:18: V005"]),
        ("customers: [{id: a}]\ntables: {}\nties: 5", ["book.yml:2:1: S001", "book.yml:3:7: Y006"]),
    ],
)
def test_problem_in_a_book(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert faults(tmp_path, {"book.yml": text}) == expected


def test_blank_tables_and_own_columns_are_passed_over(tmp_path: Path) -> None:
    text = "ties:\ncontacts: ~\ncustomers: [{id: a, x_note: [1, {b: c}], contacts: }]"
    assert rows(loaded(tmp_path, {"book.yml": text}), "customers", "id") == [("a",)]


@pytest.mark.parametrize(
    ("column", "written", "code"),
    [
        ("revenue", ".nan", "V001"),
        ("revenue", "-.inf", "V001"),
        ("revenue", "1e400", "V001"),
        ("revenue", "1_000", "V001"),
        ("revenue", "0x10", "V001"),
        ("revenue", "1" * 5000, "V001"),
        ("renewal_on", "2024-02-28T25:00:00Z", "V003"),
        ("renewal_on", "0000-01-01", "V003"),
        ("id", '"abc\u202e.dcba\u2066"', "V005"),
        ("id", '"\\e[31m"', "V005"),
        ("name", '"a\\0b"', "V005"),
    ],
)
def test_hostile_value_is_a_problem_of_its_cell(tmp_path: Path, column: str, written: str, code: str) -> None:
    text = (
        "customers:\n  - id: a\n    " + f"{column}: {written}" if column != "id" else f"customers:\n  - id: {written}"
    )
    line, at = (3, 7 + len(column)) if column != "id" else (2, 9)
    assert faults(tmp_path, {"book.yml": text}) == [f"book.yml:{line}:{at}: {code}"]
