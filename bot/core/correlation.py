"""Which command, page or digest the work at hand belongs to: one id, from Slack's delivery to the SOAP call.

It is the reference that people are told when something fails, and stands in every line of the log on the way.
It travels with the task (:mod:`contextvars`), so nothing in between has to hand it on; what is put in a queue
is begun from somebody else's task, and says anew whose it is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["correlated", "current"]

_reference: ContextVar[str] = ContextVar("reference", default="")


def current() -> str:
    """The id of what is being done; ``""`` for what nobody asked for."""
    return _reference.get()


@contextmanager
def correlated(reference: str) -> Iterator[None]:
    """What is done within, and every task begun within, belongs to this."""
    token = _reference.set(reference)
    try:
        yield
    finally:
        _reference.reset(token)
