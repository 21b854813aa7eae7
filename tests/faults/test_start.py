"""What a database must not be: the bot does not start, and says in one line why, and what to do."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bot.store import migrate
from tests.conftest import NOW
from tests.e2e.conftest import KEY
from tests.e2e.killing import ROOT


def run(database: Path, *before: str, role: str = "run") -> tuple[int, str]:
    """Start it; it must end by itself."""
    environ = {
        "PATH": os.environ["PATH"],
        "SLACK_BOT_TOKEN": "xoxb-1-2-example",
        "SLACK_SIGNING_SECRET": "s" * 32,
        "SLACK_API_URL": "http://127.0.0.1:9/api/",
        "SUPEROFFICE_URL": "http://127.0.0.1:9/remote/Services86/",
        "SUPEROFFICE_WEB_URL": "http://127.0.0.1:9/SuperOffice/",
        "SUPEROFFICE_TIMEZONE": "Europe/Oslo",
        "BOT_DATABASE": str(database),
        "BOT_SECRET_KEY": KEY,
        "BOT_LISTEN": "127.0.0.1:0",
    }
    command = [*before, sys.executable, "-m", "bot", "run", "--role", role]
    done = subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stderr


def refused(said: str) -> str:
    """The one line."""
    assert "Traceback" not in said
    (line,) = [
        line for line in said.splitlines() if line.startswith(("DatabaseUnusable: ", "DatabaseDamaged: "))
    ]
    return line


def test_no_database_at_all(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    path.write_bytes(b"this is not a database, but long enough to be one" * 100)
    code, said = run(path)
    assert code == 1
    assert "cannot be used (file is not a database): look at BOT_DATABASE" in refused(said)


def test_one_that_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    migrate(path, NOW)
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(path.stat().st_size - 4096))
    code, said = run(path)
    assert code == 1
    assert "it is damaged, put a back-up of it in its place" in refused(said)


def damaged_in_the_middle(path: Path) -> None:
    """A page of rows is not as it was; the schema is."""
    migrate(path, NOW)
    with closing(sqlite3.connect(path)) as db:
        rows = [(f"1.{number}", number) for number in range(5000)]
        db.executemany("INSERT INTO deliveries VALUES (?, ?)", rows)
        db.commit()
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'deliveries'").fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


def test_one_that_is_damaged_in_the_middle(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    damaged_in_the_middle(path)
    code, said = run(path)
    assert code == 1
    assert "is damaged" in refused(said)
    assert "restore a back-up (python -m bot restore FILE)" in refused(said)


@pytest.mark.skipif(not shutil.which("setpriv") or os.geteuid() != 0, reason="takes root's rights away")
def test_one_that_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    migrate(path, NOW)
    for file in (path, *tmp_path.glob("bot.db-*")):
        file.chmod(0o400)
    tmp_path.chmod(0o500)
    code, said = run(path, "setpriv", "--bounding-set=-dac_override,-dac_read_search")
    assert code == 1
    assert "look at BOT_DATABASE" in refused(said)
