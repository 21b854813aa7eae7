"""Tokens of SuperOffice CRM Online: had anew once, whichever processes want it, and in time for digests."""

import asyncio
import gc
import logging
import weakref
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.errors import CrmTimedOut, CrmUnreachable, SignInOver
from bot.core.onlineerrors import AppRefused, ConsentWithdrawn
from bot.core.people import Link, SlackUser
from bot.core.replies import TenantTrouble
from bot.core.schedule import Schedule
from bot.core.secret import DatabaseUrl, Secret
from bot.core.signin import Why
from bot.core.subscription import Subscription
from bot.runner import QueueRunner
from bot.services.notices import Notices
from bot.services.ports import Tokens
from bot.services.readers import Readers
from bot.services.refreshing import AT_ONCE as ALTOGETHER
from bot.services.refreshing import LEASE, Refresher
from bot.services.renewing import AT_ONCE, Renewal
from bot.store import Store, connected
from tests.conftest import NOW, StoppedClock
from tests.services.conftest import ADMIN, ME, OSLO, Admins, Messenger, People
from tests.store.conftest import KEY

MINUTE = timedelta(minutes=1)
USER = SlackUser("T1", "U1")


@dataclass
class Login:
    """SuperOffice's token endpoint."""

    clock: StoppedClock
    asked: Counter[str] = field(default_factory=Counter)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    fails: Exception | None = None
    at_once: int = 0
    most: int = 0

    async def refresh(self, refresh_token: Secret) -> Tokens:
        self.asked[refresh_token.reveal()] += 1
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await self.go_on.wait()
        self.at_once -= 1
        if self.fails:
            raise self.fails
        count = self.asked.total()
        return Tokens(Secret(f"new-{count}"), self.clock.now() + timedelta(hours=1), None)

    async def reached(self, count: int) -> None:
        """Return when it was asked so often."""
        while self.asked.total() < count:  # noqa: ASYNC110 - a database is between
            await asyncio.sleep(0)


class Spawning:
    """Runs jobs, and can wait for them."""

    def __init__(self) -> None:
        self.tasks: list[asyncio.Task[None]] = []

    def submit(self, job: Callable[[], Awaitable[None]], whose: object, asks: str = "") -> None:
        raise AssertionError

    def spawn(self, job: Callable[[], Awaitable[None]]) -> None:
        self.tasks.append(asyncio.ensure_future(job()))

    def later(self, seconds: float, job: Callable[[], Awaitable[None]]) -> Callable[[], None]:
        raise AssertionError


class Unheard:
    """Nobody is told of anything here."""

    async def app_refused(self, tenant: str, now: object) -> None:
        raise AssertionError


@dataclass
class Machine:
    """One process's part."""

    store: Store
    refresher: Refresher
    renewal: Renewal
    runner: Spawning


def machine(
    store: Store, login: Login, clock: StoppedClock, notices: Any = None, runner: Spawning | None = None
) -> Machine:
    tenants: Any = {"online": login}
    notices, runner = notices or Unheard(), runner or Spawning()
    refresher = Refresher(store.links, store.sign_ins, tenants, clock, notices, lambda _: asyncio.sleep(0))
    renewal = Renewal(
        links=store.links,
        store=store.sign_ins,
        refresher=refresher,
        online=tenants,
        runner=runner,
        clock=clock,
    )
    return Machine(store, refresher, renewal, runner)


@pytest.fixture
def login(clock: StoppedClock) -> Login:
    return Login(clock)


def linked(user: str = USER.user) -> Link:
    """Somebody whose token ends now."""
    return Link(
        SlackUser("T1", user),
        *("online", ME, NOW, NOW, Secret(f"old-{user}")),
        refresh_token=Secret(user),
        token_expires_at=NOW,
    )


async def with_digest(store: Store, user: str) -> None:
    """Whose digest comes in nine minutes."""
    await store.links.put(linked(user))
    digest = Subscription(
        0, SlackUser("T1", user), Schedule.at(time(8)), OSLO, since=NOW, considered_until=NOW
    )
    await store.subscriptions.put(digest, NOW + 9 * MINUTE)


async def test_machines_that_want_it_at_the_same_time_ask_once(
    database: Path | DatabaseUrl, login: Login, clock: StoppedClock
) -> None:
    async with connected(database, KEY) as mine, connected(database, KEY) as theirs:
        one, two = machine(mine, login, clock), machine(theirs, login, clock)
        link = linked()
        await mine.links.put(link)
        wanted = [asyncio.create_task(each.refresher.in_time(link)) for each in (one, two, one, two)]
        await login.reached(1)
        for _ in range(20):
            await theirs.links.get(USER)
        login.go_on.set()
        tickets = {found.ticket.reveal() for found in await asyncio.gather(*wanted)}
        assert tickets == {"new-1"}
        assert login.asked.total() == 1


async def test_who_dies_at_it_is_replaced(
    database: Path | DatabaseUrl, login: Login, clock: StoppedClock
) -> None:
    login.go_on.set()
    async with connected(database, KEY) as store:
        link = linked()
        await store.links.put(link)
        assert await store.sign_ins.begin_refresh(link, NOW, NOW + LEASE), "and is never heard of again"
        waiting = asyncio.create_task(machine(store, login, clock).refresher.in_time(link))
        for _ in range(5):
            await store.links.get(USER)
        assert not login.asked
        clock.move(seconds=LEASE.total_seconds())
        assert (await waiting).ticket.reveal() == "new-1"


async def test_those_who_died_at_it_keep_nobody_elses_place(
    database: Path | DatabaseUrl, login: Login, clock: StoppedClock
) -> None:
    login.go_on.set()
    async with connected(database, KEY) as store:
        one = machine(store, login, clock)
        links = [linked(f"U{number}") for number in range(10, 10 + ALTOGETHER)]
        for link in links:
            await store.links.put(link)
            assert await store.sign_ins.begin_refresh(link, NOW, NOW + LEASE), "and is never heard of again"
        await store.links.put(linked())
        async with asyncio.timeout(10), asyncio.TaskGroup() as waiting:
            for link in links:
                waiting.create_task(one.refresher.in_time(link))
            await asyncio.sleep(0)
            assert (await one.refresher.in_time(linked())).ticket.reveal() == "new-1"
            clock.move(seconds=LEASE.total_seconds())


async def test_who_fails_keeps_nobody_waiting(
    database: Path | DatabaseUrl, login: Login, clock: StoppedClock
) -> None:
    login.go_on.set()
    async with connected(database, KEY) as store:
        link = linked()
        await store.links.put(link)
        one = machine(store, login, clock)
        login.fails = ConsentWithdrawn(tenant="online")
        with pytest.raises(SignInOver) as over:
            await one.refresher.in_time(link)
        assert over.value.why is Why.WITHDRAWN
        login.fails = None
        assert (await one.refresher.in_time(link)).ticket.reveal() == "new-2"


async def test_who_waits_for_a_token_shares_the_failure(
    database: Path | DatabaseUrl, login: Login, clock: StoppedClock
) -> None:
    """With a login that is silent, each would wait for as long as all before."""
    login.fails = CrmUnreachable(tenant="online", reason="TimeoutError")
    async with connected(database, KEY) as store:
        link = linked()
        await store.links.put(link)
        one = machine(store, login, clock)
        wanted = [asyncio.create_task(one.refresher.in_time(link)) for _ in range(5)]
        await login.reached(1)
        login.go_on.set()
        outcomes = await asyncio.gather(*wanted, return_exceptions=True)
        assert [type(each) for each in outcomes] == [CrmUnreachable] * 5
        assert login.asked.total() == 1
        login.fails = None
        assert (await one.refresher.in_time(link)).ticket.reveal() == "new-2", "whoever comes later asks"


async def test_a_failure_is_not_kept_in_memory_with_what_it_holds(
    database: Path | DatabaseUrl, login: Login, clock: StoppedClock
) -> None:
    """Garbage is collected rarely; the frames of those who heard of it hold tokens and names."""
    login.go_on.set()
    login.fails = CrmUnreachable(tenant="online", reason="TimeoutError")
    failure = weakref.ref(login.fails)
    async with connected(database, KEY) as store:
        link = linked()
        await store.links.put(link)
        one = machine(store, login, clock)
        gc.disable()
        try:
            await asyncio.gather(*(one.refresher.in_time(link) for _ in range(3)), return_exceptions=True)
            await asyncio.sleep(0)
            login.fails = None
            assert failure() is None
        finally:
            gc.enable()


async def test_who_gives_up_waiting_for_a_token_leaves_it_to_the_next(
    database: Path | DatabaseUrl, login: Login, clock: StoppedClock
) -> None:
    async with connected(database, KEY) as store:
        link = linked()
        await store.links.put(link)
        one = machine(store, login, clock)
        first, second = (asyncio.create_task(one.refresher.in_time(link)) for _ in range(2))
        await login.reached(1)
        first.cancel()
        await login.reached(2)
        login.go_on.set()
        assert (await second).ticket.reveal() == "new-2"


@pytest.mark.sqlite
async def test_whoever_finds_the_app_refused_does_not_wait_until_admins_are_told(
    database: Path | DatabaseUrl, login: Login, clock: StoppedClock
) -> None:
    """Slack may be slow, and nobody would tell them any more once the command's time is up."""
    login.go_on.set()
    login.fails = AppRefused(tenant="online")
    async with connected(database, KEY) as store:
        messenger, runner = Messenger(), Spawning()
        readers = Readers(People(), lambda _: OSLO)
        notices = Notices(store.sign_ins, messenger, readers, Admins(), runner)
        one = machine(store, login, clock, notices, runner)
        await store.links.put(linked())
        for _ in range(2):
            with pytest.raises(AppRefused):
                await one.refresher.in_time(linked())
        assert messenger.told == []
        await asyncio.gather(*runner.tasks)
        assert messenger.told == [(ADMIN, TenantTrouble("online", NOW, app=True))]


@pytest.mark.sqlite
async def test_the_log_says_that_admins_are_not_told_as_the_bot_stops(
    database: Path | DatabaseUrl, caplog: pytest.LogCaptureFixture
) -> None:
    """They would not be told another time: it is no news any more."""

    class Silent(Messenger):
        async def tell(self, *notice: object) -> None:
            await asyncio.Event().wait()

    readers, messenger = Readers(People(), lambda _: OSLO), Silent()
    async with connected(database, KEY) as store:
        async with QueueRunner(1, 1, grace=0) as runner:
            notices = Notices(store.sign_ins, messenger, readers, Admins(), runner)
            await notices.app_refused("online", NOW)
            await asyncio.sleep(0)
        told = [vars(record)["action"] for record in caplog.records if record.levelno >= logging.ERROR]
        assert told == ["notice.untold"]


@pytest.mark.sqlite
async def test_tokens_are_there_before_the_digests(
    database: Path | DatabaseUrl, login: Login, clock: StoppedClock
) -> None:
    async with connected(database, KEY) as store:
        one = machine(store, login, clock)
        for number in range(30):
            await with_digest(store, f"U{number}")
        await store.links.put(linked("UNODIGEST"))
        assert await one.renewal.due() == ["online"]
        await one.renewal.tick()
        await one.renewal.tick()
        assert len(one.runner.tasks) == 1, "one at a time"
        await login.reached(AT_ONCE)
        login.go_on.set()
        await asyncio.gather(*one.runner.tasks)
        assert login.asked == Counter(f"U{number}" for number in range(30))
        assert login.most == AT_ONCE
        assert await one.renewal.due() == []
        await one.renewal.tick()
        assert len(one.runner.tasks) == 1


@pytest.mark.sqlite
async def test_a_login_that_is_away_is_not_asked_for_everybody(
    database: Path | DatabaseUrl, login: Login, clock: StoppedClock
) -> None:
    login.go_on.set()
    async with connected(database, KEY) as store:
        one = machine(store, login, clock)
        for number in range(30):
            await with_digest(store, f"U{number}")
        login.fails = CrmTimedOut(tenant="online", seconds=15)
        await one.renewal.job("online")
        assert login.asked.total() <= AT_ONCE
        login.fails = ConsentWithdrawn(tenant="online")
        await one.renewal.job("online")
        asked = login.asked.total()
        assert asked == 30, "one user's failure holds up nobody"
        await one.renewal.job("online")
        assert login.asked.total() == asked, "the digest itself tries again"
        link = await store.links.get(SlackUser("T1", "U1"))
        assert link
        assert link.ending is None, "and concludes"
