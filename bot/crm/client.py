"""One SuperOffice tenant: the operations that the bot calls, behind the ``Crm`` port."""

import asyncio
import ssl
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from types import TracebackType

import aiohttp

from bot.core.activity import Action
from bot.core.errors import CrmFailed, CrmTimedOut, CrmUnreadable, SignInRefused
from bot.core.people import Principal
from bot.core.secret import Secret
from bot.core.servertime import ServerWarning
from bot.crm import records
from bot.crm.address import Address, OnlineAddress, OnsiteAddress
from bot.crm.online.http import JsonClient
from bot.crm.online.signin import OnlineSignIn
from bot.crm.online.state import TenantState
from bot.crm.serverclock import ServerClock
from bot.crm.settings import TenantSettings
from bot.crm.soap.endpoint import Endpoint
from bot.crm.soap.envelope import Envelope
from bot.crm.soap.reader import WIRE_NAMES
from bot.crm.soap.services import Services, Unsendable
from bot.crm.soap.transport import Limits, Transport
from bot.services.ports import ActivityQuery, Category, Clock, SignedIn, Snapshot, SystemInfo
from bot.singleflight import SingleFlight

__all__ = ["SuperOffice", "connect", "sign_ins"]

#: What an access token of SuperOffice CRM Online begins with.
_ONLINE = "8A:"


class SuperOffice:
    """One tenant.

    ``services`` are those of the tenant's version; tenants share them. ``session`` is the process's one
    aiohttp session. It must keep no cookies (``aiohttp.DummyCookieJar``): they would be another user's.
    """

    def __init__(
        self,
        settings: TenantSettings,
        services: Services,
        session: aiohttp.ClientSession,
        clock: Clock,
        limits: Limits | None = None,
    ) -> None:
        self._settings = settings
        self._services = services
        self._limits = limits or Limits()
        self._time = ServerClock(settings, clock)
        self._flights = SingleFlight()
        tls = ssl.create_default_context(cafile=settings.ca_bundle) if settings.ca_bundle else None
        transport = Transport(settings.id, session, clock, limits=self._limits, proxy=settings.proxy, tls=tls)
        self._address = _address(settings, session, clock)
        self._endpoint = Endpoint(settings, self._address, services, transport, self._time)

    @property
    def tenant(self) -> str:
        """The tenant's id in this bot."""
        return self._settings.id

    @property
    def web_url(self) -> str:
        """The root of its web client, for links; ``""`` where it is not known."""
        return self._address.web_url

    @property
    def warnings(self) -> tuple[ServerWarning, ...]:
        """What an administrator should look at, as of the last answer."""
        return self._time.warnings

    async def now(self) -> datetime:
        """The server's own clock, in UTC. It is asked once; each answer puts it right."""
        await self._know_the_time()
        return self._time.now()

    async def sign_in(self, username: str, password: Secret) -> SignedIn:
        """Trade a user name and password for a ticket. Never tried twice: it may count towards a lock-out."""
        async with self._command() as deadline:
            try:
                return await self._authenticate(
                    "AuthenticateUsernamePassword",
                    deadline,
                    signing_in=True,
                    UserName=username,
                    Password=password.reveal(),
                )
            except Unsendable:
                pass
        raise SignInRefused(tenant=self.tenant)

    async def activities(self, ticket: Secret, query: ActivityQuery) -> Snapshot:
        """The latest activity on the companies of the ticket's user.

        Should an answer show that its start may have been in the server's future, because a clock jumped,
        it is asked for once more, by the time that it told.
        """
        async with self._command() as deadline:
            await self._know_the_time()
            start = self._time.start(query.since)
            as_of = self._time.now()
            envelope = await self._ask(ticket, query, start, deadline)
            if query.since is not None and self._time.may_be_future(start):
                as_of = self._time.now()
                envelope = await self._ask(ticket, query, self._time.start(query.since), deadline)
            return Snapshot(await self._endpoint.activities(envelope, self._time.reading_zone()), as_of)

    async def me(self, ticket: Secret) -> Principal:
        """Who the ticket belongs to. Of an onsite ticket SuperOffice tells the person, not the role."""
        online = ticket.reveal().startswith(_ONLINE)
        async with self._command() as deadline:
            if online and self._services.offers("AuthenticateWithAccessToken"):
                signed_in = await self._authenticate(
                    "AuthenticateWithAccessToken", deadline, AccessToken=ticket.reveal()
                )
                return signed_in.principal
            envelope = await self._endpoint.call("GetMyPerson", deadline, ticket=ticket)
            entity = self._endpoint.result("GetMyPerson", envelope).Response
            if not (entity and entity.PersonId):
                raise CrmUnreadable(tenant=self.tenant, reason="no person")
            return records.person(entity)

    async def categories(self, ticket: Secret) -> Sequence[Category]:
        """The tenant's company categories, deleted ones included, headings not."""
        async with self._command() as deadline:
            envelope = await self._endpoint.call("GetSimpleList", deadline, ticket=ticket, Name="category")
            found = records.categories(self._endpoint.result("GetSimpleList", envelope).Response)
            self._endpoint.require(envelope, proof=bool(found))
            return found

    async def system_info(self) -> SystemInfo:
        """What the installation is. It needs no ticket."""
        async with self._command() as deadline:
            envelope = await self._endpoint.call("GetSystemInfo", deadline)
            carrier = self._endpoint.result("GetSystemInfo", envelope).SystemInfo
            if carrier is None:
                raise CrmUnreadable(tenant=self.tenant, reason="no system")
            return records.system_info(carrier)

    async def _authenticate(
        self, operation: str, deadline: float, *, signing_in: bool = False, **params: str
    ) -> SignedIn:
        """Anything but a plain yes with a ticket fails: a wrong password is a success that says no."""
        envelope = await self._endpoint.call(
            operation, deadline, ticket=None, signing_in=signing_in, **params
        )
        answer = self._endpoint.result(operation, envelope)
        if answer.AuthenticationSucceeded is False:
            raise SignInRefused(tenant=self.tenant)
        ticket = answer.Credentials and answer.Credentials.Ticket
        if not (answer.AuthenticationSucceeded and answer.Response and ticket):
            raise CrmUnreadable(tenant=self.tenant, reason="neither signed in nor refused")
        return SignedIn(records.principal(answer.Response), Secret(ticket))

    async def _ask(self, ticket: Secret, query: ActivityQuery, start: datetime, deadline: float) -> Envelope:
        return await self._endpoint.call(
            "GetMyActiveContacts",
            deadline,
            ticket=ticket,
            ActivityStartTime=start,
            ContactCategories={"int": list(query.categories)},
            ActionType=_wire_names(query.actions),
        )

    async def _know_the_time(self) -> None:
        """Ask the server for anything, once, if it never answered before: its ``Date`` comes along."""
        if not self._time.known:
            await self._flights.join("time", self._ask_the_time)

    async def _ask_the_time(self) -> None:
        async with self._command() as deadline:
            try:
                await self._endpoint.call("GetSystemInfo", deadline)
            except CrmFailed:  # a refusal tells the time as well
                if not self._time.known:
                    raise

    def _command(self) -> "_Command":
        return _Command(self.tenant, self._limits.command)


class _Command:
    """Gives what is within so many seconds, and tells when they end, by the loop's clock.

    As a generator with ``asynccontextmanager`` it would take twice as long, a fiftieth of a call.
    """

    def __init__(self, tenant: str, seconds: float) -> None:
        self._tenant = tenant
        self._seconds = seconds
        self._limit = asyncio.timeout(seconds)

    async def __aenter__(self) -> float:
        await self._limit.__aenter__()
        return self._limit.when() or 0.0

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._limit.__aexit__(kind, error, trace)
        except TimeoutError:
            raise CrmTimedOut(tenant=self._tenant, seconds=self._seconds) from None


@lru_cache(maxsize=128)  # of each set of them
def _wire_names(actions: Action) -> list[str]:
    return [name for name, action in WIRE_NAMES.items() if action in actions]


def _address(settings: TenantSettings, session: aiohttp.ClientSession, clock: Clock) -> Address:
    online = settings.online
    if online is None:
        return OnsiteAddress(settings.url, settings.web_url)
    client = JsonClient(settings.id, online.environment, session, settings.proxy)
    return OnlineAddress(TenantState(online.customer, client, clock), online.services)


def sign_ins(
    tenants: Iterable[TenantSettings], session: aiohttp.ClientSession, clock: Clock
) -> dict[str, OnlineSignIn]:
    """How one signs in to each tenant that is online, by its id."""
    return {
        settings.id: OnlineSignIn(
            settings.online.customer,
            settings.online.client_id,
            settings.application_token,
            JsonClient(settings.id, settings.online.environment, session, settings.proxy),
            clock,
        )
        for settings in tenants
        if settings.online
    }


async def connect(
    tenants: Iterable[TenantSettings],
    session: aiohttp.ClientSession,
    clock: Clock,
    limits: Limits | None = None,
) -> dict[str, SuperOffice]:
    """A client for each tenant, by its id. Tenants of one version share one set of loaded WSDLs."""
    loaded: dict[tuple[object, ...], Services] = {}
    clients = {}
    for settings in tenants:
        key = (settings.version, *sorted(settings.wsdl.items()))
        if key not in loaded:
            loaded[key] = await Services.load(settings.version, settings.wsdl)
        clients[settings.id] = SuperOffice(settings, loaded[key], session, clock, limits)
    return clients
