"""Slack's mrkdwn as rich text for a terminal.

Source: docs.slack.dev, "Formatting message text".
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from rich.style import Style
from rich.text import Text

__all__ = ["Viewer", "mrkdwn", "safe"]


def _spanned(name: str, mark: str) -> str:
    """Between two marks: a link counts as a whole, whatever is in its label; in one way only, to be quick."""
    angle = r"<[^<>\n]+>"
    inner = rf"(?P<{name}>(?:{angle}|(?!{angle})[^{mark}\n])+?)"
    return rf"(?<![\w{mark}]){mark}(?=\S){inner}(?<=\S){mark}(?![\w{mark}])"


_TOKEN = re.compile(
    "|".join(
        (
            r"```(?P<pre>.+?)```",
            r"`(?P<code>[^`\n]+)`",
            r"<(?P<angle>[^<>\n]+)>",
            _spanned("bold", r"\*"),
            _spanned("italic", "_"),
            _spanned("strike", "~"),
        )
    ),
    re.DOTALL,
)
_BIDI = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LINK = "underline blue"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose eyes: the zone of their device, the names behind ids."""

    zone: tzinfo = UTC
    names: Mapping[str, str] = field(default_factory=dict)


def safe(text: str) -> str:
    """Text that cannot steer the terminal: without control characters and changes of direction."""
    return "".join(
        letter
        for letter in text
        if letter in "\n\t" or (unicodedata.category(letter) != "Cc" and letter not in _BIDI)
    )


def mrkdwn(text: str, viewer: Viewer, style: str = "") -> Text:
    """A text with its formatting, links, mentions and dates."""
    result = Text(style=style)
    position = 0
    for match in _TOKEN.finditer(text):
        result.append(_plain(text[position : match.start()]))
        result.append_text(_token(match, viewer))
        position = match.end()
    return result.append(_plain(text[position:]))


def link(label: str, url: str, style: str = "") -> Text:
    """A label that leads to an address (OSC 8)."""
    return Text(safe(label), Style.parse(f"{style} {_LINK}") + Style(link=safe(url).replace("\n", "")))


def date_token(pattern: str, seconds: int, viewer: Viewer) -> str:
    """``{date_short} at {time}`` for a moment, in the viewer's zone."""
    moment = datetime.fromtimestamp(seconds, viewer.zone)
    day = f"{moment:%b} {moment.day}, {moment.year}"
    parts = {
        "date_num": f"{moment:%Y-%m-%d}",
        "date_slash": f"{moment:%d/%m/%Y}",
        "date_long": f"{moment:%A}, {moment:%B} {moment.day}, {moment.year}",
        "date_short": day,
        "date": f"{moment:%B} {moment.day}, {moment.year}",
        "time_secs": f"{moment:%H:%M:%S}",
        "time": f"{moment:%H:%M}",
        "ago": day,
    }

    def value(match: re.Match[str]) -> str:
        return parts.get(match[1].replace("_pretty", ""), match[0])

    return re.sub(r"\{(\w+)\}", value, pattern)


def _token(match: re.Match[str], viewer: Viewer) -> Text:
    kind, inner = match.lastgroup or "", match[match.lastgroup or 0]
    if kind in {"pre", "code"}:
        return Text(_plain(inner.strip("\n")), "bold magenta")
    if kind == "angle":
        return _angle(inner, viewer)
    return mrkdwn(inner, viewer, kind)


def _angle(inner: str, viewer: Viewer) -> Text:
    target, _, label = inner.partition("|")
    if target.startswith("!date^"):
        _, seconds, pattern, *address = target.split("^")
        shown = _plain(date_token(pattern, int(seconds), viewer))
        return link(shown, _plain(address[0])) if address else Text(shown)
    if target[0] in "@#!":
        name = _plain(label) or viewer.names.get(target[1:], target[1:].partition("^")[0])
        return Text(("#" if target[0] == "#" else "@") + name.lstrip("@#"), "bold yellow")
    return link(_plain(label or target.removeprefix("mailto:")), _plain(target))


def _plain(text: str) -> str:
    """What was escaped, unescaped; ``&amp;`` last, so that nothing is unescaped twice."""
    return safe(text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
