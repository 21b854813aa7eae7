"""Slack's conversations: what they are, who reads them, and what the bot posts there."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from bot.core.audience import Channel, Crowd, Kind
from bot.core.errors import SlackFailed
from bot.core.people import SlackChannel, SlackUser
from bot.core.replies import Reader, SharedPage
from bot.slack.blocks import draw_shared
from bot.slack.budgets import Budgets
from bot.slack.calls import or_text_alone
from bot.slack.paging import PAGE, pages
from bot.slack.roster import Roster
from bot.slack.sdk import failure
from bot.slack.workspaces import Workspaces

__all__ = ["SlackChannels"]

log = logging.getLogger(__name__)

#: What asking about many members ends with, though Slack answers.
OUT_OF_TIME = {"TimeoutError", "ratelimited"}
#: Seconds for each method: somebody waits.
PATIENCE = 10.0


class SlackChannels:
    """Implements the port ``Channels``. Slack is asked each time; only who is a guest is remembered.

    ``patience`` is in seconds.
    """

    def __init__(
        self,
        workspaces: Workspaces,
        roster: Roster,
        budgets: Budgets,
        patience: float = PATIENCE,
    ) -> None:
        self._workspaces = workspaces
        self._roster = roster
        self._budgets = budgets
        self._patience = patience

    async def look(self, place: SlackChannel) -> Channel:
        """What the conversation is, by ``conversations.info`` (scopes ``channels:read``, ``groups:read``).

        A private one that the bot is not in looks to it as if there were none.
        """
        try:
            async with self._asking():
                client = await self._workspaces.client(place.workspace)
                asks = self._budgets.paced(place.workspace, "conversations.info", client.conversations_info)
                answer = await asks(channel=place.channel)
                return _channel(place.channel, answer["channel"])
        except SlackFailed as error:
            if error.params["error"] == "channel_not_found":
                return Channel(place.channel, is_direct=place.channel.startswith("D"))
            raise

    async def crowd(self, place: SlackChannel) -> Crowd:
        """Who reads it, by ``conversations.members``; what they are, as the roster knows or asks in time."""
        async with self._asking():
            members = frozenset([user async for page in self._members(place) for user in page])
        try:
            async with self._asking():
                await self._roster.settle(place.workspace, members)
        except SlackFailed as error:
            if error.error not in OUT_OF_TIME:
                raise
            log.warning("some members stay unknown: %s", error, extra={"action": "slack.unsettled"})
        kinds = Counter(self._roster.known(place.workspace, members).values())
        unsettled = len(members) - kinds.total()
        return Crowd(members, kinds[Kind.GUEST], kinds[Kind.OUTSIDER], unsettled)

    async def is_in(self, place: SlackChannel, user: SlackUser) -> bool:
        """Whether a user is in it, by ``conversations.members`` (Tier 4, up to 1,000 a page)."""
        async with self._asking():
            async for page in self._members(place):
                if user.user in page:
                    return True
            return False

    async def post(self, place: SlackChannel, page: SharedPage, reader: Reader) -> str:
        """Post a page by ``chat.postMessage`` (scope ``chat:write``); return its ``ts``."""
        message = draw_shared(page, reader)
        async with self._asking():
            client = await self._workspaces.client(place.workspace, posting=True)
            posted = await or_text_alone(
                lambda each: client.chat_postMessage(**each),
                {
                    "channel": place.channel,
                    "text": message.text,
                    "blocks": message.blocks,
                    "unfurl_links": False,
                    "unfurl_media": False,
                },
            )
            return str(posted["ts"])

    async def delete(self, place: SlackChannel, ts: str) -> None:
        """Delete a message of the bot's own by ``chat.delete`` (scope ``chat:write``)."""
        try:
            async with self._asking():
                client = await self._workspaces.client(place.workspace)
                await client.chat_delete(channel=place.channel, ts=ts)
        except SlackFailed as error:
            if error.params["error"] != "message_not_found":
                raise

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[None]:
        """The time that Slack has. Whatever goes wrong is a :class:`SlackFailed`."""
        try:
            async with asyncio.timeout(self._patience):
                yield
        except SlackFailed:
            raise
        except Exception as error:
            raise failure(error) from None

    async def _members(self, place: SlackChannel) -> AsyncIterator[list[str]]:
        client = await self._workspaces.client(place.workspace)
        lists = self._budgets.paced(place.workspace, "conversations.members", client.conversations_members)
        async for page in pages(lists, channel=place.channel, limit=PAGE):
            yield page["members"]


def _channel(channel: str, info: Mapping[str, Any]) -> Channel:
    """Source: docs.slack.dev, "Conversation object". Of a channel it must say whether outsiders read it."""
    is_direct = bool(info.get("is_im") or info.get("is_mpim"))
    pending = ("is_pending_ext_shared", "pending_shared", "pending_connected_team_ids")
    return Channel(
        id=channel,
        name=str(info.get("name") or ""),
        is_external=bool(info.get("is_ext_shared") if is_direct else info["is_ext_shared"]),
        is_pending=any(info.get(sign) for sign in pending),
        is_direct=is_direct,
        is_archived=bool(info.get("is_archived")),
        is_member=bool(info.get("is_member")),
        is_private=bool(info.get("is_private") or info.get("is_group")),
        creator=str(info.get("creator") or ""),
    )
