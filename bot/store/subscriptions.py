"""Who gets a digest, where and when. What it is filtered by is sealed: it holds names."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.audit import AuditAction, Deed
from bot.core.channeldigest import ChannelSettings
from bot.core.digest import WhenEmpty
from bot.core.errors import SealBroken
from bot.core.filters import Filter
from bot.core.people import SlackChannel, SlackUser
from bot.core.plan import Due
from bot.core.secret import Secret
from bot.core.subscription import Participant, State, Subscription
from bot.core.typed.filtertext import read_filters, written
from bot.core.typed.scheduletext import restored, stored
from bot.services.ports import Put
from bot.store.audit import StoredAudit
from bot.store.channelsettings import TEAM_COLUMNS, put_team, team
from bot.store.database import Database, Statements, maybe_micros, maybe_moment, micros, moment, whole
from bot.store.ledger import READY, ready
from bot.store.participants import PARTICIPANT, participant
from bot.store.sealed import DIGEST_FILTER
from bot.store.sealing import Sealer

__all__ = ["StoredSubscriptions"]

log = logging.getLogger(__name__)

COLUMNS = (
    "id, workspace, target, user, schedule, zone, locale, sealed_filter, when_empty, state, reason, since, "
    f"snoozed_until, considered_until, quiet_looked_at, {TEAM_COLUMNS}"
)
#: Many have the same ones, and to make them takes far longer than to look them up.
_schedule, _zone = lru_cache(1024)(restored), lru_cache(1024)(ZoneInfo)
#: All that says what of it is due.
WHEN = "schedule, zone, snoozed_until, considered_until"
#: Slots up to a moment to come were seen to: the clock was wrong then, or was put back since.
AHEAD = "next_due IS NOT NULL AND considered_until > :now"
#: An expression, or SQLite would look through all of the workspace's.
AHEAD_IN = f"{AHEAD} AND workspace || '' = :workspace"
PUT = """
    INSERT INTO subscriptions (id, workspace, target, user, schedule, zone, locale, sealed_filter, when_empty,
        state, reason, since, snoozed_until, considered_until, next_due, quiet_looked_at)
    VALUES ({next_id}, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (workspace, target) DO UPDATE SET user = excluded.user, schedule = excluded.schedule,
        zone = excluded.zone, locale = excluded.locale, sealed_filter = excluded.sealed_filter,
        when_empty = excluded.when_empty, state = excluded.state, reason = excluded.reason,
        since = excluded.since, snoozed_until = excluded.snoozed_until,
        considered_until = excluded.considered_until,
        next_due = excluded.next_due
    RETURNING id
"""
TABLES = "subscriptions LEFT JOIN channel_digests ON subscription = id"
SHARED = (
    f"SELECT {COLUMNS}, {', '.join(f'its_{name}' for name in PARTICIPANT)} FROM {TABLES} "  # noqa: S608 - constants
    f"LEFT JOIN (SELECT subscription AS whose, {', '.join(f'{name} AS its_{name}' for name in PARTICIPANT)} "
    "FROM participants) AS participant ON whose = id "
    "WHERE id = ? ORDER BY coalesce(its_joined_at, 0), its_workspace, its_user"
)


class StoredSubscriptions:
    """Implements the port ``Subscriptions``."""

    def __init__(self, db: Database, sealer: Sealer, audit: StoredAudit) -> None:
        self._db = db
        self._sealer = sealer
        self._audit = audit

    async def get(self, id: int) -> Subscription | None:  # noqa: A002 - it is what it is
        """The subscription of that id."""
        return await self._one(self._db, "id = ?", id)

    async def shared(self, id: int) -> tuple[Subscription | None, Sequence[Participant]]:  # noqa: A002
        """The subscription of that id, and whose companies it tells of, the first to join first."""
        rows = await self._db.rows(SHARED, (id,))
        if not rows:
            return None, []
        count = len(rows[0]) - len(PARTICIPANT)
        theirs = [participant(self._sealer, id, row[count:]) for row in rows if row[count] is not None]
        return self._restored(rows[0][:count]), theirs

    async def of(self, user: SlackUser) -> Subscription | None:
        """The user's own, in their direct messages."""
        return await self._one(self._db, "workspace = ? AND target = ?", *user)

    async def of_channel(self, place: SlackChannel) -> Subscription | None:
        """The channel's."""
        return await self._one(self._db, "workspace = ? AND target = ?", *place)

    async def of_workspace(self, workspace: str) -> Sequence[Subscription]:
        """Those of channels, in the order of their set-up; not one whose filter does not open."""
        query = f"SELECT {COLUMNS} FROM {TABLES} WHERE workspace = ? AND grouping IS NOT NULL ORDER BY id"  # noqa: S608
        return await self._opened(await self._db.rows(query, (workspace,)))

    async def of_participant(self, user: SlackUser) -> Sequence[Subscription]:
        """Those of channels with which the user shares."""
        query = (
            f"SELECT {COLUMNS} FROM {TABLES} WHERE grouping IS NOT NULL AND id IN "  # noqa: S608 - constants
            "(SELECT subscription FROM participants WHERE workspace = ? AND user = ?) ORDER BY id"
        )
        return await self._opened(await self._db.rows(query, user))

    @whole
    async def put(self, subscription: Subscription, next_due: datetime | None) -> Subscription:
        """Store one, in place of what its target had."""
        async with self._db.transaction("subscriptions") as tx:
            return await self._put(tx, subscription, next_due)

    @whole
    async def put_all(self, puts: Sequence[Put], deeds: Sequence[Deed]) -> bool:
        """Store several at once and write down what was done; ``False``: one was changed meanwhile."""
        async with self._db.transaction("subscriptions") as tx:
            for old, new, _ in puts:
                if await self._at(tx, new.owner.workspace, new.target) != old:
                    return False
            for _, new, next_due in puts:
                await self._put(tx, new, next_due)
            for deed in deeds:
                await self._audit.write(tx, deed)
        return True

    async def _at(self, tx: Statements, *place: str) -> Subscription | None:
        """What that target has now, and until the transaction ends."""
        return await self._one(tx, f"workspace = ? AND target = ? {tx.dialect.changing}", *place)

    async def _put(
        self, tx: Statements, subscription: Subscription, next_due: datetime | None
    ) -> Subscription:
        place = (subscription.owner.workspace, subscription.target)
        filters = self._sealed_filter(subscription.filter, *place)
        values = (
            *place,
            subscription.owner.user,
            stored(subscription.schedule),
            subscription.zone.key,
            subscription.locale,
            filters,
            subscription.when_empty,
            subscription.state,
            subscription.reason,
            maybe_micros(subscription.since),
            maybe_micros(subscription.snoozed_until),
            maybe_micros(subscription.considered_until),
            maybe_micros(next_due if subscription.state is State.ON else None),
            maybe_micros(subscription.quiet_looked_at),
        )
        (id_,) = await tx.only(PUT.format(next_id=tx.dialect.next_subscription), values)
        if subscription.channel:
            settings = subscription.team or ChannelSettings()
            if subscription.owner.user:  # whoever sets it up, or turns it on, looks after it
                settings = replace(settings, orphaned_since=None, owner_sought_at=None)
            await put_team(tx, id_, settings)
        else:
            await tx.execute(
                "INSERT INTO participants VALUES (?, ?, ?, NULL, 1, ?, NULL) ON CONFLICT DO NOTHING",
                (id_, *subscription.owner, maybe_micros(subscription.since)),
            )
        return replace(subscription, id=id_)

    async def note_private(self, id: int, *, is_private: bool) -> None:  # noqa: A002
        """Slack says that a channel is private, or that it is not."""
        statement = "UPDATE channel_digests SET is_private = ? WHERE subscription = ?"
        await self._db.execute(statement, (is_private, id))

    @whole
    async def remove(self, id: int) -> bool:  # noqa: A002
        """Delete one; participants and what they were told go with it."""
        async with self._db.transaction() as tx:
            await tx.execute("UPDATE ledger SET channel = '', ts = '' WHERE subscription = ?", (id,))
            return await tx.execute("DELETE FROM subscriptions WHERE id = ?", (id,)) == 1

    async def start_afresh(self, id: int, at: datetime) -> None:  # noqa: A002
        """Every participant's next window begins at that moment."""
        await self._db.execute(
            "UPDATE participants SET told_until = ?, fresh = 1 WHERE subscription = ?", (micros(at), id)
        )

    @whole
    async def moved(self, old: SlackChannel, new: str) -> Subscription | None:
        """The channel has another id from now on."""
        async with self._db.transaction("subscriptions") as tx:
            subscription = await self._at(tx, *old)
            if subscription is None or await self._at(tx, old.workspace, new):
                return None
            sealed = self._sealed_filter(subscription.filter, old.workspace, new)
            await tx.execute(
                "UPDATE subscriptions SET target = ?, sealed_filter = ? WHERE id = ?",
                (new, sealed, subscription.id),
            )
            await tx.execute(
                "UPDATE ledger SET channel = ? WHERE subscription = ? AND channel = ?",
                (new, subscription.id, old.channel),
            )
            await tx.execute(
                "UPDATE channel_requests SET channel = ? WHERE workspace = ? AND channel = ?",
                (new, *old),
            )
        return replace(subscription, channel=new)

    async def daily_counts(self, id: int, since: date) -> Mapping[date, int]:  # noqa: A002
        """On how many companies something happened, on each day that was observed."""
        query = "SELECT day, companies FROM daily_counts WHERE subscription = ? AND day >= ? ORDER BY day"
        rows = await self._db.rows(query, (id, since.isoformat()))
        return {date.fromisoformat(day): companies for day, companies in rows}

    async def workspaces_due(self, now: datetime) -> Sequence[str]:
        """Where there is something to see to."""
        query = (
            "SELECT workspace FROM subscriptions WHERE next_due <= :now "  # noqa: S608 - constants
            f"UNION SELECT workspace FROM subscriptions WHERE {AHEAD} "
            f"UNION SELECT workspace FROM ledger WHERE {READY}"
        )
        return [row[0] for row in await self._db.rows(query, ready(now))]

    async def due(self, workspace: str, now: datetime, most: int, kinds: int) -> Sequence[Due]:
        """Whose slots are due, the longest due first; then those that a clock put off which was wrong."""
        for which in ("next_due <= :now AND workspace = :workspace ORDER BY next_due", AHEAD_IN):
            query = (
                f"SELECT {self._db.dialect.ids}, {WHEN} FROM (SELECT id, {WHEN} "  # noqa: S608 - constants
                f"FROM subscriptions WHERE {which} LIMIT :most) "
                f"AS due GROUP BY {WHEN} LIMIT :kinds"
            )
            values = {"now": micros(now), "workspace": workspace, "most": most, "kinds": kinds}
            if rows := await self._db.rows(query, values):
                return [_due(workspace, *row) for row in rows]
        return []

    @whole
    async def pause_unopened(self, id: int, error: SealBroken, now: datetime) -> None:  # noqa: A002
        """Pause one whose filter does not open, if it is on."""
        async with self._db.transaction() as tx:
            statement = (
                "UPDATE subscriptions SET state = ?, reason = ?, since = ?, next_due = NULL "
                "WHERE id = ? AND state = ? RETURNING workspace, target, user"
            )
            values = (State.PAUSED, error.code, micros(now), id, State.ON)
            if (row := await tx.one(statement, values)) is None:
                return
            workspace, target, user = row
            owner, channel = SlackUser(workspace, user) if user else None, "" if target == user else target
            deed = Deed(now, AuditAction.DIGEST_PAUSED, None, owner, channel, error.code)
            await self._audit.write(tx, deed)
        _log_unopened(error)

    async def waiting(self, now: datetime) -> int:
        """How many slots are due, and how many claimed rows there are."""
        query = (
            "SELECT (SELECT count(*) FROM subscriptions WHERE next_due <= ?) "
            "+ (SELECT count(*) FROM ledger WHERE outcome = 'claimed')"
        )
        (waiting,) = await self._db.only(query, (micros(now),))
        return int(waiting)

    async def _opened(self, rows: Sequence[tuple[Any, ...]]) -> list[Subscription]:
        """Those whose filters open."""
        found = []
        for row in rows:
            try:
                found.append(self._restored(row))
            except SealBroken as error:
                _log_unopened(error)
        return found

    def _sealed_filter(self, filter_: Filter, *place: str) -> bytes:
        return DIGEST_FILTER.seal(self._sealer, Secret(written(filter_)), *place)

    async def _one(self, tx: Statements, where: str, *values: object) -> Subscription | None:
        query = f"SELECT {COLUMNS} FROM {TABLES} WHERE {where}"  # noqa: S608 - constants
        row = await tx.one(query, values)
        return None if row is None else self._restored(row)

    def _restored(self, row: tuple[Any, ...]) -> Subscription:
        id_, workspace, target, user, schedule, zone, locale, sealed, when_empty, *rest = row
        state, reason, since, snoozed_until, considered_until, quiet_looked_at, *settings = rest
        filters = DIGEST_FILTER.open(self._sealer, sealed, workspace, target).reveal()
        return Subscription(
            id=id_,
            owner=SlackUser(workspace, user),
            schedule=_schedule(schedule),
            zone=_zone(zone),
            locale=locale,
            channel=target if settings[0] else "",
            team=team(*settings) if settings[0] else None,
            filter=read_filters(filters).filter,
            when_empty=WhenEmpty(when_empty),
            state=State(state),
            reason=reason,
            since=moment(since),
            snoozed_until=maybe_moment(snoozed_until),
            considered_until=moment(considered_until),
            quiet_looked_at=maybe_moment(quiet_looked_at),
        )


def _due(workspace: str, ids: str, schedule: str, zone: str, snoozed: int | None, considered: int) -> Due:
    times = maybe_moment(snoozed), moment(considered)
    return Due(tuple(json.loads(ids)), workspace, _schedule(schedule), _zone(zone), *times)


def _log_unopened(error: SealBroken) -> None:
    log.error("a digest's filter does not open: %s", error, extra={"action": "digest.sealed"})
