"""Stop a digest that cannot go on by itself, and say so once."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.core.audience import Refusal
from bot.core.audit import AuditAction, Deed
from bot.core.errors import BotError, SignInOver, SlackFailed
from bot.core.people import SlackUser
from bot.core.replies.digests import DigestPaused
from bot.core.replies.stewardship import DigestResumed
from bot.core.signin import Ending, Why
from bot.core.slots import NO_HOLIDAYS, Holidays, next_due
from bot.core.subscription import State, Subscription
from bot.services.channels.rights import ChannelRights
from bot.services.digests.composed import reader_of
from bot.services.ports import Admins, Audit, Clock, Links, Messenger
from bot.services.ports import SignIns as SignInStore
from bot.services.ports.digests import Subscriptions

__all__ = ["Pausing"]

log = logging.getLogger(__name__)


class Pausing:
    """The use case. A pause ends when the owner sets the digest anew or switches it on."""

    def __init__(
        self,
        *,
        subscriptions: Subscriptions,
        links: Links,
        sign_ins: SignInStore,
        messenger: Messenger,
        admins: Admins,
        rights: ChannelRights,
        audit: Audit,
        clock: Clock,
        holidays: Callable[[str | None], Holidays] = lambda _: NO_HOLIDAYS,
    ) -> None:
        self._subscriptions = subscriptions
        self._links = links
        self._sign_ins = sign_ins
        self._messenger = messenger
        self._audit = audit
        self._clock = clock
        self._admins = admins
        self._rights = rights
        self._holidays = holidays

    async def pause(self, subscription: Subscription, error: BotError) -> None:
        """Pause it and tell its owner why; where Slack takes nothing for them, they see it when they ask."""
        await self.stop(subscription, error.error if isinstance(error, SlackFailed) else error.code)

    async def stop(self, subscription: Subscription, reason: str) -> None:
        """The same for a reason that is no error: a :class:`~bot.core.audience.Refusal`, say."""
        current = await self._subscriptions.get(subscription.id)  # its owner may have changed it meanwhile
        if current is None or current.state is not State.ON:
            return
        now = self._clock.now()
        paused = replace(current, state=State.PAUSED, reason=reason, since=now, snoozed_until=None)
        if paused.team and reason == Refusal.OPENED:  # whoever turns it on again accepts that
            paused = replace(paused, team=replace(paused.team, is_private=False))
        await self._subscriptions.put(paused, None)
        owner = current.owner if current.owner.user else None  # a channel may have none any more
        deed = Deed(now, AuditAction.DIGEST_PAUSED, None, owner, subscription.channel, reason)
        await self._audit.record(deed)
        log.warning("digest %s is paused: %s", subscription.id, reason, extra={"action": "digest.paused"})
        await self._tell(paused, DigestPaused(reason, subscription.channel))

    async def go_on(self, subscription: Subscription) -> None:
        """What paused a channel's is over by itself: it goes on where it was, and its owner is told."""
        current, now = await self._subscriptions.get(subscription.id), self._clock.now()
        if current is None or (current.state, current.reason) != (State.PAUSED, subscription.reason):
            return
        going = replace(current, state=State.ON, reason="", since=now, considered_until=now)
        holidays = self._holidays(going.schedule.country)
        await self._subscriptions.put(going, next_due(going.schedule, going.zone, now, holidays))
        owner = current.owner if current.owner.user else None
        what, why = subscription.channel, subscription.reason
        await self._audit.record(Deed(now, AuditAction.DIGEST_RESUMED, None, owner, what, why))
        log.info("digest %s goes on: %s is over", subscription.id, why, extra={"action": "digest.resumed"})
        await self._tell(going, DigestResumed(subscription.channel))

    async def _tell(self, subscription: Subscription, notice: DigestPaused | DigestResumed) -> None:
        """Its owner; where it has none, the admins who may know of the channel."""
        owner = subscription.owner
        for user in [owner] if owner.user else await self._who_may_know(subscription):
            try:
                await self._messenger.tell(user, notice, replace(reader_of(subscription), user=user.user))
            except SlackFailed as failed:
                log.warning("not told of a pause: %s", failed.error, extra={"action": "digest.untold"})

    async def _who_may_know(self, subscription: Subscription) -> Sequence[SlackUser]:
        """The admins; of a channel that is or may be private, those who are in it."""
        place, team = subscription.place, subscription.team
        admins = await self._admins.of_workspace(subscription.owner.workspace)
        if place is None or (team and team.is_private is False):
            return admins
        return [each for each in admins if await self._rights.may_look(each, place)]

    async def sign_in_over(self, user: SlackUser, why: Why) -> None:
        """Mark the sign-in as over: the keep-alive tells the user, once.

        One that should be good is the keep-alive's to look at next, which finds out whose fault that is: in a
        wave of digests it would be everybody's before it was known that the tenant takes nobody's ticket.
        """
        link, now = await self._links.get(user), self._clock.now()
        if link is None or link.ending or await self._sign_ins.trouble(link.tenant):
            return
        if why is Why.REFUSED and link.refresh_token is None:
            await self._sign_ins.put_off(user, now, SignInOver.code, now)
        else:
            await self._sign_ins.end(user, Ending(now, why), told=False)
