"""A SuperOffice on 127.0.0.1: SOAP 1.1 over HTTP, with switches for everything that can go wrong.

async with SuperOffice(clock=clock) as crm:
    crm.url          # what SUPEROFFICE_URL takes
    crm.seller       # somebody who can sign in
    crm.happen(...)  # and something to see
    crm.requests     # what was asked, for assertions
"""

import asyncio
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.demo.cast import COLLEAGUES, USERS, Staff, User
from bot.demo.clock import Clock, SystemClock
from bot.demo.faults import Fault, Faults
from bot.demo.operations import Operations
from bot.demo.soap import Request, SoapFault, fault, read_request
from bot.demo.story import ACTIONS, Company, Event, Story, action_id
from bot.demo.tickets import Tickets

__all__ = ["Received", "SuperOffice"]

_PATH = re.compile(
    r"/remote/(?P<services>services8[4-8])/(?P<agent>contact|soprincipal|mdo|person)\.svc", re.IGNORECASE
)
_AGENTS = {"contact": "Contact", "soprincipal": "SoPrincipal", "mdo": "MDO", "person": "Person"}
_HTML = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><p>Please sign in.<br></body></html>"


@dataclass(frozen=True, slots=True)
class Received:
    """A request that was understood. ``start`` is as sent: naive unless it carried a zone."""

    operation: str
    services: str
    ticket: str
    user: User | None
    at: datetime
    start: datetime | None
    actions: tuple[str, ...]
    categories: tuple[int, ...]
    zone: tuple[int, str] | None
    headers: dict[str, str]


class _CountingServer(web.Server):
    """Counts connections: how many were opened, how many are open, and the most at once."""

    opened = 0
    peak = 0

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        self.opened += 1
        self.peak = max(self.peak, len(self.connections))


class SuperOffice:
    """The server. ``zone``, ``skew``, ``utc_registered`` and ``last_logout`` may be changed while it runs."""

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
        self.requests: list[Received] = []
        #: Why requests were refused with a SOAP Fault or an HTTP status, for assertions.
        self.refusals: list[str] = []
        #: Calls being answered now, and the most there ever were at once.
        self.in_flight = 0
        self.peak_in_flight = 0
        self._operations = Operations(self.story, self.tickets, self.clock, zone)
        self._server = _CountingServer(self._serve, access_log=None)
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
    def zone(self) -> str:
        """The tenant's base time zone, an IANA name."""
        return self._operations.zone

    @zone.setter
    def zone(self, zone: str) -> None:
        self._operations.zone = zone

    @property
    def skew(self) -> timedelta:
        """How far the server's own clock, its Date header included, is ahead."""
        return self._operations.skew

    @skew.setter
    def skew(self, skew: timedelta) -> None:
        self._operations.skew = skew

    @property
    def utc_registered(self) -> bool:
        """Whether times of creation and change are answered in UTC, whatever the zone."""
        return self._operations.utc_registered

    @utc_registered.setter
    def utc_registered(self, yes: bool) -> None:
        self._operations.utc_registered = yes

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
        self._operations.last_logout[user.login] = at

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
        when = (time or self._operations.now()).replace(microsecond=0)
        element = action_id(action, company_id, person, self._happened)
        event = Event(when, self._happened, company_id, action, staff, element, person)
        self.story.add(event)
        return event

    # ------------------------------------------------------------ HTTP

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        self.in_flight += 1
        self.peak_in_flight = max(self.peak_in_flight, self.in_flight)
        try:
            response = await self._respond(request)
        finally:
            self.in_flight -= 1
        response.headers["Date"] = format_datetime(self._operations.now(), usegmt=True)
        response.headers["Server"] = "Microsoft-IIS/10.0"
        return response

    async def _respond(self, request: web.BaseRequest) -> web.StreamResponse:
        path = _PATH.fullmatch(request.path)
        if path is None:
            return self._refuse(404, "no such path")
        if request.method != "POST":
            return self._refuse(405, "POST only")
        if request.content_type != "text/xml":
            return self._refuse(415, "the content type must be text/xml")
        services, agent = path["services"].capitalize(), _AGENTS[path["agent"].lower()]
        body = await request.read()
        try:
            understood = read_request(body, services, agent, request.headers.get("SOAPAction", ""), ACTIONS)
        except SoapFault as error:
            self.refusals.append(f"{error.code}: {error}")
            return web.Response(
                status=500, body=fault(error.code, str(error)), content_type="text/xml", charset="utf-8"
            )
        self._note(understood, request)
        return await self._answer(request, understood)

    def _refuse(self, status: int, why: str) -> web.Response:
        self.refusals.append(f"{status}: {why}")
        body = b"<html><body><h1>" + why.encode() + b"</h1></body></html>"
        return web.Response(status=status, body=body, content_type="text/html")

    def _note(self, understood: Request, request: web.BaseRequest) -> None:
        self.requests.append(
            Received(
                understood.operation.name,
                understood.services,
                understood.ticket,
                self.tickets.user(understood.ticket),
                self.clock.now(),
                understood.start,
                understood.actions,
                understood.categories,
                understood.zone,
                dict(request.headers),
            )
        )

    async def _answer(self, request: web.BaseRequest, understood: Request) -> web.StreamResponse:
        trouble = self.faults.take(understood.operation.name)
        if trouble.delay:
            await asyncio.sleep(min(trouble.delay, 60))
        if trouble.drop:
            return _cut(request)
        if trouble.status is not None:
            return web.Response(
                status=trouble.status, body=trouble.body, content_type="text/html", headers=trouble.headers
            )
        if trouble.html:
            return web.Response(body=_HTML, content_type="text/html")
        if trouble.empty:
            return web.Response(content_type="text/xml")
        if trouble.soap_fault:
            body = fault("a:InternalServiceFault", trouble.message)
            return web.Response(status=500, body=body, content_type="text/xml", charset="utf-8")
        return await self._deliver(request, self._body(understood, trouble), trouble)

    def _body(self, understood: Request, trouble: Fault) -> bytes:
        if trouble.exception_type is not None:
            return self._operations.failure(understood, trouble.exception_type, trouble.message)
        if trouble.silent:
            return self._operations.silence(understood)
        body = self._operations.answer(understood)
        if trouble.huge > len(body):
            body = body.replace(b"</s:Body>", b" " * (trouble.huge - len(body)) + b"</s:Body>")
        return body[: len(body) // 2] if trouble.truncated else body

    async def _deliver(self, request: web.BaseRequest, body: bytes, trouble: Fault) -> web.StreamResponse:
        if not trouble.cut:
            return web.Response(body=body, content_type="text/xml", charset="utf-8")
        response = web.StreamResponse(headers={"Content-Length": str(len(body)), "Content-Type": "text/xml"})
        await response.prepare(request)
        await response.write(body[: len(body) // 2])
        return _cut(request, response)


def _cut(request: web.BaseRequest, response: web.StreamResponse | None = None) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.close()
    return response or web.Response()
