"""Many commands a minute, typed by many, and what becomes of each."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable

from bot.demo.slack import Slack
from bot.demo.slack.answers import Answer
from bot.demo.superoffice.faults import Fault
from tests.e2e.killing import PEOPLE
from tests.e2e.test_main_job import said

__all__ = ["LINES", "Load", "one_in_ten"]

#: What is typed; most of it asks SuperOffice.
LINES = ("since monday", "today", "since 3d by:others", "yesterday", "week top:5", "help", "me")
#: What may go wrong with one question.
TROUBLES: tuple[dict[str, object], ...] = (
    {"drop": True},
    {"status": 503},
    {"status": 500},
    {"truncated": True},
    {"cut": True},
    {"exception_type": "SuperOffice.Exceptions.SoDbAccessException"},
    {"html": True},
)


def one_in_ten(chance: random.Random) -> Callable[[str], Fault]:
    """Faults for a tenth of the questions to SuperOffice."""

    def take(operation: str) -> Fault:
        if operation != "GetMyActiveContacts" or chance.random() >= 0.1:
            return Fault()
        return Fault(**chance.choice(TROUBLES))  # type: ignore[arg-type]

    return take


class Load:
    """Types, and keeps account."""

    def __init__(self, slack: Slack, chance: random.Random, patience: float = 30) -> None:
        self._slack = slack
        self._chance = chance
        self._patience = patience
        self.outcomes: Counter[str] = Counter()
        #: What nobody can explain to who asked.
        self.unexplained: list[str] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def type(self) -> None:
        """One command, by anybody; what comes of it is awaited beside."""
        task = asyncio.create_task(self._ask())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def under_way(self) -> int:
        """How many wait for their answers."""
        return len(self._tasks)

    async def done(self) -> None:
        """Every one has ended."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def _ask(self) -> None:
        member, _, _ = self._chance.choice(PEOPLE)
        line = self._chance.choice(LINES)
        answer = await self._slack.command("/superoffice", line, user=member)
        outcome = await self._outcome(answer)
        self.outcomes[outcome] += 1
        if outcome == "unexplained":
            self.unexplained.append(f"{line}: {[said(each)[:80] for each in answer.messages]}")

    async def _outcome(self, answer: Answer) -> str:
        if not answer.acknowledged:
            return "slack said so"  # "the app did not respond": nothing was taken
        if answer.body:
            return "busy"
        try:
            while True:
                text = said(await answer.next(self._patience))
                if "Still asking" not in text:
                    break
        except TimeoutError:
            return "unexplained"
        if "being restarted" in text:
            return "restarting"
        return "told why" if "No answer from SuperOffice" in text else "answered"
