"""Read a file of channels' digests: all of it is right, or everything that is wrong is told together."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from bot.config.problems import ConfigurationError, SettingProblem
from bot.core.channeldigest import MAX_FILTER, Grouping, Layout
from bot.core.channelfile import ChannelEntry
from bot.core.digest import WhenEmpty
from bot.core.errors import BadCommand, Problem
from bot.core.filters import Filter, Style, of_one_reader
from bot.core.people import SlackChannel
from bot.core.schedule import Schedule
from bot.core.typed.filtertext import read_filters
from bot.core.typed.savedtext import wrong_filters
from bot.core.typed.scheduletext import parse
from bot.core.typed.spelling import normalise
from bot.core.typed.zonenames import nearest_zones, zone_named

__all__ = ["ChannelFileError", "read_channels"]

WORKSPACE = re.compile(r"T[A-Z0-9]+", re.ASCII)
CHANNEL = re.compile(r"[CG][A-Z0-9]+", re.ASCII)
OWNER = re.compile(r"[UW][A-Z0-9]+", re.ASCII)
LANGUAGE = re.compile(r"[a-z]{2,3}([_-][A-Za-z0-9]{2,8})*", re.ASCII)
EXAMPLE = "[channels.T024BE7LH.C0123456789]"
#: An example of each setting.
EXAMPLES: Mapping[str, str] = {
    "owner": '"U061F7AUR"',
    "schedule": '"08:30 weekdays"',
    "zone": '"Europe/Oslo"',
    "filters": '"category:prospect"',
    "style": '"full"',
    "grouping": '"owner"',
    "layout": '"thread"',
    "quorum": "50",
    "when_empty": '"silent"',
    "language": '"en"',
}
REQUIRED = ("schedule", "zone")

Choice = TypeVar("Choice", bound=StrEnum)
Countries = Mapping[str, str]


class ChannelFileError(ConfigurationError):
    """The file cannot be imported; ``problems`` tells everything that is wrong."""

    def __init__(self, name: str, problems: tuple[SettingProblem, ...]) -> None:
        super().__init__(problems)
        self.name = name

    def __str__(self) -> str:
        count = f"{len(self.problems)} problem{'' if len(self.problems) == 1 else 's'}"
        return "\n".join([f"{self.name} has {count}:", *(f"  - {problem}" for problem in self.problems)])


class _Wrong(ValueError):
    """One value is wrong; the message completes the sentence that begins with the setting's name."""


def read_channels(text: str, countries: Countries, name: str = "The file") -> tuple[ChannelEntry, ...]:
    """The digests in a file of that ``name``. Raises :class:`ChannelFileError` with every problem.

    ``countries`` are those with known holidays, by their codes.
    """
    reader = _Reader(countries)
    try:
        tree = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ChannelFileError(name, (SettingProblem("TOML", f"{error}.", EXAMPLE),)) from None
    entries = tuple(reader.entries(tree))
    if reader.problems:
        raise ChannelFileError(name, tuple(reader.problems))
    return entries


class _Reader:
    """Goes through the tree once and collects."""

    def __init__(self, countries: Countries) -> None:
        self.countries = countries
        self.problems: list[SettingProblem] = []

    def entries(self, tree: Mapping[str, Any]) -> Iterator[ChannelEntry]:
        self.unknown(tree, ("channels",), "")
        for workspace, channels in self.table(tree.get("channels", {}), "channels").items():
            at = f"channels.{workspace}"
            if not WORKSPACE.fullmatch(workspace):
                self.wrong(f"[{at}]", "a workspace is named by its Slack id.", EXAMPLE)
            for channel, settings in self.table(channels, at).items():
                if not CHANNEL.fullmatch(channel):
                    self.wrong(f"[{at}.{channel}]", "a channel is named by its Slack id.", EXAMPLE)
                if entry := self.entry(SlackChannel(workspace, channel), settings, f"{at}.{channel}"):
                    yield entry

    def entry(self, place: SlackChannel, given: object, at: str) -> ChannelEntry | None:
        settings, before = self.table(given, at), len(self.problems)
        self.unknown(settings, tuple(EXAMPLES), at)
        readers: Mapping[str, Callable[[object], object]] = {
            "owner": lambda value: _matching(value, OWNER, "a user's Slack id"),
            "schedule": self.schedule,
            "zone": _zone,
            "filters": _filter,
            "style": lambda value: _choice(value, Style),
            "grouping": lambda value: _choice(value, Grouping),
            "layout": lambda value: _choice(value, Layout),
            "quorum": _percent,
            "when_empty": lambda value: _choice(value, WhenEmpty),
            "language": lambda value: _matching(value, LANGUAGE, "a language such as en"),
        }
        read: dict[str, Any] = {"owner": ""}
        for name, reader in readers.items():
            if name in settings:
                try:
                    read["filter" if name == "filters" else name] = reader(settings[name])
                except _Wrong as wrong:
                    self.wrong(f"{at}.{name}", str(wrong), EXAMPLES[name])
            elif name in REQUIRED:
                self.wrong(f"{at}.{name}", "it is missing.", EXAMPLES[name])
        return ChannelEntry(place, **read) if len(self.problems) == before else None

    def schedule(self, value: object) -> Schedule:
        try:
            schedule = parse(_text(value), form="{}", countries=self.countries)
        except BadCommand as bad:
            raise _Wrong(_misread(*bad.problems)) from None
        if schedule.zone:
            raise _Wrong("name the zone in `zone`.")
        return schedule

    def table(self, found: object, at: str) -> Mapping[str, Any]:
        if isinstance(found, dict):
            return found
        self.wrong(at, "it must be a table.", EXAMPLE)
        return {}

    def unknown(self, tree: Mapping[str, Any], names: tuple[str, ...], at: str) -> None:
        for name in tree:
            if name not in names:
                near = get_close_matches(name, names, n=1)
                what = "there is no such setting." + (f" Did you mean {near[0]}?" if near else "")
                self.wrong(f"{at}.{name}".strip("."), what)

    def wrong(self, setting: str, what: str, example: str = "") -> None:
        self.problems.append(SettingProblem(setting, what, example))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _Wrong("it must be text in quotes.")
    return normalise(value)


def _matching(value: object, form: re.Pattern[str], what: str) -> str:
    if not form.fullmatch(_text(value)):
        raise _Wrong(f"it must be {what}.")
    return _text(value)


def _zone(value: object) -> ZoneInfo:
    if name := zone_named(_text(value)):
        return ZoneInfo(name)
    near = ", ".join(nearest_zones(_text(value)))
    raise _Wrong(f"there is no time zone {value!r}." + (f" Did you mean {near}?" if near else ""))


def _filter(value: object) -> Filter:
    text = _text(value)
    typed = read_filters(text)
    problems = wrong_filters(typed) if text else []
    if len(text) > MAX_FILTER:
        raise _Wrong(f"it has {len(text)} characters, and may have {MAX_FILTER}.")
    if problems:
        raise _Wrong(_misread(*problems))
    if typed.filter.style:
        raise _Wrong("name the style in `style`.")
    if typed.filter.saved:
        raise _Wrong("a saved filter is its user's own: write out what it says.")
    if personal := of_one_reader(typed.filter):
        raise _Wrong(f"{personal[0].given!r} means nothing in a channel: name people, or leave it out.")
    return typed.filter


def _choice(value: object, kind: type[Choice]) -> Choice:
    names = [str(each) for each in kind]
    if not isinstance(value, str) or value not in names:
        raise _Wrong(f"it must be one of {', '.join(names)}.")
    return kind(value)


def _percent(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 100:
        raise _Wrong("it must be a whole number from 0 to 100.")
    return value


def _misread(*problems: Problem) -> str:
    """What cannot be read, and what might be meant."""
    said = []
    for problem in problems:
        near = f", {problem.nearest!r} can" if problem.nearest else ""
        said.append(f"{problem.given!r} cannot be read ({problem.code}){near}.")
    return " ".join(said)
