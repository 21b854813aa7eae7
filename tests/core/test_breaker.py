"""When a SuperOffice that does not answer is asked, for whatever may happen."""

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.core.breaker import FIRST_PAUSE, IN_A_ROW, LONGEST_PAUSE, Breaker, BreakerState


def opened(breaker: Breaker, now: float) -> None:
    while breaker.state(now) is not BreakerState.OPEN:
        breaker.failed(now)


def test_it_opens_after_so_many_failures_in_a_row_and_no_sooner() -> None:
    breaker = Breaker()
    for _ in range(IN_A_ROW - 1):
        breaker.failed(0)
    breaker.succeeded()
    for _ in range(IN_A_ROW - 1):
        breaker.failed(0)
        assert breaker.state(0) is BreakerState.CLOSED
    breaker.failed(0)
    assert breaker.state(0) is BreakerState.OPEN
    assert breaker.left(0) == FIRST_PAUSE
    assert breaker.state(FIRST_PAUSE) is BreakerState.HALF_OPEN


def test_what_was_asked_before_it_opened_makes_no_pause_longer() -> None:
    breaker = Breaker()
    opened(breaker, 0)
    for _ in range(30):
        breaker.failed(1)
    assert breaker.left(1) == FIRST_PAUSE - 1


def test_after_a_probe_one_failure_opens_it_for_longer_and_one_answer_ends_it() -> None:
    breaker, now = Breaker(), 0.0
    opened(breaker, now)
    for pause in (10, 20, 40, 60, 60):
        now += breaker.left(now)
        breaker.probed()
        assert breaker.state(now) is BreakerState.CLOSED
        breaker.failed(now)
        assert breaker.left(now) == pause
    breaker.succeeded()  # of one that had been asked before
    assert breaker.state(now) is BreakerState.CLOSED
    opened(breaker, now)
    assert breaker.left(now) == FIRST_PAUSE


@given(st.floats(0, 1e9), st.integers(1, 20))
def test_a_failed_probe_opens_it_again(now: float, times: int) -> None:
    breaker = Breaker()
    for _ in range(times):
        opened(breaker, now)
        now += breaker.left(now) + 1e-3
        assert breaker.state(now) is BreakerState.HALF_OPEN
        breaker.failed(now)
        assert breaker.state(now) is BreakerState.OPEN


class AnyHistory(RuleBasedStateMachine):
    """Whatever happens, in whatever order."""

    def __init__(self) -> None:
        super().__init__()
        self.breaker = Breaker()
        self.now = 0.0
        self.in_a_row = 0

    @rule(seconds=st.integers(0, 100))
    def time_goes_by(self, seconds: int) -> None:
        self.now += seconds

    @rule(times=st.integers(1, 10))
    def it_fails(self, times: int) -> None:
        for _ in range(times):
            self.breaker.failed(self.now)
            self.in_a_row += 1

    @rule()
    def it_answers(self) -> None:
        self.breaker.succeeded()
        self.in_a_row = 0
        assert self.breaker.state(self.now) is BreakerState.CLOSED

    @rule()
    def it_is_probed(self) -> None:
        if self.breaker.state(self.now) is BreakerState.HALF_OPEN:
            self.breaker.probed()
            assert self.breaker.state(self.now) is BreakerState.CLOSED

    @invariant()
    def nobody_is_kept_waiting_for_ever(self) -> None:
        assert 0 <= self.breaker.left(self.now) <= LONGEST_PAUSE
        assert self.breaker.state(self.now + LONGEST_PAUSE) is not BreakerState.OPEN

    @invariant()
    def few_failures_close_nobody_out(self) -> None:
        assert self.in_a_row >= IN_A_ROW or self.breaker.state(self.now) is BreakerState.CLOSED


TestAnyHistory = AnyHistory.TestCase
