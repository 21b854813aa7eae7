"""A SuperOffice on 127.0.0.1: SOAP 1.1 over HTTP, with switches for everything that can go wrong.

async with SuperOffice(clock=clock) as crm:
    crm.url          # what SUPEROFFICE_URL takes
    crm.seller       # somebody who can sign in
    crm.happen(...)  # and something to see
    crm.requests     # what was asked, for assertions
"""

import asyncio
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.demo.cast import COLLEAGUES, USERS, Staff, User
from bot.demo.clock import Clock, SystemClock
from bot.demo.endpoint import CountingServer, Endpoint, Received
from bot.demo.faults import Faults
from bot.demo.operations import Operations
from bot.demo.story import ACTIONS, Company, Event, Story, action_id
from bot.demo.tickets import Tickets

__all__ = ["SuperOffice"]


class SuperOffice:
    """The server. ``zone``, ``skew`` and ``utc_registered`` may be changed while it runs."""

    #: People of the story, by their part in it. All passwords are made up.
    seller, manager, colleague, other_email, no_zone = USERS
    users = USERS

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        seed: int = 7,
        port: int = 0,
        story: Story | None = None,
        zone: str = "Europe/Oslo",
    ) -> None:
        self.clock = clock or SystemClock()
        self.story = story or Story(self.clock.now(), seed)
        self.tickets = Tickets(self.clock)
        self.faults = Faults()
        #: The tenant's base time zone, an IANA name.
        self.zone = zone
        #: How far the server's own clock, its Date header included, is ahead.
        self.skew = timedelta()
        #: Whether times of creation and change are answered in UTC, whatever the zone.
        self.utc_registered = False
        #: When a user last logged out of SuperOffice, by login; default: yesterday.
        self.last_logout: dict[str, datetime] = {}
        operations = Operations(self.story, self.tickets, self.clock, self)
        self._endpoint = Endpoint(operations, self.tickets, self.faults, self.clock)
        self._server = CountingServer(self._endpoint.serve, access_log=None)
        self._runner = web.ServerRunner(self._server, shutdown_timeout=0.1)
        self._site: web.TCPSite | None = None
        self._port = port
        self._happened = 1_000_000

    # ------------------------------------------------------------ life

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await self.accept()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    async def accept(self) -> None:
        """Listen, on the same port as before."""
        if self._site is None:
            self._site = web.TCPSite(self._runner, "127.0.0.1", self._port)
            await self._site.start()
            self._port = self._runner.addresses[0][1]

    async def refuse(self) -> None:
        """Refuse connections from now on, and close those that are open."""
        if self._site is not None:
            await self._site.stop()
            self._site = None
            await self.hang_up()

    async def hang_up(self) -> None:
        """Close the connections that are open."""
        for connection in list(self._server.connections):
            if connection.transport is not None:
                connection.transport.abort()
        await asyncio.sleep(0)

    # ------------------------------------------------------------ addresses

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return self._port

    @property
    def url(self) -> str:
        """The SOAP root, for Services86."""
        return self.url_for("Services86")

    @property
    def web_url(self) -> str:
        """The web client's root, for deep links."""
        return f"http://127.0.0.1:{self._port}/SuperOffice"

    def url_for(self, services: str) -> str:
        """The SOAP root of ``Services84`` to ``Services88``."""
        return f"http://127.0.0.1:{self._port}/remote/{services}/"

    # ------------------------------------------------------------ switches and records

    @property
    def requests(self) -> list[Received]:
        """What was asked and understood, in order."""
        return self._endpoint.requests

    @property
    def refusals(self) -> list[str]:
        """Why requests were refused with a SOAP Fault or an HTTP status."""
        return self._endpoint.refusals

    @property
    def peak_in_flight(self) -> int:
        """The most calls that were being answered at once."""
        return self._endpoint.peak_in_flight

    @property
    def connections_opened(self) -> int:
        """How many connections were opened so far."""
        return self._server.opened

    @property
    def connections_peak(self) -> int:
        """The most connections that were open at once."""
        return self._server.peak

    def calls(self, operation: str) -> list[Received]:
        """The requests for one operation."""
        return [request for request in self.requests if request.operation == operation]

    # ------------------------------------------------------------ the story

    def companies(self, user: User) -> list[Company]:
        """The user's own companies."""
        return list(self.story.owned_by(user))

    def ticket(self, user: User) -> str:
        """A valid ticket, without signing in."""
        return self.tickets.issue(user)

    def access_token(self, user: User) -> str:
        """A valid access token, as the online edition's sign-in would give."""
        return self.tickets.issue_token(user)

    def log_out(self, user: User, at: datetime) -> None:
        """Say when the user last logged out of SuperOffice."""
        self.last_logout[user.login] = at

    def happen(
        self, company_id: int, action: str, actor: User | Staff | None = None, time: datetime | None = None
    ) -> Event:
        """Let something happen. ``action`` is a wire name such as ``NewActivity``; ``time`` is aware."""
        if action not in ACTIONS:
            raise ValueError(f"no such action: {action}")
        company = self.story.companies[company_id]
        staff = actor.staff if isinstance(actor, User) else actor or COLLEAGUES[0]
        person = company.people[0]
        self._happened += 1
        when = (time or self.clock.now() + self.skew).replace(microsecond=0)
        element = action_id(action, company_id, person, self._happened)
        event = Event(when, self._happened, company_id, action, staff, element, person)
        self.story.add(event)
        return event
