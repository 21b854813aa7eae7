"""What is fuzzed: each target takes any bytes, and lets out only what those who call it expect."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from ipaddress import ip_network
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bot.config import ConfigurationError, load
from bot.config.channelfile import ChannelFileError, read_channels
from bot.config.document import example_toml
from bot.core.errors import BadCommand
from bot.core.typed import scheduletext
from bot.core.typed.command import VERBS, parse
from bot.crm.soap.envelope import Unreadable, open_envelope
from bot.crm.soap.reader import read
from bot.holidays import COUNTRIES
from bot.slack.carried import Asked, owned
from bot.slack.guard import UNREADABLE
from bot.slack.modals import submitted
from bot.slack.payload import ACTIONS, pressed, typed
from bot.web.addresses import client_address
from bot.web.forms import NotAForm, fields
from tests.bench.shapes import compact, documented
from tests.conftest import IN_MEMORY

__all__ = ["TARGETS", "Target"]

OSLO = ZoneInfo("Europe/Oslo")
#: All of them, so that each hop is looked at.
PROXIES = (ip_network("0.0.0.0/0"), ip_network("::/0"))
COMMAND = "/superoffice"
DOCS = Path(__file__).parents[2] / "docs"


class Target(NamedTuple):
    """What is fuzzed, the modules whose lines count, and what to begin with."""

    run: Callable[[bytes], None]
    modules: tuple[str, ...]
    seeds: Callable[[], Iterator[bytes]]


def answer(data: bytes) -> None:
    """An answer of SuperOffice's."""
    with suppress(Unreadable):
        envelope = open_envelope(data)
        rows = read(envelope, OSLO)
        if envelope.rows is not None:  # cut out: the tree has to have the same, which a comment sends there
            assert rows == read(open_envelope(data + b"<!-- -->"), OSLO)


def line(data: bytes) -> None:
    """What somebody types behind the command."""
    text = data.decode("utf-8", "replace")
    with suppress(BadCommand):
        parse(text)


def schedule(data: bytes) -> None:
    """The words of a schedule, as in ``digest at`` and in its form."""
    with suppress(BadCommand):
        scheduletext.read_line(data.decode("utf-8", "replace"), countries=COUNTRIES)


def payload(data: bytes) -> None:
    """A press, a choice or a submitted form, behind the guard: it answers 400 to ``UNREADABLE``."""
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        return
    if not isinstance(body, dict):
        return
    for reading in (pressed, typed, lambda each: submitted(each, COMMAND)):
        with suppress(*UNREADABLE):
            reading(body)


def settings(data: bytes) -> None:
    """The bot's own file."""
    with TemporaryDirectory(dir=IN_MEMORY) as folder:
        file = Path(folder) / "bot.toml"
        file.write_bytes(data)
        with suppress(ConfigurationError):
            load({"BOT_CONFIG": str(file)})


def channels(data: bytes) -> None:
    """A file of channels."""
    with suppress(ChannelFileError):
        read_channels(data.decode("utf-8", "replace"), COUNTRIES)


def form(data: bytes) -> None:
    """A form of the link page's; and, of the same bytes, where proxies say that it comes from."""
    with suppress(NotAForm):
        fields(data)
    scope = {"client": ("127.0.0.1", 1), "headers": [(b"x-forwarded-for", data)]}
    client_address(scope, PROXIES)


def _answers() -> Iterator[bytes]:
    yield compact(2)
    yield documented(2)


def _lines() -> Iterator[bytes]:
    yield from (verb.usage.encode() for verb in VERBS)
    yield from (example.encode() for verb in VERBS for example in verb.examples)
    yield b'since 2026-11-01 action:created,person-added category:"VIP Customer",prospect by:others'
    yield "admin unlink @ida — “smart” top:20\u00a0filter:vip".encode()


def _schedules() -> Iterator[bytes]:
    for words in (
        "08:00 weekdays",
        "08:00,16:30 mon,wed,fri in Europe/Oslo",
        "last fri of the month 15.00 except holidays in NO",
        "every 2 weeks on tue 9 pm category:prospect style:compact",
        "1. and 15. 07:45",
    ):
        yield words.encode()


def _payloads() -> Iterator[bytes]:
    for name in ACTIONS:
        yield _press({"action_id": name, "value": owned("U0SELLER", PLAIN)})
    for value in ("why:31", "mute:31:Nordlys", "refresh", "table", "1w"):
        for name in ("row", "view", "digest.snooze"):
            option = {"selected_option": {"value": value}}
            yield _press({"action_id": name, "block_id": f"1~{owned('U0SELLER', PLAIN)}", **option})
    yield from (_submission(name, values) for name, values in FORMS)


PLAIN = Asked("since monday").encode()
ONE, MANY = "selected_option", "selected_options"
DIGEST: Mapping[str, Mapping[str, Any]] = {
    "times": {MANY: [{"value": "08:00"}, {"value": "16:00"}]},
    "days": {MANY: [{"value": "weekdays"}]},
    "zone": {"value": "Europe/Oslo"},
    "country": {"value": "NO"},
    "filter": {"value": "category:prospect by:me"},
    "style": {ONE: {"value": "full"}},
    "empty": {ONE: {"value": "silent"}},
    "group": {ONE: {"value": "owner"}},
    "layout": {ONE: {"value": "thread"}},
    "quorum": {ONE: {"value": "50"}},
    "invited": {"selected_users": ["U0MANAGER"]},
}
FORMS = (
    ("digest", DIGEST),
    ("share", {"only": {MANY: [{"value": "Prospect"}]}, "never": {MANY: [{"value": "31"}]}}),
)


def _press(action: Mapping[str, Any]) -> bytes:
    return json.dumps(_PERSON | {"type": "block_actions", "actions": [action]}).encode()


def _submission(name: str, values: Mapping[str, Any]) -> bytes:
    metadata = json.dumps({"is_new": False, "channel": "C0GENERAL", "locale": "en"})
    state = {"values": {field: {field: value} for field, value in values.items()}}
    view = {"callback_id": name, "private_metadata": metadata, "state": state}
    return json.dumps(_PERSON | {"type": "view_submission", "view": view}).encode()


_PERSON = {
    "team": {"id": "T0TEAM"},
    "user": {"id": "U0SELLER", "team_id": "T0TEAM"},
    "channel": {"id": "C0GENERAL"},
    "trigger_id": "1.2.3",
    "response_url": "https://hooks.slack.com/actions/1/2/3",
}


def _settings() -> Iterator[bytes]:
    yield example_toml().encode()
    yield re.sub(r"^# ?", "", example_toml(), flags=re.MULTILINE).encode()


def _channels() -> Iterator[bytes]:
    (example,) = re.findall(r"```toml\n(.*?)```", (DOCS / "channels.md").read_text("utf-8"), re.DOTALL)
    yield example.encode()


def _forms() -> Iterator[bytes]:
    yield b"csrf=Zm9v&username=k%C3%A5re&password=a+b%26c"
    yield b"203.0.113.9, [2001:db8::1]:443, 10.0.0.7:8080"


TARGETS: Mapping[str, Target] = {
    "answer": Target(answer, ("bot.crm.soap.envelope", "bot.crm.soap.reader", "bot.crm.soap.rows"), _answers),
    "line": Target(
        line, ("bot.core.typed.command", "bot.core.typed.filtertext", "bot.core.typed.periodcommands"), _lines
    ),
    "schedule": Target(schedule, ("bot.core.typed.scheduletext", "bot.core.typed.schedulewords"), _schedules),
    "payload": Target(
        payload, ("bot.slack.payload", "bot.slack.carried", "bot.slack.modals.digest"), _payloads
    ),
    "form": Target(form, ("bot.web.forms", "bot.web.addresses"), _forms),
    "settings": Target(settings, ("bot.config.reading", "bot.config.parsers"), _settings),
    "channels": Target(channels, ("bot.config.channelfile",), _channels),
}
