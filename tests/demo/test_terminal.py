"""The drawing, by snapshot."""

import io
import time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console
from syrupy.assertion import SnapshotAssertion

from bot.demo.mrkdwn import Viewer, mrkdwn
from bot.demo.terminal import draw

VIEWER = Viewer(ZoneInfo("Europe/Oslo"), {"U0SELLER": "kianna"})


def text(value: str, kind: str = "plain_text") -> dict[str, Any]:
    return {"type": kind, "text": value}


def button(label: str, **more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": label.lower(), "text": text(label), **more}


DIALOG = {name: text(name.title()) for name in ("title", "text", "confirm", "deny")}
MENU_LINK = {"text": text("Elsewhere"), "value": "away", "url": "https://crm.example.com/"}

BLOCKS: list[dict[str, Any]] = [
    {"type": "header", "text": text("12 companies since Monday")},
    {"type": "context", "elements": [text("*Mon* 16 Nov"), text("_grey_ &amp; small", "mrkdwn")]},
    {"type": "divider"},
    {
        "type": "section",
        "text": text(
            "*<https://crm.example.com/?a=1&amp;b=2|Bold &amp; Sons>*  ·  VIP\nNew `follow-up`", "mrkdwn"
        ),
        "accessory": {
            "type": "overflow",
            "action_id": "row",
            "options": [{"text": text("Open"), "value": "open"}, {"text": text("Mute"), "value": "mute"}],
        },
    },
    {"type": "section", "fields": [text("*Linked*", "mrkdwn"), text("yes"), text("until"), text("17:00")]},
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "New ", "style": {"bold": True}},
                    {"type": "link", "url": "https://crm.example.com/", "text": "<!channel> AS"},
                    {"type": "emoji", "name": "fox", "unicode": "1f98a"},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "one\nand more"}]},
                    {"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U0SELLER"}]},
                ],
            },
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": "quoted"}]},
        ],
    },
    {
        "type": "table",
        "column_settings": [{"is_wrapped": True}, {"align": "right"}],
        "rows": [
            [{"type": "raw_text", "text": "Company"}, {"type": "raw_text", "text": "When"}],
            [{"type": "raw_text", "text": "[bold]Nordlys[/bold]"}, {"type": "raw_number", "value": 3}],
        ],
    },
    {"type": "image", "image_url": "https://example.com/x.png", "alt_text": "A chart"},
    {"type": "hologram"},
    {
        "type": "actions",
        "elements": [
            button("Next 9", value="x"),
            button("Link", url="https://bot.example.com/link/x"),
            button("Share", confirm=DIALOG),
            {"type": "overflow", "action_id": "view", "options": [MENU_LINK]},
        ],
    },
]


def printed(value: Any) -> str:
    out = io.StringIO()
    Console(file=out, width=80, highlight=False, legacy_windows=False).print(value)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def test_every_block_is_drawn(snapshot: SnapshotAssertion) -> None:
    drawing = draw("ignored", BLOCKS, VIEWER)
    assert printed(drawing.content) == snapshot
    assert [(each.number, each.label, each.choice, each.url) for each in drawing.buttons] == [
        (1, "Open", "open", ""),
        (2, "Mute", "mute", ""),
        (3, "Next 9", None, ""),
        (4, "Link", None, "https://bot.example.com/link/x"),
        (5, "Share", None, ""),
        (6, "Elsewhere", "away", "https://crm.example.com/"),
    ]
    assert [each.number for each in drawing.buttons if each.question] == [5]
    assert drawing.buttons[4].question == "Title\nText\n[ Confirm ]  [ Deny ]"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("*bold* _it_ ~gone~ `code`", "bold it gone code"),
        ("2 * 3 * 4, snake_case_name", "2 * 3 * 4, snake_case_name"),
        ("*<https://a.example|Stars *** AS>* and *more*", "Stars *** AS and more"),
        ("_<https://a.example/snake_case_|*a* _b_ ~c~>_ ~<https://a.example|~>~", "*a* _b_ ~c~ ~"),
        ("*2 &lt; 3* < *4*", "2 < 3 < 4"),
        ("&lt;!channel&gt; &amp;lt;", "<!channel> &lt;"),
        ("<https://a.example|label> <https://b.example>", "label https://b.example"),
        ("<@U0SELLER> <#C1|sales> <!here>", "@kianna #sales @here"),
        ("<!date^1763543700^{date_short_pretty} at {time}|x>", "Nov 19, 2025 at 10:15"),
        ("\x1b[2Jhello\u202edlrow\x07", "[2Jhellodlrow"),
    ],
)
def test_mrkdwn(written: str, shown: str) -> None:
    assert mrkdwn(written, VIEWER).plain == shown


@pytest.mark.parametrize("piece", ["<a>", "*<a>", "<a", "*a", "_<a|*", " *<"])
def test_no_text_is_slow(piece: str) -> None:
    began = time.process_time()
    mrkdwn("*" + piece * (3000 // len(piece)), VIEWER)
    assert time.process_time() - began < 1


def test_a_link_is_one_for_the_terminal() -> None:
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, color_system="standard", legacy_windows=False)
    console.print(mrkdwn("<https://a.example/?x=1&amp;y=2|label>", VIEWER))
    assert "https://a.example/?x=1&y=2\x1b\\" in out.getvalue()


def test_without_blocks_the_text_is_drawn() -> None:
    assert printed(draw("*Hello*", [], VIEWER).content) == "Hello"
