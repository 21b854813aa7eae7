"""SuperOffice, with each call counted and timed."""

from collections.abc import Sequence
from datetime import datetime

from bot.core.people import Principal
from bot.core.secret import Secret
from bot.core.servertime import ServerWarning
from bot.services.ports import ActivityQuery, Category, Crm, Metrics, SignedIn, Snapshot, SystemInfo

__all__ = ["MeasuredCrm"]


class MeasuredCrm:
    """Implements the port ``Crm`` by another one of it."""

    def __init__(self, crm: Crm, metrics: Metrics) -> None:
        self._crm = crm
        self._metrics = metrics

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
        with self._metrics.crm_call(self.tenant, "sign-in"):
            return await self._crm.sign_in(username, password)

    async def activities(self, ticket: Secret, query: ActivityQuery) -> Snapshot:
        """The latest activity."""
        with self._metrics.crm_call(self.tenant, "activities"):
            return await self._crm.activities(ticket, query)

    async def me(self, ticket: Secret) -> Principal:
        """Who the ticket belongs to."""
        with self._metrics.crm_call(self.tenant, "me"):
            return await self._crm.me(ticket)

    async def categories(self, ticket: Secret) -> Sequence[Category]:
        """The tenant's company categories."""
        with self._metrics.crm_call(self.tenant, "categories"):
            return await self._crm.categories(ticket)

    async def system_info(self) -> SystemInfo:
        """What the installation is."""
        with self._metrics.crm_call(self.tenant, "system-info"):
            return await self._crm.system_info()

    async def now(self) -> datetime:
        """The server's own clock. Not measured: it is asked once, and known from then on."""
        return await self._crm.now()
