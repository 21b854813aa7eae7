"""The companies of a page, in each style."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, groupby

from bot.core.activity import Activity
from bot.core.filters import Style
from bot.core.localtime import local
from bot.core.replies import ActivityAnswer, Reader
from bot.core.window import known_time
from bot.slack.blocks import words
from bot.slack.blocks.companies import HEADS, Companies
from bot.slack.blocks.elements import Block, bullets, note, table
from bot.slack.carried import Asked, owned
from bot.text import sentence
from bot.text.dates import day, moment

__all__ = ["rows"]


def rows(reply: ActivityAnswer, reader: Reader) -> Iterator[Block]:
    """The companies of the page: by day, then those that were active again since."""
    question = owned(reader.user, Asked(reply.asked, reply.page).encode())
    today = local(reply.as_of, reader.zone).date()
    page = _Page(reply, reader, Companies(reader, reply.principal, reply.web_url, question, today))
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
    companies: Companies

    def in_full(self) -> Iterator[Block]:
        """A paragraph for each, with a menu beside it."""
        numbers = count()
        for heading, activities in self._days():
            yield note(heading)
            for activity in activities:
                yield self.companies.paragraph(next(numbers), activity, words.when(activity, self.reader))
        yield from self._later()
        for activity in self.reply.later:
            when = words.when(activity, self.reader, self.companies.today)
            yield self.companies.paragraph(next(numbers), activity, when)

    def as_list(self) -> Iterator[Block]:
        """A line for each."""
        for heading, activities in self._days():
            yield note(heading)
            yield bullets(
                *(self.companies.line(activity, words.when(activity, self.reader)) for activity in activities)
            )
        yield from self._later_lines()

    def as_table(self) -> Iterator[Block]:
        """A row for each. A message holds one table: what was active again since follows as a list."""
        if self.reply.rows:
            heads = [sentence(f"table.{head}", self.reader.locale) for head in HEADS]
            yield table(heads, [self.companies.cells(activity) for activity in self.reply.rows])
        yield from self._later_lines()

    def _days(self) -> Iterator[tuple[str, list[Activity]]]:
        def heading(activity: Activity) -> str:
            time = known_time(activity)
            if time is None:
                return sentence("day.unknown", self.reader.locale)
            return day(local(time, self.reader.zone).date(), self.companies.today, self.reader.locale)

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
            self.companies.line(activity, words.when(activity, self.reader, self.companies.today))
            for activity in self.reply.later
        ]
        if lines:
            yield bullets(*lines)
