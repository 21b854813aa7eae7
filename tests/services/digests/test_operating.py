"""``python -m bot digests`` and ``links``: what whoever runs the bot sees of a database that is in use."""

import json
from asyncio import to_thread
from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta

from bot.core.people import SlackUser
from bot.core.signin import KeepAlivePolicy
from bot.core.slots import next_due
from bot.core.subscription import State
from bot.ops.digests import as_json, history, list_digests, listed, show_history, show_status, status
from bot.ops.links import list_links
from bot.store import Where
from tests.services.digests.conftest import KEY, USER, Rig


async def others(rig: Rig, count: int, **changes: object) -> None:
    """The same digest for other people."""
    (mine,) = (await rig.store.subscriptions.get(1),)
    assert mine is not None
    for number in range(count):
        owner = SlackUser("T1", f"UX{len(await listed_ids(rig)) + number}")
        new = replace(mine, id=0, owner=owner, **changes)  # type: ignore[arg-type]
        due = next_due(new.schedule, new.zone, rig.clock.now())
        await rig.store.subscriptions.put(new, due)


async def listed_ids(rig: Rig) -> list[int]:
    return [row[0] for row in await rig.store.db.rows("SELECT id FROM subscriptions")]


def text(lines: Iterator[str]) -> str:
    return "\n".join(lines)


async def test_a_bot_with_nothing_to_do(rig: Rig, database: Where) -> None:
    shown = text(show_status(await to_thread(status, database, KEY, rig.clock.now()), 240))
    assert shown.splitlines() == [
        "2026-11-16 00:00 UTC",
        "Subscriptions  0 on, 0 off, 0 paused; 0 of those on are snoozed",
        "Due now        none",
        "Under way      none",
        "Last 24 hours  0 ended",
        "Next hour      none",
    ]


async def test_everything_at_a_glance(rig: Rig, database: Where) -> None:
    """One posted late, one in doubt, one paused, one off, one snoozed, and a load ahead."""
    await rig.subscribe(time(8), time(14))
    await rig.at(8)
    rig.crm.happen(1)
    await rig.at(14, 30)
    await others(rig, 1, state=State.OFF)
    await others(rig, 1, state=State.PAUSED, reason="not-linked")
    await others(rig, 1, snoozed_until=rig.clock.now() + timedelta(days=2))
    await rig.at(7, 30, days=1)
    rig.crm.happen(2)
    rig.posts.fates = ["cut"]
    found = await to_thread(status, database, KEY, rig.clock.now())
    assert text(show_status(found, 1)).splitlines()[-1] == (
        "Next hour      2 in T1, at 07:00 2 of them: 2 min at the least"
    )
    await rig.at(8, 1, days=0)
    shown = text(
        show_status(await to_thread(status, database, KEY, rig.clock.now() + timedelta(minutes=4)), 240)
    )
    assert shown.splitlines() == [
        "2026-11-17 07:05 UTC",
        "Subscriptions  2 on, 1 off, 1 paused; 1 of those on are snoozed",
        "  paused       1 not-linked",
        "Due now        none",
        "Under way      1, the oldest for 5 min; 1 in doubt",
        "  waited for   1 slack:TimeoutError",
        "Last 24 hours  2 ended",
        "               1 posted",
        "               1 skipped: snoozed",
        "  late         1, the latest by 30 min",
        "Next hour      none",
    ]
    told = json.loads(as_json(await to_thread(status, database, KEY, rig.clock.now())))
    assert (told["states"], told["claimed"], told["latest"]) == ({"on": 2, "off": 1, "paused": 1}, 1, 1800)


async def test_the_list_begins_with_those_that_need_somebody(rig: Rig, database: Where) -> None:
    await rig.subscribe()
    await others(rig, 1)
    await others(rig, 1, state=State.PAUSED, reason="account_inactive")
    await rig.store.db.execute("UPDATE subscriptions SET sealed_filter = ? WHERE user = 'UX1'", (b"\x00",))
    found = await to_thread(listed, database, KEY, rig.clock.now())
    lines = list(list_digests(found))
    assert lines[0].startswith("3 digests.")
    assert lines[1] == "  T1/UX2  paused: account_inactive  08:00 weekdays  (Europe/Oslo)  none yet"
    assert lines[2] == "  T1/U1  on  08:00 weekdays  (Europe/Oslo)  next 2026-11-16 07:00  none yet"
    assert [standing["owner"]["user"] for standing in json.loads(as_json(found))] == ["UX2", "U1", "UX1"]


async def test_what_failed_within_a_day_is_listed_before_the_others(rig: Rig, database: Where) -> None:
    await rig.subscribe()
    await others(rig, 1)
    await rig.store.db.execute("UPDATE subscriptions SET user = 'U0', target = 'U0' WHERE id = 2")
    row = "INSERT INTO ledger SELECT 9, 1, 'T1', '2026-11-15', 1, {0}, {0}, 'failed', 'crm-timed-out', '', "
    row = row.format(round((rig.clock.now() - timedelta(hours=23)).timestamp() * 1e6))
    assert [each.id for each in await to_thread(listed, database, KEY, rig.clock.now())] == [2, 1]
    await rig.store.db.execute(row + "1, 0, NULL, 0, '', '', NULL, NULL, 0, 0, NULL")
    for later, order in ((0, [1, 2]), (2, [2, 1])):
        found = await to_thread(listed, database, KEY, rig.clock.now() + timedelta(hours=later))
        assert [each.id for each in found] == order


async def test_the_history_of_one_user_names_ids_alone(rig: Rig, database: Where) -> None:
    await rig.subscribe()
    rig.crm.happen(1)
    await rig.at(8)
    (found,) = await to_thread(history, database, KEY, USER, 20)
    (row,) = found.slots
    line = (
        "  2026-11-16 #1  due 2026-11-16 07:00, posted 0 s later  companies: 1  messages: 1  DU1 1"
        "  covers 2026-11-13 07:00 to 2026-11-16 07:00"
    )
    assert text(show_history([found])).splitlines() == [
        "T1/U1  on  08:00 weekdays  (Europe/Oslo)  next 2026-11-17 07:00",
        line,
    ]
    told = as_json([found])
    assert json.loads(told)[0]["slots"][0]["outcome"] == "posted"
    assert row.key not in told
    assert row.key not in text(show_history([found]))
    assert await to_thread(history, database, KEY, SlackUser("T1", "U2"), 20) == []


async def test_links_say_whom_a_digest_keeps_signed_in(rig: Rig, database: Where) -> None:
    await rig.subscribe()
    now = rig.clock.now()

    def links(hours: int = 0) -> list[str]:
        return list(list_links(database, KEY, KeepAlivePolicy(), now + timedelta(hours=hours)))

    first, line, _ = await to_thread(links)
    assert "good until" in line
    assert first.startswith("1 linked, 0 of them signed out, 1 with a digest.")
    assert line.endswith("kept alive for a digest")
    await rig.store.db.execute("UPDATE subscriptions SET state = 'off'")
    first, line, _ = await to_thread(links, 7)
    assert "0 with a digest" in first
    assert "digest" not in line
    assert "over since" in line, "though nobody could find out"
