"""Who asked an admin for a channel's digest. What they asked for is sealed: its filters hold names."""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from bot.core.channeldigest import ChannelRequest, RequestState
from bot.core.errors import SealBroken
from bot.core.people import SlackChannel, SlackUser
from bot.core.secret import Secret
from bot.store.database import Database, maybe_moment, micros, moment, whole
from bot.store.sealed import REQUEST_LINE
from bot.store.sealing import Sealer

__all__ = ["StoredChannelRequests"]

log = logging.getLogger(__name__)

SELECT = (
    "SELECT id, workspace, user, channel, sealed_line, asked_at, state, decided_by, decided_at "
    "FROM channel_requests"
)


class StoredChannelRequests:
    """Implements the port ``ChannelRequests``."""

    def __init__(self, db: Database, sealer: Sealer) -> None:
        self._db = db
        self._sealer = sealer

    @whole
    async def ask(self, user: SlackUser, channel: str, line: str, at: datetime) -> ChannelRequest:
        """Keep a request, in place of the user's open one for that channel."""
        sealed = REQUEST_LINE.seal(self._sealer, Secret(line), *user)
        async with self._db.transaction("requests", *user) as tx:
            await tx.execute(
                "DELETE FROM channel_requests "
                "WHERE workspace = ? AND user = ? AND channel = ? AND state = 'open'",
                (*user, channel),
            )
            (id_,) = await tx.only(
                "INSERT INTO channel_requests (workspace, user, channel, sealed_line, asked_at, state, "
                "decided_by) VALUES (?, ?, ?, ?, ?, 'open', '') RETURNING id",
                (*user, channel, sealed, micros(at)),
            )
        return ChannelRequest(id_, user, channel, line, at)

    async def get(self, id: int) -> ChannelRequest | None:  # noqa: A002 - it is what it is
        """The request of that id."""
        return next(iter(await self._found("id = ?", id)), None)

    async def open(self, place: SlackChannel) -> Sequence[ChannelRequest]:
        """What nobody decided yet about that channel, the oldest first."""
        return await self._found("workspace = ? AND channel = ? AND state = 'open' ORDER BY id", *place)

    async def decide(self, id: int, by: SlackUser, state: RequestState, at: datetime) -> bool:  # noqa: A002
        """Approve or decline it, once."""
        statement = (
            "UPDATE channel_requests SET state = ?, decided_by = ?, decided_at = ? "
            "WHERE id = ? AND workspace = ? AND state = 'open'"
        )
        values = (state, by.user, micros(at), id, by.workspace)
        return await self._db.execute(statement, values) == 1

    async def _found(self, where: str, *values: object) -> list[ChannelRequest]:
        return [*self._opened(await self._db.rows(f"{SELECT} WHERE {where}", values))]

    def _opened(self, rows: Sequence[tuple[Any, ...]]) -> Iterator[ChannelRequest]:
        for row in rows:
            try:
                yield self._request(row)
            except SealBroken as error:
                log.error("a request does not open: %s", error, extra={"action": "request.sealed"})

    def _request(self, row: tuple[Any, ...]) -> ChannelRequest:
        id_, workspace, user, channel, sealed, asked_at, state, decided_by, decided_at = row
        return ChannelRequest(
            id=id_,
            user=SlackUser(workspace, user),
            channel=channel,
            line=REQUEST_LINE.open(self._sealer, sealed, workspace, user).reveal(),
            asked_at=moment(asked_at),
            state=RequestState(state),
            decided_by=decided_by,
            decided_at=maybe_moment(decided_at),
        )
