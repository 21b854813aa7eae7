"""Who shares what with a channel: each sees exactly that before anything is shared, and may stop any time."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.core.audit import AuditAction, Deed
from bot.core.channeldigest import SHARES_ALL, Narrowing
from bot.core.people import Link, SlackChannel, SlackUser
from bot.core.replies import Reader, Reply, Several
from bot.core.replies.channels import ChannelDenied, Consent, Consented, ShareForm
from bot.core.standing import Denied
from bot.core.subscription import Participant, Subscription
from bot.core.typed.channelcommands import ALL_OF_MINE, TypedShare
from bot.services.channels.own import Own
from bot.services.channels.rights import Seen
from bot.services.digests.settings import DigestSettings
from bot.services.ports import Audit, Clock, Participants, Subscriptions

__all__ = ["Consenting", "WithTicket"]

#: Does something as a linked user, with their ticket; replies how to link if they are not.
WithTicket = Callable[[Callable[[Link], Awaitable[Reply | Several]]], Awaitable[Reply | Several]]

#: Companies that one can choose from in the form, and categories.
CHOICES = 100


class Consenting:
    """The use case. That the user may look at the channel is for the caller to know."""

    def __init__(
        self,
        *,
        settings: DigestSettings,
        subscriptions: Subscriptions,
        participants: Participants,
        own: Own,
        audit: Audit,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._subscriptions = subscriptions
        self._participants = participants
        self._own = own
        self._audit = audit
        self._clock = clock

    async def join(
        self,
        user: SlackUser,
        seen: Seen,
        share: TypedShare,
        reader: Reader,
        with_ticket: WithTicket,
        *,
        now: bool,
    ) -> Reply | Several:
        """Show what joining shares; with ``now`` it was seen, and is done."""
        subscription = await self._sharable(user, seen)
        if not isinstance(subscription, Subscription):
            return subscription

        async def ask(link: Link) -> Reply:
            narrowing = await self._own.narrowing(link, share, reader)
            if now:
                return await self._share(link, subscription, narrowing, reader)
            mine = await self.participation(subscription, user)
            if mine and share == ALL_OF_MINE:  # nothing is to be changed by asking
                narrowing = mine.narrowing
            return await self._shown(link, subscription, narrowing, is_shared=mine is not None)

        return await with_ticket(ask)

    async def narrow(
        self, user: SlackUser, seen: Seen, share: TypedShare | None, reader: Reader, with_ticket: WithTicket
    ) -> Reply | Several:
        """Share only that from now on; ``None``: the form. Who shares nothing yet sees what it would be."""
        subscription = await self._sharable(user, seen)
        if not isinstance(subscription, Subscription):
            return subscription
        mine = await self.participation(subscription, user)
        if share is None:
            return await with_ticket(lambda link: self._form(link, subscription, mine, reader))
        return await self.join(user, seen, share, reader, with_ticket, now=mine is not None)

    async def leave(self, user: SlackUser, place: SlackChannel) -> Consent:
        """Share nothing any more. It takes no right: also who is not in the channel any more may."""
        subscription = await self._settings.find(place)
        now = self._clock.now()
        left = subscription is not None and await self._participants.leave(subscription.id, user, now, "left")
        if left:
            await self._record(AuditAction.CHANNEL_LEFT, user, place.channel)
        others = await self._others(user, place.channel)
        return Consent(place.channel, done=Consented.LEFT if left else Consented.NOT_JOINED, others=others)

    async def mine(self, user: SlackUser, place: SlackChannel, with_ticket: WithTicket) -> Reply | Several:
        """What the user shares with this channel, and with which others."""
        subscription = await self._settings.find(place)
        mine = await self.participation(subscription, user) if subscription else None
        if subscription is None or mine is None:
            return Consent(place.channel, others=await self._others(user, place.channel))
        return await with_ticket(lambda link: self._shown(link, subscription, mine.narrowing, is_shared=True))

    async def participation(self, subscription: Subscription, user: SlackUser) -> Participant | None:
        """The user's share in a digest."""
        found = await self._participants.of(subscription.id)
        return next((each for each in found if each.user == user), None)

    async def _sharable(self, user: SlackUser, seen: Seen) -> Subscription | Reply:
        """The channel's digest; or why the user cannot share with it."""
        place = SlackChannel(user.workspace, seen.channel.id)
        subscription = await self._settings.find(place)
        if subscription is None:
            return self._settings.none(place)
        return subscription if seen.is_in else ChannelDenied(Denied.NOT_IN_CHANNEL, place.channel)

    async def _share(
        self, link: Link, subscription: Subscription, narrowing: Narrowing, reader: Reader
    ) -> Consent:
        now = self._clock.now()
        if await self._participants.join(subscription.id, link.user, now, narrowing):
            action, done = AuditAction.CHANNEL_JOINED, Consented.JOINED
        else:
            await self._participants.narrow(subscription.id, link.user, narrowing)
            action, done = AuditAction.CHANNEL_NARROWED, Consented.NARROWED
        await self._record(action, link.user, subscription.channel, narrowing)
        shown = await self._shown(link, subscription, narrowing, is_shared=True)
        return replace(shown, done=done)

    async def _shown(
        self,
        link: Link,
        subscription: Subscription,
        narrowing: Narrowing,
        *,
        is_shared: bool,
    ) -> Consent:
        companies = await self._own.companies(link) if narrowing.never else {}
        return Consent(
            channel=subscription.channel,
            share=_line(narrowing),
            only=narrowing.only.categories,
            never=tuple(companies.get(id_, str(id_)) for id_ in sorted(narrowing.never)),
            preview=None if narrowing.is_lost else await self._own.preview(link, subscription, narrowing),
            is_shared=is_shared,
            others=await self._others(link.user, subscription.channel),
            is_lost=narrowing.is_lost,
        )

    async def _form(
        self, link: Link, subscription: Subscription, mine: Participant | None, reader: Reader
    ) -> ShareForm:
        narrowing = mine.narrowing if mine else SHARES_ALL
        seen = await self._own.companies(link)
        kept = {id_: seen.get(id_, str(id_)) for id_ in sorted(narrowing.never)}
        companies = list({**kept, **seen}.items())[:CHOICES]
        known = await self._own.known_categories(link, reader)
        categories = dict.fromkeys((*narrowing.only.categories, *known))
        return ShareForm(
            channel=subscription.channel,
            categories=tuple(categories)[:CHOICES],
            only=narrowing.only.categories,
            companies=tuple(sorted(companies, key=lambda each: each[1].casefold())),
            never=tuple(kept),
            is_shared=mine is not None,
        )

    async def _others(self, user: SlackUser, channel: str) -> tuple[str, ...]:
        found = await self._subscriptions.of_participant(user)
        return tuple(each.channel for each in found if each.channel and each.channel != channel)

    async def _record(
        self, action: AuditAction, user: SlackUser, channel: str, narrowing: Narrowing | None = None
    ) -> None:
        """How much is kept back is written down, not what."""
        shares = (
            {"categories": len(narrowing.only.categories), "never": len(narrowing.never)} if narrowing else {}
        )
        await self._audit.record(Deed(self._clock.now(), action, user, user, channel, after=shares))


def _line(narrowing: Narrowing) -> str:
    """As it can be typed; companies by their ids, which no two share."""
    return TypedShare(narrowing.only, tuple(map(str, sorted(narrowing.never)))).line
