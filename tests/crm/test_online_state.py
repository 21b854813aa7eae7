"""Where an online tenant is, and what its environment says of itself: asked once for all who want to know."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import timedelta

import aiohttp
import pytest

from bot.core.errors import CrmTooBusy
from bot.core.onlineerrors import ConsentWithdrawn
from bot.core.secret import Secret
from bot.crm.online.http import Answer, JsonClient
from bot.crm.online.signin import OnlineSignIn
from bot.crm.online.state import TenantState
from bot.demo.online import Online
from bot.idtokens import Keys
from bot.services.ports import Clock
from tests.crm.conftest import SetClock

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


async def test_metadata_that_cannot_be_had_is_not_asked_for_by_everybody_who_comes(
    online: Online, questions: Mapping[str, Asks], clock: SetClock
) -> None:
    """What is known of it is an hour old and good enough: nobody waits for it but once a minute."""
    asked = questions["configuration"]
    for minutes, times in ((0, 1), (61, 2), (0.5, 2), (0.6, 3)):
        clock.time += timedelta(minutes=minutes)
        for _ in range(5):
            with pytest.raises(ConsentWithdrawn):
                await asked()
        assert [each.name for each in online.requests].count("configuration") == times
        online.faults.set("configuration", status=503)


async def test_a_tenant_that_moves_as_its_state_is_told_is_not_away(
    online: Online, session: aiohttp.ClientSession, clock: SetClock
) -> None:
    """Somebody hears from the host that it is elsewhere, before those who asked for its state go on."""
    told = asyncio.Event()

    class Client(JsonClient):
        async def get(self, url: str) -> Answer:
            answer = await super().get(url)
            told.set()
            return answer

    state = TenantState(online.tenant.name, Client("t", online.url, session, None), clock)
    before = await state.endpoint()
    clock.time += timedelta(days=2)
    told.clear()

    async def hear() -> bool:
        await told.wait()
        online.move()
        return await state.moved(before)

    where, is_elsewhere = await asyncio.gather(state.endpoint(), hear())
    assert (where, is_elsewhere) == (before, True)
    assert await state.endpoint() != before
