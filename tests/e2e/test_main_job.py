"""The main job on real input: a signed command, a SOAP call, blocks back."""

import asyncio
import json
import re
from pathlib import Path

import aiohttp
import pytest

from bot.app.running import session
from bot.core.people import SlackUser
from bot.core.secret import Secret
from bot.demo.slack import Slack
from bot.demo.slack.answers import Answer
from bot.demo.slack.workspace import Message
from bot.demo.superoffice import SuperOffice
from tests.e2e.conftest import KEY, Start, World
from tests.sqlite import opened


def said(message: Message) -> str:
    """Everything a message says."""
    return json.dumps([message.text, message.blocks], ensure_ascii=False)


@pytest.mark.parametrize("socket_mode", [False, True], ids=["http", "socket-mode"])
async def test_since_monday(start: Start, socket_mode: bool) -> None:
    async with start(socket_mode=socket_mode) as world:
        await world.link()
        answer = await world.type("since monday")
        message = await answer.next()
        (call,) = world.crm.calls("GetMyActiveContacts")
        assert call.user == SuperOffice.seller
        assert "since Monday" in message.blocks[0]["text"]["text"]
        assert "as Kianna Ledner" in said(message)
        assert f"{world.crm.web_url}/default.aspx?contact.main?contact_id=" in said(message)
        assert answer.ms < 1000


async def test_what_just_happened_comes_first(world: World) -> None:
    await world.link()
    company = world.crm.companies(SuperOffice.seller)[3]
    world.crm.happen(company.id, "DocumentAdded", SuperOffice.colleague)
    message = await world.ask("")
    first = next(block for block in message.blocks if "accessory" in block)
    assert company.name in json.dumps(first, ensure_ascii=False)
    assert "ocument added" in json.dumps(first, ensure_ascii=False)
    assert "Ida Holm" in json.dumps(first, ensure_ascii=False)


async def test_what_was_asked_before_linking_is_answered_after(world: World) -> None:
    answer = await world.type("since 3d")
    offer = await answer.next()
    url = next(element["url"] for _, element in offer.elements() if "url" in element)
    status, page = await world.sign_in(url, SuperOffice.seller)
    assert status == 200
    assert "Linked as Kianna Ledner" in page
    linked, answered = await answer.next(), await answer.next()
    assert linked.ts == offer.ts, "the button gives way to the confirmation"
    assert "Linked as Kianna Ledner" in said(linked)
    assert "companies since" in said(answered)


async def test_nobody_sees_another_ones_answer(world: World) -> None:
    await world.link()
    await world.link(Slack.manager, SuperOffice.manager)
    hers, his = await asyncio.gather(world.ask("week"), world.ask("week", Slack.manager))
    assert "as Kianna Ledner" in said(hers)
    assert "as Per Lund" in said(his)
    assert hers.user == Slack.seller.id
    assert his.user == Slack.manager.id


async def test_pages(world: World) -> None:
    await world.link()
    message = await world.ask("since 3w")
    seen = []
    while True:
        seen += [b for b in message.blocks if "accessory" in b]
        if not any(e["action_id"] == "page.next" for _, e in message.elements()):
            break
        message = await (await world.slack.press(message, "page.next")).next()
    shown = message.blocks[0]["text"]["text"]
    assert shown.startswith(f"{len(seen)} companies")
    assert len(seen) == len(world.crm.companies(SuperOffice.seller))
    back = await (await world.slack.press(message, "page.newest")).next()
    assert back.ts == message.ts


async def test_a_page_button_works_after_a_restart(start: Start) -> None:
    async with start() as world:
        await world.link()
        message = await world.ask("since 3w")
    async with start() as world:
        page = await (await world.slack.press(message, "page.next")).next()
    assert page.ts == message.ts
    assert "11 to" in said(page)


async def test_empty_is_not_failed(world: World) -> None:
    await world.link()
    empty = await world.ask("since 1min")
    assert "Nothing happened on your companies" in said(empty)
    world.crm.faults.set("GetMyActiveContacts", silent=True)
    failed = await world.ask("today")
    assert "No answer from SuperOffice" in said(failed)
    assert "Nothing happened" not in said(failed)


async def test_a_ticket_that_ended_is_renewed_at_a_press(world: World) -> None:
    await world.link()
    world.crm.tickets.expire(SuperOffice.seller)
    answer = await world.type("today")
    offer = await answer.next()
    assert "SuperOffice no longer accepts it" in said(offer)
    url = next(element["url"] for _, element in offer.elements() if "url" in element)
    assert (await world.sign_in(url, SuperOffice.seller))[0] == 200
    await answer.next()
    assert "today" in (await answer.next()).blocks[0]["text"]["text"]


async def test_me_and_unlink(world: World) -> None:
    assert "You are not linked" in said(await world.ask("me"))
    assert "Linked as Kianna Ledner" in said(await world.link())
    me = said(await world.ask("me"))
    assert "You are Kianna Ledner in SuperOffice" in me
    assert "I keep it alive" in me
    question = await world.ask("unlink")
    assert "This deletes your ticket" in said(question)
    assert "still linked" in said(await (await world.slack.press(question, "keep")).next())
    question = await world.ask("unlink")
    assert "You are unlinked" in said(await (await world.slack.press(question, "unlink")).next())
    assert "You are not linked" in said(await world.ask("me"))


async def test_a_delivery_that_comes_twice_is_answered_once(world: World) -> None:
    await world.link()
    world.slack.twice = True
    answer = await world.type("today")
    await answer.next()
    world.slack.twice = False
    await (await world.type("help")).next()
    assert len(answer.messages) == 1


@pytest.mark.parametrize("status", [404, 500])
async def test_without_response_url_the_answer_is_a_direct_message(world: World, status: int) -> None:
    await world.link()
    world.slack.response_urls.failures.append(status)
    await world.type("today")
    message = await world.slack.wait(lambda each: each in world.slack.direct_messages())
    assert "today" in message.text


@pytest.mark.long
async def test_fifty_at_once_are_acknowledged_in_time_and_answered(world: World) -> None:
    await world.link()
    world.crm.faults.set("GetMyActiveContacts", delay=4)
    answers = await asyncio.gather(*(world.type("today") for _ in range(50)))
    assert max(answer.ms for answer in answers) < 3000, "as long as Slack waits"

    async def answered(answer: Answer) -> Message:
        while "Still asking" in (message := await answer.next(20)).text:
            pass
        return message

    for message in await asyncio.gather(*map(answered, answers)):
        assert "today" in message.blocks[0]["text"]["text"]
    assert len(world.crm.calls("GetMyActiveContacts")) == 50
    assert world.crm.connections_opened <= 50


async def test_a_full_queue_says_so(start: Start, tmp_path: Path) -> None:
    toml = tmp_path / "bot.toml"
    toml.write_text("[commands]\nworkers = 1\nqueue_size = 1\n")
    async with start(BOT_CONFIG=str(toml)) as world:
        await world.link()
        world.crm.faults.set("GetMyActiveContacts", delay=0.5)
        answers = await asyncio.gather(*(world.type("today") for _ in range(6)))
        texts = [(await answer.next()).text for answer in answers]
        assert any("more to do than I can take" in text for text in texts)
        assert any("today" in text for text in texts)


async def test_no_auth_test_for_a_request_and_one_wsdl_load(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    async with start() as world:
        await world.link()
        await world.link(Slack.manager, SuperOffice.manager)
        for _ in range(10):
            await world.ask("today")
            await world.ask("today", Slack.manager)
        assert len(world.slack.calls("auth.test")) == 1
        assert len(world.slack.calls("users.info")) == 2
    loads = [record.getMessage() for record in caplog.records if record.name == "zeep.wsdl.wsdl"]
    loaded = [load.rpartition("/")[2] for load in loads if load.startswith("Creating definition for")]
    assert sorted(loaded) == ["Contact.wsdl", "MDO.wsdl", "Person.wsdl", "SoPrincipal.wsdl"]


async def test_no_cookie_goes_from_one_user_to_another() -> None:
    async with session() as web:
        assert isinstance(web.cookie_jar, aiohttp.DummyCookieJar)


async def test_a_command_of_another_workspace_is_refused(world: World) -> None:
    answer = await world.slack.command("/superoffice", "help", user=Slack.stranger)
    assert not answer.acknowledged
    assert answer.status == 403


async def test_also_when_slack_was_down_at_start(start: Start, slack: Slack) -> None:
    slack.fail("auth.test", "internal_error", times=3)
    async with start() as world:
        answer = await slack.command("/superoffice", "help", user=Slack.stranger)
        assert answer.status == 403
        await asyncio.gather(*(slack.command("/superoffice", "help") for _ in range(3)))
        assert "What happened on my companies?" in said(await world.ask("help"))


async def test_a_changed_profile_is_asked_for_again(world: World) -> None:
    await world.ask("help")
    await world.slack.event({"type": "user_change", "user": {"id": Slack.seller.id}})
    await world.ask("help")
    assert len(world.slack.calls("users.info")) == 2


async def test_a_reader_is_answered_in_their_language(world: World) -> None:
    await world.slack.change(Slack.seller, locale="nb-NO")
    await world.link()
    world.crm.happen(world.crm.companies(SuperOffice.seller)[0].id, "Created")
    assert re.search(r"\d+ firma(er)? i dag", said(await world.ask("today")))
    assert "Hva har skjedd på firmaene mine?" in said(await world.ask("help"))
    await world.slack.change(Slack.seller, locale="da-DK")
    assert "Hvad er der sket på mine firmaer?" in said(await world.ask("help"))


@pytest.mark.parametrize("seconds", [1, 600])
async def test_a_rate_limit_is_waited_out_if_short_and_the_answer_arrives(world: World, seconds: int) -> None:
    world.slack.rate_limit("users.info", seconds)
    message = await world.ask("help")
    assert "What happened on my companies?" in said(message)


async def test_a_broken_proxy_before_slack_costs_no_answer(world: World) -> None:
    world.slack.fail("users.info", status=502, times=3)
    assert "What happened on my companies?" in said(await world.ask("help"))


@pytest.mark.parametrize("flag", ["deleted", "is_restricted", "is_ultra_restricted"])
async def test_who_is_deactivated_or_becomes_a_guest_is_forgotten(world: World, flag: str) -> None:
    await world.link()
    await world.ask("filter save mine by:me")
    for _ in range(2):  # Slack may tell it twice
        await world.slack.change(Slack.seller, None, **{flag: True})
    with opened(world.database, Secret(KEY)) as store:
        left = await store.personal.export(SlackUser(world.slack.workspace.id, Slack.seller.id))
        assert not any(left.values())
        *_, deed = [each.deed for each in await store.audit.all()]
    assert deed.why == ("deactivated" if flag == "deleted" else "guest")
    assert deed.before["saved_filters"] == 1


async def test_who_changes_otherwise_is_not(world: World) -> None:
    await world.link()
    await world.slack.change(Slack.seller, tz="Europe/Helsinki")
    assert "Helsinki" in said(await world.ask("today"))
