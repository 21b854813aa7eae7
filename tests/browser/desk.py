"""What a person does at the page."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

import pytest

pytest.importorskip("playwright", reason="Playwright is not installed: make test-long installs it")

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    async_playwright,
    expect,
)

from bot.demo.playground import Playground
from bot.demo.servers import Servers

__all__ = ["Browser", "Desk", "Page", "Theme", "at_desk", "expect", "launched"]

Theme = Literal["light", "dark"]

#: How long anything may take to be seen, in milliseconds: the machine may be busy.
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)


class Desk:
    """The page, and what it asked of whom. ``problems``: what went wrong in it."""

    def __init__(self, page: Page, servers: Servers, playground: Playground) -> None:
        self.page, self.servers, self.url = page, servers, playground.url
        self.problems: list[str] = []
        self.foreign: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", self._said)
        page.context.on("request", self._asked)

    async def open(self) -> None:
        """Open the page, and wait until it shows the workspace."""
        await self.page.goto(self.url)
        await self.composer.wait_for()

    def check(self) -> None:
        """Nothing went wrong in the page, and it asked nobody but this machine."""
        assert self.problems == []
        assert self.foreign == []

    @property
    def composer(self) -> Locator:
        """Where one types in the conversation."""
        return self.page.get_by_role("main").get_by_role("textbox").last

    @property
    def last(self) -> Locator:
        """The newest message of the conversation."""
        return self.page.get_by_role("main").get_by_role("article").last

    @property
    def modal(self) -> Locator:
        """The modal on top."""
        return self.page.get_by_role("dialog").last

    async def type(self, text: str) -> None:
        """Type into the conversation and send it."""
        await self.composer.fill(text)
        await self.composer.press("Enter")

    async def go(self, place: str) -> None:
        """Open a conversation, or the app."""
        await (
            self.page.get_by_role("navigation")
            .get_by_role("button", name=re.compile(rf"\b{place}\b"))
            .click()
        )

    async def become(self, name: str) -> None:
        """Be somebody else."""
        people = self.page.get_by_label("You are")
        option = people.locator("option", has_text=name)
        await people.select_option(value=await option.get_attribute("value"))
        await expect(people.locator("option:checked")).to_contain_text(name)

    async def press(self, name: str, *, within: Locator | None = None) -> None:
        """Press a button of the newest message, or of something else."""
        await (within or self.last).get_by_role("button", name=name).click()

    async def panel(self, name: str) -> None:
        """Press a button of the panel."""
        await self.page.get_by_label("Playground panel").get_by_role("button", name=name).click()

    async def link(self, within: Locator | None = None) -> None:
        """Press the link button, and sign in on the bot's page as the panel says."""
        panel = self.page.get_by_label("Playground panel")
        login, password = [await code.inner_text() for code in await panel.locator(".sign-in code").all()]
        context: BrowserContext = self.page.context
        async with context.expect_page() as opened:
            await self.press("Link SuperOffice", within=within)
        page = await opened.value
        await page.locator("[name=username]").fill(login)
        await page.locator("[name=password]").fill(password)
        await page.locator("[type=submit]").click()
        await expect(page.locator("body")).to_contain_text(re.compile("linked", re.IGNORECASE))
        await page.close()

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.problems.append(message.text)

    def _asked(self, request: Request) -> None:
        if not re.match(r"(?:https?|wss?)://127\.0\.0\.1[:/]|data:|about:", request.url):
            self.foreign.append(request.url)

    async def evaluate(self, script: str, argument: Any = None) -> Any:
        """What a script in the page says."""
        return await self.page.evaluate(script, argument)


@asynccontextmanager
async def launched(chromium: str) -> AsyncIterator[Browser]:
    """A browser. Its sandbox needs what a container may not have; it opens no pages but ours."""
    async with async_playwright() as started:
        browser = await started.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        await browser.close()


@asynccontextmanager
async def at_desk(
    browser: Browser, servers: Servers, width: int = 1280, height: int = 800, theme: Theme = "light"
) -> AsyncIterator[Desk]:
    """The page on a screen of some size; afterwards nothing may have gone wrong there, or to another host."""
    async with Playground(servers) as playground:
        context = await browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,
            timezone_id="Europe/Oslo",
            permissions=["clipboard-read", "clipboard-write"],
        )
        desk = Desk(await context.new_page(), servers, playground)
        await desk.open()
        yield desk
        await context.close()
        desk.check()
