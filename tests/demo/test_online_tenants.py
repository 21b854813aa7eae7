"""Tenants of the demo's SuperOffice CRM Online: their state, their hosts, their SOAP."""

import asyncio
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest
from lxml import etree

from bot.demo.clock import TestClock
from bot.demo.online import Online
from bot.demo.online.tenant import STATES

SESSION = "SuperOffice.Exceptions.SoSessionException"
LONG_AGO = "2026-10-01T00:00:00"


@pytest.fixture
def wire_to(wire: Any, online: Online) -> Callable[..., Any]:
    """Hand-written envelopes to a tenant, with the right ApplicationToken."""

    def to(tenant: str = "Cust12345", application: str | None = None) -> Any:
        return type(wire)(
            wire.session,
            online.tenants[tenant],
            online.client_secret if application is None else application,
        )

    return to


def companies(xml: str) -> set[str]:
    return {
        row.text or ""
        for row in etree.fromstring(xml.encode()).iterfind(".//{*}ContactActivity/{*}ContactId")
    }


# ---------------------------------------------------------------- state


async def test_the_state_service_says_where_a_tenant_is(
    online: Online, browser: Any, clock: TestClock
) -> None:
    found = await browser.get("/api/state/Cust12345")
    endpoint = f"http://127.0.0.1:{online.nodes[0].port}/Cust12345"
    assert found == {
        "ContextIdentifier": "Cust12345",
        "Endpoint": endpoint,
        "State": "Running",
        "IsRunning": True,
        "ValidUntil": "2026-11-19T10:00:00.0000000Z",
        "Api": f"{endpoint}/api",
        "Version": "Release_11.10_2026.02.24-02",
    }
    online.valid_for = timedelta(minutes=5)
    clock.move(minutes=1)
    later = await browser.get("/api/state/Cust67890")
    assert datetime.fromisoformat(later["ValidUntil"]) == clock.now() + timedelta(minutes=5)
    assert later["Endpoint"].endswith("/Cust67890")


async def test_an_unknown_tenant_is_unknown(browser: Any) -> None:
    found = await browser.get("/api/state/Cust99999")
    assert (found["State"], found["IsRunning"], found["Endpoint"]) == ("Unknown", False, "")


@pytest.mark.parametrize("state", STATES)
async def test_every_state_and_whether_it_runs(
    online: Online, browser: Any, wire_to: Any, state: str
) -> None:
    online.state = state
    found = await browser.get("/api/state/Cust12345")
    runs = state in {"Running", "OnlineMaintenance"}
    assert (found["State"], found["IsRunning"]) == (state, runs)
    status, _ = await wire_to().active(LONG_AGO, ticket=online.access_token(online.seller))
    assert status == (200 if runs else 503)
    assert (await browser.get("/api/state/Cust67890"))["State"] == "Running"


async def test_there_are_no_other_states(online: Online) -> None:
    with pytest.raises(ValueError, match="no such state"):
        online.state = "Asleep"
    assert online.state == "Running"


async def test_the_state_service_may_name_a_foreign_host(online: Online, browser: Any) -> None:
    online.endpoint = "https://online.superoffice.com.example.org/Cust12345"
    found = await browser.get("/api/state/Cust12345")
    assert found["Endpoint"] == online.endpoint
    assert found["Api"] == f"{online.endpoint}/api"


async def test_the_state_service_can_be_down_slow_and_broken(online: Online, browser: Any) -> None:
    online.state_down = True
    assert (online.state_down, online.login_down) == (True, False)
    with pytest.raises(AssertionError):
        await browser.get("/api/state/Cust12345")
    await browser.get("/login/.well-known/jwks")
    online.state_down = False
    online.faults.set("state", html=True, times=1)
    with pytest.raises(aiohttp.ContentTypeError):
        await browser.get("/api/state/Cust12345")
    online.state_gate.close()
    waiting = asyncio.create_task(browser.get("/api/state/Cust12345"))
    await online.state_gate.reached()
    assert not waiting.done()
    online.state_gate.open()
    assert (await waiting)["IsRunning"] is True
    assert [asked.status for asked in online.requests if asked.name == "state"] == [503, 200, 200]


async def test_the_login_host_tells_the_clocks_time(online: Online, session: aiohttp.ClientSession) -> None:
    for url in (online.state_url("Cust12345"), online.url, online.nodes[0].url, online.tenant.url):
        async with session.get(url) as response:
            assert response.headers["Date"] == "Thu, 19 Nov 2026 09:00:00 GMT"


# ---------------------------------------------------------------- SOAP


async def test_an_access_token_is_a_ticket_for_an_hour(
    online: Online, wire_to: Any, clock: TestClock
) -> None:
    wire = wire_to()
    token = online.access_token(online.seller)
    for _ in range(2):
        clock.move(minutes=29)
        status, xml = await wire.active(LONG_AGO, ticket=token)
        assert (status, ">true</h:Succeeded>" in xml) == (200, True)
    mine = {str(company.id) for company in online.tenant.companies(online.seller)}
    assert companies(xml) <= mine
    assert len(companies(xml)) > 5
    clock.move(minutes=2)
    status, xml = await wire.active(LONG_AGO, ticket=token)
    assert (status, SESSION in xml, ">false</h:Succeeded>" in xml) == (200, True, True)
    assert online.tenant.requests[0].user is online.seller
    assert online.tenant.requests[0].application_token == online.client_secret
    assert online.tenant.requests[-1].user is None


async def test_what_a_sign_in_gives_is_taken(online: Online, browser: Any, wire_to: Any) -> None:
    _, answer = await browser.exchange(await browser.code(online.seller))
    _, xml = await wire_to().call("Person", "GetMyPerson", ticket=answer["access_token"])
    assert f"<PersonId>{online.seller.person_id}</PersonId>" in xml
    inner = f"<AccessToken>{answer['access_token']}</AccessToken>"
    _, xml = await wire_to().call("SoPrincipal", "AuthenticateWithAccessToken", inner)
    assert "<Ticket>7T:" in xml
    inner = f"<UserName>{answer['access_token']}</UserName><Password></Password>"
    _, xml = await wire_to().call("SoPrincipal", "AuthenticateUsernamePassword", inner)
    assert f"<AssociateId>{online.seller.associate_id}</AssociateId>" in xml


async def test_a_password_is_taken_nowhere_online(online: Online, wire_to: Any) -> None:
    user = online.seller
    inner = f"<UserName>{user.login}</UserName><Password>{user.password}</Password>"
    _, xml = await wire_to().call("SoPrincipal", "AuthenticateUsernamePassword", inner)
    assert "<AuthenticationSucceeded>false</AuthenticationSucceeded>" in xml


@pytest.mark.parametrize("application", ["", "guess"])
@pytest.mark.parametrize("operation", ["GetMyPerson", "GetSystemInfo"])
async def test_every_call_needs_the_application_token(
    online: Online, wire_to: Any, application: str, operation: str
) -> None:
    agent = "Person" if operation == "GetMyPerson" else "SoPrincipal"
    ticket = online.access_token(online.seller)
    status, xml = await wire_to(application=application).call(agent, operation, ticket=ticket)
    assert (status, ">false</h:Succeeded>" in xml) == (200, True)
    assert "application token is not valid" in xml
    _, xml = await wire_to().call(agent, operation, ticket=ticket)
    assert ">true</h:Succeeded>" in xml


async def test_tokens_of_one_tenant_are_refused_by_the_other(online: Online, wire_to: Any) -> None:
    here, there = online.access_token(online.seller), online.access_token(online.seller, "Cust67890")
    assert there.startswith("8A:Cust67890.")
    _, xml = await wire_to("Cust12345").active(LONG_AGO, ticket=here)
    _, other = await wire_to("Cust67890").active(LONG_AGO, ticket=there)
    assert companies(xml)
    assert companies(other)
    assert xml != other
    for tenant, token in (("Cust12345", there), ("Cust67890", here)):
        _, xml = await wire_to(tenant).active(LONG_AGO, ticket=token)
        assert SESSION in xml
    assert len(online.tenants["Cust67890"].requests) == 2


async def test_tokens_can_be_ended(online: Online, wire_to: Any, browser: Any) -> None:
    seller, manager = online.access_token(online.seller), online.access_token(online.manager)
    refresh = online.refresh_token(online.seller)
    online.expire_tokens(online.seller)
    assert SESSION in (await wire_to().active(LONG_AGO, ticket=seller))[1]
    assert SESSION not in (await wire_to().active(LONG_AGO, ticket=manager))[1]
    online.expire_tokens()
    assert SESSION in (await wire_to().active(LONG_AGO, ticket=manager))[1]
    _, answer = await browser.refresh(refresh)
    assert SESSION not in (await wire_to().active(LONG_AGO, ticket=answer["access_token"]))[1]


async def test_consent_withdrawn_leaves_access_tokens_their_hour(online: Online, wire_to: Any) -> None:
    token = online.access_token(online.seller)
    online.revoke(online.seller)
    assert SESSION not in (await wire_to().active(LONG_AGO, ticket=token))[1]


async def test_a_tenant_moves_and_its_old_host_says_so(online: Online, wire_to: Any, browser: Any) -> None:
    wire, token = wire_to(), online.access_token(online.seller)
    wire.url = old = online.tenant.url
    assert (await wire.active(LONG_AGO, ticket=token))[0] == 200
    new = online.move()
    assert new == online.tenant.endpoint != old
    assert (await browser.get("/api/state/Cust12345"))["Endpoint"] == new
    status, text = await wire.active(LONG_AGO, ticket=token)
    assert (status, "Wrong subdomain used to access tenant" in text) == (421, True)
    assert online.tenant.refusals == ["421: Wrong subdomain used to access tenant"]
    assert len(online.tenant.requests) == 1
    wire.url = ""
    status, xml = await wire.active(LONG_AGO, ticket=token)
    assert (status, SESSION in xml) == (200, False)
    assert online.tenants["Cust67890"].endpoint.startswith(online.nodes[0].url)
    online.move("Cust67890")
    online.move()
    assert online.tenant.url == old
    assert online.tenants["Cust67890"].endpoint.startswith(online.nodes[1].url)


async def test_a_path_has_any_case_but_its_tenant_and_its_services(
    online: Online, wire_to: Any, session: aiohttp.ClientSession
) -> None:
    wire, node, token = wire_to(), online.nodes[0].url, online.access_token(online.seller)
    for path, expected in (
        ("/cust12345/remote/services86/", 200),
        ("/CUST12345/REMOTE/SERVICES86/", 200),
        ("/Cust12345/Services86/", 404),
        ("/remote/services86/", 404),
        ("/Cust99999/Remote/Services86/", 404),
        ("/Cust12345x/Remote/Services86/", 404),
    ):
        wire.url = node + path
        assert (await wire.active(LONG_AGO, ticket=token))[0] == expected, path
    async with session.get(f"{node}/Cust12345/Remote/Services86/Contact.svc") as response:
        assert response.status == 405


async def test_soap_can_fail_wait_and_hang_up(online: Online, wire_to: Any) -> None:
    wire, token = wire_to(), online.access_token(online.seller)
    online.tenant.faults.set("GetMyActiveContacts", status=503, times=1)
    assert (await wire.active(LONG_AGO, ticket=token))[0] == 503
    online.soap_gate.close()
    waiting = asyncio.create_task(wire.active(LONG_AGO, ticket=token))
    await online.soap_gate.reached()
    online.soap_gate.open()
    assert (await waiting)[0] == 200
    await online.nodes[0].refuse()
    with pytest.raises(aiohttp.ClientError):
        await wire.active(LONG_AGO, ticket=token)
    online.move()
    assert (await wire.active(LONG_AGO, ticket=token))[0] == 200


async def test_what_happens_is_the_tenants_own(online: Online, wire_to: Any) -> None:
    company = online.tenant.companies(online.seller)[0]
    online.tenant.happen(company.id, "NewActivity")
    token = online.access_token(online.seller)
    _, xml = await wire_to().active("2026-11-19T10:00:00", ticket=token)
    assert companies(xml) == {str(company.id)}
    token = online.access_token(online.seller, "Cust67890")
    _, xml = await wire_to("Cust67890").active("2026-11-19T10:00:00", ticket=token)
    assert companies(xml) == set()


# ---------------------------------------------------------------- many


async def test_users_can_be_added(online: Online, wire_to: Any, browser: Any) -> None:
    users = online.add_users(3)
    assert len({user.associate_id for user in (*users, *online.tenant.users)}) == 8
    assert len({user.email for user in (*users, *online.tenant.users)}) == 8
    _, answer = await browser.exchange(await browser.code(users[1]))
    _, xml = await wire_to().active("2026-11-18T00:00:00", ticket=answer["access_token"])
    own = {str(company.id) for company in online.tenant.companies(users[1])}
    assert len(own) == 3
    assert companies(xml) == own
    _, _, page = await browser.arrive()
    online.consent = None
    _, _, page = await browser.arrive(acr_values="tenant:Cust12345")
    request = re.findall('name="request" value="([^"]+)"', page)[0]
    form = {"request": request, "login": users[2].email, "password": users[2].password, "decision": "allow"}
    assert (await browser.decide(**form))[0] == 303
    assert online.tenants["Cust67890"].find(users[2].email) is None


async def test_adding_users_changes_nobodys_story(clock: TestClock) -> None:
    one, other = Online(clock=clock), Online(clock=clock)
    users = other.add_users(50)
    clock.move(hours=2)
    made = {company.id for user in users for company in other.tenant.companies(user)}
    told = [event for event in other.tenant.story.activities(clock.now()) if event.company_id not in made]
    assert told == list(one.tenant.story.activities(clock.now()))


async def test_a_thousand_users_refresh_in_one_minute(
    online: Online, browser: Any, wire_to: Any, clock: TestClock
) -> None:
    users = online.add_users(1_000)
    tokens = {user: online.refresh_token(user) for user in users}
    old = [online.access_token(user) for user in users]
    clock.move(hours=1)
    assert not [token for token in old if online.tenant.tickets.user(token)]
    answers = await asyncio.gather(*(browser.refresh(token) for token in tokens.values()))
    assert {status for status, _ in answers} == {200}
    assert len({answer["access_token"] for _, answer in answers}) == 1_000
    assert set(online.refreshes.values()) == {1}
    assert online.refreshes.keys() == set(users)
    _, xml = await wire_to().active("2026-11-19T00:00:00", ticket=answers[999][1]["access_token"])
    assert len(companies(xml)) == 3
