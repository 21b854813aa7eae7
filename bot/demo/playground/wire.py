"""Every request between Slack, the bot and SuperOffice, for the page; what is secret is masked first."""

import json
import re
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

from bot.demo.clock import Clock
from bot.demo.superoffice.cast import USERS
from bot.demo.watching import Ended

__all__ = ["Wire", "masked"]

#: Characters of a body that are shown.
MOST = 4_000
#: How many requests are kept.
KEPT = 400
DOTS = "•••"
#: Fields whose whole value is secret, however the body is written.
_FIELDS = (
    "token|access_token|refresh_token|bot_token|client_secret|code|password|secret|trigger_id|response_url|"
    "upload_url|signature|cookie|authorization"
)
#: Tags of SuperOffice's SOAP whose content is secret.
_TAGS = "Password|Ticket|AccessToken|ApplicationToken|RefreshToken|Secret|PassPhrase"
_SECRETS = (
    (re.compile(rf"(<(?:\w+:)?(?:{_TAGS})\b[^>]*>)[^<]+"), rf"\1{DOTS}"),
    (re.compile(r"\b(7T|8A):[^\s\"'<>&,\\]+"), rf"\1:{DOTS}"),
    (re.compile(r"\b(xox[a-z]|xapp)-[\w-]+"), rf"\1-{DOTS}"),
    (re.compile(r"(/(?:response|link|upload/v1)/)[\w-]+"), rf"\1{DOTS}"),
    (re.compile(r"([?&](?:ticket|token|code|state|nonce)=)[^&\s\"']+"), rf"\1{DOTS}"),
    (re.compile(r"\bv0(=|\": \")[0-9a-f]{64}\b"), rf"v0\1{DOTS}"),
    (re.compile("|".join(re.escape(user.password) for user in USERS)), DOTS),
)
_SECRET_FIELD = re.compile(_FIELDS)


def masked(body: object) -> str:
    """A body as the page may show it: JSON and forms laid out, XML as it is, without a secret in it."""
    text = body if isinstance(body, str) else ""
    data = _read(text) if text else body
    if data:
        text = json.dumps(_without_secrets(data), indent=2, ensure_ascii=False, default=str)
    for secret, shown in _SECRETS:
        text = secret.sub(shown, text)
    return text if len(text) <= MOST else f"{text[:MOST]}\n… {len(text) - MOST} characters more"


def _read(text: str) -> Any:
    """JSON, or a form, whose fields may be JSON themselves; ``None``: neither."""
    if text.lstrip()[:1] in {"{", "["}:
        try:
            return json.loads(text)
        except ValueError:
            return None
    if re.match(r"[\w.-]+=", text):
        return {name: _field(value) for name, value in parse_qsl(text, keep_blank_values=True)}
    return None


def _field(value: str) -> Any:
    try:
        return json.loads(value) if value[:1] in {"{", "["} else value
    except ValueError:
        return value


def _without_secrets(data: Any) -> Any:
    if isinstance(data, dict):
        return {
            name: DOTS if value and _SECRET_FIELD.fullmatch(name.lower()) else _without_secrets(value)
            for name, value in data.items()
        }
    return [_without_secrets(each) for each in data] if isinstance(data, list) else data


class Wire:
    """The latest requests. ``tell`` hears of each as it leaves, and again when its answer is there."""

    def __init__(self, clock: Clock, tell: Callable[[dict[str, Any]], None]) -> None:
        self._clock, self._tell = clock, tell
        self._entries: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._count = 0

    @property
    def latest(self) -> Iterable[dict[str, Any]]:
        """What was sent lately, oldest first."""
        return list(self._entries)

    def started(self, sender: str, receiver: str, what: str, body: object, /) -> Ended:
        """A request leaves."""
        self._count += 1
        begun = time.monotonic()
        entry: dict[str, Any] = {
            "n": self._count,
            "at": self._clock.now().isoformat(),
            "from": sender,
            "to": receiver,
            "what": masked(what),
            "status": None,
            "ms": None,
            "request": masked(body),
            "response": None,
        }
        self._entries.append(entry)
        self._tell(dict(entry))

        def ended(status: int | str, said: object) -> None:
            ms = round((time.monotonic() - begun) * 1000)
            entry.update(status=status, ms=ms, response=masked(said))
            self._tell(dict(entry))

        return ended
