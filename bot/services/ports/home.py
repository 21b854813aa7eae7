"""What the Home tab needs: to be remembered, and to be shown."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.core.people import SlackUser
from bot.core.replies import Reader
from bot.core.replies.home import Home

__all__ = ["HomeView", "Homes"]


class Homes(Protocol):
    """Whose Home tab there is. Whatever changes what one shows marks it as stale where it is stored."""

    async def opened(self, user: SlackUser, at: datetime) -> None:
        """The user looks at it: keep it up to date from now on."""
        ...

    async def changed(self, user: SlackUser) -> None:
        """Something that is shown there changed that is not stored here."""
        ...

    async def stale(self, now: datetime) -> Sequence[SlackUser]:
        """Whose is to be published anew, a few of each workspace; none so soon after the last time."""
        ...

    async def published(self, user: SlackUser, at: datetime) -> None:
        """It is made anew from what there is from now on."""
        ...

    async def shows_glance(self, user: SlackUser, *, shows: bool) -> None:
        """It tells of the whole workspace, or does not."""
        ...


class HomeView(Protocol):
    """The Home tab in Slack."""

    async def room(self, workspace: str) -> bool:
        """Whether Slack's limit leaves room for what nobody waits for."""
        ...

    async def publish(self, user: SlackUser, home: Home, reader: Reader) -> None:
        """Show it. Raises :class:`~bot.core.errors.SlackFailed`."""
        ...
