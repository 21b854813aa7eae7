"""Tickets and access tokens: who may, until when."""

import base64
import secrets
import uuid
from datetime import timedelta

from bot.demo.clock import Clock
from bot.demo.superoffice.cast import User

__all__ = ["Tickets"]

#: "Valid for 6 hours. Every time a ticket is used, it is renewed to the full 6 hours.
#: Expired tickets cannot be renewed." (SuperOffice's documentation of onsite authentication)
TICKET_LIFE = timedelta(hours=6)
#: An access token is not renewed by use.
TOKEN_LIFE = timedelta(hours=1)


class Tickets:
    """Issues and checks them, on an injected clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued: dict[str, tuple[User, float]] = {}

    def issue(self, user: User) -> str:
        """A new ticket: ``7T:`` and base64 of a GUID and something random."""
        content = f"{uuid.uuid4()};{secrets.token_hex(12)}"
        return self._add("7T:" + base64.b64encode(content.encode()).decode(), user, TICKET_LIFE)

    def issue_token(self, user: User, tenant: str = "Cust12345") -> str:
        """A new access token, as the online edition's sign-in would give: about 1 kB long."""
        return self._add(f"8A:{tenant}.{secrets.token_urlsafe(720)}", user, TOKEN_LIFE)

    def user(self, ticket: str) -> User | None:
        """Whose it is, or ``None`` if it is unknown or expired. Using a ticket renews it."""
        user, ends = self._issued.get(ticket, (None, 0.0))
        now = self._clock.now().timestamp()
        if user is None or now >= ends:
            return None
        if ticket.startswith("7T:"):
            self._issued[ticket] = (user, now + TICKET_LIFE.total_seconds())
        return user

    def live_through(self, span: timedelta) -> None:
        """Let the tickets that are good be so after ``span``, too, as if somebody kept them alive."""
        now = self._clock.now().timestamp()
        for ticket, (user, ends) in list(self._issued.items()):
            if ticket.startswith("7T:") and now < ends:
                self._issued[ticket] = (user, ends + span.total_seconds())

    def expire(self, user: User | None = None) -> None:
        """Let every ticket, or a user's, end now."""
        for ticket, (owner, _) in list(self._issued.items()):
            if user is None or owner is user:
                del self._issued[ticket]

    def _add(self, ticket: str, user: User, life: timedelta) -> str:
        self._issued[ticket] = (user, (self._clock.now() + life).timestamp())
        return ticket
