"""Certificates for servers on 127.0.0.1, good for a day: no run of tests or benchmarks outlives one."""

import ipaddress
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

__all__ = ["certificate", "private", "self_signed"]

PEM = Encoding.PEM


def self_signed(name: str) -> bytes:
    """A certificate that vouches for itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    return certificate(name, key, name, key, is_ca=False) + private(key)


def private(key: ec.EllipticCurvePrivateKey) -> bytes:
    """A key as it stands in a file."""
    return key.private_bytes(PEM, PrivateFormat.PKCS8, NoEncryption())


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
    """A certificate for 127.0.0.1 in that name."""
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
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
