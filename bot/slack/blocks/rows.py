"""The companies of a page, in each style."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import count, groupby

from bot.core.activity import Activity
from bot.core.filters import Style
from bot.core.localtime import local
from bot.core.replies import ActivityAnswer, Reader
from bot.core.window import known_time
from bot.slack.blocks import words
from bot.slack.blocks.elements import (
    Block,
    Element,
    bullets,
    cell,
    company_link,
    link,
    literal,
    menu,
    note,
    option,
    section,
    shorten,
    span,
    table,
)
from bot.slack.payload import Asked, block_id, owned
from bot.text import sentence
from bot.text.dates import day, moment

__all__ = ["rows"]

#: Ten rows of these, and their headings, stay below the 10,000 characters that tables may hold.
MAX_CELL = 180
HEADS = ("company", "what", "who", "when")


def rows(reply: ActivityAnswer, reader: Reader) -> Iterator[Block]:
    """The companies of the page: by day, then those that were active again since."""
    page = _Page(reply, reader, owned(reader.user, Asked(reply.asked, reply.page).encode()))
    match reply.style:
        case Style.TABLE:
            yield from page.as_table()
        case Style.COMPACT:
            yield from page.as_list()
        case Style.FULL:
            yield from page.in_full()


@dataclass(frozen=True, slots=True)
class _Page:
    reply: ActivityAnswer
    reader: Reader
    #: What the companies' menus ask about.
    question: str

    def in_full(self) -> Iterator[Block]:
        """A paragraph for each, with a menu beside it."""
        numbers = count()
        for heading, activities in self._days():
            yield note(heading)
            for activity in activities:
                yield self._paragraph(next(numbers), activity, words.when(activity, self.reader))
        yield from self._later()
        for activity in self.reply.later:
            when = words.when(activity, self.reader, self._today)
            yield self._paragraph(next(numbers), activity, when)

    def as_list(self) -> Iterator[Block]:
        """A line for each."""
        for heading, activities in self._days():
            yield note(heading)
            yield bullets(
                *(self._line(activity, words.when(activity, self.reader)) for activity in activities)
            )
        yield from self._later_lines()

    def as_table(self) -> Iterator[Block]:
        """A row for each. A message holds one table: what was active again since follows as a list."""
        if self.reply.rows:
            heads = [sentence(f"table.{head}", self.reader.locale) for head in HEADS]
            yield table(heads, [self._cells(activity) for activity in self.reply.rows])
        yield from self._later_lines()

    @property
    def _today(self) -> date:
        return local(self.reply.as_of, self.reader.zone).date()

    def _days(self) -> Iterator[tuple[str, list[Activity]]]:
        def heading(activity: Activity) -> str:
            time = known_time(activity)
            if time is None:
                return sentence("day.unknown", self.reader.locale)
            return day(local(time, self.reader.zone).date(), self._today, self.reader.locale)

        for name, activities in groupby(self.reply.rows, heading):
            yield f"*{name}*", list(activities)

    def _later(self) -> Iterator[Block]:
        """What stands above those that were active again since."""
        if self.reply.later and self.reply.window.end is not None:
            end = moment(self.reply.window.end, self.reader.zone, self.reader.locale)
            yield note(f"*{sentence('answer.later', self.reader.locale)}*")
            yield note(sentence("answer.later.note", self.reader.locale, end=end))

    def _later_lines(self) -> Iterator[Block]:
        yield from self._later()
        lines = [
            self._line(activity, words.when(activity, self.reader, self._today))
            for activity in self.reply.later
        ]
        if lines:
            yield bullets(*lines)

    def _paragraph(self, number: int, activity: Activity, when: str) -> Block:
        """The company, linked, and its category; below, what happened, who did it and when.

        Only a section takes a menu, and only ``mrkdwn`` a link in it: so all of it is taken literally.
        """
        url = words.company_url(self.reply.web_url, activity.company_id)
        name = words.name(activity, self.reader)
        company = company_link(url, name) if url else literal(name)
        text = f"*{company}*{literal(self._more(activity))}\n{literal(self._facts(activity, when))}"
        options = self._options(activity, url, name)
        if not options:
            return section(text)
        return {**section(text, menu("row", *options)), "block_id": block_id(number, self.question)}

    def _options(self, activity: Activity, url: str, name: str) -> list[Element]:
        locale, company = self.reader.locale, activity.company_id
        options = [option(sentence("menu.open", locale), "open", url)] if url else []
        if company:
            options.append(option(sentence("menu.why", locale), f"why:{company}"))
            options.append(option(sentence("menu.mute", locale), f"mute:{company}:{name}"))
        return options

    def _line(self, activity: Activity, when: str) -> list[Element]:
        url = words.company_url(self.reply.web_url, activity.company_id)
        name = words.name(activity, self.reader)
        company = link(url, name) if url else span(name, bold=True)
        return [company, span(f"{self._more(activity)}{words.GAP}{self._facts(activity, when)}")]

    def _cells(self, activity: Activity) -> list[Element]:
        """A table is read at a glance, on a phone, too: the category stands behind the company."""
        reader, url = self.reader, words.company_url(self.reply.web_url, activity.company_id)
        texts = (
            words.happened(activity, reader),
            words.who(activity, self.reply.principal, reader),
            words.when(activity, reader, self._today),
        )
        name = shorten(words.name(activity, reader), MAX_CELL)
        company = cell(name, shorten(self._more(activity), MAX_CELL), url)
        return [company, *(cell(shorten(text, MAX_CELL)) for text in texts)]

    def _more(self, activity: Activity) -> str:
        """What follows the company's name."""
        department, category = words.department(activity), words.category(activity, self.reader)
        return f"{f', {department}' if department else ''}{f'{words.GAP}{category}' if category else ''}"

    def _facts(self, activity: Activity, when: str) -> str:
        principal, reader = self.reply.principal, self.reader
        who_and_when = ", ".join(part for part in (words.who(activity, principal, reader), when) if part)
        facts = (
            words.happened(activity, reader),
            who_and_when,
            words.owner(activity, principal, reader),
        )
        return words.GAP.join(fact for fact in facts if fact)
