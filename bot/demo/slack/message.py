"""A message as it stands in a conversation."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.demo.slack.elements import elements

__all__ = ["Message"]


@dataclass(frozen=True, slots=True)
class Message:
    """A message, the bot's or a member's, as it stands now."""

    ts: str
    channel: str
    text: str
    blocks: Sequence[Mapping[str, Any]] = ()
    #: Who alone sees it; ``None``: everybody in the channel.
    ephemeral_to: str | None = None
    thread_ts: str | None = None
    metadata: Mapping[str, Any] | None = None
    #: Which way it came: ``chat.postMessage``, ``response_url``, ``ack``, ...
    via: str = ""
    edited: int = 0
    deleted: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)
    #: The workspace it stands in.
    team: str = ""
    #: The member who wrote it; ``None``: the bot.
    by: str | None = None
    #: When ``conversations.history`` shows it; ``None``: at once.
    shown_at: datetime | None = None

    @property
    def user(self) -> str | None:
        """Whom it was written to alone, if so."""
        return self.ephemeral_to

    def elements(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Everything that can be pressed, with its block's id."""
        return elements(self.blocks)
