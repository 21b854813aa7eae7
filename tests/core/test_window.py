"""Which activities belong to a window."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.activity import Action, Activity
from bot.core.window import Window, judge, mark, place_after

START = datetime(2026, 11, 18, tzinfo=UTC)
END = datetime(2026, 11, 19, tzinfo=UTC)


def activity(company: int, time: datetime | None) -> Activity:
    return Activity(
        company_id=company,
        company=f"Company {company}",
        department="",
        org_number="",
        url="",
        category="",
        owner="",
        owner_id=0,
        action=Action.UPDATED,
        other_actions=(),
        time=time,
        actor="",
        actor_id=0,
        action_id=0,
        person_id=0,
    )


def test_the_start_belongs_to_it_and_the_end_does_not() -> None:
    first, last, after = activity(1, START), activity(2, END - timedelta(seconds=1)), activity(3, END)
    judged = judge([first, last, after], Window(START, END))
    assert judged.inside == (last, first)
    assert judged.later == (after,)


def test_what_the_overlap_brought_is_not_told() -> None:
    assert judge([activity(1, START - timedelta(seconds=1))], Window(START)).inside == ()


def test_an_unknown_time_is_never_dropped() -> None:
    undated = [
        activity(1, None),
        activity(2, datetime(1, 1, 1, tzinfo=UTC)),
        activity(3, datetime(9999, 12, 31, tzinfo=UTC)),
    ]
    dated = activity(4, START)
    assert judge([*undated, dated], Window(START, END)).inside == (dated, *reversed(undated)), (
        "by number: pages go on after one"
    )


def test_without_a_start_everything_is_told() -> None:
    old = activity(1, START - timedelta(days=1000))
    assert judge([old], Window(None)).inside == (old,)


TIMES = st.none() | st.datetimes(datetime(2026, 11, 17), datetime(2026, 11, 20), timezones=st.just(UTC))


@given(st.lists(TIMES))
def test_each_is_told_once_or_before_the_window(times: list[datetime | None]) -> None:
    activities = [activity(number, time) for number, time in enumerate(times)]
    judged = judge(activities, Window(START, END))
    told = {a.company_id for a in judged.inside} | {a.company_id for a in judged.later}
    before = {a.company_id for a in activities if a.time and a.time < START}
    assert len(judged.inside) + len(judged.later) == len(told)
    assert told | before == {a.company_id for a in activities}
    assert not told & before


ROWS = st.lists(
    st.tuples(st.none() | st.integers(0, 20), st.integers(1, 30)), unique_by=lambda row: row[1], max_size=12
)


def rows_of(rows: list[tuple[int | None, int]], window: Window) -> tuple[Activity, ...]:
    """What is shown of companies that were active so many hours after the start, or nobody knows when."""
    made = [activity(n, None if hours is None else START + timedelta(hours=hours)) for hours, n in rows]
    judged = judge(made, window)
    return judged.inside + judged.later


@given(ROWS, ROWS, st.none() | st.integers(1, 20), st.integers(1, 5))
def test_a_page_goes_on_after_the_last_one_whatever_came_or_went(
    before: list[tuple[int | None, int]], changes: list[tuple[int | None, int]], end: int | None, size: int
) -> None:
    """Who is as it was comes exactly once: on the first page, or on those after it."""
    window = Window(START, None if end is None else START + timedelta(hours=end))
    first = rows_of(before, window)[:size]
    after = rows_of([*(row for row in before if row[1] not in {n for _, n in changes}), *changes], window)
    rest = after[place_after(mark(first[-1]), after, window) :] if first else after
    shown = [mark(row) for row in (*first, *rest)]
    unchanged = {mark(row) for row in rows_of(before, window)} & {mark(row) for row in after}
    assert [each for each in shown if each in unchanged] == sorted(
        unchanged, key=[mark(row) for row in rows_of(before, window)].index
    )
    assert place_after(mark(after[-1]), after, window) == len(after) if after else True
