"""What the use cases need of the machine."""

from collections.abc import Awaitable, Callable, Hashable
from datetime import datetime
from typing import Protocol

__all__ = ["Clock", "Rates", "Runner"]


class Clock(Protocol):
    """The bot's own clock."""

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        ...


class Runner(Protocol):
    """Work that happens after the acknowledgement."""

    def submit(self, job: Callable[[], Awaitable[None]], whose: Hashable, asks: str = "") -> None:
        """Queue a job. One user's jobs never keep another's waiting, nor those that ask one SuperOffice
        those that ask another.

        Raises :class:`~bot.core.errors.BotBusy` when the queue, or what one user may have in it, is full.
        """
        ...

    def spawn(self, job: Callable[[], Awaitable[None]]) -> None:
        """Start a job beside the queue: for what is rare, short, and not to be refused."""
        ...


class Rates(Protocol):
    """Limits that hold for all processes together."""

    async def take(self, name: str, interval: float, credit: float) -> float:
        """Take the next turn of a limit; in how many seconds it is, 0 or less for now.

        Turns are ``interval`` seconds apart; what nobody took is made up for, up to ``credit`` seconds of it.
        """
        ...

    async def close(self, name: str, seconds: float) -> None:
        """Let there be no turn before so many seconds are over."""
        ...
