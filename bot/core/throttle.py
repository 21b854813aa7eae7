"""Guessing gets slow: how long to wait before something may be tried again."""

from dataclasses import dataclass
from datetime import timedelta

__all__ = ["Allowance"]

MOST_DOUBLINGS = 30


@dataclass(frozen=True, slots=True)
class Allowance:
    """How often may be tried under one key before waiting begins: 2 s, then 4, 8 … up to ``longest``."""

    #: Who or what tries: a user, an address.
    key: str
    #: So many may follow each other without waiting.
    free: int = 3
    longest: timedelta = timedelta(minutes=5)

    def wait_after(self, tried: int) -> timedelta:
        """How long to wait after the last of so many attempts."""
        if tried < self.free:
            return timedelta(0)
        doublings = min(tried - self.free + 1, MOST_DOUBLINGS)
        return min(timedelta(seconds=2**doublings), self.longest)
