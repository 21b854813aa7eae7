"""Companies, one by one, in each style: what answers and digests share."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from bot.core.activity import Activity
from bot.core.people import Principal
from bot.core.replies import Reader
from bot.slack.blocks import words
from bot.slack.blocks.elements import (
    Block,
    Element,
    cell,
    company_link,
    fits,
    label,
    link,
    literal,
    menu,
    option,
    section,
    select,
    shorten,
    span,
)
from bot.slack.carried import block_id
from bot.text import sentence

__all__ = ["HEADS", "Companies", "company_select", "fitting"]

#: Ten rows of these, and their headings, stay below the 10,000 characters that tables may hold.
MAX_CELL = 180
#: The headings of a table, as ``table.<head>``.
HEADS = ("company", "what", "who", "when")
#: How long names and facts may be.
LONGEST = (words.MAX_NAME, 120, 60, 30)


@dataclass(frozen=True, slots=True)
class Companies:
    """Draws companies for one reader.

    ``mark`` is a word of ours about the company, which stands behind its name.
    """

    reader: Reader
    principal: Principal
    #: The root of SuperOffice's web client; ``""`` for no links.
    web_url: str
    #: What the companies' menus ask about.
    question: str
    #: The reader's day.
    today: date
    #: No name and no fact is longer: a message of many companies holds less of each.
    longest: int = words.MAX_NAME

    def paragraph(self, number: int, activity: Activity, when: str, mark: str = "") -> Block:
        """The company, linked, and its category; below, what happened, who did it and when.

        Only a section takes a menu, and only ``mrkdwn`` a link in it: so all of it is taken literally.
        """
        url, name = self._url(activity), self._name(activity)
        company = company_link(url, name) if url else literal(name)
        marked = f"{words.GAP}_{mark}_" if mark else ""
        text = f"*{company}*{literal(self._more(activity))}{marked}\n{literal(self._facts(activity, when))}"
        options = self._options(activity, url, name)
        if not options:
            return section(text)
        block = section(text, menu("row", *options))
        block["block_id"] = block_id(number, self.question)
        return block

    def line(self, activity: Activity, when: str, mark: str = "") -> list[Element]:
        """The same in one line, for :func:`~bot.slack.blocks.elements.bullets`."""
        facts = f"{words.GAP}{self._facts(activity, when)}"
        return self.named(activity, mark, facts)

    def named(self, activity: Activity, mark: str, rest: str) -> list[Element]:
        """The company, linked, its category, and ``rest`` behind it."""
        url, name, more = self._url(activity), self._name(activity), self._more(activity)
        company = link(url, name) if url else span(name, bold=True)
        marked = [span(f"{more}{words.GAP}"), span(mark, italic=True), span(rest)]
        spans = marked if mark else [span(f"{more}{rest}")]
        return [company, *(each for each in spans if each["text"])]  # Slack refuses an empty one

    def cells(self, activity: Activity, mark: str = "") -> list[Element]:
        """A table is read at a glance, on a phone, too: the category stands behind the company."""
        reader, most = self.reader, min(self.longest, MAX_CELL)
        texts = (
            words.happened(activity, reader),
            words.who(activity, self.principal, reader),
            words.capital(words.when(activity, reader, self.today)),
        )
        more = shorten(self._more(activity), most) + (f"{words.GAP}{mark}" if mark else "")
        company = cell(shorten(self._name(activity), most), more, self._url(activity))
        return [company, *(cell(shorten(text, most)) for text in texts)]

    def _url(self, activity: Activity) -> str:
        return words.company_url(self.web_url, activity.company_id)

    def _name(self, activity: Activity) -> str:
        return shorten(words.name(activity, self.reader), self.longest)

    def _more(self, activity: Activity) -> str:
        return words.more(activity, self.reader, self.longest)

    def _facts(self, activity: Activity, when: str) -> str:
        principal, reader = self.principal, self.reader
        who = shorten(words.who(activity, principal, reader), self.longest)
        happened = shorten(words.happened(activity, reader), self.longest)
        owner = shorten(words.owner(activity, principal, reader), self.longest)
        by = f"{who}, {when}" if who and when else who or when
        return f"{happened}{words.GAP if by else ''}{by}{words.GAP if owner else ''}{owner}"

    def _options(self, activity: Activity, url: str, name: str) -> list[Element]:
        opens, why, mute = _labels(self.reader.locale)
        options = [option(opens, "open", url)] if url else []
        if company := activity.company_id:
            options += option(why, f"why:{company}"), option(mute, f"mute:{company}:{name}")
        return options


@cache
def _labels(locale: str) -> tuple[Element, Element, Element]:
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
