"""What arrives in Slack's name and is not taken: counted, and told to whoever runs the bot."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.frames import frames
from bot.services.ports import UNCOUNTED, Clock, Metrics

__all__ = ["Refusal", "Refusals"]

log = logging.getLogger(__name__)

#: Anybody may send anything: of each reason so often, a line in the log.
TOLD = timedelta(minutes=1)


class Refusal(StrEnum):
    """Why a request was not taken."""

    UNSIGNED = "unsigned"
    STALE = "stale"
    TOO_LARGE = "too-large"
    TOO_SLOW = "too-slow"
    UNREADABLE = "unreadable"
    ANOTHER_WORKSPACE = "another-workspace"


#: What each may mean.
WORDS: Mapping[Refusal, str] = {
    Refusal.UNSIGNED: "it is not signed with SLACK_SIGNING_SECRET: not Slack's, or not this app's secret",
    Refusal.STALE: "its time is more than five minutes off: replayed, or this machine's clock is wrong",
    Refusal.TOO_LARGE: "it is larger than Slack's are",
    Refusal.TOO_SLOW: "it did not arrive in time, or not all of it",
    Refusal.UNREADABLE: "it is signed, and not as Slack describes it",
    Refusal.ANOTHER_WORKSPACE: "it is of a workspace that the bot is not installed in",
}


class Refusals:
    """Counts all of them, and logs the first of each reason in a minute."""

    def __init__(self, clock: Clock, metrics: Metrics = UNCOUNTED) -> None:
        self._clock = clock
        self._metrics = metrics
        self._told: dict[Refusal, datetime] = {}

    def refused(self, why: Refusal) -> None:
        """One more."""
        self._metrics.refused(why)
        now, before = self._clock.now(), self._told.get(why)
        if before is None or not timedelta(0) <= now - before < TOLD:
            self._told[why] = now
            log.warning(
                "a request was refused: %s", WORDS[why], extra={"action": "slack.refused", "reason": why}
            )

    def unread(self, error: Exception) -> None:
        """One whose signature is good, or that came over Socket Mode; each is logged, with where that was."""
        self._metrics.refused(Refusal.UNREADABLE)
        log.warning(
            "not read: %s at %s",
            type(error).__name__,
            frames(error),
            extra={"action": "slack.not-read", "reason": Refusal.UNREADABLE},
        )
