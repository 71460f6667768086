"""Which engine, and what it says where it cannot be."""

from __future__ import annotations

from typing import Any
from unittest import mock

import duckdb
import pytest

import netaudit
from netaudit.engine import Engine
from netaudit.errors import InputError, UsageError, first_line


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


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"settings": {"tables": {}}}, r"settings cannot be 'dict' \(the path of a file\)"),
        ({"book": 5}, r"a book cannot be 'int' \(the path of a file\)"),
        ({"threads": 0}, "'0' threads cannot work"),
        ({"threads": "2"}, "'2' threads cannot work"),
        ({"threads": True}, "'True' threads cannot work"),
        ({"threads": 10**9}, r"threads cannot work \(from 1 to 1024\)"),
        ({"as_of": 20241231}, "as_of cannot be 'int'"),
        ({"as_of": b"2024-01-01"}, "as_of cannot be 'bytes'"),
        ({"assume": "half_life_days=90"}, "assume is a list of texts"),
        ({"assume": {"half_life_days": 90}}, "assume is a list of texts"),
        ({"assume": [1]}, "assume is a list of texts"),
        ({"assume": None}, "assume is a list of texts"),
        ({"with_plan": 5}, "a plan cannot be 'int'"),
    ],
)
def test_what_an_argument_cannot_be(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        netaudit.load(**{"book": "examples/telco", **options})


def test_what_another_library_quotes_is_left_out() -> None:
    assert first_line(ValueError('invalid "anna@example" here')) == "invalid … here"
    assert first_line(ValueError("invalid 'anna\nbo' here")) == "invalid …"
    assert first_line(ValueError("could not convert 'O'Brien Anna' to INT32")) == "could not convert … to INT32"
    assert first_line(ValueError("it can't read 'anna' and \"bo\" too")) == "it can't read … and … too"
    assert first_line(ValueError()) == "ValueError"


def test_a_full_disk_is_not_a_broken_book() -> None:
    """What does not fit in memory goes to a folder of ours; and an error of ours in a query stays one."""
    engine = Engine()
    for inside in (engine.bounded, engine.answering):
        with pytest.raises(UsageError, match="what does not fit in memory cannot be written to disk"), inside():
            raise duckdb.IOException(f'Could not write file "{engine._spilt}/x": No space left on device')
        with pytest.raises(duckdb.IOException), inside():
            raise duckdb.IOException("nothing of ours")


def test_without_a_folder_for_it_a_broken_file_is_one_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netaudit.engine.tempfile.mkdtemp", mock.Mock(side_effect=OSError))
    engine = Engine()
    engine._lies = True
    with pytest.raises(UsageError, match="a file of the book cannot be read any more"), engine.answering():
        raise duckdb.IOException("no such file")


def test_a_name_too_long_for_a_path_is_no_file() -> None:
    with pytest.raises(InputError, match="none of PostgreSQL"):
        netaudit.load("a:b@" + "c" * 5000)
