"""What one can type about a channel's digest, and what is said where it makes no sense."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.channeldigest import Grouping, Layout
from bot.core.digest import WhenEmpty
from bot.core.errors import BadCommand
from bot.core.filters import Filter
from bot.core.typed.channelcommands import (
    ForChannel,
    Invite,
    JoinChannel,
    LeaveChannel,
    ListChannels,
    NarrowMine,
    RemoveChannel,
    ShowMine,
    TypedShare,
)
from bot.core.typed.channeltext import read_channel
from bot.core.typed.command import parse
from bot.core.typed.digestcommands import (
    AddTimes,
    OpenDigestForm,
    PreviewDigest,
    SetDigest,
    ShowDigest,
    ShowHistory,
    SnoozeDigest,
    SwitchDigest,
)
from bot.core.typed.spelling import normalise


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("channel", ForChannel(OpenDigestForm())),
        ("channel change", ForChannel(OpenDigestForm())),
        ("channel digest at 08:30 weekdays", ForChannel(SetDigest("08:30 weekdays", is_new=True))),
        ("channel at 08:30", ForChannel(SetDigest("08:30", is_new=True))),
        ("channel 08:30 mon", ForChannel(SetDigest("08:30 mon", is_new=True))),
        ("channel change at 09:00", ForChannel(SetDigest("09:00"))),
        (
            "channel change group:day layout:flat quorum:80% empty:note",
            ForChannel(SetDigest("", WhenEmpty.NOTE, Grouping.DAY, Layout.FLAT, 80)),
        ),
        ("channel add 16:00", ForChannel(AddTimes("16:00"))),
        ("channel pause", ForChannel(SwitchDigest(False))),
        ("channel resume", ForChannel(SwitchDigest(True))),
        ("channel snooze off", ForChannel(SnoozeDigest(""))),
        ("channel preview", ForChannel(PreviewDigest())),
        ("channel show", ForChannel(ShowDigest())),
        ("channel history", ForChannel(ShowHistory())),
        ("channels list", ListChannels()),
        ("channel remove", RemoveChannel()),
        ("channel remove now", RemoveChannel(now=True)),
        ("channel invite @U0SELLER, @U0OTHER @U0SELLER", Invite(("U0SELLER", "U0OTHER"))),
        ("channel join", JoinChannel()),
        ("channel join now never:42", JoinChannel(TypedShare(never=("42",)), now=True)),
        (
            'channel join category:"VIP Customer",prospect never:"Acme AS", 42',
            JoinChannel(TypedShare(Filter(categories=("VIP Customer", "prospect")), ("Acme AS", "42"))),
        ),
        ("channel narrow", NarrowMine()),
        ("channel narrow off", NarrowMine(TypedShare())),
        ("channel leave", LeaveChannel()),
        ("channel mine", ShowMine()),
    ],
)
def test_is_read(typed: str, meant: object) -> None:
    assert parse(typed) == meant


@pytest.mark.parametrize(
    ("typed", "code", "nearest"),
    [
        ("channel digest at 25:00", "unknown-time", None),
        ("channel pasue", "digest-what", "channel pause"),
        ("channel change group:team", "choice-what", None),
        ("channel change quorum:many", "quorum-what", "quorum:50"),
        ("channel invite ida", "whom-invite", None),
        ("channel join tomorrow", "share-what", None),
        ("channel join by:me", "share-what", None),
        ("channel digest at 08:30 by:me", "nobody-is-me", None),
        ("channel change not:others", "nobody-is-me", None),
        ("channel narrow never:", "no-value", None),
        ("channel pause please", "takes-nothing", "channel pause"),
        ("digest at 08:00 group:day", "unknown-filter", None),
    ],
)
def test_says_what_is_wrong(typed: str, code: str, nearest: str | None) -> None:
    with pytest.raises(BadCommand) as caught:
        parse(typed)
    assert code in {problem.code for problem in caught.value.problems}
    if nearest:
        assert nearest in {problem.nearest for problem in caught.value.problems}


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_or_explained(text: str) -> None:
    try:
        parse(f"channel {text}")
    except BadCommand as bad:
        assert bad.problems
        for problem in bad.problems:
            if problem.nearest and not problem.part:
                parse(problem.nearest)  # what is suggested can be typed


NAMES = st.text("abcÅØ -", min_size=1, max_size=20).map(str.strip).filter(lambda name: name.strip("- "))


@given(st.lists(NAMES, max_size=3, unique=True), st.lists(st.integers(1, 10**6).map(str), max_size=3))
def test_what_is_shared_can_be_typed_again(categories: list[str], never: list[str]) -> None:
    share = TypedShare(Filter(categories=tuple(categories)), tuple(dict.fromkeys(never)))
    line = f"join now {share.line}".strip()
    if normalise(line) == line and len(set(map(str.casefold, categories))) == len(categories):
        assert read_channel("channel", line) == JoinChannel(share, now=True)
