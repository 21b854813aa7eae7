"""Log lines: ids and an ``action``, never a name of a company or a person, never a secret."""

import logging
import re

__all__ = ["configure"]

#: Libraries that would log whole requests and answers at DEBUG: envelopes with tickets, blocks with names.
LIBRARIES = (
    "aiohttp",
    "apscheduler",
    "asyncio",
    "slack_bolt",
    "slack_sdk",
    "stamina",
    "uvicorn",
    "zeep",
)

#: What a record may say beyond its message.
EXTRAS = ("action", "reference", "tenant", "reason", "error", "exception_type")


class LineFormatter(logging.Formatter):
    """One line a record; what a record says beyond its message follows as ``key=value``."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S%z")

    def format(self, record: logging.LogRecord) -> str:
        """The record, with its action and reference."""
        said = (f" {name}={_one_word(getattr(record, name))}" for name in EXTRAS if hasattr(record, name))
        return " | ".join(super().format(record).splitlines()) + "".join(said)


def _one_word(value: object) -> str:
    """A value that cannot be taken for another field or another line."""
    text = str(value)
    return text if re.fullmatch(r"[\w.:+-]+", text) else repr(text)


def configure(level: str) -> None:
    """Log to standard error from ``level`` on; libraries speak from WARNING on at most."""
    handler = logging.StreamHandler()
    handler.setFormatter(LineFormatter())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(max(root.level, logging.WARNING))
