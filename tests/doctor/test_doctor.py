"""The doctor names the cause of each broken set-up, what to do, and nothing else as a problem."""

import asyncio
import json
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.core.audit import AuditAction
from bot.demo.online import Online
from bot.doctor import Result
from bot.doctor.disk import mount_of
from bot.doctor.examination import CHECKS
from bot.doctor.slack import BREAKS, EVENTS
from bot.doctor.times import zone_data
from bot.store.migrations import migrations
from bot.store.sqlite import connect
from tests.doctor.conftest import DISK, Setup
from tests.store.test_upgrades import fill
from tests.test_manifest import MANIFEST

SO = "SuperOffice.Exceptions."
Break = Callable[[Setup], Awaitable[None] | None]


@dataclass(frozen=True)
class Case:
    """One thing that is broken: which check names it, with these words, and what to do about it."""

    name: str
    breaks: Break
    check: str
    what: str
    fix: str
    result: Result = Result.PROBLEM


def variables(**values: str) -> Break:
    return lambda setup: setup.environ.update(values)


def sql(*statements: str) -> Break:
    def run(setup: Setup) -> None:
        with closing(sqlite3.connect(setup.database, isolation_level=None)) as db:
            for statement in statements:
                db.execute(statement)

    return run


def without(scope: str) -> Break:
    return lambda setup: setup.slack.api.scopes.discard(scope)


def overwrite(content: bytes, at: int = 0) -> Break:
    def run(setup: Setup) -> None:
        with setup.database.open("r+b") as file:
            file.seek(at)
            file.write(content)

    return run


def mounted(kind: str) -> Break:
    def run(setup: Setup) -> None:
        setup.mounts.write_text(f"{DISK}23 22 0:5 / {setup.folder} rw - {kind} none rw\n")

    return run


def newer(setup: Setup) -> None:
    with closing(connect(setup.database)) as db, db.tables.atomic():
        migrations._record_applied(db.tables, "create_what_is_to_come")


def older(setup: Setup) -> None:
    setup.database.unlink()
    with closing(connect(setup.database)) as db:
        migrations.apply(db.tables, stop_before="create_homes")


def another_s(setup: Setup) -> None:
    setup.database.unlink()
    with closing(sqlite3.connect(setup.database)) as db:
        db.execute("CREATE TABLE accounts (id)")


def subscribed(setup: Setup) -> None:
    """Somebody's digest is in a zone that only newer zone data has."""
    with closing(connect(setup.database)) as db:
        fill(db.tables, "subscriptions")
        db.conn.execute("UPDATE subscriptions SET zone = 'Mars/Crater'")


def no_wsdl(setup: Setup) -> None:
    wsdl = setup.folder / "Contact.wsdl"
    wsdl.write_text("<html>log in</html>")
    config = setup.folder / "bot.toml"
    config.write_text(f'[tenants.onsite.wsdl]\ncontact = "{wsdl}"\n')
    setup.environ["BOT_CONFIG"] = str(config)


def fault(**how: object) -> Break:
    return lambda setup: setup.crm.faults.set("GetSystemInfo", **how)


CASES = (
    Case("no settings", lambda setup: setup.environ.clear(), "settings", "BOT_SECRET_KEY", ""),
    Case("a zone that is none", variables(SUPEROFFICE_TIMEZONE="Europe/Olso"), "settings", "TIMEZONE", ""),
    Case("another key", variables(BOT_SECRET_KEY="_" * 42 + "8"), "keys", "no key", "the old key"),
    Case("damaged", overwrite(b"\xff" * 4096, 8192), "database", "damaged", "restore"),
    Case("no database at all", overwrite(b"not a database " * 500), "database", "cannot be used", "restore"),
    Case("another program's", another_s, "database: schema", "not this bot's", "BOT_DATABASE"),
    Case("a newer schema", newer, "database: schema", "newer version", "install that"),
    Case("an older one", older, "database: schema", "older version", "migrate", Result.WARNING),
    Case(
        "PostgreSQL is down",
        variables(BOT_DATABASE="postgresql://bot:a-password@127.0.0.1:9/bot"),
        *("database", "postgresql://127.0.0.1:9/bot", "BOT_DATABASE"),
    ),
    Case("in memory", mounted("tmpfs"), "database: disk", "in memory (tmpfs)", "volume"),
    Case("in a container", mounted("overlay"), "database: disk", "container's own", "volume", Result.WARNING),
    Case("on another machine", mounted("nfs4"), "database: disk", "another machine's", "this machine"),
    Case(
        "open to others", lambda s: s.database.chmod(0o644), "database", "others may", "600", Result.WARNING
    ),
    Case(
        "never backed up",
        sql("DROP TRIGGER audit_kept", "DELETE FROM audit"),
        "back-up",
        "none",
        "backup",
        Result.WARNING,
    ),
    Case(
        "an old back-up",
        sql("DROP TRIGGER audit_unchanged", "UPDATE audit SET at = at - 432000000000"),
        *("back-up", "5 days old", "backup", Result.WARNING),
    ),
    Case("a clock behind", lambda s: s.clock.move(minutes=-9), "clock", "s behind Slack", "NTP"),
    Case("a clock ahead", lambda s: s.clock.move(minutes=9), "clock", "ahead of", "NTP"),
    Case(
        "old zone data",
        lambda s: s.clock.move(days=800),
        "zones",
        "the zone data is of",
        "tzdata",
        Result.WARNING,
    ),
    Case(
        "an unknown zone in use",
        subscribed,
        *("zones", "Mars/Crater", "tzdata"),
    ),
    Case(
        "a wrong token",
        variables(SLACK_BOT_TOKEN="xoxb-of-another-app"),
        "slack: token",
        "invalid_auth",
        "copy",
    ),
    Case(
        "a token taken back",
        lambda s: setattr(s.slack.api, "revoked", "token_revoked"),
        *("slack: token", "token_revoked", "install the app again"),
    ),
    Case(
        "no Slack",
        variables(SLACK_API_URL="http://127.0.0.1:9/api/"),
        "slack: token",
        "cannot be asked",
        "proxy",
    ),
    *(
        Case(f"without {scope}", without(scope), "slack: scopes", f"lacks {scope}: {breaks}", "manifest.json")
        for scope, breaks in BREAKS.items()
        if not scope.endswith(":history")
    ),
    Case(
        "no history", without("im:history"), "slack: scopes", "lacks im:history", "manifest", Result.WARNING
    ),
    Case(
        "more scopes than needed",
        lambda s: s.slack.api.scopes.add("users:write"),
        *("slack: scopes", "more than the bot needs: users:write", "take it out", Result.WARNING),
    ),
    Case("no events", without("groups:read"), "slack: events", "does not tell of group_archive", "manifest"),
    Case(
        "a wrong app token",
        variables(SLACK_APP_TOKEN="xapp-1-wrong"),
        "slack: delivery",
        "invalid_auth",
        "connections:write",
    ),
    Case(
        "a client secret for the signing secret",
        variables(SLACK_SIGNING_SECRET="what-is-none-of-it"),
        *("slack: delivery", "does not look like one", "Basic Information", Result.WARNING),
    ),
    Case("a broken WSDL", no_wsdl, "wsdl", "The WSDL of Contact", "wsdl]"),
    Case("SuperOffice is down", lambda s: s.crm.refuse(), "superoffice", "nothing listens there", "firewall"),
    Case(
        "no such host",
        variables(SUPEROFFICE_URL="https://crm.invalid/remote/Services86/"),
        *("superoffice", "no such host", "DNS"),
    ),
    Case("SuperOffice is busy", fault(status=503), "superoffice", "HTTP 503", "status"),
    Case("a wrong path", fault(status=404), "superoffice", "HTTP 404", "ServicesNN"),
    Case("a login page", fault(html=True), "superoffice", "no SuperOffice", "proxy"),
    Case("it fails", fault(exception_type=f"{SO}SoDbAccessException"), "superoffice", "SoDbAccess", "log"),
    Case(
        "no TLS there",
        lambda s: s.environ.update(SUPEROFFICE_URL=s.crm.url.replace("http:", "https:")),
        *("superoffice", "no TLS", "https"),
    ),
    Case(
        "SuperOffice's clock is off",
        lambda s: setattr(s.crm, "skew", timedelta(minutes=7)),
        *("superoffice", "its clock is +4", "NTP", Result.WARNING),
    ),
    Case(
        "another zone than set",
        lambda s: setattr(s.crm, "zone", "America/New_York"),
        *("superoffice", "it says that it is in US-NY", "timezone", Result.WARNING),
    ),
    Case(
        "for this machine alone",
        variables(BOT_PUBLIC_URL="http://127.0.0.1:3000"),
        *("public address", "this machine alone", "BOT_PUBLIC_URL", Result.WARNING),
    ),
    Case(
        "a proxy that nobody trusts",
        variables(BOT_TRUSTED_PROXIES=""),
        *("public address", "counted by the proxy's address", "BOT_TRUSTED_PROXIES", Result.WARNING),
    ),
)


def test_there_are_enough() -> None:
    assert len(CASES) >= 20
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_the_cause_is_named(setup: Setup, case: Case) -> None:
    done = case.breaks(setup)
    if done is not None and hasattr(done, "__await__"):
        await done
    await setup.examine()
    named = [
        (check, what, fix)
        for check, what, fix in setup.wrong(case.result)
        if check == case.check and case.what in what and case.fix in fix
    ]
    assert named, setup.wrong()
    # Nothing else is a problem, but for what follows from it.
    families = {check.split(":")[0] for check, _, _ in setup.wrong(Result.PROBLEM)}
    follows = {"clock"} if case.check == "zones" else set()
    assert families <= {case.check.split(":")[0], *follows}, setup.wrong(Result.PROBLEM)


async def test_a_sound_one_has_nothing_wrong(setup: Setup) -> None:
    await setup.examine()
    version, _ = zone_data()
    usual = [
        each for each in setup.wrong() if each[0] != "zones" or version[:4] == str(setup.clock.now().year)
    ]
    assert usual == []
    assert {each.check for each in setup.findings} == {"settings", *(check.name for check in CHECKS)}


async def test_before_the_first_start_nothing_is_wrong_and_nothing_is_made(setup: Setup) -> None:
    shutil.rmtree(setup.database.parent)
    await setup.examine()
    assert setup.wrong(Result.PROBLEM) == []
    assert not setup.database.parent.exists()


async def test_beside_a_bot_that_runs(setup: Setup) -> None:
    setup.environ["BOT_PUBLIC_URL"] = setup.environ["BOT_PUBLIC_URL"].replace("https", "http")
    del setup.environ["BOT_PUBLIC_URL"]
    async with setup.running() as bot:
        setup.environ["BOT_PUBLIC_URL"] = bot.url
        await setup.examine()
    said = {each.check: each.what for each in setup.findings if each.result is Result.OK}
    assert said["bot"] == f"a bot runs at {bot.url}, and is ready"
    assert said["public address"] == f"the bot answers at {bot.url}"


async def test_a_bot_that_is_degraded_and_a_proxy_that_leads_elsewhere(setup: Setup) -> None:
    setup.crm.faults.set("GetSystemInfo", status=503)
    del setup.environ["BOT_PUBLIC_URL"]
    async with setup.running():
        setup.environ["BOT_PUBLIC_URL"] = setup.slack.url
        await setup.examine()
    wrong = {check: what for check, what, _ in setup.wrong()}
    assert wrong["bot"] == "the running bot is degraded: tenant onsite"
    found = [what for check, what, _ in setup.wrong(Result.PROBLEM) if check == "public address"]
    assert found == [f"something else answers at {setup.slack.url} (HTTP 404)"]


async def test_another_program_at_its_port(setup: Setup) -> None:
    setup.environ["BOT_LISTEN"] = setup.slack.url.removeprefix("http://")
    await setup.examine()
    assert (
        "bot",
        f"another program listens at {setup.slack.url}",
        "stop it, or change BOT_LISTEN",
    ) in setup.wrong()


async def test_a_program_that_holds_the_database_locked(setup: Setup) -> None:
    with closing(sqlite3.connect(setup.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await setup.examine()
    assert ("database: written", "another program holds it locked") in [each[:2] for each in setup.wrong()]


async def test_socket_mode(setup: Setup) -> None:
    setup.environ["SLACK_APP_TOKEN"] = setup.slack.app_token
    await setup.examine()
    assert [each.what for each in setup.findings if each.check == "slack: delivery"] == [
        "Socket Mode can be opened"
    ]


# ------------------------------------------------------------------ online


ONLINE = (
    Case("sound", lambda setup: None, "", "", ""),
    Case(
        "no such customer",
        variables(SUPEROFFICE_TENANT="Cust99999"),
        "superoffice: state",
        "no such customer",
        "ENVIRONMENT",
    ),
    Case(
        "a wrong application token",
        variables(SUPEROFFICE_APP_TOKEN="what-it-is-not"),
        "superoffice",
        "refuses the application",
        "APP_TOKEN",
    ),
)


@pytest.mark.parametrize("case", ONLINE, ids=lambda case: case.name)
async def test_superoffice_crm_online(setup: Setup, case: Case) -> None:
    async with Online() as online:
        setup.online(online)
        case.breaks(setup)
        await setup.examine()
    named = [each for each in setup.wrong(Result.PROBLEM) if each[0] == case.check and case.what in each[1]]
    assert bool(named) == bool(case.check), setup.wrong()
    assert {check.split(":")[0] for check, _, _ in setup.wrong(Result.PROBLEM)} <= {"superoffice"}


async def test_the_sign_in_service_and_the_state_are_told_apart(setup: Setup) -> None:
    async with Online() as online:
        setup.online(online)
        online.login_down = True
        await setup.examine()
        assert [check for check, _, _ in setup.wrong(Result.PROBLEM)] == ["superoffice: sign-in"]
        online.login_down, online.state = False, "OfflineMaintenance"
        await setup.examine()
        assert (
            "superoffice: state",
            "onsite: its state is OfflineMaintenance: it cannot be asked",
            "wait, or ask SuperOffice",
        ) in setup.wrong()


# ------------------------------------------------------------------ the rest


async def test_what_does_not_answer_ends_in_time(setup: Setup) -> None:
    setup.crm.faults.set("GetSystemInfo", delay=60)
    started = asyncio.get_running_loop().time()
    await setup.examine()
    assert asyncio.get_running_loop().time() - started < 15
    assert ("superoffice", "onsite: it does not answer in time") in [each[:2] for each in setup.wrong()]


def test_the_manifest_is_what_is_asked_for() -> None:
    assert BREAKS.keys() == set(MANIFEST["oauth_config"]["scopes"]["bot"])
    assert EVENTS.keys() == set(MANIFEST["settings"]["event_subscriptions"]["bot_events"])


def test_the_nearest_mount_counts(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    lines = (
        f"23 22 0:5 / {tmp_path} rw shared:2 - tmpfs none rw",
        f"24 23 0:6 / {tmp_path}/a\\040b rw - nfs4 there:/ rw",
        "nonsense",
    )
    mounts.write_text(DISK + "\n".join(lines))
    kinds = [mount_of(tmp_path / name, mounts) for name in ("x", "a b/x", "../y")]
    assert [mount and mount.kind for mount in kinds] == ["tmpfs", "nfs4", "ext4"]
    assert mount_of(tmp_path, tmp_path / "none") is None


async def run(setup: Setup, *words: str) -> tuple[int, str]:
    done = await asyncio.to_thread(CliRunner().invoke, main, ["doctor", *words], env=setup.environ)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


async def test_at_the_command_line(setup: Setup) -> None:
    code, out = await run(setup)
    assert code == (1 if "problem" in out else 0)
    assert "SLACK_BOT_TOKEN has 11 of 11 scopes" in out
    setup.slack.api.scopes.discard("chat:write")
    code, out = await run(setup)
    assert (code, "lacks chat:write: no digest can be posted" in out) == (1, True)
    assert "→ paste config/manifest.json" in out
    code, out = await run(setup, "--json")
    told = json.loads(out)
    assert (code, told["result"]) == (1, "problem")
    assert {"check", "result", "what", "fix"} == set(told["findings"][0])
    setup.environ["SUPEROFFICE_TIMEZONE"] = "nowhere"
    code, out = await run(setup)
    assert (code, "SUPEROFFICE_TIMEZONE" in out) == (2, True)
    assert [secret for secret in setup.secrets if secret in out] == []


async def test_a_back_up_is_seen(setup: Setup) -> None:
    with closing(sqlite3.connect(setup.database, isolation_level=None)) as db:
        db.execute("DROP TRIGGER audit_kept")
        db.execute("DELETE FROM audit WHERE action = ?", (AuditAction.DATABASE_BACKED_UP,))
    file = str(setup.folder / "copy.db")
    done = await asyncio.to_thread(CliRunner().invoke, main, ["backup", file], env=setup.environ)
    assert done.exit_code == 0, done.output
    await setup.examine()
    (said,) = [each for each in setup.findings if each.check == "back-up"]
    assert said.result is Result.OK
