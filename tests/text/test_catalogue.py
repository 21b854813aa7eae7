"""What brings catalogues into order."""

import pytest

from bot import text
from bot.text import LANGUAGES, SOURCE
from docs.catalogue import file_of, in_order, said_in, taken

ENGLISH = said_in(SOURCE)


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != SOURCE])
def test_each_catalogue_is_in_englishs_order(language: str) -> None:
    said = said_in(language)
    assert list(said) == [id_ for id_ in ENGLISH if id_ in said]
    assert file_of(language).read_text("utf-8").startswith(in_order(language, {}).split("\n\n")[0])


def test_a_new_language_begins_with_nothing_said() -> None:
    assert said_in("fi") == {}
    assert in_order("fi", {}).count('msgstr ""') > len(ENGLISH) / 2


def test_what_is_given_is_taken() -> None:
    given = 'day.today = I "dag"\n\ndays.more = en || {count}\n'
    assert taken(given, ENGLISH) == {"day.today": ('I "dag"',), "days.more": ("en", "{count}")}
    assert 'msgstr "I \\"dag\\""' in in_order("nb", taken(given, ENGLISH))


@pytest.mark.parametrize("line", ["day.tody = x", "day.today = ", "day.today = x\nday.today = y", "words"])
def test_what_is_no_sentence_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="unknown, twice, or empty"):
        taken(line, ENGLISH)


def test_every_catalogue_can_be_read_ahead() -> None:
    """In a thread at start, say: whoever asks for a sentence first does not wait for it."""
    text._catalogue.cache_clear()
    text.load()
    read = text._catalogue.cache_info()
    assert [text.sentence("day.today", language) for language in LANGUAGES]
    assert text._catalogue.cache_info().misses == read.misses == len(LANGUAGES)
