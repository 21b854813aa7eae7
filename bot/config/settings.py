"""The settings. Each dataclass is a table of the TOML file and each field, by its definition, a setting.

These definitions drive reading, checking, the example file and the documentation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from bot.config import parsers
from bot.config.definition import TABLE, TABLES, setting
from bot.config.parsers import Listen, Network
from bot.config.tenant import TenantConfig
from bot.config.workspace import WorkspaceConfig
from bot.core.audit import Retention
from bot.core.schedule import Schedule
from bot.core.secret import DatabaseUrl, Secret
from bot.core.signin import KeepAlivePolicy

__all__ = ["Commands", "KeepAlive", "Kept", "Linking", "Settings", "Slack", "Web"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Slack:
    """Your Slack app, over HTTP or, with an app-level token, over Socket Mode."""

    bot_token: Secret | None = setting(
        parsers.secret(r"(xoxe\.)?xoxb-\S+", "the bot token, which starts with xoxb-"),
        "The bot token of the installed app (OAuth & Permissions in its settings): all that one workspace "
        "needs. Without it the app is installed at `/slack/install`.",
        "xoxb-1234-5678-abcd",
        variable="SLACK_BOT_TOKEN",
        secret=True,
    )
    signing_secret: Secret | None = setting(
        parsers.secret(r"\S+", "one word, as the app's settings show it"),
        "The app's signing secret (Basic Information). Needed over HTTP, of no use in Socket Mode.",
        "0123456789abcdef0123456789abcdef",
        variable="SLACK_SIGNING_SECRET",
        secret=True,
    )
    app_token: Secret | None = setting(
        parsers.secret(r"xapp-\S+", "an app-level token, which starts with xapp-"),
        "An app-level token with connections:write. Present: Socket Mode; absent: HTTP.",
        "xapp-1-A1234-5678-abcd",
        variable="SLACK_APP_TOKEN",
        secret=True,
    )
    client_id: str | None = setting(
        parsers.matching(r"\d+\.\d+", "the app's client id, two numbers with a dot between"),
        "The app's client id: for installing into many workspaces, and for Sign in with Slack.",
        "1234567890.1234567890",
        variable="SLACK_CLIENT_ID",
    )
    client_secret: Secret | None = setting(
        parsers.secret(r"\S+", "one word, as the app's settings show it"),
        "The app's client secret, which goes with it.",
        "0123456789abcdef0123456789abcdef",
        variable="SLACK_CLIENT_SECRET",
        secret=True,
    )
    command: str = setting(
        parsers.matching(r"/[^\s/]{1,31}", "a slash and at most 31 characters without spaces"),
        "The slash command, as it is called in the app's settings.",
        "/superoffice",
        variable="SLACK_COMMAND",
        default="/superoffice",
    )
    api_url: str = setting(
        parsers.directory_url,
        "Where Slack's Web API is.",
        "https://slack.com/api/",
        variable="SLACK_API_URL",
        default="https://slack.com/api/",
    )
    messages_per_minute: int = setting(
        parsers.whole(1, 600),
        "At most so many digest messages a minute for each workspace. Slack's own limit is several hundred.",
        "120",
        default="240",
    )

    @property
    def client(self) -> tuple[str, Secret] | None:
        """The app's client id and secret, where both are set."""
        return (self.client_id, self.client_secret) if self.client_id and self.client_secret else None

    @property
    def socket_mode(self) -> bool:
        """Whether Slack is reached over Socket Mode, else over HTTP."""
        return self.app_token is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Web:
    """The bot's own HTTP server: the link page, health, and Slack's requests over HTTP."""

    listen: Listen = setting(
        parsers.listen,
        "The address and port to listen on. The variable `PORT=n`, as hosting platforms set it, "
        "means `0.0.0.0:n`.",
        "0.0.0.0:3000",
        variable="BOT_LISTEN",
        stand_in=("PORT", "0.0.0.0:{}"),
        default="127.0.0.1:3000",
    )
    public_url: str = setting(
        parsers.root_url,
        "Where users reach the link page. Needed unless the bot listens on this machine alone.",
        "https://bot.example.com",
        variable="BOT_PUBLIC_URL",
    )
    allow_http: bool = setting(
        parsers.flag,
        "Accept plain http in `public_url` beyond this machine: passwords travel readable.",
        "true",
        default="false",
    )
    trusted_proxies: tuple[Network, ...] = setting(
        parsers.many(parsers.network),
        "Whose `X-Forwarded-For` is believed: addresses or networks.",
        "10.0.0.0/8,192.0.2.7",
        variable="BOT_TRUSTED_PROXIES",
        default="",
        listed=True,
    )

    def reached_at(self, own: str) -> str:
        """Where users reach the pages of the server at ``own``: there, unless the settings say otherwise."""
        return own if self.public_url == self.listen.url else self.public_url


@dataclass(frozen=True, kw_only=True, slots=True)
class Linking:
    """How a Slack user becomes a SuperOffice user."""

    email_must_match: bool = setting(
        parsers.flag,
        "Refuse a SuperOffice user whose e-mail address is not that of the Slack profile.",
        "false",
        default="true",
    )
    require_slack_sign_in: bool = setting(
        parsers.flag,
        "Before the link page shows, the browser must prove that Slack user by Sign in with Slack. Needs "
        "`slack.client_id` and `slack.client_secret`.",
        "true",
        default="false",
    )
    lifetime_minutes: int = setting(
        parsers.whole(1, 60),
        "How long a link page can be used, in minutes.",
        "5",
        default="10",
    )

    @property
    def lifetime(self) -> timedelta:
        """How long a link page can be used."""
        return timedelta(minutes=self.lifetime_minutes)


@dataclass(frozen=True, kw_only=True, slots=True)
class KeepAlive:
    """How onsite tickets, which SuperOffice ends after six hours without use, are kept alive."""

    minutes: int = setting(
        parsers.whole(10, 300),
        "How long after its last use a ticket is used, in minutes.",
        "60",
        default="120",
    )
    spread_minutes: int = setting(
        parsers.whole(0, 60),
        "So many minutes earlier or later, by chance, so that not all are used at once.",
        "5",
        default="15",
    )
    at_once: int = setting(
        parsers.whole(1, 64),
        "How many tickets of a tenant are used at the same time.",
        "8",
        default="4",
    )
    let_go_days: int = setting(
        parsers.whole(1, 3650),
        "Who has not asked for anything for so many days, and has no digest on, is let go: the ticket is no "
        "longer kept alive.",
        "90",
        default="30",
    )

    @property
    def policy(self) -> KeepAlivePolicy:
        """The same as the use case takes it."""
        return KeepAlivePolicy(
            interval=timedelta(minutes=self.minutes),
            spread=timedelta(minutes=self.spread_minutes),
            at_once=self.at_once,
            let_go_after=timedelta(days=self.let_go_days),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Digests:
    """Digests: direct messages with what happened since the one before."""

    schedule: Schedule = setting(
        parsers.schedule,
        "When a digest comes for whoever chooses no time, as in `digest at`; each user's own zone counts "
        "unless it names one.",
        "07:30 weekdays except holidays in NO",
        default="08:00 weekdays",
    )
    automatic: bool = setting(
        parsers.flag,
        "Switch the digest on for whoever links. They are told, and can switch it off.",
        "true",
        default="false",
    )
    workspaces_at_once: int = setting(
        parsers.whole(1, 1000),
        "With `--role worker`: the digests of so many Slack workspaces are seen to at the same time, up to "
        "eight of each.",
        "8",
        default="32",
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """How long is kept what nobody deletes. What `forget-me` deletes does not wait for it."""

    audit_days: int = setting(
        parsers.whole(1, 3650),
        "The audit log: who was forgotten and why, who was unlinked by whom.",
        "730",
        default="365",
    )
    ledger_days: int = setting(
        parsers.whole(1, 3650),
        "What became of each digest.",
        "365",
        default="90",
    )
    told_days: int = setting(
        parsers.whole(32, 3650),
        "What each user was told already, so that no digest tells it again.",
        "60",
        default="90",
    )
    removed_tenant_days: int = setting(
        parsers.whole(0, 365),
        "The links to a tenant that was taken out of the configuration; after so many days their users are "
        "forgotten.",
        "0",
        default="7",
    )

    @property
    def policy(self) -> Retention:
        """The same as the store takes it."""
        return Retention(
            audit=timedelta(days=self.audit_days),
            ledger=timedelta(days=self.ledger_days),
            told=timedelta(days=self.told_days),
            removed_tenant=timedelta(days=self.removed_tenant_days),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Commands:
    """How much the bot does at once."""

    workers: int = setting(
        parsers.whole(1, 256), "How many commands ask one SuperOffice at the same time.", "16", default="32"
    )
    queue_size: int = setting(
        parsers.whole(1, 10_000),
        "How many more may wait for it; the next one is told that the bot is busy.",
        "500",
        default="200",
    )
    seconds: int = setting(
        parsers.whole(5, 300),
        "After how many seconds in all a command gives up.",
        "20",
        default="25",
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """The whole configuration."""

    secret_key: Secret = setting(
        parsers.sealing_keys,
        "The key that seals tickets and tokens at rest: 32 random bytes in URL-safe base64, from "
        "`python -m bot keys new`. Several, comma-separated, newest first, while a key is being replaced.",
        "(the output of: python -m bot keys new)",
        variable="BOT_SECRET_KEY",
        required=True,
        secret=True,
    )
    database: Path | DatabaseUrl = setting(
        parsers.database,
        "The SQLite file, or `postgresql://user:password@host/database`: see [PostgreSQL](postgresql.md).",
        "/var/lib/superoffice-slack/bot.db",
        variable="BOT_DATABASE",
        default="data/bot.db",
    )
    admins: tuple[str, ...] = setting(
        parsers.many(parsers.matching(r"[UW][A-Z0-9]+", "a Slack user id such as U024BE7LH")),
        "Slack user ids of the bot's admins in the workspace of `slack.bot_token`, beside its own.",
        "U024BE7LH,U061F7AUR",
        default="",
        listed=True,
    )
    log_level: str = setting(
        parsers.choice("DEBUG", "INFO", "WARNING", "ERROR"),
        "How much is logged: DEBUG, INFO, WARNING or ERROR.",
        "DEBUG",
        default="INFO",
    )
    log_format: str = setting(
        parsers.choice("text", "json"),
        "What a line of the log looks like: `text`, for people, or `json`, for a program.",
        "json",
        default="text",
    )
    slack: Slack = field(metadata={TABLE: Slack})
    tenants: Mapping[str, TenantConfig] = field(metadata={TABLES: TenantConfig})
    #: By their ids, those of organizations among them; none: all may use everything.
    workspaces: Mapping[str, WorkspaceConfig] = field(metadata={TABLES: WorkspaceConfig})
    web: Web = field(metadata={TABLE: Web})
    linking: Linking = field(default_factory=Linking, metadata={TABLE: Linking})
    keep_alive: KeepAlive = field(default_factory=KeepAlive, metadata={TABLE: KeepAlive})
    retention: Kept = field(default_factory=Kept, metadata={TABLE: Kept})
    digests: Digests = field(default_factory=Digests, metadata={TABLE: Digests})
    commands: Commands = field(default_factory=Commands, metadata={TABLE: Commands})
    #: What works, but should be known; to be logged at start.
    warnings: tuple[str, ...] = ()
