"""Whose companies a subscription tells of, and what they do not share. That is sealed: it holds names."""

import json
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.core.channeldigest import SHARES_ALL, SHARES_NOTHING, DropOut, Narrowing
from bot.core.errors import SealBroken
from bot.core.people import SlackUser
from bot.core.secret import Secret
from bot.core.subscription import Participant
from bot.core.typed.filtertext import read_filters, written
from bot.store.database import Database, maybe_moment, micros, moment, whole
from bot.store.sealed import NARROWING
from bot.store.sealing import Sealer
from bot.store.told import INHERITED

__all__ = ["PARTICIPANT", "StoredParticipants", "participant"]

log = logging.getLogger(__name__)

#: What a participant is made of.
PARTICIPANT = ("workspace", "user", "told_until", "fresh", "sealed_narrowing", "joined_at")
WHOSE = "subscription = ? AND workspace = ? AND user = ?"


class StoredParticipants:
    """Implements the port ``Participants``."""

    def __init__(self, db: Database, sealer: Sealer) -> None:
        self._db = db
        self._sealer = sealer

    async def of(self, subscription: int) -> Sequence[Participant]:
        """Whose companies it tells of, the first to join first."""
        query = (
            f"SELECT {', '.join(PARTICIPANT)} FROM participants "  # noqa: S608 - constants
            "WHERE subscription = ? ORDER BY coalesce(joined_at, 0), workspace, user"
        )
        rows = await self._db.rows(query, (subscription,))
        return [participant(self._sealer, subscription, row) for row in rows]

    async def join(
        self, subscription: int, user: SlackUser, at: datetime, narrowing: Narrowing = SHARES_ALL
    ) -> bool:
        """From now on theirs, too."""
        sealed = self._sealed(subscription, user, narrowing)
        statement = "INSERT INTO participants VALUES (?, ?, ?, NULL, 1, ?, ?) ON CONFLICT DO NOTHING"
        return await self._db.execute(statement, (subscription, *user, micros(at), sealed)) == 1

    @whole
    async def leave(self, subscription: int, user: SlackUser, at: datetime, reason: str) -> bool:
        """No longer theirs; what it told of theirs is forgotten."""
        whose = (subscription, *user)
        async with self._db.transaction() as tx:
            await tx.execute(
                f"{INHERITED} AND told.subscription = :id", {**user._asdict(), "id": subscription}
            )
            done = await tx.execute(f"DELETE FROM participants WHERE {WHOSE}", whose) == 1  # noqa: S608
            if done:
                await tx.execute(
                    "INSERT INTO drop_outs (subscription, reason, dropped_at) VALUES (?, ?, ?)",
                    (subscription, reason, micros(at)),
                )
        return done

    async def narrow(self, subscription: int, user: SlackUser, narrowing: Narrowing) -> bool:
        """They share this from now on."""
        sealed = self._sealed(subscription, user, narrowing)
        statement = f"UPDATE participants SET sealed_narrowing = ? WHERE {WHOSE}"  # noqa: S608 - a constant
        return await self._db.execute(statement, (sealed, subscription, *user)) == 1

    async def drop_outs(self, subscription: int) -> Sequence[DropOut]:
        """Who is none any more, since the last digest that said so."""
        query = "SELECT reason, dropped_at FROM drop_outs WHERE subscription = ? ORDER BY dropped_at, id"
        return [DropOut(reason, moment(at)) for reason, at in await self._db.rows(query, (subscription,))]

    def _sealed(self, subscription: int, user: SlackUser, narrowing: Narrowing) -> bytes | None:
        if narrowing == SHARES_ALL:
            return None
        text = json.dumps({"only": written(narrowing.only), "never": sorted(narrowing.never)})
        return NARROWING.seal(self._sealer, Secret(text), subscription, *user)


def participant(sealer: Sealer, subscription: int, row: tuple[Any, ...]) -> Participant:
    """A row of :data:`PARTICIPANT`."""
    workspace, user, told_until, fresh, sealed, joined_at = row
    who = SlackUser(workspace, user)
    return Participant(
        subscription,
        who,
        maybe_moment(told_until),
        bool(fresh),
        _narrowing(sealer, subscription, who, sealed),
        maybe_moment(joined_at),
    )


def _narrowing(sealer: Sealer, subscription: int, user: SlackUser, sealed: bytes | None) -> Narrowing:
    if sealed is None:
        return SHARES_ALL
    try:
        stored = json.loads(NARROWING.open(sealer, sealed, subscription, *user).reveal())
    except SealBroken as error:
        log.error("what is not shared does not open: %s", error, extra={"action": "digest.sealed"})
        return SHARES_NOTHING
    return Narrowing(read_filters(stored["only"]).filter, frozenset(stored["never"]))
