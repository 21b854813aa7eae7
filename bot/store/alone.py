"""One bot on one database: a second one is refused before it touches it.

The operating system holds the lock for the process and drops it when that ends, however it ends. Commands
such as ``python -m bot digests status`` take no lock: they work beside a bot that runs.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from bot.core.secret import DatabaseUrl
from bot.store.database import DatabaseUnusable
from bot.store.sqlite import OWNER_ONLY, make_private

__all__ = ["alone"]


@contextmanager
def alone(path: Path | DatabaseUrl) -> Iterator[None]:
    """Hold a database for this process. Raises :class:`DatabaseUnusable` where another one holds it.

    PostgreSQL is for as many processes as there are.
    """
    if isinstance(path, DatabaseUrl):
        yield
        return
    file = path.with_name(f"{path.name}.lock")
    # Kept, for a file that is deleted and made anew could be locked twice.
    lock = FileLock(file, mode=OWNER_ONLY, preserve_lock_file=True, on_acquired=_sign)
    try:
        make_private(path)
        lock.acquire(blocking=False)
    except Timeout:
        raise DatabaseUnusable(
            f"{path} is in use by another bot{_holder(file)}: stop that one first, or give this one a "
            "BOT_DATABASE of its own."
        ) from None
    except (OSError, NotImplementedError) as error:
        raise DatabaseUnusable(f"{path} cannot be locked ({error}): look at BOT_DATABASE.") from None
    try:
        yield
    finally:
        lock.release()


def _sign(descriptor: int) -> None:
    """Write down who holds it, for whoever is refused."""
    os.truncate(descriptor, 0)
    os.pwrite(descriptor, f"process {os.getpid()} on {socket.gethostname()}\n".encode(), 0)


def _holder(file: Path) -> str:
    try:
        said = file.read_text("utf-8").strip()
    except (OSError, ValueError):
        said = ""
    return f" ({said})" if said else ""
