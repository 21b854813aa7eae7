"""Work of many steps, so that whoever else has something to do can do it between them."""

from collections.abc import Generator
from typing import TypeAlias, TypeVar

__all__ = ["STEP", "Steps", "at_once"]

T = TypeVar("T")

#: What comes to a ``T`` in the end. Each step takes half a millisecond or less.
Steps: TypeAlias = Generator[None, None, T]

#: Rows that anything goes through in a step.
STEP = 100


def at_once(steps: Steps[T]) -> T:
    """What it comes to, without a break."""
    while True:
        try:
            next(steps)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]
