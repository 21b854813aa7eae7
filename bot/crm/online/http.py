"""Small JSON over the process's one session, from the environment's own hosts alone."""

import json
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bot.core.errors import CrmTooBusy, CrmUnreachable, CrmUnreadable
from bot.core.onlineerrors import ForeignHost

__all__ = ["Answer", "JsonClient", "is_within"]

#: Nothing of this is large.
MOST_BYTES = 1 << 20
TIMEOUT = aiohttp.ClientTimeout(total=15, sock_connect=5)
BUSY = (429, 500, 502, 503, 504)

Answer = Mapping[str, Any]


def is_within(url: str, environment: str) -> bool:
    """Whether an address is on the environment's own domain, and as secret on its way.

    ``https://online.superoffice.com`` stands for all of ``superoffice.com``: tenants are on ``online2`` or
    ``app``. Source: docs.superoffice.com, "Tenant status".
    """
    try:
        there, here = urlsplit(url), urlsplit(environment)
        host, home = there.hostname or "", here.hostname or ""
    except ValueError:
        return False
    if there.scheme != here.scheme or "@" in there.netloc or not host:
        return False
    _, _, domain = home.partition(".")
    is_name = domain.count(".") >= 1 and not home.replace(".", "").isdigit()
    return host == home or (is_name and host.endswith(f".{domain}"))


class JsonClient:
    """For one tenant. Every method raises :class:`~bot.core.errors.CrmError`."""

    def __init__(
        self, tenant: str, environment: str, session: aiohttp.ClientSession, proxy: str | None
    ) -> None:
        self.tenant = tenant
        self.environment = environment
        self._session = session
        self._proxy = proxy

    async def get(self, url: str) -> Answer:
        """The JSON object at an address."""
        status, answer = await self._ask("GET", url)
        if status != 200:
            raise CrmUnreadable(tenant=self.tenant, reason=f"HTTP {status}")
        return answer

    async def post(self, url: str, body: str) -> tuple[int, Answer]:
        """What a form brings: the status and the JSON object."""
        return await self._ask("POST", url, body)

    def require_within(self, url: str) -> str:
        """The address itself. Raises :class:`ForeignHost`."""
        if not is_within(url, self.environment):
            raise ForeignHost(tenant=self.tenant)
        return url

    async def _ask(self, method: str, url: str, body: str | None = None) -> tuple[int, Answer]:
        headers = {"Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        problem = ""
        try:
            async with self._session.request(
                method,
                self.require_within(url),
                data=body,
                headers=headers,
                timeout=TIMEOUT,
                allow_redirects=False,
                proxy=self._proxy,
            ) as response:
                if response.status in BUSY:
                    raise CrmTooBusy(tenant=self.tenant, status=response.status)
                return response.status, _object(await _read(response.content))
        except ValueError:
            problem = "not JSON"
        except ssl.SSLError:
            raise CrmUnreachable(tenant=self.tenant, reason="tls") from None
        except (aiohttp.ClientError, OSError) as error:  # a TimeoutError is an OSError
            raise CrmUnreachable(tenant=self.tenant, reason=type(error).__name__) from None
        raise CrmUnreadable(tenant=self.tenant, reason=problem)


async def _read(stream: aiohttp.StreamReader) -> bytes:
    content = bytearray()
    async for chunk in stream.iter_any():
        content += chunk
        if len(content) > MOST_BYTES:
            raise ValueError("too large")
    return bytes(content)


def _object(content: bytes) -> Answer:
    answer = json.loads(content)
    if not isinstance(answer, dict):
        raise ValueError("no object")
    return answer
