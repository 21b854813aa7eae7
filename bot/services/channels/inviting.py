"""Ask people to share with a channel, each in a direct message. Nobody shares anything by being asked."""

import asyncio
import logging
from itertools import compress

from bot.core.audit import AuditAction, Deed
from bot.core.errors import SlackFailed
from bot.core.people import SlackChannel, SlackUser
from bot.core.replies.channels import ChannelInvitation, ChannelInvited
from bot.core.replies.digests import DigestNone
from bot.services.channels.rights import ChannelRights
from bot.services.digests.settings import DigestSettings
from bot.services.ports import Audit, Clock, Messenger, Participants
from bot.services.readers import Readers

__all__ = ["Inviting"]

log = logging.getLogger(__name__)

#: People who are asked at once.
MOST = 50
#: Of them, so many at the same time: Slack is asked four questions for each, while somebody waits.
AT_ONCE = 8


class Inviting:
    """The use case. Only who is in the channel is asked: nobody else is to hear of it."""

    def __init__(
        self,
        *,
        settings: DigestSettings,
        participants: Participants,
        rights: ChannelRights,
        messenger: Messenger,
        readers: Readers,
        audit: Audit,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._participants = participants
        self._rights = rights
        self._messenger = messenger
        self._readers = readers
        self._audit = audit
        self._clock = clock

    async def invite(
        self, by: SlackUser, place: SlackChannel, users: tuple[str, ...], decided_by: SlackUser | None = None
    ) -> ChannelInvited | DigestNone:
        """Ask them, as ``by`` wished; who is not in the channel, a guest or shares already is left out."""
        subscription = await self._settings.find(place)
        if subscription is None:
            return self._settings.none(place)
        sharing = {each.user for each in await self._participants.of(subscription.id)}
        at_once = asyncio.Semaphore(AT_ONCE)

        async def ask(user: str) -> bool:
            async with at_once:
                return await self._ask(SlackUser(by.workspace, user), place, by)

        others = [user for user in users[:MOST] if SlackUser(by.workspace, user) not in sharing]
        told = await asyncio.gather(*map(ask, others))
        asked = list(compress(others, told))
        who, to = (decided_by, by) if decided_by else (by, None)
        count = {"asked": len(asked)}
        deed = Deed(self._clock.now(), AuditAction.CHANNEL_INVITED, who, to, place.channel, after=count)
        await self._audit.record(deed)
        left_out = tuple(user for user in users if user not in asked)
        return ChannelInvited(place.channel, tuple(asked), left_out)

    async def _ask(self, user: SlackUser, place: SlackChannel, by: SlackUser) -> bool:
        try:
            seen = await self._rights.of(user, place)
            if not seen.is_in or not seen.standing.may_look:
                return False
            reader = await self._readers.reader(user)
            await self._messenger.tell(user, ChannelInvitation(place.channel, by.user), reader)
        except SlackFailed as error:
            log.warning("not asked to share: %s", error, extra={"action": "channel.uninvited"})
            return False
        return True
