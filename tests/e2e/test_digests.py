"""Digests of the real bot between SuperOffice and Slack, over real sockets, by a clock that is moved."""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot import app
from bot.app import duties, wiring
from bot.app.digests import digests
from bot.config import load
from bot.demo.clock import TestClock
from bot.demo.gate import Gate
from bot.demo.slack import Slack
from bot.demo.slack.workspace import Message
from bot.demo.superoffice import SuperOffice
from bot.demo.superoffice.story import Company, Story
from bot.slack import limits
from tests.conftest import NOW
from tests.e2e.conftest import World, environment
from tests.e2e.test_filters import companies, press
from tests.e2e.test_main_job import said

OSLO = ZoneInfo("Europe/Oslo")


@dataclass
class Days(World):
    """Time goes by as told."""

    clock: TestClock

    async def at(self, hour: int, minute: int = 0, *, days: int = 0) -> None:
        """Move on to that time in Oslo; whoever is linked stays so."""
        local = (self.clock.now().astimezone(OSLO) + timedelta(days=days)).replace(hour=hour, minute=minute)
        tickets = {request.ticket for request in self.crm.requests}
        while (left := local - self.clock.now()) > timedelta(0):
            self.clock.set(self.clock.now() + min(left, timedelta(hours=5)))
            for ticket in tickets:
                self.crm.tickets.user(ticket)

    def digests(self) -> list[Message]:
        """The messages of digests to the seller."""
        return [message for message in self.slack.direct_messages() if message.metadata]

    async def digest(self, number: int = 1) -> Message:
        """The so-many-th message of a digest."""
        await self.slack.wait(lambda _: len(self.digests()) >= number)
        return self.digests()[number - 1]

    async def proof(self, word: str) -> str:
        """What `digest proof` says, once that word is in it."""
        async with asyncio.timeout(60):
            while word not in (text := said(await self.ask("digest proof"))):
                pass
        return text

    def happen(self, count: int = 1) -> list[int]:
        """Something happens on so many of the seller's companies."""
        for id_ in range(10_000, 10_000 + count - len(self.crm.companies(SuperOffice.seller))):
            company = Company(id_, f"Company {id_}", "", "", "", 1, SuperOffice.seller, (3000,))
            self.crm.story.add_company(company)
        ids = [company.id for company in self.crm.companies(SuperOffice.seller)[:count]]
        for id_ in ids:
            self.crm.happen(id_, "Updated")
        return ids


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> TestClock:
    """Thursday, 09:41 in Oslo. Where the bot would wait for real time, it waits for this, or for moments."""
    clock = TestClock(NOW)

    def by_the_clock(**its: Any) -> Any:
        return digests(**{**its, "monotonic": lambda: clock.now().timestamp()})

    monkeypatch.setattr(wiring, "digests", by_the_clock)
    monkeypatch.setattr(duties, "DIGESTS", timedelta(seconds=0.02))
    monkeypatch.setattr(limits, "SPACING", 0.0)
    return clock


@pytest.fixture
async def days(clock: TestClock, tmp_path: Path) -> AsyncIterator[Days]:
    """The seller is linked, and gets a digest at ten each day."""
    story = Story(NOW - timedelta(days=1), history=0, pace=None)
    async with SuperOffice(clock=clock, story=story) as crm, Slack(clock=clock) as slack:
        slack.api.scopes.add("im:history")
        settings = load(environment(crm, slack, tmp_path / "bot.db", socket_mode=False))
        async with app.running(settings, clock) as bot:
            slack.bot_url = bot.url
            days = Days(crm, slack, bot, tmp_path / "bot.db", clock)
            await days.link()
            assert "08:00" not in said(await days.ask("digest at 10:00 every day"))
            yield days


def drawn(message: Message) -> list[dict[str, Any]]:
    """The blocks as the bot sent them: without the ids that Slack gave."""
    blocks = [dict(block) for block in message.blocks]
    for block in blocks:
        if re.fullmatch(r"b\d+\.\d+", str(block["block_id"])):
            del block["block_id"]
    return blocks


async def test_it_stands_in_the_direct_message_once_and_nothing_means_none(days: Days) -> None:
    happened = days.happen(3)
    await days.at(10)
    message = await days.digest()
    assert sorted(companies(message)) == sorted(happened)
    assert [element["action_id"] for _, element in message.elements()][-3:] == [
        "digest.change",
        "digest.snooze",
        "digest.stop",
    ]
    assert "10:00" in await days.proof("posted")
    await days.at(10, 1, days=1)
    assert "nothing to tell" in await days.proof("nothing")
    assert len(days.digests()) == 1


async def test_a_long_one_goes_on_in_its_thread(days: Days) -> None:
    happened = days.happen(25)
    await days.at(10)
    first, second = await days.digest(), await days.digest(2)
    assert sorted(companies(first) + companies(second)) == sorted(happened)
    assert (first.thread_ts, second.thread_ts) == (None, first.ts)


async def test_nothing_to_tell_is_a_line_where_that_is_wanted(days: Days) -> None:
    await days.ask("digest at 10:00 every day empty:note")
    await days.at(10)
    assert not companies(await days.digest())


async def test_its_buttons_work_years_later_and_after_a_restart(days: Days, clock: TestClock) -> None:
    days.happen()
    await days.at(10)
    message = await days.digest()
    clock.move(days=3 * 365)
    copy = days.database.with_name("restored.db")
    with closing(sqlite3.connect(days.database)) as database:
        database.execute("VACUUM INTO ?", (str(copy),))
    settings = load(environment(days.crm, days.slack, copy, socket_mode=False))
    async with app.running(settings, clock) as bot:
        days.slack.bot_url = bot.url
        assert "snoozed until" in said(await press(days, message, "digest.snooze", choice="1w"))
        await days.slack.press(message, "digest.change")
        assert (await days.slack.workspace.views.modal())["callback_id"] == "digest"
        stopped = await press(days, message, "digest.stop")
        assert "Your digest is off" in said(stopped)
        assert "Your digest is on" in said(await press(days, stopped, "digest.on"))


async def test_superoffice_is_down_and_comes_back_within_the_slot(days: Days) -> None:
    await days.at(10)
    await days.proof("nothing")
    happened = days.happen()
    await days.crm.refuse()
    await days.at(10, days=1)
    await days.proof("under way: ")
    assert days.digests() == []
    await days.crm.accept()
    await days.at(10, 30)
    message = await days.digest()
    assert companies(message) == happened
    assert "SuperOffice did not answer" in said(message)


async def test_to_sign_in_again_wakes_what_waited(days: Days) -> None:
    happened = days.happen()
    days.crm.tickets.expire()
    await days.at(10)
    await days.proof("under way: ")
    assert days.digests() == []
    await days.link()
    assert companies(await days.digest()) == happened


async def test_who_is_deactivated_gets_no_more_until_it_is_switched_on(days: Days) -> None:
    days.happen()
    days.slack.refuse(Slack.seller, "user_disabled")
    await days.at(10)
    await days.proof("failed")
    assert "paused" in said(await days.ask("digest when"))
    days.slack.refuse(Slack.seller, "")
    await days.ask("digest on")
    await days.at(10, days=1)
    assert len(companies(await days.digest())) == 1


async def test_slacks_429_is_waited_out(days: Days) -> None:
    happened = days.happen()
    days.slack.rate_limit("chat.postMessage", retry_after=1)
    await days.at(10)
    await days.proof("Slack did not confirm")
    await days.at(10, 2)
    assert companies(await days.digest()) == happened
    assert len(days.slack.calls("chat.postMessage")) == 2


@pytest.mark.parametrize(
    "how",
    [
        pytest.param({"status": 500}, id="500"),
        pytest.param({"error": "internal_error"}, id="internal_error"),
        pytest.param({"cut": True}, id="cut"),
        pytest.param({"delay": 11}, id="time-out", marks=pytest.mark.long),
    ],
)
async def test_a_reply_that_is_lost_is_no_second_message(days: Days, how: dict[str, Any]) -> None:
    happened = days.happen()
    days.slack.workspace.lag = lambda: 30
    days.slack.fail("chat.postMessage", performed=True, **how)
    await days.at(10)
    await days.proof("Slack did not confirm")
    await days.at(10, 2)
    assert "posted" in await days.proof("posted")
    assert [companies(message) for message in days.digests()] == [happened]


async def test_a_preview_is_what_is_sent_to_the_byte(days: Days) -> None:
    """It is asked for while the digest itself is being asked for, so that both are of one moment."""
    days.happen(2)
    await days.at(10)
    await days.digest()
    days.happen(4)
    gate = Gate()
    gate.close()
    days.crm.faults.set("GetMyActiveContacts", gate=gate, times=2)
    await days.at(10, days=1)
    answer = await days.type("digest preview")
    await gate.reached(2)
    gate.open()
    preview = await answer.next()
    sent = await days.digest(2)
    assert preview.text == sent.text
    assert drawn(preview) == drawn(sent)
