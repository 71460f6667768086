"""Parameters, their ranges, and what a user may make of them."""

from __future__ import annotations

import pytest

import netaudit
from netaudit.assumptions import DEFAULTS, Assumptions
from netaudit.errors import CODES, InputError, Problem, nearest, shown
from tests.books import book


def test_defaults_lie_in_their_ranges_and_say_what_they_rest_on() -> None:
    for name, parameter in DEFAULTS.items():
        assert parameter.floor <= parameter.low <= parameter.base <= parameter.high <= parameter.ceiling, name
        assert parameter.basis in {"evidence", "convention"}
        assert parameter.source


@pytest.mark.parametrize(
    ("name", "values", "range_"),
    [
        ("follow.unknown", (0.2,), (0.15, 0.2, 0.5)),
        ("follow.unknown", (0.6,), (0.15, 0.6, 0.6)),
        ("follow.unknown", (0.1, 0.2, 0.4), (0.1, 0.2, 0.4)),
        ("weight.lunch", (1.5,), (0.75, 1.5, 3.0)),
        ("weight.lunch", (1, 2, 3), (1, 2, 3)),
    ],
)
def test_a_value_stretches_the_range_and_three_replace_it(
    name: str, values: tuple[float, ...], range_: tuple[float, float, float]
) -> None:
    parameter = Assumptions.default().but(name, *values).parameters[name]
    assert (parameter.low, parameter.base, parameter.high) == range_


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("half_live_days", (90,), "unknown assumption 'half_live_days': did you mean 'half_life_days'?"),
        ("zzz", (1,), "known are half_life_days, per_meeting"),
        ("follow.unknown", (1.5,), "follow.unknown must lie from 0 to 1"),
        ("follow.unknown", (0.4, 0.3, 0.5), "must not fall"),
        ("follow.unknown", (0.4, 0.5), "takes one value, or three"),
        ("half_life_days", (0,), "must lie from 1 to 36500"),
        ("weight. ", (1,), "unknown assumption"),
    ],
)
def test_what_cannot_be_assumed(name: str, values: tuple[float, ...], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Assumptions.default().but(name, *values)


def test_a_partial_mapping_keeps_the_other_defaults() -> None:
    changed = Assumptions.default().but("follow.competitor", 0.4)
    assert changed.group("follow") == {"competitor": 0.4, "unknown": 0.3, "elsewhere": 0.15}
    assert changed.as_mapping()["follow_range"] == {
        "competitor": [0.25, 0.85],
        "elsewhere": [0.05, 0.25],
        "unknown": [0.15, 0.5],
    }


def test_a_new_kind_of_tie_counts_with_its_weight() -> None:
    b = book("mette -lunch-> havn last_contact=2015-01-23 per_year=0", assumptions={"weight": {"lunch": 0.5}})
    (row,) = netaudit.risk(b, ["mette"]).rows
    assert row.walks == pytest.approx(1 - 2.718281828459045**-0.2, abs=1e-9)
    with pytest.raises(InputError, match="the kind 'lunch' has no weight"):
        book("mette -lunch-> havn")


def test_a_clause_that_runs_halves_what_follows() -> None:
    people = [{"id": "mette", "clause_until": "2015-01-23"}, {"id": "bo", "clause_until": "2015-01-22"}]
    b = book("mette -> havn", "bo -> nord", employees=people)
    rows = {row.employee: row for row in netaudit.risk(b, destination="competitor").rows}
    assert rows["mette"].revenue_at_risk.base == pytest.approx(rows["bo"].revenue_at_risk.base / 2, abs=0.01)


def test_the_recorded_destination_counts_unless_another_is_asked_for() -> None:
    leaving = [{"employee": "mette", "on": "2015-02-01", "destination": "competitor"}]
    b = book("mette -> havn", departures=leaving)
    recorded, asked = netaudit.risk(b, ["mette"]), netaudit.risk(b, ["mette"], destination="elsewhere")
    (row,), (other,) = recorded.rows, asked.rows
    assert row.loss.base == pytest.approx(0.5 * row.walks, abs=1e-9)
    assert other.loss.base == pytest.approx(0.15 * row.walks, abs=1e-9)


def test_every_problem_has_a_known_code_and_reads_as_one_line() -> None:
    problem = Problem("V001", "not a number", "digits only", "a.csv", 3, 7)
    assert str(problem) == "a.csv:3:7: V001 not a number (digits only)"
    assert str(Problem("U001", "what")) == "U001 what"
    assert problem.code in CODES


def test_words_are_cut_and_hints_stay_cheap() -> None:
    assert shown("x" * 60) == f"'{'x' * 39}…'"
    assert nearest("x" * 101, ["x" * 100]) is None
    assert nearest("a", map(str, range(20_001))) is None
    assert nearest("Mete", ["mette", "bo"]) == "did you mean 'mette'?"
