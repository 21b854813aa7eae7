"""Set up, change and remove a channel's digest, for whoever may; the others can ask an admin to."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from bot.core.channeldigest import ChannelSettings
from bot.core.errors import BadCommand
from bot.core.filters import of_one_reader
from bot.core.people import Link, SlackChannel, SlackUser
from bot.core.replies import Reader, Reply, Several
from bot.core.replies.channels import ChannelDenied, ChannelRefused, RemoveQuestion
from bot.core.replies.digests import DigestState
from bot.core.standing import Denied
from bot.core.subscription import Subscription
from bot.core.typed.channelcommands import RemoveChannel
from bot.core.typed.digestcommands import SetDigest
from bot.services.channels.consenting import WithTicket
from bot.services.channels.rights import Seen
from bot.services.channels.setup import Change, ChannelSetup
from bot.services.digests.guarding import ChannelGuard
from bot.services.digests.settings import DigestSettings, filters_as_before
from bot.services.digests.teamsettings import settings_of
from bot.services.ports import Clock, Participants
from bot.services.preferences import Preferences
from bot.services.tenants import Tenant

__all__ = ["Asked", "ChannelChanging"]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, where, and in which words."""

    user: SlackUser
    place: SlackChannel
    reader: Reader
    #: As it was typed, without the command's own name; an admin may be asked for it.
    line: str
    with_ticket: WithTicket


class ChannelChanging:
    """The use case. What Slack says of who asks is for the caller to find out."""

    def __init__(
        self,
        *,
        guard: ChannelGuard,
        settings: DigestSettings,
        setup: ChannelSetup,
        participants: Participants,
        preferences: Preferences,
        tenants: Mapping[str, Tenant],
        clock: Clock,
    ) -> None:
        self._guard = guard
        self._settings = settings
        self._setup = setup
        self._participants = participants
        self._preferences = preferences
        self._tenants = tenants
        self._clock = clock

    async def form(self, asked: Asked, seen: Seen) -> Reply:
        """Whoever may not set it up can fill it in, and ask an admin to."""
        draft = await self._settings.draft(asked.place, asked.reader)
        if refused := await self._refused(draft, asked.place):
            return refused
        form = self._settings.form(draft)
        team = form.team and replace(form.team, is_request=not seen.standing.may_configure)
        return replace(form, team=team)

    async def set(self, command: SetDigest, asked: Asked, seen: Seen) -> Reply | Several:
        """What it filters by must be there before anything is stored, or asked of an admin."""
        draft = await self._setup.draft(asked.place, asked.reader, seen.channel)
        if command.is_new and draft.id:
            return await self.shown(await self._settings.exists(draft), asked, seen)
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
        names_any = wanted.filter.categories or wanted.filter.saved
        if not names_any or filters_as_before(draft, wanted):
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
        return await self.shown(reply, asked, seen)

    async def change(self, command: Change, asked: Asked, seen: Seen) -> Reply | Several:
        """Change what there is, or ask whether to remove it is meant."""

        async def change() -> Reply:
            if refused := await self._setup.refused(command, asked.place):
                return refused
            if isinstance(command, RemoveChannel) and not command.now:
                return RemoveQuestion(asked.place.channel, len(await self._sharing(asked.place)))
            reply = await self._setup.change(command, asked.place, asked.reader, asked.user)
            return await self.shown(reply, asked, seen)

        return await self.if_may(asked, seen, change)

    async def adopt(self, asked: Asked, seen: Seen) -> Reply | Several:
        """Where it has an owner, nobody has to be asked: it is shown."""

        async def adopt() -> Reply:
            done = await self._setup.adopt(asked.place, asked.reader, asked.user)
            return await self.shown(done, asked, seen)

        found = await self._settings.find(asked.place)
        if found and found.owner.user:
            return await self.shown(await self._settings.show(asked.place), asked, seen)
        return await self.if_may(asked, seen, adopt)

    async def if_may(
        self, asked: Asked, seen: Seen, do: Callable[[], Awaitable[Reply | Several]]
    ) -> Reply | Several:
        """Do it, where there is a digest; or say that an admin can be asked to."""
        if await self._settings.find(asked.place) is None:
            return self._settings.none(asked.place)
        if not seen.standing.may_configure:
            return ChannelDenied(Denied.NOT_ADMIN, asked.place.channel, asked.line)
        return await do()

    async def shown(self, reply: Reply, asked: Asked, seen: Seen) -> Reply:
        """A state with what its reader may do about it."""
        if not isinstance(reply, DigestState) or reply.team is None:
            return reply
        sharing = await self._sharing(asked.place)
        team = replace(
            reply.team,
            participants=len(sharing),
            is_shared=asked.user in sharing,
            may_configure=seen.standing.may_configure,
        )
        return replace(reply, team=team)

    async def _sharing(self, place: SlackChannel) -> frozenset[SlackUser]:
        found = await self._settings.find(place)
        participants = await self._participants.of(found.id) if found else ()
        return frozenset(each.user for each in participants)

    async def _refused(self, draft: Subscription, place: SlackChannel) -> Reply | None:
        reason = await self._guard.allowed(place, settings_of(draft))
        return ChannelRefused(reason, place.channel) if reason else None

    def _managed(self, draft: Subscription) -> Reply | None:
        if settings_of(draft).is_managed:
            return ChannelDenied(Denied.MANAGED, draft.channel)
        return None
