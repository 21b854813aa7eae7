"""A SuperOffice behind a certificate authority of the customer's own: trusted if told so, and only then."""

import ipaddress
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.core.errors import CrmUnreachable

PEM = serialization.Encoding.PEM


class Tls(NamedTuple):
    """A server with TLS, and the certificate of who vouches for it."""

    url: str
    ca: Path


def usage(*, is_ca: bool) -> x509.KeyUsage:
    """What a key is for; Python 3.13 takes no certificate that does not say."""
    return x509.KeyUsage(
        digital_signature=not is_ca,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def certificate(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: str, signer: Any, *, is_ca: bool
) -> bytes:
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(usage(is_ca=is_ca), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
    )
    return built.sign(signer, hashes.SHA256()).public_bytes(PEM)


@pytest.fixture
async def tls(tmp_path: Path, soap: Any) -> AsyncIterator[Tls]:
    """A SuperOffice whose certificate an authority of its own has signed."""
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca, chain = tmp_path / "ca.pem", tmp_path / "server.pem"
    ca.write_bytes(certificate("Customer CA", ca_key, "Customer CA", ca_key, is_ca=True))
    private = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    chain.write_bytes(certificate("127.0.0.1", key, "Customer CA", ca_key, is_ca=False) + private)
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
