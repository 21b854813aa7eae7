"""The tutorial, done as it is printed: its files written, its commands run, its words typed."""

import asyncio
import json
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from bot.demo.online import Online
from bot.demo.slack import Slack
from bot.demo.slack.workspace import Message
from bot.demo.superoffice import SuperOffice
from bot.text import sentence
from docs.errorpages import kinds, what_people_read
from tests.conftest import FORBIDDEN
from tests.e2e.conftest import button_url, fill_in
from tests.e2e.test_main_job import said

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/tutorial.md").read_text("utf-8")
#: The blocks of the page, in their order: what each is, and what it says.
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
HERE = "http://127.0.0.1:3000"
#: What an answer says where that is not a list of companies.
SAYS = {
    "me": "Kianna Ledner",
    "help since": "since monday",
    "digest at 08:00 weekdays": "08:00",
    "digest when": "08:00",
    "chart since 4w": "companies",
    "today category:none-of-these": "There is no category `none-of-these`",
    "my-data": "",
    "forget-me": "Forget Me",
}
#: The same for what is typed in a terminal.
PRINTS = {
    "bot migrate": "",
    "readyz": '"status":"ok"',
    "bot links": "Kianna Ledner",
    "digests status": "1",
    "backup --verify": "first.db",
    "grep": "0",
}


def test_the_page_has_what_the_brief_of_a_tutorial_has() -> None:
    assert [language for language, _ in BLOCKS].count("toml") == 2, "onsite and online"
    (manifest,) = (text for language, text in BLOCKS if language == "json")
    assert json.loads(manifest) == json.loads((ROOT / "config/manifest.json").read_text("utf-8"))


def test_the_first_live_checks_are_those_that_could_not_be_done() -> None:
    unverified = (ROOT / "docs/unverified.md").read_text("utf-8")
    _, checks = PAGE.split("| question | type | look at |\n|---|---|---|\n")
    questions = [row.split(" | ")[0][2:] for row in checks.split("\n\n")[0].splitlines()]
    assert len(questions) >= 8
    assert [question for question in questions if f"\n| {question} | " not in unverified] == []
    typed = re.findall(r"`(/superoffice [^`]+)`", checks)
    rehearsed = "".join(text for language, text in BLOCKS if language == "slack")
    assert [line for line in typed if f"{line}\n" not in rehearsed and "link" not in line] == []


@dataclass
class Reader:
    """Somebody who does what the page says, in a folder of their own."""

    slack: Slack
    superoffice: SuperOffice | Online
    folder: Path
    #: What they have that the page cannot know: the page's word for it, and theirs.
    own: dict[str, str]
    environ: dict[str, str]
    printed: str = ""
    running: list[Process] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)

    def theirs(self, text: str) -> str:
        for word, value in self.own.items():
            text = text.replace(word, value)
        return text

    def write(self, text: str) -> None:
        (self.folder / "bot.toml").write_text(self.theirs(text), "utf-8")

    async def run(self, line: str) -> None:
        """Type a line in a terminal; the bot goes on in the first one."""
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").partition("=")
            self.environ[name] = value
            return
        process = await asyncio.create_subprocess_exec(
            *("bash", "-euo", "pipefail", "-c", self.theirs(line)),
            cwd=self.folder,
            env=self.environ,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
            start_new_session=True,
        )
        if "bot run" in line:
            self.running.append(process)
            self.own[HERE] = self.slack.bot_url = await self.address(process)
            return
        async with asyncio.timeout(60):
            out, _ = await process.communicate()
        assert process.returncode == 0, (line, out.decode())
        self.printed += out.decode()
        for command, printed in PRINTS.items():
            assert command not in line or printed in out.decode(), line
        if "keys new" in line:
            self.own["(what keys new printed)"] = out.decode().strip()

    async def address(self, process: Process) -> str:
        assert process.stdout
        async with asyncio.timeout(60):
            while not (found := re.search(r"Listening on (http://\S+)", self.printed)):
                line = await process.stdout.readline()
                assert line, self.printed
                self.printed += line.decode()
        return found[1]

    async def say(self, line: str) -> None:
        """Type a line in Slack, sign in if that is asked for, and read the answer."""
        command, _, text = line.partition(" ")
        answer = await self.slack.command(command, text)
        assert answer.acknowledged, line
        message = await answer.next()
        if "Link SuperOffice" in said(message):
            await self.sign_in(message)
            assert "Linked as" in said(await answer.next())
            message = await answer.next()
        self.typed.append(text)
        assert SAYS.get(text, "compan") in said(message), (line, said(message))
        wrong = [
            what
            for kind in kinds()
            if (what := what_people_read(kind)) in said(message) and kind.code != "bad-command"
        ]
        assert wrong == [], line

    async def sign_in(self, message: Message) -> None:
        url = button_url(message)
        if isinstance(self.superoffice, Online):
            self.superoffice.redirect_uris[:] = [f"{self.own[HERE]}/oidc/callback"]
            self.superoffice.consent = self.superoffice.seller
            jar = aiohttp.CookieJar(unsafe=True)
            async with aiohttp.ClientSession(cookie_jar=jar) as browser, browser.get(url) as response:
                assert response.status == 200, await response.text()
            return
        seller = self.superoffice.seller
        _, page = await fill_in(url, seller, "wrong")
        assert sentence("error.sign-in-refused").rstrip(".") in page
        status, page = await fill_in(url, seller)
        assert (status, "Linked as Kianna Ledner" in page) == (200, True)


@asynccontextmanager
async def reading(slack: Slack, superoffice: SuperOffice | Online, folder: Path) -> AsyncIterator[Reader]:
    """The project's folder, as it is after a clone, but set up already."""
    for name in ("Makefile", "bot", "config", "constraints.txt"):
        (folder / name).symlink_to(ROOT / name)
    (folder / ".venv").mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (folder / ".venv" / name).symlink_to(Path(sys.prefix, name))
    (folder / ".venv/.ready").touch()
    own = {"xoxb-…": slack.bot_token, "xapp-…": slack.app_token}
    if isinstance(superoffice, Online):
        own |= {"Cust12345": superoffice.tenant.name, '"online"  ': f'"{superoffice.url}"  '}
        own |= {"(its client id)": superoffice.client_id, "(its client secret)": superoffice.client_secret}
    else:
        own |= {"https://crm.example.com/remote/Services86/": superoffice.url}
        own |= {"https://crm.example.com/SuperOffice": superoffice.web_url}
    # What is not the page's: where Slack is, and a port that is free.
    environ = {"PATH": os.environ["PATH"], "SLACK_API_URL": slack.api_url, "BOT_LISTEN": "127.0.0.1:0"}
    reader = Reader(slack, superoffice, folder, own, environ)
    try:
        yield reader
    finally:
        for process in reader.running:
            os.killpg(process.pid, signal.SIGINT)
            out, _ = await asyncio.wait_for(process.communicate(), 60)
            reader.printed += out.decode()
            assert process.returncode == 0, "stopped by Ctrl-C"


async def do(reader: Reader, variant: str) -> None:
    """Everything that the page says, in its order."""
    for language, text in BLOCKS:
        if language == "toml" and f"[tenants.{variant}]" in text:
            reader.write(text)
        elif language == "sh":
            for line in text.splitlines():
                await reader.run(line)
        elif language == "slack":
            for line in text.splitlines():
                await reader.say(line)


async def test_onsite(slack: Slack, crm: SuperOffice, tmp_path: Path) -> None:
    async with reading(slack, crm, tmp_path) as reader:
        await do(reader, "onsite")
    assert len(reader.typed) >= 14
    assert crm.calls("GetMyActiveContacts")
    assert not FORBIDDEN.search((tmp_path / "bot.log").read_text("utf-8"))


@pytest.mark.long
async def test_online(slack: Slack, tmp_path: Path) -> None:
    async with Online() as online, reading(slack, online, tmp_path) as reader:
        await do(reader, "online")
    assert len(reader.typed) >= 14
    assert not FORBIDDEN.search((tmp_path / "bot.log").read_text("utf-8"))
