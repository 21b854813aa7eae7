"""A team's digest: one row for each company, whoever sees it; nothing twice, nothing that is not shared."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.activity import Action, Activity
from bot.core.channeldigest import SHARES_NOTHING, ChannelSettings, Grouping, Narrowing
from bot.core.digest import Known, News, RowId, row_id
from bot.core.filters import EVERYTHING, Filter, Reason
from bot.core.people import Principal, SlackUser
from bot.core.teamdigest import TELLERS, TeamDigest, View, merge, observed_days
from bot.core.window import Window

OSLO = ZoneInfo("Europe/Oslo")
START = datetime(2026, 11, 16, 7, 0, tzinfo=UTC)
END = START + timedelta(days=1)
HOUR = timedelta(hours=1)
OVERLAP = 2 * HOUR
IDA = "Ida Holm"


def row(company: int, at: datetime | None = START + HOUR, **more: object) -> Activity:
    number = company * 1000 + (0 if at is None else int((at - START) / HOUR))
    made = Activity(
        company, f"C{company}", "", "", "", "Customer", "Kari", 5, Action.UPDATED, (), at, IDA, 77, number, 0
    )
    return made._replace(**more)  # type: ignore[arg-type]


def view(name: str, *rows: Activity, start: datetime = START, **more: object) -> View:
    user, principal = SlackUser("T1", name), Principal(1, 1, name, name)
    values = {"tenant": "onsite", "window": Window(start, END), "overlap": OVERLAP, **more}
    return View(user, principal=principal, rows=rows, **values)  # type: ignore[arg-type]


def team(*views: View, grouping: Grouping = Grouping.OWNER, filter_: Filter = EVERYTHING) -> TeamDigest:
    return merge(views, filter_=filter_, settings=ChannelSettings(grouping), zone=OSLO)


def companies(digest: TeamDigest) -> list[int]:
    return [entry.activity.company_id for entry in digest.entries]


def test_a_company_that_several_see_is_told_once_with_who_sees_it() -> None:
    made = team(view("Kari", row(1), row(2)), view("Ola", row(1)), view("Per"))
    assert [(entry.activity.company_id, entry.seen_by) for entry in made.entries] == [
        (2, ("Kari",)),
        (1, ("Kari", "Ola")),
    ]
    assert made.views == 3
    assert made.silent == {}


def test_the_latest_of_what_they_saw_counts_and_what_it_overtook_is_silent() -> None:
    older, newer = row(1), row(1, START + 2 * HOUR)
    made = team(view("Kari", older), view("Ola", newer))
    (entry,) = made.entries
    assert (entry.activity, entry.tellers) == (newer, (SlackUser("T1", "Ola"),))
    assert entry.seen_by == ("Kari", "Ola")
    assert made.silent == {SlackUser("T1", "Kari"): (row_id(older),)}


def test_companies_of_two_superoffices_are_not_mixed_up() -> None:
    made = team(view("Kari", row(1)), view("Ola", row(1), tenant="online"))
    assert [entry.tenant for entry in made.entries] == ["online", "onsite"]


def test_what_was_told_through_one_is_not_told_through_another() -> None:
    known = Known(told={row_id(row(1))})
    assert team(view("Kari", row(1), known=known), view("Ola", row(1), known=known)).is_empty


def test_a_view_that_was_missing_brings_what_it_owes_marked_as_late() -> None:
    yesterday = START - timedelta(hours=20)
    made = team(
        view("Kari", row(1)),
        view("Ola", row(2, yesterday), row(3), start=START - timedelta(days=1)),
        view("Per"),
    )
    assert {entry.activity.company_id: entry.is_late for entry in made.entries} == {
        1: False,
        2: True,
        3: False,
    }
    assert (made.window, made.reaches_back) == (Window(START, END), START - timedelta(days=1))
    assert observed_days(made) == (date(2026, 11, 15), date(2026, 11, 16), date(2026, 11, 17))


def test_windows_that_begin_seconds_apart_are_one() -> None:
    made = team(*(view(f"U{n}", row(n + 1), start=START + timedelta(seconds=n)) for n in range(5)))
    assert made.reaches_back is None
    assert not any(entry.is_late for entry in made.entries)


def test_somebody_new_does_not_hide_what_another_owes() -> None:
    """What is from before a first window only counts as told for whose it is."""
    shortly_before = row(1, START - HOUR)
    fresh, old = view("Kari", shortly_before, is_first=True), view("Ola", shortly_before)
    assert companies(team(fresh, old)) == [1]
    assert team(fresh).silent == {fresh.user: (row_id(shortly_before),)}


def test_what_is_not_shared_is_as_if_it_were_not_seen() -> None:
    narrowing = Narrowing(Filter(not_by=(IDA,)), frozenset({1}))
    mine = view("Kari", row(1), row(2), row(3, actor="Per Dahl"), row(4), narrowing=narrowing)
    made = team(mine, view("Ola", row(2)))
    assert {entry.activity.company_id: entry.seen_by for entry in made.entries} == {
        2: ("Ola",),
        3: ("Kari",),
    }
    assert made.withheld == 2, "1 and 4: the other one is shared by somebody else"
    assert made.silent == {}, "another who sees it may share it later"


def test_who_shares_nothing_shares_nothing() -> None:
    made = team(view("Kari", row(1), narrowing=SHARES_NOTHING))
    assert made.is_empty
    assert made.withheld == 1


def test_what_is_left_out_by_the_channels_filter_is_counted_and_counts_as_told() -> None:
    per = row(3, actor="Per Dahl")
    made = team(view("Kari", row(1), row(2), per), filter_=Filter(not_by=("Per",), top=1))
    assert made.hidden == {Reason.PERSON: 1, Reason.TOP: 1}
    assert set(made.silent[SlackUser("T1", "Kari")]) == {row_id(per), row_id(row(1))}
    assert companies(made) == [2]


def test_nobody_is_me_in_a_channel() -> None:
    own = row(1, actor_id=1)
    assert companies(team(view("Kari", own), filter_=Filter(not_by=("me",)))) == [1]


def test_the_largest_group_comes_first_and_what_belongs_to_nobody_last() -> None:
    rows = (row(1, owner="Ola"), row(2, owner="Åse"), row(3, owner="Åse"), row(4, owner=""), row(5, owner=""))
    assert [entry.under for entry in team(view("Kari", *rows)).entries] == ["Åse", "Åse", "Ola", "", ""]


def test_by_category_and_by_day() -> None:
    rows = (row(1, category="VIP"), row(2, START + 20 * HOUR), row(3, None))
    by_category = team(view("Kari", *rows), grouping=Grouping.CATEGORY)
    assert [entry.under for entry in by_category.entries] == ["Customer", "Customer", "VIP"]
    by_day = team(view("Kari", *rows), grouping=Grouping.DAY)
    assert [entry.under for entry in by_day.entries] == [date(2026, 11, 17), date(2026, 11, 16), None]


def test_how_a_row_stands_to_the_digest_before() -> None:
    uncertain = Known(uncertain={row_id(row(1))}, previous={2})
    made = team(view("Kari", row(1), row(2), row(3), known=uncertain), view("Ola", row(1)))
    news = {entry.activity.company_id: entry.news for entry in made.entries}
    assert news == {1: News.REPEATED, 2: News.AGAIN, 3: News.NEW}


def test_a_few_views_are_enough_to_remember_a_row() -> None:
    made = team(*(view(f"U{number}", row(1)) for number in range(9)))
    (entry,) = made.entries
    assert (len(entry.seen_by), len(entry.tellers)) == (9, TELLERS)


def test_of_no_view_there_is_no_digest() -> None:
    with pytest.raises(ValueError, match="median"):
        team()


# ---------------------------------------------------------------- whatever they see

NAMES = ("Kari", "Ola", "Per", "Åse")
times = st.none() | st.integers(-30, 23).map(lambda hours: START + hours * HOUR)
rows_ = st.builds(row, st.integers(1, 6), times, owner=st.sampled_from(("", "Kari", "Ola")))
views_ = st.builds(
    lambda name, rows, tenant, back, first, never: view(
        name,
        *rows,
        tenant=tenant,
        start=START - back * timedelta(days=1),
        is_first=first,
        narrowing=Narrowing(never=frozenset(never)),
    ),
    st.sampled_from(NAMES),
    st.lists(rows_, max_size=8, unique_by=lambda each: each.company_id),
    st.sampled_from(("onsite", "online")),
    st.integers(0, 1),
    st.booleans(),
    st.sets(st.integers(1, 6), max_size=2),
)
teams = st.lists(views_, min_size=1, max_size=4, unique_by=lambda each: each.user)


def due(each: View) -> Iterable[RowId]:
    """What a view has to tell: all of its window, and what seems to be from shortly before."""
    for activity in each.rows:
        if activity.company_id in each.narrowing.never:
            continue
        if activity.time is None or activity.time >= each.start - OVERLAP:
            yield row_id(activity)


@given(teams, st.data())
def test_each_row_is_told_or_silent_once_and_each_company_told_once(
    views: list[View], data: st.DataObject
) -> None:
    everything = sorted({row_id(each) for one in views for each in one.rows}, key=str)
    told = set(data.draw(st.lists(st.sampled_from(everything), unique=True))) if everything else set()
    views = [replace(each, known=Known(told=told)) for each in views]
    made = team(*views, grouping=data.draw(st.sampled_from(Grouping)))
    assert len({entry.company for entry in made.entries}) == len(made.entries)
    for each in views:
        shown = {row_id(entry.activity) for entry in made.entries if entry.tenant == each.tenant}
        silent = set(made.silent.get(each.user, ()))
        assert len(silent) == len(made.silent.get(each.user, ()))
        assert set(due(each)) - told <= shown | silent
        assert silent <= set(due(each)) - told


@given(teams)
def test_nothing_of_what_somebody_withholds_comes_from_them(views: list[View]) -> None:
    made = team(*views)
    for entry in made.entries:
        for each in views:
            if entry.company.id in each.narrowing.never:
                assert each.principal.full_name not in entry.seen_by
                assert each.user not in entry.tellers
    shared = {(one.tenant, id_.company_id) for one in views for id_ in due(one)}
    told = {(entry.tenant, entry.company.id) for entry in made.entries}
    assert told <= shared


@given(teams, st.randoms())
def test_in_whatever_order_they_answer_the_same_is_told(views: list[View], random: object) -> None:
    shuffled = list(views)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, two = team(*views), team(*shuffled)
    assert [each.activity for each in one.entries] == [each.activity for each in two.entries]
    assert [set(each.seen_by) for each in one.entries] == [set(each.seen_by) for each in two.entries]
    assert (one.window, one.withheld) == (two.window, two.withheld)


@given(teams, st.sampled_from(Grouping))
def test_groups_stand_together(views: list[View], grouping: Grouping) -> None:
    headings = [entry.under for entry in team(*views, grouping=grouping).entries]
    changes = [one for number, one in enumerate(headings) if number == 0 or headings[number - 1] != one]
    assert len(changes) == len(set(headings))
