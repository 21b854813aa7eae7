"""What people go through, walked by the words and clicks that it takes: docs/flows.md has the figures."""

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.demo.slack import Slack
from bot.demo.superoffice import SuperOffice
from tests.e2e.conftest import World

PAGE = (Path(__file__).parents[2] / "docs/flows.md").read_text("utf-8")
Blocks = Sequence[Mapping[str, Any]]


def words_in(blocks: Blocks) -> int:
    """How many words there are to be read, those on buttons too; not the figures and names of a table."""
    return sum(len(re.findall(r"[^\W\d_]{2,}", text)) for block in blocks for text in _texts(block))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(value.get("text"), str):
            yield re.sub(r"<[^|>]*\|?", "", value["text"])
        for name, inner in value.items():
            if name not in ("options", "confirm", "rows", "chart"):
                yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


@dataclass
class Walk:
    """Somebody who types, presses and reads."""

    world: World
    typed: int = 0
    clicks: int = 0
    read: int = 0

    def sees(self, blocks: Blocks) -> None:
        self.read += words_in(blocks)

    async def type(self, line: str, channel: str = "C0GENERAL", **how: Any) -> Any:
        self.typed += 1 + len(line.split())
        message = await (await self.world.type(line, channel=channel, **how)).next()
        self.sees(message.blocks)
        return message

    async def press(self, message: Any, action: str, choice: str | None = None, **how: Any) -> Any:
        """A menu takes two: to open it, and to choose."""
        self.clicks += 2 if choice else 1
        answer = await (await self.world.slack.press(message, action, choice=choice, **how)).next()
        self.sees(answer.blocks)
        return answer

    async def press_home(self, view: Any, action: str, choice: str | None = None, **how: Any) -> None:
        self.clicks += 2 if choice else 1
        await self.world.slack.press_view(view, action, choice=choice, **how)

    async def home(self, word: str, user: str = "U0SELLER") -> Any:
        await self.world.slack.open_home(user)
        view = await self.world.slack.views.home(user, lambda view: word in str(view))
        self.sees(view["blocks"])
        return view

    async def sign_in(self, blocks: Blocks) -> None:
        """Follow the button, type two fields, and press the page's own."""
        self.clicks, self.typed = self.clicks + 2, self.typed + 2
        (url,) = re.findall(r"'url': '([^']+/link/[^']+)'", str(blocks))
        assert (await self.world.sign_in(url, SuperOffice.seller))[0] == 200


async def first_answer(walk: Walk) -> None:
    answer = await walk.world.type("today")
    walk.typed += 2
    offer = await answer.next()
    walk.sees(offer.blocks)
    await walk.sign_in(offer.blocks)
    walk.sees((await answer.next()).blocks)
    await answer.next()  # what was asked


async def first_digest_from_home(walk: Walk) -> None:
    await walk.press_home(await walk.home("1. *Link*"), "home.link")
    modal = await walk.world.slack.views.modal()
    walk.sees(modal["blocks"])
    await walk.sign_in(modal["blocks"])
    view = await walk.world.slack.views.home("U0SELLER", lambda view: "digest.at" in str(view))
    await walk.press_home(view, "digest.at")
    view = await walk.world.slack.views.home("U0SELLER", lambda view: "digest.off" in str(view))
    walk.sees(view["blocks"])


async def what_happened_today(walk: Walk) -> None:
    await walk.world.link()
    walk.typed += 2
    await walk.world.ask("today")


async def as_a_picture(walk: Walk) -> None:
    await walk.world.link()
    listed = await walk.world.ask("since 7d")
    await walk.press(listed, "page.chart")


async def mute_a_company(walk: Walk) -> None:
    await walk.world.link()
    listed = await walk.world.ask("since 7d")
    values = [
        option["value"]
        for _, element in listed.elements()
        for option in element.get("options", ())
        if option["value"].startswith("mute:")
    ]
    await walk.press(listed, "row", values[0])


async def snooze_from_home(walk: Walk) -> None:
    await walk.world.link()
    await walk.world.ask("digest at 08:00")
    await walk.press_home(await walk.home("digest.snooze"), "digest.snooze", "1w")
    await walk.world.slack.views.home("U0SELLER", lambda view: "digest.wake" in str(view))


async def run_a_filter_from_home(walk: Walk) -> None:
    await walk.world.link()
    await walk.world.ask("filter save vip not:me")
    await walk.press_home(await walk.home("filter.run"), "filter.run")
    await walk.world.slack.views.home("U0SELLER", lambda view: "*Messages*" in str(view))


async def set_a_channel_up_from_home(walk: Walk) -> None:
    view = await walk.home("home.channel", "U0MANAGER")
    await walk.press_home(view, "home.channel", "C0SALES", user=Slack.manager)
    form = await walk.world.slack.views.updated()
    assert form["callback_id"] == "digest"
    walk.sees(form["blocks"])
    walk.clicks += 1


async def see_who_fails(walk: Walk) -> None:
    await walk.world.link()
    view = await walk.home("home.links", "U0MANAGER")
    await walk.press_home(view, "home.links", user=Slack.manager)
    walk.sees((await walk.world.slack.views.modal())["blocks"])


async def leave(walk: Walk) -> None:
    await walk.world.link()
    view = await walk.home("unlink")
    walk.clicks += 1  # it asks once
    await walk.press_home(view, "unlink")
    await walk.world.slack.views.home("U0SELLER", lambda view: "1. *Link*" in str(view))


FLOWS: dict[str, Callable[[Walk], Awaitable[None]]] = {
    "the first answer": first_answer,
    "linked, and a digest on, from the Home tab": first_digest_from_home,
    "what happened today": what_happened_today,
    "the same as a chart": as_a_picture,
    "mute a company": mute_a_company,
    "snooze the digest for a week": snooze_from_home,
    "run a saved filter": run_a_filter_from_home,
    "a digest for a channel": set_a_channel_up_from_home,
    "whose sign-in is failing": see_who_fails,
    "unlink": leave,
}


def documented(name: str) -> list[int]:
    """Words typed, clicks, words read."""
    (row,) = re.findall(rf"^\| {re.escape(name)} \|.*?\| (\d+) \| (\d+) \| (\d+) \|$", PAGE, re.MULTILINE)
    return [int(figure) for figure in row]


@pytest.mark.parametrize("name", FLOWS)
async def test_no_flow_takes_more_than_is_written_down(world: World, name: str) -> None:
    walk = Walk(world)
    await FLOWS[name](walk)
    typed, clicks, read = documented(name)
    assert (walk.typed, walk.clicks) == (typed, clicks)
    assert read * 0.8 <= walk.read <= read * 1.1, walk.read
