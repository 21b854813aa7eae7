"""A line of the log: the bot's, and the same JSON by :mod:`logging` with a formatter made by hand."""

import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr
from datetime import UTC, datetime
from pathlib import Path

from bot import logs
from bot.core.correlation import correlated, current
from tests.bench.timing import figure, interleaved, ratios

__all__ = ["TITLE", "measure"]

TITLE = "Log lines"
#: What is said of a call beside the message.
CALL = {
    "action": "crm.called",
    "tenant": "onsite",
    "operation": "activities",
    "outcome": "ok",
    "seconds": 0.31,
}


class ByHand(logging.Formatter):
    """The JSON of this one line: it knows no exception, and whatever else a record has."""

    def format(self, record: logging.LogRecord) -> str:
        """As the bot's."""
        head = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        said = vars(record)
        action, *others = [(name, said[name]) for name in CALL]
        return json.dumps(dict([*head.items(), action, ("reference", current()), *others]))


def measure(rounds: int) -> Iterator[str]:
    """A table: µs a line, from the call to the file, and where the level is higher."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stderr(nowhere):
        logs.configure("INFO", "json")
        (ours,), by_hand = logging.getLogger().handlers, logging.StreamHandler()
        by_hand.setFormatter(ByHand())
        cases = {"ours": _saying(logging.INFO, ours), "by hand": _saying(logging.INFO, by_hand)}
        cases["at a higher level"] = _saying(logging.WARNING, ours)
        record = logging.makeLogRecord(
            {"name": "bot", "msg": "asked SuperOffice", "levelname": "INFO", **CALL}
        )
        with correlated("4f1c8a2e"):
            assert ours.format(record) == by_hand.format(record), "the same JSON"
            times = interleaved(cases, rounds)
    yield "A log line of a call, as JSON (CPU; from the call to the file)"
    for name, taken in times.items():
        yield f"{name:20}{figure(taken, 1, 1e6)} µs"
    yield f"ours ÷ by hand      {figure(ratios(times['ours'], times['by hand']))}".rstrip()


def _saying(level: int, handler: logging.Handler) -> Callable[[], None]:
    """Say it once, by a logger that is on this level."""
    log = logging.getLogger(f"bench.{level}.{type(handler.formatter).__name__}")
    log.handlers, log.propagate = [handler], False
    log.setLevel(level)
    return lambda: log.info("asked SuperOffice", extra=CALL)
