"""Digests of a bot that is killed again and again, between the demo's SuperOffice and Slack."""

import asyncio
import os
import random
import re
import signal
import sqlite3
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.channeldigest import ChannelSettings
from bot.core.people import Link, Principal, SlackUser
from bot.core.recurrence import EVERY_DAY
from bot.core.schedule import Schedule
from bot.core.secret import Secret
from bot.core.slots import next_due
from bot.core.subscription import Subscription
from bot.demo.clock import TestClock
from bot.demo.slack import Slack
from bot.demo.slack.workspace import Message
from bot.demo.superoffice import SuperOffice
from bot.demo.superoffice.cast import User
from bot.demo.superoffice.story import Company, Story
from bot.store import migrate
from bot.store.ledger import LEASE
from tests.e2e.conftest import KEY, environment
from tests.e2e.zygote import Shared
from tests.sqlite import opened

ROOT = Path(__file__).parents[2]
OSLO = ZoneInfo("Europe/Oslo")
USER = SlackUser("T0DEMO", Slack.seller.id)
#: A Monday; a bot from then on sends at eight.
START = datetime(2026, 11, 16, 5, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Who has a digest, as whom, and on how many companies something happens each day: one is so long that it is
#: told in two messages.
PEOPLE = (
    (Slack.seller, SuperOffice.seller, 25),
    (Slack.manager, SuperOffice.manager, 3),
    (Slack.colleague, SuperOffice.colleague, 2),
    (Slack.other_email, SuperOffice.other_email, 1),
)
#: Seconds that a bot may take to start, or to stop.
PATIENCE = 60
#: What happened on a day is not covered by what happens on the next: it is on other companies.
TURNS = 3


class Process:
    """One bot after the other."""

    def __init__(self, shared: Shared, zygote: asyncio.subprocess.Process) -> None:
        self.shared = shared
        self._zygote = zygote
        self.id = 0
        self._end: asyncio.Task[str] | None = None

    @property
    def alive(self) -> bool:
        return self._end is not None and not self._end.done()

    async def start(self) -> None:
        assert self._zygote.stdin
        self._zygote.stdin.write(b"\n")
        self.id = int(await asyncio.wait_for(self.line(), PATIENCE))
        self._end = asyncio.create_task(self.line())

    async def kill(self) -> None:
        """By ``kill -9``; it may be dead already."""
        if self._end is None:
            return
        if not self._end.done():
            os.kill(self.id, signal.SIGKILL)
        assert await self._end == str(-signal.SIGKILL), "it ended by itself"

    async def stop(self) -> str:
        """By SIGTERM; how it ended."""
        assert self._end
        os.kill(self.id, signal.SIGTERM)
        return await asyncio.wait_for(self._end, PATIENCE)

    async def line(self) -> str:
        assert self._zygote.stdout
        return (await self._zygote.stdout.readline()).decode().strip()


@dataclass
class Killing:
    """The world, and a count of what was done to the bot in it."""

    crm: SuperOffice
    slack: Slack
    clock: TestClock
    process: Process
    database: sqlite3.Connection
    random: random.Random
    tickets: list[str] = field(default_factory=list)
    #: (user, company) of what happened, in order, each once in its TURNS.
    happened: list[tuple[str, int, int]] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    day: int = 0

    async def next_day(self) -> None:
        """Night goes by; something happens at seven; it is eight."""
        self.day += 1
        while self.clock.now() < START + timedelta(days=self.day):
            self.move(HOUR)
        for member, user, count in PEOPLE:
            for company in self._companies(user, count):
                self.crm.happen(company.id, "Updated")
                self.happened.append((member.id, company.id, self.day))
        self.move(START + timedelta(days=self.day, hours=2) - self.clock.now())

    def _companies(self, user: User, count: int) -> Sequence[Company]:
        first = (self.day % TURNS) * count
        return self.crm.companies(user)[first : first + count]

    def move(self, span: timedelta) -> None:
        self.clock.set(self.clock.now() + span)
        for ticket in self.tickets:
            assert self.crm.tickets.user(ticket), "no ticket is over"
        self.process.shared.set(self.clock.now())

    async def kill_at(self, mark: str, passes: int = 0) -> bool:
        """Let it work until it dies there; whether it did, before there was nothing left to do."""
        self.process.shared.arm(mark, passes)
        if not self.process.alive:
            await self.process.start()
        died = not await self.quiet()
        self.process.shared.arm()
        if died:
            await self.process.kill()
            self.kills[mark] += 1
        return died

    async def kill_as_slack_accepts(self) -> bool:
        """Slack has taken the message; nobody hears of it."""

        def accepted(message: Message) -> None:
            if message.metadata and self.process.alive:
                os.kill(self.process.id, signal.SIGKILL)

        self.slack.workspace.listeners.append(accepted)
        try:
            if not self.process.alive:
                await self.process.start()
            died = not await self.quiet()
        finally:
            self.slack.workspace.listeners.remove(accepted)
        self.kills["accepted"] += died
        return died

    async def kill_any_time(self) -> bool:
        """After a random time of its work, which takes about so long."""
        if not self.process.alive:
            await self.process.start()
        await asyncio.sleep(self.random.random() * 0.3)
        if not self.busy():
            return False
        await self.process.kill()
        self.kills["any time"] += 1
        return True

    async def quiet(self) -> bool:
        """Wait until there is nothing to do as of now; ``False``: it died before."""
        async with asyncio.timeout(60):
            while self.process.alive:
                if not self.busy():
                    return True
                await asyncio.sleep(0.01)
        return False

    def busy(self) -> bool:
        """Whether something is due, or a row was taken up just now."""
        now = (self.clock.now() - EPOCH) // timedelta(microseconds=1)
        lease = now + LEASE // timedelta(microseconds=1)
        return bool(
            self.one("SELECT count(*) FROM subscriptions WHERE next_due <= ?", now)
            + self.one("SELECT count(*) FROM ledger WHERE outcome = 'claimed' AND wait_until <= ?", now)
            + self.one("SELECT count(*) FROM ledger WHERE outcome = 'claimed' AND wait_until = ?", lease)
        )

    def one(self, query: str, *values: object) -> int:
        return int(self.database.execute(query, values).fetchone()[0] or 0)

    def wait_for_what_waits(self) -> bool:
        """Move on to when the next row waits no more, in a process that may be dead; whether there is one."""
        until = self.one("SELECT min(wait_until) FROM ledger WHERE outcome = 'claimed'")
        if until:
            span = EPOCH + timedelta(microseconds=until) - self.clock.now()
            while span > HOUR:  # so that tickets are used meanwhile
                self.move(HOUR)
                span -= HOUR
            self.move(max(span, timedelta(0)) + timedelta(seconds=1))
        return bool(until)

    async def kill_while_it_recovers(self, mark: str, passes: int) -> bool:
        """The same, however long it waits in between."""
        for _ in range(4):
            if await self.kill_at(mark, passes) or not self.wait_for_what_waits():
                break
        return not self.process.alive

    async def recover(self) -> None:
        """Let it work, undisturbed, until each slot of the day has its end."""
        for _ in range(20):
            while not await self.quiet():  # it may have died in its very last step
                await self.process.start()
            if not self.wait_for_what_waits():
                return
        raise AssertionError("a row is never concluded")

    # ------------------------------------------------------------ what came of it

    def posts(self) -> list[Message]:
        return [message for message in self.slack.messages() if message.metadata]

    def doubled(self) -> list[tuple[object, ...]]:
        keys = Counter(tuple(dict(message.metadata["event_payload"]).values()) for message in self.posts())  # type: ignore[index]
        return [key for key, count in keys.items() if count > 1]

    def told_to_the_team(self) -> Counter[tuple[int, int]]:
        """How often a channel was told of each, by company and the day on which it happened."""
        found = Counter[tuple[int, int]]()
        for message in self.posts():
            at = datetime.fromtimestamp(float(message.ts), UTC)
            for company in set(companies(message)):
                days = [day for _, each, day in self.happened if each == company and _began(day) <= at]
                found[company, max(days)] += 1
        return found

    def told(self) -> dict[tuple[str, int, int], list[Message]]:
        """Which messages told of each, by user, company and the day on which it happened."""
        days: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
        for user, company, day in self.happened:
            days[user, company].append(day)
        found: defaultdict[tuple[str, int, int], list[Message]] = defaultdict(list)
        for message in self.posts():
            user = self.slack.workspace.channels[message.channel].user or ""
            at = datetime.fromtimestamp(float(message.ts), UTC)
            for company in set(companies(message)):
                last = max(day for day in days[user, company] if _began(day) <= at)
                found[user, company, last].append(message)
        return found

    def rows(self) -> list[dict[str, Any]]:
        cursor = self.database.execute("SELECT * FROM ledger ORDER BY due_at, id")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]


def companies(message: Message) -> list[int]:
    """Whose rows a message tells."""
    return [int(each) for each in re.findall(r"contact_id=(\d+)", str(message.blocks))]


def _began(day: int) -> datetime:
    return START + timedelta(days=day)


@asynccontextmanager
async def killing(
    folder: Path, *, may_look: bool, seed: int, channel: str = "", **variables: str
) -> AsyncIterator[Killing]:
    """Four people have a digest at eight each day, or a channel that they share with.

    ``variables`` are the bot's, beside the usual ones.
    """
    clock, shared = TestClock(START), Shared(folder / "shared")
    shared.set(START)
    story = Story(START - timedelta(days=1), history=0, pace=None)
    async with SuperOffice(clock=clock, story=story) as crm, Slack(clock=clock) as slack:
        chance = random.Random(seed)
        slack.workspace.lag = lambda: chance.random() * 30
        if may_look:
            slack.api.scopes.update(("im:history", "channels:history"))
        path = folder / "bot.db"
        migrate(path, START)
        tickets = [ticket async for ticket in _subscribe(path, crm, channel)]
        environ = environment(crm, slack, path, socket_mode=False)
        zygote = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.e2e.zygote", str(folder / "shared")),
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **environ, **variables},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        process, database = Process(shared, zygote), sqlite3.connect(path, isolation_level=None)
        try:
            assert await asyncio.wait_for(process.line(), PATIENCE) == "ready"
            yield Killing(crm, slack, clock, process, database, chance, tickets)
        finally:
            database.close()
            if process.alive:
                await process.kill()
            assert zygote.stdin
            zygote.stdin.close()
            await zygote.wait()


async def _subscribe(path: Path, crm: SuperOffice, channel: str) -> AsyncIterator[str]:
    """Links and subscriptions, and companies enough; each one's ticket."""
    schedule, eight = Schedule.at(time(8), days=EVERY_DAY), START + timedelta(hours=2)
    digest = Subscription(0, USER, schedule, OSLO, since=START, considered_until=eight, quiet_looked_at=START)
    with opened(path, Secret(KEY)) as store:
        if channel:
            team = ChannelSettings(is_private=False)
            shared = await store.subscriptions.put(
                replace(digest, channel=channel, team=team), next_due(schedule, OSLO, eight)
            )
        for number, (member, user, count) in enumerate(PEOPLE):
            for each in range(len(crm.companies(user)), count * TURNS):
                id_ = 10_000 + number * 1000 + each
                crm.story.add_company(Company(id_, f"Company {id_}", "", "", "", 1, user, (3000,)))
            owner, ticket = SlackUser("T0DEMO", member.id), crm.ticket(user)
            who = Principal(user.associate_id, user.person_id, user.full_name, user.login)
            await store.links.put(Link(owner, "onsite", who, START, START, Secret(ticket)))
            if channel:
                await store.participants.join(shared.id, owner, START)
            else:
                mine = replace(digest, owner=owner)
                await store.subscriptions.put(mine, next_due(schedule, OSLO, eight))
            yield ticket
