"""People who are asked to share with a channel."""

import asyncio
from typing import Any

from bot.core.people import Profile, SlackChannel, SlackUser
from bot.core.replies.channels import ChannelInvitation, ChannelInvited
from bot.services.access import Access
from bot.services.channels.inviting import AT_ONCE, Inviting
from bot.services.channels.rights import ChannelRights
from bot.services.readers import Readers
from tests.services.conftest import ADMIN, OSLO, Desk, People, Places


class Crowded(People):
    """It tells of somebody once it is asked about as many."""

    def __init__(self, many: int) -> None:
        super().__init__()
        self._many, self._asked, self._all_are_there = many, 0, asyncio.Event()

    async def profile(self, user: SlackUser) -> Profile:
        self._asked += 1
        if self._asked == self._many:
            self._all_are_there.set()
        await self._all_are_there.wait()
        return await super().profile(user)


async def test_several_are_asked_at_a_time_for_somebody_waits(desk: Desk) -> None:
    """One after the other, fifty take longer than a command has: half of them would never be asked."""
    await desk.channel_digest("C1")
    names = tuple(f"U{number}" for number in range(2 * AT_ONCE))
    desk.channels.members |= set(names[1:])
    places: Any = Places()
    inviting = Inviting(
        settings=desk.digests.settings,
        participants=desk.store.participants,
        rights=ChannelRights(Crowded(AT_ONCE), desk.channels, Access(["onsite"], places)),
        messenger=desk.messenger,
        readers=Readers(People(), lambda _: OSLO),
        audit=desk.store.audit,
        clock=desk.clock,
    )
    async with asyncio.timeout(5):
        done = await inviting.invite(ADMIN, SlackChannel("T1", "C1"), names)
    assert isinstance(done, ChannelInvited)
    assert (done.asked, done.left_out) == (names[1:], names[:1])
    assert [notice for _, notice in desk.messenger.told] == [ChannelInvitation("C1", ADMIN.user)] * len(
        names[1:]
    )
