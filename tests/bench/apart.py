"""A side of a comparison in a process of its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection

__all__ = ["apart"]


@contextmanager
def apart(work: Callable[..., None], *args: object) -> Iterator[Connection]:
    """Have ``work`` done elsewhere, with its end of a pipe and ``args``; ours is yielded once it is ready.

    That it says by sending something. In the end it is sent ``None``, and has ten seconds.
    """
    ours, theirs = Pipe()
    process = get_context("spawn").Process(target=work, args=(theirs, *args), daemon=True)
    process.start()
    theirs.close()
    try:
        ours.recv()
        yield ours
        ours.send(None)
    finally:
        process.join(10)
        process.terminate()
