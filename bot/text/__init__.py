"""Every sentence that people read, by its id.

The catalogues are in gettext's standard form, one ``bot.po`` a language; English is the source and the
fallback. A message that counts something takes ``count`` and has the language's plural forms. Values are
put in as they are, but that numbers are quantities, written as the language does it: who shows a sentence
escapes it for the place where it shows it.
"""

import gettext
import re
from collections.abc import Iterable, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

__all__ = [
    "LANGUAGES",
    "SOURCE",
    "UnknownSentence",
    "has_sentence",
    "is_beta",
    "load",
    "locale_of",
    "number",
    "percent",
    "preferred",
    "sentence",
]

LOCALES = Path(__file__).with_name("locale")
SOURCE = "en"
#: The languages that there are, by their codes.
LANGUAGES = tuple(sorted(file.parts[-3] for file in LOCALES.glob("*/LC_MESSAGES/bot.po")))
#: Those that a native reader has gone through; the others are beta, and say so.
REVIEWED = frozenset({SOURCE})
#: Norwegian in general, and its other written form, which readers of one read as well.
_SERVED_BY = {"no": "nb", "nn": "nb"}
#: Whole numbers of fewer digits are written alike in every language, and are by far the most frequent.
_GROUPED_FROM = 1000


class UnknownSentence(LookupError):
    """No catalogue has a sentence with this id."""


def sentence(id: str, /, locale: str = SOURCE, **params: object) -> str:  # noqa: A002 - gettext's own word
    """The sentence ``id`` in the reader's language, with its values put in.

    Raises :class:`UnknownSentence` for an id that the English catalogue does not have, and
    :class:`KeyError` for a value that the sentence needs and did not get.
    """
    if not params:
        return _as_it_is(id, locale)
    language = locale_of(locale)
    catalogue = _catalogue(language)
    count = params.get("count")
    text = catalogue.ngettext(id, id, count) if isinstance(count, int) else catalogue.gettext(id)
    if text == id:
        raise UnknownSentence(id)
    return text.format_map(_written(params, language))


def _written(params: Mapping[str, object], language: str) -> Mapping[str, object]:
    return {
        name: value if isinstance(value, str) else _number(value, language) for name, value in params.items()
    }


def _number(value: object, language: str) -> object:
    if isinstance(value, float) or (isinstance(value, int) and abs(value) >= _GROUPED_FROM):
        return format_decimal(value, locale=language)
    return value


def number(quantity: int, locale: str) -> str:
    """A quantity, such as ``1,003``, as the language writes it."""
    return str(_number(quantity, locale_of(locale)))


def percent(of_a_hundred: int, locale: str) -> str:
    """A share, such as ``50%``, as the language writes it."""
    return format_percent(of_a_hundred / 100, locale=locale_of(locale))


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
    return preferred((tag,))


def load() -> None:
    """Read every catalogue: each takes tens of milliseconds, when it is first asked for at the latest."""
    for language in LANGUAGES:
        _catalogue(language)


def preferred(tags: Iterable[str]) -> str:
    """The language of ours that serves the first of these locales that we have one for; else English."""
    languages = (re.split("[-_]", tag)[0].strip().lower() for tag in tags)
    served = (_SERVED_BY.get(language, language) for language in languages)
    return next((language for language in served if language in LANGUAGES), SOURCE)


def is_beta(tag: str) -> bool:
    """Whether no native reader has gone yet through the language that serves a Slack locale."""
    return locale_of(tag) not in REVIEWED


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    with (LOCALES / language / "LC_MESSAGES" / "bot.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    for message in [each for each in catalogue if each.id and not _is_said(each.string)]:
        catalogue.delete(message.id)  # else it would be said by its id, not in English
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    translations = gettext.GNUTranslations(compiled)
    if language != SOURCE:
        translations.add_fallback(_catalogue(SOURCE))
    return translations


def _is_said(text: str | tuple[str, ...] | list[str] | None) -> bool:
    return bool(text) if isinstance(text, str) else all(text or ("",))
