"""What people ask of the bot, however it reached it."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.core.command import normalise
from bot.core.people import SlackUser
from bot.core.secret import Secret
from bot.core.window import Window

__all__ = ["FIRST", "Ask", "Confirm", "Conversation", "Decline", "Page", "Request"]


@dataclass(frozen=True, slots=True)
class Conversation:
    """Where a reply goes: back to where it was asked, seen by the one who asked."""

    user: SlackUser
    channel: str
    #: Slack takes up to five replies there, within half an hour.
    response_url: Secret = field(repr=False)


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of an answer to show. A later page carries the window of the first."""

    offset: int = 0
    window: Window | None = None


FIRST = Page()


@dataclass(frozen=True, slots=True)
class Ask:
    """A typed command, or a button that asks for another page of its answer."""

    text: str
    page: Page = FIRST


@dataclass(frozen=True, slots=True)
class Confirm:
    """The button that unlinks."""


@dataclass(frozen=True, slots=True)
class Decline:
    """The button that does not."""


@dataclass(frozen=True, slots=True)
class Request:
    """One delivery of Slack's."""

    #: What tells this delivery from every other: the trigger id.
    delivery: str
    conversation: Conversation
    wish: Ask | Confirm | Decline
    #: The reply takes the place of the message whose button was pressed.
    replace: bool = False
    received_at: datetime | None = field(default=None, compare=False)

    @property
    def asked(self) -> str:
        """What was typed, less what a phone or a copy added: it goes into buttons, which hold little."""
        return normalise(self.wish.text) if isinstance(self.wish, Ask) else ""

    @property
    def page(self) -> Page:
        """The page that is asked for."""
        return self.wish.page if isinstance(self.wish, Ask) else FIRST
