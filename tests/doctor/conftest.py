"""A set-up that is sound, between the demo's Slack and SuperOffice, to be broken in one place."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import app
from bot.config import load
from bot.core.audit import AuditAction, Deed
from bot.core.secret import Secret
from bot.demo.online import Online
from bot.demo.slack import Slack
from bot.demo.superoffice import SuperOffice
from bot.doctor import Finding, Result, as_json, examine
from bot.slack.scopes import OPTIONAL_SCOPES, SCOPES
from tests.conftest import StoppedClock
from tests.databases import fresh_database
from tests.e2e.conftest import KEY, environment
from tests.sqlite import opened

DISK = "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"


@dataclass
class Setup:
    """Everything that a test may break."""

    crm: SuperOffice
    slack: Slack
    folder: Path
    clock: StoppedClock
    environ: dict[str, str]
    findings: Sequence[Finding] = field(default=())

    @property
    def database(self) -> Path:
        return self.folder / "data" / "bot.db"

    @property
    def mounts(self) -> Path:
        return self.folder / "mounts"

    @property
    def secrets(self) -> list[str]:
        """What must never be shown."""
        held = [value for name, value in self.environ.items() if "TOKEN" in name or "SECRET" in name]
        held.append("a-password")
        return [each for value in held for each in (value, *value.split(",")) if len(each) > 8]

    async def examine(self) -> Sequence[Finding]:
        """Look at all of it; no secret is told."""
        self.findings = await examine(self.environ, self.clock, self.mounts, patience=15)
        told = as_json(self.findings)
        assert [secret for secret in self.secrets if secret in told] == []
        return self.findings

    def wrong(self, *results: Result) -> list[tuple[str, str, str]]:
        """What was found that is not as it should be."""
        wanted = results or (Result.PROBLEM, Result.WARNING)
        return [(each.check, each.what, each.fix) for each in self.findings if each.result in wanted]

    def online(self, online: Online) -> None:
        """Speak of SuperOffice CRM Online instead."""
        del self.environ["SUPEROFFICE_URL"], self.environ["SUPEROFFICE_WEB_URL"]
        self.environ |= {
            "SUPEROFFICE_TENANT": "Cust12345",
            "SUPEROFFICE_ENVIRONMENT": online.url,
            "SUPEROFFICE_CLIENT_ID": online.client_id,
            "SUPEROFFICE_APP_TOKEN": online.client_secret,
        }

    @asynccontextmanager
    async def running(self) -> AsyncIterator[app.Bot]:
        """A bot that runs with these settings, at the port that they name."""
        async with app.running(load(self.environ)) as bot:
            self.environ["BOT_LISTEN"] = bot.url.removeprefix("http://")
            yield bot


@pytest.fixture
async def setup(tmp_path: Path) -> AsyncIterator[Setup]:
    """A sound one: migrated, backed up, all scopes granted."""
    now = datetime.now(UTC)
    async with SuperOffice() as crm, Slack() as slack:
        clock, database = StoppedClock(now), tmp_path / "data" / "bot.db"
        environ = environment(crm, slack, database, socket_mode=False)
        sound = Setup(crm, slack, tmp_path, clock, environ | {"SLACK_SIGNING_SECRET": "0" * 32})
        slack.install(slack.workspace, {*SCOPES, *OPTIONAL_SCOPES})
        sound.mounts.write_text(DISK)
        fresh_database(database)
        with opened(database, Secret(KEY)) as store:
            await store.audit.record(Deed(now - timedelta(hours=3), AuditAction.DATABASE_BACKED_UP))
        environ["BOT_PUBLIC_URL"] = "https://bot.example.com"
        sound.environ |= {"BOT_PUBLIC_URL": "https://bot.example.com", "BOT_TRUSTED_PROXIES": "127.0.0.1"}
        yield sound
