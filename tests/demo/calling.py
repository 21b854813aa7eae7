"""Calls of the demo's Slack that are meant to fail."""

from collections.abc import Awaitable

import pytest
from slack_sdk.errors import SlackApiError

__all__ = ["failing"]


async def failing(call: Awaitable[object]) -> str:
    """Slack's word for why it refuses."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])
