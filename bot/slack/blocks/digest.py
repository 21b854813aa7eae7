"""A digest's messages: what happened since the last one, what was left out, how to change or stop it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import count, groupby, starmap
from operator import attrgetter

from bot.core.activity import Activity
from bot.core.digest import Digest, Quiet
from bot.core.filters import Style
from bot.core.localtime import local
from bot.core.replies import DigestPart, Reader
from bot.core.requests import Page
from bot.core.window import known_time
from bot.slack.blocks import digestwords, words
from bot.slack.blocks.companies import HEADS, Companies, company_select, fitting
from bot.slack.blocks.digestbuttons import digest_buttons, show_all
from bot.slack.blocks.elements import (
    Block,
    Element,
    Message,
    actions,
    bullets,
    context,
    divider,
    header,
    note,
    rich,
    section,
    span,
    spoken,
    table,
)
from bot.slack.blocks.footer import FOOTER, filtered, hidden, looked
from bot.slack.blocks.words import GAP, MAX_NAME, Said, Words
from bot.slack.carried import Asked, block_id, owned
from bot.text import number, sentence
from bot.text.dates import long_day, zone_name

__all__ = ["digest"]

#: What is said of a company, when it happened, and the mark behind its name.
InWords = tuple[Said, str, str]
#: So many companies that went quiet are named.
MAX_QUIET = 10


def digest(reply: DigestPart, reader: Reader, command: str) -> Message:
    """One message of a digest: the first says all about it, those in its thread only go on."""
    told, asked = reply.digest, digestwords.asked(reply.digest.filter)
    question = owned(reader.user, Asked(asked, Page(0, told.window, reply.style)).encode())
    companies = Companies(reader, told.web_url, question)
    title, why = _title(reply, reader), digestwords.causes(told, reader, command)
    mark = digestwords.marks(told, reader)
    marks = [mark[entry.news, entry.is_late] for entry in reply.entries]
    today = local(digestwords.as_of(told), reader.zone).date()
    in_words = _in_words(reply, reader)
    said = [in_words.of(entry.activity) for entry in reply.entries]
    part = _Part(reply, reader, companies, question, title, why, today, marks, in_words, said)
    return Message(part.spoken(), part.blocks())


@dataclass(frozen=True, slots=True)
class _Part:
    part: DigestPart
    reader: Reader
    companies: Companies
    question: str
    #: The heading, and why it is wider or late.
    title: str
    why: str
    #: The reader's day.
    today: date
    #: What stands behind each company.
    marks: list[str]
    in_words: Words
    said: list[Said]

    def spoken(self) -> str:
        """The heading, why it is wider or late, and a line per company."""
        heading = [self.title] if self.part.number or not self.why else [self.title, self.why]
        lines = [
            f"{line} ({mark})" if mark else line
            for line, mark in zip(map(self.in_words.aloud, self.said), self.marks, strict=True)
        ]
        if more := self._elsewhere + self.part.rest:
            lines.append(sentence("answer.text.more", self.reader.locale, count=more))
        return spoken(heading, lines)

    def blocks(self) -> list[Block]:
        """The blocks; where they would be too much, with less of each name."""

        def draw(longest: int) -> Iterator[Block]:
            part = self if longest == self.in_words.longest else self._cut(longest)
            return part._later() if self.part.number else part._first()

        return fitting(draw)

    def _cut(self, longest: int) -> "_Part":
        """The same, with less of each name."""
        in_words = _in_words(self.part, self.reader, longest)
        said = [in_words.of(entry.activity) for entry in self.part.entries]
        return replace(self, in_words=in_words, said=said)

    @property
    def _told(self) -> Digest:
        return self.part.digest

    @property
    def _elsewhere(self) -> int:
        """Of the message itself: how many companies stand in its thread."""
        here = len(self.part.entries) + self.part.rest
        return 0 if self.part.number else len(self._told.entries) - here

    def _first(self) -> Iterator[Block]:
        """The message itself."""
        yield from self._heading()
        yield from self._about()
        if self.part.entries:
            yield divider()
            yield from self._entries()
        if self._told.quiet:
            yield from self._quiet(self._told.quiet)
        yield from self._footer()
        yield from self._rest()
        rows = [] if self.part.style is Style.FULL else self._rows
        block = actions(*digest_buttons(self.reader), *company_select(rows, self.reader))
        yield {**block, "block_id": block_id(FOOTER, self.question)}

    def _later(self) -> Iterator[Block]:
        """A message in its thread."""
        yield header(self.title)
        yield from self._entries()
        yield from self._rest()
        if self.part.style is not Style.FULL and (menu := company_select(self._rows, self.reader)):
            yield {**actions(*menu), "block_id": block_id(FOOTER, self.question)}

    def _heading(self) -> Iterator[Block]:
        """A heading, or where there is nothing to tell, a line that proves it."""
        if not self._told.is_empty:
            yield header(self.title)
        elif self._told.hidden:
            yield section(f"*{self.title}.*")
        else:
            yield section(f"*{self.title}.* {looked(self._told.filter, self.reader)}")

    def _about(self) -> Iterator[Block]:
        """What it covers, what is new of it, and why it is wider or late."""
        locale, told = self.reader.locale, self._told
        if self.part.is_test:
            yield note(sentence("digest.test.note", locale))
        yield context(digestwords.covers(told, self.reader))
        if self.why:
            yield note(self.why)
        if self.reader.zone_is_assumed:
            zone = zone_name(self.reader.zone, locale)
            yield note(sentence("answer.assumed-zone", locale, zone=zone))
        if news := digestwords.news(told, self.reader):
            yield context(news)

    @property
    def _rows(self) -> list[Activity]:
        return [entry.activity for entry in self.part.entries]

    def _entries(self) -> Iterator[Block]:
        """The companies by group. A message holds one table: there the order has to do."""
        match self.part.style:
            case Style.TABLE:
                yield from self._as_table()
            case Style.COMPACT:
                for heading, rows in self._groups():
                    yield heading
                    yield bullets(*starmap(self.companies.line, rows))
            case Style.FULL:
                numbers = count()
                for heading, rows in self._groups():
                    yield heading
                    for said, when, mark in rows:
                        yield self.companies.paragraph(next(numbers), said, when, mark)

    def _as_table(self) -> Iterator[Block]:
        if self.part.entries:
            heads = [sentence(f"table.{head}", self.reader.locale) for head in HEADS]
            yield table(
                heads, [self.companies.cells(*row, self.in_words.longest) for row in self._rows_in_words()]
            )

    def _groups(self) -> Iterator[tuple[Block, list[InWords]]]:
        """Each group's heading, with how many companies of it the whole digest has."""
        of_group = Counter(map(attrgetter("group"), self._told.entries))
        rows = self._rows_in_words()
        for group, entries in groupby(self.part.entries, attrgetter("group")):
            name = sentence(f"group.{group}", self.reader.locale)
            yield _group_heading(name, of_group[group], self.reader.locale), [next(rows) for _ in entries]

    def _rows_in_words(self) -> Iterator[InWords]:
        """The companies of this message."""
        times = (words.when(entry.activity, self.reader, self.today) for entry in self.part.entries)
        return zip(self.said, times, self.marks, strict=True)

    def _quiet(self, quiet: Quiet) -> Iterator[Block]:
        """The companies that went quiet, and what the look back could not see."""
        locale = self.reader.locale
        if quiet.companies:
            yield _group_heading(sentence("digest.quiet", locale), len(quiet.companies), locale)
            plain = Words(self._told.principal, self.reader, self.in_words.longest)
            yield bullets(*(self._still(row, plain.of(row)) for row in quiet.companies[:MAX_QUIET]))
        more = len(quiet.companies) - MAX_QUIET
        lines = [sentence("answer.text.more", locale, count=more)] if more > 0 else []
        if quiet.total:
            lines.append(digestwords.quiet_limit(quiet, self.reader))
        if lines:
            yield context(GAP.join(lines))

    def _still(self, activity: Activity, said: Said) -> list[Element]:
        """A company that went quiet, and since when it is."""
        locale, time = self.reader.locale, known_time(activity)
        since = long_day(local(time, self.reader.zone).date(), self.today, locale) if time else ""
        last = sentence("digest.quiet.last", locale, day=since) if since else ""
        return self.companies.named(said, "", GAP.join(("", *filter(None, (last, said.owner)))))

    def _footer(self) -> Iterator[Block]:
        """Which part of all this is, what was left out and why, and what was filtered by."""
        locale, told, here = self.reader.locale, self._told, len(self.part.entries)
        lines = [*hidden(told.hidden, told.filter, self.reader, ranked=True)]
        if told.filter.saved:
            lines.append(sentence("digest.filter", locale, name=told.filter.saved))
        lines += filtered(told.filter, self.reader)
        if self._elsewhere:
            position = sentence("digest.position", locale, count=here, total=len(told.entries))
            lines.insert(0, position)
        if lines:
            yield divider()
            yield context(GAP.join(lines))

    def _rest(self) -> Iterator[Block]:
        """How many companies stand in no message, and the button that asks for all."""
        if self.part.rest:
            more = sentence("digest.rest", self.reader.locale, count=self.part.rest)
            yield section(more, show_all(self.reader, self.question))


def _title(part: DigestPart, reader: Reader) -> str:
    locale = reader.locale
    if part.number:
        title = sentence("digest.part", locale, number=part.number + 1, of=part.of)
    else:
        title = digestwords.title(part.digest, reader)
    return sentence("digest.test", locale, title=title) if part.is_test else title


def _in_words(part: DigestPart, reader: Reader, longest: int = MAX_NAME) -> Words:
    """Only paragraphs are escaped."""
    return Words(part.digest.principal, reader, longest, escaped=part.style is Style.FULL)


def _group_heading(name: str, size: int, locale: str) -> Block:
    return rich(span(name, "bold"), span(f"{GAP}{number(size, locale)}"))
