"""The pages over real HTTP, with a real database, between a SuperOffice and a Slack of the test's own."""

import asyncio
import re
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from bot.core.people import SlackUser
from bot.core.secret import Secret
from bot.services.linking import LinkedNow, Linking, LinkPolicy
from bot.services.ports import Clock
from bot.store import Store
from bot.web import Browsers, Check, LinkPage, Network, PageSettings, health_routes, referenced
from tests.services.linkable import PASSWORD, USER, Slack, SuperOffice, linking_of, new_store


@dataclass
class Site:
    """The site as a browser sees it, and what is behind it."""

    crm: SuperOffice
    slack: Slack
    store: Store
    linking: Linking
    told: list[LinkedNow]
    url: str
    session: aiohttp.ClientSession

    async def invite(self, command: str = "since monday", user: SlackUser = USER) -> str:
        """The path of a new page."""
        invited = await self.linking.invite(user, "onsite", command, "C1", Secret("https://hooks.example/1"))
        return f"/link/{invited.url_nonce.reveal()}"

    async def get(self, path: str, **options: object) -> "Page":
        return await self._request("GET", path, **options)

    async def post(self, path: str, **fields: object) -> "Page":
        """Post these fields alone."""
        return await self._request("POST", path, data=fields)

    async def sign_in(self, path: str, password: str = PASSWORD, **options: object) -> "Page":
        """Open the page, fill it in, submit it."""
        csrf = (await self.get(path)).csrf
        fields = {"csrf": csrf, "username": "KL", "password": password}
        return await self._request("POST", path, data=fields, **options)

    async def send(self, method: str, path: str, **options: object) -> "Page":
        return await self._request(method, path, **options)

    async def _request(self, method: str, path: str, **options: object) -> "Page":
        async with self.session.request(method, self.url + path, **options) as response:  # type: ignore[arg-type]
            return Page(response.status, await response.text(), response)


@dataclass
class Page:
    status: int
    text: str
    response: aiohttp.ClientResponse

    @property
    def csrf(self) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self.text)
        return found[1] if found else ""


Serve = Callable[..., Awaitable[str]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Serve an application on 127.0.0.1 and say where."""
    running: list[tuple[uvicorn.Server, asyncio.Task[None]]] = []

    async def start(app: ASGIApp) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(
                app, log_level="critical", lifespan="off", access_log=False, proxy_headers=False, ws="none"
            )
        )
        running.append((server, asyncio.create_task(server.serve([listener]))))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for server, _ in running:
        server.should_exit = True
    await asyncio.gather(*(task for _, task in running))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path / "bot.db") as store:
        yield store


def token() -> Secret:
    return Secret(secrets.token_urlsafe(32))


MakeSite = Callable[..., Awaitable[Site]]


@pytest.fixture
async def make_site(store: Store, clock: Clock, serve: Serve) -> AsyncIterator[MakeSite]:
    """Build a site; ``policy``, ``public_url``, ``trusted_proxies``, ``checks`` and more may differ."""
    sessions: list[aiohttp.ClientSession] = []

    async def make(
        policy: LinkPolicy | None = None,
        public_url: str = "http://127.0.0.1",
        trusted_proxies: tuple[Network, ...] = (),
        checks: tuple[Check, ...] = (),
        telling: Exception | None = None,
        patience: float = 2.0,
    ) -> Site:
        crm, slack, told = SuperOffice(), Slack(), list[LinkedNow]()
        linking = linking_of(crm, slack, store, clock, told, token=token, policy=policy, telling=telling)
        page = LinkPage(
            linking=linking,
            settings=PageSettings(
                public_url=public_url,
                command="/superoffice",
                workspaces={"T1": "Nordlys & Co"},
            ),
            sign=store.hasher.digest,
            token=token,
            browsers=Browsers(token, https=public_url.startswith("https:")),
            trusted_proxies=trusted_proxies,
        )
        pages = Starlette(routes=[*page.routes(), *health_routes(checks, patience)])
        url = await serve(referenced(pages, lambda: "ref-1"))
        session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        sessions.append(session)
        return Site(crm, slack, store, linking, told, url, session)

    yield make
    for session in sessions:
        await session.close()


@pytest.fixture
async def site(make_site: MakeSite) -> Site:
    return await make_site()
