"""The companies of a page, in each style."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count, groupby, starmap

from bot.core.activity import Activity
from bot.core.filters import Style
from bot.core.localtime import local
from bot.core.replies import ActivityAnswer, Reader
from bot.core.window import known_time
from bot.slack.blocks import words
from bot.slack.blocks.companies import HEADS, Companies
from bot.slack.blocks.elements import Block, bullets, note, table
from bot.slack.blocks.words import Said
from bot.text import sentence
from bot.text.dates import day, moment, time_of_day

__all__ = ["rows"]

#: What is said of a company, and when it happened.
InWords = tuple[Said, str]


def rows(reply: ActivityAnswer, reader: Reader, question: str, said: Sequence[Said]) -> Iterator[Block]:
    """The companies of the page: by day, then those that were active again since.

    ``question`` is what their menus ask about, and ``said`` what is said of each; for paragraphs, escaped.
    """
    today = local(reply.as_of, reader.zone).date()
    page = _Page(reply, reader, Companies(reader, reply.web_url, question), today, said)
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
    #: The reader's day.
    today: date
    said: Sequence[Said]

    def in_full(self) -> Iterator[Block]:
        """A paragraph for each, with a menu beside it."""
        numbers = count()
        for heading, companies in self._days():
            yield note(heading)
            for said, when in companies:
                yield self.companies.paragraph(next(numbers), said, when)
        yield from self._later()
        for said, when in self._again():
            yield self.companies.paragraph(next(numbers), said, when)

    def as_list(self) -> Iterator[Block]:
        """A line for each."""
        for heading, companies in self._days():
            yield note(heading)
            yield bullets(*starmap(self.companies.line, companies))
        yield from self._later_lines()

    def as_table(self) -> Iterator[Block]:
        """A row for each. A message holds one table: what was active again since follows as a list."""
        if self.reply.rows:
            heads = [sentence(f"table.{head}", self.reader.locale) for head in HEADS]
            companies = self._with_days(self.reply.rows, self.said[: len(self.reply.rows)])
            yield table(heads, [*starmap(self.companies.cells, companies)])
        yield from self._later_lines()

    def _days(self) -> Iterator[tuple[str, list[InWords]]]:
        """Each day, and what happened on it at which time."""
        zone, locale = self.reader.zone, self.reader.locale
        times = [time and local(time, zone) for time in map(known_time, self.reply.rows)]
        rows = zip(times, self.said[: len(times)], strict=True)
        for which, its in groupby(rows, lambda row: row[0] and row[0].date()):
            name = day(which, self.today, locale) if which else sentence("day.unknown", locale)
            yield f"*{name}*", [(said, time_of_day(time, locale) if time else "") for time, said in its]

    def _later(self) -> Iterator[Block]:
        """What stands above those that were active again since."""
        if self.reply.later and self.reply.window.end is not None:
            end = moment(self.reply.window.end, self.reader.zone, self.reader.locale)
            yield note(f"*{sentence('answer.later', self.reader.locale)}*")
            yield note(sentence("answer.later.note", self.reader.locale, end=end))

    def _later_lines(self) -> Iterator[Block]:
        yield from self._later()
        if self.reply.later:
            yield bullets(*starmap(self.companies.line, self._again()))

    def _again(self) -> Iterator[InWords]:
        """Those that were active again since."""
        return self._with_days(self.reply.later, self.said[len(self.reply.rows) :])

    def _with_days(self, activities: Iterable[Activity], said: Iterable[Said]) -> Iterator[InWords]:
        """What happened on which day."""
        for activity, each in zip(activities, said, strict=True):
            yield each, words.when(activity, self.reader, self.today)
