"""Lines typed at a terminal, without keeping the loop, or the program's end, waiting for a key."""

import asyncio
import contextlib
import signal
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Iterator

__all__ = ["typed_lines"]


async def typed_lines(ask: Callable[[], str]) -> AsyncGenerator[str, None]:
    """Lines typed, with readline's editing and history; they end with Ctrl-D or Ctrl-C.

    A daemon thread reads: one of the loop's own would keep the program from ending while it waits for a key.
    """
    loop = asyncio.get_running_loop()
    typed: asyncio.Queue[str | None] = asyncio.Queue()
    wanted = threading.Semaphore(0)

    def read() -> None:
        with contextlib.suppress(EOFError, RuntimeError):
            while wanted.acquire():
                line = input(ask())
                loop.call_soon_threadsafe(typed.put_nowait, line)
        with contextlib.suppress(RuntimeError):  # the loop may be gone
            loop.call_soon_threadsafe(typed.put_nowait, None)

    with _terminal_kept(), _interrupt(loop, typed):
        threading.Thread(target=read, name="prompt", daemon=True).start()
        wanted.release()
        while (line := await typed.get()) is not None:
            if line.strip():
                yield line.strip()
            wanted.release()


@contextlib.contextmanager
def _interrupt(loop: asyncio.AbstractEventLoop, typed: asyncio.Queue[str | None]) -> Iterator[None]:
    loop.add_signal_handler(signal.SIGINT, typed.put_nowait, None)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)


@contextlib.contextmanager
def _terminal_kept() -> Iterator[None]:
    """Leave the terminal as it was, also where readline is left waiting for a key."""
    try:
        import readline  # noqa: F401  (line editing and history for input())
        import termios

        before = termios.tcgetattr(sys.stdin)
    except (ImportError, OSError, ValueError):
        yield
        return
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
