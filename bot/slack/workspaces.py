"""The workspaces that the bot is installed in, and a client for each."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import SlackFailed
from bot.core.secret import Secret
from bot.services.ports import Installation, Installations
from bot.slack.sdk import failure, web_client

__all__ = ["TokenRefused", "Workspaces"]

log = logging.getLogger(__name__)

#: Seconds that Slack has to answer while a request of its own waits for its acknowledgement.
PATIENCE = 2
#: Seconds until installs are looked up again for a workspace that is not among them.
LOOK_AGAIN = 2.0

#: What Slack says of a token that will not get better by waiting.
#: Source: docs.slack.dev, the errors of ``auth.test``.
REFUSALS = ("account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked")


class TokenRefused(Exception):
    """Slack does not take the bot token; the message says what to do."""


class _Clients(NamedTuple):
    """The two ways to call with one token."""

    asking: AsyncWebClient
    #: One that never posts twice.
    posting: AsyncWebClient


class Workspaces:
    """Hands out clients, all on the process's one session. Implements the ports ``Places`` and ``Installs``.

    ``token`` is that of the one workspace that the settings name, if they do. It is known from the start on,
    also while Slack is down if it answered any time before; else from the first request that comes once Slack
    answers. The others are ``installations``.
    """

    def __init__(
        self,
        token: Secret | None,
        api_url: str,
        session: ClientSession,
        installations: Installations | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        #: The root of the Web API.
        self.api_url = api_url
        self._session = session
        self._token = token
        self._own = self._clients(token) if token else None
        self._own_id: str | None = None
        self._installations = installations
        #: A client without a token, for what the app asks in its own name.
        self.tokenless = web_client(None, api_url, session)
        self._installed: dict[str, tuple[Installation, _Clients]] = {}
        #: The organisations by whose installs workspaces are served.
        self._served: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._monotonic = monotonic
        self._looked_at = 0.0

    @property
    def names(self) -> Mapping[str, str]:
        """The workspaces' names by their ids, as far as they are known; it grows."""
        return self._names

    @property
    def own(self) -> str | None:
        """The workspace of the token that the settings name, as far as it is known."""
        return self._own_id

    def organization(self, workspace: str) -> str | None:
        """The organisation by whose install the bot serves a workspace, or that the workspace is of."""
        if found := self._installed.get(workspace):
            return found[0].organization
        return self._served.get(workspace)

    async def start(self) -> None:
        """Read the installs, and ask Slack about the token that the settings name.

        Raises :class:`TokenRefused`; a Slack that is down keeps no bot from starting.
        """
        await self.refresh()
        if self._own:
            problem = await self._ask(self._own)
            if problem in REFUSALS:
                await self._forget()
                raise TokenRefused(
                    f"Slack refuses SLACK_BOT_TOKEN ({problem}): copy it again, or reinstall the app."
                )
            if problem:
                await self._recall()

    async def refresh(self) -> None:
        """Know what other processes installed or dropped. To be called now and then where there are any."""
        if self._installations is None:
            return
        found = {each.id: each for each in await self._installations.all()}
        for id_ in self._installed.keys() - found.keys():
            del self._installed[id_]
        for installation in found.values():
            known = self._installed.get(installation.id)
            if known is None or known[0] != installation:
                self._use(installation)
        self._served = dict(await self._installations.served())
        self._looked_at = self._monotonic()

    async def check(self) -> None:
        """Raise unless Slack answers and takes a token: that of the settings, else that of any install."""
        clients = [self._own] if self._own else [clients for _, clients in self._installed.values()]
        if not clients:
            raise SlackFailed(error="not_installed")
        await clients[0].asking.auth_test()

    async def all(self) -> Sequence[str]:
        """The ids of the workspaces that are known."""
        own = await self._know_own()
        installed = (id_ for id_, (found, _) in self._installed.items() if not found.is_organization)
        return list(dict.fromkeys([*([own] if own else []), *installed, *self._served]))

    async def meet(self, workspace: str, organization: str | None) -> None:
        """Slack delivers something from a workspace of an organisation, whose install may serve it."""
        if organization is None or workspace in self._installed or workspace == self.own:
            return
        if organization in self._installed and self._served.get(workspace) != organization:
            self._served[workspace] = organization
            self._names[workspace] = self._names.get(organization, organization)
            if self._installations:
                await self._installations.serve(workspace, organization)

    async def client(self, workspace: str, *, posting: bool = False) -> AsyncWebClient:
        """The client for a workspace; with ``posting``, one that never does anything twice.

        Methods that list what there is in a workspace need its ``team_id`` as well: the token may be that of
        an organisation. Raises :class:`SlackFailed` where the bot is not installed.
        """
        clients, unsure = self._clients_of(workspace), False
        if clients is None and workspace != self.own and self._installations:
            # Another process may have installed it just now.
            unsure = self._monotonic() - self._looked_at <= LOOK_AGAIN
            if not unsure:
                await self.refresh()
                clients = self._clients_of(workspace)
        if clients is None and self._own and workspace == await self._know_own():
            clients = self._own
        if clients is None:
            unsure = unsure or (self._own is not None and self.own is None)
            raise SlackFailed(error="not_installed", passing=unsure)
        return clients.posting if posting else clients.asking

    def _clients_of(self, workspace: str) -> _Clients | None:
        found = self._installed.get(workspace) or self._installed.get(self._served.get(workspace, ""))
        return found[1] if found and (workspace in self._served or not found[0].is_organization) else None

    async def add(self, installation: Installation) -> None:
        """Use an install from now on."""
        if self._installations:
            await self._installations.put(installation)
        self._use(installation)

    async def is_over(self, id_: str, at: datetime) -> bool:
        """Whether an install is no longer good, of which Slack told ``at`` a time."""
        found = self._installed.get(id_)
        clients = found[1] if found else self._own if id_ == await self._know_own() else None
        if clients is None:
            return True
        if found and found[0].installed_at > at:
            return False
        try:
            async with asyncio.timeout(PATIENCE):
                await clients.asking.auth_test()
        except Exception as error:
            said = failure(error).error
            log.info("asked whether it is over: %s", said, extra={"action": "slack.over"})
            return True
        return False

    async def drop(self, id_: str) -> Sequence[str]:
        """Use it no more; the workspaces that the bot is then no longer in."""
        served = [workspace for workspace, organization in self._served.items() if organization == id_]
        for workspace in (id_, *served):
            self._served.pop(workspace, None)
        found = self._installed.pop(id_, None)
        if self._installations:
            await self._installations.remove(id_)
            await self._installations.unserve(id_)
        if id_ == self._own_id:
            await self._forget()
        alone = [] if found and found[0].is_organization else [id_]
        return [workspace for workspace in (*alone, *served) if workspace not in self._installed]

    def _use(self, installation: Installation) -> None:
        self._installed[installation.id] = installation, self._clients(installation.token)
        self._names[installation.id] = installation.name

    async def _know_own(self) -> str | None:
        """The token's workspace, by ``auth.test`` the first time; ``None`` if Slack does not tell."""
        if self._own and self._own_id is None:
            await self._ask(self._own)
        return self._own_id

    async def _ask(self, clients: _Clients) -> str:
        """Ask, and say what went wrong, if anything."""
        try:
            async with asyncio.timeout(PATIENCE):
                who = await clients.asking.auth_test()
        except Exception as error:
            problem = str(failure(error).params["error"])
            log.error("Slack does not take the bot token: %s", problem, extra={"action": "slack.token"})
            return problem
        id_, name = str(who["team_id"]), str(who.get("team", ""))
        self._own_is(id_, name)
        if self._installations and self._token:
            await self._installations.remember(self._token, id_, name)
        return ""

    def _own_is(self, id_: str, name: str) -> None:
        self._own_id = id_
        self._names[id_] = name

    async def _recall(self) -> None:
        """While Slack does not tell whose the token is, trust what it told last."""
        if self._installations and self._token and (known := await self._installations.recall(self._token)):
            self._own_is(*known)

    async def _forget(self) -> None:
        """The token is no longer good for the workspace that it was seen to be of."""
        if self._installations:
            await self._installations.forget()

    def _clients(self, token: Secret) -> _Clients:
        return _Clients(
            web_client(token, self.api_url, self._session),
            web_client(token, self.api_url, self._session, repeating=False),
        )
