"""Who reads along: one rule for what is shared, and for channels' digests."""

import logging
from collections.abc import Awaitable, Callable

from bot.core.audience import Channel, Crowd, Refusal, refusal
from bot.core.errors import SlackFailed
from bot.core.people import SlackChannel
from bot.services.ports import Channels

__all__ = ["Audience"]

log = logging.getLogger(__name__)

#: Whether an admin approved that guests read along, given what the channel is; it may raise ``SlackFailed``.
Approved = Callable[[], Awaitable[bool]]


async def nobody_approved() -> bool:
    """Guests may not read along."""
    return False


class Audience:
    """Asks Slack about a channel each time: it may have become another since."""

    def __init__(self, channels: Channels) -> None:
        self._channels = channels

    async def refusal(self, place: SlackChannel, approved: Approved = nobody_approved) -> Refusal | None:
        """Why nothing may be said there; ``None`` where it may. What cannot be asked is refused, too."""
        return (await self.seen(place, approved))[0]

    async def seen(
        self, place: SlackChannel, approved: Approved = nobody_approved
    ) -> tuple[Refusal | None, Channel, Crowd]:
        """The same, and what Slack told; of whatever it did not tell, nothing."""
        channel, crowd = Channel(place.channel), Crowd()
        try:
            channel = await self._channels.look(place)
            if reason := refusal(channel):
                return reason, channel, crowd
            crowd = await self._channels.crowd(place)
            may_read = crowd.guests > 0 and await approved()
            return refusal(channel, crowd, guests_may_read=may_read), channel, crowd
        except SlackFailed as error:
            log.warning(
                "channel %s stays unknown: %s", place.channel, error, extra={"action": "audience.unknown"}
            )
            return Refusal.UNKNOWN, channel, crowd
