"""Trigger ids: each lets the app open one view for who pressed or typed, within three seconds."""

import secrets
from datetime import datetime, timedelta

from bot.demo.clock import Clock
from bot.demo.slack.errors import ApiError

__all__ = ["Triggers"]

#: "3 s, single use" (docs.slack.dev, "Handling user interaction").
TRIGGER_LIFE = timedelta(seconds=3)


class Triggers:
    """Those that were issued, for whom, and which of them are used up."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: dict[str, tuple[str, datetime]] = {}
        self._used: set[str] = set()

    def issue(self, user: str = "") -> str:
        """A new one, for a user."""
        trigger = (
            f"{len(self._open) + len(self._used) + 1}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        )
        self._open[trigger] = user, self._clock.now() + TRIGGER_LIFE
        return trigger

    def knows(self, trigger: str) -> bool:
        """Whether it was issued here."""
        return trigger in self._open

    def exchange(self, trigger: str) -> str:
        """Use it up: for whom it was. Or say in Slack's words why not."""
        if trigger in self._used:
            raise ApiError("exchanged_trigger_id")
        user, ends = self._open.get(trigger, ("", None))
        if ends is None:
            raise ApiError("invalid_trigger_id")
        if self._clock.now() > ends:
            raise ApiError("expired_trigger_id")
        self._used.add(trigger)
        return user
