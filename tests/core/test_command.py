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
    ListFilters,
    RemoveFilter,
    SaveFilter,
    ShowActivity,
    ShowMe,
    ShowMuted,
    UnlinkMe,
    Verb,
    parse,
)
from bot.core.errors import BadCommand, Problem
from bot.core.filters import Filter
from bot.core.filtertext import KEYS, Key, read_filters
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
        ("muted", ShowMuted()),
        ("by:me", ShowActivity(Today(), Filter(by=("me",)))),
        ("since monday top:5", ShowActivity(Since(Weekday(0)), Filter(top=5))),
        ("top:5 since monday", ShowActivity(Since(Weekday(0)), Filter(top=5))),
        ("by:Me week", ShowActivity(Week(), Filter(by=("me",)))),
        ("catchup, NOT : me", ShowActivity(LastLogout(), Filter(not_by=("me",)))),
        ("filter:vip", ShowActivity(Today(), Filter(saved="vip"))),
        ("filter : VIP", ShowActivity(Today(), Filter(saved="vip"))),
        ("filter", ListFilters()),
        ("filters list", ListFilters()),
        ("filter save VIP not:me", SaveFilter("vip", Filter(not_by=("me",)))),
        ("Filter Remove vip", RemoveFilter("vip")),
        ("filter delete “vip”", RemoveFilter("vip")),
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
        ("sinc monday", Problem("unknown-verb", "sinc monday", "since monday")),
        ("since by:me", Problem("since-what", "since", "since monday")),
        ("me top:3", Problem("takes-no-filters", "me", "me")),
        ("today by:Ida Holm", Problem("without-quotes", "by:Ida Holm", 'by:"Ida Holm"', part=True)),
        ("by:Ida Holm", Problem("without-quotes", "by:Ida Holm", 'by:"Ida Holm"', part=True)),
        ("today by:@ida", Problem("slack-name", "by:@ida")),
        ("not:@ida", Problem("slack-name", "not:@ida")),
        ("x" * 181, Problem("too-long", "180")),
        ("filter sav vip", Problem("filter-what", "filter sav vip", "filter save")),
        ("filter save vip", Problem("no-filter", nearest="filter save vip not:me")),
        ("filter save", Problem("no-filter", nearest="filter save vip not:me")),
        ("filter save v:p not:me", Problem("filter-name", "v:p", "filter save vip not:me")),
        ("filter remove", Problem("filter-name", "", "filter remove vip")),
        (
            "filter save vip category:VIP Customer",
            Problem("without-quotes", "category:VIP Customer", 'category:"VIP Customer"', part=True),
        ),
        (
            "filter save vip today",
            Problem("not-a-filter", "today", known=tuple(key.usage for key in KEYS)),
        ),
    ],
)
def test_says_what_is_wrong_and_what_is_near(typed: str, problem: Problem) -> None:
    with pytest.raises(BadCommand) as caught:
        parse(typed)
    assert caught.value.problems == (problem,)


def test_all_that_is_wrong_comes_at_once() -> None:
    with pytest.raises(BadCommand) as caught:
        parse("since mondy actoin:created action:creatd top:many")
    assert [(problem.given, problem.nearest) for problem in caught.value.problems] == [
        ("mondy", "since monday"),
        ("actoin:", "action:created"),
        ("creatd", "action:created"),
        ("top:many", "top:20"),
    ]


@given(st.text())
def test_any_text_is_a_command_or_a_problem(text: str) -> None:
    try:
        parse(text)
    except BadCommand as error:
        assert error.problems


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_verb_is_explained_and_its_examples_work(verb: Verb) -> None:
    assert has_sentence(f"verb.{verb.name}")
    assert has_sentence(f"verb.{verb.name}.more")
    for example in verb.examples:
        parse(example)


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_every_filter_is_explained_and_its_examples_work(key: Key) -> None:
    assert has_sentence(f"filter.{key.name}")
    for example in key.examples:
        assert not read_filters(example).problems


def test_no_name_is_taken_twice() -> None:
    names = [name for verb in VERBS for name in (verb.name, *verb.aliases)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_what_is_suggested_works(verb: Verb) -> None:
    with pytest.raises(BadCommand) as caught:
        parse(f"{verb.name}x")
    (problem,) = caught.value.problems
    assert problem.nearest == verb.name
