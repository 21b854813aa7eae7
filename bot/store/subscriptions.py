"""Who gets a digest, where and when. What it is filtered by is sealed: it holds names."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from sqlite3 import Connection
from typing import Any
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from bot.core.audit import AuditAction, Deed
from bot.core.channeldigest import ChannelSettings
from bot.core.digest import WhenEmpty
from bot.core.errors import SealBroken
from bot.core.filters import Filter
from bot.core.filtertext import read_filters, written
from bot.core.people import SlackChannel, SlackUser
from bot.core.scheduletext import restored, stored
from bot.core.secret import Secret
from bot.core.subscription import State, Subscription
from bot.services.ports import Put
from bot.store.audit import SqliteAudit
from bot.store.channelsettings import TEAM_COLUMNS, put_team, team
from bot.store.database import maybe_micros, maybe_moment, micros, moment, writing
from bot.store.ledger import READY, ready
from bot.store.sealed import DIGEST_FILTER
from bot.store.sealing import Sealer

__all__ = ["SqliteSubscriptions"]

log = logging.getLogger(__name__)

COLUMNS = (
    "id, workspace, target, user, schedule, zone, locale, sealed_filter, when_empty, state, reason, since, "
    f"snoozed_until, considered_until, quiet_looked_at, {TEAM_COLUMNS}"
)
#: Many have the same ones, and to make them takes far longer than to look them up.
_restored, _zone = lru_cache(1024)(restored), lru_cache(1024)(ZoneInfo)
#: Slots up to a moment to come were seen to: the clock was wrong then, or was put back since.
AHEAD = "next_due IS NOT NULL AND considered_until > :now"
#: One that was removed left its rows in the ledger: they must not be another's.
NEXT_ID = (
    "1 + max((SELECT coalesce(max(id), 0) FROM subscriptions), "
    "(SELECT coalesce(max(subscription), 0) FROM ledger))"
)
PUT = f"""
    INSERT INTO subscriptions (id, workspace, target, user, schedule, zone, locale, sealed_filter, when_empty,
        state, reason, since, snoozed_until, considered_until, next_due, quiet_looked_at)
    VALUES ({NEXT_ID}, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (workspace, target) DO UPDATE SET user = excluded.user, schedule = excluded.schedule,
        zone = excluded.zone, locale = excluded.locale, sealed_filter = excluded.sealed_filter,
        when_empty = excluded.when_empty, state = excluded.state, reason = excluded.reason,
        since = excluded.since, snoozed_until = excluded.snoozed_until,
        considered_until = excluded.considered_until,
        next_due = excluded.next_due
    RETURNING id
"""  # noqa: S608 - constants
TABLES = "subscriptions LEFT JOIN channel_digests ON subscription = id"


class SqliteSubscriptions:
    """Implements the port ``Subscriptions``."""

    def __init__(self, db: Database, sealer: Sealer, audit: SqliteAudit) -> None:
        self._database = db
        self._db = db.conn
        self._sealer = sealer
        self._audit = audit

    async def get(self, id: int) -> Subscription | None:  # noqa: A002 - it is what it is
        """The subscription of that id."""
        return self._one("id = ?", id)

    async def of(self, user: SlackUser) -> Subscription | None:
        """The user's own, in their direct messages."""
        return self._one("workspace = ? AND target = ?", *user)

    async def of_channel(self, place: SlackChannel) -> Subscription | None:
        """The channel's."""
        return self._one("workspace = ? AND target = ?", *place)

    async def of_workspace(self, workspace: str) -> Sequence[Subscription]:
        """Those of channels, in the order of their set-up; not one whose filter does not open."""
        query = f"SELECT {COLUMNS} FROM {TABLES} WHERE workspace = ? AND grouping IS NOT NULL ORDER BY id"  # noqa: S608
        return list(self._opened(self._db.execute(query, (workspace,)).fetchall()))

    async def of_participant(self, user: SlackUser) -> Sequence[Subscription]:
        """Those of channels with which the user shares."""
        query = (
            f"SELECT {COLUMNS} FROM {TABLES} WHERE grouping IS NOT NULL AND id IN "  # noqa: S608 - constants
            "(SELECT subscription FROM participants WHERE workspace = ? AND user = ?) ORDER BY id"
        )
        return list(self._opened(self._db.execute(query, user).fetchall()))

    async def put(self, subscription: Subscription, next_due: datetime | None) -> Subscription:
        """Store one, in place of what its target had."""
        with writing(self._database) as connection:
            return self._put(connection, subscription, next_due)

    async def put_all(self, puts: Sequence[Put], deeds: Sequence[Deed]) -> bool:
        """Store several at once and write down what was done; ``False``: one was changed meanwhile."""
        with writing(self._database) as connection:
            if any(self._at(new) != old for old, new, _ in puts):
                return False
            for _, new, next_due in puts:
                self._put(connection, new, next_due)
            for deed in deeds:
                self._audit.write(deed)
        return True

    def _at(self, subscription: Subscription) -> Subscription | None:
        """What its target has now."""
        return self._one("workspace = ? AND target = ?", subscription.owner.workspace, subscription.target)

    def _put(
        self, connection: Connection, subscription: Subscription, next_due: datetime | None
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
        (id_,) = connection.execute(PUT, values).fetchone()
        if subscription.channel:
            settings = subscription.team or ChannelSettings()
            if subscription.owner.user:  # whoever sets it up, or turns it on, looks after it
                settings = replace(settings, orphaned_since=None, owner_sought_at=None)
            put_team(connection, id_, settings)
        else:
            connection.execute(
                "INSERT OR IGNORE INTO participants VALUES (?, ?, ?, NULL, 1, ?, NULL)",
                (id_, *subscription.owner, maybe_micros(subscription.since)),
            )
        return replace(subscription, id=id_)

    async def note_private(self, id: int, *, is_private: bool) -> None:  # noqa: A002
        """Slack says that a channel is private, or that it is not."""
        statement = "UPDATE channel_digests SET is_private = ? WHERE subscription = ?"
        self._db.execute(statement, (is_private, id))

    async def remove(self, id: int) -> bool:  # noqa: A002
        """Delete one; participants and what they were told go with it."""
        with writing(self._database) as connection:
            connection.execute("UPDATE ledger SET channel = '', ts = '' WHERE subscription = ?", (id,))
            return connection.execute("DELETE FROM subscriptions WHERE id = ?", (id,)).rowcount == 1

    async def start_afresh(self, id: int, at: datetime) -> None:  # noqa: A002
        """Every participant's next window begins at that moment."""
        self._db.execute(
            "UPDATE participants SET told_until = ?, fresh = 1 WHERE subscription = ?", (micros(at), id)
        )

    async def moved(self, old: SlackChannel, new: str) -> Subscription | None:
        """The channel has another id from now on."""
        with writing(self._database) as connection:
            subscription = self._one("workspace = ? AND target = ?", *old)
            if subscription is None or self._one("workspace = ? AND target = ?", old.workspace, new):
                return None
            sealed = self._sealed_filter(subscription.filter, old.workspace, new)
            connection.execute(
                "UPDATE subscriptions SET target = ?, sealed_filter = ? WHERE id = ?",
                (new, sealed, subscription.id),
            )
            connection.execute(
                "UPDATE ledger SET channel = ? WHERE subscription = ? AND channel = ?",
                (new, subscription.id, old.channel),
            )
            connection.execute(
                "UPDATE channel_requests SET channel = ? WHERE workspace = ? AND channel = ?",
                (new, *old),
            )
        return replace(subscription, channel=new)

    async def daily_counts(self, id: int, since: date) -> Mapping[date, int]:  # noqa: A002
        """On how many companies something happened, on each day that was observed."""
        query = "SELECT day, companies FROM daily_counts WHERE subscription = ? AND day >= ? ORDER BY day"
        rows = self._db.execute(query, (id, since.isoformat()))
        return {date.fromisoformat(day): companies for day, companies in rows}

    async def workspaces_due(self, now: datetime) -> Sequence[str]:
        """Where there is something to see to."""
        query = (
            "SELECT workspace FROM subscriptions WHERE next_due <= :now "  # noqa: S608 - constants
            f"UNION SELECT workspace FROM subscriptions WHERE {AHEAD} "
            f"UNION SELECT workspace FROM ledger WHERE {READY}"
        )
        return [row[0] for row in self._db.execute(query, ready(now))]

    async def due(self, workspace: str, now: datetime, most: int) -> Sequence[Subscription]:
        """Whose slots are due, the longest due first; then those that a clock put off which was wrong."""
        for which, first in (("next_due <= :now", "next_due"), (AHEAD, "considered_until DESC")):
            query = (
                f"SELECT {COLUMNS} FROM {TABLES} "  # noqa: S608 - constants
                f"WHERE {which} AND workspace = :workspace ORDER BY {first} LIMIT :most"
            )
            values = {"now": micros(now), "workspace": workspace, "most": most}
            if rows := self._db.execute(query, values).fetchall():
                return list(self._opened(rows, now))
        return []

    async def waiting(self, now: datetime) -> int:
        """How many slots are due, and how many claimed rows there are."""
        query = (
            "SELECT (SELECT count(*) FROM subscriptions WHERE next_due <= ?) "
            "+ (SELECT count(*) FROM ledger WHERE outcome = 'claimed')"
        )
        return int(self._db.execute(query, (micros(now),)).fetchone()[0])

    def _opened(
        self, rows: Sequence[tuple[Any, ...]], paused_at: datetime | None = None
    ) -> Iterator[Subscription]:
        """Those whose filters open. Where they are due the others are paused: they would come first again."""
        for row in rows:
            try:
                yield self._subscription(row)
            except SealBroken as error:
                log.error("a digest's filter does not open: %s", error, extra={"action": "digest.sealed"})
                if paused_at:
                    self._pause(row, error.code, paused_at)

    def _pause(self, row: tuple[Any, ...], why: str, now: datetime) -> None:
        id_, workspace, target, user, *_ = row
        channel = "" if target == user else target
        with writing(self._database) as connection:
            connection.execute(
                "UPDATE subscriptions SET state = ?, reason = ?, since = ?, next_due = NULL WHERE id = ?",
                (State.PAUSED, why, micros(now), id_),
            )
            owner = SlackUser(workspace, user) if user else None
            self._audit.write(Deed(now, AuditAction.DIGEST_PAUSED, None, owner, channel, why))

    def _sealed_filter(self, filter_: Filter, *place: str) -> bytes:
        return DIGEST_FILTER.seal(self._sealer, Secret(written(filter_)), *place)

    def _one(self, where: str, *values: object) -> Subscription | None:
        query = f"SELECT {COLUMNS} FROM {TABLES} WHERE {where}"  # noqa: S608 - constants
        row = self._db.execute(query, values).fetchone()
        return None if row is None else self._subscription(row)

    def _subscription(self, row: tuple[Any, ...]) -> Subscription:
        id_, workspace, target, user, schedule, zone, locale, sealed, when_empty, *rest = row
        state, reason, since, snoozed_until, considered_until, quiet_looked_at, *settings = rest
        filters = DIGEST_FILTER.open(self._sealer, sealed, workspace, target).reveal()
        return Subscription(
            id=id_,
            owner=SlackUser(workspace, user),
            schedule=_restored(schedule),
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
