"""Sharing an answer in a channel: only where nobody reads along who may not."""

import logging

from bot.core.audience import Refusal, refusal
from bot.core.errors import SlackFailed
from bot.core.replies import NotShared, Reader, Shared, SharedPage
from bot.services.ports import Channels

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
    """Asks Slack about a channel each time: it may have become another since the button was drawn."""

    def __init__(self, channels: Channels) -> None:
        self._channels = channels

    async def refused(self, channel: str) -> NotShared | None:
        """Why nothing may be shared there; ``None`` where it may. What cannot be asked is refused, too."""
        try:
            looked = await self._channels.look(channel)
            reason = refusal(looked, guests=False)
            if reason is None:
                reason = refusal(looked, guests=await self._channels.has_guests(channel))
        except SlackFailed as error:
            log.warning("a channel stays unknown: %s", error, extra={"action": "share.unknown"})
            reason = Refusal.UNKNOWN
        if reason:
            log.info("not shared: %s", reason, extra={"action": "share.refused"})
        return NotShared(reason, channel) if reason else None

    async def share(self, page: SharedPage, channel: str, reader: Reader) -> Shared | NotShared:
        """Post a page, after asking about the channel once more.

        Raises :class:`SlackFailed` where it is not known whether it was posted.
        """
        if refused := await self.refused(channel):
            return refused
        try:
            ts = await self._channels.post(channel, page, reader)
        except SlackFailed as error:
            said = str(error.params.get("error", ""))
            reason = Refusal.RESTRICTED if said.startswith("restricted_action") else _REFUSALS.get(said)
            if reason is None:
                raise
            return NotShared(reason, channel)
        log.info("shared", extra={"action": "share.done"})
        return Shared(channel, ts)

    async def unshare(self, channel: str, ts: str) -> None:
        """Delete what was shared. Raises :class:`SlackFailed`."""
        await self._channels.delete(channel, ts)
        log.info("deleted what was shared", extra={"action": "share.deleted"})
