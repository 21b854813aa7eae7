"""A Slack workspace: its members, its conversations, and who sees which message."""

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.demo.clock import Clock
from bot.demo.slack.message import Message
from bot.demo.slack.rates import Rates
from bot.demo.slack.triggers import Triggers
from bot.demo.slack.views import Views

__all__ = [
    "APP",
    "BOT_USER",
    "CHANNELS",
    "MEMBERS",
    "TEAM",
    "Channel",
    "Enterprise",
    "Member",
    "Message",
    "Workspace",
]

TEAM = "T0DEMO"
OTHER_TEAM = "T0ELSEWHERE"
APP = "A0SUPEROFFICE"
BOT = "B0SUPEROFFICE"
BOT_USER = "U0BOT"


@dataclass(frozen=True, slots=True)
class Member:
    """A user as ``users.info`` tells of one. ``flags`` are its booleans, such as ``is_restricted``."""

    id: str
    name: str
    real_name: str
    email: str | None = None
    tz: str | None = "Europe/Oslo"
    locale: str = "en-US"
    flags: tuple[str, ...] = ()
    team: str = TEAM

    @property
    def zone(self) -> ZoneInfo:
        """What its times are shown in: UTC where Slack knows none."""
        return ZoneInfo(self.tz or "UTC")

    @property
    def is_bot(self) -> bool:
        """Whether it is an app's own user."""
        return "is_bot" in self.flags

    def info(self, *, with_email: bool = True, with_locale: bool = False) -> dict[str, Any]:
        """The user object. What is not known is left out, as Slack does."""
        flags = ("deleted", "is_bot", "is_app_user", "is_admin", "is_owner", "is_primary_owner")
        profile = {"real_name": self.real_name, "display_name": self.name, "team": self.team}
        if with_email and self.email:
            profile["email"] = self.email
        user: dict[str, Any] = {
            "id": self.id,
            "team_id": self.team,
            "name": self.name,
            "real_name": self.real_name,
            "profile": profile,
            **{flag: flag in self.flags for flag in (*flags, "is_restricted", "is_ultra_restricted")},
        }
        if self.tz:
            user |= {"tz": self.tz, "tz_label": self.tz}
        if with_locale:
            user["locale"] = self.locale
        return user | ({"is_stranger": True} if "is_stranger" in self.flags else {})


MEMBERS = (
    Member("U0SELLER", "kianna", "Kianna Ledner", "kianna.ledner@example.com"),
    Member("U0MANAGER", "per", "Per Lund", "per.lund@example.com", flags=("is_admin", "is_owner")),
    Member("U0COLLEAGUE", "ida", "Ida Holm", "Ida.Holm@example.com", "Europe/Helsinki"),
    Member("U0OTHER", "eva", "Eva Moe", "eva@example.com", "Europe/Stockholm"),
    Member("U0NOZONE", "tor", "Tor Berg", "tor.berg@example.com", None),
    Member("U0GUEST", "gro", "Gro Guest", "gro@example.org", flags=("is_restricted",)),
    Member("U0STRANGER", "stan", "Stan Stranger", None, None, flags=("is_stranger",), team=OTHER_TEAM),
    Member(BOT_USER, "superoffice", "SuperOffice", None, None, flags=("is_bot",)),
)


@dataclass(slots=True)
class Channel:
    """A conversation. ``flags`` are those of ``conversations.info`` that are true."""

    id: str
    name: str
    members: set[str]
    flags: frozenset[str] = frozenset({"is_channel"})
    creator: str = "U0MANAGER"
    #: A direct message's other side.
    user: str | None = None
    #: The app's own user in this workspace.
    bot: str = BOT_USER

    def info(self) -> dict[str, Any]:
        """The conversation object."""
        flags = (
            "is_channel is_group is_im is_mpim is_private is_archived is_general is_shared is_ext_shared "
            "is_org_shared is_pending_ext_shared"
        )
        info: dict[str, Any] = {"id": self.id, **{flag: flag in self.flags for flag in flags.split()}}
        if self.user:
            return info | {"user": self.user, "is_user_deleted": False}
        return info | {"name": self.name, "creator": self.creator, "is_member": self.bot in self.members}


_PUBLIC = frozenset({"is_channel"})
_PRIVATE = frozenset({"is_channel", "is_private"})
_STAFF = ("U0SELLER", "U0MANAGER", "U0COLLEAGUE", "U0OTHER", "U0NOZONE")

#: id, name, who is in it, flags. The bot is in most of them, so that one can see where it must not speak.
CHANNELS = (
    ("C0GENERAL", "general", (*_STAFF, BOT_USER), _PUBLIC),
    ("C0SALES", "sales", ("U0SELLER", "U0MANAGER", "U0COLLEAGUE", BOT_USER), _PRIVATE),
    ("C0RANDOM", "random", _STAFF, _PUBLIC),
    ("C0BOARD", "board", ("U0SELLER", "U0MANAGER"), _PRIVATE),
    ("C0SHARED", "with-partner", (*_STAFF, "U0STRANGER", BOT_USER), _PUBLIC | {"is_shared", "is_ext_shared"}),
    ("C0PENDING", "soon-shared", (*_STAFF, BOT_USER), _PRIVATE | {"is_pending_ext_shared"}),
    ("C0GUESTS", "with-guests", (*_STAFF, "U0GUEST", BOT_USER), _PUBLIC),
    ("C0OLD", "old-project", (*_STAFF, BOT_USER), _PUBLIC | {"is_archived"}),
)


@dataclass(eq=False, slots=True)
class Enterprise:
    """An organization on Enterprise Grid. ``granted``: the workspaces that an org-wide install was added to.

    "When an Org Admin installs your app across the entire organization, it is not added to any workspaces"
    (docs.slack.dev, "Organization-ready apps").
    """

    id: str
    name: str
    workspaces: "dict[str, Workspace]" = field(default_factory=dict)
    granted: set[str] = field(default_factory=set)

    @property
    def domain(self) -> str:
        """The first part of its address."""
        return _domain(self.name)

    @property
    def bot_user(self) -> str:
        """The app's own user, one for all of its workspaces."""
        return f"U0BOT{self.id[1:]}"


class Workspace:
    """Keeps the messages in order; tells those who wait of each that is new or changed.

    Ids are its own: another workspace may have the same ones, and nothing crosses all the same. In an
    organization the app has one user for all workspaces, else one for each.
    """

    def __init__(
        self,
        clock: Clock,
        id_: str = TEAM,
        name: str = "Demo",
        *,
        members: Iterable[Member] = MEMBERS,
        channels: Iterable[Channel] | None = None,
        enterprise: Enterprise | None = None,
    ) -> None:
        self.id, self.name, self.domain, self.enterprise = id_, name, _domain(name), enterprise
        owner = id_ if enterprise is None else enterprise.id
        self.bot_user = BOT_USER if owner == TEAM else f"U0BOT{owner[1:]}"
        self.bot_id = BOT if owner == TEAM else f"B0BOT{owner[1:]}"
        self.members = {member.id: member for member in self._people(members)}
        known = _channels(self.members) if channels is None else channels
        self.channels = {channel.id: self._with_bot(channel) for channel in known}
        self._direct = {channel.user: channel for channel in self.channels.values() if channel.user}
        self.triggers = Triggers(clock)
        self.views = Views(self.triggers)
        #: Called with each message that is new, changed or deleted.
        self.listeners: list[Callable[[Message], None]] = []
        #: Seconds until ``conversations.history`` shows what is posted now; asked for each message.
        self.lag: Callable[[], float] = lambda: 0
        #: What posting to a channel, or to a user, is refused with, by the id of either.
        self.refusals: dict[str, str] = {}
        #: Slack's rate limits, where they are switched on.
        self.rates: Rates | None = None
        self._clock = clock
        self._messages: dict[str, Message] = {}
        self._count = 0
        self._waiting: list[tuple[Callable[[Message], bool], asyncio.Future[Message]]] = []

    def _people(self, members: Iterable[Member]) -> Iterator[Member]:
        """Who was made without a thought of the workspace belongs to it; and the app's own user."""
        for member in members:
            if member.id != BOT_USER:
                yield replace(member, team=self.id) if member.team == TEAM != self.id else member
        yield replace(MEMBERS[-1], id=self.bot_user, team=self.id)

    def _with_bot(self, channel: Channel) -> Channel:
        members = {self.bot_user if each == BOT_USER else each for each in channel.members}
        return replace(channel, members=members, bot=self.bot_user)

    def remove_bot(self) -> None:
        """The app is gone: it is in no channel any more."""
        for channel in self.channels.values():
            if not channel.user:
                channel.members.discard(self.bot_user)

    def knows(self, arguments: Mapping[str, Any]) -> bool:
        """Whether the ids of a Web API call are of this workspace."""
        name = arguments.get("channel") or arguments.get("channel_id")
        if name:
            message = self._messages.get(arguments.get("ts", ""))
            here = "ts" not in arguments or (message is not None and message.channel == name)
            return here and (name in self.channels or name in self.members)
        if "trigger_id" in arguments or "view_id" in arguments:
            return arguments.get("view_id") in self.views.opened or self.triggers.knows(
                str(arguments.get("trigger_id"))
            )
        user = arguments.get("user") or arguments.get("users") or arguments.get("user_id")
        return user in self.members

    def direct(self, user: str) -> Channel:
        """The bot's direct message with a user; it is opened if need be."""
        if user not in self._direct:
            both = {user, self.bot_user}
            new = Channel(f"D0{user[2:]}", "", both, frozenset({"is_im"}), user=user, bot=self.bot_user)
            self._direct[user] = self.channels.setdefault(new.id, new)
        return self._direct[user]

    def post(self, message: Message) -> Message:
        """Add a message; its ``ts`` and missing block ids are given here."""
        self._count += 1
        now = self._clock.now()
        ts = f"{int(now.timestamp())}.{self._count:06d}"
        shown_at = now + timedelta(seconds=self.lag())
        blocks = self._with_ids(message.blocks)
        return self._keep(replace(message, ts=ts, blocks=blocks, team=self.id, shown_at=shown_at))

    def shows(self, message: Message) -> bool:
        """Whether ``conversations.history`` shows a message by now."""
        return message.shown_at is None or message.shown_at <= self._clock.now()

    def change(self, ts: str, **fields: Any) -> Message:
        """Change a message: its text, blocks, or that it is deleted."""
        old = self._messages[ts]
        if "blocks" in fields:
            fields["blocks"] = self._with_ids(fields["blocks"])
        return self._keep(replace(old, edited=old.edited + 1, **fields))

    def get(self, ts: str) -> Message | None:
        """The message as it stands now, unless it is deleted."""
        message = self._messages.get(ts)
        return None if message is None or message.deleted else message

    def messages(self, channel: str | None = None, user: str | None = None) -> list[Message]:
        """What stands there, oldest first: in a channel, as a user sees it."""
        return [
            message
            for message in self._messages.values()
            if not message.deleted
            if channel is None or message.channel == channel
            if user is None or self.sees(user, message)
        ]

    def sees(self, user: str, message: Message) -> bool:
        """Whether a user sees a message."""
        if message.ephemeral_to is not None:
            return message.ephemeral_to == user
        return user in self.channels[message.channel].members

    async def wait(self, wanted: Callable[[Message], bool], timeout: float) -> Message:  # noqa: ASYNC109
        """The first message that is wanted: of those there are, else of those to come."""
        for message in self.messages():
            if wanted(message):
                return message
        future: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._waiting.append((wanted, future))
        try:
            return await asyncio.wait_for(future, timeout)
        finally:
            self._waiting.remove((wanted, future))

    def _keep(self, message: Message) -> Message:
        self._messages[message.ts] = message
        for wanted, future in self._waiting:
            if not future.done() and not message.deleted and wanted(message):
                future.set_result(message)
        for listener in self.listeners:
            listener(message)
        return message

    def _with_ids(self, blocks: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        return [
            block if "block_id" in block else {**block, "block_id": f"b{self._count}.{number}"}
            for number, block in enumerate(blocks)
        ]


def _domain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _channels(here: Mapping[str, Member]) -> list[Channel]:
    """The usual channels with those of the usual people who are there; everybody else is in the first."""
    usual = {member.id for member in MEMBERS}
    new = {id_ for id_, each in here.items() if id_ not in usual and not each.is_bot}
    channels = [
        Channel(id_, name, {each for each in people if each in here or each == BOT_USER}, flags)
        for id_, name, people, flags in CHANNELS
    ]
    channels[0].members |= new
    return channels
