"""What else the bot can say: messages of which no test keeps a snapshot, drawn all the same."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from bot.core.activity import Action
from bot.core.audience import Refusal
from bot.core.causes import REFUSED, SLACK
from bot.core.channeldigest import (
    DELETED,
    NARROWED,
    ORPHANED,
    ChannelSettings,
    DropOut,
    Grouping,
    Layout,
    RequestState,
)
from bot.core.digest import Cause, CauseKind, Group, News
from bot.core.filters import EVERYTHING, Filter, Reason, Style
from bot.core.people import SlackUser
from bot.core.period import Between, Today, Week
from bot.core.replies import (
    ActivityAnswer,
    Changed,
    ChannelDecided,
    ChannelList,
    Consent,
    DigestPaused,
    DigestProof,
    DigestSent,
    Forgotten,
    History,
    MyData,
    ProofRow,
    Reply,
    SharedPage,
    StillAsking,
    Withheld,
)
from bot.core.replies.channels import ChannelRow, Consented
from bot.core.replies.home import Home
from bot.core.slots import Shift, Slot, SlotKey
from bot.core.teamdigest import MissingView, merge
from bot.core.window import Window
from bot.store.personal import PERSONAL
from tests.slack.replies import NOW, OSLO, ROWS, WEDNESDAY, activity, answered, charted, why_shown
from tests.slack.test_channel_setup import NOTHING, SALES, STATE
from tests.slack.test_digests import END, TODAY, at, because, digest, one, slot, state
from tests.slack.test_home import CHANNELS, HOMES
from tests.slack.test_team_digests import BERGSTROM, COUNTS, team, view
from tests.slack.test_team_digests import one as of_team

__all__ = ["ANSWERS", "DIGESTS", "HOME", "MY_DATA", "OF_CHANNELS", "SETTING_UP", "SHARED"]


def _nothing(name: str) -> ActivityAnswer:
    """No company in a period, though SuperOffice was asked."""
    period, window = {
        "today": (Today(), Window(NOW - timedelta(hours=9, minutes=41))),
        "week": (Week(), Window(NOW - timedelta(days=3, hours=9, minutes=41))),
        "between": (Between(WEDNESDAY), WEDNESDAY),
    }[name]
    return answered(asked=name, period=period, window=window, count=0, rows=())


EVERY_ACTION = tuple(
    activity(200 + number, f"Company {number} AS", action=action) for number, action in enumerate(Action)
)
TWO_MONTHS = Window(NOW - timedelta(days=60))
ANSWERS: Mapping[str, Reply] = {
    **{f"answer-nothing-{name}": _nothing(name) for name in ("today", "week", "between")},
    "answer-week": answered(asked="week", period=Week(), count=len(EVERY_ACTION), rows=EVERY_ACTION),
    "answer-many": answered(count=2000, rows=ROWS[:2]),
    "answer-only-later-between": replace(
        _nothing("between"), later_count=1, later=ROWS[:1], window=WEDNESDAY
    ),
    "answer-moved": answered(count=32, offset=10, moved=3, rows=ROWS[:2]),
    "answer-nobody": answered(
        asked="since monday by:zz,idda",
        count=0,
        rows=(),
        filter=Filter(by=("zz", "idda")),
        dropped={Reason.PERSON: 4},
        unknown_people=(("zz", ""), ("idda", "Ida Holm")),
    ),
    "chart-weeks": charted(*EVERY_ACTION, window=TWO_MONTHS),
    "chart-undated": charted(*ROWS[:3], ROWS[3]._replace(company="Havn & Co")),
    "chart-unknown-action": charted(ROWS[0]._replace(action=Action(0)), ROWS[2]._replace(action=Action(0))),
    "why-shown-filtered": why_shown(ROWS[0], filter=Filter(Action.PERSON_ADDED, by=("Walsh Brekke",))),
    **{
        f"why-shown-{reason}": why_shown(ROWS[0], dropped=reason, filter=Filter(by=("Walsh Brekke",)))
        for reason in (Reason.MUTED, Reason.PERSON)
    },
    "still-asking": StillAsking("since monday"),
    "still-asking-page": StillAsking(replaces=True),
    "still-asking-button": StillAsking(),
    "forgotten-all": Forgotten({table.name: 2 for table in PERSONAL}, 3, NOW + timedelta(days=30)),
}
SHARED: Mapping[str, SharedPage] = {
    "shared-page-changed": SharedPage(answered(count=32, dropped={Reason.MUTED: 3}), "U0SELLER", changed=2),
}

DIGESTS: Mapping[str, Reply] = {
    "sent": DigestSent(),
    "compact-state": state(filter=Filter(style=Style.COMPACT), changed=Changed.CONTENT),
    "same": state(changed=Changed.SAME),
    "turned-on": state(changed=Changed.ON),
    "continued": state(changed=Changed.CONTINUED),
    "exists": state(changed=Changed.EXISTS),
    "snoozed-no-more": state(changed=Changed.SNOOZED),
    "all-again": one(
        digest(
            at(1, 31, "Nordlys Kraft AS", Action.UPDATED, news=News.AGAIN, group=Group.CHANGES),
            at(2, 57, "Havn & Co", Action(0), news=News.AGAIN, group=Group.OTHER),
        )
    ),
    "all-repeated": one(
        digest(
            at(1, 31, "Nordlys Kraft AS", Action.PERSON_ADDED, news=News.REPEATED, group=Group.PEOPLE),
            at(2, 57, "Havn & Co", Action.DOCUMENT_ADDED, news=News.REPEATED, group=Group.DOCUMENTS),
        )
    ),
    "refused-before": one(because(Cause(CauseKind.SLACK, TODAY - timedelta(days=1)), days=2)),
    "clock-changes": state(
        schedule="02:30 every day",
        fires=tuple(
            Slot(SlotKey(due.date(), 1), time(2, 30), due, offset, shift)
            for due, offset, shift in (
                (datetime(2027, 3, 28, 1, tzinfo=UTC), timedelta(hours=2), Shift.GAP),
                (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), timedelta(hours=2), Shift.FOLD),
                (datetime(2027, 11, 1, 6, 30, tzinfo=UTC), timedelta(hours=1), Shift.JOURNEY),
            )
        ),
    ),
    "proof-clock-changes": DigestProof(
        date(2026, 10, 25),
        OSLO,
        (
            slot(time(2, 30), "posted", at=END, companies=1, shift=Shift.FOLD),
            slot(time(8), "skipped", reason="late", shift=Shift.JOURNEY),
        ),
        as_of=END,
    ),
    "history": History(
        OSLO,
        tuple(
            ProofRow(time(8), NOW - timedelta(days=number), outcome, reason, tries=number)
            for number, (outcome, reason) in enumerate(
                (
                    *(("skipped", reason) for reason in ("late", "off")),
                    *(
                        ("failed", reason)
                        for reason in (
                            *("crm-paused", "crm-too-busy", "crm-refused", "crm-unreadable"),
                            *("sign-in-over", f"{SLACK}ratelimited", "missing-scope"),
                            *("bad-command", "seal-broken"),
                        )
                    ),
                ),
                1,
            )
        ),
        NOW,
    ),
    **{
        f"paused-{reason}": DigestPaused(reason, SALES)
        for reason in ("channel_not_found", "is_archived", Refusal.RESTRICTED)
    },
}


#: A digest has no direct messages and no page that somebody saw.
_MET = tuple(why for why in Refusal if why not in (Refusal.DIRECT, Refusal.CHANGED))


def _slots_of(*reasons: str) -> tuple[ProofRow, ...]:
    return tuple(
        ProofRow(time(8, 30), NOW - timedelta(days=number), "failed", reason)
        for number, reason in enumerate(reasons, 1)
    )


_MISSING = (
    MissingView(SlackUser("T1", "U1"), "Liv Moe", "seal-broken"),
    MissingView(SlackUser("T1", "U2"), "Nils Vik", "bad-command"),
)
_DROPPED = tuple(
    DropOut(reason, END) for reason in ("left-channel", "left-channel", "deactivated", "guest", "operator")
)

OF_CHANNELS: Mapping[str, Reply] = {
    "missing-for-other-reasons": of_team(team(missing=_MISSING, drop_outs=_DROPPED)),
    "without-category": of_team(
        merge(
            (view("Ola Hansen", BERGSTROM._replace(category="")),),
            filter_=EVERYTHING,
            settings=ChannelSettings(Grouping.CATEGORY, Layout.FLAT),
            zone=OSLO,
        )
    ),
    "chart-fewer": of_team(team(counts={**COUNTS, max(COUNTS): 1})),
}

SETTING_UP: Mapping[str, Reply] = {
    "state-had-to-be-paused": replace(STATE, state="paused", fires=(), reason=Refusal.EXTERNAL),
    "state-snoozed": replace(STATE, snoozed_until=NOW + timedelta(days=2), changed=Changed.SNOOZED),
    "state-resumed": replace(STATE, changed=Changed.ON),
    "not-decided": ChannelDecided(SALES, "U0SELLER", "channel digest at 8", RequestState.OPEN, ""),
    "list-paused": ChannelList((ChannelRow(SALES, "off", "08:30 weekdays", OSLO, 3, "U0MANAGER"),)),
    "narrowed": Consent(
        SALES, "category:Prospect", ("Prospect",), (), NOTHING, is_shared=True, done=Consented.NARROWED
    ),
    "not-joined": Consent(SALES, done=Consented.NOT_JOINED),
    "history-of-refusals": History(
        OSLO,
        _slots_of(*(f"{REFUSED}{why}" for why in _MET), DELETED, NARROWED, ORPHANED),
        NOW,
        SALES,
    ),
}

HOME: Mapping[str, Home] = {
    "more-channels": replace(HOMES["with-digests"], channels=CHANNELS[:1], more_channels=3),
}

#: One row of each table, with one of each that is stored and not shown.
MY_DATA = MyData(
    SlackUser("T024BE7LH", "U0SELLER"),
    NOW,
    {
        table.name: ({"id": 1, "value": withheld},)
        for table, withheld in zip(PERSONAL, (*Withheld, *["…"] * len(PERSONAL)), strict=False)
    },
)
