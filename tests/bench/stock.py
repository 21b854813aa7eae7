"""zeep's own clients, as its documentation sets them up, and many calls by whichever client."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from datetime import datetime
from typing import Any

import zeep

from tests.bench.shapes import WSDL

__all__ = ["Call", "in_threads", "spread", "zeep_async"]

#: By the user of that number.
Call = Callable[[int], Awaitable[object]]


def zeep_async(url: str) -> Call:
    """Its client for asyncio."""
    logging.getLogger("zeep").setLevel(logging.WARNING)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    client: Any = zeep.AsyncClient(str(WSDL))  # type: ignore[no-untyped-call]
    client.service._binding_options["address"] = f"{url}Contact.svc"

    async def call(number: int) -> object:
        return _rows(await client.service.GetMyActiveContacts(**_asked(number)))

    return call


def in_threads(url: str, threads: Executor) -> Call:
    """Its other client, in these threads."""
    logging.getLogger("zeep").setLevel(logging.WARNING)
    client: Any = zeep.Client(str(WSDL))  # type: ignore[no-untyped-call]
    client.service._binding_options["address"] = f"{url}Contact.svc"

    def ask(number: int) -> object:
        return _rows(client.service.GetMyActiveContacts(**_asked(number)))

    async def call(number: int) -> object:
        return await asyncio.get_running_loop().run_in_executor(threads, ask, number)

    return call


async def spread(call: Call, count: int, at_once: int) -> None:
    """One call of each of ``count`` users, so many at a time."""
    numbers = iter(range(count))

    async def worker() -> None:
        for number in numbers:
            await call(number)

    await asyncio.gather(*(worker() for _ in range(at_once)))


def _asked(number: int) -> dict[str, Any]:
    return {
        "ActivityStartTime": datetime(2026, 5, 1),
        "ContactCategories": {"int": []},
        "ActionType": ["Created", "Updated"],
        "_soapheaders": {"ApplicationToken": "", "Credentials": {"Ticket": f"7T:{number}"}},
    }


def _rows(reply: Any) -> object:
    assert reply.body.Response.ContactActivity
    return reply
