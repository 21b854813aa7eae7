"""What is logged of an error that nobody foresaw."""

import logging
import traceback

from bot.core.correlation import current

__all__ = ["log_unexpected"]

log = logging.getLogger(__name__)


def log_unexpected(error: BaseException, action: str) -> None:
    """Log where an unforeseen error happened. Its own text stays out: it may quote a customer or a secret."""
    frames = " < ".join(
        f"{frame.filename}:{frame.lineno} {frame.name}"
        for frame in reversed(traceback.extract_tb(error.__traceback__))
    )
    log.error(
        "unforeseen %s at %s",
        type(error).__name__,
        frames,
        extra={"action": action, "reference": current()},
    )
