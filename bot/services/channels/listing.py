"""Which channels have a digest: nothing of a private one is told to who is not in it."""

from collections.abc import Callable
from dataclasses import replace
from itertools import compress

from bot.core.people import SlackChannel, SlackUser
from bot.core.replies.channels import ChannelList, ChannelRow
from bot.core.slots import NO_HOLIDAYS, Holidays, next_fires
from bot.core.subscription import State, Subscription
from bot.core.typed.scheduletext import schedule_text
from bot.services.channels.rights import ChannelRights, Seen
from bot.services.ports import Clock, Participants, Subscriptions

__all__ = ["Listing"]

#: Channels on a list, at most. Slack is asked about each.
MOST = 30


class Listing:
    """The use case."""

    def __init__(
        self,
        *,
        subscriptions: Subscriptions,
        participants: Participants,
        rights: ChannelRights,
        clock: Clock,
        holidays: Callable[[str | None], Holidays] = lambda _: NO_HOLIDAYS,
    ) -> None:
        self._subscriptions = subscriptions
        self._participants = participants
        self._rights = rights
        self._clock = clock
        self._holidays = holidays

    async def seen_by(self, user: SlackUser, seen: Seen, *, is_admin: bool) -> ChannelList:
        """This channel's, if the user may see it; for admins, those of all that they may see."""
        here = SlackChannel(user.workspace, seen.channel.id)
        own = await self._subscriptions.of_channel(here) if seen.standing.may_look else None
        rows = [await self._row(own)] if own else []
        if not is_admin:
            return ChannelList(tuple(rows))
        others = [
            each
            for each in await self._subscriptions.of_workspace(user.workspace)
            if each.channel != here.channel
        ]
        places = [SlackChannel(user.workspace, each.channel) for each in others[:MOST]]
        may_look = await self._rights.may_look_at(user, places)
        rows += [await self._row(each) for each in compress(others, may_look)]
        more = max(0, len(others) - MOST) + may_look.count(None)
        return ChannelList(tuple(rows), is_whole=True, more=more)

    async def _row(self, subscription: Subscription) -> ChannelRow:
        now, schedule = self._clock.now(), subscription.schedule
        after = subscription.quiet_until(now)
        fires = next_fires(schedule, subscription.zone, after, 1, self._holidays(schedule.country))
        return ChannelRow(
            channel=subscription.channel,
            state=subscription.state,
            schedule=schedule_text(replace(schedule, zone=None)),
            zone=subscription.zone,
            participants=len(await self._participants.of(subscription.id)),
            owner=subscription.owner.user,
            next=next(iter(fires), None) if subscription.state is State.ON else None,
            reason=subscription.reason,
        )
