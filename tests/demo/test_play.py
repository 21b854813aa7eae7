"""The tour and the prompt, with a small stand-in for the bot: the real one is played end to end elsewhere."""

import io
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from aiohttp import web

from bot.demo.clock import Clock
from bot.demo.controls import FAULTS
from bot.demo.play import play
from bot.demo.prompt import do
from bot.demo.slack.workspace import BOT_USER, Message
from bot.demo.stage import Stage, set_up

NAMESPACE = "http://www.superoffice.net/ws/crm/NetServer/Services86"
PAGE = (
    '<html><body><form method="post"><input type="hidden" name="csrf" value="{csrf}"><input name="username">'
    '<input name="password" type="password"></form></body></html>'
)


@dataclass(frozen=True)
class Running:
    url: str


class StandIn:
    """Links, and answers with the companies that SuperOffice tells of; everything else with a word."""

    def __init__(self, environ: Mapping[str, str], session: aiohttp.ClientSession) -> None:
        self.environ = environ
        self.session = session
        self.ticket = ""
        self.waiting = ""

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/slack/events", self.event)
        app.router.add_get("/link/once", self.page)
        app.router.add_post("/link/once", self.link)
        return app

    async def event(self, request: web.Request) -> web.Response:
        form = await request.post()
        if "payload" in form:
            pressed = str(form["payload"])
            url = re.findall(r'"response_url": "([^"]+)"', pressed)[0]
            if '"action_id": "share"' in pressed:
                await self.session.post(url, json={"text": "Look!", "response_type": "in_channel"})
                await self.say(url, "Shared")
            else:
                self.ticket = ""
                await self.say(url, "Deleted")
        elif not self.ticket:
            self.waiting = str(form["response_url"])
            await self.say(self.waiting, "Link", url=f"{self.environ['BOT_PUBLIC_URL']}/link/once")
        elif form["text"] == "unlink":
            await self.say(str(form["response_url"]), "Sure?", style="danger")
        else:
            if form["text"] == "digest test":
                await self.post(str(form["user_id"]), await self.active())
            await self.say(str(form["response_url"]), await self.active(), action_id="share")
        return web.Response()

    async def page(self, _: web.Request) -> web.Response:
        response = web.Response(text=PAGE.format(csrf="c0ffee"), content_type="text/html")
        response.set_cookie("csrf", "c0ffee")
        return response

    async def link(self, request: web.Request) -> web.Response:
        form = await request.post()
        if form.get("csrf") != request.cookies.get("csrf"):
            return web.Response(status=403)
        name, password = str(form["username"]), str(form["password"])
        inner = f"<UserName>{name}</UserName><Password>{password}</Password>"
        answer = await self.soap("SoPrincipal", "AuthenticateUsernamePassword", inner)
        self.ticket = re.findall("<Ticket>(.+?)</Ticket>", answer)[0]
        await self.say(self.waiting, "Linked")
        await self.say(self.waiting, await self.active())
        return web.Response(text="<p>You are <b>linked</b>.</p>", content_type="text/html")

    async def active(self) -> str:
        start = "<ActivityStartTime>2000-01-01T00:00:00</ActivityStartTime>"
        inner = f"{start}<ActionType>NewActivity DocumentAdded</ActionType>"
        answer = await self.soap("Contact", "GetMyActiveContacts", inner)
        ids, names = (re.findall(f"<{tag}>(.+?)</{tag}>", answer) for tag in ("ContactId", "Name"))
        return "\n".join(f"contact_id={id_} {name}" for id_, name in zip(ids, names, strict=True))

    async def soap(self, agent: str, operation: str, inner: str) -> str:
        text = (
            '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header>'
            f'<h:Credentials xmlns:h="{NAMESPACE}"><h:Ticket>{self.ticket}</h:Ticket></h:Credentials>'
            "</s:Header>"
            f'<s:Body><{operation} xmlns="{NAMESPACE}">{inner}</{operation}></s:Body></s:Envelope>'
        )
        headers = {"SOAPAction": f"{NAMESPACE}/{agent}/{operation}", "Content-Type": "text/xml"}
        url = f"{self.environ['SUPEROFFICE_URL']}{agent}.svc"
        async with self.session.post(url, data=text.encode(), headers=headers) as response:
            return await response.text()

    async def post(self, to: str, text: str) -> None:
        url, token = f"{self.environ['SLACK_API_URL']}chat.postMessage", self.environ["SLACK_BOT_TOKEN"]
        blocks = [{"type": "section", "text": {"type": "plain_text", "text": text[:3000]}}]
        message = {"channel": to, "text": "A digest", "blocks": blocks}
        headers = {"Authorization": f"Bearer {token}"}
        async with self.session.post(url, json=message, headers=headers) as response:
            assert (await response.json())["ok"]

    async def say(self, to: str, text: str, **more: str) -> None:
        label = {"type": "plain_text", "text": "Go"}
        button = {"type": "button", "action_id": "go", "text": label, **more}
        section = {"type": "section", "text": {"type": "plain_text", "text": text[:3000]}}
        blocks = [section, {"type": "actions", "elements": [button]}] if more else [section]
        async with self.session.post(to, json={"text": text, "blocks": blocks}) as response:
            assert response.status == 200


@asynccontextmanager
async def stand_in(environ: Mapping[str, str], clock: Clock) -> AsyncIterator[Running]:
    async with aiohttp.ClientSession() as session:
        runner = web.AppRunner(StandIn(environ, session).app(), shutdown_timeout=0.1)
        await runner.setup()
        host, port = environ["BOT_LISTEN"].split(":")
        await web.TCPSite(runner, host, int(port)).start()
        try:
            yield Running(f"http://{host}:{port}")
        finally:
            await runner.cleanup()


@asynccontextmanager
async def nobody(_: Mapping[str, str], clock: Clock) -> AsyncIterator[Running]:
    yield Running("http://127.0.0.1:9")


async def test_the_tour_plays_to_its_end() -> None:
    out = io.StringIO()
    assert await play(stand_in, interactive=False, out=out) == 0, out.getvalue()
    shown = out.getvalue()
    for words in (
        "kianna types /superoffice today",
        "You are linked.",
        "1 [ Go ]",
        "types /superoffice digest at 08:00 weekdays",
        "SuperOffice · direct message",
        "Deleted",
        "That was the tour",
    ):
        assert words in shown


async def test_a_tour_that_fails_says_why() -> None:
    out = io.StringIO()
    assert await play(nobody, interactive=False, out=out) == 1
    assert "The tour failed: /superoffice today was not acknowledged: dispatch_failed" in out.getvalue()


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with set_up(stand_in, io.StringIO()) as stage:
        yield stage


async def test_the_prompt_does_what_is_typed(stage: Stage) -> None:
    out: Any = stage.console.file
    shown: Callable[[], str] = out.getvalue
    await do(stage, "/superoffice today")
    await do(stage, "1")
    assert stage.link_url in shown()
    await do(stage, "link")
    assert f"User name KLED, password {stage.crm.seller.password}" in shown()
    await do(stage, "login")
    assert "The page says (200): You are linked." in shown()
    await do(stage, "happen")
    await do(stage, "as ida")
    assert stage.member is stage.slack.colleague
    for wrong in ("as nobody", "99"):
        with pytest.raises(LookupError):
            await do(stage, wrong)
    await do(stage, "unlink")
    await do(stage, "1")
    assert "Deleted" in shown()


async def test_tomorrow_comes_at_once_and_sign_ins_last(stage: Stage) -> None:
    await do(stage, "login")
    before = stage.clock.now()
    await do(stage, "tomorrow 16:30")
    here = stage.clock.now().astimezone(ZoneInfo("Europe/Oslo"))
    assert (f"{here:%H:%M}", here.date()) == ("16:30", before.astimezone(here.tzinfo).date() + timedelta(1))
    assert f"It is {here:%A} 16:30." in stage.console.file.getvalue()  # type: ignore[attr-defined]
    await do(stage, "today")
    assert "contact_id=" in stage.console.file.getvalue()  # type: ignore[attr-defined]
    with pytest.raises(LookupError):
        await do(stage, "tomorrow noon")


async def test_the_prompt_has_what_the_panel_of_the_page_has(stage: Stage) -> None:
    out: Any = stage.console.file
    before = stage.clock.now()
    await do(stage, "forward 30")
    assert timedelta(minutes=29) < stage.clock.now() - before < timedelta(minutes=31)
    for words in ("the clocks are changed in ten minutes.", "the clocks have been changed."):
        await do(stage, "clocks")
        assert words in out.getvalue()
    await do(stage, "limit")
    rates = stage.slack.workspace.rates
    assert rates is not None
    assert list(rates.closed) == ["chat.postMessage"]
    await do(stage, "login")
    await do(stage, "expire")
    assert stage.crm.tickets.user(stage.crm.requests[-1].ticket) is None
    for wrong in ("forward", "forward soon", "forward 99999"):
        with pytest.raises(LookupError):
            await do(stage, wrong)


async def test_the_prompt_asks_what_slack_would_ask(stage: Stage) -> None:
    dialog = {name: {"type": "plain_text", "text": name} for name in ("title", "text", "confirm", "deny")}
    label = {"type": "plain_text", "text": "Share"}
    share = {"type": "button", "action_id": "share", "text": label, "confirm": dialog}
    stage.slack.workspace.post(
        Message("", "C0GENERAL", "x", [{"type": "actions", "elements": [share]}], stage.member.id)
    )
    out: Any = stage.console.file
    await do(stage, "1")
    assert "text\n[ confirm ]  [ deny ]\nPress 1 again to say yes." in out.getvalue()
    assert "Shared" not in out.getvalue()
    await do(stage, "1")
    assert "Shared" in out.getvalue()


async def test_the_prompt_goes_to_another_channel(stage: Stage) -> None:
    await do(stage, "in #board")
    assert stage.channel == "C0BOARD"
    assert BOT_USER not in stage.slack.workspace.channels["C0BOARD"].members
    await do(stage, "invite")
    assert BOT_USER in stage.slack.workspace.channels["C0BOARD"].members
    await do(stage, "as tor")
    for wrong in ("in board", "in", "in nowhere"):
        with pytest.raises(LookupError, match="tor is in no such channel"):
            await do(stage, wrong)


async def test_only_what_the_person_sees_is_drawn(stage: Stage) -> None:
    await do(stage, "as per")
    await stage.slack.command("/superoffice", "today", user=stage.slack.seller)
    assert "Link" not in stage.console.file.getvalue()  # type: ignore[attr-defined]


async def test_superoffice_can_be_broken_and_mended(stage: Stage) -> None:
    for how in FAULTS:
        await do(stage, f"break {how}")
        assert f"SuperOffice is {how}." in stage.console.file.getvalue()  # type: ignore[attr-defined]
    with pytest.raises(LookupError):
        await do(stage, "break nicely")
    await do(stage, "break down")
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(stage.crm.url)
        await do(stage, "mend")
        assert (await session.get(stage.crm.url)).status == 404
