"""A SuperOffice behind a certificate authority of the customer's own: trusted if told so, and only then."""

import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec

from bot.core.errors import CrmUnreachable
from tests.certificates import certificate, private


class Tls(NamedTuple):
    """A server with TLS, and the certificate of who vouches for it."""

    url: str
    ca: Path


@pytest.fixture
async def tls(tmp_path: Path, soap: Any) -> AsyncIterator[Tls]:
    """A SuperOffice whose certificate an authority of its own has signed."""
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca, chain = tmp_path / "ca.pem", tmp_path / "server.pem"
    ca.write_bytes(certificate("Customer CA", ca_key, "Customer CA", ca_key, is_ca=True))
    chain.write_bytes(certificate("127.0.0.1", key, "Customer CA", ca_key, is_ca=False) + private(key))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)

    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=soap.system_info(), content_type="text/xml")

    app = web.Application()
    app.router.add_post("/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    yield Tls(f"https://127.0.0.1:{runner.addresses[0][1]}/remote/Services86/", ca)
    await runner.cleanup()


async def test_an_unknown_authority_is_refused(crm: Any, tls: Tls) -> None:
    with pytest.raises(CrmUnreachable) as caught:
        await crm(tls.url).system_info()
    assert caught.value.params["reason"] == "certificate"


async def test_the_customers_own_authority(crm: Any, tls: Tls) -> None:
    assert (await crm(tls.url, ca_bundle=str(tls.ca)).system_info()).company == "Fjell AS"
