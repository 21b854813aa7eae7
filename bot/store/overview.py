"""All digests at a glance. It opens nothing that is sealed, so one that does not open is listed, too."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.causes import LATE_AFTER
from bot.core.overview import DigestStanding, Ended, Glance, Load, Overview, Standings
from bot.core.people import SlackUser
from bot.core.subscription import Delivery, Outcome, State
from bot.core.typed.scheduletext import restored, schedule_text
from bot.store.database import Database, maybe_moment, micros, moment
from bot.store.ledger import COLUMNS, delivery_of

__all__ = ["StoredOverviews"]

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
#: All but the filter, which is sealed.
FACTS = "id, workspace, user, target, schedule, zone, state, reason, since, snoozed_until, next_due"


class StoredOverviews:
    """Implements the port ``Overviews``. It only reads."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def standings(self, workspace: str | None, now: datetime, offset: int, most: int) -> Standings:
        """One page of a workspace's subscriptions, or of all; the paused first, then what failed of late."""
        where, values = ("workspace = ?", (workspace,)) if workspace else ("1 = 1", ())
        total, paused = await self._one(
            f"count(*), count(*) FILTER (WHERE state = 'paused') FROM subscriptions WHERE {where}", *values
        )
        rows = await self._db.rows(
            f"SELECT {FACTS} FROM subscriptions WHERE {where} "  # noqa: S608 - constants
            "ORDER BY state != 'paused', id NOT IN (SELECT subscription FROM ledger WHERE due_at > ? "
            "AND outcome IN ('failed', 'uncertain')), workspace, user, target LIMIT ? OFFSET ?",
            (*values, micros(now - DAY), most, offset),
        )
        return Standings(await self._standings(rows), total, paused)

    async def of(self, user: SlackUser) -> tuple[DigestStanding, ...]:
        """The subscriptions that a user set up, or last changed."""
        query = f"SELECT {FACTS} FROM subscriptions WHERE workspace = ? AND user = ? ORDER BY id"  # noqa: S608
        return await self._standings(await self._db.rows(query, user))

    async def shared_by(self, user: SlackUser) -> tuple[DigestStanding, ...]:
        """The subscriptions of channels with which a user shares."""
        query = (
            f"SELECT {FACTS} FROM subscriptions WHERE target <> user AND id IN "  # noqa: S608 - constants
            "(SELECT subscription FROM participants WHERE workspace = ? AND user = ?) ORDER BY id"
        )
        return await self._standings(await self._db.rows(query, user))

    async def glance(self, workspace: str, now: datetime) -> Glance:
        """A workspace in a few numbers."""
        linked, over, failing, asking = await self._one(
            "count(*), count(ended_at), count(*) FILTER (WHERE ended_at IS NULL AND outcome <> 'ok'), "
            "count(*) FILTER (WHERE ended_at IS NULL AND asked_at > ?) FROM links WHERE workspace = ?",
            *(micros(now - WEEK), workspace),
        )
        own, channels, paused = await self._one(
            "count(*) FILTER (WHERE state = 'on' AND target = user), "
            "count(*) FILTER (WHERE state = 'on' AND target <> user), "
            "count(*) FILTER (WHERE state = 'paused') FROM subscriptions WHERE workspace = ?",
            workspace,
        )
        (sharing,) = await self._one(
            "count(DISTINCT user) FROM participants JOIN channel_digests USING (subscription) "
            "WHERE workspace = ?",
            workspace,
        )
        posted, failed = await self._one(
            "count(*) FILTER (WHERE outcome = 'posted'), "
            "count(*) FILTER (WHERE outcome IN ('failed', 'uncertain')) "
            "FROM ledger WHERE due_at > ? AND workspace = ?",
            *(micros(now - DAY), workspace),
        )
        troubles = await self._db.rows("SELECT tenant, since FROM tenant_troubles ORDER BY tenant")
        since = tuple((tenant, moment(at)) for tenant, at in troubles)
        return Glance(linked, over, failing, asking, own, channels, paused, sharing, posted, failed, since)

    async def overview(self, now: datetime) -> Overview:
        """All of them together."""
        at, day = micros(now), micros(now - DAY)
        due, due_since = await self._one(
            "count(*), min(at) FROM (SELECT next_due AS at FROM subscriptions WHERE next_due <= ? UNION ALL "
            "SELECT due_at FROM ledger WHERE outcome = 'claimed' AND tries = 0) AS due",
            at,
        )
        claimed, claimed_since, in_doubt = await self._one(
            "count(*), min(due_at), count(attempted_at) FROM ledger WHERE outcome = 'claimed' AND tries > 0"
        )
        late, latest = await self._one(
            "count(*), max(concluded_at - due_at) FROM ledger "
            "WHERE outcome = 'posted' AND due_at > ? AND concluded_at - due_at > ?",
            day,
            LATE_AFTER // timedelta(microseconds=1),
        )
        return Overview(
            as_of=now,
            states=dict.fromkeys(map(str, State), 0) | await self._counts("state", "subscriptions"),
            snoozed=(
                await self._one("count(*) FROM subscriptions WHERE state = 'on' AND snoozed_until > ?", at)
            )[0],
            paused=await self._counts("reason", "subscriptions WHERE state = 'paused'"),
            due=due,
            due_since=maybe_moment(due_since),
            claimed=claimed,
            claimed_since=maybe_moment(claimed_since),
            in_doubt=in_doubt,
            waiting=await self._counts("reason", "ledger WHERE outcome = 'claimed' AND reason != ''"),
            ended=await self._ended(day),
            late=late,
            latest=timedelta(microseconds=latest or 0),
            load=await self._load(now),
        )

    async def _ended(self, since: int) -> tuple[Ended, ...]:
        rows = await self._db.rows(
            "SELECT outcome, reason, count(*) AS number FROM ledger "
            "WHERE outcome != 'claimed' AND due_at > ? GROUP BY outcome, reason ORDER BY number DESC, 1, 2",
            (since,),
        )
        return tuple(Ended(Outcome(outcome), reason, number) for outcome, reason, number in rows)

    async def _load(self, now: datetime) -> tuple[Load, ...]:
        """Of each workspace, its busiest minute."""
        length = MINUTE // timedelta(microseconds=1)
        rows = await self._db.rows(
            "SELECT workspace, total, number, minute FROM (SELECT workspace, number, minute, "
            "sum(number) OVER (PARTITION BY workspace) AS total, "
            "row_number() OVER (PARTITION BY workspace ORDER BY number DESC, minute) AS place "
            "FROM (SELECT workspace, count(*) AS number, next_due / ? AS minute FROM subscriptions "
            "WHERE next_due > ? AND next_due <= ? GROUP BY workspace, minute) AS minutes) AS loads "
            "WHERE place = 1 ORDER BY total DESC, workspace",
            (length, micros(now), micros(now + HOUR)),
        )
        return tuple(Load(name, int(total), most, moment(at * length)) for name, total, most, at in rows)

    async def _standings(self, rows: Sequence[tuple[Any, ...]]) -> tuple[DigestStanding, ...]:
        return tuple([await self._standing(row) for row in rows])

    async def _standing(self, row: tuple[Any, ...]) -> DigestStanding:
        id_, workspace, user, target, schedule, zone, state, reason, since, snoozed, due = row
        return DigestStanding(
            id=id_,
            owner=SlackUser(workspace, user),
            channel="" if target == user else target,
            schedule=schedule_text(restored(schedule)),
            zone=ZoneInfo(zone),
            state=State(state),
            reason=reason,
            since=moment(since),
            snoozed_until=maybe_moment(snoozed),
            next_due=maybe_moment(due),
            last=await self._last(id_),
        )

    async def _last(self, subscription: int) -> Delivery | None:
        """By the day first: there is an index for it."""
        query = (
            f"SELECT {COLUMNS} FROM ledger WHERE subscription = ? "  # noqa: S608 - constants
            "AND day = (SELECT max(day) FROM ledger WHERE subscription = ?) "
            "ORDER BY due_at DESC, id DESC LIMIT 1"
        )
        row = await self._db.one(query, (subscription, subscription))
        return None if row is None else delivery_of(row)

    async def _counts(self, column: str, rows: str) -> dict[str, int]:
        query = f"SELECT {column}, count(*) FROM {rows} GROUP BY 1 ORDER BY 2 DESC, 1"  # noqa: S608 - constants
        return dict(await self._db.rows(query))

    async def _one(self, query: str, *values: object) -> tuple[Any, ...]:
        return await self._db.only(f"SELECT {query}", values)
