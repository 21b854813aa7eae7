"""The port ``Crm``, with something around each call."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime

from bot.core.people import Principal
from bot.core.secret import Secret
from bot.core.servertime import ServerWarning
from bot.services.ports import ActivityQuery, Category, Crm, SignedIn, Snapshot, SystemInfo

__all__ = ["AroundCrm"]


class AroundCrm(ABC):
    """Implements the port by another one of it."""

    def __init__(self, crm: Crm) -> None:
        self._crm = crm
        self._knows_the_time = False

    @abstractmethod
    def around(self, operation: str) -> AbstractAsyncContextManager[None]:
        """What each call happens in; ``operation`` is a word for it, such as ``activities``."""

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
        async with self.around("sign-in"):
            return await self._crm.sign_in(username, password)

    async def activities(self, ticket: Secret, query: ActivityQuery) -> Snapshot:
        """The latest activity."""
        async with self.around("activities"):
            return await self._crm.activities(ticket, query)

    async def me(self, ticket: Secret) -> Principal:
        """Who the ticket belongs to."""
        async with self.around("me"):
            return await self._crm.me(ticket)

    async def categories(self, ticket: Secret) -> Sequence[Category]:
        """The tenant's company categories."""
        async with self.around("categories"):
            return await self._crm.categories(ticket)

    async def system_info(self) -> SystemInfo:
        """What the installation is."""
        async with self.around("system-info"):
            return await self._crm.system_info()

    async def now(self) -> datetime:
        """The server's own clock. It is asked once, and known from then on: nothing needs to be around it."""
        if self._knows_the_time:
            return await self._crm.now()
        async with self.around("now"):
            now = await self._crm.now()
        self._knows_the_time = True
        return now
