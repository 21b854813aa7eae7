"""Where an online tenant is, and what its environment says of itself: asked once for all who want to know."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

import aiohttp
import pytest

from bot.core.errors import CrmTooBusy
from bot.core.secret import Secret
from bot.crm.online.http import JsonClient
from bot.crm.online.signin import OnlineSignIn
from bot.crm.online.state import TenantState
from bot.demo.online import Online
from bot.idtokens import Keys
from bot.services.ports import Clock

Asks = Callable[[], Awaitable[object]]


@pytest.fixture
async def online(clock: Clock) -> AsyncIterator[Online]:
    async with Online(clock=clock) as online:
        yield online


@pytest.fixture
def questions(online: Online, session: aiohttp.ClientSession, clock: Clock) -> Mapping[str, Asks]:
    """By the fault's name of what is asked."""
    client = JsonClient("t", online.url, session, None)
    state = TenantState(online.tenant.name, client, clock)
    sign_in = OnlineSignIn(online.tenant.name, online.client_id, Secret(online.client_secret), client, clock)
    keys = Keys(client.get, clock)
    return {
        "state": state.endpoint,
        "configuration": lambda: sign_in.refresh(Secret("anything")),
        "jwks": lambda: keys.all(f"{online.url}/login/.well-known/jwks", "k"),
    }


@pytest.mark.parametrize("what", ["state", "configuration", "jwks"])
async def test_one_asks_for_all_and_all_hear_that_nobody_answers(
    online: Online, questions: Mapping[str, Asks], what: str
) -> None:
    """Nobody waits until everybody before has asked in vain."""
    online.faults.set(what, status=503)
    heard = await asyncio.gather(*(questions[what]() for _ in range(20)), return_exceptions=True)
    assert {type(each) for each in heard} == {CrmTooBusy}
    assert [asked.name for asked in online.requests] == [what]


async def test_one_asks_for_all_where_a_tenant_has_moved_to(
    online: Online, session: aiohttp.ClientSession, clock: Clock
) -> None:
    state = TenantState(online.tenant.name, JsonClient("t", online.url, session, None), clock)
    before = await state.endpoint()
    online.move()
    assert await asyncio.gather(*(state.moved(before) for _ in range(20))) == [True] * 20
    assert await state.moved(before), "whoever comes later need not ask"
    assert await state.endpoint() != before
    assert [asked.name for asked in online.requests] == ["state"] * 2
