"""A page of an answer to Slack's JSON: the bot's drawing, and ``slack_sdk.models`` for the same blocks."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    MarkdownTextObject,
    Option,
    OverflowMenuElement,
    PlainTextObject,
    SectionBlock,
)

from bot.core.activity import Action, Activity
from bot.core.filters import Style
from bot.core.people import Principal
from bot.core.period import Since, Weekday
from bot.core.replies import ActivityAnswer, Reader
from bot.core.window import Window
from bot.slack.blocks import draw
from tests.bench.timing import figure, interleaved, ratios, verdict

__all__ = ["measure"]

NOW = datetime(2026, 11, 19, 8, 41, tzinfo=UTC)
READER = Reader(ZoneInfo("Europe/Oslo"), user="U0SELLER")


def page(companies: int = 10) -> ActivityAnswer:
    """So many companies of thirty-two."""
    row = Activity(
        *(0, "", "", "1041773", "http://www.example.com/", "VIP Customer", "Per Lund", 7),
        *(Action.NEW_ACTIVITY | Action.PERSON_ADDED, (), NOW, "Walsh Brekke", 947, 510, 419),
    )
    rows = tuple(
        row._replace(company_id=n, company=f"Rodríguez & Sønner {n} AS", time=NOW - timedelta(hours=3 * n))
        for n in range(1, companies + 1)
    )
    return ActivityAnswer(
        asked="since monday",
        period=Since(Weekday(0)),
        window=Window(NOW - timedelta(days=3)),
        as_of=NOW,
        principal=Principal(528, 419, "Kianna Ledner", "KLED"),
        web_url="https://crm.example.com/SuperOffice",
        count=32,
        later_count=0,
        rows=rows,
        style=Style.FULL,
        shareable=True,
    )


def measure(rounds: int) -> Iterator[str]:
    """A table: µs a page. The models get their texts ready made: what they cost is the JSON alone."""
    answer = page()
    blocks = draw(answer, READER, "/superoffice").blocks
    assert json.loads(json.dumps([block.to_dict() for block in modelled(blocks)])) == json.loads(
        json.dumps(blocks)
    ), "the same JSON"
    cases: dict[str, Callable[[], object]] = {
        "draw, with its words": lambda: draw(answer, READER, "/superoffice").blocks,
        "plain dicts alone": lambda: copied(blocks),
        "slack_sdk.models": lambda: [block.to_dict() for block in modelled(blocks)],
    }
    times = interleaved(cases, rounds)
    yield "A page of ten companies to blocks (CPU; the same JSON)"
    for name in cases:
        yield f"{name:22}{figure(times[name], 0, 1e6)} µs"
    draws, dicts, models = (times[name] for name in cases)
    worded = [model + with_words - bare for model, with_words, bare in zip(models, draws, dicts, strict=True)]
    yield f"models ÷ dicts, the JSON alone         {verdict(ratios(models, dicts), '>= 12')}"
    yield f"models ÷ draw, each with the same words{verdict(ratios(worded, draws), '>= 12')}"


def copied(value: Any) -> Any:
    """Plain dicts made afresh."""
    if isinstance(value, dict):
        return {name: copied(each) for name, each in value.items()}
    return [copied(each) for each in value] if isinstance(value, list) else value


def modelled(blocks: list[dict[str, Any]]) -> list[Block]:
    """The same blocks of the models' classes."""
    return [_MODELS[block["type"]](block) for block in blocks]


def _text(text: dict[str, Any]) -> Any:
    if text["type"] == "mrkdwn":
        return MarkdownTextObject(text=text["text"], verbatim=text["verbatim"])
    return PlainTextObject(text=text["text"], emoji=text["emoji"])


def _menu(menu: dict[str, Any]) -> OverflowMenuElement:
    options = [
        Option(text=_text(option["text"]), value=option["value"], url=option.get("url"))
        for option in menu["options"]
    ]
    return OverflowMenuElement(action_id=menu["action_id"], options=options)


def _pressable(element: dict[str, Any]) -> Any:
    if element["type"] == "overflow":
        return _menu(element)
    asked = element.get("confirm")
    return ButtonElement(
        text=_text(element["text"]),
        action_id=element["action_id"],
        value=element["value"],
        confirm=ConfirmObject(**{name: _text(text) for name, text in asked.items()}) if asked else None,
    )


_MODELS: dict[str, Callable[[dict[str, Any]], Block]] = {
    "header": lambda block: HeaderBlock(text=_text(block["text"])),
    "divider": lambda block: DividerBlock(),
    "context": lambda block: ContextBlock(elements=[_text(text) for text in block["elements"]]),
    "section": lambda block: SectionBlock(
        text=_text(block["text"]), accessory=_menu(block["accessory"]), block_id=block["block_id"]
    ),
    "actions": lambda block: ActionsBlock(
        elements=[_pressable(each) for each in block["elements"]], block_id=block["block_id"]
    ),
}
