"""Nothing unsigned, stale, oversized or unreadable comes through, and none of it is a 500."""

import asyncio
import hmac
from collections.abc import MutableMapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import SystemClock
from bot.core.secret import Secret
from bot.demo.clock import TestClock
from bot.metrics import PrometheusMetrics
from bot.services.ports import Clock
from bot.slack.guard import MAX_BODY, Guard
from bot.slack.refusals import Refusal, Refusals
from tests.conftest import NOW
from tests.test_metrics import samples

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
FORM = b"application/x-www-form-urlencoded"
COMMAND = urlencode({"command": "/superoffice", "text": "today", "user_id": "U1"}).encode()


class Inside:
    """What stands behind the guard."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.bodies.append((await receive())["body"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


async def post(
    clock: Clock,
    body: bytes,
    *,
    headers: dict[bytes, bytes] | None = None,
    content_type: bytes = FORM,
    method: str = "POST",
    age: float = 0,
    refusals: Refusals | None = None,
) -> tuple[int, list[bytes]]:
    timestamp = str(int(clock.now().timestamp() - age))
    # By hand: Slack's own helper signs UTF-8 only.
    signature = "v0=" + hmac.digest(SECRET.encode(), f"v0:{timestamp}:".encode() + body, "sha256").hex()
    sent = {
        b"content-type": content_type,
        b"x-slack-request-timestamp": timestamp.encode(),
        b"x-slack-signature": signature.encode(),
        **(headers or {}),
    }
    inside, status = Inside(), []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            status.append(message["status"])

    scope = {"type": "http", "method": method, "path": "/slack/events", "headers": list(sent.items())}
    await Guard(inside, Secret(SECRET), clock, refusals or Refusals(clock))(scope, receive, send)
    return status[0], inside.bodies


async def test_a_signed_command_comes_through_unchanged(clock: Clock) -> None:
    assert await post(clock, COMMAND) == (200, [COMMAND])


@pytest.mark.parametrize(
    "headers",
    [
        {b"x-slack-signature": b"v0=" + b"0" * 64},
        {b"x-slack-signature": b""},
        {b"x-slack-signature": b"\xff\xfe"},
        {b"x-slack-request-timestamp": b"junk"},
        {b"x-slack-request-timestamp": b""},
        {b"x-slack-request-timestamp": b"-1"},
        {b"x-slack-request-timestamp": "١٢٣".encode()},
        {b"x-slack-request-timestamp": b"9" * 400},
    ],
)
async def test_unsigned(clock: Clock, headers: dict[bytes, bytes]) -> None:
    assert await post(clock, COMMAND, headers=headers) == (401, [])


@pytest.mark.parametrize(("age", "status"), [(299, 200), (301, 401), (-301, 401)])
async def test_stale(clock: Clock, age: float, status: int) -> None:
    assert (await post(clock, COMMAND, age=age))[0] == status


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"payload=junk", FORM),
        (b"payload=[]", FORM),
        (b"p%61yload=junk", FORM),
        (b"a=1&payload=junk&b=2", FORM),
        (b"&".join([b"a=1"] * 200), FORM),
        (b"junk", b"application/json"),
        (b"[]", b"application/json; charset=utf-8"),
        (b"[" * 100_000, b"application/json"),
    ],
)
async def test_signed_junk(clock: Clock, body: bytes, content_type: bytes) -> None:
    assert await post(clock, body, content_type=content_type) == (400, [])


async def test_what_is_not_utf8_cannot_be_verified(clock: Clock) -> None:
    assert await post(clock, b"\xff\xfe") == (401, [])


async def test_oversized(clock: Clock) -> None:
    assert await post(clock, b"a" * (MAX_BODY + 1)) == (413, [])


async def test_a_body_that_does_not_arrive(clock: Clock) -> None:
    statuses = []

    async def receive() -> MutableMapping[str, Any]:
        return await asyncio.Future()

    async def send(message: MutableMapping[str, Any]) -> None:
        statuses.append(message.get("status"))

    scope = {"type": "http", "method": "POST", "path": "/slack/events", "headers": []}
    metrics = PrometheusMetrics()
    await Guard(Inside(), Secret(SECRET), clock, Refusals(clock, metrics), patience=0.01)(
        scope, receive, send
    )
    assert statuses[0] == 408
    assert counted(metrics) == {"too-slow": 1}


def counted(metrics: PrometheusMetrics) -> dict[str, float]:
    """How many were refused, by reason."""
    return {reason: number for (reason,), number in samples(metrics, "requests_refused_total").items()}


async def test_what_is_refused_is_counted_by_its_reason(clock: Clock) -> None:
    metrics = PrometheusMetrics()
    refusals = Refusals(clock, metrics)
    await post(clock, COMMAND, refusals=refusals)
    assert counted(metrics) == {}
    for _ in range(2):
        await post(clock, COMMAND, headers={b"x-slack-signature": b"v0=" + b"0" * 64}, refusals=refusals)
    await post(clock, COMMAND, headers={b"x-slack-request-timestamp": b"junk"}, refusals=refusals)
    await post(clock, COMMAND, age=301, refusals=refusals)
    await post(clock, b"a" * (MAX_BODY + 1), refusals=refusals)
    await post(clock, b"payload=junk", refusals=refusals)
    assert counted(metrics) == {"unsigned": 3, "stale": 1, "too-large": 1, "unreadable": 1}


def test_of_each_reason_one_a_minute_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """Anybody may send what is not signed, as often as they like."""
    clock = TestClock(NOW)
    refusals = Refusals(clock)
    for seconds in (0, 1, 58, 1, 59, 1, -3600):
        clock.set(clock.now() + timedelta(seconds=seconds))
        refusals.refused(Refusal.UNSIGNED)
    refusals.refused(Refusal.STALE)
    told = [(record.levelname, vars(record)["reason"]) for record in caplog.records]
    assert told == [("WARNING", "unsigned")] * 4 + [("WARNING", "stale")]
    assert "SLACK_SIGNING_SECRET" in caplog.text


async def test_another_method(clock: Clock) -> None:
    assert await post(clock, COMMAND, method="GET") == (405, [])


@given(st.binary(max_size=300), st.sampled_from([FORM, b"application/json", b"", b"text/plain"]))
async def test_no_signed_body_breaks_it(body: bytes, content_type: bytes) -> None:
    status, _ = await post(SystemClock(), body, content_type=content_type)
    assert status in (200, 400, 401)
