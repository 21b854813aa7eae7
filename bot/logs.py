"""Log lines: ids and an ``action``, never a name of a company or a person, never a secret."""

import logging

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

EXTRAS = ("action", "reference")


class LineFormatter(logging.Formatter):
    """One line a record; what a record says beyond its message follows as ``key=value``."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S%z")

    def format(self, record: logging.LogRecord) -> str:
        """The record, with its action and reference."""
        extras = (f" {name}={getattr(record, name)}" for name in EXTRAS if hasattr(record, name))
        return super().format(record) + "".join(extras)


def configure(level: str) -> None:
    """Log to standard error from ``level`` on; libraries speak from WARNING on, whatever the level."""
    handler = logging.StreamHandler()
    handler.setFormatter(LineFormatter())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)
