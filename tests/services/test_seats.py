"""Questions of several processes to one SuperOffice: no more at once than there are seats, none forgotten."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from bot.core.seats import shares
from bot.core.secret import DatabaseUrl
from bot.services.seats import GOOD, IDLE, SharedSeats
from bot.store import connected
from tests.postgres import emptied
from tests.store.conftest import KEY

TOTAL = 8


@dataclass
class Table:
    """The port ``Seats`` of several processes, in memory; each by its own :class:`AtTable`."""

    now: float = 0.0
    rows: dict[tuple[str, int], tuple[int, int, float]] = field(default_factory=dict)

    def others(self, name: str, me: int) -> dict[str, tuple[int, int]]:
        return {
            str(who): (held, wanted)
            for (of, who), (held, wanted, until) in self.rows.items()
            if of == name and who != me and until > self.now
        }


@dataclass
class AtTable:
    """One process's."""

    table: Table
    me: int
    calls: int = 0
    is_cut_off: bool = False

    async def settle(self, name: str, total: int, wanted: int, in_use: int, lease: float) -> int:
        await self._go()
        others = self.table.others(name, self.me)
        wishes = {who: wish for who, (_, wish) in others.items()} | {str(self.me): wanted}
        free = total - sum(held for held, _ in others.values())
        has = max(0, min(shares(total, wishes, int(self.table.now))[str(self.me)], free))
        self.table.rows[name, self.me] = max(in_use, has), wanted, self.table.now + lease
        return has

    async def renew(self, names: Sequence[str], lease: float) -> Sequence[str]:
        await self._go()
        mine = [name for name in names if self.table.rows[name, self.me][2] > self.table.now]
        for name in mine:
            self.table.rows[name, self.me] = *self.table.rows[name, self.me][:2], self.table.now + lease
        return mine

    async def short(self) -> Sequence[str]:
        await self._go()
        names = {name for name, who in self.table.rows if who == self.me}
        return [
            name
            for name in names
            if any(held < wanted for held, wanted in self.table.others(name, self.me).values())
        ]

    async def leave(self, names: Sequence[str]) -> None:
        await self._go()
        for name in names:
            self.table.rows.pop((name, self.me), None)

    async def _go(self) -> None:
        self.calls += 1
        await asyncio.sleep(0)
        if self.is_cut_off:
            raise OSError


@dataclass
class SuperOffice:
    """Counts those who ask at the same time."""

    at_once: int = 0
    most: int = 0
    answered: int = 0

    async def ask(self, seats: SharedSeats, turns: int = 3) -> None:
        async with seats.of("onsite", TOTAL):
            self.at_once += 1
            self.most = max(self.most, self.at_once)
            for _ in range(turns):
                await asyncio.sleep(0)
            self.at_once -= 1
            self.answered += 1


def processes(table: Table, count: int) -> list[tuple[SharedSeats, AtTable]]:
    at_table = [AtTable(table, number) for number in range(count)]
    return [(SharedSeats(each, lambda: table.now, lambda _: asyncio.sleep(0)), each) for each in at_table]


async def ticking(asking: Sequence[asyncio.Task[None]], *them: SharedSeats) -> None:
    """Until all have asked."""
    while not all(task.done() for task in asking):
        await asyncio.gather(asyncio.sleep(0), *(seats.tick() for seats in them))


async def test_no_more_than_there_are_and_hardly_a_word_about_it() -> None:
    (one, first), (two, second) = processes(Table(), 2)
    crm = SuperOffice()
    asking = [asyncio.create_task(crm.ask(seats)) for seats in (one, two) for _ in range(500)]
    await ticking(asking, one, two)
    assert crm.answered == 1000
    assert crm.most == TOTAL
    assert first.calls + second.calls < 1000, "not a word for each question"


async def test_who_is_alone_has_all_of_them_after_two_words() -> None:
    ((one, words),) = processes(Table(), 1)
    crm = SuperOffice()
    await asyncio.gather(*(crm.ask(one) for _ in range(500)))
    assert (crm.answered, crm.most) == (500, TOTAL)
    assert words.calls <= 2


async def test_who_comes_later_gets_half_while_the_other_goes_on() -> None:
    (one, _), (two, _) = processes(Table(), 2)
    first, second = SuperOffice(), SuperOffice()
    asking = [asyncio.create_task(first.ask(one, 20)) for _ in range(200)]
    await asyncio.sleep(0)
    asking += [asyncio.create_task(second.ask(two, 20)) for _ in range(200)]
    while not second.most:
        await one.tick()
        await asyncio.sleep(0)
    assert first.answered < 50
    while first.answered < 150:
        await asyncio.gather(one.tick(), two.tick())
    assert second.most == TOTAL // 2
    await asyncio.gather(*asking)


async def test_who_is_cut_off_asks_nothing_once_its_time_is_over() -> None:
    table = Table()
    (one, word), (two, _) = processes(table, 2)
    crm = SuperOffice()
    await crm.ask(one)
    word.is_cut_off = True
    table.now += GOOD - 1
    await crm.ask(one)
    table.now += 1
    waiting = asyncio.create_task(crm.ask(one))
    for _ in range(50):
        await one.tick()
    assert crm.answered == 2
    table.now += GOOD
    await crm.ask(two)
    word.is_cut_off = False
    await waiting
    assert crm.answered == 4


async def test_what_is_not_used_is_left_to_others() -> None:
    table = Table()
    (one, word), (two, _) = processes(table, 2)
    crm = SuperOffice()
    await asyncio.gather(*(crm.ask(one) for _ in range(20)))
    await one.tick()
    assert table.rows
    table.now += IDLE
    await one.tick()
    assert not table.rows
    words = word.calls
    await one.tick()
    assert word.calls == words, "nothing to say"
    async with one.kept():
        await crm.ask(one)
        assert table.rows
    assert not table.rows, "who ends leaves"
    await asyncio.gather(*(crm.ask(two) for _ in range(20)))
    assert crm.most == TOTAL


async def test_who_gives_up_waiting_takes_no_seat_along() -> None:
    ((one, _),) = processes(Table(), 1)
    crm = SuperOffice()
    held = [asyncio.create_task(crm.ask(one, 50)) for _ in range(TOTAL)]
    waiting = [asyncio.create_task(crm.ask(one)) for _ in range(30)]
    for _ in range(20):
        await asyncio.sleep(0)
    for number, task in enumerate(waiting):
        if number % 3 != 1:
            task.cancel()
        if number % 7 == 0:
            await asyncio.sleep(0)
    await asyncio.gather(*held)
    await asyncio.gather(*waiting, return_exceptions=True)
    assert crm.answered == TOTAL + 10
    again = [asyncio.create_task(crm.ask(one, 50)) for _ in range(TOTAL)]
    for _ in range(30):
        await asyncio.sleep(0)
    assert crm.at_once == TOTAL
    await asyncio.gather(*again)


async def test_two_processes_on_a_real_database(migrated: DatabaseUrl) -> None:
    url = emptied(migrated)
    async with connected(url, KEY) as mine, connected(url, KEY) as theirs:
        assert mine.seats
        assert theirs.seats
        both = mine.seats, theirs.seats
        one, two = (SharedSeats(each, sleep=lambda _: asyncio.sleep(0)) for each in both)
        crm = SuperOffice()
        asking = [asyncio.create_task(crm.ask(seats)) for seats in (one, two) for _ in range(300)]
        await ticking(asking, one, two)
        assert (crm.answered, crm.most) == (600, TOTAL)


@pytest.mark.parametrize("count", [TOTAL + 1, 2 * TOTAL])
async def test_more_processes_than_seats_all_have_their_turn(count: int) -> None:
    table = Table()
    them, crm = processes(table, count), SuperOffice()
    asking = [asyncio.create_task(crm.ask(seats)) for seats, _ in them for _ in range(5)]
    while not all(task.done() for task in asking):
        await asyncio.gather(*(seats.tick() for seats, _ in them))
        table.now += 1
    assert (crm.answered, crm.most) == (5 * count, TOTAL)
