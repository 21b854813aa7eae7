"""Keep onsite tickets alive: use each now and then, and find out in time which are over."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.core.errors import BotError, CrmError, CrmFailed, NotLinked, SealBroken, SignInOver
from bot.core.people import Link, SlackUser
from bot.core.signin import ONSITE_TICKET_LIFE, Ending, KeepAlivePolicy, Why
from bot.services.failures import log_unexpected
from bot.services.notices import Notices
from bot.services.ports import Clock, Crm
from bot.services.ports import SignIns as Store
from bot.services.signins import SignIns

__all__ = ["KeepAlive"]

log = logging.getLogger(__name__)

#: Tickets that are looked at in one go.
BATCH = 100
#: A ticket that was neither taken nor refused is tried again after so long.
RETRY = timedelta(minutes=5)
#: How many others are asked for before a whole tenant is said to take nobody's ticket.
OTHERS = 3


class KeepAlive:
    """The use case, for each tenant on its own: one that is slow or down holds up no other."""

    def __init__(
        self,
        *,
        tenants: Mapping[str, Crm],
        sign_ins: SignIns,
        store: Store,
        notices: Notices,
        clock: Clock,
        policy: KeepAlivePolicy,
    ) -> None:
        self._tenants = tenants
        self._sign_ins = sign_ins
        self._store = store
        self._notices = notices
        self._clock = clock
        self._policy = policy

    async def due(self) -> Sequence[str]:
        """The tenants at which there is something to do."""
        now = self._clock.now()
        due = await self._store.tenants_due(now, now - self._policy.let_go_after)
        return [tenant for tenant in due if tenant in self._tenants]

    async def tick(self, tenant: str) -> None:
        """Use what is due, conclude what is over, tell whom it concerns. To be called every minute.

        It raises nothing: what fails is tried again at a later tick.
        """
        try:
            if await self._store.trouble(tenant) is None or await self._takes_tickets(tenant, but=()):
                await self._keep(tenant)
            await self._notices.deliver()
        except Exception as error:
            log_unexpected(error, "keep-alive.failed")

    async def _keep(self, tenant: str) -> None:
        now = self._clock.now()
        if gone := await self._store.let_go(tenant, now, now - self._policy.let_go_after):
            log.info("let go: %s", gone, extra={"action": "keep-alive.let-go"})
        while users := await self._users_due(tenant):
            round_ = _Round(self, tenant)
            await round_.run(users)
            await self._conclude(tenant, round_.over)
            if round_.down or len(users) < BATCH:
                return

    async def _users_due(self, tenant: str) -> Sequence[SlackUser]:
        now = self._clock.now()
        return await self._store.due(tenant, now, now - self._policy.let_go_after, BATCH)

    async def use(self, tenant: str, user: SlackUser) -> None:
        """Use a user's ticket: ask who it belongs to, the cheapest question that needs one."""

        async def ask(link: Link) -> None:
            await self._tenants[tenant].me(link.ticket)

        await self._sign_ins.use_unasked(user, ask)

    async def put_off(self, user: SlackUser, error: BotError) -> None:
        """Try again in a few minutes."""
        now = self._clock.now()
        await self._store.put_off(user, now, error.code, now + RETRY)

    @property
    def at_once(self) -> int:
        """How many tickets of a tenant are used at the same time."""
        return self._policy.at_once

    async def _conclude(self, tenant: str, over: Mapping[SlackUser, Why]) -> None:
        """Mark what is over. Where it should not be, somebody else's ticket tells whose fault."""
        now = self._clock.now()
        unforeseen = [user for user, why in over.items() if why is not Why.UNUSED]
        if unforeseen and not await self._takes_tickets(tenant, but=unforeseen):
            for user in unforeseen:
                await self._store.put_off(user, now, SignInOver.code, now + RETRY)
        else:
            unforeseen = []
        for user, why in over.items():
            if user not in unforeseen:
                await self._store.end(user, Ending(now, why), told=False)
                log.info("a sign-in is over: %s", why, extra={"action": "sign-in.over"})

    async def _takes_tickets(self, tenant: str, but: Sequence[SlackUser]) -> bool:
        """Whether the tenant takes the ticket of anybody but these, whose tickets it refused.

        If it refuses those of several and takes nobody's, that is trouble of the tenant's, and admins hear of
        it, once. If there is nobody else, it is not.
        """
        alive_since = self._clock.now() - ONSITE_TICKET_LIFE
        others = await self._store.latest(tenant, alive_since, len(but) + OTHERS)
        refused = max(0, len(but) - 1)
        for user in [user for user in others if user not in but][:OTHERS]:
            try:
                await self.use(tenant, user)
            except (SignInOver, NotLinked, SealBroken):
                refused += 1
            except CrmError:
                return False  # it tells nothing: another time
            else:
                return True
        trouble = await self._store.trouble(tenant)
        if not refused:
            return trouble is None
        if trouble is None and await self._store.begin_trouble(tenant, self._clock.now()):
            self._notices.trouble(tenant, self._clock.now())
        return False


class _Round:
    """One batch: so many at once, none more once the tenant proves to be down."""

    def __init__(self, keep_alive: KeepAlive, tenant: str) -> None:
        self._keep_alive = keep_alive
        self._tenant = tenant
        self._at_once = asyncio.Semaphore(keep_alive.at_once)
        self.over: dict[SlackUser, Why] = {}
        self.down = False

    async def run(self, users: Sequence[SlackUser]) -> None:
        """Use their tickets, the most urgent first."""
        await asyncio.gather(*map(self._use, users))

    async def _use(self, user: SlackUser) -> None:
        async with self._at_once:
            if self.down:
                return
            try:
                await self._keep_alive.use(self._tenant, user)
            except SignInOver as over:
                self.over[user] = over.why
            except CrmFailed as error:  # it answered, of this user alone
                await self._keep_alive.put_off(user, error)
            except CrmError as error:
                self.down = True
                log.warning("not kept alive for now: %s", error, extra={"action": "keep-alive.down"})
            except (NotLinked, SealBroken) as error:
                await self._keep_alive.put_off(user, error)
