"""What happens in the demo's CRM: a pure function of the seed and of time."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.demo.superoffice.cast import (
    COLLEAGUES,
    COMPANIES,
    FIRST_NAMES,
    HOSTILE,
    LAST_NAMES,
    USERS,
    Staff,
    User,
)

__all__ = ["ACTIONS", "Company", "Event", "Story", "action_id", "person_name"]

#: ContactAction's flags, by their names on the wire (the reference of ContactAction, Services84 to 88).
ACTIONS = {
    "Created": 1,
    "Updated": 2,
    "NewActivity": 4,
    "ActivityCompleted": 8,
    "PersonAdded": 16,
    "PersonUpdated": 32,
    "DocumentAdded": 64,
}

#: How often each happens. A company is created once; the story sees to that itself.
_WEIGHTS = {
    "Updated": 12,
    "NewActivity": 34,
    "ActivityCompleted": 26,
    "PersonAdded": 9,
    "PersonUpdated": 7,
    "DocumentAdded": 12,
}


#: Where the work is done, and how busy each hour is there, beside the busiest.
_ZONE = ZoneInfo("Europe/Oslo")
_BUSY = (*([0.0] * 7), 0.3, 0.8, 1.0, 1.0, 0.7, 0.8, 1.0, 0.9, 0.6, 0.3, 0.1, 0.1, 0.1, *([0.0] * 4))
#: More than there is: who tries the demo on a Saturday has a tomorrow, too.
_WEEKEND = 0.4


class Company(NamedTuple):
    """A company (SuperOffice: a contact) with its owner."""

    id: int
    name: str
    department: str
    org_number: str
    url: str
    category_id: int
    owner: User
    people: tuple[int, ...]


class Event(NamedTuple):
    """One thing that happened on a company. Ordered by time."""

    time: datetime
    number: int
    company_id: int
    action: str
    actor: Staff
    action_id: int
    person_id: int


@dataclass
class Story:
    """About 60 companies and their activity: three weeks of it before ``start``, then one every ``pace``.

    That is the pace of the busiest hours of a working day in Oslo: others have fewer, and nights none. About
    every third company has work that day, two or three pieces of it.

    ``activities(until)`` depends on the arguments alone: two servers with the same seed and start tell the
    same story. Without history and pace nothing happens but what tests make happen.
    """

    start: datetime
    seed: int = 7
    history: int = 420
    pace: timedelta | None = timedelta(minutes=9)
    companies: dict[int, Company] = field(init=False, default_factory=dict)
    _events: list[Event] = field(init=False, default_factory=list)
    _by_company: dict[int, list[Event]] = field(init=False, default_factory=dict)
    _by_owner: dict[User, list[Company]] = field(init=False, default_factory=dict)
    _seeded: list[Company] = field(init=False)
    _next: int = field(init=False, default=1)

    def __post_init__(self) -> None:
        self._seeded = list(_companies(Random(f"{self.seed}:companies")))
        for company in self._seeded:
            self.add_company(company)
        for event in _past(self.seed, self.start, self.history, self._seeded):
            self.add(event)

    def owned_by(self, user: User) -> Sequence[Company]:
        """The user's own companies, by id."""
        return self._by_owner.get(user, [])

    def activities(self, until: datetime) -> Sequence[Event]:
        """Everything that has happened up to ``until`` (aware), oldest first."""
        self._tell(until)
        return self._events[: bisect_right(self._events, until, key=_time)]

    def on_company(self, company_id: int, since: datetime, until: datetime) -> Sequence[Event]:
        """What happened on one company from ``since`` to ``until``, both included, oldest first."""
        self._tell(until)
        events = self._by_company[company_id]
        first = bisect_left(events, since, key=_time)
        return events[first : bisect_right(events, until, key=_time)]

    def version(self, until: datetime) -> tuple[int, int]:
        """It changes with whatever is told up to ``until``."""
        self._tell(until)
        return len(self._events), bisect_right(self._events, until, key=_time)

    def add(self, event: Event) -> None:
        """Let something happen that the seed does not know of."""
        insort(self._events, event)
        insort(self._by_company[event.company_id], event)

    def add_company(self, company: Company) -> None:
        """A company more. What the seed lets happen does not happen there."""
        self.companies[company.id] = company
        self._by_company[company.id] = []
        self._by_owner.setdefault(company.owner, []).append(company)

    def leave_out(self, until: datetime) -> None:
        """Let nothing have happened up to ``until`` but what is told already."""
        if self.pace is not None:
            self._next = max(self._next, (until - self.start) // self.pace + 1)

    def _tell(self, until: datetime) -> None:
        if self.pace is None:
            return
        while (time := self._turn(self._next, self.pace)) <= until:
            if event := self._coming(self._next, time):
                self.add(event)
            self._next += 1

    def _turn(self, number: int, pace: timedelta) -> datetime:
        """When the seed lets something happen next, or lets it be."""
        early = Random(f"{self.seed}:{number}").random() * 0.5
        return (self.start + pace * (number - early)).replace(microsecond=0)

    def _coming(self, number: int, time: datetime) -> Event | None:
        random, here = Random(f"{self.seed}:{number}:event"), time.astimezone(_ZONE)
        busy = _BUSY[here.hour] * (_WEEKEND if here.weekday() >= 5 else 1)
        if random.random() >= busy:
            return None
        at_work = Random(f"{self.seed}:{here.date()}").sample(self._seeded, len(self._seeded) // 3)
        return _event(random, time, number, random.choice(at_work))


_time = attrgetter("time")


def _companies(random: Random) -> Iterator[Company]:
    names = [*COMPANIES, *((name, "", random.choice((1, 2, 3))) for name in HOSTILE)]
    # The seller owns the hostile ones too: what she sees must stand it.
    owners = random.choices(USERS, (20, 12, 14, 8, 8), k=len(COMPANIES)) + [USERS[0]] * len(HOSTILE)
    for number, ((name, department, category), owner) in enumerate(zip(names, owners, strict=True)):
        company = 701 + number * 3
        slug = "".join(letter for letter in name.lower() if letter.isascii() and letter.isalpha())[:20] or "a"
        url = f"https://{slug}.example.{'com' if number % 3 else 'org'}/"
        people = tuple(3000 + number * 10 + each for each in range(random.randint(1, 6)))
        yield Company(
            company,
            name,
            department,
            str(random.randint(900_000_000, 999_999_999)),
            url,
            category,
            owner,
            people,
        )


def _past(seed: int, start: datetime, count: int, companies: Sequence[Company]) -> Iterator[Event]:
    random = Random(f"{seed}:past")
    # Denser towards now, as an inbox looks: half of it in the last week.
    ages = sorted((21 * 86_400 * random.random() ** 1.6 for _ in range(count)), reverse=True)
    new = {company.id for company in random.sample(companies, 6)}
    for number, age in enumerate(ages):
        time = (start - timedelta(seconds=60 + age)).replace(microsecond=0)
        company = random.choice(companies)
        event = _event(random, time, number - count, company)
        if company.id in new:
            new.discard(company.id)
            event = event._replace(action="Created", action_id=company.id)
        yield event


def _event(random: Random, time: datetime, number: int, company: Company) -> Event:
    (action,) = random.choices(list(_WEIGHTS), list(_WEIGHTS.values()))
    others = [*(user.staff for user in USERS), *COLLEAGUES]
    actor = company.owner.staff if random.random() < 0.45 else random.choice(others)
    person = random.choice(company.people)
    return Event(
        time, number, company.id, action, actor, action_id(action, company.id, person, number), person
    )


def action_id(action: str, company_id: int, person_id: int, number: int) -> int:
    """The id of the element that an action was found on: company, person, follow-up or document."""
    if action in {"Created", "Updated"}:
        return company_id
    return person_id if action.startswith("Person") else 60_000 + number


def person_name(person_id: int) -> str:
    """The name of a person at a company."""
    random = Random(person_id)
    return f"{random.choice(FIRST_NAMES)} {random.choice(LAST_NAMES)}"
