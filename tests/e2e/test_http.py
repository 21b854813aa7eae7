"""The HTTP face: what is unsigned, stale or junk gets a 4xx, never a 500."""

import asyncio
import json
import logging
import sqlite3
from contextlib import closing
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import app
from tests.e2e.conftest import Start, World

FORM = "application/x-www-form-urlencoded"


async def post(world: World, body: bytes, content_type: str = FORM, **headers: str) -> int:
    signed = headers or world.slack.sign(body)
    async with aiohttp.ClientSession() as session:
        url = f"{world.bot.url}/slack/events"
        async with session.post(url, data=body, headers={**signed, "Content-Type": content_type}) as response:
            return response.status


async def test_unsigned_and_stale(world: World) -> None:
    body = urlencode({"command": "/superoffice"}).encode()
    assert await post(world, body, **{"X-Slack-Signature": "v0=00", "X-Slack-Request-Timestamp": "1"}) == 401
    stale = world.slack.sign(body, int(world.slack.clock.now().timestamp()) - 400)
    assert await post(world, body, **stale) == 401
    junk = world.slack.sign(body) | {"X-Slack-Request-Timestamp": "junk"}
    assert await post(world, body, **junk) == 401


async def test_a_forged_press_is_a_warning_and_counted(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Slack signed it, but no button of the bot's carries that: nothing is wrong with the bot."""
    person = {"team": {"id": "T0DEMO"}, "user": {"id": "U0SELLER"}, "trigger_id": "1.2.3"}
    action = {"action_id": "why", "block_id": "b", "value": "junk"}
    body = urlencode({"payload": json.dumps({**person, "type": "block_actions", "actions": [action]})})
    assert await post(world, body.encode()) == 400
    (record,) = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert (record.levelname, vars(record)["action"]) == ("WARNING", "slack.not-read")
    assert "payload.py" in record.getMessage()
    async with aiohttp.ClientSession() as session, session.get(f"{world.bot.url}/metrics") as response:
        assert 'requests_refused_total{reason="unreadable"} 1.0' in await response.text()


PAYLOADS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.dictionaries(
    st.sampled_from(["command", "text", "team_id", "user_id", "channel_id", "trigger_id", "type", "actions"]),
    st.sampled_from(["/superoffice", "T0DEMO", "U1", "", "block_actions", "event_callback"]),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fields=FIELDS, payload=PAYLOADS)
async def test_signed_junk(world: World, fields: dict[str, str], payload: object) -> None:
    form = urlencode({**fields, "payload": json.dumps(payload)}).encode()
    bodies = [
        (urlencode(fields).encode(), FORM),
        (form, FORM),
        (json.dumps(payload).encode(), "application/json"),
        (json.dumps({**fields, "event": payload}).encode(), "application/json"),
    ]
    for body, content_type in bodies:
        assert await post(world, body, content_type) < 500


async def test_health(world: World) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{world.bot.url}/healthz") as response:
            assert response.status == 200
        async with session.get(f"{world.bot.url}/readyz") as response:
            assert response.status == 200
            assert (await response.json())["status"] == "ok"


async def test_superoffice_and_slack_down_are_degraded_not_unready(start: Start) -> None:
    async with start(SUPEROFFICE_URL="http://127.0.0.1:9/remote/Services86/") as world:
        world.slack.fail("auth.test", "internal_error", times=99)
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{world.bot.url}/readyz") as response,
        ):
            assert response.status == 200
            assert (await response.json())["status"] == "degraded"


async def test_a_database_that_a_newer_bot_migrated_is_not_ready(world: World) -> None:
    with closing(sqlite3.connect(world.database, isolation_level=None)) as newer:
        newer.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
            "SELECT migration_set, 'create_what_is_to_come', applied_at FROM _sqlite_migrations LIMIT 1"
        )
    async with aiohttp.ClientSession() as session, session.get(f"{world.bot.url}/readyz") as response:
        told = await response.json()
    assert (response.status, told["status"], told["checks"]["schema"]) == (503, "failed", "failed")
    assert told["checks"]["database"] == "ok"


async def test_a_database_that_is_damaged_while_it_runs_is_not_ready(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await world.link()
    with closing(sqlite3.connect(world.database)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = other.execute("SELECT rootpage FROM sqlite_master WHERE name = 'links'").fetchone()
        (size,) = other.execute("PRAGMA page_size").fetchone()
    with world.database.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    with closing(sqlite3.connect(world.database)) as other:
        # So that what the bot has read before is read anew.
        other.execute("INSERT INTO deliveries VALUES ('another', 0)")
        other.commit()
    await world.ask("since 2w")
    async with aiohttp.ClientSession() as session, session.get(f"{world.bot.url}/readyz") as response:
        told = await response.json()
    assert (response.status, told["checks"]["database"]) == (503, "failed")
    said = [record for record in caplog.records if getattr(record, "action", "") == "database.damaged"]
    assert len(said) == 1
    assert "restore a back-up" in said[0].getMessage()
    assert not [record for record in caplog.records if record.exc_info], "no traceback"


async def test_socket_mode_that_is_cut_is_degraded(start: Start) -> None:
    async with start(socket_mode=True) as world, aiohttp.ClientSession() as session:
        for status in ("ok", "degraded"):
            async with session.get(f"{world.bot.url}/readyz") as response:
                checks = (await response.json())["checks"]
            assert checks["socket-mode"] == status
            world.slack.fail("apps.connections.open", "internal_error", times=99)
            await world.slack.sockets.close()
            await asyncio.sleep(0.1)


async def test_a_token_that_slack_refuses_is_said_at_start(start: Start) -> None:
    with pytest.raises(app.CANNOT_START, match="SLACK_BOT_TOKEN"):
        async with start(SLACK_BOT_TOKEN="xoxb-of-another-app"):
            pass


@pytest.mark.parametrize("path", ["/", "/metrics-not", "/link", "/slack/eventsx", "/.env"])
async def test_nothing_else_is_there(world: World, path: str) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{world.bot.url}{path}") as response,
    ):
        assert response.status == 404


async def test_a_restart_while_slack_is_down_serves_at_once(start: Start) -> None:
    """Whose token it is was seen before; of another token nothing is known."""
    async with start() as world:
        await world.link()
    world.slack.fail("auth.test", "internal_error", times=99)
    async with start() as world:
        assert "20 companies" in (await world.ask("since 2w")).text
        assert world.slack.calls("auth.test"), "it asked"
        secret = world.slack.bot_token.encode()
        assert not [file for file in world.database.parent.glob("bot.db*") if secret in file.read_bytes()]
    async with start(SLACK_BOT_TOKEN="xoxb-of-another-app") as world:
        assert not (await world.slack.command("/superoffice", "help")).acknowledged


async def test_a_token_that_is_over_is_forgotten(start: Start) -> None:
    async with start() as world:
        await world.link()
    world.slack.fail("auth.test", "token_revoked")
    with pytest.raises(app.CANNOT_START, match="token_revoked"):
        async with start():
            pass
    world.slack.fail("auth.test", "internal_error", times=99)
    async with start() as world:
        assert not (await world.slack.command("/superoffice", "help")).acknowledged


async def test_a_form_with_half_of_its_fields_is_refused_as_what_cannot_be_read(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    states: tuple[dict[str, Any], ...] = ({}, {"times": {"times": {}}}, {"times": None})
    opened = 0
    for socket_mode in (False, True):
        async with start(socket_mode=socket_mode) as world:
            if not socket_mode:
                await world.link()
            for values in states:
                await world.type("digest")
                opened += 1
                answer = await world.slack.submit(await world.slack.views.modal(opened), values)
                assert answer.acknowledged
                assert answer.body["response_action"] == "update"
                assert "open it again" in json.dumps(answer.body["view"])
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
