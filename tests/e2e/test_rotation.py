"""The key is replaced under a really running bot, and nobody notices."""

import asyncio
import base64
import os
import re
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from bot.core.secret import Secret
from bot.demo.slack import Slack
from bot.demo.superoffice import SuperOffice
from bot.store import Sealer
from tests.e2e.conftest import KEY, Start, World, button_url, environment
from tests.e2e.test_main_job import said

ROOT = Path(__file__).parents[2]
NEW = base64.urlsafe_b64encode(bytes(range(32, 64))).decode()
BOTH = f"{NEW},{KEY}"
OLD_ID, NEW_ID = (Sealer.from_text(Secret(key)).key_ids[0] for key in (KEY, NEW))


async def keys(world: World, command: str, secret_key: str) -> tuple[int | None, str]:
    """Run ``python -m bot keys …``, as somebody at another terminal would."""
    variables = environment(world.crm, world.slack, world.database, socket_mode=False)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "keys", command),
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **variables, "BOT_SECRET_KEY": secret_key},
        stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, (out + err).decode()


def moved(url: str, world: World) -> str:
    """The same page, of a bot that listens at another port now."""
    return urlunsplit(urlsplit(url)._replace(netloc=urlsplit(world.bot.url).netloc))


async def test_a_link_and_an_open_page_outlive_their_key(start: Start) -> None:
    async with start() as world:
        assert "Linked as Kianna Ledner" in said(await world.link())
        offer = await (await world.type("link", Slack.colleague)).next()
        refused = await keys(world, "rotate", BOTH)
        assert refused[0] == 1
        assert re.search("process .* seals with another key than the first one here", refused[1])
    async with start(BOT_SECRET_KEY=BOTH) as world:
        assert "companies since" in said(await world.ask("since monday"))
        code, checked = await keys(world, "check", BOTH)
        assert (code, f"knows {NEW_ID}, {OLD_ID}" in checked) == (0, True), checked
        code, rotated = await keys(world, "rotate", BOTH)
        assert (code, f"take key {OLD_ID} out of BOT_SECRET_KEY" in rotated) == (0, True), rotated
        assert "companies since" in said(await world.ask("since monday"))
        assert not (await keys(world, "check", NEW))[0]
    async with start(BOT_SECRET_KEY=NEW) as world:
        assert "companies since" in said(await world.ask("since monday"))
        status, page = await world.sign_in(moved(button_url(offer), world), SuperOffice.colleague)
        assert (status, "Linked as" in page) == (200, True), page
    assert "No bot is running." in (await keys(world, "check", NEW))[1]
