"""What whoever watches the bot sees of it, over real sockets."""

import aiohttp

from bot.demo.superoffice import SuperOffice
from tests.e2e.conftest import World


async def page(world: World) -> str:
    """The page that Prometheus reads."""
    async with aiohttp.ClientSession() as session, session.get(f"{world.bot.url}/metrics") as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        return await response.text()


async def test_what_people_do_is_counted_and_who_they_are_is_not(world: World) -> None:
    await world.link()
    await world.ask("since monday")
    await world.ask("mondy")
    world.crm.faults.set("GetMyActiveContacts", status=503)
    await world.ask("today")
    told = await page(world)
    for line in (
        'commands_total{outcome="answered"} 2.0',
        'commands_total{outcome="bad-command"} 1.0',
        'commands_total{outcome="crm-too-busy"} 1.0',
        'crm_calls_total{operation="activities",outcome="ok",tenant="onsite"} 1.0',
        'crm_calls_total{operation="activities",outcome="crm-too-busy",tenant="onsite"} 1.0',
        'crm_calls_total{operation="sign-in",outcome="ok",tenant="onsite"} 1.0',
        'queue_length{queue="commands"} 0.0',
        'queue_length{queue="posts"} 0.0',
    ):
        assert f"superoffice_slack_{line}\n" in told
    user = SuperOffice.seller
    for secret in (
        user.login,
        user.password,
        user.staff.full_name,
        world.slack.seller.id,
        world.slack.bot_token,
    ):
        assert secret not in told
