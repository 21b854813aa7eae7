"""Somebody looks after each channel's digest. Where nobody does any more, the channel is asked who will."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.core.audit import AuditAction, Deed
from bot.core.channeldigest import DELETED, ORPHANED
from bot.core.errors import SlackFailed
from bot.core.replies.stewardship import ChannelImported, OwnerSought
from bot.core.subscription import State, Subscription
from bot.core.typed.scheduletext import schedule_text
from bot.services.digests.composing import reader_of
from bot.services.digests.guarding import ChannelGuard
from bot.services.digests.pausing import Pausing
from bot.services.digests.watching import LEFT_CHANNEL
from bot.services.failures import log_unexpected
from bot.services.ports import Audit, Channels, Clock, Place, PostKey, Posts, Stewardship
from bot.services.ports.digests import Participants, Subscriptions

__all__ = ["TIME_TO_ADOPT", "Stewarding"]

log = logging.getLogger(__name__)

#: How long a digest goes on without an owner.
TIME_TO_ADOPT = timedelta(days=14)
#: How long what a deleted channel had is kept, for whoever looks after the bot.
KEPT_AFTER_DELETION = timedelta(days=30)
#: How often it is looked who left without an event's having told of it.
DAILY = timedelta(days=1)
#: So many channels are looked at in one go: Slack's limits are for those who post as well.
AT_A_TIME = 20


class Stewarding:
    """The use case. ``token`` makes a key for a message."""

    def __init__(
        self,
        *,
        subscriptions: Subscriptions,
        participants: Participants,
        stewardship: Stewardship,
        guard: ChannelGuard,
        pausing: Pausing,
        channels: Channels,
        posts: Posts,
        audit: Audit,
        clock: Clock,
        token: Callable[[], str],
    ) -> None:
        self._subscriptions = subscriptions
        self._participants = participants
        self._stewardship = stewardship
        self._guard = guard
        self._pausing = pausing
        self._channels = channels
        self._posts = posts
        self._audit = audit
        self._clock = clock
        self._token = token
        self._looked_at = clock.now() - DAILY
        #: Where nobody looked yet today.
        self._unseen = list[int]()

    async def tick(self) -> None:
        """See to the digests without an owner. To be called every now and then; it raises nothing."""
        now = self._clock.now()
        if now - self._looked_at >= DAILY:
            self._looked_at, self._unseen = now, [*await self._stewardship.all()]
        seen, self._unseen = self._unseen[:AT_A_TIME], self._unseen[AT_A_TIME:]
        await self._each(seen, self._look_who_left)
        await self._each(seen, self._clear, State.PAUSED)
        await self._each(await self._stewardship.orphans(), self._see_to)
        await self._each(await self._stewardship.imported(), self._announce)

    async def _each(
        self, ids: Sequence[int], do: Callable[[Subscription], Awaitable[None]], state: State = State.ON
    ) -> None:
        for id_ in ids:
            try:
                found = await self._subscriptions.get(id_)
                if found and found.state is state:
                    await do(found)
            except SlackFailed as error:
                log.warning("channel not looked at: %s", error, extra={"action": "steward.unknown"})
            except Exception as error:
                log_unexpected(error, "steward.failed")

    async def _look_who_left(self, found: Subscription) -> None:
        """What no event told: the bot may have been away. Raises :class:`SlackFailed`."""
        place, now = found.place, self._clock.now()
        if place is None or not (await self._channels.look(place)).is_member:
            return
        members = (await self._channels.crowd(place)).members
        for participant in await self._participants.of(found.id):
            if participant.user.user not in members:
                await self._participants.leave(found.id, participant.user, now, LEFT_CHANNEL)
        if found.owner.user and found.owner.user not in members:
            await self._stewardship.orphan(found.id, now)

    async def _clear(self, found: Subscription) -> None:
        """Nobody can remove the digest of a channel that is gone: there is no place to do it in."""
        now = self._clock.now()
        is_old = found.since is not None and now - found.since >= KEPT_AFTER_DELETION
        if found.reason == DELETED and is_old and await self._subscriptions.remove(found.id):
            await self._audit.record(Deed(now, AuditAction.CHANNEL_CLEARED, what=found.channel, why=DELETED))

    async def _see_to(self, found: Subscription) -> None:
        """Ask the channel once; after two weeks, stop."""
        team, now = found.team, self._clock.now()
        if team is None or team.orphaned_since is None:
            return
        if now - team.orphaned_since >= TIME_TO_ADOPT:
            await self._pausing.stop(found, ORPHANED)
            await self._say(found, replace(_sought(found), is_over=True))
        elif team.owner_sought_at is None:
            await self._seek(found)

    async def _seek(self, found: Subscription) -> None:
        is_ours = await self._stewardship.seek(found.id, self._clock.now())
        if is_ours and not await self._say(found, _sought(found)):
            await self._stewardship.unsought(found.id)

    async def _announce(self, found: Subscription) -> None:
        """What a file changed, which the channel must hear."""
        at = found.team and found.team.imported_at
        schedule = schedule_text(replace(found.schedule, zone=None))
        message = ChannelImported(found.channel, schedule, found.zone)
        if at and await self._stewardship.told(found.id) and not await self._say(found, message):
            await self._stewardship.untold(found.id, at)

    async def _say(self, found: Subscription, message: OwnerSought | ChannelImported) -> bool:
        """Tell the channel, once; ``False`` where Slack did not take it."""
        place = Place(found.owner.workspace, found.channel)
        try:
            await self._posts.ready(place)
            if await self._guard.refusal(found):
                return False
            await self._posts.post(place, message, reader_of(found), PostKey(self._token()))
        except SlackFailed as failed:
            log.warning("a channel was not asked: %s", failed, extra={"action": "steward.unsaid"})
            return failed.in_doubt
        return True


def _sought(found: Subscription) -> OwnerSought:
    since = found.team.orphaned_since if found.team else None
    return OwnerSought(found.channel, since + TIME_TO_ADOPT if since else None)
