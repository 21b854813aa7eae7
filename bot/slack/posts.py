"""Digests on their way to Slack: each message posted at most once, and found again."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.core.errors import MissingScope, SlackFailed
from bot.core.posting import Unpostable
from bot.core.replies import Reader, Reply
from bot.services.ports import UNCOUNTED, Metrics, Place, Posted, PostKey
from bot.slack.blocks import draw
from bot.slack.calls import post_message
from bot.slack.limits import PostLimits
from bot.slack.paging import pages
from bot.slack.sdk import failure, permanent

__all__ = ["SlackPosts"]

#: What the metadata says that a message is: letters, digits, ``-`` and ``_``, or Slack drops it.
EVENT = "digest"
#: How far Slack's clock, which ``ts`` is of, may be from this machine's.
SKEW = timedelta(minutes=5)
#: So many of a conversation's latest messages are looked through whatever their time: it is of Slack's clock,
#: and this machine's may be wrong by days.
LATEST = 200
#: What Slack says to those who may not look.
#: Source: docs.slack.dev, the errors of ``conversations.history`` and ``conversations.replies``.
MAY_NOT_LOOK = {"missing_scope", "not_allowed_token_type", "no_permission", "access_denied"}
#: A message that is gone, and in whose thread nobody ever wrote, has none.
NOTHING_THERE = {"thread_not_found"}


class SlackPosts:
    """Implements the port ``Posts``; ``client`` gives the client of a workspace."""

    def __init__(
        self,
        client: Callable[[str], Awaitable[AsyncWebClient]],
        limits: PostLimits,
        command: str,
        metrics: Metrics = UNCOUNTED,
    ) -> None:
        self._client = client
        self._limits = limits
        self._command = command
        self._metrics = metrics

    async def ready(self, place: Place) -> None:
        """Wait for the limits of ``chat.postMessage``."""
        await self._limits.ready(place.workspace, place.channel)

    async def post(self, place: Place, message: Reply, reader: Reader, key: PostKey) -> Posted:
        """Post by ``chat.postMessage`` (scopes ``chat:write``, ``im:write``), straight to a user's id."""
        drawn = draw(message, reader, self._command)
        try:
            client = await self._client(place.workspace)
            answer = await post_message(
                client,
                {
                    "channel": place.channel,
                    "text": drawn.text,
                    "blocks": drawn.blocks,
                    "metadata": {"event_type": EVENT, "event_payload": key._asdict()},
                    "unfurl_links": False,
                    "unfurl_media": False,
                    **({"thread_ts": place.thread} if place.thread else {}),
                },
            )
            posted = Posted(str(answer["channel"]), str(answer["ts"]))
        except Exception as error:
            failed = self._failed(place, error)
            self._metrics.post(_outcome(failed))
            raise failed from None
        finally:
            self._limits.sent(place.workspace, place.channel)
        if posted.channel != place.channel:
            self._limits.sent(place.workspace, posted.channel)  # a user's conversation goes by two ids
        self._metrics.post("posted")
        return posted

    async def find(self, place: Place, key: PostKey, since: datetime) -> Posted | None:
        """Look in ``conversations.history``, for a thread in ``conversations.replies``.

        Both need the optional scope of the kind of conversation, ``im:history`` and so on; the channel of a
        direct message comes from ``conversations.open`` (scope ``im:write``).
        """
        try:
            found = await self._look(place, key, since)
        except Exception as error:
            failed = _looking(error)
            if failed.error not in NOTHING_THERE:
                self._metrics.lookup("may-not" if isinstance(failed, MissingScope) else _outcome(failed))
                raise failed from None
            found = None
        self._metrics.lookup("found" if found else "absent")
        return found

    async def _look(self, place: Place, key: PostKey, since: datetime) -> Posted | None:
        client = await self._client(place.workspace)
        channel = await _channel(client, place)
        async for message in _messages(client, channel, place.thread, (since - SKEW).timestamp()):
            if _key(message) == key:
                return Posted(channel, str(message["ts"]))
        return None

    def _failed(self, place: Place, error: Exception) -> SlackFailed:
        failed = error if isinstance(error, SlackFailed) else failure(error)
        if failed.error in {"ratelimited", "rate_limited"}:
            self._limits.refused(place.workspace, failed.retry_after)
        if not failed.passing and not failed.in_doubt:
            failed.permanent = permanent(failed.error)
        if failed.permanent is Unpostable.CHANNEL_GONE and _is_user(place):
            failed.permanent = Unpostable.USER_GONE
        return failed


def _outcome(failed: SlackFailed) -> str:
    if failed.in_doubt:
        return "in-doubt"
    return "passing" if failed.passing else "refused"


def _is_user(place: Place) -> bool:
    return place.channel.startswith(("U", "W"))


async def _channel(client: AsyncWebClient, place: Place) -> str:
    """The id that can be read by: Slack takes a user's for posting alone."""
    if not _is_user(place):
        return place.channel
    return str((await client.conversations_open(users=place.channel))["channel"]["id"])


async def _messages(
    client: AsyncWebClient, channel: str, thread: str, oldest: float
) -> AsyncIterator[Mapping[str, Any]]:
    """What stands there since ``oldest``, and the latest in any case; or all that stands in that thread."""
    method: Callable[..., Awaitable[AsyncSlackResponse]] = client.conversations_history
    where: dict[str, Any] = {"channel": channel}
    if thread:
        method, where = client.conversations_replies, {**where, "ts": thread}
    async for page in pages(method, **where, include_all_metadata=True, limit=LATEST):
        messages = page["messages"]
        for message in messages:
            yield message
        if messages and not thread and float(messages[-1]["ts"]) < oldest:  # the newest come first
            return


def _key(message: Mapping[str, Any]) -> PostKey | None:
    """What a message is known by, if this bot wrote it to be found."""
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    if "bot_id" not in message or metadata.get("event_type") != EVENT or "key" not in payload:
        return None
    return PostKey(payload["key"], payload.get("part", 0))


def _looking(error: Exception) -> SlackFailed:
    """What went wrong while looking: nothing was done, so whatever broke may pass."""
    failed = error if isinstance(error, SlackFailed) else failure(error)
    if failed.error in MAY_NOT_LOOK:
        return MissingScope(error=failed.error)
    failed.passing, failed.in_doubt = failed.passing or failed.in_doubt, False
    return failed
