"""The languages: complete, with English's values, markup and commands, and short enough for Slack."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from babel.dates import format_time
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from bot.text import LANGUAGES, LOCALES, SOURCE, is_beta, locale_of, percent, sentence
from bot.text.dates import clock, day, listed, moment, short_day, time_of_day
from docs.catalogue import in_order

OTHERS = [language for language in LANGUAGES if language != SOURCE]
#: What Slack takes of a text, and what a button still shows on a telephone; by the whole id.
LONGEST = {
    r"form\.((channel\.|notice\.)?title|turn-on|save|cancel|close|request)|share-form\.(title|see)": 24,
    r"share\.confirm\.(yes|no)|digest\.stop(\.no)?|leave\.no": 30,
    r"button\..+|menu\..+|digest\.(change|choose|turn-on|turn-off|end-snooze|preview|snooze.*)": 40,
    r"days\.(?!more).+|grouping\..+|layout\..+|quorum.*|form\.empty\..+|form\.channel\.style\..+": 75,
    r"action\.(new_activity|activity_completed)": 30,  # a chart has labels of its own for these
    r"team\.chart\.series|chart\.label\..+|action\..+": 20,
    r"team\.chart|chart\.(day|week|month|action)": 50,
    r"share\.confirm\.title|digest\.stop\.title|leave\.title": 100,
    r".+\.title": 130,  # of 150: a name or a number is put in
    r"share\.confirm\.text": 200,  # of 300: a name is put in
    r"digest\.stop\.text|leave\.text": 300,
    r"problem\..+": 250,  # of 300, where a form says it
    r".+": 1500,
}
#: Success is what the sentence says that there is now.
BOASTS = re.compile(
    r"successful|framgångsrik|(?<!miss)lyckad|succesfuld|vellykke|erfolgreich|met succes|succesvol",
    re.IGNORECASE,
)
EMOJI = re.compile(r"[\U0001F000-\U0001FAFF\u2600-\u27BF]|:[a-z_+-]+:")

by_language = pytest.mark.parametrize("language", LANGUAGES)
by_other_language = pytest.mark.parametrize("language", OTHERS)


@cache
def catalogue(language: str) -> Catalog:
    with (LOCALES / language / "LC_MESSAGES/bot.po").open("rb") as file:
        return read_po(file, locale=language)


@cache
def messages(language: str) -> dict[str, Message]:
    return {id_of(message): message for message in catalogue(language) if message.id}


def id_of(message: Message) -> str:
    return str(message.id[0] if isinstance(message.id, tuple | list) else message.id)


def forms(message: Message) -> tuple[str, ...]:
    """What it says: once, or for each plural form."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def translated(language: str) -> dict[str, Message]:
    """What the language says: without entries that are there, and empty."""
    return {id_: message for id_, message in messages(language).items() if all(forms(message))}


def differing(language: str, same: Callable[[str, Message, Message], bool]) -> list[str]:
    english = messages(SOURCE)
    pairs = ((id_, english[id_], other) for id_, other in translated(language).items() if id_ in english)
    return [id_ for id_, one, other in pairs if not same(id_, one, other)]


# ------------------------------------------------------------------ which there are


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en-US", "en"),
        ("en-GB", "en"),
        ("nb-NO", "nb"),
        ("no-NO", "nb"),
        ("no", "nb"),
        ("nn-NO", "nb"),
        ("nb_NO", "nb"),
        ("sv-SE", "sv"),
        ("da-DK", "da"),
        ("de-DE", "de"),
        ("nl-NL", "nl"),
        ("fr-FR", "en"),
        ("../en", "en"),
        ("", "en"),
    ],
)
def test_a_reader_is_served_in_their_language(tag: str, language: str) -> None:
    assert locale_of(tag) == language
    assert is_beta(tag) == (language != SOURCE)


@pytest.mark.long  # sentences may come before their translations, and are in English until then
@by_other_language
def test_no_sentence_is_missing(language: str) -> None:
    assert set(messages(SOURCE)) - set(translated(language)) == set()


@by_other_language
def test_no_sentence_is_left_over(language: str) -> None:
    assert set(messages(language)) - set(messages(SOURCE)) == set()
    assert [message.id for message in catalogue(language).obsolete.values()] == []


@by_other_language
def test_no_sentence_is_in_doubt(language: str) -> None:
    assert [id_ for id_, message in messages(language).items() if message.fuzzy] == []


def test_what_is_not_translated_is_told_in_english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = sentence("days.more", count=2)
    (tmp_path / "fi/LC_MESSAGES").mkdir(parents=True)
    (tmp_path / "fi/LC_MESSAGES/bot.po").write_text(in_order("fi", {"day.today": ("Tänään",)}), "utf-8")
    monkeypatch.setattr("bot.text.LOCALES", tmp_path)
    monkeypatch.setattr("bot.text.LANGUAGES", (*LANGUAGES, "fi"))
    locale_of.cache_clear()
    assert sentence("day.today", "fi-FI") == "Tänään"
    assert sentence("day.yesterday", "fi-FI") == "Yesterday"
    assert sentence("days.more", "fi-FI", count=2) == many
    locale_of.cache_clear()


# ------------------------------------------------------------------ what has to be as in English


def values_of(message: Message) -> set[str]:
    return {name for form in forms(message) for _, name, _, _ in Formatter().parse(form) if name is not None}


@by_other_language
def test_the_values_are_those_of_english(language: str) -> None:
    assert differing(language, lambda _, one, other: values_of(one) == values_of(other)) == []


@by_other_language
def test_what_is_counted_has_the_languages_plural_forms(language: str) -> None:
    def same(_: str, one: Message, other: Message) -> bool:
        return len(forms(other)) == (catalogue(language).num_plurals if one.pluralizable else 1)

    assert differing(language, same) == []


@by_language
def test_the_plural_rule_is_babels(language: str) -> None:
    rule = eval("lambda n: int" + catalogue(language).plural_expr)
    tags = Locale(language).plural_form
    by_form: dict[int, set[str]] = {}
    for number in range(1200):
        by_form.setdefault(rule(number), set()).add(tags(number))
    assert len(by_form) == catalogue(language).num_plurals
    assert all(len(names) == 1 for names in by_form.values())


def code(text: str) -> Counter[str]:
    return Counter(re.findall("`([^`]*)`", text))


@by_other_language
def test_commands_are_typed_as_in_english(language: str) -> None:
    def same(_: str, one: Message, other: Message) -> bool:
        return code(forms(one)[-1]) == code(forms(other)[-1])

    assert differing(language, same) == []


def bold(text: str) -> list[str]:
    return re.findall(r"(?<![\w*])\*([^*]+)\*(?![\w*])", text)


@by_other_language
def test_what_is_bold_in_english_is_bold_and_a_buttons_name_is_the_buttons(language: str) -> None:
    named: dict[str, set[str]] = {}
    for id_, message in messages(SOURCE).items():
        if re.match(r"button\.|menu\.|share-form\.|form\.", id_) and id_ in translated(language):
            named.setdefault(forms(message)[0], set()).add(forms(messages(language)[id_])[0])

    def same(_: str, one: Message, other: Message) -> bool:
        ours, theirs = bold(forms(one)[-1]), bold(forms(other)[-1])
        expected = [named[each] for each in ours if each in named]
        return len(ours) == len(theirs) and all(any(name in theirs for name in names) for names in expected)

    assert differing(language, same) == []


@by_other_language
def test_it_ends_and_begins_as_in_english(language: str) -> None:
    def ends(text: str) -> tuple[bool, str]:
        return text[:1] == " ", text[-1:] if text[-1:] in ".:?…, " else ""

    def same(_: str, one: Message, other: Message) -> bool:
        return ends(forms(one)[-1]) == ends(forms(other)[-1])

    assert differing(language, same) == []


# ------------------------------------------------------------------ how it is written


def longest(id_: str) -> int:
    return next(most for pattern, most in LONGEST.items() if re.fullmatch(pattern, id_))


@by_language
def test_nothing_is_longer_than_there_is_room(language: str) -> None:
    said = {id_: max(map(len, forms(message))) for id_, message in translated(language).items()}
    assert {id_: length for id_, length in said.items() if length > longest(id_)} == {}


@pytest.mark.parametrize("pattern", LONGEST)
def test_every_limit_is_of_something(pattern: str) -> None:
    assert any(re.fullmatch(pattern, id_) for id_ in messages(SOURCE))


@by_language
def test_nothing_boasts_or_winks(language: str) -> None:
    said = {id_: " ".join(forms(message)) for id_, message in translated(language).items()}
    assert [id_ for id_, text in said.items() if BOASTS.search(text) or EMOJI.search(text)] == []


@pytest.fixture(scope="module")
def glossary() -> dict[str, list[str]]:
    """The words of each language, as translators are told them."""
    page = (LOCALES.parents[2] / "docs/languages.md").read_text("utf-8").partition("### Glossary")[2]
    head, _, *rows = (line.strip("| ").split(" | ") for line in re.findall(r"^\|.+\|$", page, re.MULTILINE))
    names = {"Norwegian bokmål": "nb"} | {Locale(each).get_display_name("en"): each for each in LANGUAGES}
    return {names[name]: [row[column] for row in rows] for column, name in enumerate(head)}


@by_language
def test_the_words_of_the_glossary_are_those_of_the_catalogue(
    language: str, glossary: dict[str, list[str]]
) -> None:
    said = " ".join(text for message in messages(language).values() for text in forms(message)).lower()
    ours = [word.partition(" of a ")[0].lower() for word in glossary[language]]
    assert len(ours) > 15
    assert [word for word in ours if word not in said] == []


#: Words that look right, and are not the ones of SuperOffice or Slack there, or mean something else.
FALSE_FRIENDS = {
    "sv": r"uppföljning|\binställ(d|t|da)\b|\bställ\w* in\b",
    "de": r"kanal|kanäle|\b(sie|ihnen) bitte\b|schließen sie|geben sie",
    "nl": r"\bopvolging|\buw\b|\bu\b",
}


@pytest.mark.parametrize("language", FALSE_FRIENDS)
def test_no_word_is_a_false_friend(language: str) -> None:
    said = {id_: " ".join(forms(message)) for id_, message in messages(language).items()}
    assert [
        id_ for id_, text in said.items() if re.search(FALSE_FRIENDS[language], text, re.IGNORECASE)
    ] == []


# ------------------------------------------------------------------ dates, numbers, lists

OSLO = ZoneInfo("Europe/Oslo")
NOW = datetime(2026, 11, 19, 8, 41, tzinfo=UTC)


@pytest.mark.parametrize(
    ("locale", "written"),
    [
        ("en-US", ["Thu 19 Nov 09:41", "Wednesday 11 November", "Thu 19", "a, b, and c"]),
        ("nb-NO", ["tor. 19. nov. 09:41", "Onsdag 11. november", "tor. 19.", "a, b og c"]),
        ("sv-SE", ["tors 19 nov. 09:41", "Onsdag 11 november", "tors 19", "a, b och c"]),
        ("da-DK", ["tors. 19. nov. 09.41", "Onsdag 11. november", "tors. 19.", "a, b og c"]),
        ("de-DE", ["Do. 19. Nov. 09:41", "Mittwoch 11. November", "Do. 19.", "a, b und c"]),
        ("nl-NL", ["do 19 nov 09:41", "Woensdag 11 november", "do 19", "a, b en c"]),
    ],
)
def test_dates_and_lists_are_the_languages_own(locale: str, written: list[str]) -> None:
    assert [
        moment(NOW, OSLO, locale),
        day(date(2026, 11, 11), date(2026, 11, 19), locale),
        short_day(date(2026, 11, 19), locale),
        listed("abc", locale),
    ] == written


@pytest.mark.parametrize(
    ("locale", "written"), [("en-US", "12,345"), ("nb-NO", "12\xa0345"), ("da-DK", "12.345")]
)
def test_numbers_are_the_languages_own(locale: str, written: str) -> None:
    assert sentence("answer.title.today", locale, count=12345, when="").startswith(written)
    assert sentence("answer.title.today", locale, count=999, when="").startswith("999")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_time_of_the_day_and_a_share_are_as_babel_has_them(language: str) -> None:
    """But that the day has 24 hours in English, too: as they are typed."""
    pattern = "HH:mm" if language == SOURCE else str(Locale(language).time_formats["short"])
    for at in (time(8, 5), time(16, 30)):
        assert time_of_day(at, language) == format_time(at, pattern, locale=language)
    assert clock(NOW, OSLO, language) == moment(NOW, OSLO, language)[-5:]
    assert percent(50, language) == {"en": "50%", "nl": "50%"}.get(language, "50\xa0%")


def test_an_id_is_no_quantity() -> None:
    assert sentence("answer.unnamed", id="12345") == "Company 12345"
