"""The operations, and the judge: what is not proven is not believed."""

import asyncio
import logging
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from aiohttp import web
from lxml import etree

from bot.core.activity import Action
from bot.core.errors import (
    CrmError,
    CrmFailed,
    CrmRefused,
    CrmUnreadable,
    SignInRefused,
    TicketRefused,
)
from bot.core.people import Principal
from bot.core.secret import Secret
from bot.crm.client import connect
from bot.crm.settings import TenantSettings, services_version
from bot.crm.soap.services import wsdl_folder
from bot.services.ports import ActivityQuery, Category, SystemInfo, Turnstile

ALL = ActivityQuery(None)


async def ask(crm: Any, server: Any, reply: Any, soap: Any, content: bytes) -> Any:
    server.answers(reply(soap.system_info()), reply(content))
    return (await crm().activities(Secret("7T:x"), ALL)).activities


# ---------------------------------------------------------------- activities


async def test_what_is_asked(crm: Any, server: Any, reply: Any, soap: Any, ticket: Secret) -> None:
    server.answers(reply(soap.system_info()), reply(soap.activities(soap.row())))
    query = ActivityQuery(None, Action.CREATED | Action.DOCUMENT_ADDED, (3, 1))
    snapshot = await crm(application_token=Secret("app")).activities(ticket, query)
    assert [row.company for row in snapshot.activities] == ["Rodriguez Inc and Sons"]
    info, asked = server.requests
    assert info.path == "/remote/Services86/SoPrincipal.svc"
    assert asked.path == "/remote/Services86/Contact.svc"
    told = {etree.QName(e).localname: e.text for e in etree.fromstring(asked.body).iter() if e.text}
    assert (told["Ticket"], told["ApplicationToken"]) == (ticket.reveal(), "app")
    assert told["ActionType"] == "Created DocumentAdded"
    assert [e.text for e in etree.fromstring(asked.body).iter("{*}int")] == ["3", "1"]


async def test_nothing_is_believed_if_it_is_proven(crm: Any, server: Any, reply: Any, soap: Any) -> None:
    for body in (
        soap.activities(),
        soap.envelope(soap.response("GetMyActiveContactsResponse", ""), soap.headers()),
        soap.envelope(
            soap.response("GetMyActiveContactsResponse", '<Response i:nil="true"/>'), soap.headers()
        ),
    ):
        assert list(await ask(crm, server, reply, soap, body)) == []


@pytest.mark.parametrize("headers", [None, "", "<x/>", "unsaid"])
async def test_nothing_is_not_believed_unless_it_is_proven(
    crm: Any, server: Any, reply: Any, soap: Any, headers: str | None
) -> None:
    """An expired ticket's answer, to who does not look at the headers, is no activity."""
    told = soap.headers(succeeded=None) if headers == "unsaid" else headers
    empty = soap.envelope(soap.response("GetMyActiveContactsResponse", "<Response/>"), told)
    with pytest.raises(CrmUnreadable):
        await ask(crm, server, reply, soap, empty)


async def test_rows_without_any_header_are_taken(crm: Any, server: Any, reply: Any, soap: Any) -> None:
    assert len(await ask(crm, server, reply, soap, soap.activities(soap.row(), headers=None))) == 1


@pytest.mark.parametrize(
    ("kind", "message", "friendly", "error"),
    [
        ("SuperOffice.Exceptions.SoSessionException", "Authentication failed!", "", TicketRefused),
        ("SuperOffice.Exceptions.SoException", "The ticket has expired", "", TicketRefused),
        ("SuperOffice.Exceptions.SoException", "", "Please log on again", TicketRefused),
        ("SuperOffice.Exceptions.SoSentryException", "No session for you", "", CrmRefused),
        ("SoFunctionRightException", "", "", CrmRefused),
        ("SuperOffice.Exceptions.SoLicenseException", "", "", CrmRefused),
        ("System.Exception", "Unknown application token", "", CrmRefused),
        ("System.NullReferenceException", "Object reference not set", "", CrmFailed),
        ("", "", "", CrmFailed),
    ],
)
async def test_a_failure_told_in_the_headers(
    crm: Any,
    server: Any,
    reply: Any,
    soap: Any,
    kind: str,
    message: str,
    friendly: str,
    error: type[CrmError],
) -> None:
    content = soap.activities(soap.row(), headers=soap.exception(kind, message, friendly))
    with pytest.raises(error) as caught:
        await ask(crm, server, reply, soap, content)
    assert type(caught.value) is error
    assert caught.value.params == {"tenant": "onsite", "exception_type": kind}


async def test_what_it_was_inside(crm: Any, server: Any, reply: Any, soap: Any) -> None:
    headers = soap.exception(
        "SoServiceException", "It broke", inner="SuperOffice.Exceptions.SoSessionException"
    )
    with pytest.raises(TicketRefused):
        await ask(crm, server, reply, soap, soap.activities(headers=headers))


async def test_an_exception_fails_even_if_it_succeeded(crm: Any, server: Any, reply: Any, soap: Any) -> None:
    headers = soap.exception("System.Exception", succeeded="true")
    with pytest.raises(CrmFailed):
        await ask(crm, server, reply, soap, soap.activities(soap.row(), headers=headers))


@pytest.mark.parametrize(
    "content",
    [b"", b"<html><body>Down for maintenance</body></html>", b"<html><br></html>", b"{}", b"<a>" * 30],
)
async def test_200_with_something_else(crm: Any, server: Any, reply: Any, soap: Any, content: bytes) -> None:
    with pytest.raises(CrmUnreadable):
        await ask(crm, server, reply, soap, content)
    with pytest.raises(CrmUnreadable):
        await ask(crm, server, reply, soap, soap.signed_in())


@pytest.mark.parametrize("odd", ["", "<!-- a -->"])
async def test_a_large_answer_is_decoded_step_by_step(
    crm: Any, server: Any, reply: Any, soap: Any, odd: str
) -> None:
    small, large = (soap.activities(*[soap.row()] * count, odd) for count in (20, 1_000))
    steps = []
    for content, count in ((small, 20), (large, 1_000)):
        with patch.object(Turnstile, "through", autospec=True, side_effect=Turnstile.through) as through:
            assert len(await ask(crm, server, reply, soap, content)) == count
        steps.append(through.call_count)
    assert steps == [0, 2], "its rows are cut out, and read"


# ---------------------------------------------------------------- sign-in


async def test_signing_in(crm: Any, server: Any, reply: Any, soap: Any) -> None:
    server.answers(reply(soap.signed_in()))
    signed_in = await crm().sign_in("SAL0", Secret("p<w"))
    assert signed_in.principal == Principal(103, 42, "Sam Sales", "SAL0", "sam@example.com", "Seller")
    assert signed_in.ticket == Secret("7T:abc==")
    assert b"<ns0:Password>p&lt;w</ns0:Password>" in server.requests[0].body


async def refusal(crm: Any, server: Any, reply: Any, content: bytes) -> CrmError:
    server.answers(reply(content))
    with pytest.raises(CrmError) as caught:
        await crm().sign_in("SAL0", Secret("pw"))
    return caught.value


@pytest.mark.parametrize("said", ["false", "0"])
async def test_a_wrong_password_is_a_success_that_says_no(
    crm: Any, server: Any, reply: Any, soap: Any, said: str
) -> None:
    error = await refusal(crm, server, reply, soap.signed_in(succeeded=said))
    assert type(error) is SignInRefused


async def test_a_session_exception_at_sign_in(crm: Any, server: Any, reply: Any, soap: Any) -> None:
    headers = soap.exception("SuperOffice.Exceptions.SoSessionException")
    assert type(await refusal(crm, server, reply, soap.signed_in(headers=headers))) is SignInRefused


@pytest.mark.parametrize(
    "changes", [{"succeeded": None}, {"succeeded": "perhaps"}, {"ticket": ""}, {"succeeded": ""}]
)
async def test_a_sign_in_that_says_neither_fails(
    crm: Any, server: Any, reply: Any, soap: Any, changes: dict[str, Any]
) -> None:
    error = await refusal(crm, server, reply, soap.signed_in(**changes))
    assert isinstance(error, CrmUnreadable | SignInRefused)


async def test_what_xml_cannot_hold_is_no_password(crm: Any, server: Any, reply: Any, soap: Any) -> None:
    server.answers(reply(soap.signed_in()))
    with pytest.raises(SignInRefused):
        await crm().sign_in("SAL0", Secret("p\x00w"))
    assert not server.requests


# ---------------------------------------------------------------- the small operations


async def test_system_info(crm: Any, server: Any, reply: Any, soap: Any) -> None:
    server.answers(reply(soap.system_info()))
    assert await crm().system_info() == SystemInfo("Fjell AS", "8.4")
    assert b"Credentials" not in server.requests[0].body


async def test_me(crm: Any, server: Any, reply: Any, soap: Any, ticket: Secret) -> None:
    email = f"<EntityElement>{soap.element('Value', 'sam@example.com')}</EntityElement>"
    associate = soap.element("AssociateId", 103) + soap.element("Name", "SAL0")
    person = (
        soap.element("PersonId", 42)
        + soap.element("Firstname", "Sam")
        + soap.element("Lastname", "Sales")
        + f"<Emails>{email}</Emails><CorrespondingAssociate>{associate}</CorrespondingAssociate>"
    )
    body = soap.response("GetMyPersonResponse", f"<Response>{person}</Response>")
    server.answers(reply(soap.envelope(body, soap.headers())))
    assert await crm().me(ticket) == Principal(103, 42, "Sam Sales", "SAL0", "sam@example.com")


@pytest.mark.parametrize(
    "inner", ["", '<Response i:nil="true"/>', "<Response><PersonId>0</PersonId></Response>"]
)
async def test_nobody(crm: Any, server: Any, reply: Any, soap: Any, ticket: Secret, inner: str) -> None:
    server.answers(reply(soap.envelope(soap.response("GetMyPersonResponse", inner), soap.headers())))
    with pytest.raises(CrmUnreadable):
        await crm().me(ticket)


async def test_an_access_token_is_asked_whose_it_is(crm: Any, server: Any, reply: Any, soap: Any) -> None:
    server.answers(reply(soap.signed_in()))
    assert (await crm().me(Secret("8A:Cust12345.abc"))).role == "Seller"
    assert b"<ns0:AccessToken>8A:Cust12345.abc</ns0:AccessToken>" in server.requests[0].body


async def test_categories(crm: Any, server: Any, reply: Any, soap: Any, ticket: Secret) -> None:
    def item(number: int, name: str, deleted: str = "false", below: str = "") -> str:
        fields = {"Id": number, "Name": name, "Deleted": deleted, "Rank": number}
        inner = "".join(soap.element(*field) for field in fields.items())
        return f"<MDOListItem>{inner}<ChildItems>{below}</ChildItems></MDOListItem>"

    below = item(3, "Gold") + item(4, "Silver", "true")
    items = item(1, "Customer") + item(2, "Metals", below=below)
    body = soap.response("GetSimpleListResponse", f"<Response>{items}</Response>")
    server.answers(reply(soap.envelope(body, soap.headers())))
    assert await crm().categories(ticket) == [
        Category(1, "Customer", 1),
        Category(3, "Gold", 3),
        Category(4, "Silver", 4, deleted=True),
    ]
    server.answers(reply(soap.envelope(soap.response("GetSimpleListResponse", "<Response/>"))))
    with pytest.raises(CrmUnreadable):
        await crm().categories(ticket)


# ---------------------------------------------------------------- the log


async def test_the_log_tells_the_type_and_no_secret(
    crm: Any, server: Any, reply: Any, soap: Any, caplog: pytest.LogCaptureFixture
) -> None:
    message = 'User sal0 with ticket 7T:abc== or "Acme AS" failed\nat once'
    headers = soap.exception("SuperOffice.Exceptions.SoDbAccessException", message)
    with caplog.at_level("DEBUG"):
        await refusal(crm, server, reply, soap.signed_in(headers=headers))
    (record,) = [record for record in caplog.records if record.name.startswith("bot.")]
    assert record.levelno == logging.WARNING
    assert record.action == "crm.failed"  # type: ignore[attr-defined]
    assert record.exception_type == "SuperOffice.Exceptions.SoDbAccessException"  # type: ignore[attr-defined]
    assert record.getMessage().endswith("user … with ticket … or … failed at …")
    for secret in ("7T:", "Acme", "SAL0", "sal0", "Secret.Place", "pw"):
        assert secret not in caplog.text


# ---------------------------------------------------------------- many at once, tenants, versions


@pytest.mark.parametrize("calls", [2_000, pytest.param(10_000, marks=pytest.mark.long)])
async def test_no_answer_reaches_another_ticket(
    crm: Any, server: Any, reply: Any, soap: Any, session: aiohttp.ClientSession, calls: int
) -> None:
    """The server writes the ticket that it got into the row."""
    parts = soap.activities(soap.row(Name="TICKET")).split(b"TICKET")

    async def echo(request: web.Request) -> web.Response:
        ticket = server.requests.pop().body.partition(b"Ticket>")[2].partition(b"<")[0]
        await asyncio.sleep(0)
        return web.Response(body=ticket.join(parts), content_type="text/xml")

    server.answers(reply(soap.system_info()), echo)
    client, queue, wrong = crm(), iter(range(calls)), []

    async def ask_on() -> None:
        for number in queue:
            mine = f"7T:{number}"
            snapshot = await client.activities(Secret(mine), ALL)
            if [row.company for row in snapshot.activities] != [mine]:
                wrong.append(mine)

    await asyncio.gather(*(ask_on() for _ in range(64)))
    assert wrong == []
    assert server.connections <= 65


async def test_wsdls_are_loaded_once_for_all_tenants(
    server: Any, reply: Any, soap: Any, session: aiohttp.ClientSession, clock: Any
) -> None:
    loaded: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.method == "POST":
            return await reply(soap.system_info())(request)  # type: ignore[no-any-return]
        name = Path(request.path).name
        loaded.append(name)
        return web.Response(body=(wsdl_folder() / name).read_bytes())

    server.answers(answer)
    own = {service: f"{server.url}{service}.wsdl" for service in ("Contact", "SoPrincipal", "Person", "MDO")}
    zone = ZoneInfo("Europe/Oslo")
    settings = [TenantSettings(name, server.url, zone, wsdl=own) for name in ("a", "b", "c")]
    tenants = await connect(settings, session, clock)
    for _ in range(3):
        await asyncio.gather(*(tenant.system_info() for tenant in tenants.values()))
    assert sorted(tenants) == ["a", "b", "c"]
    assert sorted(name for name in loaded if name.endswith(".wsdl")) == sorted(
        f"{service}.wsdl" for service in own
    )


async def test_each_version_speaks_its_own(
    server: Any, reply: Any, soap: Any, session: aiohttp.ClientSession, clock: Any
) -> None:
    url = server.url.replace("Services86", "services88")
    tenants = await connect([TenantSettings("new", url.rstrip("/"), ZoneInfo("UTC"))], session, clock)
    server.answers(reply(soap.system_info().replace(b"Services86", b"Services88")))
    assert (await tenants["new"].system_info()).company == "Fjell AS"
    assert b"Services88" in server.requests[0].body
    assert server.requests[0].path == "/remote/services88/SoPrincipal.svc"


@pytest.mark.parametrize(
    ("url", "version"),
    [
        ("https://crm.example.com/remote/Services86/", 86),
        ("http://127.0.0.1:8080/services88", 88),
        ("https://crm.example.com/remote/Services83/", None),
        ("https://crm.example.com/remote/Services89/", None),
        ("https://crm.example.com/remote/", None),
        ("https://crm.example.com/Services86/Contact.svc", None),
        ("https:///Services86/", None),
        ("ftp://crm.example.com/Services86/", None),
        ("https://crm.example.com/Services86/?x=/Services86/", None),
        ("", None),
    ],
)
def test_the_version_is_in_the_url(url: str, version: int | None) -> None:
    assert services_version(url) == version
