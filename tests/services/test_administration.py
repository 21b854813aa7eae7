"""What admins see and do, and that nobody else does."""

import pytest

from bot.core.errors import NotAnAdmin
from bot.core.people import Link, SlackUser
from bot.core.replies import CannotRead, Failed, LinkList, NotLinkedYet, UnlinkedByAdmin, UnlinkedOther
from bot.core.secret import Secret
from bot.core.signin import Ending, Why
from tests.conftest import NOW
from tests.services.conftest import ME, USER, Desk


async def link(desk: Desk, *users: SlackUser) -> None:
    for user in users:
        await desk.store.links.put(Link(user, "onsite", ME, NOW, NOW, Secret("ticket")))


async def test_only_admins(linked: Desk) -> None:
    for line in ("admin links", "admin unlink @U2"):
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
    "line", ["admin unlink", "admin unlink ida", "admin lnks", "admin what", "admin links x"]
)
async def test_what_cannot_be_read(linked: Desk, line: str) -> None:
    assert isinstance(await linked.ask(line), CannotRead)


async def test_me_of_who_was_unlinked(linked: Desk) -> None:
    linked.people.is_admin = True
    await linked.ask(f"admin unlink @{USER.user}")
    assert isinstance(await linked.ask("me"), NotLinkedYet)
