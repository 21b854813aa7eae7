"""What to reply to whatever people ask about a channel's digest, if they may."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from bot.core.channelcommands import (
    AdoptChannel,
    ChannelCommand,
    ForChannel,
    Invite,
    JoinChannel,
    LeaveChannel,
    ListChannels,
    NarrowMine,
    RemoveChannel,
    ShowMine,
)
from bot.core.channeldigest import ChannelSettings
from bot.core.digestcommands import (
    OpenDigestForm,
    PreviewDigest,
    ProveDigest,
    SetDigest,
    ShowHistory,
    TestDigest,
)
from bot.core.errors import BadCommand
from bot.core.filters import of_one_reader
from bot.core.people import Link, SlackChannel, SlackUser
from bot.core.replies import Reader, Reply, Several
from bot.core.replies.channels import ChannelDenied, ChannelRefused, RemoveQuestion
from bot.core.replies.digests import DigestState
from bot.core.standing import Denied, Standing
from bot.core.subscription import Subscription
from bot.services.channels.consenting import Consenting, WithTicket
from bot.services.channels.inviting import Inviting
from bot.services.channels.listing import Listing
from bot.services.channels.requesting import ChannelRequesting
from bot.services.channels.rights import ChannelRights, Seen
from bot.services.channels.setup import Change, ChannelSetup
from bot.services.digests.guarding import ChannelGuard
from bot.services.digests.proving import Proving
from bot.services.digests.settings import DigestSettings
from bot.services.digests.showing import DigestShowing
from bot.services.digests.teamsettings import settings_of
from bot.services.ports import Clock, Participants
from bot.services.preferences import Preferences
from bot.services.tenants import Tenant

__all__ = ["Asked", "ChannelDesk"]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, where, and in which words."""

    user: SlackUser
    place: SlackChannel
    reader: Reader
    #: As it was typed, without the command's own name; an admin may be asked for it.
    line: str
    with_ticket: WithTicket


class ChannelDesk:
    """Each command to the use case that answers it. Slack is asked who may do it, each time."""

    def __init__(
        self,
        *,
        rights: ChannelRights,
        guard: ChannelGuard,
        settings: DigestSettings,
        setup: ChannelSetup,
        requesting: ChannelRequesting,
        consenting: Consenting,
        inviting: Inviting,
        listing: Listing,
        showing: DigestShowing,
        proving: Proving,
        participants: Participants,
        preferences: Preferences,
        tenants: Mapping[str, Tenant],
        clock: Clock,
    ) -> None:
        self._rights = rights
        self._guard = guard
        self._settings = settings
        self._setup = setup
        self._requesting = requesting
        self._consenting = consenting
        self._inviting = inviting
        self._listing = listing
        self._showing = showing
        self._proving = proving
        self._participants = participants
        self._preferences = preferences
        self._tenants = tenants
        self._clock = clock

    async def reply(  # noqa: C901 - one line for each command
        self, command: ChannelCommand, asked: Asked
    ) -> Reply | Several:
        """The reply to a command. Raises :class:`~bot.core.errors.BotError`."""
        if isinstance(command, LeaveChannel):  # nobody is kept from stopping, wherever they are
            return await self._consenting.leave(asked.user, asked.place)
        seen = await self._rights.of(asked.user, asked.place)
        if denied := _denied(seen):
            if isinstance(command, ListChannels) and seen.standing is not Standing.GUEST:
                return await self._list(asked, seen)
            return denied
        match command:
            case ListChannels():
                return await self._list(asked, seen)
            case JoinChannel(share, now):
                return await self._consenting.join(
                    asked.user, seen, share, asked.reader, asked.with_ticket, now=now
                )
            case NarrowMine(share):
                return await self._consenting.narrow(asked.user, seen, share, asked.reader, asked.with_ticket)
            case ShowMine():
                return await self._consenting.mine(asked.user, asked.place, asked.with_ticket)
            case AdoptChannel():
                return await self._adopt(asked, seen)
            case Invite(users):
                invite = self._inviting.invite
                return await self._if_may(asked, seen, lambda: invite(asked.user, asked.place, users))
            case RemoveChannel():
                return await self._if_may(asked, seen, lambda: self._remove(command, asked, seen))
            case ForChannel(inner):
                return await self._of_digest(inner, asked, seen)

    async def submitted(self, command: ForChannel, asked: Asked, invited: tuple[str, ...]) -> Reply | Several:
        """The reply to a form: who may not set it up asks an admin by it; then people are asked to share."""
        reply = await self.reply(command, asked)
        if isinstance(reply, ChannelDenied) and reply.why is Denied.NOT_ADMIN and reply.line:
            return await self.request(replace(asked, line=reply.line))
        if not invited or not isinstance(reply, DigestState):
            return reply
        asking = await self.reply(Invite(invited), asked)
        return Several((reply, asking)) if not isinstance(asking, Several) else asking

    async def decide(self, by: SlackUser, id_: int, *, approve: bool) -> Reply:
        """Approve or decline a request."""
        return await self._requesting.decide(by, id_, approve=approve)

    async def request(self, asked: Asked) -> Reply | Several:
        """Ask an admin for the line. Who may do it is told that it can be done."""
        seen = await self._rights.of(asked.user, asked.place)
        if denied := _denied(seen):
            return denied
        return await self._requesting.ask(asked.user, seen, asked.line)

    async def _of_digest(self, command: object, asked: Asked, seen: Seen) -> Reply | Several:
        match command:
            case OpenDigestForm():
                return await self._form(asked, seen)
            case SetDigest():
                return await self._set(command, asked, seen)
            case PreviewDigest() | TestDigest():
                return await self._preview(asked, seen)
            case ProveDigest() | ShowHistory():
                return await self._what_became(command, asked)
            case _ if isinstance(command, Change):
                return await self._if_may(asked, seen, lambda: self._change(command, asked, seen))
            case _:
                return await self._shown(await self._settings.show(asked.place), asked, seen)

    async def _if_may(
        self, asked: Asked, seen: Seen, do: Callable[[], Awaitable[Reply | Several]]
    ) -> Reply | Several:
        """Do it, where there is a digest; or say that an admin can be asked to."""
        if await self._settings.find(asked.place) is None:
            return self._settings.none(asked.place)
        if not seen.standing.may_configure:
            return ChannelDenied(Denied.NOT_ADMIN, asked.place.channel, asked.line)
        return await do()

    async def _form(self, asked: Asked, seen: Seen) -> Reply:
        """Whoever may not set it up can fill it in, and ask an admin to."""
        draft = await self._settings.draft(asked.place, asked.reader)
        if refused := await self._refused(draft, asked.place):
            return refused
        form = self._settings.form(draft)
        team = form.team and replace(form.team, is_request=not seen.standing.may_configure)
        return replace(form, team=team)

    async def _set(self, command: SetDigest, asked: Asked, seen: Seen) -> Reply | Several:
        """What it filters by must be there before anything is stored, or asked of an admin."""
        draft = await self._setup.draft(asked.place, asked.reader, seen.channel)
        if command.is_new and draft.id:
            return await self._shown(await self._settings.exists(draft), asked, seen)
        if command.guests and not seen.standing.may_approve_guests:
            return ChannelDenied(Denied.NO_GUESTS, asked.place.channel)
        draft = replace(draft, team=self._with_guests(command, asked, settings_of(draft)))
        is_of_guests_alone = command == SetDigest("", guests=command.guests)
        if not is_of_guests_alone and (managed := self._managed(draft)):
            return managed
        takes_it_back = is_of_guests_alone and not command.guests
        if not takes_it_back and (refused := await self._refused(draft, asked.place)):
            return refused
        wanted = self._settings.wanted(draft, command, asked.reader)
        if not wanted.filter.categories and not wanted.filter.saved:
            return await self._set_checked(wanted, command, asked, seen)

        async def check(link: Link) -> Reply | Several:
            crm = self._tenants[link.tenant].crm
            filter_, _ = await self._preferences.effective(link, crm, wanted.filter, asked.reader)
            # A saved filter is its user's own: what it says is written out, for all who share.
            written_out = replace(wanted, filter=replace(filter_, saved=""))
            return await self._set_checked(written_out, command, asked, seen)

        return await asked.with_ticket(check)

    def _with_guests(self, command: SetDigest, asked: Asked, team: ChannelSettings) -> ChannelSettings:
        """Whether guests may read along, and who says so when."""
        if command.guests is None:
            return team
        by, at = (asked.user.user, self._clock.now()) if command.guests else ("", None)
        return replace(team, guests_approved_by=by, guests_approved_at=at)

    async def _set_checked(
        self, wanted: Subscription, command: SetDigest, asked: Asked, seen: Seen
    ) -> Reply | Several:
        if problems := of_one_reader(wanted.filter):
            raise BadCommand(*problems)
        if not seen.standing.may_configure:
            line = replace(self._settings.form(wanted), is_new=command.is_new).line
            return ChannelDenied(Denied.NOT_ADMIN, asked.place.channel, line)
        reply = await self._setup.set(wanted, asked.place, asked.reader, asked.user)
        return await self._shown(reply, asked, seen)

    async def _change(self, command: Change, asked: Asked, seen: Seen) -> Reply:
        if refused := await self._setup.refused(command, asked.place):
            return refused
        reply = await self._setup.change(command, asked.place, asked.reader, asked.user)
        return await self._shown(reply, asked, seen)

    async def _adopt(self, asked: Asked, seen: Seen) -> Reply | Several:
        """Where it has an owner, nobody has to be asked: it is shown."""

        async def adopt() -> Reply:
            done = await self._setup.adopt(asked.place, asked.reader, asked.user)
            return await self._shown(done, asked, seen)

        found = await self._settings.find(asked.place)
        if found and found.owner.user:
            return await self._shown(await self._settings.show(asked.place), asked, seen)
        return await self._if_may(asked, seen, adopt)

    async def _remove(self, command: RemoveChannel, asked: Asked, seen: Seen) -> Reply:
        found = await self._settings.find(asked.place)
        if refused := await self._setup.refused(command, asked.place):
            return refused
        if found and not command.now:
            return RemoveQuestion(asked.place.channel, len(await self._participants.of(found.id)))
        return await self._change(command, asked, seen)

    async def _preview(self, asked: Asked, seen: Seen) -> Reply | Several:
        """It asks SuperOffice as each participant: for who set it up, and who shares."""
        found = await self._settings.find(asked.place)
        if found is None:
            return self._settings.none(asked.place)
        is_shared = await self._consenting.participation(found, asked.user) is not None
        if not is_shared and not seen.standing.may_configure:
            return ChannelDenied(Denied.NOT_SHARING, asked.place.channel)
        return Several(await self._showing.preview(found))

    async def _what_became(self, command: ProveDigest | ShowHistory, asked: Asked) -> Reply:
        found = await self._settings.find(asked.place)
        if found is None:
            return self._settings.none(asked.place)
        if isinstance(command, ShowHistory):
            return await self._proving.history(found)
        return await self._proving.prove(found, command.day)

    async def _list(self, asked: Asked, seen: Seen) -> Reply:
        is_admin = await self._rights.is_admin(asked.user)
        return await self._listing.seen_by(asked.user, seen, is_admin=is_admin)

    async def _refused(self, draft: Subscription, place: SlackChannel) -> Reply | None:
        reason = await self._guard.allowed(place, settings_of(draft))
        return ChannelRefused(reason, place.channel) if reason else None

    def _managed(self, draft: Subscription) -> Reply | None:
        if settings_of(draft).is_managed:
            return ChannelDenied(Denied.MANAGED, draft.channel)
        return None

    async def _shown(self, reply: Reply, asked: Asked, seen: Seen) -> Reply:
        """A state with what its reader may do about it."""
        if not isinstance(reply, DigestState) or reply.team is None:
            return reply
        found = await self._settings.find(asked.place)
        participants = await self._participants.of(found.id) if found else ()
        team = replace(
            reply.team,
            participants=len(participants),
            is_shared=asked.user in {each.user for each in participants},
            may_configure=seen.standing.may_configure,
        )
        return replace(reply, team=team)


def _denied(seen: Seen) -> ChannelDenied | ChannelRefused | None:
    """Why somebody gets nothing of the channel at all."""
    if seen.standing is Standing.GUEST:
        return ChannelDenied(Denied.GUEST)
    if seen.channel.is_direct:
        return ChannelDenied(Denied.NO_CHANNEL)
    if not seen.channel.is_member:
        return ChannelDenied(Denied.NOT_INVITED)
    return ChannelDenied(Denied.OUTSIDER) if seen.standing is Standing.OUTSIDER else None
