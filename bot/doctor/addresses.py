"""Where people and Slack reach the bot: its own port, and its public address."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import aiohttp

from bot.config.parsers import is_loopback
from bot.doctor.findings import Check, Finding, Patient, good, problem, skipped, warning
from bot.store import DatabaseUnusable, alone
from bot.store.processes import live

__all__ = ["ADDRESSES"]

TIMEOUT = aiohttp.ClientTimeout(total=8, sock_connect=4)
#: What hosts that mean all of this machine's addresses are called up by.
ALL = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - nothing is bound


async def _running(patient: Patient) -> AsyncIterator[Finding]:
    listen = patient.settings.web.listen
    listen = listen._replace(host=ALL.get(listen.host, listen.host))
    runs = await _is_held(patient)
    try:
        async with patient.session.get(f"{listen.url}/readyz", timeout=TIMEOUT) as response:
            told = await response.json() if response.content_type == "application/json" else {}
    except (aiohttp.ClientError, OSError, ValueError) as error:
        busy = not isinstance(error, aiohttp.ClientConnectorError)
        if runs or busy:
            yield problem(
                f"a bot runs, but none answers at {listen.url}"
                if runs
                else f"another program listens at {listen.url}",
                "look at BOT_LISTEN, and at the bot's log",
            )
        else:
            yield skipped("no bot runs on this machine with these settings")
        return
    checks = told.get("checks") if isinstance(told, dict) else None
    if not isinstance(checks, dict):
        yield problem(f"another program listens at {listen.url}", "stop it, or change BOT_LISTEN")
        return
    bad = [str(name) for name, state in checks.items() if state != "ok"]
    if bad:
        say = problem if told.get("status") == "failed" else warning
        yield say(
            f"the running bot is {told.get('status')}: {', '.join(bad)}",
            "see the checks of these, and its log",
        )
    else:
        yield good(f"a bot runs at {listen.url}, and is ready")


async def _is_held(patient: Patient) -> bool:
    """Whether a bot runs with this database."""
    if patient.file is None:
        return bool(await patient.stored(lambda store: live(store.db, patient.now)))
    if not patient.file.with_name(f"{patient.file.name}.lock").is_file():
        return False
    try:
        with alone(patient.file):
            return False
    except DatabaseUnusable:
        return True


async def _public(patient: Patient) -> AsyncIterator[Finding]:
    url = patient.settings.web.public_url
    parts = urlsplit(url)
    if is_loopback(parts.hostname or ""):
        yield warning(
            f"{url} is for browsers on this machine alone: nobody else can link",
            "set BOT_PUBLIC_URL to where people reach the bot",
        )
    elif parts.scheme != "https":
        yield warning(
            f"{url} is plain http: passwords travel readable", "put a proxy with TLS in front of it"
        )
    elif not patient.settings.web.trusted_proxies:
        yield warning(
            "no proxy is trusted: guesses are counted by the proxy's address, everybody's together",
            "name the proxy that ends TLS in BOT_TRUSTED_PROXIES",
        )
    if not await _is_held(patient):
        yield skipped("no bot runs, so nothing can answer there")
        return
    try:
        async with patient.session.get(f"{url}/healthz", timeout=TIMEOUT, allow_redirects=False) as response:
            body = await response.content.read(100)
    except aiohttp.ClientConnectorCertificateError:
        yield problem(
            f"the certificate of {url} is not trusted", "have it renewed; browsers and Slack refuse it"
        )
    except (aiohttp.ClientError, OSError) as error:
        yield problem(
            f"{url} cannot be reached from here ({type(error).__name__})",
            "look at DNS, the proxy and the firewall; from within it may differ",
        )
    else:
        if (response.status, body) == (200, b"ok"):
            yield good(f"the bot answers at {url}")
        else:
            yield problem(
                f"something else answers at {url} (HTTP {response.status})",
                "lead all of the bot's paths to BOT_LISTEN in the proxy",
            )


ADDRESSES = (Check("bot", _running), Check("public address", _public))
