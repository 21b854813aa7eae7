"""Access tokens of SuperOffice CRM Online live an hour: have a new one in time, once for each user."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from weakref import WeakValueDictionary

from bot.core.errors import BotError, NotLinked, SignInOver
from bot.core.onlineerrors import AppRefused, ConsentWithdrawn
from bot.core.people import Link, SlackUser
from bot.core.secret import Secret
from bot.core.signin import Why
from bot.services.notices import Notices
from bot.services.ports import Clock, Links, Online, SignIns

__all__ = ["Refresher"]

#: A token that ends within so long is not used any more: the call itself takes time, and clocks differ.
MARGIN = timedelta(minutes=5)
#: Who has a new token has so long for it; then they are taken for dead. A second one would do no harm.
LEASE = timedelta(seconds=30)
#: Seconds between two looks whether somebody else has it.
LOOK = 0.1
#: New tokens that are asked of a tenant at the same time.
AT_ONCE = 16


class Refresher:
    """Users wait for their own refresh alone, and all who wait for the same one get the same token: those in
    this process by a lock, and the same failure; those in others by the row of the link, which says that
    somebody is at it.

    Where SuperOffice does not take the app itself, admins hear of it once.
    """

    def __init__(
        self,
        links: Links,
        store: SignIns,
        online: Mapping[str, Online],
        clock: Clock,
        notices: Notices,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._links = links
        self._store = store
        self._online = online
        self._clock = clock
        self._notices = notices
        self._sleep = sleep
        self._refreshing: WeakValueDictionary[SlackUser, _Turns] = WeakValueDictionary()
        self._at_once: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(AT_ONCE))

    async def in_time(self, link: Link) -> Link:
        """The link, with a new access token if its own ends soon; an onsite one as it is.

        Raises :class:`SignInOver` and ``CrmError``.
        """
        ends_at = link.token_expires_at
        if ends_at is None or ends_at - MARGIN > self._clock.now():
            return link
        return await self.anew(link)

    async def anew(self, link: Link) -> Link:
        """The link with another access token than it has."""
        turns = self._refreshing.setdefault(link.user, _Turns())
        async with turns.alone(link.ticket):
            while True:
                async with self._at_once[link.tenant]:
                    current = await self._links.get(link.user)
                    if current is None:
                        raise NotLinked
                    if current.ticket != link.ticket:
                        return current  # somebody else has just had a new one
                    now = self._clock.now()
                    if await self._store.begin_refresh(current, now, now + LEASE):
                        return await self._alone(current)
                await self._sleep(LOOK)  # another process is at it: others have the place meanwhile

    async def _alone(self, link: Link) -> Link:
        try:
            return await self._refreshed(link)
        except BaseException:
            with suppress(Exception):  # the lease ends by itself
                await self._store.give_up_refresh(link.user)
            raise

    async def _refreshed(self, link: Link) -> Link:
        online = self._online.get(link.tenant)
        if online is None or link.refresh_token is None:
            raise SignInOver(why=Why.REFUSED)
        try:
            tokens = await online.refresh(link.refresh_token)
        except ConsentWithdrawn:
            raise SignInOver(why=Why.WITHDRAWN) from None
        except AppRefused:
            await self._notices.app_refused(link.tenant, self._clock.now())
            raise
        fresh = replace(link, ticket=tokens.access, token_expires_at=tokens.expires_at)
        await self._store.refreshed(fresh)
        return fresh


class _Turns:
    """Of those who want a new token for the same user.

    A refresh ends with whoever is at it, when the bot stops, say: the lease is given up while there is a
    database. So it is no :class:`~bot.singleflight.SingleFlight`, which goes on.
    """

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._here = 0
        self._failed: tuple[Secret, BotError] | None = None

    @asynccontextmanager
    async def alone(self, ticket: Secret) -> AsyncIterator[None]:
        """Alone, in the place of that ticket; or raise what went wrong meanwhile for whoever had the same.

        The last to go takes what went wrong along: it holds the frames of all who heard of it.
        """
        before = self._failed
        self._here += 1
        try:
            async with self._lock:
                if self._failed is not before and self._failed and self._failed[0] == ticket:
                    raise self._failed[1]
                try:
                    yield
                except BotError as error:
                    self._failed = ticket, error
                    raise
        finally:
            self._here -= 1
            if not self._here:
                self._failed = None
