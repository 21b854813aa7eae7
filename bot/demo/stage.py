"""The stage: both servers, the real bot between them, and somebody at a terminal who watches."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TextIO

from rich.console import Console

from bot.demo.controls import link_page
from bot.demo.mrkdwn import Viewer
from bot.demo.servers import Servers, StartBot, running_servers
from bot.demo.slack import Slack
from bot.demo.slack.workspace import Member, Message
from bot.demo.superoffice.cast import User
from bot.demo.terminal import Button, draw

__all__ = ["Stage", "set_up"]


@dataclass
class Stage(Servers):
    """Both servers, and what the person at the terminal sees."""

    console: Console = field(default_factory=Console)
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
        return self.user_of(self.member)

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
        viewer = Viewer(self.member.zone, names)
        drawing = draw(message.text, message.blocks, viewer, first=len(self.buttons) + 1)
        where = "only you see this" if message.ephemeral_to else self._place(message)
        self.console.print(f"[dim]SuperOffice · {where}[/dim]")
        self.console.print(drawing.content)
        self.console.print()
        for button in drawing.buttons:
            self.buttons[button.number] = (message, button)
        self.link_url = link_page([message]) or self.link_url

    def _place(self, message: Message) -> str:
        channel = self.slack.workspace.channels[message.channel]
        return "direct message" if channel.user else f"#{channel.name}"


@asynccontextmanager
async def set_up(start_bot: StartBot, out: TextIO, *, socket_mode: bool = False) -> AsyncIterator[Stage]:
    """Start both servers and the bot, and draw what the person at the terminal sees."""
    async with running_servers(start_bot, socket_mode=socket_mode) as servers:
        yield Stage(servers.crm, servers.slack, servers.clock, console=_console(out))


def _console(out: TextIO) -> Console:
    return Console(file=out, highlight=False, width=None if out.isatty() else 100)
