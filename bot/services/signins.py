"""Ask SuperOffice as a user: with a ticket that it takes, or the certainty that it takes it no more."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from bot.core.errors import CrmRefused, NotLinked, SignInOver, TicketRefused
from bot.core.people import Link, SlackUser
from bot.core.signin import Ending, KeepAlivePolicy, Why
from bot.services.access import Access
from bot.services.failures import log_unexpected
from bot.services.ports import Clock, Crm, Links
from bot.services.ports import SignIns as Store
from bot.services.refreshing import Refresher

__all__ = ["SignIns"]

log = logging.getLogger(__name__)

T = TypeVar("T")

#: Once a minute is enough to know when a user asked: it would be a write for each command.
NOTED_FOR = timedelta(minutes=1)


class SignIns:
    """Whatever asks SuperOffice as a user goes through here. ``chance`` is from 0 to 1, each time another."""

    def __init__(
        self,
        *,
        links: Links,
        store: Store,
        tenants: Mapping[str, Crm],
        access: Access,
        refresher: Refresher,
        clock: Clock,
        chance: Callable[[], float],
        policy: KeepAlivePolicy,
    ) -> None:
        self._links = links
        self._store = store
        self._tenants = tenants
        self._access = access
        self._refresher = refresher
        self._clock = clock
        self._chance = chance
        self._policy = policy

    async def use(self, user: SlackUser, ask: Callable[[Link], Awaitable[T]]) -> T:
        """Ask for something as the user, who asked for it.

        Raises :class:`NotLinked`, :class:`SignInOver`, of which the user is to be told now,
        :class:`~bot.core.errors.SealBroken`, and what ``ask`` raises but for :class:`TicketRefused`.
        """
        try:
            return await self._use(user, ask, asked=True)
        except SignInOver as over:
            if await self._is_to_be_marked(user):
                await self._store.end(user, Ending(self._clock.now(), over.why), told=True)
            raise

    async def use_unasked(self, user: SlackUser, ask: Callable[[Link], Awaitable[T]]) -> T:
        """The same when nobody waits for it. That a sign-in is over is the caller's to conclude."""
        return await self._use(user, ask, asked=False)

    def keep_at(self, used_at: datetime) -> datetime:
        """When a ticket that was used then is to be used next."""
        return self._policy.due_at(used_at, self._chance())

    async def _use(self, user: SlackUser, ask: Callable[[Link], Awaitable[T]], *, asked: bool) -> T:
        link = await self._links.get(user)
        if link is None:
            raise NotLinked
        if link.ending:
            raise SignInOver(why=link.ending.why)
        if not self._access.allows(link):
            raise NotLinked
        # SuperOffice renews the ticket when it takes the request, which is later.
        now = self._clock.now()
        link = await self._refresher.in_time(link)
        try:
            result = await ask(link)
        except TicketRefused as refused:
            if link.refresh_token is None:
                raise await self._judged(link, refused, now) from None
            result = await self._with_new_token(link, ask)
        await self._remember(link, now, asked=asked)
        return result

    async def _with_new_token(self, link: Link, ask: Callable[[Link], Awaitable[T]]) -> T:
        """Ask once more. If that is refused as well, it is not the user's sign-in that is wrong."""
        try:
            return await ask(await self._refresher.anew(link))
        except TicketRefused as refused:
            raise CrmRefused(**refused.params) from None

    async def _judged(self, link: Link, refused: TicketRefused, now: datetime) -> SignInOver | CrmRefused:
        """What a refusal means, by one probe: that may fail, too, and then nothing is certain.

        Which exception an expired ticket brings is not published: what sounds like it may be another one.
        """
        try:
            await self._tenants[link.tenant].me(link.ticket)
        except TicketRefused:
            over = now >= self._policy.dies_at(link.used_at)
            return SignInOver(why=Why.UNUSED if over else Why.REFUSED)
        log.warning("a ticket was refused once, then taken", extra={"action": "sign-in.doubt"})
        return CrmRefused(**refused.params)

    async def _remember(self, link: Link, now: datetime, *, asked: bool) -> None:
        """A store that cannot is no reason to lose the answer."""
        try:
            if not (asked and _is_noted(link, now)):
                keep_at = None if link.refresh_token else self.keep_at(now)
                await self._store.used(link.user, link.tenant, now, keep_at, asked=asked)
        except Exception as error:
            log_unexpected(error, "sign-in.unrecorded")

    async def _is_to_be_marked(self, user: SlackUser) -> bool:
        """Not where the tenant takes nobody's ticket: this one may be good again once it does."""
        link = await self._links.get(user)
        return link is not None and await self._store.trouble(link.tenant) is None


def _is_noted(link: Link, now: datetime) -> bool:
    return link.asked_at is not None and now - NOTED_FOR < link.asked_at <= now
