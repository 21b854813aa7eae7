"""The few block forms in use, as plain dicts, within Slack's limits.

Text from the CRM or from people goes into ``plain_text`` and ``rich_text``, which Slack never parses. What
goes into ``mrkdwn`` is a sentence of ours, its values through :func:`escape`, and ``verbatim``.
Limits: docs.slack.dev, Block Kit reference.
"""

from dataclasses import dataclass
from typing import Any

__all__ = [
    "Block",
    "Element",
    "Message",
    "actions",
    "button",
    "context",
    "divider",
    "escape",
    "header",
    "link",
    "link_button",
    "note",
    "rich",
    "section",
    "shorten",
    "span",
]

Block = dict[str, Any]
Element = dict[str, Any]

MAX_HEADER = 150
MAX_SECTION = 3000
MAX_BUTTON = 75


@dataclass(frozen=True, slots=True)
class Message:
    """Blocks, and the text that notifications and screen readers give instead."""

    text: str
    blocks: list[Block]


def escape(text: str) -> str:
    """Take the meaning from ``&``, ``<`` and ``>``: no mention, link or date element survives it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` characters, an ellipsis for the rest."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def header(text: str) -> Block:
    """A heading, never parsed."""
    return {"type": "header", "text": _plain(text, MAX_HEADER)}


def section(markdown: str) -> Block:
    """A paragraph of ours."""
    return {"type": "section", "text": _markdown(markdown)}


def note(markdown: str) -> Block:
    """A small grey line of ours."""
    return {"type": "context", "elements": [_markdown(markdown)]}


def context(text: str) -> Block:
    """A small grey line, never parsed."""
    return {"type": "context", "elements": [_plain(text, 2000)]}


def divider() -> Block:
    """A line across."""
    return {"type": "divider"}


def rich(*elements: Element) -> Block:
    """A paragraph of spans and links, never parsed."""
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


def span(text: str, *, bold: bool = False) -> Element:
    """Text within :func:`rich`."""
    element: Element = {"type": "text", "text": text}
    return {**element, "style": {"bold": True}} if bold else element


def link(url: str, text: str) -> Element:
    """A bold link within :func:`rich`."""
    return {"type": "link", "url": url, "text": text, "style": {"bold": True}}


def actions(*buttons: Element) -> Block:
    """A row of buttons."""
    return {"type": "actions", "elements": list(buttons)}


def button(action: str, text: str, value: str = "", style: str = "") -> Element:
    """A button that reports to this bot."""
    element: Element = {"type": "button", "action_id": action, "text": _plain(text, MAX_BUTTON)}
    return {**element, **({"value": value} if value else {}), **({"style": style} if style else {})}


def link_button(action: str, text: str, url: str) -> Element:
    """A button that opens a page."""
    return {**button(action, text, style="primary"), "url": url}


def _plain(text: str, limit: int) -> Element:
    # Slack refuses an empty text, and one of spaces only.
    return {"type": "plain_text", "text": shorten(text.strip() or "–", limit), "emoji": False}


def _markdown(text: str) -> Element:
    return {"type": "mrkdwn", "text": shorten(text, MAX_SECTION), "verbatim": True}
