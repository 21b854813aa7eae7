"""`python -m bot keys`: what it says, and its exit code."""

import base64
import os
import secrets
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.app.clockwork import BEAT
from bot.cli import main
from bot.core.people import Link, Principal, SlackUser
from bot.core.secret import Secret
from bot.ops.keys import Report, RotationRefused, rotate_keys
from bot.store import DatabaseUnusable, Sealer, Store
from bot.store.database import micros
from bot.store.processes import DEAD_AFTER, live
from bot.store.rotation import Outcome, survey
from bot.store.sealed import TICKET
from bot.store.sqlite import at_once
from tests.conftest import StoppedClock
from tests.databases import fresh_database
from tests.sqlite import connection, opened, tables

OLD, NEW, LOST = (base64.urlsafe_b64encode(bytes([number] * 32)).decode() for number in (1, 2, 3))
OLD_ID, NEW_ID, LOST_ID = (Sealer.from_text(Secret(key)).key_ids[0] for key in (OLD, NEW, LOST))
BOTH = f"{NEW},{OLD}"
ROOT = Path(__file__).parents[2]
#: So many sealed values are in the database: the tickets, and the key of the hashes.
TICKETS = 25


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bot.db"


def link(number: int, at: datetime) -> Link:
    who = Principal(528, 419, "Kianna Ledner", "KL", "kianna@example.com", "Sales")
    return Link(SlackUser("T1", f"U{number:02}"), "onsite", who, at, at, Secret(f"7T:{number}"))


@pytest.fixture
async def store(path: Path, now: datetime) -> Store:
    """As it was sealed with the old key; it is open no more."""
    fresh_database(path)
    with opened(path, Secret(OLD)) as store:
        for number in range(TICKETS):
            await store.links.put(link(number, now))
    return store


def variables(database: Path, secret_key: str) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": "xoxb-1-2-abc",
        "SLACK_SIGNING_SECRET": "0123456789abcdef0123456789abcdef",
        "SUPEROFFICE_URL": "https://crm.example.com/remote/Services86/",
        "SUPEROFFICE_TIMEZONE": "Europe/Oslo",
        "BOT_DATABASE": str(database),
        "BOT_SECRET_KEY": secret_key,
    }


Keys = Callable[..., Result]
Step = Callable[[Outcome], None]


def ignored(_: Outcome) -> None:
    """Show nothing."""


@pytest.fixture
def keys(store: Store, path: Path) -> Keys:
    """Run ``python -m bot keys …`` with these keys."""

    def run(command: str, secret_key: str, database: Path = path) -> Result:
        result = CliRunner().invoke(main, ["keys", command], env=variables(database, secret_key))
        assert not result.exception or isinstance(result.exception, SystemExit), result.exception
        for key in (OLD, NEW, LOST):
            assert key not in result.output
        return result

    return run


def run_bot(path: Path, secret_key: str, at: datetime | None = None) -> None:
    """What a bot with these keys leaves in the database: that it runs."""
    with opened(path, Secret(secret_key)) as store:
        at_once(store.processes.beat(at or datetime.now(UTC)))


def alter(path: Path, statement: str, *params: object) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(statement, params)
    connection.close()


# ---------------------------------------------------------------- from the old key to the new one


def test_a_new_key_can_be_put_in_front(keys: Keys) -> None:
    made = CliRunner().invoke(main, ["keys", "new"]).output.strip()
    assert "opens 26 values" in keys("check", f"{made},{OLD}").output


def test_each_step_says_which_is_the_next(keys: Keys) -> None:
    assert "Next: nothing" in keys("check", OLD).output
    checked = keys("check", BOTH)
    assert checked.exit_code == 0
    for line in (
        f"{NEW_ID}  opens 0 values",
        f"{OLD_ID}  opens 26 values",
        "Sealed with the newest key: 0 of 26 values.",
        "No bot is running.",
        "Next: run `python -m bot keys rotate`",
    ):
        assert line in checked.output
    rotated = keys("rotate", BOTH)
    assert rotated.exit_code == 0
    assert f"Sealed anew with key {NEW_ID}: 26 values; 26 of 26 in all." in rotated.stdout
    assert f"Next: take key {OLD_ID} out of BOT_SECRET_KEY and restart the bot" in rotated.stdout
    assert "Sealing anew" in rotated.stderr
    assert f"take key {OLD_ID} out" in keys("check", BOTH).output
    assert "Next: nothing" in keys("check", NEW).output


def test_rotating_twice_does_nothing_more(keys: Keys) -> None:
    keys("rotate", BOTH)
    again = keys("rotate", BOTH)
    assert again.exit_code == 0
    assert f"Sealed anew with key {NEW_ID}: 0 values; 26 of 26 in all." in again.output


def test_one_key_is_nothing_to_rotate_to(keys: Keys) -> None:
    rotated = keys("rotate", OLD)
    assert rotated.exit_code == 0
    assert "Nothing to rotate to" in rotated.output
    assert "keys new" in rotated.output


# ---------------------------------------------------------------- while a bot runs


def test_refused_until_every_bot_seals_with_the_new_key(keys: Keys, path: Path) -> None:
    run_bot(path, BOTH)
    assert keys("rotate", BOTH).exit_code == 0
    run_bot(path, f"{OLD},{NEW}")
    refused = keys("rotate", BOTH)
    assert refused.exit_code == 1
    assert "seals with another key than the first one here" in refused.stderr
    assert "restart the bot" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    checked = keys("check", BOTH).output
    assert f"knows {NEW_ID}, {OLD_ID}" in checked
    assert f"knows {OLD_ID}, {NEW_ID}" in checked
    assert "Next: 1 running bot seals with another key" in checked
    run_bot(path, LOST)
    assert "2 running bots seal with another key" in keys("check", BOTH).output


def test_nothing_is_resealed_when_it_is_refused(keys: Keys, path: Path) -> None:
    run_bot(path, OLD)
    keys("rotate", BOTH)
    assert f"{OLD_ID}  opens 26 values" in keys("check", BOTH).output


async def test_a_running_bot_is_seen_often_enough(store: Store, path: Path, clock: StoppedClock) -> None:
    assert BEAT * 2 < DEAD_AFTER
    with opened(path, Secret(OLD)) as database:
        await database.processes.beat(clock.now())
        assert [process.key_ids for process in await live(database.db, clock.now())] == [(OLD_ID,)]


def test_a_bot_that_was_killed_is_waited_for_no_longer_than_that(keys: Keys, path: Path) -> None:
    run_bot(path, OLD, datetime.now(UTC) - DEAD_AFTER)
    assert keys("rotate", BOTH).exit_code == 0


def test_a_bot_that_comes_up_meanwhile_with_an_older_key_is_noticed(
    store: Store, path: Path, clock: StoppedClock
) -> None:
    @contextmanager
    def started_meanwhile(_: int) -> Iterator[Step]:
        yield ignored
        with opened(path, Secret(OLD)) as bot:
            at_once(bot.links.put(link(0, clock.now())))
        alter(path, "INSERT INTO processes VALUES ('x', 0, ?, ?, 1, 'h')", micros(clock.now()), OLD_ID)

    with pytest.raises(RotationRefused, match="process 1 on h"):
        rotate_keys(path, Secret(BOTH), clock, started_meanwhile)


# ---------------------------------------------------------------- what does not open


def test_what_no_key_opens_is_reported_and_kept(keys: Keys, path: Path) -> None:
    foreign = Sealer.from_text(Secret(LOST)).seal(
        Secret("x"), "links", "sealed_ticket", "T1", "U00", "onsite"
    )
    alter(path, "UPDATE links SET sealed_ticket = ? WHERE user = 'U00'", foreign)
    rotated = keys("rotate", BOTH)
    assert rotated.exit_code == 1
    for line in (
        f"Sealed anew with key {NEW_ID}: 25 values; 25 of 26 in all.",
        "No key opens 1 value, which stay as they are:",
        f"links T1 U00 (sealed_ticket): sealed with key {LOST_ID}, which is not there",
        f"Next: add key {LOST_ID} behind the others in BOT_SECRET_KEY and rotate again, or, if lost, let",
    ):
        assert line in rotated.output
    assert keys("check", NEW).exit_code == 1
    assert keys("rotate", f"{NEW},{LOST}").exit_code == 0
    assert keys("check", NEW).exit_code == 0


def test_what_was_altered_is_reported(keys: Keys, path: Path) -> None:
    alter(path, "UPDATE links SET tenant = 'other' WHERE user = 'U00'")
    rotated = keys("rotate", BOTH)
    assert rotated.exit_code == 1
    assert "links T1 U00 (sealed_ticket): altered or moved" in rotated.output
    assert "Next: put those rows back" in rotated.output
    assert "take" not in rotated.output, "the old key may open it yet"
    alter(path, "UPDATE links SET tenant = 'onsite'")
    assert keys("rotate", BOTH).exit_code == 0


def test_of_many_twenty_are_named(keys: Keys) -> None:
    for command in ("check", "rotate"):
        lost = keys(command, LOST)
        assert lost.exit_code == 1
        assert lost.output.count("which is not there") == 20
        assert "No key opens 26 values" in lost.output
        assert "and 6 more" in lost.output
        assert "(sealed_ticket)" in lost.output


# ---------------------------------------------------------------- stopped, or in the way


def test_ctrl_c_says_how_far_it_came(store: Store, path: Path, clock: StoppedClock, keys: Keys) -> None:
    done = count(1)

    def step(_: Outcome) -> None:
        if next(done) == 7:
            signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # as in a process of its own
    try:
        stopped = rotate_keys(path, Secret(BOTH), clock, lambda _: nullcontext(step))
    finally:
        signal.signal(signal.SIGINT, before)
    assert stopped.code == 130
    assert stopped.lines == ("Stopped after 7 values: run it again, and it goes on from there.",)
    assert "Sealed with the newest key: 7 of 26 values." in keys("check", BOTH).output
    assert f"Sealed anew with key {NEW_ID}: 19 values; 26 of 26 in all." in keys("rotate", BOTH).output


@pytest.mark.long
def test_killed_time_and_again_it_comes_to_its_end(path: Path, now: datetime) -> None:
    links, kills, code = 40_000, 0, -signal.SIGKILL
    fresh_database(path)
    with opened(path, Secret(OLD)) as before, tables(before).atomic():
        for number in range(links):
            at_once(before.links.put(link(number, now)))
    environ = {"PATH": os.environ["PATH"], **variables(path, BOTH)}
    rotate = [sys.executable, "-m", "bot", "keys", "rotate"]
    watching = sqlite3.connect(path, isolation_level=None)
    while code:
        goal = max(unsealed(watching) - secrets.randbelow(links // 5), 0)
        with subprocess.Popen(rotate, cwd=ROOT, env=environ) as process:
            while process.poll() is None and unsealed(watching) >= goal > 0:
                pass
            if goal > 0 and process.poll() is None:
                process.kill()
                kills += 1
        code = process.returncode
        assert code in {0, -signal.SIGKILL}
    watching.close()
    assert kills > 3
    with opened(path, Secret(NEW)) as after:
        sealed = connection(after).execute("SELECT user, sealed_ticket FROM links").fetchall()
        tickets = {user: TICKET.open(after.sealer, blob, "T1", user, "onsite") for user, blob in sealed}
        assert at_once(survey(after.db, after.sealer)).opened == {NEW_ID: links + 1}
    assert tickets == {one.user.user: one.ticket for one in (link(number, now) for number in range(links))}


def unsealed(database: sqlite3.Connection) -> int:
    """How many tickets the new key did not seal yet."""
    header = Sealer.from_text(Secret(NEW)).header
    query = "SELECT count(*) FROM links WHERE substr(sealed_ticket, 1, 9) <> ?"
    return int(database.execute(query, [header]).fetchone()[0])


def test_no_database_is_made(keys: Keys, tmp_path: Path) -> None:
    for command in ("check", "rotate"):
        nowhere = keys(command, OLD, tmp_path / "nowhere.db")
        assert nowhere.exit_code == 1
        assert "There is no database at" in nowhere.stderr
    assert not (tmp_path / "nowhere.db").exists()


def test_a_database_that_stays_locked_is_said_in_one_line(
    store: Store, path: Path, clock: StoppedClock
) -> None:
    def locked(_: Outcome) -> None:
        raise sqlite3.OperationalError("database is locked")

    with pytest.raises(DatabaseUnusable, match="run this again; nothing is lost"):
        rotate_keys(path, Secret(BOTH), clock, lambda _: nullcontext(locked))


def test_a_reader_is_said_to_be_in_the_way(store: Store, path: Path, clock: StoppedClock) -> None:
    def rotate() -> Report:
        return rotate_keys(path, Secret(BOTH), clock, lambda _: nullcontext(ignored), timedelta(0))

    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM links").fetchone()
    rotated = rotate()
    assert rotated.code == 1
    assert "run this again" in rotated.lines[-1]
    reader.close()
    assert rotate().code == 0
