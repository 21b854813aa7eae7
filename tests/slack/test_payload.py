"""What buttons and menus carry, and what comes back of it."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.filters import Style
from bot.core.requests import (
    Ask,
    AskWhyHidden,
    AskWhyShown,
    Confirm,
    Decline,
    Mute,
    Page,
    PressAnothers,
    Share,
    Unmute,
    Unshare,
    Wish,
)
from bot.core.typed.command import MAX_LINE
from bot.core.window import Mark, Window
from bot.slack.carried import Asked, block_id, marks, owned
from bot.slack.guard import UNREADABLE
from bot.slack.markup import as_typed
from bot.slack.payload import pressed, typed

KIANNA = "U0SELLER"
MOMENTS = st.none() | st.datetimes(datetime(1970, 1, 1), datetime(2300, 1, 1), timezones=st.just(UTC))
MARKS = st.builds(Mark, MOMENTS, st.integers(0, 2**31 - 1))
ASKED = st.builds(
    Asked,
    st.text(max_size=MAX_LINE),
    st.builds(
        Page,
        st.integers(0, 100_000),
        st.none() | st.builds(Window, MOMENTS, MOMENTS),
        st.none() | st.sampled_from(Style),
        st.none() | MARKS,
    ),
)
WINDOW = Window(datetime(2026, 11, 15, 23, tzinfo=UTC), datetime(2026, 11, 19, 8, tzinfo=UTC))
SHOWN = (Mark(datetime(2026, 11, 18, 7, 30, tzinfo=UTC), 726), Mark(None, 9))
PAGE = Page(10, WINDOW, Style.TABLE, SHOWN[0])
LINE = "since monday by:me"


@given(ASKED)
def test_a_question_comes_back_as_it_was(asked: Asked) -> None:
    assert Asked.decode(asked.encode()) == asked


@given(ASKED, st.integers(0, 99))
def test_a_blocks_id_holds_any_question(asked: Asked, number: int) -> None:
    assert len(block_id(number, owned("U0123456789AB", asked.encode()))) <= 255


@given(st.text())
def test_junk_is_an_error_that_the_guard_knows(value: str) -> None:
    with suppress(*UNREADABLE):
        Asked.decode(value)


def type_(text: str, command: str = "/superoffice") -> Wish:
    """What a typed command asks for."""
    body = {"team_id": "T1", "user_id": KIANNA, "channel_id": "C1", "command": command, "text": text}
    return typed({**body, "response_url": "https://slack.example/response", "trigger_id": "1.2.3"}).wish


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ("since monday", "since monday"),
        ("by:<@U123|ida>", "by:@ida"),
        ("by:<@U123>", "by:@U123"),
        ("by:<@U123|>", "by:@U123"),
        (f"not:<@{KIANNA}|kianna>", "not:me"),
        ("<#C1|general>", "#general"),
        ("<#C1|>", "#C1"),
        ("<!here>", "@here"),
        ("<!channel|channel>", "channel"),
        ("<!subteam^S1|@sales>", "@sales"),
        ("<!date^1^{date}|today>", "today"),
        ("<https://x.example/a?b=1&amp;c|x.example>", "x.example"),
        ("<https://x.example/a?b=1&amp;c>", "https://x.example/a?b=1&c"),
        ("<mailto:ida@example.com|ida@example.com>", "ida@example.com"),
        ('category:"R&amp;D &lt;old&gt;"', 'category:"R&D <old>"'),
        ("&amp;lt;@U123&amp;gt;", "&lt;@U123&gt;"),
        ("&lt;@U123|ida&gt;", "<@U123|ida>"),
        ("/superoffice today", "today"),
        ("superoffice since monday", "since monday"),
        ("/SuperOffice", ""),
        ("superofficer", "superofficer"),
    ],
)
def test_what_slack_put_into_the_text_is_undone(sent: str, text: str) -> None:
    assert type_(sent) == Ask(text)


def test_a_verb_of_the_commands_name_stays_a_verb() -> None:
    assert type_("today", "/today") == Ask("today")
    assert type_("/today week", "/today") == Ask("week")


@given(st.text(alphabet="<>@#!|&;amptl U1", max_size=30), st.text())
def test_any_text_is_undone_once(text: str, typist: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert as_typed(escaped, typist) == text
    as_typed(text, typist)


def press(action: str, value: str = "", *, option: str = "", user: str = KIANNA) -> dict[str, Any]:
    """A press of a button, or with ``option`` of a menu, whose block's id is ``value``."""
    pressed_: dict[str, Any] = {"action_id": action, "block_id": value}
    pressed_ |= {"selected_option": {"value": option}} if option else {"value": value}
    return {
        "team": {"id": "T1"},
        "user": {"id": user},
        "channel": {"id": "C1"},
        "trigger_id": "1.2.3",
        "response_url": "https://slack.example/response",
        "actions": [pressed_],
    }


ENCODED = owned(KIANNA, Asked(LINE, PAGE).encode())
SHARE = owned(KIANNA, f"{marks(*SHOWN)}|{Asked(LINE, PAGE).encode()}")
ID = block_id(3, ENCODED)


@pytest.mark.parametrize(
    ("body", "wish", "replaces"),
    [
        (press("page.next", ENCODED), Ask(LINE, PAGE), True),
        (press("page.plain", ENCODED), Ask(LINE, PAGE), True),
        (press("again", ENCODED), Ask(LINE, PAGE), True),
        (press("why", ENCODED), AskWhyHidden(LINE, PAGE), False),
        (
            press("share", owned(KIANNA, f"{marks(*SHOWN)}|{Asked(LINE, PAGE).encode()}")),
            Share(LINE, PAGE, SHOWN),
            False,
        ),
        (press("unshare", owned(KIANNA, "C1 1.2")), Unshare("C1", "1.2"), True),
        (press("mute", owned(KIANNA, "726:A: B")), Mute(726, "A: B"), False),
        (press("unmute", owned(KIANNA, "726")), Unmute(726), True),
        (press("unlink", owned(KIANNA)), Confirm(), True),
        (press("keep", owned(KIANNA)), Decline(), True),
        (press("row", ID, option="why:726"), AskWhyShown(LINE, PAGE, 726), False),
        (press("row", ID, option="mute:726:A: B"), Mute(726, "A: B"), False),
        (press("view", ID, option="compact"), Ask(LINE, Page(10, WINDOW, Style.COMPACT, SHOWN[0])), True),
        (press("view", ID, option="refresh"), Ask(LINE, PAGE), True),
    ],
)
def test_a_press_asks_for(body: dict[str, Any], wish: Wish, replaces: bool) -> None:
    request = pressed(body)
    assert request
    assert (request.wish, request.pressed, request.replace) == (wish, True, replaces)
    body["user"]["id"] = "U0OTHER"
    others = pressed(body)
    assert others
    assert (others.wish, others.replace) == (PressAnothers(), False)
    body["user"]["id"] = KIANNA


def test_what_slack_opens_itself_asks_for_nothing() -> None:
    assert pressed(press("row", ID, option="open")) is None


@pytest.mark.parametrize(
    "body",
    [
        press("page.next", "junk"),
        press("page.next", owned(KIANNA, "-|x|||today")),
        press("page.next", owned(KIANNA, "-|0||z|today")),
        press("page.next", owned(KIANNA, "-|0|junk||today")),
        press("page.next", owned(KIANNA, "-|0|1.~||today")),
        press("page.next", f"2|{KIANNA}|-|0|||today"),
        press("page.next", owned("", "-|0|||today")),
        press("share", owned(KIANNA, "-|0|||today")),
        press("mute", owned(KIANNA, "726")),
        press("row", "no tilde", option="why:1"),
        press("row", ID, option="why:x"),
        press("view", ID, option="upside-down"),
        press("unmute", owned(KIANNA, "x")),
        press("unshare", owned(KIANNA, "C1")),
    ],
)
def test_what_is_not_as_we_made_it_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(UNREADABLE):
        pressed(body)
