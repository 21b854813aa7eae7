"""What a digest says, before anybody draws it."""

from dataclasses import dataclass

from bot.core.digest import Digest, Entry
from bot.core.filters import Style

__all__ = ["FIRST_PART", "LATER_PARTS", "MOST_PARTS", "DigestPart", "parts"]

#: Companies in the message itself, and in each that follows in its thread.
FIRST_PART, LATER_PARTS = 15, 30
#: Messages of one digest; who is behind by more asks for the rest by a button.
MOST_PARTS = 8


@dataclass(frozen=True, slots=True)
class DigestPart:
    """One Slack message of a digest: the first, or one in its thread."""

    digest: Digest
    entries: tuple[Entry, ...]
    number: int
    #: How many messages the digest has.
    of: int
    #: How many companies are in none of them.
    rest: int = 0
    style: Style = Style.FULL
    #: It was asked for by `digest test`: it counts for nothing.
    is_test: bool = False


def parts(digest: Digest, *, is_test: bool = False, told: int = 0) -> tuple[DigestPart, ...]:
    """The messages of a digest; one, if there is nothing to tell.

    ``told``: so many of its messages stand in Slack already, and ``digest`` is what they did not tell. That
    follows in the thread.
    """
    sizes = [LATER_PARTS if number else FIRST_PART for number in range(told, MOST_PARTS)]
    shares, start = list[tuple[Entry, ...]](), 0
    for size in sizes:
        if share := digest.entries[start : start + size]:
            shares.append(share)
        start += size
    shares = shares or [()]
    rest = max(0, len(digest.entries) - sum(sizes))
    style = digest.filter.style or Style.FULL
    return tuple(
        DigestPart(
            digest,
            share,
            told + number,
            told + len(shares),
            rest if number == len(shares) - 1 else 0,
            style,
            is_test,
        )
        for number, share in enumerate(shares)
    )
