"""What to reply to whatever people ask about a channel's digest, if they may."""

from dataclasses import replace
from functools import partial

from bot.core.people import SlackUser
from bot.core.replies import Reply, Several
from bot.core.replies.channels import ChannelDenied, ChannelRefused
from bot.core.replies.digests import DigestState
from bot.core.standing import Denied, Standing
from bot.core.typed.channelcommands import (
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
from bot.core.typed.digestcommands import (
    OpenDigestForm,
    PreviewDigest,
    ProveDigest,
    SetDigest,
    ShowHistory,
    TestDigest,
)
from bot.services.channels.changing import Asked, ChannelChanging
from bot.services.channels.consenting import Consenting
from bot.services.channels.inviting import Inviting
from bot.services.channels.listing import Listing
from bot.services.channels.requesting import ChannelRequesting
from bot.services.channels.rights import ChannelRights, Seen
from bot.services.channels.setup import Change
from bot.services.digests.proving import Proving
from bot.services.digests.settings import DigestSettings
from bot.services.digests.showing import DigestShowing

__all__ = ["ChannelDesk"]


class ChannelDesk:
    """Each command to the use case that answers it. Slack is asked who may do it, each time."""

    def __init__(
        self,
        *,
        rights: ChannelRights,
        settings: DigestSettings,
        changing: ChannelChanging,
        requesting: ChannelRequesting,
        consenting: Consenting,
        inviting: Inviting,
        listing: Listing,
        showing: DigestShowing,
        proving: Proving,
    ) -> None:
        self._rights = rights
        self._settings = settings
        self._changing = changing
        self._requesting = requesting
        self._consenting = consenting
        self._inviting = inviting
        self._listing = listing
        self._showing = showing
        self._proving = proving

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
                return await self._changing.adopt(asked, seen)
            case Invite(users):
                invite = partial(self._inviting.invite, asked.user, asked.place, users)
                return await self._changing.if_may(asked, seen, invite)
            case RemoveChannel():
                return await self._changing.change(command, asked, seen)
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
                return await self._changing.form(asked, seen)
            case SetDigest():
                return await self._changing.set(command, asked, seen)
            case PreviewDigest() | TestDigest():
                return await self._preview(asked, seen)
            case ProveDigest() | ShowHistory():
                return await self._what_became(command, asked)
            case _ if isinstance(command, Change):
                return await self._changing.change(command, asked, seen)
            case _:
                return await self._changing.shown(await self._settings.show(asked.place), asked, seen)

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


def _denied(seen: Seen) -> ChannelDenied | ChannelRefused | None:
    """Why somebody gets nothing of the channel at all."""
    if seen.standing is Standing.GUEST:
        return ChannelDenied(Denied.GUEST)
    if seen.channel.is_direct:
        return ChannelDenied(Denied.NO_CHANNEL)
    if not seen.channel.is_member:
        return ChannelDenied(Denied.NOT_INVITED)
    return ChannelDenied(Denied.OUTSIDER) if seen.standing is Standing.OUTSIDER else None
