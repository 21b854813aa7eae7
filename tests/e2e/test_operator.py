"""What whoever runs the bot types, beside the bot that runs: previews of digests, and how they are doing."""

import json
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta

import pytest

from bot.demo.slack import Slack
from bot.demo.superoffice import SuperOffice
from tests.e2e.conftest import Start, World
from tests.e2e.test_filters import companies
from tests.e2e.test_main_job import said
from tests.e2e.test_privacy import run


def seller(world: World) -> tuple[str, str]:
    """Whose digest is meant."""
    return "--user", f"{world.slack.workspace.id}/{Slack.seller.id}"


def told(world: World) -> list[tuple[object, ...]]:
    """Everything that a digest leaves behind."""
    with closing(sqlite3.connect(world.database)) as db:
        tables = ("ledger", "told", "participants", "subscriptions")
        return [row for table in tables for row in db.execute(f"SELECT * FROM {table}").fetchall()]


async def test_a_preview_is_what_the_user_would_see_and_changes_nothing(world: World) -> None:
    await world.link()
    tomorrow = datetime.now(Slack.seller.zone) + timedelta(days=1)
    await world.ask(f"digest at 08:00 {tomorrow:%a} style:compact")  # so it covers six days, and is not empty
    shown = await world.ask("digest preview")
    before, messages = told(world), len(world.slack.messages())
    code, out, err = await run(world, "preview", *seller(world), "--json")
    assert (code, err) == (0, "")
    (message,) = json.loads(out)
    assert set(message) == {"text", "blocks"}
    ids = companies(shown)
    assert ids, "else this proves nothing"
    assert [id_ for id_ in ids if f"contact_id={id_}" not in out] == []
    code, out, err = await run(world, "preview", *seller(world))
    assert (code, err) == (0, "")
    first = next(each for each in world.crm.companies(SuperOffice.seller) if each.id == ids[0])
    assert first.name in out
    assert (told(world), len(world.slack.messages())) == (before, messages)
    _, out, _ = await run(world, "audit")
    assert out.count("digest.previewed") == 2


async def test_who_has_no_digest_sees_what_it_would_be(world: World) -> None:
    await world.link()
    code, out, _ = await run(world, "preview", *seller(world))
    assert (code, out.splitlines()[0]) == (
        0,
        "There is none: after /superoffice digest on it would be this.",
    )


async def test_what_keeps_a_preview_from_being_had_is_said(start: Start) -> None:
    async with start() as world:
        code, _, err = await run(world, "preview", "--user", "T0NOBODY/U0NOBODY")
        assert (code, "Nothing is stored about T0NOBODY/U0NOBODY" in err) == (1, True)
        await world.ask("link")
        code, _, err = await run(world, "preview", *seller(world))
        assert (code, "is not linked" in err) == (1, True)
        await world.link()
        world.crm.tickets.expire()
        code, _, err = await run(world, "preview", *seller(world))
        assert (code, "The sign-in of" in err) == (1, True), err
        await world.link()
        await world.crm.refuse()
        code, _, err = await run(world, "preview", *seller(world))
        assert (code, "crm-unreachable" in err) == (1, True), err
        _, out, _ = await run(world, "audit")
        assert "digest.previewed" not in out, "nothing was seen"


@pytest.mark.parametrize("command", ["status", "list", "show"])
async def test_how_the_digests_are_doing_names_nobody(world: World, command: str) -> None:
    await world.link()
    await world.ask('digest at 08:00 not:"Ida Holm"')
    whose = seller(world) if command == "show" else ()
    for json_ in ((), ("--json",)):
        code, out, err = await run(world, "digests", command, *whose, *json_)
        assert (code, err) == (0, "")
        assert "Ida" not in out
        assert Slack.seller.real_name not in out
        if command != "status":
            assert "08:00" in out
    other = (seller(world)[0], f"{world.slack.workspace.id}/{Slack.manager.id}")
    if command == "show":
        code, _, err = await run(world, "digests", command, *other)
        assert (code, "has set up no digest" in err) == (1, True)


async def test_an_admin_sees_everybodys_digests(world: World) -> None:
    await world.link()
    await world.ask("digest at 08:00 weekdays")
    refused = await world.ask("admin digests")
    assert "08:00" not in said(refused)
    shown = await world.ask("admin digests", Slack.manager)
    assert "08:00 weekdays" in str(shown.blocks)
    assert Slack.seller.id in str(shown.blocks)
