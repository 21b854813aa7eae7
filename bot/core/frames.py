"""Where an error happened, without its own text: that may quote a customer or a secret."""

import traceback

__all__ = ["frames"]


def frames(error: BaseException) -> str:
    """The lines that led to it, the innermost first."""
    return " < ".join(
        f"{frame.filename}:{frame.lineno} {frame.name}"
        for frame in reversed(traceback.extract_tb(error.__traceback__))
    )
