"""A real bot between a SuperOffice and a Slack, four digests, somebody who asks; and what goes wrong."""

import asyncio
import resource
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bot.demo.slack import Slack
from bot.demo.slack.answers import Answer
from bot.demo.slack.webapi import Failure
from bot.demo.slack.workspace import Message
from bot.text import sentence
from tests.e2e.killing import Killing, killing
from tests.e2e.test_main_job import said
from tests.faults.table import ANSWERED, SLACKS_OWN

__all__ = ["Trouble", "trouble"]

#: The seconds that a command has here.
SECONDS = 8
TOML = f"[commands]\nseconds = {SECONDS}\n"


class Everything(dict[str, Failure]):
    """Every method of Slack's API fails alike."""

    def __init__(self, failure: Failure) -> None:
        super().__init__()
        self._failure = failure

    def get(self, key: str, default: object = None) -> Failure:
        return self._failure

    def __setitem__(self, key: str, value: Failure) -> None:
        """It goes on failing."""

    def __delitem__(self, key: str) -> None:
        """It goes on failing."""


@dataclass
class Trouble:
    """The world, and what people do in it."""

    world: Killing
    folder: Path
    url: str

    async def start(self) -> None:
        """Start a bot, and wait until it answers."""
        await self.world.process.start()
        async with asyncio.timeout(60), aiohttp.ClientSession() as session:
            while True:
                with suppress(aiohttp.ClientError):
                    async with session.get(f"{self.url}/healthz"):
                        return
                await asyncio.sleep(0.02)

    async def type(self) -> Answer:
        """Type a command."""
        return await self.world.slack.command("/superoffice", "since monday", user=Slack.seller)

    async def answered(self, timeout: float) -> Message | None:  # noqa: ASYNC109
        """Type a command; what is said in the end, within so many seconds; ``None``: nothing is."""
        answer = await self.type()
        if not answer.acknowledged:
            return None
        with suppress(TimeoutError):
            while True:
                message = await answer.next(timeout)
                if "Still asking" not in said(message):
                    return message
        return None

    async def meets(self, people: str) -> None:
        """Somebody asks, and is told what the table says."""
        if people == SLACKS_OWN:
            answer = await self.type()
            assert not answer.acknowledged
            return
        if people == ANSWERED:
            message = await self.answered(SECONDS + 2)
            assert message, "nothing was said"
            assert "since Monday" in said(message), said(message)
            return
        if people == "by direct message":
            before = len(self.world.slack.direct_messages())
            assert (await self.type()).acknowledged
            await self.world.slack.wait(lambda _: len(self.world.slack.direct_messages()) > before)
            assert "since Monday" in said(self.world.slack.direct_messages()[-1])
            return
        answer = await self.type()
        async with asyncio.timeout(SECONDS + 4):
            while not is_said(people, message := await answer.next(SECONDS + 4)):
                assert "Still asking" in said(message), said(message)

    async def recovers(self, seconds: float) -> None:
        """Whoever asks is answered, in so many seconds."""
        async with asyncio.timeout(seconds):
            while True:
                message = await self.answered(seconds)
                if message and "since Monday" in said(message) and "No answer" not in said(message):
                    return
                await asyncio.sleep(0.1)

    def ledger(self) -> set[str]:
        """What the rows of today say: outcome and reason."""
        day = self.world.clock.now().date().isoformat()
        rows = [row for row in self.world.rows() if row["day"] == day]
        return {f"{row['outcome']} {row['reason']}".strip() for row in rows} or {"due"}

    async def shows(self, ledger: str) -> None:
        """The ledger comes to say that, of every slot of today."""
        try:
            async with asyncio.timeout(SECONDS * 2 + 3):
                while not all(each.startswith(ledger) for each in self.ledger()):  # noqa: ASYNC110 - in a process
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"it says {self.ledger()}, not {ledger}") from None

    async def nothing_is_lost_or_doubled(self, *, elsewhere: bool = False) -> None:
        """Once all is over, each digest stands in Slack, and each company in one of them.

        ``elsewhere``: it may be one of another day, where the bot's clock was wrong by as much.
        """
        await self.world.recover()
        happened = tuple(self.world.happened)
        told_elsewhere = {"skipped late", "skipped nothing"} if elsewhere else set()
        assert self.ledger() <= {"posted"} | told_elsewhere, self.ledger()
        for _ in range(2 if elsewhere else 0):
            await self.world.next_day()
            await self.world.recover()
        told = self.world.told()
        assert [what for what in happened if len(told[what]) != 1] == []
        assert self.world.doubled() == []

    def limit(self, which: int, most: int) -> None:
        """Limit what the process may use, as ``ulimit`` does; it may be raised again."""
        _, hard = resource.prlimit(self.world.process.id, which)
        resource.prlimit(self.world.process.id, which, (most, hard))


def is_said(id_: str, message: Message) -> bool:
    """Whether a message says the sentence, whatever its numbers are."""
    first = sentence(id_, seconds=SECONDS, command="/superoffice", asked="").partition("`")[0]
    return first in message.text or first in said(message)


@asynccontextmanager
async def trouble(folder: Path) -> AsyncIterator[Trouble]:
    """It is half past seven in the morning, and nothing runs yet."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = folder / "bot.toml"
    config.write_text(TOML)
    listen = {"BOT_LISTEN": f"127.0.0.1:{port}", "BOT_CONFIG": str(config)}
    async with killing(folder, may_look=True, seed=7, **listen) as world:
        world.slack.bot_url = f"http://127.0.0.1:{port}"
        world.slack.workspace.lag = lambda: 0
        yield Trouble(world, folder, world.slack.bot_url)
