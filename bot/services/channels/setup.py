"""Change a channel's digest: every change is written down, and announced in the channel."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot.core.audience import Channel
from bot.core.audit import AuditAction
from bot.core.channeldigest import ChannelSettings
from bot.core.errors import SlackFailed
from bot.core.people import SlackChannel, SlackUser
from bot.core.replies import Reader
from bot.core.replies.channels import (
    Announced,
    ChannelAnnouncement,
    ChannelDenied,
    ChannelRefused,
    ChannelRemoved,
)
from bot.core.replies.digests import DigestNone, DigestState
from bot.core.standing import Denied
from bot.core.subscription import State, Subscription
from bot.core.typed.channelcommands import RemoveChannel
from bot.core.typed.digestcommands import AddTimes, DropTimes, SetDigest, SnoozeDigest, SwitchDigest
from bot.services.digests.accounting import change, facts, is_changed
from bot.services.digests.guarding import ChannelGuard
from bot.services.digests.settings import DigestSettings
from bot.services.digests.teamsettings import settings_of
from bot.services.ports import Audit, Clock, Place, PostKey, Posts, Stewardship

__all__ = ["Change", "ChannelSetup"]

log = logging.getLogger(__name__)

#: What changes a channel's digest that there is.
Change = AddTimes | DropTimes | SwitchDigest | SnoozeDigest | RemoveChannel
#: What may be done to one whose settings come from a file.
Pause = SwitchDigest | SnoozeDigest
#: Seconds that an announcement waits for Slack's limits: what it tells of is done, and somebody waits.
PATIENCE_SECONDS = 5
#: What comes of a change.
Done = DigestState | DigestNone | ChannelRemoved


class ChannelSetup:
    """The use case. Who may is for the caller to know. ``token`` makes a key for an announcement."""

    def __init__(
        self,
        *,
        settings: DigestSettings,
        posts: Posts,
        guard: ChannelGuard,
        stewardship: Stewardship,
        audit: Audit,
        clock: Clock,
        token: Callable[[], str],
    ) -> None:
        self._settings = settings
        self._posts = posts
        self._guard = guard
        self._stewardship = stewardship
        self._audit = audit
        self._clock = clock
        self._token = token

    async def change(self, command: Change, place: SlackChannel, reader: Reader, by: SlackUser) -> Done:
        """Do it, in the name of its reader; ``by`` decided it. Raises ``BadCommand``."""
        return await self._accounted(place, reader, by, lambda: self._do(command, place, reader))

    async def draft(self, place: SlackChannel, reader: Reader, channel: Channel) -> Subscription:
        """What there is, or would be; whoever sets it up sees what the channel is now, and accepts that."""
        draft = await self._settings.draft(place, reader)
        return replace(draft, team=replace(settings_of(draft), is_private=channel.is_private))

    async def set(self, wanted: Subscription, place: SlackChannel, reader: Reader, by: SlackUser) -> Done:
        """Store what :meth:`DigestSettings.wanted` made of :meth:`draft`."""
        return await self._accounted(place, reader, by, lambda: self._settings.change(wanted, reader))

    async def refused(
        self, command: SetDigest | Change, place: SlackChannel
    ) -> ChannelDenied | ChannelRefused | None:
        """Why nobody may do that there: a file says how it is, or outsiders would read what comes.

        To stop a digest is always possible.
        """
        settings = settings_of(await self._settings.find(place))
        if settings.is_managed and not isinstance(command, Pause):
            return ChannelDenied(Denied.MANAGED, place.channel)
        if isinstance(command, SetDigest) or command == SwitchDigest(on=True):
            reason = await self._guard.allowed(place, settings)
            return ChannelRefused(reason, place.channel) if reason else None
        return None

    async def adopt(self, place: SlackChannel, reader: Reader, by: SlackUser) -> Done:
        """Make its reader its owner where it has none, as ``by`` decided; how it stands then."""
        found, owner = await self._settings.find(place), SlackUser(place.workspace, reader.user)
        if found and await self._stewardship.adopt(found.id, owner):
            await self._record(place, by, owner, {"has owner": False}, {"has owner": True})
            state = await self._settings.show(place)
            if isinstance(state, DigestState):
                await self._announce(Announced.ADOPTED, state, place, reader, by, settings_of(found))
        return await self._settings.show(place)

    async def _accounted(
        self, place: SlackChannel, reader: Reader, by: SlackUser, do: Callable[[], Awaitable[Done]]
    ) -> Done:
        """What is done, written down and announced if it changes anything."""
        before = await self._settings.find(place)
        state = await self._settings.show(place)
        reply = await do()
        after = await self._settings.find(place)
        if after and after.state is State.ON and not after.owner.user:  # whoever starts it looks after it
            await self._stewardship.adopt(after.id, by)
        if not is_changed(before, after):
            return reply
        await self._record(place, by, SlackUser(place.workspace, reader.user), facts(before), facts(after))
        told = reply if isinstance(reply, DigestState) else state
        if isinstance(told, DigestState):
            settings, is_other = settings_of(after or before), _tells_others(before, after)
            what = _what(before, after)
            is_told = await self._announce(what, told, place, reader, by, settings, tells_others=is_other)
            reply = _untold(reply) if not is_told else reply
        return reply

    async def _do(self, command: Change, place: SlackChannel, reader: Reader) -> Done:
        match command:
            case AddTimes(text):
                return await self._settings.add(place, text)
            case DropTimes(text):
                return await self._settings.drop(place, text)
            case SwitchDigest(on):
                return await self._settings.switch(place, reader, on=on)
            case SnoozeDigest(until):
                return await self._settings.snooze(place, until)
            case RemoveChannel():
                removed = await self._settings.remove(place)
                return ChannelRemoved(place.channel) if removed else self._settings.none(place)

    async def _record(
        self,
        place: SlackChannel,
        by: SlackUser,
        to: SlackUser,
        before: Mapping[str, object],
        after: Mapping[str, object],
    ) -> None:
        """What differs; and who had asked for it, if somebody else decided."""
        asked = None if by == to else to
        now, what = self._clock.now(), place.channel
        await self._audit.record(change(now, AuditAction.CHANNEL_CHANGED, by, asked, what, before, after))

    async def _announce(
        self,
        what: Announced,
        state: DigestState,
        place: SlackChannel,
        reader: Reader,
        by: SlackUser,
        settings: ChannelSettings,
        *,
        tells_others: bool = False,
    ) -> bool:
        """Tell the channel; ``False`` where Slack did not take it, or where others read along."""
        if refusal := await self._guard.allowed(place, settings):
            log.warning("not announced: %s", refusal, extra={"action": "channel.unannounced"})
            return False
        asker = reader.user if reader.user != by.user else ""
        announcement = ChannelAnnouncement(what, place.channel, by.user, state, asker, tells_others)
        where, everybody = Place(*place), Reader(state.zone, reader.locale)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._posts.ready(where)
            await self._posts.post(where, announcement, everybody, PostKey(self._token()))
        except (SlackFailed, TimeoutError) as failed:
            log.warning("not announced: %r", failed, extra={"action": "channel.unannounced"})
            return False
        return True


def _untold(reply: Done) -> Done:
    if isinstance(reply, ChannelRemoved):
        return replace(reply, is_untold=True)
    if isinstance(reply, DigestState) and reply.team:
        return replace(reply, team=replace(reply.team, is_untold=True))
    return reply


def _what(before: Subscription | None, after: Subscription | None) -> Announced:
    """What the difference comes to."""
    if before is None:
        return Announced.SET_UP
    if after is None:
        return Announced.REMOVED
    if before.state is not after.state:
        return Announced.RESUMED if after.state is State.ON else Announced.PAUSED
    if before.snoozed_until != after.snoozed_until:
        return Announced.SNOOZED if after.snoozed_until else Announced.RESUMED
    return Announced.CHANGED


def _tells_others(before: Subscription | None, after: Subscription | None) -> bool:
    """Whether it may tell other companies of those who share: by more than how they look."""
    if before is None or after is None:
        return False
    return replace(before.filter, style=None) != replace(after.filter, style=None)
