"""One call from request to judged answer: where the parts of this package meet."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import tzinfo
from typing import Any

from bot.core.activity import Activity
from bot.core.errors import CrmError, CrmUnreadable
from bot.core.secret import Secret
from bot.crm.address import Address
from bot.crm.serverclock import ServerClock
from bot.crm.settings import TenantSettings
from bot.crm.soap.envelope import Envelope, Unreadable, open_around, open_envelope, open_whole
from bot.crm.soap.failures import failure_of_exception, failure_of_fault, failure_of_status
from bot.crm.soap.reader import read, reading
from bot.crm.soap.rows import Bytes, cutting
from bot.crm.soap.services import Request, Services
from bot.crm.soap.transport import Response, Transport
from bot.services.ports import Turnstile, in_lane, shared_turnstile

__all__ = ["Endpoint"]

log = logging.getLogger(__name__)

#: From this size on, in bytes, an answer is decoded step by step: the loop has commands to acknowledge.
_LARGE = 100_000

#: For large answers whose rows cannot be cut out: lxml parses without holding Python up. More threads would
#: be no faster; with one alone, all would wait for whoever's answer is the largest.
_LANES = ThreadPoolExecutor(2, "large-answers")

#: WCF sends a fault with 500; SOAP 1.2 has 400 for what is wrong with the request.
_WITH_FAULT = (400, 500)
#: "Wrong subdomain used to access tenant". Source: docs.superoffice.com, "Check tenant status".
_ELSEWHERE = 421


class Endpoint:
    """Calls one tenant's operations. The judge is strict: what is not proven a success is an error."""

    def __init__(
        self,
        settings: TenantSettings,
        address: Address,
        services: Services,
        transport: Transport,
        time: ServerClock,
    ) -> None:
        self._settings = settings
        self._services = services
        self._transport = transport
        self._time = time
        self._address = address
        self._turnstile = Turnstile()

    async def call(
        self,
        operation: str,
        deadline: float,
        *,
        ticket: Secret | None = None,
        signing_in: bool = False,
        **params: object,
    ) -> Envelope:
        """Call an operation, and take what its answer tells about the server's time.

        ``signing_in`` is never repeated: it may count towards a lock-out. Raises :class:`CrmError` for an
        answer that tells of a failure, and :class:`~bot.crm.soap.services.Unsendable`.
        """
        request = self._services.request(operation, self._settings.application_token, ticket, **params)
        base = await self._address.services()
        response = await self._post(base, request, deadline, repeatable=not signing_in)
        if response.status == _ELSEWHERE and await self._address.moved(base):
            # Nobody there has done anything with it: once more at the right place, whatever it is.
            base = await self._address.services()
            response = await self._post(base, request, deadline, repeatable=not signing_in)
        await self._turnstile.passed()  # from here on nothing waits until the answer's rows are read
        envelope = await self._open(response, with_ticket=ticket is not None)
        self._time.note(response.date, response.received, envelope.headers.location)
        self._judge(envelope, signing_in=signing_in)
        return envelope

    def result(self, operation: str, envelope: Envelope) -> Any:
        """The body of a small answer, as zeep's object."""
        try:
            return self._services.answer(operation, envelope)
        except Unreadable as error:
            reason = str(error)
        raise self._unreadable(reason)

    async def activities(self, envelope: Envelope, zone: tzinfo) -> list[Activity]:
        """The rows of an answer to GetMyActiveContacts; times without a zone are read in ``zone``.

        A large one is read step by step, and holds up nobody.
        """
        try:
            activities = await _read(envelope, zone)
        except Unreadable as error:
            reason = str(error)
        else:
            self.require(envelope, proof=bool(activities))
            return activities
        raise self._unreadable(reason)

    def require(self, envelope: Envelope, *, proof: bool) -> None:
        """Refuse an answer that holds nothing and does not say either that it succeeded."""
        if not proof and envelope.headers.succeeded is not True:
            raise self._unreadable("no proof of success")

    async def _post(self, base: str, request: Request, deadline: float, *, repeatable: bool) -> Response:
        return await self._transport.post(
            base + request.path, request.body, request.headers, repeatable=repeatable, deadline=deadline
        )

    async def _open(self, response: Response, *, with_ticket: bool) -> Envelope:
        """Open a 200, or a fault. Any other status is judged as such, whatever its body looks like."""
        reason = ""
        if response.status == 200 or response.status in _WITH_FAULT:
            try:
                envelope = await _opened(response.content)
                if response.status == 200 or envelope.kind == "Fault":
                    return envelope
            except Unreadable as error:
                reason = str(error)
        if response.status == 200:
            raise self._unreadable(reason)
        failure = failure_of_status(self._settings.id, response.status, with_ticket=with_ticket)
        log.warning(
            "SuperOffice answered %d",
            response.status,
            extra={"action": "crm.status", "tenant": self._settings.id, "error": failure.code},
        )
        raise failure

    def _judge(self, envelope: Envelope, *, signing_in: bool) -> None:
        tenant, headers = self._settings.id, envelope.headers
        if envelope.kind == "Fault":
            raise failure_of_fault(tenant, envelope.body, signing_in=signing_in)
        if headers.succeeded is False or headers.exception is not None:
            raise failure_of_exception(tenant, headers.exception, signing_in=signing_in)

    def _unreadable(self, reason: str) -> CrmError:
        log.warning(
            "SuperOffice's answer is none: %s",
            reason,
            extra={"action": "crm.unreadable", "tenant": self._settings.id, "reason": reason},
        )
        return CrmUnreadable(tenant=self._settings.id, reason=reason)


async def _opened(content: Bytes) -> Envelope:
    if len(content) <= _LARGE:
        return open_envelope(content)
    taken = await shared_turnstile().through(cutting(content))
    if taken and len(taken.rest) <= _LARGE and (envelope := open_around(taken, len(content))):
        return envelope
    return await in_lane(_LANES, open_whole, content)


async def _read(envelope: Envelope, zone: tzinfo) -> list[Activity]:
    if envelope.size <= _LARGE:
        return read(envelope, zone)
    return await shared_turnstile().through(reading(envelope, zone))
