"""Copies of the database: whole, sealed, verified, and put back, as one does it at the command line."""

import asyncio
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from threading import Event, Thread

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.core.people import Link, Principal, SlackUser
from bot.core.secret import Secret
from bot.store import Store, alone, migrate
from bot.store.migrations import migrations
from bot.store.sqlite import connect
from tests.e2e.conftest import KEY
from tests.sqlite import opened
from tests.store.conftest import TICKET

Run = Callable[..., tuple[int, str, str]]
OTHER_KEY = "_" * 42 + "8"


def link_of(number: int, now: datetime) -> Link:
    principal = Principal(number, number, f"Person {number}", f"P{number}", "", "")
    return Link(SlackUser("T1", f"U{number}"), "onsite", principal, now, now, Secret(TICKET))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "bot.db"


@pytest.fixture
def store(path: Path, now: datetime) -> Iterator[Store]:
    """An open database with one link in it."""
    migrate(path, now)
    with opened(path, Secret(KEY)) as store:
        asyncio.run(store.links.put(link_of(1, now)))
        yield store


@pytest.fixture
def run(path: Path) -> Run:
    """Run ``python -m bot …``."""

    def run(*words: object, key: str = KEY, typed: str = "") -> tuple[int, str, str]:
        env = {
            "SLACK_BOT_TOKEN": "xoxb-of-the-test",
            "SLACK_SIGNING_SECRET": "of-the-test",
            "SUPEROFFICE_URL": "http://127.0.0.1:9/remote/Services86/",
            "SUPEROFFICE_TIMEZONE": "Europe/Oslo",
            "BOT_DATABASE": str(path),
            "BOT_SECRET_KEY": key,
        }
        done = CliRunner().invoke(main, [str(word) for word in words], input=typed, env=env)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.stdout, done.stderr

    return run


def links(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return [user for (user,) in db.execute("SELECT user FROM links ORDER BY user")]


def test_a_copy_of_a_database_in_use(store: Store, path: Path, run: Run, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    assert path.with_name("bot.db-wal").stat().st_size > 0, "else this proves nothing"
    code, out, err = run("backup", copy)
    assert (code, err, "whole" in out) == (0, "", True)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert links(copy) == ["U1"]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["copy.db", "data"], "nothing else is left"
    code, out, _ = run("backup", copy, "--verify")
    assert (code, "the keys in BOT_SECRET_KEY open all of them" in out) == (0, True)
    assert "It can be restored." in out
    assert "database.backed-up" in run("audit")[1]


def test_nothing_that_is_sealed_is_plain_in_it(store: Store, run: Run, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    run("backup", copy)
    content = copy.read_bytes()
    assert b"Person 1" in content
    assert TICKET.encode() not in content
    assert KEY.encode() not in content


def test_what_was_deleted_is_not_in_it(store: Store, run: Run, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    assert run("forget", "--user", "T1/U1", "--yes")[0] == 0
    run("backup", copy)
    assert b"Person 1" not in copy.read_bytes()


def test_others_write_meanwhile(store: Store, path: Path, run: Run, tmp_path: Path, now: datetime) -> None:
    """What is copied is one instant: each link is whole, and the count is that of the copy."""
    over = Event()
    numbers = iter(range(2, 100_000))

    def write() -> None:
        with opened(path, Secret(KEY)) as other:
            while not over.is_set():
                asyncio.run(other.links.put(link_of(next(numbers), now)))

    writer = Thread(target=write)
    writer.start()
    try:
        for number in range(10):
            copy = tmp_path / f"{number}.db"
            assert run("backup", copy)[0] == 0
            assert run("backup", copy, "--verify")[0] == 0
    finally:
        over.set()
        writer.join()
    assert len(links(tmp_path / "9.db")) > len(links(tmp_path / "0.db")), "else nobody wrote"


def test_a_file_is_not_written_over(store: Store, path: Path, run: Run, tmp_path: Path) -> None:
    copy = tmp_path / "mine.txt"
    copy.write_text("mine")
    assert "exists" in run("backup", copy)[2]
    assert copy.read_text() == "mine"
    assert run("backup", copy, "--force")[0] == 0
    assert "the database itself" in run("backup", path, "--force")[2]
    assert "a folder" in run("backup", tmp_path)[2]
    assert "no folder" in run("backup", tmp_path / "none" / "copy.db")[2]


@pytest.mark.parametrize(
    "command",
    [
        *("links", "audit", "digests list", "digests status", "channels export"),
        *(f"{each} --user T1/U1" for each in ("export", "digests show", "preview", "forget --yes")),
    ],
)
def test_no_command_makes_a_database_where_there_is_none(run: Run, path: Path, command: str) -> None:
    code, _, told = run(*command.split())
    assert code == 1
    assert f"There is no database at {path}: look at BOT_DATABASE" in told
    assert not path.parent.exists()


def test_there_is_nothing_to_copy(run: Run, path: Path, tmp_path: Path) -> None:
    assert "There is no database" in run("backup", tmp_path / "copy.db")[2]
    assert not path.exists()
    assert "there is no file" in run("backup", tmp_path / "copy.db", "--verify")[2]


# ------------------------------------------------------------------ what is not good


def test_one_that_is_damaged_is_not_good(store: Store, path: Path, run: Run, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    run("backup", copy)
    content = bytearray(copy.read_bytes())
    content[8192:12288] = b"\xff" * 4096
    copy.write_bytes(content)
    code, out, err = run("backup", copy, "--verify")
    assert (code, "damaged" in (out + err).lower()) == (1, True), (out, err)
    code, _, err = run("restore", copy, "--yes")
    assert code == 1
    assert links(path) == ["U1"]


def test_one_that_is_cut_off_is_not_good(store: Store, run: Run, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    run("backup", copy)
    content = copy.read_bytes()
    copy.write_bytes(content[: len(content) // 2])
    assert run("backup", copy, "--verify")[0] == 1


def test_one_that_is_of_other_keys_is_not_good(store: Store, run: Run, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    run("backup", copy)
    code, out, _ = run("backup", copy, "--verify", key=OTHER_KEY)
    assert (code, "do not open" in out, "Missing keys:" in out) == (1, True, True)
    assert "is not good" in run("restore", copy, "--yes", key=OTHER_KEY)[2]


def test_one_of_a_newer_version_is_refused(store: Store, path: Path, run: Run, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    run("backup", copy)
    with closing(connect(copy)) as db, db.tables.atomic():
        migrations._record_applied(db.tables, "create_what_is_to_come")
    for words in (("backup", copy, "--verify"), ("restore", copy, "--yes")):
        code, _, err = run(*words)
        assert (code, "is of a newer version of this bot" in err) == (1, True)
    assert links(path) == ["U1"]


@pytest.mark.parametrize("content", [b"", b"not a database " * 100])
def test_what_is_none_is_refused(store: Store, run: Run, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "notes.txt"
    file.write_bytes(content)
    assert run("backup", file, "--verify")[0] == 1
    assert run("restore", file, "--yes")[0] == 1
    assert file.read_bytes() == content


# ------------------------------------------------------------------ put back


def test_it_is_put_back(path: Path, run: Run, tmp_path: Path, now: datetime) -> None:
    copy = tmp_path / "copy.db"
    migrate(path, now)
    with opened(path, Secret(KEY)) as store:
        asyncio.run(store.links.put(link_of(1, now)))
        run("backup", copy)
        asyncio.run(store.links.put(link_of(2, now)))
    code, out, err = run("restore", copy, typed="y\n")
    assert (code, err, "Restored" in out) == (0, "", True)
    assert links(path) == ["U1"]
    (aside,) = path.parent.glob("*.bak")
    assert links(aside) == ["U1", "U2"]
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(aside.stat().st_mode) == 0o600
    assert "database.restored" in run("audit")[1]
    with opened(path, Secret(KEY)) as store:
        found = asyncio.run(store.links.get(SlackUser("T1", "U1")))
    assert found
    assert found.ticket == Secret(TICKET)


def test_who_says_no_keeps_what_is_there(store: Store, path: Path, run: Run, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    run("backup", copy)
    assert run("restore", copy, typed="n\n")[0] == 1
    assert not [*path.parent.glob("*.bak")]


def test_not_while_a_bot_runs(store: Store, path: Path, run: Run, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    run("backup", copy)
    with alone(path):
        code, _, err = run("restore", copy, "--yes")
    assert (code, "in use by another bot" in err) == (1, True)
    assert not [*path.parent.glob("*.bak")]


def test_in_the_place_of_a_broken_one(path: Path, run: Run, tmp_path: Path, now: datetime) -> None:
    """Its log, too, is out of the way: SQLite would play it into the new one."""
    copy = tmp_path / "copy.db"
    migrate(path, now)
    with opened(path, Secret(KEY)) as store:
        asyncio.run(store.links.put(link_of(1, now)))
        run("backup", copy)
    path.write_bytes(b"broken " * 1000)
    path.with_name("bot.db-wal").write_bytes(b"log")
    assert run("restore", copy, "--yes")[0] == 0
    assert links(path) == ["U1"]
    (aside,) = path.parent.glob("*.bak")
    assert aside.read_bytes().startswith(b"broken")
    assert not path.with_name("bot.db-wal").exists()


def test_where_there_is_none(store: Store, path: Path, run: Run, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    run("backup", copy)
    store.db.close()  # type: ignore[attr-defined] # an SQLite one
    for file in path.parent.iterdir():
        file.unlink()
    assert run("restore", copy, "--yes")[0] == 0
    assert links(path) == ["U1"]


def test_one_of_an_older_version_is_brought_up_to_date(path: Path, run: Run, tmp_path: Path) -> None:
    older = tmp_path / "older.db"
    with closing(connect(older)) as db:
        migrations.apply(db.tables, stop_before="create_subscriptions")
    code, out, _ = run("backup", older, "--verify")
    assert (code, "of an older version" in out) == (0, True)
    code, out, _ = run("restore", older, "--yes")
    assert (code, "Brought up to date" in out) == (0, True)
    assert links(path) == []
