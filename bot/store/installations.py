"""Where the app is installed, with the sealed tokens."""

import logging
from collections.abc import Mapping, Sequence

from bot.core.errors import SealBroken
from bot.core.secret import Secret
from bot.services.ports import Installation
from bot.store.database import Database, micros, moment, upsert, whole
from bot.store.hashing import Hasher
from bot.store.sealed import INSTALL_TOKEN
from bot.store.sealing import Sealer

__all__ = ["StoredInstallations"]

log = logging.getLogger(__name__)

PUT = upsert(
    "installations", ["id"], ["name", "organization", "is_organization", "installed_at", "sealed_token"]
)
SERVE = upsert("served_workspaces", ["id"], ["organization"])


class StoredInstallations:
    """Implements the port ``Installations``."""

    def __init__(self, db: Database, sealer: Sealer, hasher: Hasher) -> None:
        self._db = db
        self._sealer = sealer
        self._hasher = hasher

    async def put(self, installation: Installation) -> None:
        """Keep one in the place of an older one of the same workspace or organisation."""
        row = (
            installation.id,
            installation.name,
            installation.organization,
            installation.is_organization,
            micros(installation.installed_at),
            INSTALL_TOKEN.seal(self._sealer, installation.token, installation.id),
        )
        await self._db.execute(PUT, row)

    async def all(self) -> Sequence[Installation]:
        """All whose tokens open. The others stay, for `keys check` to tell of."""
        query = (
            "SELECT id, name, organization, is_organization, installed_at, sealed_token FROM installations"
        )
        found = []
        for id_, name, organization, is_organization, at, sealed in await self._db.rows(query):
            try:
                token = INSTALL_TOKEN.open(self._sealer, sealed, id_)
            except SealBroken as error:
                log.error("the token of %s does not open: %s", id_, error, extra={"action": "install.sealed"})
                continue
            found.append(Installation(id_, name, organization, bool(is_organization), moment(at), token))
        return found

    @whole
    async def remove(self, id_: str) -> bool:
        """Delete one, and which workspaces it serves."""
        async with self._db.transaction() as tx:
            await tx.execute("DELETE FROM served_workspaces WHERE organization = ?", (id_,))
            return await tx.execute("DELETE FROM installations WHERE id = ?", (id_,)) == 1

    async def serve(self, workspace: str, organization: str) -> None:
        """Remember that a workspace is served by the install of its organisation."""
        await self._db.execute(SERVE, (workspace, organization))

    async def unserve(self, workspace: str) -> None:
        """It is no longer."""
        await self._db.execute("DELETE FROM served_workspaces WHERE id = ?", (workspace,))

    async def served(self) -> Mapping[str, str]:
        """The organisations by whose installs workspaces are served."""
        return dict(await self._db.rows("SELECT id, organization FROM served_workspaces"))

    async def recall(self, token: Secret) -> tuple[str, str] | None:
        """The id and the name of the workspace that a token was last seen to be of."""
        found = await self._db.one(
            "SELECT id, name FROM known_tokens WHERE token_hash = ?", (self._hash(token),)
        )
        return (found[0], found[1]) if found else None

    @whole
    async def remember(self, token: Secret, id_: str, name: str) -> None:
        """Of which workspace the token in the settings is; any other's is forgotten."""
        async with self._db.transaction("known token") as tx:
            await tx.execute("DELETE FROM known_tokens")
            await tx.execute("INSERT INTO known_tokens VALUES (?, ?, ?)", (self._hash(token), id_, name))

    async def forget(self) -> None:
        """Slack no longer takes the token in the settings."""
        await self._db.execute("DELETE FROM known_tokens")

    def _hash(self, token: Secret) -> bytes:
        return self._hasher.digest("token", token.reveal())
