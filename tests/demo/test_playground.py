"""The playground with the real bot behind it, by its WebSocket: what somebody does there, and sees."""

import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from bot.cli.main import start_bot
from bot.core.typed.command import VERBS
from bot.demo.clock import Clock
from bot.demo.controls import FAULTS
from bot.demo.playground import Playground
from bot.demo.servers import Servers, running_servers
from bot.demo.slack.elements import elements, find
from bot.demo.superoffice.cast import USERS
from tests.demo.conftest import Person, at_page

#: One bot and one loop for all of them: each test is a chapter of its own all the same.
pytestmark = pytest.mark.asyncio(loop_scope="module")

SELLER, MANAGER, ADMIN, GUEST, PARTNER = "U0SELLER", "U0MANAGER", "U0ADMIN", "U0GUEST", "U0STRANGER"


@dataclass
class Play:
    """The page's address, what runs behind it, and what the bot was set up with."""

    page: Playground
    servers: Servers
    environ: Mapping[str, str]
    session: aiohttp.ClientSession

    def at(self, member: str) -> Any:
        """Somebody at the page."""
        return at_page(self.page.url, self.session, member=member)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def play() -> AsyncIterator[Play]:
    environs: list[Mapping[str, str]] = []

    @asynccontextmanager
    async def start(environ: Mapping[str, str], clock: Clock) -> AsyncIterator[Any]:
        environs.append(environ)
        async with start_bot(environ, clock) as bot:
            yield bot

    async with AsyncExitStack() as stack:
        servers = await stack.enter_async_context(running_servers(start, socket_mode=True))
        page = await stack.enter_async_context(Playground(servers))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        yield Play(page, servers, environs[0], session)


@pytest_asyncio.fixture(loop_scope="module")
async def seller(play: Play) -> AsyncIterator[Person]:
    """The seller, linked."""
    async with play.at(SELLER) as person:
        await link(person)
        yield person


async def link(person: Person) -> None:
    """Sign in, and wait until the bot says so."""
    person.look()
    assert (await person.do("login"))["status"] == 200
    await person.pushed("message", lambda message: message["text"].startswith("Linked as"))


def filled(view: Mapping[str, Any], **typed: str) -> dict[str, Any]:
    """A form's state as it opens, but for what is typed."""
    values: dict[str, Any] = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element, id_ = block["element"], block["block_id"]
            state = {
                key.replace("initial_", "selected_"): value
                for key, value in element.items()
                if "initial" in key
            }
            state["value"] = typed.get(id_, state.pop("selected_value", None))
            values[id_] = {element["action_id"]: {"type": element["type"], "selected_options": [], **state}}
    return values


def button(message: Mapping[str, Any], action: str) -> dict[str, Any]:
    """What the page sends when a button is pressed."""
    block, element = find(elements(message["blocks"]), action)
    return {"block_id": block, "action_id": element["action_id"]}


async def test_everybody_sees_their_own_workspace(play: Play) -> None:
    seen = {}
    for id_ in (SELLER, MANAGER, ADMIN, GUEST, PARTNER):
        async with play.at(id_) as person:
            scene = await person.pushed("scene")
            assert scene["me"]["id"] == id_
            seen[scene["me"]["role"]] = {place["name"] for place in scene["places"]}
    assert {"general", "sales", "board", "with-partner", "SuperOffice"} < seen["seller"]
    assert seen["guest"] == {"with-guests", "SuperOffice"}
    assert seen["partner"] == {"with-partner"}
    assert "board" in seen["manager"] - seen["admin"]
    assert [place["external"] for place in scene["places"]] == [True], "the partner's"


async def test_a_question_is_answered_once_one_is_linked(play: Play) -> None:
    async with play.at("U0COLLEAGUE") as ida:
        offered = await ida.type("/superoffice since 2w")
        assert offered["ephemeral"]
        assert "/link/" in json.dumps(offered["blocks"])
        assert "Linked as Ida Holm" in (await ida.ask("login"))["words"]
        told = await ida.pushed(
            "message", lambda message: "moved" in message["text"] or "compan" in message["text"]
        )
        assert told["place"] == "C0GENERAL"
        again = await ida.ask("login")
        assert again["status"] == 200, "the page of a second link is a new one"
    async with play.at(ADMIN) as ada:
        assert (await ada.ask("login"))["error"] == "Ada Moen has no SuperOffice user."


async def test_buttons_and_menus_are_pressed(seller: Person) -> None:
    answer = await seller.type("/superoffice since 300d")
    seller.look()
    assert await seller.do("press", ts=answer["ts"], **button(answer, "page.next")) == {}
    turned = await seller.pushed("message")
    assert (turned["ts"], turned["blocks"] != answer["blocks"]) == (answer["ts"], True)
    assert "error" in await seller.ask("press", ts=answer["ts"], action_id="nothing")
    assert (await seller.ask("press", ts="1.2", action_id="x"))["error"] == "That message is gone."


async def test_a_form_says_what_is_wrong_and_is_gone_when_it_is_right(seller: Person) -> None:
    seller.look()
    await seller.ask("type", place="C0GENERAL", text="/superoffice digest")
    view = await seller.pushed("view")
    wrong = await seller.ask("submit", view=view["id"], values=filled(view, zone="Oslow"))
    assert list(wrong["errors"]) == ["zone"]
    assert await seller.do("submit", view=view["id"], values=filled(view)) == {}
    assert await seller.pushed("view_closed") == view["id"]
    state = await seller.pushed("message", lambda message: message["text"].startswith("Your digest is on"))
    seller.look()
    await seller.ask("press", ts=state["ts"], **button(state, "digest.change"))
    view = await seller.pushed("view")
    await seller.ask("close", view=view["id"])
    assert await seller.pushed("view_closed") == view["id"]
    assert (await seller.ask("submit", view=view["id"], values={}))["error"] == "That is closed by now."


async def test_one_says_something_also_in_a_thread_and_others_see_it(play: Play, seller: Person) -> None:
    async with play.at(MANAGER) as per, play.at(GUEST) as gro:
        await seller.ask("type", place="C0GENERAL", text="Hello @per & <all>")
        said = await per.pushed("message")
        assert (said["by"], said["text"]) == (SELLER, "Hello <@U0MANAGER|per> &amp; &lt;all&gt;")
        unread = await per.pushed("places", lambda places: any(each["unread"] for each in places))
        assert [each["id"] for each in unread if each["unread"]] == ["C0GENERAL"]
        await per.ask("open", place="C0GENERAL")
        assert not any(each["unread"] for each in (await per.pushed("places", lambda _: True)))
        await per.ask("type", place="C0GENERAL", text="Hi!", thread=said["ts"])
        reply = await seller.pushed("message", lambda message: message["thread_ts"])
        assert (reply["thread_ts"], reply["by"]) == (said["ts"], MANAGER)
        assert not any("message" in frame for frame in gro.frames)


@pytest.mark.parametrize(
    ("member", "asked", "error"),
    [
        (SELLER, {"place": "C0GENERAL", "text": "/nonsense"}, "/nonsense is not a valid command."),
        (PARTNER, {"place": "C0SHARED", "text": "/superoffice"}, "/superoffice is not a valid command."),
        (
            SELLER,
            {"place": "C0GENERAL", "text": "/superoffice", "thread": "1.2"},
            "/superoffice is not supported",
        ),
        (SELLER, {"place": "C0OLD", "text": "Hello"}, "You are viewing an archived channel."),
        (SELLER, {"place": "D0SELLER", "text": "Hello"}, "Sending messages to this app has been"),
        (GUEST, {"place": "C0GENERAL", "text": "Hello"}, "You are in no such conversation."),
        (
            SELLER,
            {"place": "C0GENERAL", "text": "/invite @superoffice"},
            "SuperOffice is in the channel already.",
        ),
    ],
)
async def test_what_slack_would_refuse_is_refused(play: Play, member: str, asked: Any, error: str) -> None:
    async with play.at(member) as person:
        assert (await person.ask("type", **asked))["error"].startswith(error)


async def test_the_bot_is_invited_and_hears_of_it(seller: Person) -> None:
    assert await seller.do("type", place="C0RANDOM", text="/invite @superoffice") == {}
    heard = await seller.pushed("wire", lambda entry: entry["what"] == "event member_joined_channel")
    assert (heard["from"], heard["to"]) == ("Slack", "bot")


async def test_a_published_home_tab_comes(play: Play, seller: Person) -> None:
    view = {"type": "home", "blocks": [{"type": "divider"}]}
    slack = play.servers.slack
    headers = {"Authorization": f"Bearer {slack.bot_token}"}
    published = {"user_id": SELLER, "view": view}
    async with play.session.post(
        f"{slack.api_url}views.publish", json=published, headers=headers
    ) as response:
        assert (await response.json())["ok"]
    assert (await seller.pushed("home"))["blocks"] == [{"block_id": "v0", "type": "divider"}]
    assert await seller.do("open", place="home") == {}


# ------------------------------------------------------------------ behind the scenes


async def test_time_goes_forward_and_past_a_clock_change(play: Play, seller: Person) -> None:
    now = play.servers.clock.now
    before = now()
    assert "It is" in (await seller.ask("panel", what="forward", minutes=30))["words"]
    assert timedelta(minutes=29) < now() - before < timedelta(minutes=31)
    clock = await seller.pushed("clock")
    assert abs(datetime.fromisoformat(clock["now"]) - now()) < timedelta(seconds=5)
    offsets = []
    for words in ("In ten minutes the clocks are changed", "The clocks have been changed."):
        assert words in (await seller.ask("panel", what="clock_change"))["words"]
        offsets.append(datetime.fromisoformat((await seller.pushed("clock"))["now"]).timestamp())
    assert offsets[1] - offsets[0] == pytest.approx(1200, abs=10)
    assert "compan" in (await seller.type("/superoffice today"))["text"].lower(), "still signed in"
    for wrong in ({"what": "forward", "minutes": -5}, {"what": "tomorrow", "at": "noon"}, {"what": "party"}):
        assert "error" in await seller.ask("panel", **wrong)


async def test_superoffice_and_slack_fail_and_are_mended(play: Play, seller: Person) -> None:
    for how in FAULTS:
        assert (await seller.ask("panel", what="crm", how=how))["words"] == f"SuperOffice is {how}."
        assert (await seller.pushed("panel"))["faults"] == [how]
    await seller.do("panel", what="mend")
    await link(seller)
    await seller.do("panel", what="crm", how="busy")
    assert "No answer from SuperOffice" in (await seller.type("/superoffice today"))["text"]
    await seller.ask("panel", what="limit", method="views.open", seconds=60)
    assert list((await seller.pushed("panel", lambda panel: panel["limited"]))["limited"]) == ["views.open"]
    await seller.ask("type", place="C0GENERAL", text="/superoffice digest")
    refused = await seller.pushed("wire", lambda entry: entry["what"] == "views.open" and entry["status"])
    assert refused["status"] == 429
    assert (await seller.ask("panel", what="mend"))["ok"]
    panel = await seller.pushed("panel", lambda panel: not panel["faults"])
    assert panel["limited"] == {}
    assert " at " in (await seller.ask("panel", what="happen", count=2))["words"]


async def test_an_expired_ticket_asks_to_link_again(seller: Person) -> None:
    await seller.ask("panel", what="expire")
    assert "/link/" in json.dumps((await seller.type("/superoffice today"))["blocks"])


async def test_a_page_that_talks_nonsense_is_told_so(play: Play) -> None:
    async with play.at("U0NOBODY") as person:
        assert (await person.pushed("scene"))["me"]["id"] == SELLER
        assert "error" in await person.ask("fly")
        assert "error" in await person.ask("as", member="U0BOT")
        assert "error" in await person.ask("open", place="C0NOWHERE")


# ------------------------------------------------------------------ secrets


async def answered(person: Person, line: str) -> None:
    """Type a command, and wait for what comes of it: a message, or a form."""
    person.look()
    await person.do("type", place="C0SALES", text=f"/superoffice {line}")
    await person.pushed(
        "wire", lambda entry: entry["what"] in {"response_url", "views.open"} and entry["status"]
    )


async def test_no_secret_comes_to_the_page_whatever_is_typed(play: Play) -> None:
    """Every command, linked and not; his password is the panel's to show, and the link his to click."""
    async with play.at(MANAGER) as per:
        await answered(per, "link")
        await link(per)
        for verb in VERBS:
            await answered(per, verb.hint or verb.name)
        await per.ask("panel", what="happen")
        frames = [json.dumps(frame, ensure_ascii=False) for frame in per.frames]
        wire = [frame for frame, read in zip(frames, per.frames, strict=True) if "wire" in read]
    slack = play.servers.slack
    secrets = {slack.bot_token, slack.app_token, slack.signing_secret, play.environ["BOT_SECRET_KEY"]}
    secrets |= {each.ticket for each in play.servers.crm.requests if each.ticket}
    everything = "\n".join(frames)
    assert len(wire) > 2 * len(VERBS)
    assert [secret for secret in secrets if secret in everything] == []
    assert (
        re.findall(r"7T:\w|xox[abp]-\w|xapp-\w|/response/[\w-]{20}|\d\.\d+\.[0-9a-f]{32}", everything) == []
    )
    assert [user.login for user in USERS if user.password in "\n".join(wire)] == []
    assert re.findall(r"/link/[\w-]{8}", "\n".join(wire)) == []
    others = [user for user in USERS if user.full_name != "Per Lund"]
    assert [user.login for user in others if user.password in everything] == []
