"""Log lines: ids and an ``action``, never a name of a company or a person, never a secret.

Everybody logs by the standard library; structlog makes the lines of it, for people or for a program.
"""

import json
import logging
import re
from datetime import UTC, datetime

import stamina.instrumentation
import structlog
from structlog.typing import EventDict, Processor

from bot.core.correlation import current
from bot.core.frames import frames

__all__ = ["by_the_standard_library", "configure", "formatter", "keep_quiet"]

#: Libraries that would log whole requests and answers at DEBUG: envelopes with tickets, blocks with names.
LIBRARIES = (
    "aiohttp",
    "apscheduler",
    "asyncio",
    "procrastinate",
    "psycopg",
    "slack_bolt",
    "slack_sdk",
    "stamina",
    "uvicorn",
    "zeep",
)

#: What a record may say beyond its message.
EXTRAS = (
    "action",
    "reference",
    "tenant",
    "operation",
    "outcome",
    "seconds",
    "reason",
    "error",
    "exception_type",
)
#: What the standard library looks up for each record unless it is told not to; no line says it.
#: Source: docs.python.org/3/howto/logging.html, "Optimization".
UNTOLD = ("logThreads", "logProcesses", "logMultiprocessing", "logAsyncioTasks")


def configure(level: str, form: str = "text") -> None:
    """Log to standard error from ``level`` on, as ``text`` or ``json``; libraries speak from WARNING on."""
    handler = logging.StreamHandler()
    handler.setFormatter(formatter(form))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(max(root.level, logging.WARNING))
    for name in UNTOLD:
        setattr(logging, name, False)
    by_the_standard_library()


def keep_quiet() -> None:
    """For a command that says itself what it found: nothing of the log is printed."""
    logging.getLogger().addHandler(logging.NullHandler())
    by_the_standard_library()


def by_the_standard_library() -> None:
    """stamina would speak past it, to standard output, as soon as it finds structlog."""
    stamina.instrumentation.set_on_retry_hooks([stamina.instrumentation.LoggingOnRetryHook])


def formatter(form: str) -> logging.Formatter:
    """One line a record: for people (``text``), or an object of JSON (``json``)."""
    rendered: Processor = _json if form == "json" else _text
    return structlog.stdlib.ProcessorFormatter(processors=[_told, rendered])


def _told(_: object, level: str, event: EventDict) -> EventDict:
    """What a line says, in its order: nothing but this, whatever a record has beside it."""
    record: logging.LogRecord = event["_record"]
    extra = vars(record)
    if reference := extra.get("reference") or current():
        extra["reference"] = reference  # the record is a copy, for this line alone
    else:
        extra.pop("reference", None)
    told = {
        "timestamp": _timestamp(record),
        "level": level,
        "logger": record.name,
        "event": event["event"],
        **{name: extra[name] for name in EXTRAS if name in extra},
    }
    if "exc_info" in event and (exception := _without_its_text(event["exc_info"][1])):
        told["exception"] = exception
    if "stack_info" in event:
        told["stack_info"] = event["stack_info"]
    return told


def _timestamp(record: logging.LogRecord) -> str:
    """When it was logged, not when the line is made."""
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _without_its_text(error: BaseException | None) -> str:
    """A library's traceback, as the bot writes its own: an error's text may quote a customer or a secret."""
    told = []
    while error is not None:
        told.append(f"{type(error).__name__} at {frames(error)}")
        error = error.__cause__ or error.__context__
    return ", after ".join(told)


#: Made once: :func:`json.dumps` makes one for each call that says what to do with other types.
_encode = json.JSONEncoder(default=repr).encode


def _json(_: object, __: str, event: EventDict) -> str:
    return _encode(event)


def _text(_: object, __: str, event: EventDict) -> str:
    """What a record says beyond its message follows as ``key=value``."""
    head = f"{event['timestamp']} {event['level'].upper()} {event['logger']}: {event['event']}"
    said = "".join([f" {name}={_one_word(event[name])}" for name in EXTRAS if name in event])
    traceback = f" | {event['exception']}" if event.get("exception") else ""
    return _on_one_line(f"{head}{traceback}") + said


_WORD = re.compile(r"[\w.:+-]+").fullmatch


def _one_word(value: object) -> str:
    """A value that cannot be taken for another field or another line."""
    text = str(value)
    return text if _WORD(text) else repr(text)


def _on_one_line(text: str) -> str:
    """No line breaks, and nothing that a terminal would obey."""
    if text.isprintable():
        return text
    joined = " | ".join(text.splitlines())
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in joined)
