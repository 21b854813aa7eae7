"""What the store's methods cost beyond their statements, which :mod:`sqlite3` runs by itself beside them.

Three equal databases: in one the statements are written down, in one the store's methods run, and in the
third what was written down runs again, by hand: nothing is sealed, hashed or made into anything there.
"""

import asyncio
import shutil
import sqlite3
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot import store
from bot.core.digest import RowId
from bot.core.people import SlackUser
from bot.core.plan import Due, Plan, plan
from bot.core.secret import Secret
from bot.core.slots import NO_HOLIDAYS
from bot.core.subscription import Delivery, Outcome
from bot.core.window import Window
from bot.services.digests.waves import BATCH, KINDS
from bot.services.ports import Telling
from bot.store import Store
from bot.store.sqlite import SqliteDatabase, at_once
from tests.bench.timing import figure, ratios
from tests.bench.whole import KEY, WORKSPACE, subscribe
from tests.sqlite import opened

__all__ = ["measure"]

#: Batches of a wave in each round.
BATCHES = 4
TENANT = "onsite"


@dataclass
class Wave:
    """One store's part of what a wave does."""

    opened: Store
    now: datetime
    due: Sequence[Due] = ()
    taken: Sequence[Delivery] = ()

    @cached_property
    def rows(self) -> tuple[RowId, ...]:
        """What each digest tells."""
        return tuple(RowId(number, self.now - timedelta(hours=number), 500 + number) for number in range(20))

    async def read(self, user: SlackUser) -> None:
        """Read a link."""
        assert await self.opened.links.get(user)

    async def use(self, user: SlackUser) -> None:
        """Note that a ticket was used."""
        await self.opened.sign_ins.used(user, "onsite", self.now, self.now + timedelta(hours=2), asked=False)

    async def find(self) -> None:
        """Read the next batch that is due."""
        self.due = await self.opened.subscriptions.due(WORKSPACE, self.now, BATCH, KINDS)

    def plans(self) -> list[Plan]:
        """What is to become of the batch: the core's to decide, not the store's."""
        return [plan(each, self.now, NO_HOLIDAYS) for each in self.due]

    async def claim(self, plans: list[Plan]) -> None:
        """Claim the batch."""
        assert sum(count for _, count in await self.opened.ledger.carry_out(plans, self.now)) == BATCH

    async def take(self) -> None:
        """Take the batch up."""
        self.taken = await self.opened.ledger.take(WORKSPACE, self.now, BATCH)
        assert len(self.taken) == BATCH

    async def known(self, delivery: Delivery) -> None:
        """Read what is known of a digest's rows."""
        await self.opened.told.known(delivery.subscription, TENANT, self.rows, self._user(delivery))

    async def attempt(self, delivery: Delivery) -> None:
        """Note that a message with these rows is posted next."""
        window = Window(self.now - timedelta(days=1), self.now)
        assert await self.opened.ledger.attempt(delivery, window, [self._telling(delivery)], self.now)

    async def confirm(self, delivery: Delivery) -> None:
        """Note that it was."""
        assert await self.opened.ledger.confirm(delivery, "D1", "1763541660.0001")

    async def finish(self, delivery: Delivery) -> None:
        """Note that all was."""
        telling = [self._telling(delivery)]
        assert await self.opened.ledger.finish(delivery, Outcome.POSTED, "", telling, self.now)

    def _user(self, delivery: Delivery) -> SlackUser:
        return _owner(delivery.subscription)

    def _telling(self, delivery: Delivery) -> Telling:
        return Telling(self._user(delivery), TENANT, self.now, self.rows)


def _owner(subscription: int) -> SlackUser:
    """Whose it is: they were set up one after the other."""
    return SlackUser(WORKSPACE, f"U{subscription - 1}")


Each = Iterable[tuple[Any, ...]]
#: By what it is: with each of which it is done.
STEPS: dict[str, tuple[Callable[..., Coroutine[Any, Any, None]], Callable[[Wave], Each]]] = {
    f"find {BATCH} that are due": (Wave.find, lambda wave: [()]),
    "claim them": (Wave.claim, lambda wave: [(wave.plans(),)]),
    "take them up": (Wave.take, lambda wave: [()]),
    "read a link": (Wave.read, lambda wave: [(_owner(each.subscription),) for each in wave.taken]),
    "note a ticket's use": (Wave.use, lambda wave: [(_owner(each.subscription),) for each in wave.taken]),
    "what 20 rows are known": (Wave.known, lambda wave: [(each,) for each in wave.taken]),
    "attempt to post them": (Wave.attempt, lambda wave: [(each,) for each in wave.taken]),
    "confirm it": (Wave.confirm, lambda wave: [(each,) for each in wave.taken]),
    "finish the digest": (Wave.finish, lambda wave: [(each,) for each in wave.taken]),
}


class Recorder:
    """Stands for a connection, and writes down what it is asked."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.asked: list[tuple[str, tuple[Any, ...]]] = []

    def execute(self, statement: str, values: Any = ()) -> Any:
        """One statement."""
        return self._note("execute", statement, values)

    def executemany(self, statement: str, values: Iterable[Any]) -> Any:
        """One for each of these."""
        return self._note("executemany", statement, list(values))

    def commit(self) -> None:
        """The end of a transaction."""
        self._note("commit")

    def _note(self, how: str, *what: Any) -> Any:
        self.asked.append((how, what))
        return getattr(self._connection, how)(*what)


def measure(rounds: int) -> Iterator[str]:
    """A table: CPU of a method, and of its statements by hand."""
    batches = max(rounds, 2) * BATCHES
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in STEPS}
    with TemporaryDirectory() as folder, ExitStack() as stack:
        paths = [Path(folder) / f"{name}.db" for name in ("recorded", "ours", "by hand")]
        now = _fill(paths, (batches + 1) * BATCH)
        recorded, ours = (Wave(stack.enter_context(opened(path, Secret(KEY))), now) for path in paths[:2])
        by_hand = stack.enter_context(opened(paths[2], Secret(KEY)))
        recorder = Recorder(_database(recorded.opened).conn)
        _database(recorded.opened).conn = recorder  # type: ignore[assignment] # as far as it is asked
        for batch in range(batches + 1):
            for name in STEPS:
                seconds = _step(name, recorded, recorder, ours, _database(by_hand).conn)
                if batch:  # the first warms up
                    taken[name].append(seconds)
        query = "SELECT count(*) FROM told WHERE state = 'told'"
        told = [at_once(each.db.only(query)) for each in (ours.opened, by_hand)]
        assert told == [((batches + 1) * BATCH * len(ours.rows),)] * 2, told
    yield "What a wave asks the store, 20 rows in a digest, and the same statements by sqlite3 alone (CPU)"
    yield f"{'':24}{'ours':>11}{'by hand':>16}{'ours ÷ by hand':>21}"
    for name, pairs in taken.items():
        mine, bare = zip(*pairs, strict=True)
        beside = figure(ratios(mine, bare))
        yield f"{name:24}{figure(mine, 0, 1e6)} µs{figure(bare, 0, 1e6)} µs{beside}".rstrip()


def _fill(paths: Sequence[Path], count: int) -> datetime:
    """Equal databases, of users whose digests are due."""
    first, *others = paths
    store.migrate(first, datetime.now(UTC))
    asyncio.run(subscribe(first, count))
    for path in others:
        shutil.copyfile(first, path)
    return datetime.now(UTC)


def _step(
    name: str, recorded: Wave, recorder: Recorder, ours: Wave, by_hand: sqlite3.Connection
) -> tuple[float, float]:
    """CPU seconds of one call: ours, by hand."""
    do, each = STEPS[name]
    recorder.asked.clear()
    for given in each(recorded):
        at_once(do(recorded, *given))
    calls = list(each(ours))
    used = time.process_time()
    for given in calls:
        at_once(do(ours, *given))
    mine = time.process_time() - used
    used = time.process_time()
    for how, what in recorder.asked:
        answer = getattr(by_hand, how)(*what)
        if how == "execute":
            answer.fetchall()
    return mine / len(calls), (time.process_time() - used) / len(calls)


def _database(opened: Store) -> SqliteDatabase:
    assert isinstance(opened.db, SqliteDatabase)
    return opened.db
