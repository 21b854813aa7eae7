"""Where the app is installed, with the sealed tokens."""

import logging
from collections.abc import Mapping, Sequence

from sqlite_utils import Database

from bot.core.errors import SealBroken
from bot.services.ports import Installation
from bot.store.database import micros, moment, writing
from bot.store.sealed import INSTALL_TOKEN
from bot.store.sealing import Sealer

__all__ = ["SqliteInstallations"]

log = logging.getLogger(__name__)


class SqliteInstallations:
    """Implements the port ``Installations``."""

    def __init__(self, db: Database, sealer: Sealer) -> None:
        self._db = db
        self._sealer = sealer

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
        self._db.conn.execute("INSERT OR REPLACE INTO installations VALUES (?, ?, ?, ?, ?, ?)", row)

    async def all(self) -> Sequence[Installation]:
        """All whose tokens open. The others stay, for `keys check` to tell of."""
        query = (
            "SELECT id, name, organization, is_organization, installed_at, sealed_token FROM installations"
        )
        found = []
        for id_, name, organization, is_organization, at, sealed in self._db.conn.execute(query).fetchall():
            try:
                token = INSTALL_TOKEN.open(self._sealer, sealed, id_)
            except SealBroken as error:
                log.error("the token of %s does not open: %s", id_, error, extra={"action": "install.sealed"})
                continue
            found.append(Installation(id_, name, organization, bool(is_organization), moment(at), token))
        return found

    async def remove(self, id_: str) -> bool:
        """Delete one, and which workspaces it serves."""
        with writing(self._db) as connection:
            connection.execute("DELETE FROM served_workspaces WHERE organization = ?", (id_,))
            return connection.execute("DELETE FROM installations WHERE id = ?", (id_,)).rowcount == 1

    async def serve(self, workspace: str, organization: str) -> None:
        """Remember that a workspace is served by the install of its organisation."""
        statement = "INSERT OR REPLACE INTO served_workspaces VALUES (?, ?)"
        self._db.conn.execute(statement, (workspace, organization))

    async def unserve(self, workspace: str) -> None:
        """It is no longer."""
        self._db.conn.execute("DELETE FROM served_workspaces WHERE id = ?", (workspace,))

    async def served(self) -> Mapping[str, str]:
        """The organisations by whose installs workspaces are served."""
        return dict(self._db.conn.execute("SELECT id, organization FROM served_workspaces"))
