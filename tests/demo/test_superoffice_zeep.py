"""The SuperOffice side against zeep and the official WSDLs, where SUPEROFFICE_WSDL_DIR points to them."""

import asyncio
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zeep

from bot.demo.superoffice import SuperOffice
from bot.demo.superoffice.story import ACTIONS

FOLDER = os.environ.get("SUPEROFFICE_WSDL_DIR")

pytestmark = pytest.mark.skipif(not FOLDER, reason="SUPEROFFICE_WSDL_DIR is not set")


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """At DEBUG, zeep logs whole envelopes."""
    log = logging.getLogger("zeep")
    log.setLevel(logging.WARNING)
    yield
    log.setLevel(logging.NOTSET)


async def ask(
    crm: SuperOffice, version: str, agent: str, operation: str, ticket: str = "", **fields: Any
) -> Any:
    def call() -> Any:
        wsdl = Path(FOLDER or "") / version / f"WSDL-{version}-{agent}.xml"
        client = zeep.Client(str(wsdl))  # type: ignore[no-untyped-call]
        binding = f"{{http://www.superoffice.net/ws/crm/NetServer/{version}}}BasicHttpBinding_{agent}"
        service = client.create_service(binding, f"{crm.url_for(version)}{agent}.svc")  # type: ignore[no-untyped-call]
        headers: dict[str, Any] = {"ApplicationToken": ""} | (
            {"Credentials": {"Ticket": ticket}} if ticket else {}
        )
        with client.transport.session:
            return service[operation](**fields, _soapheaders=headers)

    return await asyncio.wait_for(asyncio.to_thread(call), 60)


@pytest.mark.parametrize("version", ["Services86", "Services88"])
async def test_zeep_reads_every_answer_strictly(crm: SuperOffice, version: str) -> None:
    user = crm.seller
    signed = await ask(
        crm,
        version,
        "SoPrincipal",
        "AuthenticateUsernamePassword",
        UserName=user.login,
        Password=user.password,
    )
    assert signed.header.Succeeded is True
    assert signed.body.AuthenticationSucceeded is True
    assert signed.body.Response.FullName == user.full_name
    ticket = signed.body.Credentials.Ticket
    active = await ask(
        crm,
        version,
        "Contact",
        "GetMyActiveContacts",
        ticket,
        ActivityStartTime="2026-11-01T00:00:00",
        ContactCategories=[],
        ActionType=list(ACTIONS),
    )
    assert active.header.TimeZone.SoTimeZoneLocationCode == "NO"
    companies = {company.id: company for company in crm.companies(user)}
    assert 5 < len(active.body.Response.ContactActivity) <= len(companies)
    for row in active.body.Response.ContactActivity:
        assert row.Name == companies[row.ContactId].name
        assert set(row.Action) <= set(ACTIONS)
    person = await ask(crm, version, "Person", "GetMyPerson", ticket)
    assert person.body.Response.Emails.EntityElement[0].Value == user.email
    listed = await ask(crm, version, "MDO", "GetSimpleList", ticket, Name="category")
    assert [item.Name for item in listed.body.Response.MDOListItem][:3] == [
        "Customer",
        "Prospect",
        'US:"VIP Customer";NO:"VIP-kunde";SW:"VIP-kund"',
    ]
    info = await ask(crm, version, "SoPrincipal", "GetSystemInfo")
    assert info.body.SystemInfo.License.SerialNr == "1000123456"
    token = crm.access_token(user)
    traded = await ask(crm, version, "SoPrincipal", "AuthenticateWithAccessToken", AccessToken=token)
    assert traded.body.Credentials.Ticket.startswith("7T:")


async def test_zeep_sees_failures_in_the_headers(crm: SuperOffice) -> None:
    fields: dict[str, Any] = {"ActivityStartTime": "2026-11-01T00:00:00", "ActionType": ["Created"]}
    refused = await ask(crm, "Services86", "Contact", "GetMyActiveContacts", "7T:unknown", **fields)
    assert refused.header.Succeeded is False
    assert refused.header.ExceptionInfo.ExceptionType == "SuperOffice.Exceptions.SoSessionException"
    assert refused.body.Response.ContactActivity == []
    crm.faults.set(silent=True)
    assert (await ask(crm, "Services86", "Contact", "GetMyActiveContacts", "7T:x", **fields)).header is None
    crm.faults.set(soap_fault=True)
    with pytest.raises(zeep.exceptions.Fault, match="Something went wrong"):
        await ask(crm, "Services86", "Contact", "GetMyActiveContacts", "7T:x", **fields)
