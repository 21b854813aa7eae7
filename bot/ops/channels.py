"""``python -m bot channels``: channels' digests as a reviewed file, for whoever runs the bot.

It names ids and settings; of a private channel nothing that such a file does not have already.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from bot.core.audit import AuditAction, Deed
from bot.core.channelfile import Change, ChangeKind, ChannelEntry, changes, entry_of, is_exported, write
from bot.core.errors import SealBroken
from bot.core.plan import Due, plan
from bot.core.secret import Secret
from bot.core.slots import next_due
from bot.core.subscription import State, Subscription
from bot.holidays import holidays_in
from bot.services.ports import Put
from bot.store import Store, Where, ask

__all__ = ["Export", "ImportRefused", "difference", "export_channels", "import_channels", "show_changes"]

#: How often to begin again where the running bot changes a digest meanwhile.
TRIES = 5


class ImportRefused(Exception):
    """The file was not imported; the message says why."""


class Export(NamedTuple):
    """A file, and what is not in it."""

    text: str
    #: How many are left out, since their channels are or may be private.
    private: int
    #: How many no key opens.
    unreadable: int


def export_channels(where: Where, secret_key: Secret, *, private: bool) -> Export:
    """All digests of channels; of ``private`` ones as well, if so wished.

    Raises :class:`~bot.store.DatabaseUnusable` and :class:`~bot.store.BadKey`.
    """
    found, unreadable = ask(where, secret_key, _all)
    shown = [each for each in found if private or is_exported(each)]
    return Export(write(map(entry_of, shown)), len(found) - len(shown), unreadable)


def difference(
    where: Where, secret_key: Secret, entries: Sequence[ChannelEntry], now: datetime
) -> Sequence[Change]:
    """What importing would change. Raises what :func:`export_channels` does."""
    found, _ = ask(where, secret_key, _all)
    return changes(entries, found, now)


def import_channels(
    where: Where, secret_key: Secret, entries: Sequence[ChannelEntry], now: datetime
) -> Sequence[Change]:
    """Change all of it, or nothing, while the bot runs or not; what was changed.

    Raises :class:`ImportRefused`, and what :func:`export_channels` does.
    """
    return ask(where, secret_key, lambda store: _imported(store, entries, now))


def show_changes(found: Sequence[Change]) -> Iterator[str]:
    """A few lines for each."""
    if not found:
        yield "Nothing differs."
    for change in found:
        yield from _shown(change)


async def _all(store: Store) -> tuple[list[Subscription], int]:
    found, unreadable = list[Subscription](), 0
    for id_ in await store.stewardship.all():
        try:
            subscription = await store.subscriptions.get(id_)
        except SealBroken:
            unreadable += 1
        else:
            found += [subscription] if subscription else []
    return found, unreadable


async def _imported(store: Store, entries: Sequence[ChannelEntry], now: datetime) -> Sequence[Change]:
    for _ in range(TRIES):
        there, unreadable = await _all(store)
        if unreadable:
            raise ImportRefused(f"{unreadable} digests do not open: see `python -m bot keys check`.")
        for change in changes(entries, there, now):
            await _see_to_what_is_due(store, change, now)
        found = changes(entries, (await _all(store))[0], now)
        deeds = [_deed(change, now) for change in found]
        if await store.subscriptions.put_all([_put(change, now) for change in found], deeds):
            return found
    raise ImportRefused("The bot changes these digests at the same time: try again.")


async def _see_to_what_is_due(store: Store, change: Change, now: datetime) -> None:
    """What was due until now stays owed; the new schedule counts after it."""
    if change.old and change.old.state is State.ON:
        holidays = holidays_in(change.old.schedule.country)
        await store.ledger.carry_out([plan(Due.only(change.old), now, holidays)], now)


def _put(change: Change, now: datetime) -> Put:
    new = replace(change.new, considered_until=now)
    due = next_due(new.schedule, new.zone, now, holidays_in(new.schedule.country))
    return Put(change.old, new, due)


def _deed(change: Change, now: datetime) -> Deed:
    """Who it is of is named by a pseudonym, and what is filtered by not at all."""
    owner = change.new.owner if change.new.owner.user else None
    before, after = _plain(change.before), _plain(change.after)
    what, why = change.place.channel, change.kind
    return Deed(now, AuditAction.CHANNEL_IMPORTED, None, owner, what, why, before, after)


def _plain(settings: Mapping[str, str | int]) -> dict[str, object]:
    return {
        name: f"{len(str(value))} characters" if name == "filters" else value
        for name, value in settings.items()
        if name != "owner"
    }


def _shown(change: Change) -> Iterator[str]:
    place = "/".join(change.place)
    if change.kind is ChangeKind.RELEASED:
        yield f"- {place} is not in the file any more: it stays as it is, and is changed in Slack again"
        return
    is_new = change.kind is ChangeKind.NEW
    taken = " (until now it was changed in Slack)" if change.is_taken_over and not is_new else ""
    yield f"{'+' if is_new else '~'} {place}{taken}"
    for name, value in change.after.items():
        yield f"    {name}: {value!r}" if is_new else f"    {name}: {change.before[name]!r} -> {value!r}"
