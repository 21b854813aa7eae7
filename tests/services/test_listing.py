"""The channels that have a digest, as far as somebody may see them."""

import asyncio

from bot.core.audience import Channel
from bot.core.errors import SlackFailed
from bot.core.people import SlackChannel
from bot.core.replies.channels import ChannelList
from tests.services.conftest import Desk


async def test_slack_is_asked_about_all_channels_at_once(linked: Desk) -> None:
    """One after the other, each waits for Slack's limit, until the command's time is up."""
    linked.people.is_admin = True
    for name in ("C2", "C3", "C4", "C5"):
        await linked.channel_digest(name)
    asked, all_are_asked_about = set[str](), asyncio.Event()

    async def look(place: SlackChannel) -> Channel:
        asked.add(place.channel)
        if asked >= {"C2", "C3", "C4", "C5"}:
            all_are_asked_about.set()
        if place.channel != "C1":
            await all_are_asked_about.wait()
        if place.channel == "C3":
            raise SlackFailed(error="ratelimited", passing=True)
        return Channel(place.channel, is_member=True)

    linked.channels.look = look  # type: ignore[method-assign]
    found = await linked.ask("channel list")
    assert isinstance(found, ChannelList)
    assert [row.channel for row in found.rows] == ["C2", "C4", "C5"]
    assert found.more == 1, "of which Slack does not tell who may see it"
