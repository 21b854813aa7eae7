"""Both servers and the real bot between them: a SuperOffice, a Slack, and the clock by which all go."""

import base64
import secrets
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from bot.demo.clock import Clock, ShiftedClock
from bot.demo.slack import Slack
from bot.demo.slack.workspace import Member
from bot.demo.superoffice import SuperOffice
from bot.demo.superoffice.cast import User

__all__ = ["ADMIN", "Running", "Servers", "StartBot", "running_servers"]

#: The workspace's admin, who has no SuperOffice user: she runs Slack, and sells nothing.
ADMIN = Member("U0ADMIN", "ada", "Ada Moen", "ada.moen@example.com", flags=("is_admin", "is_owner"))


class Running(Protocol):
    """A bot that runs."""

    @property
    def url(self) -> str:
        """Its HTTP root."""
        ...


#: Starts a bot with these variables, which goes by this clock.
StartBot = Callable[[Mapping[str, str], Clock], AbstractAsyncContextManager[Running]]


@dataclass
class Servers:
    """What runs. ``broken`` says how SuperOffice fails just now; ``""``: it does not."""

    crm: SuperOffice
    slack: Slack
    clock: ShiftedClock
    broken: str = ""

    def user_of(self, member: Member) -> User | None:
        """The SuperOffice user of somebody in Slack."""
        return next((user for user in self.crm.users if user.full_name == member.real_name), None)


@asynccontextmanager
async def running_servers(start_bot: StartBot, *, socket_mode: bool = False) -> AsyncIterator[Servers]:
    """Start SuperOffice and Slack, then the bot with the settings that join them."""
    clock = ShiftedClock()
    async with SuperOffice(clock=clock) as crm, Slack(clock=clock) as slack:
        _people(slack)
        with tempfile.TemporaryDirectory(prefix="superoffice-slack-demo-") as folder:
            environ = _environ(crm, slack, Path(folder), socket_mode=socket_mode)
            async with start_bot(environ, clock) as bot:
                slack.bot_url = bot.url
                if socket_mode:
                    await slack.sockets.connected(timeout=10)
                yield Servers(crm, slack, clock)


def _people(slack: Slack) -> None:
    """An admin who is nobody's manager, and a manager who is no admin: one sees what each may."""
    members = slack.workspace.members
    bot = members.pop(slack.workspace.bot_user)
    members |= {ADMIN.id: ADMIN, bot.id: bot}
    members[slack.manager.id] = replace(slack.manager, flags=())
    for channel in slack.workspace.channels.values():
        if channel.name != "board":
            channel.members.add(ADMIN.id)


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
