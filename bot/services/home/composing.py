"""What somebody's Home tab shows: read from what is stored; nothing is asked of SuperOffice for it."""

from collections.abc import Sequence
from dataclasses import replace

from bot.core.errors import SealBroken
from bot.core.overview import Glance
from bot.core.people import Profile, SlackUser
from bot.core.replies import Me, ProofRow
from bot.core.replies.home import Home, HomeChannel, Newcomer
from bot.services.access import Access
from bot.services.digests.proving import Proving
from bot.services.digests.settings import DigestSettings
from bot.services.ports import Clock, Links, Overviews, SavedFilters
from bot.services.readers import Readers
from bot.services.whoami import Whoami

__all__ = ["HomeComposer"]

#: So many of each are listed; the commands list all.
MOST_LAST, MOST_CHANNELS, MOST_FILTERS = 5, 10, 10


class HomeComposer:
    """The use case. Who is an admin is asked of Slack; where it does not say, nobody is."""

    def __init__(
        self,
        *,
        links: Links,
        overviews: Overviews,
        filters: SavedFilters,
        settings: DigestSettings,
        proving: Proving,
        whoami: Whoami,
        access: Access,
        readers: Readers,
        clock: Clock,
    ) -> None:
        self._links = links
        self._overviews = overviews
        self._filters = filters
        self._settings = settings
        self._proving = proving
        self._whoami = whoami
        self._access = access
        self._readers = readers
        self._clock = clock

    async def compose(self, user: SlackUser) -> Home:
        """All of it, as of now."""
        now, profile = self._clock.now(), await self._readers.profile(user)
        if profile and (profile.is_guest or profile.is_deleted):
            return Home(now, newcomer=Newcomer.GUEST)
        home = Home(now, glance=await self._glance(user, profile))
        if not self._access.tenants(user.workspace):
            return replace(home, newcomer=Newcomer.NO_TENANT)
        channels, filters = await self._channels(user), await self._filters.of(user)
        return replace(
            home,
            me=await self._me(user, profile),
            digest=await self._settings.show(user),
            last=await self._last(user),
            channels=tuple(channels[:MOST_CHANNELS]),
            filters=tuple(filters[:MOST_FILTERS]),
            more_channels=max(0, len(channels) - MOST_CHANNELS),
            more_filters=max(0, len(filters) - MOST_FILTERS),
        )

    async def _me(self, user: SlackUser, profile: Profile | None) -> Me | None:
        try:
            link = await self._links.get(user)
        except SealBroken:  # whoever links again mends it
            return None
        return self._whoami.me(link, profile) if link else None

    async def _last(self, user: SlackUser) -> tuple[ProofRow, ...]:
        found = await self._settings.find(user)
        return (await self._proving.history(found, MOST_LAST)).rows if found else ()

    async def _channels(self, user: SlackUser) -> Sequence[HomeChannel]:
        """Whoever shares is in the channel: who leaves it shares no more, by Slack's event and once a day."""
        shared = {each.id: each for each in await self._overviews.shared_by(user)}
        set_up = {each.id: each for each in await self._overviews.of(user) if each.channel}
        return [
            HomeChannel(standing, is_shared=id_ in shared, is_owner=id_ in set_up)
            for id_, standing in (shared | set_up).items()
        ]

    async def _glance(self, user: SlackUser, profile: Profile | None) -> Glance | None:
        """Of troubles, those of tenants that the workspace may use."""
        if not (self._access.is_admin(user) or (profile and profile.is_admin)):
            return None
        glance = await self._overviews.glance(user.workspace, self._clock.now())
        ours = self._access.tenants(user.workspace)
        return replace(glance, troubles=tuple(each for each in glance.troubles if each[0] in ours))
