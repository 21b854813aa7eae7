"""The port ``Crm``, with something around each call."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from bot.core.people import Principal
from bot.core.secret import Secret
from bot.core.servertime import ServerWarning
from bot.services.ports import ActivityQuery, Category, Crm, SignedIn, Snapshot, SystemInfo

__all__ = ["AroundCrm"]

T = TypeVar("T")


class AroundCrm(ABC):
    """Implements the port by another one of it."""

    def __init__(self, crm: Crm) -> None:
        self._crm = crm
        self._knows_the_time = False

    @abstractmethod
    async def around(self, operation: str, call: Callable[[], Awaitable[T]]) -> T:
        """Make the call, with whatever is around it; ``operation`` is a word for it, such as ``activities``.

        No context manager: each that waits is an asynchronous generator, of which the loop keeps account.
        """

    @property
    def tenant(self) -> str:
        """The tenant's id."""
        return self._crm.tenant

    @property
    def web_url(self) -> str:
        """The root of its web client."""
        return self._crm.web_url

    @property
    def warnings(self) -> Sequence[ServerWarning]:
        """What an administrator should look at."""
        return self._crm.warnings

    async def sign_in(self, username: str, password: Secret) -> SignedIn:
        """Trade a user name and password for a ticket."""
        return await self.around("sign-in", partial(self._crm.sign_in, username, password))

    async def activities(self, ticket: Secret, query: ActivityQuery) -> Snapshot:
        """The latest activity."""
        return await self.around("activities", partial(self._crm.activities, ticket, query))

    async def me(self, ticket: Secret) -> Principal:
        """Who the ticket belongs to."""
        return await self.around("me", partial(self._crm.me, ticket))

    async def categories(self, ticket: Secret) -> Sequence[Category]:
        """The tenant's company categories."""
        return await self.around("categories", partial(self._crm.categories, ticket))

    async def system_info(self) -> SystemInfo:
        """What the installation is."""
        return await self.around("system-info", self._crm.system_info)

    async def now(self) -> datetime:
        """The server's own clock. It is asked once, and known from then on: nothing needs to be around it."""
        if self._knows_the_time:
            return await self._crm.now()
        now = await self.around("now", self._crm.now)
        self._knows_the_time = True
        return now
