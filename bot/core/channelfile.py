"""Channels' digests as a reviewed file has them: what is in it, how it is written, and what it changes."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.core.channeldigest import ChannelSettings, Grouping, Layout
from bot.core.digest import WhenEmpty
from bot.core.filters import EVERYTHING, Filter, Style
from bot.core.people import SlackChannel, SlackUser
from bot.core.schedule import Schedule
from bot.core.subscription import Subscription
from bot.core.typed.filtertext import written
from bot.core.typed.scheduletext import schedule_text

__all__ = ["Change", "ChangeKind", "ChannelEntry", "changes", "entry_of", "is_exported", "wanted", "write"]

HEAD = """\
# Digests of channels, as `python -m bot channels export` writes them. After `python -m bot channels import`
# they are changed here alone. Channels and people are named by their Slack ids: no name is in here.
"""


@dataclass(frozen=True, slots=True)
class ChannelEntry:
    """One channel's digest in the file."""

    place: SlackChannel
    #: A user's id; ``""`` for whoever it is.
    owner: str
    #: Without a zone.
    schedule: Schedule
    zone: ZoneInfo
    #: Without a style.
    filter: Filter = EVERYTHING
    style: Style = Style.FULL
    grouping: Grouping = ChannelSettings().grouping
    layout: Layout = ChannelSettings().layout
    quorum: int = ChannelSettings().quorum
    when_empty: WhenEmpty = WhenEmpty.SILENT
    language: str = "en"

    @property
    def settings(self) -> Mapping[str, str | int]:
        """Every setting by its key, as the file has it."""
        return {
            "owner": self.owner,
            "schedule": schedule_text(self.schedule),
            "zone": self.zone.key,
            "filters": written(self.filter),
            "style": str(self.style),
            "grouping": str(self.grouping),
            "layout": str(self.layout),
            "quorum": self.quorum,
            "when_empty": str(self.when_empty),
            "language": self.language,
        }


class ChangeKind(StrEnum):
    """What becomes of a digest."""

    NEW = "new"
    CHANGED = "changed"
    #: It is not in the file any more: it stays as it is, and is changed in Slack again.
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Change:
    """What importing a file does to one channel's digest."""

    kind: ChangeKind
    place: SlackChannel
    old: Subscription | None
    new: Subscription
    #: The settings that differ; of a new one, all that it has.
    before: Mapping[str, str | int]
    after: Mapping[str, str | int]
    #: It was not changed by a file before.
    is_taken_over: bool = False


def entry_of(subscription: Subscription) -> ChannelEntry:
    """A channel's digest as the file has it."""
    team = subscription.team or ChannelSettings()
    return ChannelEntry(
        place=SlackChannel(subscription.owner.workspace, subscription.channel),
        owner=subscription.owner.user,
        schedule=replace(subscription.schedule, zone=None),
        zone=subscription.zone,
        filter=replace(subscription.filter, style=None),
        style=subscription.filter.style or Style.FULL,
        grouping=team.grouping,
        layout=team.layout,
        quorum=team.quorum,
        when_empty=subscription.when_empty,
        language=subscription.locale,
    )


def is_exported(subscription: Subscription) -> bool:
    """Whether its ids may be written down for everybody who reads the file.

    Of a private channel nothing is, unless such a file has it already; nor of one that may be private.
    """
    team = subscription.team or ChannelSettings()
    return team.is_managed or team.is_private is False


def write(entries: Iterable[ChannelEntry]) -> str:
    """The file: tables in the order of their ids, settings in that of the documentation."""
    tables = (_table(entry) for entry in sorted(entries, key=lambda entry: entry.place))
    return "\n".join([HEAD, *tables])


def wanted(entry: ChannelEntry, old: Subscription | None, now: datetime) -> Subscription:
    """The digest that an entry asks for. Times of day that stay keep what was told at them."""
    schedule = replace(entry.schedule, zone=entry.zone.key)
    if old:
        kept = old.schedule.replacing(chosen.time for chosen in schedule.times)
        schedule = replace(kept, days=schedule.days, zone=schedule.zone, country=schedule.country)
        same = {"schedule", "zone"}
        if {entry_of(old).settings[name] for name in same} == {entry.settings[name] for name in same}:
            schedule = old.schedule
    owner = SlackUser(entry.place.workspace, entry.owner)
    base = old or Subscription(0, owner, schedule, entry.zone, since=now, considered_until=now)
    base_team = base.team or ChannelSettings(orphaned_since=None if entry.owner else now)
    style = entry.style if entry.style is not Style.FULL or base.filter.style else None
    team = replace(
        base_team,
        grouping=entry.grouping,
        layout=entry.layout,
        quorum=entry.quorum,
        is_managed=True,
        imported_at=now,
    )
    return replace(
        base,
        owner=owner if entry.owner else base.owner,
        channel=entry.place.channel,
        schedule=schedule,
        zone=entry.zone,
        locale=entry.language,
        filter=replace(entry.filter, style=style),
        when_empty=entry.when_empty,
        team=team,
    )


def changes(entries: Sequence[ChannelEntry], there: Sequence[Subscription], now: datetime) -> list[Change]:
    """What differs between the file and what is there, in the order of the channels' ids."""
    old = {SlackChannel(each.owner.workspace, each.channel): each for each in there}
    found = [change for entry in entries if (change := _change(entry, old.get(entry.place), now))]
    named = {entry.place for entry in entries}
    for place, subscription in old.items():
        if subscription.team and subscription.team.is_managed and place not in named:
            released = replace(subscription, team=replace(subscription.team, is_managed=False))
            found.append(Change(ChangeKind.RELEASED, place, subscription, released, {}, {}))
    return sorted(found, key=lambda change: change.place)


def _change(entry: ChannelEntry, old: Subscription | None, now: datetime) -> Change | None:
    new = wanted(entry, old, now)
    if old is None:
        return Change(ChangeKind.NEW, entry.place, None, new, {}, _told(entry), is_taken_over=True)
    before, after = entry_of(old).settings, entry.settings
    differ = [name for name in after if before[name] != after[name] and (name != "owner" or entry.owner)]
    is_taken_over = not (old.team and old.team.is_managed)
    if not differ and not is_taken_over:
        return None
    if not differ and new.team and old.team:  # the channel need not know
        new = replace(new, team=replace(new.team, imported_at=old.team.imported_at))
    return Change(
        ChangeKind.CHANGED,
        entry.place,
        old,
        new,
        {name: before[name] for name in differ},
        {name: after[name] for name in differ},
        is_taken_over,
    )


def _table(entry: ChannelEntry) -> str:
    workspace, channel = entry.place
    return "\n".join([f"[channels.{workspace}.{channel}]", *_lines(entry), ""])


def _lines(entry: ChannelEntry) -> Iterator[str]:
    for name, value in _told(entry).items():
        # JSON's strings are TOML's, but for one character that TOML wants escaped.
        yield f"{name} = {json.dumps(value, ensure_ascii=False)}".replace("\x7f", "\\u007f")


def _told(entry: ChannelEntry) -> Mapping[str, str | int]:
    """What the file says; nothing of what is empty."""
    return {name: value for name, value in entry.settings.items() if value != ""}
