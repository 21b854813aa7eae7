"""A scripted SOAP server on a real socket, a clock to set, and answers in every shape."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from aiohttp import web

from bot.core.secret import Secret
from bot.crm.client import SuperOffice
from bot.crm.settings import TenantSettings
from bot.crm.soap.services import Services
from bot.crm.soap.transport import Limits

NAMESPACE = "http://www.superoffice.net/ws/crm/NetServer/Services86"
SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
NIL = object()

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Soap:
    """Answers as SuperOffice writes them, in WCF's compact shape; parts of them can be had apart."""

    namespace = NAMESPACE
    nil = NIL

    #: What a row holds unless a test says otherwise.
    example: Mapping[str, object] = {
        "ContactId": 726,
        "Department": "",
        "OrgNr": "1041773",
        "Name": "Rodriguez Inc and Sons",
        "URL": "http://www.example.com/",
        "AssociateFullName": "Kianna Ledner",
        "Action": "NewActivity PersonAdded",
        "ActionTime": "2026-05-02T10:31:07",
        "Category": "VIP Customer",
        "ActivityPersonName": "Walsh Brekke",
        "ActionId": 510,
        "PersonId": 419,
        "ActivityPersonId": 947,
        "AssociateId": 528,
    }

    #: A row's elements, in the schema's order.
    fields = tuple(example)

    def element(self, name: str, value: object) -> str:
        if value is NIL:
            return f'<{name} i:nil="true"/>'
        return f"<{name}>{escape(str(value))}</{name}>" if value != "" else f"<{name}/>"

    def row(self, **changes: object) -> str:
        values = {**self.example, **changes}
        inner = "".join(self.element(name, values[name]) for name in self.fields)
        rights = self.element("TableRight", NIL) + self.element("FieldProperties", NIL)
        return f"<ContactActivity>{rights}{inner}</ContactActivity>"

    def header(self, name: str, inner: str) -> str:
        return f'<h:{name} xmlns:h="{NAMESPACE}">{inner}</h:{name}>'

    def headers(self, *, succeeded: str | None = "true", location: str = "NO") -> str:
        parts = [f'<h:ExtraInfo xmlns:h="{NAMESPACE}" xmlns:i="{INSTANCE}" i:nil="true"/>']
        if succeeded is not None:
            parts.append(self.header("Succeeded", succeeded))
        if location:
            zone = self._prefixed("SoTimeZoneId", "261") + self._prefixed("SoTimeZoneLocationCode", location)
            parts.append(self.header("TimeZone", zone))
        return "".join(parts)

    def exception(
        self,
        kind: str,
        message: str = "It broke",
        friendly: str = "",
        inner: str = "",
        succeeded: str = "false",
    ) -> str:
        nested = (
            f"<h:InnerException>{self._prefixed('ExceptionType', inner)}</h:InnerException>" if inner else ""
        )
        told = (
            self._prefixed("Message", escape(message))
            + self._prefixed("StackTrace", "at SuperOffice.Secret.Place()")
            + self._prefixed("FriendlyText", escape(friendly))
            + self._prefixed("ExceptionType", kind)
        )
        return self.header("ExceptionInfo", told + nested) + self.header("Succeeded", succeeded)

    def envelope(self, body: str, headers: str | None = None, soap: str = SOAP_11) -> bytes:
        head = "" if headers is None else f"<s:Header>{headers}</s:Header>"
        return f'<s:Envelope xmlns:s="{soap}">{head}<s:Body>{body}</s:Body></s:Envelope>'.encode()

    def response(self, name: str, inner: str) -> str:
        return f'<{name} xmlns="{NAMESPACE}" xmlns:i="{INSTANCE}">{inner}</{name}>'

    def activities(self, *rows: str, headers: str | None = "", soap: str = SOAP_11) -> bytes:
        body = self.response("GetMyActiveContactsResponse", f"<Response>{''.join(rows)}</Response>")
        return self.envelope(body, self.headers() if headers == "" else headers, soap)

    def system_info(self, headers: str | None = "") -> bytes:
        info = self.element("CompanyName", "Fjell AS") + self.element("AssemblyVersion", "8.4")
        body = self.response("GetSystemInfoResponse", f"<SystemInfo>{info}</SystemInfo>")
        return self.envelope(body, self.headers() if headers == "" else headers)

    def signed_in(
        self, *, succeeded: str | None = "true", ticket: str = "7T:abc==", headers: str | None = ""
    ) -> bytes:
        told = {"Associate": "SAL0", "AssociateId": 103, "PersonId": 42, "RoleName": "Seller"}
        told |= {"FullName": "Sam Sales", "EMailAddress": "sam@example.com"}
        principal = "".join(self.element(name, value) for name, value in told.items())
        inner = f"<Response>{principal}</Response><Credentials>{self.element('Ticket', ticket)}</Credentials>"
        if succeeded is not None:
            inner += self.element("AuthenticationSucceeded", succeeded)
        return self.envelope(
            self.response("AuthenticateResponse", inner), self.headers() if headers == "" else headers
        )

    def fault(self, text: str) -> bytes:
        return self.envelope(
            f"<s:Fault><faultcode>s:Client</faultcode><faultstring>{text}</faultstring></s:Fault>"
        )

    def _prefixed(self, name: str, text: str) -> str:
        return f"<h:{name}>{text}</h:{name}>"


@dataclass
class SetClock:
    """A clock that stands where it is put."""

    time: datetime = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


@dataclass
class Seen:
    """A request that the server got."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Server:
    """Answers each request by the next of ``script``, then by its last."""

    url: str = ""
    requests: list[Seen] = field(default_factory=list)
    connections: int = 0
    _script: list[Handler] = field(default_factory=list)

    def answers(self, *script: Handler) -> None:
        self.requests.clear()
        self._script = list(script)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self.requests.append(Seen(request.path, request.headers.copy(), await request.read()))
        handler = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        return await handler(request)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def soap() -> Soap:
    return Soap()


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture(scope="session")
def services() -> Services:
    return asyncio.run(Services.load(86))


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()

    class Counting(web.Server):
        def __call__(self) -> Any:
            server.connections += 1
            return super().__call__()

    runner = web.ServerRunner(Counting(server.handle, access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/remote/Services86/"
    yield server
    await runner.cleanup()


@pytest.fixture
def reply(clock: SetClock) -> Callable[..., Handler]:
    """Make a handler that answers with a body, a status, headers; its ``Date`` is the test's clock."""

    def make(
        body: bytes | str = b"", status: int = 200, date: datetime | str | None = "", **headers: str
    ) -> Handler:
        async def handler(_: web.Request) -> web.StreamResponse:
            sent = {"Content-Type": "text/xml; charset=utf-8"}
            sent |= {name.replace("_", "-"): value for name, value in headers.items()}
            told = clock.now() if date == "" else date
            response = web.Response(
                body=body.encode() if isinstance(body, str) else body, status=status, headers=sent
            )
            if isinstance(told, datetime):
                response.headers["Date"] = told.strftime("%a, %d %b %Y %H:%M:%S GMT")
            else:
                response.headers["Date"] = told or "unknown"
            return response

        return handler

    return make


@pytest.fixture
def crm(
    services: Services, session: aiohttp.ClientSession, server: Server, clock: SetClock
) -> Callable[..., SuperOffice]:
    """Make a client, as patient as a busy machine needs; a test of patience brings its own limits."""

    def make(url: str = "", limits: Limits | None = None, **changes: Any) -> SuperOffice:
        settings = {"id": "onsite", "url": url or server.url, "zone": ZoneInfo("Europe/Oslo"), **changes}
        limits = limits or Limits(connect=5, attempt=10, command=20, pause=0.01)
        return SuperOffice(TenantSettings(**settings), services, session, clock, limits)

    return make


@pytest.fixture
def ticket() -> Secret:
    return Secret("7T:ticket-of-sam==")
