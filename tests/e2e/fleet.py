"""Several processes of one bot on a PostgreSQL, between the demo's SuperOffice and Slack, in real time."""

import asyncio
import os
import re
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg

from bot.core.people import Link, Principal, SlackUser
from bot.core.recurrence import EVERY_DAY
from bot.core.schedule import Schedule
from bot.core.secret import DatabaseUrl, Secret
from bot.core.subscription import Subscription
from bot.demo.slack import Slack
from bot.demo.slack.workspace import Member, Message
from bot.demo.superoffice import SuperOffice
from bot.services.ports import Installation
from bot.store import connected, migrate
from tests.conftest import IN_MEMORY
from tests.e2e.conftest import KEY
from tests.postgres import Cluster, cluster

ROOT = Path(__file__).parents[2]
#: Seconds after which who is slow is taken for dead.
LEASE = 4
CONFIG = """
[digests]
workspaces_at_once = {at_once}
[commands]
workers = 32
[slack]
messages_per_minute = 600
"""


@dataclass
class Process:
    """One of them."""

    role: str
    process: asyncio.subprocess.Process
    url: str = ""

    def cpu(self) -> float:
        """Seconds of CPU that it used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    async def end(self, how: int = signal.SIGKILL) -> int:
        """End it; by which code it ended."""
        if self.process.returncode is None:
            self.process.send_signal(how)
        return await asyncio.wait_for(self.process.wait(), 60)


@dataclass
class Fleet:
    """All of them, and what they are between."""

    crm: SuperOffice
    slack: Slack
    database: Cluster
    url: DatabaseUrl
    folder: Path
    processes: list[Process] = field(default_factory=list)
    users: int = 0

    @property
    def environ(self) -> dict[str, str]:
        """The variables of each."""
        return {
            "PATH": os.environ["PATH"],
            "SLACK_CLIENT_ID": self.slack.app.client_id,
            "SLACK_CLIENT_SECRET": self.slack.app.client_secret,
            "SLACK_SIGNING_SECRET": self.slack.signing_secret,
            "SLACK_API_URL": self.slack.api_url,
            "SUPEROFFICE_URL": self.crm.url,
            "SUPEROFFICE_WEB_URL": self.crm.web_url,
            "SUPEROFFICE_TIMEZONE": "Europe/Oslo",
            "BOT_DATABASE": self.url.reveal(),
            "BOT_SECRET_KEY": KEY,
            "BOT_LISTEN": "127.0.0.1:0",
            "BOT_CONFIG": str(self.folder / "bot.toml"),
            "LEASE": str(LEASE),
        }

    async def start(self, role: str, *prefix: str, **variables: str) -> Process:
        """Start one more, and wait until it is there: after these words, with other variables."""
        process = await asyncio.create_subprocess_exec(
            *(*prefix, sys.executable, "-m", "tests.e2e.fleet_process", "run", "--role", role),
            cwd=ROOT,
            env={**self.environ, **variables},
            stderr=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
        )
        assert process.stderr
        async with asyncio.timeout(60):
            printed = b""
            while not (found := re.search(rb"Listening on (http://\S+)", printed)):
                line = await process.stderr.readline()
                assert line, printed.decode()
                printed += line
        one = Process(role, process, found[1].decode())
        self.processes.append(one)
        self._drain = asyncio.create_task(_drained(process.stderr, self.folder / f"{role}-{process.pid}.log"))
        return one

    async def subscribe(self, workspaces: int, each: int, first: int = 0) -> None:
        """So many people in so many workspaces, whose digests are due now; each has a change to be told.

        ``first``: the number of the first workspace.
        """
        now = datetime.now(UTC)
        minute = (now - timedelta(minutes=1)).time().replace(second=0, microsecond=0)
        schedule, before = Schedule.at(minute, days=EVERY_DAY, zone="UTC"), now - timedelta(hours=1)
        user = self.crm.seller
        for company in self.crm.companies(user)[:3]:
            self.crm.happen(company.id, "Updated")
        who = Principal(user.associate_id, user.person_id, "", "")
        async with connected(self.url, Secret(KEY)) as store:
            for number in range(first, first + workspaces):
                place = self.slack.add_workspace(f"T{number:03}", f"Workspace {number}")
                self.slack.installs.latest(place).scopes.update(("im:history", "channels:history"))
                token = Secret(self.slack.token(place))
                await store.installations.put(Installation(place.id, "", None, False, now, token))
                for person in range(each):
                    owner = SlackUser(place.id, f"U{number:03}{person:03}")
                    place.members[owner.user] = Member(owner.user, owner.user.lower(), owner.user)
                    ticket = Secret(self.crm.ticket(user))
                    await store.links.put(Link(owner, "onsite", who, now, now, ticket))
                    new = Subscription(
                        0,
                        owner,
                        schedule,
                        ZoneInfo("UTC"),
                        since=before,
                        considered_until=now - timedelta(minutes=2),
                        quiet_looked_at=now,
                    )
                    await store.subscriptions.put(new, now - timedelta(minutes=1))
        self.users += workspaces * each

    def digests(self) -> list[Message]:
        """Those that Slack has, each by its first message."""
        return [each for each in self.messages() if dict(each.metadata or {})["event_payload"]["part"] == 0]

    def messages(self) -> list[Message]:
        """All of the digests' that Slack has."""
        return [
            message
            for workspace in self.slack.workspaces.values()
            for message in workspace.messages()
            if message.metadata
        ]

    def doubled(self) -> list[object]:
        """What came more than once."""
        keys = Counter(str(dict(message.metadata or {})) for message in self.messages())
        return [key for key, count in keys.items() if count > 1]

    def outcomes(self) -> Counter[str]:
        """What became of the slots."""
        with psycopg.connect(self.url.reveal()) as connection:
            return Counter(
                dict(connection.execute("SELECT outcome, count(*) FROM ledger GROUP BY 1").fetchall())
            )

    def failures(self) -> Counter[str]:
        """Why those failed that did."""
        with psycopg.connect(self.url.reveal()) as connection:
            sql = "SELECT reason, count(*) FROM ledger WHERE outcome = 'failed' GROUP BY 1"
            return Counter(dict(connection.execute(sql).fetchall()))

    async def until(self, posted: int, seconds: float) -> None:
        """Wait until so many digests were posted."""
        async with asyncio.timeout(seconds):
            while len(self.digests()) < posted:  # noqa: ASYNC110 - Slack is told by others
                await asyncio.sleep(0.05)


async def _drained(stream: asyncio.StreamReader, log: Path) -> None:
    with log.open("wb") as file:
        while line := await stream.readline():
            file.write(line)
            file.flush()


@asynccontextmanager
async def fleet(folder: Path, *, at_once: int = 32) -> AsyncIterator[Fleet | None]:
    """A database that can be restarted, and nobody yet; ``None`` without PostgreSQL's programs."""
    with cluster(IN_MEMORY) as database:
        if database is None:
            yield None
            return
        url = database.create("fleet")
        migrate(url, datetime.now(UTC))
        (folder / "bot.toml").write_text(CONFIG.format(at_once=at_once))
        async with SuperOffice() as crm, Slack(installed=False) as slack:
            found = Fleet(crm, slack, database, url, folder)
            try:
                yield found
            finally:
                for process in found.processes:
                    await process.end()


def alive(found: Fleet, role: str) -> Iterator[Process]:
    """Those of a role that run."""
    return (each for each in found.processes if each.role == role and each.process.returncode is None)
