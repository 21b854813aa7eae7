"""What people ask for about a digest by typing: one kind for each command."""

from dataclasses import dataclass
from datetime import date

from bot.core.channeldigest import Grouping, Layout
from bot.core.digest import WhenEmpty

__all__ = [
    "AddTimes",
    "DigestCommand",
    "DropTimes",
    "OpenDigestForm",
    "PreviewDigest",
    "ProveDigest",
    "SetDigest",
    "ShowDigest",
    "ShowHistory",
    "SnoozeDigest",
    "SwitchDigest",
    "TestDigest",
]


@dataclass(frozen=True, slots=True)
class OpenDigestForm:
    """Show a form with my digest's settings."""


@dataclass(frozen=True, slots=True)
class SetDigest:
    """Send me a digest then, or change what I have. The text is read again on top of that."""

    text: str
    when_empty: WhenEmpty | None = None
    #: Said of a channel's alone.
    grouping: Grouping | None = None
    layout: Layout | None = None
    quorum: int | None = None
    #: Whether guests may read along.
    guests: bool | None = None
    #: Only where there is none yet: what somebody else set up is not to be changed by mistake.
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class AddTimes:
    """At these times, too."""

    text: str


@dataclass(frozen=True, slots=True)
class DropTimes:
    """At these times no more."""

    text: str


@dataclass(frozen=True, slots=True)
class SwitchDigest:
    """Stop it, or start it again."""

    on: bool


@dataclass(frozen=True, slots=True)
class PreviewDigest:
    """What would be sent now."""


@dataclass(frozen=True, slots=True)
class TestDigest:
    """Send me that now; it counts for nothing."""

    __test__ = False


@dataclass(frozen=True, slots=True)
class ShowDigest:
    """When the next ones come, and what they hold."""


@dataclass(frozen=True, slots=True)
class SnoozeDigest:
    """None until then; ``""`` ends a snooze."""

    until: str


@dataclass(frozen=True, slots=True)
class ProveDigest:
    """What became of the digests of a date; ``None``: of the last ones."""

    day: date | None = None


@dataclass(frozen=True, slots=True)
class ShowHistory:
    """What became of the last ones."""


DigestCommand = (
    OpenDigestForm
    | SetDigest
    | AddTimes
    | DropTimes
    | SwitchDigest
    | PreviewDigest
    | TestDigest
    | ShowDigest
    | SnoozeDigest
    | ProveDigest
    | ShowHistory
)
