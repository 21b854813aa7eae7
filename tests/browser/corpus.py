"""Every distinct block in the golden snapshots: what the bot can send, and so what must be drawn."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

__all__ = ["corpus", "words"]

SNAPSHOTS = Path(__file__).parents[1]
#: How syrupy writes: ``dict({...})``, ``list([...])``.
SERIALIZED = {"dict": dict, "list": list, "tuple": tuple, "set": set}
ENUM = re.compile(r"<\w+\.\w+: ('[^']*')>")
#: What is the name of something in Slack, and so is drawn as that, not as the text stands.
MARKUP = re.compile(r"<[^>]*\|([^>]*)>|<([^>]*)>|[*_~`]")
DRAWN = ("text", "title", "label", "name", "caption", "x_label", "y_label")


def corpus() -> list[Mapping[str, Any]]:
    """The blocks, each once, whatever its id."""
    found: dict[str, Mapping[str, Any]] = {}
    for file in sorted(SNAPSHOTS.glob("**/__snapshots__/*.ambr")):
        for text in re.findall(
            r"^# name: [^\n]*\n(.*?)^# ---$", file.read_text("utf-8"), re.MULTILINE | re.DOTALL
        ):
            if "'blocks'" in text or "'type'" in text:
                for block in _blocks(eval(ENUM.sub(r"\1", text).strip(), {"__builtins__": {}}, SERIALIZED)):
                    same = {name: value for name, value in block.items() if name != "block_id"}
                    found.setdefault(json.dumps(same, sort_keys=True), same)
    return list(found.values())


def _blocks(value: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        if isinstance(value.get("blocks"), list):
            yield from value["blocks"]
        for each in value.values():
            yield from _blocks(each)
    elif isinstance(value, list):
        for each in value:
            if isinstance(each, Mapping) and "type" in each and not _is_part(each):
                yield each
            else:
                yield from _blocks(each)


def _is_part(value: Mapping[str, Any]) -> bool:
    """A text or an element, not a block."""
    return value["type"] in {
        "plain_text",
        "mrkdwn",
        "text",
        "link",
        "button",
        "raw_text",
        "rich_text_section",
    }


def words(value: object) -> set[str]:
    """The words that one must see of a block: those of its texts, without what only steers their form."""
    if isinstance(value, Mapping):
        if value.get("type") in {"overflow", "modal"} or "options" in value:
            return words(value.get("placeholder"))  # what a closed menu holds shows when it is opened
        found: set[str] = set()
        for name, each in value.items():
            if name in DRAWN and isinstance(each, str):
                found |= _words(each, is_markup=value.get("type") == "mrkdwn")
            elif name not in {"confirm", "style", "fallback", "hint"}:
                found |= words(each)
        return found
    if isinstance(value, list):
        return set().union(*map(words, value))
    return set()


def _words(text: str, *, is_markup: bool) -> set[str]:
    if is_markup:
        text = re.sub(r"<!date[^>]*>", " ", text)
        text = MARKUP.sub(lambda match: f"{match[1] or ''} ", text)
        for entity, letter in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
            text = text.replace(entity, letter)
    return set(re.findall(r"[^\W_]+", text))
