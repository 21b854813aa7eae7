"""What one can make happen at the demo, at the terminal and at the page alike."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo import controls
from bot.demo.clock import ShiftedClock
from bot.demo.servers import Servers
from bot.demo.slack import Slack
from bot.demo.superoffice import SuperOffice


@pytest.fixture
async def servers() -> AsyncIterator[Servers]:
    clock = ShiftedClock()
    async with SuperOffice(clock=clock) as crm, Slack(clock=clock) as slack:
        yield Servers(crm, slack, clock)


@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [
        ("Europe/Oslo", "2027-03-28T01:50+01:00", "2027-03-28T03:10+02:00"),
        ("America/New_York", "2027-03-14T01:50-05:00", "2027-03-14T03:10-04:00"),
        ("Australia/Lord_Howe", "2027-04-04T01:50+11:00", "2027-04-04T01:40+10:30"),
    ],
)
async def test_the_clock_stands_ten_minutes_before_a_clock_change_then_ten_after(
    servers: Servers, zone: str, before: str, after: str
) -> None:
    servers.clock.forward(datetime(2026, 12, 1, tzinfo=UTC) - servers.clock.now())
    ticket = servers.crm.ticket(servers.crm.seller)
    for wanted, is_past in ((before, False), (after, True)):
        then, past = controls.clock_change(servers, ZoneInfo(zone))
        assert (then.isoformat(timespec="minutes"), past) == (wanted, is_past)
        assert abs(servers.clock.now() - then) < timedelta(seconds=1)
    assert servers.crm.tickets.user(ticket) is servers.crm.seller, "sign-ins last"


async def test_where_clocks_are_never_changed_that_is_said(servers: Servers) -> None:
    with pytest.raises(LookupError, match=r"Clocks are not changed in Asia/Tokyo\."):
        controls.clock_change(servers, ZoneInfo("Asia/Tokyo"))


async def test_slack_refuses_a_method_for_a_while_and_no_other(servers: Servers) -> None:
    slack = servers.slack
    client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
    controls.limit(servers, seconds=30)
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel=slack.seller.id, text="Hello")
    assert (refused.value.response.status_code, refused.value.response.headers["Retry-After"]) == (429, "30")
    await client.chat_postEphemeral(channel="C0GENERAL", user=slack.seller.id, text="Hello")
    controls.forward(servers, 1)
    await client.chat_postMessage(channel=slack.seller.id, text="Hello")
    controls.limit(servers)
    await controls.mend(servers)
    await client.chat_postMessage(channel=slack.seller.id, text="Hello")
