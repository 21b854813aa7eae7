"""A wave against the demo's Slack, which enforces its limits: how much longer it takes than those need.

By a clock that skips what nobody has to do: work takes as long as it does, and the pauses no time at all.
"""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bot import store
from bot.app.running import known_workspaces, session
from bot.app.tenants import tenants
from bot.app.wiring import Wiring
from bot.config import load
from bot.core.people import Link, Principal, SlackUser
from bot.core.secret import Secret
from bot.core.subscription import Outcome
from bot.demo.slack import Slack
from bot.demo.slack.workspace import Member
from bot.demo.superoffice import SuperOffice
from bot.runner import QueueRunner
from tests.bench.timing import verdict
from tests.bench.whole import due
from tests.e2e.conftest import KEY, environment
from tests.skipping import SkippingClock, run_skipping

__all__ = ["Pace", "measure", "pace", "subscribe"]

USERS = 2_000
#: Seconds that SuperOffice takes.
DELAY = 0.2
#: Seconds between ticks.
LOOK = 1.0


@dataclass(frozen=True)
class Pace:
    """Seconds by the clock; how often Slack refused a message."""

    taken: float
    needed: float
    refused: int

    @property
    def times(self) -> float:
        """As long as its limits need."""
        return self.taken / self.needed


def measure(rounds: int) -> Iterator[str]:
    """One wave: its digests are as many rounds."""
    users = USERS if rounds > 1 else 300
    found = pace(users)
    yield f"A wave of {users:,}, and a Slack that enforces its limits (by a clock that skips pauses)"
    yield f"what its limits need  {found.needed:>8.1f} s"
    yield f"taken                 {found.taken:>8.1f} s, {found.refused} refused"
    yield f"taken ÷ needed        {verdict([found.times], '<= 1.05')}"


def pace(users: int, *, work: bool = True) -> Pace:
    """Have a wave of so many, in which the bot's own work takes its time or none."""
    clock = SkippingClock(work=work)
    with TemporaryDirectory() as folder:
        return run_skipping(clock, _wave(clock, users, Path(folder) / "bot.db"))


async def _wave(clock: SkippingClock, users: int, database: Path) -> Pace:
    async with AsyncExitStack() as stack:
        crm = await stack.enter_async_context(SuperOffice(clock=clock))
        slack = await stack.enter_async_context(Slack(clock=clock))
        settings = load(environment(crm, slack, database, socket_mode=False))
        store.migrate(database, clock.now())
        opened = await stack.enter_async_context(store.connected(database, Secret(KEY)))
        await subscribe(opened, crm, slack, clock.now(), users)
        http = await stack.enter_async_context(session())
        runner = await stack.enter_async_context(QueueRunner(4, 4))
        crms = await tenants(settings, http, clock)
        workspaces = await known_workspaces(settings, http, opened)
        parts = settings, clock, opened, http, runner, crms, workspaces, "http://127.0.0.1:1"
        bot = Wiring(*parts, monotonic=clock.monotonic)
        rates = slack.enforce_limits()
        crm.faults.set("GetMyActiveContacts", delay=DELAY)
        began = clock.monotonic()
        posted = 0
        while posted < users:
            done = await bot.digests.waves.see_to(slack.workspace.id)
            assert done.keys() <= {Outcome.POSTED, Outcome.CLAIMED}, done
            posted += done[Outcome.POSTED]
            await asyncio.sleep(LOOK)  # what was refused waits
        taken = clock.monotonic() - began - LOOK
        return Pace(taken, 60 * users / rates.messages, rates.refused["chat.postMessage"])


async def subscribe(opened: store.Store, crm: SuperOffice, slack: Slack, now: datetime, users: int) -> None:
    """Everybody is the seller in SuperOffice, and their digest is due now."""
    seller = crm.seller
    for number in range(users):
        user = SlackUser(slack.workspace.id, f"U0USER{number}")
        slack.workspace.members[user.user] = Member(user.user, user.user.lower(), user.user)
        who, ticket = Principal(seller.associate_id, seller.person_id, "", ""), Secret(crm.ticket(seller))
        await opened.links.put(Link(user, "onsite", who, now, now, ticket))
        await opened.subscriptions.put(due(user, now), now - timedelta(minutes=1))
