"""What is changed for a channel, and announced there."""

import asyncio

import pytest

from bot.core.replies.digests import DigestState
from bot.core.subscription import State
from bot.services.channels import setup
from tests.services.conftest import Desk


async def test_a_change_does_not_wait_for_slack_to_take_its_announcement(
    linked: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a 429 that may be long, and who is told that it did not work does it again."""
    linked.people.is_admin = True
    assert isinstance(await linked.ask("channel digest at 08:30"), DigestState)

    async def closed() -> None:
        await asyncio.Event().wait()

    linked.posts.meanwhile = closed
    monkeypatch.setattr(setup, "PATIENCE_SECONDS", 0)
    paused = await linked.ask("channel pause")
    assert isinstance(paused, DigestState)
    assert (paused.state, paused.team and paused.team.is_untold) == (State.OFF, True)
