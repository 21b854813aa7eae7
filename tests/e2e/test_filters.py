"""Filters, saved filters, mutes and what explains an answer: typed and pressed, over real sockets."""

import re
from typing import Any

import pytest

from bot.demo.slack import Slack
from bot.demo.slack.workspace import Message
from bot.demo.superoffice import SuperOffice
from tests.e2e.conftest import Start, World
from tests.e2e.test_main_job import said


def title(message: Message) -> str:
    """The heading."""
    return str(message.blocks[0]["text"]["text"])


def counted(message: Message) -> int:
    """How many companies the heading counts."""
    found = re.match(r"\d+", title(message))
    return int(found[0]) if found else 0


def companies(message: Message) -> list[int]:
    """The ids of the companies that a message links to, in their order."""
    return list(dict.fromkeys(int(found) for found in re.findall(r"contact_id=(\d+)", said(message))))


def menu(message: Message, company_id: int, what: str) -> str:
    """The value of an option in a company's menu."""
    for _, element in message.elements():
        for option in element.get("options", ()):
            if re.match(rf"{what}:{company_id}\b", str(option.get("value"))):
                return str(option["value"])
    raise LookupError(f"no {what} for {company_id}")


async def press(world: World, message: Message, action: str, **how: Any) -> Message:
    return await (await world.slack.press(message, action, **how)).next()


async def test_superoffice_filters_by_action(world: World) -> None:
    await world.link()
    message = await world.ask("since 3w action:document-added,“person added”")
    (call,) = world.crm.calls("GetMyActiveContacts")
    assert set(call.actions) == {"DocumentAdded", "PersonAdded"}
    assert "ocument added" in said(message)
    assert "only" in said(message).casefold(), "the footer names what SuperOffice filtered by"


async def test_superoffice_filters_by_category(world: World) -> None:
    await world.link()
    await world.ask("since 3w category : prospect, “Customer”")
    await world.ask("since 3w category:PROSPECT")
    assert [call.categories for call in world.crm.calls("GetMyActiveContacts")] == [(2, 1), (2,)]
    assert len(world.crm.calls("GetSimpleList")) == 1, "the list is remembered"


async def test_raw_names_in_several_languages_are_understood(world: World) -> None:
    await world.link()
    for name in ("“VIP-Kunde”", '"vip customer"', "VIP-kund"):
        message = await world.ask(f"since 3w category:{name}")
        assert world.crm.calls("GetMyActiveContacts")[-1].categories == (3,)
        assert "VIP Customer" in said(message)
        assert "NO:" not in said(message)


async def test_deleted_categories_are_unknown(world: World) -> None:
    await world.link()
    message = await world.ask('today category:"Former customer"')
    assert "There is no category" in said(message)
    assert "`VIP Customer`" in said(message)
    assert said(message).count("Former customer") == 2, "in what was typed alone: text and block"


async def test_an_unknown_category_lists_the_known_ones(world: World) -> None:
    await world.link()
    message = await world.ask("today category:<!here>,prospekt action:creatd")
    assert "Prospect" in said(message)
    assert "`action:created`" in said(message)
    assert "<!here>" not in said(message)
    assert not world.crm.calls("GetMyActiveContacts")
    message = await world.ask("today category:prospekt")
    assert "category:Prospect" in said(message)
    assert "Customer" in said(message)


async def test_what_slack_escapes_and_marks_is_read_as_it_was_typed(world: World) -> None:
    await world.link()
    message = await world.ask('since 3w category:"R&D <new>"')
    assert "There is no category `R&amp;D &lt;new&gt;`" in said(message)
    message = await world.ask(f"since 3w by:@{Slack.manager.name}")
    assert f"`by:@{Slack.manager.name}` is what Slack calls somebody" in said(message)
    mine = await world.ask(f"since 3w by:@{Slack.seller.name}")
    assert companies(mine) == companies(await world.ask("since 3w by:me"))
    again = await world.ask("/superoffice since 3w by:me")
    assert title(again) == title(mine)


async def test_what_the_bot_leaves_out_is_counted_and_explained(world: World) -> None:
    await world.link()
    everything = await world.ask("since 3w")
    mine = world.crm.companies(SuperOffice.seller)[0]
    world.crm.happen(mine.id, "Updated", SuperOffice.seller)
    others = await world.ask("since 3w not:me action:updated,document-added")
    assert counted(others) < counted(everything)
    assert "your own" in said(others)
    why = await press(world, others, "why")
    numbers = [int(number) for number in re.findall(r"\d+", said(why))]
    assert counted(everything) in numbers
    only = world.crm.calls("GetMyActiveContacts")[-2:]
    assert {len(call.actions) for call in only} == {2, 7}


async def test_top_says_what_it_leaves_out(world: World) -> None:
    await world.link()
    everything = await world.ask("since 3w")
    few = await world.ask("since 3w top:3")
    assert counted(few) == 3
    assert companies(few) == companies(everything)[:3]
    assert str(counted(everything) - 3) in said(few)


async def test_save_use_list_and_remove_a_filter(world: World) -> None:
    assert "Link your SuperOffice user" in said(await world.ask("filter save mine by:me"))
    await world.link()
    assert "filter:vip" in said(await world.ask("filter save VIP category:prospect not:me"))
    used = await world.ask("since 3w filter:vip top:2")
    assert world.crm.calls("GetMyActiveContacts")[-1].categories == (2,)
    assert counted(used) <= 2
    assert "category:prospect" in said(await world.ask("filter list"))
    replaced = said(await world.ask("filter save vip by:others"))
    assert "category:prospect" in replaced, "what it was is not lost"
    assert "by:others" in said(await world.ask("filter remove vip"))
    gone = said(await world.ask("today filter:vip"))
    assert "vip" in gone
    assert len(world.crm.calls("GetMyActiveContacts")) == 1


async def test_a_category_is_checked_before_a_filter_is_saved(world: World) -> None:
    await world.link()
    assert "Prospect" in said(await world.ask("filter save p category:prospekt"))
    assert "No filter is saved" in said(await world.ask("filter list"))


async def test_mute_undo_list_and_unmute(world: World) -> None:
    await world.link()
    before = await world.ask("since 3w")
    first, second = companies(before)[:2]
    muted = await press(world, before, "row", choice=menu(before, first, "mute"))
    assert muted.ts != before.ts, "the answer stays"
    assert first not in companies(after := await world.ask("since 3w"))
    assert "1 muted" in said(after)
    assert counted(after) == counted(before) - 1
    undone = await press(world, muted, "unmute")
    assert undone.ts == muted.ts
    assert first in companies(await world.ask("since 3w"))
    await press(world, before, "row", choice=menu(before, second, "mute"))
    listed = await world.ask("muted")
    await press(world, listed, "unmute")
    assert second in companies(await world.ask("since 3w"))


async def test_unlinking_forgets_mutes_and_filters(world: World) -> None:
    await world.link()
    message = await world.ask("since 3w")
    first = companies(message)[0]
    await press(world, message, "row", choice=menu(message, first, "mute"))
    await world.ask("filter save mine by:me")
    await press(world, await world.ask("unlink"), "unlink")
    await world.link()
    assert first in companies(await world.ask("since 3w"))
    assert "by:me" not in said(await world.ask("filter list"))


async def test_why_am_i_seeing_this(world: World) -> None:
    await world.link()
    message = await world.ask("since 3w")
    company = companies(message)[0]
    why = await press(world, message, "row", choice=menu(message, company, "why"))
    assert why.ts != message.ts
    assert companies(why) == [company]


@pytest.mark.parametrize("style", ["compact", "table", "full"])
async def test_styles_show_the_same(world: World, style: str) -> None:
    await world.link()
    plain = await world.ask("since 3w")
    styled = await world.ask(f"since 3w style:{style}")
    assert companies(styled) == companies(plain)
    page = await press(world, styled, "page.next")
    assert {block["type"] for block in page.blocks} == {block["type"] for block in styled.blocks}


async def test_choose_another_style_below_an_answer(start: Start) -> None:
    async with start() as world:
        await world.link()
        message = await world.ask("since 3w")
    async with start() as world:
        table = await press(world, message, "view", choice="table")
        assert table.ts == message.ts
        assert any(block["type"] == "table" for block in table.blocks)
        assert companies(table) == companies(message)


async def test_somebody_elses_buttons_are_refused(world: World) -> None:
    await world.link()
    await world.link(Slack.manager, SuperOffice.manager)
    message = await world.ask("since 3w")
    asked = len(world.crm.requests)
    company = companies(message)[0]
    for action, choice in (
        ("page.next", None),
        ("share", None),
        ("view", "table"),
        ("row", menu(message, company, "mute")),
    ):
        refused = await press(world, message, action, choice=choice, user=Slack.manager, forged=True)
        assert "belongs to somebody else" in said(refused)
        assert refused.ts != message.ts
    assert len(world.crm.requests) == asked
