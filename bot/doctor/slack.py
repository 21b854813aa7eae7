"""Slack: its tokens, what they may do, how it reaches the bot, its events, and the clock."""

import re
from collections.abc import AsyncIterator, Mapping

from slack_sdk.web.async_client import AsyncWebClient

from bot.core.secret import Secret
from bot.doctor.findings import Check, Finding, Granted, Patient, good, problem, skipped, warning
from bot.doctor.times import http_date
from bot.slack.scopes import ALL_SCOPES, OPTIONAL_SCOPES, SCOPES
from bot.slack.sdk import failure, web_client

__all__ = ["BREAKS", "EVENTS", "SLACK", "ask_slack"]

OWN = "SLACK_BOT_TOKEN"
#: Of many installs, so many are looked at.
MOST = 20
#: What does not work without a scope.
BREAKS = {scope.name: scope.without for scope in ALL_SCOPES}
#: The scope without which Slack does not tell of an event; ``""``: it always does.
#: Source: docs.slack.dev, "Events API", the required scopes of each.
EVENTS: Mapping[str, str] = {
    **dict.fromkeys(("app_home_opened", "app_uninstalled", "team_access_revoked", "tokens_revoked"), ""),
    **dict.fromkeys(
        (
            *("channel_archive", "channel_deleted", "channel_id_changed", "channel_left", "channel_rename"),
            *("channel_shared", "channel_unarchive", "channel_unshared"),
            *("member_joined_channel", "member_left_channel"),
        ),
        "channels:read",
    ),
    **dict.fromkeys(
        ("group_archive", "group_deleted", "group_left", "group_rename", "group_unarchive"), "groups:read"
    ),
    **dict.fromkeys(("team_join", "user_change"), "users:read"),
}
#: Slack's requests are refused from here on, in seconds. Source: docs.slack.dev, "Verifying requests".
TOO_FAR = 300
FAR = 30
MANIFEST = "paste config/manifest.json under App Manifest, and install the app to the workspace again"
REFUSED = ("invalid_auth", "not_authed", "account_inactive", "token_expired", "token_revoked")


async def ask_slack(patient: Patient) -> AsyncIterator[Granted]:
    """Ask about each token, by ``auth.test``."""
    settings = patient.settings
    if settings.slack.bot_token:
        yield await _granted(patient, OWN, settings.slack.bot_token)
    for name, token in (await _installed(patient))[:MOST]:
        yield await _granted(patient, name, token)


async def _installed(patient: Patient) -> list[tuple[str, Secret]]:
    installed = await patient.stored(lambda store: store.installations.all())
    return [(found.id, found.token) for found in installed]


def _client(patient: Patient, token: Secret) -> AsyncWebClient:
    return web_client(token, patient.settings.slack.api_url, patient.session, repeating=False)


async def _granted(patient: Patient, name: str, token: Secret) -> Granted:
    try:
        answer = await _client(patient, token).auth_test()
    except Exception as error:
        return Granted(name, failure(error).error)
    headers = {key.lower(): value for key, value in answer.headers.items()}
    scopes, date = headers.get("x-oauth-scopes"), http_date(headers.get("date"))
    return Granted(
        name,
        "",
        None if scopes is None else frozenset(filter(None, re.split(r"[,\s]+", scopes))),
        None if date is None else (date - patient.now).total_seconds(),
    )


async def _token(patient: Patient) -> AsyncIterator[Finding]:
    granted = await patient.granted()
    if not granted:
        yield warning(
            "the app is installed nowhere", "open /slack/install at BOT_PUBLIC_URL, or set SLACK_BOT_TOKEN"
        )
    for each in granted:
        if not each.error:
            yield good(f"Slack takes {each.name}")
        elif each.error in REFUSED:
            fix = (
                "copy it again (OAuth & Permissions), or install the app again"
                if each.name == OWN
                else "open /slack/install again"
            )
            yield problem(f"Slack refuses {each.name}: {each.error}", fix)
        else:
            yield problem(
                f"Slack cannot be asked about {each.name}: {each.error}",
                "look at status.slack.com, SLACK_API_URL, and the way out (proxy, firewall)",
            )


async def _scopes(patient: Patient) -> AsyncIterator[Finding]:
    for each in await patient.granted():
        if each.error:
            yield skipped(f"Slack does not take {each.name}")
        elif each.scopes is None:
            yield skipped(
                f"Slack does not tell what {each.name} may do",
                "compare OAuth & Permissions with config/manifest.json",
            )
        else:
            yield _all_granted(each.name, each.scopes)
            for scope in sorted({*SCOPES, *OPTIONAL_SCOPES} - each.scopes):
                needed = problem if scope in SCOPES else warning
                yield needed(f"{each.name} lacks {scope}: {BREAKS[scope]}", MANIFEST)


def _all_granted(name: str, scopes: frozenset[str]) -> Finding:
    wanted = {*SCOPES, *OPTIONAL_SCOPES}
    more = ", ".join(sorted(scopes - wanted))
    if more:
        return warning(f"{name} may do more than the bot needs: {more}", "take it out of the app's scopes")
    return good(f"{name} has {len(scopes & wanted)} of {len(wanted)} scopes")


async def _delivery(patient: Patient) -> AsyncIterator[Finding]:
    slack = patient.settings.slack
    if slack.app_token:
        try:
            await _client(patient, slack.app_token).apps_connections_open(app_token=slack.app_token.reveal())
        except Exception as error:
            said = failure(error).error
            yield problem(f"Socket Mode cannot be opened: {said}", _socket_fix(said))
        else:
            yield good("Socket Mode can be opened")
        return
    secret = slack.signing_secret.reveal() if slack.signing_secret else ""
    if re.fullmatch(r"[0-9a-f]{32}", secret):
        yield good("over HTTP, with a signing secret")
    else:
        yield warning(
            "SLACK_SIGNING_SECRET does not look like one: 32 digits and letters a to f",
            "copy it again (Basic Information), not the client secret",
        )


def _socket_fix(said: str) -> str:
    if said in {*REFUSED, "not_allowed_token_type", "missing_scope"}:
        return "make an app-level token with connections:write (Basic Information), for SLACK_APP_TOKEN"
    if said in {"socket_mode_not_enabled", "forbidden_team", "access_denied"}:
        return "switch Socket Mode on in the app's settings"
    return "look at status.slack.com, SLACK_API_URL, and the way out (proxy, firewall)"


async def _events(patient: Patient) -> AsyncIterator[Finding]:
    for each in await patient.granted():
        if each.scopes is None:
            continue
        for scope in sorted({*EVENTS.values()} - {"", *each.scopes}):
            events = ", ".join(event for event, needs in EVENTS.items() if needs == scope)
            yield problem(f"{each.name} lacks {scope}, so Slack does not tell of {events}", MANIFEST)
    yield skipped(
        "Slack does not tell a bot what it subscribes to",
        "compare Event Subscriptions with config/manifest.json",
    )


async def _clock(patient: Patient) -> AsyncIterator[Finding]:
    ahead = next((each.ahead for each in await patient.granted() if each.ahead is not None), None)
    fix = "set this machine's clock, by NTP"
    if ahead is None:
        yield skipped("Slack does not tell the time")
    elif abs(ahead) >= TOO_FAR:
        yield problem(f"this machine's clock is {_off(ahead)} Slack's: its requests are refused", fix)
    elif abs(ahead) >= FAR:
        yield warning(f"this machine's clock is {_off(ahead)} Slack's", fix)
    else:
        yield good("it agrees with Slack's")


def _off(ahead: float) -> str:
    return f"{abs(ahead):.0f} s {'behind' if ahead > 0 else 'ahead of'}"


SLACK = (
    Check("clock", _clock),
    Check("slack: token", _token),
    Check("slack: scopes", _scopes),
    Check("slack: delivery", _delivery),
    Check("slack: events", _events),
)
