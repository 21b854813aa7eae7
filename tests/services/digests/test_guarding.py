"""The guard of channels' digests, with a real store and the demo's Slack over a real socket."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from bot.core.audience import Refusal
from bot.core.audit import Departure
from bot.core.channeldigest import ChannelSettings
from bot.core.people import SlackChannel, SlackUser
from bot.core.schedule import Schedule
from bot.core.secret import Secret
from bot.core.subscription import Subscription
from bot.demo.slack import Slack
from bot.demo.slack.workspace import Member
from bot.services.access import Access
from bot.services.audience import Audience
from bot.services.digests.guarding import ChannelGuard
from bot.slack.budgets import Budgets
from bot.slack.channels import SlackChannels
from bot.slack.people import SlackPeople
from bot.slack.roster import Roster
from bot.slack.workspaces import Workspaces
from bot.store import Store
from tests.conftest import NOW, StoppedClock
from tests.databases import fresh_database
from tests.sqlite import opened

OWNER = SlackUser(Slack.team, Slack.seller.id)
APP_ADMIN = Slack.colleague.id
PUBLIC, PRIVATE, GUESTS = "C0GENERAL", "C0SALES", "C0GUESTS"


@dataclass
class Scene:
    """A guard, and what it looks at."""

    slack: Slack
    store: Store
    guard: ChannelGuard
    people: SlackPeople

    async def digest(self, channel: str, **settings: object) -> Subscription:
        """A channel's digest, stored."""
        made = Subscription(
            0,
            OWNER,
            Schedule.at(time(8)),
            ZoneInfo("Europe/Oslo"),
            channel=channel,
            since=NOW,
            considered_until=NOW,
            team=ChannelSettings(**settings),  # type: ignore[arg-type]
        )
        return await self.store.subscriptions.put(made, None)

    async def refusal(self, channel: str) -> Refusal | None:
        """Why nothing may be posted there now."""
        found = await self.store.subscriptions.of_channel(SlackChannel(Slack.team, channel))
        assert found
        return await self.guard.refusal(found)

    def flag(self, channel: str, *flags: str) -> None:
        """What Slack says of a channel from now on."""
        self.slack.workspace.channels[channel].flags = frozenset({"is_channel", *flags})


@pytest.fixture
def patience() -> float:
    """Seconds for each of Slack's methods: as many as a busy machine needs."""
    return 60


@pytest.fixture
async def scene(tmp_path: Path, clock: StoppedClock, patience: float) -> AsyncIterator[Scene]:
    """Everything, with Slack's limits enforced."""
    fresh_database(tmp_path / "bot.db")
    key = Secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    async with Slack(clock=clock) as slack, aiohttp.ClientSession() as session:
        slack.enforce_limits()
        workspaces, budgets = Workspaces(Secret(slack.bot_token), slack.api_url, session), Budgets()
        people = SlackPeople(workspaces, clock)
        channels = SlackChannels(workspaces, Roster(workspaces, clock, budgets), budgets, patience)
        with opened(tmp_path / "bot.db", key) as store:
            guard = ChannelGuard(
                audience=Audience(channels),
                people=people,
                subscriptions=store.subscriptions,
                access=Access((), workspaces, admins=(APP_ADMIN,)),
            )
            yield Scene(slack, store, guard, people)


@pytest.mark.parametrize(
    ("channel", "reason"),
    [
        (PUBLIC, None),
        (PRIVATE, None),
        ("C0SHARED", Refusal.EXTERNAL),
        ("C0PENDING", Refusal.PENDING),
        (GUESTS, Refusal.GUESTS),
        ("C0RANDOM", Refusal.NOT_INVITED),
        ("C0BOARD", Refusal.NOT_INVITED),
        ("C0OLD", Refusal.ARCHIVED),
        ("C0NOWHERE", Refusal.NOT_INVITED),
    ],
)
async def test_each_channel(scene: Scene, channel: str, reason: Refusal | None) -> None:
    place = SlackChannel(Slack.team, channel)
    assert await scene.guard.allowed(place, ChannelSettings()) is reason
    assert await scene.guard.refusal(await scene.digest(channel)) is reason


async def test_a_direct_message_is_nobody_s_but_its_reader_s(scene: Scene) -> None:
    digest = replace(await scene.digest(PUBLIC), channel="", team=None)
    assert await scene.guard.refusal(digest) is None
    assert scene.slack.calls("conversations.info") == []


async def test_what_becomes_of_a_channel_counts_at_once(scene: Scene) -> None:
    await scene.digest(PUBLIC)
    assert await scene.refusal(PUBLIC) is None
    for flags, reason in (
        (("is_ext_shared",), Refusal.EXTERNAL),
        (("is_pending_ext_shared",), Refusal.PENDING),
        (("is_archived",), Refusal.ARCHIVED),
        (("is_org_shared",), None),
        ((), None),
    ):
        scene.flag(PUBLIC, *flags)
        assert await scene.refusal(PUBLIC) is reason
    scene.slack.invite(PUBLIC, Slack.guest)
    assert await scene.refusal(PUBLIC) is Refusal.GUESTS


@pytest.mark.parametrize("approver", [Slack.manager.id, APP_ADMIN])
async def test_guests_read_along_where_an_admin_approved_that(scene: Scene, approver: str) -> None:
    await scene.digest(GUESTS, guests_approved_by=approver, guests_approved_at=NOW)
    assert await scene.refusal(GUESTS) is None
    outsider = Member("U0OUT", "o", "O", team="T0ELSE")
    scene.slack.workspace.members[outsider.id] = outsider
    scene.slack.invite(GUESTS, outsider)
    assert await scene.refusal(GUESTS) is Refusal.EXTERNAL, "that was not approved"


@pytest.mark.parametrize("change", [{"is_admin": False, "is_owner": False}, {"deleted": True}])
async def test_the_word_of_who_is_no_admin_any_more_does_not_count(
    scene: Scene, change: dict[str, bool]
) -> None:
    await scene.digest(GUESTS, guests_approved_by=Slack.manager.id, guests_approved_at=NOW)
    assert await scene.refusal(GUESTS) is None
    flags = {*Slack.manager.flags, *change} - {name for name, value in change.items() if not value}
    scene.slack.workspace.members[Slack.manager.id] = replace(Slack.manager, flags=tuple(flags))
    scene.people.forget(SlackUser(Slack.team, Slack.manager.id))  # as ``user_change`` does
    assert await scene.refusal(GUESTS) is Refusal.GUESTS


async def test_whoever_is_forgotten_has_approved_nothing(scene: Scene) -> None:
    await scene.digest(GUESTS, guests_approved_by=Slack.manager.id, guests_approved_at=NOW)
    manager = SlackUser(Slack.team, Slack.manager.id)
    await scene.store.personal.forget(manager, Departure.ASKED, NOW)
    assert await scene.refusal(GUESTS) is Refusal.GUESTS


async def test_a_member_s_word_is_no_admin_s(scene: Scene) -> None:
    await scene.digest(GUESTS, guests_approved_by=Slack.seller.id, guests_approved_at=NOW)
    assert await scene.refusal(GUESTS) is Refusal.GUESTS


async def test_whether_the_admin_still_is_one_must_be_known(scene: Scene) -> None:
    await scene.digest(GUESTS, guests_approved_by="U0GONE", guests_approved_at=NOW)
    assert await scene.refusal(GUESTS) is Refusal.UNKNOWN


async def test_a_private_channel_that_is_opened_to_everybody(scene: Scene) -> None:
    await scene.digest(PRIVATE)
    assert await scene.refusal(PRIVATE) is None
    scene.flag(PRIVATE)
    assert await scene.refusal(PRIVATE) is Refusal.OPENED
    assert await scene.refusal(PRIVATE) is Refusal.OPENED, "asking changes nothing"
    scene.flag(PRIVATE, "is_private")
    assert await scene.refusal(PRIVATE) is None


async def test_a_public_channel_may_become_private_and_is_one_then(scene: Scene) -> None:
    await scene.digest(PUBLIC)
    assert await scene.refusal(PUBLIC) is None
    scene.flag(PUBLIC, "is_private")
    assert await scene.refusal(PUBLIC) is None
    scene.flag(PUBLIC)
    assert await scene.refusal(PUBLIC) is Refusal.OPENED


@pytest.mark.parametrize("method", ["conversations.info", "conversations.members", "users.info"])
@pytest.mark.parametrize(
    ("how", "patience"),
    [({"error": "missing_scope"}, 60), ({"status": 503}, 60), ({"retry_after": 60}, 1)],
    ids=str,
)
async def test_what_slack_does_not_tell_is_refused_for_now(
    scene: Scene, method: str, how: dict[str, object]
) -> None:
    await scene.digest(PUBLIC)
    scene.slack.fail(method, **how, times=50)  # type: ignore[arg-type]
    reason = await scene.refusal(PUBLIC)
    assert reason
    assert reason.passes
    scene.slack.api.failures.clear()
    if "retry_after" not in how:
        assert await scene.refusal(PUBLIC) is None


async def test_a_channel_of_5000_and_a_cold_cache(scene: Scene) -> None:
    """Decided at once, within what Slack allows in a minute."""
    people = [Member(f"U0CROWD{number}", "c", "C") for number in range(5_000)]
    scene.slack.workspace.members |= {each.id: each for each in people}
    scene.slack.workspace.channels[PUBLIC].members |= {each.id for each in people}
    await scene.digest(PUBLIC)
    assert await scene.refusal(PUBLIC) is None
    assert scene.slack.workspace.rates
    assert scene.slack.workspace.rates.refused == {}
    assert len(scene.slack.api.calls) == 14, "auth.test, the channel, 6 pages of members, 6 of people"
