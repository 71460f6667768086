"""What all tests share: Hypothesis without a clock, and data that may be absent.

A random book holds nine customers, each a case of its own, so that five are some forty-five cases, others each time.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

CALM = [HealthCheck.too_slow, HealthCheck.data_too_large]
UNSHRUNK = [phase for phase in Phase if phase not in {Phase.shrink, Phase.explain}]
settings.register_profile("shrink", deadline=None, max_examples=5, suppress_health_check=CALM)  # to study a failure
settings.register_profile("netaudit", parent=settings.get_profile("shrink"), phases=UNSHRUNK)
settings.load_profile("netaudit")

ROOT = Path(__file__).resolve().parent.parent
THIRD_PARTY = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def third_party() -> Path:
    """The folder of third-party data; tests that need it are skipped where it is absent."""
    if not THIRD_PARTY.is_dir():
        pytest.skip("third-party data is not here")
    return THIRD_PARTY


UNMEASURED = (
    *("test_pollution", "test_naughty", "test_guarantees", "test_hostile", "test_escape", "gate.py::test_exit_codes"),
    *("brute_force", "of_equal_people", "more_budget", "small_books", "closed_form_equals", "gives_what_it_promised"),
    *(
        "followers_of_the_page_on",
        "whoever_the_book_is_about",
        "nothing_changed_in_the_same",
        "each_person_alone_would",
    ),
    *("plain_loops_say", "is_the_mirror", "hash_seeds", "any_book_comes_back", "sensitivity_moves"),
)
"""Tests that go many times through what others have covered, and would take a quarter longer if it were measured."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes longest comes first, or one process would wait for the other at the end."""
    for item in items if not config.getoption("no_cov") else ():
        if any(name in item.nodeid for name in UNMEASURED):
            item.add_marker("no_cover")
    items.sort(key=lambda item: "test_spark" not in item.nodeid)
