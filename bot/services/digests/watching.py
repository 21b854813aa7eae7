"""What Slack's events tell of channels that have a digest."""

import logging
from collections.abc import Awaitable, Callable
from functools import partial

from bot.core.channeldigest import DELETED, OVER_BY_ITSELF
from bot.core.people import SlackChannel, SlackUser
from bot.core.subscription import State, Subscription
from bot.services.digests.guarding import ChannelGuard
from bot.services.digests.pausing import Pausing
from bot.services.failures import log_unexpected
from bot.services.ports import Clock, People, Runner, Stewardship
from bot.services.ports.digests import Participants, Subscriptions

__all__ = ["LEFT_CHANNEL", "ChannelWatch"]

log = logging.getLogger(__name__)

#: Why a participant dropped out.
LEFT_CHANNEL = "left-channel"


class ChannelWatch:
    """Slack tells twice, late, in any order, or not at all: what counts is what it says when it is asked.

    So every event may come again: it finds everything done. Nothing here raises, or keeps Slack waiting.
    """

    def __init__(
        self,
        *,
        subscriptions: Subscriptions,
        participants: Participants,
        stewardship: Stewardship,
        guard: ChannelGuard,
        pausing: Pausing,
        people: People,
        runner: Runner,
        clock: Clock,
    ) -> None:
        self._subscriptions = subscriptions
        self._participants = participants
        self._stewardship = stewardship
        self._guard = guard
        self._pausing = pausing
        self._people = people
        self._runner = runner
        self._clock = clock

    def changed(self, place: SlackChannel) -> None:
        """It may be shared or not any more, archived, opened, called otherwise; or the bot came or went."""
        self._see_to(place, self._look)

    def deleted(self, place: SlackChannel) -> None:
        """It is gone for good."""
        self._see_to(place, lambda found: self._pausing.stop(found, DELETED))

    def moved(self, old: SlackChannel, new: str) -> None:
        """It has another id from now on."""
        self._runner.spawn(partial(self._guarded, partial(self._move, old, new)))

    def left(self, user: SlackUser, place: SlackChannel) -> None:
        """Somebody is not in it any more."""
        self._see_to(place, partial(self._leave, user))

    def joined(self, user: SlackUser, place: SlackChannel) -> None:
        """Somebody is in it now."""
        self._see_to(place, partial(self._join, user))

    def _see_to(self, place: SlackChannel, do: Callable[[Subscription], Awaitable[None]]) -> None:
        async def see_to() -> None:
            if found := await self._subscriptions.of_channel(place):
                await do(found)

        self._runner.spawn(partial(self._guarded, see_to))

    async def _guarded(self, do: Callable[[], Awaitable[None]]) -> None:
        try:
            await do()
        except Exception as error:
            log_unexpected(error, "channel.event")

    async def _look(self, found: Subscription) -> None:
        """What Slack does not tell now, it is asked again before the next post."""
        is_kept = found.state is State.PAUSED and found.reason in OVER_BY_ITSELF
        if found.state is not State.ON and not is_kept:
            return
        reason = await self._guard.refusal(found)
        if is_kept and reason is None:
            await self._pausing.go_on(found)
        elif not is_kept and reason and not reason.passes:
            await self._pausing.stop(found, reason)

    async def _move(self, old: SlackChannel, new: str) -> None:
        moved = await self._subscriptions.moved(old, new)
        if moved:
            log.info("channel %s is %s now", old.channel, new, extra={"action": "channel.moved"})
            await self._look(moved)

    async def _leave(self, user: SlackUser, found: Subscription) -> None:
        """Who shared does not any more; a digest whose owner it was needs another; a guest may be missed."""
        now = self._clock.now()
        if await self._participants.leave(found.id, user, now, LEFT_CHANNEL):
            log.info("a participant left channel %s", found.channel, extra={"action": "channel.left"})
        if found.owner == user:
            await self._stewardship.orphan(found.id, now)
        if found.state is State.PAUSED:
            await self._look(found)

    async def _join(self, user: SlackUser, found: Subscription) -> None:
        if (await self._people.profile(user)).is_guest:
            await self._look(found)
