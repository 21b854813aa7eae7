"""Fixtures for every test."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings

settings.register_profile("house", deadline=None)
settings.load_profile("house")

#: Thursday 19 November 2026, 09:41 in Oslo.
NOW = datetime(2026, 11, 19, 8, 41, tzinfo=UTC)


class StoppedClock:
    """A clock that a test moves."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime:
        """The time that it shows."""
        return self.at

    def move(self, **by: float) -> None:
        """Move it by so many ``hours=``, ``minutes=``, ``seconds=``."""
        self.at += timedelta(**by)


@pytest.fixture
def now() -> datetime:
    """Thursday 19 November 2026, 09:41 in Oslo."""
    return NOW


@pytest.fixture
def clock() -> StoppedClock:
    """A clock that stands still until it is moved."""
    return StoppedClock()
