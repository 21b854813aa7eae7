"""Stop a digest that cannot go on by itself, and say so once."""

import logging
from dataclasses import replace

from bot.core.audience import Refusal
from bot.core.audit import AuditAction, Deed
from bot.core.errors import BotError, SlackFailed
from bot.core.people import SlackUser
from bot.core.replies.digests import DigestPaused
from bot.core.signin import Ending, Why
from bot.core.subscription import State, Subscription
from bot.services.digests.composing import reader_of
from bot.services.ports import Audit, Clock, Links, Messenger
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
        audit: Audit,
        clock: Clock,
    ) -> None:
        self._subscriptions = subscriptions
        self._links = links
        self._sign_ins = sign_ins
        self._messenger = messenger
        self._audit = audit
        self._clock = clock

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
        owner = subscription.owner if subscription.owner.user else None  # a channel's may have none any more
        deed = Deed(now, AuditAction.DIGEST_PAUSED, None, owner, subscription.channel, reason)
        await self._audit.record(deed)
        log.warning("digest %s is paused: %s", subscription.id, reason, extra={"action": "digest.paused"})
        try:
            notice = DigestPaused(reason, subscription.channel)
            await self._messenger.tell(subscription.owner, notice, reader_of(subscription))
        except SlackFailed as failed:
            log.warning("its owner was not told: %s", failed.error, extra={"action": "digest.untold"})

    async def sign_in_over(self, user: SlackUser, why: Why) -> None:
        """Mark the sign-in as over: the keep-alive tells the user, once.

        Not where the tenant takes nobody's ticket: this one may be good again once it does.
        """
        link = await self._links.get(user)
        if link and link.ending is None and await self._sign_ins.trouble(link.tenant) is None:
            await self._sign_ins.end(user, Ending(self._clock.now(), why), told=False)
