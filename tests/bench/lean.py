"""A SuperOffice and a Slack that cost next to nothing, in a process of their own.

They answer from bytes made beforehand, after a set delay, so that what is measured is the client. The Slack
sends signed commands as well, and takes the time until the answer stands at ``response_url``.
"""

import asyncio
import hmac
import json
import multiprocessing
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import formatdate
from itertools import chain, cycle
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import uvloop

from tests.bench.shapes import OSLO, compact

__all__ = ["DELAY", "SIGNING_SECRET", "Lean", "lean", "system_info"]

#: Seconds that the SuperOffice takes.
DELAY = 0.05
#: Companies, and more than anything remembers that was drawn or read.
DIFFERENT = 10_000
#: A user's first commands, which do not count.
WARM_UP = 3
SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


@dataclass(frozen=True)
class Lean:
    """The process's servers, as the bench sees them."""

    port: int
    _pipe: Connection
    scheme: str = "http"

    @property
    def url(self) -> str:
        """Their root."""
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def load(
        self,
        bot_url: str,
        users: int,
        commands: int,
        *,
        answered: bool = True,
        text: str = "since monday",
        pause: float = 0,
    ) -> list[float]:
        """Have ``users`` type ``commands`` in all, each as soon as the last is answered, or acknowledged.

        Return the seconds of each but the first few of each user, who all begin in the same moment.
        ``pause`` is in seconds, after each.
        """
        self._pipe.send(_Load(bot_url, users, commands, answered, text, pause))
        taken: list[float] = self._pipe.recv()
        return taken


@dataclass(frozen=True)
class _Load:
    bot_url: str
    users: int
    commands: int
    answered: bool
    text: str
    pause: float


@contextmanager
def lean(rows: int = 20, tls: Path | None = None, delay: float = DELAY) -> Iterator[Lean]:
    """Start the process; ``tls`` is a file with its certificate and key."""
    ours, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_run, args=(theirs, rows, tls, delay), daemon=True)
    process.start()
    try:
        yield Lean(ours.recv(), ours, "https" if tls else "http")
    finally:
        ours.send(None)
        process.join(5)
        process.terminate()


def system_info() -> bytes:
    """The answer to GetSystemInfo."""
    namespace = "http://www.superoffice.net/ws/crm/NetServer/Services86"
    return (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header>'
        f'<h:Succeeded xmlns:h="{namespace}">true</h:Succeeded></s:Header><s:Body>'
        f'<GetSystemInfoResponse xmlns="{namespace}"><SystemInfo><CompanyName>Fjell</CompanyName>'
        "</SystemInfo></GetSystemInfoResponse></s:Body></s:Envelope>"
    ).encode()


class _Server:
    """What is answered, and who waits for which answer."""

    def __init__(self, rows: int, delay: float) -> None:
        self.delay = delay
        self.activities = _lately(rows)
        self.info = system_info()
        self.answered: dict[str, asyncio.Future[None]] = {}

    def answer(self, head: bytes, asked: bytes) -> tuple[bytes, bytes, float]:
        """The body, its type, and after how many seconds."""
        path = head.split(b" ", 2)[1].decode()
        if path.startswith("/remote/"):
            slow = b"GetMyActiveContacts" in head
            return (
                (next(self.activities) if slow else self.info),
                b"text/xml; charset=utf-8",
                self.delay * slow,
            )
        if path.startswith("/response/"):
            waiting = self.answered.pop(path, None)
            if waiting and not waiting.done():
                waiting.set_result(None)
            return b"ok", b"text/plain", 0
        if path == "/api/chat.postMessage":  # everybody has a conversation of their own
            channel = asked.partition(b'"channel":')[2].partition(b'"U')[2].partition(b'"')[0]
            return b'{"ok":true,"channel":"D%b","ts":"1763541660.0001"}' % channel, b"application/json", 0
        method = path.partition("?")[0].rpartition("/")[2]
        return _API.get(method, _UNKNOWN), b"application/json", 0


def _lately(rows: int) -> Iterator[bytes]:
    """Answers of so many companies, no two of which are alike in the next hundreds of answers."""
    row = {b">726<": b">%d<", "Sønner".encode(): "Sønner %d".encode(), b"2026-05-02T10:31:07": b"%b"}
    answer, now = compact(rows), datetime.now(OSLO)
    for told, place in row.items():
        answer = answer.replace(told, place)
    ago = (timedelta(minutes=number % 720) for number in range(rows))  # within a digest's day
    times = [f"{now - each:%Y-%m-%dT%H:%M:%S}".encode() for each in ago]

    def of(first: int) -> bytes:
        return answer % tuple(chain.from_iterable((n, n, time) for n, time in enumerate(times, first)))

    return cycle([of(1 + rows * number) for number in range(max(1, DIFFERENT // rows))])


_UNKNOWN = b'{"ok":false,"error":"unknown_method"}'
_API = {
    "auth.test": json.dumps({"ok": True, "team_id": "T1", "team": "Bench", "user_id": "UBOT"}).encode(),
    "users.info": json.dumps(
        {"ok": True, "user": {"id": "U1", "tz": "Europe/Oslo", "profile": {"real_name": "Sam"}}}
    ).encode(),
}


class _Connection(asyncio.Protocol):
    def __init__(self, server: _Server) -> None:
        self._server = server
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        self._data += data
        while (end := self._data.find(b"\r\n\r\n")) >= 0:
            head = self._data[:end]
            start = head.lower().find(b"content-length:")
            length = int(head[start + 15 :].split(b"\r\n", 1)[0]) if start >= 0 else 0
            if len(self._data) < end + 4 + length:
                return
            asked, self._data = self._data[end + 4 : end + 4 + length], self._data[end + 4 + length :]
            self._reply(*self._server.answer(head, asked))

    def _reply(self, body: bytes, kind: bytes, delay: float) -> None:
        date = formatdate(usegmt=True).encode()
        head = b"HTTP/1.1 200 OK\r\nDate: %b\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n"
        answer = head % (date, kind, len(body)) + body
        if delay:
            asyncio.get_running_loop().call_later(delay, self._write, answer)
        else:
            self._write(answer)

    def _write(self, answer: bytes) -> None:
        if not self._transport.is_closing():  # a client may have enough of it before it has all
            self._transport.write(answer)


def _run(pipe: Connection, rows: int, tls: Path | None, delay: float) -> None:
    uvloop.run(_serve(pipe, rows, tls, delay))


async def _serve(pipe: Connection, rows: int, tls: Path | None, delay: float) -> None:
    loop = asyncio.get_running_loop()
    server = _Server(rows, delay)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if tls else None
    if context and tls:
        context.load_cert_chain(tls)
    listener = await loop.create_server(
        lambda: _Connection(server), "127.0.0.1", 0, backlog=1024, ssl=context
    )
    port = listener.sockets[0].getsockname()[1]
    pipe.send(port)
    async with aiohttp.ClientSession() as session:
        while wanted := await loop.run_in_executor(None, pipe.recv):
            pipe.send(await _load(session, server, port, wanted))
    listener.close()


async def _load(session: aiohttp.ClientSession, server: _Server, port: int, wanted: _Load) -> list[float]:
    numbers = iter(range(wanted.commands))
    taken: list[float] = []

    async def user(name: str) -> None:
        for turn, number in enumerate(numbers):
            start = time.perf_counter()
            answer = await _command(session, server, port, wanted, name, f"{start}.{number}")
            if wanted.answered:
                await asyncio.wait_for(answer, 30)
            if turn >= WARM_UP:
                taken.append(time.perf_counter() - start)
            await asyncio.sleep(wanted.pause)

    await asyncio.gather(*(user(f"U{number}") for number in range(wanted.users)))
    return taken


async def _command(
    session: aiohttp.ClientSession, server: _Server, port: int, wanted: _Load, user: str, trigger: str
) -> asyncio.Future[None]:
    path = f"/response/{trigger}"
    answered = server.answered[path] = asyncio.get_running_loop().create_future()
    body = urlencode(
        {
            "team_id": "T1",
            "user_id": user,
            "channel_id": "C1",
            "command": "/superoffice",
            "text": wanted.text,
            "response_url": f"http://127.0.0.1:{port}{path}",
            "trigger_id": trigger,
        }
    ).encode()
    seconds = str(int(time.time()))
    digest = hmac.digest(SIGNING_SECRET.encode(), f"v0:{seconds}:".encode() + body, "sha256").hex()
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": seconds,
        "X-Slack-Signature": f"v0={digest}",
    }
    async with session.post(f"{wanted.bot_url}/slack/events", data=body, headers=headers) as acknowledged:
        assert acknowledged.status == 200, acknowledged.status
    return answered
