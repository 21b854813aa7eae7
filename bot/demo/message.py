"""A message as it stands in a conversation."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

__all__ = ["Message", "elements", "find"]


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


def elements(blocks: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Everything in blocks that can be pressed, with its block's id."""
    for block in blocks:
        pressable = [*block.get("elements", ()), block.get("accessory")]
        yield from (
            (block["block_id"], each)
            for each in pressable
            if isinstance(each, Mapping) and "action_id" in each
        )


def find(
    among: Iterable[tuple[str, Mapping[str, Any]]], action_id: str, choice: str | None, number: int = 1
) -> tuple[str, Mapping[str, Any]]:
    """The ``number``-th of that name that offers the choice, if one is named. Raises :class:`LookupError`."""
    there = [*among]
    for block_id, element in there:
        choices = [option.get("value") for option in element.get("options", ())] or [choice]
        if element["action_id"] == action_id and (choice is None or choice in choices):
            number -= 1
            if not number:
                return block_id, element
    raise LookupError(f"no element {action_id!r} there, only {[each['action_id'] for _, each in there]}")
