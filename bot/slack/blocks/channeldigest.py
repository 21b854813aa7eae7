"""A channel's digest: a headline, and the companies below it or in its thread.

Everybody in the channel reads it, so nothing in it is anybody's own. All CRM text, names of people included,
goes where Slack parses nothing: nobody is mentioned by it.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from bot.core.channeldigest import Grouping, Layout
from bot.core.digest import News
from bot.core.filters import Style
from bot.core.replies import Reader
from bot.core.replies.teamdigests import TeamPart
from bot.core.teamchart import Chart, chart
from bot.core.teamdigest import TeamDigest, TeamEntry
from bot.slack.blocks import digestwords, teamwords, words
from bot.slack.blocks.channelbuttons import of_headline
from bot.slack.blocks.companies import fitting
from bot.slack.blocks.elements import (
    Block,
    Element,
    Message,
    actions,
    cell,
    context,
    divider,
    header,
    link,
    lists,
    note,
    rich,
    shorten,
    span,
    spoken,
    table,
)
from bot.slack.blocks.footer import filtered, hidden
from bot.slack.blocks.words import GAP, MAX_NAME, NOBODY, Once, Said, Words
from bot.text import number, sentence

__all__ = ["team_digest"]

#: So many people are named who see a company, and so many groups in the headline.
MAX_SEEN, MAX_GROUPS = 3, 10
HEADS = ("company", "what", "who", "when", "seen")


def team_digest(reply: TeamPart, reader: Reader, command: str) -> Message:
    """One message of a channel's digest: the first says all about it, those in its thread only go on."""
    told = reply.digest
    marks, in_words = digestwords.marks(told, reader), _in_words(told, reader)
    part = _Part(reply, reader, command, marks, chart(told.counts), in_words)
    return Message(spoken(part.about_in_words(), part.companies_in_words()), part.blocks())


@dataclass(frozen=True, slots=True)
class _Part:
    part: TeamPart
    reader: Reader
    command: str
    marks: Once[tuple[News, bool]]
    chart: Chart | None
    in_words: Words

    def about_in_words(self) -> Iterator[str]:
        """The heading, what is missing, what the chart says, and how many companies stand in the thread."""
        yield self._title()
        if not self.part.number:
            yield from filter(None, self._about_in_words())
            if self._has_thread:
                locale = self.reader.locale
                yield from (f"{name}: {number(size, locale)}" for name, size in self._sizes())

    def companies_in_words(self) -> Iterator[str]:
        """A line for each, escaped."""
        for entry in self.part.entries:
            line, mark = self.in_words.aloud(self.in_words.of(entry.activity)), self._mark(entry)
            yield f"{line} ({mark})" if mark else line

    def blocks(self) -> list[Block]:
        """The blocks; where they would be too much, with less of each name."""

        def draw(longest: int) -> Iterator[Block]:
            part = replace(self, in_words=_in_words(self._told, self.reader, longest))
            return part._later() if self.part.number else part._first()

        return fitting(draw)

    @property
    def _told(self) -> TeamDigest:
        return self.part.digest

    @property
    def _has_thread(self) -> bool:
        return self._told.settings.layout is Layout.THREAD

    def _about_in_words(self) -> Iterator[str]:
        window = self._told.window
        if window.start and window.end:
            start, end = (teamwords.spoken_time(each, self.reader) for each in (window.start, window.end))
            yield sentence("team.span", self.reader.locale, start=start, end=end)
        yield digestwords.causes(self._told, self.reader, self.command)
        yield teamwords.missing(self._told, self.reader)
        yield teamwords.dropped(self._told, self.reader)
        if self.chart:
            yield teamwords.takeaway(self.chart, self._told, self.reader)

    def _first(self) -> Iterator[Block]:
        """The message in the channel."""
        yield header(self._title())
        if self.part.is_test:
            yield note(sentence("digest.test.note", self.reader.locale))
        yield rich(*teamwords.covers(self._told, self.reader))
        yield from self._about()
        if self._told.entries and not self.part.entries:
            yield self._groups_in_a_line()
        yield from self._chart()
        if self.part.entries:
            yield divider()
            yield from self._entries()
        yield from self._footer()
        yield from self._rest()
        if self.part.subscription and not self.part.is_test:
            yield actions(*of_headline(self.reader))

    def _later(self) -> Iterator[Block]:
        """A message in its thread."""
        yield header(self._title())
        yield from self._entries()
        yield from self._rest()

    def _title(self) -> str:
        locale, part = self.reader.locale, self.part
        if part.number:
            title = sentence("digest.part", locale, number=part.number + 1, of=part.of)
        else:
            title = teamwords.title(self._told, self.reader)
        return sentence("digest.test", locale, title=title) if part.is_test else title

    def _about(self) -> Iterator[Block]:
        """Why it is wider or late, how much of it is new, and which views are not in it."""
        told, locale = self._told, self.reader.locale
        if why := digestwords.causes(told, self.reader, self.command):
            yield note(why)
        if news := digestwords.news(told, self.reader):
            yield context(news)
        if told.reaches_back:
            before = f"{sentence('team.reaches-back', locale)} "
            yield rich(span(before), teamwords.time_element(told.reaches_back, self.reader))
        for said in (teamwords.missing(told, self.reader), teamwords.dropped(told, self.reader)):
            if said:
                yield context(said)

    def _chart(self) -> Iterator[Block]:
        """What it says comes first, and its figures in words below."""
        if self.chart:
            yield context(teamwords.takeaway(self.chart, self._told, self.reader))
            yield teamwords.chart_block(self.chart, self.reader)
            yield context(teamwords.figures(self.chart, self.reader))

    def _entries(self) -> Iterator[Block]:
        """The companies by group. A message holds one table: there the order has to do."""
        if self.part.style is Style.TABLE:
            heads = [sentence(f"table.{head}", self.reader.locale) for head in HEADS]
            yield table(heads, [self._cells(entry) for entry in self.part.entries])
            return
        groups, sizes = groupby(self.part.entries, self._heading), dict(self._sizes())
        yield lists((self._over(name, sizes[name]), map(self._item, entries)) for name, entries in groups)

    def _over(self, name: str, size: int) -> list[Element]:
        """What a group stands under."""
        count = number(size, self.reader.locale)
        return [span(shorten(name, self.in_words.longest), "bold"), span(f"{GAP}{count}")]

    def _sizes(self) -> Iterator[tuple[str, int]]:
        """Each group, in order, with how many companies of it the whole digest has."""
        return iter(Counter(map(self._heading, self._told.entries)).items())

    def _groups_in_a_line(self) -> Block:
        """The largest groups, as their names alone tell something."""
        sizes = [*self._sizes()]
        spans = list[Element]()
        for name, size in sizes[:MAX_GROUPS]:
            gap = GAP if spans else ""
            count = number(size, self.reader.locale)
            spans += [span(f"{gap}{shorten(name, 60)} "), span(count, "bold")]
        if more := len(sizes) - MAX_GROUPS:
            spans += [span(GAP + sentence("team.more", self.reader.locale, count=more))] if more > 0 else []
        return rich(*spans)

    def _heading(self, entry: TeamEntry) -> str:
        return teamwords.heading(entry, self._told, self.reader)

    def _mark(self, entry: TeamEntry) -> str:
        return self.marks[entry.news, entry.is_late]

    def _item(self, entry: TeamEntry) -> list[Element]:
        """The company; what happened, who did it and when; who of the team sees it."""
        mark, said, url = self._mark(entry), self.in_words.of(entry.activity), self._url(entry)
        company = link(url, said.name) if url else span(said.name, "bold")
        spans = [company, *([span(said.more)] if said.more else [])]
        spans += [span(GAP), span(mark, "italic")] if mark else []
        spans.append(span("\n" if self.part.style is Style.FULL else GAP))
        return [*spans, *self._facts(entry, said)]

    def _facts(self, entry: TeamEntry, said: Said) -> Iterator[Element]:
        who, owner = said.who, said.owner
        yield span(f"{said.happened}{f'{GAP}{who}' if who else ''}")
        if when := teamwords.when(entry.activity, self.reader):
            yield span(", " if who else GAP)
            yield when
        grouped = self._told.settings.grouping is Grouping.OWNER
        rest = [*([] if grouped or not owner else [owner]), self._seen(entry)]
        if any(rest):
            yield span("".join(f"{GAP}{each}" for each in rest if each))

    def _seen(self, entry: TeamEntry) -> str:
        """Who of the team sees the company, unless there is but one to see anything."""
        if self._told.views < 2:
            return ""
        most = min(self.in_words.longest, 60)
        names = [shorten(" ".join(name.split()), most) for name in entry.seen_by[:MAX_SEEN]]
        if more := len(entry.seen_by) - len(names):
            names.append(sentence("team.more", self.reader.locale, count=more))
        return sentence("team.seen-by", self.reader.locale, who=", ".join(names))

    def _cells(self, entry: TeamEntry) -> list[Element]:
        said, mark = self.in_words.of(entry.activity), self._mark(entry)
        most = min(self.in_words.longest, 120)
        more = shorten(said.more, most) + (f"{GAP}{mark}" if mark else "")
        when = teamwords.when(entry.activity, self.reader)
        return [
            cell(shorten(said.name, most), more, self._url(entry)),
            cell(shorten(said.happened, most)),
            cell(shorten(said.who, most)),
            rich(when) if when else cell(""),
            cell(shorten(", ".join(entry.seen_by), most)),
        ]

    def _url(self, entry: TeamEntry) -> str:
        return words.company_url(self._told.web_urls.get(entry.tenant, ""), entry.activity.company_id)

    def _footer(self) -> Iterator[Block]:
        """Where the companies are, what was left out and why, and what was filtered by."""
        told = self._told
        lines = [*self._where(), *hidden(told.hidden, told.filter, self.reader, ranked=True)]
        lines += [*teamwords.left_out(told, self.reader), *filtered(told.filter, self.reader)]
        if lines:
            yield divider()
            yield context(GAP.join(lines))

    def _where(self) -> Iterator[str]:
        locale, here, all_ = self.reader.locale, len(self.part.entries), len(self._told.entries)
        if here < all_ - self.part.rest:
            position = sentence("digest.position", locale, count=here, total=all_)
            yield position if here else sentence("team.in-thread", locale)

    def _rest(self) -> Iterator[Block]:
        """How many companies stand in no message."""
        if self.part.rest:
            more = sentence("digest.rest", self.reader.locale, count=self.part.rest)
            how = sentence("team.rest", self.reader.locale, command=self.command)
            yield note(f"{more} {how}")


def _in_words(told: TeamDigest, reader: Reader, longest: int = MAX_NAME) -> Words:
    """Nobody reads it alone; and what stands above a group is not said again."""
    with_category = told.settings.grouping is not Grouping.CATEGORY
    return Words(NOBODY, reader, longest, with_category=with_category)
