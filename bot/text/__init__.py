"""Every sentence that people read, by its id.

The catalogues are in gettext's standard form, one ``bot.po`` a language; English is the source and the
fallback. A message that counts something takes ``count`` and has a plural form. Values are put in as
they are: who shows a sentence escapes it for the place where it shows it.
"""

import gettext
from functools import cache
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

__all__ = ["UnknownSentence", "has_sentence", "locale_of", "sentence"]

LOCALES = Path(__file__).with_name("locale")
SOURCE = "en"


class UnknownSentence(LookupError):
    """No catalogue has a sentence with this id."""


def sentence(id: str, /, locale: str = SOURCE, **params: object) -> str:  # noqa: A002 - gettext's own word
    """The sentence ``id`` in the reader's language, with its values put in.

    Raises :class:`UnknownSentence` for an id that the English catalogue does not have, and
    :class:`KeyError` for a value that the sentence needs and did not get.
    """
    if not params:
        return _as_it_is(id, locale)
    catalogue = _catalogue(locale_of(locale))
    count = params.get("count")
    text = catalogue.ngettext(id, id, count) if isinstance(count, int) else catalogue.gettext(id)
    if text == id:
        raise UnknownSentence(id)
    return text.format_map(params)


@cache
def _as_it_is(id: str, locale: str) -> str:  # noqa: A002
    """A sentence that needs no values, by far the most frequent kind: each company is told in such."""
    text = _catalogue(locale_of(locale)).gettext(id)
    if text == id:
        raise UnknownSentence(id)
    return text.format()


def has_sentence(id: str) -> bool:  # noqa: A002
    """Whether the English catalogue has a sentence with this id."""
    return _catalogue(SOURCE).gettext(id) != id


@cache
def locale_of(tag: str) -> str:
    """The language of ours that serves a Slack locale such as ``nb-NO``; English where none does."""
    try:
        language = Locale.parse(tag, sep="-").language
    except (ValueError, UnknownLocaleError):
        return SOURCE
    return language if (LOCALES / language).is_dir() else SOURCE


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    with (LOCALES / language / "LC_MESSAGES" / "bot.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    translations = gettext.GNUTranslations(compiled)
    if language != SOURCE:
        translations.add_fallback(_catalogue(SOURCE))
    return translations
