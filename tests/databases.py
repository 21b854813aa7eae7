"""Databases that are made already: for each test its own copy of one that was migrated once."""

import os
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.store import migrate

__all__ = ["fresh_database"]


def fresh_database(path: Path) -> None:
    """Put one there with the newest schema and nothing in it, as :func:`bot.store.migrate` would, sooner."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(path, "xb", opener=lambda file, flags: os.open(file, flags, 0o600)) as file:
        file.write(_empty())


@cache
def _empty() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "bot.db"
        migrate(path, datetime(2026, 1, 1, tzinfo=UTC))
        return path.read_bytes()
