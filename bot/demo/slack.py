"""Slack's side on 127.0.0.1: Web API, signed deliveries over HTTP or Socket Mode, ``response_url``.

async with Slack(clock=clock) as slack:
    slack.api_url, slack.bot_token, slack.signing_secret   # what the bot is set up with
    slack.bot_url = "http://127.0.0.1:3000"                # where the bot listens
    answer = await slack.command("/superoffice", "since monday")
    message = await answer.next()
    pressed = await slack.press(message, "page.next")
"""

import asyncio
import hashlib
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from bot.demo import payloads
from bot.demo.answers import Answer, ResponseUrls
from bot.demo.clock import Clock, SystemClock
from bot.demo.socketmode import SocketMode
from bot.demo.views import Triggers, Views
from bot.demo.webapi import ApiCall, Failure, WebApi
from bot.demo.workspace import BOT_USER, MEMBERS, TEAM, Member, Message, Workspace

__all__ = ["Slack"]

FORM = "application/x-www-form-urlencoded"


class Slack:
    """The server, and the people who use it.

    Deliveries go over Socket Mode as soon as a bot is connected, else over HTTP to ``bot_url``.
    Signatures carry the clock's time.
    """

    team = TEAM
    seller, manager, colleague, other_email, no_zone, guest, stranger = MEMBERS[:7]

    def __init__(self, *, clock: Clock | None = None, bot_url: str = "", port: int = 0) -> None:
        self.clock = clock or SystemClock()
        #: The bot's root; commands are posted to ``/slack/events`` below it.
        self.bot_url = bot_url
        self.signing_secret = secrets.token_hex(16)
        self.bot_token = f"xoxb-demo-{secrets.token_hex(12)}"
        self.app_token = f"xapp-1-demo-{secrets.token_hex(12)}"
        #: Deliver everything twice, as happens after a reconnection.
        self.twice = False
        #: Seconds that the bot has to acknowledge.
        self.patience = 3.0
        self.workspace = Workspace(self.clock)
        self.views = Views(triggers := Triggers(self.clock))
        self.sockets = SocketMode()
        self.response_urls = ResponseUrls(self.workspace, self.clock)
        tokens = (self.bot_token, self.app_token)
        self.api = WebApi(self.workspace, self.views, tokens, self._socket_url)
        self.triggers = triggers
        self._events = 0
        self._port = port
        self._runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=0.1)
        self._session: aiohttp.ClientSession | None = None

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
        app = web.Application(client_max_size=1 << 22)
        app.router.add_route("*", "/api/{method}", self.api.serve)
        app.router.add_post("/response/{token}", self.response_urls.serve)
        app.router.add_get("/link", self.sockets.serve)
        return app

    @property
    def url(self) -> str:
        """Its root."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def api_url(self) -> str:
        """What ``SLACK_API_URL`` takes."""
        return f"{self.url}/api/"

    def _socket_url(self) -> str:
        return f"ws://127.0.0.1:{self._port}/link?ticket={self.sockets.issue()}&app_id=demo"

    # ------------------------------------------------------------ people do things

    async def command(
        self, command: str, text: str = "", *, user: Member | str = seller, channel: str = "C0GENERAL"
    ) -> Answer:
        """Type a slash command."""
        member, where = self._member(user), self.workspace.channels[channel]
        fields = payloads.command(command, text, member, where, self.workspace.members.values())
        answer, token = self._answer(fields, where.id, member.id, None)
        return await self._deliver("slash_commands", answer, token)

    async def press(
        self,
        message: Message,
        action_id: str,
        *,
        user: Member | str = seller,
        choice: str | None = None,
        forged: bool = False,
    ) -> Answer:
        """Press a button of a message as it stands now; in a menu, choose the option of value ``choice``.

        ``forged``: somebody presses what they do not see, as Slack would never let them.
        """
        member, current = self._member(user), self.workspace.get(message.ts)
        if current is None or not (forged or self.workspace.sees(member.id, current)):
            raise LookupError(f"{member.id} does not see that message")
        block_id, element = self._element(current, action_id, choice)
        where = self.workspace.channels[current.channel]
        payload = payloads.press(current, block_id, element, member, where, choice)
        answer, token = self._answer(payload, where.id, member.id, current.ts)
        return await self._deliver("interactive", answer, token)

    async def submit(
        self, view: Mapping[str, Any], values: Mapping[str, Any], *, user: Member | str = seller
    ) -> Answer:
        """Submit a modal with the given state."""
        member = self._member(user)
        payload = payloads.submission(view, values, member)
        answer, token = self._answer(payload, self.workspace.direct(member.id).id, member.id, None)
        return await self._deliver("interactive", answer, token)

    def invite(self, channel: str, user: Member | str = BOT_USER) -> None:
        """Type ``/invite``: the bot, or somebody else, is in the channel now."""
        self.workspace.channels[channel].members.add(self._member(user).id)

    async def event(self, event: Mapping[str, Any], *, retry: int = 0) -> Answer:
        """Send an event; ``retry`` is the number of a repeated delivery."""
        self._events += 1
        payload = payloads.event(event, self._events, int(self.clock.now().timestamp()))
        return await self._deliver("events_api", Answer(payload, "", ""), None, retry)

    # ------------------------------------------------------------ what can be seen

    def messages(self, channel: str | None = None, user: Member | str | None = None) -> list[Message]:
        """What stands there now, oldest first: in a channel or anywhere, as a user sees it or at all."""
        return self.workspace.messages(channel, None if user is None else self._member(user).id)

    def direct_messages(self, user: Member | str = seller) -> list[Message]:
        """What the bot wrote to a user directly."""
        return self.messages(self.workspace.direct(self._member(user).id).id)

    def calls(self, method: str) -> list[ApiCall]:
        """The calls of a Web API method."""
        return [call for call in self.api.calls if call.method == method]

    async def wait(self, wanted: Callable[[Message], bool], timeout: float = 5) -> Message:  # noqa: ASYNC109
        """The first message that is wanted, now or to come. Raises :class:`TimeoutError`."""
        return await self.workspace.wait(wanted, timeout)

    # ------------------------------------------------------------ switches

    def fail(self, method: str, error: str = "", **how: Any) -> None:
        """Let a Web API method fail; ``how`` as in :class:`~bot.demo.webapi.Failure`."""
        self.api.failures[method] = Failure(error, **how)

    def rate_limit(self, method: str, retry_after: int = 1, times: int = 1) -> None:
        """Let a Web API method answer 429."""
        self.fail(method, retry_after=retry_after, times=times)

    def sign(self, body: bytes, timestamp: int | None = None) -> dict[str, str]:
        """The headers of a genuine delivery. Source: docs.slack.dev, "Verifying requests from Slack"."""
        seconds = int(self.clock.now().timestamp()) if timestamp is None else timestamp
        digest = hmac.new(self.signing_secret.encode(), f"v0:{seconds}:".encode() + body, hashlib.sha256)
        return {
            "X-Slack-Request-Timestamp": str(seconds),
            "X-Slack-Signature": f"v0={digest.hexdigest()}",
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        }

    # ------------------------------------------------------------ delivery

    def _member(self, user: Member | str) -> Member:
        return user if isinstance(user, Member) else self.workspace.members[user]

    def _element(self, message: Message, action_id: str, choice: str | None) -> tuple[str, Mapping[str, Any]]:
        for block_id, element in message.elements():
            choices = [option.get("value") for option in element.get("options", ())]
            if element["action_id"] == action_id and (choice is None or choice in choices):
                return block_id, element
        there = [element["action_id"] for _, element in message.elements()]
        raise LookupError(f"no element {action_id!r} there, only {there}")

    def _answer(
        self, payload: dict[str, Any], channel: str, user: str, original: str | None
    ) -> tuple[Answer, str]:
        answer = Answer(payload, "", self.triggers.issue())
        token = self.response_urls.issue(answer, channel, user, original)
        answer.response_url = f"{self.url}/response/{token}"
        payload |= {"trigger_id": answer.trigger_id, "response_url": answer.response_url}
        return answer, token

    async def _deliver(self, kind: str, answer: Answer, token: str | None, retry: int = 0) -> Answer:
        loop = asyncio.get_running_loop()
        started = loop.time()
        over: Callable[[str, Answer, int], Awaitable[tuple[int, Any]]]
        over = self._by_socket if self.sockets.sockets else self._by_http
        try:
            async with asyncio.timeout(self.patience):
                status, body = await over(kind, answer, retry)
        except TimeoutError:
            answer.error = "operation_timeout"
            return answer
        except (aiohttp.ClientError, ConnectionError):
            answer.error = "dispatch_failed"
            return answer
        finally:
            answer.ms = (loop.time() - started) * 1000
        if answer.acknowledge(status, body, answer.ms) and token is not None and answer.acknowledged:
            self.response_urls.acknowledge(token, body)
        return answer

    async def _by_socket(self, kind: str, answer: Answer, retry: int) -> tuple[int, Any]:
        retried = {"retry_attempt": retry, "retry_reason": "timeout" if retry else ""}
        headers = retried if kind == "events_api" else {}
        return 200, await self.sockets.deliver(kind, answer.payload, twice=self.twice, headers=headers)

    async def _by_http(self, kind: str, answer: Answer, retry: int) -> tuple[int, Any]:
        body, content_type = _encode(kind, answer.payload)
        headers = self.sign(body) | {"Content-Type": content_type}
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"}
        if self.twice:
            both = await asyncio.gather(self._post(body, headers), self._post(body, headers))
            return both[0]
        return await self._post(body, headers)

    async def _post(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, Any]:
        if self._session is None:
            raise RuntimeError("not started")
        url = f"{self.bot_url.rstrip('/')}/slack/events"
        async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as response:
            text = await response.text()
            return response.status, _decode(text)


def _encode(kind: str, payload: Mapping[str, Any]) -> tuple[bytes, str]:
    if kind == "events_api":
        return json.dumps(payload).encode(), "application/json"
    form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(form).encode(), FORM


def _decode(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
