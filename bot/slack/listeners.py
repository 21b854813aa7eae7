"""What Slack may deliver: acknowledge, read, hand over."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltRequest
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.response import BoltResponse

from bot.core.audience import Kind
from bot.core.people import SlackUser
from bot.core.replies import Reader, Reply
from bot.core.requests import Request
from bot.slack.blocks import draw
from bot.slack.modals import FORMS, acknowledged, read
from bot.slack.payload import ACTIONS, pressed, typed
from bot.slack.people import SlackPeople, zone_of
from bot.slack.roster import Roster

__all__ = ["register"]

Body = dict[str, Any]


class Taker(Protocol):
    """Accepts requests; a reply is due at once only when it cannot."""

    async def take(self, request: Request) -> Reply | None:
        """Accept a request to be answered later."""
        ...


class Leaver(Protocol):
    """Sees to those who leave."""

    async def changed(self, user: SlackUser, *, deactivated: bool, guest: bool) -> None:
        """A user changed."""
        ...


class Mover(Protocol):
    """Sees to those who travel."""

    async def moved(self, user: SlackUser, zone: ZoneInfo | None, locale: str) -> None:
        """Slack tells a user's zone and language; ``""`` for one that it does not tell."""
        ...


class Host(Protocol):
    """Sees to the Home tab."""

    async def user_changed(self, user: SlackUser) -> None:
        """A user's zone, language or role changed."""
        ...


def register(
    app: AsyncApp,
    *,
    command: str,
    commands: Taker,
    people: SlackPeople,
    roster: Roster,
    leaving: Leaver,
    moving: Mover,
    home: Host,
    default_reader: Reader,
) -> None:
    """Put the listeners on ``app``. ``command`` is the slash command's name."""

    async def on_press(ack: AsyncAck, body: Body) -> None:
        request = pressed(body)
        await ack()
        if request:
            await commands.take(request)

    async def on_submit(ack: AsyncAck, body: Body) -> None:
        said = read(body, command)
        await ack(**acknowledged(said, default_reader))
        if isinstance(said, Request):
            await commands.take(said)

    async def on_open(ack: AsyncAck) -> None:
        await ack()  # Slack reports the press of a button that opens a page, too

    async def on_user_change(event: Body, body: Body) -> None:
        who, info = SlackUser(body["team_id"], event["user"]["id"]), event["user"]
        people.forget(who)
        await leaving.changed(who, deactivated=bool(info.get("deleted")), guest=_is_guest(roster, who, info))
        await moving.moved(who, zone_of(info), info.get("locale") or "")
        await home.user_changed(who)

    async def on_team_join(event: Body, body: Body) -> None:
        roster.heard(SlackUser(body["team_id"], event["user"]["id"]), event["user"])

    app.use(_OnCommand(command, commands, default_reader))
    for action in ACTIONS:
        app.action(action)(on_press)
    app.action("link")(on_open)
    app.view(re.compile("|".join(FORMS)))(on_submit)
    app.event("user_change")(on_user_change)
    app.event("team_join")(on_team_join)


class _OnCommand(AsyncMiddleware):
    """The slash command, which is acknowledged before Bolt looks for a listener: people wait for it.

    To find a listener, and again to call it, Bolt puts together whatever one could ask for. That takes a
    fifth of the CPU time of an acknowledgement.
    """

    def __init__(self, command: str, commands: Taker, default_reader: Reader) -> None:
        self._command = command
        self._commands = commands
        self._default_reader = default_reader

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 - as well
    ) -> BoltResponse | None:
        if req.body.get("command") != self._command:
            return await next()
        if refusal := await self._commands.take(typed(req.body)):
            text = draw(refusal, self._default_reader, self._command).text
            return await req.context.ack(text=text, response_type="ephemeral")
        return await req.context.ack()


def _is_guest(roster: Roster, who: SlackUser, info: Body) -> bool:
    """Whether somebody is a guest now, which is remembered."""
    return roster.heard(who, info) is Kind.GUEST
