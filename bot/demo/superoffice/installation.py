"""One customer's SuperOffice: its story, its people, its SOAP, wherever that is served."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.demo.clock import Clock
from bot.demo.superoffice.cast import COLLEAGUES, USERS, Staff, User
from bot.demo.superoffice.endpoint import Endpoint, Received
from bot.demo.superoffice.faults import Faults
from bot.demo.superoffice.operations import Operations
from bot.demo.superoffice.story import ACTIONS, Company, Event, Story, action_id
from bot.demo.superoffice.tickets import Tickets

__all__ = ["Installation"]


class Installation:
    """What is asked and what happens. ``zone``, ``skew`` and ``utc_registered`` may be changed at any time.

    ``path`` is what stands before ``/remote/Services86/``. With an ``application_token`` every call must
    carry it, as online; with ``passwords`` users may sign in by SOAP, as onsite.
    """

    #: People of the story, by their part in it. All passwords are made up.
    seller, manager, colleague, other_email, no_zone = USERS
    users: Sequence[User] = USERS

    def __init__(
        self,
        clock: Clock,
        story: Story,
        zone: str = "Europe/Oslo",
        *,
        path: str = "",
        application_token: str | None = None,
        passwords: bool = True,
    ) -> None:
        self.clock = clock
        self.story = story
        self.tickets = Tickets(self.clock)
        self.faults = Faults()
        #: The tenant's base time zone, an IANA name.
        self.zone = zone
        #: How far the server's own clock, its Date header included, is ahead.
        self.skew = timedelta()
        #: Whether times of creation and change are answered in UTC, whatever the zone.
        self.utc_registered = False
        #: When a user last logged out of SuperOffice, by login; default: yesterday.
        self.last_logout: dict[str, datetime] = {}
        operations = Operations(
            self.story,
            self.tickets,
            self.clock,
            self,
            passwords=passwords,
            application_token=application_token,
        )
        self.soap = Endpoint(operations, self.tickets, self.faults, self.clock, path)
        self._happened = 1_000_000

    # ------------------------------------------------------------ records

    @property
    def requests(self) -> list[Received]:
        """What was asked and understood, in order."""
        return self.soap.requests

    @property
    def refusals(self) -> list[str]:
        """Why requests were refused with a SOAP Fault or an HTTP status."""
        return self.soap.refusals

    @property
    def peak_in_flight(self) -> int:
        """The most calls that were being answered at once."""
        return self.soap.peak_in_flight

    def calls(self, operation: str) -> list[Received]:
        """The requests for one operation."""
        return [request for request in self.requests if request.operation == operation]

    # ------------------------------------------------------------ the story

    def companies(self, user: User) -> list[Company]:
        """The user's own companies."""
        return list(self.story.owned_by(user))

    def ticket(self, user: User) -> str:
        """A valid ticket, without signing in."""
        return self.tickets.issue(user)

    def log_out(self, user: User, at: datetime) -> None:
        """Say when the user last logged out of SuperOffice."""
        self.last_logout[user.login] = at

    def happen(
        self, company_id: int, action: str, actor: User | Staff | None = None, time: datetime | None = None
    ) -> Event:
        """Let something happen. ``action`` is a wire name such as ``NewActivity``; ``time`` is aware."""
        if action not in ACTIONS:
            raise ValueError(f"no such action: {action}")
        company = self.story.companies[company_id]
        staff = actor.staff if isinstance(actor, User) else actor or COLLEAGUES[0]
        person = company.people[0]
        self._happened += 1
        when = (time or self.clock.now() + self.skew).replace(microsecond=0)
        element = action_id(action, company_id, person, self._happened)
        event = Event(when, self._happened, company_id, action, staff, element, person)
        self.story.add(event)
        return event
