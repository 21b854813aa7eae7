"""A PostgreSQL of the tests' own: on a socket in a folder that is gone afterwards, of nobody's account."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg

from bot.core.secret import DatabaseUrl

__all__ = ["MISSING", "Cluster", "cluster", "emptied"]

#: Where Debian keeps what it does not put on the path.
BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: int(each.parent.name))
MISSING = "PostgreSQL's programs are not on this machine (Debian: apt-get install postgresql)"
#: Nothing of it has to outlive the machine.
QUICK = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "16MB",
    "listen_addresses": "",
    "max_connections": "100",
    "autovacuum": "off",
}


class Cluster:
    """One that runs; each test has it for itself."""

    def __init__(self, folder: Path, binaries: Path) -> None:
        self._folder = folder
        self._binaries = binaries

    def run(self, program: str, *arguments: str) -> None:
        """Run one of its programs, as somebody who may: it refuses to be run by root."""
        user = "nobody" if os.geteuid() == 0 else None
        command = [str(self._binaries / program), *arguments]
        subprocess.run(command, user=user, group=_group(user), check=True, capture_output=True, cwd="/")

    @property
    def socket(self) -> str:
        """Where it listens."""
        return str(self._folder / ".s.PGSQL.5432")

    def url(self, name: str) -> DatabaseUrl:
        """The address of a database."""
        return DatabaseUrl(f"postgresql://bot@/{name}?host={quote(str(self._folder), safe='')}")

    def start(self) -> None:
        """Begin to answer."""
        options = " ".join(f"-c {name}={value or chr(39) * 2}" for name, value in QUICK.items())
        data, log = str(self._folder / "data"), str(self._folder / "log")
        self.run("pg_ctl", "-D", data, "-l", log, "-w", "-o", f"{options} -k {self._folder}", "start")

    def stop(self, how: str = "immediate") -> None:
        """Answer no more."""
        self.run("pg_ctl", "-D", str(self._folder / "data"), "-w", "-m", how, "stop")

    def create(self, name: str) -> DatabaseUrl:
        """A database of that name, with nothing in it."""
        with psycopg.connect(self.url("postgres").reveal(), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.url(name)

    @staticmethod
    def sql(url: DatabaseUrl, statement: str) -> None:
        """Run a statement there."""
        with psycopg.connect(url.reveal(), autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def cluster(where: str | None = None) -> Iterator[Cluster | None]:
    """Start one, in a folder ``where``, and stop it in the end; ``None`` without its programs."""
    if (binaries := _binaries()) is None:
        yield None
        return
    with tempfile.TemporaryDirectory(dir=where, ignore_cleanup_errors=True) as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, "nobody", _group("nobody"))
        one = Cluster(Path(folder), binaries)
        data = str(Path(folder) / "data")
        one.run("initdb", "-D", data, "-U", "bot", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        one.start()
        try:
            yield one
        finally:
            one.stop()


#: Without regard to what refers to what, and without triggers: nothing is left that could be stale.
EMPTY = """
    DO $$ DECLARE name text; BEGIN
        SET LOCAL session_replication_role = replica;
        FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
            AND relkind = 'r' AND relname NOT IN ('schema_steps', 'procrastinate_version')
        LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
        PERFORM setval(oid::regclass, 1, false) FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind = 'S';
    END $$
"""


def emptied(url: DatabaseUrl) -> DatabaseUrl:
    """The same database with nothing in it."""
    with psycopg.connect(url.reveal(), autocommit=True) as connection:
        connection.execute(EMPTY)
    return url


def _binaries() -> Path | None:
    found = shutil.which("pg_ctl")
    nearby = Path(found).resolve().parent if found else None
    both = [each for each in (nearby, *reversed(BINARIES)) if each and (each / "initdb").exists()]
    return both[0] if both else None


def _group(user: str | None) -> int | None:
    return pwd.getpwnam(user).pw_gid if user else None
