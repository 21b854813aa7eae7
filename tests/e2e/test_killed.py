"""A real bot is killed at each marked point of a delivery, and at random: none is doubled, none is lost."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.demo.slack.workspace import Message
from tests.e2e.killing import Killing, killing
from tests.e2e.zygote import MARKS

Record = Callable[[str, object], None]

#: What only happens to a row that was left lying; the last three where the bot may look.
LATER = ("take>", "find<", "find>", "unsent<", "unsent>")


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    """How often it is killed in each test."""
    return int(request.config.getoption("--kills"))


async def kill_again_and_again(world: Killing, times: int, *, may_look: bool) -> None:
    """Days, each with some kills until its digests are through. Where it may not look, each third is calm."""
    marks = [mark for mark in MARKS if mark not in LATER]
    later = [*marks, *LATER, *LATER] if may_look else [*marks, *LATER[:2]]
    while world.kills.total() < times:
        await world.next_day()
        if may_look or world.day % 3:
            died = await kill_first(world, marks[world.day % len(marks)])
            while died and world.wait_for_what_waits() and world.random.random() < 0.7:
                mark = world.random.choice(later)
                died = await world.kill_while_it_recovers(mark, world.random.choice((0, 0, 1)))
        await world.recover()


async def kill_first(world: Killing, mark: str) -> bool:
    match world.random.randrange(6):
        case 0:
            return await world.kill_as_slack_accepts()
        case 1:
            return await world.kill_any_time()
        case _:
            return await world.kill_at(mark, world.random.choice((0, 0, 1, 2, 4)))


@pytest.mark.long
async def test_with_the_right_to_look_none_is_doubled_and_none_is_lost(
    memory: Path, kills: int, record_property: Record
) -> None:
    async with killing(memory, may_look=True, seed=1) as world:
        await kill_again_and_again(world, kills, may_look=True)
        record_property("kills", str(world.kills))
        assert world.doubled() == []
        told = world.told()
        assert [what for what in world.happened if len(told[what]) != 1] == []
        assert len(told) == len(world.happened)
        assert {(row["outcome"], row["reason"]) for row in world.rows()} == {("posted", "")}
        assert_each_row_names_its_message(world)


@pytest.mark.long
async def test_without_it_each_loss_is_uncertain_and_told_next_time_with_a_mark(
    memory: Path, kills: int, record_property: Record
) -> None:
    async with killing(memory, may_look=False, seed=2) as world:
        await kill_again_and_again(world, kills, may_look=False)
        while world.day % 3:
            await world.next_day()
            await world.recover()
        record_property("kills", str(world.kills))
        assert world.doubled() == []
        told = world.told()
        assert [what for what in world.happened if not told[what]] == []
        outcomes = {(row["outcome"], row["reason"]) for row in world.rows()}
        assert outcomes == {("posted", ""), ("uncertain", "missing-scope")}
        assert_each_row_names_its_message(world)
        uncertain = {row["key"] for row in world.rows() if row["outcome"] == "uncertain"}
        marked = {key(each) for each in world.posts() if "may have been told before" in str(each.blocks)}
        for messages in told.values():
            *before, last = map(key, messages)
            assert set(before) <= uncertain
            assert not before or last in marked


@pytest.mark.long
async def test_a_channel_is_told_once_of_what_each_who_shares_sees(
    memory: Path, kills: int, record_property: Record
) -> None:
    """One digest of four views, a headline and its thread: far fewer kills do."""
    async with killing(memory, may_look=True, seed=3, channel="C0GENERAL") as world:
        await kill_again_and_again(world, kills // 8, may_look=True)
        record_property("kills", str(world.kills))
        assert world.doubled() == []
        told = world.told_to_the_team()
        assert [what for _, *what in world.happened if told[what[0], what[1]] != 1] == []
        assert len(told) == len(world.happened)
        rows = world.rows()
        assert {(row["outcome"], row["reason"]) for row in rows} == {("posted", "")}
        headlines = [each for each in world.posts() if each.thread_ts is None]
        assert len(headlines) == len(rows) == world.day
        assert_each_row_names_its_message(world)


def assert_each_row_names_its_message(world: Killing) -> None:
    messages = {message.ts: message for message in world.posts()}
    for row in world.rows():
        assert row["outcome"] != "posted" or key(messages[row["ts"]]) == row["key"]


def key(message: Message) -> str:
    return str((message.metadata or {})["event_payload"]["key"])
