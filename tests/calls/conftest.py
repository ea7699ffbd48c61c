"""Every test of calls starts with nothing known of any provider, and may hold the clock."""

from collections.abc import Iterator

import pytest
from held_clock import FakeClock, forget_everything

from g4f_lite._utils import clock as _clock


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    forget_everything()
    yield
    forget_everything()


@pytest.fixture
def clock() -> Iterator[FakeClock]:
    """A clock of the test's own in the system's place."""
    fake = FakeClock()
    with _clock.override_clock(fake):
        yield fake
