"""The transport over real sockets."""

import asyncio
import gzip
import socket
import ssl
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import (
    CrmError,
    CrmFailed,
    CrmRefused,
    CrmTimedOut,
    CrmTooBusy,
    CrmTooLarge,
    CrmUnreachable,
    CrmUnreadable,
    CrmWrongAddress,
    SignInRefused,
    TicketRefused,
)
from bot.core.secret import Secret
from bot.crm.client import _Command
from bot.crm.soap.transport import Limits, http_date
from bot.services.ports import ActivityQuery

ALL = ActivityQuery(None)


async def silent(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(30)
    raise AssertionError("nobody waits that long")


async def cut_off(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "10000"})
    await response.prepare(request)
    await response.write(b"<s:Envelope")
    assert request.transport is not None
    request.transport.close()
    return response


async def hang_up(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


# ---------------------------------------------------------------- no connection


async def test_refused(crm: Any) -> None:
    with pytest.raises(CrmUnreachable) as caught:
        await crm(f"http://127.0.0.1:{free_port()}/Services86/").system_info()
    assert caught.value.params == {"tenant": "onsite", "reason": "refused"}


async def test_a_listener_that_accepts_nobody(crm: Any) -> None:
    """Its queue is full, so a connection is neither made nor refused."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for other in waiting:
            other.setblocking(False)
            other.connect_ex(full.getsockname())
        limits = Limits(connect=0.1, attempt=5, command=5, attempts=2, pause=0.01)
        with pytest.raises(CrmUnreachable) as caught:
            await crm(f"http://127.0.0.1:{full.getsockname()[1]}/Services86/", limits).system_info()
        for other in waiting:
            other.close()
    assert caught.value.params["reason"] == "connect-timed-out"


async def test_a_certificate_nobody_vouches_for(crm: Any, server: Any, reply: Any) -> None:
    """Plain HTTP where TLS is expected: no second try, since it will not get better."""
    server.answers(reply(b""))
    before = server.connections
    with pytest.raises(CrmUnreachable) as caught:
        await crm(server.url.replace("http:", "https:")).system_info()
    assert caught.value.params["reason"] == "tls"
    assert server.connections == before + 1


async def test_a_proxy_that_is_down_does_not_show_its_password(
    crm: Any, server: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(CrmUnreachable) as caught, caplog.at_level("DEBUG"):
        await crm(proxy=f"http://user:hunter2@127.0.0.1:{free_port()}").system_info()
    assert caught.value.params["reason"] == "proxy"
    assert "hunter2" not in caplog.text + repr(caught.value) + repr([r.__dict__ for r in caplog.records])


async def test_through_a_proxy(crm: Any, server: Any, reply: Any, soap: Any) -> None:
    server.answers(reply(soap.system_info()))
    proxy = server.url.partition("/remote")[0]
    info = await crm("http://crm.invalid/Services86/", proxy=proxy).system_info()
    assert info.company == "Fjell AS"
    assert server.requests[0].headers["Host"] == "crm.invalid"


def test_a_ca_bundle_that_is_none(crm: Any) -> None:
    with pytest.raises((OSError, ssl.SSLError)):
        crm("https://127.0.0.1/Services86/", ca_bundle=__file__)


# ---------------------------------------------------------------- time


async def test_no_answer_in_the_time_of_a_try(crm: Any, server: Any) -> None:
    server.answers(silent)
    with pytest.raises(CrmTimedOut) as caught:
        await crm(limits=Limits(attempt=0.05, command=5, pause=0.01)).system_info()
    assert caught.value.params["seconds"] == 0.05
    assert len(server.requests) == 1


async def test_no_answer_in_the_time_of_a_command(crm: Any, server: Any) -> None:
    server.answers(silent)
    with pytest.raises(CrmTimedOut) as caught:
        await crm(limits=Limits(attempt=5, command=0.05)).system_info()
    assert caught.value.params["seconds"] == 0.05


@pytest.mark.parametrize("seconds", [0, 5])
async def test_who_gives_a_command_up_is_not_told_that_its_time_is_over(
    crm: Any, server: Any, seconds: float
) -> None:
    """Even if it is."""
    begun = asyncio.Event()

    async def given_up() -> None:
        async with _Command("onsite", seconds):
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                task.cancel()

    task = asyncio.create_task(given_up())
    await begun.wait()
    if seconds:
        task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_command_in_time_leaves_nothing_behind() -> None:
    async with _Command("onsite", 0):
        pass
    for _ in range(3):
        await asyncio.sleep(0)


# ---------------------------------------------------------------- tries


@pytest.mark.parametrize("failure", [502, 503, 504, 429, cut_off, hang_up])
async def test_what_only_reads_is_tried_again(
    crm: Any, server: Any, reply: Any, soap: Any, failure: int | Callable[..., Any]
) -> None:
    first = reply(b"<html/>", failure) if isinstance(failure, int) else failure
    server.answers(first, first, reply(soap.system_info()))
    assert (await crm().system_info()).company == "Fjell AS"
    assert len(server.requests) == 3


async def test_four_tries_are_enough(crm: Any, server: Any, reply: Any) -> None:
    server.answers(reply(b"<html/>", 503))
    with pytest.raises(CrmTooBusy) as caught:
        await crm().system_info()
    assert caught.value.params == {"tenant": "onsite", "status": 503}
    assert len(server.requests) == 4


@pytest.mark.parametrize("failure", [503, 429, cut_off, hang_up])
async def test_signing_in_is_never_tried_again(
    crm: Any, server: Any, reply: Any, failure: int | Callable[..., Any]
) -> None:
    server.answers(reply(b"", failure, Retry_After="0") if isinstance(failure, int) else failure)
    with pytest.raises(CrmError):
        await crm().sign_in("SAL0", Secret("pw"))
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 421, 500])
async def test_what_will_not_get_better_is_not_tried_again(
    crm: Any, server: Any, reply: Any, status: int
) -> None:
    server.answers(reply(b"<html><body>no</body></html>", status))
    with pytest.raises(CrmError):
        await crm().system_info()
    assert len(server.requests) == 1


async def test_retry_after_is_obeyed(crm: Any, server: Any, reply: Any, soap: Any) -> None:
    loop = asyncio.get_running_loop()
    server.answers(reply(b"", 429, Retry_After="1"), reply(soap.system_info()))
    began = loop.time()
    await crm(limits=Limits(command=5, pause=0.01)).system_info()
    assert loop.time() - began >= 0.99


@pytest.mark.parametrize("when", ["60", "date"])
async def test_retry_after_that_does_not_fit_is_given_up_at_once(
    crm: Any, server: Any, reply: Any, clock: Any, when: str
) -> None:
    if when == "date":
        when = format_datetime(clock.now() + timedelta(minutes=1), usegmt=True)
    server.answers(reply(b"", 429, Retry_After=when))
    with pytest.raises(CrmTooBusy):
        await crm().system_info()
    assert len(server.requests) == 1


async def test_retry_after_a_date_that_is_past(
    crm: Any, server: Any, reply: Any, clock: Any, soap: Any
) -> None:
    past = format_datetime(clock.now() - timedelta(minutes=1), usegmt=True)
    server.answers(reply(b"", 503, Retry_After=past), reply(soap.system_info()))
    await crm().system_info()
    assert len(server.requests) == 2


# ---------------------------------------------------------------- dates


@pytest.mark.parametrize(
    "text",
    [
        "Fri, 31 Dec 9999 23:59:59 -0100",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Thu, 01 Jan 1970 00:00:00 +0100",
        "Mon, 23 Nov 2026 12:00:00 +999999999999999999999",
        "yesterday",
        "",
        None,
    ],
)
def test_what_is_no_date_or_nobodys_clock(text: str | None) -> None:
    assert http_date(text) is None


def test_a_date_in_any_zone() -> None:
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    for text in ("Mon, 23 Nov 2026 12:00:00 GMT", "Mon, 23 Nov 2026 13:00:00 +0100"):
        assert http_date(text) == noon


@given(st.one_of(st.text(), st.datetimes(timezones=st.timezones()).map(format_datetime)))
def test_a_date_is_in_utc_or_none(text: str) -> None:
    date = http_date(text)
    assert date is None or date.tzinfo is UTC


async def test_a_server_that_shows_the_end_of_time_shows_none(
    crm: Any, server: Any, reply: Any, soap: Any, ticket: Secret
) -> None:
    end = "Fri, 31 Dec 9999 23:59:59 -0100"
    server.answers(reply(soap.system_info(), date=end), reply(soap.activities(soap.row()), date=end))
    client = crm()
    assert (await client.activities(ticket, ALL)).activities
    assert [warning.code for warning in client.warnings] == ["no-date"]


# ---------------------------------------------------------------- statuses


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (301, CrmWrongAddress),
        (302, CrmWrongAddress),
        (400, CrmFailed),
        (401, TicketRefused),
        (403, CrmRefused),
        (404, CrmWrongAddress),
        (405, CrmWrongAddress),
        (415, CrmFailed),
        (421, CrmWrongAddress),
        (429, CrmTooBusy),
        (500, CrmFailed),
        (502, CrmTooBusy),
        (503, CrmTooBusy),
        (504, CrmTooBusy),
    ],
)
@pytest.mark.parametrize("body", ["", "<html><body><p>Sorry</p></body></html>", "answer"])
async def test_a_status_counts_whatever_the_body_looks_like(
    crm: Any,
    server: Any,
    reply: Any,
    soap: Any,
    ticket: Secret,
    status: int,
    error: type[CrmError],
    body: str,
) -> None:
    """zeep takes well-formed HTML for an "unknown fault" and forgets the status."""
    content = soap.activities(soap.row()) if body == "answer" else body
    server.answers(reply(soap.system_info()), reply(content, status, Location="/elsewhere"))
    with pytest.raises(error) as caught:
        await crm(limits=Limits(attempts=1)).activities(ticket, ALL)
    assert type(caught.value) is error
    assert caught.value.params["status"] == status


async def test_401_without_a_ticket_is_no_ones_ticket(crm: Any, server: Any, reply: Any) -> None:
    server.answers(reply(b"", 401))
    with pytest.raises(CrmRefused):
        await crm().sign_in("SAL0", Secret("pw"))


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize(
    ("text", "error"), [("Object reference not set", CrmFailed), ("Invalid ticket", TicketRefused)]
)
async def test_a_fault(
    crm: Any,
    server: Any,
    reply: Any,
    soap: Any,
    ticket: Secret,
    status: int,
    text: str,
    error: type[CrmError],
) -> None:
    server.answers(reply(soap.system_info()), reply(soap.fault(text), status))
    with pytest.raises(error) as caught:
        await crm().activities(ticket, ALL)
    assert type(caught.value) is error
    assert caught.value.params["exception_type"] == "Fault"


async def test_a_fault_at_sign_in(crm: Any, server: Any, reply: Any, soap: Any) -> None:
    server.answers(reply(soap.fault("Authentication failed!"), 500))
    with pytest.raises(SignInRefused):
        await crm().sign_in("SAL0", Secret("pw"))


# ---------------------------------------------------------------- size


async def test_gzip(crm: Any, server: Any, reply: Any, soap: Any) -> None:
    server.answers(reply(gzip.compress(soap.system_info()), Content_Encoding="gzip"))
    assert (await crm().system_info()).company == "Fjell AS"
    assert server.requests[0].headers["Accept-Encoding"] == "gzip"


async def test_a_large_answer(crm: Any, server: Any, reply: Any) -> None:
    server.answers(reply(b"x" * 100_001))
    with pytest.raises(CrmTooLarge) as caught:
        await crm(limits=Limits(size=100_000)).system_info()
    assert caught.value.params["limit"] == 100_000
    assert len(server.requests) == 1


async def test_a_gzip_bomb_is_not_unpacked(crm: Any, server: Any, reply: Any) -> None:
    """64 MiB packed into 64 kB: no more than the cap, and a piece, is ever in memory."""
    packed = gzip.compress(bytes(64 * 2**20))
    server.answers(reply(packed, Content_Encoding="gzip"))
    tracemalloc.start()
    try:
        with pytest.raises(CrmTooLarge):
            await crm(limits=Limits(size=2**20, command=20)).system_info()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * 2**20


@pytest.mark.parametrize(
    "content", [b"\x1f\x8bjunk", b"", gzip.compress(b"<s:Envelope" * 999, mtime=0)[:-20]]
)
async def test_gzip_that_is_none(crm: Any, server: Any, reply: Any, content: bytes) -> None:
    server.answers(reply(content, Content_Encoding="gzip"))
    with pytest.raises((CrmUnreadable, CrmUnreachable)):
        await crm(limits=Limits(attempts=1)).system_info()


# ---------------------------------------------------------------- connections


async def test_redirects_are_not_followed(crm: Any, server: Any, reply: Any) -> None:
    """The ticket would go along."""
    server.answers(reply(b"", 307, Location=server.url + "elsewhere"))
    with pytest.raises(CrmWrongAddress):
        await crm().system_info()
    assert len(server.requests) == 1


async def test_no_cookie_goes_back(crm: Any, server: Any, reply: Any, soap: Any) -> None:
    server.answers(reply(soap.system_info(), Set_Cookie="session=somebody"))
    client = crm()
    await client.system_info()
    await client.system_info()
    assert "Cookie" not in server.requests[1].headers


async def test_connections_are_kept(crm: Any, server: Any, reply: Any, soap: Any) -> None:
    server.answers(reply(soap.system_info()))
    client = crm()
    for _ in range(10):
        await client.system_info()
    await asyncio.gather(*(client.system_info() for _ in range(5)))
    assert server.connections <= 5


async def test_the_session_is_the_one_given(
    crm: Any, server: Any, reply: Any, soap: Any, session: aiohttp.ClientSession
) -> None:
    server.answers(reply(soap.system_info()))
    await crm().system_info()
    assert session.connector is not None
    await session.close()
    with pytest.raises(RuntimeError, match="closed"):
        await crm().system_info()


@pytest.mark.parametrize("question", ["now", "activities"])
async def test_after_a_start_all_hear_at_once_that_nobody_answers(
    crm: Any, server: Any, reply: Any, ticket: Secret, question: str
) -> None:
    """One asks for the server's clock, for all: not each in turn, until the last one's time is up."""
    server.answers(reply(status=503))
    client = crm()
    asks = client.now if question == "now" else lambda: client.activities(ticket, ALL)
    heard = await asyncio.gather(*(asks() for _ in range(32)), return_exceptions=True)
    assert {type(each) for each in heard} == {CrmTooBusy}
    assert len(server.requests) == Limits().attempts


async def test_who_gives_up_asking_for_the_time_does_not_end_it_for_the_others(
    crm: Any, server: Any, reply: Any, soap: Any
) -> None:
    reached, answering = asyncio.Event(), asyncio.Event()

    async def when_let(request: web.Request) -> web.StreamResponse:
        reached.set()
        await answering.wait()
        return await reply(soap.system_info())(request)  # type: ignore[no-any-return]

    server.answers(when_let)
    client = crm()
    first, second = (asyncio.create_task(client.now()) for _ in range(2))
    await reached.wait()
    first.cancel()
    answering.set()
    assert await second
    assert len(server.requests) == 1
