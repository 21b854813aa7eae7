"""Nothing of a customer's is posted where somebody reads along who may not, whenever that came about."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.core.people import Link, Principal
from bot.core.secret import Secret
from bot.core.subscription import Delivery
from bot.demo.slack import Slack
from bot.demo.slack.workspace import Member
from bot.demo.superoffice import SuperOffice
from bot.demo.superoffice.cast import User
from bot.services.ports import Place
from tests.e2e.channels import PUBLIC, Rig, rigged, user

PAUSED = "A channel's digest is paused"
#: From the rig's time, 09:41 in Oslo, to eight o'clock the next day.
TO_EIGHT = {"hours": 22, "minutes": 19, "seconds": 1}


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    """A bot, with a channel's digest that two people share with."""
    async with rigged(tmp_path / "bot.db") as made:
        for member, who in ((Slack.seller, SuperOffice.seller), (Slack.manager, SuperOffice.manager)):
            await link(made, member, who)
        await made.digest(PUBLIC, Slack.seller, Slack.manager)
        for company in made.crm.companies(SuperOffice.seller)[:20]:
            made.clock.move(seconds=1)
            made.crm.happen(company.id, "DocumentAdded", SuperOffice.colleague)
        yield made


async def link(rig: Rig, member: Member, who: User) -> None:
    now, ticket = rig.clock.now(), Secret(rig.crm.ticket(who))
    principal = Principal(who.associate_id, who.person_id, who.full_name, who.login)
    await rig.store.links.put(Link(user(member), "onsite", principal, now, now, ticket))


async def slot(rig: Rig) -> Delivery:
    """The one slot that was due."""
    (row,) = await rig.store.ledger.latest((await rig.found()).id, 9)
    return row


async def at_eight(rig: Rig) -> None:
    """The time has come; onsite tickets are kept alive until then."""
    rig.clock.move(**TO_EIGHT)
    for member, who in ((Slack.seller, SuperOffice.seller), (Slack.manager, SuperOffice.manager)):
        await link(rig, member, who)
    await rig.tick()


async def test_it_comes_where_only_colleagues_read(rig: Rig) -> None:
    await at_eight(rig)
    assert (await slot(rig)).outcome == "posted"
    assert rig.posted()
    assert await rig.standing() == ("on", "")


FLAGS = [
    ("is_ext_shared", "external"),
    ("is_pending_ext_shared", "pending"),
    ("is_archived", "archived"),
]


@pytest.mark.parametrize(("flag", "reason"), FLAGS)
async def test_a_channel_that_changed_since_set_up(rig: Rig, flag: str, reason: str) -> None:
    """No event told of it."""
    rig.flag(PUBLIC, flag)
    await at_eight(rig)
    row = await slot(rig)
    assert (row.outcome, row.reason) == ("failed", f"refused:{reason}")
    assert await rig.standing() == ("paused", reason)
    await rig.tick(days=1)
    assert rig.posted() == []
    assert rig.told().count(PAUSED) == 1


def when_ready(rig: Rig, monkeypatch: pytest.MonkeyPatch, do: Callable[[], None]) -> None:
    """Something happens once a message may go: the slot is claimed, and SuperOffice has answered."""
    ready = rig.bot.slack.posts.ready

    async def readying(place: Place) -> None:
        await ready(place)
        do()

    monkeypatch.setattr(rig.bot.slack.posts, "ready", readying)


@pytest.mark.parametrize(("flag", "reason"), FLAGS)
async def test_a_channel_that_changes_between_claim_and_post(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, flag: str, reason: str
) -> None:
    when_ready(rig, monkeypatch, lambda: rig.flag(PUBLIC, flag))
    await at_eight(rig)
    assert rig.crm.calls("GetMyActiveContacts"), "it was composed"
    assert rig.posted() == []
    assert await rig.standing() == ("paused", reason)
    assert rig.told() == [PAUSED]


async def test_a_guest_who_comes_between_claim_and_post(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    when_ready(rig, monkeypatch, lambda: rig.slack.invite(PUBLIC, Slack.guest))
    await at_eight(rig)
    assert rig.posted() == []
    assert await rig.standing() == ("paused", "guests")


async def test_a_channel_that_changes_after_the_first_message(rig: Rig) -> None:
    """Its headline stands; the companies, which follow in its thread, do not come."""
    rig.slack.workspace.listeners.append(
        lambda message: rig.flag(PUBLIC, "is_ext_shared") if message.channel == PUBLIC else None
    )
    await at_eight(rig)
    assert len(rig.posted()) == 1
    assert (await slot(rig)).reason == "refused:external"
    assert await rig.standing() == ("paused", "external")


async def test_a_private_channel_that_is_opened(rig: Rig) -> None:
    rig.flag(PUBLIC, "is_private")
    await rig.hear("group_rename", channel={"id": PUBLIC, "name": "x", "created": 1})  # it is seen as private
    rig.flag(PUBLIC)
    await at_eight(rig)
    assert rig.posted() == []
    assert await rig.standing() == ("paused", "opened")


async def test_what_slack_does_not_tell_is_asked_again_within_the_slot(rig: Rig) -> None:
    rig.slack.fail("conversations.info", "fatal_error", times=3)
    await at_eight(rig)
    row = await slot(rig)
    assert (row.outcome, row.reason) == ("claimed", "refused:unknown")
    assert rig.posted() == []
    for _ in range(4):
        await rig.tick(minutes=5)
    assert (await slot(rig)).outcome == "posted"
    assert await rig.standing() == ("on", "")
    assert rig.told() == []


def people(rig: Rig, count: int) -> None:
    """So many more members of the workspace and the channel."""
    more = [Member(f"U0CROWD{number}", "c", "C") for number in range(count)]
    rig.slack.workspace.members |= {each.id: each for each in more}
    rig.slack.workspace.channels[PUBLIC].members |= {each.id for each in more}


async def test_a_channel_of_5000_and_nothing_known(rig: Rig) -> None:
    """Decided before each message, within Slack's limits, which are enforced."""
    people(rig, 5_000)
    rates = rig.slack.enforce_limits()
    rig.slack.workspace.listeners.append(lambda _: rig.clock.move(seconds=2))  # as the bot waits, by another
    rig.clock.move(**TO_EIGHT)
    for member, who in ((Slack.seller, SuperOffice.seller), (Slack.manager, SuperOffice.manager)):
        await link(rig, member, who)
    await rig.bot.digests.waves.tick()
    await rig.settled()
    row = await slot(rig)
    assert (row.outcome, row.reason) == ("posted", "")
    assert {name: count for name, count in rates.refused.items() if count} == {}
    assert len(rig.slack.calls("users.list")) == 6
    assert len(rig.posted()) > 1
    assert len(rig.slack.calls("conversations.members")) == 6 * len(rig.posted()), "before each of them"
    assert len(rig.slack.calls("users.info")) < 10


async def test_more_people_than_slack_tells_of_in_time(rig: Rig) -> None:
    """Never posted unchecked: it says why it waits, and comes once they are known."""
    await rig.tick()
    people(rig, 100)
    rig.slack.fail("users.info", retry_after=60, times=1_000)
    rig.bot._channel_parts.stewarding._channels._patience = 0.3  # type: ignore[attr-defined]
    await at_eight(rig)
    row = await slot(rig)
    assert (row.outcome, row.reason) == ("claimed", "refused:unsettled")
    assert rig.posted() == []
    rig.slack.api.failures.clear()
    rig.bot.slack.roster._budgets._budgets.clear()
    rig.bot._channel_parts.stewarding._channels._patience = 10.0  # type: ignore[attr-defined]
    for _ in range(3):
        await rig.tick(minutes=5)
        rig.bot.slack.roster._budgets._budgets.clear()
    assert (await slot(rig)).outcome == "posted"
    assert rig.told() == []
