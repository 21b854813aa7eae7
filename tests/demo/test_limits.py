"""Slack's limits for blocks: what just fits passes, what is one too long or too many does not."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.demo.slack.limits import problems

Block = dict[str, Any]
Make = Callable[[int], Any]


def plain(size: int) -> Block:
    return {"type": "plain_text", "text": "x" * size}


def mrkdwn(size: int) -> Block:
    return {"type": "mrkdwn", "text": "x" * size}


def button(**more: Any) -> Block:
    return {"type": "button", "action_id": "b", "text": plain(1), **more}


def option(**more: Any) -> Block:
    return {"text": plain(1), "value": "v", **more}


def menu(count: int = 1, kind: str = "overflow", **more: Any) -> Block:
    return {"type": kind, "action_id": "m", "options": [option(**more)] * count}


def actions(*elements: Block) -> list[Block]:
    return [{"type": "actions", "elements": list(elements)}]


def asking(**more: Any) -> list[Block]:
    dialog = {"title": plain(1), "text": plain(1), "confirm": plain(1), "deny": plain(1), **more}
    return actions(button(confirm=dialog))


def rows(count: int, cells: int = 1) -> list[list[Block]]:
    return [[{"type": "raw_text", "text": "x"}] * cells] * count


def holding(size: int) -> list[list[Block]]:
    """Rows of so many characters in all, 4,000 at most in each."""
    return [[{"type": "raw_text", "text": "x" * min(4000, size - at)}] for at in range(0, size, 4000)]


def table(rows: list[list[Block]], **more: Any) -> list[Block]:
    return [{"type": "table", "rows": rows, **more}]


def data_table(rows: list[list[Block]], **more: Any) -> list[Block]:
    return [{"type": "data_table", "caption": "c", "rows": rows, **more}]


def section(**more: Any) -> list[Block]:
    return [{"type": "section", **more}]


def image(**more: Any) -> list[Block]:
    return [{"type": "image", "image_url": "https://x.example", "alt_text": "a", **more}]


def url(size: int) -> str:
    return "https://".ljust(size, "x")


def chart(count: int = 1, size: int = 1, *, points: int = 1, series: int = 1, label: int = 2) -> list[Block]:
    labels = [f"{number:0{label}}" for number in range(points)]
    data = [{"label": each, "value": 1} for each in labels]
    drawn = {
        "type": "bar",
        "series": [{"name": "x", "data": data}] * series,
        "axis_config": {"categories": labels},
    }
    return [{"type": "data_visualization", "title": "x" * size, "chart": drawn}] * count


PART = {"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}

MOST: dict[str, tuple[int, Make]] = {
    "blocks of a message": (50, lambda n: [{"type": "divider"}] * n),
    "block_id": (255, lambda n: [{"type": "divider", "block_id": "x" * n}]),
    "section": (3000, lambda n: section(text=mrkdwn(n))),
    "fields": (10, lambda n: section(fields=[plain(1)] * n)),
    "field": (2000, lambda n: section(fields=[mrkdwn(n)])),
    "header": (150, lambda n: [{"type": "header", "text": plain(n)}]),
    "context": (10, lambda n: [{"type": "context", "elements": [plain(1)] * n}]),
    "actions": (25, lambda n: actions(*(button(action_id=f"b{i}") for i in range(n)))),
    "action_id": (255, lambda n: actions(button(action_id="x" * n))),
    "button's text": (75, lambda n: actions(button(text=plain(n)))),
    "button's value": (2000, lambda n: actions(button(value="x" * n))),
    "button's url": (3000, lambda n: actions(button(url=url(n)))),
    "dialog's title": (100, lambda n: asking(title=plain(n))),
    "dialog's text": (300, lambda n: asking(text=plain(n))),
    "dialog's yes": (30, lambda n: asking(confirm=plain(n))),
    "dialog's no": (30, lambda n: asking(deny=plain(n))),
    "menu": (5, lambda n: section(text=plain(1), accessory=menu(n))),
    "select": (100, lambda n: section(text=plain(1), accessory=menu(n, "static_select"))),
    "checkboxes": (10, lambda n: section(text=plain(1), accessory=menu(n, "checkboxes"))),
    "option's text": (75, lambda n: actions(menu(text=plain(n)))),
    "option's value": (150, lambda n: actions(menu(value="x" * n))),
    "option's url": (3000, lambda n: actions(menu(url=url(n)))),
    "table's rows, the header among them": (100, lambda n: table(rows(n))),
    "row's cells": (20, lambda n: table(rows(1, n))),
    "characters in a table": (10_000, lambda n: table(holding(n))),
    "column settings": (20, lambda n: table(rows(1), column_settings=[{}] * n)),
    "tables": (1, lambda n: table(rows(1)) * n),
    "data table's rows": (201, lambda n: data_table(rows(n))),
    "characters in a data table": (20_000, lambda n: data_table(holding(n))),
    "data table's page": (100, lambda n: data_table(rows(2), page_size=n)),
    "charts": (2, chart),
    "chart's title": (50, lambda n: chart(1, n)),
    "chart's points": (20, lambda n: chart(points=n)),
    "chart's series": (12, lambda n: chart(series=n)),
    "chart's labels": (20, lambda n: chart(label=n)),
    "markdown": (12_000, lambda n: [{"type": "markdown", "text": "x" * n}]),
    "image's address": (3000, lambda n: image(image_url=url(n))),
    "image's description": (2000, lambda n: image(alt_text="x" * n)),
    "image's title": (2000, lambda n: image(title=plain(n))),
}


@pytest.mark.parametrize("what", MOST)
def test_as_much_as_fits_and_no_more(what: str) -> None:
    most, make = MOST[what]
    assert problems(make(most)) == []
    assert problems(make(most + 1)) != []


@pytest.mark.parametrize(
    ("blocks", "surface"),
    [
        ([{"type": "divider", "block_id": "a"}] * 2, "message"),
        (actions(button(), button()), "message"),
        (actions(button(text=mrkdwn(1))), "message"),
        (actions(button(url="javascript:alert(1)")), "message"),
        (actions(button(style="loud")), "message"),
        (asking(text=mrkdwn(1)), "message"),
        (actions(button(confirm={"title": plain(1)})), "message"),
        (actions({**menu(), "confirm": "Sure?"}), "message"),
        (actions({**menu(), "options": []}), "message"),
        (actions({"type": "lever"}), "message"),
        (section(), "message"),
        (section(text={**plain(1), "verbatim": True}), "message"),
        (section(text=plain(0)), "message"),
        ([{"type": "hologram"}], "message"),
        ([{"type": "alert", "text": plain(1)}], "message"),
        ([{"type": "markdown", "text": "x"}], "modal"),
        ([{"type": "rich_text", "elements": [{"type": "text", "text": "x" * 40_001}]}], "message"),
        ([{"type": "rich_text", "elements": [{"type": "hologram"}]}], "message"),
        (table([]), "message"),
        (table([[]]), "message"),
        (data_table(rows(1), caption=""), "message"),
        (data_table([*rows(1), *rows(1, 2)]), "message"),
        (data_table([[{"type": "rich_text", "elements": [PART]}]]), "message"),
        ([{"type": "input", "label": mrkdwn(1), "element": {"type": "datepicker"}}], "modal"),
        ("no blocks", "message"),
    ],
)
def test_what_slack_does_not_take(blocks: Any, surface: str) -> None:
    assert problems(blocks, surface)


def test_a_modal_holds_twice_as_much() -> None:
    assert problems([{"type": "divider"}] * 100, "modal") == []
    assert problems([{"type": "divider"}] * 101, "modal") != []
    assert problems([{"type": "alert", "text": plain(200)}], "modal") == []
    assert problems([{"type": "alert", "text": plain(201)}], "modal") != []


def test_a_chart_has_a_value_for_each_category() -> None:
    (block,) = chart(points=3)
    assert problems([block]) == []
    block["chart"]["axis_config"]["categories"].pop()
    assert problems([block]) != []
