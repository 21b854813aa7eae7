"""Leaving: every way, each as often as one likes, with a record of why; and what is shown before."""

from datetime import timedelta

import pytest

from bot.core.audit import Departure
from bot.core.errors import FilesNotAllowed
from bot.core.filters import MutedCompany
from bot.core.people import Link, SlackUser
from bot.core.replies import Failed, Forgotten, LinkOffer, MyDataSent, NotLinkedYet, Unlinked
from bot.core.requests import Confirm, Forget
from bot.core.secret import Secret
from bot.services.ports import Category
from tests.conftest import NOW
from tests.services.conftest import ME, USER, Desk
from tests.sqlite import connection

OTHER = SlackUser("T1", "U0OTHER")


async def whys(desk: Desk) -> list[tuple[str, str]]:
    """What the audit log says of those who left, and of what."""
    return [(each.deed.action, each.deed.why) for each in await desk.store.audit.all()]


async def link(desk: Desk, user: SlackUser, tenant: str = "onsite") -> None:
    await desk.store.links.put(Link(user, tenant, ME, NOW, NOW, Secret("ticket")))


async def test_forget_me_answers_with_a_receipt(linked: Desk) -> None:
    await linked.store.mutes.add(USER, "onsite", MutedCompany(1, "Nordlys"))
    receipt = await linked.wish(Forget())
    assert isinstance(receipt, Forgotten)
    assert {table: count for table, count in receipt.counts.items() if count} == {
        "links": 1,
        "muted_companies": 1,
    }
    assert (receipt.left, receipt.traceless) == (1, True)
    assert receipt.backups_end == NOW + timedelta(days=30)
    again = await linked.wish(Forget())
    assert isinstance(again, Forgotten)
    assert not any(again.counts.values())
    assert await whys(linked) == [("user.forgotten", "asked")]
    (entry,) = await linked.store.audit.all()
    assert (entry.deed.by, entry.deed.to) == (None, None), "nobody can tell any more who it was"
    assert entry.by == entry.to != ""


async def test_unlinking_deletes_the_link_the_open_page_and_what_was_set(linked: Desk) -> None:
    await linked.store.mutes.add(USER, "onsite", MutedCompany(1, "Nordlys"))
    await linked.ask("link")
    assert isinstance(await linked.wish(Confirm()), Unlinked)
    assert isinstance(await linked.wish(Confirm()), NotLinkedYet)
    assert not any((await linked.store.personal.export(USER)).values())
    assert await whys(linked) == [("user.forgotten", "unlinked")]


async def test_who_is_unlinked_by_an_admin_is_so_in_the_audit_log(desk: Desk) -> None:
    desk.people.is_admin = True
    await link(desk, OTHER)
    await desk.ask(f"admin unlink @{OTHER.user}")
    await desk.ask(f"admin unlink @{OTHER.user}")
    (entry,) = await desk.store.audit.all()
    assert (entry.deed.why, entry.deed.by, entry.deed.to) == ("unlinked-by-admin", USER, None)


@pytest.mark.parametrize("why", ["deactivated", "guest"])
async def test_who_may_stay_no_longer(linked: Desk, why: str) -> None:
    for _ in range(3):
        await linked.leaving.changed(USER, deactivated=why == "deactivated", guest=why == "guest")
    assert await linked.store.links.get(USER) is None
    assert await whys(linked) == [("user.forgotten", why)]


async def test_who_changed_otherwise_stays(linked: Desk) -> None:
    await linked.leaving.changed(USER, deactivated=False, guest=False)
    assert await linked.store.links.get(USER)


async def test_a_store_that_fails_is_not_slacks_business(linked: Desk) -> None:
    connection(linked.store).execute("ALTER TABLE links RENAME TO away")
    await linked.leaving.changed(USER, deactivated=True, guest=False)


async def test_a_workspace_that_leaves_takes_everybody_along(linked: Desk) -> None:
    elsewhere = SlackUser("T2", USER.user)
    await link(linked, OTHER)
    await link(linked, elsewhere)
    for _ in range(2):
        gone = await linked.leaving.forget_workspace("T1", Departure.UNINSTALLED)
    assert gone == {}, "the second time"
    assert await linked.store.links.get(elsewhere)
    assert [await linked.store.links.get(user) for user in (USER, OTHER)] == [None, None]
    assert await whys(linked) == [
        ("user.forgotten", "uninstalled"),
        ("user.forgotten", "uninstalled"),
        ("workspace.forgotten", "uninstalled"),
    ]
    last = (await linked.store.audit.all())[-1].deed
    assert (last.what, last.before["users"], last.before["links"]) == ("T1", 2, 2)


async def test_whose_superoffice_is_gone_rests_and_is_forgotten_after_a_while(linked: Desk) -> None:
    await link(linked, OTHER, "gone")
    await linked.leaving.sweep()
    linked.clock.move(days=6)
    await linked.leaving.sweep()
    assert await linked.store.links.get(OTHER), "it may have been a mistake"
    assert await whys(linked) == [("tenant.removed", "")], "said once"
    linked.clock.move(days=2)
    await linked.leaving.sweep()
    await linked.leaving.sweep()
    assert await linked.store.links.get(OTHER) is None
    assert await linked.store.links.get(USER)
    assert await whys(linked) == [("tenant.removed", ""), ("user.forgotten", "tenant-removed")]
    assert await linked.store.sign_ins.trouble("gone") is None


async def test_a_filter_that_is_saved_while_one_is_forgotten_is_not(linked: Desk) -> None:
    """Its categories are looked up, which takes a while."""

    async def meanwhile(ticket: Secret) -> list[Category]:
        await linked.leaving.forget(USER, Departure.ASKED, USER)
        return [Category(1, "VIP")]

    linked.crm.categories = meanwhile  # type: ignore[method-assign]
    assert isinstance(await linked.ask("filter save vip category:VIP"), LinkOffer)
    assert not any((await linked.store.personal.export(USER))["saved_filters"])


async def test_my_data_is_a_file_with_everything(linked: Desk) -> None:
    await linked.store.mutes.add(USER, "onsite", MutedCompany(1, "Nordlys"))
    sent = await linked.ask("my-data")
    assert isinstance(sent, MyDataSent)
    (data,) = linked.messenger.files
    assert (data.user, data.at) == (USER, NOW)
    assert data.stored["muted_companies"][0]["name"] == "Nordlys"
    assert sent.counts == data.counts
    assert sent.counts["links"] == 1
    assert await whys(linked) == [("data.exported", "")], "all that leaves the database is accounted for"


async def test_my_data_of_nobody_is_no_file(desk: Desk) -> None:
    sent = await desk.ask("my-data")
    assert isinstance(sent, MyDataSent)
    assert not any(sent.counts.values())
    assert desk.messenger.files == []


async def test_where_no_file_may_be_sent_it_is_said(linked: Desk) -> None:
    linked.messenger.file_error = FilesNotAllowed()
    failed = await linked.ask("my-data")
    assert isinstance(failed, Failed)
    assert failed.code == "files-not-allowed"
