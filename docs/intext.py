"""Blocks in text, as the demo's terminal draws them, with what one sees only when something is pressed."""

import json
from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console

from bot.demo.mrkdwn import Viewer
from bot.demo.terminal import draw as in_terminal

__all__ = ["OSLO", "WIDTH", "in_text", "of_view"]

OSLO = ZoneInfo("Europe/Oslo")
NAMES = {
    "U0SELLER": "Kianna",
    "U0MANAGER": "Per",
    "U0COLLEAGUE": "Ida",
    "U0GUEST": "Gus",
    "C0SALES": "sales",
    "C0GENERAL": "general",
}
#: So wide is all that is drawn.
WIDTH = 96
#: So many choices of a menu are drawn of those that are no words, such as times.
MOST_CHOICES = 6

Json = dict[str, Any]


def of_view(view: Mapping[str, Any] | None) -> list[Json]:
    """A modal's title and buttons, as blocks, around its own."""
    assert view is not None  # noqa: S101 - for mypy
    names = [view[name]["text"] for name in ("submit", "close") if name in view]
    buttons = [
        {
            "type": "button",
            "action_id": f"form-{number}",
            "text": {"type": "plain_text", "text": name, "emoji": False},
        }
        for number, name in enumerate(names)
    ]
    title = {"type": "header", "text": {"type": "plain_text", "text": view["title"]["text"], "emoji": False}}
    return [title, *view["blocks"], {"type": "actions", "elements": buttons}]


def in_text(blocks: list[Json]) -> str:
    """As the terminal draws it, without colours, then every question that a button asks first."""
    file = StringIO()
    shown = json.loads(json.dumps([each for block in blocks for each in _readable(block)]))
    drawing = in_terminal("", shown, Viewer(OSLO, NAMES))
    console = Console(file=file, width=WIDTH, color_system=None, force_terminal=False)
    console.print(drawing.content)
    for question in dict.fromkeys(button.question for button in drawing.buttons if button.question):
        console.print(f"\n? {question.replace(chr(10), f'{chr(10)}  ')}", markup=False, highlight=False)
    lines = [line.rstrip() for line in file.getvalue().splitlines()]
    return "\n".join(lines).strip("\n")


def _readable(block: Json) -> Iterator[Json]:
    """A field of a form as a paragraph, menus by their names, one column: the terminal does otherwise."""
    if block["type"] == "input":
        yield _paragraph(block)
    elif "fields" in block:
        yield from ({"type": "section", "text": field} for field in block["fields"])
    elif "elements" in block:
        yield {**block, "elements": [each for element in block["elements"] for each in _named(element)]}
    elif "placeholder" in block.get("accessory", ()):
        yield {"type": "context", "elements": [block["text"], *_named(block["accessory"])]}
    else:
        yield block


def _named(element: Json) -> Iterator[Json]:
    """An element, behind its name where it has one that it shows until something is chosen."""
    if "placeholder" in element:
        yield {"type": "plain_text", "text": f"[ {element['placeholder']['text']} ]"}
    yield element


def _paragraph(block: Json) -> Json:
    element = block["element"]
    choices = [each["text"]["text"] for each in element.get("options", ())]
    chosen = [each["text"]["text"] for each in element.get("initial_options", ())]
    chosen += [element["initial_option"]["text"]["text"]] if "initial_option" in element else []
    are_words = any(choice.isalpha() for choice in choices)
    shown = choices if are_words or len(choices) <= MOST_CHOICES else [*choices[:MOST_CHOICES], "…"]
    box = element.get("initial_value") or ", ".join(chosen) or element.get("placeholder", {}).get("text", "")
    parts = [
        block["label"]["text"],
        f"  [ {box} ]",
        *([f"  ({' | '.join(shown)})"] if shown else []),
        *([f"  {block['hint']['text']}"] if "hint" in block else []),
    ]
    return {"type": "section", "text": {"type": "plain_text", "text": "\n".join(parts), "emoji": False}}
