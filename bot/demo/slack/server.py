"""Slack's side on 127.0.0.1: Web API, signed deliveries over HTTP or Socket Mode, ``response_url``.

async with Slack(clock=clock) as slack:
    slack.api_url, slack.bot_token, slack.signing_secret   # what the bot is set up with
    slack.bot_url = "http://127.0.0.1:3000"                # where the bot listens
    answer = await slack.command("/superoffice", "since monday")
    message = await answer.next()
    pressed = await slack.press(message, "page.next")

    other = slack.add_workspace("T0OTHER")                 # one more, by the same ids
    await slack.command("/superoffice", workspace=other)
    slack.approve = other                                  # the next install by OAuth goes there
    await slack.uninstall(other)                           # its token ends; both events
"""

from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp import web

from bot.demo.clock import Clock
from bot.demo.slack.files import Files, Uploaded
from bot.demo.slack.interactions import Interactions
from bot.demo.slack.oauth import App, Browser, OAuth
from bot.demo.slack.openid import OpenID
from bot.demo.slack.rates import Rates
from bot.demo.slack.webapi import ApiCall, Failure, WebApi
from bot.demo.slack.workspace import MEMBERS, TEAM, Enterprise, Member, Message, Workspace
from bot.demo.slack.workspaces import Where
from bot.demo.watching import Handler, watch

__all__ = ["Slack"]


class Slack(Interactions):
    """The server, and the people who use it; what is said of no workspace is said of the first one.

    Deliveries go over Socket Mode as soon as a bot is connected, else over HTTP to ``bot_url``.
    """

    team = TEAM
    manager, colleague, other_email, no_zone, guest, stranger = MEMBERS[1:7]

    def __init__(
        self, *, clock: Clock | None = None, bot_url: str = "", port: int = 0, installed: bool = True
    ) -> None:
        super().__init__(clock, bot_url, installed=installed)
        self.views, self.triggers = self.workspace.views, self.workspace.triggers
        self.api = WebApi(self.installs, self.workspace, self.app_token, self._socket_url)
        self.app, self.browser = App(), Browser(self.seller)
        places = self.workspaces, self.enterprises
        self.oauth = OAuth(self.app, self.clock, self.installs, places, self.browser)
        self.openid = OpenID(self.app, self.clock, self.installs, self.workspaces, self.browser)
        self.api.client_methods["oauth.v2.access"] = self.oauth.access
        self.api.client_methods["openid.connect.token"] = self.openid.token
        self.api.methods["openid.connect.userInfo"] = (self.openid.user_info, "openid")
        self.api.methods["apps.uninstall"] = (self.oauth.uninstall, None)
        self._files = Files(lambda: self.url)
        self.api.methods["files.getUploadURLExternal"] = (self._files.get_url, "files:write")
        self.api.methods["files.completeUploadExternal"] = (self._files.complete, "files:write")
        self._port = port
        self._runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=0.1)

    # ------------------------------------------------------------ life

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.sockets.close()
        if self._session is not None:
            await self._session.close()
        await self._runner.cleanup()

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=1 << 26, middlewares=[self._watched])
        app.router.add_route("*", "/api/{method}", self.api.serve)
        app.router.add_post("/response/{token}", self.response_urls.serve)
        app.router.add_post("/upload/v1/{ticket}", self._files.upload)
        app.router.add_get("/link", self.sockets.serve)
        for method in ("GET", "POST"):
            app.router.add_route(method, "/oauth/v2/authorize", self.oauth.serve)
        app.router.add_get("/openid/connect/authorize", self.openid.authorize)
        app.router.add_get("/openid/connect/keys", self.openid.keys)
        app.router.add_get("/.well-known/openid-configuration", self.openid.configuration)
        return app

    @web.middleware
    async def _watched(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        kind, _, rest = request.path.lstrip("/").partition("/")
        if kind not in {"api", "response", "upload"}:
            return await handler(request)
        what = rest if kind == "api" else {"response": "response_url", "upload": "upload"}[kind]
        return await watch(self, "Slack", what, request, handler)

    @property
    def api_url(self) -> str:
        """What ``SLACK_API_URL`` takes."""
        return f"{self.url}/api/"

    @property
    def authorize_url(self) -> str:
        """What ``authorization_url`` of slack_sdk's ``AuthorizeUrlGenerator`` takes."""
        return f"{self.url}/oauth/v2/authorize"

    @property
    def openid_authorize_url(self) -> str:
        """What ``authorization_url`` of slack_sdk's ``OpenIDConnectAuthorizeUrlGenerator`` takes."""
        return f"{self.url}/openid/connect/authorize"

    def _socket_url(self) -> str:
        return f"ws://127.0.0.1:{self._port}/link?ticket={self.sockets.issue()}&app_id=demo"

    # ------------------------------------------------------------ at the browser

    @property
    def browser_user(self) -> Member | None:
        """Who is signed in to Slack at the browser; ``None``: nobody."""
        return self.browser.user

    @browser_user.setter
    def browser_user(self, user: Member | None) -> None:
        self.browser.user = user

    @property
    def approve(self) -> Workspace | Enterprise | str | None:
        """Where an install is allowed at once, without a page."""
        return self.browser.approve

    @approve.setter
    def approve(self, where: Workspace | Enterprise | str | None) -> None:
        self.browser.approve = where

    # ------------------------------------------------------------ what can be seen

    def messages(
        self, channel: str | None = None, user: Member | str | None = None, workspace: Where = None
    ) -> list[Message]:
        """What stands there now, oldest first: in a channel or anywhere, as a user sees it or at all."""
        where = self.at(workspace)
        return where.messages(channel, None if user is None else self._member(user, where).id)

    def direct_messages(
        self, user: Member | str = Interactions.seller, workspace: Where = None
    ) -> list[Message]:
        """What the bot wrote to a user directly."""
        where = self.at(workspace)
        return where.messages(where.direct(self._member(user, where).id).id)

    @property
    def files(self) -> list[Uploaded]:
        """The files that were handed over, in whichever workspace, oldest first."""
        return self._files.done

    def calls(self, method: str, team: str | None = None) -> list[ApiCall]:
        """The calls of a Web API method; ``team``: by the token of that workspace or organization."""
        called = [call for call in self.api.calls if call.method == method]
        return [call for call in called if team in {None, call.team}]

    async def wait(
        self,
        wanted: Callable[[Message], bool],
        timeout: float = 5,  # noqa: ASYNC109
        workspace: Where = None,
    ) -> Message:
        """The first message that is wanted, now or to come. Raises :class:`TimeoutError`."""
        return await self.at(workspace).wait(wanted, timeout)

    # ------------------------------------------------------------ switches

    def fail(self, method: str, error: str = "", **how: Any) -> None:
        """Let a Web API method fail; ``how`` as in :class:`~bot.demo.slack.webapi.Failure`."""
        self.api.failures[method] = Failure(error, **how)

    def rate_limit(self, method: str, retry_after: int = 1, times: int = 1, team: str | None = None) -> None:
        """Let a Web API method answer 429."""
        self.fail(method, retry_after=retry_after, times=times, team=team)

    def refuse(self, place: Member | str, error: str, workspace: Where = None) -> None:
        """Refuse every post to a channel or a user, with ``user_disabled`` say; with ``""``, no more."""
        name, refusals = place if isinstance(place, str) else place.id, self.at(workspace).refusals
        refusals.pop(name, None)
        if error:
            refusals[name] = error

    def enforce_limits(self, workspace: Where = None, **how: int) -> Rates:
        """Switch Slack's rate limits on; ``how`` as in :class:`~bot.demo.slack.rates.Rates`."""
        where = self.at(workspace)
        where.rates = Rates(self.clock, **how)
        return where.rates
