"""What people type."""

import contextlib
import inspect
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from types import FrameType

import hypothesis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.errors import BadCommand, Problem
from bot.core.filters import Filter
from bot.core.period import DayOfYear, LastLogout, On, Since, Today, Week, Weekday, Yesterday
from bot.core.typed.command import MAX_LINE, VERBS, parse, verb_named
from bot.core.typed.commands import (
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
)
from bot.core.typed.filterkeys import KEYS, Key
from bot.core.typed.filtertext import read_filters
from bot.core.typed.verb import Verb
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
        ("help action", Help("action")),
        ("help cat", Help("category")),
        ("help action:", Help("action")),
        ("help by:me", Help("by")),
        ("?", Help()),
        ("since:monday", ShowActivity(Since(Weekday(0)))),
        ("today:", ShowActivity(Today())),
        ("not:me since: monday", ShowActivity(Since(Weekday(0)), Filter(not_by=("me",)))),
        ("since 25.11.", ShowActivity(Since(DayOfYear(11, 25)))),
        ("since november 1, 2026", ShowActivity(Since(On(date(2026, 11, 1))))),
        ("mute", ShowMuted()),
        ("filter remove", RemoveFilter("")),
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
        ("<!channel>", Problem("unknown-verb", "<!channel>", "channel")),
        ("today please", Problem("takes-nothing", "today please", "today")),
        ("since", Problem("since-what", "since", "since monday")),
        ("since mondy", Problem("unknown-when", "mondy", "since monday")),
        ("since 25:00", Problem("unknown-when", "25:00", "since 01:00")),
        ("since 99.99.2026", Problem("unknown-when", "99.99.2026")),
        ("since 1.11", Problem("two-meanings", "1.11", "since 1 nov", other="since 01:11")),
        ("since 1.11.", Problem("two-meanings", "1.11", "since 1 nov", other="since 01:11")),
        ("since 3.12", Problem("two-meanings", "3.12", "since 3 dec", other="since 03:12")),
        ("since 8", Problem("two-meanings", "8", "since 08:00", other="since 8d")),
        ("since three days", Problem("unknown-when", "three days", "since 3 days")),
        ("since this week", Problem("unknown-when", "this week", "week")),
        ("this week", Problem("unknown-verb", "this week", "week")),
        ("month", Problem("unknown-verb", "month", "since 30d")),
        ("what happened today", Problem("unknown-verb", "what happened today", "today")),
        ("show me since 3d, please", Problem("unknown-verb", "show me since 3d please", "since 3d")),
        ("monday to friday", Problem("unknown-verb", "monday to friday", "since monday")),
        ("today since 3d", Problem("takes-nothing", "today since 3d", "today", other="since 3d")),
        ("today created", Problem("takes-nothing", "today created", "today action:created")),
        ("person added", Problem("unknown-verb", "person added", "today action:person-added")),
        ("table", Problem("unknown-verb", "table", "today style:table")),
        ("since 1.5d", Problem("unknown-when", "1.5d", "since 36h")),
        ("today top:1000", Problem("no-count", "top:1000", "top:500", part=True)),
        ("today top:5,10", Problem("given-twice", "top:", "top:5", part=True)),
        ("filter vip today", Problem("filter-what", "filter vip today", "today filter:vip")),
        ("since 0h", Problem("unknown-when", "0h", "since 1h")),
        ("since Mondy", Problem("unknown-when", "Mondy", "since monday")),
        ("Today Please", Problem("takes-nothing", "Today Please", "today")),
        ("whoami Now", Problem("takes-nothing", "whoami Now", "me")),
        ("mute Nordea", Problem("muted-by-menu", "mute Nordea", "muted")),
        ("unmute Nordea", Problem("muted-by-menu", "unmute Nordea", "muted")),
        ("/superoffice today", Problem("unknown-verb", "/superoffice today", "today")),
        ("/superoffice xyzzy", Problem("unknown-verb", "/superoffice xyzzy")),
        ("save vip not:me", Problem("unknown-verb", "save vip", "filter save vip not:me")),
        ("remove vip", Problem("unknown-verb", "remove vip", "filter remove vip")),
        ("help actoin", Problem("unknown-verb", "actoin", "help action")),
        ("help tody", Problem("unknown-verb", "tody", "help today")),
        ("since last week", Problem("unknown-when", "last week", "since 7d")),
        ("last week", Problem("unknown-verb", "last week", "since 7d")),
        ("since 8am", Problem("unknown-when", "8am", "since 08:00")),
        ("since 12:30 am", Problem("unknown-when", "12:30 am", "since 00:30")),
        ("since an hour ago", Problem("unknown-when", "an hour ago", "since 1 hour")),
        ("help digest?", Problem("unknown-verb", "digest?", "help digest")),
        ("sinc monday", Problem("unknown-verb", "sinc monday", "since monday")),
        ("since by:me", Problem("since-what", "since", "since monday")),
        ("me top:3", Problem("takes-no-filters", "me", "me")),
        ("today by:Ida Holm", Problem("without-quotes", "by:Ida Holm", 'by:"Ida Holm"', part=True)),
        ("by:Ida Holm", Problem("without-quotes", "by:Ida Holm", 'by:"Ida Holm"', part=True)),
        ("today by:@ida", Problem("slack-name", "by:@ida")),
        ("not:@ida", Problem("slack-name", "not:@ida")),
        (
            "by:Ida Holm today",
            Problem("without-quotes", "by:Ida Holm today", 'by:"Ida Holm" today', part=True),
        ),
        (
            "not:Ida Holm since monday",
            Problem("without-quotes", "not:Ida Holm since monday", 'not:"Ida Holm" since monday', part=True),
        ),
        (
            "category:Old Link",
            Problem("without-quotes", "category:Old Link", 'category:"Old Link"', part=True),
        ),
        ("by:Ida May", Problem("without-quotes", "by:Ida May", 'by:"Ida May"', part=True)),
        ("by:Ida monday", Problem("unknown-verb", "monday", "since monday")),
        (
            "by:Ida Holm, Per Olsen today",
            Problem(
                "without-quotes",
                "by:Ida Holm,Per Olsen today",
                'by:"Ida Holm","Per Olsen" today',
                part=True,
            ),
        ),
        ("not me", Problem("unknown-verb", "not me", "today not:me")),
        ("by Ida Holm", Problem("unknown-verb", "by Ida Holm", 'today by:"Ida Holm"')),
        ("week by me", Problem("takes-nothing", "week by me", "week by:me")),
        ("action=created", Problem("not-equals", "action=created", "action:created", part=True)),
        ('today by = "Ida Holm"', Problem("not-equals", 'by="Ida Holm"', 'by:"Ida Holm"', part=True)),
        ("x" * 181, Problem("too-long", "181")),
        ("filter sav vip", Problem("filter-what", "filter sav vip", "filter save vip not:me")),
        ("filters sav Vip by:me", Problem("filter-what", "filters sav Vip by:me", "filter save Vip by:me")),
        ("filter rename a b", Problem("filter-what", "filter rename a b", "filter save b filter:a")),
        ("filter vip", Problem("filter-what", "filter vip", "today filter:vip")),
        (
            "filter vip not:me",
            Problem(
                "filter-what",
                "filter vip not:me",
                "today filter:vip not:me",
                other="filter save vip not:me",
            ),
        ),
        ("filter not:me", Problem("filter-what", "filter not:me", "today not:me")),
        ("filter list x", Problem("takes-nothing", "filter list x", "filter list")),
        ("filter save not:me", Problem("filter-save-what", nearest="filter save my-filter not:me")),
        ("filter save “my vips” not:me", Problem("filter-name", '"my vips"', "filter save my-vips not:me")),
        ("filter save two words not:me", Problem("filter-name", "two words", "filter save two-words not:me")),
        ("filter remove my vips", Problem("filter-name", "my vips", "filter remove my-vips")),
        ("filter save vip", Problem("no-filter", nearest="filter save vip not:me")),
        ("filter save", Problem("filter-save-what", nearest="filter save vip not:me")),
        ("filter save v:p not:me", Problem("filter-name", "v:p", "filter save v-p not:me")),
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
    with pytest.raises(BadCommand) as caught:
        parse("since mondy by:Ida Holm top:many category:VIP filter:Nope")
    assert [problem.given for problem in caught.value.problems] == ["mondy", "by:Ida Holm", "top:many"]
    assert (caught.value.categories, caught.value.saved) == (("VIP",), "nope")


def test_of_what_lacks_its_quotes_nothing_more_is_said() -> None:
    with pytest.raises(BadCommand) as caught:
        parse("today category:prospect,VIP Customer")
    assert caught.value.categories == ("prospect",)


@pytest.mark.parametrize("word", ["since ", "today ", "a ", "by:Ida Holm ", "filter ", "save "])
def test_a_line_of_many_words_is_read_at_once(word: str) -> None:
    """What suggests a line reads lines: each must be shorter than the one before."""
    start = time.process_time()
    with contextlib.suppress(BadCommand):
        parse(word * (MAX_LINE // len(word)))
    assert time.process_time() - start < 1


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
    assert has_sentence(f"filter.{key.name}.more") or verb_named(key.name), "`help filter` is about the verb"
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
    assert problem.nearest.partition(" ")[0] == verb.name
    parse(problem.nearest)


WORDS = """
today yesterday since week catchup filter muted mute link unlink me help save remove list rename
tody sinc weak filtre savv actoin: action: action= category: by: not: top: style: filter: today:
vip my-vips v:p 'my “my vips” VIP Customer Ida Holm @ida me others creatd person added zzz
mondy last this three days ago 1.11 1.11. 25.11 1/11/2026 2026-02-30 99.99.2026 25:00 8 3m 0h
by not top category
1 nov november morning tomorrow weekend month on , . /superoffice ? not:me by:me top:700 not:'.'
"""
LINE = st.lists(st.sampled_from(WORDS.split()) | st.text(max_size=6), min_size=1, max_size=7).map(" ".join)


@settings(max_examples=300)
@given(LINE)
@hypothesis.example("filter save not:me")
@hypothesis.example("since 99.99.2026")
@hypothesis.example("actoin:x")
@hypothesis.example("filter rename vip2 foo")
@hypothesis.example("by:Ida Holm today")
@hypothesis.example("category:Old Link")
@hypothesis.example("save save save x")
@hypothesis.example("0ice")
@hypothesis.example("digest a0t today")
@hypothesis.example("digest remove today")
@hypothesis.example("digest today 0st")
@hypothesis.example("digest es today")
def test_every_suggestion_can_be_typed(line: str) -> None:
    with contextlib.suppress(BadCommand):
        parse(line)
        return
    with pytest.raises(BadCommand) as caught:
        parse(line)
    for problem in caught.value.problems:
        for suggested in filter(None, (problem.nearest, problem.other)):
            if line.casefold().startswith("digest") and problem.part:
                parse(f"digest at {suggested}")
                continue
            parse(suggested)
            if problem.part:
                parse(f"since monday {suggested}" if not _has_command(suggested) else suggested)


def _has_command(part: str) -> bool:
    return bool(read_filters(part).words)


@contextlib.contextmanager
def counting(function: Callable[..., object]) -> Iterator[Counter[str]]:
    """How often a function is called."""
    calls, code = Counter[str](), inspect.unwrap(function).__code__

    def seen(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code is code:
            calls["calls"] += 1

    sys.setprofile(seen)
    try:
        yield calls
    finally:
        sys.setprofile(None)


@pytest.mark.parametrize(
    "junk", ['"', "'", "today ", "by:a ", "by:a today ", "action created ", "filter save "]
)
def test_what_is_meant_by_junk_is_not_looked_for_without_end(junk: str) -> None:
    """Each guess is a line to try, and what is wrong with that one brings guesses of its own."""
    with counting(parse) as calls, contextlib.suppress(BadCommand):
        parse(f"{junk * 2}ö{junk * 5}é{junk * 99}"[:MAX_LINE])
    assert 0 < calls["calls"] < 2000
