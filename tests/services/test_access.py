"""Which workspace may use which tenant; and linking where there is a choice."""

from collections.abc import Mapping

import pytest

from bot.core.errors import TenantNotAllowed
from bot.core.people import Link, SlackUser
from bot.core.replies import CannotRead, Failed, LinkOffer, TenantChoice
from bot.core.requests import LinkTo
from bot.core.secret import Secret
from bot.core.signin import Ending, Why
from bot.services.access import Access, Rights
from tests.conftest import NOW
from tests.services.conftest import ME, USER, Desk, Places

TENANTS = ("oslo", "online")
#: T1 and T2 are of an organisation, T3 and T4 stand alone.
PLACES = Places("T3", {"T1": "E1", "T2": "E1"})
RIGHTS = {
    "E1": Rights(("online",)),
    "T2": Rights(None, ("UBOSS",)),
    "T3": Rights((), ()),
}


def test_without_a_word_all_may_use_all() -> None:
    access = Access(TENANTS, PLACES, {}, ("UADMIN",))
    assert access.tenants("T1") == access.tenants("T9") == TENANTS
    assert access.welcomes("T9")


@pytest.mark.parametrize(
    ("workspace", "tenants"),
    [("T1", ("online",)), ("T2", TENANTS), ("T3", ()), ("T4", ()), ("E1", ("online",)), ("", ())],
)
def test_else_those_that_are_named_alone(workspace: str, tenants: tuple[str, ...]) -> None:
    access = Access(TENANTS, PLACES, RIGHTS)
    assert access.tenants(workspace) == tenants
    for tenant in ("oslo", "online", "gone"):
        link = Link(SlackUser(workspace, "U1"), tenant, ME, NOW, NOW, Secret("x"))
        assert access.allows(link) is (tenant in tenants)


def test_who_is_welcome() -> None:
    access = Access(TENANTS, PLACES, RIGHTS)
    assert [access.welcomes(id_) for id_ in ("T3", "T4", "E1")] == [True, False, True]
    assert access.welcomes("T4", "E1"), "as one of its organisation's"


def test_admins_are_of_one_workspace() -> None:
    """The same id elsewhere is somebody else."""
    access = Access(TENANTS, PLACES, RIGHTS, ("UADMIN",))
    who = [SlackUser(w, u) for w in ("T1", "T2", "T3", "T4") for u in ("UADMIN", "UBOSS")]
    admins = [user for user in who if access.is_admin(user)]
    assert admins == [SlackUser("T2", "UBOSS"), SlackUser("T3", "UADMIN")]


# ---------------------------------------------------------------- with a choice


def with_tenants(rights: Mapping[str, Rights] | None = None) -> pytest.MarkDecorator:
    """A desk with two tenants."""
    return pytest.mark.parametrize("desk", [(TENANTS, rights)], indirect=True, ids=["desk"])


@with_tenants()
async def test_the_choice_keeps_what_was_asked(desk: Desk) -> None:
    choice = await desk.ask("since monday")
    assert choice == TenantChoice(
        (("oslo", "oslo.example.com"), ("online", "online.example.com")), "since monday"
    )
    assert await desk.store.invitations.pending(USER, NOW) is None, (
        "nothing is made before it is known for what"
    )
    offer = await desk.wish(LinkTo("online", "since monday"))
    assert isinstance(offer, LinkOffer)
    assert offer.command == "since monday"
    pending = await desk.store.invitations.pending(USER, NOW)
    assert pending
    assert pending.tenant == "online"


@pytest.mark.parametrize("line", ["link oslo", "Link OSLO", "login oslo"])
@with_tenants()
async def test_a_tenant_is_typed(desk: Desk, line: str) -> None:
    assert isinstance(await desk.ask(line), LinkOffer)
    pending = await desk.store.invitations.pending(USER, NOW)
    assert pending
    assert pending.tenant == "oslo"


@with_tenants()
async def test_a_tenant_that_is_not_there_is_named_with_those_that_are(desk: Desk) -> None:
    refused = await desk.ask("link osl")
    assert isinstance(refused, CannotRead)
    (problem,) = refused.problems
    assert (problem.code, problem.nearest, problem.known) == ("unknown-tenant", "link oslo", TENANTS)


@with_tenants({"T1": Rights(("oslo",)), "T2": Rights(("online",))})
async def test_a_button_for_a_tenant_of_others_links_to_nothing(desk: Desk) -> None:
    assert isinstance(await desk.wish(LinkTo("online")), CannotRead)
    assert isinstance(await desk.ask("today"), LinkOffer), "there is one, so there is no choice"


@with_tenants({"T2": Rights()})
async def test_a_workspace_without_a_tenant_is_told_so(desk: Desk) -> None:
    failed = await desk.ask("today")
    assert isinstance(failed, Failed)
    assert failed.code == TenantNotAllowed.code


@with_tenants({"T1": Rights(("oslo",))})
async def test_a_link_to_a_tenant_that_is_no_longer_allowed_is_not_used(desk: Desk) -> None:
    await desk.store.links.put(Link(USER, "online", ME, NOW, NOW, Secret("ticket")))
    assert isinstance(await desk.ask("today"), LinkOffer)
    assert desk.crm.asked == []


@with_tenants()
async def test_who_signs_in_again_is_not_asked_where(desk: Desk) -> None:
    ending = Ending(NOW, Why.UNUSED)
    await desk.store.links.put(Link(USER, "online", ME, NOW, NOW, Secret("ticket"), ending=ending))
    offer = await desk.ask("today")
    assert isinstance(offer, LinkOffer)
    pending = await desk.store.invitations.pending(USER, NOW)
    assert pending
    assert pending.tenant == "online"


@with_tenants({"T1": Rights(("oslo",))})
async def test_a_tenant_that_is_taken_from_a_workspace_rests_before_it_is_forgotten(desk: Desk) -> None:
    other = SlackUser("T1", "U2")
    await desk.store.links.put(Link(USER, "online", ME, NOW, NOW, Secret("ticket")))
    await desk.store.links.put(Link(other, "oslo", ME, NOW, NOW, Secret("ticket")))
    await desk.leaving.sweep()
    desk.clock.move(days=6)
    await desk.leaving.sweep()
    assert await desk.store.links.get(USER), "it may have been a slip"
    desk.clock.move(days=2)
    await desk.leaving.sweep()
    assert await desk.store.links.get(USER) is None
    assert await desk.store.links.get(other)
