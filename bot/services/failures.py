"""What is logged of an error that nobody foresaw."""

import logging

from bot.core.correlation import current
from bot.core.frames import frames

__all__ = ["log_unexpected"]

log = logging.getLogger(__name__)


def log_unexpected(error: BaseException, action: str) -> None:
    """Log where an unforeseen error happened. Its own text stays out: it may quote a customer or a secret."""
    log.error(
        "unforeseen %s at %s",
        type(error).__name__,
        frames(error),
        extra={"action": action, "reference": current()},
    )
