"""Tokens for the digests that are about to come, so that no wave of them waits for one."""

import asyncio
import logging
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from bot.core.errors import BotError, CrmError, CrmFailed
from bot.core.people import SlackUser
from bot.services.failures import log_unexpected
from bot.services.ports import Clock, Links, Online, Runner, SignIns
from bot.services.refreshing import MARGIN, Refresher

__all__ = ["RENEWAL", "Renewal"]

log = logging.getLogger(__name__)

#: How often it is looked whose digest comes soon.
RENEWAL = timedelta(minutes=1)
#: How long before a digest its owner's token is had anew, if it would end.
AHEAD = timedelta(minutes=10)
#: Tokens of a tenant that are had in one go, and how many at the same time: half of what all together may.
BATCH, AT_ONCE = 1000, 8
#: Where it failed, nobody tries again ahead of the digest for so long; the digest itself does, and concludes.
RETRY = AHEAD


class Renewal:
    """The use case, for each tenant on its own. It concludes nothing: that is for whoever needs the token."""

    def __init__(
        self,
        *,
        links: Links,
        store: SignIns,
        refresher: Refresher,
        online: Mapping[str, Online],
        runner: Runner,
        clock: Clock,
    ) -> None:
        self._links = links
        self._store = store
        self._refresher = refresher
        self._online = online
        self._runner = runner
        self._clock = clock
        self._running = set[str]()

    async def due(self) -> Sequence[str]:
        """The tenants of which somebody's token ends before their digest comes, soon."""
        if not self._online:
            return []
        due = await self._store.tenants_to_renew(*self._when())
        return [tenant for tenant in due if tenant in self._online]

    async def tick(self) -> None:
        """Begin with each tenant that is due and not under way. To be called every minute."""
        try:
            for tenant in await self.due():
                if tenant not in self._running:
                    self._running.add(tenant)
                    self._runner.spawn(partial(self._until_done, tenant))
        except Exception as error:
            log_unexpected(error, "renewal.tick")

    async def job(self, tenant: str) -> None:
        """What is due of a tenant, for whoever alone has it. It raises nothing but cancellation."""
        try:
            if await self._store.trouble(tenant) is None:
                users = deque(await self._store.to_renew(tenant, *self._when(), BATCH))
                await asyncio.gather(*(self._renew(users) for _ in range(AT_ONCE)))
        except Exception as error:
            log_unexpected(error, "renewal.failed")

    async def _until_done(self, tenant: str) -> None:
        try:
            await self.job(tenant)
        finally:
            self._running.discard(tenant)

    async def _renew(self, users: deque[SlackUser]) -> None:
        """Take one after another; none more once the tenant proves to be down."""
        while users:
            user = users.popleft()
            try:
                link = await self._links.get(user)
                if link and link.ending is None:
                    await self._refresher.anew(link)
            except BotError as error:
                log.info("no token ahead of a digest: %s", error.code, extra={"action": "renewal.put-off"})
                await self._store.put_off(user, self._clock.now(), error.code, None)
                if isinstance(error, CrmError) and not isinstance(error, CrmFailed):
                    users.clear()

    def _when(self) -> tuple[datetime, timedelta, datetime]:
        now = self._clock.now()
        return now + AHEAD, MARGIN, now - RETRY
