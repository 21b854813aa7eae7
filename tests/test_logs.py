"""What a line of the log looks like, for people and for a program."""

import asyncio
import gc
import json
import logging
import re
from datetime import UTC, datetime

import pytest
import stamina
import structlog
from hypothesis import given
from hypothesis import strategies as st
from structlog.typing import EventDict

from bot.app import settle
from bot.core.correlation import correlated, current
from bot.core.frames import frames
from bot.logs import EXTRAS, formatter

HOSTILE = 'x\n2026-11-19 ERROR bot: stolen\r\x1b[31m\u2028"} action=forged'
AT = datetime(2026, 11, 19, 8, 41, 0, 250_000, tzinfo=UTC)


def line(form: str, message: str = "asked SuperOffice", **extra: object) -> str:
    record = logging.LogRecord("bot.services.measured", logging.INFO, "measured.py", 7, message, (), None)
    vars(record).update(extra, created=AT.timestamp())
    return formatter(form).format(record)


def test_a_line_for_people() -> None:
    told = line("text", action="crm.called", outcome="ok", seconds=0.31, tenant="onsite")
    assert told == (
        "2026-11-19T08:41:00.250+00:00 INFO bot.services.measured: asked SuperOffice "
        "action=crm.called tenant=onsite outcome=ok seconds=0.31"
    )


def test_a_line_for_a_program() -> None:
    told = line("json", action="crm.called", seconds=0.31, unknown="is left out")
    assert json.loads(told) == {
        "timestamp": "2026-11-19T08:41:00.250+00:00",
        "level": "info",
        "logger": "bot.services.measured",
        "event": "asked SuperOffice",
        "action": "crm.called",
        "seconds": 0.31,
    }


@pytest.mark.parametrize("form", ["text", "json"])
def test_nobody_writes_a_line_of_their_own(form: str) -> None:
    told = line(form, HOSTILE, reason=HOSTILE)
    assert len(told.splitlines()) == 1
    assert "\x1b" not in told
    if form == "text":
        assert told.count(" reason='x\\n") == 1, "what is no word is quoted"


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_is_done_within_has_the_reference(form: str) -> None:
    with correlated("4f1c"):
        assert "4f1c" in line(form)
        assert "4f1c" not in line(form, reference="its-own")
        with correlated("other"):
            assert "other" in line(form)
        assert current() == "4f1c"
    assert "reference" not in line(form)
    assert "reference" not in line(form, reference="")


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_traceback_of_a_library_is_on_the_line_without_the_errors_text(form: str) -> None:
    try:
        try:
            raise KeyError("ticket 7T:abc of Nordlys AS")
        except KeyError as cause:
            raise ValueError("no ticket 7T:abc") from cause
    except ValueError as error:
        told = line(form, exc_info=(type(error), error, error.__traceback__))
    assert len(told.splitlines()) == 1
    assert re.search(r"ValueError at \S+test_logs.py:\d+ test_\w+, after KeyError at \S+test_logs.py:", told)
    assert "7T:abc" not in told


def by_structlog_alone() -> logging.Formatter:
    """JSON by structlog's own processors, one for each thing; the bot does it at once, which is cheaper."""

    def stamped(_: object, __: str, event: EventDict) -> EventDict:
        event["timestamp"] = AT.isoformat(timespec="milliseconds")
        return event

    def correlated(_: object, __: str, event: EventDict) -> EventDict:
        event["reference"] = event.get("reference") or current()
        return {name: each for name, each in event.items() if name != "reference" or each}

    def traced(_: object, __: str, event: EventDict) -> EventDict:
        if (error := event.pop("exc_info", (None, None, None))[1]) is not None:
            event["exception"] = f"{type(error).__name__} at {frames(error)}"
        return event

    def ordered(_: object, __: str, event: EventDict) -> EventDict:
        names = ("timestamp", "level", "logger", "event", *EXTRAS, "exception", "stack_info")
        return {name: event.pop(name) for name in names if name in event}

    return structlog.stdlib.ProcessorFormatter(
        processors=[
            structlog.stdlib.ExtraAdder(allow=EXTRAS),
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            *(stamped, correlated, traced),
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            ordered,
            structlog.processors.JSONRenderer(),
        ]
    )


ANYTHING = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(HOSTILE) | st.just(AT)
)


@given(
    st.sampled_from(["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]),
    st.text() | st.just(HOSTILE),
    st.dictionaries(
        st.sampled_from([*EXTRAS, "ticket", "stack_info", "company"]), ANYTHING | st.tuples(ANYTHING)
    ),
    st.sampled_from([None, (None, None, None), KeyError("7T:abc"), ValueError(HOSTILE)]),
    st.sampled_from(["", "4f1c"]),
)
def test_a_line_for_a_program_is_structlog_s_to_the_byte(
    level: str, message: str, extra: dict[str, object], raised: object, reference: str
) -> None:
    said = {"name": "bot.crm", "levelname": level, "msg": "%s", "args": (message,), "created": AT.timestamp()}
    exc_info = (type(raised), raised, None) if isinstance(raised, Exception) else raised
    record = logging.makeLogRecord({**said, **extra, "exc_info": exc_info})
    before = dict(vars(record))
    with correlated(reference):
        told = formatter("json").format(record)
        assert told == by_structlog_alone().format(record)
    assert "7T:abc" not in told
    assert told.isascii()
    assert repr(vars(record)) == repr(before), "another handler gets the record as it was"


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        ({"args": ("x",)}, "asked x"),
        ({"reason": "", "seconds": 0.5}, "asked %s seconds=0.5 reason=''"),
        ({"reason": "two words", "company": "Nordlys AS"}, "asked %s reason='two words'"),
        ({"msg": HOSTILE}, r'x | 2026-11-19 ERROR bot: stolen | \x1b[31m | "} action=forged'),
        ({"reason": HOSTILE}, f"asked %s reason={HOSTILE!r}"),
        ({"exc_info": (KeyError, KeyError("7T:abc"), None)}, "asked %s | KeyError at "),
        ({"exc_info": (None, None, None), "action": None}, "asked %s action=None"),
        ({"stack_info": "Stack\n  more"}, "asked %s"),
    ],
)
def test_a_line_for_people_to_the_byte(extra: dict[str, object], told: str) -> None:
    said = {"name": "bot.crm", "levelname": "WARNING", "msg": "asked %s", "created": AT.timestamp()}
    record = logging.makeLogRecord(said | extra)
    assert formatter("text").format(record) == f"2026-11-19T08:41:00.250+00:00 WARNING bot.crm: {told}"


async def test_what_a_forgotten_task_raised_is_told_without_the_errors_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def raising() -> None:
        raise ValueError("no ticket 7T:abc")

    settle()
    gc.unfreeze()
    task = asyncio.create_task(raising())
    await asyncio.wait({task})
    del task
    gc.collect()
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert vars(record)["action"] == "loop.failed"
    assert re.match(r"unforeseen ValueError at \S+test_logs.py:\d+ raising$", record.getMessage())


async def test_stamina_s_retries_go_the_same_way(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with correlated("4f1c"), caplog.at_level(logging.WARNING):
        async for attempt in stamina.retry_context(on=ValueError, wait_initial=0, wait_jitter=0):
            with attempt:
                if attempt.num == 1:
                    raise ValueError
        (record,) = caplog.records
        assert "stamina.retry_scheduled reference=4f1c" in formatter("text").format(record)
    assert capsys.readouterr().out == ""
