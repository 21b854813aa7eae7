"""While hundreds of digests are on their way, at Slack's own pace, a command is answered at once.

And thousands go as fast as Slack's limits let them, a few answers held at a time.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest

from bot.app import duties
from bot.core.secret import Secret
from tests.bench.memory import held
from tests.bench.pace import pace, subscribe
from tests.e2e.conftest import KEY, Start
from tests.e2e.test_main_job import said
from tests.sqlite import opened

COUNT, SECONDS = 600, 20


@pytest.mark.long
async def test_a_command_is_answered_at_once_during_a_wave(
    start: Start, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    monkeypatch.setattr(duties, "DIGESTS", timedelta(seconds=0.5))
    async with start() as world:
        await world.link()
        rates = world.slack.enforce_limits()
        world.crm.faults.set("GetMyActiveContacts", delay=0.2)
        with opened(world.database, Secret(KEY)) as store:
            await subscribe(store, world.crm, world.slack, datetime.now(UTC), COUNT)
        began, took = monotonic(), list[float]()
        while monotonic() - began < SECONDS:
            asked = monotonic()
            answer = await world.ask("since 3d")
            took.append(monotonic() - asked)
            assert "companies" in said(answer)
        sent = [message for message in world.slack.messages() if message.metadata]
        record_property("commands", f"{len(took)}, at most {max(took):.2f} s, beside {len(sent)} digests")
        assert len(sent) > SECONDS * 3
        assert not rates.refused["chat.postMessage"]
        assert max(took) < 2


@pytest.mark.long
def test_a_wave_takes_hardly_longer_than_slacks_limits_need(
    record_property: Callable[[str, object], None],
) -> None:
    """Were the bot's work done in no time: what it does take is measured by `make bench`."""
    found = pace(2_000, work=False)
    record_property("wave", f"{found.taken:.0f} s, {found.times:.3f} of what the limits need")
    assert not found.refused
    assert 0.95 < found.times <= 1.05


@pytest.mark.long
def test_a_wave_holds_a_few_answers_however_much_is_due(
    record_property: Callable[[str, object], None],
) -> None:
    found = held(100_000, 600)
    more = found.peak - found.idle
    record_property("held", f"{found.answers} answers, {more:.1f} MiB more than before")
    assert 0 < found.answers <= 16
    assert more <= 20
