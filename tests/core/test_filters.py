"""Filters: as they are typed, and what they leave of an answer."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.activity import Action, Activity
from bot.core.filters import EVERYTHING, ME, OTHERS, Filter, Reason, Style, clashes, sift
from bot.core.people import Principal
from bot.core.typed.command import parse
from bot.core.typed.commands import ShowActivity
from bot.core.typed.filterkeys import ACTION_WORDS
from bot.core.typed.filtertext import Typed, read_filters, written
from bot.core.typed.spelling import comparable, normalise
from bot.core.window import Judged

READER = Principal(528, 419, "Kianna Ledner", "KLED")
NOW = datetime(2026, 11, 19, 8, tzinfo=UTC)
PEOPLE = ("Kianna Ledner", "Ida Holm", "Walsh Brekke", "Åse Østby", "")


def activity(company: int, actor: int) -> Activity:
    """Something that the ``actor``-th of ``PEOPLE`` did; the first is the reader."""
    person = 419 if actor == 0 else 500 + actor if PEOPLE[actor] else 0
    time = NOW - timedelta(minutes=company)
    return Activity(
        company, f"C{company}", "", "", "", "", "", 0, Action.UPDATED, (), time, PEOPLE[actor], person, 0, 0
    )


ACTORS = st.lists(st.integers(0, len(PEOPLE) - 1), max_size=30)
WHO = st.lists(
    st.sampled_from([ME, OTHERS, "ida", "HOLM", "Ida  Holm", "ase", "åse", "brekke walsh"]), max_size=3
)


@given(ACTORS, ACTORS, WHO, WHO, st.none() | st.integers(1, 40), st.sets(st.integers(0, 60)))
def test_every_company_is_kept_or_counted_once(
    inside: list[int], later: list[int], by: list[str], not_by: list[str], top: int | None, muted: set[int]
) -> None:
    before = Judged(
        tuple(activity(n, actor) for n, actor in enumerate(inside)),
        tuple(activity(100 + n, actor) for n, actor in enumerate(later)),
    )
    filter_ = Filter(by=tuple(by), not_by=tuple(not_by), top=top)
    sifted = sift(before, filter_, READER, muted)
    kept = sifted.inside + sifted.later
    assert len(kept) + sum(sifted.dropped.values()) == len(inside) + len(later)
    assert all(count > 0 for count in sifted.dropped.values())
    for part, whole in ((sifted.inside, before.inside), (sifted.later, before.later)):
        assert list(part) == [row for row in whole if row in part], "in the order that they had"
    assert not any(row.company_id in muted for row in kept)
    without_top = sift(before, Filter(by=tuple(by), not_by=tuple(not_by)), READER, muted)
    assert sifted.inside == without_top.inside[:top], "top keeps the newest"
    assert sifted.later == without_top.later, "what is listed apart is never dropped"


@pytest.mark.parametrize(
    ("filter_", "kept", "reasons"),
    [
        (EVERYTHING, "kianna ida walsh åse nobody", ""),
        (Filter(by=(ME,)), "kianna", "person person person person"),
        (Filter(by=(OTHERS,)), "ida walsh åse nobody", "own"),
        (Filter(not_by=(ME,)), "ida walsh åse nobody", "own"),
        (Filter(by=("ida",)), "ida", "own person person person"),
        (Filter(by=("IDA HOLM",)), "ida", "own person person person"),
        (Filter(by=("id",)), "", "own person person person person"),
        (Filter(not_by=("Holm", "østby")), "kianna walsh nobody", "person person"),
        (Filter(by=(ME, "walsh")), "kianna walsh", "person person person"),
        (Filter(top=2), "kianna ida", "top top top"),
    ],
)
def test_people(filter_: Filter, kept: str, reasons: str) -> None:
    names = ("kianna", "ida", "walsh", "åse", "nobody")
    rows = tuple(activity(n, n) for n in range(5))
    sifted = sift(Judged(rows, ()), filter_, READER, ())
    assert " ".join(names[row.company_id] for row in sifted.inside) == kept
    assert sum(sifted.dropped.values()) == len(reasons.split())
    assert {reason: reasons.split().count(reason) for reason in Reason if reason in reasons} == sifted.dropped


def test_who_is_not_told_is_not_the_reader() -> None:
    rows = (activity(1, 4),)
    nobody = Principal(0, 0, "", "")
    assert sift(Judged(rows, ()), Filter(not_by=(ME,)), nobody, ()).inside == rows


NAMES = (
    st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=20)
    .map(normalise)
    .filter(lambda name: not ('"' in name and "'" in name) and comparable(name) and name[0] != "@")
)
FILTERS = st.builds(
    Filter,
    actions=st.none() | st.integers(1, 127).map(Action),
    categories=st.lists(NAMES, max_size=3, unique_by=comparable).map(tuple),
    by=st.lists(NAMES.filter(lambda name: any(map(str.isalnum, name))), max_size=3, unique_by=comparable).map(
        tuple
    ),
    top=st.none() | st.integers(1, 500),
    style=st.none() | st.sampled_from(Style),
    saved=st.just("") | st.from_regex(r"[a-zæøå][a-z0-9_-]{0,20}", fullmatch=True),
)


@given(FILTERS)
def test_what_is_written_is_read_as_the_same(filter_: Filter) -> None:
    typed = read_filters(written(filter_))
    assert typed.problems == ()
    assert typed.words == ""
    assert typed.filter == filter_


LINES = st.sampled_from(
    [
        ("today", 'action:created,person-added category:"VIP Customer",prospect'),
        ("since monday", "by:me top:20 style:table"),
        ("week", "not:\"Ida Holm\",'Walsh Brekke'"),
        ("catchup", 'filter:vip category:"Størst, best"'),
        ("yesterday", "action:follow-up-completed by:others"),
    ]
)
SPACES = st.sampled_from([" ", "  ", "\u00a0", "\u2009", " , ", "\u200b ", "\n"])
QUOTES = st.sampled_from(['""', "“”", "„“", "«»", "””", "＂＂"])


@given(
    LINES,
    SPACES,
    SPACES,
    QUOTES,
    st.sampled_from("-–—‑"),
    st.booleans(),
    st.sampled_from([" ,", ", ", " , "]),
)
def test_what_phones_and_haste_do_is_forgiven(
    line: tuple[str, str], space: str, colon: str, quotes: str, dash: str, upper: bool, comma: str
) -> None:
    verb, filters = line
    plain = parse(f"{verb} {filters}")
    assert isinstance(plain, ShowActivity)
    parts = re.split(r'("[^"]*")', filters)
    outside = [part.replace(",", comma).replace("-", dash) for part in parts[::2]]
    outside = [re.sub(r" (?=[a-z]+:)", space, part) for part in outside]
    outside = [re.sub(r"([a-z]+):", rf"\1{colon.replace(',', ' ')}:", part) for part in outside]
    inside = [f"{quotes[0]}{part[1:-1]}{quotes[1]}" for part in parts[1::2]]
    messy = "".join(part for pair in zip(outside, [*inside, ""], strict=True) for part in pair)
    if upper:
        messy = re.sub(r"\b[a-z]+(?=\s*:)", lambda match: match[0].upper(), messy)
        verb = verb.title()
    assert parse(f"{space}{verb}{space}{messy}{space}") == plain


@given(st.text())
def test_any_line_is_taken_apart(line: str) -> None:
    typed = read_filters(line)
    assert typed.filtered or not typed.problems


@given(st.text().map(normalise).filter(lambda line: not re.search("[:=]", line)))
def test_words_without_filters_are_those_of_a_line_with_one(line: str) -> None:
    with_one = read_filters(f"{line} top:5")
    assert read_filters(line) == Typed(with_one.words, EVERYTHING)


@pytest.mark.parametrize("word", ACTION_WORDS)
def test_every_word_for_an_action_is_read_however_it_is_written(word: str) -> None:
    for way in (word, word.upper(), word.replace("-", "_"), word.title().replace("-", "")):
        assert read_filters(f"action:{way}").filter.actions == ACTION_WORDS[word]


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ("follow-ups", "follow-up"),
        ("Persons", "person"),
        ("people", "person"),
        ("documents", "document"),
        ("companies", "company"),
        ("activities", "activity"),
        ("Person Added", "person-added"),
        ("company created", "created"),
        ("follow-up completed,document added", "follow-up-completed,document-added"),
        ("person added , created", "person-added,created"),
    ],
)
def test_actions_are_read_as_people_write_them(words: str, read: str) -> None:
    typed = read_filters(f"action:{words} not:me")
    assert typed == read_filters(f"action:{read} not:me")
    assert (typed.problems, typed.words) == ((), "")


def test_an_action_of_several_words_ends_where_the_command_begins() -> None:
    assert parse("action:person added since monday") == parse("since monday action:person-added")


@pytest.mark.parametrize(
    ("line", "short"),
    [
        ("action:created,updated", "action:company"),
        ("action:company,follow-up,person", "action:company,follow-up,person"),
        ("action:updated,person,document", "action:person,updated,document-added"),
        ("action:company,follow-up,person,document", "action:all"),
    ],
)
def test_filters_are_written_in_few_words(line: str, short: str) -> None:
    assert written(read_filters(line).filter) == short


def test_all_actions_are_no_filter_and_undo_a_saved_one() -> None:
    all_ = read_filters("action:all").filter
    assert not all_.at_the_crm
    assert all_.lets_everything_through
    assert not all_.over(read_filters("action:created").filter).at_the_crm


@pytest.mark.parametrize("line", ["by:,me", "by: , me", "by:me,,", ",by:me,"])
def test_stray_commas_are_forgiven(line: str) -> None:
    assert read_filters(line) == read_filters("by:me")


def test_what_is_typed_counts_more_than_what_was_saved() -> None:
    saved = Filter(categories=("VIP",), not_by=("me",), top=20, style=Style.TABLE)
    typed = Filter(top=5, saved="vip")
    assert typed.over(saved) == Filter((None), ("VIP",), (), ("me",), 5, Style.TABLE, "vip")


@pytest.mark.parametrize(
    ("typed", "saved", "meant"),
    [
        ("by:me", "not:me", "by:me"),
        ("by:me", 'not:me,"Ida Holm"', 'by:me not:"Ida Holm"'),
        ('by:"Ida Holm"', "not:ida", 'by:"Ida Holm"'),
        ("by:ida", 'not:"Ida Holm"', 'by:ida not:"Ida Holm"'),
        ("by:ida", "not:others", "by:ida"),
        ("not:me", "by:me", "not:me"),
        ("not:me", "by:me,ida", "by:ida not:me"),
        ("not:ida", 'by:me,"Ida Holm"', "by:me not:ida"),
        ("not:me", "not:others", "not:me"),
        ("by:others", "by:me", "by:others"),
    ],
)
def test_what_is_typed_beside_a_saved_filter_undoes_its_opposite(typed: str, saved: str, meant: str) -> None:
    filter_ = read_filters(typed).filter.over(read_filters(saved).filter)
    assert written(filter_) == meant
    assert clashes(filter_) == ()


@given(FILTERS, WHO, WHO, WHO, WHO)
def test_a_typed_filter_without_a_clash_has_none_over_a_saved_one(
    filter_: Filter, by: list[str], not_by: list[str], saved_by: list[str], saved_not_by: list[str]
) -> None:
    typed = replace(filter_, by=tuple(by), not_by=tuple(not_by))
    saved = Filter(by=tuple(saved_by), not_by=tuple(saved_not_by))
    if not clashes(typed) and not clashes(saved):
        assert not clashes(typed.over(saved))


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("by:me not:me", "excludes-itself"),
        ('by:"Ida Holm" by:me not:"Ida"', "excludes-itself"),
        ("by:others,ida not:others by:me", "excludes-itself"),
        ("not:me,others", "leaves-nobody"),
        ('by:ida not:"Ida Holm"', ""),
        ("by:me not:others", ""),
        ("by:others not:me", ""),
        ('by:"Ida Holm" not:me', ""),
    ],
)
def test_what_contradicts_itself_is_a_problem(line: str, code: str) -> None:
    assert "".join({problem.code for problem in read_filters(line).problems}) == code


@pytest.mark.parametrize("name", ["by:'.'", 'not:"."', 'by:"-"', "not:…", "by:,me,'--'"])
def test_a_name_without_a_letter_fits_nobody(name: str) -> None:
    assert [problem.code for problem in read_filters(name).problems] == ["no-name"]


def test_a_stored_name_without_a_letter_fits_nobody_either() -> None:
    rows = tuple(activity(n, n) for n in range(5))
    assert sift(Judged(rows, ()), Filter(not_by=(".",)), READER, ()).inside == rows
    assert sift(Judged(rows, ()), Filter(by=(".",)), READER, ()).inside == ()
