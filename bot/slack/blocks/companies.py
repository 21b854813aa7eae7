"""Companies, one by one, in each style: what answers and digests share."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache

from bot.core.activity import Activity
from bot.core.replies import Reader
from bot.slack.blocks import words
from bot.slack.blocks.elements import (
    MAX_OPTION,
    Block,
    Element,
    cell,
    escape,
    fits,
    label,
    link,
    menu,
    option,
    section,
    select,
    shorten,
    span,
)
from bot.slack.blocks.words import Said
from bot.slack.carried import block_id
from bot.text import sentence

__all__ = ["HEADS", "Companies", "company_select", "fitting"]

#: Ten rows of these, and their headings, stay below the 10,000 characters that tables may hold.
MAX_CELL = 180
#: The headings of a table, as ``table.<head>``.
HEADS = ("company", "what", "who", "when")
#: How long names and facts may be.
LONGEST = (words.MAX_NAME, 120, 60, 30)


class Companies:
    """Draws the companies of one message for one reader.

    ``when`` is when it happened, and ``mark`` a word of ours about the company, which stands behind its name.
    """

    def __init__(self, reader: Reader, web_url: str, question: str) -> None:
        """``web_url`` is the root of SuperOffice's web client; ``question`` what their menus ask about."""
        self._urls = words.company_urls(web_url) if web_url else ""
        self._urls_escaped = escape(self._urls)
        self._menu = _menu(reader.locale)
        self._question = question

    def paragraph(self, number: int, said: Said, when: str, mark: str = "") -> Block:
        """The company, linked, and its category; below, what happened, who did it and when.

        Only a section takes a menu, and only ``mrkdwn`` a link in it: so what is said has to be escaped.
        What would end the link's label or begin code is put in other characters.
        """
        company, _, name, more, happened, who, owner = said
        if company and self._urls:
            name = f"<{self._urls_escaped}{company}|{name.replace('|', '¦')}>"
        marked = f"{words.GAP}_{mark}_" if mark else ""
        text = f"*{name}*{more}{marked}\n{_facts(happened, who, when, owner)}".replace("`", "'")
        if not company:
            return section(text)
        offered = menu("row", self._options(company, said.plain))
        return section(text, offered, block_id(number, self._question))

    def line(self, said: Said, when: str, mark: str = "") -> list[Element]:
        """The same in one line, for :func:`~bot.slack.blocks.elements.bullets`."""
        return self.named(said, mark, f"{words.GAP}{_facts(said.happened, said.who, when, said.owner)}")

    def named(self, said: Said, mark: str, rest: str) -> list[Element]:
        """The company, linked, its category, and ``rest`` behind it."""
        url = self._url(said)
        company = link(url, said.name) if url else span(said.name, "bold")
        marked = [span(f"{said.more}{words.GAP}"), span(mark, "italic"), span(rest)]
        spans = marked if mark else [span(f"{said.more}{rest}")]
        return [company, *(each for each in spans if each["text"])]  # Slack refuses an empty one

    def cells(self, said: Said, when: str, mark: str = "", longest: int = MAX_CELL) -> list[Element]:
        """A table is read at a glance, on a phone, too: the category stands behind the company."""
        most = min(longest, MAX_CELL)
        more = shorten(said.more, most) + (f"{words.GAP}{mark}" if mark else "")
        company = cell(shorten(said.name, most), more, self._url(said))
        texts = (said.happened, said.who, words.capital(when))
        return [company, *(cell(shorten(text, most)) for text in texts)]

    def _url(self, said: Said) -> str:
        return f"{self._urls}{said.company_id}" if self._urls and said.company_id else ""

    def _options(self, company: int, name: str) -> list[Element]:
        opens, why, mute = self._menu
        options: list[Element] = [
            {"text": why, "value": f"why:{company}"},
            {"text": mute, "value": shorten(f"mute:{company}:{name}", MAX_OPTION)},
        ]
        if self._urls:
            options.insert(0, {"text": opens, "value": "open", "url": f"{self._urls}{company}"})
        return options


def _facts(happened: str, who: str, when: str, owner: str) -> str:
    by = f"{who}, {when}" if who and when else who or when
    return f"{happened}{words.GAP if by else ''}{by}{words.GAP if owner else ''}{owner}"


@cache
def _menu(locale: str) -> tuple[Element, Element, Element]:
    """What a company's menu offers, made once: nobody changes it."""
    return (
        label(sentence("menu.open", locale)),
        label(sentence("menu.why", locale)),
        label(sentence("menu.mute", locale)),
    )


def company_select(rows: Sequence[Activity], reader: Reader) -> list[Element]:
    """Where no row has a menu of its own, one for all of them: why it is here, and there, to mute it.

    At most 100 rows. The id of its block carries what it asks about.
    """
    options = [option(words.name(row, reader), f"why:{row.company_id}") for row in rows if row.company_id]
    return [select("row", sentence("menu.companies", reader.locale), *options)] if options else []


def fitting(draw: Callable[[int], Iterable[Block]]) -> list[Block]:
    """A message of many companies, drawn with names no longer than it can hold."""
    blocks: list[Block] = []
    for longest in LONGEST:
        blocks = [*draw(longest)]
        if fits(blocks):
            break
    return blocks
