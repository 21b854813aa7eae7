"""SuperOffice's HTTP: what it accepts, what it remembers of each request, how it misbehaves."""

import asyncio
import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from aiohttp import web

from bot.demo.clock import Clock
from bot.demo.superoffice.cast import User
from bot.demo.superoffice.faults import Fault, Faults
from bot.demo.superoffice.operations import Operations
from bot.demo.superoffice.soap import Request, SoapFault, fault, read_request
from bot.demo.superoffice.story import ACTIONS
from bot.demo.superoffice.tickets import Tickets
from bot.demo.watching import Watched, watch

__all__ = ["Endpoint", "Received", "misbehave"]

_PATH = r"/remote/(?P<services>services8[4-8])/(?P<agent>contact|soprincipal|mdo|person)\.svc"
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
    application_token: str


class Endpoint(Watched):
    """Reads requests, strictly, and answers them. IIS does not mind the case of a path."""

    def __init__(
        self, operations: Operations, tickets: Tickets, faults: Faults, clock: Clock, path: str = ""
    ) -> None:
        super().__init__()
        self.requests: list[Received] = []
        self.refusals: list[str] = []
        self.in_flight = 0
        self.peak_in_flight = 0
        self._operations = operations
        self._faults = faults
        self._tickets = tickets
        self._clock = clock
        self._path = re.compile(re.escape(path) + _PATH, re.IGNORECASE)

    async def serve(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        self.in_flight += 1
        self.peak_in_flight = max(self.peak_in_flight, self.in_flight)
        try:
            what = request.headers.get("SOAPAction", request.path).strip('"').rpartition("/")[2]
            response = await watch(self, "SuperOffice", what, request, self._respond)
        finally:
            self.in_flight -= 1
        response.headers["Date"] = format_datetime(self._operations.now(), usegmt=True)
        response.headers["Server"] = "Microsoft-IIS/10.0"
        return response

    async def _respond(self, request: web.BaseRequest) -> web.StreamResponse:
        path = self._path.fullmatch(request.path)
        if path is None:
            return self.refuse(404, "no such path")
        if request.method != "POST":
            return self.refuse(405, "POST only")
        if request.content_type != "text/xml":
            return self.refuse(415, "the content type must be text/xml")
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

    def refuse(self, status: int, why: str) -> web.Response:
        """An HTTP status with a reason, noted."""
        self.refusals.append(f"{status}: {why}")
        body = b"<html><body><h1>" + why.encode() + b"</h1></body></html>"
        return web.Response(status=status, body=body, content_type="text/html")

    def _note(self, understood: Request, request: web.BaseRequest) -> None:
        self.requests.append(
            Received(
                understood.operation.name,
                understood.services,
                understood.ticket,
                self._tickets.user(understood.ticket),
                self._clock.now(),
                understood.start,
                understood.actions,
                understood.categories,
                understood.zone,
                dict(request.headers),
                understood.application_token,
            )
        )

    async def _answer(self, request: web.BaseRequest, understood: Request) -> web.StreamResponse:
        trouble = self._faults.take(understood.operation.name)
        if trouble.delay:
            await asyncio.sleep(min(trouble.delay, 60))
        await trouble.gate.passed()
        if (instead := misbehave(request, trouble, "text/xml")) is not None:
            return instead
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


def misbehave(request: web.BaseRequest, trouble: Fault, content_type: str) -> web.StreamResponse | None:
    """What any HTTP server may answer instead, whatever it speaks; ``None`` where it behaves."""
    if trouble.drop:
        return _cut(request)
    if trouble.status is not None:
        return web.Response(
            status=trouble.status, body=trouble.body, content_type="text/html", headers=trouble.headers
        )
    if trouble.html:
        return web.Response(body=_HTML, content_type="text/html")
    return web.Response(content_type=content_type) if trouble.empty else None


def _cut(request: web.BaseRequest, response: web.StreamResponse | None = None) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.close()
    return response or web.Response()
