"""When Home tabs are shown, to whom they show what, and where answers to what is pressed there go."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bot.app.home import home_tabs
from bot.core.audit import Departure
from bot.core.channeldigest import ChannelSettings
from bot.core.errors import SlackFailed
from bot.core.filters import Filter, SavedFilter
from bot.core.people import Link, SlackUser
from bot.core.replies import (
    ActivityAnswer,
    DigestForm,
    DigestState,
    FilterRemoved,
    LinkOffer,
    Reader,
    Reply,
    Unlinked,
)
from bot.core.replies.home import Home, InMessages, Newcomer
from bot.core.requests import Ask, Confirm, Conversation, Request, Wish
from bot.core.secret import Secret
from bot.core.subscription import Subscription
from bot.core.typed.scheduletext import DEFAULT
from bot.services.access import Access
from bot.services.home.answering import HomeMessenger
from bot.services.home.publishing import HomeTabs
from bot.services.readers import Readers
from bot.services.tenants import Tenant
from tests.conftest import NOW
from tests.services.conftest import ADMIN, OSLO, USER, Desk, People, Places, activity
from tests.sqlite import connection

MINUTE = timedelta(minutes=1)


@dataclass
class View:
    """Slack's Home tabs."""

    shown: list[tuple[SlackUser, Home]] = field(default_factory=list)
    error: Exception | None = None
    full: bool = False
    delays: list[float] = field(default_factory=list)

    async def room(self, workspace: str) -> bool:
        return not self.full

    async def publish(self, user: SlackUser, home: Home, reader: Reader) -> None:
        await asyncio.sleep(self.delays.pop(0) if self.delays else 0)
        if self.error:
            raise self.error
        self.shown.append((user, home))


@dataclass
class House:
    """A desk with Home tabs."""

    desk: Desk
    view: View
    tabs: HomeTabs
    people: People
    messenger: HomeMessenger

    async def run(self) -> None:
        """All that was begun, at once."""
        jobs, self.desk.runner.jobs = self.desk.runner.jobs, []
        await asyncio.gather(*(job() for job in jobs))

    async def open(self, user: SlackUser = USER) -> Home:
        await self.tabs.opened(user)
        await self.run()
        return self.view.shown[-1][1]

    async def later(self, span: timedelta = MINUTE) -> list[Home]:
        """What is shown anew a while later."""
        self.desk.clock.move(seconds=span.total_seconds())
        before = len(self.view.shown)
        await self.tabs.tick()
        await self.run()
        return [home for _, home in self.view.shown[before:]]

    async def press(self, wish: Wish) -> list[Reply | InMessages]:
        """Press something in the Home tab; what it says by then."""
        trigger = Secret("trigger")
        conversation = Conversation(USER, "", Secret(""), trigger, at_home=True)
        before = len(self.view.shown)
        await self.desk.commands.take(Request("d", conversation, wish, pressed=True))
        await self.run()
        return [home.said for _, home in self.view.shown[before:] if home.said]


def house_of(desk: Desk, access: Access | None = None) -> House:
    access = access or Access(("onsite",), Places(), None, admins=["UADMIN"])
    view = View()
    tabs = home_tabs(
        database=desk.store,
        clock=desk.clock,
        runner=desk.runner,
        tenants={"onsite": Tenant(desk.crm, OSLO)},
        access=access,
        digests=desk.digests,
        readers=Readers(desk.people, lambda _: OSLO),
        view=view,
    )
    messenger = HomeMessenger(desk.messenger, tabs)
    desk.commands._messenger = messenger  # as the wiring does
    return House(desk, view, tabs, desk.people, messenger)


@pytest.fixture
def house(linked: Desk) -> House:
    return house_of(linked)


def channel_digest(owner: SlackUser, channel: str = "C1") -> Subscription:
    draft = Subscription(0, owner, DEFAULT, OSLO)
    return replace(draft, channel=channel, team=ChannelSettings(), since=NOW, considered_until=NOW)


async def test_it_is_shown_when_it_is_opened_and_after_changes_and_not_otherwise(house: House) -> None:
    home = await house.open()
    assert home.me is not None
    assert home.me.principal.full_name == "Kianna Ledner"
    assert await house.later() == []
    await house.desk.store.filters.put(USER, SavedFilter("vip", Filter()))
    (home,) = await house.later()
    assert [saved.name for saved in home.filters] == ["vip"]
    assert await house.later() == []


async def test_whoever_never_opened_it_is_never_shown_one(house: House) -> None:
    await house.desk.store.filters.put(USER, SavedFilter("vip", Filter()))
    assert await house.later() == []


async def test_many_changes_are_shown_once(house: House) -> None:
    await house.open()
    for number in range(9):
        await house.desk.store.filters.put(USER, SavedFilter(f"f{number}", Filter()))
        await house.tabs.tick()
    await house.tabs.tick()
    (home,) = await house.later()
    assert len(home.filters) == 9


async def test_what_failed_is_shown_at_the_next_change(house: House) -> None:
    house.view.error = SlackFailed(error="internal_error")
    await house.tabs.opened(USER)
    await house.run()
    house.view.error = None
    assert await house.later() == [], "nobody is asked again and again"
    await house.desk.store.filters.put(USER, SavedFilter("vip", Filter()))
    assert len(await house.later()) == 1


async def test_what_nobody_waits_for_leaves_slack_s_limit_to_who_looks(house: House) -> None:
    await house.open()
    await house.desk.store.filters.put(USER, SavedFilter("vip", Filter()))
    house.view.full = True
    assert await house.later() == []
    assert (await house.open()).filters, "who looks at it waits for their turn"
    house.view.full = False
    assert await house.later() == [], "and by then it says what is"


async def test_the_latest_is_the_last_to_be_shown(house: House) -> None:
    house.view.delays = [0.02, 0]
    await house.tabs.opened(USER)
    await house.desk.store.filters.put(USER, SavedFilter("vip", Filter()))
    await house.tabs.opened(USER)
    await house.run()
    assert house.view.shown[-1][1].filters


async def test_admins_see_the_workspace_as_long_as_they_are(house: House) -> None:
    assert (await house.open()).glance is None
    house.people.is_admin = True
    house.desk.clock.move(minutes=1)
    home = await house.open()
    assert home.glance is not None
    assert home.glance.linked == 1
    await house.desk.store.links.put(replace(await _link(house), user=SlackUser("T1", "U2")))
    (home,) = await house.later()
    assert home.glance is not None
    assert home.glance.linked == 2
    house.people.is_admin = False
    await house.tabs.user_changed(USER)
    assert [home.glance for home in await house.later()] == [None]
    await house.desk.store.links.put(replace(await _link(house), user=SlackUser("T1", "U3")))
    assert await house.later() == []


async def test_who_is_an_admin_nobody_guesses(house: House) -> None:
    house.people.error = SlackFailed(error="internal_error")
    assert (await house.open()).glance is None
    assert (await house.open(ADMIN)).glance is not None, "the settings say so"


async def test_a_channel_s_digest_is_shown_to_who_shares_or_looks_after_it(house: House) -> None:
    store = house.desk.store
    await store.subscriptions.put(channel_digest(USER), NOW)
    theirs = await store.subscriptions.put(channel_digest(ADMIN, "C2"), NOW)
    await store.subscriptions.put(channel_digest(ADMIN, "C3"), NOW)
    await store.participants.join(theirs.id, USER, NOW)
    home = await house.open()
    assert [(row.standing.channel, row.is_shared, row.is_owner) for row in home.channels] == [
        ("C2", True, False),
        ("C1", False, True),
    ]
    await store.participants.leave(theirs.id, USER, NOW, "left-channel")
    (home,) = await house.later()
    assert [row.standing.channel for row in home.channels] == ["C1"]


async def test_guests_and_strange_workspaces_get_nothing(house: House) -> None:
    house.people.is_guest = True
    assert await house.open() == Home(NOW, newcomer=Newcomer.GUEST)
    house.people.is_guest = False
    elsewhere = house_of(house.desk, Access(("onsite",), Places(), {}, admins=()))
    assert (await elsewhere.open()).newcomer is Newcomer.WELCOME
    nothing = house_of(house.desk, Access((), Places()))
    assert (await nothing.open()).newcomer is Newcomer.NO_TENANT


async def test_a_link_that_does_not_open_can_be_replaced(house: House) -> None:
    connection(house.desk.store).execute("UPDATE links SET sealed_ticket = x'00'")
    home = await house.open()
    assert (home.me, home.newcomer) == (None, Newcomer.WELCOME)


async def test_who_is_forgotten_is_shown_that_and_no_more(house: House) -> None:
    await house.open()
    house.desk.leaving._on_gone = house.tabs.refresh  # as the wiring does
    await house.desk.leaving.forget(USER, Departure.ASKED, USER)
    await house.run()
    assert house.view.shown[-1][1].me is None
    await house.desk.store.filters.put(USER, SavedFilter("vip", Filter()))
    assert await house.later() == []


# ---------------------------------------------------------------- what is pressed there


async def test_what_changes_a_setting_is_said_there(house: House) -> None:
    await house.open()
    (said,) = await house.press(Ask("digest at 08:00 weekdays"))
    assert isinstance(said, DigestState)
    assert house.desk.messenger.said == []
    assert isinstance(house.view.shown[-1][1].digest, DigestState)
    assert house.view.shown[-1][1].said == said
    await house.desk.store.filters.put(USER, SavedFilter("vip", Filter()))
    (home,) = await house.later(timedelta(seconds=5))
    assert home.said == said, "another change does not wipe it away"
    await house.desk.store.filters.remove(USER, "vip")
    assert [home.said for home in await house.later()] == [None]


async def test_what_slack_does_not_take_there_is_said_in_a_message(house: House) -> None:
    house.view.error = SlackFailed(error="internal_error")
    assert await house.press(Ask("digest at 08:00")) == []
    assert isinstance(house.desk.messenger.said[-1][0], DigestState)


@pytest.mark.parametrize(("line", "kind"), [("link", LinkOffer), ("digest", DigestForm)])
async def test_what_is_to_be_pressed_further_opens(house: House, line: str, kind: type[Reply]) -> None:
    assert await house.press(Ask(line)) == []
    assert isinstance(house.desk.messenger.said[-1][0], kind)


async def test_what_happened_on_companies_goes_to_messages(house: House) -> None:
    house.desk.crm.rows = (activity(1),)
    assert await house.press(Ask("week")) == [InMessages()]
    assert isinstance(house.desk.messenger.said[-1][0], ActivityAnswer)


async def test_an_error_is_said_there(house: House) -> None:
    house.desk.crm.error = RuntimeError("no")
    (said,) = await house.press(Ask("week"))
    assert getattr(said, "code", "") == "unexpected"
    assert house.desk.messenger.said == []


async def test_who_presses_there_looks_at_it(house: House) -> None:
    await house.desk.store.filters.put(USER, SavedFilter("vip", Filter()))
    (said,) = await house.press(Ask("filter remove vip"))
    assert isinstance(said, FilterRemoved)
    await house.desk.store.filters.put(USER, SavedFilter("vip", Filter()))
    assert len(await house.later()) == 1


async def test_who_unlinks_there_is_not_remembered_for_it(house: House) -> None:
    await house.open()
    (said,) = await house.press(Confirm())
    assert said == Unlinked()
    assert await house.desk.store.personal.users("T1") == []


async def test_elsewhere_nothing_changes(house: House) -> None:
    await house.open()
    conversation = Conversation(USER, "C1", Secret("https://slack.example/response"))
    await house.desk.commands.take(Request("d", conversation, Ask("digest at 08:00")))
    await house.run()
    assert isinstance(house.desk.messenger.said[-1][0], DigestState)
    assert len(await house.later()) == 1


async def _link(house: House) -> Link:
    link = await house.desk.store.links.get(USER)
    assert link
    return link
