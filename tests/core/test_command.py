"""What people type."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.command import (
    VERBS,
    Command,
    Help,
    LinkMe,
    ShowActivity,
    ShowMe,
    UnlinkMe,
    Verb,
    normalise,
    parse,
)
from bot.core.errors import BadCommand, Problem
from bot.core.period import LastLogout, On, Since, Today, Week, Weekday, Yesterday
from bot.text import has_sentence


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("", ShowActivity(Today())),
        ("  \u00a0", ShowActivity(Today())),
        ("today", ShowActivity(Today())),
        ("Yesterday", ShowActivity(Yesterday())),
        ("WEEK", ShowActivity(Week())),
        ("catchup", ShowActivity(LastLogout())),
        ("catch-up", ShowActivity(LastLogout())),
        ("catch—up", ShowActivity(LastLogout())),
        ("since monday", ShowActivity(Since(Weekday(0)))),
        ("since  Mon,", ShowActivity(Since(Weekday(0)))),
        ("since\u00a0monday", ShowActivity(Since(Weekday(0)))),
        ("since 2026\u201311\u201301", ShowActivity(Since(On(date(2026, 11, 1))))),
        ("since today", ShowActivity(Today())),
        ("link", LinkMe()),
        ("connect", LinkMe()),
        ("unlink", UnlinkMe()),
        ("me", ShowMe()),
        ("help", Help()),
        ("help since", Help("since")),
        ("help signin", Help("link")),
    ],
)
def test_reads(typed: str, command: Command) -> None:
    assert parse(typed) == command


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("tody", Problem("unknown-verb", "tody", "today")),
        ("monday", Problem("unknown-verb", "monday", "since monday")),
        ("3d", Problem("unknown-verb", "3d", "since 3d")),
        ("<!channel>", Problem("unknown-verb", "<!channel>")),
        ("today please", Problem("takes-nothing", "today please", "today")),
        ("since", Problem("since-what", "since", "since monday")),
        ("since mondy", Problem("unknown-when", "mondy", "since monday")),
        ("since 25:00", Problem("unknown-when", "25:00")),
        ("since last week", Problem("unknown-when", "last week", "since 7d")),
        ("last week", Problem("unknown-verb", "last week", "since 7d")),
        ("since 8am", Problem("unknown-when", "8am", "since 08:00")),
        ("since 12:30 am", Problem("unknown-when", "12:30 am", "since 00:30")),
        ("since 1.11.2026", Problem("unknown-when", "1.11.2026", "since 2026-11-01")),
        ("since an hour ago", Problem("unknown-when", "an hour ago", "since 1h")),
        ("help digest?", Problem("unknown-verb", "digest?")),
    ],
)
def test_says_what_is_wrong_and_what_is_near(typed: str, problem: Problem) -> None:
    with pytest.raises(BadCommand) as caught:
        parse(typed)
    assert caught.value.problems == (problem,)


@given(st.text())
def test_any_text_is_a_command_or_a_problem(text: str) -> None:
    try:
        parse(text)
    except BadCommand as error:
        assert error.problems


@given(st.text())
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_verb_is_explained_and_its_examples_work(verb: Verb) -> None:
    assert has_sentence(f"verb.{verb.name}")
    assert has_sentence(f"verb.{verb.name}.more")
    for example in verb.examples:
        parse(example)


def test_no_name_is_taken_twice() -> None:
    names = [name for verb in VERBS for name in (verb.name, *verb.aliases)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_what_is_suggested_works(verb: Verb) -> None:
    with pytest.raises(BadCommand) as caught:
        parse(f"{verb.name}x")
    (problem,) = caught.value.problems
    assert problem.nearest == verb.name
