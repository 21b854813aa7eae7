"""What the use cases need of the machine."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

__all__ = ["Clock", "Limit", "Rates", "Runner", "Seats"]


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

    def later(self, seconds: float, job: Callable[[], Awaitable[None]]) -> Callable[[], None]:
        """Spawn a job so much later, unless what this returns is called before."""
        ...


class Limit(NamedTuple):
    """Never more than so many calls in so many seconds; and for how many a lease of some is good."""

    calls: int
    window: float
    lease: float


class Rates(Protocol):
    """Limits that hold for all processes together."""

    async def take(self, name: str, turns: int, interval: float, credit: float) -> float:
        """Take the next turns of a limit; in how many seconds the first is, 0 or less for now.

        Turns are ``interval`` seconds apart; what nobody took is made up for, up to ``credit`` seconds of it.
        """
        ...

    async def lease(self, name: str, calls: int, limit: Limit) -> tuple[int, float]:
        """So many calls, or fewer, may be made within ``limit.lease`` seconds from when this is asked.

        Where it is none, after how many seconds to ask again.
        """
        ...

    async def left(self, name: str, limit: Limit) -> int:
        """How many calls nobody has a lease of."""
        ...

    async def close(self, name: str, seconds: float) -> None:
        """Let there be no turn and no lease before so many seconds are over."""
        ...


class Seats(Protocol):
    """Seats of which each process has some for a while: never more in all than there are."""

    async def settle(self, name: str, total: int, wanted: int, in_use: int, lease: float) -> int:
        """Tell the others how many of ``total`` one could use; how many one has, for ``lease`` seconds.

        Where more are ``in_use``, nobody else has those until one settles again.
        """
        ...

    async def renew(self, names: Sequence[str], lease: float) -> Sequence[str]:
        """Have these for ``lease`` seconds from now; those that were still one's own."""
        ...

    async def short(self) -> Sequence[str]:
        """Of which one has seats, while another has fewer than it wants."""
        ...

    async def leave(self, names: Sequence[str]) -> None:
        """Have no seats of these any more."""
        ...
