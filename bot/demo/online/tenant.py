"""A customer of SuperOffice CRM Online: its installation, its state, the node that it lives on."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.demo.clock import Clock
from bot.demo.host import Host
from bot.demo.superoffice.cast import USERS, User
from bot.demo.superoffice.installation import Installation
from bot.demo.superoffice.story import ACTIONS, Company, Story, person_name

__all__ = ["STATES", "Tenant", "unknown_state"]

#: The states of the state service (SuperOffice's documentation, ``tenant-status/check-status``).
STATES = (
    "Unknown",
    "Provisioning",
    "Running",
    "Deleted",
    "Suspended",
    "OnlineMaintenance",
    "OfflineMaintenance",
    "ProvisioningFailed",
    "Deleting",
    "DeleteFailed",
    "MigrationPending",
)
#: In the others "APIs are not available".
_RUNNING = {"Running", "OnlineMaintenance"}
_COMPANIES_EACH = 3
_MADE_ACTIONS = [action for action in ACTIONS if action != "Created"]


class Tenant(Installation):
    """An installation that moves. Its people are those of the story, and who is added."""

    def __init__(self, name: str, clock: Clock, seed: int, client_secret: str, nodes: Sequence[Host]) -> None:
        story = Story(clock.now(), seed)
        super().__init__(clock, story, path=f"/{name}", application_token=client_secret, passwords=False)
        #: The context identifier, such as ``Cust12345``.
        self.name = name
        #: The place of its node among the environment's.
        self.node = 0
        self.users: list[User] = list(USERS)
        self._nodes = nodes
        self._state = "Running"

    @property
    def state(self) -> str:
        """One of :data:`STATES`."""
        return self._state

    @state.setter
    def state(self, state: str) -> None:
        if state not in STATES:
            raise ValueError(f"no such state: {state}")
        self._state = state

    @property
    def running(self) -> bool:
        """Whether the API is available."""
        return self.state in _RUNNING

    @property
    def endpoint(self) -> str:
        """Its root on its node, without a slash at the end; the web client's root too."""
        return f"{self._nodes[self.node].url}/{self.name}"

    @property
    def url(self) -> str:
        """The SOAP root, for Services86."""
        return f"{self.endpoint}/Remote/Services86/"

    def access_token(self, user: User) -> str:
        """A new access token, valid for an hour, without signing in."""
        return self.tickets.issue_token(user, self.name)

    def find(self, name: str) -> User | None:
        """The user with this login or e-mail address, in any case."""
        wanted = name.strip().casefold()
        known = (user for user in self.users if wanted in {user.login.casefold(), user.email.casefold()})
        return next(known, None)

    def status(self, endpoint: str, valid_for: timedelta) -> dict[str, Any]:
        """What the state service says, with an endpoint that may be another than the true one."""
        until, version = self.clock.now() + valid_for, "Release_11.10_2026.02.24-02"
        return _status(self.name, self.state, endpoint, until, Version=version)

    def add_users(self, count: int) -> list[User]:
        """Users more, each with three companies on each of which one thing has happened."""
        first = len(self.users) + 1
        return [self._add_user(number) for number in range(first, first + count)]

    def _add_user(self, number: int) -> User:
        login, person = f"U{number:05}", 200_000 + number
        email = f"{login.lower()}@example.com"
        user = User(login, f"made-up-{number}", email, person_name(person), 100_000 + number, person)
        self.users.append(user)
        for each in range(_COMPANIES_EACH):
            company = 1_000_000 + number * 10 + each
            people = (2_000_000 + number * 10 + each,)
            self.story.add_company(
                Company(company, f"Company {number}-{each}", "", str(company), "", 1, user, people)
            )
            age = timedelta(minutes=5 + (number * 7 + each * 61) % 300)
            action = _MADE_ACTIONS[(number + each) % len(_MADE_ACTIONS)]
            self.happen(company, action, time=self.clock.now() - age)
        return user


def unknown_state(name: str, until: datetime) -> dict[str, Any]:
    """What is said of a tenant that there is none of: "Unknown: The customer tenant is unknown".

    The state is documented; that the service says it with HTTP 200 and an empty endpoint is a guess.
    """
    return _status(name, "Unknown", "", until)


def _status(name: str, state: str, endpoint: str, until: datetime, **more: str) -> dict[str, Any]:
    # .NET writes seven digits of a second.
    written = until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
    return {
        "ContextIdentifier": name,
        "Endpoint": endpoint,
        "State": state,
        "IsRunning": state in _RUNNING,
        "ValidUntil": written,
        "Api": endpoint and f"{endpoint}/api",
        **more,
    }
