"""What a line of the log looks like, for people and for a program."""

import asyncio
import gc
import json
import logging
import re
from datetime import UTC, datetime

import pytest
import stamina

from bot.app import settle
from bot.core.correlation import correlated, current
from bot.logs import formatter

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
    hostile = 'x\n2026-11-19 ERROR bot: stolen\r\x1b[31m\u2028"} action=forged'
    told = line(form, hostile, reason=hostile)
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
