"""Bring a language's catalogue into the order of the English one: `python -m docs.catalogue nb [file]`.

What is new is there with nothing said, what English has no more is gone. Lines of the file, or of the
standard input where it is ``-``, such as ``day.today = I dag``, or ``days.more = {count} dag || {count}
dager`` with a plural form each, are put in; ``\\n`` is a new line.
"""

import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import escape, read_po

from bot.text import LOCALES, SOURCE

__all__ = ["in_order", "said_in", "taken"]

Said = Mapping[str, tuple[str, ...]]


def file_of(language: str) -> Path:
    """Where a language's catalogue is."""
    return LOCALES / language / "LC_MESSAGES/bot.po"


@cache
def said_in(language: str) -> Said:
    """What a catalogue says, by id: once, or for each plural form. Nothing, where there is none."""
    file = file_of(language)
    if not file.exists():
        return {}
    with file.open("rb") as opened:
        found = read_po(opened, locale=language)
    return {_first(message.id): _forms(message.string) for message in found if message.id}


def taken(lines: str, english: Said) -> Said:
    """What the lines say. Raises :class:`ValueError` for an id that is not in English, or comes twice."""
    said: dict[str, tuple[str, ...]] = {}
    for line in filter(None, map(str.rstrip, lines.splitlines())):
        id_, _, text = line.partition(" = ")
        if id_ not in english or id_ in said or not text:
            raise ValueError(f"unknown, twice, or empty: {line}")
        said[id_] = tuple(text.replace("\\n", "\n").split(" || "))
    return said


def in_order(language: str, said: Said) -> str:
    """The catalogue: English's ids, order and headings."""
    return "\n".join(_lines(language, said))


def _lines(language: str, said: Said) -> Iterator[str]:
    rule = Catalog(language)
    name = Locale(language).get_display_name("en")
    yield f"# {name} sentences of superoffice-slack. English is the source: docs/languages.md says how."
    yield from ('msgid ""', 'msgstr ""', '"Content-Type: text/plain; charset=UTF-8\\n"')
    yield f'"Language: {language}\\n"'
    yield f'"Plural-Forms: nplurals={rule.num_plurals}; plural={rule.plural_expr};\\n"'
    for block in file_of(SOURCE).read_text("utf-8").split("\n\n")[1:]:
        lines = [line for line in block.splitlines() if not line.startswith(("msgstr", '"'))]
        yield from ("", *lines)
        ids = [line for line in lines if line.startswith("msgid ")]
        if ids:
            yield from _strings(said.get(ids[0][7:-1], ()), rule.num_plurals if len(lines) > len(ids) else 0)
    yield ""


def _strings(texts: tuple[str, ...], plurals: int) -> Iterator[str]:
    if not plurals:
        yield f"msgstr {escape(texts[0] if texts else '')}"
    for number in range(plurals):
        yield f"msgstr[{number}] {escape(texts[number] if texts else '')}"


def _first(id_: str | tuple[str, ...] | list[str]) -> str:
    return id_ if isinstance(id_, str) else id_[0]


def _forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


def main(language: str, name: str = "") -> None:
    """Write the catalogue, and tell how many sentences are missing."""
    english = said_in(SOURCE)
    given = sys.stdin.read() if name == "-" else Path(name).read_text("utf-8") if name else ""
    said = {**said_in(language), **taken(given, english)}
    file = file_of(language)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(in_order(language, said), "utf-8")
    missing = [id_ for id_ in english if not all(said.get(id_, ("",)))]
    print(f"{language}: {len(english) - len(missing)} of {len(english)}", *missing[:20])  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
