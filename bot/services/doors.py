"""What takes a link or a ticket: whoever has none is offered to link, and their command is kept."""

import logging
from collections.abc import Awaitable, Callable
from functools import partial

from bot.core.errors import NotLinked, SealBroken, SignInOver
from bot.core.people import Link
from bot.core.replies import Reply, Several
from bot.core.requests import Request
from bot.core.signin import Why
from bot.services.access import Access
from bot.services.offers import Offers
from bot.services.ports import Links
from bot.services.signins import SignIns

__all__ = ["Doors"]

log = logging.getLogger(__name__)


class Doors:
    """The ways in."""

    def __init__(self, links: Links, access: Access, sign_ins: SignIns, offers: Offers) -> None:
        self._links = links
        self._access = access
        self._sign_ins = sign_ins
        self._offers = offers

    async def with_ticket(
        self, request: Request, ask: Callable[[Link], Awaitable[Reply | Several]]
    ) -> Reply | Several:
        """What ``ask`` replies, which uses the ticket that it gets; else as :meth:`_or_offer`."""
        return await self._or_offer(request, partial(self._sign_ins.use, request.conversation.user, ask))

    async def with_link(
        self, request: Request, ask: Callable[[Link], Awaitable[Reply | Several]]
    ) -> Reply | Several:
        """What ``ask`` replies, which does not use the ticket itself; else as :meth:`_or_offer`."""

        async def reply() -> Reply | Several:
            link = await self._links.get(request.conversation.user)
            if link is None or not self._access.allows(link):
                raise NotLinked
            return await ask(link)

        return await self._or_offer(request, reply)

    async def _or_offer(
        self, request: Request, reply: Callable[[], Awaitable[Reply | Several]]
    ) -> Reply | Several:
        """The reply; the offer to link where there is no link, or its ticket is taken no more."""
        try:
            return await reply()
        except NotLinked:
            return await self._offers.offer(request, request.asked)
        except SignInOver as over:
            tenant = await self._offers.tenant_of(request.conversation.user)
            return await self._offers.offer(request, request.asked, tenant=tenant, ended=over.why)
        except SealBroken as error:
            log.error("a link does not open: %s", error, extra={"action": "link.sealed"})
            return await self._offers.offer(request, request.asked, ended=Why.REFUSED)
