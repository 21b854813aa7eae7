"""``python -m bot keys check`` and ``keys rotate``, in words for whoever runs the bot.

Keys are named by their ids, which tell nothing about them.
"""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.core.audit import AuditAction, Deed
from bot.core.secret import Secret
from bot.services.ports import Clock
from bot.store import OPERATOR_PATIENCE, DatabaseUnusable, Sealer, Where, unsealed
from bot.store.audit import StoredAudit
from bot.store.database import Database, DatabaseFailed
from bot.store.processes import DEAD_AFTER, Process, live
from bot.store.pseudonyms import Pseudonyms
from bot.store.rotation import Outcome, Survey, Unopened, pending, reseal, survey

__all__ = ["Outcome", "Report", "RotationRefused", "check_keys", "rotate_keys"]

MOST_LISTED = 20
SECOND = timedelta(seconds=1)
#: What shells say of a command that Ctrl-C ended.
STOPPED = 130

#: Shows the progress of so many steps; what it gives is told of each.
Watch = Callable[[int], AbstractContextManager[Callable[[Outcome], None]]]


class RotationRefused(Exception):
    """A running bot would go on sealing with another key; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Report:
    """What to print, and the exit code."""

    lines: tuple[str, ...]
    code: int


def check_keys(where: Where, secret_key: Secret, now: datetime) -> Report:
    """Open everything that is sealed, once; nothing is changed.

    Raises :class:`~bot.store.DatabaseUnusable` and :class:`~bot.store.BadKey`.
    """
    return asyncio.run(_checked(where, Sealer.from_text(secret_key), now))


async def _checked(where: Where, sealer: Sealer, now: datetime) -> Report:
    async with _opened(where) as db:
        found, processes = await survey(db, sealer), await live(db, now)
    lines = (
        "Keys in BOT_SECRET_KEY, newest first:",
        *(f"  {key_id}  opens {_values(count)}" for key_id, count in found.opened.items()),
        *_unopened(found),
        f"Sealed with the newest key: {found.newest} of {_values(found.total)}.",
        "Running bots:" if processes else "No bot is running.",
        *(f"  {_named(process, now)} knows {', '.join(process.key_ids)}" for process in processes),
        f"Next: {_next(found, _others(processes, sealer))}",
    )
    return Report(lines, 1 if found.unopened else 0)


def rotate_keys(
    where: Where, secret_key: Secret, clock: Clock, watch: Watch, patience: timedelta = OPERATOR_PATIENCE
) -> Report:
    """Seal everything anew with the newest key, value by value, while the bot may be running.

    Raises :class:`RotationRefused`, :class:`~bot.store.DatabaseUnusable` and :class:`~bot.store.BadKey`.
    """
    return asyncio.run(_rotate(where, Sealer.from_text(secret_key), clock, watch, patience))


async def _rotate(where: Where, sealer: Sealer, clock: Clock, watch: Watch, patience: timedelta) -> Report:
    done = Counter[Outcome]()
    async with _opened(where, patience) as db:
        await _refuse(db, sealer, clock.now())
        try:
            await _reseal(db, sealer, watch, done)
        except (KeyboardInterrupt, asyncio.CancelledError):  # a loop is told of Ctrl-C by the latter
            told = (
                f"Stopped after {_values(done[Outcome.RESEALED])}: run it again, and it goes on from there."
            )
            return Report((told,), STOPPED)
        # A bot that was started meanwhile may have sealed with an older key behind our back.
        await _refuse(db, sealer, clock.now())
        await _account(db, sealer, done[Outcome.RESEALED], clock.now())
        emptied = await db.empty_log()
        return _rotated(await survey(db, sealer), done[Outcome.RESEALED], emptied=emptied)


async def _reseal(db: Database, sealer: Sealer, watch: Watch, done: Counter[Outcome]) -> None:
    """Until nothing changes any more meanwhile."""
    changed = -1
    while changed != done[Outcome.CHANGED] and (left := await pending(db, sealer)):
        changed = done[Outcome.CHANGED]
        with watch(left) as step:
            async for outcome in reseal(db, sealer):
                done[outcome] += 1
                step(outcome)
                await asyncio.sleep(0)  # Ctrl-C is heard here


async def _account(db: Database, sealer: Sealer, resealed: int, now: datetime) -> None:
    if resealed:
        deed = Deed(now, AuditAction.KEYS_ROTATED, what=sealer.key_ids[0], after={"resealed": resealed})
        await StoredAudit(db, Pseudonyms(sealer)).record(deed)


def _rotated(found: Survey, resealed: int, *, emptied: bool) -> Report:
    newest, *older = found.opened
    if not (older or resealed or found.unopened):
        told = (
            f"Nothing to rotate to: BOT_SECRET_KEY has one key, {newest}, and it seals everything. "
            "`python -m bot keys new` makes another, to be put in front of it."
        )
        return Report((told,), 0)
    lines = [f"Sealed anew with key {newest}: {_values(resealed)}; {found.newest} of {found.total} in all."]
    lines += _unopened(found)
    if not emptied:
        lines.append("Another process reads the database, so its log still holds what was: run this again.")
    else:
        lines.append(f"Next: {_next(found)}")
    return Report(tuple(lines), 0 if emptied and not (found.older or found.unopened) else 1)


async def _refuse(db: Database, sealer: Sealer, now: datetime) -> None:
    others = _others(await live(db, now), sealer)
    if others:
        named = ", ".join(_named(process, now) for process in others)
        raise RotationRefused(f"{named} {_unlike(others)}.")


def _others(processes: Iterable[Process], sealer: Sealer) -> list[Process]:
    """Those that do not seal with the newest key."""
    return [process for process in processes if process.key_ids[:1] != sealer.key_ids[:1]]


def _unlike(others: Sequence[Process]) -> str:
    seal = "seals" if len(others) == 1 else "seal"
    return (
        f"{seal} with another key than the first one here: give the bot and this command the same "
        "BOT_SECRET_KEY, the new key in front, restart the bot, and rotate then (a bot that was killed "
        f"counts as running for {DEAD_AFTER // timedelta(minutes=1)} minutes)"
    )


def _next(found: Survey, others: Sequence[Process] = ()) -> str:
    """The next step, in one sentence."""
    if others:
        return f"{_count(len(others), 'running bot')} {_unlike(others)}."
    if found.older:
        return "run `python -m bot keys rotate`, which seals with the newest key what an older one sealed."
    if found.missing:
        return (
            f"add {_listed(found.missing)} behind the others in BOT_SECRET_KEY and rotate again, or, if "
            "lost, let those users link again."
        )
    if found.unopened:
        return (
            "put those rows back as they were in a back-up, or let those users link again, and set anew what "
            "they had set."
        )
    if found.spare:
        return (
            f"take {_listed(found.spare)} out of BOT_SECRET_KEY and restart the bot; a back-up made before "
            "still needs it."
        )
    return "nothing, all is sealed with the one key."


def _unopened(found: Survey) -> Iterator[str]:
    if not found.unopened:
        return
    yield f"No key opens {_values(len(found.unopened))}, which stay as they are:"
    for value in found.unopened[:MOST_LISTED]:
        yield f"  {_place(value)}: {_reason(value)}"
    if len(found.unopened) > MOST_LISTED:
        yield f"  and {len(found.unopened) - MOST_LISTED} more"


def _place(value: Unopened) -> str:
    key = (part.hex() if isinstance(part, bytes) else str(part) for part in value.key)
    return f"{value.column.table} {' '.join(key)} ({value.column.column})"


def _reason(value: Unopened) -> str:
    return f"sealed with key {value.key_id}, which is not there" if value.missing else "altered or moved"


def _named(process: Process, now: datetime) -> str:
    ago = max(now - process.seen_at, timedelta(0)) // SECOND
    return f"process {process.pid} on {process.host} (seen {ago} s ago)"


def _listed(keys: Iterable[str]) -> str:
    return " and ".join(f"key {key_id}" for key_id in keys)


def _values(number: int) -> str:
    return _count(number, "value")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


@asynccontextmanager
async def _opened(where: Where, patience: timedelta = OPERATOR_PATIENCE) -> AsyncIterator[Database]:
    """The database there is; none is made."""
    try:
        async with unsealed(where, patience) as db:
            yield db
    except (sqlite3.OperationalError, DatabaseFailed) as error:
        place = where if isinstance(where, Path) else where.place
        raise DatabaseUnusable(
            f"{place} cannot be used ({error}): run this again; nothing is lost."
        ) from None
