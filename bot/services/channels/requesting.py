"""Ask an admin for what one may not do oneself: decided once, and both are told."""

import logging
from collections.abc import AsyncIterator
from datetime import timedelta

from bot.core.audit import AuditAction, Deed
from bot.core.channeldigest import ChannelRequest, RequestState
from bot.core.errors import BadCommand, SlackFailed
from bot.core.people import SlackChannel, SlackUser
from bot.core.replies import Reader, Reply
from bot.core.replies.channels import (
    ChannelAsked,
    ChannelDecided,
    ChannelDenied,
    ChannelInvited,
    ChannelRequested,
)
from bot.core.replies.digests import Changed, DigestNone, DigestState
from bot.core.standing import Denied, Standing
from bot.core.typed.channelcommands import AdoptChannel, ForChannel, Invite, RemoveChannel
from bot.core.typed.channeltext import read_channel
from bot.core.typed.digestcommands import SetDigest
from bot.services.channels.inviting import Inviting
from bot.services.channels.rights import ChannelRights, Seen
from bot.services.channels.setup import Change, ChannelSetup
from bot.services.digests.settings import DigestSettings
from bot.services.ports import Admins, Audit, ChannelRequests, Clock, Messenger
from bot.services.readers import Readers

__all__ = ["ChannelRequesting"]

log = logging.getLogger(__name__)

#: For so long, who asks for the same again is not passed on again.
ONCE = timedelta(days=1)
#: What can be asked for.
Wanted = SetDigest | Change | Invite | AdoptChannel


class ChannelRequesting:
    """The use case."""

    def __init__(
        self,
        *,
        requests: ChannelRequests,
        rights: ChannelRights,
        inviting: Inviting,
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
        self._inviting = inviting
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
        if not deciders or await self._is_asked(user, place, line):
            return ChannelAsked(place.channel, line, len(deciders))
        request = await self._requests.ask(user, place.channel, line, self._clock.now())
        await self._record(AuditAction.CHANNEL_REQUESTED, user, request)
        told = [await self._tell(each, _to_decide(request)) for each in deciders]
        if not any(told):  # nobody knows of it: it can be asked for again
            await self._requests.decide(request.id, user, RequestState.DECLINED, self._clock.now())
        return ChannelAsked(place.channel, line, sum(told))

    async def decide(self, by: SlackUser, id_: int, *, approve: bool) -> Reply:
        """Approve or decline a request; the first to do so counts.

        Raises :class:`~bot.core.errors.SlackFailed`: nothing is decided then.
        """
        request = await self._requests.get(id_)
        if request is None or request.user.workspace != by.workspace:
            return ChannelDenied(Denied.NO_REQUEST)
        seen = await self._rights.of(by, request.place)
        if not seen.standing.may_configure:
            return ChannelDenied(_why(seen.standing), request.channel if seen.is_in else "")
        if request.state is not RequestState.OPEN:
            return _decided(request)
        state = RequestState.APPROVED if approve else RequestState.DECLINED
        wanted = _wanted(request) if approve else None
        if approve and (refused := await self._refused(request, wanted)):
            return refused
        if not await self._requests.decide(id_, by, state, self._clock.now()):
            return _decided(await self._requests.get(id_) or request)
        is_void = approve and not (wanted and await self._carried_out(wanted, request, by, seen))
        if not approve:
            await self._record(AuditAction.CHANNEL_DECLINED, by, request)
        done = ChannelDecided(request.channel, request.user.user, request.line, state, by.user, is_void)
        await self._tell(request.user, done)
        return done

    async def _is_asked(self, user: SlackUser, place: SlackChannel, line: str) -> bool:
        """Whether just that is waiting for an answer: nobody is told of it over and over."""
        since = self._clock.now() - ONCE
        there = await self._requests.open(place)
        return any(each.user == user and each.line == line and each.asked_at > since for each in there)

    async def _refused(self, request: ChannelRequest, wanted: Wanted | None) -> Reply | None:
        """Why it cannot be approved: who asked is no longer in there, or nobody may do it."""
        asker = await self._rights.of(request.user, request.place)
        if not asker.is_in or not asker.standing.may_look:
            return ChannelDenied(Denied.NOT_IN_CHANNEL, request.channel)
        if isinstance(wanted, SetDigest | Change):
            return await self._setup.refused(wanted, request.place)
        return None

    async def _carried_out(self, wanted: Wanted, request: ChannelRequest, by: SlackUser, seen: Seen) -> bool:
        """Do what was asked for, in the name of who asked; ``False`` where that makes no sense any more."""
        reader = await self._readers.reader(request.user)
        try:
            return await self._do(wanted, request, reader, by, seen)
        except BadCommand as bad:
            _log_void(bad)
            return False

    async def _do(
        self, wanted: Wanted, request: ChannelRequest, reader: Reader, by: SlackUser, seen: Seen
    ) -> bool:
        """Whether there was anything to do. Raises ``BadCommand``."""
        place = request.place
        match wanted:
            case SetDigest():
                draft = await self._setup.draft(place, reader, seen.channel)
                made = self._settings.wanted(draft, wanted, reader)
                if (wanted.is_new and draft.id) or made.filter.saved:  # no button asks for one's own filter
                    return False
                reply: Reply = await self._setup.set(made, place, reader, by)
                return not (isinstance(reply, DigestState) and reply.changed is Changed.EXISTS)
            case Invite(users):
                reply = await self._inviting.invite(request.user, place, users, by)
                return isinstance(reply, ChannelInvited) and bool(reply.asked)
            case AdoptChannel():
                found = await self._settings.find(place)
                await self._setup.adopt(place, reader, by)
                return found is not None and not found.owner.user
            case _:
                return not isinstance(await self._setup.change(wanted, place, reader, by), DigestNone)

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


def _wanted(request: ChannelRequest) -> Wanted | None:
    """What was asked for; ``None`` where the line is none that can be."""
    _, _, rest = request.line.partition(" ")
    try:
        command = read_channel("channel", rest)
    except BadCommand as bad:
        _log_void(bad)
        return None
    wanted = command.command if isinstance(command, ForChannel) else command
    if isinstance(wanted, RemoveChannel):
        return RemoveChannel(now=True)
    return wanted if isinstance(wanted, Wanted) else None


def _log_void(bad: BadCommand) -> None:
    log.warning("a request makes no sense: %s", bad, extra={"action": "request.void"})


def _why(standing: Standing) -> Denied:
    return {Standing.GUEST: Denied.GUEST, Standing.OUTSIDER: Denied.OUTSIDER}.get(standing, Denied.NOT_ADMIN)


def _to_decide(request: ChannelRequest) -> ChannelRequested:
    return ChannelRequested(request.id, request.channel, request.user.user, request.line)


def _decided(request: ChannelRequest) -> ChannelDecided:
    return ChannelDecided(request.channel, request.user.user, request.line, request.state, request.decided_by)
