"""The bot as a process of its own: started, used, stopped; and what it printed at DEBUG."""

import asyncio
import os
import re
import signal
import sys
from pathlib import Path

import pytest

from bot.demo.slack import Slack
from bot.demo.superoffice import SuperOffice
from tests.conftest import FORBIDDEN
from tests.e2e.conftest import World, environment
from tests.e2e.test_main_job import said

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("socket_mode", [False, True], ids=["http", "socket-mode"])
async def test_run_and_stop(slack: Slack, crm: SuperOffice, tmp_path: Path, socket_mode: bool) -> None:
    config = tmp_path / "bot.toml"
    config.write_text('log_level = "DEBUG"\n')
    variables = environment(crm, slack, tmp_path / "bot.db", socket_mode=socket_mode)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "run"),
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "BOT_CONFIG": str(config), **variables},
        stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stderr
    assert process.stdout
    printed = b""
    try:
        async with asyncio.timeout(60):
            while not (found := re.search(rb"Listening on (http://\S+)", printed)):
                line = await process.stderr.readline()
                assert line, printed
                printed += line
        slack.bot_url = found[1].decode()
        world = World(crm, slack, None, tmp_path / "bot.db")  # type: ignore[arg-type] # it is over there
        assert "Linked as Kianna Ledner" in said(await world.link())
        assert "companies since" in said(await world.ask("since monday"))
        crm.faults.set("GetMyActiveContacts", exception_type="SuperOffice.Exceptions.SoSentryException")
        assert "does not let you" in said(await world.ask("since monday"))
    finally:
        process.send_signal(signal.SIGTERM)
        out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0
    assert not FORBIDDEN.search((printed + out + err).decode())


async def test_every_missing_setting_is_named_at_once() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "run"),
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 2
    for name in ("SLACK_BOT_TOKEN", "SUPEROFFICE_URL", "SUPEROFFICE_TIMEZONE", "BOT_SECRET_KEY"):
        assert name in err.decode()
