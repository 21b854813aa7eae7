# mypy: allow-untyped-calls
"""Our WSDLs against the official ones, which are not ours to commit.

``SUPEROFFICE_WSDL_DIR`` names the folder with ``Services86``, ``Services88`` … as in the vendor's archive.
"""

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import zeep
from lxml import etree

from bot.core.secret import Secret
from bot.crm.soap.envelope import open_envelope
from bot.crm.soap.reader import read
from bot.crm.soap.services import OPERATIONS, Services

OFFICIAL = Path(os.environ.get("SUPEROFFICE_WSDL_DIR", ""))
VERSIONS = (86, 88)

pytestmark = pytest.mark.skipif(
    not os.environ.get("SUPEROFFICE_WSDL_DIR"),
    reason="SUPEROFFICE_WSDL_DIR does not name a folder with the official WSDLs",
)

CALLS: dict[str, list[dict[str, Any]]] = {
    "GetMyActiveContacts": [
        {
            "ActivityStartTime": datetime(2026, 5, 2, 8, 30),
            "ContactCategories": {"int": categories},
            "ActionType": actions,
        }
        for categories in ([], [1, 2])
        for actions in (["Created"], ["Created", "Updated", "PersonAdded", "DocumentAdded"])
    ],
    "AuthenticateUsernamePassword": [{"UserName": "SAL0 <&>", "Password": "påssw🔑rd"}],
    "AuthenticateWithAccessToken": [{"AccessToken": "8A:Cust12345.abc=="}],
    "GetSystemInfo": [{}],
    "GetMyPerson": [{}],
    "GetSimpleList": [{"Name": "category"}],
}


def location(version: int, service: str) -> str:
    return str(OFFICIAL / f"Services{version}" / f"WSDL-Services{version}-{service}.xml")


def official(version: int, operation: str) -> tuple[zeep.Client, Any]:
    client = zeep.Client(location(version, OPERATIONS[operation]))
    described = client.service._binding.get(operation)
    described.abstract.wsa_action = None
    return client, described


def canonical(content: bytes) -> bytes:
    return etree.tostring(etree.fromstring(content), method="c14n")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("operation", OPERATIONS)
async def test_the_same_signature(version: int, operation: str) -> None:
    """Input, headers and output: the whole line that zeep prints for an operation."""
    _, described = official(version, operation)
    ours = await Services.load(version)
    assert ours.signature(operation) == str(described)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("operation", OPERATIONS)
async def test_the_same_envelope(version: int, operation: str) -> None:
    client, described = official(version, operation)
    services = await Services.load(version)
    with_ticket = "Credentials" in described.input.header.signature()
    token, ticket = "app-token", "7T:a<b&c=="
    headers: dict[str, Any] = {"ApplicationToken": token}
    if with_ticket:
        headers["Credentials"] = {"Ticket": ticket}
    for params in CALLS[operation]:
        theirs = client.create_message(client.service, operation, _soapheaders=headers, **params)
        ours = services.request(operation, Secret(token), Secret(ticket) if with_ticket else None, **params)
        assert canonical(ours.body) == etree.tostring(theirs, method="c14n")
        assert ours.headers["SOAPAction"] == f'"{described.soapaction}"'


@pytest.mark.parametrize("version", VERSIONS)
async def test_the_official_files_can_be_used_instead(version: int) -> None:
    """With them, too, no WS-Addressing header goes out, although they ask zeep for it."""
    overrides = {service: location(version, service) for service in OPERATIONS.values()}
    theirs, ours = await Services.load(version, overrides), await Services.load(version)
    for operation, (params, *_) in CALLS.items():
        bodies = {s.request(operation, Secret(""), None, **params).body for s in (theirs, ours)}
        assert len({canonical(body) for body in bodies}) == 1


@pytest.mark.parametrize("name", ["GetMyActiveContacts-ok", "GetMyActiveContacts-error"])
def test_the_samples_read_as_the_official_file_says(name: str) -> None:
    content = sample(f"resp-{name}.xml")
    _, described = official(86, "GetMyActiveContacts")
    theirs = described.process_reply(etree.fromstring(content))
    envelope = open_envelope(content)
    array = theirs.body.Response
    ours = [(row.company_id, row.company, row.time, row.person_id) for row in read(envelope, None)]
    rows = array.ContactActivity
    assert ours == [(row.ContactId, row.Name, row.ActionTime, row.PersonId) for row in rows]
    assert envelope.headers.succeeded is theirs.header.Succeeded
    if envelope.headers.exception:
        assert envelope.headers.exception.types == (theirs.header.ExceptionInfo.ExceptionType,)


@pytest.mark.parametrize(
    ("name", "operation"),
    [
        ("Authenticate-ok", "AuthenticateUsernamePassword"),
        ("Authenticate-failed", "AuthenticateUsernamePassword"),
        ("MDO-GetSimpleList-category", "GetSimpleList"),
    ],
)
async def test_a_small_answer_means_the_same_by_our_wsdl(name: str, operation: str) -> None:
    content = sample(f"resp-{name}.xml")
    _, described = official(86, operation)
    theirs = described.process_reply(etree.fromstring(content)).body
    ours = (await Services.load(86)).answer(operation, open_envelope(content))
    assert simple(ours) == simple(theirs)


def sample(name: str) -> bytes:
    path = OFFICIAL.parent / "samples" / name
    if not path.is_file():
        pytest.skip("no samples beside the official WSDLs")
    return path.read_bytes()


KEPT = frozenset(
    {"Response", "Credentials", "AuthenticationSucceeded", "Ticket", "MDOListItem"}
    | {"Associate", "AssociateId", "PersonId", "FullName", "EMailAddress", "RoleName"}
    | {"Id", "Name", "Deleted", "Rank"}
)


def simple(value: Any) -> Any:
    """The plain values in a zeep object: what is nested deeper we declare as "anything"."""
    if isinstance(value, list):
        return [simple(item) for item in value]
    if hasattr(value, "__values__"):
        return {name: simple(item) for name, item in value.__values__.items() if name in KEPT}
    return value
