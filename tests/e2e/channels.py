"""The real bot on the demo's Slack, with a clock that a test moves, and channels that have digests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import server
from bot.app.running import _events
from bot.app.tenants import tenants
from bot.app.wiring import Wiring
from bot.config import load
from bot.core.channeldigest import ChannelSettings
from bot.core.people import SlackChannel, SlackUser
from bot.core.schedule import Schedule
from bot.core.secret import Secret
from bot.core.slots import next_due
from bot.core.subscription import Subscription
from bot.demo.slack import Slack
from bot.demo.slack.answers import Answer
from bot.demo.slack.workspace import Member, Message
from bot.demo.superoffice import SuperOffice
from bot.runner import QueueRunner
from bot.slack.workspaces import Workspaces
from bot.store import Store, migrate
from tests.conftest import NOW, StoppedClock
from tests.e2e.conftest import KEY, environment
from tests.sqlite import opened

__all__ = ["OSLO", "PUBLIC", "TEAM", "Rig", "rigged"]

TEAM, OSLO = Slack.team, ZoneInfo("Europe/Oslo")
PUBLIC = "C0GENERAL"


def user(member: Member | str) -> SlackUser:
    """Somebody of the first workspace."""
    return SlackUser(TEAM, member if isinstance(member, str) else member.id)


@dataclass
class Rig:
    """Everything there is."""

    slack: Slack
    crm: SuperOffice
    store: Store
    clock: StoppedClock
    bot: Wiring
    runner: QueueRunner
    path: Path

    async def digest(
        self, channel: str = PUBLIC, *participants: Member, owner: Member = Slack.seller, **settings: Any
    ) -> Subscription:
        """Set one up, for eight o'clock each day in Oslo."""
        now, schedule = self.clock.now(), Schedule.at(time(8))
        made = Subscription(
            0,
            user(owner),
            schedule,
            OSLO,
            channel=channel,
            since=now,
            considered_until=now,
            team=ChannelSettings(**settings),
        )
        stored = await self.store.subscriptions.put(made, next_due(schedule, OSLO, now))
        for member in participants:
            await self.store.participants.join(stored.id, user(member), now)
        return stored

    async def found(self, channel: str = PUBLIC) -> Subscription:
        """A channel's digest as it stands now."""
        found = await self.store.subscriptions.of_channel(SlackChannel(TEAM, channel))
        assert found
        return found

    async def standing(self, channel: str = PUBLIC) -> tuple[str, str]:
        """Its state, and why."""
        found = await self.found(channel)
        return found.state, found.reason

    async def hear(self, kind: str, *, twice: bool = True, **event: object) -> None:
        """Let Slack tell of an event, signed; twice, as it does now and then; wait until it is seen to."""
        answer = await self.slack.event({"type": kind, **event})
        assert answer.acknowledged, (answer.status, answer.error)
        if twice:
            again = await self.slack.redeliver(answer)
            assert again.acknowledged
        await self.settled()

    async def settled(self) -> None:
        """Nothing runs any more."""
        while self.runner._tasks:
            await asyncio.wait(self.runner._tasks)

    async def tick(self, **by: float) -> None:
        """Let time pass, and do what is due by the clock then."""
        self.clock.move(**by)
        for job, _ in self.bot.duties.alone():
            await job()
        await self.settled()

    def flag(self, channel: str, *flags: str) -> None:
        """What Slack says of a channel from now on."""
        self.slack.workspace.channels[channel].flags = frozenset({"is_channel", *flags})

    def told(self, member: Member = Slack.seller) -> list[str]:
        """The titles of what the bot wrote to somebody directly."""
        return [title(each) for each in self.slack.direct_messages(member)]

    def posted(self, channel: str = PUBLIC) -> list[Message]:
        """What everybody in a channel reads."""
        return [each for each in self.slack.messages(channel) if each.ephemeral_to is None]

    async def press(self, message: Message, action: str, member: Member) -> Answer:
        """Press a button; wait until that is seen to."""
        answer = await self.slack.press(message, action, user=member)
        await self.settled()
        return answer


def title(message: Message) -> str:
    """Its first line."""
    return str(message.blocks[0]["text"]["text"])


@asynccontextmanager
async def rigged(path: Path, **variables: str) -> AsyncIterator[Rig]:
    """A bot that listens, on a new database; what is named overrides its variables."""
    clock = StoppedClock()
    async with (
        SuperOffice(clock=clock) as crm,
        Slack(clock=clock) as slack,
        aiohttp.ClientSession() as session,
    ):
        settings = load({**environment(crm, slack, path, socket_mode=False), **variables})
        migrate(path, NOW - timedelta(days=1))
        with opened(path, Secret(KEY)) as store:
            crms = await tenants(settings, session, clock)
            workspaces = Workspaces(Secret(slack.bot_token), settings.slack.api_url, session)
            await workspaces.start()
            with server.listening("127.0.0.1", 0) as port:
                url = f"http://127.0.0.1:{port.getsockname()[1]}"
                async with QueueRunner(4, 4) as runner:
                    bot = Wiring(settings, clock, store, session, runner, crms, workspaces, url)
                    pages = bot.pages(AsyncIOScheduler(), None)
                    front = server.front(_events(settings, bot.bolt(), clock, bot.slack.refusals), pages)
                    async with server.serving(front, port):
                        slack.bot_url = url
                        yield Rig(slack, crm, store, clock, bot, runner, path)
