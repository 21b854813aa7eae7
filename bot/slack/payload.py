"""What Slack delivers, as requests; what buttons carry and bring back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.core.people import SlackUser
from bot.core.replies import ActivityAnswer
from bot.core.requests import Ask, Confirm, Conversation, Decline, Page, Request
from bot.core.secret import Secret
from bot.core.window import Window

__all__ = ["ACTIONS", "PageButton", "pressed", "typed"]

#: Every button that this bot draws, by its ``action_id``.
ACTIONS = ("page.newest", "page.next", "page.catchup", "again", "unlink", "keep")


@dataclass(frozen=True, slots=True)
class PageButton:
    """The query behind a page button, with its absolute start: it works after a restart, and on any day."""

    asked: str
    #: ``None`` where it is yet to be worked out, from what was asked.
    window: Window | None
    offset: int

    @classmethod
    def of(cls, reply: ActivityAnswer, offset: int) -> "PageButton":
        """The button under ``reply`` that leads to ``offset``."""
        return cls(reply.asked, reply.window, offset)

    def encode(self) -> str:
        """The button's value."""
        value: dict[str, object] = {"v": 1, "c": self.asked, "o": self.offset}
        if self.window:
            ends = (self.window.start, self.window.end)
            value["w"] = [end.isoformat() if end else None for end in ends]
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def decode(cls, value: str) -> "PageButton":
        """What :meth:`encode` made. Raises :class:`ValueError`, :class:`KeyError` or :class:`TypeError`."""
        fields = json.loads(value)
        window = None
        if "w" in fields:
            start, end = (datetime.fromisoformat(end) if end else None for end in fields["w"])
            window = Window(start, end)
        return cls(str(fields["c"]), window, max(0, int(fields["o"])))


def typed(body: Mapping[str, Any]) -> Request:
    """The request in a slash command's form fields.

    Source: docs.slack.dev, "Implementing slash commands".
    """
    user = SlackUser(body["team_id"], body["user_id"])
    conversation = Conversation(user, body["channel_id"], Secret(body["response_url"]))
    return Request(f"command:{body['trigger_id']}", conversation, Ask(body.get("text", "")))


def pressed(body: Mapping[str, Any]) -> Request:
    """The request in a ``block_actions`` payload.

    Source: docs.slack.dev, "block_actions payload".
    """
    # The workspace it was pressed in, as in a command; on Grid the user's own may be another.
    user = SlackUser(body["team"]["id"], body["user"]["id"])
    channel = body.get("channel") or {}
    conversation = Conversation(user, channel.get("id", ""), Secret(body.get("response_url", "")))
    action = body["actions"][0]
    wish = _wish(action["action_id"], action.get("value", ""))
    return Request(f"press:{body['trigger_id']}", conversation, wish, replace=True)


def _wish(action: str, value: str) -> Ask | Confirm | Decline:
    match action:
        case "unlink":
            return Confirm()
        case "keep":
            return Decline()
        case _:
            page = PageButton.decode(value)
            return Ask(page.asked, Page(page.offset, page.window))
