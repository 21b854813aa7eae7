"""Every block that the bot can send is drawn: all of its words are there, and nothing is an empty box."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from bot.demo.servers import Servers
from bot.demo.slack.workspace import Message
from tests.browser.axe import findings
from tests.browser.corpus import corpus, words
from tests.browser.desk import Browser, Desk, Theme, at_desk, expect

pytestmark = pytest.mark.long
Block = Mapping[str, Any]

#: What is seen of each block: its text, what its fields hold, how big it is, what of it is not known.
SEEN = """() => Object.fromEntries([...document.querySelectorAll('[data-block]')].map(block => {
    const texts = [], walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) texts.push(walker.currentNode.data);
    for (const field of block.querySelectorAll('input, textarea')) texts.push(field.value, field.placeholder);
    return [block.dataset.block, {
        text: texts.join(' '),
        height: block.getBoundingClientRect().height,
        width: block.scrollWidth - block.clientWidth,
        unknown: block.querySelectorAll('.unknown').length}];
}))"""


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_draws_every_block(
    browser: Browser, servers: Servers, theme: Theme, record_property: Callable[[str, object], None]
) -> None:
    blocks = {f"corpus-{number}": block for number, block in enumerate(corpus())}
    in_messages = {id_: block for id_, block in blocks.items() if block["type"] != "input"}
    in_modals = {id_: block for id_, block in blocks.items() if block["type"] == "input"}
    wrong: list[object] = []
    async with at_desk(browser, servers, theme=theme) as desk:
        for some in _by(40, in_messages):
            await _post(desk, some)
            wrong += _wrong(some, await desk.evaluate(SEEN))
        wrong += await findings(desk.page, "messages")
        for some in _by(40, in_modals):
            await _open(desk, some)
            wrong += _wrong(some, await desk.evaluate(SEEN))
            wrong += await findings(desk.page, "modal")
    record_property("blocks", len(blocks))
    assert not wrong, "\n".join(map(str, wrong))


async def _post(desk: Desk, blocks: Mapping[str, Block]) -> None:
    sent = [{**block, "block_id": id_} for id_, block in blocks.items()]
    desk.servers.slack.workspace.post(Message("", "C0GENERAL", "", sent))
    await expect(desk.page.locator(f"[data-block={sent[-1]['block_id']}]")).to_be_visible()


async def _open(desk: Desk, blocks: Mapping[str, Block]) -> None:
    workspace = desk.servers.slack.workspace
    texts = {name: {"type": "plain_text", "text": name.title()} for name in ("title", "submit")}
    sent = [{**block, "block_id": id_} for id_, block in blocks.items()]
    trigger = workspace.triggers.issue(desk.servers.slack.seller.id)
    workspace.views.open({"trigger_id": trigger, "view": {"type": "modal", **texts, "blocks": sent}})
    await expect(desk.page.locator(f"[data-block={sent[0]['block_id']}]")).to_be_visible()


def _by(many: int, blocks: Mapping[str, Block]) -> Iterator[Mapping[str, Block]]:
    all_: Sequence[tuple[str, Block]] = list(blocks.items())
    for start in range(0, len(all_), many):
        yield dict(all_[start : start + many])


def _wrong(blocks: Mapping[str, Block], seen: Mapping[str, Mapping[str, Any]]) -> list[object]:
    """What is not as it should be of each block: what is missing, what is too wide, what is not known."""
    wrong: list[object] = []
    for id_, block in blocks.items():
        drawn = seen[id_]
        missing = words(block) - set(re.findall(r"[^\W_]+", drawn["text"]))
        if missing or drawn["unknown"] or drawn["height"] < 1 or drawn["width"] > 0:
            wrong.append((block, missing, drawn))
    return wrong


def test_the_corpus_is_what_the_bot_sends() -> None:
    found = {block["type"] for block in corpus()}
    assert found >= {
        "header",
        "section",
        "context",
        "actions",
        "rich_text",
        "table",
        "data_visualization",
        "input",
    }
    said = words(
        {"type": "mrkdwn", "text": "*Bold* &lt;b&gt; <https://x.example|Label> <!date^1^{time}|08:00>"}
    )
    assert said == {"Bold", "b", "Label"}


def _raw(text: str) -> Block:
    return {"type": "raw_text", "text": text}


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}


async def test_sorts_filters_and_pages_a_data_table(desk: Desk) -> None:
    moves = (("Nordlys", 3), ("Aurinko", 12), ("Fjordlaks", 7))
    rows = [[_raw(name), {"type": "raw_number", "value": value}] for name, value in moves]
    table = {
        "type": "data_table",
        "caption": "Moves",
        "page_size": 2,
        "rows": [[_raw("Company"), _raw("Moves")], *rows],
    }
    await _post(desk, {"table": table})
    first = desk.last.locator("tbody tr").first
    await expect(first).to_contain_text("Nordlys")
    await desk.press("Moves", within=desk.last)
    await desk.press("Moves", within=desk.last)  # the most at the top
    await expect(first).to_contain_text("Aurinko")
    await desk.press("Next", within=desk.last)
    await expect(first).to_contain_text("Nordlys")
    await desk.last.get_by_label("Filter Moves").fill("fjord")
    await expect(first).to_contain_text("Fjordlaks")
    await expect(desk.last).to_contain_text("1 to 1 of 1")


async def test_draws_what_the_bot_may_come_to_send(desk: Desk) -> None:
    inside = {"type": "section", "text": {"type": "mrkdwn", "text": "Quiet for *30* days"}}
    await _post(
        desk,
        {
            "container": {
                "type": "container",
                "title": _plain("Quiet ones"),
                "is_collapsible": True,
                "default_collapsed": True,
                "child_blocks": [inside],
            },
            "card": {"type": "card", "title": _plain("Nordlys"), "body": _plain("A card")},
            "markdown": {"type": "markdown", "text": "**Bold** and [a link](https://crm.example.com)"},
        },
    )
    await expect(desk.last.get_by_text("Quiet for 30 days")).to_be_hidden()
    await desk.last.get_by_text("Quiet ones").click()
    await expect(desk.last.get_by_text("Quiet for 30 days")).to_be_visible()
    await expect(desk.last.locator(".unknown")).to_have_count(0)


async def test_what_is_hostile_stays_text(desk: Desk) -> None:
    name = "<!channel> <https://evil.example|Nordea> *x* <script>"
    escaped = name.replace("<", "&lt;").replace(">", "&gt;")
    await _post(
        desk,
        {
            "plain": {"type": "section", "text": _plain(name)},
            "header": {"type": "header", "text": _plain(name)},
            "escaped": {"type": "section", "text": {"type": "mrkdwn", "text": escaped, "verbatim": True}},
            "label": {
                "type": "section",
                "text": {
                    "type": "mrkdwn",
                    "text": f"*<https://crm.example.com|{escaped}>*",
                    "verbatim": True,
                },
            },
            "table": {"type": "table", "rows": [[_raw("Company")], [_raw(name)]]},
        },
    )
    for id_ in ("plain", "header", "label", "table"):
        await expect(desk.page.locator(f"[data-block={id_}]")).to_contain_text(name)
    await expect(desk.page.locator("[data-block=escaped]")).to_contain_text(
        "<!channel> <https://evil.example|Nordea>"
    )
    await expect(desk.last.locator(".mention")).to_have_count(0)
    await expect(desk.last.locator('a[href*="evil"]')).to_have_count(0)
