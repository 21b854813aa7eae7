"""A digest's messages: what happened since the last one, what was left out, how to change or stop it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count, groupby

from bot.core.activity import Activity
from bot.core.digest import Digest, Entry, Quiet
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
from bot.slack.blocks.words import GAP
from bot.slack.carried import Asked, block_id, owned
from bot.text import sentence
from bot.text.dates import long_day, zone_name

__all__ = ["digest"]

#: So many companies that went quiet are named.
MAX_QUIET = 10


def digest(reply: DigestPart, reader: Reader, command: str) -> Message:
    """One message of a digest: the first says all about it, those in its thread only go on."""
    told, asked = reply.digest, digestwords.asked(reply.digest.filter)
    question = Asked(asked, Page(0, told.window, reply.style))
    today = local(digestwords.as_of(told), reader.zone).date()
    companies = Companies(reader, told.principal, told.web_url, owned(reader.user, question.encode()), today)
    title, why = _title(reply, reader), digestwords.causes(told, reader, command)
    part = _Part(reply, reader, companies, title, why, digestwords.are_alike(told))
    return Message(spoken(part.spoken()), part.blocks())


@dataclass(frozen=True, slots=True)
class _Part:
    part: DigestPart
    reader: Reader
    companies: Companies
    #: The heading, and why it is wider or late.
    title: str
    why: str
    #: Marks on each company would tell nothing.
    alike: bool

    def spoken(self) -> Iterator[str]:
        """The heading, why it is wider or late, and a line per company."""
        yield self.title
        if self.why and not self.part.number:
            yield self.why
        for entry in self.part.entries:
            mark = digestwords.mark(entry, self.reader, alike=self.alike)
            line = words.in_a_line(entry.activity, self._told.principal, self.reader)
            yield f"{line} ({mark})" if mark else line
        if more := self._elsewhere + self.part.rest:
            yield sentence("answer.text.more", self.reader.locale, count=more)

    def blocks(self) -> list[Block]:
        """The blocks; where they would be too much, with less of each name."""

        def draw(longest: int) -> Iterator[Block]:
            part = replace(self, companies=replace(self.companies, longest=longest))
            return part._later() if self.part.number else part._first()

        return fitting(draw)

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
        yield {**block, "block_id": block_id(FOOTER, self.companies.question)}

    def _later(self) -> Iterator[Block]:
        """A message in its thread."""
        yield header(self.title)
        yield from self._entries()
        yield from self._rest()
        if self.part.style is not Style.FULL and (menu := company_select(self._rows, self.reader)):
            yield {**actions(*menu), "block_id": block_id(FOOTER, self.companies.question)}

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
                for heading, entries in self._groups():
                    yield heading
                    yield bullets(*(self.companies.line(*self._said(entry)) for entry in entries))
            case Style.FULL:
                numbers = count()
                for heading, entries in self._groups():
                    yield heading
                    for entry in entries:
                        yield self.companies.paragraph(next(numbers), *self._said(entry))

    def _as_table(self) -> Iterator[Block]:
        if self.part.entries:
            heads = [sentence(f"table.{head}", self.reader.locale) for head in HEADS]
            cells = [self.companies.cells(entry.activity, self._mark(entry)) for entry in self.part.entries]
            yield table(heads, cells)

    def _groups(self) -> Iterator[tuple[Block, list[Entry]]]:
        """Each group's heading, with how many companies of it the whole digest has."""
        of_group = Counter(entry.group for entry in self._told.entries)
        for group, entries in groupby(self.part.entries, lambda entry: entry.group):
            name = sentence(f"group.{group}", self.reader.locale)
            yield _group_heading(name, of_group[group]), list(entries)

    def _said(self, entry: Entry) -> tuple[Activity, str, str]:
        when = words.when(entry.activity, self.reader, self.companies.today)
        return entry.activity, when, self._mark(entry)

    def _mark(self, entry: Entry) -> str:
        return digestwords.mark(entry, self.reader, alike=self.alike)

    def _quiet(self, quiet: Quiet) -> Iterator[Block]:
        """The companies that went quiet, and what the look back could not see."""
        locale = self.reader.locale
        if quiet.companies:
            yield _group_heading(sentence("digest.quiet", locale), len(quiet.companies))
            yield bullets(*(self._still(row) for row in quiet.companies[:MAX_QUIET]))
        more = len(quiet.companies) - MAX_QUIET
        lines = [sentence("answer.text.more", locale, count=more)] if more > 0 else []
        if quiet.total:
            lines.append(digestwords.quiet_limit(quiet, self.reader))
        if lines:
            yield context(GAP.join(lines))

    def _still(self, activity: Activity) -> list[Element]:
        """A company that went quiet, and since when it is."""
        locale, time, today = self.reader.locale, known_time(activity), self.companies.today
        since = long_day(local(time, self.reader.zone).date(), today, locale) if time else ""
        last = sentence("digest.quiet.last", locale, day=since) if since else ""
        owner = words.owner(activity, self._told.principal, self.reader)
        facts = GAP.join(("", *filter(None, (last, owner))))
        return self.companies.named(activity, "", facts)

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
            yield section(more, show_all(self.reader, self.companies.question))


def _title(part: DigestPart, reader: Reader) -> str:
    locale = reader.locale
    if part.number:
        title = sentence("digest.part", locale, number=part.number + 1, of=part.of)
    else:
        title = digestwords.title(part.digest, reader)
    return sentence("digest.test", locale, title=title) if part.is_test else title


def _group_heading(name: str, number: int) -> Block:
    return rich(span(name, bold=True), span(f"{GAP}{number}"))
