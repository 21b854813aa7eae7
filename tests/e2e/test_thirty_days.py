"""Thirty days of six-hour tickets, with a SuperOffice that is away now and then; by a clock of the test's."""

import random
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import server
from bot.app.running import _events
from bot.app.tenants import tenants
from bot.app.wiring import Wiring
from bot.config import load
from bot.core.people import Link, Principal, SlackUser
from bot.core.secret import Secret
from bot.crm.soap.transport import Limits
from bot.demo.slack import Slack
from bot.demo.slack.workspace import Member, Message
from bot.demo.superoffice import SuperOffice
from bot.runner import QueueRunner
from bot.slack.workspaces import Workspaces
from bot.store import Store, migrate
from tests.conftest import NOW, StoppedClock
from tests.e2e.conftest import KEY, button_url, environment, fill_in
from tests.sqlite import opened

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
USERS = 20


class Month:
    """The real use case, store, clients and messenger, between two servers; time passes as told."""

    def __init__(
        self, crm: SuperOffice, slack: Slack, clock: StoppedClock, store: Store, bot: Wiring
    ) -> None:
        self.crm = crm
        self.slack = slack
        self.clock = clock
        self.store = store
        self.tick = [job for job, _ in bot.duties.alone()]

    async def pass_until(self, then: datetime) -> None:
        """Tick each minute, as the bot does."""
        while self.clock.now() < then:
            for tick in self.tick:
                await tick()
            self.clock.at += MINUTE

    async def outage(self, span: timedelta) -> None:
        """SuperOffice refuses connections for so long."""
        await self.crm.refuse()
        await self.pass_until(self.clock.now() + span)
        await self.crm.accept()

    def notices(self) -> list[Message]:
        """What was said to users of sign-ins that are over."""
        return [message for message in self.slack.messages() if "sign-in has ended" in message.text]

    def told(self) -> Counter[str]:
        """How often each user was told that the sign-in is over."""
        return Counter(self.user(notice) for notice in self.notices())

    def user(self, notice: Message) -> str:
        """Who was told."""
        return self.slack.workspace.channels[notice.channel].user or ""

    async def sign_in_again(self, notice: Message) -> None:
        """Press its button, and fill in the page that it leads to."""
        answer = await self.slack.press(notice, "sign-in", user=self.user(notice))
        url = button_url(await answer.next())
        status, page = await fill_in(url, SuperOffice.seller)
        assert status == 200, page

    async def over(self) -> list[str]:
        """Whose sign-in is over."""
        return [state.user.user for state in await self.store.sign_ins.all() if state.ending]


@pytest.fixture
async def month(tmp_path: Path) -> AsyncIterator[Month]:
    """Twenty linked users, who ask for nothing."""
    clock = StoppedClock()
    random.seed(7)
    async with (
        SuperOffice(clock=clock) as crm,
        Slack(clock=clock) as slack,
        aiohttp.ClientSession() as session,
    ):
        settings = load(environment(crm, slack, tmp_path / "bot.db", socket_mode=False))
        migrate(tmp_path / "bot.db", NOW)
        with opened(tmp_path / "bot.db", Secret(KEY)) as store:
            crms = await tenants(settings, session, clock, Limits(attempts=1))
            workspaces = Workspaces(Secret(slack.bot_token), settings.slack.api_url, session)
            await workspaces.start()
            with server.listening("127.0.0.1", 0) as port:
                url = f"http://127.0.0.1:{port.getsockname()[1]}"
                async with QueueRunner(4, 4) as runner:
                    bot = Wiring(
                        *(settings, clock, store, session, runner, crms, workspaces, url),
                        monotonic=lambda: clock.now().timestamp(),
                    )
                    pages = bot.pages(AsyncIOScheduler(), None)
                    front = server.front(_events(settings, bot.bolt(), clock, bot.slack.refusals), pages)
                    async with server.serving(front, port):
                        slack.bot_url = url
                        for number in range(USERS):
                            await link(slack, crm, store, number)
                        yield Month(crm, slack, clock, store, bot)


async def link(slack: Slack, crm: SuperOffice, store: Store, number: int) -> None:
    """Everybody is the seller in SuperOffice, with a ticket of their own."""
    user = SlackUser(slack.workspace.id, f"U0USER{number:02}")
    slack.workspace.members[user.user] = Member(
        user.user, user.user.lower(), user.user, SuperOffice.seller.email
    )
    who = Principal(528, 419, "", "")
    ticket = Secret(crm.ticket(SuperOffice.seller))
    await store.links.put(Link(user, "onsite", who, NOW, NOW, ticket, keep_at=NOW + number * MINUTE))


@pytest.mark.long
async def test_two_outages_of_three_and_a_half_hours_cost_no_ticket(month: Month) -> None:
    await month.pass_until(NOW + 9 * DAY + 5 * HOUR)
    await month.outage(3.5 * HOUR)
    await month.pass_until(NOW + 20 * DAY + 13 * HOUR)
    await month.outage(3.5 * HOUR)
    await month.pass_until(NOW + 30 * DAY)
    assert await month.over() == []
    assert month.told() == {}
    asked = len(month.crm.calls("GetMyPerson"))
    assert USERS * 30 * 10 < asked < USERS * 30 * 14, "every two hours"
    assert month.crm.peak_in_flight <= 4


@pytest.mark.long
async def test_seven_hours_are_told_to_each_who_lost_a_ticket_once_and_to_nobody_else(month: Month) -> None:
    """Half of them used their tickets by themselves shortly before it was back."""
    await month.pass_until(NOW + 9 * DAY)
    await month.outage(7 * HOUR)
    alive = [f"U0USER{number:02}" for number in range(0, USERS, 2)]
    for state in await month.store.sign_ins.all():
        if state.user.user in alive:
            link_ = await month.store.links.get(state.user)
            assert link_
            new = Secret(month.crm.ticket(SuperOffice.seller))
            fresh = Link(
                *(link_.user, link_.tenant, link_.principal, month.clock.now(), month.clock.now(), new),
                keep_at=month.clock.now() + HOUR,
            )
            await month.store.links.put(fresh)
    await month.pass_until(NOW + 30 * DAY)
    lost = [f"U0USER{number:02}" for number in range(1, USERS, 2)]
    assert sorted(await month.over()) == lost
    assert month.told() == dict.fromkeys(lost, 1)
    for notice in month.notices():  # the button is twenty days old by now
        await month.sign_in_again(notice)
    assert await month.over() == []
