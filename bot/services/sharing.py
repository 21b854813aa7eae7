"""Sharing an answer in a channel: only where nobody reads along who may not."""

import asyncio
import logging
from collections.abc import Mapping

from bot.core.audience import Refusal
from bot.core.audit import AuditAction, Deed
from bot.core.errors import PostUncertain, SlackFailed
from bot.core.people import SlackChannel, SlackUser
from bot.core.replies import NotShared, Reader, Shared, SharedPage
from bot.services.audience import Audience
from bot.services.failures import log_unexpected
from bot.services.ports import Audit, Channels, Clock

__all__ = ["Sharing"]

log = logging.getLogger(__name__)

#: What Slack says where it does not let the bot post.
#: Source: docs.slack.dev, the errors of ``chat.postMessage``.
_REFUSALS = {
    "not_in_channel": Refusal.NOT_INVITED,
    "channel_not_found": Refusal.NOT_INVITED,
    "is_archived": Refusal.ARCHIVED,
}


class Sharing:
    """The use case. The channel may have become another since the button was drawn: it is asked about."""

    def __init__(self, channels: Channels, audience: Audience, audit: Audit, clock: Clock) -> None:
        self._channels = channels
        self._audience = audience
        self._audit = audit
        self._clock = clock

    async def refused(self, place: SlackChannel) -> NotShared | None:
        """Why nothing may be shared there; ``None`` where it may. What cannot be asked is refused, too."""
        reason = await self._audience.refusal(place)
        return _not_shared(reason, place.channel) if reason else None

    async def share(self, page: SharedPage, place: SlackChannel, reader: Reader) -> Shared | NotShared:
        """Post a page, after asking about the channel once more.

        Raises :class:`SlackFailed`, and :class:`PostUncertain` where it may have been posted all the same.
        """
        if refused := await self.refused(place):
            return refused
        try:
            ts = await self._channels.post(place, page, reader)
        except SlackFailed as error:
            if reason := _refusal(error.error):
                return _not_shared(reason, place.channel)
            raise (PostUncertain(error=error.error) if error.in_doubt else error) from None
        except asyncio.CancelledError:  # the time is up, or the bot is being stopped
            raise PostUncertain(error="cancelled") from None
        by = SlackUser(place.workspace, page.sharer)
        await self._account(AuditAction.ANSWER_SHARED, by, place, {"companies": len(page.answer.rows)})
        log.info("shared in channel %s", place.channel, extra={"action": "share.done"})
        return Shared(place.channel, ts)

    async def unshare(self, place: SlackChannel, ts: str, by: SlackUser) -> None:
        """Delete what was shared. Raises :class:`SlackFailed`."""
        await self._channels.delete(place, ts)
        await self._account(AuditAction.ANSWER_UNSHARED, by, place, {})
        log.info("deleted from channel %s what was shared", place.channel, extra={"action": "share.deleted"})

    async def _account(
        self, action: AuditAction, by: SlackUser, place: SlackChannel, how: Mapping[str, object]
    ) -> None:
        """It is done: a log that cannot be written is no reason to say otherwise."""
        try:
            await self._audit.record(Deed(self._clock.now(), action, by, what=place.channel, after=how))
        except Exception as error:
            log_unexpected(error, "share.unrecorded")


def _refusal(said: str) -> Refusal | None:
    """Why Slack does not take a post there; ``None`` for other errors."""
    return Refusal.RESTRICTED if said.startswith("restricted_action") else _REFUSALS.get(said)


def _not_shared(reason: Refusal, channel: str) -> NotShared:
    log.info("not shared in channel %s: %s", channel, reason, extra={"action": "share.refused"})
    return NotShared(reason, channel)
