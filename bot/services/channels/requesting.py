"""Ask an admin for what one may not do oneself: decided once, and both are told."""

import logging
from collections.abc import AsyncIterator

from bot.core.audit import AuditAction, Deed
from bot.core.channelcommands import ForChannel, RemoveChannel, read_channel
from bot.core.channeldigest import ChannelRequest, RequestState
from bot.core.errors import BadCommand, SlackFailed
from bot.core.people import SlackChannel, SlackUser
from bot.core.replies import Reply
from bot.core.replies.channels import (
    ChannelAsked,
    ChannelDecided,
    ChannelDenied,
    ChannelRefused,
    ChannelRequested,
)
from bot.core.replies.digests import Changed, DigestNone, DigestState
from bot.core.standing import Denied, Standing
from bot.services.channels.rights import ChannelRights, Seen
from bot.services.channels.setup import Change, ChannelSetup
from bot.services.digests.guarding import ChannelGuard
from bot.services.digests.settings import DigestSettings
from bot.services.digests.teamsettings import settings_of
from bot.services.ports import Admins, Audit, ChannelRequests, Clock, Messenger
from bot.services.readers import Readers

__all__ = ["ChannelRequesting"]

log = logging.getLogger(__name__)


class ChannelRequesting:
    """The use case."""

    def __init__(
        self,
        *,
        requests: ChannelRequests,
        rights: ChannelRights,
        guard: ChannelGuard,
        setup: ChannelSetup,
        settings: DigestSettings,
        admins: Admins,
        messenger: Messenger,
        readers: Readers,
        audit: Audit,
        clock: Clock,
    ) -> None:
        self._requests = requests
        self._rights = rights
        self._guard = guard
        self._setup = setup
        self._settings = settings
        self._admins = admins
        self._messenger = messenger
        self._readers = readers
        self._audit = audit
        self._clock = clock

    async def ask(self, user: SlackUser, seen: Seen, line: str) -> ChannelAsked:
        """Pass on what a user asks for, as it would be typed, to all who may decide it."""
        place = SlackChannel(user.workspace, seen.channel.id)
        deciders = [each async for each in self._deciders(user, seen, place)]
        if not deciders:
            return ChannelAsked(place.channel, line, 0)
        request = await self._requests.ask(user, place.channel, line, self._clock.now())
        await self._record(AuditAction.CHANNEL_REQUESTED, user, request)
        told = [await self._tell(each, _to_decide(request)) for each in deciders]
        return ChannelAsked(place.channel, line, sum(told))

    async def decide(self, by: SlackUser, id_: int, *, approve: bool) -> Reply:
        """Approve or decline a request; the first to do so counts.

        Raises :class:`~bot.core.errors.SlackFailed`: nothing is decided then.
        """
        request = await self._requests.get(id_)
        if request is None or request.user.workspace != by.workspace:
            return ChannelDenied(Denied.OUTSIDER)
        seen = await self._rights.of(by, request.place)
        if not seen.standing.may_configure:
            return ChannelDenied(_why(seen.standing), request.channel if seen.is_in else "")
        if request.state is not RequestState.OPEN:
            return _decided(request)
        state = RequestState.APPROVED if approve else RequestState.DECLINED
        if approve and (refused := await self._refused(request)):
            return refused
        if not await self._requests.decide(id_, by, state, self._clock.now()):
            return _decided(await self._requests.get(id_) or request)
        is_void = approve and not await self._carried_out(request, by)
        if not approve:
            await self._record(AuditAction.CHANNEL_DECLINED, by, request)
        done = ChannelDecided(request.channel, request.user.user, request.line, state, by.user, is_void)
        await self._tell(request.user, done)
        return done

    async def _refused(self, request: ChannelRequest) -> Reply | None:
        """Why it cannot be approved: who asked is no longer in there, or nothing may come there."""
        asker = await self._rights.of(request.user, request.place)
        if not asker.is_in or not asker.standing.may_look:
            return ChannelDenied(Denied.NOT_IN_CHANNEL, request.channel)
        settings = settings_of(await self._settings.find(request.place))
        if settings.is_managed:
            return ChannelDenied(Denied.MANAGED, request.channel)
        if reason := await self._guard.allowed(request.place, settings):
            return ChannelRefused(reason, request.channel)
        return None

    async def _carried_out(self, request: ChannelRequest, by: SlackUser) -> bool:
        """Do what was asked for, in the name of who asked; ``False`` where that makes no sense any more."""
        reader = await self._readers.reader(request.user)
        try:
            command = _change(request.line)
            reply = await self._setup.change(command, request.place, reader, by)
        except BadCommand as bad:
            log.warning("a request makes no sense: %s", bad, extra={"action": "request.void"})
            return False
        exists = isinstance(reply, DigestState) and reply.changed is Changed.EXISTS
        return not exists and not isinstance(reply, DigestNone)

    async def _deciders(self, user: SlackUser, seen: Seen, place: SlackChannel) -> AsyncIterator[SlackUser]:
        """The creator and the admins, each as Slack sees them now; of a private channel, those in it."""
        creator = SlackUser(place.workspace, seen.channel.creator)
        asked = [creator] if seen.channel.creator else []
        asked += await self._admins.of_workspace(place.workspace)
        for each in dict.fromkeys(asked):
            try:
                found = await self._rights.of(each, place)
            except SlackFailed as error:
                log.warning("who may decide stays unknown: %s", error, extra={"action": "request.unknown"})
                continue
            if each != user and found.standing.may_configure:
                yield each

    async def _tell(self, user: SlackUser, notice: Reply) -> bool:
        try:
            await self._messenger.tell(user, notice, await self._readers.reader(user))
        except SlackFailed as error:
            log.warning("not told: %s", error, extra={"action": "request.untold"})
            return error.in_doubt
        return True

    async def _record(self, action: AuditAction, by: SlackUser, request: ChannelRequest) -> None:
        to = None if by == request.user else request.user
        await self._audit.record(Deed(self._clock.now(), action, by, to, request.channel))


def _change(line: str) -> Change:
    """The command of a request. Raises :class:`BadCommand`."""
    _, _, rest = line.partition(" ")
    command = read_channel("channel", rest)
    inner = command.command if isinstance(command, ForChannel) else command
    if isinstance(inner, RemoveChannel):
        return RemoveChannel(now=True)
    if not isinstance(inner, Change):
        raise BadCommand
    return inner


def _why(standing: Standing) -> Denied:
    return {Standing.GUEST: Denied.GUEST, Standing.OUTSIDER: Denied.OUTSIDER}.get(standing, Denied.NOT_ADMIN)


def _to_decide(request: ChannelRequest) -> ChannelRequested:
    return ChannelRequested(request.id, request.channel, request.user.user, request.line)


def _decided(request: ChannelRequest) -> ChannelDecided:
    return ChannelDecided(request.channel, request.user.user, request.line, request.state, request.decided_by)
