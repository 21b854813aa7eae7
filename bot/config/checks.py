"""What one setting alone cannot tell: what must be set together, and what is safe."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.config.parsers import Listen, is_loopback
from bot.config.problems import SettingProblem
from bot.config.reading import Table
from bot.config.settings import KeepAlive, Linking, Settings, Slack, Web
from bot.config.tenant import TenantConfig, Wsdl
from bot.config.workspace import WorkspaceConfig

__all__ = ["problems", "to_know", "together", "warnings"]

#: The last moment to use a ticket that dies after six hours, and to be able to try again.
LATEST_MINUTES = 300

Check = Callable[[Table], Iterator[SettingProblem]]


def problems(table: Table) -> Iterator[SettingProblem]:
    """What is wrong with a table as a whole."""
    yield from _PROBLEMS.get(table.kind, _nothing)(table)


def warnings(table: Table) -> Iterator[SettingProblem]:
    """What works, but should be known."""
    yield from _WARNINGS.get(table.kind, _nothing)(table)


def together(tables: Sequence[Table]) -> Iterator[SettingProblem]:
    """What is wrong between tables."""
    (slack,) = (table for table in tables if table.kind is Slack)
    (linking,) = (table for table in tables if table.kind is Linking)
    if linking.value("require_slack_sign_in") and (slack.lacks("client_id") or slack.lacks("client_secret")):
        what = "it is set, and SLACK_CLIENT_ID or SLACK_CLIENT_SECRET is missing: Slack asks for both."
        yield linking.problem("require_slack_sign_in", what)
    tenants = [table.key.removeprefix("tenants.") for table in tables if table.kind is TenantConfig]
    for table in tables:
        if table.kind is WorkspaceConfig:
            for id_ in [each for each in table.value("tenants") or () if each not in tenants]:
                near = get_close_matches(id_, tenants, n=1)
                hint = f"did you mean {near[0]}?" if near else f"there is {', '.join(tenants)}."
                yield table.problem("tenants", f"there is no tenant {id_}; {hint}")


def to_know(tables: Sequence[Table]) -> Iterator[SettingProblem]:
    """What works between tables, but should be known."""
    (top,) = (table for table in tables if table.kind is Settings)
    (slack,) = (table for table in tables if table.kind is Slack)
    if slack.value("client_id") and not any(table.kind is WorkspaceConfig for table in tables):
        what = "every workspace that installs the app may use every tenant; [workspaces.T…] limits that."
        yield slack.problem("client_id", what)
    if top.value("admins") and slack.lacks("bot_token"):
        what = "they are those of SLACK_BOT_TOKEN's workspace, which is not set; use [workspaces.T…].admins."
        yield top.problem("admins", what)


def _nothing(table: Table) -> Iterator[SettingProblem]:
    yield from ()


def _slack(table: Table) -> Iterator[SettingProblem]:
    if table.lacks("bot_token") and table.lacks("client_id"):
        what = "it is missing, and so is SLACK_CLIENT_ID (slack.client_id), for many workspaces: set one."
        yield table.problem("bot_token", what)
    for one, other in (("client_id", "client_secret"), ("client_secret", "client_id")):
        if table.lacks(one) and table.value(other):
            yield table.problem(one, f"it is missing, and {other} is set: they go together.")
    if table.lacks("signing_secret") and table.lacks("app_token"):
        yield table.problem(
            "signing_secret", "it is missing, and so is SLACK_APP_TOKEN (slack.app_token): set one."
        )
    if _is_open_http(table.value("api_url")):
        yield table.problem("api_url", "plain http is accepted for this machine alone; use https.")


def _tenant(table: Table) -> Iterator[SettingProblem]:
    if table.lacks("url") and table.lacks("tenant"):
        yield table.problem("url", "it is missing, and so is tenant, for SuperOffice CRM Online: set one.")
    if table.value("url") and table.value("tenant"):
        yield table.problem("tenant", "it is set, and so is url: a tenant is online or onsite.")
    if table.value("tenant"):
        for name in ("client_id", "application_token"):
            if name in table.values and not table.value(name):
                yield table.problem(name, "it is missing: SuperOffice CRM Online asks for it.")
        if table.value("services") in ("Services84", "Services85"):
            yield table.problem("services", "access tokens need Services86 or newer.")
    if _is_open_http(table.value("environment")):
        yield table.problem("environment", "plain http is accepted for this machine alone; use https.")
    for name in ("url", "web_url"):
        if _is_open_http(table.value(name)) and table.value("allow_http") is False:
            yield table.problem(
                name,
                f"plain http is accepted for this machine alone; use https, or set {table.key}.allow_http.",
            )
    yield from _files(table, "ca_bundle")


def _tenant_warnings(table: Table) -> Iterator[SettingProblem]:
    if _is_open_http(table.value("url")):
        yield table.problem("url", "passwords, tickets and answers travel readable, over plain http.")


def _wsdl(table: Table) -> Iterator[SettingProblem]:
    urls = {name: value for name, value in table.values.items() if "://" in str(value)}
    yield from _files(table, *(table.values.keys() - urls.keys()))
    for name, url in urls.items():
        if _is_open_http(url):
            yield table.problem(name, "plain http is accepted for this machine alone; use https or a file.")


def _files(table: Table, *names: str) -> Iterator[SettingProblem]:
    for name in names:
        file = table.value(name)
        if file is not None and not (Path(file).is_file() and os.access(file, os.R_OK)):
            yield table.problem(name, "there is no such file, or it cannot be read.")


def _web(table: Table) -> Iterator[SettingProblem]:
    listen: Listen | None = table.value("listen")
    if table.lacks("public_url") and listen and not listen.is_loopback:
        yield table.problem("public_url", "it is missing, and the bot listens beyond this machine.")
    if _is_open_http(table.value("public_url")) and table.value("allow_http") is False:
        yield table.problem(
            "public_url",
            "plain http is accepted for this machine alone, since passwords are typed there; use https.",
        )


def _web_warnings(table: Table) -> Iterator[SettingProblem]:
    if _is_open_http(table.value("public_url")):
        yield table.problem("public_url", "passwords are typed on a page that travels over plain http.")
    if any(network.prefixlen == 0 for network in table.values["trusted_proxies"]):
        yield table.problem("trusted_proxies", "everybody's X-Forwarded-For is believed.")


def _is_open_http(url: str | None) -> bool:
    parts = urlsplit(url or "")
    return parts.scheme == "http" and not is_loopback(parts.hostname or "")


def _keep_alive(table: Table) -> Iterator[SettingProblem]:
    minutes, spread = table.value("minutes"), table.value("spread_minutes")
    if minutes is not None and spread is not None and minutes + spread > LATEST_MINUTES:
        yield table.problem(
            "minutes",
            f"with spread_minutes it must leave an hour of the ticket's six: {LATEST_MINUTES} in all.",
        )


_PROBLEMS: Mapping[type[Any], Check] = {
    Slack: _slack,
    TenantConfig: _tenant,
    Wsdl: _wsdl,
    Web: _web,
    KeepAlive: _keep_alive,
}
_WARNINGS: Mapping[type[Any], Check] = {TenantConfig: _tenant_warnings, Web: _web_warnings}
