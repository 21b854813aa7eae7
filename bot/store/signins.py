"""How the sign-ins of those who are linked are doing: columns of their links, and tenants in trouble."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.core.people import Link, LinkState, SlackUser
from bot.core.signin import ONSITE_TICKET_LIFE, Ending, Why
from bot.store.database import Database, maybe_micros, maybe_moment, micros, moment, whole
from bot.store.sealed import TICKET
from bot.store.sealing import Sealer

__all__ = ["StoredSignIns"]

HAS_DIGEST = """
    EXISTS (
        SELECT 1 FROM participants JOIN subscriptions ON subscriptions.id = participants.subscription
        WHERE participants.workspace = links.workspace AND participants.user = links.user
        AND subscriptions.state = 'on'
    )
"""
#: What a ticket is kept alive for, any of these: SQL about a row of ``links`` and ``:asked_since``.
WANTED = ("coalesce(links.asked_at, links.linked_at) > :asked_since", HAS_DIGEST)
IS_WANTED = " OR ".join(WANTED)
#: Tokens that a digest needs soon and that end before it comes.
TO_RENEW = """
    FROM subscriptions JOIN participants ON participants.subscription = subscriptions.id
    JOIN links ON links.workspace = participants.workspace AND links.user = participants.user
    WHERE next_due <= :until AND token_expires_at <= next_due + :margin AND ended_at IS NULL
    AND sealed_refresh_token IS NOT NULL
    AND NOT (coalesce(outcome, 'ok') <> 'ok' AND checked_at > :failed_since)
"""


class StoredSignIns:
    """Implements the port ``SignIns``. Every method is one statement, so atomic."""

    def __init__(self, db: Database, sealer: Sealer) -> None:
        self._db = db
        self._sealer = sealer

    @whole
    async def used(
        self, user: SlackUser, tenant: str, at: datetime, keep_at: datetime | None, *, asked: bool
    ) -> None:
        """The ticket was taken then. An earlier time than the one known changes nothing."""
        async with self._db.transaction() as tx:
            await tx.later(
                "UPDATE links SET used_at = CASE WHEN used_at > ? THEN used_at ELSE ? END, keep_at = ?, "
                "checked_at = ?, outcome = 'ok', asked_at = coalesce(?, asked_at) "
                "WHERE workspace = ? AND user = ?",
                (*[micros(at)] * 2, maybe_micros(keep_at), micros(at), micros(at) if asked else None, *user),
            )
            await tx.later("DELETE FROM tenant_troubles WHERE tenant = ?", (tenant,))

    async def begin_refresh(self, link: Link, now: datetime, until: datetime) -> bool:
        """Be the one to have a new token, for so long."""
        statement = (
            "UPDATE links SET refreshing_until = ? WHERE workspace = ? AND user = ? AND linked_at = ? "
            "AND coalesce(token_expires_at, 0) = ? AND coalesce(refreshing_until, 0) <= ?"
        )
        seen = micros(link.linked_at), maybe_micros(link.token_expires_at) or 0
        return await self._db.execute(statement, (micros(until), *link.user, *seen, micros(now))) == 1

    async def give_up_refresh(self, user: SlackUser) -> None:
        """There was none."""
        await self._db.execute(
            "UPDATE links SET refreshing_until = NULL WHERE workspace = ? AND user = ?", user
        )

    async def tenants_to_renew(
        self, until: datetime, margin: timedelta, failed_since: datetime
    ) -> Sequence[str]:
        """Where a digest comes by then whose token would end."""
        given = _renewing(until, margin, failed_since)
        return [tenant for (tenant,) in await self._db.rows(f"SELECT DISTINCT tenant {TO_RENEW}", given)]

    async def to_renew(
        self, tenant: str, until: datetime, margin: timedelta, failed_since: datetime, most: int
    ) -> Sequence[SlackUser]:
        """Whose token would end, the next digest first."""
        query = (
            f"SELECT links.workspace, links.user {TO_RENEW} AND tenant = :tenant "
            "GROUP BY links.workspace, links.user ORDER BY min(next_due) LIMIT :most"
        )
        given = {**_renewing(until, margin, failed_since), "tenant": tenant, "most": most}
        return [SlackUser(*row) for row in await self._db.rows(query, given)]

    async def refreshed(self, link: Link) -> None:
        """Keep a new access token, unless the user linked anew meanwhile."""
        await self._db.execute(
            "UPDATE links SET sealed_ticket = ?, token_expires_at = ?, refreshing_until = NULL "
            "WHERE workspace = ? AND user = ? AND linked_at = ?",
            (
                TICKET.seal(self._sealer, link.ticket, *link.user, link.tenant),
                maybe_micros(link.token_expires_at),
                *link.user,
                micros(link.linked_at),
            ),
        )

    async def put_off(self, user: SlackUser, at: datetime, outcome: str, keep_at: datetime | None) -> None:
        """The ticket was neither taken nor refused."""
        await self._db.execute(
            "UPDATE links SET checked_at = ?, outcome = ?, keep_at = ? WHERE workspace = ? AND user = ?",
            (micros(at), outcome, maybe_micros(keep_at), *user),
        )

    async def tenants_due(self, now: datetime, asked_since: datetime) -> Sequence[str]:
        """Where a ticket is to be used or let go now, or nobody's was taken."""
        query = (
            "SELECT tenant FROM links WHERE keep_at <= :now AND ended_at IS NULL "  # noqa: S608 - constants
            f"AND (used_at <= :dead_since OR {IS_WANTED}) UNION SELECT tenant FROM tenant_troubles"
        )
        dead_since = micros(now - ONSITE_TICKET_LIFE)
        given = {"now": micros(now), "dead_since": dead_since, "asked_since": micros(asked_since)}
        return [tenant for (tenant,) in await self._db.rows(query, given)]

    async def due(self, tenant: str, now: datetime, asked_since: datetime, most: int) -> Sequence[SlackUser]:
        """Whose tickets are to be used now, the most urgent first."""
        query = (
            "SELECT workspace, user FROM links WHERE tenant = :tenant AND keep_at <= :now "  # noqa: S608
            f"AND ended_at IS NULL AND ({IS_WANTED}) ORDER BY keep_at LIMIT :most"
        )
        given = {"tenant": tenant, "now": micros(now), "asked_since": micros(asked_since), "most": most}
        return [SlackUser(*row) for row in await self._db.rows(query, given)]

    async def let_go(self, tenant: str, now: datetime, asked_since: datetime) -> int:
        """Mark those as over that died because nothing wanted them any more."""
        statement = (
            "UPDATE links SET ended_at = :now, ended_why = :why, told = 'silent' WHERE tenant = :tenant "  # noqa: S608
            "AND keep_at IS NOT NULL AND ended_at IS NULL AND used_at <= :dead_since "
            f"AND NOT ({IS_WANTED})"
        )
        given = {
            "tenant": tenant,
            "now": micros(now),
            "why": Why.LET_GO,
            "dead_since": micros(now - ONSITE_TICKET_LIFE),
            "asked_since": micros(asked_since),
        }
        return await self._db.execute(statement, given)

    async def counted(self, by: datetime) -> Sequence[tuple[tuple[str, str], int]]:
        """How many are ``over``, ``expiring`` (before then, if nothing is done) or ``good``, by tenant."""
        query = (
            "SELECT tenant, CASE WHEN ended_at IS NOT NULL THEN 'over' "
            "WHEN keep_at IS NOT NULL AND used_at < ? THEN 'expiring' ELSE 'good' END AS state, count(*) "
            "FROM links GROUP BY tenant, state"
        )
        found = await self._db.rows(query, (micros(by - ONSITE_TICKET_LIFE),))
        return [((tenant, state), count) for tenant, state, count in found]

    async def latest(self, tenant: str, used_since: datetime, most: int) -> Sequence[SlackUser]:
        """Whose tickets were used last, the latest first."""
        query = (
            "SELECT workspace, user FROM links WHERE tenant = ? AND used_at > ? AND ended_at IS NULL "
            "AND keep_at IS NOT NULL ORDER BY used_at DESC LIMIT ?"
        )
        return [SlackUser(*row) for row in await self._db.rows(query, (tenant, micros(used_since), most))]

    async def end(self, user: SlackUser, ending: Ending, *, told: bool) -> bool:
        """Mark a sign-in as over."""
        statement = (
            "UPDATE links SET ended_at = ?, ended_why = ?, told = ?, checked_at = ?, outcome = 'over' "
            "WHERE workspace = ? AND user = ? AND ended_at IS NULL"
        )
        at = micros(ending.at)
        values = (at, ending.why, "told" if told else None, at, *user)
        return await self._db.execute(statement, values) == 1

    async def untold(self) -> Sequence[tuple[SlackUser, Ending]]:
        """Whose sign-in is over and who was not told yet."""
        query = (
            "SELECT workspace, user, ended_at, ended_why FROM links "
            "WHERE ended_at IS NOT NULL AND told IS NULL ORDER BY ended_at"
        )
        return [
            (SlackUser(workspace, user), Ending(moment(at), Why(why)))
            for workspace, user, at, why in await self._db.rows(query)
        ]

    async def claim(self, user: SlackUser) -> bool:
        """Be the one to tell the user."""
        async with self._db.transaction(durable=True) as tx:
            statement = (
                "UPDATE links SET told = 'claimed' "
                "WHERE workspace = ? AND user = ? AND ended_at IS NOT NULL AND told IS NULL"
            )
            return await tx.execute(statement, user) == 1

    async def release(self, user: SlackUser) -> None:
        """The user was not told, for certain."""
        await self._db.execute(
            "UPDATE links SET told = NULL WHERE workspace = ? AND user = ? AND told = 'claimed'", user
        )

    async def told(self, user: SlackUser, outcome: str) -> None:
        """What came of telling the user."""
        await self._db.execute(
            "UPDATE links SET told = ? WHERE workspace = ? AND user = ? AND told = 'claimed'",
            (outcome, *user),
        )

    async def all(self) -> Sequence[LinkState]:
        """How every link is doing: those first that are over or failing."""
        query = (
            "SELECT workspace, user, tenant, full_name, linked_at, asked_at, used_at, "  # noqa: S608
            f"sealed_refresh_token IS NOT NULL, {HAS_DIGEST}, "
            "outcome, checked_at, ended_at, ended_why, told FROM links "
            "ORDER BY ended_at IS NULL, coalesce(outcome, 'ok') = 'ok', workspace, user"
        )
        return [_state(*row) for row in await self._db.rows(query)]

    async def trouble(self, tenant: str) -> datetime | None:
        """Since when the tenant takes nobody's ticket."""
        row = await self._db.one("SELECT since FROM tenant_troubles WHERE tenant = ?", (tenant,))
        return maybe_moment(row[0] if row else None)

    async def begin_trouble(self, tenant: str, now: datetime) -> bool:
        """Remember that it takes nobody's; say whether that is news."""
        async with self._db.transaction(durable=True) as tx:
            statement = "INSERT INTO tenant_troubles VALUES (?, ?) ON CONFLICT DO NOTHING"
            return await tx.execute(statement, (tenant, micros(now))) == 1

    async def end_trouble(self, tenant: str) -> None:
        """It takes tickets again, or nobody asks it any more."""
        await self._db.execute("DELETE FROM tenant_troubles WHERE tenant = ?", (tenant,))


def _renewing(until: datetime, margin: timedelta, failed_since: datetime) -> dict[str, object]:
    """The values for :data:`TO_RENEW`."""
    return {
        "until": micros(until),
        "margin": margin // timedelta(microseconds=1),
        "failed_since": micros(failed_since),
    }


def _state(workspace: str, user: str, tenant: str, full_name: str, linked_at: int, *rest: Any) -> LinkState:
    asked_at, used_at, renews, has_digest, outcome, checked_at, ended_at, why, told = rest
    return LinkState(
        SlackUser(workspace, user),
        tenant,
        full_name,
        moment(linked_at),
        maybe_moment(asked_at),
        None if renews else moment(used_at) + ONSITE_TICKET_LIFE,
        outcome or "",
        maybe_moment(checked_at),
        None if ended_at is None else Ending(moment(ended_at), Why(why)),
        told or "",
        bool(has_digest),
    )
