"""Who may do what with a channel's digest: asked of Slack each time, and nobody where it does not say."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.audience import Channel
from bot.core.errors import SlackFailed
from bot.core.people import SlackChannel, SlackUser
from bot.core.standing import Standing, standing
from bot.services.access import Access
from bot.services.ports import Channels, People

__all__ = ["ChannelRights", "Seen"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """What Slack says of a user and a channel, just now."""

    standing: Standing
    channel: Channel
    #: The user is in it.
    is_in: bool


class ChannelRights:
    """The use case. Profiles are minutes old at most; the channel, its creator and who is in it are not."""

    def __init__(self, people: People, channels: Channels, access: Access) -> None:
        self._people = people
        self._channels = channels
        self._access = access

    async def of(self, user: SlackUser, place: SlackChannel) -> Seen:
        """Who a user is to a channel. Raises :class:`~bot.core.errors.SlackFailed`.

        Of a channel that the bot is not in, Slack does not tell it who is.
        """
        profile = await self._people.profile(user)
        channel = await self._channels.look(place)
        is_in = channel.is_member and not channel.is_direct and await self._channels.is_in(place, user)
        is_app_admin = self._access.is_admin(user)
        return Seen(standing(profile, channel, is_in=is_in, is_app_admin=is_app_admin), channel, is_in)

    async def may_look(self, user: SlackUser, place: SlackChannel) -> bool | None:
        """Whether a user may see that there is such a channel; ``None``: Slack does not tell, so not now."""
        try:
            return (await self.of(user, place)).standing.may_look
        except SlackFailed as error:
            log.warning("a channel stays unknown: %s", error, extra={"action": "channel.unlisted"})
            return None

    async def may_look_at(self, user: SlackUser, places: Sequence[SlackChannel]) -> Sequence[bool | None]:
        """The same of several, all at once: each may wait for Slack's limit for as long as anybody waits."""
        return await asyncio.gather(*(self.may_look(user, place) for place in places))

    async def is_admin(self, user: SlackUser) -> bool:
        """Whether a user is an admin of the workspace or of this bot. Raises what :meth:`of` does."""
        profile = await self._people.profile(user)
        if profile.is_guest or profile.is_deleted:
            return False
        return profile.is_admin or self._access.is_admin(user)
