"""The one-time link pages."""

from datetime import datetime
from typing import Any

from bot.core.people import Link, SlackUser
from bot.core.secret import Secret
from bot.services.ports import Invitation
from bot.store.database import Database, micros, moment, whole
from bot.store.hashing import Hasher
from bot.store.links import StoredLinks
from bot.store.sealed import RESPONSE_URL
from bot.store.sealing import Sealer

__all__ = ["StoredInvitations"]

SELECT = "SELECT workspace, user, expires_at, command, channel, sealed_response_url, tenant FROM invitations"


class StoredInvitations:
    """Implements the port ``Invitations``. A used one is deleted: nothing tells it from one never made."""

    def __init__(self, db: Database, sealer: Sealer, hasher: Hasher, links: StoredLinks) -> None:
        self._db = db
        self._sealer = sealer
        self._hasher = hasher
        self._links = links

    @whole
    async def create(self, nonce: Secret, invitation: Invitation) -> None:
        """Store an invitation in the place of the user's older one."""
        row = (
            self._hash(nonce),
            *invitation.user,
            micros(invitation.expires_at),
            invitation.command,
            invitation.channel,
            RESPONSE_URL.seal(self._sealer, invitation.response_url, *invitation.user),
            invitation.tenant,
        )
        async with self._db.transaction("invitations", *invitation.user) as tx:
            await tx.execute("DELETE FROM invitations WHERE workspace = ? AND user = ?", invitation.user)
            await tx.execute("INSERT INTO invitations VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    async def get(self, nonce: Secret, now: datetime) -> Invitation | None:
        """The invitation, if it is open. Raises :class:`~bot.core.errors.SealBroken`."""
        where = "nonce_hash = ? AND expires_at > ?"
        return await self._one(where, self._hash(nonce), micros(now))

    async def pending(self, user: SlackUser, now: datetime) -> Invitation | None:
        """The user's open invitation, if any. Raises :class:`~bot.core.errors.SealBroken`."""
        return await self._one("workspace = ? AND user = ? AND expires_at > ?", *user, micros(now))

    @whole
    async def redeem(self, nonce: Secret, link: Link, now: datetime) -> bool:
        """Use up the open invitation of the link's user to its tenant and store the link: both or neither."""
        where = "nonce_hash = ? AND workspace = ? AND user = ? AND tenant = ? AND expires_at > ?"
        async with self._db.transaction() as tx:
            params = (self._hash(nonce), *link.user, link.tenant, micros(now))
            used = await tx.execute(f"DELETE FROM invitations WHERE {where}", params) == 1  # noqa: S608
            if used:
                await self._links.write(tx, link)
        return used

    async def prune(self, now: datetime) -> int:
        """Delete what has expired; say how many rows."""
        return await self._db.execute("DELETE FROM invitations WHERE expires_at <= ?", (micros(now),))

    async def _one(self, where: str, *params: object) -> Invitation | None:
        row = await self._db.one(f"{SELECT} WHERE {where}", params)
        return self._invitation(row) if row else None

    def _invitation(self, row: tuple[Any, ...]) -> Invitation:
        workspace, user, expires_at, command, channel, sealed, tenant = row
        who = SlackUser(workspace, user)
        response_url = RESPONSE_URL.open(self._sealer, sealed, *who)
        return Invitation(who, moment(expires_at), command, channel, response_url, tenant)

    def _hash(self, nonce: Secret) -> bytes:
        return self._hasher.digest("invitations", nonce.reveal())
