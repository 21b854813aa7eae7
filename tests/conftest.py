"""Fixtures for every test."""

import logging
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings

from bot.core.secret import DatabaseUrl
from bot.demo.slack.workspace import MEMBERS
from bot.demo.superoffice.cast import COLLEAGUES, COMPANIES, USERS
from bot.logs import by_the_standard_library, formatter
from bot.store import migrate
from tests.databases import fresh_database
from tests.postgres import MISSING, Cluster, cluster, emptied

settings.register_profile("house", deadline=None, max_examples=50)
settings.load_profile("house")
by_the_standard_library()


def pytest_addoption(parser: pytest.Parser) -> None:
    """How much the long tests do."""
    parser.addoption("--kills", type=int, default=200, help="kill -9 so often in each test that kills")
    parser.addoption("--days", type=int, default=365, help="the length of the simulated year")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Three for each core in the quick tests: half of their time they wait for sockets and for the disk."""
    cores = os.cpu_count() or 1
    return cores if config.getoption("markexpr") == "long" else 3 * cores


#: Thursday 19 November 2026, 09:41 in Oslo.
NOW = datetime(2026, 11, 19, 8, 41, tzinfo=UTC)


#: For many commits, none of which has to outlive the machine.
IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder that is on no disk, where there is such a thing."""
    with TemporaryDirectory(dir=IN_MEMORY) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL, for this process alone."""
    with cluster(IN_MEMORY) as one:
        if one is None:
            pytest.skip(MISSING)
        yield one


@pytest.fixture(scope="session")
def migrated(postgres: Cluster) -> DatabaseUrl:
    """A database of the newest schema."""
    url = postgres.create("bot")
    migrate(url, NOW)
    return url


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whatever is about a ``database`` is tested on both."""
    if "database" in metafunc.fixturenames:
        alone = metafunc.definition.get_closest_marker("sqlite")
        metafunc.parametrize("database", ["sqlite", *([] if alone else ["postgresql"])], indirect=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where an SQLite file can be."""
    return tmp_path / "data" / "bot.db"


@pytest.fixture
def database(request: pytest.FixtureRequest, path: Path) -> Path | DatabaseUrl:
    """A database of the newest schema with nothing in it."""
    if request.param == "postgresql":
        return emptied(request.getfixturevalue("migrated"))
    fresh_database(path)
    return path


class StoppedClock:
    """A clock that a test moves."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime:
        """The time that it shows."""
        return self.at

    def move(self, **by: float) -> None:
        """Move it by so many ``hours=``, ``minutes=``, ``seconds=``."""
        self.at += timedelta(**by)


@pytest.fixture
def now() -> datetime:
    """Thursday 19 November 2026, 09:41 in Oslo."""
    return NOW


@pytest.fixture
def clock() -> StoppedClock:
    """A clock that stands still until it is moved."""
    return StoppedClock()


#: What no line of the log may hold: tickets, tokens, passwords, and who or what is in the CRM.
FORBIDDEN = re.compile(
    "|".join(
        (
            r"7T:\w",
            r"8A:\w",
            r"xox[abp]-[\w-]{6}",
            r"xapp-\d",
            r"/link/[\w-]{20}",
            r"/response/[\w-]{20}",
            *(re.escape(user.password) for user in USERS),
            *(rf"\b{user.login}\b" for user in USERS),
            *(re.escape(user.email) for user in USERS),
            *(re.escape(member.email) for member in MEMBERS if member.email),
            *(re.escape(person.full_name) for person in (*USERS, *COLLEAGUES)),
            *(re.escape(member.real_name) for member in MEMBERS if " " in member.real_name),
            r"[?&]ticket=",
            *(re.escape(name) for name, _, _ in COMPANIES),
        )
    )
)


class Listening(logging.Handler):
    """Hears everything, as it would be printed."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(formatter("text"))
        self.leaks: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Note a record that holds what it must not; its text itself is not repeated."""
        if FORBIDDEN.search(self.format(record)):
            self.leaks.append(f"{record.name} {record.levelname} at {record.pathname}:{record.lineno}")


@pytest.fixture(autouse=True)
def nothing_leaks() -> Iterator[None]:
    """Every test hears all logs at DEBUG, and fails if a line names a ticket, a customer or a person."""
    root, listening = logging.getLogger(), Listening()
    level = root.level
    root.addHandler(listening)
    root.setLevel(logging.DEBUG)
    yield
    assert listening in root.handlers, "the log was set up anew, for all tests after this one as well"
    root.removeHandler(listening)
    root.setLevel(level)
    assert listening.leaks == []
