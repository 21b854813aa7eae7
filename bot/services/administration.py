"""What admins see and do: who is linked, how the digests are doing, and unlinking somebody."""

import logging

from bot.core.errors import BotError, NotAnAdmin, SlackFailed
from bot.core.people import SlackChannel, SlackUser
from bot.core.replies import DigestList, LinkList, UnlinkedByAdmin, UnlinkedOther
from bot.core.typed.commands import AdminCommand, ListDigests, ListLinks, UnlinkOther
from bot.services.access import Access
from bot.services.channels.rights import ChannelRights
from bot.services.leaving import Leaving
from bot.services.ports import Clock, Messenger, Overviews, People, SignIns
from bot.services.readers import Readers

__all__ = ["Administration"]

log = logging.getLogger(__name__)

#: Links or digests on a page.
LISTED = 20


class Administration:
    """For admins of the workspace and those whom the settings name; each time it is asked who is one."""

    def __init__(
        self,
        *,
        store: SignIns,
        overviews: Overviews,
        leaving: Leaving,
        people: People,
        readers: Readers,
        messenger: Messenger,
        clock: Clock,
        access: Access,
        rights: ChannelRights,
    ) -> None:
        self._store = store
        self._overviews = overviews
        self._leaving = leaving
        self._people = people
        self._readers = readers
        self._messenger = messenger
        self._clock = clock
        self._access = access
        self._rights = rights

    async def reply(
        self, command: AdminCommand, admin: SlackUser, offset: int
    ) -> LinkList | DigestList | UnlinkedOther:
        """The reply to a command. Raises :class:`NotAnAdmin` and :class:`~bot.core.errors.SlackFailed`."""
        await self._require_admin(admin)
        match command:
            case ListLinks():
                return await self._links(admin, offset)
            case ListDigests():
                return await self._digests(admin, offset)
            case UnlinkOther(user):
                return await self._unlink(admin, user)

    async def _links(self, admin: SlackUser, offset: int) -> LinkList:
        """Who is linked in the admin's own workspace, those first whose sign-in is over or failing."""
        states = [state for state in await self._store.all() if state.user.workspace == admin.workspace]
        offset = min(offset, max(0, (len(states) - 1) // LISTED * LISTED))
        failing = sum(state.ending is not None or state.outcome not in ("", "ok") for state in states)
        page = tuple(states[offset : offset + LISTED])
        return LinkList(page, len(states), failing, self._clock.now(), offset)

    async def _digests(self, admin: SlackUser, offset: int) -> DigestList:
        """How the digests of the admin's own workspace are doing, those first that need somebody.

        Nothing of a private channel's that the admin is not in.
        """
        now = self._clock.now()
        found = await self._overviews.standings(admin.workspace, now, offset, LISTED)
        if not found.page and found.total:  # there were more when the button was drawn
            offset = (found.total - 1) // LISTED * LISTED
            found = await self._overviews.standings(admin.workspace, now, offset, LISTED)
        places = [SlackChannel(admin.workspace, each.channel) for each in found.page if each.channel]
        may_see = dict(zip(places, await self._rights.may_look_at(admin, places), strict=True))
        shown = tuple(
            each for each in found.page if may_see.get(SlackChannel(admin.workspace, each.channel), True)
        )
        return DigestList(shown, found.total, found.paused, now, offset, len(found.page) - len(shown))

    async def _unlink(self, admin: SlackUser, user: str) -> UnlinkedOther:
        """Delete somebody's link and all that goes with it, and tell them."""
        other = SlackUser(admin.workspace, user)
        was_linked = await self._leaving.unlink(other, admin)
        if was_linked:
            log.info("%s unlinked %s", admin.user, other.user, extra={"action": "admin.unlink"})
            await self._tell(other, admin)
        return UnlinkedOther(user, was_linked)

    async def _require_admin(self, user: SlackUser) -> None:
        if not self._access.is_admin(user) and not (await self._people.profile(user)).is_admin:
            raise NotAnAdmin

    async def _tell(self, user: SlackUser, admin: SlackUser) -> None:
        try:
            reader = await self._readers.reader(user)
            await self._messenger.tell(user, UnlinkedByAdmin(admin.user), reader)
        except (SlackFailed, BotError) as error:
            log.warning("not told of being unlinked: %s", error, extra={"action": "admin.untold"})
