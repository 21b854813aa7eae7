"""Sharing a limited number of seats: never more than there are, none left while anybody wants one, evenly."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from bot.core.seats import shares

wishes = st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.integers(0, 30), max_size=12)


@given(total=st.integers(1, 40), wishes=wishes, turn=st.integers(0, 100))
def test_all_are_given_evenly_and_no_more(total: int, wishes: Mapping[str, int], turn: int) -> None:
    given_ = shares(total, wishes, turn)
    assert given_.keys() == wishes.keys()
    assert sum(given_.values()) == min(total, sum(wishes.values()))
    assert all(0 <= given_[name] <= wish for name, wish in wishes.items())
    least = min((given_[name] for name, wish in wishes.items() if given_[name] < wish), default=None)
    assert least is None or max(given_.values()) <= least + 1


@given(total=st.integers(1, 5), wishes=wishes)
def test_everybody_has_a_turn(total: int, wishes: Mapping[str, int]) -> None:
    had = {
        name for turn in range(len(wishes)) for name, count in shares(total, wishes, turn).items() if count
    }
    assert had == {name for name, wish in wishes.items() if wish}
