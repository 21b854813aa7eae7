"""What a digest tells: each row once, ranked, compared with the one before."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.activity import Action, Activity
from bot.core.digest import (
    QUIET_AFTER,
    Digest,
    Group,
    Known,
    News,
    RowId,
    building,
    first_start,
    gone_quiet,
    row_id,
)
from bot.core.filters import EVERYTHING, Filter, Reason
from bot.core.people import Principal
from bot.core.replies.digests import FIRST_PART, LATER_PARTS, MOST_PARTS, parts
from bot.core.steps import at_once
from bot.core.window import Window

START = datetime(2026, 11, 16, 7, 0, tzinfo=UTC)
END = START + timedelta(days=1)
HOUR = timedelta(hours=1)
OVERLAP = 2 * HOUR
ME = Principal(528, 419, "Kianna Ledner", "KLED")
OTHER = 77
NOTHING = Known()


def row(company: int, at: datetime | None = START + HOUR, action: Action = Action.UPDATED) -> Activity:
    return Activity(
        company, f"C{company}", "", "", "", "", "", 0, action, (), at, "Ida Holm", OTHER, company, 0
    )


def digest(*rows: Activity, known: Known = NOTHING, filter_: Filter = EVERYTHING, **more: object) -> Digest:
    steps = building(
        rows,
        window=Window(START, END),
        overlap=OVERLAP,
        known=known,
        filter_=filter_,
        principal=ME,
        muted=more.pop("muted", ()),  # type: ignore[arg-type]
        **more,  # type: ignore[arg-type]
    )
    return at_once(steps)


def companies(built: Digest) -> list[int]:
    return [entry.activity.company_id for entry in built.entries]


def test_of_very_many_rows_a_hundred_are_sorted_out_in_a_step() -> None:
    more = {"known": NOTHING, "filter_": EVERYTHING, "principal": ME, "muted": ()}
    rows = [row(number) for number in range(1_000)]
    steps = building(rows, window=Window(START, END), overlap=OVERLAP, **more)  # type: ignore[arg-type]
    assert len(list(steps)) >= 10


def test_what_matters_comes_first_then_what_is_new_then_the_newest() -> None:
    built = digest(
        row(1, START + HOUR),
        row(2, START + 2 * HOUR),
        row(3, START + 3 * HOUR),
        row(4, action=Action.PERSON_ADDED | Action.UPDATED),
        row(5, action=Action.CREATED),
        row(6, action=Action.CREATED)._replace(actor_id=ME.person_id),
        row(7, None),
        known=Known(previous={3}),
    )
    assert companies(built) == [5, 4, 2, 1, 7, 3, 6]
    assert [entry.group for entry in built.entries] == [
        Group.COMPANIES,
        Group.PEOPLE,
        *[Group.CHANGES] * 4,
        Group.OWN,
    ]


def test_a_company_of_the_digest_before_moved_again() -> None:
    built = digest(row(1), row(2), known=Known(previous={2}))
    assert [entry.news for entry in built.entries] == [News.NEW, News.AGAIN]


def test_what_was_told_is_not_told_again_but_what_may_not_have_arrived_is() -> None:
    built = digest(row(1), row(2), known=Known(told={row_id(row(1))}, uncertain={row_id(row(2))}))
    assert [(entry.activity.company_id, entry.news) for entry in built.entries] == [(2, News.REPEATED)]
    assert built.silent == ()


def test_flags_that_grew_with_the_window_make_no_news() -> None:
    told = row(1, action=Action.UPDATED)
    again = told._replace(action=Action.UPDATED | Action.PERSON_ADDED)
    assert digest(again, known=Known(told={row_id(told)})).is_empty


def test_what_seems_to_be_from_shortly_before_the_window_is_told_late() -> None:
    built = digest(row(1, START - HOUR), row(2, START - 3 * HOUR))
    assert [(entry.activity.company_id, entry.is_late) for entry in built.entries] == [(1, True)]


def test_in_a_first_digest_it_only_counts_as_told() -> None:
    built = digest(row(1, START - HOUR), is_first=True)
    assert built.is_empty
    assert built.silent == (RowId(1, START - HOUR, 1),)


def test_what_is_left_out_is_counted_by_reason_and_counts_as_told() -> None:
    own = row(3)._replace(actor_id=ME.person_id)
    built = digest(row(1), row(2), own, row(4), filter_=Filter(not_by=("me",), top=1), muted={1})
    assert built.hidden == {Reason.MUTED: 1, Reason.OWN: 1, Reason.TOP: 1}
    assert companies(built) == [4]
    assert set(built.silent) == {row_id(row(1)), row_id(own), row_id(row(2))}


rows_ = st.builds(
    row,
    st.integers(1, 12),
    st.none() | st.datetimes(datetime(2026, 11, 15), datetime(2026, 11, 18), timezones=st.just(UTC)),
    st.integers(0, 127).map(Action),
)


@given(st.lists(rows_, max_size=30, unique_by=row_id), st.sets(st.integers(1, 12)), st.data())
def test_every_row_of_the_window_is_told_or_counts_as_told_and_no_other(
    rows: list[Activity], muted: set[int], data: st.DataObject
) -> None:
    ids = [row_id(each) for each in rows]
    told = set(data.draw(st.lists(st.sampled_from(ids), unique=True))) if ids else set()
    built = digest(*rows, known=Known(told=told), muted=muted)
    seen = [row_id(entry.activity) for entry in built.entries] + list(built.silent)
    expected = {
        row_id(each)
        for each in rows
        if row_id(each) not in told and (each.time is None or each.time >= START - OVERLAP)
    }
    assert len(seen) == len(set(seen))
    assert set(seen) == expected
    assert sum(built.hidden.values()) == len(built.silent)


@given(st.integers(0, 400), st.integers(0, 3))
def test_the_parts_hold_every_entry_once_in_order(count: int, told: int) -> None:
    built = digest(*(row(number + 1) for number in range(count)))
    made = parts(built, told=told)
    shown = [entry for part in made for entry in part.entries]
    assert shown == list(built.entries[: len(shown)])
    assert made[-1].rest == count - len(shown)
    assert [part.number for part in made] == list(range(told, told + len(made)))
    assert all(len(part.entries) <= (LATER_PARTS if part.number else FIRST_PART) for part in made)
    assert made[-1].number < max(MOST_PARTS, told + 1)


def test_a_first_window_begins_at_the_slot_before_at_most_a_week_back() -> None:
    assert first_start(END - HOUR, END) == END - HOUR
    assert first_start(END - timedelta(days=30), END) == END - timedelta(days=7)
    assert first_start(None, END) == END - timedelta(days=7)


def test_a_company_is_told_quiet_in_the_look_after_it_became_so() -> None:
    week = timedelta(days=7)
    just = row(1, END - QUIET_AFTER - HOUR)
    long_ago, fresh = row(2, END - 3 * QUIET_AFTER), row(3, END - HOUR)
    quiet = gone_quiet([just, long_ago, fresh, row(4, None)], END, END - week)
    assert (quiet.companies, quiet.total) == ((just,), 2)
    assert gone_quiet([just, long_ago], END, None).companies == ()
    assert gone_quiet([just], END + week, END).companies == ()
