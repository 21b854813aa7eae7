"""Who signed in: what SuperOffice's ``id_token`` says.

Source: docs.superoffice.com, "Validate security tokens".
"""

from dataclasses import dataclass
from datetime import datetime

from bot.core.onlineerrors import IdentityRefused, WrongTenant
from bot.idtokens import Expected, Keys, verified

__all__ = ["Identity", "identified"]

_CLAIM = "http://schemes.superoffice.net/identity/"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a token is about."""

    associate_id: int
    email: str


async def identified(
    token: str, keys: Keys, keys_url: str, expected: Expected, customer: str, now: datetime
) -> Identity:
    """The identity in a token of one customer's, such as ``Cust12345``.

    Raises :class:`IdentityRefused` by what is wrong with it, and ``CrmError``.
    """
    claims = await verified(token, keys, keys_url, expected, now)
    if str(claims.get(f"{_CLAIM}ctx", "")).casefold() != customer.casefold():
        raise WrongTenant
    try:
        associate_id = int(claims[f"{_CLAIM}associateid"])
    except (KeyError, TypeError, ValueError):
        raise IdentityRefused from None
    emails = (claims.get(f"{_CLAIM}{name}") for name in ("so_primary_email_address", "email"))
    return Identity(associate_id, next((str(email) for email in emails if email), ""))
