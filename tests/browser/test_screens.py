"""Widths, colours, and what axe-core finds."""

from collections.abc import Callable

import pytest

from bot.demo.servers import Servers
from tests.browser.axe import findings
from tests.browser.desk import Browser, Desk, Theme, at_desk, expect

pytestmark = pytest.mark.long
#: A phone's.
NARROW = (375, 667)


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_axe_finds_nothing_serious(
    browser: Browser, servers: Servers, theme: Theme, record_property: Callable[[str, object], None]
) -> None:
    async with at_desk(browser, servers, theme=theme) as desk:
        assert await desk.evaluate("document.documentElement.dataset.theme") == theme
        found = [await findings(desk.page, "first visit")]
        await desk.type("/superoffice since 2w style:table")
        await desk.link()
        await expect(desk.last.get_by_role("table")).to_be_visible()
        found.append(await findings(desk.page, "answer"))
        await desk.type("/superoffice since 2w")
        await expect(desk.last.get_by_role("button", name="More actions").first).to_be_visible()
        await desk.last.get_by_role("button", name="More actions").first.click()
        found.append(await findings(desk.page, "menu"))
        await desk.page.keyboard.press("Escape")
        await desk.type("/superoffice digest")
        await expect(desk.modal.get_by_role("combobox").first).to_be_visible()
        found.append(await findings(desk.page, "modal"))
        await desk.modal.get_by_role("combobox").first.click()
        found.append(await findings(desk.page, "list in a modal"))
        await desk.page.keyboard.press("Escape")
        await desk.page.keyboard.press("Escape")
        await desk.go("SuperOffice")
        await expect(desk.page.get_by_label("Home tab")).to_be_visible()
        found.append(await findings(desk.page, "Home"))
    problems = [problem for each in found for problem in each]
    record_property("findings", len(problems))
    assert not problems, "\n".join(map(str, problems))


async def test_fits_a_phone(browser: Browser, servers: Servers) -> None:
    async with at_desk(browser, servers, *NARROW) as desk:
        await _no_wider_than_the_screen(desk)
        await desk.page.get_by_role("button", name="Behind the scenes").click()
        await desk.panel("Tomorrow 08:00")
        await desk.page.get_by_role("button", name="Close the panel").click()
        await desk.type("/superoffice help")
        await expect(desk.last).to_contain_text("/superoffice")
        await _no_wider_than_the_screen(desk)
        await desk.page.get_by_role("button", name="Channels", exact=True).click()
        await desk.go("sales")
        await expect(desk.page.get_by_role("main")).to_have_accessible_name("#sales")
        await desk.type("/superoffice digest")
        await expect(desk.modal.get_by_role("button", name="Turn On")).to_be_in_viewport()
        await _no_wider_than_the_screen(desk)


async def _no_wider_than_the_screen(desk: Desk) -> None:
    assert await desk.evaluate("document.scrollingElement.scrollWidth") <= NARROW[0]
    wide = "e => e.scrollWidth <= e.clientWidth"
    assert await desk.page.get_by_role("log").first.evaluate(wide)


async def test_the_keyboard_alone_is_enough(desk: Desk) -> None:
    await desk.composer.focus()
    await desk.page.keyboard.type("/superoffice today")
    await desk.page.keyboard.press("Enter")
    await expect(desk.last).to_contain_text("Link your SuperOffice user")
    for _ in range(12):
        await desk.page.keyboard.press("Shift+Tab")
        if "Link SuperOffice" in await desk.evaluate("document.activeElement.innerText"):
            break
    else:
        raise AssertionError("The button cannot be reached by keyboard.")


async def test_the_theme_is_kept(desk: Desk) -> None:
    await desk.page.get_by_role("button", name="Dark theme").click()
    await desk.page.reload()
    assert await desk.evaluate("document.documentElement.dataset.theme") == "dark"
    await expect(desk.page.get_by_role("button", name="Light theme")).to_be_visible()
