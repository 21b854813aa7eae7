"""Where a tenant's SOAP services are: onsite as set, online wherever SuperOffice keeps it just now."""

from typing import Protocol

from bot.crm.online.state import TenantState

__all__ = ["Address", "OnlineAddress", "OnsiteAddress"]


class Address(Protocol):
    """Finds the services, and the web client."""

    @property
    def web_url(self) -> str:
        """The root of the web client; ``""`` where it is not known."""
        ...

    async def services(self) -> str:
        """Up to ``ServicesNN/``. Raises ``CrmError``."""
        ...

    async def moved(self, services: str) -> bool:
        """Nothing is there: whether there is another place to ask."""
        ...


class OnsiteAddress:
    """As the settings say, always."""

    def __init__(self, services: str, web_url: str) -> None:
        self._services = services.rstrip("/") + "/"
        self.web_url = web_url

    async def services(self) -> str:
        """Up to ``ServicesNN/``."""
        return self._services

    async def moved(self, services: str) -> bool:
        """There is no other place."""
        return False


class OnlineAddress:
    """As the state service says; ``version`` is such as ``Services86``."""

    def __init__(self, state: TenantState, version: str) -> None:
        self._state = state
        self._path = f"/Remote/{version}/"

    @property
    def web_url(self) -> str:
        """The endpoint is the web client's root."""
        return self._state.last_known

    async def services(self) -> str:
        """Up to ``ServicesNN/``. Raises ``CrmError``."""
        return await self._state.endpoint() + self._path

    async def moved(self, services: str) -> bool:
        """Ask the state service again; whether it names another place."""
        return await self._state.moved(services.removesuffix(self._path))
