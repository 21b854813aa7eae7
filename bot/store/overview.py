"""All digests at a glance. It opens nothing that is sealed, so one that does not open is listed, too."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from bot.core.causes import LATE_AFTER
from bot.core.overview import Ended, Glance, Load, Overview, Standing, Standings
from bot.core.people import SlackUser
from bot.core.scheduletext import restored, schedule_text
from bot.core.subscription import Delivery, Outcome, State
from bot.store.database import maybe_moment, micros, moment
from bot.store.ledger import COLUMNS, delivery_of

__all__ = ["SqliteOverviews"]

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
#: All but the filter, which is sealed.
FACTS = "id, workspace, user, target, schedule, zone, state, reason, since, snoozed_until, next_due"


class SqliteOverviews:
    """Implements the port ``Overviews``. It only reads."""

    def __init__(self, db: Database) -> None:
        self._db = db.conn

    async def standings(self, workspace: str | None, now: datetime, offset: int, most: int) -> Standings:
        """One page of a workspace's subscriptions, or of all; the paused first, then what failed of late."""
        where, values = ("workspace = ?", (workspace,)) if workspace else ("1", ())
        total, paused = self._one(
            f"count(*), coalesce(sum(state = 'paused'), 0) FROM subscriptions WHERE {where}", *values
        )
        rows = self._db.execute(
            f"SELECT {FACTS} FROM subscriptions WHERE {where} "  # noqa: S608 - constants
            "ORDER BY state != 'paused', id NOT IN (SELECT subscription FROM ledger WHERE due_at > ? "
            "AND outcome IN ('failed', 'uncertain')), workspace, user, target LIMIT ? OFFSET ?",
            (*values, micros(now - DAY), most, offset),
        ).fetchall()
        return Standings(tuple(map(self._standing, rows)), total, paused)

    async def of(self, user: SlackUser) -> tuple[Standing, ...]:
        """The subscriptions that a user set up, or last changed."""
        query = f"SELECT {FACTS} FROM subscriptions WHERE workspace = ? AND user = ? ORDER BY id"  # noqa: S608
        return tuple(map(self._standing, self._db.execute(query, user).fetchall()))

    async def shared_by(self, user: SlackUser) -> tuple[Standing, ...]:
        """The subscriptions of channels with which a user shares."""
        query = (
            f"SELECT {FACTS} FROM subscriptions WHERE target <> user AND id IN "  # noqa: S608 - constants
            "(SELECT subscription FROM participants WHERE workspace = ? AND user = ?) ORDER BY id"
        )
        return tuple(map(self._standing, self._db.execute(query, user).fetchall()))

    async def glance(self, workspace: str, now: datetime) -> Glance:
        """A workspace in a few numbers."""
        linked, over, failing, asking = self._one(
            "count(*), count(ended_at), count(*) FILTER (WHERE ended_at IS NULL AND outcome <> 'ok'), "
            "count(*) FILTER (WHERE ended_at IS NULL AND asked_at > ?) FROM links WHERE workspace = ?",
            *(micros(now - WEEK), workspace),
        )
        own, channels, paused = self._one(
            "count(*) FILTER (WHERE state = 'on' AND target = user), "
            "count(*) FILTER (WHERE state = 'on' AND target <> user), "
            "count(*) FILTER (WHERE state = 'paused') FROM subscriptions WHERE workspace = ?",
            workspace,
        )
        (sharing,) = self._one(
            "count(DISTINCT user) FROM participants JOIN channel_digests USING (subscription) "
            "WHERE workspace = ?",
            workspace,
        )
        posted, failed = self._one(
            "count(*) FILTER (WHERE outcome = 'posted'), "
            "count(*) FILTER (WHERE outcome IN ('failed', 'uncertain')) "
            "FROM ledger WHERE due_at > ? AND workspace = ?",
            *(micros(now - DAY), workspace),
        )
        troubles = self._db.execute("SELECT tenant, since FROM tenant_troubles ORDER BY tenant").fetchall()
        since = tuple((tenant, moment(at)) for tenant, at in troubles)
        return Glance(linked, over, failing, asking, own, channels, paused, sharing, posted, failed, since)

    async def overview(self, now: datetime) -> Overview:
        """All of them together."""
        at, day = micros(now), micros(now - DAY)
        due, due_since = self._one("count(*), min(next_due) FROM subscriptions WHERE next_due <= ?", at)
        claimed, claimed_since, in_doubt = self._one(
            "count(*), min(due_at), count(attempted_at) FROM ledger WHERE outcome = 'claimed'"
        )
        late, latest = self._one(
            "count(*), max(concluded_at - due_at) FROM ledger "
            "WHERE outcome = 'posted' AND due_at > ? AND concluded_at - due_at > ?",
            day,
            LATE_AFTER // timedelta(microseconds=1),
        )
        return Overview(
            as_of=now,
            states=dict.fromkeys(map(str, State), 0) | self._counts("state", "subscriptions"),
            snoozed=self._one("count(*) FROM subscriptions WHERE state = 'on' AND snoozed_until > ?", at)[0],
            paused=self._counts("reason", "subscriptions WHERE state = 'paused'"),
            due=due,
            due_since=maybe_moment(due_since),
            claimed=claimed,
            claimed_since=maybe_moment(claimed_since),
            in_doubt=in_doubt,
            waiting=self._counts("reason", "ledger WHERE outcome = 'claimed' AND reason != ''"),
            ended=self._ended(day),
            late=late,
            latest=timedelta(microseconds=latest or 0),
            load=self._load(now),
        )

    def _ended(self, since: int) -> tuple[Ended, ...]:
        rows = self._db.execute(
            "SELECT outcome, reason, count(*) AS number FROM ledger "
            "WHERE outcome != 'claimed' AND due_at > ? GROUP BY outcome, reason ORDER BY number DESC, 1, 2",
            (since,),
        )
        return tuple(Ended(Outcome(outcome), reason, number) for outcome, reason, number in rows)

    def _load(self, now: datetime) -> tuple[Load, ...]:
        """SQLite takes ``minute`` from the row that has the maximum (lang_select, "bare columns")."""
        length = MINUTE // timedelta(microseconds=1)
        rows = self._db.execute(
            "SELECT workspace, sum(number), max(number), minute FROM (SELECT workspace, count(*) AS number, "
            "next_due / ? AS minute FROM subscriptions WHERE next_due > ? AND next_due <= ? "
            "GROUP BY workspace, minute ORDER BY minute) GROUP BY workspace ORDER BY 2 DESC, 1",
            (length, micros(now), micros(now + HOUR)),
        )
        return tuple(Load(name, total, most, moment(at * length)) for name, total, most, at in rows)

    def _standing(self, row: tuple[Any, ...]) -> Standing:
        id_, workspace, user, target, schedule, zone, state, reason, since, snoozed, due = row
        return Standing(
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
            last=self._last(id_),
        )

    def _last(self, subscription: int) -> Delivery | None:
        """By the day first: there is an index for it."""
        query = (
            f"SELECT {COLUMNS} FROM ledger WHERE subscription = ? "  # noqa: S608 - constants
            "AND day = (SELECT max(day) FROM ledger WHERE subscription = ?) "
            "ORDER BY due_at DESC, id DESC LIMIT 1"
        )
        row = self._db.execute(query, (subscription, subscription)).fetchone()
        return None if row is None else delivery_of(row)

    def _counts(self, column: str, rows: str) -> dict[str, int]:
        query = f"SELECT {column}, count(*) FROM {rows} GROUP BY 1 ORDER BY 2 DESC, 1"  # noqa: S608 - constants
        return dict(self._db.execute(query).fetchall())

    def _one(self, query: str, *values: object) -> tuple[Any, ...]:
        row: tuple[Any, ...] = self._db.execute(f"SELECT {query}", values).fetchone()
        return row
