from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.throttle import Allowance


def test_free_tries_then_doubling_up_to_the_longest() -> None:
    allowance = Allowance("user", free=3)
    waits = [allowance.wait_after(tried).total_seconds() for tried in range(13)]
    assert waits == [0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


@given(
    tried=st.integers(0, 10**9),
    free=st.integers(0, 100),
    longest=st.timedeltas(timedelta(seconds=1), timedelta(days=9)),
)
def test_waiting_never_shrinks_nor_exceeds_the_longest(tried: int, free: int, longest: timedelta) -> None:
    allowance = Allowance("user", free, longest)
    assert timedelta(0) <= allowance.wait_after(tried) <= allowance.wait_after(tried + 1) <= longest
