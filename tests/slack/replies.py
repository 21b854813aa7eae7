"""Every kind of reply, with ordinary and with hostile content."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from bot.core.activity import Action, Activity
from bot.core.activitychart import counted
from bot.core.audience import Refusal
from bot.core.errors import Problem
from bot.core.filters import EVERYTHING, Filter, MutedCompany, Reason, SavedFilter, Style
from bot.core.overview import DigestStanding
from bot.core.people import LinkState, Principal, SlackUser
from bot.core.period import Ago, Between, LastLogout, Since, Today, Weekday, Yesterday
from bot.core.replies import (
    ActivityAnswer,
    ActivityChart,
    Busy,
    CannotRead,
    DigestList,
    Failed,
    FilterList,
    FilterRemoved,
    FilterSaved,
    ForgetQuestion,
    Forgotten,
    HelpText,
    Kept,
    Linked,
    LinkList,
    LinkOffer,
    Me,
    Muted,
    MutedList,
    MyDataSent,
    NotLinkedYet,
    NotShared,
    NotYours,
    Reader,
    Reply,
    Shared,
    SignInEnded,
    TenantChoice,
    TenantTrouble,
    Unlinked,
    UnlinkedByAdmin,
    UnlinkedOther,
    UnlinkQuestion,
    Unshared,
    WhyHidden,
    WhyShown,
)
from bot.core.requests import Page
from bot.core.secret import Secret
from bot.core.servertime import ServerWarning
from bot.core.signin import Ending, Why
from bot.core.slots import SlotKey
from bot.core.subscription import Delivery, Outcome, State
from bot.core.window import Window

OSLO = ZoneInfo("Europe/Oslo")
READER = Reader(OSLO, user="U0SELLER")
#: Thursday 19 November 2026, 09:41 in Oslo.
NOW = datetime(2026, 11, 19, 8, 41, tzinfo=UTC)
KIANNA = Principal(528, 419, "Kianna Ledner", "KL", "kianna@example.com", "Sales")
HOSTILE = "<!channel> *Bold* <https://evil.example|Nordea> & `Sons` @here #general :tada:"


def activity(company_id: int, company: str, **changes: object) -> Activity:
    plain = Activity(
        company_id=company_id,
        company=company,
        department="",
        org_number="",
        url="",
        category="Customer",
        owner="Kianna Ledner",
        owner_id=528,
        action=Action.NEW_ACTIVITY | Action.PERSON_ADDED,
        other_actions=(),
        time=NOW - timedelta(hours=1, minutes=29),
        actor="Walsh Brekke",
        actor_id=947,
        action_id=510,
        person_id=419,
    )
    return plain._replace(**changes)  # type: ignore[arg-type]


ROWS = (
    activity(726, "Rodriguez Inc and Sons", category="VIP Customer"),
    activity(
        31,
        "Nordlys Kraft AS",
        department="Drift",
        action=Action.ACTIVITY_COMPLETED,
        actor="Kianna Ledner",
        actor_id=419,
        time=NOW - timedelta(hours=1, minutes=46),
    ),
    activity(
        57,
        "Bergström & Söner AB",
        category="Prospect",
        action=Action.DOCUMENT_ADDED,
        actor="Ida Holm",
        owner="Per Lund",
        owner_id=7,
        time=NOW - timedelta(hours=17, minutes=21),
    ),
    activity(
        9,
        HOSTILE,
        department=HOSTILE,
        category=HOSTILE,
        owner=HOSTILE,
        owner_id=8,
        actor=HOSTILE,
        action=Action(0),
        other_actions=("ProjectAdded", HOSTILE),
        time=None,
    ),
)

MONDAY = Window(datetime(2026, 11, 15, 23, tzinfo=UTC))
LAST_YEAR = Window(datetime(2025, 11, 18, 23, tzinfo=UTC))
WEDNESDAY = Window(datetime(2026, 11, 17, 23, tzinfo=UTC), datetime(2026, 11, 18, 23, tzinfo=UTC))


def answered(**changes: object) -> ActivityAnswer:
    fields: dict[str, object] = {
        "asked": "since monday",
        "period": Since(Weekday(0)),
        "window": MONDAY,
        "as_of": NOW,
        "principal": KIANNA,
        "web_url": "https://crm.example.com/SuperOffice",
        "count": len(ROWS),
        "later_count": 0,
        "rows": ROWS,
    }
    return ActivityAnswer(**{**fields, **changes})  # type: ignore[arg-type]


FILTER = Filter(
    actions=Action.CREATED | Action.PERSON_ADDED,
    categories=("VIP Customer", HOSTILE),
    by=("Ida Holm", HOSTILE),
    not_by=("me",),
    top=20,
)


def why_shown(row: Activity | None, **changes: object) -> WhyShown:
    fields: dict[str, object] = {
        "asked": "since monday",
        "period": Since(Weekday(0)),
        "window": MONDAY,
        "as_of": NOW,
        "principal": KIANNA,
        "filter": EVERYTHING,
        "web_url": "https://crm.example.com/SuperOffice",
        "activity": row,
    }
    return WhyShown(**{**fields, **changes})  # type: ignore[arg-type]


def linked_as(number: int, told: str = "", **changes: object) -> LinkState:
    user, name = SlackUser("T1", f"U{number}"), f"{HOSTILE} {number}"
    fields = (user, "onsite", name, NOW, None, NOW + timedelta(hours=5), "ok", NOW, None, told)
    return replace(LinkState(*fields), **changes)  # type: ignore[arg-type]


def standing(number: int, **changes: object) -> DigestStanding:
    user = SlackUser("T1", f"U{number}")
    start = NOW - timedelta(days=1)
    key, end = SlotKey(NOW.date(), 1), NOW + timedelta(hours=4)
    last = Delivery(number, number, "T1", key, NOW, end, concluded_at=NOW)
    plain = DigestStanding(number, user, "", "08:00 weekdays", OSLO, State.ON, "", start, last=last)
    return replace(plain, **changes)  # type: ignore[arg-type]


def ended(number: int, outcome: Outcome, reason: str) -> DigestStanding:
    plain = standing(number)
    assert plain.last is not None
    return replace(plain, last=replace(plain.last, outcome=outcome, reason=reason))


#: A digest in each state, and with each end.
STANDINGS = (
    standing(1, state=State.PAUSED, reason="not-linked", last=None),
    standing(2, state=State.PAUSED, reason="account_inactive", channel="C1"),
    standing(3, state=State.OFF),
    standing(3, owner=SlackUser("T1", ""), channel="C3"),
    standing(4, snoozed_until=NOW + timedelta(days=2)),
    *(
        ended(5 + number, outcome, reason)
        for number, (outcome, reason) in enumerate(
            zip(Outcome, ("", "", "nothing", "slack:ratelimited", "missing-scope"), strict=True)
        )
    ),
)
LINKS = (
    *(
        linked_as(n, told, ending=Ending(NOW, why))
        for n, (told, why) in enumerate(product(("", "claimed", "told", "uncertain", "failed"), Why))
    ),
    linked_as(20, outcome="crm-unreachable"),
    linked_as(21, outcome="", checked_at=None),
    linked_as(22),
    linked_as(23, "silent", ending=Ending(NOW, Why.LET_GO)),
    linked_as(24, expires_at=None),
)


WEEK_OF_ROWS = tuple(
    activity(100 + n, f"Company {n} AS", time=NOW - timedelta(hours=9 * n), action=[*Action][n % 5])
    for n in range(12)
)


def charted(*rows: Activity, window: Window = MONDAY, **changes: object) -> ActivityChart:
    """A picture of companies."""
    answer = answered(window=window, count=len(rows), rows=(), **changes)
    return ActivityChart(answer, counted(rows, window, NOW, OSLO))


REPLIES: dict[str, Reply] = {
    "answer": answered(),
    "answer-page": answered(
        count=32, offset=10, rows=tuple(activity(n, f"Company {n} AS") for n in range(100, 110))
    ),
    "answer-last-page": answered(count=12, offset=10, rows=ROWS[:2]),
    "answer-one": answered(asked="today", period=Today(), count=1, rows=ROWS[:1]),
    "answer-yesterday": answered(
        asked="yesterday",
        period=Yesterday(),
        window=WEDNESDAY,
        count=1,
        later_count=2,
        rows=ROWS[2:3],
        later=ROWS[:2],
    ),
    "answer-only-later": answered(
        asked="yesterday",
        period=Yesterday(),
        window=WEDNESDAY,
        count=0,
        later_count=2,
        rows=(),
        later=ROWS[:2],
    ),
    "answer-catchup": answered(asked="catchup", period=LastLogout(), window=Window(None)),
    "answer-catchup-again": answered(
        asked="catchup", period=LastLogout(), window=Window(None), caught_up_at=NOW - timedelta(days=1)
    ),
    "answer-catchup-empty": answered(
        asked="catchup",
        period=LastLogout(),
        window=Window(None),
        caught_up_at=NOW - timedelta(days=1),
        count=0,
        rows=(),
    ),
    "answer-weekday-time": answered(
        asked="since mon 08:30",
        period=Since(Weekday(0, time=time(8, 30))),
        window=Window(datetime(2026, 11, 16, 7, 30, tzinfo=UTC)),
        count=1,
        rows=ROWS[:1],
    ),
    "answer-between": answered(period=Between(WEDNESDAY), window=WEDNESDAY, count=1, rows=ROWS[2:3]),
    "answer-a-year": answered(
        asked="since 365d", period=Since(Ago(365, "d")), window=LAST_YEAR, count=1, rows=ROWS[:1]
    ),
    "answer-empty": answered(count=0, rows=()),
    "answer-empty-yesterday": answered(
        asked="yesterday", period=Yesterday(), window=WEDNESDAY, count=0, rows=()
    ),
    "answer-without-links": answered(web_url="", count=1, rows=ROWS[:1]),
    "answer-compact": answered(style=Style.COMPACT),
    "answer-compact-yesterday": answered(
        asked="yesterday style:compact",
        period=Yesterday(),
        window=WEDNESDAY,
        count=1,
        later_count=2,
        rows=ROWS[2:3],
        later=ROWS[:2],
        style=Style.COMPACT,
    ),
    "answer-table": answered(style=Style.TABLE, shareable=True),
    "answer-table-yesterday": answered(
        asked="yesterday style:table",
        period=Yesterday(),
        window=WEDNESDAY,
        count=1,
        later_count=2,
        rows=ROWS[2:3],
        later=ROWS[:2],
        style=Style.TABLE,
    ),
    "answer-filtered": answered(
        asked="since monday filter:vip",
        count=32,
        rows=ROWS,
        filter=FILTER,
        dropped={Reason.MUTED: 1, Reason.OWN: 2, Reason.PERSON: 3, Reason.TOP: 4},
        shareable=True,
    ),
    "answer-all-hidden": answered(count=0, rows=(), dropped={Reason.MUTED: 3}),
    "answer-none-fits": answered(count=0, rows=(), filter=FILTER),
    "chart": charted(*WEEK_OF_ROWS),
    "chart-months": charted(
        *WEEK_OF_ROWS[:8], window=LAST_YEAR, later_count=2, filter=FILTER, dropped={Reason.MUTED: 3}
    ),
    "chart-one-day": charted(*ROWS[:2], window=Window(NOW - timedelta(hours=9)), period=Today()),
    "chart-hostile": charted(*ROWS),
    "why-hidden": WhyHidden(
        "since monday filter:vip",
        Since(Weekday(0)),
        MONDAY,
        NOW,
        FILTER,
        42,
        12,
        {Reason.MUTED: 1, Reason.OWN: 2, Reason.PERSON: 3, Reason.TOP: 4},
        14,
        6,
    ),
    "why-hidden-nothing": WhyHidden("today", Today(), MONDAY, NOW, EVERYTHING, 12, 12, {}),
    "why-shown": why_shown(ROWS[0]),
    "why-shown-hostile": why_shown(ROWS[3], filter=FILTER),
    "why-shown-later": why_shown(ROWS[2], is_later=True, window=WEDNESDAY),
    "why-shown-dropped": why_shown(ROWS[1], filter=FILTER, dropped=Reason.OWN),
    "why-shown-gone": why_shown(None),
    "muted": Muted(MutedCompany(9, HOSTILE)),
    "muted-list": MutedList(
        tuple(MutedCompany(n, f"Company {n} AS") for n in range(3)), 3, 0, MutedCompany(9, HOSTILE)
    ),
    "muted-list-page": MutedList(tuple(MutedCompany(n, HOSTILE) for n in range(20)), 45, 20),
    "muted-list-none": MutedList((), 0),
    "filters": FilterList((SavedFilter("vip", FILTER), SavedFilter("mine", Filter(by=("me",))))),
    "filters-none": FilterList(()),
    "filter-saved": FilterSaved(SavedFilter("vip", FILTER)),
    "filter-saved-again": FilterSaved(SavedFilter("vip", Filter(by=("me",))), FILTER),
    "filter-removed": FilterRemoved(SavedFilter("vip", FILTER)),
    "filter-removed-in-digest": FilterRemoved(SavedFilter("vip", FILTER), is_in_digest=True),
    "shared": Shared("C0SALES", "1763541660.000100"),
    **{f"not-shared-{refusal}": NotShared(refusal, "C0SALES") for refusal in Refusal},
    "unshared": Unshared("C0SALES"),
    "not-yours": NotYours(),
    "busy": Busy(),
    "cannot-read": CannotRead(
        (
            Problem("unknown-verb", "mondy", "since monday"),
            Problem("unknown-when", "<!here> `x`"),
            Problem("unknown-action", "creatd", "action:created", ("created", "updated"), part=True),
            Problem("unknown-category", HOSTILE, "", (*(f"Category {n}" for n in range(40)), HOSTILE)),
        )
    ),
    "cannot-read-either": CannotRead(
        (
            Problem("two-meanings", "1.11", "since 1 nov", other="since 01:11"),
            *(Problem("unknown-action", word, "", ("created", "updated"), part=True) for word in ("x", "y")),
            Problem("unknown-saved", "zz", "", ("mine", "vip"), part=True),
            Problem("unknown-saved", "zz", "", ("mine", "vip"), part=True),
        )
    ),
    "cannot-read-which": CannotRead((Problem("which-filter", known=("mine", "vip")),)),
    "cannot-read-too-long": CannotRead((Problem("too-long", "215"),)),
    "failed": Failed("crm-timed-out", {"seconds": 25}, "1f0c93ab", "since monday"),
    "failed-page": Failed("crm-unreachable", {}, "1f0c93ab", "since monday", Page(10, MONDAY)),
    "failed-ended": Failed("seal-broken", {}, "1f0c93ab", "me"),
    "failed-unforeseen": Failed("unexpected", {}, "1f0c93ab"),
    "help": HelpText(),
    "help-since": HelpText("since"),
    "help-filter": HelpText("filter"),
    "help-action": HelpText("action"),
    "help-by": HelpText("by"),
    "kept": Kept(),
    "link": LinkOffer(
        Secret("https://bot.example.com/link/NONCE"), NOW + timedelta(minutes=10), "since monday"
    ),
    "link-again": LinkOffer(
        Secret("https://bot.example.com/link/NONCE"), NOW + timedelta(minutes=10), current="Kianna Ledner"
    ),
    "tenants": TenantChoice(
        (("oslo", "crm.example.com"), ("online", "online.superoffice.com")), "since monday"
    ),
    "tenants-again": TenantChoice(
        tuple((f"tenant{n}", HOSTILE) for n in range(60)), current="Kianna Ledner", ended=Why.UNUSED
    ),
    "link-ended": LinkOffer(
        Secret("https://bot.example.com/link/NONCE"), NOW + timedelta(minutes=10), "today", ended=Why.UNUSED
    ),
    **{f"sign-in-ended-{why}": SignInEnded(why, NOW) for why in Why},
    "tenant-trouble-app": TenantTrouble("onsite", NOW - timedelta(minutes=3), app=True),
    "tenant-trouble": TenantTrouble("onsite", NOW - timedelta(minutes=3)),
    "admin-links": LinkList(LINKS, 45, 4, NOW, 20),
    "admin-digests": DigestList(STANDINGS, 45, 1, NOW, 20),
    "admin-unlinked": UnlinkedOther("U0SELLER", True),
    "admin-not-linked": UnlinkedOther("U0SELLER", False),
    "forget": ForgetQuestion(),
    "forgotten": Forgotten(
        {"links": 1, "invitations": 0, "muted_companies": 2, "saved_filters": 1, "pseudonyms": 1},
        *(2, NOW + timedelta(days=30)),
    ),
    "forgotten-traces": Forgotten({"links": 1}, 1, NOW + timedelta(days=30), traceless=False),
    "forgotten-nothing": Forgotten({"links": 0}, 0, NOW + timedelta(days=30)),
    "my-data": MyDataSent({"links": 1, "saved_filters": 2, "muted_companies": 0, "audit": 1}),
    "my-data-nothing": MyDataSent({"links": 0}),
    "unlinked-by-admin": UnlinkedByAdmin("U0MANAGER"),
    "linked": Linked(KIANNA),
    "linked-then": Linked(KIANNA, "since monday"),
    "me": Me(KIANNA, NOW - timedelta(days=2), NOW + timedelta(hours=5)),
    "me-online": Me(KIANNA, NOW - timedelta(days=2), None),
    "me-admin": Me(
        KIANNA,
        NOW - timedelta(days=2),
        NOW + timedelta(hours=5),
        warnings=(
            ServerWarning("zone-mismatch", "<!here>"),
            ServerWarning("clock-skew", "+300"),
            ServerWarning("no-date"),
        ),
    ),
    "me-tenant": Me(KIANNA, NOW - timedelta(days=2), NOW + timedelta(hours=5), tenant="oslo"),
    "me-ended": Me(KIANNA, NOW - timedelta(days=2), NOW - timedelta(hours=1), True),
    "not-linked": NotLinkedYet(),
    "not-linked-pending": NotLinkedYet(NOW + timedelta(minutes=10)),
    "unlink": UnlinkQuestion("Kianna Ledner"),
    "unlinked": Unlinked(),
}
