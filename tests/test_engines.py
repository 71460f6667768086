"""Which engine, and what it says where it cannot be."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest

import netaudit
from netaudit.errors import UsageError, first_line


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"engine": "sparc"}, "no engine is called 'sparc'"),
        ({"spark": "local"}, "only the engine spark has a master"),
        ({"engine": "spark", "memory_limit": "1GB"}, "--memory-limit is for the engine duckdb"),
        ({"memory_limit": 1 << 30}, "'1073741824' is no amount of memory"),
    ],
)
def test_what_does_not_go_together(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        netaudit.load("examples/telco", **options)


def test_an_engine_that_is_not_installed() -> None:
    with mock.patch("netaudit.engines.find_spec", return_value=None), pytest.raises(UsageError, match="not installed"):
        netaudit.load("examples/telco", engine="spark")


def test_a_database_of_spark_needs_its_engine() -> None:
    with pytest.raises(UsageError, match="'crm' is a database of Spark"):
        netaudit.load("spark:crm")


def test_a_path_is_a_path_and_threads_work() -> None:
    wrong: tuple[dict[str, Any], ...] = ({"settings": {"tables": {}}}, {"book": 5})
    for options in wrong:
        with pytest.raises(UsageError, match=r"cannot be '(dict|int)' \(the path of a file\)"):
            netaudit.load(**options)
    with pytest.raises(UsageError, match="0 threads cannot work"):
        netaudit.load(threads=0)


def test_what_another_library_quotes_is_left_out() -> None:
    assert first_line(ValueError('invalid "anna@example" here')) == "invalid … here"
    assert first_line(ValueError("invalid 'anna\nbo' here")) == "invalid …"
    assert first_line(ValueError("it can't read 'anna' and \"bo\" too")) == "it can't read … and … too"
    assert first_line(ValueError()) == "ValueError"
