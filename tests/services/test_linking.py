"""The use case, on a real database."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from bot.core.audit import Departure
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
    LinkEmailMismatch,
    LinkExpired,
    LinkNotAllowed,
    LinkThrottled,
    SignInRefused,
    TicketRefused,
)
from bot.core.people import SlackUser
from bot.core.secret import Secret
from bot.services.linking import LinkedNow, Linking, LinkPolicy
from bot.store import Store
from tests.services.linkable import KIANNA, PASSWORD, TICKET, USER, Slack, SuperOffice, linking_of, new_store
from tests.sqlite import connection

COLLEAGUE = SlackUser("T1", "U2")
RIGHT, WRONG = Secret(PASSWORD), Secret("wrong")
URL = Secret("https://hooks.example/1")
HOME = "192.0.2.7"


@dataclass
class World:
    """The use case and what is around it."""

    crm: SuperOffice
    slack: Slack
    store: Store
    clock: Any
    told: list[LinkedNow]
    linking: Linking

    async def nonce(self, user: SlackUser = USER, command: str = "") -> Secret:
        return (await self.linking.invite(user, "onsite", command, "C1", URL)).url_nonce

    async def try_to(self, nonce: Secret, password: Secret = RIGHT, address: str = HOME) -> LinkedNow:
        return await self.linking.sign_in(nonce, "KL", password, address)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path / "bot.db") as store:
        yield store


MakeWorld = Callable[..., World]


@pytest.fixture
def make_world(store: Store, clock: Any) -> MakeWorld:
    tokens = count()

    def make(policy: LinkPolicy | None = None, telling: Exception | None = None) -> World:
        crm, slack, told = SuperOffice(), Slack(), list[LinkedNow]()
        linking = linking_of(
            *(crm, slack, store, clock, told),
            token=lambda: Secret(f"nonce {next(tokens)}"),
            policy=policy,
            telling=telling,
        )
        return World(crm, slack, store, clock, told, linking)

    return make


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    return make_world()


# ---------------------------------------------------------------- inviting


async def test_an_invitation_is_for_one_user_for_ten_minutes(world: World) -> None:
    invited = await world.linking.invite(USER, "onsite", "since monday", "C1", URL)
    assert invited.expires_at == world.clock.now() + timedelta(minutes=10)
    offer = await world.linking.look(invited.url_nonce)
    assert (offer.profile.user, offer.command) == (USER, "since monday")
    world.clock.move(minutes=10)
    with pytest.raises(LinkExpired):
        await world.linking.look(invited.url_nonce)


async def test_asking_again_voids_the_older_and_keeps_its_command(world: World) -> None:
    older = await world.nonce(command="since monday")
    other_url = Secret("https://hooks.example/2")
    newer = await world.linking.invite(USER, "onsite", "", "C2", other_url)
    with pytest.raises(LinkExpired):
        await world.try_to(older)
    assert newer.command == "since monday"
    pending = await world.linking.pending(USER)
    assert pending
    assert (pending.command, pending.channel, pending.response_url) == ("since monday", "C2", other_url)
    assert (await world.linking.invite(USER, "onsite", "today", "C2", URL)).command == "today"


async def test_an_expired_command_is_not_kept(world: World) -> None:
    await world.nonce(command="since monday")
    world.clock.move(minutes=10)
    assert (await world.linking.invite(USER, "onsite", "", "C1", URL)).command == ""


async def test_an_invitation_that_cannot_be_opened_is_replaced(world: World) -> None:
    await world.nonce(command="since monday")
    connection(world.store).execute("UPDATE invitations SET sealed_response_url = x'00'")
    assert (await world.linking.invite(USER, "onsite", "", "C1", URL)).command == ""
    assert await world.linking.pending(USER)


# ---------------------------------------------------------------- signing in


async def test_signing_in_stores_the_link_and_tells_it(world: World) -> None:
    done = await world.try_to(await world.nonce(command="since monday"))
    now = world.clock.now()
    assert (done.link.user, done.link.tenant, done.link.principal) == (USER, "onsite", KIANNA)
    assert (done.link.linked_at, done.link.used_at) == (now, now)
    assert done.link.ticket == TICKET
    assert await world.store.links.get(USER) == done.link
    assert world.told == [done]
    assert done.invitation.command == "since monday"


async def test_only_success_uses_the_page_up(world: World) -> None:
    nonce = await world.nonce()
    with pytest.raises(SignInRefused):
        await world.try_to(nonce, WRONG)
    world.crm.failure = CrmTooBusy(tenant="onsite", status=503)
    with pytest.raises(CrmTooBusy):
        await world.try_to(nonce)
    world.crm.failure = None
    await world.try_to(nonce)
    with pytest.raises(LinkExpired):
        await world.try_to(nonce)


async def test_of_two_at_once_one_wins(world: World) -> None:
    nonce = await world.nonce()
    world.crm.meanwhile = asyncio.Barrier(2).wait
    results = await asyncio.gather(world.try_to(nonce), world.try_to(nonce), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["LinkExpired", "LinkedNow"]
    assert len(world.told) == 1


async def test_a_page_voided_while_superoffice_answers_links_nothing(world: World) -> None:
    nonce = await world.nonce()
    world.crm.meanwhile = lambda: world.store.personal.forget(USER, Departure.UNLINKED, world.clock.now())
    with pytest.raises(LinkExpired):
        await world.try_to(nonce)
    assert await world.store.links.get(USER) is None


async def test_telling_may_fail(make_world: MakeWorld) -> None:
    world = make_world(telling=RuntimeError("Slack is down"))
    done = await world.try_to(await world.nonce())
    assert await world.store.links.get(USER)
    assert not done.told


async def test_a_link_that_cannot_be_stored_leaves_the_page_open(world: World) -> None:
    nonce = await world.nonce(command="since monday")
    connection(world.store).execute("ALTER TABLE links RENAME TO away")
    with pytest.raises(sqlite3.OperationalError):
        await world.try_to(nonce)
    connection(world.store).execute("ALTER TABLE away RENAME TO links")
    done = await world.try_to(nonce)
    assert (done.invitation.command, done.told) == ("since monday", True)


@pytest.mark.parametrize(("username", "password"), [("", RIGHT), ("7T:stolen", Secret(""))])
async def test_without_a_name_or_a_password_superoffice_is_not_asked(
    world: World, username: str, password: Secret
) -> None:
    with pytest.raises(SignInRefused):
        await world.linking.sign_in(await world.nonce(), username, password, HOME)
    assert world.crm.asked == []


# ---------------------------------------------------------------- who may


@pytest.mark.parametrize(
    ("in_slack", "in_crm"),
    [
        ("kianna@example.com", "per@example.com"),
        (None, "kianna@example.com"),
        ("kianna@example.com", ""),
        (None, ""),
        (" ", " "),
    ],
)
async def test_e_mail_addresses_must_match(
    world: World, make_world: MakeWorld, in_slack: str | None, in_crm: str
) -> None:
    lenient = make_world(LinkPolicy(email_must_match=False))
    for place in (world, lenient):
        place.slack.found = replace(place.slack.found, email=in_slack)
        place.crm.principal = replace(KIANNA, email=in_crm)
    with pytest.raises(LinkEmailMismatch) as mismatch:
        await world.try_to(await world.nonce())
    assert mismatch.value.params == {}
    assert await world.store.links.get(USER) is None
    await lenient.try_to(await lenient.nonce())


@pytest.mark.parametrize("changes", [{"is_guest": True}, {"is_deleted": True}])
async def test_guests_and_deactivated_users_may_not(world: World, changes: dict[str, bool]) -> None:
    nonce = await world.nonce()
    world.slack.found = replace(world.slack.found, **changes)  # type: ignore[arg-type]
    with pytest.raises(LinkNotAllowed):
        await world.linking.look(nonce)
    with pytest.raises(LinkNotAllowed):
        await world.try_to(nonce)
    assert world.crm.asked == []


# ---------------------------------------------------------------- guessing


async def wrong(world: World, nonce: Secret, **options: Any) -> float:
    """Guess once; how many seconds to wait, or 0 if the guess reached SuperOffice."""
    try:
        await world.try_to(nonce, WRONG, **options)
    except LinkThrottled as throttled:
        return float(str(throttled.params["seconds"]))
    except SignInRefused:
        pass
    return 0


async def test_guessing_gets_slow(world: World) -> None:
    nonce = await world.nonce()
    waits = []
    while len(world.crm.asked) < 12:
        if seconds := await wrong(world, nonce):
            waits.append(seconds)
            nonce = await world.nonce()  # a new page is no way around
            world.clock.move(seconds=seconds)
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 300]


async def test_guesses_at_once_do_not_slip_past(world: World) -> None:
    nonce = await world.nonce()
    waits = await asyncio.gather(*(wrong(world, nonce) for _ in range(50)))
    assert len(world.crm.asked) == 3
    assert waits.count(0) == 3


async def test_a_colleague_may_try_from_the_same_address_up_to_its_own_limit(make_world: MakeWorld) -> None:
    world = make_world(LinkPolicy(tries=2, tries_per_address=3))
    mine, theirs = await world.nonce(), await world.nonce(COLLEAGUE)
    assert [await wrong(world, mine) for _ in range(3)] == [0, 0, 2]
    assert [await wrong(world, theirs) for _ in range(2)] == [0, 2]
    assert await wrong(world, theirs, address="198.51.100.1") == 0


async def test_one_network_of_a_customer_counts_as_one_address(make_world: MakeWorld) -> None:
    world = make_world(LinkPolicy(tries=99, tries_per_address=1))
    nonce = await world.nonce()
    tried = ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1", ""]
    assert [await wrong(world, nonce, address=address) for address in tried] == [0, 2, 0, 0]


async def test_a_success_between_guesses_makes_them_no_faster(world: World) -> None:
    """Else who has a user of his own could guess a colleague's password three at a time."""
    for _ in range(3):
        assert await wrong(world, await world.nonce()) == 0
    world.clock.move(seconds=2)
    await world.try_to(await world.nonce())
    nonce = await world.nonce()
    assert await wrong(world, nonce) == 2


async def test_a_password_that_fits_another_person_is_a_guess_too(world: World) -> None:
    world.crm.principal = replace(KIANNA, email="per@example.com")
    nonce = await world.nonce()
    for _ in range(3):
        with pytest.raises(LinkEmailMismatch):
            await world.try_to(nonce)
    with pytest.raises(LinkThrottled):
        await world.try_to(nonce)


@pytest.mark.parametrize("kind", [CrmUnreachable, CrmTooBusy, CrmWrongAddress, CrmTooLarge])
async def test_what_superoffice_did_not_judge_costs_no_attempt(world: World, kind: type[CrmError]) -> None:
    world.crm.failure = kind(tenant="onsite")
    nonce = await world.nonce()
    for _ in range(9):
        with pytest.raises(kind):
            await world.try_to(nonce)


@pytest.mark.parametrize(
    "failure",
    [
        CrmTimedOut(tenant="onsite"),
        CrmUnreadable(tenant="onsite"),
        CrmFailed(tenant="onsite"),
        CrmRefused(tenant="onsite"),
        TicketRefused(tenant="onsite"),
        CrmError(tenant="onsite"),
        RuntimeError(),
    ],
)
async def test_what_may_be_an_answer_counts(world: World, failure: Exception) -> None:
    """Else a server that tells a wrong password in a way of its own could be asked without end."""
    world.crm.failure = failure
    nonce = await world.nonce()
    for _ in range(3):
        with pytest.raises(type(failure)):
            await world.try_to(nonce)
    with pytest.raises(LinkThrottled):
        await world.try_to(nonce)


def test_nothing_secret_shows(world: World) -> None:
    invited = asyncio.run(world.linking.invite(USER, "onsite", "", "C1", URL))
    done = asyncio.run(world.try_to(invited.url_nonce))
    shown = f"{invited!r} {done!r}"
    for secret in ("nonce 0", TICKET.reveal(), "hooks.example"):
        assert secret not in shown
