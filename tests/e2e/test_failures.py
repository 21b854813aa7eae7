"""What people see when it goes wrong: one sentence, a way out, a reference that is in the log."""

import json
import logging
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.demo.gate import Gate
from bot.demo.slack import Slack
from bot.demo.superoffice import SuperOffice
from bot.logs import formatter
from bot.text import sentence
from tests.e2e.channels import rigged
from tests.e2e.conftest import Start, World
from tests.e2e.test_main_job import said
from tests.e2e.test_team_digest import link

SO = "SuperOffice.Exceptions."


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("crm-unreachable", {"drop": True}),
        ("crm-unreadable", {"cut": True}),
        ("crm-unreadable", {"truncated": True}),
        ("crm-unreadable", {"html": True}),
        ("crm-unreadable", {"empty": True}),
        ("crm-unreadable", {"silent": True}),
        ("crm-too-large", {"huge": 33 << 20}),
        ("crm-refused", {"status": 403}),
        ("crm-wrong-address", {"status": 404}),
        ("crm-wrong-address", {"status": 421}),
        ("crm-too-busy", {"status": 503}),
        ("crm-failed", {"soap_fault": True}),
        ("crm-refused", {"exception_type": f"{SO}SoSentryException"}),
        ("crm-failed", {"exception_type": f"{SO}SoDbAccessException"}),
    ],
    ids=str,
)
async def test_a_failure_says_what_to_do(
    world: World, code: str, fault: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    await world.link()
    world.crm.faults.set("GetMyActiveContacts", **fault)
    with caplog.at_level(logging.INFO):
        message = await (await world.type("since monday not:me")).next(15)
    text = said(message)
    assert "No answer from SuperOffice" in text
    assert sentence(f"error.{code}") in message.text
    assert sentence(f"error.{code}.next", command="/superoffice") in message.text
    assert "Nothing" not in text
    (reference,) = re.findall(r"Reference (\w+)", text)
    assert any(vars(record).get("reference") == reference for record in caplog.records)
    world.crm.faults.clear()
    again = await (await world.slack.press(message, "again")).next()
    assert "since Monday" in said(again)


@pytest.mark.parametrize("fault", [{"status": 401}, {"exception_type": f"{SO}SoSessionException"}])
async def test_a_ticket_that_is_refused_leads_to_the_page(world: World, fault: dict[str, Any]) -> None:
    await world.link()
    world.crm.faults.set(**fault)
    assert "SuperOffice no longer accepts it" in said(await world.ask("today"))
    assert "It is over" not in said(await world.ask("me"))


@pytest.mark.parametrize("fault", [{"status": 401}, {"exception_type": f"{SO}SoSessionException"}])
async def test_a_refusal_of_one_operation_ends_no_sign_in(world: World, fault: dict[str, Any]) -> None:
    """Which exception an expired ticket brings is not published: another question tells."""
    await world.link()
    world.crm.faults.set("GetMyActiveContacts", **fault)
    assert sentence("error.crm-refused") in (await world.ask("today")).text
    world.crm.faults.clear()
    assert "today" in said(await world.ask("today"))


async def test_one_users_slow_superoffice_delays_nobody_else(start: Start, tmp_path: Path) -> None:
    toml = tmp_path / "bot.toml"
    toml.write_text("[commands]\nworkers = 4\n")
    async with start(BOT_CONFIG=str(toml)) as world:
        await world.link()
        await world.link(Slack.manager, SuperOffice.manager)
        held = Gate()
        held.close()
        world.crm.faults.set("GetMyActiveContacts", gate=held, times=3)
        slow = [await world.type("today") for _ in range(6)]
        await held.reached(1)
        assert "today" in said(await world.ask("today", Slack.manager))
        assert not any(answer.messages for answer in slow)
        held.open()
        for answer in slow:
            assert "today" in said(await answer.next())


async def test_while_slack_does_not_tell_who_somebody_is_they_are_who_they_were(tmp_path: Path) -> None:
    async with rigged(tmp_path / "bot.db") as rig:
        traveller = replace(Slack.seller, locale="de-DE", tz="America/New_York")
        rig.slack.workspace.members[Slack.seller.id] = traveller
        await link(rig, Slack.seller, SuperOffice.seller)

        async def ask() -> str:
            answer = await rig.slack.command("/superoffice", "today", user=Slack.seller)
            return said(await answer.next())

        assert "Zeit in New York" in await ask()
        rig.clock.move(minutes=11)
        rig.slack.fail("users.info", "internal_error", times=9)
        assert "Zeit in New York" in await ask()


@pytest.mark.long
async def test_a_slow_answer_is_announced_and_then_given_up(world: World) -> None:
    """The real five and twenty-five seconds."""
    await world.link()
    world.crm.faults.set("GetMyActiveContacts", delay=8)
    answer = await world.type("today")
    note = await answer.next(7)
    assert "Still asking" in said(note)
    final = await answer.next(10)
    assert final.ts == note.ts, "the answer takes the note's place"
    assert "Still asking" not in said(final)
    world.crm.faults.set("GetMyActiveContacts", delay=60)
    answer = await world.type("today")
    await answer.next(7)
    assert "longer than" in said(await answer.next(25))


async def test_one_reference_from_the_delivery_to_the_soap_call_and_the_user(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Two commands at once: each line is of the one or the other."""
    await world.link()
    world.crm.faults.set("GetMyActiveContacts", status=503)
    caplog.handler.setFormatter(formatter("json"))
    caplog.clear()
    with caplog.at_level(logging.INFO):
        answers = [await world.type("since monday"), await world.type("today")]
        texts = [said(await answer.next(15)) for answer in answers]
        await world.ask("help")  # what was said is on its way to be noted: give it a turn
    references = [reference for text in texts for reference in re.findall(r"Reference (\w+)", text)]
    assert len(set(references)) == 2
    lines = [json.loads(line) for line in caplog.text.splitlines()]
    for reference in references:
        mine = [line.get("action") for line in lines if line.get("reference") == reference]
        assert mine.count("crm.status") == 1
        assert mine[-3:] == ["crm.called", "command.failed", "command.done"]
