"""What is sealed where: one definition for each sealed column.

The tables seal and open by it, and `keys check` and `keys rotate` find by it whatever there is. A column that
is not here cannot be sealed; one that is named ``sealed_…`` in the schema and is not here fails a test.
"""

from dataclasses import dataclass

from bot.core.secret import Secret
from bot.store.sealing import Sealer

__all__ = [
    "AUTHORIZATION",
    "COMPANY_NAME",
    "DIGEST_FILTER",
    "FILTER",
    "HASH_KEY",
    "INSTALL_TOKEN",
    "NARROWING",
    "PSEUDONYM_KEY",
    "REFRESH_TOKEN",
    "REQUEST_LINE",
    "RESPONSE_URL",
    "SEALED",
    "TICKET",
    "SealedColumn",
]


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column whose values are sealed, each for its own row. It may be NULL: nothing is sealed then."""

    table: str
    column: str
    #: The columns of the primary key, in its order.
    key: tuple[str, ...]
    #: The columns that say whose row it is. A value opens only beside what was there when it was sealed, so
    #: this can never change for a column that was released.
    context: tuple[str, ...]

    def seal(self, sealer: Sealer, secret: Secret, *row: str | int) -> bytes:
        """Seal for the row whose values of ``context`` are these, in its order."""
        return sealer.seal(secret, *self._place(row))

    def open(self, sealer: Sealer, blob: bytes, *row: str | int) -> Secret:
        """Open what was sealed for that row. Raises :class:`~bot.core.errors.SealBroken`."""
        return sealer.open(blob, *self._place(row))

    def _place(self, row: tuple[str | int, ...]) -> tuple[str, ...]:
        if len(row) != len(self.context):
            raise TypeError(f"{self.table}.{self.column} is sealed for {', '.join(self.context)}")
        return (self.table, self.column, *map(str, row))


#: A ticket opens for its own user only, and goes to its own tenant only.
TICKET = SealedColumn("links", "sealed_ticket", ("workspace", "user"), ("workspace", "user", "tenant"))
REFRESH_TOKEN = SealedColumn(
    "links", "sealed_refresh_token", ("workspace", "user"), ("workspace", "user", "tenant")
)
RESPONSE_URL = SealedColumn("invitations", "sealed_response_url", ("nonce_hash",), ("workspace", "user"))
COMPANY_NAME = SealedColumn(
    "muted_companies",
    "sealed_name",
    ("workspace", "user", "tenant", "company_id"),
    ("workspace", "user", "tenant", "company_id"),
)
FILTER = SealedColumn(
    "saved_filters", "sealed_filter", ("workspace", "user", "name"), ("workspace", "user", "name")
)
DIGEST_FILTER = SealedColumn("subscriptions", "sealed_filter", ("id",), ("workspace", "target"))
NARROWING = SealedColumn(
    "participants",
    "sealed_narrowing",
    ("subscription", "workspace", "user"),
    ("subscription", "workspace", "user"),
)
#: Not for its channel: that may get another id.
REQUEST_LINE = SealedColumn("channel_requests", "sealed_line", ("id",), ("workspace", "user"))
AUTHORIZATION = SealedColumn("authorizations", "sealed_authorization", ("state_hash",), ("state_hash",))
INSTALL_TOKEN = SealedColumn("installations", "sealed_token", ("id",), ("id",))
HASH_KEY = SealedColumn("hash_keys", "sealed_key", ("id",), ("id",))
PSEUDONYM_KEY = SealedColumn("pseudonyms", "sealed_key", ("workspace", "user"), ("workspace", "user"))

#: All of them.
SEALED = (
    AUTHORIZATION,
    INSTALL_TOKEN,
    TICKET,
    REFRESH_TOKEN,
    RESPONSE_URL,
    COMPANY_NAME,
    FILTER,
    DIGEST_FILTER,
    NARROWING,
    REQUEST_LINE,
    HASH_KEY,
    PSEUDONYM_KEY,
)
