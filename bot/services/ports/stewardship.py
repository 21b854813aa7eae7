"""Who looks after channels' digests."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.core.people import SlackUser

__all__ = ["Stewardship"]


class Stewardship(Protocol):
    """Who looks after channels' digests. Their schedules are left alone: what is due stays due."""

    async def all(self) -> Sequence[int]:
        """The ids of all of them."""
        ...

    async def orphans(self) -> Sequence[int]:
        """Those without an owner, the longest so first."""
        ...

    async def orphan(self, id: int, at: datetime) -> bool:  # noqa: A002
        """Its owner is gone. ``False`` where it had none."""
        ...

    async def seek(self, id: int, at: datetime) -> bool:  # noqa: A002
        """The channel is asked for an owner from now on. ``False``: it was, or it has one."""
        ...

    async def unsought(self, id: int) -> None:  # noqa: A002
        """The channel was not asked after all."""
        ...

    async def imported(self) -> Sequence[int]:
        """Those that a file changed, and whose channels do not know."""
        ...

    async def told(self, id: int) -> bool:  # noqa: A002
        """The channel is told from now on. ``False``: it was."""
        ...

    async def untold(self, id: int, at: datetime) -> None:  # noqa: A002
        """The channel was not told after all."""
        ...

    async def adopt(self, id: int, owner: SlackUser) -> bool:  # noqa: A002
        """It is theirs from now on. ``False`` where it has an owner."""
        ...
