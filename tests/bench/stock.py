"""zeep's own clients, as its documentation sets them up, and many calls by whichever client."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from datetime import datetime
from typing import Any

import zeep

from tests.bench.shapes import WSDL

__all__ = ["Call", "asking_in_threads", "in_threads", "spread", "zeep_async"]

#: By the user of that number.
Call = Callable[[int], Awaitable[object]]


def zeep_async(url: str) -> Call:
    """Its client for asyncio."""
    logging.getLogger("zeep").setLevel(logging.WARNING)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    client: Any = zeep.AsyncClient(str(WSDL))  # type: ignore[no-untyped-call]
    client.service._binding_options["address"] = f"{url}Contact.svc"

    async def call(number: int) -> object:
        return _rows(await client.service.GetMyActiveContacts(**_asked(f"7T:{number}")))

    return call


def in_threads(url: str, threads: Executor) -> Call:
    """Its other client, in these threads."""
    ask = asking_in_threads(url, threads)
    return lambda number: ask(f"7T:{number}")


def asking_in_threads(url: str, threads: Executor) -> Callable[[str], Awaitable[Any]]:
    """The same by tickets: what it answers."""
    logging.getLogger("zeep").setLevel(logging.WARNING)
    client: Any = zeep.Client(str(WSDL))  # type: ignore[no-untyped-call]
    client.service._binding_options["address"] = f"{url}Contact.svc"

    def ask(ticket: str) -> Any:
        return _rows(client.service.GetMyActiveContacts(**_asked(ticket)))

    async def call(ticket: str) -> Any:
        return await asyncio.get_running_loop().run_in_executor(threads, ask, ticket)

    return call


async def spread(call: Call, count: int, at_once: int) -> None:
    """One call of each of ``count`` users, so many at a time."""
    numbers = iter(range(count))

    async def worker() -> None:
        for number in numbers:
            await call(number)

    await asyncio.gather(*(worker() for _ in range(at_once)))


def _asked(ticket: str) -> dict[str, Any]:
    return {
        "ActivityStartTime": datetime(2026, 5, 1),
        "ContactCategories": {"int": []},
        "ActionType": ["Created", "Updated"],
        "_soapheaders": {"ApplicationToken": "", "Credentials": {"Ticket": ticket}},
    }


def _rows(reply: Any) -> Any:
    assert reply.body.Response.ContactActivity
    return reply
