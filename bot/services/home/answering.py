"""Where the answer to what was pressed in the Home tab goes: Slack has no ``response_url`` there.

What only says how things stand is said in the Home tab itself, which shows them. What is to be pressed
further opens above it. What happened on companies is for keeping: it goes to the user's messages, and the tab
says so.
"""

from dataclasses import replace

from bot.core.people import SlackUser
from bot.core.replies import (
    ActivityAnswer,
    ActivityChart,
    Busy,
    CannotRead,
    ChannelRefused,
    ChannelRemoved,
    Consent,
    DigestNone,
    DigestPart,
    DigestSent,
    DigestState,
    Failed,
    FilterRemoved,
    Forgotten,
    MyData,
    NotLinkedYet,
    NotYours,
    Reader,
    Reply,
    StillAsking,
    TeamPart,
    Unlinked,
)
from bot.core.replies.home import InMessages
from bot.core.requests import Conversation
from bot.core.secret import Secret
from bot.services.home.publishing import HomeTabs
from bot.services.ports import Messenger

__all__ = ["HomeMessenger"]

#: What the Home tab itself can say.
SHORT = (
    *(Busy, CannotRead, ChannelRefused, ChannelRemoved, DigestNone, DigestSent, DigestState, Failed),
    *(FilterRemoved, Forgotten, NotLinkedYet, NotYours, StillAsking, Unlinked),
)
#: What is kept among messages, or does not fit into a modal.
LONG = (ActivityAnswer, ActivityChart, DigestPart, TeamPart)


class HomeMessenger:
    """A ``Messenger`` that knows of the Home tab; everything else goes to the one it is made of."""

    def __init__(self, messenger: Messenger, tabs: HomeTabs) -> None:
        self._messenger = messenger
        self._tabs = tabs

    async def reply(self, to: Conversation, reply: Reply, reader: Reader, *, replace: bool = False) -> None:
        """Show a reply where it belongs. Raises what the other does."""
        if to.at_home:
            await self._at_home(to, reply, reader)
        else:
            await self._messenger.reply(to, reply, reader, replace=replace)

    async def open(self, to: Conversation, reader: Reader) -> str:
        """Open a form that is still empty."""
        return await self._messenger.open(to, reader)

    async def tell(self, user: SlackUser, notice: Reply, reader: Reader) -> None:
        """Tell a user something unasked."""
        await self._messenger.tell(user, notice, reader)

    async def hand_over(self, data: MyData, reader: Reader) -> None:
        """Send a user what is stored about them."""
        await self._messenger.hand_over(data, reader)

    async def _at_home(self, to: Conversation, reply: Reply, reader: Reader) -> None:
        """Whoever is forgotten is not remembered for it: only once they do something there again."""
        if not isinstance(reply, Unlinked | Forgotten):
            await self._tabs.looked_at(to.user)
        if _is_short(reply) and not to.view and await self._tabs.say(to.user, reply):
            return
        if not isinstance(reply, LONG):
            await self._messenger.reply(to, reply, reader)
            return
        await self._messenger.reply(replace(to, trigger=Secret(""), at_home=False), reply, reader)
        if not getattr(reply, "number", 0):  # what follows in a thread is part of the first
            await self._tabs.say(to.user, InMessages())


def _is_short(reply: Reply) -> bool:
    return isinstance(reply, SHORT) or (
        isinstance(reply, Consent) and bool(reply.done) and not reply.is_shared
    )
