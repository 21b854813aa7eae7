"""What a channel's digest says, before anybody draws it."""

from dataclasses import dataclass

from bot.core.channeldigest import Layout
from bot.core.filters import Style
from bot.core.teamdigest import TeamDigest, TeamEntry

__all__ = ["FLAT_PART", "MOST_PARTS", "TEAM_PART", "TeamPart", "team_parts"]

#: Companies in the channel itself, where they stand there; and in each message that follows in the thread.
FLAT_PART, TEAM_PART = 30, 50
#: Messages of one digest.
MOST_PARTS = 10


@dataclass(frozen=True, slots=True)
class TeamPart:
    """One Slack message of a channel's digest: the first, or one in its thread."""

    digest: TeamDigest
    entries: tuple[TeamEntry, ...]
    number: int
    #: How many messages the digest has.
    of: int
    #: The subscription's id; 0 where there is none, and nothing to press.
    subscription: int
    #: How many companies are in none of them.
    rest: int = 0
    style: Style = Style.FULL
    #: It was asked for, and counts for nothing.
    is_test: bool = False


def team_parts(
    digest: TeamDigest, subscription: int, *, is_test: bool = False, told: int = 0
) -> tuple[TeamPart, ...]:
    """The messages of a digest: at least the first one.

    ``told``: so many of its messages stand in Slack already, and ``digest`` is what they did not tell. That
    follows in the thread.
    """
    first = 0 if digest.settings.layout is Layout.THREAD else FLAT_PART
    sizes = [TEAM_PART if number else first for number in range(told, max(MOST_PARTS, told + 1))]
    shares, start = list[tuple[TeamEntry, ...]](), 0
    for number, size in enumerate(sizes, told):
        share = digest.entries[start : start + size]
        if share or not number:
            shares.append(share)
        start += size
    rest = max(0, len(digest.entries) - sum(sizes))
    return tuple(
        TeamPart(
            digest,
            share,
            told + number,
            told + len(shares),
            subscription,
            rest if number == len(shares) - 1 else 0,
            digest.filter.style or Style.FULL,
            is_test,
        )
        for number, share in enumerate(shares)
    )
