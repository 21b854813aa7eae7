"""How people write: what phones, copied text and haste do to words, undone; and what they nearly wrote."""

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

__all__ = ["comparable", "nearest", "normalise"]

_TYPOGRAPHY = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»〝〞＂", '"'),
        **dict.fromkeys("‘’‚‛‹›′´＇", "'"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "：": ":",
        "，": ",",
        "、": ",",
    }
)


def normalise(text: str) -> str:
    """Plain quotes and dashes, single spaces, nothing invisible, no stray comma or full stop at either end.

    The case stays: it is the writer's own.
    """
    if text.isascii() and text.isprintable():  # nearly always
        return " ".join(text.split()).strip(" ,.")
    visible = "".join(char for char in text if char.isspace() or unicodedata.category(char)[0] != "C")
    # Before NFKC, too: it takes an acute accent for a space and a combining one.
    plain = unicodedata.normalize("NFKC", visible.translate(_TYPOGRAPHY)).translate(_TYPOGRAPHY)
    return re.sub(r"\s+", " ", plain).strip(" ,.")


def comparable(text: str) -> str:
    """What two ways to write the same have in common: no case, no typography, single spaces."""
    return normalise(text).casefold()


def nearest(text: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """The one of ``known`` that was probably meant, by all of its name or a word of it; ``""`` for none."""
    names = {comparable(name): name for name in known}
    words = {word: name for whole, name in names.items() for word in whole.split()}
    meant = words | names
    near = get_close_matches(comparable(text), meant, n=1, cutoff=cutoff)
    return meant[near[0]] if near else ""
