"""The pictures in ``docs/images``, made afresh: ``make screenshots``."""

import asyncio
import re
import shutil
import sys
from pathlib import Path

from bot.cli.main import start_bot
from bot.demo.servers import Servers, running_servers
from tests.browser.desk import Browser, Desk, Theme, at_desk, expect, launched

IMAGES = Path(__file__).parents[2] / "docs" / "images"
#: A picture has at most so many bytes: it is in every clone.
MOST = 200_000
SCREEN = (1120, 680)


async def main() -> None:
    """Play the story, and keep what one sees of it."""
    chromium = shutil.which("chromium") or sys.exit("There is no Chromium: apt-get install chromium")
    IMAGES.mkdir(exist_ok=True)
    async with launched(chromium) as browser, running_servers(start_bot, socket_mode=True) as servers:
        await _today(browser, servers)
        await _channel(browser, servers, "dark")
        await _tomorrow(browser, servers)
        await _phone(browser, servers)


async def _today(browser: Browser, servers: Servers) -> None:
    async with at_desk(browser, servers, *SCREEN) as desk:
        await desk.type("/superoffice today")
        await desk.link()
        await expect(desk.last).to_contain_text("today")
        await desk.type("/superoffice digest at 08:00 daily")
        await expect(desk.last).to_contain_text("08:00")
        await desk.type("/superoffice since monday not:me")
        await expect(desk.last).to_contain_text("since Monday")
        await _keep(desk, "playground")


async def _channel(browser: Browser, servers: Servers, theme: Theme) -> None:
    async with at_desk(browser, servers, *SCREEN, theme=theme) as desk:
        await desk.become("Ada Moen")
        await desk.go("sales")
        await desk.type("/superoffice channel digest")
        await expect(desk.modal.get_by_role("button", name="Turn On")).to_be_visible()
        await _keep(desk, "channel-form")
        await desk.page.keyboard.press("Escape")
        await desk.go("SuperOffice")
        await expect(desk.page.get_by_label("Home tab")).to_contain_text("for its admins")
        await _keep(desk, "home")


async def _tomorrow(browser: Browser, servers: Servers) -> None:
    async with at_desk(browser, servers, *SCREEN, theme="dark") as desk:
        await desk.panel("Tomorrow 08:00")
        await desk.go("SuperOffice")
        await desk.press("Messages", within=desk.page.get_by_role("main"))
        await expect(desk.last).to_contain_text(re.compile("moved since"))
        await _keep(desk, "digest")


async def _phone(browser: Browser, servers: Servers) -> None:
    async with at_desk(browser, servers, 375, 667) as desk:
        await desk.type("/superoffice since monday not:me")
        await expect(desk.last).to_contain_text("since Monday")
        await _keep(desk, "phone")


async def _keep(desk: Desk, name: str) -> None:
    await desk.page.mouse.move(0, 0)
    file = IMAGES / f"{name}.png"
    await desk.page.screenshot(path=file, animations="disabled")
    if file.stat().st_size > MOST:
        sys.exit(f"{file.name} has {file.stat().st_size} bytes, more than {MOST}.")


if __name__ == "__main__":
    asyncio.run(main())
