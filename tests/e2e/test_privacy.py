"""What is stored about people: shown in a file, deleted to the last byte, by a bot that really ran."""

import asyncio
import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.core.secret import Secret
from bot.demo.slack import Slack
from bot.demo.slack.workspace import Member
from bot.demo.superoffice import SuperOffice
from bot.demo.superoffice.cast import User
from bot.store.personal import PERSONAL
from tests.conftest import NOW
from tests.e2e.conftest import KEY, World, environment
from tests.e2e.test_filters import companies, menu, press
from tests.e2e.test_main_job import said
from tests.sqlite import opened

PEOPLE = ((Slack.seller, SuperOffice.seller), (Slack.manager, SuperOffice.manager))


async def run(world: World, *words: str, typed: str = "") -> tuple[int, str, str]:
    """Run ``python -m bot …`` on the database of the bot that runs."""
    env = environment(world.crm, world.slack, world.database, socket_mode=False)
    result = await asyncio.to_thread(CliRunner().invoke, main, words, input=typed, env=env)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def files(world: World) -> bytes:
    """Every byte of the database, of its log and of its index."""
    names = ("", "-wal", "-shm")
    paths = [world.database.with_name(f"{world.database.name}{name}") for name in names]
    return b"".join(path.read_bytes() for path in paths if path.exists())


async def settle_in(world: World) -> list[int]:
    """Have two people do all that leaves rows behind; the companies that each muted."""
    muted: list[int] = []
    for member, user in PEOPLE:
        await world.link(member, user)
        await world.ask("filter save mine by:me", member)
        await world.ask("filter save theirs by:Ida", member)
        answer = await world.ask("since 3w", member)
        for company in companies(answer)[:3]:
            await press(world, answer, "row", choice=menu(answer, company, "mute"), user=member)
            muted.append(company)
        await world.ask("catchup", member)
        assert "08:00" in said(await world.ask("digest at 08:00 weekdays by:Ida", member))
        await world.ask("digest test", member)
        await world.ask("admin unlink @U0COLLEAGUE", member)
        await world.ask("link", member)
        await world.ask("my-data", member)
    return muted


def traces(member: Member, user: User) -> list[bytes]:
    """What would name somebody, in whatever way it is written."""
    words = (member.id, member.real_name, user.full_name, user.email, user.login, *user.full_name.split())
    return [word.encode() for word in words]


async def test_my_data_arrives_as_a_file_with_everything_in_it(world: World) -> None:
    muted = await settle_in(world)
    world.slack.files.clear()
    sent = await world.ask("my-data")
    assert "in a direct message" in said(sent)
    assert "3 muted companies" in said(sent)
    (file,) = world.slack.files
    (message,) = [m for m in world.slack.direct_messages(Slack.seller) if m.ts == file.ts]
    assert world.slack.workspace.sees(Slack.seller.id, message)
    assert not world.slack.workspace.sees(Slack.manager.id, message)
    assert file.name.startswith("superoffice-my-data-")
    data = json.loads(file.data)
    stored = {table: held["rows"] for table, held in data["stored"].items()}
    assert stored.keys() == {table.name for table in PERSONAL}
    assert data["slack"] == {"workspace": world.slack.workspace.id, "user": Slack.seller.id}
    (link,) = stored["links"]
    assert (link["full_name"], link["email"]) == ("Kianna Ledner", "kianna.ledner@example.com")
    assert link["ticket"] == "(stored encrypted, and not shown)"
    assert link["linked_at"].endswith("+01:00") or link["linked_at"].endswith("+02:00"), "her own time"
    assert sorted(row["company_id"] for row in stored["muted_companies"]) == sorted(muted[:3])
    assert all(
        row["name"] in {company.name for company in world.crm.companies(SuperOffice.seller)}
        for row in stored["muted_companies"]
    )
    assert {row["name"]: row["filter"] for row in stored["saved_filters"]} == {
        "mine": "by:me",
        "theirs": "by:Ida",
    }
    (digest,) = stored["subscriptions"]
    assert digest["filter"] == "by:Ida"
    assert b"7T:" not in file.data
    assert not [table for table, held in data["stored"].items() if "(" in held["what"]]


async def test_without_the_scope_it_is_said_what_to_do(world: World) -> None:
    await world.link()
    world.slack.api.scopes.discard("files:write")
    failed = await world.ask("my-data")
    assert "not allowed to send files" in said(failed)
    assert "newest manifest" in said(failed)


async def test_not_a_byte_names_who_was_forgotten(world: World) -> None:
    """Every table, the log and the index of the file, of a bot that runs."""
    await settle_in(world)
    await run(world, "export", "--user", f"{world.slack.workspace.id}/{Slack.seller.id}")
    seller, manager = (traces(*each) for each in PEOPLE)
    before = files(world)
    assert [word for word in (*seller, *manager) if word not in before] == [], "else this proves nothing"
    names = [company.name.encode() for company in world.crm.companies(SuperOffice.seller)]
    assert [name for name in names if name in before] == [], "sealed, always"
    receipt = await press(world, await world.ask("forget-me"), "forget")
    for line in (
        "1 link,",
        "1 open link page",
        "3 muted companies",
        "2 saved filters",
        "1 digest",
        "1 key",
        "back-ups",
    ):
        assert line.casefold() in said(receipt).casefold(), line
    after = files(world)
    assert [word for word in seller if word in after] == []
    assert [word for word in manager if word not in after] == [], "nobody else"
    assert "2 filters" not in said(await world.ask("filter list"))
    assert "since" in (await world.ask("since 3w", Slack.manager)).blocks[0]["text"]["text"]


async def test_a_program_that_reads_meanwhile_is_said_and_the_trace_goes_later(world: World) -> None:
    await world.link()
    reader = sqlite3.connect(world.database, isolation_level=None)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM links").fetchone() == (1,)
    receipt = await press(world, await world.ask("forget-me"), "forget")
    assert "may be in its log for some more minutes" in said(receipt)
    assert b"Kianna" in files(world)
    reader.execute("ROLLBACK")
    reader.close()
    with opened(world.database, Secret(KEY)) as store:
        await store.prune(NOW)  # as the bot does every five minutes
    assert b"Kianna" not in files(world)


async def test_whoever_runs_the_bot_exports_and_forgets_while_it_runs(world: World, tmp_path: Path) -> None:
    await settle_in(world)
    user = f"{world.slack.workspace.id}/{Slack.seller.id}"
    code, out, _ = await run(world, "export", "--user", user)
    assert (code, json.loads(out)["stored"]["links"]["rows"][0]["login"]) == (0, "KLED")
    target = tmp_path / "data.json"
    code, out, _ = await run(world, "export", "--user", user, "--out", str(target))
    assert (code, out, target.stat().st_mode & 0o777) == (0, "", 0o600)
    assert json.loads(target.read_text())["stored"]["muted_companies"]["rows"]
    code, _, err = await run(world, "export", "--user", user, "--out", str(target))
    assert (code, "name a new file" in err) == (1, True), "it is not overwritten"
    code, out, _ = await run(world, "forget", "--user", user, typed="n\n")
    assert (code, "3 muted companies" in out, "Deleted" in out) == (1, True, False)
    code, out, _ = await run(world, "forget", "--user", user, "--yes")
    assert (code, "Deleted:" in out, "1 link, with its ticket" in out) == (0, True, True), out
    held = files(world)
    assert [word for word in traces(*PEOPLE[0]) if word in held] == []
    assert "You are not linked" in said(await world.ask("me"))
    code, out, _ = await run(world, "forget", "--user", user, "--yes")
    assert (code, out) == (0, f"Nothing is stored about {user}.\n")
    code, _, err = await run(world, "export", "--user", user)
    assert (code, err) == (1, f"Nothing is stored about {user}.\n")
    code, out, _ = await run(world, "audit")
    assert (code, out.count("data.exported"), out.count("(operator)")) == (0, 4, 1), out
    assert Slack.seller.id not in out


@pytest.mark.parametrize("user", ["U061F7AUR", "t024/u061", "T1/U1/U2", "T1/B1"])
async def test_a_user_is_named_with_the_workspace(world: World, user: str) -> None:
    code, _, err = await run(world, "export", "--user", user)
    assert (code, "such as T024BE7LH/U061F7AUR" in err) == (2, True)


async def test_who_linked_shared_and_had_their_data_sent_is_accounted_for(world: World) -> None:
    await world.link()
    world.slack.invite("C0SALES")
    answer = await (await world.type("since 3w", channel="C0SALES")).next()
    shared = await (await world.slack.press(answer, "share")).next()
    assert "Shared" in said(shared), shared.text
    await world.ask("my-data")
    code, out, err = await run(world, "audit", "--json")
    assert (code, err) == (0, "")
    deeds = [json.loads(line) for line in out.splitlines()]
    assert [deed["action"] for deed in deeds] == ["user.linked", "answer.shared", "data.exported"]
    assert {deed["by"]["user"] for deed in deeds} == {Slack.seller.id}
    assert (deeds[0]["what"], deeds[1]["what"]) == ("onsite", "C0SALES")
    await run(world, "forget", "--user", f"{Slack.team}/{Slack.seller.id}", "--yes")
    _, out, _ = await run(world, "audit", "--json")
    after = [json.loads(line) for line in out.splitlines()]
    assert [deed["action"] for deed in after][-1] == "user.forgotten"
    assert Slack.seller.id not in out
    assert {deed["by"]["pseudonym"] for deed in after[:3]} == {deeds[0]["by"]["pseudonym"]}
