"""Slack's conversations: what they are, who reads them, and what the bot posts there."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from bot.core.audience import Channel
from bot.core.errors import SlackFailed
from bot.core.people import SlackChannel, SlackUser
from bot.core.replies import Reader, SharedPage
from bot.slack.blocks import draw_shared
from bot.slack.paging import PAGE, pages
from bot.slack.people import SlackPeople
from bot.slack.sdk import failure
from bot.slack.workspaces import Workspaces

__all__ = ["SlackChannels"]

#: Members of a channel that are asked about one by one; for more, the whole workspace is listed.
#: ``users.info`` is Tier 4 (100 a minute), ``users.list`` Tier 2 (20 a minute, up to 1,000 a page).
FEW = 40
#: Requests at once.
AT_ONCE = 8
#: Seconds for each method: somebody waits.
PATIENCE = 10.0


class SlackChannels:
    """Implements the port ``Channels``. Slack is asked each time; only people's profiles are remembered.

    Profiles are minutes old at most, and Slack's ``user_change`` makes them forgotten: whoever has just
    become a guest counts as one. ``patience`` is in seconds.
    """

    def __init__(
        self,
        workspaces: Workspaces,
        people: SlackPeople,
        patience: float = PATIENCE,
    ) -> None:
        self._workspaces = workspaces
        self._people = people
        self._patience = patience

    async def look(self, place: SlackChannel) -> Channel:
        """What the conversation is, by ``conversations.info`` (scopes ``channels:read``, ``groups:read``).

        A private one that the bot is not in looks to it as if there were none.
        """
        try:
            async with self._asking():
                client = await self._workspaces.client(place.workspace)
                answer = await client.conversations_info(channel=place.channel)
                return _channel(place.channel, answer["channel"])
        except SlackFailed as error:
            if error.params["error"] == "channel_not_found":
                return Channel(place.channel, is_direct=place.channel.startswith("D"))
            raise

    async def has_guests(self, place: SlackChannel) -> bool:
        """Whether anybody in it is a guest or of another organisation, by ``conversations.members``."""
        async with self._asking():
            workspace = place.workspace
            users = {SlackUser(workspace, user) async for page in self._members(place) for user in page}
            if len(self._people.unknown(users)) > FEW:
                await self._people.learn(workspace, self._users(workspace))
            if len(self._people.unknown(users)) > FEW:
                raise SlackFailed(error="too many members")
            return await self._is_any_a_guest(users)

    async def post(self, place: SlackChannel, page: SharedPage, reader: Reader) -> str:
        """Post a page by ``chat.postMessage`` (scope ``chat:write``); return its ``ts``."""
        message = draw_shared(page, reader)
        async with self._asking():
            client = await self._workspaces.client(place.workspace, posting=True)
            posted = await client.chat_postMessage(
                channel=place.channel,
                text=message.text,
                blocks=message.blocks,
                unfurl_links=False,
                unfurl_media=False,
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

    async def _is_any_a_guest(self, users: Iterable[SlackUser]) -> bool:
        at_once = asyncio.Semaphore(AT_ONCE)

        async def is_guest(user: SlackUser) -> bool:
            async with at_once:
                return (await self._people.profile(user)).is_guest

        return any(await asyncio.gather(*map(is_guest, users)))

    async def _members(self, place: SlackChannel) -> AsyncIterator[list[str]]:
        client = await self._workspaces.client(place.workspace)
        async for page in pages(client.conversations_members, channel=place.channel, limit=PAGE):
            yield page["members"]

    async def _users(self, workspace: str) -> AsyncIterator[list[dict[str, Any]]]:
        client = await self._workspaces.client(workspace)
        async for page in pages(client.users_list, team_id=workspace, include_locale=True, limit=PAGE):
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
    )
