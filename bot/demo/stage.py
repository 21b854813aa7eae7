"""The stage: both servers, the real bot between them, and somebody who watches."""

import base64
import secrets
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TextIO
from zoneinfo import ZoneInfo

from rich.console import Console

from bot.demo.cast import User
from bot.demo.clock import Clock, ShiftedClock
from bot.demo.mrkdwn import Viewer
from bot.demo.slack import Slack
from bot.demo.superoffice import SuperOffice
from bot.demo.terminal import Button, draw
from bot.demo.workspace import Member, Message

__all__ = ["Running", "Stage", "StartBot", "set_up"]


class Running(Protocol):
    """A bot that runs."""

    @property
    def url(self) -> str:
        """Its HTTP root."""
        ...


#: Starts a bot with these variables, which goes by this clock.
StartBot = Callable[[Mapping[str, str], Clock], AbstractAsyncContextManager[Running]]


@dataclass
class Stage:
    """Both servers, and what the person at the terminal sees."""

    crm: SuperOffice
    slack: Slack
    console: Console
    #: By which all three go.
    clock: ShiftedClock
    #: Who types.
    member: Member = Slack.seller
    channel: str = "C0GENERAL"

    def __post_init__(self) -> None:
        self.buttons: dict[int, tuple[Message, Button]] = {}
        #: The link page's address, when one was offered.
        self.link_url = ""
        self.slack.workspace.listeners.append(self.show)

    @property
    def user(self) -> User | None:
        """The SuperOffice user of who types."""
        matching = (user for user in self.crm.users if user.full_name == self.member.real_name)
        return next(matching, None)

    def clear(self) -> None:
        """Number the buttons from 1 again."""
        self.buttons.clear()

    def show(self, message: Message) -> None:
        """Draw a message that has come or changed, if the person sees it."""
        if message.deleted or not self.slack.workspace.sees(self.member.id, message):
            return
        workspace = self.slack.workspace
        people = {each.id: each.name for each in workspace.members.values()}
        names = people | {each.id: each.name for each in workspace.channels.values()}
        viewer = Viewer(ZoneInfo(self.member.tz or "UTC"), names)
        drawing = draw(message.text, message.blocks, viewer, first=len(self.buttons) + 1)
        where = "only you see this" if message.ephemeral_to else self._place(message)
        self.console.print(f"[dim]SuperOffice · {where}[/dim]")
        self.console.print(drawing.content)
        self.console.print()
        for button in drawing.buttons:
            self.buttons[button.number] = (message, button)
            if "/link/" in button.url:
                self.link_url = button.url

    def _place(self, message: Message) -> str:
        channel = self.slack.workspace.channels[message.channel]
        return "direct message" if channel.user else f"#{channel.name}"


@asynccontextmanager
async def set_up(start_bot: StartBot, out: TextIO, *, socket_mode: bool = False) -> AsyncIterator[Stage]:
    """Start SuperOffice and Slack, then the bot with the settings that join them."""
    clock = ShiftedClock()
    async with SuperOffice(clock=clock) as crm, Slack(clock=clock) as slack:
        with tempfile.TemporaryDirectory(prefix="superoffice-slack-demo-") as folder:
            environ = _environ(crm, slack, Path(folder), socket_mode=socket_mode)
            async with start_bot(environ, clock) as bot:
                slack.bot_url = bot.url
                if socket_mode:
                    await slack.sockets.connected(timeout=10)
                yield Stage(crm, slack, _console(out), clock)


def _console(out: TextIO) -> Console:
    return Console(file=out, highlight=False, width=None if out.isatty() else 100)


def _environ(crm: SuperOffice, slack: Slack, folder: Path, *, socket_mode: bool) -> dict[str, str]:
    port = _free_port()
    return {
        "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SUPEROFFICE_URL": crm.url,
        "SUPEROFFICE_WEB_URL": crm.web_url,
        "SUPEROFFICE_TIMEZONE": crm.zone,
        "BOT_SECRET_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "BOT_DATABASE": str(folder / "bot.db"),
        "BOT_LISTEN": f"127.0.0.1:{port}",
        "BOT_PUBLIC_URL": f"http://127.0.0.1:{port}",
        **({"SLACK_APP_TOKEN": slack.app_token} if socket_mode else {}),
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
