"""Answer what people type and press: one request in, one reply out, whatever goes wrong."""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.command import Command, Help, LinkMe, ShowActivity, ShowMe, UnlinkMe, normalise, parse
from bot.core.errors import (
    BadCommand,
    BotError,
    Busy,
    CrmTimedOut,
    LinkNotAllowed,
    Restarting,
    SealBroken,
    TicketRefused,
)
from bot.core.people import Link, Profile, SlackUser
from bot.core.period import Period
from bot.core.replies import Busy as BusyReply
from bot.core.replies import (
    CannotRead,
    Failed,
    HelpText,
    Kept,
    Linked,
    LinkOffer,
    Me,
    NotLinkedYet,
    Reader,
    Reply,
    Unlinked,
    UnlinkQuestion,
)
from bot.core.requests import FIRST, Ask, Confirm, Conversation, Decline, Page, Request
from bot.core.secret import Secret
from bot.services.activities import Activities, Tenant
from bot.services.failures import log_unexpected
from bot.services.linking import Invited, Linking
from bot.services.linking import Linked as LinkedNow
from bot.services.ports import (
    Clock,
    Deliveries,
    Links,
    Messenger,
    People,
    Runner,
)

__all__ = ["ONSITE_TICKET_LIFE", "Commands"]

log = logging.getLogger(__name__)

#: How long an onsite ticket lives without being used.
#: Source: docs.superoffice.com, "Authentication onsite": "valid for 6 hours … renewed to the full 6 hours".
ONSITE_TICKET_LIFE = timedelta(hours=6)

#: How long an answer waits for Slack to tell its reader's zone and language.
PROFILE_SECONDS = 3


class Commands:
    """Takes requests, answers them after the acknowledgement."""

    def __init__(
        self,
        *,
        activities: Activities,
        tenants: Mapping[str, Tenant],
        linking: Linking,
        links: Links,
        deliveries: Deliveries,
        people: People,
        messenger: Messenger,
        runner: Runner,
        clock: Clock,
        link_url: Callable[[Invited], Secret],
        reference: Callable[[], str],
        admins: Collection[str] = (),
        patience: timedelta = timedelta(seconds=25),
    ) -> None:
        self._activities = activities
        self._tenants = tenants
        self._linking = linking
        self._links = links
        self._deliveries = deliveries
        self._people = people
        self._messenger = messenger
        self._runner = runner
        self._clock = clock
        self._link_url = link_url
        self._reference = reference
        self._admins = admins
        self._patience = patience

    async def take(self, request: Request) -> Reply | None:
        """Accept a request to be answered later.

        When the queue is full, a typed command gets the reply to be said in the acknowledgement; a button's
        acknowledgement cannot say anything, so that reply goes the usual way.
        """
        now = self._clock.now()
        if not await self._is_first(request.delivery, now):
            log.info("a delivery came twice", extra={"action": "command.repeated"})
            return None
        request = replace(request, received_at=now)
        if not _asks_the_crm(request):
            self._runner.spawn(lambda: self.answer(request))
            return None
        try:
            self._runner.submit(lambda: self.answer(request))
        except Busy:
            log.warning("the queue is full", extra={"action": "command.busy"})
            if not request.replace:
                return BusyReply()
            self._runner.spawn(lambda: self._say_busy(request))
        return None

    async def answer(self, request: Request) -> None:
        """Work out the reply and send it. It raises nothing but cancellation, and tells the user of that."""
        try:
            reader = await self._reader(request.conversation.user)
            try:
                reply = await self._in_time(request, reader)
            except Exception as error:
                reply = self._failed(error, request)
            # What failed is said beside the page whose button was pressed: nothing on it is lost.
            replace_it = request.replace and not isinstance(reply, Failed)
            await self._say(request.conversation, reply, reader, replace=replace_it)
        except asyncio.CancelledError:
            reply = self._failed(Restarting(), request)
            await self._say(request.conversation, reply, self._assumed(), replace=False)
            raise

    async def _is_first(self, delivery: str, now: datetime) -> bool:
        """Whether a delivery is new. A store that cannot tell is no reason to leave it unanswered."""
        try:
            return await self._deliveries.first(delivery, now)
        except Exception as error:
            log_unexpected(error, "command.unrecorded", self._reference())
            return True

    async def _say_busy(self, request: Request) -> None:
        reader = await self._reader(request.conversation.user)
        await self._say(request.conversation, BusyReply(), reader, replace=False)

    async def linked(self, done: LinkedNow) -> None:
        """Say in Slack that linking worked, then answer what was asked before it."""
        invitation = done.invitation
        conversation = Conversation(invitation.user, invitation.channel, invitation.response_url)
        reader = await self._reader(invitation.user)
        said = Linked(done.link.principal, invitation.command)
        await self._say(conversation, said, reader, replace=True)
        if invitation.command:
            await self.answer(Request("", conversation, Ask(invitation.command)))

    async def _say(self, to: Conversation, reply: Reply, reader: Reader, *, replace: bool) -> None:
        try:
            await self._messenger.reply(to, reply, reader, replace=replace)
        except Exception as error:
            log_unexpected(error, "reply.lost", self._reference())

    async def _in_time(self, request: Request, reader: Reader) -> Reply:
        waited = self._clock.now() - request.received_at if request.received_at else timedelta(0)
        remaining = (self._patience - waited).total_seconds()
        if remaining <= 0:
            raise Busy
        try:
            async with asyncio.timeout(remaining):
                return await self._reply(request, reader)
        except TimeoutError as error:
            raise CrmTimedOut(seconds=round(self._patience.total_seconds())) from error

    async def _reply(self, request: Request, reader: Reader) -> Reply:
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
                return await self._offer(request, current=await self._name(user))
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
            return await self._offer(request, wanted=True, ended=True)
        if link is None or link.tenant not in self._tenants:
            return await self._offer(request, wanted=True)
        try:
            return await self._activities.answer(link, _asked(request), period, reader, page)
        except TicketRefused:
            return await self._offer(request, wanted=True, ended=True)

    async def _me(self, link: Link) -> Me:
        expires_at = link.used_at + ONSITE_TICKET_LIFE
        profile = await self._profile(link.user)
        is_admin = link.user.user in self._admins or (profile is not None and profile.is_admin)
        tenant = self._tenants.get(link.tenant)
        return Me(
            principal=link.principal,
            tenant=link.tenant,
            linked_at=link.linked_at,
            used_at=link.used_at,
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
        self, request: Request, *, current: str | None = None, wanted: bool = False, ended: bool = False
    ) -> LinkOffer:
        """Invite the user to the one-time page; what they asked for is answered once they are linked."""
        asked = _asked(request) if wanted else ""
        to = request.conversation
        profile = await self._profile(to.user)
        if profile and (profile.is_guest or profile.is_deleted):
            raise LinkNotAllowed
        invited = await self._linking.invite(to.user, asked, to.channel, to.response_url)
        return LinkOffer(
            url=self._link_url(invited),
            expires_at=invited.expires_at,
            command=invited.command,
            current=current or "",
            ended=ended,
        )

    async def _reader(self, user: SlackUser) -> Reader:
        """The user's zone and language; where Slack tells none, the tenant's zone, which the reply says."""
        profile = await self._profile(user)
        if profile is None:
            return self._assumed()
        if profile.zone is None:
            return replace(self._assumed(), locale=profile.locale)
        return Reader(ZoneInfo(profile.zone), profile.locale)

    async def _profile(self, user: SlackUser) -> Profile | None:
        """What Slack tells of the user, if it does so soon: no answer waits for it."""
        try:
            async with asyncio.timeout(PROFILE_SECONDS):
                return await self._people.profile(user)
        except Exception as error:
            log.warning("no profile: %s", type(error).__name__, extra={"action": "command.profile"})
            return None

    def _assumed(self) -> Reader:
        return Reader(next(iter(self._tenants.values())).zone, zone_is_assumed=True)

    def _failed(self, error: Exception, request: Request) -> Reply:
        if isinstance(error, BadCommand):
            return CannotRead(error.problems)
        reference = self._reference()
        known = error if isinstance(error, BotError) else BotError()
        if known is error:
            log.warning("%s", error, extra={"action": "command.failed", "reference": reference})
        else:
            log_unexpected(error, "command.failed", reference)
        return Failed(known.code, dict(known.params), reference, _asked(request), _page(request))


def _asked(request: Request) -> str:
    """What was typed, less what a phone or a copy added: it goes into buttons, which hold little."""
    return normalise(request.wish.text) if isinstance(request.wish, Ask) else ""


def _asks_the_crm(request: Request) -> bool:
    """What does not is answered beside the queue: a slow SuperOffice keeps nobody from help."""
    try:
        return isinstance(parse(_asked(request)), ShowActivity) and isinstance(request.wish, Ask)
    except BadCommand:
        return False


def _page(request: Request) -> Page:
    return request.wish.page if isinstance(request.wish, Ask) else FIRST
