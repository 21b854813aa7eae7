"""The keys that the demo's sign-in services sign with: both Slack's and SuperOffice's."""

from functools import cache

from joserfc.jwk import RSAKey

__all__ = ["FORGED", "UNPUBLISHED", "kid", "signing_key"]

#: Keys that are never published: one that poses as another, one that is not even known by name.
FORGED, UNPUBLISHED = -1, -2


def kid(number: int) -> str:
    """What it is called in a token's header."""
    return f"demo-{number}"


@cache
def signing_key(number: int) -> RSAKey:
    """One of this process's keys. Made when it is first needed, and kept: it takes a tenth of a second."""
    return RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256", "kid": kid(number)})
