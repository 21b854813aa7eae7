"""What SuperOffice answers: the operations themselves, without HTTP."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.demo.clock import Clock
from bot.demo.superoffice import replies
from bot.demo.superoffice.cast import CATEGORIES, NOBODY, USERS, User
from bot.demo.superoffice.soap import (
    INSTANCE,
    NAMESPACE,
    Request,
    envelope,
    exception_info,
    extra_info,
    succeeded,
    time_zone,
)
from bot.demo.superoffice.story import ACTIONS, Company, Event, Story
from bot.demo.superoffice.tickets import Tickets

__all__ = ["ZONES", "Conditions", "Operations"]

#: SoTimeZoneId and SoTimeZoneLocationCode. The documentation names the first four; the others are likely
#: country codes too, their numbers unknown.
ZONES = {
    "Europe/Oslo": (261, "NO"),
    "Europe/Copenhagen": (140, "DK"),
    "America/New_York": (460, "US-NY"),
    "UTC": (1, "UTC"),
    "Asia/Tokyo": (0, "JP"),
    "Europe/Helsinki": (0, "FI"),
    "Europe/London": (0, "GB"),
    "Europe/Stockholm": (0, "SE"),
}

SESSION = "SuperOffice.Exceptions.SoSessionException"
#: The form of the text is documented (``onsite/pipeline.mdx``); the reason in it, and that a wrong
#: ApplicationToken gives it, is likely but published nowhere.
WRONG_APPLICATION = "Failed to validate tokens: the application token is not valid."


class Conditions(Protocol):
    """What may change while the server runs."""

    #: The base time zone: date-times on the wire carry no zone and mean this one.
    zone: str
    #: How far the server's own clock is ahead.
    skew: timedelta
    #: Whether registered/updated times are answered in UTC, as ``so-timezone.mdx`` hints.
    utc_registered: bool
    #: When a user last logged out, by login, for starts in the future.
    last_logout: dict[str, datetime]


@dataclass
class Operations:
    """The CRM behind the protocol.

    "ApplicationTokens are not checked for on-site installations"; online, one is the client secret, and
    applications "are not allowed to directly ask users for their credentials".
    """

    story: Story
    tickets: Tickets
    clock: Clock
    conditions: Conditions
    passwords: bool = True
    application_token: str | None = None
    _rows: dict[tuple[Event, int, str], bytes] = field(default_factory=dict)
    _answers: dict[tuple[object, ...], bytes] = field(default_factory=dict)

    def now(self) -> datetime:
        """The server's own idea of now, aware, in UTC."""
        return self.clock.now() + self.conditions.skew

    def answer(self, request: Request) -> bytes:
        """The whole envelope, also where the call fails in SuperOffice's own way."""
        handler: Callable[[Request, User], bytes] = getattr(self, f"_{request.operation.name}")
        if self.application_token not in {None, request.application_token}:
            return self.failure(request, SESSION, WRONG_APPLICATION)
        user = self.tickets.user(request.ticket)
        if request.operation.needs_ticket and user is None:
            return self.failure(request, SESSION, "Authentication failed!")
        return envelope(
            NAMESPACE + request.services,
            self._headers(request),
            request.operation.response,
            handler(request, user or NOBODY),
        )

    def failure(self, request: Request, exception_type: str, message: str) -> bytes:
        """``Succeeded=false`` with an ExceptionInfo."""
        namespace = NAMESPACE + request.services
        headers = (exception_info(namespace, exception_type, message), succeeded(namespace, False))
        return envelope(namespace, headers, request.operation.response, replies.NIL_RESPONSE.encode())

    def silence(self, request: Request) -> bytes:
        """An empty answer that says nothing of success."""
        return envelope(
            NAMESPACE + request.services, (), request.operation.response, replies.NIL_RESPONSE.encode()
        )

    def _headers(self, request: Request) -> Sequence[str]:
        namespace = NAMESPACE + request.services
        number, code = ZONES.get(self._zone(request), (0, ""))
        return extra_info(namespace), succeeded(namespace, True), time_zone(namespace, number, code)

    def _zone(self, request: Request) -> str:
        """The zone in force: the request's TimeZone header, else the base zone."""
        asked = [zone for zone, known in ZONES.items() if request.zone and known[1] == request.zone[1]]
        return asked[0] if asked else self.conditions.zone

    # ------------------------------------------------------------ Contact

    def _GetMyActiveContacts(self, request: Request, user: User) -> bytes:  # noqa: N802
        since = self._since(request, user)
        until = self.now()
        zone = self._zone(request)
        version = self.story.version(until)
        key = (
            user.login,
            since,
            request.actions,
            request.categories,
            version,
            zone,
            self.conditions.utc_registered,
        )
        if key not in self._answers:
            if len(self._answers) > 2_000:
                self._answers.clear()
            rows = b"".join(
                self._row(company, events, zone)
                for company in self.story.owned_by(user)
                if not request.categories or company.category_id in request.categories
                if (events := self._matching(company, since, until, request.actions))
            )
            self._answers[key] = f'<Response xmlns:i="{INSTANCE}">'.encode() + rows + b"</Response>"
        return self._answers[key]

    def _since(self, request: Request, user: User) -> datetime:
        start = request.start or datetime(1, 1, 2, tzinfo=UTC)
        zone = ZoneInfo(self._zone(request))
        try:
            instant = (start if start.tzinfo else start.replace(tzinfo=zone)).astimezone(UTC)
        except OverflowError:
            instant = datetime(1 if start.year < 2 else 9999, 1, 1, tzinfo=UTC)
        if instant > self.now():
            return self.conditions.last_logout.get(user.login, self.story.start - timedelta(hours=16))
        return instant

    def _matching(
        self, company: Company, since: datetime, until: datetime, actions: tuple[str, ...]
    ) -> Sequence[Event]:
        return [event for event in self.story.on_company(company.id, since, until) if event.action in actions]

    def _row(self, company: Company, events: Sequence[Event], zone: str) -> bytes:
        """One company: its latest activity, and what happened in all the time asked for."""
        latest = events[-1]
        flags = 0
        for event in events:
            flags |= ACTIONS[event.action]
        registered = latest.action != "ActivityCompleted"
        shown_in = "UTC" if self.conditions.utc_registered and registered else zone
        key = (latest, flags, shown_in)
        if key not in self._rows:
            self._rows[key] = replies.row(company, latest, flags, shown_in)
        return self._rows[key]

    # ------------------------------------------------------------ SoPrincipal

    def _AuthenticateUsernamePassword(self, request: Request, _: User) -> bytes:  # noqa: N802
        name, password = request.text.get("UserName", ""), request.text.get("Password", "")
        if name.startswith(("7T:", "8A:")) and not password:
            # "Any place that takes username/password, ticket/blank will work."
            user = self.tickets.user(name)
            return replies.authenticated(user, name) if user else replies.refused()
        for user in USERS if self.passwords else ():
            if user.login.casefold() == name.casefold() and user.password == password:
                return replies.authenticated(user, self.tickets.issue(user))
        return replies.refused()

    def _AuthenticateWithAccessToken(self, request: Request, _: User) -> bytes:  # noqa: N802
        token = request.text.get("AccessToken", "")
        user = self.tickets.user(token) if token.startswith("8A:") else None
        return replies.authenticated(user, self.tickets.issue(user)) if user else replies.refused()

    def _GetSystemInfo(self, request: Request, _: User) -> bytes:  # noqa: N802
        return replies.system_info()

    # ------------------------------------------------------------ MDO, Person

    def _GetSimpleList(self, request: Request, _: User) -> bytes:  # noqa: N802
        items = CATEGORIES.items() if request.text.get("Name", "").casefold() == "category" else ()
        rows = "".join(replies.category(number, name) for number, name in items)
        return f'<Response xmlns:i="{INSTANCE}">{rows}</Response>'.encode()

    def _GetMyPerson(self, _: Request, user: User) -> bytes:  # noqa: N802
        return replies.person(user).encode()
