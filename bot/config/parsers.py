"""From the text of a setting to its value: one small function for each kind of setting.

Each raises :class:`ValueError` with the rest of the sentence "it must be …". None of them repeats the
text that it was given, so that what it says of a secret can be shown.
"""

import base64
import re
from collections.abc import Callable
from difflib import get_close_matches
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import NamedTuple, TypeVar
from urllib.parse import SplitResult, urlsplit, urlunsplit
from zoneinfo import ZoneInfo, available_timezones

from bot.core.errors import BadCommand
from bot.core.schedule import Schedule
from bot.core.secret import DatabaseUrl, Secret
from bot.core.typed.scheduletext import parse as parse_schedule

__all__ = [
    "Listen",
    "Network",
    "choice",
    "database",
    "directory_url",
    "environment",
    "flag",
    "is_loopback",
    "listen",
    "many",
    "matching",
    "network",
    "path",
    "root_url",
    "sealing_keys",
    "secret",
    "superoffice_url",
    "url",
    "url_or_path",
    "whole",
    "zone",
]

T = TypeVar("T")
Network = IPv4Network | IPv6Network
KEY_BYTES = 32


class Listen(NamedTuple):
    """Where the HTTP server listens."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return is_loopback(self.host)

    @property
    def url(self) -> str:
        """Its address as this machine sees it."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def flag(text: str) -> bool:
    """Yes or no."""
    words = {
        "true": True,
        "yes": True,
        "on": True,
        "1": True,
        "false": False,
        "no": False,
        "off": False,
        "0": False,
    }
    try:
        return words[text.lower()]
    except KeyError:
        raise ValueError("true or false") from None


def whole(low: int, high: int) -> Callable[[str], int]:
    """A whole number from ``low`` to ``high``, both included."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) or not low <= int(text) <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return int(text)

    return parse


def choice(*words: str) -> Callable[[str], str]:
    """One of some words, in any case."""
    known = {word.lower(): word for word in words}

    def parse(text: str) -> str:
        if text.lower() not in known:
            raise ValueError(f"one of {', '.join(words)}")
        return known[text.lower()]

    return parse


def matching(pattern: str, meaning: str) -> Callable[[str], str]:
    """A text of a certain form."""

    def parse(text: str) -> str:
        if not re.fullmatch(pattern, text, re.ASCII):
            raise ValueError(meaning)
        return text

    return parse


def schedule(text: str) -> Schedule:
    """When a digest comes, as in `digest at`."""
    try:
        return parse_schedule(text)
    except BadCommand:
        raise ValueError("times and days as in `digest at`, such as 08:00 weekdays") from None


def secret(pattern: str, meaning: str) -> Callable[[str], Secret]:
    """A secret of a certain form."""
    parse = matching(pattern, meaning)
    return lambda text: Secret(parse(text))


def sealing_keys(text: str) -> Secret:
    """Keys of 32 random bytes in URL-safe base64, comma-separated, newest first; padding may be missing."""
    keys = [_key(part.strip()) for part in text.split(",")]
    if None in keys:
        which = f"; number {keys.index(None) + 1} of these {len(keys)} is not" if len(keys) > 1 else ""
        raise ValueError(
            f"{KEY_BYTES} random bytes in URL-safe base64{which} (`python -m bot keys new` makes one)"
        )
    return Secret(",".join(key for key in keys if key))


def _key(text: str) -> str | None:
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    return base64.urlsafe_b64encode(key).decode() if len(key) == KEY_BYTES else None


def many(parse: Callable[[str], T]) -> Callable[[str], tuple[T, ...]]:
    """Any number of them, comma-separated."""

    def parse_all(text: str) -> tuple[T, ...]:
        try:
            return tuple(parse(part.strip()) for part in text.split(",") if part.strip())
        except ValueError as error:
            raise ValueError(f"a list, each of it {error}") from None

    return parse_all


def network(text: str) -> Network:
    """An IP network, or one address."""
    try:
        return ip_network(text, strict=False)
    except ValueError:
        raise ValueError("an IP address or network") from None


def listen(text: str) -> Listen:
    """``host:port``; an IPv6 address stands in brackets. Port 0 takes a free one."""
    found = re.fullmatch(r"(?:\[([0-9a-fA-F:.]+)\]|([^\s:/\[\]]+)):([0-9]{1,5})", text, re.ASCII)
    if not found or int(found[3]) > 65535:
        raise ValueError("host:port, with a port from 0 to 65535")
    return Listen(found[1] or found[2], int(found[3]))


def url(text: str) -> str:
    """An ``http`` or ``https`` address without user name, password, query or fragment."""
    return urlunsplit(_split(text))


def _split(text: str, *, may_ask: bool = False) -> SplitResult:
    meaning = "an https:// address" + ("" if may_ask else ", without a query")
    try:
        parts = urlsplit(text)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        raise ValueError(meaning) from None
    if "@" in parts.netloc:
        raise ValueError("an address without user name and password in it")
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_is_fine:
        raise ValueError(meaning)
    if (parts.query and not may_ask) or parts.fragment or re.search(r"[\s\x00-\x1f\\]", text):
        raise ValueError(meaning)
    return parts


def root_url(text: str) -> str:
    """An address to put paths behind: without a last slash."""
    return url(text).rstrip("/")


def directory_url(text: str) -> str:
    """An address to put names behind: with a last slash."""
    return root_url(text) + "/"


def environment(text: str) -> str:
    """An environment of SuperOffice CRM Online, by name or address: its address."""
    if "://" in text:
        return root_url(text)
    return f"https://{choice('sod', 'qaonline', 'online')(text)}.superoffice.com"


def superoffice_url(text: str) -> str:
    """Where SuperOffice's SOAP services are, up to ``ServicesNN/``; a missing last slash is added."""
    parts = _split(text)
    if not re.search(r"/services8[4-8]/?$", parts.path, re.IGNORECASE | re.ASCII):
        raise ValueError("the address up to and with Services84/, 85, 86, 87 or Services88/")
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + "/"))


def url_or_path(text: str) -> str:
    """A file's path, or an address to read it from."""
    return urlunsplit(_split(text, may_ask=True)) if "://" in text else text


def path(text: str) -> Path:
    """A path; a relative one starts where the bot is started."""
    try:
        return Path(text).expanduser()
    except RuntimeError:  # ``~somebody``, whom this machine does not know
        raise ValueError("a path; there is no home directory of that name") from None


def database(text: str) -> Path | DatabaseUrl:
    """The path of the SQLite file, or the address of a PostgreSQL database."""
    scheme, found, rest = text.partition("://")
    if not found:
        return path(text.removeprefix("sqlite:"))
    if scheme not in {"postgresql", "postgres"}:
        raise ValueError("the path of an SQLite file, or postgresql://user@host/database")
    if not rest.partition("?")[0].partition("/")[2]:
        raise ValueError("an address with the name of the database: postgresql://user@host/database")
    return DatabaseUrl(text)


def zone(text: str) -> ZoneInfo:
    """A time zone by its IANA name."""
    try:
        return ZoneInfo(text)
    except (ValueError, LookupError, OSError):
        near = get_close_matches(text, available_timezones(), n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise ValueError(f"the IANA name of a time zone{hint}") from None
