"""What to reply to a command or a button."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from bot.core.audience import Refusal, may_be_shareable
from bot.core.audit import Departure
from bot.core.errors import BadCommand, NotLinked, SealBroken
from bot.core.filters import MutedCompany
from bot.core.people import Link, SlackChannel, SlackUser
from bot.core.replies import (
    ForgetQuestion,
    HelpText,
    Kept,
    Me,
    NotLinkedYet,
    NotShared,
    NotYours,
    Reader,
    Reply,
    Several,
    SharedPage,
    Unlinked,
    UnlinkQuestion,
    Unshared,
)
from bot.core.requests import (
    Ask,
    AskAdmin,
    AskChart,
    AskWhyHidden,
    AskWhyShown,
    Confirm,
    Decide,
    Decline,
    Do,
    Forget,
    LinkAgain,
    LinkTo,
    Mute,
    PressAnothers,
    Request,
    Share,
    Unmute,
    Unshare,
)
from bot.core.signin import Why
from bot.core.typed.channelcommands import ChannelCommand, ForChannel
from bot.core.typed.commands import (
    Command,
    ForgetMe,
    Help,
    LinkMe,
    ListDigests,
    ListFilters,
    ListLinks,
    RemoveFilter,
    SaveFilter,
    SendMyData,
    ShowActivity,
    ShowChart,
    ShowMe,
    ShowMuted,
    UnlinkMe,
    UnlinkOther,
)
from bot.core.window import Mark
from bot.services.access import Access
from bot.services.activities import Activities, Question
from bot.services.administration import Administration
from bot.services.channels.changing import Asked
from bot.services.channels.desk import ChannelDesk
from bot.services.digests.desk import DigestDesk
from bot.services.doors import Doors
from bot.services.leaving import Leaving
from bot.services.linking import Linking
from bot.services.offers import Offers
from bot.services.ports import Clock, Links
from bot.services.preferences import Preferences
from bot.services.privacy import Privacy
from bot.services.readers import Readers
from bot.services.sharing import Sharing
from bot.services.signins import SignIns
from bot.services.tenants import Tenant
from bot.services.whoami import Whoami

__all__ = ["Answers"]

log = logging.getLogger(__name__)


class Answers:
    """Works out replies."""

    def __init__(
        self,
        *,
        activities: Activities,
        preferences: Preferences,
        sharing: Sharing,
        digests: DigestDesk,
        channels: ChannelDesk,
        administration: Administration,
        tenants: Mapping[str, Tenant],
        access: Access,
        linking: Linking,
        leaving: Leaving,
        privacy: Privacy,
        links: Links,
        sign_ins: SignIns,
        readers: Readers,
        clock: Clock,
        offers: Offers,
    ) -> None:
        self._activities = activities
        self._preferences = preferences
        self._sharing = sharing
        self._digests = digests
        self._channels = channels
        self._administration = administration
        self._tenants = tenants
        self._access = access
        self._linking = linking
        self._leaving = leaving
        self._privacy = privacy
        self._links = links
        self._readers = readers
        self._offers = offers
        self._doors = Doors(links, access, sign_ins, offers)
        self._whoami = Whoami(tenants, access, clock)

    async def tenant(self, user: SlackUser) -> str:
        """The tenant that a user asks; ``""`` where that is not known, as the reply will say."""
        try:
            return await self._links.tenant(user)
        except Exception:
            return ""

    async def reply(self, request: Request, reader: Reader) -> Reply | Several:  # noqa: C901 - one line for each wish
        """The reply to a request. Raises :class:`~bot.core.errors.BotError`."""
        user = request.conversation.user
        match request.wish:
            case Ask() | Do():
                return await self._asked(request, reader)
            case AskAdmin(text):
                return await self._channels.request(self._of_channel(request, reader, text))
            case Decide(id_, approve):
                return await self._channels.decide(user, id_, approve=approve)
            case AskChart() | AskWhyHidden() | AskWhyShown() | Share():
                return await self._about_an_answer(request, reader)
            case Mute(company_id, name):
                company = MutedCompany(company_id, name)
                return await self._of_linked(user, lambda link: self._preferences.mute(link, company))
            case Unmute(company_id):
                return await self._of_linked(user, lambda link: self._preferences.unmute(link, company_id))
            case Unshare(channel, ts):
                await self._sharing.unshare(SlackChannel(user.workspace, channel), ts, user)
                return Unshared(channel)
            case LinkAgain():
                return await self._link_again(request)
            case LinkTo(tenant, asked):
                return await self._link(request, tenant, asked)
            case Confirm():
                return Unlinked() if await self._leaving.unlink(user) else NotLinkedYet()
            case Forget():
                return await self._leaving.forget(user, Departure.ASKED, user)
            case Decline():
                return Kept()
            case PressAnothers():
                return NotYours()

    async def _asked(self, request: Request, reader: Reader) -> Reply | Several:
        wish = request.wish
        try:
            command = request.command
        except BadCommand as bad:
            raise await self._complete(bad, request.conversation.user, reader) from None
        if isinstance(wish, Do) and isinstance(command, ForChannel):
            asked = self._of_channel(request, reader, request.asked)
            return await self._channels.submitted(command, asked, wish.invited)
        return await self._command(command, request, reader)

    def _of_channel(self, request: Request, reader: Reader, line: str) -> Asked:
        to = request.conversation
        return Asked(to.user, to.place, reader, line, partial(self._doors.with_ticket, request))

    async def _command(  # noqa: C901 - one line for each command
        self, command: Command, request: Request, reader: Reader
    ) -> Reply | Several:
        user = request.conversation.user
        match command:
            case Help(verb):
                return HelpText(verb)
            case LinkMe(tenant):
                return await self._link(request, tenant)
            case UnlinkMe():
                name = await self._name(user)
                if name is None:  # an open page and what it keeps go at once: there is nothing to lose
                    await self._leaving.unlink(user)
                    return NotLinkedYet()
                return UnlinkQuestion(name)
            case ForgetMe():
                return ForgetQuestion()
            case SendMyData():
                return await self._privacy.my_data(user, reader)
            case ShowMe():
                return await self._of_linked(user, self._me)
            case ShowMuted():
                offset = request.page.offset
                return await self._of_linked(user, lambda link: self._preferences.muted(link, offset))
            case ListFilters():
                return await self._preferences.filters(user)
            case RemoveFilter(name):
                return await self._preferences.remove(user, name)
            case ListLinks() | ListDigests() | UnlinkOther():
                return await self._administration.reply(command, user, request.page.offset)
            case SaveFilter():
                return await self._save(command, request, reader)
            case ShowActivity():
                return await self._activity(command, request, reader)
            case ShowChart(line, activity):
                return await self._chart(Question(line, activity, request.page), request, reader)
            case _ if isinstance(command, ChannelCommand):
                asked = self._of_channel(request, reader, request.asked)
                return await self._channels.reply(command, asked)
            case _:
                doors = partial(self._doors.with_link, request), partial(self._doors.with_ticket, request)
                return await self._digests.reply(command, reader, user, *doors)

    async def _complete(self, bad: BadCommand, user: SlackUser, reader: Reader) -> BadCommand:
        """All that is wrong with a line comes at once; what SuperOffice does not tell soon, does not."""
        bad = await self._preferences.with_unknown_saved(user, bad)
        link = await self._links.get(user) if bad.categories else None
        if link is None or link.ending or not self._access.allows(link):
            return bad
        return await self._preferences.with_unknown_categories(
            link, self._tenants[link.tenant].crm, bad, reader
        )

    async def _activity(self, command: ShowActivity, request: Request, reader: Reader) -> Reply | Several:
        question = Question(request.asked, command, request.page)

        async def ask(link: Link) -> Reply:
            answer = await self._activities.answer(link, question, reader)
            return replace(answer, shareable=may_be_shareable(request.conversation.channel))

        return await self._doors.with_ticket(request, ask)

    async def _chart(self, question: Question, request: Request, reader: Reader) -> Reply | Several:
        return await self._doors.with_ticket(
            request, lambda link: self._activities.chart(link, question, reader)
        )

    async def _about_an_answer(self, request: Request, reader: Reader) -> Reply | Several:
        command = request.command
        if not isinstance(command, ShowActivity):
            raise ValueError("a button under an answer carries another command")
        question = Question(request.asked, command, request.page)
        match request.wish:
            case AskWhyShown(_, _, company_id):
                return await self._doors.with_ticket(
                    request, lambda link: self._activities.why_shown(link, question, reader, company_id)
                )
            case AskChart():
                return await self._chart(question, request, reader)
            case Share(_, _, shown):
                return await self._share(question, shown, request, reader)
            case _:
                return await self._doors.with_ticket(
                    request, lambda link: self._activities.why_hidden(link, question, reader)
                )

    async def _share(
        self, question: Question, shown: Sequence[Mark], request: Request, reader: Reader
    ) -> Reply | Several:
        """Nothing is asked of SuperOffice for a channel that may not see it."""
        to = request.conversation
        if refused := await self._sharing.refused(to.place):
            return refused

        async def ask(link: Link) -> Reply:
            answer = await self._activities.still_as_shown(link, question, reader, shown)
            if not answer.rows:
                return NotShared(Refusal.CHANGED, to.channel)
            page = SharedPage(answer, to.user.user, len(shown) - len(answer.rows))
            return await self._sharing.share(page, to.place, reader)

        return await self._doors.with_ticket(request, ask)

    async def _save(self, command: SaveFilter, request: Request, reader: Reader) -> Reply | Several:
        """Its categories are looked up before it is stored; and of users who are not linked nothing is."""

        async def check_and_save(link: Link) -> Reply:
            crm = self._tenants[link.tenant].crm
            await self._preferences.effective(link, crm, command.filter, reader)
            if await self._links.get(link.user) is None:
                raise NotLinked  # unlinked meanwhile
            return await self._preferences.save(link.user, command)

        return await self._doors.with_ticket(request, check_and_save)

    async def _of_linked(self, user: SlackUser, reply: Callable[[Link], Awaitable[Reply]]) -> Reply:
        """What ``reply`` says of a link; that there is none, where there is none."""
        link = await self._links.get(user)
        if link is not None:
            return await reply(link)
        pending = await self._linking.pending(user)
        return NotLinkedYet(pending.expires_at if pending else None)

    async def _me(self, link: Link) -> Me:
        return self._whoami.me(link, await self._readers.profile(link.user))

    async def _link_again(self, request: Request) -> Reply:
        """The page, unless the user has signed in again since the button was drawn."""
        try:
            link = await self._links.get(request.conversation.user)
        except SealBroken:
            return await self._offers.offer(request, ended=Why.REFUSED)
        if link is None:
            return await self._offers.offer(request)
        if link.ending:
            tenant = await self._offers.tenant_of(link.user)
            return await self._offers.offer(request, tenant=tenant, ended=link.ending.why)
        return await self._me(link)

    async def _link(self, request: Request, tenant: str, asked: str = "") -> Reply:
        current = await self._name(request.conversation.user) or ""
        return await self._offers.offer(request, asked, tenant=tenant, current=current)

    async def _name(self, user: SlackUser) -> str | None:
        """As whom a user is linked. A link whose seal is broken can still be replaced and deleted."""
        try:
            link = await self._links.get(user)
        except SealBroken:
            return ""
        return link.principal.full_name if link else None
