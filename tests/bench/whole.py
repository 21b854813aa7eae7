"""A whole bot, as ``bot run`` starts it, between a SuperOffice and a Slack of next to no cost."""

import asyncio
import base64
import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from bot import app, store
from bot.app import duties
from bot.config import Settings, load
from bot.core.people import Link, Principal, SlackUser
from bot.core.recurrence import EVERY_DAY
from bot.core.schedule import Schedule
from bot.core.secret import DatabaseUrl, Secret
from bot.core.subscription import Subscription
from bot.store import Store, Where
from tests.bench.lean import SIGNING_SECRET
from tests.bench.shapes import OSLO
from tests.sqlite import connection

__all__ = [
    "KEY",
    "NO_LIMIT",
    "WORKSPACE",
    "concluded",
    "due",
    "link",
    "opened",
    "posted",
    "running",
    "subscribe",
    "taken_up",
    "until_posted",
    "whole",
]

KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()
WORKSPACE = "T1"


COLUMNS = (
    "workspace, target, user, schedule, zone, locale, sealed_filter, when_empty, state, reason, since, "
    "considered_until, quiet_looked_at"
)
#: The first subscription again, for very many users.
MANY = f"""
    WITH RECURSIVE number(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM number WHERE n < :last)
    INSERT INTO subscriptions ({COLUMNS}, next_due)
    SELECT workspace, 'U' || n, 'U' || n, schedule, zone, locale, sealed_filter, when_empty, state, reason,
        since, considered_until, quiet_looked_at, next_due + :later
    FROM number, subscriptions WHERE id = 1
"""
#: Out of the way.
NO_LIMIT = 10**6
#: Seconds between looks at what is due.
TICK = 0.5


def whole(server: str, database: Where, per_minute: int = NO_LIMIT) -> Settings:
    """Its settings."""
    settings = load(
        {
            "SLACK_BOT_TOKEN": "xoxb-bench",
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "SLACK_API_URL": f"{server}/api/",
            "SUPEROFFICE_URL": f"{server}/remote/Services86/",
            "SUPEROFFICE_WEB_URL": "https://127.0.0.1/web",
            "SUPEROFFICE_TIMEZONE": "Europe/Oslo",
            "BOT_DATABASE": database.reveal() if isinstance(database, DatabaseUrl) else str(database),
            "BOT_SECRET_KEY": KEY,
            "BOT_LISTEN": "127.0.0.1:0",
        }
    )
    return replace(settings, slack=replace(settings.slack, messages_per_minute=per_minute))


@asynccontextmanager
async def running(server: str, database: Where, per_minute: int = NO_LIMIT) -> AsyncIterator[app.Bot]:
    """Start it, and let it do what it does at start. It looks often for digests that are due."""
    for name in ("uvicorn", "bot", "zeep", "apscheduler"):
        logging.getLogger(name).setLevel(logging.ERROR)
    with patch.object(duties, "DIGESTS", timedelta(seconds=TICK)):
        async with app.running(whole(server, database, per_minute)) as bot:
            app.settle()
            await asyncio.sleep(0.5)
            yield bot


async def link(database: Where, count: int) -> None:
    """Users who are linked, ``U0`` to the last."""
    async with opened(database) as tables:
        for number in range(count):
            await _link(tables, number)


async def subscribe(
    database: Where,
    count: int,
    first: int = 0,
    next_due: datetime | None = None,
    workspace: str = WORKSPACE,
) -> None:
    """The same with a digest each, which is due now, or looked at then; numbers begin with ``first``."""
    now = datetime.now(UTC)
    async with opened(database) as tables:
        for number in range(first, first + count):
            user = await _link(tables, number, workspace)
            await tables.subscriptions.put(due(user, now), next_due or now)


def due(user: SlackUser, now: datetime) -> Subscription:
    """A digest that has been due since this minute began."""
    minute = now.astimezone(OSLO).time().replace(second=0, microsecond=0)
    before = now - timedelta(days=1)
    return Subscription(
        *(0, user, Schedule.at(minute, days=EVERY_DAY), OSLO),
        since=before,
        considered_until=before,
        quiet_looked_at=before,
    )


def fill(tables: Store, first: int, last: int, later: timedelta) -> None:
    """The first of all digests again for very many users, each due so much later."""
    span = later // timedelta(microseconds=1)
    connection(tables).execute(MANY, {"first": first, "last": last, "later": span})


async def posted(database: Where, count: int) -> None:
    """Wait until so many digests are, or had nothing to say."""
    async with opened(database) as looking:
        await until_posted(looking, count)


async def until_posted(looking: Store, count: int, before: int = 0) -> None:
    """The same with a database that is open: to open it takes a millisecond, and to look at what was
    posted ``before`` as long.
    """
    while await _concluded(looking, before) < count - before:  # noqa: ASYNC110 - it is another's to say
        await asyncio.sleep(0.1)


async def taken_up(database: Where) -> None:
    """Wait until a digest is under way."""
    async with opened(database) as tables:
        query = "SELECT count(*) FROM ledger WHERE outcome = 'claimed' AND tries > 0"
        while not (await tables.db.only(query))[0]:  # noqa: ASYNC110 - it is another's to say
            await asyncio.sleep(0.02)


async def call_off(database: Where) -> None:
    """Switch all off, and wait for what is under way."""
    async with opened(database) as tables:
        await tables.db.execute("UPDATE subscriptions SET state = 'off', next_due = NULL")
        query = "SELECT count(*) FROM ledger WHERE outcome = 'claimed'"
        while (await tables.db.only(query))[0]:  # noqa: ASYNC110 - it is another's to say
            await asyncio.sleep(0.1)


async def concluded(database: Where) -> int:
    """How many digests are posted, or had nothing to say."""
    async with opened(database) as tables:
        return await _concluded(tables)


async def _concluded(tables: Store, before: int = 0) -> int:
    query = "SELECT outcome, count(*) FROM ledger WHERE id > ? AND outcome <> 'claimed' GROUP BY outcome"
    done = dict(await tables.db.rows(query, (before,)))
    assert done.keys() <= {"posted", "skipped"}, done
    return sum(done.values())


async def _link(tables: Store, number: int, workspace: str = WORKSPACE) -> SlackUser:
    user, now = SlackUser(workspace, f"U{number}"), datetime.now(UTC)
    principal = Principal(528, 947, "Kianna Ledner", "KLED")
    await tables.links.put(Link(user, "onsite", principal, now, now, Secret(f"7T:{number}")))
    return user


def opened(database: Where) -> AbstractAsyncContextManager[Store]:
    """Its tables, for whoever looks on."""
    return store.connected(database, Secret(KEY))
