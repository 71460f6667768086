"""What all tests share: Hypothesis without a clock, and data that may be absent."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "netaudit", deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.load_profile("netaudit")

ROOT = Path(__file__).resolve().parent.parent
THIRD_PARTY = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def third_party() -> Path:
    """The folder of third-party data; tests that need it are skipped where it is absent."""
    if not THIRD_PARTY.is_dir():
        pytest.skip("third-party data is not here")
    return THIRD_PARTY
