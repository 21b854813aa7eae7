"""Which sentences were asked for: what `make docs` proves with that every one of them is drawn."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from gettext import NullTranslations

import bot.text
from bot.text import LANGUAGES

__all__ = ["heard"]


class _Listening(NullTranslations):
    """A catalogue that notes the ids of what it is asked for."""

    def __init__(self, catalogue: NullTranslations, asked: set[str]) -> None:
        super().__init__()
        self._catalogue, self._asked = catalogue, asked

    def gettext(self, message: str) -> str:
        self._asked.add(message)
        return self._catalogue.gettext(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        self._asked.add(msgid1)
        return self._catalogue.ngettext(msgid1, msgid2, n)


@contextmanager
def heard() -> Iterator[set[str]]:
    """The ids of the sentences that are asked for meanwhile; each is asked for anew."""
    asked: set[str] = set()
    catalogue, as_it_is = bot.text._catalogue, bot.text._as_it_is
    catalogues = {language: _Listening(catalogue(language), asked) for language in LANGUAGES}
    bot.text._catalogue, bot.text._as_it_is = catalogues.__getitem__, as_it_is.__wrapped__  # type: ignore[assignment]
    _forget_what_was_drawn()
    try:
        yield asked
    finally:
        bot.text._catalogue, bot.text._as_it_is = catalogue, as_it_is


def _forget_what_was_drawn() -> None:
    """Words and blocks that are made once, from sentences that would not be asked for again."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("bot.slack.", "bot.text.")):
            for each in vars(module).values():
                if hasattr(each, "cache_clear"):
                    each.cache_clear()
