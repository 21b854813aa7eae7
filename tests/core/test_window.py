"""Which activities belong to a window."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.activity import Action, Activity
from bot.core.window import Window, judge

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
    assert judge([*undated, dated], Window(START, END)).inside == (dated, *undated)


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
