"""The whole story, as somebody sees it who has neither a Slack nor a SuperOffice."""

import re
import time
from collections.abc import Callable

import pytest

from tests.browser.desk import Desk, expect

pytestmark = pytest.mark.long


async def test_from_linking_to_tomorrows_digest(
    desk: Desk, record_property: Callable[[str, object], None]
) -> None:
    started = time.monotonic()
    await expect(desk.page.get_by_label("How to begin")).to_be_visible()
    await desk.press("Today", within=desk.page.get_by_label("How to begin"))
    await expect(desk.composer).to_have_value("/superoffice today")
    await desk.composer.press("Enter")
    await expect(desk.last).to_contain_text("Link your SuperOffice user")
    await expect(desk.last).to_contain_text("Only visible to you")

    await desk.link()
    await expect(desk.last).to_contain_text(re.compile(r"compan(y|ies) today", re.IGNORECASE))

    await desk.type("/superoffice digest at 08:00 daily")
    await expect(desk.last).to_contain_text("08:00")
    await desk.panel("Make Activity Happen")
    await desk.panel("Tomorrow 08:00")
    await expect(desk.page.locator(".clock strong")).to_have_text("08:00")
    await desk.go("SuperOffice")
    await desk.press("Messages", within=desk.page.get_by_role("main"))
    await expect(desk.page.get_by_role("main")).to_contain_text(re.compile(r"compan(y|ies) moved since"))
    record_property("seconds", round(time.monotonic() - started, 1))


async def test_shows_the_wire_and_masks_secrets(desk: Desk) -> None:
    await desk.type("/superoffice today")
    await desk.link()
    wire = desk.page.get_by_label("On the wire")
    await expect(wire.locator("details")).not_to_have_count(0)
    for entry in await wire.locator("summary").all():
        await entry.click()
    shown = await wire.inner_text()
    password = desk.servers.crm.seller.password
    assert not re.search(rf"7T:\w|xox[abp]-\w|xapp-\w|{re.escape(password)}", shown)


async def test_a_guest_and_a_partner_are_told_no(desk: Desk) -> None:
    await desk.become("Gro Guest")
    await desk.go("with-guests")
    await desk.type("/superoffice today")
    await expect(desk.last).to_contain_text("Only visible to you")
    await desk.become("Stan Stranger")
    await desk.go("with-partner")
    await desk.type("/superoffice today")
    await expect(desk.page.get_by_role("status")).to_contain_text(["not a valid command"])


async def test_links_from_the_home_tab_and_sees_it_there(desk: Desk) -> None:
    await desk.go("SuperOffice")
    home = desk.page.get_by_label("Home tab")
    await desk.press("Link SuperOffice", within=home)
    await desk.link(desk.modal)
    await desk.page.keyboard.press("Escape")
    await expect(home).to_contain_text("You are Kianna Ledner")
    await desk.press("All Commands", within=home)
    await expect(desk.modal).to_contain_text("/superoffice since")
    await desk.page.keyboard.press("Escape")
    await expect(desk.page.get_by_role("dialog")).to_have_count(0)


async def test_hints_come_while_one_types(desk: Desk) -> None:
    await desk.composer.press_sequentially("/sup")
    hints = desk.page.get_by_role("listbox", name="Commands")
    await expect(hints.get_by_role("option").first).to_contain_text("/superoffice")
    await desk.composer.press_sequentially("eroffice yes")
    await desk.composer.press("ArrowDown")
    await expect(desk.composer).to_have_attribute("aria-activedescendant", re.compile("-0$"))
    await desk.composer.press("Enter")
    await expect(desk.composer).to_have_value("/superoffice yesterday")
    await expect(hints).to_have_count(0)


async def test_a_thread_is_read_and_written_beside(desk: Desk) -> None:
    await desk.type("Who knows Nordlys?")
    await expect(desk.last).to_contain_text("Who knows Nordlys?")
    await desk.press("Reply in thread", within=desk.last)
    thread = desk.page.get_by_role("complementary", name="Thread")
    await thread.get_by_role("textbox").fill("I do")
    await thread.get_by_role("textbox").press("Enter")
    await expect(thread.get_by_role("article").last).to_contain_text("I do")
    await expect(desk.last.get_by_role("button", name="1 reply")).to_be_visible()


async def test_a_dead_superoffice_is_said_and_mended(desk: Desk) -> None:
    await desk.type("/superoffice today")
    await desk.link()
    panel = desk.page.get_by_label("Playground panel")
    await panel.get_by_label("What SuperOffice is").select_option("down")
    await desk.panel("Break")
    await expect(panel.locator(".fault")).to_be_visible()
    count = await desk.page.get_by_role("article").count()
    await desk.type("/superoffice since monday")
    await expect(desk.page.get_by_role("article")).to_have_count(count + 1)
    await expect(desk.last).not_to_contain_text("Nothing happened")
    await desk.panel("Mend All")
    await expect(panel.locator(".fault")).to_have_count(0)


async def test_comes_back_after_a_reload(desk: Desk) -> None:
    await desk.become("Per Lund")
    await desk.go("board")
    await desk.page.reload()
    await expect(desk.page.get_by_label("You are").locator("option:checked")).to_contain_text("Per Lund")
    await expect(desk.page.get_by_role("main")).to_have_accessible_name("#board")
