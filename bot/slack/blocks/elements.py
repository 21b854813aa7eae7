"""The few block forms in use, as plain dicts, within Slack's limits.

Text from the CRM or from people goes into ``plain_text`` and ``rich_text``, which Slack never parses. What
goes into ``mrkdwn`` is a sentence of ours, its values through :func:`escape`, and ``verbatim``.
Limits: docs.slack.dev, Block Kit reference.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

import orjson

__all__ = [
    "MAX_OPTION",
    "Block",
    "Element",
    "Message",
    "actions",
    "ask",
    "bullets",
    "button",
    "cell",
    "channel",
    "chosen",
    "confirm",
    "context",
    "conversations",
    "date",
    "divider",
    "escape",
    "fields",
    "fits",
    "header",
    "label",
    "link",
    "link_button",
    "literal",
    "menu",
    "multi_select",
    "note",
    "option",
    "plain",
    "rich",
    "section",
    "select",
    "shorten",
    "span",
    "spoken",
    "table",
    "text_input",
    "user",
    "users",
]

Block = dict[str, Any]
Element = dict[str, Any]

MAX_HEADER = 150
MAX_SECTION = 3000
MAX_BUTTON = 75
MAX_OPTION = 150
#: What one can type into one field.
MAX_TYPED = 180
#: Of the text beside the blocks: Slack advises at most 4,000.
MAX_TEXT = 3000
#: All texts of a message together, and those of its table.
MAX_CHARACTERS = 40_000
MAX_TABLE = 10_000

#: What sets the direction of the text behind it until that is ended: embeddings, overrides and isolates.
#: Source: Unicode Standard Annex #9, "Directional Formatting Characters".
DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Message:
    """Blocks, and the text that notifications and screen readers give instead."""

    text: str
    blocks: list[Block]


def fits(blocks: list[Block]) -> bool:
    """Whether a message can hold as much text, all together and in its table."""
    tables = [block for block in blocks if block["type"] == "table"]
    return _is_within(MAX_CHARACTERS, blocks) and _is_within(MAX_TABLE, tables)


def _is_within(limit: int, blocks: list[Block]) -> bool:
    """Nearly always they are as JSON already, which takes far less time than to look at each text."""
    with suppress(orjson.JSONEncodeError):  # half a surrogate pair
        if len(orjson.dumps(blocks)) <= limit:
            return True
    return _characters(blocks) <= limit


def _characters(value: object) -> int:
    if isinstance(value, dict):
        own = len(value["text"]) if isinstance(value.get("text"), str) else 0
        return own + sum(map(_characters, value.values()))
    return sum(map(_characters, value)) if isinstance(value, list) else 0


def escape(text: str) -> str:
    """Take the meaning from ``&``, ``<`` and ``>``: no mention, link or date element survives it."""
    return undirected(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def undirected(text: str) -> str:
    """Text without what would turn around the words of ours behind it; a dash if there is nothing else."""
    return text if text.isascii() or text.isprintable() else DIRECTIONS.sub("", text) or "–"


def literal(text: str) -> str:
    """CRM text for ``mrkdwn``: escaped, and without the back-ticks that would turn what follows into code."""
    return escape(text.replace("`", "'"))


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` characters, an ellipsis for the rest."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def spoken(lines: Iterable[str], escaped: Iterable[str] = ()) -> str:
    """The text that stands for blocks: lines, none of them interpreted; some may be ``escaped`` already."""
    return shorten("\n".join((*map(escape, lines), *escaped)), MAX_TEXT)


def header(text: str) -> Block:
    """A heading, never parsed."""
    return {"type": "header", "text": _plain(text, MAX_HEADER)}


def section(markdown: str, accessory: Element | None = None, block_id: str = "") -> Block:
    """A paragraph of ours, with a button or a menu beside it, which brings back the id."""
    block: Block = {"type": "section", "text": _markdown(markdown)}
    if accessory:
        block["accessory"] = accessory
    if block_id:
        block["block_id"] = block_id
    return block


def fields(*named: tuple[str, str]) -> Block:
    """Facts in two columns, each under its name: at most ten sentences of ours."""
    return {"type": "section", "fields": [_markdown(f"*{name}*\n{value}") for name, value in named]}


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
    return {"type": "rich_text", "elements": [_paragraph(elements)]}


def _paragraph(elements: Sequence[Element]) -> Element:
    return {"type": "rich_text_section", "elements": list(elements)}


def _list(items: Iterable[Sequence[Element]]) -> Element:
    return {"type": "rich_text_list", "style": "bullet", "elements": [_paragraph(item) for item in items]}


def span(text: str, style: Literal["", "bold", "italic", "code"] = "") -> Element:
    """Text within :func:`rich`."""
    element: Element = {"type": "text", "text": undirected(text)}
    return {**element, "style": {style: True}} if style else element


def link(url: str, text: str) -> Element:
    """A bold link within :func:`rich`."""
    return {"type": "link", "url": url, "text": undirected(text), "style": {"bold": True}}


def date(timestamp: int, form: str, fallback: str) -> Element:
    """A moment within :func:`rich`, shown in the zone of whoever's device it is."""
    return {"type": "date", "timestamp": timestamp, "format": form, "fallback": fallback}


def user(user_id: str) -> Element:
    """A Slack user within :func:`rich`."""
    return {"type": "user", "user_id": user_id}


def channel(channel_id: str) -> Element:
    """A Slack channel within :func:`rich`."""
    return {"type": "channel", "channel_id": channel_id}


def bullets(*items: list[Element]) -> Block:
    """A list of spans and links, never parsed."""
    return {"type": "rich_text", "elements": [_list(items)]}


def lists(groups: Iterable[tuple[Sequence[Element], Iterable[Sequence[Element]]]]) -> Block:
    """A list under each heading, in a single block: of those, a message holds few."""
    parts = [part for heading, items in groups for part in (_paragraph(heading), _list(items))]
    return {"type": "rich_text", "elements": parts}


def table(heads: list[str], rows: list[list[Element]]) -> Block:
    """A table of cells under a row of headings."""
    return {
        "type": "table",
        "column_settings": [{"is_wrapped": True} for _ in heads],
        "rows": [[cell(head) for head in heads], *rows],
    }


def cell(text: str, more: str = "", url: str = "") -> Element:
    """A cell, never parsed; ``text`` is a link, if it leads somewhere, and ``more`` follows it."""
    if not url:
        return {"type": "raw_text", "text": undirected(f"{text}{more}") or "–"}
    return rich({"type": "link", "url": url, "text": undirected(text)}, *([span(more)] if more else []))


def plain(text: str, accessory: Element) -> Block:
    """A paragraph, never parsed, with a button or a menu beside it."""
    return {"type": "section", "text": _plain(text, MAX_SECTION), "accessory": accessory}


def menu(action: str, options: list[Element]) -> Element:
    """The three dots, with what they offer."""
    return {"type": "overflow", "action_id": action, "options": options}


def select(action: str, placeholder: str, *options: Element) -> Element:
    """A list to choose from."""
    element: Element = {"type": "static_select", "action_id": action, "options": list(options)}
    return {**element, "placeholder": _plain(placeholder, MAX_OPTION)} if placeholder else element


def conversations(action: str, placeholder: str) -> Element:
    """A channel to choose, none that is shared with another organisation."""
    return {
        "type": "conversations_select",
        "action_id": action,
        "placeholder": _plain(placeholder, MAX_OPTION),
        "filter": {"include": ["public", "private"], "exclude_external_shared_channels": True},
    }


def multi_select(options: list[Element], chosen_: Collection[str], most: int) -> Element:
    """A list to choose several from, at least one."""
    initial = [each for each in options if each["value"] in chosen_][:most]
    element: Element = {"type": "multi_static_select", "options": options, "max_selected_items": most}
    return {**element, "initial_options": initial} if initial else element


def users(chosen_: Collection[str], most: int) -> Element:
    """Several users to choose."""
    element: Element = {"type": "multi_users_select", "max_selected_items": most}
    return {**element, "initial_users": list(chosen_)[:most]} if chosen_ else element


def chosen(element: Element, value: str) -> Element:
    """A :func:`select` in which one option is chosen already."""
    initial = [each for each in element["options"] if each["value"] == value]
    return {**element, "initial_option": initial[0]} if initial else element


def text_input(text: str, example: str, most: int = MAX_TYPED) -> Element:
    """A line to be typed, of ``most`` characters."""
    element: Element = {
        "type": "plain_text_input",
        "placeholder": _plain(example, MAX_OPTION),
        "max_length": most,
    }
    return {**element, "initial_value": shorten(text, most)} if text else element


def ask(name: str, label: str, element: Element, hint: str = "", *, optional: bool = False) -> Block:
    """A field of a form. Its id is where Slack shows what is wrong with it."""
    block: Block = {
        "type": "input",
        "block_id": name,
        "label": _plain(label, 2000),
        "element": element,
        "optional": optional,
    }
    return {**block, "hint": _plain(hint, 2000)} if hint else block


def option(text: str, value: str) -> Element:
    """One line of a :func:`menu`, with its :func:`label`."""
    return {"text": label(text), "value": shorten(value, MAX_OPTION)}


def label(text: str) -> Element:
    """A sentence of ours on an option."""
    return _plain(text, MAX_BUTTON)


def confirm(title: str, text: str, yes: str, no: str) -> Element:
    """What a button asks before it does what it says."""
    return {
        "title": _plain(title, 100),
        "text": _plain(text, 300),
        "confirm": _plain(yes, 30),
        "deny": _plain(no, 30),
    }


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
    return {"type": "plain_text", "text": shorten(undirected(text).strip() or "–", limit), "emoji": False}


def _markdown(text: str) -> Element:
    return {"type": "mrkdwn", "text": shorten(text, MAX_SECTION), "verbatim": True}
