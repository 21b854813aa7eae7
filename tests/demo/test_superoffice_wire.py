"""The SuperOffice side against hand-written envelopes."""

import re
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest
from lxml import etree

from bot.demo.clock import TestClock
from bot.demo.superoffice import SuperOffice
from bot.demo.superoffice.story import Story

SESSION = "SuperOffice.Exceptions.SoSessionException"


def rows(xml: str) -> list[dict[str, str]]:
    found = etree.fromstring(xml.encode()).iterfind(".//{*}ContactActivity")
    return [{etree.QName(field).localname: field.text or "" for field in row} for row in found]


async def test_a_password_gives_a_ticket_that_the_other_operations_take(wire: Any, crm: SuperOffice) -> None:
    user = crm.seller
    password = f"<UserName>{user.login.lower()}</UserName><Password>{user.password}</Password>"
    _, xml = await wire.call("SoPrincipal", "AuthenticateUsernamePassword", password)
    ticket = re.findall("<Ticket>(7T:.+)</Ticket>", xml)[0]
    assert f"<EMailAddress>{user.email}</EMailAddress>" in xml
    _, person = await wire.call("Person", "GetMyPerson", ticket=ticket)
    assert f"<PersonId>{user.person_id}</PersonId>" in person
    again = f"<UserName>{ticket}</UserName><Password></Password>"
    _, whoami = await wire.call("SoPrincipal", "AuthenticateUsernamePassword", again)
    assert f"<AssociateId>{user.associate_id}</AssociateId>" in whoami


async def test_a_wrong_password_succeeds_without_authenticating(wire: Any, crm: SuperOffice) -> None:
    wrong = f"<UserName>{crm.seller.login}</UserName><Password>guess</Password>"
    status, xml = await wire.call("SoPrincipal", "AuthenticateUsernamePassword", wrong)
    assert status == 200
    assert ">true</h:Succeeded>" in xml
    assert "<AuthenticationSucceeded>false</AuthenticationSucceeded>" in xml


async def test_an_access_token_is_traded_from_services86_on(
    wire: Any, crm: SuperOffice, session: aiohttp.ClientSession
) -> None:
    inner = f"<AccessToken>{crm.access_token(crm.seller)}</AccessToken>"
    _, xml = await wire.call("SoPrincipal", "AuthenticateWithAccessToken", inner)
    assert "<Ticket>7T:" in xml
    namespace = "http://www.superoffice.net/ws/crm/NetServer/Services85"
    body = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<AuthenticateWithAccessToken xmlns="{namespace}">{inner}</AuthenticateWithAccessToken>'
        "</s:Body></s:Envelope>"
    )
    headers = {
        "SOAPAction": f"{namespace}/SoPrincipal/AuthenticateWithAccessToken",
        "Content-Type": "text/xml",
    }
    url = crm.url_for("Services85") + "SoPrincipal.svc"
    async with session.post(url, data=body, headers=headers) as response:
        assert (response.status, "ActionNotSupported" in await response.text()) == (500, True)


async def test_a_ticket_lives_six_hours_from_its_last_use(
    wire: Any, crm: SuperOffice, clock: TestClock
) -> None:
    ticket = crm.ticket(crm.seller)
    for _ in range(3):
        clock.move(hours=5, minutes=59)
        _, xml = await wire.active("2026-11-01T00:00:00", ticket=ticket)
        assert ">true</h:Succeeded>" in xml
    clock.move(hours=6)
    status, xml = await wire.active("2026-11-01T00:00:00", ticket=ticket)
    assert status == 200
    assert SESSION in xml
    assert ">false</h:Succeeded>" in xml
    assert crm.requests[-1].user is None


async def test_one_row_a_company_with_the_latest_and_all_flags(wire: Any, clock: TestClock) -> None:
    async with SuperOffice(clock=clock, story=Story(clock.now(), history=0, pace=None)) as crm:
        wire.crm = crm
        company, other = crm.companies(crm.seller)[:2]
        theirs = crm.companies(crm.manager)[0]
        crm.happen(company.id, "Updated", crm.manager, clock.now() - timedelta(days=2))
        crm.happen(company.id, "NewActivity", crm.colleague, clock.now() - timedelta(hours=2))
        last = crm.happen(company.id, "PersonAdded", crm.seller, clock.now() - timedelta(hours=1))
        crm.happen(other.id, "DocumentAdded", crm.seller)
        crm.happen(theirs.id, "DocumentAdded", crm.seller)
        _, xml = await wire.active("2026-11-19T00:00:00")
        assert [row["ContactId"] for row in rows(xml)] == [str(company.id), str(other.id)]
        assert rows(xml)[0] | {"Department": ""} == {
            "TableRight": "",
            "FieldProperties": "",
            "ContactId": str(company.id),
            "Department": "",
            "OrgNr": company.org_number,
            "Name": company.name,
            "URL": company.url,
            "AssociateFullName": "Kianna Ledner",
            "Action": "NewActivity PersonAdded",
            "ActionTime": "2026-11-19T09:00:00",
            "Category": rows(xml)[0]["Category"],
            "ActivityPersonName": "Kianna Ledner",
            "ActionId": str(last.action_id),
            "PersonId": str(last.person_id),
            "ActivityPersonId": "947",
            "AssociateId": "528",
        }
        _, xml = await wire.active("2026-11-19T00:00:00", "NewActivity")
        assert [(row["Action"], row["ActionTime"]) for row in rows(xml)] == [
            ("NewActivity", "2026-11-19T08:00:00")
        ]
        category = company.category_id
        _, xml = await wire.active("2026-11-19T00:00:00", categories=f"<a:int>{category}</a:int>")
        assert str(company.id) in {row["ContactId"] for row in rows(xml)}
        _, xml = await wire.active("2026-11-19T00:00:00", categories="<a:int>6</a:int>")
        assert rows(xml) == []


async def test_a_start_in_the_servers_future_means_since_the_last_log_out(
    wire: Any, crm: SuperOffice, clock: TestClock
) -> None:
    crm.log_out(crm.seller, clock.now() - timedelta(days=21))
    _, since_logout = await wire.active("2026-11-19T10:00:01")
    _, since_now = await wire.active("2026-11-19T10:00:00")
    assert len(rows(since_logout)) > 10
    assert rows(since_now) == []
    crm.skew = timedelta(minutes=10)
    _, ahead = await wire.active("2026-11-19T10:00:01")
    assert len(rows(ahead)) < len(rows(since_logout))


async def test_times_are_in_the_base_zone_and_the_header_names_it(wire: Any, crm: SuperOffice) -> None:
    crm.zone = "America/New_York"
    crm.happen(crm.companies(crm.seller)[0].id, "NewActivity")
    _, xml = await wire.active("2026-11-19T04:00:00")
    assert [row["ActionTime"] for row in rows(xml)] == ["2026-11-19T04:00:00"]
    assert "<h:SoTimeZoneId>460</h:SoTimeZoneId><h:SoTimeZoneLocationCode>US-NY" in xml
    _, xml = await wire.active("2026-11-19T09:00:00Z")
    assert len(rows(xml)) == 1


async def test_the_story_is_the_same_for_the_same_seed_and_goes_on(clock: TestClock) -> None:
    one, other = Story(clock.now(), 7), Story(clock.now(), 7)
    later = clock.now() + timedelta(days=1)
    assert one.activities(later) == [*other.activities(clock.now()), *other.activities(later)[420:]]
    assert 25 <= len(one.activities(later)) - len(one.activities(clock.now())) <= 75
    assert Story(clock.now(), 8).activities(later) != one.activities(later)
    assert len(one.companies) >= 60


async def test_hostile_names_arrive_as_they_are(wire: Any, crm: SuperOffice) -> None:
    _, xml = await wire.active("0001-01-01T00:00:00")
    names = {row["Name"] for row in rows(xml)}
    assert "*Bold* & Sons <https://evil.example|Nordea>" in names
    assert any("\u202e" in name for name in names)


async def test_system_info_and_categories(wire: Any, crm: SuperOffice) -> None:
    _, info = await wire.call("SoPrincipal", "GetSystemInfo")
    assert "<CompanyName>Fjell &amp; Vidde AS</CompanyName>" in info
    _, listed = await wire.call("MDO", "GetSimpleList", "<Name>category</Name>", crm.ticket(crm.seller))
    assert '<Id>3</Id><Name>US:"VIP Customer";NO:"VIP-kunde";SW:"VIP-kund"</Name>' in listed


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            lambda text: text.replace(
                "schemas.xmlsoap.org/soap/envelope/", "www.w3.org/2003/05/soap-envelope"
            ),
            "1.1",
        ),
        (lambda text: text.replace("<s:Header>", "").replace("</s:Header>", ""), "nothing else"),
        (lambda text: re.sub("<s:Header>.*</s:Header>", "", text), "Header with Credentials"),
        (lambda text: text.replace("Created Updated", "Created  Updated"), "Invalid enum value ''"),
        (lambda text: text.replace("Created Updated", "C r e a t e d"), "Invalid enum value 'C'"),
        (lambda text: text.replace("Created Updated", "All"), "Invalid enum value 'All'"),
        (lambda text: text.replace("<a:int>1", "<a:int>one"), "int elements"),
        (lambda text: text.replace("<a:int>1</a:int>", "1"), "int elements"),
        (lambda text: text.replace("2026-11-19T00:00:00", "yesterday"), "DateTime"),
        (lambda text: text.replace("ActivityStartTime", "Start"), "unknown or out of its order"),
        (lambda text: text.replace("Services86", "Services88"), "expected"),
        (lambda text: "<!DOCTYPE x>" + text, "DTD"),
        (lambda text: text[:-20], "well-formed"),
    ],
)
async def test_what_wcf_would_refuse_is_a_fault(
    wire: Any, crm: SuperOffice, change: Any, reason: str
) -> None:
    namespace = "http://www.superoffice.net/ws/crm/NetServer/Services86"
    text = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header>'
        f'<h:Credentials xmlns:h="{namespace}"><h:Ticket>x</h:Ticket></h:Credentials></s:Header><s:Body>'
        f'<GetMyActiveContacts xmlns="{namespace}"><ActivityStartTime>2026-11-19T00:00:00</ActivityStartTime>'
        '<ContactCategories xmlns:a="http://schemas.microsoft.com/2003/10/Serialization/Arrays"><a:int>1</a:int>'
        "</ContactCategories><ActionType>Created Updated</ActionType></GetMyActiveContacts>"
        "</s:Body></s:Envelope>"
    )
    assert (await wire.send("Contact", "GetMyActiveContacts", text))[0] == 200
    status, answer = await wire.send("Contact", "GetMyActiveContacts", change(text))
    assert status == 500
    assert "<s:Fault>" in answer
    assert reason in crm.refusals[-1]


async def test_the_action_header_and_the_content_type_must_fit(wire: Any, crm: SuperOffice) -> None:
    assert (await wire.send("Contact", "GetMyActiveContacts", "<x/>", Content_Type="application/soap+xml"))[
        0
    ] == 415
    envelope = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><x/></s:Body></s:Envelope>'
    )
    status, answer = await wire.send("Contact", "GetMyActiveContacts", envelope, SOAPAction='"Contact/Get"')
    assert (status, "ActionNotSupported" in answer) == (500, True)


async def test_every_fault_switch(wire: Any, crm: SuperOffice) -> None:
    async def ask() -> tuple[int, str]:
        answer: tuple[int, str] = await wire.active("2026-11-01T00:00:00")
        return answer

    crm.faults.set(status=429, headers={"Retry-After": "7"}, times=1)
    assert (await ask())[0] == 429
    assert (await ask())[0] == 200
    crm.faults.set("GetMyPerson", status=503)
    assert (await ask())[0] == 200
    crm.faults.set("GetMyActiveContacts", html=True)
    assert "Please sign in" in (await ask())[1]
    crm.faults.set("GetMyActiveContacts", empty=True)
    assert await ask() == (200, "")
    crm.faults.set("GetMyActiveContacts", soap_fault=True)
    assert (await ask())[0] == 500
    crm.faults.set("GetMyActiveContacts", exception_type="SuperOffice.Exceptions.SoSentryException")
    assert "SoSentryException" in (await ask())[1]
    crm.faults.set("GetMyActiveContacts", silent=True)
    assert "Succeeded" not in (await ask())[1]
    crm.faults.set("GetMyActiveContacts", huge=200_000)
    assert len((await ask())[1].encode()) == 200_000
    crm.faults.set("GetMyActiveContacts", truncated=True)
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring((await ask())[1].encode())
    for broken in ("cut", "drop"):
        crm.faults.set("GetMyActiveContacts", **{broken: True})
        with pytest.raises(aiohttp.ClientError):
            await ask()
    crm.faults.clear()
    assert (await ask())[0] == 200


async def test_it_can_refuse_connections_and_count_them(wire: Any, crm: SuperOffice) -> None:
    await wire.active("2026-11-01T00:00:00")
    assert (crm.connections_opened, crm.connections_peak) == (1, 1)
    await crm.refuse()
    with pytest.raises(aiohttp.ClientError):
        await wire.active("2026-11-01T00:00:00")
    await crm.accept()
    assert (await wire.active("2026-11-01T00:00:00"))[0] == 200
    assert [request.operation for request in crm.requests] == ["GetMyActiveContacts"] * 2
    assert crm.requests[0].start == datetime(2026, 11, 1)


async def test_the_date_header_is_the_servers_own_clock(
    crm: SuperOffice, session: aiohttp.ClientSession
) -> None:
    crm.skew = timedelta(days=-1)
    async with session.get(crm.url) as response:
        assert response.headers["Date"] == "Wed, 18 Nov 2026 09:00:00 GMT"
