"""An admin sets up a channel's digest in the form; what is wrong with it is said where it stands."""

import re

import pytest

from tests.browser.desk import Desk, expect

pytestmark = pytest.mark.long


async def test_an_admin_sets_up_a_channel(desk: Desk) -> None:
    await desk.become("Ada Moen")
    await desk.go("sales")
    await desk.type("/superoffice channel digest")
    form = desk.modal
    await expect(form.get_by_role("button", name=re.compile("Turn On|Set Up|Save"))).to_be_visible()

    times = form.get_by_role("combobox", name=re.compile("time", re.IGNORECASE)).first
    await times.fill("08:30")
    await times.press("Enter")
    await times.press("Escape")  # closes the list, not the form
    await expect(form).to_be_visible()
    await form.get_by_label(re.compile("zone", re.IGNORECASE)).fill("Nowhere/Land")
    submit = form.get_by_role("button", name=re.compile("Turn On|Set Up|Save"))
    await submit.click()
    wrong = form.get_by_role("alert")
    await expect(wrong).to_have_count(1)
    await expect(form.get_by_label(re.compile("zone", re.IGNORECASE))).to_be_focused()

    await form.get_by_label(re.compile("zone", re.IGNORECASE)).fill("Europe/Oslo")
    await expect(wrong).to_have_count(0)
    await submit.click()
    await expect(desk.page.get_by_role("dialog")).to_have_count(0)
    await expect(desk.page.get_by_role("main")).to_contain_text("08:30")


async def test_escape_closes_the_form_and_gives_the_focus_back(desk: Desk) -> None:
    await desk.become("Ada Moen")
    await desk.go("sales")
    await desk.type("/superoffice channel digest")
    await expect(desk.modal.get_by_role("textbox").first).to_be_visible()
    await desk.page.keyboard.press("Escape")
    await expect(desk.page.get_by_role("dialog")).to_have_count(0)
    await expect(desk.composer).to_be_focused()
