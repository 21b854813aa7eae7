"""Posting digests at most once, and finding them again: against the demo's Slack, over real sockets."""

import logging
import socket
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from bot.core.errors import MissingScope, SlackFailed
from bot.core.posting import Unpostable
from bot.core.replies import Kept
from bot.core.secret import Secret
from bot.demo.slack import Slack
from bot.metrics import PrometheusMetrics
from bot.services.ports import Place, Posted, PostKey, Posts
from bot.slack.limits import PostLimits
from bot.slack.posts import SlackPosts
from bot.slack.workspaces import Workspaces
from tests.conftest import NOW, StoppedClock
from tests.slack.replies import READER

KEY = PostKey("k3y_of-the-claim", 0)
DIRECT = Place(Slack.team, Slack.seller.id)
PUBLIC = Place(Slack.team, "C0GENERAL")
PRIVATE = Place(Slack.team, "C0SALES")
SCOPES = {"im:history", "channels:history", "groups:history"}

everywhere = pytest.mark.parametrize("place", [DIRECT, PUBLIC, PRIVATE], ids=["direct", "public", "private"])


@pytest.fixture
def slack(slack: Slack) -> Slack:
    """With the optional scopes."""
    slack.api.scopes.update(SCOPES)
    return slack


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """The one session; it is not patient."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session:
        yield session


@pytest.fixture
def limits(clock: StoppedClock) -> PostLimits:
    """The limits, on a clock that moves when somebody sleeps."""

    async def sleep(seconds: float) -> None:
        clock.move(seconds=seconds)

    return PostLimits(240, lambda: clock.now().timestamp(), sleep)


@pytest.fixture
def metrics() -> PrometheusMetrics:
    """What is counted."""
    return PrometheusMetrics()


@pytest.fixture
def posts(workspaces: Workspaces, limits: PostLimits, metrics: PrometheusMetrics) -> Posts:
    """The bot's way to post."""
    return SlackPosts(workspaces.client, limits, "/superoffice", metrics)


async def post(posts: Posts, place: Place, key: PostKey = KEY) -> Posted:
    """Post something."""
    await posts.ready(place)
    return await posts.post(place, Kept(), READER, key)


async def refused(posts: Posts, place: Place = PUBLIC) -> SlackFailed:
    """How a post fails."""
    with pytest.raises(SlackFailed) as caught:
        await post(posts, place)
    return caught.value


# ---------------------------------------------------------------- posting


@everywhere
async def test_a_message_stands_where_it_was_to_go(slack: Slack, posts: Posts, place: Place) -> None:
    posted = await post(posts, place)
    (message,) = slack.messages()
    assert posted == (message.channel, message.ts)
    assert message.metadata == {"event_type": "digest", "event_payload": {"key": KEY.key, "part": 0}}
    assert message.extra == {"unfurl_links": False, "unfurl_media": False}
    assert message.blocks
    assert slack.messages(posted.channel, Slack.seller) == [message]
    assert slack.calls("conversations.open") == [], "a user's id will do"


async def test_later_parts_stand_in_the_thread(slack: Slack, posts: Posts) -> None:
    rates = slack.enforce_limits()
    first = await post(posts, DIRECT)
    second = await post(posts, DIRECT._replace(thread=first.ts), PostKey(KEY.key, 1))
    third = await post(posts, Place(Slack.team, first.channel, first.ts), PostKey(KEY.key, 2))
    assert [message.thread_ts for message in slack.direct_messages()] == [None, first.ts, first.ts]
    assert first.channel == second.channel == third.channel
    assert rates.refused == {}, "by either id it is one conversation"


PERMANENT = {
    "account_inactive": Unpostable.APP_REMOVED,
    "channel_not_found": Unpostable.CHANNEL_GONE,
    "invalid_auth": Unpostable.APP_REMOVED,
    "invalid_blocks": Unpostable.UNSENDABLE,
    "is_archived": Unpostable.ARCHIVED,
    "messages_tab_disabled": Unpostable.NOT_ALLOWED,
    "metadata_too_large": Unpostable.UNSENDABLE,
    "missing_scope": Unpostable.MISSING_SCOPE,
    "msg_blocks_too_long": Unpostable.UNSENDABLE,
    "not_in_channel": Unpostable.NOT_IN_CHANNEL,
    "restricted_action": Unpostable.NOT_ALLOWED,
    "restricted_action_read_only_channel": Unpostable.NOT_ALLOWED,
    "restricted_action_thread_only_channel": Unpostable.NOT_ALLOWED,
    "team_access_not_granted": Unpostable.APP_REMOVED,
    "token_expired": Unpostable.APP_REMOVED,
    "token_revoked": Unpostable.APP_REMOVED,
    "user_disabled": Unpostable.USER_GONE,
}


@pytest.mark.parametrize(("error", "why"), PERMANENT.items())
async def test_what_stays_so_says_what_is_to_be_mended(
    slack: Slack, posts: Posts, error: str, why: Unpostable
) -> None:
    slack.refuse(PUBLIC.channel, error)
    failed = await refused(posts)
    assert (failed.error, failed.permanent) == (error, why)
    assert not failed.in_doubt
    assert not failed.passing


@pytest.mark.parametrize("error", ["invalid_blocks", "msg_blocks_too_long"])
async def test_a_message_whose_blocks_slack_refuses_stands_there_as_its_text(
    slack: Slack, posts: Posts, error: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It tells the same in lines; else it would be owed again each time, and refused again."""
    slack.fail("chat.postMessage", error, times=1)
    posted = await post(posts, PUBLIC)
    (message,) = slack.messages()
    assert (posted.ts, message.blocks) == (message.ts, [])
    assert message.text
    assert message.metadata == {"event_type": "digest", "event_payload": {"key": KEY.key, "part": 0}}
    assert [vars(record)["action"] for record in caplog.records if record.levelno >= logging.WARNING] == [
        "slack.text-alone"
    ]


async def test_only_what_is_wrong_with_the_blocks_is_tried_without_them(slack: Slack, posts: Posts) -> None:
    slack.fail("chat.postMessage", "is_archived", times=1)
    assert (await refused(posts)).error == "is_archived"
    assert slack.messages() == []


async def test_a_channel_and_a_user_that_are_gone_are_told_apart(slack: Slack, posts: Posts) -> None:
    slack.refuse(Slack.seller, "channel_not_found")
    assert (await refused(posts, DIRECT)).permanent is Unpostable.USER_GONE
    assert (await refused(posts, Place(Slack.team, "C0BOARD"))).permanent is Unpostable.CHANNEL_GONE
    elsewhere = await refused(posts, Place("T0ELSEWHERE", "C0GENERAL"))
    assert elsewhere.permanent is Unpostable.APP_REMOVED


@pytest.mark.parametrize("error", ["message_limit_exceeded", "org_login_required", "team_added_to_org"])
async def test_what_passes_is_told_apart(slack: Slack, posts: Posts, error: str) -> None:
    slack.refuse(PUBLIC.channel, error)
    failed = await refused(posts)
    assert (failed.passing, failed.in_doubt, failed.permanent) == (True, False, None)


async def test_a_refusal_that_nobody_knows_is_neither(slack: Slack, posts: Posts) -> None:
    slack.refuse(PUBLIC.channel, "out_of_cheese")
    failed = await refused(posts)
    assert (failed.passing, failed.in_doubt, failed.permanent) == (False, False, None)


async def test_a_connection_that_was_never_made_passes(
    session: aiohttp.ClientSession, limits: PostLimits
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/api/"
        workspaces = Workspaces(Secret("xoxb-none"), url, session)
        workspaces._names[Slack.team] = "Demo"  # known since Slack last answered
        failed = await refused(SlackPosts(workspaces.client, limits, "/superoffice"))
    assert (failed.passing, failed.in_doubt, failed.permanent) == (True, False, None)


LOST: list[dict[str, Any]] = [
    {"delay": 4},
    {"cut": True},
    {"status": 500},
    {"status": 502},
    {"status": 503},
    {"error": "fatal_error"},
    {"error": "internal_error", "status": 500},
    {"error": "is_archived", "status": 500},
]


@pytest.mark.parametrize("performed", [True, False], ids=["posted", "not-posted"])
@pytest.mark.parametrize("how", LOST, ids=str)
async def test_what_was_lost_is_in_doubt_and_not_tried_again(
    slack: Slack, posts: Posts, how: dict[str, Any], performed: bool
) -> None:
    slack.fail("chat.postMessage", performed=performed, **how)
    failed = await refused(posts)
    assert (failed.in_doubt, failed.passing, failed.permanent) == (True, False, None)
    assert len(slack.calls("chat.postMessage")) == 1
    found = await posts.find(PUBLIC, KEY, NOW)
    assert (found is not None) == performed == bool(slack.messages())


async def test_a_429_is_told_and_everybody_waits(slack: Slack, posts: Posts, clock: StoppedClock) -> None:
    slack.rate_limit("chat.postMessage", retry_after=7)
    failed = await refused(posts)
    assert (failed.error, failed.passing, failed.retry_after) == ("ratelimited", True, 7)
    assert len(slack.calls("chat.postMessage")) == 1
    await post(posts, DIRECT)
    assert clock.now() - NOW == timedelta(seconds=7)


async def test_slack_s_own_limits_are_never_reached(slack: Slack, posts: Posts, clock: StoppedClock) -> None:
    rates = slack.enforce_limits(messages=240)
    for number in range(300):
        await post(posts, DIRECT if number % 10 else PUBLIC, PostKey(f"{number}"))
    assert rates.refused == {}
    slack.workspace.rates = None
    assert len(slack.messages()) == 300


# ---------------------------------------------------------------- finding


@everywhere
async def test_a_message_is_found_by_its_key_and_part(slack: Slack, posts: Posts, place: Place) -> None:
    posted = await post(posts, place)
    inside = place._replace(thread=posted.ts)
    second = await post(posts, inside, PostKey(KEY.key, 1))
    assert await posts.find(place, KEY, NOW) == posted
    assert await posts.find(inside, PostKey(KEY.key, 1), NOW) == second
    assert await posts.find(place, PostKey("another"), NOW) is None
    assert await posts.find(place, PostKey(KEY.key, 1), NOW) is None, "it stands in the thread"
    assert await posts.find(inside, PostKey(KEY.key, 2), NOW) is None


async def test_a_message_that_shows_late_is_found_late(
    slack: Slack, posts: Posts, clock: StoppedClock
) -> None:
    slack.workspace.lag = lambda: 30
    posted = await post(posts, DIRECT)
    assert await posts.find(DIRECT, KEY, NOW) is None
    clock.move(seconds=60)
    assert await posts.find(DIRECT, KEY, NOW) == posted


async def test_it_is_found_below_all_that_was_said_since(slack: Slack, posts: Posts) -> None:
    posted = await post(posts, PUBLIC)
    for number in range(1200):
        slack.say("C0GENERAL", f"{number}")
    assert await posts.find(PUBLIC, KEY, NOW) == posted
    assert len(slack.calls("conversations.history")) == 7, "200 a page"


async def test_the_latest_are_read_however_wrong_the_clock_is_and_no_more_of_yesterday(
    slack: Slack, posts: Posts, clock: StoppedClock
) -> None:
    posted = await post(posts, DIRECT)
    clock.move(hours=1)
    assert await posts.find(DIRECT, KEY, NOW + timedelta(minutes=4)) == posted
    assert await posts.find(DIRECT, KEY, NOW + timedelta(days=100)) == posted
    for number in range(200):
        slack.say("D0SELLER", f"{number}")
    assert await posts.find(DIRECT, KEY, NOW + timedelta(days=100)) is None
    assert await posts.find(DIRECT, KEY, NOW) == posted


async def test_a_message_that_was_deleted_with_its_thread_is_not_there(slack: Slack, posts: Posts) -> None:
    first = await post(posts, DIRECT)
    slack.workspace.change(first.ts, deleted=True)
    assert await posts.find(DIRECT._replace(thread=first.ts), PostKey(KEY.key, 1), NOW) is None


@everywhere
async def test_without_its_scope_nothing_is_known(slack: Slack, posts: Posts, place: Place) -> None:
    slack.api.scopes.difference_update(SCOPES)
    posted = await post(posts, place)
    for where in (place, place._replace(thread=posted.ts)):
        with pytest.raises(MissingScope):
            await posts.find(where, KEY, NOW)


@pytest.mark.parametrize(
    ("break_it", "passing", "permanent"),
    [
        (lambda slack: slack.fail("conversations.history", status=500), True, None),
        (lambda slack: slack.fail("conversations.history", delay=4), True, None),
        (lambda slack: slack.fail("conversations.open", "fatal_error"), True, None),
        (lambda slack: slack.rate_limit("conversations.history", retry_after=60), True, None),
        (lambda slack: slack.fail("conversations.open", "user_disabled"), False, Unpostable.USER_GONE),
    ],
)
async def test_what_breaks_while_looking_leaves_nothing_in_doubt(
    slack: Slack, posts: Posts, break_it: Callable[[Slack], None], passing: bool, permanent: Unpostable | None
) -> None:
    break_it(slack)
    with pytest.raises(SlackFailed) as caught:
        await posts.find(DIRECT, KEY, NOW)
    failed = caught.value
    assert (failed.in_doubt, failed.passing, failed.permanent) == (False, passing, permanent)
    assert not isinstance(failed, MissingScope)


# ---------------------------------------------------------------- counting


async def test_what_became_of_each_is_counted(slack: Slack, posts: Posts, metrics: PrometheusMetrics) -> None:
    await post(posts, PUBLIC)
    for how in ({"status": 500}, {"retry_after": 1}, {"error": "is_archived"}):
        slack.fail("chat.postMessage", **how)
        await refused(posts)
    await posts.find(PUBLIC, KEY, NOW)
    await posts.find(PUBLIC, PostKey("another"), NOW)
    slack.api.scopes.difference_update(SCOPES)
    with pytest.raises(MissingScope):
        await posts.find(PUBLIC, KEY, NOW)
    told = metrics.expose().decode()
    for outcome in ("posted", "in-doubt", "passing", "refused"):
        assert f'superoffice_slack_posts_total{{outcome="{outcome}"}} 1.0\n' in told
    for outcome in ("found", "absent", "may-not"):
        assert f'superoffice_slack_lookups_total{{outcome="{outcome}"}} 1.0\n' in told
