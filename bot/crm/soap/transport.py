"""HTTP to one tenant, on the process's one aiohttp session.

The session is given and never made here. It keeps connections for everybody, so it must keep no cookies
(``aiohttp.DummyCookieJar``): a cookie of one user's call would go along with another's.
"""

import asyncio
import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Literal, NamedTuple

import aiohttp
import stamina

from bot.core.errors import CrmError, CrmTimedOut, CrmTooLarge, CrmUnreachable, CrmUnreadable
from bot.crm.soap.failures import BUSY
from bot.crm.soap.rows import Bytes
from bot.services.ports import Clock

__all__ = ["Limits", "Response", "Transport", "http_date"]

log = logging.getLogger(__name__)

#: What lies beyond leaves no room to reckon with a date.
_YEARS = (1970, 9000)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how large a call may get. Times are in seconds."""

    connect: float = 5
    #: One try, from connecting to the last byte.
    attempt: float = 25
    #: A command, all its tries and pauses.
    command: float = 25
    #: An answer, unpacked, in bytes.
    size: int = 32 * 2**20
    attempts: int = 4
    #: The first pause before another try; each doubles the last, and up to as much is added by chance.
    pause: float = 0.3


class Response(NamedTuple):
    """An HTTP response with the whole of its body."""

    status: int
    headers: Mapping[str, str]
    content: Bytes
    #: When its headers were there, by the bot's clock.
    received: datetime

    @property
    def date(self) -> datetime | None:
        """The server's clock as it answered, in UTC; ``None`` where it does not say."""
        return http_date(self.headers.get("Date"))


class _Passing(Exception):
    """It may go better in a moment. An error of aiohttp's is not shown: it may quote anything."""

    def __init__(self, outcome: Response | CrmError) -> None:
        super().__init__()
        self.outcome = outcome


class Transport:
    """Posts requests to one tenant."""

    def __init__(
        self,
        tenant: str,
        session: aiohttp.ClientSession,
        clock: Clock,
        *,
        limits: Limits,
        proxy: str | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._tenant = tenant
        self._session = session
        self._clock = clock
        self._limits = limits
        # A try that may take all of a command's time needs no clock of its own.
        alone = limits.attempt if limits.attempt < limits.command else None
        self._timeout = aiohttp.ClientTimeout(total=alone, sock_connect=limits.connect)
        self._proxy = proxy
        self._tls: ssl.SSLContext | Literal[True] = tls or True

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, repeatable: bool, deadline: float
    ) -> Response:
        """Post a request and read the answer, whatever its status.

        A ``repeatable`` one, that only reads, is tried again on connection errors and 429, 502, 503, 504;
        ``deadline``, by the loop's clock, is when the command's time is up: the caller ends it then. Raises
        :class:`CrmUnreachable`, :class:`CrmTimedOut`, :class:`CrmTooLarge` and :class:`CrmUnreadable`.
        """
        try:
            return await self._try(url, body, headers)
        except _Passing as passing:
            first = passing
        try:
            return await self._again_and_again(first, url, body, headers, repeatable, deadline)
        except _Passing as last:
            outcome = last.outcome
        if isinstance(outcome, CrmError):
            raise outcome
        return outcome

    async def _again_and_again(
        self,
        first: _Passing,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        repeatable: bool,
        deadline: float,
    ) -> Response:
        """More tries, after one that failed. stamina, which costs a tenth of a call, is there for these."""
        attempts = stamina.retry_context(
            on=lambda error: repeatable and self._again(error, deadline),
            attempts=self._limits.attempts,
            timeout=None,
            wait_initial=self._limits.pause,
            wait_jitter=self._limits.pause,
        )
        async for attempt in attempts:
            with attempt:
                if attempt.num == 1:
                    raise first
                return await self._try(url, body, headers)
        raise first

    async def _try(self, url: str, body: bytes, headers: Mapping[str, str]) -> Response:
        try:
            response = await self._post(url, body, headers)
        except (aiohttp.ClientError, OSError) as error:  # a TimeoutError is an OSError
            failure, passing = self._failure(error), _is_passing(error)
        else:
            if response.status not in BUSY:
                return response
            raise _Passing(response)
        raise _Passing(failure) if passing else failure

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Response:
        async with self._session.post(
            url,
            data=body,
            headers={"Accept-Encoding": "gzip", **headers},
            timeout=self._timeout,
            allow_redirects=False,
            proxy=self._proxy,
            ssl=self._tls,
        ) as answer:
            received = self._clock.now()
            return Response(answer.status, answer.headers, await self._content(answer), received)

    async def _content(self, answer: aiohttp.ClientResponse) -> bytearray:
        """The body, unpacked piece by piece: a small packed one can be huge, and to join the pieces of a
        large one in the end would take milliseconds.
        """
        body = bytearray()
        while not answer.content.at_eof():
            body += await answer.content.readany()
            if len(body) > self._limits.size:
                answer.close()
                raise CrmTooLarge(tenant=self._tenant, limit=self._limits.size)
        return body

    def _again(self, error: Exception, deadline: float) -> bool | float:
        """Whether to try again, or in how many seconds the server asks to."""
        if not isinstance(error, _Passing):
            return False
        left = deadline - asyncio.get_running_loop().time()
        asked = self._retry_after(error.outcome) if isinstance(error.outcome, Response) else None
        return left > self._limits.pause if asked is None else left > asked and asked

    def _retry_after(self, response: Response) -> float | None:
        """The seconds to wait, by RFC 9110 10.2.3: a number, or a date by the server's own clock."""
        said = response.headers.get("Retry-After", "").strip()
        if said.isdecimal():
            return float(said)
        until = http_date(said)
        if until is None:
            return None
        return max(0.0, (until - (response.date or response.received)).total_seconds())

    def _failure(self, error: Exception) -> CrmError:
        if isinstance(error, TimeoutError) and not isinstance(error, aiohttp.ConnectionTimeoutError):
            return CrmTimedOut(tenant=self._tenant, seconds=self._limits.attempt)
        reason = next((word for kind, word in _REASONS.items() if isinstance(error, kind)), "connection")
        log.warning(
            "SuperOffice cannot be reached: %s",
            reason,
            extra={"action": "crm.unreachable", "tenant": self._tenant, "reason": reason},
        )
        if isinstance(error, aiohttp.ClientPayloadError):
            return CrmUnreadable(tenant=self._tenant, reason=reason)
        return CrmUnreachable(tenant=self._tenant, reason=reason)


@lru_cache(maxsize=64)
def http_date(text: str | None) -> datetime | None:
    """An HTTP date, aware, in UTC; ``None`` for none, another text, or a year that no clock shows."""
    try:
        date = parsedate_to_datetime(text or "")
        date = date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return date if _YEARS[0] <= date.year < _YEARS[1] else None


#: The first that fits says why there is no connection.
_REASONS: Mapping[type[Exception], str] = {
    aiohttp.ClientConnectorCertificateError: "certificate",
    aiohttp.ClientSSLError: "tls",
    aiohttp.ClientProxyConnectionError: "proxy",
    aiohttp.ClientHttpProxyError: "proxy",
    aiohttp.ClientConnectorDNSError: "unknown-host",
    aiohttp.ConnectionTimeoutError: "connect-timed-out",
    aiohttp.ClientConnectorError: "refused",
    aiohttp.ServerDisconnectedError: "cut-off",
    aiohttp.ClientPayloadError: "cut-off",
    aiohttp.ClientResponseError: "not-http",
}


def _is_passing(error: Exception) -> bool:
    """Whether another try may help: not if a certificate is wrong or time ran out waiting for the answer."""
    if isinstance(error, aiohttp.ClientSSLError | aiohttp.ClientHttpProxyError):
        return False
    return isinstance(error, aiohttp.ClientConnectionError | aiohttp.ClientPayloadError) and (
        not isinstance(error, aiohttp.ServerTimeoutError) or isinstance(error, aiohttp.ConnectionTimeoutError)
    )
