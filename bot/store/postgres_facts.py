"""What a PostgreSQL says of itself, for whoever looks whether it will do."""

from dataclasses import dataclass
from datetime import datetime

import psycopg

from bot.core.secret import DatabaseUrl
from bot.store.database import DatabaseUnusable
from bot.store.postgres import READS_ONLY
from bot.store.postgres_schema import standing

__all__ = ["PostgresFacts", "Schema", "ask_postgres"]

#: With any of these off, a crash may lose what was committed.
KEEPING = ("fsync", "synchronous_commit", "full_page_writes")
LOSSY = "SELECT name FROM pg_settings WHERE name = ANY(%s) AND setting = 'off' ORDER BY name"
FACTS = f"""
    SELECT current_setting('server_version_num')::int, current_setting('server_encoding'),
        {READS_ONLY},
        current_setting('max_connections')::int,
        COALESCE((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false)
            OR inet_server_addr() IS NULL OR inet_server_addr() <<= '127.0.0.0/8'
            OR inet_server_addr() = '::1',
        current_setting('archive_mode') <> 'off', last_archived_time,
        COALESCE(last_failed_time > COALESCE(last_archived_time, '-infinity'), false)
    FROM pg_stat_archiver
"""  # noqa: S608 - a constant


@dataclass(frozen=True, slots=True)
class Schema:
    """What the schema is."""

    #: It is a newer version's, or another program's.
    unusable: DatabaseUnusable | None
    #: So many steps are missing.
    needed: int = 0
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class PostgresFacts:
    """Of the database that the bot is to have, and its server."""

    schema: Schema
    #: Settings by which a crash may lose what was committed.
    lossy: tuple[str, ...]
    #: Such as 15.
    version: int
    encoding: str
    #: A standby, or set so.
    reads_only: bool
    #: So many it takes, of all programs.
    connections: int
    #: Nobody can read along: TLS, a socket, or the same machine.
    is_private: bool
    #: Its write-ahead log is copied away, when that was last done, and whether it has failed since.
    archives: bool
    archived_at: datetime | None
    fails_to_archive: bool


def ask_postgres(url: DatabaseUrl) -> PostgresFacts:
    """Ask; it blocks. Raises :class:`DatabaseUnusable`."""
    try:
        with psycopg.connect(url.reveal(), autocommit=True, connect_timeout=5) as connection:
            ((version, *facts),) = connection.execute(FACTS).fetchall()
            lossy = [name for (name,) in connection.execute(LOSSY, (list(KEEPING),)).fetchall()]
            try:
                applied, needed = standing(connection, url)
                schema = Schema(None, len(needed), is_new=applied is None)
            except DatabaseUnusable as error:
                schema = Schema(error)
    except psycopg.Error as error:
        said = " ".join(str(error).split())
        raise DatabaseUnusable(f"{url.place} cannot be opened ({said}): look at BOT_DATABASE.") from None
    return PostgresFacts(schema, tuple(lossy), version // 10_000, *facts)
