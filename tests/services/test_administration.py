"""What admins see and do, and that nobody else does."""

from dataclasses import replace
from datetime import time

import pytest

from bot.core.errors import NotAnAdmin
from bot.core.people import Link, SlackUser
from bot.core.replies import (
    CannotRead,
    DigestList,
    Failed,
    LinkList,
    NotLinkedYet,
    Reader,
    UnlinkedByAdmin,
    UnlinkedOther,
)
from bot.core.requests import Page
from bot.core.schedule import Schedule
from bot.core.secret import Secret
from bot.core.signin import Ending, Why
from bot.core.subscription import State, Subscription
from bot.slack.blocks import draw
from tests.conftest import NOW
from tests.services.conftest import ME, OSLO, USER, Desk


async def link(desk: Desk, *users: SlackUser) -> None:
    for user in users:
        await desk.store.links.put(Link(user, "onsite", ME, NOW, NOW, Secret("ticket")))


async def test_only_admins(linked: Desk) -> None:
    for line in ("admin links", "admin digests", "admin unlink @U2"):
        failed = await linked.ask(line)
        assert isinstance(failed, Failed)
        assert failed.code == NotAnAdmin.code
    linked.people.is_admin = True
    assert isinstance(await linked.ask("admin links"), LinkList)


async def test_the_links_of_the_own_workspace_those_that_fail_first(linked: Desk) -> None:
    linked.people.is_admin = True
    over, elsewhere = SlackUser("T1", "U9"), SlackUser("T2", "U8")
    await link(linked, over, elsewhere, *(SlackUser("T1", f"UA{n:02}") for n in range(30)))
    await linked.store.sign_ins.end(over, Ending(NOW, Why.REFUSED), told=False)
    links = await linked.ask("admin links")
    assert isinstance(links, LinkList)
    assert (links.total, links.failing, len(links.links)) == (32, 1, 20)
    assert links.links[0].user == over
    assert not [state for state in links.links if state.user == elsewhere]


async def test_a_sign_in_whose_time_is_up_is_not_called_good(linked: Desk) -> None:
    """In an outage of SuperOffice, when nobody can find out whether it is over."""
    linked.people.is_admin = True
    for hours, said in ((5, "good until"), (2, "over since")):
        linked.clock.move(hours=hours)
        shown = str(draw(await linked.ask("admin links"), Reader(OSLO), "/superoffice").blocks)
        assert [each for each in ("good until", "over since") if each in shown] == [said]


async def test_the_digests_of_the_own_workspace_those_that_are_paused_first(linked: Desk) -> None:
    linked.people.is_admin = True
    users = [SlackUser("T2", "U8"), *(SlackUser("T1", f"UA{number:02}") for number in range(30))]
    for number, user in enumerate(users):
        new = Subscription(0, user, Schedule.at(time(8)), OSLO, since=NOW, considered_until=NOW)
        paused = replace(new, state=State.PAUSED, reason="not-linked")
        await linked.store.subscriptions.put(paused if number == 20 else new, NOW)
    shown = await linked.ask("admin digests")
    assert isinstance(shown, DigestList)
    assert (shown.total, shown.paused, len(shown.digests), shown.as_of) == (30, 1, 20, NOW)
    assert (shown.digests[0].owner, shown.digests[0].reason) == (users[20], "not-linked")
    beyond = await linked.ask("admin digests", Page(60))
    assert isinstance(beyond, DigestList)
    assert (beyond.offset, len(beyond.digests)) == (20, 10), "fewer are left than when it was drawn"
    assert not {each.owner for each in beyond.digests} & {each.owner for each in shown.digests}


async def test_unlinking_somebody_is_told_to_them(linked: Desk) -> None:
    linked.people.is_admin = True
    other, elsewhere = SlackUser("T1", "U9"), SlackUser("T2", "U9")
    await link(linked, other, elsewhere)
    assert await linked.ask("admin unlink @U9") == UnlinkedOther("U9", True)
    assert linked.messenger.told == [(other, UnlinkedByAdmin(USER.user))]
    assert await linked.store.links.get(other) is None
    assert await linked.store.links.get(elsewhere), "another workspace's user of the same id"
    assert await linked.ask("admin unlink @U9") == UnlinkedOther("U9", False)
    assert len(linked.messenger.told) == 1


@pytest.mark.parametrize(
    "line",
    [
        "admin unlink",
        "admin unlink ida",
        "admin lnks",
        "admin what",
        "admin links x",
        "admin digests x",
        "admin digets",
    ],
)
async def test_what_cannot_be_read(linked: Desk, line: str) -> None:
    assert isinstance(await linked.ask(line), CannotRead)


async def test_me_of_who_was_unlinked(linked: Desk) -> None:
    linked.people.is_admin = True
    await linked.ask(f"admin unlink @{USER.user}")
    assert isinstance(await linked.ask("me"), NotLinkedYet)
