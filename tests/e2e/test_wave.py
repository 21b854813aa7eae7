"""While hundreds of digests are on their way, at Slack's own pace, a command is answered at once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

import pytest

from bot.app import duties
from bot.core.people import Link, Principal, SlackUser
from bot.core.recurrence import EVERY_DAY
from bot.core.schedule import Schedule
from bot.core.secret import Secret
from bot.core.subscription import Subscription
from bot.demo.slack.workspace import Member
from tests.e2e.conftest import KEY, Start, World
from tests.e2e.test_main_job import said
from tests.sqlite import opened

COUNT, SECONDS = 600, 20


async def subscribe(world: World) -> None:
    """Everybody is the seller in SuperOffice, and their digest is due now."""
    now = datetime.now(UTC)
    minute = now.time().replace(second=0, microsecond=0)
    schedule = Schedule.at(minute, days=EVERY_DAY, zone="UTC")
    before = now - timedelta(hours=1)
    user = world.crm.seller
    with opened(world.database, Secret(KEY)) as store:
        for number in range(COUNT):
            owner = SlackUser("T0DEMO", f"U0USER{number}")
            world.slack.workspace.members[owner.user] = Member(owner.user, owner.user.lower(), owner.user)
            who, ticket = Principal(user.associate_id, user.person_id, "", ""), Secret(world.crm.ticket(user))
            await store.links.put(Link(owner, "onsite", who, now, now, ticket))
            new = Subscription(0, owner, schedule, ZoneInfo("UTC"), since=before, considered_until=before)
            await store.subscriptions.put(new, now)


@pytest.mark.long
async def test_a_command_is_answered_at_once_during_a_wave(
    start: Start, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    monkeypatch.setattr(duties, "DIGESTS", timedelta(seconds=0.5))
    async with start() as world:
        await world.link()
        rates = world.slack.enforce_limits()
        world.crm.faults.set("GetMyActiveContacts", delay=0.2)
        await subscribe(world)
        began, took = monotonic(), list[float]()
        while monotonic() - began < SECONDS:
            asked = monotonic()
            answer = await world.ask("since 3d")
            took.append(monotonic() - asked)
            assert "companies" in said(answer)
        sent = [message for message in world.slack.messages() if message.metadata]
        record_property("commands", f"{len(took)}, at most {max(took):.2f} s, beside {len(sent)} digests")
        assert len(sent) > SECONDS * 3
        assert not rates.refused["chat.postMessage"]
        assert max(took) < 2
