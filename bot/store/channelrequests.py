"""Who asked an admin for a channel's digest. What they asked for is sealed: its filters hold names."""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.core.channeldigest import ChannelRequest, RequestState
from bot.core.errors import SealBroken
from bot.core.people import SlackChannel, SlackUser
from bot.core.secret import Secret
from bot.store.database import maybe_moment, micros, moment, writing
from bot.store.sealed import REQUEST_LINE
from bot.store.sealing import Sealer

__all__ = ["SqliteChannelRequests"]

log = logging.getLogger(__name__)


class SqliteChannelRequests:
    """Implements the port ``ChannelRequests``."""

    def __init__(self, db: Database, sealer: Sealer) -> None:
        self._database = db
        self._db = db.conn
        self._sealer = sealer

    async def ask(self, user: SlackUser, channel: str, line: str, at: datetime) -> ChannelRequest:
        """Keep a request, in place of the user's open one for that channel."""
        sealed = REQUEST_LINE.seal(self._sealer, Secret(line), *user)
        with writing(self._database) as connection:
            connection.execute(
                "DELETE FROM channel_requests "
                "WHERE workspace = ? AND user = ? AND channel = ? AND state = 'open'",
                (*user, channel),
            )
            (id_,) = connection.execute(
                "INSERT INTO channel_requests (workspace, user, channel, sealed_line, asked_at, state, "
                "decided_by) VALUES (?, ?, ?, ?, ?, 'open', '') RETURNING id",
                (*user, channel, sealed, micros(at)),
            ).fetchone()
        return ChannelRequest(id_, user, channel, line, at)

    async def get(self, id: int) -> ChannelRequest | None:  # noqa: A002 - it is what it is
        """The request of that id."""
        return next(self._found("id = ?", id), None)

    async def open(self, place: SlackChannel) -> Sequence[ChannelRequest]:
        """What nobody decided yet about that channel, the oldest first."""
        return [*self._found("workspace = ? AND channel = ? AND state = 'open' ORDER BY id", *place)]

    async def decide(self, id: int, by: SlackUser, state: RequestState, at: datetime) -> bool:  # noqa: A002
        """Approve or decline it, once."""
        statement = (
            "UPDATE channel_requests SET state = ?, decided_by = ?, decided_at = ? "
            "WHERE id = ? AND workspace = ? AND state = 'open'"
        )
        values = (state, by.user, micros(at), id, by.workspace)
        return self._db.execute(statement, values).rowcount == 1

    def _found(self, where: str, *values: object) -> Iterator[ChannelRequest]:
        query = (
            "SELECT id, workspace, user, channel, sealed_line, asked_at, state, decided_by, decided_at "  # noqa: S608
            f"FROM channel_requests WHERE {where}"
        )
        for row in self._db.execute(query, values).fetchall():
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
