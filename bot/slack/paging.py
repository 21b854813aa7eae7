"""Slack's lists, page after page. Source: docs.slack.dev, "Pagination"."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.core.errors import SlackFailed

__all__ = ["PAGE", "pages"]

#: Entries a page; under 1,000.
PAGE = 999
#: Pages that are read before the list counts as unknown.
MOST_PAGES = 50


async def pages(
    method: Callable[..., Awaitable[AsyncSlackResponse]], most: int = MOST_PAGES, **arguments: Any
) -> AsyncIterator[AsyncSlackResponse]:
    """Every page of a list. Raises :class:`SlackFailed` where there are more than ``most``."""
    for _ in range(most):
        page = await method(**arguments)
        yield page
        cursor = (page.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return
        arguments["cursor"] = cursor
    raise SlackFailed(error="too many pages")
