"""A SuperOffice on 127.0.0.1: SOAP 1.1 over HTTP, with switches for everything that can go wrong.

async with SuperOffice(clock=clock) as crm:
    crm.url          # what SUPEROFFICE_URL takes
    crm.seller       # somebody who can sign in
    crm.happen(...)  # and something to see
    crm.requests     # what was asked, for assertions
"""

from types import TracebackType
from typing import Self

from bot.demo.clock import Clock, SystemClock
from bot.demo.host import Host
from bot.demo.superoffice.cast import User
from bot.demo.superoffice.installation import Installation
from bot.demo.superoffice.story import Story

__all__ = ["SuperOffice"]


class SuperOffice(Installation):
    """The onsite server: one installation on one port."""

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        seed: int = 7,
        port: int = 0,
        story: Story | None = None,
        zone: str = "Europe/Oslo",
    ) -> None:
        clock = clock or SystemClock()
        super().__init__(clock, story or Story(clock.now(), seed), zone)
        self._host = Host(self.soap.serve, port)

    # ------------------------------------------------------------ life

    async def __aenter__(self) -> Self:
        await self._host.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._host.close()

    async def accept(self) -> None:
        """Listen, on the same port as before."""
        await self._host.accept()

    async def refuse(self) -> None:
        """Refuse connections from now on, and close those that are open."""
        await self._host.refuse()

    async def hang_up(self) -> None:
        """Close the connections that are open."""
        await self._host.hang_up()

    # ------------------------------------------------------------ addresses

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return self._host.port

    @property
    def url(self) -> str:
        """The SOAP root, for Services86."""
        return self.url_for("Services86")

    @property
    def web_url(self) -> str:
        """The web client's root, for deep links."""
        return f"{self._host.url}/SuperOffice"

    def url_for(self, services: str) -> str:
        """The SOAP root of ``Services84`` to ``Services88``."""
        return f"{self._host.url}/remote/{services}/"

    # ------------------------------------------------------------ records

    @property
    def connections_opened(self) -> int:
        """How many connections were opened so far."""
        return self._host.connections_opened

    @property
    def connections_peak(self) -> int:
        """The most connections that were open at once."""
        return self._host.connections_peak

    def access_token(self, user: User) -> str:
        """A valid access token, as the online edition's sign-in would give."""
        return self.tickets.issue_token(user)
