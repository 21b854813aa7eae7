"""Log lines: ids and an ``action``, never a name of a company or a person, never a secret.

Everybody logs by the standard library; structlog makes the lines of it, for people or for a program.
"""

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
#: What stands in front of them.
HEAD = ("timestamp", "level", "logger", "event")


def configure(level: str, form: str = "text") -> None:
    """Log to standard error from ``level`` on, as ``text`` or ``json``; libraries speak from WARNING on."""
    handler = logging.StreamHandler()
    handler.setFormatter(formatter(form))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(max(root.level, logging.WARNING))
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
    rendered: Processor = structlog.processors.JSONRenderer() if form == "json" else _text
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.ExtraAdder(allow=EXTRAS),
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            _stamped,
            _correlated,
            _without_an_error_s_text,
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _in_order, rendered],
    )


def _stamped(_: object, __: str, event: EventDict) -> EventDict:
    """When it was logged, not when the line is made."""
    created = datetime.fromtimestamp(event["_record"].created, UTC)
    event["timestamp"] = created.isoformat(timespec="milliseconds")
    return event


def _correlated(_: object, __: str, event: EventDict) -> EventDict:
    """The reference of the command, page or digest that this is about, unless the record has one."""
    if reference := event.get("reference") or current():
        event["reference"] = reference
    else:
        event.pop("reference", None)
    return event


def _without_an_error_s_text(_: object, __: str, event: EventDict) -> EventDict:
    """A library's traceback, as the bot writes its own: an error's text may quote a customer or a secret."""
    _, error, _ = event.pop("exc_info", None) or (None, None, None)
    told = []
    while error is not None:
        told.append(f"{type(error).__name__} at {frames(error)}")
        error = error.__cause__ or error.__context__
    if told:
        event["exception"] = ", after ".join(told)
    return event


def _in_order(_: object, __: str, event: EventDict) -> EventDict:
    names = [name for name in (*HEAD, *EXTRAS) if name in event]
    return {name: event[name] for name in (*names, *(event.keys() - {*names}))}


def _text(_: object, __: str, event: EventDict) -> str:
    """What a record says beyond its message follows as ``key=value``."""
    head = f"{event['timestamp']} {event['level'].upper()} {event['logger']}: {event['event']}"
    said = "".join(f" {name}={_one_word(event[name])}" for name in EXTRAS if name in event)
    traceback = f" | {event['exception']}" if event.get("exception") else ""
    return _on_one_line(f"{head}{traceback}") + said


def _one_word(value: object) -> str:
    """A value that cannot be taken for another field or another line."""
    text = str(value)
    return text if re.fullmatch(r"[\w.:+-]+", text) else repr(text)


def _on_one_line(text: str) -> str:
    """No line breaks, and nothing that a terminal would obey."""
    if text.isprintable():
        return text
    joined = " | ".join(text.splitlines())
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in joined)
