"""What to reply to a command or a button."""

import logging
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta

from bot.core.command import Command, Help, LinkMe, ShowActivity, ShowMe, UnlinkMe, parse
from bot.core.errors import LinkNotAllowed, SealBroken, TicketRefused
from bot.core.people import Link, SlackUser
from bot.core.period import Period
from bot.core.replies import (
    HelpText,
    Kept,
    LinkOffer,
    Me,
    NotLinkedYet,
    Reader,
    Reply,
    Unlinked,
    UnlinkQuestion,
)
from bot.core.requests import Ask, Confirm, Decline, Page, Request
from bot.core.secret import Secret
from bot.services.activities import Activities, Tenant
from bot.services.linking import Invited, Linking
from bot.services.ports import Clock, Links
from bot.services.readers import Readers

__all__ = ["ONSITE_TICKET_LIFE", "Answers"]

log = logging.getLogger(__name__)

#: How long an onsite ticket lives without being used.
#: Source: docs.superoffice.com, "Authentication onsite": "valid for 6 hours … renewed to the full 6 hours".
ONSITE_TICKET_LIFE = timedelta(hours=6)


class Answers:
    """Works out replies. ``link_url`` makes the address of a one-time page."""

    def __init__(
        self,
        *,
        activities: Activities,
        tenants: Mapping[str, Tenant],
        linking: Linking,
        links: Links,
        readers: Readers,
        clock: Clock,
        link_url: Callable[[Invited], Secret],
        admins: Collection[str] = (),
    ) -> None:
        self._activities = activities
        self._tenants = tenants
        self._linking = linking
        self._links = links
        self._readers = readers
        self._clock = clock
        self._link_url = link_url
        self._admins = admins

    async def reply(self, request: Request, reader: Reader) -> Reply:
        """The reply to a request. Raises :class:`~bot.core.errors.BotError`."""
        user = request.conversation.user
        match request.wish:
            case Ask(text, page):
                return await self._command(parse(text), page, request, reader)
            case Confirm():
                return Unlinked() if await self._linking.unlink(user) else NotLinkedYet()
            case Decline():
                return Kept()

    async def _command(self, command: Command, page: Page, request: Request, reader: Reader) -> Reply:
        user = request.conversation.user
        match command:
            case Help(verb):
                return HelpText(verb)
            case LinkMe():
                return await self._offer(request, current=await self._name(user) or "")
            case UnlinkMe():
                name = await self._name(user)
                if name is None:  # an open page and what it keeps go at once: there is nothing to lose
                    await self._linking.unlink(user)
                    return NotLinkedYet()
                return UnlinkQuestion(name)
            case ShowMe():
                link = await self._links.get(user)
                return await self._me(link) if link else await self._not_linked(user)
            case ShowActivity(period):
                return await self._activity(period, page, request, reader)

    async def _activity(self, period: Period, page: Page, request: Request, reader: Reader) -> Reply:
        try:
            link = await self._links.get(request.conversation.user)
        except SealBroken as error:
            log.error("a link does not open: %s", error, extra={"action": "link.sealed"})
            return await self._offer(request, request.asked, ended=True)
        if link is None or link.tenant not in self._tenants:
            return await self._offer(request, request.asked)
        try:
            return await self._activities.answer(link, request.asked, period, reader, page)
        except TicketRefused:
            return await self._offer(request, request.asked, ended=True)

    async def _me(self, link: Link) -> Me:
        expires_at = link.used_at + ONSITE_TICKET_LIFE
        profile = await self._readers.profile(link.user)
        is_admin = link.user.user in self._admins or (profile is not None and profile.is_admin)
        tenant = self._tenants.get(link.tenant)
        return Me(
            principal=link.principal,
            linked_at=link.linked_at,
            expires_at=expires_at,
            ended=expires_at <= self._clock.now(),
            warnings=tuple(tenant.crm.warnings) if tenant and is_admin else (),
        )

    async def _not_linked(self, user: SlackUser) -> NotLinkedYet:
        pending = await self._linking.pending(user)
        return NotLinkedYet(pending.expires_at if pending else None)

    async def _name(self, user: SlackUser) -> str | None:
        """As whom a user is linked. A link whose seal is broken can still be replaced and deleted."""
        try:
            link = await self._links.get(user)
        except SealBroken:
            return ""
        return link.principal.full_name if link else None

    async def _offer(
        self, request: Request, asked: str = "", *, current: str = "", ended: bool = False
    ) -> LinkOffer:
        """Invite the user to the one-time page; what they ``asked`` is answered once they are linked."""
        to = request.conversation
        profile = await self._readers.profile(to.user)
        if profile and (profile.is_guest or profile.is_deleted):
            raise LinkNotAllowed
        invited = await self._linking.invite(to.user, asked, to.channel, to.response_url)
        return LinkOffer(
            url=self._link_url(invited),
            expires_at=invited.expires_at,
            command=invited.command,
            current=current,
            ended=ended,
        )
