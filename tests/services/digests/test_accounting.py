"""What whoever runs the bot can see of digests afterwards: what is counted, and what is written down."""

from datetime import timedelta

import pytest

from bot.core.audit import AuditAction
from bot.core.subscription import Outcome, State
from tests.services.digests.conftest import MONDAY, USER, Rig
from tests.sqlite import connection
from tests.test_metrics import samples


async def test_every_end_is_counted_and_how_late_a_digest_came(rig: Rig) -> None:
    await rig.subscribe()
    await rig.at(8)
    rig.crm.happen(1)
    rig.posts.fates = ["later"]
    await rig.at(9, days=3)
    await rig.later(minutes=2)
    assert samples(rig.metrics, "digests_total") == {
        ("skipped", "nothing"): 1,
        ("skipped", "late"): 2,
        ("posted", ""): 1,
    }
    assert samples(rig.metrics, "digest_late_seconds_sum") == {(): 62 * 60}


async def test_slacks_many_words_are_counted_as_one(rig: Rig) -> None:
    await rig.subscribe()
    rig.crm.happen(1)
    rig.posts.fates = ["refused"]
    await rig.at(8)
    assert samples(rig.metrics, "digests_total") == {("failed", "slack"): 1}
    assert samples(rig.metrics, "digest_late_seconds_count") == {(): 0}


async def test_the_queue_is_what_is_due_and_what_is_under_way(rig: Rig) -> None:
    await rig.subscribe()
    rig.crm.happen(1)
    await rig.made.waves.tick()
    assert rig.made.waves.waiting() == 0
    rig.clock.time = MONDAY + timedelta(hours=7)
    await rig.made.waves.tick()
    assert rig.made.waves.waiting() == 1, "due"
    rig.posts.fates = ["later"]
    await rig.go()
    await rig.made.waves.tick()
    assert rig.made.waves.waiting() == 1, "claimed, and waits"
    await rig.later(minutes=2)
    await rig.made.waves.tick()
    assert rig.made.waves.waiting() == 0


async def test_a_pause_is_written_down(rig: Rig) -> None:
    await rig.subscribe()
    rig.crm.happen(1)
    rig.posts.fates = ["refused"]
    await rig.at(8)
    (recorded,) = await rig.store.audit.all()
    deed = recorded.deed
    assert (deed.at, deed.action) == (rig.clock.now(), AuditAction.DIGEST_PAUSED)
    assert (deed.by, deed.to, deed.what, deed.why) == (None, USER, "", "account_inactive")


@pytest.mark.sqlite
async def test_a_filter_that_does_not_open_pauses_its_digest_and_is_written_down(rig: Rig) -> None:
    await rig.subscribe()
    connection(rig.store).execute("UPDATE subscriptions SET sealed_filter = x'00'")
    await rig.at(8)
    ((state, since),) = connection(rig.store).execute("SELECT state, since FROM subscriptions").fetchall()
    assert (state, since) == (State.PAUSED, round(rig.clock.now().timestamp() * 1e6))
    (recorded,) = await rig.store.audit.all()
    assert (recorded.deed.to, recorded.deed.why) == (USER, "seal-broken")
    (row,) = await rig.rows()
    assert (row.outcome, row.reason) == (Outcome.FAILED, "seal-broken"), "a miss is never silent"
