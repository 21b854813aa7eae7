"""A day of digests, event by event: ticks, workers' places, the CRM, the database, Slack's limits.

It goes as ``bot/services/digests/waves.py`` and ``bot/app/roles.py`` do: every ten seconds the clock hands
out a job for each workspace where something is due and that has none; a worker has so many workspaces in
hand; of a workspace eight digests are under way at the same time. CPU and database are lines, first
come, first served.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from random import Random

from tests.bench.scale.costs import COSTS, Costs
from tests.bench.scale.turns import Turns
from tests.bench.scale.world import DAY, World

__all__ = ["CAUSES", "Day", "Setup", "simulate"]

#: Seconds between two ticks; digests of a workspace at once; seconds after which a slot is over.
TICK, AT_ONCE, OVER = 10, 8, 4 * 3600
#: Of a tick to the minutes at which digests are due: what it is on average.
PHASE = 5
#: Seconds of work in line from which on a CPU or the database counts as what all else waits for.
FULL = 0.1
#: Seconds between two messages in one conversation.
SPACING = 1.0
#: What a digest waits for.
CAUSES = (
    "a place at a worker",
    "workers' CPU",
    "the database",
    "SuperOffice",
    "Slack's limit",
    "Slack's answer",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What whoever runs the bot decides, and what the bot could do differently."""

    name: str
    workers: int = 8
    workspaces_at_once: int = 8
    per_minute: int = 240
    #: Cores of PostgreSQL.
    cores: int = 8
    #: Digests are begun up to so many seconds before their time, by chance for each user.
    early: int = 0
    costs: Costs = COSTS


@dataclass(slots=True)
class Day:
    """What came of it."""

    setup: Setup
    due: int = 0
    #: How late each came, in seconds, and how large its workspace is.
    lateness: list[tuple[float, int]] = field(default_factory=list)
    #: Slots that were over before anybody came to them; each is said in the ledger and told with the next.
    over: int = 0
    messages: int = 0
    sent: list[int] = field(default_factory=lambda: [0] * (DAY // 60 + 24 * 60))
    #: Most workspaces that workers had in hand or that waited for one, by minute.
    busy: list[int] = field(default_factory=lambda: [0] * (DAY // 60 + 24 * 60))
    waited: list[float] = field(default_factory=lambda: [0.0] * len(CAUSES))


def simulate(world: World, setup: Setup, seed: int = 1) -> Day:
    """The same for the same world, setup and seed."""
    return _Run(world, setup, seed).day


class _Wave:
    """A workspace: what is due, and what its digests under way wait for."""

    __slots__ = (
        "asked",
        "at",
        "due",
        "given",
        "in_hand",
        "is_limited",
        "queued",
        "size",
        "turns",
        "waited",
        "worker",
    )

    def __init__(self, due: list[tuple[int, int]], setup: Setup) -> None:
        #: When it may be begun with, and when it is to come.
        self.due, self.at, self.size = due, 0, len(due)
        self.turns = Turns(setup.per_minute, shared=True)
        self.in_hand, self.worker, self.given, self.queued = 0, -1, 0.0, 0.0
        #: Its last message had to wait for its turn.
        self.is_limited = False
        self.waited = [0.0] * len(CAUSES)


class _Run:
    def __init__(self, world: World, setup: Setup, seed: int) -> None:
        self.setup, self.costs, self.random = setup, setup.costs, Random(seed)
        self.day = Day(setup, due=world.users)
        self.answers = [self.costs.crm_seconds(self.random) for _ in range(4096)]
        self.waves = [_Wave(self._dues(each.due), setup) for each in world.workspaces]
        self.events: list[tuple[float, int, int, int, int]] = []
        self.order = 0
        self.jobs: deque[int] = deque()
        self.places = [setup.workspaces_at_once] * setup.workers
        self.cpu = [0.0] * setup.workers
        self.database = self.clock = 0.0
        self._run()

    def _dues(self, times: Iterable[int]) -> list[tuple[int, int]]:
        early = self.setup.early
        return sorted((due - self.random.randrange(early) if early else due, due) for due in times)

    def _run(self) -> None:
        self.events = [
            (self._tick_after(wave.due[0][0]), number, number, _LOOK, 0)
            for number, wave in enumerate(self.waves)
        ]
        heapify(self.events)
        self.order = len(self.events)
        steps = (self._looked, self._handed_out, self._answered, self._posted)
        while self.events:
            now, _, number, kind, part = heappop(self.events)
            steps[kind](now, number, self.waves[number], part)
        for wave in self.waves:
            self._explain(wave)

    def _at(self, time: float, number: int, kind: int, part: int = 0) -> None:
        self.order += 1
        heappush(self.events, (time, self.order, number, kind, part))

    @staticmethod
    def _tick_after(time: float) -> float:
        return -(-(time - PHASE) // TICK) * TICK + PHASE

    # -------------------------------------------------------------- a job, from the tick to a worker

    def _looked(self, now: float, number: int, _wave: _Wave, _part: int) -> None:
        """A tick: the clock hands out one job after another."""
        self.clock = max(self.clock, now) + self.costs.hand_out
        self._at(self.clock, number, _HANDED_OUT)

    def _handed_out(self, now: float, number: int, _wave: _Wave, _part: int) -> None:
        self.jobs.append(number)
        self._take_up(now)
        minute = int(now // 60)
        busy = len(self.jobs) + self.setup.workers * self.setup.workspaces_at_once - sum(self.places)
        self.day.busy[minute] = max(self.day.busy[minute], busy)

    def _take_up(self, now: float) -> None:
        while self.jobs:
            worker = max(range(len(self.places)), key=self.places.__getitem__)
            if not self.places[worker]:
                return
            self.places[worker] -= 1
            number = self.jobs.popleft()
            wave = self.waves[number]
            wave.worker, wave.given = worker, now + self.costs.job
            self._fill(wave.given, number, wave)

    # -------------------------------------------------------------- a digest

    def _fill(self, now: float, number: int, wave: _Wave) -> None:
        while wave.in_hand < AT_ONCE and wave.at < wave.size and wave.due[wave.at][0] <= now:
            begins, due = wave.due[wave.at]
            if now >= due + OVER:
                self.day.over += 1
                wave.at += 1
                continue
            self._waited(now, wave, begins)
            self._begin(now, number, wave, wave.at)
            wave.at += 1
            wave.in_hand += 1
        if not wave.in_hand:
            self._leave(now, number, wave)

    def _waited(self, now: float, wave: _Wave, begins: float) -> None:
        """What it waited for until it was begun with: a place, then behind others of its workspace."""
        full = self._full(now, wave.worker)
        place = max(0.0, min(now, wave.given) - begins)
        behind = now - begins - place
        wave.waited[full or 0] += place
        if wave.is_limited:
            wave.waited[4] += behind
        elif full:
            wave.waited[full] += behind
        else:
            wave.queued += behind

    def _full(self, now: float, worker: int) -> int:
        """What has more to do than it can: the CPU, the database, or neither."""
        if self.database - now > FULL:
            return 2
        return int(self.cpu[worker] - now > FULL)

    def _leave(self, now: float, number: int, wave: _Wave) -> None:
        self.places[wave.worker] += 1
        wave.worker = -1
        if wave.at < wave.size:
            self._at(self._tick_after(max(now, wave.due[wave.at][0])), number, _LOOK)
        self._take_up(now)

    def _begin(self, now: float, number: int, wave: _Wave, digest: int) -> None:
        costs, worker = self.costs, wave.worker
        computed = self.cpu[worker] = max(self.cpu[worker], now) + costs.digest_cpu
        stored = self.database = max(self.database, now) + costs.digest_database / self.setup.cores
        written = max(computed, stored)
        answer = self.answers[self.random.getrandbits(12)]
        wave.waited[1] += computed - now
        wave.waited[2] += written - computed
        wave.waited[3] += answer
        self._at(written + answer, number, _ANSWERED, digest * 8 + costs.messages(self.random))

    def _answered(self, now: float, number: int, wave: _Wave, part: int) -> None:
        """It is ready to be posted: the first part, or the next."""
        turn = wave.turns.take(now)
        wave.is_limited = turn > now
        wave.waited[4] += turn - now
        wave.waited[5] += self.costs.slack_seconds
        self.day.messages += 1
        self._at(turn + self.costs.slack_seconds, number, _POSTED, part - 1)

    def _posted(self, now: float, number: int, wave: _Wave, part: int) -> None:
        digest, more = divmod(part, 8)
        if more:
            wave.waited[4] += SPACING
            self._at(now + SPACING, number, _ANSWERED, part)
            return
        self.day.lateness.append((max(0.0, now - wave.due[digest][1]), wave.size))
        self.day.sent[int(now // 60)] += 1
        wave.in_hand -= 1
        self._fill(now, number, wave)

    def _explain(self, wave: _Wave) -> None:
        """Who waits behind others of their workspace, and for nothing else, waits for what those wait for."""
        place, *others = wave.waited
        served = sum(others) or 1.0
        for cause, seconds in enumerate([place, *(each * (1 + wave.queued / served) for each in others)]):
            self.day.waited[cause] += seconds


_LOOK, _HANDED_OUT, _ANSWERED, _POSTED = range(4)
