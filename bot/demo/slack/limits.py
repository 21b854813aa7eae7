"""Slack's limits for blocks: what it would answer ``invalid_blocks`` to.

Source: the tables of Slack's Block Kit reference and of its published skill for block design (2026-09).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

__all__ = ["MAX_CHARACTERS", "characters", "problems"]

#: More than this in all texts of a message together is ``msg_blocks_too_long``.
MAX_CHARACTERS = 40_000

_BLOCKS_PER_SURFACE = {"message": 50, "modal": 100, "home": 100}
Problems = Iterator[str]
Json = Mapping[str, Any]


def problems(blocks: object, surface: str = "message") -> list[str]:
    """What is wrong with blocks, each with a JSON pointer. ``surface``: message, modal or home."""
    if not isinstance(blocks, list):
        return ["must be an array [json-pointer:/blocks]"]
    found = [f"[ERROR] {problem}" for problem in _blocks(blocks, surface)]
    if len(blocks) > _BLOCKS_PER_SURFACE[surface]:
        found.append(
            f"[ERROR] no more than {_BLOCKS_PER_SURFACE[surface]} items allowed [json-pointer:/blocks]"
        )
    return found


def characters(value: object) -> int:
    """How many characters the texts in it have, all together."""
    if isinstance(value, Mapping):
        own = len(value["text"]) if isinstance(value.get("text"), str) else 0
        return own + sum(characters(each) for each in value.values())
    if isinstance(value, list):
        return sum(characters(each) for each in value)
    return 0


def _blocks(blocks: Sequence[Any], surface: str) -> Problems:
    ids = [block["block_id"] for block in blocks if isinstance(block, Mapping) and "block_id" in block]
    if len(ids) != len(set(ids)):
        yield "`block_id` must be unique [json-pointer:/blocks]"
    for number, block in enumerate(blocks):
        yield from _block(block, f"/blocks/{number}", surface)
    yield from _per_message([block for block in blocks if isinstance(block, Mapping)])


def _block(block: Any, at: str, surface: str) -> Problems:
    if not isinstance(block, Mapping) or block.get("type") not in _CHECKS:
        yield f"unsupported type [json-pointer:{at}/type]"
        return
    kind = block["type"]
    if surface not in _SURFACES.get(kind, ("message", "modal", "home")):
        yield f"unsupported type for this surface: {kind} [json-pointer:{at}/type]"
    if not isinstance(block.get("block_id", ""), str) or len(block.get("block_id", "")) > 255:
        yield f"must be less than 256 characters [json-pointer:{at}/block_id]"
    yield from _CHECKS[kind](block, at)


def _per_message(blocks: Sequence[Json]) -> Problems:
    tables = [block for block in blocks if block.get("type") == "table"]
    if len(tables) > 1:
        yield "only one table is allowed [json-pointer:/blocks]"
    for kind, most in (("table", 10_000), ("data_table", 20_000), ("markdown", 12_000)):
        if sum(characters(block) for block in blocks if block.get("type") == kind) > most:
            yield f"no more than {most} characters in blocks of type {kind} [json-pointer:/blocks]"
    if sum(block.get("type") == "data_visualization" for block in blocks) > 2:
        yield "no more than 2 charts are allowed [json-pointer:/blocks]"


# ---------------------------------------------------------------- parts


def _string(value: object, most: int, at: str, least: int = 1) -> Problems:
    if not isinstance(value, str):
        yield f"must be a string [json-pointer:{at}]"
    elif len(value) < least:
        yield f"must be more than {least - 1} characters [json-pointer:{at}]"
    elif len(value) > most:
        yield f"must be less than {most + 1} characters [json-pointer:{at}]"


def _text(value: object, most: int, at: str, *types: str) -> Problems:
    allowed = types or ("plain_text", "mrkdwn")
    if not isinstance(value, Mapping) or value.get("type") not in allowed:
        yield f"must be a text object of {' or '.join(allowed)} [json-pointer:{at}]"
        return
    unknown = set(value) - {"type", "text", "verbatim" if value["type"] == "mrkdwn" else "emoji"}
    if unknown:
        yield f"invalid additional property: {min(unknown)} [json-pointer:{at}]"
    yield from _string(value.get("text"), most, f"{at}/text")


def _items(value: object, most: int, at: str, check: Callable[[Any, str], Problems]) -> Problems:
    if not isinstance(value, list) or not value:
        yield f"no fewer than 1 item allowed [json-pointer:{at}]"
        return
    if len(value) > most:
        yield f"no more than {most} items allowed [json-pointer:{at}]"
    for number, item in enumerate(value):
        yield from check(item, f"{at}/{number}")


def _option(option: Any, at: str) -> Problems:
    if not isinstance(option, Mapping):
        yield f"must be an object [json-pointer:{at}]"
        return
    yield from _text(option.get("text"), 75, f"{at}/text")
    yield from _string(option.get("value"), 150, f"{at}/value", 0)
    if "url" in option:
        yield from _string(option["url"], 3000, f"{at}/url")


def _button(button: Json, at: str) -> Problems:
    yield from _text(button.get("text"), 75, f"{at}/text", "plain_text")
    for name, most in (("value", 2000), ("url", 3000), ("accessibility_label", 75)):
        if name in button:
            yield from _string(button[name], most, f"{at}/{name}", 0 if name == "value" else 1)
    if button.get("style", "primary") not in {"primary", "danger"}:
        yield f"must be primary or danger [json-pointer:{at}/style]"
    if not str(button.get("url", "https://")).startswith(("https://", "http://")):
        yield f"must be a valid URL [json-pointer:{at}/url]"


def _confirm(dialog: Any, at: str) -> Problems:
    if not isinstance(dialog, Mapping):
        yield f"must be an object [json-pointer:{at}]"
        return
    for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
        yield from _text(dialog.get(name), most, f"{at}/{name}", "plain_text")


#: How many options an element may have.
_OPTIONS = {
    "overflow": 5,
    "checkboxes": 10,
    "radio_buttons": 10,
    "static_select": 100,
    "multi_static_select": 100,
}
_OTHER_ELEMENTS = {
    *("external_select", "users_select", "conversations_select", "channels_select"),
    *("multi_external_select", "multi_users_select", "multi_conversations_select", "multi_channels_select"),
    *("datepicker", "timepicker", "datetimepicker", "plain_text_input", "number_input", "email_text_input"),
    *(
        "url_text_input",
        "rich_text_input",
        "file_input",
        "icon_button",
        "feedback_buttons",
        "workflow_button",
    ),
}


def _element(element: Any, at: str) -> Problems:
    kind = element.get("type") if isinstance(element, Mapping) else None
    if kind == "image":
        yield from _image(element, at)
        return
    if kind != "button" and kind not in _OPTIONS and kind not in _OTHER_ELEMENTS:
        yield f"unsupported type [json-pointer:{at}/type]"
        return
    if "action_id" in element:
        yield from _string(element["action_id"], 255, f"{at}/action_id")
    if kind == "button":
        yield from _button(element, at)
    if kind in _OPTIONS and "option_groups" not in element:
        yield from _items(element.get("options"), _OPTIONS[kind], f"{at}/options", _option)
    if "confirm" in element:
        yield from _confirm(element["confirm"], f"{at}/confirm")
    if "placeholder" in element:
        yield from _text(element["placeholder"], 150, f"{at}/placeholder", "plain_text")


def _elements(elements: Any, most: int, at: str) -> Problems:
    yield from _items(elements, most, at, _element)
    if isinstance(elements, list):
        ids = [each["action_id"] for each in elements if isinstance(each, Mapping) and "action_id" in each]
        if len(ids) != len(set(ids)):
            yield f"`action_id` must be unique in its block [json-pointer:{at}]"


# ---------------------------------------------------------------- blocks


def _section(block: Json, at: str) -> Problems:
    if "text" not in block and "fields" not in block:
        yield f"missing required field: text or fields [json-pointer:{at}]"
    if "text" in block:
        yield from _text(block["text"], 3000, f"{at}/text")
    if "fields" in block:
        yield from _items(block["fields"], 10, f"{at}/fields", lambda each, where: _text(each, 2000, where))
    if "accessory" in block:
        yield from _element(block["accessory"], f"{at}/accessory")


def _context(block: Json, at: str) -> Problems:
    def check(each: Any, where: str) -> Problems:
        image = isinstance(each, Mapping) and each.get("type") == "image"
        return _image(each, where) if image else _text(each, 3000, where)

    yield from _items(block.get("elements"), 10, f"{at}/elements", check)


def _image(block: Json, at: str) -> Problems:
    yield from _string(block.get("alt_text"), 2000, f"{at}/alt_text")
    if "slack_file" not in block:
        yield from _string(block.get("image_url"), 3000, f"{at}/image_url")
    if "title" in block:
        yield from _text(block["title"], 2000, f"{at}/title", "plain_text")


def _input(block: Json, at: str) -> Problems:
    yield from _text(block.get("label"), 2000, f"{at}/label", "plain_text")
    yield from _element(block.get("element"), f"{at}/element")
    if "hint" in block:
        yield from _text(block["hint"], 2000, f"{at}/hint", "plain_text")


_RICH_LEAVES = {"text", "link", "emoji", "user", "usergroup", "channel", "broadcast", "color", "date", "team"}
_RICH_PARTS = {"rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"}


def _rich_text(block: Any, at: str) -> Problems:
    yield from _items(block.get("elements"), 1000, f"{at}/elements", _rich_part)


def _rich_part(part: Any, at: str) -> Problems:
    kind = part.get("type") if isinstance(part, Mapping) else None
    if kind in _RICH_PARTS:
        yield from _items(part.get("elements"), 1000, f"{at}/elements", _rich_part)
    elif kind not in _RICH_LEAVES:
        yield f"unsupported type [json-pointer:{at}/type]"
    elif kind == "text":
        yield from _string(part.get("text"), 40_000, f"{at}/text")
    elif kind == "link":
        yield from _string(part.get("url"), 3000, f"{at}/url")


def _cell(cell: Any, at: str) -> Problems:
    kind = cell.get("type") if isinstance(cell, Mapping) else None
    if kind == "rich_text":
        yield from _rich_text(cell, at)
    elif kind == "raw_text":
        yield from _string(cell.get("text"), 10_000, f"{at}/text")
    elif kind not in {"raw_number", "action_cell"}:
        yield f"unsupported type [json-pointer:{at}/type]"


def _table(block: Json, at: str) -> Problems:
    most = 100 if block["type"] == "table" else 201

    def row(cells: Any, where: str) -> Problems:
        return _items(cells, 20, where, _cell)

    yield from _items(block.get("rows"), most, f"{at}/rows", row)
    if len(block.get("column_settings", ())) > 20:
        yield f"no more than 20 items allowed [json-pointer:{at}/column_settings]"
    if block["type"] == "data_table":
        yield from _string(block.get("caption"), 3000, f"{at}/caption")
        yield from _data_table(block, at)


def _data_table(block: Json, at: str) -> Problems:
    rows = [cells for cells in block.get("rows", ()) if isinstance(cells, list)]
    if len({len(cells) for cells in rows}) > 1:
        yield f"rows must be of the same length [json-pointer:{at}/rows]"
    if any(isinstance(cell, Mapping) and cell.get("type") == "rich_text" for cell in next(iter(rows), ())):
        yield f"unsupported type in a header [json-pointer:{at}/rows/0]"
    if block.get("page_size", 5) not in range(1, 101):
        yield f"must be from 1 to 100 [json-pointer:{at}/page_size]"


def _chart(block: Json, at: str) -> Problems:
    yield from _string(block.get("title"), 50, f"{at}/title")
    chart = block.get("chart")
    if not isinstance(chart, Mapping) or chart.get("type") not in {"line", "bar", "area", "pie"}:
        yield f"must be a chart [json-pointer:{at}/chart]"
    elif chart["type"] != "pie":
        yield from _items(
            chart.get("series"), 12, f"{at}/chart/series", lambda each, where: _series(each, chart, where)
        )


def _series(series: Json, chart: Json, at: str) -> Problems:
    """Every series has a value for each category, in order."""
    yield from _string(series.get("name"), 20, f"{at}/name")
    categories = chart.get("axis_config", {}).get("categories", [])
    labels = [each.get("label") for each in series.get("data", ())]
    yield from _items(labels, 20, f"{at}/data", lambda each, where: _string(each, 20, where))
    if labels != categories or len(set(labels)) != len(labels):
        yield f"must have a value for each category [json-pointer:{at}/data]"


def _nothing(_: Json, __: str) -> Problems:
    return iter(())


_CHECKS: Mapping[str, Callable[[Json, str], Problems]] = {
    "section": _section,
    "header": lambda block, at: _text(block.get("text"), 150, f"{at}/text", "plain_text"),
    "context": _context,
    "actions": lambda block, at: _elements(block.get("elements"), 25, f"{at}/elements"),
    "context_actions": lambda block, at: _elements(block.get("elements"), 5, f"{at}/elements"),
    "divider": _nothing,
    "image": _image,
    "input": _input,
    "rich_text": _rich_text,
    "table": _table,
    "data_table": _table,
    "data_visualization": _chart,
    "markdown": lambda block, at: _string(block.get("text"), 12_000, f"{at}/text"),
    "alert": lambda block, at: _text(block.get("text"), 200, f"{at}/text"),
}
_SURFACES = {
    "table": ("message", "home"),
    "data_table": ("message", "home"),
    "data_visualization": ("message", "home"),
    "markdown": ("message",),
    "context_actions": ("message",),
    "alert": ("modal",),
}
