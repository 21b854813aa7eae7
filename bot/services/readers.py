"""Who reads a reply: their zone and language, as Slack tells them."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

from bot.core.people import Profile, SlackUser
from bot.core.replies import Reader
from bot.services.ports import People

__all__ = ["Readers"]

log = logging.getLogger(__name__)

#: How long a reply waits for Slack to tell about its reader.
PATIENCE_SECONDS = 3


class Readers:
    """Knows readers, and goes on without Slack. ``zone`` tells a workspace's, for those of unknown zone."""

    def __init__(self, people: People, zone: Callable[[str], ZoneInfo]) -> None:
        self._people = people
        self._zone = zone

    async def reader(self, user: SlackUser) -> Reader:
        """The user's zone and language, as Slack told them last if it does not answer now.

        Where it never told any, they are the tenant's zone, which the reply says, and English.
        """
        return self._of(user, await self.profile(user) or self._people.known(user))

    def known(self, user: SlackUser) -> Reader:
        """The same without asking Slack, for what cannot wait."""
        return self._of(user, self._people.known(user))

    def _of(self, user: SlackUser, profile: Profile | None) -> Reader:
        if profile and profile.zone:
            return Reader(ZoneInfo(profile.zone), profile.locale, user.user)
        unknown = Reader(self._zone(user.workspace), user=user.user, zone_is_assumed=True)
        return replace(unknown, locale=profile.locale) if profile else unknown

    async def profile(self, user: SlackUser) -> Profile | None:
        """What Slack tells of the user, if it does so soon: no answer waits for it."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self._people.profile(user)
        except Exception as error:
            log.warning("no profile: %s", type(error).__name__, extra={"action": "command.profile"})
            return None
